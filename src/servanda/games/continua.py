"""Continua of solutions: a point inside and the range of every unknown, by linear programmes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from servanda.games.roots import derivatives
from servanda.games.systems import INSIDE, SLACK, Region, System

__all__ = ["continuum"]

Floats = NDArray[np.float64]
MOST_STARTS = 8
MOST_STEPS = 30


def continuum(system: System, starts: list[Floats], vary: NDArray[np.intp]) -> Region | None:
    """Find a solution near given points and how far each unknown can go.

    Conditions are made linear at a point, the linear programme gives a step, and so on; where
    they are linear already, as with beliefs alone, the first step is exact.

    Args:
        system: the conditions.
        starts: points float64[unknown] that satisfy the equations.
        vary: the unknowns that may move.

    Returns:
        A point and ranges, or None where no start leads to a solution.
    """
    feasible = None
    for start in _spread_out(starts):
        feasible = _climb(system, start, vary, None)
        if feasible is not None:
            break
    if feasible is None:
        return None
    ends = [feasible]
    ranges: dict[tuple[int, int], tuple[float, float]] = {}
    for number in sorted({system.block_of(int(unknown)) for unknown in vary}):
        columns = system.columns()[number]
        for place in range(len(columns) + 1):
            if place == 1 and (number, 0) in ranges and len(columns) == 1:
                low, high = ranges[number, 0]
                ranges[number, 1] = (1.0 - high, 1.0 - low)
            elif place == 0 or len(columns) > 1:
                _measure(system, number, place, vary, ends, ranges)
    return Region(_representative(system, ends), ranges)


def _measure(
    system: System,
    number: int,
    place: int,
    vary: NDArray[np.intp],
    ends: list[Floats],
    ranges: dict[tuple[int, int], tuple[float, float]],
) -> None:
    """Find how far one probability can go down and up from the first of ``ends``."""
    columns = system.columns()[number]
    last = place == len(columns)
    toward = np.zeros(system.unknowns)
    toward[columns if last else columns[place]] = -1.0 if last else 1.0
    reached = [_climb(system, ends[0], vary, sign * toward) for sign in (-1.0, 1.0)]
    there = [point for point in reached if point is not None]
    values = [float(toward @ point) + float(last) for point in (ends[0], *there)]
    ends.extend(there)
    if max(values) - min(values) > 1e-7:
        ranges[number, place] = (max(0.0, min(values)), min(1.0, max(values)))


def _spread_out(starts: list[Floats]) -> list[Floats]:
    """Take a few of many starting points, evenly."""
    step = max(1, len(starts) // MOST_STARTS)
    return starts[::step][:MOST_STARTS]


def _representative(system: System, ends: list[Floats]) -> Floats:
    """Return the middle of the extreme points where it is a solution, else the first of them."""
    middle = np.mean(ends, axis=0)
    return middle if _missed(system, middle) <= 2 * SLACK else ends[0]


def _missed(system: System, point: Floats) -> float:
    """Return by how much a point misses the worst of the conditions."""
    equal, least = system.conditions(point[None])
    return max(float(np.abs(equal).max(initial=0.0)), float((-least).max(initial=0.0)))


def _climb(
    system: System, point: Floats, vary: NDArray[np.intp], toward: Floats | None
) -> Floats | None:
    """Go as far as the conditions allow, or without a direction to the inside.

    Returns:
        The point reached, or None where it misses the conditions.
    """
    point, radius = point.copy(), 1.0
    for _ in range(MOST_STEPS):
        step = _programme(system, point, vary, toward, radius)
        if step is None:
            radius *= 0.5
            continue
        tried = _back_on(system, np.clip(point + step, 0.0, 1.0), vary)
        before, after = _missed(system, point), _missed(system, tried)
        if after > max(SLACK, 0.9 * before):
            radius *= 0.4
            if radius < 1e-7:
                break
            continue
        moved = np.abs(tried - point).max()
        point = tried
        if moved < INSIDE:
            break
    return point if _missed(system, point) <= SLACK else None


def _programme(
    system: System, point: Floats, vary: NDArray[np.intp], toward: Floats | None, radius: float
) -> Floats | None:
    """Solve the linear programme at a point for a step of at most ``radius``."""
    equal, least = system.conditions(point[None])
    slope_equal, slope_least = derivatives(system.conditions, point[None])
    size = len(vary)
    # The last variable is the slack common to all inequalities; it counts only on the way inside.
    objective = np.zeros(size + 1)
    if toward is None:
        objective[-1] = -1.0
    else:
        objective[:-1] = -toward[vary]
    above = np.concatenate(
        [
            -slope_least[0][:, vary],
            np.full((least.shape[1], 1), 0.0 if toward is not None else 1.0),
        ],
        axis=1,
    )
    level = np.concatenate([slope_equal[0][:, vary], np.zeros((equal.shape[1], 1))], axis=1)
    limits = [(max(-radius, -point[i]), min(radius, 1.0 - point[i])) for i in vary] + [(-1.0, 0.01)]
    answer = linprog(
        objective,
        A_ub=above if len(above) else None,
        b_ub=least[0] if len(above) else None,
        A_eq=level if len(level) else None,
        b_eq=-equal[0] if len(level) else None,
        bounds=limits,
        method="highs",
    )
    if answer.x is None:
        return None
    step = np.zeros(system.unknowns)
    step[vary] = answer.x[:-1]
    return step


def _back_on(system: System, point: Floats, vary: NDArray[np.intp]) -> Floats:
    """Return to the equations by Newton's method along the unknowns that vary."""
    point = point.copy()
    for _ in range(8):
        equal, _ = system.conditions(point[None])
        if np.abs(equal).max(initial=0.0) < 1e-13:
            break
        slope, _ = derivatives(system.conditions, point[None])
        point[vary] -= np.linalg.pinv(slope[0][:, vary], rcond=1e-9) @ equal[0]
        point = np.clip(point, 0.0, 1.0)
    return point
