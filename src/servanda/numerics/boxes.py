"""Boxes in the space of inputs: what they ask of each input and what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.inputs import BAD_SAMPLE, InputError, columns_of

__all__ = ["Box", "Limit", "Step"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a box asks of one input.

    Args:
        name: of the input.
        low: least value inside, None where open; numeric inputs.
        high: greatest value inside, None where open.
        categories: those inside; None for a numeric input.
        quasi_p: chance of so high a density without this limit, as if the box had not been looked
            for; a measure, not a test.
    """

    name: str
    low: float | None
    high: float | None
    categories: tuple[str, ...] | None
    quasi_p: float


@dataclass(frozen=True, slots=True)
class Box:
    """A box and what is in it.

    Args:
        limits: one for each restricted input, the smallest quasi-p-value first.
        coverage: share of all cases of interest that are in the box.
        density: share of the draws in the box that are of interest.
        mass: share of all draws that are in the box.
        size: number of draws in the box.
        base: share of all draws that are of interest.
        p_value: of the box on draws it was not looked for on; None for a box of the trajectory.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float
    size: int
    base: float
    p_value: float | None

    def contains(self, x: Any, names: Sequence[str] | None = None) -> Mask:
        """Say which rows of a table are inside, bool[row].

        Raises:
            InputError: a restricted input is not in the table (SV653).
        """
        columns = columns_of(x, names)
        place = {name: j for j, name in enumerate(columns.names)}
        inside = np.ones(columns.size, np.bool_)
        for limit in self.limits:
            if limit.name not in place:
                raise InputError(f"the table has no column {limit.name!r}", BAD_SAMPLE)
            values = columns.values[place[limit.name]]
            if limit.categories is not None:
                inside &= np.isin(values.astype(str), limit.categories)
                continue
            if limit.low is not None:
                inside &= values >= limit.low
            if limit.high is not None:
                inside &= values <= limit.high
        return inside

    def bounds(self, ranges: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        """Ends of the box for each numeric input named, open ends at the range given.

        Examples:
            >>> box = Box((Limit("a", 0.5, None, None, 0.0),), 1.0, 1.0, 0.5, 10, 0.5, None)
            >>> box.bounds({"a": (0, 1), "b": (0, 2)})
            {'a': (0.5, 1), 'b': (0, 2)}
        """
        found = dict(ranges)
        for limit in self.limits:
            if limit.name in found:
                low, high = found[limit.name]
                found[limit.name] = (
                    low if limit.low is None else limit.low,
                    high if limit.high is None else limit.high,
                )
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One box on the way: its place in the trade-off of coverage and density."""

    coverage: float
    density: float
    mass: float
    restricted: int
