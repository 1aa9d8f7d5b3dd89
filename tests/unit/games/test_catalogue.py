"""Every result that a file of the catalogue claims is recomputed here from its tree."""

from __future__ import annotations

from collections.abc import Mapping
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
from servanda.study.sweeping import SweepRange, kinds_of, sweep

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
    game, given = entry(name), dict(result.at)
    over = expected["sweep"]
    bounds = SweepRange(over["parameter"], float(over["from"]), float(over["to"]), 14)
    found = sweep(game.tree, bounds, result.concept, values=given, named=kinds(game.text))
    regions = [region for region in found.regions if region.name == expected["name"]]
    parameters = {**game.tree.parameters, **given}
    assert len(regions) == 1
    for key, end in (("from", regions[0].low), ("to", regions[0].high)):
        if key in expected:
            assert end == pytest.approx(number(expected[key], parameters), abs=1e-3)


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


def test_all_five_sorts_of_unilateral_deterrence_exist_somewhere() -> None:
    named = set(kinds(entry("unilateral-deterrence").text))
    assert {"bluff", "attack", "separating", "sure deterrence", "steadfast deterrence"} <= named


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


def test_the_files_hold_no_tabs_and_no_long_lines() -> None:
    for name in names():
        text = files("servanda.games.catalogue").joinpath(f"{name}.yaml").read_text("utf-8")
        assert "\t" not in text
        assert set_keys(entry(name).tree)


def test_the_intuitive_criterion_keeps_beer_alone() -> None:
    """Who could gain by the other breakfast, whatever the receiver made of it?"""
    tree = entry("beer-quiche").tree
    payoffs = dict(zip(names_of_ends(tree), tree.payoffs()[0, :, 0], strict=True))
    found = solve(tree, "pbe")
    for drink, other, kept in (("beer", "quiche", True), ("quiche", "beer", False)):
        assert any(plays(tree, p)["Sender", "strong sender", drink] == 1 for p in found.equilibria)
        gains = {
            sender: payoffs[sender, other, "no duel"] > payoffs[sender, drink, "no duel"]
            for sender in ("strong", "weak")
        }
        # the type that alone could gain is believed, and then no duel follows
        assert gains == {"strong": not kept, "weak": kept}
        duels = gains["weak"]  # against the weak the receiver prefers a duel
        assert duels == kept


def names_of_ends(tree: Tree) -> list[tuple[str, ...]]:
    labels = node_labels(tree)
    return [tuple(labels[n].split("/")) for n in np.flatnonzero(tree.terminal >= 0)]


def test_one_logit_equilibrium_of_chicken_treats_both_sides_alike() -> None:
    found = solve(entry("chicken").tree, "qre", precision=10)
    alike = [np.allclose(p.behaviour[:2], p.behaviour[2:], atol=1e-9) for p in found.equilibria]
    assert sorted(alike) == [False, False, True]
