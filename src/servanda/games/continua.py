"""Continua of solutions: a point inside and the range of every unknown, by linear programmes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from servanda.games.roots import corners, derivatives
from servanda.games.systems import INSIDE, SLACK, Region, System

__all__ = ["Continuum", "continuum", "inside", "outside"]

Floats = NDArray[np.float64]
MOST_STARTS = 8
MOST_STEPS = 30
ROUNDING = 1e-12
POSITIVE = 1e-6


@dataclass(frozen=True, slots=True)
class Continuum:
    """What the search around some starting points found.

    Attributes:
        region: a point and ranges; None where no start led to a solution inside the support.
        proven: whether the conditions are linear in what varies, so that one linear programme
            sees all of it. Otherwise the search is local: solutions and parts of a range may be
            missing.
    """

    region: Region | None
    proven: bool


def continuum(system: System, starts: list[Floats], vary: NDArray[np.intp]) -> Continuum:
    """Find a solution near given points and how far each unknown can go.

    Conditions are made linear at a point, the linear programme gives a step, and so on; where
    they are linear already, as with beliefs alone, the first step is exact.

    Args:
        system: the conditions.
        starts: points float64[unknown] that satisfy the equations.
        vary: the unknowns that may move.

    Returns:
        A point and ranges, and whether they are exact.
    """
    linear = _linear(system, starts[0], vary)
    inner = None
    for start in _spread_out(starts):
        feasible = _climb(system, start, vary, "slack")
        # To be of this support a solution needs every action of it. This is asked before the
        # ranges, which cost far more.
        inner = None if feasible is None else _climb(system, feasible, vary, "room")
        if inner is not None and inside(system, inner):
            break
    if inner is None or not inside(system, inner):
        return Continuum(None, linear)
    ends = [inner]
    ranges: dict[tuple[int, int], tuple[float, float]] = {}
    for number in sorted({system.block_of(int(unknown)) for unknown in vary}):
        columns = system.columns()[number]
        for place in range(len(columns) + 1):
            if place == 1 and len(columns) == 1:
                if (number, 0) in ranges:
                    low, high = ranges[number, 0]
                    ranges[number, 1] = (1.0 - high, 1.0 - low)
            else:
                _measure(system, number, place, vary, ends, ranges)
    return Continuum(Region(_representative(system, ends), ranges), linear)


def inside(system: System, point: Floats) -> bool:
    """Tell whether every action of a support has positive probability.

    Args:
        system: the conditions.
        point: float64[unknown].

    Returns:
        Whether it is so; beliefs may be 0.
    """
    for block, columns in zip(system.blocks, system.columns(), strict=True):
        part = point[columns]
        positive = (part > INSIDE).all() and part.sum() < 1.0 - INSIDE
        if block.kind == "behaviour" and not positive:
            return False
    return True


def outside(system: System) -> bool:
    """Prove, if so, that no solution has every action of its support.

    What is affine in each unknown is inside the box a mixture of its values at all corners. So a
    combination of the conditions that no solution makes positive, and that is nowhere negative
    at the corners but somewhere positive, is positive wherever all unknowns are inside. A linear
    programme looks for one.

    Args:
        system: the conditions; at most 10 unknowns.

    Returns:
        Whether it is proven, up to rounding.
    """
    count = system.unknowns
    equal, least = system.conditions(corners(np.zeros((1, count)), np.ones((1, count)))[0])
    table = np.concatenate([equal, -least], axis=1)
    if not table.shape[1]:
        return False
    signs = [(-1.0, 1.0)] * equal.shape[1] + [(0.0, 1.0)] * least.shape[1]
    answer = linprog(-table.sum(axis=0), A_ub=-table, b_ub=np.zeros(len(table)), bounds=signs)
    if answer.x is None:
        return False
    mixed = table @ answer.x
    if mixed.min() < -ROUNDING * (1.0 + np.abs(answer.x).sum()):
        return False
    # Beliefs may be 0 or 1, so that it has to be positive somewhere whichever of these they are.
    believed = np.zeros(count, dtype=np.int64)
    for block, columns in zip(system.blocks, system.columns(), strict=True):
        believed[columns] = block.kind == "belief"
    groups = np.arange(2**count) & int((believed << np.arange(count)).sum())
    return all(mixed[groups == group].max() > POSITIVE for group in np.unique(groups))


def _linear(system: System, point: Floats, vary: NDArray[np.intp]) -> bool:
    """Tell whether the conditions are linear in what varies: the slopes are the same anywhere."""
    odd = np.array([0.3819660113, 0.2360679775, 0.4142135624, 0.3027756377, 0.1622776602])
    points = np.repeat(point[None], 3, axis=0)
    points[0, vary] = np.resize(odd, len(vary))
    points[1, vary] = np.resize(odd[::-1] ** 2 + 0.01, len(vary))
    slopes = derivatives(system.conditions, points)
    return all(
        bool((np.ptp(slope[:, :, vary], axis=0) <= 1e-13).all()) for slope in slopes if slope.size
    )


def _measure(
    system: System,
    number: int,
    place: int,
    vary: NDArray[np.intp],
    ends: list[Floats],
    ranges: dict[tuple[int, int], tuple[float, float]],
) -> None:
    """Find how far one probability can go down and up, from the first of ``ends``."""
    columns = system.columns()[number]
    last = place == len(columns)
    toward = np.zeros(system.unknowns)
    toward[columns if last else columns[place]] = -1.0 if last else 1.0
    values = [float(toward @ point) + float(last) for point in ends]
    for sign, furthest in ((-1.0, min(values) <= ROUNDING), (1.0, max(values) >= 1.0 - ROUNDING)):
        # Where an end found before lies at 0 or 1 already, nothing lies beyond.
        point = None if furthest else _climb(system, ends[0], vary, sign * toward)
        if point is not None:
            ends.append(point)
            values.append(float(toward @ point) + float(last))
    if max(values) - min(values) > 1e-7:
        ranges[number, place] = (max(0.0, min(values)), min(1.0, max(values)))


def _spread_out(starts: list[Floats]) -> list[Floats]:
    """Take a few of many starting points, evenly."""
    step = max(1, len(starts) // MOST_STARTS)
    return starts[::step][:MOST_STARTS]


def _representative(system: System, ends: list[Floats]) -> Floats:
    """Return the middle of the extreme points where it is a solution, else the first of them."""
    middle = np.mean(ends, axis=0)
    good = _Place(system, middle, np.arange(0)).missed <= 2 * SLACK
    return middle if good and inside(system, middle) else ends[0]


def _climb(
    system: System, point: Floats, vary: NDArray[np.intp], toward: Floats | Literal["slack", "room"]
) -> Floats | None:
    """Go as far as the conditions allow in a direction, or to the inside.

    Returns:
        The point reached, or None where it misses the conditions.
    """
    here, radius = _Place(system, point, vary), 1.0
    for _ in range(MOST_STEPS):
        step = _programme(here, toward, radius)
        if step is None:
            radius *= 0.5
            continue
        tried = _Place(system, _back_on(system, np.clip(here.point + step, 0.0, 1.0), vary), vary)
        if tried.missed > max(SLACK, 0.9 * here.missed):
            radius *= 0.4
            if radius < 1e-7:
                break
            continue
        moved = np.abs(tried.point - here.point).max()
        here = tried
        if moved < INSIDE:
            break
    return here.point if here.missed <= SLACK else None


class _Place:
    """A point with the conditions there, and their slopes once they are asked for."""

    def __init__(self, system: System, point: Floats, vary: NDArray[np.intp]) -> None:
        self.system, self.point, self.vary = system, point.copy(), vary
        equal, least = system.conditions(point[None])
        self.equal, self.least = equal[0], least[0]
        self.missed = max(float(np.abs(equal).max(initial=0.0)), float((-least).max(initial=0.0)))

    @cached_property
    def slopes(self) -> tuple[Floats, Floats]:
        """The derivatives of equations and inequalities in what varies."""
        equal, least = derivatives(self.system.conditions, self.point[None])
        return equal[0][:, self.vary], least[0][:, self.vary]


def _programme(
    here: _Place, toward: Floats | Literal["slack", "room"], radius: float
) -> Floats | None:
    """Solve the linear programme at a point for a step of at most ``radius``."""
    point, vary, size = here.point, here.vary, len(here.vary)
    level, above = here.slopes
    # The last variable is what is to be gained on the way inside: a slack common to all
    # inequalities, or the least probability of an action of a support.
    objective = np.zeros(size + 1)
    shared, least = np.zeros(len(above)), here.least
    if isinstance(toward, str):
        objective[-1] = -1.0
        if toward == "slack":
            shared += 1.0
        else:
            rows, room = _rooms(here)
            above, least = np.concatenate([above, rows]), np.concatenate([least, room])
            shared = np.concatenate([shared, np.ones(len(room))])
    else:
        objective[:-1] = -toward[vary]
    limits = [(max(-radius, -point[i]), min(radius, 1.0 - point[i])) for i in vary] + [(-1.0, 0.01)]
    answer = linprog(
        objective,
        A_ub=np.column_stack([-above, shared]) if len(above) else None,
        b_ub=least if len(above) else None,
        A_eq=np.column_stack([level, np.zeros(len(level))]) if len(level) else None,
        b_eq=-here.equal if len(level) else None,
        bounds=limits,
        method="highs",
    )
    if answer.x is None:
        return None
    step = np.zeros(here.system.unknowns)
    step[vary] = answer.x[:-1]
    return step


def _rooms(here: _Place) -> tuple[Floats, Floats]:
    """Return slopes and values of the probabilities of all actions in mixtures."""
    system = here.system
    rows, values = [np.zeros((0, system.unknowns))], [np.zeros(0)]
    for block, columns in zip(system.blocks, system.columns(), strict=True):
        if block.kind == "behaviour":
            own = np.zeros((len(columns) + 1, system.unknowns))
            own[np.arange(len(columns)), columns] = 1.0
            own[-1, columns] = -1.0
            rows.append(own)
            values.append(np.append(here.point[columns], 1.0 - here.point[columns].sum()))
    return np.concatenate(rows)[:, here.vary], np.concatenate(values)


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
