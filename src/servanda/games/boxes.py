"""Boxes that may hold a solution, where equations and inequalities are affine in each unknown.

The conditions of an equilibrium with given supports are of this kind: every probability occurs at
most once along a path. So the range of a condition over a box is attained at the corners, which
makes bounds exact, and a derivative is a difference of two values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MOST_BOXES",
    "MOST_UNKNOWNS",
    "Cover",
    "corners",
    "cover",
    "derivatives",
    "excluded",
    "halved",
    "impossible",
]

Floats = NDArray[np.float64]
Conditions = Callable[[Floats], tuple[Floats, Floats]]

# Corner values below this size are taken for rounding; payoffs are scaled to a range of 1.
ROUNDING = 1e-12
# With more unknowns than this a box has too many corners to be looked at.
MOST_UNKNOWNS = 10
MANY_BOXES = 40
MOST_BOXES = 600
MOST_HALVINGS = 60
MOST_POINTS = 65_536


@dataclass(frozen=True, slots=True)
class Cover:
    """Boxes outside of which there is no solution.

    Attributes:
        low, high: float64[box, unknown].
        full: bool[box], whether every point of the box is a solution.
        coarse: whether the boxes became too many before they were as narrow as asked for.
    """

    low: Floats
    high: Floats
    full: NDArray[np.bool_]
    coarse: bool


def corners(low: Floats, high: Floats) -> Floats:
    """Return the corners of boxes.

    Args:
        low: float64[box, unknown], where each box begins.
        high: the same, where it ends.

    Returns:
        float64[box, corner, unknown].
    """
    unknowns = low.shape[1]
    bits = (np.arange(2**unknowns)[:, None] >> np.arange(unknowns)) & 1
    picked: Floats = np.where(bits[None, :, :] == 1, high[:, None, :], low[:, None, :])
    return picked


def derivatives(conditions: Conditions, points: Floats) -> tuple[Floats, Floats]:
    """Return the exact derivatives of equations and inequalities.

    Args:
        conditions: as in `servanda.games.roots.solve_box`.
        points: float64[point, unknown], where to take them.

    Returns:
        float64[point, equation, unknown] and float64[point, inequality, unknown], in payoffs
        scaled to a range of 1 per unit of probability.
    """
    count, unknowns = points.shape
    moved = np.repeat(points[:, None, None, :], 2 * unknowns, axis=1).reshape(
        count, unknowns, 2, unknowns
    )
    each = np.arange(unknowns)
    moved[:, each, 0, each] = 0.0
    moved[:, each, 1, each] = 1.0
    equal, least = conditions(moved.reshape(-1, unknowns))
    shape = (count, unknowns, 2, -1)
    first, second = equal.reshape(shape), least.reshape(shape)
    return (
        np.swapaxes(first[:, :, 1] - first[:, :, 0], 1, 2),
        np.swapaxes(second[:, :, 1] - second[:, :, 0], 1, 2),
    )


def halved(
    conditions: Conditions, low: Floats, high: Floats, *, sharp: bool
) -> tuple[Floats, Floats]:
    """Halve boxes seven times along every axis and keep those that may hold a solution.

    Args:
        conditions: as in `servanda.games.roots.solve_box`.
        low: float64[box, unknown], where the boxes to look at begin.
        high: the same, where they end.
        sharp: whether to look at combinations of the equations from the start, not only where
            the boxes become many.

    Returns:
        float64[box, unknown] twice, where those that are left begin and end; they are wider where
        there were more than `MOST_BOXES`.
    """
    unknowns = low.shape[1]
    for level in range(7 * unknowns + 1):
        kept = _possible(conditions, low, high)
        low, high = low[kept], high[kept]
        if len(low) and (sharp or len(low) > MANY_BOXES):
            kept = _still_possible(conditions, low, high)
            low, high = low[kept], high[kept]
        if not len(low) or len(low) > MOST_BOXES or level == 7 * unknowns:
            break
        axis = level % unknowns
        middle = 0.5 * (low[:, axis] + high[:, axis])
        upper, lower = low.copy(), high.copy()
        upper[:, axis] = lower[:, axis] = middle
        low, high = np.concatenate([low, upper]), np.concatenate([lower, high])
    return low, high


def impossible(conditions: Conditions, unknowns: int) -> bool:
    """Tell whether halving the unit box excludes every part of it.

    Args:
        conditions: as in `servanda.games.roots.solve_box`.
        unknowns: their number, at least 1.

    Returns:
        True where there is no solution; False says nothing.
    """
    low, _ = halved(conditions, np.zeros((1, unknowns)), np.ones((1, unknowns)), sharp=False)
    return not len(low)


def cover(conditions: Conditions, low: Floats, high: Floats, width: float, most: int) -> Cover:
    """Cover a continuum of solutions with boxes.

    Args:
        conditions: as in `servanda.games.roots.solve_box`.
        low: float64[box, unknown], where the boxes to look at begin.
        high: the same, where they end.
        width: no box that holds solutions only in part is to be wider.
        most: stop where there are more boxes.

    Returns:
        Boxes that may hold solutions; in all others there is none.
    """
    while True:
        for possible in (_possible, _still_possible):
            kept = possible(conditions, low, high)
            low, high = low[kept], high[kept]
            if not len(low):
                return Cover(low, high, np.zeros(0, dtype=np.bool_), coarse=False)
        full = _full(conditions, low, high)
        split = ~full & ((high - low).max(axis=1, initial=0.0) > width)
        if not split.any() or len(low) > most:
            return Cover(low, high, full, coarse=bool(split.any()))
        one, two = _split(low[split], high[split])
        low, high = np.concatenate([low[~split], one]), np.concatenate([high[~split], two])


def excluded(conditions: Conditions, low: Floats, high: Floats) -> bool:
    """Tell whether halving given boxes shows that they hold no solution.

    Args:
        conditions: as in `servanda.games.roots.solve_box`.
        low: float64[box, unknown], where the boxes begin.
        high: the same, where they end.

    Returns:
        True where there is no solution in any of them; False says nothing.
    """
    if not len(low):
        return True
    for _ in range(MOST_HALVINGS):
        for possible in (_possible, _still_possible):
            kept = possible(conditions, low, high)
            low, high = low[kept], high[kept]
            if not len(low):
                return True
        if len(low) > MOST_BOXES:
            return False
        low, high = _split(low, high)
    return False


def _split(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Halve every box across its widest side."""
    axis, each = (high - low).argmax(axis=1), np.arange(len(low))
    upper, lower = low.copy(), high.copy()
    upper[each, axis] = lower[each, axis] = 0.5 * (low + high)[each, axis]
    return np.concatenate([low, upper]), np.concatenate([lower, high])


def _full(conditions: Conditions, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Tell which boxes consist of solutions: at all corners the inequalities hold."""
    points = corners(low, high)
    equal, least = conditions(points.reshape(-1, low.shape[1]))
    level = np.abs(equal).reshape(*points.shape[:2], -1).max(axis=(1, 2), initial=0.0)
    lowest = least.reshape(*points.shape[:2], -1).min(axis=(1, 2), initial=0.0)
    found: NDArray[np.bool_] = (level <= ROUNDING) & (lowest >= 0.0)
    return found


def _possible(conditions: Conditions, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Tell which boxes may hold a solution: bounds at the corners are exact."""
    unknowns = low.shape[1]
    keep = np.zeros(len(low), dtype=np.bool_)
    step = max(1, MOST_POINTS // 2**unknowns)
    for start in range(0, len(low), step):
        part = slice(start, start + step)
        points = corners(low[part], high[part])
        equal, least = conditions(points.reshape(-1, unknowns))
        equal = equal.reshape(*points.shape[:2], -1)
        least = least.reshape(*points.shape[:2], -1)
        crosses = (equal.min(axis=1) <= ROUNDING) & (equal.max(axis=1) >= -ROUNDING)
        keep[part] = crosses.all(axis=1) & (least.max(axis=1) >= -ROUNDING).all(axis=1)
    return keep


def _still_possible(conditions: Conditions, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Look at combinations of the equations, which are affine in each unknown as well.

    Those of Newton's step follow one unknown each and tell boxes beside a solution from it;
    the left singular vectors show equations that contradict each other.
    """
    unknowns = low.shape[1]
    slope, _ = derivatives(conditions, 0.5 * (low + high))
    if not slope.shape[1]:
        return np.ones(len(low), dtype=np.bool_)
    left, _, _ = np.linalg.svd(slope)
    combine = np.concatenate([np.linalg.pinv(slope, rcond=1e-9), np.swapaxes(left, 1, 2)], axis=1)
    points = corners(low, high)
    equal, _ = conditions(points.reshape(-1, unknowns))
    equal = equal.reshape(*points.shape[:2], -1) @ np.swapaxes(combine, 1, 2)
    margin = ROUNDING * np.abs(combine).sum(axis=2)
    crosses = (equal.min(axis=1) <= margin) & (equal.max(axis=1) >= -margin)
    kept: NDArray[np.bool_] = crosses.all(axis=1)
    return kept
