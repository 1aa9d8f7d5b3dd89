"""The chance that one of two independent normals is large and beats the other, tails included."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["leads"]

Floats = NDArray[np.float64]

_FAR = 40.0
_ROOT = np.sqrt(0.5)
_COMMON = 1e-5  # below, differences of Owen's functions lose too many digits


@cache
def _rule(nodes: int) -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(nodes)


def leads(start: ArrayLike, ahead: ArrayLike, nodes: int = 64) -> Floats:
    """P(E > start and E + ahead > E') of two standard normals, exact far out in the tails.

    It is the bivariate normal probability P(X < ahead / sqrt 2, Y < -start) at correlation
    1 / sqrt 2, by Owen's T function (Owen 1956); where it is small, the integral of
    phi(e) Phi(e + ahead) over e > start, by Gauss and Legendre.

    Args:
        start: the least E; values beyond 40 are taken as 40.
        ahead: head start of E; any shape that goes with ``start``.
        nodes: of the rule for small ones; 64 are good for 13 digits.

    Returns:
        float64, the broadcast shape.

    Examples:
        >>> round(float(leads(-40.0, 0.0)), 12), round(float(leads(0.0, 0.0)), 12)
        (0.5, 0.375)
    """
    from scipy.special import ndtr, owens_t

    first, lead = np.broadcast_arrays(
        np.clip(np.asarray(start, dtype=float), -_FAR, _FAR), np.asarray(ahead, dtype=float)
    )
    x, y = lead * _ROOT, -first
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        half = 0.5 * (ndtr(x) + ndtr(y)) - owens_t(x, 2 * y * _ROOT / x - 1)
        found = np.asarray(half - owens_t(y, 2 * x * _ROOT / y - 1) - 0.5 * (x * y < 0))
    rare = ~(found > _COMMON) | (x == 0) | (y == 0)
    if rare.any():
        found[rare] = _integral(first[rare], lead[rare], nodes)
    return found


def _integral(start: Floats, ahead: Floats, nodes: int) -> Floats:
    """Return the integral itself, which keeps its digits where it is tiny."""
    from scipy.special import ndtr

    points, weights = _rule(nodes)
    low = np.maximum(start, -9.0)[:, None]
    wide = np.minimum(18.0, 45.0 / np.maximum(low, 1.0))
    e = low + wide * (points + 1) / 2
    density = np.exp(-(e**2) / 2) / np.sqrt(2 * np.pi)
    inner = density * ndtr(e + ahead[:, None]) * weights
    return np.asarray(inner.sum(axis=-1) * wide[:, 0] / 2)
