"""How many observations a design needs: power, bias and coverage by simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.estimation.maximise import Penalty
from servanda.games.estimation.model import SeKind
from servanda.games.estimation.simulation import simulate_table
from servanda.games.estimation.solve import fit
from servanda.games.estimation.table import Table
from servanda.games.tree import Tree

__all__ = ["Power", "power"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Power:
    """What a sample of one size shows of one coefficient.

    Attributes:
        name: the coefficient.
        n: rows in a sample.
        truth: the value it was simulated with.
        power: share of samples in which it differs from zero at the level.
        coverage: share of samples whose interval holds the truth.
        bias: mean estimate less the truth.
        rmse: root mean squared error.
        failed: samples without a top; they count as not significant.
        simulations: samples made.
    """

    name: str
    n: int
    truth: float
    power: float
    coverage: float
    bias: float
    rmse: float
    failed: int
    simulations: int

    @property
    def power_error(self) -> float:
        """The standard error of the power, from the number of samples."""
        return float(np.sqrt(self.power * (1 - self.power) / self.simulations))


def power(
    model: str | Tree,
    formula: str,
    covariates: Table | Mapping[str, object],
    coefficients: Sequence[float] | Mapping[str, float],
    *,
    sizes: Sequence[int],
    simulations: int = 200,
    level: float = 0.05,
    seed: int = 0,
    se: SeKind = "observed",
    starts: int = 0,
    penalty: Penalty | None = None,
    **options: Any,
) -> tuple[Power, ...]:
    """Simulate samples of several sizes, fit each, and count what is found.

    Rows of covariates are drawn with replacement to each size.

    Args:
        model: as in `servanda.games.estimation.simulate_table`.
        formula: likewise.
        covariates: likewise; rows are drawn from it.
        coefficients: likewise, the truth.
        sizes: numbers of rows.
        simulations: samples of each size.
        level: of the test; intervals have the level 1 - level.
        seed: of everything.
        se: kind of standard errors of each fit.
        starts: random starts of each fit.
        penalty: of each fit.
        options: the other fields of a request.

    Returns:
        One line per size and coefficient.

    Raises:
        ModelError: as in `simulate_table`; also a size below 10 or no simulation (SV965).
    """
    table = covariates if isinstance(covariates, Table) else Table.of(covariates)
    if min(sizes, default=0) < 10 or simulations < 1:
        raise ModelError("give sizes of at least 10 rows and at least one simulation", "SV965")
    found = []
    for size in sizes:
        estimates, errors, failed = [], [], 0
        names: tuple[str, ...] = ()
        truth: Floats | None = None
        for number in range(simulations):
            random = np.random.default_rng([seed, 964, size, number])
            part = table.take(random.integers(0, table.rows, size))
            made = simulate_table(
                model, formula, part, coefficients, seed=int(random.integers(2**31)), **options
            )
            outcome = _labels(model, formula, options)
            try:
                fitted = fit(model, formula, made, se=se, starts=starts, seed=seed,
                             penalty=penalty, **{**options, **outcome})  # fmt: skip
            except ModelError:
                failed += 1
                continue
            names = fitted.names
            truth = _truth(coefficients, names)
            if not fitted.converged:
                failed += 1
                continue
            estimates.append(fitted.beta)
            errors.append(np.sqrt(np.diag(fitted.covariance)))
        if truth is None or not estimates:
            raise ModelError(f"no sample of {size} rows could be fitted; take more rows", "SV965")
        found += _lines(
            np.array(estimates), np.array(errors), names, truth, size, failed, simulations, level
        )
    return tuple(found)


def _lines(
    estimates: Floats,
    errors: Floats,
    names: Sequence[str],
    truth: Floats,
    size: int,
    failed: int,
    simulations: int,
    level: float,
) -> list[Power]:
    from scipy.special import ndtri

    wide = float(ndtri(1 - level / 2))
    found = []
    for place, name in enumerate(names):
        with np.errstate(all="ignore"):
            certain = np.abs(estimates[:, place]) > wide * errors[:, place]
            held = np.abs(estimates[:, place] - truth[place]) <= wide * errors[:, place]
        if not (errors[:, place] > 0).any():
            continue  # held fixed
        gap = estimates[:, place] - truth[place]
        found.append(
            Power(
                name, size, float(truth[place]), float(certain.sum() / simulations),
                float(held.mean()), float(gap.mean()), float(np.sqrt((gap**2).mean())), failed,
                simulations,
            )
        )  # fmt: skip
    return found


def _truth(given: Sequence[float] | Mapping[str, float], names: Sequence[str]) -> Floats:
    if isinstance(given, Mapping):
        return np.array([given[name] for name in names], dtype=float)
    return np.asarray(given, dtype=float)


def _labels(model: str | Tree, formula: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outcome labels that a sample may not show all of."""
    from servanda.games.estimation.formula import parse_formula
    from servanda.games.estimation.simulation import default_outcomes

    names = parse_formula(formula).outcome
    if len(names) > 1 or options.get("outcomes") or isinstance(model, Tree):
        return {}
    labels = default_outcomes(model)
    return {"outcomes": labels} if labels else {}
