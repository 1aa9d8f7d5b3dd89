"""Continua with products of probabilities: every piece is listed, with ranges that are its own."""

from itertools import product

import numpy as np
import pytest

from servanda.games import Form, pieces, solve
from servanda.games.board import board_of
from servanda.games.supports import possible_supports
from servanda.games.systems import systems

GRID = np.linspace(0.0, 1.0, 21)
POINTS = np.array(list(product(GRID, GRID, GRID)))
LAST = (1, 3, 5)  # the second action of each of three players with two


def form(table) -> Form:
    return Form("", ("A", "B", "C"), (("x", "y"),) * 3, np.array(table, dtype=float))


def hyperbola() -> Form:
    """A and B do not care; C is indifferent on the two parts of (p - 1/2)(q - 1/2) = 0.05."""
    table = np.zeros((2, 2, 2, 3))
    for p, q in product((0, 1), repeat=2):
        table[p, q, 1, 2] = 0.05 - (p - 0.5) * (q - 0.5)
    return form(table)


def most_gained(table, points):
    """What the best deviation gains at the probabilities of the second actions, [point]."""
    p, q, r = (np.stack([1.0 - x, x], axis=1) for x in points.T)
    a = np.einsum("ijk,nj,nk->ni", table[..., 0], q, r)
    b = np.einsum("ijk,ni,nk->nj", table[..., 1], p, r)
    c = np.einsum("ijk,ni,nj->nk", table[..., 2], p, q)
    gains = [(x.max(axis=1) - (x * own).sum(axis=1)) for x, own in ((a, p), (b, q), (c, r))]
    return np.maximum.reduce(gains)


def box(equilibrium):
    """Lowest and highest probability of each second action; all of [0, 1] where not confirmed."""
    low = equilibrium.behaviour[list(LAST)].copy()
    high = low.copy()
    for part in equilibrium.free:
        if part.place in LAST:
            low[LAST.index(part.place)], high[LAST.index(part.place)] = part.low, part.high
    for _, _, place in equilibrium.unconfirmed:
        if place in LAST:
            low[LAST.index(place)], high[LAST.index(place)] = 0.0, 1.0
    return low, high


def missing(game, solution):
    """Return the equilibria on a grid that no range of the list holds."""
    points = POINTS[most_gained(game.payoffs, POINTS) < 1e-9]
    held = np.zeros(len(points), dtype=bool)
    for low, high in map(box, solution.equilibria):
        held |= ((points >= low - 1e-6) & (points <= high + 1e-6)).all(axis=1)
    return points[~held]


@pytest.mark.parametrize("concept", ["nash", "pbe"])
def test_both_parts_of_a_curve_are_listed_with_their_own_ranges(concept):
    solution = solve(hyperbola(), concept)
    mixed = [e for e in solution.equilibria if (e.behaviour > 0.0).all()]
    spans = sorted([tuple(np.round([*low, *high], 6)) for low, high in map(box, mixed)])
    assert spans == [(0.0, 0.0, 0.0, 0.4, 0.4, 1.0), (0.6, 0.6, 0.0, 1.0, 1.0, 1.0)]
    assert not any(e.unconfirmed for e in solution.equilibria)
    assert solution.status == "found"


@pytest.mark.parametrize("concept", ["nash", "pbe"])
def test_a_set_in_two_parts_is_two_equilibria(concept):
    """C plays x where the product is large: near both (0, 0) and (1, 1), and nowhere between."""
    found = [
        box(e)
        for e in solve(hyperbola(), concept).equilibria
        if e.behaviour[4] == 1.0 and (e.behaviour[:4] > 0.0).all()
    ]
    spans = sorted(tuple(np.round([*low[:2], *high[:2]], 6)) for low, high in found)
    assert spans == [(0.0, 0.0, 0.4, 0.4), (0.6, 0.6, 1.0, 1.0)]


@pytest.mark.parametrize("concept", ["nash", "pbe"])
def test_a_set_like_a_cross_is_one(concept):
    found = [
        e
        for e in solve(hyperbola(), concept).equilibria
        if e.behaviour[5] == 1.0 and (e.behaviour[:4] > 0.0).all()
    ]
    ((low, high),) = map(box, found)
    assert (low[:2].tolist(), high[:2].tolist()) == ([0.0, 0.0], [1.0, 1.0])


@pytest.mark.parametrize("concept", ["nash", "pbe"])
def test_no_equilibrium_of_a_grid_is_missing_from_the_hyperbola(concept):
    game = hyperbola()
    solution = solve(game, concept)
    assert not len(missing(game, solution))
    points = np.array([e.behaviour[list(LAST)] for e in solution.equilibria])
    assert most_gained(game.payoffs, points).max() < 1e-9


TIED = [
    [[[[0, 0, 0], [1, 0, 0]], [[1, 1, 0], [0, 0, 0]]],
     [[[1, 0, 0], [0, 0, 0]], [[0, 0, 0], [1, 0, 0]]]],
    [[[[0, 0, 2], [1, 0, 1]], [[2, 0, 0], [1, 0, 1]]],
     [[[1, 0, 2], [0, 0, 2]], [[1, 0, 1], [2, 0, 1]]]],
    [[[[0, 1, 0], [2, 2, 0]], [[2, 2, 0], [0, 0, 0]]],
     [[[0, 1, 0], [2, 0, 0]], [[0, 0, 0], [1, 2, 0]]]],
    [[[[0, 1, 2], [0, 2, 2]], [[0, 2, 2], [0, 1, 1]]],
     [[[0, 2, 0], [0, 0, 1]], [[0, 0, 0], [0, 1, 0]]]],
    [[[[0, 0, 1], [0, 0, 0]], [[0, 1, 0], [0, 0, 1]]],
     [[[0, 1, 0], [0, 0, 1]], [[0, 0, 1], [0, 1, 0]]]],
]  # fmt: skip


@pytest.mark.parametrize("table", TIED)
def test_no_equilibrium_of_a_grid_is_missing_from_games_with_ties(table):
    game = form(table)
    assert not len(missing(game, solve(game, "nash")))


def test_ranges_are_no_wider_than_what_can_be_played():
    """At either end of a range something close to an equilibrium lies within the others."""
    for table in (hyperbola().payoffs, *map(np.array, TIED[:3])):
        for e in solve(form(table), "nash").equilibria:
            low, high = box(e)
            for player in np.flatnonzero(high > low):
                for end in (low[player], high[player]):
                    axes = [np.linspace(a, b, 41) for a, b in zip(low, high, strict=True)]
                    axes[player] = np.array([end])
                    tried = np.array(list(product(*axes)))
                    assert most_gained(np.asarray(table, dtype=float), tried).min() < 0.05


def test_where_nothing_shows_the_end_of_a_range_no_number_is_given(monkeypatch):
    monkeypatch.setattr(pieces, "excluded", lambda *_: False)
    solution = solve(hyperbola(), "pbe")
    unsure = [e for e in solution.equilibria if e.unconfirmed]
    assert len(unsure) >= 4
    for e in unsure:
        assert "not confirmed" in e.note
        assert not e.isolated
        assert not {(f.kind, f.infoset, f.place) for f in e.free} & set(e.unconfirmed)
    shown = [e for e in solution.published()["equilibria"] if "unconfirmed" in e]
    assert len(shown) == len(unsure)
    assert {"kind": "behaviour", "player": "A", "infoset": "1", "action": "x"} in [
        part for e in shown for part in e["unconfirmed"]
    ]
    nash = solve(hyperbola(), "nash")
    assert [e.unconfirmed for e in nash.equilibria if e.unconfirmed]
    assert all("not confirmed" in e.note for e in nash.equilibria if e.unconfirmed)


def test_a_piece_of_which_no_point_is_found_is_not_kept_silent(monkeypatch):
    whole = solve(hyperbola(), "nash")
    nothing = np.zeros((0, 2))
    monkeypatch.setattr(pieces, "_sampled", lambda group, low, high: np.full(low.shape, np.nan))
    monkeypatch.setattr(pieces, "_inner_points", lambda group, starts: nothing[:, : group.size])
    solution = solve(hyperbola(), "nash")
    assert len(solution.equilibria) < len(whole.equilibria)
    assert solution.status == "found"
    assert "locally" in solution.note


def test_the_regret_of_points_is_what_the_best_deviation_gains():
    board = board_of(hyperbola().tree())
    mixed = next(s for s in possible_supports(board) if all(len(acts) == 2 for acts in s))
    (system,) = systems(board, mixed)
    on = np.array([0.5 + np.sqrt(0.05), 0.5 + np.sqrt(0.05), 0.5])
    assert system.regret(on[None])[0] == pytest.approx(0.0, abs=1e-12)
    assert system.regret(np.array([[0.5, 0.5, 0.5]]))[0] == pytest.approx(0.05)
    assert system.regret(np.array([[np.nan, 0.5, 0.5]]))[0] == np.inf
