"""All solutions in the unit box of equations and inequalities that are affine in each unknown.

The conditions of an equilibrium with given supports are of this kind: every probability occurs at
most once along a path. So the range of a condition over a box is attained at the corners, which
makes bounds exact, and a derivative is a difference of two values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Found", "corners", "derivatives", "impossible", "solve_box"]

Floats = NDArray[np.float64]
Conditions = Callable[[Floats], tuple[Floats, Floats]]

# Corner values below this size are taken for rounding; payoffs are scaled to a range of 1.
ROUNDING = 1e-12
# Newton stops here; a solution is told from another one beyond `APART`.
EXACT = 1e-13
APART = 1e-7
MANY_BOXES = 40
MOST_BOXES = 600
MOST_POINTS = 65_536


@dataclass(frozen=True, slots=True)
class Found:
    """What the search in one box found.

    Attributes:
        points: float64[solution, unknown], of the equations; inequalities not yet checked.
        isolated: bool[solution], whether the solution is alone in its neighbourhood.
        thorough: whether every part of the box was excluded or leads to a solution found.
    """

    points: Floats
    isolated: NDArray[np.bool_]
    thorough: bool


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
    """Return the exact derivatives of equations and inequalities, [point, condition, unknown]."""
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


def solve_box(conditions: Conditions, unknowns: int) -> Found:
    """Find the solutions of the equations in the unit box by halving boxes and Newton's method.

    Args:
        conditions: maps float64[point, unknown] to the values of equations [point, equation] (to
            be 0) and inequalities [point, inequality] (to be >= 0).
        unknowns: their number, at least 1.

    Returns:
        The solutions; of a continuum a spread of points.
    """
    low, high = np.zeros((1, unknowns)), np.ones((1, unknowns))
    points = np.zeros((0, unknowns))
    alone = left = np.zeros(0, dtype=np.bool_)
    for turn in range(3):
        low, high = _halved(conditions, low, high, sharp=turn > 0)
        if len(low):
            started = _polish(conditions, 0.5 * (low + high))
            # A multiple root on the edge of the box is found only to the root of the precision.
            near = ((started > -1e-5) & (started < 1.0 + 1e-5)).all(axis=1)
            points = _distinct(np.concatenate([points, np.clip(started[near], 0.0, 1.0)]))
            alone = _alone(conditions, points)
        left = ~_accounted(low, high, points, alone)
        if not left.any() or len(low) > MOST_BOXES:
            break
        low, high = low[left], high[left]
    if not len(points):
        return Found(points, alone, thorough=not left.any())
    equal, _ = conditions(points)
    good = np.abs(equal).max(axis=1, initial=0.0) < 1e-10
    return Found(points[good], alone[good], thorough=not left.any())


def impossible(conditions: Conditions, unknowns: int) -> bool:
    """Tell whether halving the unit box excludes every part of it.

    Args:
        conditions: as in `solve_box`.
        unknowns: their number, at least 1.

    Returns:
        True where there is no solution; False says nothing.
    """
    low, _ = _halved(conditions, np.zeros((1, unknowns)), np.ones((1, unknowns)), sharp=False)
    return not len(low)


def _halved(
    conditions: Conditions, low: Floats, high: Floats, *, sharp: bool
) -> tuple[Floats, Floats]:
    """Halve boxes seven times along every axis and keep those that may hold a solution."""
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


def _polish(conditions: Conditions, points: Floats) -> Floats:
    """Follow Newton's method with least squares; drop what does not converge."""
    points = points.copy()
    for _ in range(40):
        equal, _ = conditions(points)
        if np.abs(equal).max(initial=0.0) < EXACT:
            break
        slope, _ = derivatives(conditions, points)
        step = np.linalg.pinv(slope, rcond=1e-9) @ equal[:, :, None]
        length = np.abs(step).max(axis=(1, 2), keepdims=True)
        points -= (step / np.maximum(1.0, length))[:, :, 0]
    equal, _ = conditions(points)
    converged: Floats = points[np.abs(equal).max(axis=1, initial=0.0) < 1e-11]
    return converged


def _distinct(points: Floats) -> Floats:
    """Keep one of those that lie within `APART` of one another."""
    kept = np.empty_like(points)
    count = 0
    for point in points:
        if not (np.abs(kept[:count] - point).max(axis=1) <= APART).any():
            kept[count] = point
            count += 1
    return kept[:count]


def _alone(conditions: Conditions, points: Floats) -> NDArray[np.bool_]:
    """Tell which solutions have a derivative of full column rank."""
    if not len(points):
        return np.zeros(0, dtype=np.bool_)
    slope, _ = derivatives(conditions, points)
    if slope.shape[1] < slope.shape[2]:
        return np.zeros(len(points), dtype=np.bool_)
    size = np.linalg.svd(slope, compute_uv=False)
    full: NDArray[np.bool_] = size[:, -1] > 1e-7 * np.maximum(size[:, 0], 1e-300)
    return full


def _accounted(
    low: Floats, high: Floats, points: Floats, alone: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which boxes lie at a solution; a continuum accounts for all boxes."""
    if not len(low) or not alone.all():
        return np.ones(len(low), dtype=np.bool_)
    if not len(points):
        return np.zeros(len(low), dtype=np.bool_)
    margin = 4.0 * (high - low).max() + 1e-9
    away = np.maximum(low[:, None] - points[None], points[None] - high[:, None]).max(axis=2)
    near: NDArray[np.bool_] = away.min(axis=1) <= margin
    return near
