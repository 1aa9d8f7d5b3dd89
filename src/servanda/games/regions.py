"""The solutions of one system of equilibrium conditions: points, and regions with their ranges.

Where solutions are alone they are all there is; where they form a continuum, each piece of it is a
region (`servanda.games.continua`), and every region is checked with all conditions of the system.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from servanda.games.boxes import MOST_UNKNOWNS, corners, derivatives, impossible
from servanda.games.roots import may_be_single, solve_box
from servanda.games.solution import Extent
from servanda.games.systems import INSIDE, ODD, SLACK, Region, System, divided, outside

if TYPE_CHECKING:
    from servanda.games.continua import Group, Piece

__all__ = ["solve_system"]

Floats = NDArray[np.float64]
Conditions = Callable[[Floats], tuple[Floats, Floats]]

# Corners of what is free are looked at only up to so many.
MOST_CORNERS = 64
MOST_REGIONS = 64
# What somebody would gain at a point of a continuum may be no more than this.
MOST_REGRET = 1e-8


def solve_system(system: System) -> tuple[list[Region], Extent]:
    """Find all solutions of one system.

    Args:
        system: equations and inequalities affine in each unknown.

    Returns:
        Points and regions, and how much that is: `Extent.FOUND` where a continuum with products
        of unknowns was searched by points, or where one could be neither found nor excluded;
        `Extent.CUT` where a part of the box could not be excluded or the unknowns are too many.
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
        return _around(system, np.full(unknowns, 0.5), loose, in_inequalities)
    if len(tied) > MOST_UNKNOWNS:
        return [], Extent.CUT
    conditions = _tied_conditions(system, unknowns, tied, loose)
    if not may_be_single(conditions, len(tied)):
        return _continua(system, np.full(unknowns, 0.5), np.arange(unknowns))
    found = solve_box(conditions, len(tied))
    if not found.isolated.all():
        return _continua(system, np.full(unknowns, 0.5), np.arange(unknowns))
    starts = np.full((len(found.points), unknowns), 0.5)
    starts[:, tied] = found.points
    kept: list[Region] = []
    extent = Extent.WHOLE if found.thorough else Extent.CUT
    for whole in starts:
        if _supported(system, whole, tied):
            regions, part = _around(system, whole, loose, in_inequalities)
            kept, extent = kept + regions, min(extent, part)
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
    points = np.stack([np.resize(ODD, unknowns), np.resize(ODD[::-1] ** 2 + 0.01, unknowns)])
    equal, least = derivatives(system.conditions, points)
    return np.any(np.abs(equal) > 1e-14, axis=0), np.any(np.abs(least) > 1e-14, axis=0)


def _tied_conditions(
    system: System, unknowns: int, tied: NDArray[np.intp], loose: NDArray[np.intp]
) -> Conditions:
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


def _around(
    system: System, point: Floats, loose: NDArray[np.intp], in_inequalities: NDArray[np.bool_]
) -> tuple[list[Region], Extent]:
    """Find the values of unknowns outside the equations that keep every inequality."""
    simple = all(len(system.blocks[system.block_of(i)].places) == 2 for i in loose)
    if simple and (in_inequalities[:, loose].sum(axis=1) <= 1).all():
        region = _intervals(system, point, loose)
        return ([region] if region else []), Extent.WHOLE
    return _continua(system, point, loose)


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


def _continua(system: System, point: Floats, vary: NDArray[np.intp]) -> tuple[list[Region], Extent]:
    """Find the pieces of a continuum, group by group of unknowns that belong together."""
    # The linear programmes are slow to import and rarely needed.
    from servanda.games.continua import split
    from servanda.games.pieces import search
    from servanda.games.polytopes import exact

    small = system.unknowns <= MOST_UNKNOWNS
    groups = split(system, divided(system) if small else system.conditions, point, vary)
    if groups is None:
        return [], Extent.WHOLE
    parts: list[list[Piece]] = []
    extent = Extent.WHOLE
    for group in groups:
        pieces = exact(group)
        if pieces is None:
            pieces, proven = search(group)
            extent = extent if proven else Extent.FOUND
            if not pieces and not proven and small and _none(system):
                return [], Extent.WHOLE
        elif not pieces:
            return [], Extent.WHOLE
        parts.append(pieces)
    found = []
    for chosen in islice(product(*parts), MOST_REGIONS):
        region = _together(system, point, groups, chosen)
        if region is None:
            extent = min(extent, Extent.FOUND)
        else:
            found.append(region)
    return found, extent if prod(map(len, parts)) <= MOST_REGIONS else Extent.CUT


def _none(system: System) -> bool:
    """Prove, if so, that no solution has every action of its support."""
    return outside(system) or impossible(divided(system), system.unknowns)


def _together(
    system: System, point: Floats, groups: list[Group], chosen: tuple[Piece, ...]
) -> Region | None:
    """Put one piece of every group together; every sample is checked with its beliefs."""
    whole = point.copy()
    for group, piece in zip(groups, chosen, strict=True):
        whole[group.unknowns] = piece.point
    if not system.regret(whole[None])[0] <= MOST_REGRET:
        return None
    ranges: dict[tuple[int, int], tuple[float, float]] = {}
    unconfirmed: tuple[tuple[int, int], ...] = ()
    for group, piece in zip(groups, chosen, strict=True):
        samples = np.repeat(whole[None], len(piece.samples), axis=0)
        samples[:, group.unknowns] = piece.samples
        good = (system.regret(samples) <= MOST_REGRET).all()
        ranges |= piece.ranges if good else {}
        unconfirmed += piece.unconfirmed if good else (*piece.ranges, *piece.unconfirmed)
    return Region(whole, ranges, unconfirmed)
