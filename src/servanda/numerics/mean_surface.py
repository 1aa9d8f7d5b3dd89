"""A smooth mean of a positive, noisy quantity: regression of the mean with a logarithmic link.

The mean of ``y`` at ``x`` is modelled as ``exp(x' b)``; ``b`` minimises ``sum w (y exp(-x'b) +
x'b)``, which is convex and whose solution satisfies ``sum w x (y / mean - 1) = 0``. It is
consistent for the mean of y, not of log y, whatever the noise, so that the average over noise of a
likelihood can be read off draws that have one value each.

References:
    McCullagh & Nelder 1989, Generalized Linear Models, chapter 8 (constant coefficient of
    variation); Gourieroux, Monfort & Trognon 1984, doi:10.2307/1913471, for consistency.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["fit_log_mean", "polynomial"]

STEPS = 60
SMALLEST_STEP = 2.0**-20


def polynomial(columns: Floats, degree: int) -> Floats:
    """All products of at most ``degree`` columns.

    Args:
        columns: float64[row, variable], best on a scale of about 1.
        degree: 0 gives the constant alone.

    Returns:
        float64[row, term], the constant first, then by degree.

    Examples:
        >>> polynomial(np.array([[2.0, 3.0]]), 2).tolist()
        [[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]
    """
    terms = [np.ones(len(columns))]
    for order in range(1, degree + 1):
        for picked in combinations_with_replacement(range(columns.shape[1]), order):
            terms.append(columns[:, list(picked)].prod(axis=1))
    return np.stack(terms, axis=1)


def fit_log_mean(
    design: Floats,
    response: Floats,
    *,
    weight: Floats | None = None,
    ridge: float = 1e-4,
    tolerance: float = 1e-9,
) -> Floats:
    """Fit ``E[y | x] = exp(x' b)`` by damped Newton steps.

    Args:
        design: float64[row, term]; the first column is the constant, which is not shrunk.
        response: float64[row] >= 0 with a mean above 0, of any scale.
        weight: float64[row] or None.
        ridge: shrinks the other coefficients towards 0, per row.
        tolerance: stop when the expected gain of a step is below it.

    Returns:
        float64[term].
    """
    scale = float(response.mean())
    y = response / scale
    w = np.full(y.shape, 1.0 / y.size) if weight is None else weight / weight.sum()
    shrink = np.full(design.shape[1], ridge)
    shrink[0] = 0.0
    b = np.zeros(design.shape[1])

    def loss(at: Floats) -> float:
        linear = design @ at
        with np.errstate(over="ignore"):
            value = (w * (y * np.exp(-linear) + linear)).sum() + 0.5 * (shrink * at * at).sum()
        return float(value)

    now = loss(b)
    for _ in range(STEPS):
        ratio = w * y * np.exp(-(design @ b))
        slope = design.T @ (w - ratio) + shrink * b
        bend = (design * ratio[:, None]).T @ design + np.diag(shrink + 1e-12)
        step = np.linalg.solve(bend, slope)
        if float(slope @ step) < tolerance:
            break
        length = 1.0
        while (then := loss(b - length * step)) > now - 1e-4 * length * float(slope @ step):
            length /= 2.0
            if length < SMALLEST_STEP:
                break
        b, now = b - length * step, then
    b[0] += np.log(scale)
    return b
