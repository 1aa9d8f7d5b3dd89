"""Rank the options of a stored run too large for memory, with regret, a few chunks at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import StoreError
from servanda.study.store import RunFolder

__all__ = ["Standing", "standings"]

Floats = NDArray[np.float64]

#: Rows that are in memory at a time.
ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How one option stands over all draws.

    ``regret_mean`` and ``regret_max`` are what it falls short of the best option in the same draw,
    in the unit of the value; ``best`` is the share of draws in which no option is better;
    ``ranks[r]`` the share in which it comes at rank r + 1, where equal values share their ranks
    evenly.
    """

    option: int
    mean: float
    regret_mean: float
    regret_max: float
    best: float
    ranks: tuple[float, ...]


def standings(
    folder: RunFolder, value: str, *, table: str = "outcomes", smaller: bool = False
) -> tuple[Standing, ...]:
    """Rank options over every stored draw of a run.

    Args:
        folder: a run whose table has the columns ``draw`` (whole number), ``option`` (0, 1, ...)
            and ``value``; every chunk holds all options of its draws.
        value: the column to rank by.
        table: the table.
        smaller: whether a smaller value is better.

    Returns:
        One standing per option, in order of their numbers. Memory does not grow with the run.

    Raises:
        StoreError: no such column, a number is missing (SV703), or chunks are missing.
    """
    sums: _Sums | None = None
    for block in _blocks(folder, table, value):
        sums = sums or _Sums.empty(block.shape[0])
        if block.shape[0] != len(sums.mean):
            raise StoreError(f"{folder.path}: chunks differ in their options", code="SV703")
        sums.add(-block if smaller else block)
    if sums is None or not sums.draws:
        raise StoreError(f"{folder.path} holds no draw", code="SV701")
    return sums.standings(-1.0 if smaller else 1.0)


@dataclass(slots=True)
class _Sums:
    """Sums over the draws seen so far, the larger value the better."""

    draws: int
    mean: Floats
    regret: Floats
    worst: Floats
    best: Floats
    ranks: Floats

    @classmethod
    def empty(cls, options: int) -> _Sums:
        """Begin with no draw."""
        mean, regret, worst, best = np.zeros((4, options))
        return cls(0, mean, regret, worst, best, np.zeros((options, options)))

    def add(self, block: Floats) -> None:
        """Take in float64[option, draw]."""
        options, size = block.shape
        top = block.max(axis=0)
        above = np.zeros((options, size), np.int16)
        equal = np.ones((options, size), np.int16)
        for a, b in combinations(range(options), 2):
            over = block[a] > block[b]
            under = block[a] < block[b]
            above[b] += over
            above[a] += under
            same = ~(over | under)
            if same.any():
                equal[a] += same
                equal[b] += same
        self.draws += size
        for option in range(options):
            lost = top - block[option]
            self.mean[option] += block[option].sum()
            self.regret[option] += lost.sum()
            self.worst[option] = max(self.worst[option], float(lost.max()))
            code = above[option] * np.int16(options + 1) + equal[option]
            for number in np.flatnonzero(counts := np.bincount(code)):
                first, width = divmod(int(number), options + 1)
                self.ranks[option, first : first + width] += counts[number] / width
                self.best[option] += counts[number] if first == 0 else 0

    def standings(self, sign: float) -> tuple[Standing, ...]:
        """Divide by the number of draws."""
        return tuple(
            Standing(
                option,
                float(sign * self.mean[option] / self.draws),
                float(self.regret[option] / self.draws),
                float(self.worst[option]),
                float(self.best[option] / self.draws),
                tuple(float(x) for x in self.ranks[option] / self.draws),
            )
            for option in range(len(self.mean))
        )


def _blocks(folder: RunFolder, table: str, value: str) -> Iterator[Floats]:
    """Yield the values as float64[option, draw], a few chunks at a time."""
    for columns in folder.blocks(table, ("draw", "option", value), rows=ROWS):
        draw, option = columns["draw"], columns["option"]
        if draw.dtype.kind not in "iu" or option.dtype.kind not in "iu":
            raise StoreError(f"{folder.path}: draw or option is no whole number", code="SV703")
        values = columns[value].astype(np.float64, copy=False)
        options = int(option.max()) + 1
        if not _in_order(draw, option, options):
            place = np.lexsort((option, draw))
            draw, option, values = draw[place], option[place], values[place]
            if not _in_order(draw, option, options):
                raise StoreError(
                    f"{folder.path}: a draw lacks an option, or has one twice", code="SV703"
                )
        if not np.isfinite(values).all():
            raise StoreError(f"{folder.path}: {value} is missing in some draw", code="SV703")
        yield np.ascontiguousarray(values.reshape(-1, options).T)


def _in_order(draw: NDArray[np.generic], option: NDArray[np.generic], options: int) -> bool:
    """Say whether rows come draw by draw, each with all options in order."""
    if draw.size % options:
        return False
    rows, names = draw.reshape(-1, options), option.reshape(-1, options)
    return bool((names == np.arange(options)).all() and (rows == rows[:, :1]).all())
