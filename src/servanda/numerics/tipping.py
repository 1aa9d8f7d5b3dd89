"""The chance that enough comes together: sums of independent contributions against a threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXACT", "at_least"]

Floats = NDArray[np.float64]

#: Of up to so many contributors every combination is summed; of more the sums are laid on a grid.
EXACT = 12
_CELLS = 2_048
#: Cells of a table of combinations that are worked on at once.
_BLOCK = 1 << 20


def at_least(chance: Floats, amount: Floats, wanted: float) -> Floats:
    """Return the chance that independent contributions reach a threshold.

    Args:
        chance: float64[draw, contributor], chance that each contributes.
        amount: float64[contributor], what it brings, 0 or more.
        wanted: the threshold.

    Returns:
        float64[draw]. Exact for up to ``EXACT`` contributors. For more, amounts are rounded down
        to a 2,048th of the threshold, so that the chance is never overstated.

    Examples:
        >>> at_least(np.array([[0.5, 0.5]]), np.array([1.0, 2.0]), 2.0).tolist()
        [0.5]
    """
    draws, members = chance.shape
    if wanted <= 0.0:
        return np.ones(draws)
    if members <= EXACT:
        return _by_combination(chance, amount, wanted * (1.0 - 1e-12))
    steps = np.floor(amount / wanted * _CELLS * (1.0 + 1e-12)).astype(int)
    held = np.zeros((draws, _CELLS + 1))
    held[:, 0] = 1.0
    for k in range(members):
        step = min(int(steps[k]), _CELLS)
        moved = np.zeros_like(held)
        moved[:, step:] = held[:, : _CELLS + 1 - step]
        # whatever passes the threshold stays in the last cell
        moved[:, -1] = held[:, _CELLS - step :].sum(axis=1)
        held = held * (1.0 - chance[:, k : k + 1]) + moved * chance[:, k : k + 1]
    return np.asarray(held[:, -1])


def _by_combination(chance: Floats, amount: Floats, wanted: float) -> Floats:
    """Every combination at once: with each contributor the table of chances doubles."""
    found = np.empty(len(chance))
    block = max(1, _BLOCK >> amount.size)
    brought = np.zeros(1)
    for one in amount:
        brought = np.concatenate((brought, brought + one))
    enough = brought >= wanted
    for start in range(0, len(chance), block):
        rows = chance[start : start + block]
        table = np.ones((len(rows), 1))
        for k in range(amount.size):
            share = rows[:, k : k + 1]
            table = np.concatenate((table * (1.0 - share), table * share), axis=1)
        found[start : start + block] = table[:, enough].sum(axis=1)
    return found
