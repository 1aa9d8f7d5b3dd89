"""Numbers that are not calibrated: every challenger and episode has its own, from the priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.assumption import Assumption
from servanda.domain.errors import ModelError
from servanda.study.draws import quantile
from servanda.study.streams import uniforms

__all__ = ["BLOCK", "FREE", "Nuisances", "blocks", "prior_columns"]

Floats = NDArray[np.float64]

#: What is calibrated besides the frailty variance, by assumption.
FREE = ("omega_c", "a1", "a2", "s_q")
#: Draws in a block: streams are keyed by block, so that more draws leave the first ones alone.
BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Nuisances:
    """Draws of the assumptions that keep their prior, keyed by what they belong to.

    Args:
        assumptions: the library's assumptions.
        seed: the seed of the calibration.
        block: number of the block of draws.
        size: draws in the block.
    """

    assumptions: Mapping[str, Assumption]
    seed: int
    block: int
    size: int

    def level(self, owner: str, name: str) -> Floats:
        """Uniform numbers of one owner (a cluster or an episode): float64[draw]."""
        return uniforms(self.seed, self.block, f"calibration:{owner}:{name}", self.size)

    def of(self, owner: str, name: str, label: str = "") -> Floats:
        """Draws of an assumption for one owner: float64[draw]; ``label`` tells several apart.

        Raises:
            ModelError: the library has no such assumption (SV601).
        """
        if name not in self.assumptions:
            raise ModelError(f"the library has no assumption {name!r}", code="SV601")
        stream = f"{name}:{label}" if label else name
        return quantile(self.assumptions[name].used(), self.level(owner, stream))


def blocks(draws: int) -> list[tuple[int, slice]]:
    """Cut draws into blocks: number and place of each."""
    starts = range(0, draws, BLOCK)
    return [(b, slice(s, min(s + BLOCK, draws))) for b, s in enumerate(starts)]


def prior_columns(
    assumptions: Mapping[str, Assumption],
    names: tuple[str, ...],
    *,
    seed: int,
    draws: int,
    purpose: str,
    rival: str | None = None,
) -> dict[str, Floats]:
    """Draw shared quantities from their priors.

    Args:
        assumptions: the library's assumptions.
        names: which ones.
        seed: the seed of the calibration.
        draws: how many.
        purpose: keeps the streams of different uses apart.
        rival: rival model of a2. None takes each rival in turn, draw by draw: an even mixture.

    Returns:
        float64[draw] by name.
    """
    columns = {name: np.empty(draws) for name in names}
    for block, rows in blocks(draws):
        for name, column in columns.items():
            size = rows.stop - rows.start
            u = uniforms(seed, block, f"{purpose}:{name}", size)
            models = assumptions[name].rivals
            if name != "a2" or rival is not None or not models:
                column[rows] = quantile(assumptions[name].used(rival if models else None), u)
                continue
            for turn, model in enumerate(models.values()):
                own = np.arange(size) % len(models) == turn
                column[rows][own] = quantile(model.distribution, u[own])
    return columns
