"""What a status says: all of them where that is proven, found where something was searched."""

import numpy as np
import pytest
from tests.unit.games.play import signalling

from servanda.games import Form, bayes, read_efg, solve
from servanda.games.bayes import least_steps, perfect_bayesian
from servanda.games.beliefs import mismatch, regret, sequential_regret
from servanda.games.board import board_of
from servanda.games.catalogue import entry

OUTSIDE = """EFG 2 R "battle of the sexes with an outside option" { "A" "B" }
p "" 1 1 "" { "out" "in" } 0
t "" 1 "" { 3/4 3/4 }
p "" 1 2 "" { "a" "b" } 0
p "" 2 1 "" { "a" "b" } 0
t "" 2 "" { 3 1 }
t "" 3 "" { 0 0 }
p "" 2 1 "" { "a" "b" } 0
t "" 4 "" { 0 0 }
t "" 5 "" { 1 3 }
"""


@pytest.mark.parametrize(
    ("name", "concept", "count"),
    [
        ("extended-deterrence", "nash", 53),
        ("extended-deterrence", "spe", 53),
        ("extended-deterrence", "pbe", 1),
        ("egame123", "nash", 8),
    ],
)
def test_continua_without_a_curved_edge_are_complete(name, concept, count):
    solution = solve(entry(name).tree, concept)
    assert (solution.status, len(solution.equilibria)) == ("complete", count)
    assert not solution.note
    assert not any(e.unconfirmed for e in solution.equilibria)


def test_ranges_of_a_product_are_exact():
    """Nobody reaches the last two movers: what they threaten has to be bad enough."""
    first = [e for e in solve(entry("egame123").tree, "nash").equilibria if len(e.free) == 4]
    # The first stays out where 1 - 1.5 y - 0.5 y z <= 0, y and z the chances that they go on.
    spans = {f.place: (f.low, f.high) for f in first[0].free}
    assert spans[3] == pytest.approx((0.5, 1.0))
    assert spans[5] == pytest.approx((0.0, 1.0))


def test_an_outside_option_worth_the_mixed_equilibrium_is_no_obstacle():
    solution = solve(read_efg(OUTSIDE), "pbe")
    assert solution.status == "complete"
    assert sum(e.isolated for e in solution.equilibria) == 4
    mixed = [e for e in solution.equilibria if not e.isolated]
    assert [(f.low, f.high) for e in mixed for f in e.free] == [(0.0, 1.0), (0.0, 1.0)]


def test_a_curve_is_never_called_complete():
    table = np.zeros((2, 2, 2, 3))
    table[0, 0, 0, 2] = 1.0
    table[..., 1, 2] = 0.5
    game = Form("", ("A", "B", "C"), (("x", "y"),) * 3, table)
    for concept in ("nash", "pbe"):
        solution = solve(game, concept)
        assert solution.status == "found"
        assert "locally" in solution.note


def chicken(crash: float) -> Form:
    a = np.array([[0.0, -1.0], [1.0, crash]])
    return Form("", ("A", "B"), (("swerve", "drive"),) * 2, np.stack([a, a.T], axis=-1))


@pytest.mark.parametrize("concept", ["nash", "spe", "pbe"])
@pytest.mark.parametrize("crash", [-1e6, -1e9, -1e11, -1e12, -1e13, -1e15, -1e16, -1e20])
def test_beside_a_crash_nothing_is_called_complete(concept, crash):
    solution = solve(chicken(crash), concept)
    assert solution.status == "found"
    assert "very different size" in solution.note
    pure = {tuple(e.behaviour.round(9)) for e in solution.equilibria}
    assert {(1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 1.0, 0.0)} <= pure


@pytest.mark.parametrize("crash", [-1e11, -1e12, -1e13, -1e15])
def test_both_swerving_is_no_perfect_bayesian_equilibrium_however_bad_the_crash(crash):
    for e in solve(chicken(crash), "pbe").equilibria:
        assert e.behaviour[0] < 1.0 or e.behaviour[2] < 0.25
        assert e.behaviour[2] < 1.0 or e.behaviour[0] < 0.25


@pytest.mark.parametrize("crash", [-4.0, -1e3])
def test_a_crash_of_ordinary_size_is_complete(crash):
    solution = solve(chicken(crash), "pbe")
    assert (solution.status, len(solution.equilibria)) == ("complete", 3)


def test_steps_between_payoffs_leave_out_rounding():
    assert least_steps(np.array([[0.3], [0.1 + 0.2], [1.3]])) == pytest.approx([1.0])
    assert least_steps(np.array([[0.0], [1.0], [-1e16]])) == pytest.approx([1e-16])
    assert least_steps(np.full((3, 1), 7.0)) == pytest.approx([1.0])


def play():
    rng = np.random.default_rng(4)
    game = signalling(rng.normal(size=(2, 2, 2, 2)).round(2), 0.4)
    board = board_of(game)
    (found, *_), _ = perfect_bayesian(board, 10)
    return game, board, found


def test_beliefs_that_are_no_numbers_make_no_equilibrium():
    game, board, found = play()
    assert regret(board, found.behaviour, found.beliefs) < 1e-9
    assert mismatch(board, found.behaviour, found.beliefs) < 1e-9
    for nodes in board.members:
        held = found.beliefs.copy()
        held[list(nodes)] = np.nan
        assert regret(board, found.behaviour, held) == np.inf
        # Left out on request, as `sequential_regret` says.
        assert np.isfinite(sequential_regret(game, found.behaviour, held))
    assert mismatch(board, found.behaviour, np.full(board.n_nodes, np.nan)) == np.inf
    assert regret(board, found.behaviour * np.nan, found.beliefs) == np.inf


def test_a_candidate_whose_beliefs_are_no_numbers_is_refused(monkeypatch):
    _, board, _ = play()
    before = bayes.assessment

    def without(system, point):
        behaviour, held = before(system, point)
        return behaviour, np.where(np.arange(len(held)) == board.members[-1][0], np.nan, held)

    monkeypatch.setattr(bayes, "assessment", without)
    assert perfect_bayesian(board, 10)[0] == []
