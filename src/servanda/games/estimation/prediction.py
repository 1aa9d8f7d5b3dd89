"""What a fit says of outcomes: predicted probabilities and average effects, with standard errors.

Errors are those of the delta method: derivatives in the coefficients by central differences, times
the covariance of the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.estimation.building import Built
from servanda.games.estimation.design import columns_of, complete_rows, matrix
from servanda.games.estimation.likelihood import Design
from servanda.games.estimation.model import Fitted
from servanda.games.estimation.signalling import SignallingFamily
from servanda.games.estimation.simulation import outcome_chances
from servanda.games.estimation.table import Table
from servanda.games.estimation.ultimatum import UltimatumFamily, best_offer

__all__ = ["Effect", "Predicted", "delta", "effects", "predict", "with_covariates"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Predictions with their standard errors.

    Attributes:
        outcomes: what is predicted: outcomes, or ``offer`` and ``accept``.
        values: float64[outcome, row].
        std_error: float64[outcome, row]; NaN where the fit has no covariance.
    """

    outcomes: tuple[str, ...]
    values: Floats
    std_error: Floats


@dataclass(frozen=True, slots=True)
class Effect:
    """An average effect of a covariate on the probability of an outcome.

    Attributes:
        covariate: the column.
        contrast: ``per unit``, ``1 against 0``, or two words.
        outcome: whose probability changes.
        effect: average over the rows.
        std_error: by the delta method; None without a covariance.
    """

    covariate: str
    contrast: str
    outcome: str
    effect: float
    std_error: float | None


def with_covariates(built: Built, table: Table) -> Built:
    """Return the model on other covariates, coded as in the fit.

    Raises:
        ModelError: a column is missing (SV962), a word was not fitted (SV963), or a row is
            incomplete (SV964).
    """
    equations = [place.equation for place in built.places]
    rows = complete_rows(table, columns_of(equations))
    if len(rows) < table.rows:
        raise ModelError(
            f"{table.rows - len(rows)} rows to predict for have a missing value", "SV964"
        )
    blocks = tuple(matrix(one, table, dict(built.levels)).values for one in equations)
    given = built.design.offset[:, :1]  # offsets are numbers, the same in every row
    design = Design(
        blocks, built.design.names, built.design.free, built.design.fixed,
        np.repeat(given, table.rows, axis=1), np.ones(table.rows), built.design.units,
        built.design.spreads,
    )  # fmt: skip
    family = built.family
    if isinstance(family, SignallingFamily):
        family = SignallingFamily(np.ones((4, table.rows)))
    else:
        family = family.take(np.zeros(table.rows, dtype=np.int64))
    return replace(
        built, family=family, design=design, table=table, rows=np.arange(table.rows),
        dropped=0, weightless=0, notes=(),
    )  # fmt: skip


def predict(fitted: Fitted, data: Table | Mapping[str, object] | None = None) -> Predicted:
    """Predict outcome probabilities; of the ultimatum model the offer and its acceptance.

    The offer is that of a player 1 without a shock, as R's ``predict`` gives it.

    Args:
        fitted: the fit.
        data: new covariates; None for the rows of the fit.

    Raises:
        ModelError: columns that are missing or were coded otherwise; a fit without estimates
            (SV965).
    """
    _refuse_unfitted(fitted)
    built = fitted.built
    if data is not None:
        table = data if isinstance(data, Table) else Table.of(data)
        built = with_covariates(built, table)
    values = _values(built, fitted.beta)
    errors = delta(fitted, lambda beta: _values(built, beta).ravel())
    names = ("offer", "accept") if isinstance(built.family, UltimatumFamily) else built.outcomes
    return Predicted(names, values, errors.reshape(values.shape))


def delta(fitted: Fitted, function: Callable[[Floats], Floats]) -> Floats:
    """Return the standard errors of functions of the coefficients, by the delta method.

    Args:
        fitted: the fit.
        function: coefficients to numbers, float64[number].
    """
    free = np.flatnonzero(fitted.built.design.free)
    units = fitted.built.design.units
    columns = []
    for place in free:
        step = 1e-5 * max(1.0, abs(fitted.beta[place] * units[place])) / units[place]
        above, below = fitted.beta.copy(), fitted.beta.copy()
        above[place] += step
        below[place] -= step
        columns.append((function(above) - function(below)) / (2 * step))
    slopes = np.array(columns)
    inner = fitted.covariance[np.ix_(free, free)]
    variance = np.einsum("kn,km,mn->n", slopes, inner, slopes)
    return np.sqrt(np.where(variance >= 0, variance, np.nan))


def effects(fitted: Fitted, covariates: tuple[str, ...] = ()) -> tuple[Effect, ...]:
    """Return the average effects of covariates on outcome probabilities.

    Of a number: the derivative, averaged over the rows; of a column of 0 and 1: the change from 0
    to 1 in every row; of words: the change from the first word to each other.

    Args:
        fitted: the fit.
        covariates: columns; all of the fit by default.

    Raises:
        ModelError: a column that the fit does not use (SV962), or a fit without estimates (SV965).
    """
    _refuse_unfitted(fitted)
    built = fitted.built
    used = columns_of([place.equation for place in built.places])
    strange = [name for name in covariates if name not in used]
    if strange:
        raise ModelError(f"'{strange[0]}' is no covariate of the fit: {', '.join(used)}", "SV962")
    names = ("offer", "accept") if isinstance(built.family, UltimatumFamily) else built.outcomes
    found = []
    weights = built.design.weights / built.design.weights.sum()
    for covariate in covariates or used:
        for contrast, low, high, per in _contrasts(built, covariate):
            pair = (with_covariates(built, low), with_covariates(built, high))
            if isinstance(built.family, SignallingFamily):
                for one in pair:
                    assert isinstance(one.family, SignallingFamily)  # noqa: S101
                    one.family.follow = built.family.follow

            def change(beta: Floats, pair: tuple[Built, Built] = pair, per: float = per) -> Floats:
                gap = _values(pair[1], beta) - _values(pair[0], beta)
                return np.asarray(gap @ weights / per)

            value, error = change(fitted.beta), delta(fitted, change)
            found += [
                Effect(covariate, contrast, name, float(value[k]),
                       float(error[k]) if np.isfinite(error[k]) else None)
                for k, name in enumerate(names)
            ]  # fmt: skip
    return tuple(found)


def _contrasts(built: Built, name: str) -> list[tuple[str, Table, Table, float]]:
    table = built.table
    column = table.columns[name]
    rows = table.rows
    if column.numbers is None:
        words = built.levels[name]

        def all_are(word: str) -> Table:
            return table.with_columns({name: np.full(rows, word, dtype=object)})

        first = all_are(words[0])
        return [(f"{word} against {words[0]}", first, all_are(word), 1.0) for word in words[1:]]
    if np.isin(column.numbers, (0.0, 1.0)).all():
        low, high = np.zeros(rows), np.ones(rows)
        return [("1 against 0", table.with_columns({name: low}),
                 table.with_columns({name: high}), 1.0)]  # fmt: skip
    step = 1e-4 * (float(column.numbers.std()) or 1.0)
    return [
        (
            "per unit",
            table.with_columns({name: column.numbers - step}),
            table.with_columns({name: column.numbers + step}),
            2 * step,
        )
    ]


def _values(built: Built, beta: Floats) -> Floats:
    family = built.family
    if isinstance(family, UltimatumFamily):
        r1, f2, _, log_s2 = built.design.eta(beta)
        s2 = np.exp(log_s2)
        offer = best_offer(r1, f2, s2, family.lowest, family.highest)
        return np.stack([offer, 1 / (1 + np.exp(-(offer - f2) / s2))])
    if isinstance(family, SignallingFamily):
        return _signalling(built, family, beta)
    return outcome_chances(built, beta)


def _signalling(built: Built, family: SignallingFamily, beta: Floats) -> Floats:
    """Return chances at the equilibrium next to the one followed."""
    near = SignallingFamily(family.counts, None, family.follow.copy())
    eta = built.design.eta(beta)
    with np.errstate(all="ignore"):
        near.at(eta)
    return outcome_chances(replace(built, family=near), beta)


def _refuse_unfitted(fitted: Fitted) -> None:
    if fitted.unbounded.any():
        raise ModelError(
            "the fit has no estimates for some coefficients: simplify it, or penalise", "SV965"
        )
