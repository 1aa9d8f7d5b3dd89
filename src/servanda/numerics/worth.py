"""What the methods of the value of information return, and what they ask of net benefits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.inputs import BAD_SAMPLE, InputError, numbers

__all__ = ["Control", "Worth", "benefits", "half_width"]

Floats = NDArray[np.float64]

LEAST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Worth:
    """What a group of inputs is worth, in the unit of the net benefit.

    Args:
        names: of the inputs of the group.
        value: expected gain from knowing them, never below 0.
        standard_error: of the value, over repetitions of all draws.
        interval: at the level asked for; from 0 where the group cannot be told from a worthless
        one. null: what a worthless group would show on average before the correction.
        told: whether the estimate is above what chance shows.
        plug_in: the estimate before the correction.
        kind: ``splines``, ``strata``, or ``all`` for perfect information.
    """

    names: tuple[str, ...]
    value: float
    standard_error: float
    interval: tuple[float, float]
    null: float
    told: bool
    plug_in: float
    kind: str


@dataclass(frozen=True, slots=True)
class Control:
    """What setting an input, instead of learning it, is worth.

    Args:
        names: of the inputs that are set.
        value: best mean over options and settings, less the best mean over options.
        standard_error: of the value.
        interval: at the level asked for.
        option: number of the option that goes with the best setting.
        setting: the best values, by name.
    """

    names: tuple[str, ...]
    value: float
    standard_error: float
    interval: tuple[float, float]
    option: int
    setting: dict[str, Any]


def benefits(net_benefit: ArrayLike) -> Floats:
    """Return net benefits as float64[draw, option], checked."""
    found = numbers(net_benefit, "net_benefit", dimensions=2)
    if found.shape[0] < LEAST_ROWS or not found.shape[1]:
        raise InputError(
            f"net_benefit[draw, option] has the shape {found.shape}; at least {LEAST_ROWS} draws "
            "and one option are needed",
            BAD_SAMPLE,
        )
    return found


def half_width(level: float) -> float:
    """Return how many standard errors an interval of a level reaches to each side."""
    if not 0.0 < level < 1.0:
        raise InputError(f"a level lies between 0 and 1, not at {level:g}", BAD_SAMPLE)
    return float(special.ndtri(0.5 + 0.5 * level))
