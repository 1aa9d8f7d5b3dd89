"""Nash bargaining on one line: the point that all would rather have than no agreement.

Maximised is ``sum w log(u(o) - u(d))``. Everything hangs on the disagreement point d. The worst
case is each actor's own worst end of the line; the status quo is what holds if nothing is decided.
On decisions of the European Union the first forecasts far better than the second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.negotiation.model import Issue, Voters

__all__ = ["nash", "status_quo_note"]

Floats = NDArray[np.float64]

_POINTS, _ZOOMS = 65, 5
#: Below this gain, in spans, the logarithm goes on along its tangent: an actor that loses by an
#: agreement weighs heavily against it, but does not make it infinitely bad.
_LEAST = 0.01

status_quo_note = "no reference point is given; disagreement is taken as each actor's worst case"


def nash(issue: Issue, voters: Voters, *, quadratic: bool, status_quo: bool) -> Floats:
    """Find the Nash bargaining solution between the outermost positions.

    Args:
        issue: gives the line and the reference point.
        voters: drawn positions and weights.
        quadratic: whether losses grow with the square of the distance, else with the distance.
        status_quo: whether disagreement leaves the reference point in place. Without one, or
            without this, it is each actor's worst case.

    Returns:
        float64[draw].

    References:
        Nash 1950, doi:10.2307/1907266; Schneider, Finke & Bailer 2010,
        doi:10.1111/j.1467-9248.2009.00774.x
    """
    position = voters.position
    if issue.span <= 0.0:
        return np.full(len(position), issue.low)
    power = 2 if quadratic else 1
    loss = (np.abs(position - _disagreement(issue, position, status_quo)) / issue.span) ** power
    low = np.full(len(position), issue.low)
    high = np.full(len(position), issue.high)
    best = low
    for _ in range(_ZOOMS):
        points = low[:, None] + np.linspace(0.0, 1.0, _POINTS) * (high - low)[:, None]
        far = np.abs(position[:, None, :] - points[:, :, None]) / issue.span
        worth = _log(loss[:, None, :] - far**power) @ voters.weight
        # where several points are equally good their middle is taken
        top = worth >= worth.max(axis=1, keepdims=True) - 1e-12
        best = (points * top).sum(axis=1) / top.sum(axis=1)
        step = (high - low) / (_POINTS - 1)
        low, high = np.maximum(issue.low, best - step), np.minimum(issue.high, best + step)
    return np.asarray(best)


def _log(gain: Floats) -> Floats:
    """Logarithm, continued along its tangent below the least gain."""
    safe = np.maximum(gain, _LEAST)
    return np.asarray(np.log(safe) + (gain - safe) / _LEAST)


def _disagreement(issue: Issue, position: Floats, status_quo: bool) -> Floats:
    if status_quo and issue.reference is not None:
        return np.full_like(position, issue.reference)
    nearer_low = position - issue.low < issue.high - position
    return np.where(nearer_low, issue.high, issue.low)
