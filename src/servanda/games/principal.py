"""The principal branch of one small game, followed by arc length (Turocy 2005).

One game at a time needs no compiled kernel; `servanda.games.solve_batch` is for many.

At high precision a reply is almost a step: where it is mixed, the payoffs of two actions differ by
a logarithm of odds divided by the precision, and a reply to a reply multiplies rounding by the
square of it. From there on the log-odds of all sets are unknowns, so that rounding is multiplied
by the precision only once, and the branch is followed in steps of its logarithm.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from servanda.games.replies import Replies

__all__ = ["all_sets", "follow", "follow_on", "polished"]

Floats = NDArray[np.float64]

MOST_STEPS = 20_000
LEAST_STEP = 1e-9
EXACT = 1e-12
# A step is taken again, shorter, where the branch turns more or lies further from the tangent:
# then it may be another branch.
LEAST_COSINE = 0.97
MOST_ASIDE = 0.2
# Of a step in the logarithm of the precision: the first, the largest and the smallest factor, and
# how much a probability may change in one step.
FACTOR, MOST_FACTOR, LEAST_FACTOR = 1.5, 1e3, 1.001
MOST_CHANGE = 0.05
# What counts as a solution: replies are this close, or payoffs as close as rounding lets them be.
CLOSE = 1e-6
ROUNDING = 1e-14
EPSILON = float(np.finfo(np.float64).eps)


def follow(replies: Replies) -> Floats | None:
    """Follow the branch of equilibria from precision 0, where all actions are equally likely.

    A bifurcation, which only exact symmetry brings about, is passed straight on.

    Args:
        replies: the game at the precision that is to be reached.

    Returns:
        float64[unknown], the log-odds there; None where the branch was lost, as at a bifurcation.
    """
    goal = float(replies.precision.max(initial=0.0))
    if not replies.unknowns or goal == 0.0:
        return np.zeros(replies.unknowns)
    # Log-odds and the precision, which are of one size; the first direction is towards more of it.
    point = np.zeros(replies.unknowns + 1)
    toward = _tangent(replies, point, np.append(np.zeros(replies.unknowns), 1.0))
    step = 0.01
    for _ in range(MOST_STEPS):
        taken = _stepped(replies, point, toward, step)
        beyond = taken is not None and taken[0][-1] >= goal
        landed = _landed(replies, point, taken[0], goal) if taken and beyond else None
        if landed is not None:
            return landed
        if taken is None or beyond:
            step *= 0.5
            if step < LEAST_STEP:
                return None
            continue
        point, toward = taken
        if point[-1] < -1e-9:
            return None
        step = min(step * 1.5, 0.25 + 0.1 * float(np.abs(point).max()))
    return None


def _stepped(
    replies: Replies, point: Floats, toward: Floats, step: float
) -> tuple[Floats, Floats] | None:
    """Return the next point of the branch and its tangent; None where the step is too long."""
    ahead = point + step * toward
    tried = _corrected(replies, ahead, toward)
    if tried is None or np.linalg.norm(tried - ahead) > MOST_ASIDE * step + EXACT:
        return None
    turn = _tangent(replies, tried, toward)
    return (tried, turn) if turn @ toward >= LEAST_COSINE else None


def _missed(replies: Replies, points: Floats) -> Floats:
    """Return float64[point, unknown]; the last column of the points is the precision."""
    odds = [np.ascontiguousarray(column) for column in points[:, :-1].T]
    share = points[:, -1] / replies.precision.max()
    return np.stack(replies.misses(odds, share), axis=1)


def _slope(replies: Replies, point: Floats) -> tuple[Floats, Floats]:
    """Return the value and the derivatives [unknown, unknown + 1] by central differences."""
    size = len(point)
    # Replies change over differences of 1 in log-odds, however large these are.
    step = np.cbrt(EPSILON * np.maximum(1.0, np.abs(point)))
    moved = np.concatenate([point + np.diag(step), point - np.diag(step), point[None]])
    value = _missed(replies, moved)
    slope = (value[:size] - value[size : 2 * size]) / (2.0 * step[:, None])
    return value[-1], slope.T


def _tangent(replies: Replies, point: Floats, toward: Floats) -> Floats:
    """Return the unit vector along the branch that goes on in the direction given."""
    _, slope = _slope(replies, point)
    along = np.linalg.svd(slope)[2][-1]
    found: Floats = along if along @ toward >= 0.0 else -along
    return found


def _corrected(replies: Replies, point: Floats, toward: Floats) -> Floats | None:
    """Go back to the branch at right angles to the direction of the step."""
    start = point
    for _ in range(8):
        value, slope = _slope(replies, point)
        if np.abs(value).max() < EXACT * (1.0 + np.abs(point).max()):
            return point
        matrix = np.vstack([slope, toward])
        try:
            point = point - np.linalg.solve(matrix, np.append(value, (point - start) @ toward))
        except np.linalg.LinAlgError:
            return None
        if not np.abs(point - start).max() < 1.0:
            return None
    return None


def _landed(replies: Replies, before: Floats, after: Floats, goal: float) -> Floats | None:
    """Solve at the full precision between two points of the branch on either side of it.

    Newton's method may run to another branch from there; what lies further away than the two
    points from one another is not taken.
    """
    weight = (goal - before[-1]) / (after[-1] - before[-1])
    start = before + weight * (after - before)
    start[-1] = goal
    point, room = start.copy(), float(np.linalg.norm(after - before)) + EXACT
    for _ in range(12):
        value, slope = _slope(replies, point)
        if np.abs(value).max() < EXACT * (1.0 + np.abs(point).max()):
            landed: Floats = point[:-1]
            return landed
        try:
            point[:-1] -= np.linalg.solve(slope[:, :-1], value)
        except np.linalg.LinAlgError:
            return None
        if not np.linalg.norm(point - start) <= MOST_ASIDE * room + EXACT:
            return None
    return None


def all_sets(replies: Replies) -> Replies:
    """Return the same game with the log-odds of all information sets as unknowns."""
    sets = tuple(h for h, acts in enumerate(replies.board.choices) if len(acts) > 1)
    return replace(replies, leading=sets, order=())


def follow_on(replies: Replies, odds: Floats, share: float) -> tuple[Floats, float]:
    """Follow a branch to higher precision in steps of its logarithm.

    Args:
        replies: the game at the precision that is to be reached, as `all_sets` gives it.
        odds: float64[unknown], log-odds of the branch where the precision is a share of that.
        share: the share.

    Returns:
        The log-odds and the share that were reached; less than 1 where rounding or a fold of the
        branch stops it.
    """
    factor = FACTOR
    while share < 1.0:
        ahead = min(1.0, share * factor)
        tried = polished(replies, _predicted(replies, odds, share, ahead), ahead)
        if tried is not None and _change(replies, odds, tried) <= MOST_CHANGE:
            odds, share, factor = tried, ahead, min(factor**2, MOST_FACTOR)
            continue
        factor = np.sqrt(factor)
        if factor < LEAST_FACTOR:
            break
    return odds, share


def polished(replies: Replies, odds: Floats, share: float = 1.0) -> Floats | None:
    """Follow Newton's method from log-odds of all sets as long as it comes closer.

    Args:
        replies: the game, as `all_sets` gives it.
        odds: float64[unknown], where to begin.
        share: of the precision.

    Returns:
        The log-odds; None where replies differ from them by more than rounding explains.
    """
    goal = float(replies.precision.max())
    missed = _missed_at(replies, odds, share)
    for _ in range(40):
        _, slope = _slope(replies, np.append(odds, share * goal))
        try:
            step = np.linalg.solve(slope[:, :-1], missed)
        except np.linalg.LinAlgError:
            break
        lengths = 0.5 ** np.arange(10.0)[:, None]
        ahead = _missed(
            replies, np.pad(odds - lengths * step, ((0, 0), (0, 1)), constant_values=share * goal)
        )
        better = np.abs(ahead).max(axis=1) < np.abs(missed).max()
        if not better.any():
            break
        best = int(better.argmax())
        odds, missed = odds - lengths[best] * step, ahead[best]
    scale = max(1.0, share * goal)
    near = _change(replies, odds, odds + missed) <= CLOSE
    return odds if near or np.abs(missed).max() <= ROUNDING * scale else None


def _missed_at(replies: Replies, odds: Floats, share: float) -> Floats:
    goal = float(replies.precision.max())
    found: Floats = _missed(replies, np.append(odds, share * goal)[None])[0]
    return found


def _predicted(replies: Replies, odds: Floats, share: float, ahead: float) -> Floats:
    """Go along the tangent of the branch to a higher precision."""
    goal = float(replies.precision.max())
    _, slope = _slope(replies, np.append(odds, share * goal))
    try:
        step = -np.linalg.solve(slope[:, :-1], slope[:, -1])
    except np.linalg.LinAlgError:
        return odds
    found: Floats = odds + (ahead - share) * goal * step
    return found


def _change(replies: Replies, before: Floats, after: Floats) -> float:
    """Return the largest difference between two behaviours given by log-odds of all sets."""
    logs = replies.everybody([np.array(pair) for pair in zip(before, after, strict=True)])
    return max(float(np.abs(np.diff(np.exp(log))).max(initial=0.0)) for log in logs.values())
