"""Solutions in the unit box of equations and inequalities that are affine in each unknown.

Boxes that may hold one (`servanda.games.boxes`) are where Newton's method starts; from a solution
linear programmes lead to the end of a continuum, or to the inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.games.boxes import MOST_BOXES, derivatives, halved
from servanda.games.systems import ODD

__all__ = ["Found", "climb", "may_be_single", "settled", "solve_box"]

Floats = NDArray[np.float64]
Conditions = Callable[[Floats], tuple[Floats, Floats]]

# Newton stops here; a solution is told from another one beyond `APART`.
EXACT = 1e-13
APART = 1e-7
# How far a condition may be missed at the end of a climb.
CLOSE = 1e-10
MOST_STEPS = 30


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
        low, high = halved(conditions, low, high, sharp=turn > 0)
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


def may_be_single(conditions: Conditions, unknowns: int) -> bool:
    """Tell whether a solution can be alone in its neighbourhood.

    The rank of the slopes is nowhere higher than at a point where nothing vanishes by chance.

    Args:
        conditions: as in `solve_box`.
        unknowns: their number, at least 1.

    Returns:
        False where every solution is part of a continuum.
    """
    odd = np.resize(ODD, unknowns)[None]
    equal, _ = derivatives(conditions, odd)
    return bool(np.linalg.matrix_rank(equal[0], tol=1e-9) == unknowns)


def settled(conditions: Conditions, points: Floats) -> Floats:
    """Move points to solutions close by: Newton's method on all conditions that are missed.

    Args:
        conditions: as in `solve_box`.
        points: float64[point, unknown].

    Returns:
        The same number of points; not all need to have arrived.
    """
    points = points.copy()
    for _ in range(8):
        equal, least = conditions(points)
        missed = np.concatenate([equal, np.minimum(least, 0.0)], axis=1)
        late = np.abs(missed).max(axis=1, initial=0.0) > EXACT
        if not late.any():
            break
        level, above = derivatives(conditions, points[late])
        above = np.where(least[late][:, :, None] < 0.0, above, 0.0)
        inverse = np.linalg.pinv(np.concatenate([level, above], axis=1), rcond=1e-9)
        step = (inverse @ missed[late][:, :, None])[:, :, 0]
        points[late] = np.clip(points[late] - step, 0.0, 1.0)
    return points


def climb(
    conditions: Conditions,
    point: Floats,
    toward: Floats | None = None,
    rooms: Floats | None = None,
    margin: float = 0.0,
) -> Floats | None:
    """Go as far as the conditions allow in a direction, or to the inside.

    Conditions are made linear at a point, a linear programme gives a step, and so on.

    Args:
        conditions: as in `solve_box`.
        point: float64[unknown], where to begin.
        toward: a direction; None to make the least of the inequalities as large as can be.
        rooms: constants and slopes of what is made as large as can be instead of inequalities.
        margin: how far to keep away from the sides of the box.

    Returns:
        The point reached, or None where it misses the conditions.
    """
    here, missed = point, _missed(conditions, point)
    radius = 1.0
    for _ in range(MOST_STEPS):
        step = _programme(conditions, here, toward, rooms, radius, margin)
        if step is None:
            radius *= 0.5
            continue
        tried = settled(conditions, np.clip(here + step, 0.0, 1.0)[None])[0]
        at_tried, moved = _missed(conditions, tried), np.abs(tried - here).max()
        back = toward is not None and missed <= CLOSE and toward @ (tried - here) < 0.0
        if back or at_tried > max(CLOSE, 0.9 * missed):
            radius = 0.4 * min(radius, float(np.abs(step).max()))
            if radius < APART:
                break
            continue
        here, missed, radius = tried, at_tried, min(1.0, 2.0 * radius)
        if moved < 1e-9:
            break
    return here if missed <= CLOSE else None


def _missed(conditions: Conditions, point: Floats) -> float:
    equal, least = conditions(point[None])
    return max(float(np.abs(equal).max(initial=0.0)), float((-least).max(initial=0.0)))


def _programme(
    conditions: Conditions,
    point: Floats,
    toward: Floats | None,
    rooms: Floats | None,
    radius: float,
    margin: float,
) -> Floats | None:
    """Solve the linear programme at a point for a step of at most ``radius``."""
    # The linear programmes are slow to import and rarely needed.
    from scipy.optimize import linprog

    (equal,), (least,) = conditions(point[None])
    (level,), (above,) = derivatives(conditions, point[None])
    # The last variable is what is to be gained on the way inside.
    shared = np.full(len(above), float(toward is None and rooms is None))
    if rooms is not None:
        above, least = np.vstack([above, rooms[:, 1:]]), np.append(least, rooms @ [1.0, *point])
        shared = np.append(shared, np.ones(len(rooms)))
    objective = np.append(np.zeros(len(point)), -1.0) if toward is None else np.append(-toward, 0.0)
    least_step = np.maximum(-radius, np.minimum(0.0, margin - point))
    most_step = np.minimum(radius, np.maximum(0.0, 1.0 - margin - point))
    limits = [*zip(least_step, most_step, strict=True), (-1.0, 0.01)]
    answer = linprog(
        objective,
        A_ub=np.column_stack([-above, shared]) if len(above) else None,
        b_ub=least if len(above) else None,
        A_eq=np.column_stack([level, np.zeros(len(level))]) if len(level) else None,
        b_eq=-equal if len(level) else None,
        bounds=limits,
        method="highs",
    )
    return None if answer.x is None else np.asarray(answer.x[:-1])


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
