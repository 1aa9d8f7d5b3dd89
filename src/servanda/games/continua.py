"""Continua of solutions: the groups of unknowns that they fall apart into, and their pieces.

What varies falls apart into groups of unknowns that no condition ties to each other. Linear
programmes see many a group whole (`servanda.games.polytopes`); the others are covered with boxes
(`servanda.games.pieces`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from servanda.games.boxes import derivatives
from servanda.games.roots import settled
from servanda.games.systems import INSIDE, ODD, SLACK, System

__all__ = ["Cell", "Group", "Piece", "enter", "split"]

Floats = NDArray[np.float64]
Conditions = Callable[[Floats], tuple[Floats, Floats]]
Place = tuple[int, int]

VARIES = 1e-7


@dataclass(frozen=True, slots=True)
class Cell:
    """The part of a block that may vary.

    Attributes:
        block: number of the block.
        places: which of its places; the last place of the block takes what these leave over.
        last: number of the last place.
        columns: where the places stand among the unknowns of the group.
        total: what the places may sum to at most.
        positive: whether every probability has to be positive, as of actions of a support.
    """

    block: int
    places: tuple[int, ...]
    last: int
    columns: tuple[int, ...]
    total: float
    positive: bool

    def directions(self, size: int) -> list[tuple[Place, Floats, float]]:
        """Return each place with the direction and the constant that give its probability."""
        found: list[tuple[Place, Floats, float]] = []
        for place, column in zip(self.places, self.columns, strict=True):
            toward = np.zeros(size)
            toward[column] = 1.0
            found.append(((self.block, place), toward, 0.0))
        if len(self.places) > 1 or len(self.places) < self.last:
            rest = np.zeros(size)
            rest[list(self.columns)] = -1.0
            found.append(((self.block, self.last), rest, self.total))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Unknowns that conditions tie to each other and to no others, as a system of their own.

    Attributes:
        conditions: equations and inequalities of the group's unknowns, float64[point, unknown].
        unknowns: their numbers in the system.
        cells: the parts of blocks that they form.
    """

    conditions: Conditions
    unknowns: NDArray[np.intp]
    cells: tuple[Cell, ...]

    @property
    def size(self) -> int:
        """The number of unknowns."""
        return len(self.unknowns)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Which unknowns have to be positive, bool[unknown]."""
        found = np.zeros(self.size, dtype=np.bool_)
        for cell in self.cells:
            found[list(cell.columns)] = cell.positive
        return found

    @property
    def rooms(self) -> Floats:
        """What has to be positive, float64[action, 1 + unknown]: a constant and slopes."""
        found = [np.zeros((0, self.size + 1))]
        for cell in self.cells:
            if cell.positive:
                own = np.zeros((len(cell.columns) + 1, self.size + 1))
                own[np.arange(len(cell.columns)), 1 + np.array(cell.columns)] = 1.0
                own[-1, 1 + np.array(cell.columns)] = -1.0
                own[-1, 0] = cell.total
                found.append(own)
        return np.concatenate(found)

    def solved(self, points: Floats, slack: float = SLACK) -> NDArray[np.bool_]:
        """Tell which points are solutions inside the support."""
        (equal, least), rooms = self.conditions(points), self.rooms
        good: NDArray[np.bool_] = (
            (np.abs(equal).max(axis=1, initial=0.0) <= slack)
            & (least.min(axis=1, initial=0.0) >= -slack)
            & (rooms[:, 0] + points @ rooms[:, 1:].T > INSIDE).all(axis=1)
        )
        return good

    def reached(self, inner: Floats, end: Floats) -> bool:
        """Tell whether solutions inside the support lead from one of them up to an end."""
        shares = np.array([0.5, 0.1, 1e-2, 1e-3, 1e-4])[:, None]
        points = settled(self.conditions, end + shares * (inner - end))
        near = np.abs(points - end).max(axis=1) <= 2.0 * shares[:, 0] * np.abs(inner - end).max()
        return bool((self.solved(points) & near)[1:].all())


@dataclass(frozen=True, slots=True)
class Piece:
    """A connected set of solutions of a group.

    Attributes:
        point: float64[unknown of the group], one of them, inside the support.
        ranges: (block, place) -> lowest and highest probability; only those that vary.
        unconfirmed: (block, place) of those of which it is not shown how far they vary.
        samples: float64[point, unknown], more of them.
    """

    point: Floats
    ranges: dict[Place, tuple[float, float]]
    unconfirmed: tuple[Place, ...]
    samples: Floats


def split(
    system: System, conditions: Conditions, point: Floats, vary: NDArray[np.intp]
) -> list[Group] | None:
    """Take a system apart into groups of unknowns that no condition ties to each other.

    Args:
        system: the case.
        conditions: its conditions, or the same without positive factors.
        point: float64[unknown], values of the unknowns that do not vary.
        vary: those that do.

    Returns:
        The groups; None where a condition fails that nothing which varies could mend.
    """
    cells = [
        (number, [i for i in columns if i in vary])
        for number, columns in enumerate(system.columns())
        if set(columns) & set(vary.tolist())
    ]
    odd = np.repeat(point[None], 2, axis=0)
    odd[0, vary], odd[1, vary] = (
        np.resize(ODD, len(vary)),
        np.resize(ODD[::-1] ** 2 + 0.01, len(vary)),
    )
    slopes = np.concatenate(derivatives(conditions, odd), axis=1)
    depends = np.abs(slopes).max(axis=0) > 1e-14
    touches = np.array([depends[:, own].any(axis=1) for _, own in cells]).T
    equal, least = conditions(odd[:1])
    fixed = ~np.any(touches, axis=1, keepdims=True)[:, 0]
    wrong = np.concatenate([np.abs(equal[0]), -least[0]])
    if (wrong[fixed] > SLACK).any():
        return None
    count, label = connected_components(touches.T.astype(int) @ touches.astype(int))
    found = []
    for number in range(count):
        mine = [cell for cell, its in zip(cells, label, strict=True) if its == number]
        rows = np.any(touches[:, label == number], axis=1, keepdims=True)[:, 0]
        found.append(_group(system, conditions, point, mine, rows))
    return found


def _group(
    system: System,
    conditions: Conditions,
    point: Floats,
    mine: list[tuple[int, list[int]]],
    rows: NDArray[np.bool_],
) -> Group:
    unknowns = np.array([i for _, own in mine for i in own], dtype=np.intp)
    columns, cells = system.columns(), []
    for number, own in mine:
        others = [i for i in columns[number] if i not in own]
        cells.append(
            Cell(
                number,
                tuple(columns[number].index(i) for i in own),
                len(columns[number]),
                tuple(int(np.flatnonzero(unknowns == i)[0]) for i in own),
                1.0 - float(point[others].sum()),
                system.blocks[number].kind == "behaviour",
            )
        )

    def own_conditions(points: Floats) -> tuple[Floats, Floats]:
        whole = np.repeat(point[None], len(points), axis=0)
        whole[:, unknowns] = points
        equal, least = conditions(whole)
        return equal[:, rows[: equal.shape[1]]], least[:, rows[equal.shape[1] :]]

    return Group(own_conditions, unknowns, tuple(cells))


def enter(
    ranges: dict[Place, tuple[float, float]], cell: Cell, place: Place, low: float, high: float
) -> None:
    """Write down a range if it is one; of two probabilities one follows from the other.

    Args:
        ranges: what is written to.
        cell: the cell of the place.
        place: which probability.
        low: the least it can be.
        high: the most.
    """
    if high - low <= VARIES:
        return
    low, high = max(0.0, low), min(1.0, high)
    ranges[place] = (low, high)
    if cell.last == 1:
        ranges[cell.block, 1] = (1.0 - high, 1.0 - low)
