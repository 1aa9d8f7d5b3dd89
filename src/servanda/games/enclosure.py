"""Intervals with the interval of their derivative, to prove that no solution was missed.

Bounds are those of real arithmetic; rounding is left to the margins of those who use them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "exponential", "log_share"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Functions of one variable on cells: lowest and highest value, and of the derivative.

    Arrays are float64[cell].
    """

    low: Floats
    high: Floats
    slope_low: Floats
    slope_high: Floats

    # Numbers on the left are not to spread over an array of intervals.
    __array_ufunc__ = None

    def __add__(self, other: Interval | float) -> Interval:
        """Add another function or a number."""
        if not isinstance(other, Interval):
            return Interval(self.low + other, self.high + other, self.slope_low, self.slope_high)
        return Interval(
            self.low + other.low,
            self.high + other.high,
            self.slope_low + other.slope_low,
            self.slope_high + other.slope_high,
        )

    __radd__ = __add__

    def __neg__(self) -> Interval:
        """Turn the sign."""
        return Interval(-self.high, -self.low, -self.slope_high, -self.slope_low)

    def __sub__(self, other: Interval | float) -> Interval:
        """Subtract another function or a number."""
        return self + (-other)

    def __rsub__(self, other: float) -> Interval:
        """Subtract from a number."""
        return (-self) + other

    def __mul__(self, other: Interval | float) -> Interval:
        """Multiply by another function or a number."""
        if not isinstance(other, Interval):
            if other >= 0.0:
                ends = (self.low, self.high, self.slope_low, self.slope_high)
            else:
                ends = (self.high, self.low, self.slope_high, self.slope_low)
            return Interval(*(end * other for end in ends))
        low, high = _product(self.low, self.high, other.low, other.high)
        one = _product(self.slope_low, self.slope_high, other.low, other.high)
        two = _product(self.low, self.high, other.slope_low, other.slope_high)
        return Interval(low, high, one[0] + two[0], one[1] + two[1])

    __rmul__ = __mul__


Number = TypeVar("Number", Floats, Interval)


def _product(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Return the bounds of a product from [a, b] and [c, d]."""
    ends = np.stack([a * c, a * d, b * c, b * d])
    return ends.min(axis=0), ends.max(axis=0)


def exponential(x: Number) -> Number:
    """Return exp(x) of an array or an interval."""
    if isinstance(x, Interval):
        low, high = np.exp(x.low), np.exp(x.high)
        return Interval(low, high, *_product(low, high, x.slope_low, x.slope_high))
    return np.exp(x)


def log_share(terms: Sequence[Any]) -> Any:
    """Return ``-log(1 + sum of exp(t))``: the logarithm of a logit share against these terms.

    It falls in each term, so its bounds are those of the terms.

    Args:
        terms: at least one array float64[point], or at least one interval; not both kinds.

    Returns:
        An array or an interval, as the terms are.

    Examples:
        >>> np.exp(log_share([np.log([3.0])]))
        array([0.25])
    """
    return _of_intervals(terms) if isinstance(terms[0], Interval) else -_log_sum(terms)


def _of_intervals(cells: Sequence[Interval]) -> Interval:
    lows, highs = [cell.low for cell in cells], [cell.high for cell in cells]
    slope_low, slope_high = np.zeros_like(lows[0]), np.zeros_like(lows[0])
    for place, term in enumerate(cells):
        others_high = highs[:place] + highs[place + 1 :]
        others_low = lows[:place] + lows[place + 1 :]
        least = np.exp(lows[place] - _log_sum([lows[place], *others_high]))
        most = np.exp(highs[place] - _log_sum([highs[place], *others_low]))
        falls = _product(-most, -least, term.slope_low, term.slope_high)
        slope_low, slope_high = slope_low + falls[0], slope_high + falls[1]
    return Interval(-_log_sum(highs), -_log_sum(lows), slope_low, slope_high)


def _log_sum(terms: Sequence[Floats]) -> Floats:
    """Return log(1 + sum of exp(t))."""
    total = np.zeros_like(terms[0])
    for term in terms:
        total = np.logaddexp(total, term)
    return total
