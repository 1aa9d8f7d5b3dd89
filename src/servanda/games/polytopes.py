"""Groups of unknowns that are linear once some cells are put in their best place.

Many a group is simpler than it looks: of an action that nobody takes in the end, say, one answer
is the worst whatever else is played, so that every solution stays one on the way to it. When such
cells are put in their best place and what is left is linear, linear programmes see the whole group.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from servanda.games.continua import Cell, Group, Piece, enter
from servanda.games.systems import INSIDE, SLACK

__all__ = ["exact"]

Floats = NDArray[np.float64]
Place = tuple[int, int]

MOST_VERTICES = 20_000
ROUNDING = 1e-12


def exact(group: Group) -> list[Piece] | None:
    """Solve a group by linear programmes alone, where that is possible.

    A cell may be set aside where one of its vertices is best for every condition whatever the
    others are: then solutions move towards it and stay solutions, so that what is left is
    connected if and only if the whole is, and no other probability loses any of its range. Where
    what is left is linear, the set is connected and its ranges are those of linear programmes.

    Args:
        group: the conditions.

    Returns:
        One piece or none, proven; None where this way does not lead to an answer.
    """
    if prod(len(cell.columns) + 1 for cell in group.cells) > MOST_VERTICES:
        return None
    core = _polytope(group, None)
    if core is None:
        return None
    middle = core.middle(group)
    if middle is None:
        return []
    inner = _unfolded(group, core, middle)
    if inner is None:
        return None
    ends: list[Floats] = [inner]
    ranges: dict[Place, tuple[float, float]] = {}
    for cell in group.cells:
        own = core if cell in core.cells else _polytope(group, cell)
        if own is None:
            return None
        for place, toward, constant in cell.directions(group.size):
            span = []
            for sign in (-1.0, 1.0):
                end = own.furthest(sign * toward)
                if end is None or not _leads_to(group, own, inner, end):
                    return None
                ends.append(end)
                span.append(float(toward @ end) + constant)
            enter(ranges, cell, place, span[0], span[1])
    mean = np.mean(ends, axis=0)[None]
    point = mean[0] if group.solved(mean)[0] else inner
    return [Piece(point, ranges, (), np.stack([inner, point]))]


@dataclass(frozen=True, slots=True, eq=False)
class _Polytope:
    """What is left of a group when some cells are put in their best vertex.

    Attributes:
        cells: those left.
        template: float64[unknown of the group], with the vertices of the others.
        columns: the unknowns left.
        level, above: value at 0 and slopes of equations and inequalities, [condition, 1 + column].
    """

    cells: tuple[Cell, ...]
    template: Floats
    columns: NDArray[np.intp]
    level: Floats
    above: Floats

    def furthest(self, toward: Floats) -> Floats | None:
        """Return the point that goes furthest in a direction, float64[unknown of the group]."""
        return self._solve(-toward[self.columns], np.zeros((0, len(self.columns) + 1)))

    def middle(self, group: Group) -> Floats | None:
        """Return a point where no inequality is tight that need not be; None if none is inside."""
        size = len(self.columns)
        rooms = replace(group, cells=self.cells).rooms
        rooms = rooms[:, np.append(0, 1 + self.columns)]
        if not size:
            empty = (self.above[:, 0] < -SLACK).any() or (np.abs(self.level[:, 0]) > SLACK).any()
            return None if empty else self.template
        # First the least probability is made as large as can be, then every inequality slack.
        first = self._programme(
            rooms, np.ones((len(rooms), 1)), np.append(np.zeros(size), -1.0), 1.0
        )
        if first is None or first[-1] <= INSIDE:
            return None
        rooms[:, 0] -= 0.5 * first[-1]
        rows = np.concatenate([rooms, self.above])
        shares = np.concatenate([np.zeros((len(rooms), len(self.above))), np.eye(len(self.above))])
        cost = np.append(np.zeros(size), -np.ones(len(self.above)))
        second = self._programme(rows, shares, cost, 1e-3, with_above=False)
        return self._filled(first[:size] if second is None else second[:size])

    def _solve(self, cost: Floats, more: Floats) -> Floats | None:
        found = self._programme(more, np.zeros((len(more), 0)), cost, 1.0)
        return None if found is None else self._filled(found)

    def _filled(self, values: Floats) -> Floats:
        point = self.template.copy()
        point[self.columns] = np.clip(values, 0.0, 1.0)
        return point

    def _sums(self) -> Floats:
        """Return what the cells leave over for their last place, [cell, 1 + column]."""
        found = np.zeros((len(self.cells), len(self.columns) + 1))
        for row, cell in zip(found, self.cells, strict=True):
            row[0] = cell.total
            row[1:][np.isin(self.columns, cell.columns)] = -1.0
        return found

    def _programme(
        self, rows: Floats, shares: Floats, cost: Floats, most: float, with_above: bool = True
    ) -> Floats | None:
        """Minimise a cost where rows exceed ``shares`` of further variables from 0 to ``most``."""
        more, size = shares.shape[1], len(self.columns)
        held = np.concatenate([self._sums(), self.above if with_above else self.above[:0]])
        left = np.concatenate([held, rows])
        own = np.concatenate([np.zeros((len(held), more)), shares])
        answer = linprog(
            cost,
            A_ub=np.column_stack([-left[:, 1:], own]) if len(left) else None,
            b_ub=left[:, 0] if len(left) else None,
            A_eq=np.pad(self.level[:, 1:], ((0, 0), (0, more))) if len(self.level) else None,
            b_eq=-self.level[:, 0] if len(self.level) else None,
            bounds=[(0.0, 1.0)] * size + [(0.0, most)] * more,
            method="highs",
        )
        return None if answer.x is None else np.asarray(answer.x)


def _polytope(group: Group, keep: Cell | None) -> _Polytope | None:
    """Put cells in their best vertex until what is left is linear; None where it is not."""
    cells, axes = list(group.cells), [len(cell.columns) + 1 for cell in group.cells]
    corner = [np.zeros((count, group.size)) for count in axes]
    for cell, own in zip(cells, corner, strict=True):
        own[np.arange(1, len(own)), list(cell.columns)] = cell.total
    points = np.array([sum(rows) for rows in product(*corner)]).reshape(-1, group.size)
    equal, least = group.conditions(points)
    # That what is left over is not negative holds at every vertex, and comes first.
    least = least[:, sum(cell.last > 1 for cell in cells) :]
    table = np.concatenate([equal, least], axis=1)
    table = table.reshape(*axes, table.shape[1])
    equations, template = equal.shape[1], np.zeros(group.size)
    while True:
        place = next(
            (
                (axis, best)
                for axis, cell in enumerate(cells)
                if cell is not keep and (best := _best_vertex(table, axis, equations)) is not None
            ),
            None,
        )
        if place is None:
            break
        axis, best = place
        template += corner.pop(axis)[best]
        table = np.take(table, best, axis=axis)
        cells.pop(axis)
    return _linear(table, equations, tuple(cells), template)


def _best_vertex(table: Floats, axis: int, equations: int) -> int | None:
    """Return the vertex that is best for all conditions whatever the other cells are."""
    if not table.shape[-1]:
        return 0
    by_vertex = np.moveaxis(table, axis, 0).reshape(table.shape[axis], -1, table.shape[-1])
    if (np.ptp(by_vertex[:, :, :equations], axis=0) > ROUNDING).any():
        return None
    above = by_vertex[:, :, equations:]
    best = (above >= above.max(axis=0) - ROUNDING).all(axis=(1, 2))
    return int(best.argmax()) if best.any() else None


def _linear(
    table: Floats, equations: int, cells: tuple[Cell, ...], template: Floats
) -> _Polytope | None:
    """Return the conditions at vertices as linear ones; None where they have products."""
    base, count = table[(0,) * len(cells)], table.shape[-1]
    rebuilt, slopes = np.zeros_like(table) + base, [base[:, None]]
    for axis, cell in enumerate(cells):
        aside = [0] * len(cells)
        own = np.stack(
            [table[(*aside[:axis], i, *aside[axis + 1 :])] for i in range(table.shape[axis])]
        )
        own -= base
        shape = [1] * len(cells)
        shape[axis] = len(own)
        rebuilt += own.reshape(*shape, count)
        slopes.append(own[1:].T / max(cell.total, ROUNDING))
    if np.abs(rebuilt - table).max(initial=0.0) > ROUNDING:
        return None
    columns = np.array([c for cell in cells for c in cell.columns], dtype=np.intp)
    rows = np.column_stack(slopes)
    return _Polytope(cells, template, columns, rows[:equations], rows[equations:])


def _unfolded(group: Group, core: _Polytope, middle: Floats) -> Floats | None:
    """Return a solution inside the support: cells set aside move in as far as they may."""
    aside = np.ones(group.size, dtype=np.bool_)
    aside[core.columns] = False
    even = _even(group)
    for share in (1.0, 0.5, 0.1, 1e-2, 1e-3, 1e-4):
        point = middle + share * np.where(aside, even - middle, 0.0)
        if group.solved(point[None], 1e-12)[0]:
            return point
    return None


def _even(group: Group) -> Floats:
    even = np.zeros(group.size)
    for cell in group.cells:
        even[list(cell.columns)] = cell.total / (len(cell.columns) + 1)
    return even


def _leads_to(group: Group, core: _Polytope, inner: Floats, end: Floats) -> bool:
    """Tell whether an end, with cells set aside in their vertex, is a limit of solutions."""
    aside = np.ones(group.size, dtype=np.bool_)
    aside[core.columns] = False
    share = np.array([1e-2, 1e-3, 1e-4, 1e-5])[:, None]
    # What is set aside leaves its vertex more slowly: a product of both is smaller than either.
    points = end + np.where(aside, share**2, share) * (inner - end)
    equal, least = group.conditions(points)
    good = (np.abs(equal).max(axis=1, initial=0.0) <= 1e-12) & (
        least.min(axis=1, initial=0.0) >= -ROUNDING * 0.1
    )
    return bool(good.any())
