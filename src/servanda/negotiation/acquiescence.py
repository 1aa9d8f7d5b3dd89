"""Would the adversary put up with an option: a constraint on taking part, not a vote.

It acquiesces where what the option leaves it is at least what going on would bring it. That "it
might acquiesce" so becomes a chance, and the draws say on what it hangs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError

__all__ = ["Acquiescence", "Condition", "acquiesce"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Condition:
    """How the chance differs between the low and the high third of an input.

    Attributes:
        name: the input.
        low: chance in the draws of its lowest third.
        high: chance in the draws of its highest third.
        ends: the values that bound the two thirds.
        z: the difference in standard errors; below about 2 it may be chance.
    """

    name: str
    low: float
    high: float
    ends: tuple[float, float]
    z: float


@dataclass(frozen=True, slots=True)
class Acquiescence:
    """Whether the adversary prefers an option to going on.

    Attributes:
        chance: share of the draws in which it does.
        std_error: of that share.
        unknown: share of the draws in which a value is not known; they count for neither.
        margin: median of what it has over going on.
        conditions: by how much the chance hangs on each input, the strongest first.
    """

    chance: float | None
    std_error: float | None
    unknown: float
    margin: float | None
    conditions: tuple[Condition, ...]


def acquiesce(
    value: Floats, no_deal: Floats, inputs: Mapping[str, Floats] | None = None
) -> Acquiescence:
    """Compare an option with going on, draw by draw.

    Args:
        value: float64[draw], what the option is worth to the adversary; NaN is unknown.
        no_deal: float64[draw], what going on is worth to it, from the same draws.
        inputs: by name float64[draw] of what was drawn.

    Raises:
        ModelError: the arrays do not have the same draws (SV935).

    Examples:
        >>> cost = np.linspace(0.0, 1.0, 90)
        >>> found = acquiesce(np.full(90, 0.5), 1.0 - cost, {"cost of war": cost})
        >>> found.chance, found.conditions[0].high
        (0.5, 1.0)
    """
    columns = dict(inputs or {})
    for name, column in {"no deal": no_deal, **columns}.items():
        if column.shape != value.shape:
            raise ModelError(f"'{name}' has {column.shape} draws, not {value.shape}", "SV935")
    margin = value - no_deal
    known = ~np.isnan(margin)
    if not known.any():
        return Acquiescence(None, None, 1.0, None, ())
    accepts = (margin[known] >= 0.0).astype(float)
    chance = float(accepts.mean())
    found = [_condition(name, c[known], accepts) for name, c in columns.items()]
    conditions = sorted((c for c in found if c is not None), key=lambda c: -abs(c.z))
    return Acquiescence(
        chance=chance,
        std_error=float(np.sqrt(chance * (1.0 - chance) / accepts.size)),
        unknown=float(1.0 - known.mean()),
        margin=float(np.median(margin[known])),
        conditions=tuple(conditions),
    )


def _condition(name: str, column: Floats, accepts: Floats) -> Condition | None:
    first, second = np.quantile(column, (1.0 / 3.0, 2.0 / 3.0))
    low, high = column <= first, column >= second
    if not first < second:
        return None
    shares = float(accepts[low].mean()), float(accepts[high].mean())
    spread = sum(
        s * (1.0 - s) / max(1, int(part.sum())) for s, part in zip(shares, (low, high), strict=True)
    )
    floor = 1.0 / accepts.size
    z = (shares[1] - shares[0]) / float(np.sqrt(spread + floor * floor))
    return Condition(name, shares[0], shares[1], (float(first), float(second)), z)
