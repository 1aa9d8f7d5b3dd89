"""Which option outlasts which: paired over the same draws, ties apart, luck apart from doubt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from servanda.study.arrays import Arrays
from servanda.study.outcomes import HORIZONS
from servanda.study.result import Outlasts

__all__ = ["drivers_of", "order", "outlasts", "rank_probabilities", "regret"]

Floats = NDArray[np.float64]


def outlasts(
    arrays: Arrays, margin_per_year: float, pairs: Sequence[tuple[str, str]] | None = None
) -> dict[str, Outlasts]:
    """Compare ordered pairs of options by restricted mean peace years.

    ``P(A longer by more than the margin) + half of P(within the margin)`` over the draws, at each
    horizon. Hazards can cross, so hazards are not compared. ``lived_once`` adds independent luck:
    the chance that A's peace ends after B's within the horizon, plus half the chance that both
    still stand.

    Args:
        arrays: outcomes of a run.
        margin_per_year: differences below this share of the horizon count as ties.
        pairs: which pairs; None for all of them.
    """
    years, survival = arrays.survival()
    place = {name: i for i, name in enumerate(arrays.options)}
    return {
        f"{a}>{b}": _pair(arrays, years, survival, place[a], place[b], margin_per_year)
        for a, b in (permutations(arrays.options, 2) if pairs is None else pairs)
    }


def _pair(
    arrays: Arrays, years: Floats, survival: Floats, a: int, b: int, margin_per_year: float
) -> Outlasts:
    by_horizon, ties, difference, lived = {}, {}, {}, {}
    for horizon in HORIZONS:
        years_of = arrays.outcomes[f"rmst_{horizon}"]
        gap = years_of[:, a] - years_of[:, b]
        margin = margin_per_year * horizon
        tied = float((np.abs(gap) <= margin).mean())
        key = str(horizon)
        by_horizon[key] = float((gap > margin).mean()) + 0.5 * tied
        ties[key] = tied
        difference[key] = float(gap.mean())
        lived[key] = _lived_once(years, survival[:, a], survival[:, b], horizon)
    return Outlasts(by_horizon=by_horizon, ties=ties, mean_difference=difference, lived_once=lived)


def _lived_once(years: Floats, first: Floats, second: Floats, horizon: int) -> float:
    keep = years <= horizon
    a, b = first[:, keep], second[:, keep]
    middle = 0.5 * (a[:, 1:] + a[:, :-1])
    longer = (middle * (b[:, :-1] - b[:, 1:])).sum(axis=1)
    both = a[:, -1] * b[:, -1]
    return float((longer + 0.5 * both).mean())


def rank_probabilities(arrays: Arrays) -> dict[str, tuple[float, ...]]:
    """Return, per option, the share of draws in which it ranks first, second, ... in peace years.

    Equal values share their ranks evenly.
    """
    values = arrays.outcomes["rmst"]
    count = values.shape[1]
    shares = np.zeros((count, count))
    for row in values:
        _, where, size = np.unique(-row, return_inverse=True, return_counts=True)
        ends = np.cumsum(size)
        for option, level in enumerate(where):
            shares[option, ends[level] - size[level] : ends[level]] += 1.0 / size[level]
    shares /= values.shape[0]
    return {
        name: tuple(float(x) for x in row) for name, row in zip(arrays.options, shares, strict=True)
    }


def regret(arrays: Arrays) -> dict[str, float]:
    """Return the mean peace years lost by each option against the best one in the same draw."""
    values = arrays.outcomes["rmst"]
    lost = (values.max(axis=1, keepdims=True) - values).mean(axis=0)
    return {name: float(x) for name, x in zip(arrays.options, lost, strict=True)}


def order(values: dict[str, float]) -> tuple[str, ...]:
    """Return the keys by falling value, ties by name."""
    return tuple(sorted(values, key=lambda name: (-values[name], name)))


def drivers_of(
    parameters: dict[str, Floats], target: Floats, most: int = 8
) -> list[tuple[str, float, tuple[float, float]]]:
    """Rank assumptions by their rank correlation with a target over the draws.

    Returns:
        (assumption, Spearman's rho, interval by Fisher's transformation at a family-wise 90%),
        strongest first; assumptions whose interval covers zero are left out.
    """
    size = target.shape[0]
    if size < 12 or float(np.ptp(target)) == 0.0:
        return []
    wanted = _ranks(target)
    level = 1.0 - 0.05 / max(len(parameters), 1)  # so that chance alone rarely names a driver
    half = float(special.ndtri(level)) / np.sqrt(size - 3.0)
    found = []
    for name, column in parameters.items():
        if float(np.ptp(column)) == 0.0:
            continue
        rho = float(np.clip((_ranks(column) * wanted).mean(), -0.999999, 0.999999))
        centre = np.arctanh(rho)
        low, high = float(np.tanh(centre - half)), float(np.tanh(centre + half))
        if low > 0.0 or high < 0.0:
            found.append((name, rho, (low, high)))
    return sorted(found, key=lambda item: -abs(item[1]))[:most]


def _ranks(values: Floats) -> Floats:
    """Standardised mid-ranks: mean 0, standard deviation 1."""
    _, where, size = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - 0.5 * (size - 1))[where]
    return np.asarray((ranks - ranks.mean()) / ranks.std())
