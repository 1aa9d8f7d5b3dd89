"""What a comparison would say under moved assumptions, at once, from the draws that are there.

A draw of an assumption whose distribution is moved by d on the normal scale counts with the
weight phi(z - d) / phi(z) = exp(d z - d^2 / 2), z its normal score among the draws. This is
importance sampling: no game is solved again, so it takes milliseconds, and it is an approximation
whose worth the effective number of draws says (Kish 1965: (sum w)^2 / sum w^2). The exact numbers
come from `servanda.study.compare` with the same ``shifts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from servanda.study.arrays import Arrays, estimate
from servanda.study.outcomes import HORIZONS
from servanda.study.result import Comparison, Estimate, Headline, OptionResult, Outlasts

__all__ = ["Reweighting", "effective_draws", "normal_scores", "reweighting"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# what is a plain mean and spread of one column
_COLUMNS = {
    "attack_10y": "attack_10y",
    "promised": "honoured",
    "escalation_10y": "direct_war_10y",
    "cost_musd_year": "cost",
    "frayed_years": "frayed_years",
    "before_entry_10y": "first_phase_attack_10y",
}
_LEVELS = (0.05, 0.5, 0.95)


def effective_draws(weights: Floats) -> float:
    """Return how many equal draws are worth as much as these weighted ones.

    Examples:
        >>> effective_draws(np.ones(8)), effective_draws(np.array([1.0, 0.0]))
        (8.0, 1.0)
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def normal_scores(values: Floats) -> Floats:
    """Return the normal scores of float64[draw]: ranks on the scale of a standard normal.

    Examples:
        >>> [round(float(z), 2) for z in normal_scores(np.array([3.0, 1.0, 2.0]))]
        [0.97, -0.97, 0.0]
    """
    _, where, size = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(size) - 0.5 * size)[where] / values.size
    return np.asarray(special.ndtri(middle))


@dataclass(frozen=True)
class Reweighting:
    """A comparison with its draws, sorted once so that each new weighting is quick.

    ``orders`` holds the draws in rising order of survival, for each option and year.
    """

    comparison: Comparison
    arrays: Arrays
    margin: float
    scores: dict[str, Floats]
    years: Floats
    survival: Floats
    orders: Ints

    def median(self, name: str, shift: float) -> float:
        """Return the median of an assumption after a shift, in its unit."""
        return float(np.quantile(self.arrays.parameters[name], special.ndtr(shift)))

    def weights(self, shifts: Mapping[str, float]) -> Floats:
        """Return the weights float64[draw] of moved assumptions; their mean is 1.

        Raises:
            KeyError: an assumption was not drawn in this run.
        """
        log = np.zeros(self.arrays.draws)
        for name, shift in shifts.items():
            if name not in self.scores:
                self.scores[name] = normal_scores(self.arrays.parameters[name])
            log += shift * self.scores[name]
        weights = np.exp(log - log.max())
        return np.asarray(weights / weights.mean())

    def moved(self, shifts: Mapping[str, float]) -> tuple[Comparison, float]:
        """Return the comparison under moved assumptions, and the effective number of draws.

        Without a shift it is the comparison as it was run. Drivers, questions, findings and the
        record stay those of the run; ``lived_once`` and the chance of each rank are left out.
        """
        used = {name: shift for name, shift in shifts.items() if shift}
        if not used:
            return self.comparison, float(self.arrays.draws)
        weights = self.weights(used)
        effective = effective_draws(weights)
        options = {
            name: self._option(self.comparison.options[name], index, weights, effective)
            for index, name in enumerate(self.arrays.options)
        }
        changed = self.comparison.model_copy(
            update={
                "options": options,
                "outlasts": self._outlasts(weights),
                "rank_probabilities": {},
                "break_evens": (),
                "claims": (),
                "switches": (),
            }
        )
        return changed, effective

    def _option(
        self, usual: OptionResult, index: int, weights: Floats, effective: float
    ) -> OptionResult:
        column = {name: values[:, index] for name, values in self.arrays.outcomes.items()}
        reached = _share(column["reached"], weights, effective)
        update: dict[str, object] = {
            "reached": reached,
            "peace_years": _headline(column, weights, usual.peace_years.ranged),
            "peace_years_reached": _headline(
                column, weights, usual.peace_years_reached.ranged, reached.mean or 0.0
            ),
            "honoured_if_tested": _tested(column, weights),
            "acceptable_to": {
                actor: None if value is None else reached.mean
                for actor, value in usual.acceptable_to.items()
            },
        }
        for name, source in _COLUMNS.items():
            before: Estimate | None = getattr(usual, name)
            if before is not None and before.mean is not None:
                update[name] = estimate(column[source], before.unit or "", weights)
        if usual.deterred.mean is not None:
            update["deterred"] = self._deterred(index, weights)
        update["survival"], update["survival_mean"] = self._curves(index, weights)
        return usual.model_copy(update=update)

    def _deterred(self, index: int, weights: Floats) -> Estimate:
        options = self.comparison.options
        reference = [i for i, name in enumerate(self.arrays.options) if options[name].reference]
        attack = self.arrays.outcomes["attack_10y"]
        return estimate(attack[:, reference[0]] - attack[:, index], "probability", weights)

    def _curves(
        self, index: int, weights: Floats
    ) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, float], ...]]:
        order = self.orders[index]
        values = np.take_along_axis(self.survival[index], order, axis=1)
        rank = weights[order]
        level = (np.cumsum(rank, axis=1) - 0.5 * rank) / weights.sum()
        mean = self.survival[index] @ weights / weights.sum()
        rows = tuple(
            (float(year), *(float(x) for x in np.interp(_LEVELS, level[i], values[i])))
            for i, year in enumerate(self.years)
        )
        means = tuple((float(y), float(m)) for y, m in zip(self.years, mean, strict=True))
        return rows, means

    def _outlasts(self, weights: Floats) -> dict[str, Outlasts]:
        names, total = self.arrays.options, weights.sum()
        found: dict[str, tuple[dict[str, float], dict[str, float], dict[str, float]]] = {
            f"{a}>{b}": ({}, {}, {}) for a in names for b in names if a != b
        }
        for horizon in HORIZONS:
            years = self.arrays.outcomes[f"rmst_{horizon}"]
            gap = years[:, :, None] - years[:, None, :]
            limit = self.margin * horizon
            longer = np.einsum("d,dab->ab", weights, (gap > limit).astype(np.float64)) / total
            tied = np.einsum("d,dab->ab", weights, (np.abs(gap) <= limit) * 1.0) / total
            means = weights @ years / total
            for i, a in enumerate(names):
                for j, b in enumerate(names):
                    if i != j:
                        share, ties, difference = found[f"{a}>{b}"]
                        key = str(horizon)
                        share[key] = float(longer[i, j] + 0.5 * tied[i, j])
                        ties[key] = float(tied[i, j])
                        difference[key] = float(means[i] - means[j])
        return {
            pair: Outlasts.model_construct(
                by_horizon=share, ties=ties, mean_difference=gap, lived_once={}
            )
            for pair, (share, ties, gap) in found.items()
        }


def reweighting(comparison: Comparison, arrays: Arrays) -> Reweighting:
    """Prepare a comparison and the draws it was made of for quick reweighting."""
    years, survival = arrays.survival()
    turned = np.ascontiguousarray(survival.transpose(1, 2, 0))
    return Reweighting(
        comparison=comparison,
        arrays=arrays,
        margin=float(arrays.parameters["tie_margin_per_year"].mean()),
        scores={},
        years=years,
        survival=turned,
        orders=np.argsort(turned, axis=2, kind="stable"),
    )


def _headline(
    column: Mapping[str, Floats], weights: Floats, ranged: bool, by: float = 1.0
) -> Headline:
    years, low, high = (by * column[n] for n in ("rmst", "rmst_low", "rmst_high"))
    usual = estimate(years, "years", weights)
    total = weights.sum()
    return Headline(
        **usual.model_dump(exclude={"p05", "p95"}),
        p05=estimate(low, "years", weights).p05,
        p95=estimate(high, "years", weights).p95,
        low=float(low @ weights / total),
        high=float(high @ weights / total),
        ranged=ranged,
    )


def _tested(column: Mapping[str, Floats], weights: Floats) -> Estimate:
    tested = column["tested"]
    kept = column["honoured_when_tested"] / np.maximum(tested, 1e-300)
    return estimate(np.where(tested > 0.0, kept, 0.0), "probability", tested * weights)


def _share(flags: Floats, weights: Floats, effective: float) -> Estimate:
    mean = float(flags @ weights / weights.sum())
    half = 1.645 * float(np.sqrt(max(mean * (1.0 - mean), 0.0) / effective))
    return Estimate(
        mean=mean,
        p05=max(0.0, mean - half),
        p50=mean,
        p95=min(1.0, mean + half),
        unit="probability",
    )
