"""Could the model have made these data? Posterior predictive checks of outcome shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.estimation.building import Built
from servanda.games.estimation.formula import parse_formula
from servanda.games.estimation.model import Fitted
from servanda.games.estimation.signalling import SignallingFamily
from servanda.games.estimation.simulation import draw_outcomes, outcome_chances
from servanda.games.estimation.table import Table
from servanda.games.estimation.tree_data import outcome_codes
from servanda.games.estimation.ultimatum import UltimatumFamily

__all__ = ["Check", "check_fit"]

Floats = NDArray[np.float64]

_BANDS = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of the data beside those of data that the model made.

    Attributes:
        what: the figure.
        observed: in the data.
        mean: over the made data.
        low, high: the middle 95 per cent of the made data.
        p_value: share of made data at least as far from their mean, two-sided.
    """

    what: str
    observed: float
    mean: float
    low: float
    high: float
    p_value: float


def check_fit(fitted: Fitted, *, draws: int = 500, seed: int = 0) -> tuple[Check, ...]:
    """Compare outcome shares, overall and by band of prediction, with data that the fit makes.

    Coefficients are drawn from their normal approximation, then outcomes given them (Gelman, Meng
    and Stern 1996). A share in a band of rows with a low, middling or high predicted probability
    tells whether the covariates do what the model says.

    Args:
        fitted: the fit.
        draws: how many data sets are made.
        seed: of the draws.

    Raises:
        ModelError: a fit without estimates (SV965).
    """
    if fitted.unbounded.any():
        raise ModelError("a fit without estimates makes no data", "SV965")
    built = fitted.built
    figures = _figures(built, fitted.beta)
    observed = figures(_seen(built))
    made = []
    for number in range(draws):
        random = np.random.default_rng([seed, 963, number])
        beta = random.multivariate_normal(
            fitted.beta, np.nan_to_num(fitted.covariance), method="eigh"
        )
        with np.errstate(all="ignore"):
            columns = draw_outcomes(built, beta, random)
        made.append(list(figures(_coded(built, columns)).values()))
    table = np.array(made)
    found = []
    for place, (what, value) in enumerate(observed.items()):
        column = table[:, place]
        middle = float(column.mean())
        far = np.abs(column - middle) >= abs(value - middle) - 1e-12
        low, high = np.quantile(column, [0.025, 0.975])
        p = (1 + int(far.sum())) / (1 + draws)
        found.append(Check(what, value, middle, float(low), float(high), p))
    return tuple(found)


class _figures:  # noqa: N801 - a function with the bands it was made with
    """Figures of outcomes [outcome, row], with bands fixed by the fit."""

    def __init__(self, built: Built, beta: Floats) -> None:
        self.built = built
        self.offers = isinstance(built.family, UltimatumFamily)
        self.bands: list[NDArray[np.int64]] = []
        if not self.offers:
            p = outcome_chances(built, beta)
            edges = np.quantile(p, np.linspace(0, 1, _BANDS + 1)[1:-1], axis=1)
            self.bands = [np.searchsorted(edges[:, k], p[k], side="right") for k in range(len(p))]

    def __call__(self, seen: Floats) -> dict[str, float]:
        if self.offers:
            family = self.built.family
            assert isinstance(family, UltimatumFamily)  # noqa: S101
            found = {
                "mean offer": float(seen[0].mean()),
                "standard deviation of offers": float(seen[0].std()),
                "share of lowest offers": float((seen[0] <= family.lowest + 1e-8).mean()),
                "share of highest offers": float((seen[0] >= family.highest - 1e-8).mean()),
            }
            if len(seen) > 1:
                found["share accepted"] = float(seen[1].mean())
            return found
        total = seen.sum(axis=0)
        found = {}
        words = ("low", "middle", "high")
        for k, name in enumerate(self.built.outcomes):
            found[f"share of {name}"] = float(seen[k].sum() / total.sum())
            for band, word in enumerate(words):
                here = self.bands[k] == band
                if total[here].sum() > 0 and not here.all():
                    share = float(seen[k][here].sum() / total[here].sum())
                    found[f"share of {name} where predicted {word}"] = share
        return found


def _seen(built: Built) -> Floats:
    return _coded(built, {})


def _coded(built: Built, columns: dict[str, object]) -> Floats:
    """Return outcomes of rows as counts [outcome, row], or offers and replies."""
    table: Table = built.table.with_columns(columns)
    names = parse_formula(built.request.formula).outcome
    if isinstance(built.family, (UltimatumFamily, SignallingFamily)):
        return np.stack([table.numbers(name) for name in names])
    codes = outcome_codes(built, table)
    return np.asarray(codes[None] == np.arange(len(built.outcomes))[:, None], dtype=float)
