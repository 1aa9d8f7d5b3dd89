"""Scores of predicted survival where some outcomes were not seen to the end.

References:
    Graf, Schmoor, Sauerbrei & Schumacher 1999, Statistics in Medicine 18, 2529-2545, for the Brier
    score weighted by the inverse chance of not being censored; Harrell, Califf, Pryor, Lee & Rosati
    1982, doi:10.1001/jama.1982.03320430047030, for the concordance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.product_limit import product_limit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

__all__ = ["brier", "concordance", "integrated"]


def brier(
    predicted: Floats,
    grid: Floats,
    times: ArrayLike,
    failed: ArrayLike,
    *,
    weight: ArrayLike | None = None,
) -> Floats:
    """Mean squared error of predicted survival at each time of a grid, weighted for censoring.

    ``BS(t) = mean of (S(t))^2 1(T <= t, failed) / G(T-) + (1 - S(t))^2 1(T > t) / G(t)``, G being
    the product-limit estimate of not yet being censored.

    Args:
        predicted: float64[model, row, time]; predicted survival on the grid.
        grid: float64[time].
        times: float64[row]; when the row failed or was last seen.
        failed: bool[row].
        weight: float64[row] or None; how often each row counts.

    Returns:
        float64[model, time]. Where G has fallen to 0 nobody is under observation any more; rows
        that outlast such a time do not exist, so nothing is divided by 0.
    """
    ends, event = np.asarray(times, np.float64), np.asarray(failed, np.bool_)
    count = np.ones(ends.shape) if weight is None else np.asarray(weight, np.float64)
    unseen = product_limit(ends, ~event, weight=count)
    gone = (ends[:, None] <= grid) & event[:, None]
    here = ends[:, None] > grid
    floor = np.finfo(np.float64).tiny
    share = np.where(
        gone,
        1.0 / np.maximum(unseen.at(ends, before=True), floor)[:, None],
        here / np.maximum(unseen.at(grid), floor),
    )
    error = (predicted - here) ** 2
    scored: Floats = (error * share * count[:, None]).sum(axis=-2) / count.sum()
    return scored


def integrated(scores: Floats, grid: Floats) -> Floats:
    """Mean of a score over the span of the grid by the trapezoidal rule: float64[..., time] in.

    Examples:
        >>> float(integrated(np.array([0.0, 1.0]), np.array([0.0, 20.0])))
        0.5
    """
    mean: Floats = np.trapezoid(scores, grid, axis=-1) / (grid[-1] - grid[0])
    return mean


def concordance(
    risk: Floats,
    times: ArrayLike,
    failed: ArrayLike,
    *,
    weight: ArrayLike | None = None,
) -> float:
    """Share of comparable pairs in which the row that failed first had the higher risk.

    A pair is comparable where the earlier time is a failure; equal risks count one half. Rows that
    failed at the same time are not compared.

    Args:
        risk: float64[row]; higher means earlier failure.
        times: float64[row]; when the row failed or was last seen.
        failed: bool[row].
        weight: float64[row] or None; a pair counts the product.

    Returns:
        A number in [0, 1]; nan where no pair is comparable.

    Examples:
        >>> concordance(np.array([3.0, 2.0, 1.0]), [1.0, 2.0, 3.0], [True, True, False])
        1.0
    """
    ends, event = np.asarray(times, np.float64), np.asarray(failed, np.bool_)
    count = np.ones(ends.shape) if weight is None else np.asarray(weight, np.float64)
    later = (ends > ends[:, None]) | ((ends == ends[:, None]) & ~event)
    pair = later & event[:, None] * (count[:, None] * count > 0.0)
    mass = np.where(pair, count[:, None] * count, 0.0)
    right = (risk[:, None] > risk) + 0.5 * (risk[:, None] == risk)
    total = float(mass.sum())
    return float((mass * right).sum() / total) if total else float("nan")
