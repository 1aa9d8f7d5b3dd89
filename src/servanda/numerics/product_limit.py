"""Survival from incomplete observation: the product-limit estimate, with late entry and weights.

References:
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452; Greenwood 1926 for the variance;
    Kalbfleisch & Prentice 2002, ISBN 978-0-471-36357-6, for the interval on the scale log(-log S)
    and for late entry (a row counts as at risk only after its entry).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["ProductLimit", "product_limit"]

NORMAL_95 = 1.959963984540054


class ProductLimit(NamedTuple):
    """A step function: ``survival[i]`` holds from ``times[i]`` on; before ``times[0]`` it is 1.

    ``variance`` float64[step] is Greenwood's for ``log S`` (infinite where S is 0).
    """

    times: Floats
    survival: Floats
    variance: Floats

    def at(self, times: ArrayLike, *, before: bool = False) -> Floats:
        """Survival at the times given, or just before them.

        Examples:
            >>> curve = product_limit([1.0, 2.0, 3.0], [True, False, True])
            >>> curve.at([0.5, 1.0, 2.5, 9.0]).round(3).tolist()
            [1.0, 0.667, 0.667, 0.0]
            >>> float(curve.at(1.0, before=True))
            1.0
        """
        where = np.asarray(times, np.float64)
        place = np.searchsorted(self.times, where, "left" if before else "right")
        found: Floats = np.concatenate(([1.0], self.survival))[place]
        return found

    def interval(
        self, times: ArrayLike, normal: float = 1.959963984540054
    ) -> tuple[Floats, Floats]:
        """Lower and upper limit at the times given, on the scale log(-log S).

        Where S is 1 both limits are 1; where it is 0 both are 0.
        """
        survival = self.at(times)
        side = np.searchsorted(self.times, np.asarray(times, np.float64), "right")
        variance = np.concatenate(([0.0], self.variance))[side]
        inside = (survival > 0.0) & (survival < 1.0)
        log = np.log(np.where(inside, survival, 0.5))
        spread = normal * np.sqrt(np.where(inside, variance, 0.0)) / np.abs(log)
        low, high = np.exp(log * np.exp(spread)), np.exp(log * np.exp(-spread))
        return np.where(inside, low, survival), np.where(inside, high, survival)


def product_limit(
    times: ArrayLike,
    failed: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
) -> ProductLimit:
    """Estimate survival from times that are partly cut short.

    Args:
        times: float64[row]; when the row failed or was last seen.
        failed: bool[row]; False: still standing when last seen. A row last seen at the very time of
            a failure counts as at risk then.
        entry: float64[row] or None; the row is at risk only after it (left truncation).
        weight: float64[row] or None; how often each row counts (for a bootstrap).

    Returns:
        One step for each distinct time of failure. No row at all gives a curve that stays at 1.
    """
    ends, event = np.asarray(times, np.float64), np.asarray(failed, np.bool_)
    begin = np.full(ends.shape, -np.inf) if entry is None else np.asarray(entry, np.float64)
    count = np.ones(ends.shape) if weight is None else np.asarray(weight, np.float64)
    steps = np.unique(ends[event & (count > 0.0)])
    at_risk = ((begin < steps[:, None]) & (ends >= steps[:, None])) @ count
    deaths = ((ends == steps[:, None]) & event) @ count
    left = at_risk - deaths
    with np.errstate(divide="ignore"):
        variance = np.cumsum(deaths / (at_risk * left))
    return ProductLimit(steps, np.cumprod(left / at_risk), variance)
