"""What hangs on which fixed point is shown, where a participation game has several."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import SEVERAL, Crisis, Exposure, Levels, Stakes
from servanda.deterrence.solve import SELECTIONS, Selection, choose, solve

__all__ = ["SelectionEffect", "selection_effect"]

Floats = NDArray[np.float64]
REFERENCE = Levels(posture=(1.0,), credibility=(1.0,), forces=(1.0,), alignment=(1.0,))


@dataclass(frozen=True, slots=True)
class SelectionEffect:
    """The headline under each selection rule, at the reference state.

    Attributes:
        selections: the rules: from the word given, lowest expected defence, highest.
        defence: [rule, draw, cell] chance that the defence holds, given an attack.
        honoured: same axes, chance that what is owed is given, given an attack.
        attack: same axes, chance that the challenger attacks at its next chance.
        status: int8[draw, cell], the worst status of any state and kind: 0 one fixed point, 1
            several found, 2 one not converged.
        several: [cell] share of draws with several fixed points.
    """

    selections: tuple[Selection, ...]
    defence: Floats
    honoured: Floats
    attack: Floats
    status: NDArray[np.int8]
    several: Floats

    def headline(self, name: str) -> Floats:
        """Give the mean over draws of ``defence``, ``honoured`` or ``attack``: [rule, cell]."""
        mean: Floats = getattr(self, name).mean(axis=1)
        return mean

    def reach(self, name: str) -> Floats:
        """Give, per cell, how far the means under the rules lie apart (0: nothing hangs on it)."""
        means = self.headline(name)
        apart: Floats = means.max(axis=0) - means.min(axis=0)
        return apart


def selection_effect(
    exposure: Exposure,
    stakes: Stakes,
    levels: Levels | None = None,
    *,
    nodes: int = 65,
    threads: int | None = None,
) -> SelectionEffect:
    """Solve under every selection rule and put the headline numbers side by side.

    Args:
        exposure: what the texts put at stake.
        stakes: what the actors want and can do.
        levels: states over which ``status`` and ``several`` are to be taken; None for the reference
            state alone, which is faster.
        nodes: nodes of the capability grid.
        threads: None for all processors of this process.

    Returns:
        The numbers per rule and cell, in this model.
    """
    states = REFERENCE if levels is None else levels
    rows = []
    worst = np.zeros((exposure.draws, exposure.cells), np.int8)
    for selection in SELECTIONS:
        crisis = solve(exposure, stakes, states, selection=selection, nodes=nodes, threads=threads)
        rows.append(_headline(crisis, stakes))
        worst = np.maximum(worst, crisis.status.max(axis=(2, 3, 4, 5, 6), initial=0))
    defence, honoured, attack = (np.stack(column) for column in zip(*rows, strict=True))
    return SelectionEffect(
        selections=SELECTIONS,
        defence=defence,
        honoured=honoured,
        attack=attack,
        status=worst,
        several=np.asarray((worst == SEVERAL).mean(axis=0)),
    )


def _headline(crisis: Crisis, stakes: Stakes) -> tuple[Floats, Floats, Floats]:
    """Defence and honoured given an attack of the kind the challenger picks, and P(attack)."""
    p, c, f, a = crisis.levels.reference
    kinds = choose(crisis, stakes).by_kind[:, :, p, c, f, a][:, :, ~stakes.probe]
    attack = kinds.sum(axis=2)
    weight = np.divide(kinds, attack[:, :, None], where=attack[:, :, None] > 0.0, out=0.0 * kinds)

    def given(name: str) -> Floats:
        values: Floats = (crisis.at_reference(name)[:, :, ~stakes.probe] * weight).sum(axis=2)
        return values

    return given("defence"), given("honoured"), attack
