"""The solutions of one system of equilibrium conditions: points, and regions with their ranges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from servanda.games.roots import Found, corners, derivatives, impossible, solve_box
from servanda.games.solution import Extent
from servanda.games.systems import INSIDE, SLACK, Region, System

__all__ = ["solve_system"]

Floats = NDArray[np.float64]

# Corners of what is free are looked at only up to so many.
MOST_CORNERS = 64
MOST_UNKNOWNS = 10
ROUNDING = 1e-13


def solve_system(system: System) -> tuple[list[Region], Extent]:
    """Find all solutions of one system.

    A degenerate component, a continuum with products of unknowns, is searched locally from some
    of its points: its range may be larger than what is returned, and a component of which no
    start leads to a solution is left out. The extent is then no more than `Extent.FOUND`.

    Args:
        system: equations and inequalities affine in each unknown.

    Returns:
        Points and regions, and how much that is: `Extent.CUT` where a part of the box could not
        be excluded or the unknowns are too many for that.
    """
    unknowns = system.unknowns
    if not unknowns:
        _, least = system.conditions(np.zeros((1, 0)))
        good = least.min(initial=0.0) >= -SLACK
        return ([Region(np.zeros(0), {})] if good else []), Extent.WHOLE
    if unknowns <= MOST_UNKNOWNS and _excluded(system, unknowns):
        return [], Extent.WHOLE
    in_equations, in_inequalities = _structure(system, unknowns)
    tied = np.flatnonzero(in_equations.any(axis=0))
    loose = np.flatnonzero(~in_equations.any(axis=0))
    if not len(tied):
        region, proven = _region(system, np.full(unknowns, 0.5), loose, in_inequalities)
        if region is None and not proven and unknowns <= MOST_UNKNOWNS:
            from servanda.games.continua import outside

            proven = outside(system) or impossible(system.conditions, unknowns)
        return ([region] if region else []), Extent.WHOLE if proven else Extent.FOUND
    if len(tied) > MOST_UNKNOWNS:
        return [], Extent.CUT
    found = solve_box(_tied_conditions(system, unknowns, tied, loose), len(tied))
    return _regions(system, found, tied, loose, in_inequalities)


def _regions(
    system: System,
    found: Found,
    tied: NDArray[np.intp],
    loose: NDArray[np.intp],
    in_inequalities: NDArray[np.bool_],
) -> tuple[list[Region], Extent]:
    """Give every solution of the equations the range of what is not in them."""
    kept: list[Region] = []
    extent = Extent.WHOLE if found.thorough else Extent.CUT
    spread: list[Floats] = []
    for point, isolated in zip(found.points, found.isolated, strict=True):
        whole = np.full(system.unknowns, 0.5)
        whole[tied] = point
        if not isolated:
            spread.append(whole)
            continue
        if not _supported(system, whole, tied):
            continue
        region, proven = _region(system, whole, loose, in_inequalities)
        extent = min(extent, Extent.WHOLE if proven else Extent.FOUND)
        if region:
            kept.append(region)
    if not spread:
        return kept, extent
    # The linear programmes are slow to import and rarely needed.
    from servanda.games.continua import continuum, outside

    if system.unknowns <= MOST_UNKNOWNS and (
        outside(system) or impossible(_divided(system), system.unknowns)
    ):
        return kept, extent if kept else Extent.WHOLE
    for group in _connected(spread):
        whole_range = continuum(system, group, np.arange(system.unknowns))
        extent = min(extent, Extent.WHOLE if whole_range.proven else Extent.FOUND)
        if whole_range.region:
            kept.append(whole_range.region)
    return kept, extent


def _supported(system: System, point: Floats, tied: NDArray[np.intp]) -> bool:
    """Tell whether the unknowns in equations leave every action of a support some probability."""
    for block, columns in zip(system.blocks, system.columns(), strict=True):
        known = [i for i in columns if i in tied]
        part = point[known]
        if block.kind == "behaviour" and ((part <= INSIDE).any() or part.sum() >= 1.0 - INSIDE):
            return False
    return True


def _excluded(system: System, unknowns: int) -> bool:
    """Tell whether the bounds over the whole box rule a solution out."""
    equal, least = system.conditions(corners(np.zeros((1, unknowns)), np.ones((1, unknowns)))[0])
    if (least.max(axis=0, initial=-np.inf) < -SLACK).any():
        return True
    low, high = equal.min(axis=0, initial=np.inf), equal.max(axis=0, initial=-np.inf)
    return bool(((low > SLACK) | (high < -SLACK)).any())


def _structure(system: System, unknowns: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which unknown occurs in which condition: a derivative that is 0 at odd points is 0."""
    odd = np.array([0.3819660113, 0.2360679775, 0.4142135624, 0.3027756377, 0.1622776602])
    points = np.stack([np.resize(odd, unknowns), np.resize(odd[::-1] ** 2 + 0.01, unknowns)])
    equal, least = derivatives(system.conditions, points)
    return np.any(np.abs(equal) > 1e-14, axis=0), np.any(np.abs(least) > 1e-14, axis=0)


def _tied_conditions(
    system: System, unknowns: int, tied: NDArray[np.intp], loose: NDArray[np.intp]
) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Return the conditions as functions of the unknowns in equations alone.

    An inequality is taken at its best over the corners of the other unknowns.
    """
    ends = corners(np.zeros((1, len(loose))), np.ones((1, len(loose))))[0]
    if len(ends) > MOST_CORNERS:
        ends = np.full((1, len(loose)), 0.5)

    def conditions(points: Floats) -> tuple[Floats, Floats]:
        whole = np.zeros((len(points), len(ends), unknowns))
        whole[:, :, tied] = points[:, None, :]
        whole[:, :, loose] = ends[None]
        equal, least = system.conditions(whole.reshape(-1, unknowns))
        best = least.reshape(len(points), len(ends), -1).max(axis=1)
        if len(ends) == 1 and len(loose):
            best = best[:, :0]
        return equal.reshape(len(points), len(ends), -1)[:, 0], best

    return conditions


def _region(
    system: System, point: Floats, loose: NDArray[np.intp], in_inequalities: NDArray[np.bool_]
) -> tuple[Region | None, bool]:
    """Find the values of unknowns outside the equations that keep every inequality.

    The second value tells whether the region is proven to be all, or that there is none.
    """
    simple = all(len(system.blocks[system.block_of(i)].places) == 2 for i in loose)
    if simple and (in_inequalities[:, loose].sum(axis=1) <= 1).all():
        return _intervals(system, point, loose), True
    from servanda.games.continua import continuum

    found = continuum(system, [point], loose)
    return found.region, found.proven


def _intervals(system: System, point: Floats, loose: NDArray[np.intp]) -> Region | None:
    """Intersect half-lines: every inequality has at most one of the free unknowns."""
    point, ranges = point.copy(), {}
    for unknown in loose:
        ends = np.repeat(point[None], 2, axis=0)
        ends[:, unknown] = (0.0, 1.0)
        _, least = system.conditions(ends)
        moves = np.abs(least[1] - least[0]) > 1e-13
        at, slope = least[0, moves], (least[1] - least[0])[moves]
        cut = -at / slope
        low = max(0.0, float(cut[slope > 0].max(initial=0.0)))
        high = min(1.0, float(cut[slope < 0].min(initial=1.0)))
        if low > high + INSIDE:
            return None
        low, high = _tidy(min(low, high)), _tidy(max(low, high) if low <= high else low)
        point[unknown] = 0.5 * (low + high)
        number = system.block_of(int(unknown))
        if system.blocks[number].kind == "behaviour" and not (
            INSIDE < point[unknown] < 1.0 - INSIDE
        ):
            return None
        if high - low > INSIDE:
            ranges[number, 0], ranges[number, 1] = (low, high), (1.0 - high, 1.0 - low)
    _, least = system.conditions(point[None])
    return Region(point, ranges) if least.min(initial=0.0) >= -2 * SLACK else None


def _tidy(end: float) -> float:
    """Take an end of a range that rounding moved away from 0 or 1 back to it."""
    return 0.0 if end < INSIDE else 1.0 if end > 1.0 - INSIDE else end


def _divided(system: System) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Return the conditions without factors that are positive inside the support.

    An action off whose path nothing matters makes every condition there vanish with its
    probability, and its zeros hide whether there are others. What is affine in an unknown u and
    vanishes where u = 0 is u times its value at u = 1; and likewise for 1 - u.
    """
    unknowns = system.unknowns
    ends = corners(np.zeros((1, unknowns)), np.ones((1, unknowns)))[0]
    table = np.abs(np.concatenate(system.conditions(ends), axis=1))
    # Where to take each condition: nan for the unknown's own value.
    taken = np.full((table.shape[1], unknowns), np.nan)
    for block, columns in zip(system.blocks, system.columns(), strict=True):
        for unknown in columns if block.kind == "behaviour" else []:
            for side in (0.0, 1.0):
                on_face = table[ends[:, unknown] == side].max(axis=0, initial=0.0) < ROUNDING
                taken[on_face & np.isnan(taken[:, unknown]), unknown] = 1.0 - side
    kinds, kind_of = np.unique(np.nan_to_num(taken, nan=2.0), axis=0, return_inverse=True)

    def conditions(points: Floats) -> tuple[Floats, Floats]:
        found = np.empty((len(points), table.shape[1]))
        equations = 0
        for number, kind in enumerate(kinds):
            equal, least = system.conditions(np.where(kind < 2.0, kind, points))
            equations, mine = equal.shape[1], kind_of.ravel() == number
            found[:, mine] = np.concatenate([equal, least], axis=1)[:, mine]
        return found[:, :equations], found[:, equations:]

    return conditions


def _connected(points: list[Floats], step: float = 0.15) -> list[list[Floats]]:
    """Group points that a chain of short steps joins."""
    left = np.array(points)
    groups: list[list[Floats]] = []
    while len(left):
        group, fresh, left = [left[0]], left[:1], left[1:]
        while len(fresh) and len(left):
            near = (np.abs(left[:, None] - fresh[None]).max(axis=2) < step).any(axis=1)
            fresh, left = left[near], left[~near]
            group.extend(fresh)
        groups.append(group)
    return groups
