"""Means and medians: what comes of everybody giving way, or of the one in the middle.

The power and salience weighted mean is the compromise model of Van den Bos and Achen; with
quadratic losses and a disagreement that is very bad for all it is also the Nash bargaining
solution. Medians win every vote between two points where preferences have a single peak.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.negotiation.model import Issue, even_if_none

__all__ = ["means", "medians", "weighted_median"]

Floats = NDArray[np.float64]


def means(issue: Issue, position: Floats) -> dict[str, Floats]:
    """Return the plain and the weighted means by name.

    Args:
        issue: gives saliences and capabilities.
        position: float64[draw, actor].

    Returns:
        By model float64[draw]: ``mean``, ``salience-mean``, ``power-mean`` and ``compromise``.

    References:
        Achen 2006, in Thomson et al., The European Union Decides, ch. 4
    """
    weights = {
        "mean": np.ones_like(issue.capability),
        "salience-mean": issue.salience,
        "power-mean": issue.capability,
        "compromise": issue.capability * issue.salience,
    }
    lowest, highest = position.min(axis=1), position.max(axis=1)
    # rounding must not carry a mean past the outermost position
    return {
        name: np.clip(position @ even_if_none(weight), lowest, highest)
        for name, weight in weights.items()
    }


def medians(issue: Issue, position: Floats) -> dict[str, Floats]:
    """Return the plain and the weighted median by name.

    Args:
        issue: gives saliences and capabilities.
        position: float64[draw, actor].

    Returns:
        By model float64[draw]: ``median`` and ``weighted-median``.
    """
    even = np.full(len(issue.actors), 1.0 / len(issue.actors))
    return {
        "median": weighted_median(position, even),
        "weighted-median": weighted_median(position, issue.weight),
    }


def weighted_median(position: Floats, weight: Floats) -> Floats:
    """Return where half of the weight lies on either side.

    Args:
        position: float64[draw, actor].
        weight: float64[actor], sums to 1.

    Returns:
        float64[draw]; where exactly half lies below a gap, its middle.

    Examples:
        >>> even = np.full(4, 0.25)
        >>> weighted_median(np.array([[0.0, 1.0, 3.0, 9.0]]), even).tolist()
        [2.0]
    """
    order = np.argsort(position, axis=1, kind="stable")
    placed = np.take_along_axis(position, order, axis=1)
    passed = np.cumsum(weight[order], axis=1)
    low = (passed < 0.5 - 1e-9).sum(axis=1)
    high = (passed < 0.5 + 1e-9).sum(axis=1)
    row = np.arange(len(placed))
    last = placed.shape[1] - 1
    return np.asarray(
        0.5 * (placed[row, np.minimum(low, last)] + placed[row, np.minimum(high, last)])
    )
