"""All logit agent equilibria of a small game at one precision (McKelvey & Palfrey 1998).

Where one unknown settles the behaviour of everybody, a search over intervals finds every solution
and shows that there is no other, up to rounding (see `servanda.games.enclosure`). With more
unknowns Newton's method starts from many points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.games.batch import solve_batch
from servanda.games.board import Board
from servanda.games.enclosure import Interval
from servanda.games.principal import follow
from servanda.games.replies import Replies, make_replies
from servanda.games.solution import Equilibrium, Status
from servanda.games.tree import Tree

__all__ = ["logit_equilibria"]

Floats = NDArray[np.float64]

CELLS = 128
MOST_CELLS = 4096
NARROW = 1e-9
STARTS = 512
APART = 1e-7
MOST_RESIDUAL = 1e-10


def logit_equilibria(
    tree: Tree, board: Board, precision: float, most: int
) -> tuple[list[Equilibrium], Status, str]:
    """Find the logit equilibria of a game with numbers, the principal branch first.

    Args:
        tree: the game, for its principal branch.
        board: the same with numbers.
        precision: in 1 / payoff units.
        most: at most so many.

    Returns:
        The equilibria, the status, and why it is not ``complete``.
    """
    replies = make_replies(board, precision * board.scale)
    if replies is None:
        kernel = _by_kernel(tree, board, precision)
        return kernel, "principal", "a large game: other branches were not looked for"
    start = follow(replies)
    first: Floats | None
    if start is not None:
        first = np.exp(_flat(replies, start))
    else:
        kernel = _by_kernel(tree, board, precision)
        first = kernel[0].behaviour if kernel else None
    points, proven = _points(replies)
    found = [_equilibrium(replies, _flat(replies, point)) for point in points]
    found = [e for e in found if e.residual < MOST_RESIDUAL]
    if first is not None:
        found.sort(key=lambda e: float(np.abs(e.behaviour - first).max()))
        if not found or np.abs(found[0].behaviour - first).max() > 1e-6:
            found.insert(0, _equilibrium(replies, _logs(first)))
            proven = False
    else:
        return found[:most], "found", "the principal branch could not be followed to this precision"
    if len(found) > most:
        return found[:most], "truncated", "there are more than were asked for"
    if proven:
        return found, "complete", ""
    if replies.unknowns == 1:
        return found, "found", "a multiple solution, as at a bifurcation, may stand for several"
    return found, "found", "a search from many starting points; more may exist"


def _by_kernel(tree: Tree, board: Board, precision: float) -> list[Equilibrium]:
    """Return the principal equilibrium by the kernel for many draws; none where it was lost."""
    ends = tree.terminal >= 0
    payoffs = np.zeros((1, tree.n_terminals, tree.n_players))
    payoffs[0, tree.terminal[ends]] = board.shift + board.scale * board.payoff[ends]
    found = solve_batch(tree, payoffs, [precision], chance=board.chance[None])
    if found.status[0] == 2:
        return []
    return [Equilibrium(found.action[0], found.belief(0), found.value[0], float(found.residual[0]))]


def _points(replies: Replies) -> tuple[Floats, bool]:
    """Return float64[solution, unknown] and whether they are proven to be all."""
    if replies.unknowns == 0:
        return np.zeros((1, 0)), True
    if replies.unknowns == 1:
        return _scan(replies)
    return _search(replies), False


def _scan(replies: Replies) -> tuple[Floats, bool]:
    """Find every zero of one function by halving cells that interval bounds do not settle."""
    limit = _limits(replies)[0]
    edges = np.linspace(-limit, limit, CELLS + 1)
    low, high = edges[:-1], edges[1:]
    margin = 1e-11 * (1.0 + limit)
    brackets: list[tuple[Floats, Floats]] = []
    proven = True
    while len(low):
        flat = np.ones_like(low)
        bound = replies.misses([Interval(low, high, flat, flat)])[0]
        open_ = (bound.low <= margin) & (bound.high >= -margin)
        steady = open_ & ((bound.slope_low > 0.0) | (bound.slope_high < 0.0))
        tiny = open_ & ~steady & (high - low < NARROW * (1.0 + limit))
        if steady.any():
            brackets.append((low[steady], high[steady]))
        if tiny.any():
            brackets.append((low[tiny], high[tiny]))
            proven = False
        again = open_ & ~steady & ~tiny
        if again.sum() > MOST_CELLS:
            brackets.append((low[again], high[again]))
            proven = False
            break
        middle = 0.5 * (low[again] + high[again])
        low, high = np.concatenate([low[again], middle]), np.concatenate([middle, high[again]])
    if not brackets:
        return np.zeros((0, 1)), proven
    roots = _bisected(replies, *(np.concatenate(part) for part in zip(*brackets, strict=True)))
    return _distinct(_merged(replies, np.sort(roots), margin)[:, None]), proven


def _merged(replies: Replies, roots: Floats, margin: float) -> Floats:
    """Take zeros between which the function is 0 up to rounding for one, as at a bifurcation."""
    if not len(roots):
        return roots
    between = np.abs(replies.misses([0.5 * (roots[1:] + roots[:-1])])[0]) > margin
    groups = np.split(roots, np.flatnonzero(between) + 1)
    return np.array([0.5 * (group[0] + group[-1]) for group in groups])


def _bisected(replies: Replies, low: Floats, high: Floats) -> Floats:
    """Return the zeros in cells on which the function is monotone and changes its sign."""
    at_low, at_high = replies.misses([low])[0], replies.misses([high])[0]
    small = 1e-12 * (1.0 + np.abs(low))
    change = (at_low * at_high <= 0.0) | (np.abs(at_low) < small) | (np.abs(at_high) < small)
    low, high, at_low = low[change], high[change], at_low[change]
    for _ in range(80):
        middle = 0.5 * (low + high)
        value = replies.misses([middle])[0]
        left = np.sign(value) != np.sign(at_low)
        high = np.where(left, middle, high)
        low = np.where(left, low, middle)
    return 0.5 * (low + high)


def _limits(replies: Replies) -> list[float]:
    """Return how large each log-odds can be: payoffs have a range of 1."""
    board = replies.board
    return [
        float(replies.precision[board.owner[h]]) * (1.0 + 1e-9) + 1e-9
        for h in replies.leading
        for _ in board.choices[h][1:]
    ]


def _search(replies: Replies) -> Floats:
    """Start Newton's method from points spread evenly and from every corner."""
    size, limits = replies.unknowns, np.array(_limits(replies))
    # Roberts's sequence: steps by powers of the root of x^(size + 1) = x + 1.
    ratio = 1.5
    for _ in range(60):
        ratio = (1.0 + ratio) ** (1.0 / (size + 1))
    steps = ratio ** -np.arange(1.0, size + 1)
    even = 2.0 * ((0.5 + np.arange(1, STARTS + 1)[:, None] * steps) % 1.0) - 1.0
    ends = np.array(np.meshgrid(*[(-1.0, 1.0)] * size)).reshape(size, -1).T
    points = np.concatenate([even, 0.2 * even, ends]) * limits
    points = np.concatenate([points, np.clip(4.0 * even, -limits, limits)])
    for _ in range(80):
        value = _missed(replies, points)
        step = _newton(replies, points, value)
        length = np.abs(step).max(axis=1, keepdims=True)
        points = np.clip(points - step * np.minimum(1.0, 2.0 / np.maximum(length, 1e-300)),
                         -limits, limits)  # fmt: skip
    good = np.abs(_missed(replies, points)).max(axis=1) < 1e-11 * (1.0 + limits.max())
    return _distinct(points[good])


def _newton(replies: Replies, points: Floats, value: Floats) -> Floats:
    """Return Newton's step from differences, [point, unknown]."""
    slope = np.empty((*points.shape, points.shape[1]))
    for unknown in range(points.shape[1]):
        moved = points.copy()
        moved[:, unknown] += 1e-6
        slope[:, :, unknown] = (_missed(replies, moved) - value) / 1e-6
    return (np.linalg.pinv(slope, rcond=1e-12) @ value[:, :, None])[:, :, 0]


def _missed(replies: Replies, points: Floats) -> Floats:
    return np.stack(replies.misses(list(points.T)), axis=1)


def _distinct(points: Floats) -> Floats:
    kept: list[Floats] = []
    for point in points:
        if all(np.abs(point - other).max() > APART * (1.0 + np.abs(point).max()) for other in kept):
            kept.append(point)
    return np.array(kept).reshape(-1, points.shape[1])


def _flat(replies: Replies, point: Floats) -> Floats:
    """Return float64[action], the log-probabilities at one solution."""
    logs = replies.everybody([np.array([x]) for x in point])
    return np.array([float(np.ravel(logs[a])[0]) for a in range(replies.board.n_actions)])


def _logs(behaviour: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(behaviour), -1e6)


def _equilibrium(replies: Replies, logs: Floats) -> Equilibrium:
    """Check a solution at every information set and give its beliefs and values."""
    board, like = replies.board, np.zeros(1)
    table = {a: np.array([x]) for a, x in enumerate(logs)}
    held, residual = np.full(board.n_nodes, np.nan), 0.0
    for h, nodes in enumerate(board.members):
        held[list(nodes)] = [float(np.exp(x)[0]) for x in replies.beliefs(h, table, like)]
        odds = np.concatenate([[0.0], *replies.differences(h, table, like)])
        reply = np.exp(odds - np.logaddexp.reduce(odds))
        residual = max(residual, float(np.abs(np.exp(logs[list(board.choices[h])]) - reply).max()))
    behaviour = np.exp(logs)
    values = board.value(behaviour[:, None])[0, :, 0]
    return Equilibrium(behaviour, held, board.own(values), residual)
