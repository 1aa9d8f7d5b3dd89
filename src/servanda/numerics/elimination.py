"""Gauss elimination with row pivots, for small systems inside kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.jit import part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["eliminate"]

TINY = 1e-300


@part
def bring_up(a: Floats, b: Floats, i: int) -> float:
    """Exchange rows so that the largest entry of column ``i`` stands on the diagonal; its size."""
    best = i
    for r in range(i + 1, b.size):
        if abs(a[r, i]) > abs(a[best, i]):
            best = r
    if best != i:
        for c in range(i, b.size):
            a[i, c], a[best, c] = a[best, c], a[i, c]
        b[i], b[best] = b[best], b[i]
    size: float = abs(a[i, i])
    return size


@part
def eliminate(a: Floats, b: Floats) -> bool:
    """Solve ``a x = b`` in place into ``b``; False where ``a`` is singular."""
    n = b.size
    for i in range(n):
        if not bring_up(a, b, i) > TINY:
            return False
        for r in range(i + 1, n):
            f = a[r, i] / a[i, i]
            if f != 0.0:
                for c in range(i + 1, n):
                    a[r, c] -= f * a[i, c]
                b[r] -= f * b[i]
    for i in range(n - 1, -1, -1):
        x = b[i]
        for c in range(i + 1, n):
            x -= a[i, c] * b[c]
        b[i] = x / a[i, i]
    return True
