"""Refuse arrays that mean nothing before a kernel meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from servanda.durability.model import CrisisInputs, Plan, Tempo

    Floats = NDArray[np.float64]

__all__ = ["check_same_draws", "floats", "within"]


def floats(name: str, value: ArrayLike, ndim: int) -> Floats:
    """Return ``value`` as a C-ordered float64 array of ``ndim`` axes.

    Raises:
        ModelError: it is ragged, has another number of axes, or is not finite everywhere.
    """
    try:
        array = np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ModelError(f"{name} is not a regular array of numbers: {error}") from error
    if array.ndim != ndim:
        raise ModelError(f"{name} has {array.ndim} axes; it needs {ndim}")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ModelError(f"{name} is not finite at index {where}; mend the draw that made it")
    return array


def within(name: str, array: Floats, low: float, high: float = np.inf) -> None:
    """Check that every value lies in [low, high].

    Raises:
        ModelError: one does not; the message names the first.
    """
    bad = (array < low) | (array > high)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        span = f"at least {low:g}" if np.isinf(high) else f"in [{low:g}, {high:g}]"
        raise ModelError(f"{name} is {array[where]:g} at index {where}; it must be {span}")


def check_same_draws(inputs: CrisisInputs, tempo: Tempo, plans: Sequence[Plan]) -> None:
    """Refuse arrays that do not describe the same draws and cells.

    Raises:
        ModelError: lengths differ, a cell does not exist, or two plans share an option.
    """
    draws = inputs.draws
    if tempo.draws != draws:
        raise ModelError(f"the tempo has {tempo.draws} draws, the crises have {draws}")
    if not plans:
        raise ModelError("there is no option to project")
    names = [plan.option for plan in plans]
    if len(set(names)) != len(names):
        raise ModelError(f"an option is planned twice: {', '.join(names)}")
    cells = inputs.attack_value.shape[1]
    for plan in plans:
        for number, phase in enumerate(plan.phases):
            where = f"phase {number} of option {plan.option!r}"
            if phase.eta.shape != (draws,):
                raise ModelError(f"{where} has eta for {phase.eta.size} draws, not {draws}")
            if not 0 <= phase.cell < cells:
                raise ModelError(f"{where} names cell {phase.cell}; there are {cells}")
