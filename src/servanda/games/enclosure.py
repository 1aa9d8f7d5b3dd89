"""Intervals with the interval of their derivative, to prove that no solution was missed.

The processor rounds to nearest. Every operation therefore moves its bounds outwards by some units
in the last place, in proportion to their size: 2 after a sum or a product, 8 after an exponential
or for each term of a logarithm, as much as numpy's functions may be wrong and more. This is no
directed rounding and no formal proof: it relies on the accuracy of numpy's functions, and numbers
that enter, such as payoffs brought to a range of 1, precisions and logarithms of chances, are taken
as they were rounded. The search in `servanda.games.logit` adds a margin of 1e-11 (1 + largest
log-odds) for these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "exponential", "log_share"]

Floats = NDArray[np.float64]

EPSILON = float(np.finfo(np.float64).eps)
TINY = 1e-300


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
            ends = _outward(self.low + other, self.high + other)
            return Interval(*ends, self.slope_low, self.slope_high)
        ends = _outward(self.low + other.low, self.high + other.high)
        slopes = _outward(self.slope_low + other.slope_low, self.slope_high + other.slope_high)
        return Interval(*ends, *slopes)

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
            low, high, slope_low, slope_high = (end * other for end in ends)
            return Interval(*_outward(low, high), *_outward(slope_low, slope_high))
        low, high = _product(self.low, self.high, other.low, other.high)
        one = _product(self.slope_low, self.slope_high, other.low, other.high)
        two = _product(self.low, self.high, other.slope_low, other.slope_high)
        return Interval(low, high, *_outward(one[0] + two[0], one[1] + two[1]))

    __rmul__ = __mul__


Number = TypeVar("Number", Floats, Interval)


def _product(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Return the bounds of a product from [a, b] and [c, d]."""
    ends = np.stack([a * c, a * d, b * c, b * d])
    return _outward(ends.min(axis=0), ends.max(axis=0))


def _outward(low: Floats, high: Floats, units: float = 2.0) -> tuple[Floats, Floats]:
    """Move bounds outwards by units in the last place, and by what products may lose near 0."""
    part = units * EPSILON
    return low - part * np.abs(low) - TINY, high + part * np.abs(high) + TINY


def exponential(x: Number) -> Number:
    """Return exp(x) of an array or an interval."""
    if isinstance(x, Interval):
        low, high = _outward(np.exp(x.low), np.exp(x.high), 8.0)
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
    wrong = 8.0 * len(cells) * EPSILON
    for place, term in enumerate(cells):
        others_high = highs[:place] + highs[place + 1 :]
        others_low = lows[:place] + lows[place + 1 :]
        # The shares are exp(t - logarithm of the sum), which loses what both of these are wrong.
        above = _log_sum([lows[place], *others_high])
        below = _log_sum([highs[place], *others_low])
        least = np.exp(lows[place] - above - wrong * (np.abs(lows[place]) + above))
        most = np.exp(highs[place] - below + wrong * (np.abs(highs[place]) + below))
        least, most = _outward(least, most, 8.0)
        falls = _product(-most, -least, term.slope_low, term.slope_high)
        slope_low, slope_high = _outward(slope_low + falls[0], slope_high + falls[1])
    ends = _outward(-_log_sum(highs), -_log_sum(lows), 8.0 * len(cells))
    return Interval(*ends, slope_low, slope_high)


def _log_sum(terms: Sequence[Floats]) -> Floats:
    """Return log(1 + sum of exp(t))."""
    total = np.zeros_like(terms[0])
    for term in terms:
        total = np.logaddexp(total, term)
    return total
