"""Every result that a file of the catalogue claims is recomputed here from its tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from servanda.domain.errors import ModelError
from servanda.games import solve
from servanda.games.catalogue import catalogue, entry, kinds, names
from servanda.games.expression import parse_expression
from servanda.games.gamefile import ResultText
from servanda.games.outcomes import outcome_shares
from servanda.games.solution import Equilibrium, Solution, node_labels, set_keys
from servanda.games.tree import Tree
from servanda.study.sweeping import Region, SweepRange, kinds_of, sweep

TOLERANCE = 1e-6
RESULTS = [
    pytest.param(name, result, id=f"{name}-{result.id}")
    for name in names()
    for result in entry(name).text.results  # type: ignore[union-attr]
]
PUBLISHED = {
    "rudimentary-deterrence", "unilateral-deterrence", "egame12", "egame122", "egame123",
    "ultimatum", "tying-hands", "guarantee-moral-hazard", "extended-deterrence", "seltens-horse",
    "chicken", "beer-quiche", "entry-deterrence",
}  # fmt: skip


def number(written: Any, parameters: Mapping[str, float]) -> float:
    if isinstance(written, (int, float)):
        return float(written)
    return float(parse_expression(str(written)).value(dict(parameters)))


def plays(tree: Tree, point: Equilibrium) -> dict[tuple[str, str, str], float]:
    found = {}
    for h in range(tree.n_infosets):
        player = tree.players[tree.owner[h]]
        for a in range(tree.action0[h], tree.action0[h] + tree.actions[h]):
            found[player, tree.infoset_key(h), tree.action_names[a]] = float(point.behaviour[a])
    return found


def agrees(
    tree: Tree, point: Equilibrium, expected: Mapping[str, Any], given: Mapping[str, float]
) -> bool:
    parameters = {**tree.parameters, **given}
    played = plays(tree, point)
    for player, sets in expected.get("behaviour", {}).items():
        for infoset, chosen in sets.items():
            for action, share in chosen.items() if isinstance(chosen, Mapping) else ():
                if abs(played[player, infoset, action] - number(share, parameters)) > TOLERANCE:
                    return False
            if not isinstance(chosen, Mapping):
                probabilities = [p for key, p in played.items() if key[:2] == (player, infoset)]
                if max(probabilities) > 1 - TOLERANCE:
                    return False
    for player, value in expected.get("values", {}).items():
        found = point.values[tree.players.index(player)]
        if abs(found - number(value, parameters)) > TOLERANCE:
            return False
    ends = outcome_shares(tree, point.behaviour, given)
    return all(
        abs(ends[name] - number(share, parameters)) <= TOLERANCE
        for name, share in expected.get("outcomes", {}).items()
    )


def solution(name: str, result: ResultText) -> Solution:
    precision = result.precision if result.precision is not None else 4.0
    return solve(entry(name).game, result.concept, precision=precision, values=dict(result.at))


@pytest.mark.parametrize(("name", "result"), RESULTS)
def test_what_a_file_claims_is_what_the_solver_finds(name: str, result: ResultText) -> None:
    tree, given = entry(name).tree, dict(result.at)
    found = solution(name, result)
    assert all(point.residual < TOLERANCE for point in found.equilibria)
    if result.count is not None:
        assert len(found.equilibria) == result.count
    for expected in result.expect:
        if "sweep" in expected:
            check_edges(name, result, expected)
            continue
        hits = [point for point in found.equilibria if agrees(tree, point, expected, given)]
        if str(expected.get("never")) == "true":
            assert not hits
        else:
            assert hits, [plays(tree, point) for point in found.equilibria]


def check_edges(name: str, result: ResultText, expected: Mapping[str, Any]) -> None:
    """Hold the ends of a region against the formulas: roughly over the range, finely around each.

    An end is found to a thousandth of a step of the range. A probability below 1e-6 counts as
    none, so that a sort may seem to end so far, on the scale of the parameter, before it does.
    """
    game, given = entry(name), dict(result.at)
    over = expected["sweep"]
    bounds = SweepRange(over["parameter"], float(over["from"]), float(over["to"]), 14)
    whole = region_of(name, result, expected["name"], bounds)
    parameters = {**game.tree.parameters, **given}
    step = (bounds.high - bounds.low) / 13
    for key, rough in (("from", whole.low), ("to", whole.high)):
        if key not in expected:
            continue
        end = number(expected[key], parameters)
        assert rough == pytest.approx(end, abs=step / 1000)
        if bounds.low < end < bounds.high:
            # Three values, the published end not among them, a step of 1e-3 / 1024 in the end.
            around = SweepRange(over["parameter"], end - 0.8e-3, end + 1.2e-3, 3)
            close = region_of(name, result, expected["name"], around)
            fine = close.low if key == "from" else close.high
            assert fine == pytest.approx(end, abs=2e-6), key


def region_of(name: str, result: ResultText, sort: str, over: SweepRange) -> Region:
    game, given = entry(name), dict(result.at)
    found = sweep(game.tree, over, result.concept, values=given, named=kinds(game.text))
    (region,) = [region for region in found.regions if region.name == sort]
    return region


def test_results_that_claim_nothing_do_not_exist() -> None:
    for name, game in catalogue().items():
        assert game.text is not None
        for result in game.text.results:
            assert result.expect or result.count is not None, (name, result.id)


def test_the_games_that_were_promised_are_there() -> None:
    assert set(names()) >= PUBLISHED


@pytest.mark.parametrize("name", names())
def test_every_file_reads_without_a_warning_and_says_where_it_comes_from(name: str) -> None:
    game = entry(name)
    assert not game.warnings
    assert game.text is not None
    assert game.text.game == name
    assert game.text.note
    assert game.text.results
    own = "of our own" in game.text.note
    assert own or game.text.sources
    assert not any(source.verified for source in game.text.sources)


@pytest.mark.parametrize("name", names())
def test_every_parameter_says_what_it_is_and_moves_something(name: str) -> None:
    game = entry(name)
    tree = game.tree
    assert game.text is not None
    for parameter, given in game.text.parameters.items():
        assert not isinstance(given, float), f"{parameter} has no note"
        assert given.note
        shifted = {parameter: given.value + 0.01}
        moved = not np.array_equal(tree.payoffs(), tree.payoffs(shifted))
        assert moved or not np.array_equal(tree.chance(), tree.chance(shifted)), parameter


PAYOFFS = (
    {},
    {"cDC": 2.0, "cDDh": -0.5, "cCD": -0.75, "dDC": -0.25, "dDDh": 0.0, "dCD": 1.0, "dDDs": -2.0},
    {"cSQ": 0.25, "cCD": -0.5, "dDC": -1.0, "dDDs": -1.25, "dCD": 0.0},
)


def deterrence_classes(given: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The classes that exist at a mixture of types, with how often each type demands or resists.

    Zagare and Kilgour's conditions in terms of the payoffs: a challenger demands where the
    defender is likely enough to concede, a defender resists where the challenger is likely enough
    to back down.
    """
    bears_soft = (given["cDC"] - given["cSQ"]) / (given["cDC"] - given["cCD"])
    bears_hard = (given["cDC"] - given["cSQ"]) / (given["cDC"] - given["cDDh"])
    doubts = (given["dCD"] - given["dDC"]) / (given["dCD"] - given["dDDs"])
    hard, firm = given["pC"], given["pD"]
    found = {"steadfast deterrence": {"hard": 0.0, "soft": 0.0, "defender": 1.0}}
    if firm < bears_soft and hard < doubts:
        bluffs = hard * (1 - doubts) / ((1 - hard) * doubts)
        resists = (bears_soft - firm) / (1 - firm)
        found["bluff"] = {"hard": 1.0, "soft": bluffs, "defender": resists}
    if firm < bears_soft and hard > doubts:
        found["attack"] = {"hard": 1.0, "soft": 1.0, "defender": 0.0}
    if bears_soft < firm < bears_hard:
        found["separating"] = {"hard": 1.0, "soft": 0.0, "defender": 0.0}
    if firm > bears_hard:
        found["sure deterrence"] = {"hard": 0.0, "soft": 0.0, "defender": 0.0}
    return found


@pytest.mark.parametrize("payoffs", PAYOFFS, ids=["of the file", "cheap", "dear"])
def test_each_class_of_unilateral_deterrence_is_played_where_and_as_published(
    payoffs: dict[str, float],
) -> None:
    game, met = entry("unilateral-deterrence"), set()
    for hard in (0.15, 0.35, 0.65, 0.9):
        for firm in (0.1, 0.3, 0.55, 0.75, 0.9):
            given = {**game.tree.parameters, **payoffs, "pC": hard, "pD": firm}
            expected = deterrence_classes(given)
            met |= set(expected)
            found = solve(game.tree, "pbe", values=given)
            assert found.status == "complete"
            sorts = kinds_of(found, kinds(game.text), given)
            named = [kind.name for kind in sorts]
            # One more exists everywhere, deterrence by a mixed threat, and has a test of its own.
            assert sorted(named) == sorted([*expected, MIXED]), (hard, firm)
            for kind, point in zip(named, found.equilibria, strict=True):
                if kind != MIXED:
                    assert behaviour_of(game.tree, point) == pytest.approx(
                        {**expected[kind], **LAST}, abs=1e-9
                    ), (kind, hard, firm)
    assert met == {"bluff", "attack", "separating", "sure deterrence", "steadfast deterrence"}


MIXED = "deterrence by a mixed threat"
# Whatever the class: a hard defender resists, pressed the hard challenger fights, the soft not.
LAST = {"hard defender": 1.0, "hard pressed": 1.0, "soft pressed": 0.0}


def behaviour_of(tree: Tree, point: Equilibrium) -> dict[str, float]:
    played = plays(tree, point)
    return {
        "hard": played["Challenger", "hard challenger", "demand"],
        "soft": played["Challenger", "soft challenger", "demand"],
        "defender": played["Defender", "soft defender", "resist"],
        "hard defender": played["Defender", "hard defender", "resist"],
        "hard pressed": played["Challenger", "hard challenger pressed", "fight"],
        "soft pressed": played["Challenger", "soft challenger pressed", "fight"],
    }


@pytest.mark.parametrize("firm", [0.1, 0.3, 0.55, 0.75, 0.9])
def test_a_mixed_threat_resists_often_enough_to_deter_the_hard_challenger(firm: float) -> None:
    game, given = entry("unilateral-deterrence"), {"pC": 0.3, "pD": firm}
    found = solve(game.tree, "pbe", values=given)
    named = [kind.name for kind in kinds_of(found, kinds(game.text), given)]
    point = found.equilibria[named.index(MIXED)]
    (resists,) = [
        part
        for part in point.free
        if part.kind == "behaviour" and game.tree.action_names[part.place] == "resist"
    ]
    # (1 - pD) r + pD >= (cDC - cSQ) / (cDC - cDDh) = 0.8
    least = max(0.0, (0.8 - firm) / (1 - firm))
    assert (resists.low, resists.high) == pytest.approx((least, 1.0), abs=1e-6)
    assert behaviour_of(game.tree, point)["hard"] == behaviour_of(game.tree, point)["soft"] == 0.0


@pytest.mark.parametrize("hard_challenger", [0.1, 0.6, 0.9])
@pytest.mark.parametrize("hard_defender", [0.1, 0.6, 0.9])
def test_steadfast_deterrence_exists_at_every_mixture_of_types(
    hard_challenger: float, hard_defender: float
) -> None:
    game = entry("unilateral-deterrence")
    given = {"pC": hard_challenger, "pD": hard_defender}
    found = kinds_of(solve(game.tree, "pbe", values=given), kinds(game.text), given)
    assert "steadfast deterrence" in {kind.name for kind in found}


def test_an_unknown_name_is_refused_with_a_near_one() -> None:
    with pytest.raises(ModelError, match="Did you mean 'chicken'") as refused:
        entry("chickn")
    assert refused.value.code == "SV890"


@pytest.mark.parametrize("name", names())
def test_the_files_hold_no_tabs_and_no_long_lines(name: str) -> None:
    text = files("servanda.games.catalogue").joinpath(f"{name}.yaml").read_text("utf-8")
    assert "\t" not in text
    # Text is folded at 110; a formula or a list of moves may be longer.
    for line in text.splitlines():
        assert len(line) <= (150 if "{" in line else 110), line


@pytest.mark.parametrize("name", names())
def test_information_sets_have_keys_of_their_own(name: str) -> None:
    keys = set_keys(entry(name).tree)
    assert len(set(keys)) == len(keys) == entry(name).tree.n_infosets


MESSAGES = {"beer": "after beer", "quiche": "after quiche"}
Payoffs = dict[tuple[str, ...], tuple[float, float]]


def intuitive(tree: Tree, point: Equilibrium, payoffs: Payoffs) -> bool:
    """Apply Cho and Kreps's criterion to an equilibrium of a game of two types and two messages.

    A message that nobody sends is believed to come from no type that does better in equilibrium
    than it could by sending it, whatever the reply. The equilibrium falls if a type left would
    gain by every reply that is best against some belief about the types left.
    """
    played = plays(tree, point)
    sends = {t: {m: played["Sender", f"{t} sender", m] for m in MESSAGES} for t in TYPES}
    replies = {m: {r: played["Receiver", MESSAGES[m], r] for r in REPLIES} for m in MESSAGES}
    worth = {
        t: sum(sends[t][m] * replies[m][r] * payoffs[t, m, r][0] for m in MESSAGES for r in REPLIES)
        for t in TYPES
    }
    for message in MESSAGES:
        if any(sends[t][message] > 0 for t in TYPES):
            continue
        every = best_replies(payoffs, message, TYPES)
        left = [t for t in TYPES if max(payoffs[t, message, r][0] for r in every) >= worth[t]]
        best = best_replies(payoffs, message, left) if left else every
        if any(min(payoffs[t, message, r][0] for r in best) > worth[t] for t in left):
            return False
    return True


TYPES, REPLIES = ("strong", "weak"), ("duel", "no duel")


def best_replies(payoffs: Payoffs, message: str, types: Sequence[str]) -> list[str]:
    """The replies that are best against some belief about these types: a grid is fine enough."""
    found = set()
    for share in np.linspace(0.0, 1.0, 101):
        odds = (1.0 - share, share) if len(types) == 2 else (1.0,)
        gains = {
            r: sum(p * payoffs[t, message, r][1] for p, t in zip(odds, types, strict=True))
            for r in REPLIES
        }
        found |= {r for r in REPLIES if gains[r] >= max(gains.values()) - 1e-12}
    return sorted(found)


@pytest.mark.parametrize("strong", [0.6, 0.9])
def test_the_intuitive_criterion_keeps_beer_alone(strong: float) -> None:
    """The solver does not apply it and finds both; applied here, it leaves the one on beer."""
    game, given = entry("beer-quiche"), {"s": strong}
    found = solve(game.tree, "pbe", values=given)
    named = [kind.name for kind in kinds_of(found, kinds(game.text), given)]
    assert set(named) == {"pooling on beer", "pooling on quiche"}
    payoffs = payoffs_of(game.tree, given)
    kept = {
        name
        for name, point in zip(named, found.equilibria, strict=True)
        if intuitive(game.tree, point, payoffs)
    }
    assert kept == {"pooling on beer"}


def test_the_intuitive_criterion_has_nothing_against_an_equilibrium_that_uses_every_message() -> (
    None
):
    game, given = entry("beer-quiche"), {"s": 0.3}
    (only,) = solve(game.tree, "pbe", values=given).equilibria
    assert intuitive(game.tree, only, payoffs_of(game.tree, given))


def test_the_intuitive_criterion_turns_on_who_could_gain() -> None:
    """Were beer worse than quiche for the strong, too, nobody would gain by having it."""
    game, given = entry("beer-quiche"), {"s": 0.9}
    found = solve(game.tree, "pbe", values=given)
    named = [kind.name for kind in kinds_of(found, kinds(game.text), given)]
    quiche = found.equilibria[named.index("pooling on quiche")]
    payoffs = payoffs_of(game.tree, given)
    assert not intuitive(game.tree, quiche, payoffs)
    for reply in REPLIES:
        payoffs["strong", "beer", reply] = (1.5, payoffs["strong", "beer", reply][1])
    assert intuitive(game.tree, quiche, payoffs)


def payoffs_of(tree: Tree, given: Mapping[str, float]) -> Payoffs:
    rows = tree.payoffs(given)[0]
    return {
        end: (float(row[0]), float(row[1]))
        for end, row in zip(names_of_ends(tree), rows, strict=True)
    }


def names_of_ends(tree: Tree) -> list[tuple[str, ...]]:
    labels = node_labels(tree)
    return [tuple(labels[n].split("/")) for n in np.flatnonzero(tree.terminal >= 0)]


def test_one_logit_equilibrium_of_chicken_treats_both_sides_alike() -> None:
    found = solve(entry("chicken").tree, "qre", precision=10)
    alike = [np.allclose(p.behaviour[:2], p.behaviour[2:], atol=1e-9) for p in found.equilibria]
    assert sorted(alike) == [False, False, True]
