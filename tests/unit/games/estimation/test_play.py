"""Probabilities against closed forms and simulation, slopes against finite differences."""

import numpy as np
import pytest
from tests.unit.games.estimation import samples

from servanda.games.estimation.building import Request, build
from servanda.games.estimation.links import many, two
from servanda.games.estimation.signalling import SignallingFamily
from servanda.games.estimation.simulation import outcome_chances, simulate_table
from servanda.games.estimation.table import Table

SHOCKS = [(link, errors) for link in ("probit", "logit") for errors in ("agent", "private")]


def slopes_agree(family, eta, rows, tolerance=1e-6):
    """Compare scores [index, row] with central differences of the log likelihood."""
    score = family.at(eta).score
    step = 6e-6
    for index in range(len(eta)):
        moved = [eta.copy(), eta.copy()]
        moved[0][index] += step
        moved[1][index] -= step
        gap = (family.at(moved[0]).log - family.at(moved[1]).log) / (2 * step)
        scale = np.maximum(1, np.abs(score[index, :rows]))
        assert np.max(np.abs(gap[:rows] - score[index, :rows]) / scale) < tolerance


@pytest.mark.parametrize("model", ["egame12", "egame122", "egame123"])
@pytest.mark.parametrize(("link", "errors"), SHOCKS)
def test_probabilities_are_those_of_the_published_formulas(model, link, errors):
    random = np.random.default_rng(5)
    data = samples.covariates(60)
    formula = samples.FORMULAS[model]
    beta = random.normal(size=20)
    request = Request(model=model, formula=formula, link=link, errors=errors, scale="~ 1")
    table = Table.of({**data, "y": np.resize(range(4 if model != "egame12" else 3), 60)})
    built = build(request, table)
    beta = beta[: len(built.design.names)] * 0.8
    eta = built.design.eta(beta)
    ends = len(built.outcomes)
    u = {f"u{p}e{e}": np.zeros(60) for p in (1, 2, 3) for e in range(ends)}
    for place, slot in enumerate(built.shape.slots):
        u[f"u{slot.player + 1}e{slot.ends[0]}"] = eta[place]
    expected = samples.by_hand(model, u, link, errors, np.exp(eta[-1]))
    assert np.allclose(outcome_chances(built, beta), expected, atol=1e-14, rtol=1e-11)


@pytest.mark.parametrize("text", [samples.CRISIS, samples.TYPES, samples.THREE, samples.BLIND])
@pytest.mark.parametrize(("link", "errors"), SHOCKS)
def test_slopes_of_any_tree_equal_finite_differences(text, link, errors):
    game = samples.tree(text)
    player, end = game.players[0], "war" if "war" in text else "f"
    formula = f"end ~ {player}({end}) = a | {game.players[1]}({end}) = b"
    request = Request(model=game, formula=formula, link=link, errors=errors, scale="~ a | b")
    table = Table.of({**samples.covariates(40), "end": np.full(40, end, dtype=object)})
    blind_ok = link == "logit" and errors == "agent"
    refused = (
        (text == samples.BLIND and not blind_ok)
        or (errors == "private" and text == samples.CRISIS)
        or (errors == "private" and link == "logit" and text == samples.THREE)
    )
    if refused:
        with pytest.raises(Exception, match=r"errors|probit"):
            build(request, table)
        return
    built = build(request, table)
    random = np.random.default_rng(2)
    family = built.family
    for outcome in range(len(built.outcomes)):
        part = family.__class__(
            *(getattr(family, name) if name != "outcome" else np.full(40, outcome)
              for name in ("wiring", "outcome", "groups", "ways") if hasattr(family, name))
        )  # fmt: skip
        eta = random.normal(size=(family.indices, 40)) * 0.7
        slopes_agree(part, eta, 40)


def test_slopes_of_the_ultimatum_equal_finite_differences_inside_and_at_both_ends():
    rows = 30
    random = np.random.default_rng(8)
    offer = np.concatenate([[0.0] * 5, [10.0] * 5, random.uniform(1, 9, rows - 10)])
    table = Table.of({**samples.covariates(rows), "o": offer, "r": (offer > 5).astype(float)})
    built = build(Request(model="ultimatum", formula="o + r ~ a | b", highest=10.0), table)
    eta = np.stack([random.normal(2, 1, rows), random.normal(4, 1, rows),
                    random.normal(1, 0.2, rows), random.normal(0.5, 0.2, rows)])  # fmt: skip
    slopes_agree(built.family, eta, rows)


@pytest.mark.parametrize("held", [False, True])
def test_slopes_of_the_signalling_game_follow_its_equilibrium(held):
    rows = 25
    random = np.random.default_rng(1)
    eta = np.stack([
        random.normal(0, 0.3, rows), random.normal(1, 0.3, rows), random.normal(-1, 0.3, rows),
        random.normal(-0.8, 0.3, rows), random.normal(-1, 0.3, rows),
        random.normal(-1, 0.3, rows), random.normal(0.3, 0.2, rows),
    ])  # fmt: skip
    counts = random.integers(0, 4, (4, rows)).astype(float) + 1
    chances = random.uniform(0.2, 0.8, (2, rows)) if held else None
    slopes_agree(SignallingFamily(counts, chances), eta, rows)


def test_private_information_is_what_players_with_such_shocks_do():
    """Play egame12 with drawn shocks: the later mover knows its own, the earlier one averages."""
    u1 = np.array([0.1, -0.4, 0.9])
    u2 = np.array([0.0, 0.3])
    random = np.random.default_rng(4)
    draws = 400_000
    e1, e2 = random.normal(size=(3, draws)), random.normal(size=(2, draws))
    p = samples.by_hand(
        "egame12",
        {"u1e0": u1[0], "u1e1": u1[1], "u1e2": u1[2], "u2e1": u2[0], "u2e2": u2[1]},
        "probit",
        "private",
    )
    q = p[2] / (p[1] + p[2])
    goes = (1 - q) * (u1[1] + e1[1]) + q * (u1[2] + e1[2]) > u1[0] + e1[0]
    fights = u2[1] + e2[1] > u2[0] + e2[0]
    made = [np.mean(~goes), np.mean(goes & ~fights), np.mean(goes & fights)]
    assert np.allclose(made, p, atol=4 * np.sqrt(0.25 / draws))


def test_three_normal_shocks_agree_with_drawn_ones():
    value, spread = np.array([[0.3], [-0.2], [0.6]]), np.array([[1.0], [0.8], [0.7]])
    logs, _, _ = many(value, spread, "probit")
    random = np.random.default_rng(0)
    drawn = value + spread * random.normal(size=(3, 400_000))
    shares = np.bincount(drawn.argmax(axis=0)) / 400_000
    assert np.allclose(np.exp(logs[:, 0]), shares, atol=4 * np.sqrt(0.25 / 400_000))
    assert np.exp(logs).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("link", ["probit", "logit"])
def test_many_actions_of_which_there_are_two_are_two(link):
    value = np.array([[0.4, -1.0], [1.2, 0.3]])
    logs, slopes, _ = many(value, np.ones((2, 2)), link)
    yes, no, up, down = two((value[1] - value[0]) / np.sqrt(2), link)
    assert np.allclose(logs, [no, yes], atol=1e-12)
    assert np.allclose(slopes[1, 1], up / np.sqrt(2), atol=1e-11)
    assert np.allclose(slopes[0, 1], down / np.sqrt(2), atol=1e-11)


def test_a_choice_of_one_in_a_billion_keeps_its_likelihood_and_slope():
    for link in ("probit", "logit"):
        yes, _, up, _ = two(np.array([-30.0]), link)
        assert np.isfinite(yes).all()
        assert np.isfinite(up).all()
        assert yes[0] < -29


def test_outcomes_of_ends_with_one_label_are_added():
    data = samples.covariates(50)
    formula = "end ~ A(war) = a | B(loss) = b"
    made = simulate_table(samples.tree(samples.TYPES), formula, data, [0.1, 0.2, 0.3, 0.4], seed=1)
    built = build(Request(model=samples.tree(samples.TYPES), formula=formula), made)
    assert built.outcomes == ("sq", "war", "loss")
    p = outcome_chances(built, np.array([0.1, 0.2, 0.3, 0.4]))
    assert np.allclose(p.sum(axis=0), 1, atol=1e-13)
