"""Shares of variance as the methods of sensitivity return them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.inputs import BAD_OUTCOME, InputError

__all__ = ["Effects", "Indices", "must_vary", "plain", "single"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Indices:
    """First-order and total Sobol indices.

    Arrays are [input], or [input, outcome] where the function has several outcomes; intervals have
    one axis more, of two ends.

    Args:
        names: of the inputs or groups, in order.
        first: first-order index.
        total: total index; None where it was not computed.
        first_interval: at the level asked for.
        total_interval: likewise.
        first_error: standard error.
        total_error: likewise.
        mean: of the outcome.
        variance: of the outcome.
        evaluations: how often the function was called, in draws.
        note: what to know about the way the estimates came about.
    """

    names: tuple[str, ...]
    first: Floats
    total: Floats | None
    first_interval: Floats
    total_interval: Floats | None
    first_error: Floats
    total_error: Floats | None
    mean: Any
    variance: Any
    evaluations: int
    note: str = ""

    @property
    def ranking(self) -> tuple[str, ...]:
        """Inputs whose total (or first-order) index is told from 0, the largest first."""
        by_total = self.total is not None and self.total_interval is not None
        index = self.total if by_total else self.first
        ends = self.total_interval if by_total else self.first_interval
        assert index is not None  # noqa: S101
        assert ends is not None  # noqa: S101
        return _ranked(self.names, index, ends)

    def table(self) -> list[dict[str, Any]]:
        """One row for each input: index and interval, as numbers."""
        rows = []
        for i, name in enumerate(self.names):
            row: dict[str, Any] = {
                "input": name,
                "first": self.first[i].tolist(),
                "first_interval": self.first_interval[i].tolist(),
            }
            if self.total is not None and self.total_interval is not None:
                row["total"] = self.total[i].tolist()
                row["total_interval"] = self.total_interval[i].tolist()
            rows.append(row)
        return rows


@dataclass(frozen=True, slots=True)
class Effects:
    """Shapley effects: shares of variance that add up to 1.

    Args:
        names: of the inputs or groups, in order.
        effect: float64[input], or [input, outcome].
        interval: at the level asked for, one axis more.
        error: standard error.
        mean: of the outcome.
        variance: of the outcome.
        evaluations: how often the function was called, in draws.
        note: what to know about the way the estimates came about.
        unexplained: share of variance that no input explains (draws at hand only).
    """

    names: tuple[str, ...]
    effect: Floats
    interval: Floats
    error: Floats
    mean: Any
    variance: Any
    evaluations: int
    note: str = ""
    unexplained: float = 0.0

    @property
    def ranking(self) -> tuple[str, ...]:
        """Inputs whose effect is told from 0, the largest first."""
        return _ranked(self.names, self.effect, self.interval)

    def table(self) -> list[dict[str, Any]]:
        """One row for each input: effect and interval, as numbers."""
        return [
            {
                "input": name,
                "effect": self.effect[i].tolist(),
                "interval": self.interval[i].tolist(),
            }
            for i, name in enumerate(self.names)
        ]


def _ranked(names: Sequence[str], index: Floats, ends: Floats) -> tuple[str, ...]:
    least = ends[..., 0].reshape(len(names), -1).max(axis=1)
    most = index.reshape(len(names), -1).max(axis=1)
    order = np.argsort(-most, kind="stable")
    return tuple(names[i] for i in order if least[i] > 0.0)


def must_vary(variances: Floats) -> None:
    """Raise where an outcome, variances[replicate, outcome], is the same everywhere."""
    flat = variances.mean(axis=0) <= 0.0
    if flat.any():
        raise InputError(
            f"outcome {int(flat.argmax()) + 1} does not vary over the space, so there is no "
            "variance to share out",
            BAD_OUTCOME,
        )


def plain(values: Floats) -> Floats:
    """Drop the axis of outcomes where there is one outcome."""
    return values[:, 0] if values.shape[1] == 1 else values


def single(values: Floats) -> Any:
    """Return a number where there is one outcome."""
    return float(values[0]) if values.shape[0] == 1 else values
