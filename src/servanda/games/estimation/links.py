"""How differences of utility become probabilities: normal and logistic shocks, two actions or more.

Everything is in logarithms, so that an action chosen once in a billion has a likelihood and a
slope. ``spread`` is the standard deviation of a shock: 1 under agent errors, and under private
information the root of the summed squared continuation probabilities.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Link", "many", "two"]

Floats = NDArray[np.float64]
Link = Literal["probit", "logit"]

_HALF_LOG_TAU = 0.5 * np.log(2 * np.pi)
# Good for 13 digits at differences of utility up to about 3, for seven up to about 8.
_NODES = 60
_FAR = -37.0  # where the normal distribution function is the smallest number there is


def two(z: Floats, link: Link) -> tuple[Floats, Floats, Floats, Floats]:
    """Return log F(z), log F(-z) and their slopes in z.

    Args:
        z: float64[row], the difference in units of its standard deviation (the scale, for logit).
        link: normal or logistic.

    Returns:
        log F(z), log F(-z), d log F(z) / dz, d log F(-z) / dz, each float64[row].

    Examples:
        >>> yes, no, up, down = two(np.array([0.0]), "probit")
        >>> np.exp(yes), (up + down)
        (array([0.5]), array([0.]))
    """
    if link == "probit":
        from scipy.special import log_ndtr

        yes, no = log_ndtr(z), log_ndtr(-z)
        density = -0.5 * z * z - _HALF_LOG_TAU
        return yes, no, np.exp(density - yes), -np.exp(density - no)
    yes, no = -np.logaddexp(0.0, -z), -np.logaddexp(0.0, z)
    return yes, no, np.exp(no), -np.exp(yes)


def many(value: Floats, spread: Floats, link: Link) -> tuple[Floats, Floats, Floats]:
    """Return the log probability of each of several actions, and its slopes.

    Normal shocks: the integral over the shock of an action of the chance that all others stay
    below, by Gauss and Hermite. Logistic: the multinomial logit, whose scale is root two, so that
    two actions give what ``two`` gives.

    Args:
        value: float64[action, row], utilities in units of sigma.
        spread: float64[action, row].
        link: normal or logistic; logistic needs equal spreads of one.

    Returns:
        log p [action, row]; d log p / d value [action, action, row], first the action whose
        probability it is; d log p / d spread, likewise.

    Examples:
        >>> logs, slopes, _ = many(np.zeros((3, 1)), np.ones((3, 1)), "probit")
        >>> np.exp(logs[:, 0]).round(12).tolist()
        [0.333333333333, 0.333333333333, 0.333333333333]
    """
    if link == "logit":
        v = value / np.sqrt(2.0)
        logs = v - np.logaddexp.reduce(v, axis=0)
        p = np.exp(logs)
        slopes = (np.eye(len(v))[:, :, None] - p[None]) / np.sqrt(2.0)
        return logs, slopes, np.zeros_like(slopes)
    return _normal(value, spread)


def _normal(value: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
    from scipy.special import ndtr

    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    log_weights = np.log(weights / weights.sum())
    count, rows = value.shape
    logs = np.empty((count, rows))
    in_value = np.zeros((count, count, rows))
    in_spread = np.zeros((count, count, rows))
    for a in range(count):
        others = [b for b in range(count) if b != a]
        # z[other, node, row]: how far the others are below when the shock of a is at the node
        lead = value[a][None] + spread[a][None] * nodes[:, None]
        z = np.stack([(lead - value[b][None]) / spread[b][None] for b in others])
        np.maximum(z, _FAR, out=z)
        cdf = ndtr(z)
        hazard = np.exp(-0.5 * z * z - _HALF_LOG_TAU) / cdf
        total = np.log(cdf).sum(axis=0) + log_weights[:, None]
        logs[a] = np.logaddexp.reduce(total, axis=0)
        share = np.exp(total - logs[a])
        for place, b in enumerate(others):
            weighted = share * hazard[place] / spread[b]
            slope = weighted.sum(axis=0)
            in_value[a, a] += slope
            in_value[a, b] -= slope
            in_spread[a, a] += (weighted * nodes[:, None]).sum(axis=0)
            in_spread[a, b] -= (weighted * z[place]).sum(axis=0)
    return logs, in_value, in_spread
