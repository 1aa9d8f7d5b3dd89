"""Refuse arrays that the engine cannot take, naming the field and the remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError

__all__ = ["CODE", "expect", "refusal", "within"]

#: Problem code of requests that this engine cannot compute.
CODE = "SV610"


def refusal(message: str) -> ModelError:
    """Make the error to raise."""
    return ModelError(message, code=CODE)


def expect(name: str, array: Any, dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return ``array`` as a C-ordered array of the wanted type; refuse another shape."""
    result = np.ascontiguousarray(array, dtype=dtype)
    if result.shape != shape:
        raise refusal(f"{name} has shape {result.shape}, expected {shape}: fill every axis")
    if result.dtype.kind == "f" and not np.isfinite(result).all():
        raise refusal(f"{name} holds values that are not finite: complete the draw first")
    return result


def within(name: str, array: NDArray[Any], low: float, high: float) -> None:
    """Refuse values outside [low, high]."""
    if array.size and (array.min() < low or array.max() > high):
        raise refusal(f"{name} must lie in [{low:g}, {high:g}], found {array.min()}..{array.max()}")
