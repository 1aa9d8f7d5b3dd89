"""All logit agent equilibria of a small game at one precision (McKelvey & Palfrey 1998).

Where one unknown settles the behaviour of everybody, a search over intervals finds every solution
and shows that there is no other, up to rounding (see `servanda.games.enclosure`). With more
unknowns Newton's method starts from many points.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from servanda.games.batch import solve_batch
from servanda.games.board import Board
from servanda.games.enclosure import Interval
from servanda.games.principal import all_sets, follow, follow_on, polished
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
# Up to this precision, payoffs scaled to a range of 1, the branch is followed by arc length, and
# no probability is too small for a number; beyond the second rounding hides where it turns.
MODERATE, STEEP = 500.0, 1e5
# Beyond this one no reply can be told from a step; beyond the other numbers overflow.
MOST_PRECISE, HUGE = 1e14, 1e100
# So far a solution may move when it is sharpened.
MOST_MOVE = 1e-3
STOPPED = (
    "the principal branch was followed to precision {:.4g} and no further: at higher ones rounding "
    "hides the replies; the equilibrium is that of this precision"
)
ROUNDED = (
    "at this precision rounding of the payoffs changes a reply by as much as the residual; more "
    "may exist"
)


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
    replies = make_replies(board, board.scale)
    if replies is None:
        return _principal_only(tree, board, precision)
    most_precise = (MOST_PRECISE if replies.unknowns else HUGE) / float(board.scale.max())
    highest = min(precision, most_precise)
    replies = replace(replies, precision=highest * board.scale)
    first, share = _principal(tree, board, highest, replies)
    reached = share * highest
    if reached < precision:
        replies = replace(replies, precision=reached * board.scale)
        point = replace(_equilibrium(replies, first), note=f"at precision {reached:.4g}")
        return [point], "truncated", STOPPED.format(reached)
    points, proven = _points(replies)
    found = [e for point in points if (e := _checked(replies, _flat(replies, point)))]
    proven = proven and len(found) == len(points)
    start = _equilibrium(replies, first)
    found.sort(key=lambda e: float(np.abs(e.behaviour - start.behaviour).max()))
    if not found or np.abs(found[0].behaviour - start.behaviour).max() > 1e-6:
        found.insert(0, start)
        proven = False
    if len(found) > most:
        return found[:most], "truncated", "there are more than were asked for"
    if max(e.residual for e in found) > MOST_RESIDUAL:
        return found, "found", ROUNDED
    if proven:
        return found, "complete", ""
    if replies.unknowns == 1:
        return found, "found", "a multiple solution, as at a bifurcation, may stand for several"
    return found, "found", "a search from many starting points; more may exist"


def _principal_only(
    tree: Tree, board: Board, precision: float
) -> tuple[list[Equilibrium], Status, str]:
    """Return the principal equilibrium of a large game, at the highest precision that is found."""
    share, found = 1.0, _by_kernel(tree, board, precision)
    if found:
        return found, "principal", "a large game: other branches were not looked for"
    while not found:
        share = 0.25 * share if share > 1e-24 else 0.0
        found = _by_kernel(tree, board, share * precision)
    reached = share * precision
    found = [replace(e, note=f"at precision {reached:.4g}") for e in found]
    return found, "truncated", STOPPED.format(reached)


def _principal(
    tree: Tree, board: Board, precision: float, replies: Replies
) -> tuple[Floats, float]:
    """Follow the principal branch as far as the precision, or as far as it goes.

    Returns:
        float64[action], the log-probabilities, and the share of the precision that was reached.
    """
    goal = float(replies.precision.max(initial=0.0))
    share = min(1.0, MODERATE / goal) if goal > 0.0 and replies.unknowns else 1.0
    logs = _near(tree, board, precision, replies, share)
    if logs is not None and share == 1.0:
        return logs, 1.0
    while logs is None:
        share = 0.25 * share if share > 1e-9 else 0.0
        logs = _near(tree, board, precision, replies, share)
    every = all_sets(replies)
    odds, reached = _odds(every, logs), share
    if share > 0.0:
        odds, reached = follow_on(every, odds, share)
    if reached < 1.0 and goal <= STEEP:
        # The branch may turn back on its way, which steps of the precision cannot follow.
        turned = _near(tree, board, precision, replies, 1.0)
        if turned is not None:
            return turned, 1.0
    return _flat(every, odds), reached


def _near(
    tree: Tree, board: Board, precision: float, replies: Replies, share: float
) -> Floats | None:
    """Return log-probabilities on the principal branch at a share of the precision."""
    reduced = replace(replies, precision=share * replies.precision)
    point = follow(reduced)
    if point is not None:
        return _flat(reduced, point)
    kernel = _by_kernel(tree, board, share * precision)
    return _logs(kernel[0].behaviour) if kernel else None


def _odds(replies: Replies, logs: Floats) -> Floats:
    """Return the log-odds of all sets, of each action but the first against the first."""
    choices = [replies.board.choices[h] for h in replies.leading]
    return np.array([logs[a] - logs[first] for first, *others in choices for a in others])


def _checked(replies: Replies, logs: Floats) -> Equilibrium | None:
    """Return an equilibrium, sharpened where it misses its own replies; None where it is none."""
    found = _equilibrium(replies, logs)
    if found.residual < MOST_RESIDUAL:
        return found
    every = all_sets(replies)
    odds = polished(every, _odds(every, logs))
    if odds is None:
        return None
    sharp = _equilibrium(replies, _flat(every, odds))
    return sharp if np.abs(sharp.behaviour - found.behaviour).max() < MOST_MOVE else None


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
