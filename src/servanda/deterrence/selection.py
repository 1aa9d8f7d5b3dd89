"""Promised against tested: the guarantees that are put to the test are not a random sample.

A challenger attacks where the cover looks weak, so the share of guarantees honoured *when
attacked* says little about those never tested (Fearon 2002; Smith 1995). The sign of the gap is
not a theorem: shared fear of escalation can reverse it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.checks import refusal
from servanda.deterrence.model import Crisis, Stakes
from servanda.deterrence.solve import choose, reference_weights

__all__ = ["Reliability", "reliability"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Three numbers that must not be taken for one another; arrays are [cell].

    Attributes:
        promised: probability of being honoured, all draws and attacks weighing the same.
        tested: probability of being honoured given that an attack came within the window.
        attack_rate: attacks per year, static.
        mixed_promised, mixed_tested: the same over all cells by their weights.
    """

    promised: Floats
    tested: Floats
    attack_rate: Floats
    mixed_promised: float
    mixed_tested: float

    def deterrent_effect(self, baseline: int) -> Floats:
        """Give the share of attacks that each cell spares in comparison with a baseline cell.

        Args:
            baseline: index of the cell without a guarantee.

        Returns:
            float64[cell], 1 - rate / rate of the baseline.
        """
        spared: Floats = 1.0 - self.attack_rate / self.attack_rate[baseline]
        return spared


def reliability(
    crisis: Crisis,
    stakes: Stakes,
    omega_c: Floats,
    *,
    weights: Floats | None = None,
    tests: NDArray[np.bool_] | None = None,
    window: float = 30.0,
) -> Reliability:
    """Compare the promise with its reliability when tested, in this model.

    An attack comes at the static hazard ``h = omega_c P(attack)`` a year; a draw counts among the
    tested with weight ``1 - exp(-window h)``, its attacks with the challenger's choice of kind.

    Args:
        crisis: the tables of ``solve``.
        stakes: the same stakes.
        omega_c: [draw] chances to act per year.
        weights: [cell] how often each kind of guarantee occurs; None for equal weights.
            Give 0 to a cell without a promise: there is nothing to honour.
        tests: bool[kind], which attacks count as a test; None for all. The published shares of
            22 to 50 % are of wars, so compare them with full-scale attacks only.
        window: years in which an attack counts as a test.

    Returns:
        The numbers per cell and over the mix.

    Raises:
        ModelError: SV610 for weights that are not one per cell, negative or all 0, or where
            no attack counts as a test.
    """
    choice = choose(crisis, stakes)
    p, c, f, a = crisis.levels.reference
    attacks = ~stakes.probe if tests is None else ~stakes.probe & np.asarray(tests, np.bool_)
    if not attacks.any():
        raise refusal("no attack counts as a test: tests must be True for one that is no probe")
    kinds = choice.by_kind[:, :, p, c, f, a, :][:, :, attacks]
    attack = kinds.sum(axis=2)
    hazard = np.asarray(omega_c)[:, None] * attack
    honoured = crisis.at_reference("honoured")[:, :, attacks]
    mix = np.ones(attack.shape[1]) if weights is None else np.asarray(weights, dtype=np.float64)
    if mix.shape != attack.shape[1:] or (mix < 0.0).any() or not mix.sum() > 0.0:
        raise refusal(f"weights need one number >= 0 per cell ({attack.shape[1]}), not all 0")
    plain = reference_weights(stakes.probe)[1][attacks]
    promise = honoured @ (plain / plain.sum())
    # A draw that never attacks has weight 0 below; its quotient is left at 0.
    met = (kinds * honoured).sum(axis=2)
    given = np.divide(met, attack, out=np.zeros_like(met), where=attack > 0.0)
    chance = 1.0 - np.exp(-window * hazard)
    return Reliability(
        promised=promise.mean(axis=0),
        tested=(chance * given).sum(axis=0) / chance.sum(axis=0),
        attack_rate=hazard.mean(axis=0),
        mixed_promised=float(promise.mean(axis=0) @ mix / mix.sum()),
        mixed_tested=float(((chance * given) @ mix).sum() / (chance @ mix).sum()),
    )
