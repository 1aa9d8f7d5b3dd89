"""Nash equilibria of small games, pure and mixed.

With two players the extreme points of the set of equilibria come from the corners of the two best
response polytopes (Mangasarian 1964; von Stengel 2002); with more, every support is tried. A tree
is solved in its reduced strategic form, and mixed strategies become behaviour (Kuhn 1953).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice, product
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.bayes import most_regret, perfect_bayesian
from servanda.games.board import Board, board_of
from servanda.games.form import Form
from servanda.games.solution import Equilibrium, Extent, Free, Kind

__all__ = ["MixedPoint", "extreme_equilibria", "nash_equilibria", "strategic_equilibria"]

Floats = NDArray[np.float64]
Mixed = tuple[Floats, ...]

MOST_BASES = 500_000
MOST_CELLS = 20_000
TIGHT = 1e-9
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class MixedPoint:
    """An equilibrium in mixed strategies.

    Attributes:
        mixed: [player] float64[strategy].
        note: whether it is part of a continuum.
        ranges: (player, strategy, low, high) where a probability may vary on its own support.
        unconfirmed: (player, strategy) where it seems to, and how far was not shown.
    """

    mixed: Mixed
    note: str = ""
    ranges: tuple[tuple[int, int, float, float], ...] = ()
    unconfirmed: tuple[tuple[int, int], ...] = ()


def strategic_equilibria(payoffs: Floats, most: int) -> tuple[list[MixedPoint], Extent]:
    """Find the Nash equilibria of a strategic form.

    Args:
        payoffs: float64[strategy of player 1, ..., player].
        most: at most so many.

    Returns:
        The equilibria, pure ones first, and how much of all that is (of a continuum with two
        players all is all extreme points).

    Raises:
        ModelError: SV886, the game is too large.
    """
    active = [i for i, size in enumerate(payoffs.shape[:-1]) if size > 1]
    if len(active) <= 2:
        points = _by_corners(payoffs, active)
        extent = Extent.FOUND if _doubtful(payoffs, points) else Extent.WHOLE
    else:
        points, extent = _by_supports(payoffs, most)
    points.sort(key=lambda p: sum(int((x > TIGHT).sum()) for x in p.mixed))
    return points[:most], extent if len(points) <= most else Extent.CUT


def _doubtful(payoffs: Floats, points: list[MixedPoint]) -> bool:
    """Say whether rounding may have cost or added a point.

    So it may be where payoffs are of very different size, and so it was where a game without ties
    has an even number of equilibria (Wilson 1971).
    """
    players = range(payoffs.shape[-1])
    even = len(points) % 2 == 0 and not any(_tied(payoffs, player) for player in players)
    return even or any(_uneven(payoffs[..., player]) for player in players)


def _tied(payoffs: Floats, player: int) -> bool:
    """Say whether two strategies of a player are worth the same against some others."""
    if player >= payoffs.ndim - 1:
        return False
    own = np.sort(payoffs[..., player], axis=player)
    return bool((np.diff(own, axis=player) <= ROUNDING).any())


def _uneven(payoff: Floats) -> bool:
    """Say whether the payoffs of one player are of very different size."""
    steps = np.diff(np.unique(payoff))
    spread = float(steps.sum())
    steps = steps[steps > ROUNDING * spread]
    if len(steps) < 2:
        return False
    rest = spread - float(steps.max())
    return bool(steps.min() < 1e-6 * spread or steps.max() > 1e3 * rest)


def _by_corners(payoffs: Floats, active: list[int]) -> list[MixedPoint]:
    """Solve a game in which at most two players have a choice."""
    shape = payoffs.shape[:-1]
    passive = [i for i in range(len(shape)) if i not in active]
    pair = (active + passive + [0, 0])[:2]
    sizes = [shape[i] for i in active] + [1] * (2 - len(active))
    a, b = (payoffs[..., i].reshape(sizes) for i in pair)
    found = []
    for point in extreme_equilibria(a, b):
        mixed = [np.ones(1) for _ in shape]
        for place, player in enumerate(active):
            mixed[player] = point.mixed[place]
        found.append(MixedPoint(tuple(mixed), point.note))
    return found


def extreme_equilibria(a: Floats, b: Floats) -> list[MixedPoint]:
    """Return the extreme equilibria of a two-player game.

    Every equilibrium is a mixture of extreme ones that share the strategy of one player.

    Args:
        a: float64[strategy of 1, strategy of 2], payoffs of the first player.
        b: the same of the second.

    Returns:
        Points, each with a note where it is one end of a continuum.

    Raises:
        ModelError: SV886, there are more than `MOST_BASES` bases to look at.

    Examples:
        >>> coins = np.array([[1.0, -1.0], [-1.0, 1.0]])
        >>> [x.round(9).tolist() for x in extreme_equilibria(coins, -coins)[0].mixed]
        [[0.5, 0.5], [0.5, 0.5]]
    """
    rows, columns = _undominated(a, b)
    inner_a, inner_b = (_positive(part[np.ix_(rows, columns)]) for part in (a, b))
    m, n = inner_a.shape
    if comb(m + n, m) > MOST_BASES:
        raise ModelError(
            f"the game has {m} x {n} strategies after elimination, {comb(m + n, m):,} bases to "
            f"look at and room for {MOST_BASES:,}; ask for qre at a high precision instead",
            "SV886",
        )
    xs, x_tight = _vertices(inner_b.T)
    ys, y_tight = _vertices(inner_a)
    # Labels of the first polytope: own strategies at 0, then best replies of the other.
    y_labels = np.concatenate([y_tight[:, n:], y_tight[:, :n]], axis=1)
    pairs = [
        (i, int(j))
        for i in range(len(xs))
        for j in np.flatnonzero((x_tight[i] | y_labels).all(axis=1))
    ]
    found = []
    for i, j in pairs:
        shared = sum(1 for other in pairs if (other[0] == i) != (other[1] == j))
        x, y = np.zeros(a.shape[0]), np.zeros(a.shape[1])
        x[rows], y[columns] = xs[i] / xs[i].sum(), ys[j] / ys[j].sum()
        found.append(MixedPoint((x, y), "an extreme point of a continuum" if shared else ""))
    return found


def _positive(payoff: Floats) -> Floats:
    spread = payoff.max() - payoff.min()
    scaled: Floats = 1.0 + (payoff - payoff.min()) / (spread if spread > 0.0 else 1.0)
    return scaled


def _undominated(a: Floats, b: Floats) -> tuple[list[int], list[int]]:
    """Drop strategies that another pure one beats strictly, again and again."""
    rows, columns = list(range(a.shape[0])), list(range(a.shape[1]))
    while True:
        part_a, part_b = a[np.ix_(rows, columns)], b[np.ix_(rows, columns)].T
        keep_rows = [r for r, bad in zip(rows, _beaten(part_a), strict=True) if not bad]
        keep_columns = [c for c, bad in zip(columns, _beaten(part_b), strict=True) if not bad]
        if len(keep_rows) == len(rows) and len(keep_columns) == len(columns):
            return rows, columns
        rows, columns = keep_rows, keep_columns


def _beaten(payoff: Floats) -> list[bool]:
    return [bool((payoff > row).all(axis=1).any()) for row in payoff]


def _vertices(payoff: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the corners but 0 of {z >= 0, payoff z <= 1} and which constraints are tight.

    The constraints come in the order z >= 0, then payoff z <= 1.
    """
    replies, size = payoff.shape
    sides = np.concatenate([-np.eye(size), payoff])
    bounds = np.concatenate([np.zeros(size), np.ones(replies)])
    corners: list[Floats] = []
    # As many of the z are positive as rows of the payoff are tight.
    for count in range(1, min(size, replies) + 1):
        bases = product(combinations(range(size), count), combinations(range(replies), count))
        while chunk := list(islice(bases, 20_000)):
            kept, rows = (np.array(part) for part in zip(*chunk, strict=True))
            square = payoff[rows[:, :, None], kept[:, None, :]]
            regular = _regular(square)
            point = np.zeros((int(regular.sum()), size))
            part = np.linalg.solve(square[regular], np.ones((len(point), count, 1)))[:, :, 0]
            np.put_along_axis(point, kept[regular], part, axis=1)
            inside = (point @ sides.T <= bounds + TIGHT).all(axis=1)
            corners.append(point[inside])
    points = np.concatenate(corners)
    points = points[points.max(axis=1) > TIGHT]
    _, first = np.unique(points.round(9) + 0.0, axis=0, return_index=True)
    points = np.maximum(points[np.sort(first)], 0.0)
    return points, np.abs(points @ sides.T - bounds) <= 10 * TIGHT


def _regular(square: Floats) -> NDArray[np.bool_]:
    """Say which matrices can be solved with: bool[matrix] of float64[matrix, row, column]."""
    size = np.abs(np.linalg.det(square))
    regular: NDArray[np.bool_] = size > 1e-11
    small = np.flatnonzero(~regular & (size > 0.0))
    regular[small] = np.linalg.cond(square[small]) < 1e6
    return regular


def _by_supports(payoffs: Floats, most: int) -> tuple[list[MixedPoint], Extent]:
    """Solve a game of any number of players as a simultaneous tree."""
    kept = _unbeaten(payoffs)
    whole, payoffs = payoffs.shape[:-1], payoffs[np.ix_(*kept, range(payoffs.shape[-1]))]
    shape = payoffs.shape[:-1]
    if prod(shape) > MOST_CELLS:
        raise ModelError(
            f"the strategic form has {' x '.join(map(str, shape))} cells and room for "
            f"{MOST_CELLS:,}; ask for qre at a high precision, or spe of the tree",
            "SV886",
        )
    names = tuple(tuple(str(s) for s in range(size)) for size in shape)
    board = board_of(Form("", tuple(str(i) for i in range(len(shape))), names, payoffs).tree())
    found, extent = perfect_bayesian(board, most)

    def named(h: int, action: int) -> tuple[int, int]:
        return h, kept[h][action - board.choices[h][0]]

    points = []
    for equilibrium in found:
        mixed = tuple(np.zeros(size) for size in whole)
        for own, rows, acts in zip(mixed, kept, board.choices, strict=True):
            own[rows] = equilibrium.behaviour[list(acts)]
        ranges = tuple((*named(f.infoset, f.place), f.low, f.high) for f in equilibrium.free)
        unconfirmed = tuple(named(h, place) for _, h, place in equilibrium.unconfirmed)
        note = equilibrium.note or ("one of a continuum" if ranges else "")
        points.append(MixedPoint(mixed, note, ranges, unconfirmed))
    return points, extent


def _unbeaten(payoffs: Floats) -> list[list[int]]:
    """Return for each player the strategies that survive strict dominance by pure ones."""
    kept = [list(range(size)) for size in payoffs.shape[:-1]]
    while True:
        before = sum(map(len, kept))
        for player, own in enumerate(kept):
            part = payoffs[..., player][np.ix_(*kept)]
            table = np.moveaxis(part, player, 0).reshape(len(own), -1)
            kept[player] = [s for s, bad in zip(own, _beaten(table), strict=True) if not bad]
        if sum(map(len, kept)) == before:
            return kept


def nash_equilibria(board: Board, most: int) -> tuple[list[Equilibrium], Extent]:
    """Find the Nash equilibria of a tree with numbers, as behaviour.

    Behaviour at sets that a player's own strategy never reaches is free; an even mixture stands
    for it.

    Args:
        board: the game.
        most: at most so many.

    Returns:
        The equilibria and how much of all that is.

    Raises:
        ModelError: SV886, the reduced strategic form is too large.
    """
    plans = [_plans(board, player) for player in range(board.n_players)]
    payoffs = _strategic_payoffs(board, plans)
    # Several mixtures may be one behaviour, so that more are asked for than are returned.
    points, extent = strategic_equilibria(payoffs, 20 * most)
    tolerance = 10.0 * most_regret(payoffs.reshape(-1, board.n_players))
    found: list[Equilibrium] = []
    for point in points:
        behaviour, free, unconfirmed = _behaviour(board, plans, point)
        if any(np.abs(behaviour - other.behaviour).max() < TIGHT for other in found):
            continue
        values = board.value(behaviour[:, None])[0, :, 0]
        residual = _regret(payoffs, point.mixed)
        if residual > tolerance:
            extent = min(extent, Extent.FOUND)
            continue
        held = np.full(board.n_nodes, np.nan)
        worth = board.own(values)
        found.append(Equilibrium(behaviour, held, worth, residual, free, point.note, unconfirmed))
    return found[:most], extent if len(found) <= most else Extent.CUT


def _plans(board: Board, player: int) -> NDArray[np.int64]:
    """Return int64[strategy, own set]: the action taken, -1 where own moves rule the set out."""
    own = [h for h in range(len(board.owner)) if board.owner[h] == player]
    own.sort(key=lambda h: board.members[h][0])
    rows: list[tuple[int, ...]] = [()]
    for h in own:
        last = _last_own(board, h, player)
        made: list[tuple[int, ...]] = []
        for row in rows:
            made += [(*row, a) for a in board.choices[h]] if last in (-1, *row) else [(*row, -1)]
        rows = made
        if len(rows) > MOST_CELLS:
            raise ModelError(
                f"player {player + 1} has more than {MOST_CELLS:,} pure strategies in "
                f"{len(own)} information sets; ask for qre or spe of the tree",
                "SV886",
            )
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(own))


def _last_own(board: Board, h: int, player: int) -> int:
    for node in reversed(board.path(board.members[h][0])):
        above = board.infoset[board.parent[node]]
        if above >= 0 and board.owner[above] == player:
            return board.via[node]
    return -1


def _strategic_payoffs(board: Board, plans: list[NDArray[np.int64]]) -> Floats:
    shape = tuple(len(rows) for rows in plans)
    if prod(shape) > 1_000_000:
        raise ModelError(
            f"the reduced strategic form has {' x '.join(map(str, shape))} cells; ask for qre or "
            "spe of the tree",
            "SV886",
        )
    cells = np.zeros((*shape, board.n_players))
    for node in range(board.n_nodes):
        if board.children[node]:
            continue
        path = board.path(node)
        weight = np.array(prod(board.chance[-1 - board.via[n]] for n in path if board.via[n] < 0))
        for player, rows in enumerate(plans):
            fits = np.ones(len(rows))
            for step in path:
                above = board.infoset[board.parent[step]]
                if above >= 0 and board.owner[above] == player:
                    fits *= (rows == board.via[step]).any(axis=1)
            weight = np.multiply.outer(weight, fits)
        cells += weight[..., None] * board.payoff[node]
    return cells


def _behaviour(
    board: Board, plans: list[NDArray[np.int64]], point: MixedPoint
) -> tuple[Floats, tuple[Free, ...], tuple[tuple[Kind, int, int], ...]]:
    """Turn mixed strategies into probabilities at information sets, and say what may vary."""
    behaviour = np.zeros(board.n_actions)
    free: list[Free] = []
    for rows, weights in zip(plans, point.mixed, strict=True):
        np.add.at(behaviour, rows[rows >= 0], np.repeat(weights, (rows >= 0).sum(axis=1)))
    for h, acts in enumerate(board.choices):
        total = behaviour[list(acts)].sum()
        if total > TIGHT:
            behaviour[list(acts)] /= total
        else:
            behaviour[list(acts)] = 1.0 / len(acts)
            free += [Free("behaviour", h, a, 0.0, 1.0) for a in acts if len(acts) > 1]

    def named(player: int, strategy: int) -> tuple[Kind, int, int] | None:
        # Mixed strategies over several sets have no single action that varies: the note tells.
        if plans[player].shape[1] != 1:
            return None
        action = int(plans[player][strategy, 0])
        return (
            "behaviour",
            next(h for h, acts in enumerate(board.choices) if action in acts),
            action,
        )

    for player, strategy, low, high in point.ranges:
        if place := named(player, strategy):
            free.append(Free(*place, low, high))
    unsure = (named(player, strategy) for player, strategy in point.unconfirmed)
    return behaviour, tuple(free), tuple(place for place in unsure if place)


def _regret(payoffs: Floats, mixed: Mixed) -> float:
    """Return the most that a player gains by another pure strategy."""
    worst = 0.0
    for player, own in enumerate(mixed):
        table = payoffs[..., player]
        for other in reversed(range(len(mixed))):
            if other != player:
                table = np.tensordot(table, mixed[other], axes=([other], [0]))
        worst = max(worst, float(table.max() - table @ own))
    return worst
