"""All logit equilibria: proven by intervals where one unknown is enough, searched for elsewhere."""

from fractions import Fraction

import numpy as np
import pytest
from tests.unit.games.play import Ends, horse, move, signalling, tree, unilateral

from servanda.domain.errors import ModelError
from servanda.games import Form, solve, solve_batch
from servanda.games.board import board_of
from servanda.games.enclosure import Interval, exponential, log_share
from servanda.games.replies import make_replies


def form(rng):
    return Form("", ("A", "B"), (("x", "y"),) * 2, rng.normal(size=(2, 2, 2)).round(2))


def zeros_by_grid(game, precision, points=2_000_000):
    """Count the logit equilibria of a two-by-two game by signs on a very fine grid of log-odds."""
    a, b = game.payoffs[..., 0], game.payoffs[..., 1]
    reach = precision * (a.max() - a.min()) + 1.0
    odds = np.linspace(-reach, reach, points)
    x = 1 / (1 + np.exp(-odds))
    y = 1 / (1 + np.exp(-precision * (x * (b[0, 1] - b[0, 0]) + (1 - x) * (b[1, 1] - b[1, 0]))))
    # x is the chance of the first row, y of the second column.
    gap = precision * ((1 - y) * (a[0, 0] - a[1, 0]) + y * (a[0, 1] - a[1, 1])) - odds
    crossing = np.flatnonzero(np.sign(gap[1:]) != np.sign(gap[:-1]))
    return np.sort(x[crossing])


@pytest.mark.parametrize("precision", [0.0, 0.5, 3.0, 12.0, 60.0])
def test_two_by_two_games_have_exactly_the_equilibria_of_a_fine_grid(precision):
    rng = np.random.default_rng(int(10 * precision))
    several = 0
    for _ in range(8):
        game = form(rng)
        solution = solve(game, "qre", precision=precision)
        assert solution.status == "complete"
        mine = np.sort([e.behaviour[0] for e in solution.equilibria])
        grid = zeros_by_grid(game, precision)
        assert len(mine) == len(grid)
        assert mine == pytest.approx(grid, abs=1e-4)
        assert max(e.residual for e in solution.equilibria) < 1e-10
        several += len(mine) > 1
    assert several or precision < 10


def test_a_stag_hunt_has_three_beyond_the_fold():
    game = Form(
        "", ("A", "B"), (("stag", "hare"),) * 2,
        np.array([[[4, 4], [0, 3]], [[3, 0], [2, 2]]], dtype=float),
    )  # fmt: skip
    few = solve(game, "qre", precision=0.5)
    many = solve(game, "qre", precision=5.0)
    assert (few.status, len(few.equilibria)) == ("complete", 1)
    assert (many.status, len(many.equilibria)) == ("complete", 3)
    # The principal branch leads to the choice that risks least.
    assert many.equilibria[0].behaviour[0] < 0.01


@pytest.mark.parametrize("precision", [0.5, 4.0, 20.0])
@pytest.mark.parametrize("build", [horse, lambda: unilateral(0.2, 0.3)])
def test_the_first_is_the_principal_branch_of_the_kernel(build, precision):
    game = build()
    solution = solve(game, "qre", precision=precision)
    kernel = solve_batch(game, game.payoffs(), [precision])
    assert kernel.status[0] < 2
    first = solution.equilibria[0]
    assert first.behaviour == pytest.approx(kernel.action[0], abs=1e-9)
    assert first.values == pytest.approx(kernel.value[0], abs=1e-9)
    assert first.beliefs[game.infoset >= 0] == pytest.approx(
        kernel.belief(0)[game.infoset >= 0], abs=1e-9
    )


SYMMETRIC = {
    "chicken": [[(0, 0), (7, 2)], [(2, 7), (6, 6)]],
    "chicken, yielding first": [[(6, 6), (2, 7)], [(7, 2), (0, 0)]],
    "stag hunt": [[(4, 4), (0, 3)], [(3, 0), (2, 2)]],
    "battle": [[(3, 2), (0, 0)], [(0, 0), (2, 3)]],
    "battle, apart": [[(0, 0), (3, 2)], [(2, 3), (0, 0)]],
    "hawk and dove": [[(-1, -1), (4, 0)], [(0, 4), (2, 2)]],
}


@pytest.mark.parametrize("name", SYMMETRIC)
def test_the_first_is_the_principal_branch_through_a_bifurcation(name):
    """In a symmetric game the branch goes straight on where others leave it."""
    game = Form("", ("A", "B"), (("x", "y"),) * 2, np.array(SYMMETRIC[name], dtype=float))
    tree_of_it = game.tree()
    precisions = np.arange(1.0, 21.0)
    kernel = solve_batch(tree_of_it, tree_of_it.payoffs(), precisions)
    assert (kernel.status < 2).all()
    several = 0
    for precision, expected in zip(precisions, kernel.action, strict=True):
        solution = solve(game, "qre", precision=precision)
        assert solution.status == "complete"
        assert solution.equilibria[0].behaviour == pytest.approx(expected, abs=1e-9)
        several += len(solution.equilibria) > 1
    assert several


def test_a_bifurcation_is_one_solution_and_not_called_proven():
    table = np.array([[(1, 1), (0, 0)], [(0, 0), (1, 1)]], dtype=float)
    solution = solve(Form("", ("A", "B"), (("x", "y"),) * 2, table), "qre", precision=2.0)
    assert (solution.status, len(solution.equilibria)) == ("found", 1)
    assert "bifurcation" in solution.note
    assert solution.equilibria[0].behaviour == pytest.approx([0.5] * 4, abs=1e-6)


def test_signalling_games_are_searched_not_proven():
    rng = np.random.default_rng(5)
    several = 0
    for _ in range(6):
        game = signalling(rng.normal(size=(2, 2, 2, 2)).round(2), 0.4)
        solution = solve(game, "qre", precision=25.0)
        assert solution.status == "found"
        assert solution.note
        assert max(e.residual for e in solution.equilibria) < 1e-10
        several += len(solution.equilibria) > 1
    assert several


def test_perfect_information_needs_no_unknown():
    end = Ends()
    last = move(2, 1, ("l", end(1, 0)), ("r", end(0, 1)))
    solution = solve(tree(("1", "2"), move(1, 1, ("a", last), ("b", end(0.4, 0)))), "qre")
    assert (solution.status, len(solution.equilibria)) == ("complete", 1)
    right = 1 / (1 + np.exp(-4.0))
    first = 1 / (1 + np.exp(4.0 * (0.4 - (1 - right))))
    assert solution.equilibria[0].behaviour == pytest.approx([first, 1 - first, 1 - right, right])


def test_the_unknowns_are_as_few_as_can_be():
    ones = np.ones(2)
    assert make_replies(board_of(form(np.random.default_rng(1)).tree()), ones).unknowns == 1
    assert make_replies(board_of(signalling(np.zeros((2, 2, 2, 2)), 0.5)), ones).unknowns == 2


def test_intervals_hold_the_function_and_its_derivative():
    """Values and differences at many points lie in the bounds of their cells."""
    edges = np.linspace(-6, 6, 41)
    cells = Interval(edges[:-1], edges[1:], np.ones(40), np.ones(40))

    def function(x):
        share = exponential(log_share([x * 1.5 - 1.0, x * -0.5]))
        return share * (share - 0.5) * 3.0 - x * 0.1 + 2.0

    bounds = function(cells)
    for weight in np.linspace(0.01, 0.99, 23):
        x = edges[:-1] + weight * np.diff(edges)
        value = function(x)
        slope = (function(x + 1e-6) - function(x - 1e-6)) / 2e-6
        assert (bounds.low - 1e-12 <= value).all()
        assert (value <= bounds.high + 1e-12).all()
        assert (bounds.slope_low - 1e-6 <= slope).all()
        assert (slope <= bounds.slope_high + 1e-6).all()


def test_bounds_hold_exact_sums_and_products():
    """Where the rounded result lies beside the exact one, the bounds lie on both sides of it."""
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 200)) * 10.0 ** rng.integers(-8, 8, (2, 200))
    flat = np.zeros(200)
    one, two = Interval(a, a, flat, flat), Interval(b, b, flat, flat)
    for result, exact in (
        (one + two, [Fraction(x) + Fraction(y) for x, y in zip(a, b, strict=True)]),
        (one * two, [Fraction(x) * Fraction(y) for x, y in zip(a, b, strict=True)]),
    ):
        for low, value, high in zip(result.low, exact, result.high, strict=True):
            assert Fraction(low) <= value <= Fraction(high)


@pytest.mark.parametrize("precision", [-1.0, np.inf, np.nan])
def test_a_precision_must_be_a_number_from_zero_upwards(precision):
    with pytest.raises(ModelError) as refusal:
        solve(horse(), "qre", precision=precision)
    assert refusal.value.code == "SV887"


def test_a_large_game_has_its_principal_equilibrium_and_says_that_this_is_all():
    rng = np.random.default_rng(3)
    end, number = Ends(), [0, 0]

    def below(depth):
        if depth == 6:
            return end(*rng.normal(size=2).round(3))
        player = depth % 2
        number[player] += 1
        mine = number[player]
        return move(player + 1, mine, *[(label, below(depth + 1)) for label in "abcd"])

    game = tree(("1", "2"), below(0))
    assert game.n_nodes > 5000
    solution = solve(game, "qre", precision=2.0)
    assert (solution.status, len(solution.equilibria)) == ("principal", 1)
    assert solution.equilibria[0].residual < 1e-10
    with pytest.raises(ModelError, match=r"5,461 nodes.*qre") as refusal:
        solve(game, "pbe")
    assert refusal.value.code == "SV886"
