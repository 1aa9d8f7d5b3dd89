"""The search for a box on one table: peel, paste, drop limits, move limits, put to the test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from servanda.numerics.boxes import Box, Limit, Step
from servanda.numerics.inputs import BAD_SAMPLE, InputError, columns_of
from servanda.numerics.peeling import MOST_LEVELS, paste, peel

__all__ = ["Edges", "Search", "Table"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

TRIAL_ROWS = 20_000
KEEPS = 0.05
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Edges:
    """Limits of a box on coded columns."""

    low: Floats
    high: Floats
    allowed: NDArray[np.bool_]

    def copy(self) -> Edges:
        """Return limits that can be moved without moving these."""
        return Edges(self.low.copy(), self.high.copy(), self.allowed.copy())


class Table:
    """The inputs as the kernels take them."""

    def __init__(self, x: Any, names: Sequence[str] | None) -> None:
        columns = columns_of(x, names)
        self.names = columns.names
        self.rows = columns.size
        self.words: list[tuple[str, ...] | None] = []
        self.x = np.empty((len(columns.names), columns.size))
        self.levels = np.zeros(len(columns.names), np.int64)
        for j, (name, values) in enumerate(zip(columns.names, columns.values, strict=True)):
            if not columns.label[j]:
                self.x[j] = values
                self.words.append(None)
                continue
            words, code = np.unique(values.astype(str), return_inverse=True)
            if len(words) > MOST_LEVELS:
                raise InputError(
                    f"column {name!r} has {len(words)} categories; at most {MOST_LEVELS} can be "
                    "told apart, so merge some",
                    BAD_SAMPLE,
                )
            self.x[j] = code
            self.levels[j] = len(words)
            self.words.append(tuple(str(w) for w in words))
        self.whole = np.array([bool((row == np.floor(row)).all()) for row in self.x])

    def open(self) -> Edges:
        """Limits that leave everything inside."""
        count = len(self.names)
        allowed = np.zeros((count, MOST_LEVELS), np.bool_)
        for j, levels in enumerate(self.levels):
            allowed[j, :levels] = True
        return Edges(np.full(count, -np.inf), np.full(count, np.inf), allowed)

    def restricted(self, edges: Edges) -> list[int]:
        """Inputs that something is asked of."""
        found = []
        for j, levels in enumerate(self.levels):
            tight = np.isfinite(edges.low[j]) or np.isfinite(edges.high[j])
            if not edges.allowed[j, :levels].all() if levels else tight:
                found.append(j)
        return found

    def fits(self, edges: Edges, j: int, values: Floats) -> Mask:
        """Say which values of one input are inside."""
        if self.levels[j]:
            return np.asarray(edges.allowed[j][values.astype(np.intp)])
        return np.asarray((values >= edges.low[j]) & (values <= edges.high[j]))

    def inside(self, edges: Edges, rows: NDArray[np.intp]) -> Mask:
        """Say which of some rows are inside."""
        found = np.ones(rows.size, np.bool_)
        for j in self.restricted(edges):
            found &= self.fits(edges, j, self.x[j, rows])
        return found

    def inside_of(self, x: Floats, edges: Edges) -> Mask:
        """Say which columns of coded values[input, row] are inside."""
        found = np.ones(x.shape[1], np.bool_)
        for j in self.restricted(edges):
            found &= self.fits(edges, j, x[j])
        return found


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and how.

    Args:
        table: the inputs.
        y: uint8[row]; of interest or not.
        peel_alpha: share of a box that one peel removes.
        paste_alpha: share of a box that one paste adds.
        mass_min: least share of the rows in a box.
    """

    table: Table
    y: NDArray[np.uint8]
    peel_alpha: float
    paste_alpha: float
    mass_min: float

    def run(self, rows: NDArray[np.intp]) -> tuple[Edges, list[Edges], NDArray[np.int64]]:
        """Look for a box among some rows; also return the boxes on the way and what is in them."""
        table = self.table
        x = np.ascontiguousarray(table.x[:, rows])
        y = self.y[rows]
        order = np.stack([np.argsort(column) for column in x]).astype(np.int32)
        least = max(1, math.ceil(self.mass_min * rows.size))
        most = self._most_steps(rows.size)
        begin = table.open()
        low = np.repeat(begin.low[None], most, axis=0)
        high = np.repeat(begin.high[None], most, axis=0)
        allowed = np.repeat(begin.allowed[None], most, axis=0)
        stats = np.zeros((most, 2), np.int64)
        steps = peel(
            x, table.whole, table.levels, y, order.copy(), self.peel_alpha, least,
            low, high, allowed, stats,
        )  # fmt: skip
        way = [Edges(low[s], high[s], allowed[s]) for s in range(steps)]
        coverage = stats[:steps, 1] / max(int(y.sum()), 1)
        density = stats[:steps, 1] / stats[:steps, 0]
        fit = 2.0 * coverage * density / np.maximum(coverage + density, 1e-300)
        chosen = int(fit.argmax())
        edges = way[chosen].copy()
        inside, hits = int(stats[chosen, 0]), int(stats[chosen, 1])
        paste(
            x, table.whole, table.levels, y, order, self.paste_alpha,
            edges.low, edges.high, edges.allowed, inside, hits,
        )  # fmt: skip
        edges = self._pruned(edges, rows)
        self._sharpen(edges, x, y, order, least)
        return edges, way, stats[:steps]

    def _sharpen(
        self,
        edges: Edges,
        x: Floats,
        y: NDArray[np.uint8],
        order: NDArray[np.int32],
        least: int,
    ) -> None:
        """Move each limit to where the mean of coverage and density is highest, the others held."""
        table, total = self.table, int(y.sum())
        tight = [j for j in table.restricted(edges) if not table.levels[j]]
        for _ in range(ROUNDS):
            before = edges.low.copy(), edges.high.copy()
            for j in tight:
                for ends, up in ((edges.low, True), (edges.high, False)):
                    if not np.isfinite(ends[j]):
                        continue
                    ends[j] = -np.inf if up else np.inf
                    inside = table.inside_of(x, edges)
                    ranked = order[j][inside[order[j]]]
                    ranked = ranked[::-1] if up else ranked
                    end = _best_end(x[j], ranked, y, total, least, bool(table.whole[j]))
                    ends[j] = ends[j] if end is None else end
            if (before[0] == edges.low).all() and (before[1] == edges.high).all():
                return

    def _most_steps(self, rows: int) -> int:
        thin = math.log(self.mass_min) / math.log1p(-self.peel_alpha) + 1.0 / self.peel_alpha
        return min(rows, int(2 * thin) + 16) + int(self.table.levels.sum()) + 2

    def _pruned(self, edges: Edges, rows: NDArray[np.intp]) -> Edges:
        """Drop limits one by one whose quasi-p-value says that they explain nothing."""
        while True:
            values = self._quasi_p(edges, rows)
            weak = [j for j, p in values.items() if p > KEEPS]
            if not weak:
                return edges
            worst = max(weak, key=lambda j: values[j])
            begin = self.table.open()
            for mine, free in (
                (edges.low, begin.low),
                (edges.high, begin.high),
                (edges.allowed, begin.allowed),
            ):
                mine[worst] = free[worst]

    def _quasi_p(self, edges: Edges, rows: NDArray[np.intp]) -> dict[int, float]:
        tight = self.table.restricted(edges)
        fits = {j: self.table.fits(edges, j, self.table.x[j, rows]) for j in tight}
        y = self.y[rows].astype(np.bool_)
        everywhere = np.ones(rows.size, np.int16)
        for mask in fits.values():
            everywhere += mask
        everywhere -= 1
        inside = everywhere == len(tight)
        count, hits = int(inside.sum()), int((inside & y).sum())
        found = {}
        for j in tight:
            others = everywhere - fits[j] == len(tight) - 1
            found[j] = _tail(hits, count, float(y[others].mean()) if others.any() else 0.0)
        return found

    def tested(self, rows: NDArray[np.intp], luck: np.random.Generator) -> float:
        """Chance of so many cases of interest in a box that was found on other draws."""
        shuffled = luck.permutation(rows)[: 2 * TRIAL_ROWS]
        halves = shuffled[::2], shuffled[1::2]
        values = []
        for mine, other in (halves, halves[::-1]):
            own = self.y[mine]
            if own.all() or not own.any():
                continue
            edges, _, _ = self.run(mine)
            inside = self.table.inside(edges, other)
            y = self.y[other].astype(np.bool_)
            if not self.table.restricted(edges):
                values.append(1.0)
                continue
            values.append(_tail(int((inside & y).sum()), int(inside.sum()), float(y.mean())))
        return min(1.0, len(values) * min(values)) if values else 1.0

    def steps(self, way: Sequence[Edges], stats: NDArray[np.int64]) -> tuple[Step, ...]:
        """The trade-off along the peels of all rows."""
        total = int(self.y.sum())
        return tuple(
            Step(
                int(hits) / total,
                int(hits) / int(size),
                int(size) / self.table.rows,
                len(self.table.restricted(edges)),
            )
            for edges, (size, hits) in zip(way, stats, strict=True)
        )

    def described(self, edges: Edges, rows: NDArray[np.intp], p_value: float | None) -> Box:
        """Put a box into words of the caller's own columns."""
        table = self.table
        values = self._quasi_p(edges, rows)
        limits = []
        for j in sorted(values, key=lambda j: (values[j], j)):
            words = table.words[j]
            kept = None
            if words is not None:
                kept = tuple(w for c, w in enumerate(words) if edges.allowed[j, c])
            low, high = float(edges.low[j]), float(edges.high[j])
            limits.append(
                Limit(
                    table.names[j],
                    low if kept is None and math.isfinite(low) else None,
                    high if kept is None and math.isfinite(high) else None,
                    kept,
                    values[j],
                )
            )
        inside = table.inside(edges, rows)
        hits, size = int(self.y[rows][inside].sum()), int(inside.sum())
        return Box(
            tuple(limits),
            hits / int(self.y.sum()),
            hits / max(size, 1),
            size / table.rows,
            size,
            float(self.y.mean()),
            p_value,
        )


def _best_end(
    values: Floats,
    ranked: NDArray[np.int32],
    y: NDArray[np.uint8],
    total: int,
    least: int,
    whole: bool,
) -> float | None:
    """Where to end a box that takes in rows one after the other from its far side.

    Returns:
        The limit; None where all rows are best taken in.
    """
    hits = np.cumsum(y[ranked], dtype=np.int64)
    size = np.arange(1, ranked.size + 1)
    fit = 2.0 * hits / (size + total)
    column = values[ranked]
    fit[:-1][column[1:] == column[:-1]] = -1.0  # equal values go together
    fit[: least - 1] = -1.0
    end = int(fit.argmax())
    if end + 1 >= ranked.size:
        return None
    return float(column[end]) if whole else float(0.5 * (column[end] + column[end + 1]))


def _tail(hits: int, count: int, rate: float) -> float:
    """Chance of at least so many hits among ``count`` at a rate (binomial)."""
    if hits <= 0 or count <= 0:
        return 1.0
    return float(special.bdtrc(hits - 1, count, min(rate, 1.0)))
