"""The stored tables of a run as arrays over draw and option, and estimates made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from servanda.study.result import Estimate
from servanda.study.store import RunFolder

__all__ = ["Arrays", "estimate", "read_arrays"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Arrays:
    """Outcomes of a run: ``outcomes[name]`` is float64[draw, option]."""

    options: tuple[str, ...]
    outcomes: Mapping[str, Floats]
    parameters: Mapping[str, Floats]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.outcomes["rmst"].shape[0])

    def survival(self) -> tuple[Floats, Floats]:
        """Return years float64[year] and survival float64[draw, option, year]."""
        names = sorted(n for n in self.outcomes if n.startswith("s_") and n[2:].isdigit())
        years = np.array([float(n[2:]) for n in names])
        return years, np.stack([self.outcomes[n] for n in names], axis=2)


def read_arrays(folder: RunFolder, options: tuple[str, ...]) -> Arrays:
    """Read a run's chunks into arrays."""
    frame = folder.read("outcomes").sort("draw", "option")
    shape = (-1, len(options))
    outcomes = {
        name: frame[name].cast(pl.Float64).to_numpy().reshape(shape)
        for name in frame.columns
        if name not in ("draw", "option")
    }
    table = folder.read("parameters").sort("draw")
    parameters = {
        name: table[name].cast(pl.Float64).to_numpy() for name in table.columns if name != "draw"
    }
    return Arrays(options, outcomes, parameters)


def estimate(values: Floats, unit: str, weights: Floats | None = None) -> Estimate:
    """Mean and quantiles of float64[draw], weighted if weights are given.

    Examples:
        >>> estimate(np.array([1.0, 2.0, 3.0]), "years").p50
        2.0
    """
    if weights is None:
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        mean = values.mean()
    else:
        total = weights.sum()
        if not total > 0.0:
            return Estimate(unit=unit, reason="no draw in which this would be tested")
        order = np.argsort(values, kind="stable")
        level = (np.cumsum(weights[order]) - 0.5 * weights[order]) / total
        low, middle, high = np.interp((0.05, 0.5, 0.95), level, values[order])
        mean = (values * weights).sum() / total
    return Estimate(mean=float(mean), p05=float(low), p50=float(middle), p95=float(high), unit=unit)
