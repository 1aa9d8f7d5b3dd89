"""Probabilistic Condorcet: every stated position may win, the better supported more often.

An incumbent position meets a random challenger and is replaced with the chance that the challenger
beats it, which is its share of the support between the two; the forecast is how often each
position holds the place in the long run.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.negotiation.model import Issue, Voters
from servanda.numerics.rivalry import pair_support, stationary

__all__ = ["beats", "condorcet", "support"]

Floats = NDArray[np.float64]


def support(issue: Issue, voters: Voters, option: Floats | None = None) -> Floats:
    """Sum what those gain who prefer one point to another, weighted.

    Args:
        issue: gives the line.
        voters: drawn positions and weights.
        option: float64[option], ascending; the stated positions unless given.

    Returns:
        float64[draw, option, option], in spans of the issue.
    """
    points = issue.stated if option is None else option
    span = issue.span if issue.span > 0.0 else 1.0
    far = np.abs(voters.position[:, :, None] - points) / span
    return pair_support(voters.position, points, -voters.weight[:, None] * far)


def beats(support: Floats) -> Floats:
    """Turn support into the chance that the first point beats the second; even without any.

    Args:
        support: float64[draw, option, option].
    """
    both = support + np.swapaxes(support, 1, 2)
    return np.divide(support, both, out=np.full_like(support, 0.5), where=both > 0.0)


def condorcet(issue: Issue, voters: Voters) -> Floats:
    """Return how likely each stated position is to be the outcome.

    Returns:
        float64[draw, option] over ``issue.stated``; rows sum to 1.
    """
    return stationary(beats(support(issue, voters)))
