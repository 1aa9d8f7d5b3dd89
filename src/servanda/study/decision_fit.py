"""Fit the calibrated forecasts to decisions, and score them on proposals left out.

The continuous ranked probability score of a mixture is a quadratic form in its shares, so that for
each concentration of the beta part the best shares follow exactly; concentrations are tried on a
grid. The tail at which the 80% interval is read off is the one that held 80% of the outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TypeVar

import numpy as np
import yaml
from numpy.typing import NDArray

from servanda._version import __version__
from servanda.domain.errors import StoreError
from servanda.negotiation.calibrated import (
    Fitted,
    Mixture,
    Spread,
    about_points,
    combine,
    dress,
    parts_of,
)
from servanda.negotiation.condorcet import condorcet
from servanda.negotiation.model import Distribution, Issue
from servanda.negotiation.solve import MODELS, forecast
from servanda.study.decisions import Decisions, Score, difference, score

__all__ = ["FOLDS", "DecisionBacktest", "backtest_decisions", "folds_of", "write_fitted"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
F = TypeVar("F")

FOLDS = 10
CONCENTRATIONS = np.geomspace(1.5, 60.0, 30)
TAILS = np.round(np.arange(0.08, 0.2601, 0.005), 4)
#: Models whose forecast is a distribution of its own; the others are points.
NATIVE = ("combined", "condorcet", "ktab", "printed", "published-code")
COVERED = 0.80


@dataclass(frozen=True)
class DecisionBacktest:
    """Scores of every model, the fitted ones on proposals left out of the fit.

    Attributes:
        issues: how many issues were scored.
        proposals: how many proposals they belong to.
        undecided: issues without an outcome.
        scores: by model.
        differences: by model the mean absolute error less that of the compromise model, with its
            95% interval over proposals.
        two_positions: mean score of the combination on issues with just two positions, and on the
            others.
        folds: how many parts the proposals were cut into.
        seed: of the parts and of the intervals.
        mixture: the combination fitted to everything.
        spreads: by point model, fitted to everything.
        digest: SHA-256 of the tables.
    """

    issues: int
    proposals: int
    undecided: int
    scores: Mapping[str, Score]
    differences: Mapping[str, list[float]]
    two_positions: tuple[float, float]
    folds: int
    seed: int
    mixture: Mixture
    spreads: Mapping[str, Spread]
    digest: str

    def published(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "issues": self.issues,
            "proposals": self.proposals,
            "undecided": self.undecided,
            "folds": self.folds,
            "seed": self.seed,
            "models": {
                name: asdict(found) | {"mae_less_compromise": self.differences[name]}
                for name, found in self.scores.items()
            },
            "combined_crps": {
                "two_positions": self.two_positions[0],
                "more_positions": self.two_positions[1],
            },
            "fit": {
                "mixture": self.mixture.model_dump(),
                "spreads": {name: s.model_dump() for name, s in self.spreads.items()},
            },
            "data_sha256": self.digest,
        }


@dataclass(frozen=True)
class _Case:
    """What the fit needs of one issue: Condorcet chances, their mean, and the outcome."""

    issue: Issue
    chance: Floats
    mean: Floats
    outcome: float


def backtest_decisions(
    decisions: Decisions, *, folds: int = FOLDS, seed: int = 1
) -> DecisionBacktest:
    """Score every model; what is fitted is fitted without the proposals it is scored on.

    Args:
        decisions: issues with outcomes.
        folds: parts into which the proposals are cut.
        seed: of the parts.
    """
    part = folds_of(decisions.proposal, folds, seed)
    cases = [_case(i, y) for i, y in zip(decisions.issues, decisions.outcome, strict=True)]
    found = forecast(decisions.table)
    models = {
        name: [issue.models[name] for issue in found.issues]
        for name in MODELS
        if name != "combined"
    }
    forms = _mixture_forms(cases)
    combined = _left_out(
        part,
        lambda rows: _fit_mixture(cases, forms, rows),
        lambda row, fit: combine(cases[row].issue, cases[row].chance, cases[row].mean, fit),
    )
    spreads = {}
    for name, plain in models.items():
        if name in NATIVE:
            continue
        models[name], spreads[name] = _dressed_all(cases, _points(plain), part)
    everything = {"combined": combined} | models
    error = {n: np.abs(_points(f) - decisions.outcome) for n, f in everything.items()}
    losses = np.array([f.crps(c.outcome) for f, c in zip(combined, cases, strict=True)])
    two = np.array([c.issue.stated.size == 2 for c in cases])
    return DecisionBacktest(
        issues=len(cases),
        proposals=len(set(decisions.proposal)),
        undecided=decisions.undecided,
        scores={name: score(f, decisions.outcome) for name, f in everything.items()},
        differences={
            name: difference(e, error["compromise"], decisions.proposal, seed)
            for name, e in error.items()
        },
        two_positions=(_mean(losses[two]), _mean(losses[~two])),
        folds=folds,
        seed=seed,
        mixture=_fit_mixture(cases, forms, np.arange(len(cases))),
        spreads=spreads,
        digest=decisions.digest,
    )


def _dressed_all(
    cases: Sequence[_Case], point: Floats, part: Places
) -> tuple[list[Distribution], Spread]:
    """Dress the points of one model with errors seen elsewhere, and fit its errors to all."""
    points = list(point[:, None])
    forms = _spread_forms(cases, points)
    found = _left_out(
        part,
        lambda rows: _fit_spread(forms, rows),
        lambda row, fit: _dressed(cases[row].issue, points[row], fit),
    )
    return found, _fit_spread(forms, np.arange(len(cases)))


def folds_of(proposals: Sequence[str], folds: int, seed: int) -> Places:
    """Cut proposals into parts of equal size and return the part of each issue."""
    names = sorted(set(proposals))
    order = np.random.default_rng(seed).permutation(len(names))
    part = {names[k]: place % folds for place, k in enumerate(order)}
    return np.array([part[p] for p in proposals])


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")


def _points(forecasts: Sequence[Distribution]) -> Floats:
    return np.array([f.point for f in forecasts])


def _case(issue: Issue, outcome: float) -> _Case:
    chance = condorcet(issue, issue.voters(1, 0))
    return _Case(issue, chance, chance @ issue.stated, float(outcome))


def _left_out(
    part: Places, fit: Callable[[Places], F], predict: Callable[[int, F], Distribution]
) -> list[Distribution]:
    """Forecast each part with what was fitted to the others."""
    found: dict[int, Distribution] = {}
    for fold in np.unique(part):
        fitted = fit(np.flatnonzero(part != fold))
        for row in map(int, np.flatnonzero(part == fold)):
            found[row] = predict(row, fitted)
    return [found[row] for row in range(len(part))]


# --- mixtures: the score is a quadratic form in the shares


def _form(parts: Sequence[tuple[Floats, Floats]], outcome: float) -> Floats:
    """Return the matrix whose quadratic form in the shares is the score.

    Args:
        parts: of each part points, ascending, with probabilities.
        outcome: what happened.

    Returns:
        float64[part, part].
    """
    grid = np.unique(np.concatenate([places for places, _ in parts] + [np.array([outcome])]))
    gap = np.empty((len(parts), grid.size - 1))
    happened = (grid[:-1] >= outcome).astype(float)
    for row, (places, probability) in enumerate(parts):
        passed = np.concatenate(([0.0], np.cumsum(probability)))
        gap[row] = passed[np.searchsorted(places, grid[:-1] + 1e-12)] - happened
    return np.asarray((gap * np.diff(grid)) @ gap.T)


def _mixture_forms(cases: Sequence[_Case]) -> Floats:
    """float64[concentration, issue, part, part]; an issue of one position adds nothing."""
    forms = np.zeros((CONCENTRATIONS.size, len(cases), 3, 3))
    for k, concentration in enumerate(CONCENTRATIONS):
        for row, case in enumerate(cases):
            if case.issue.span > 0.0:
                parts = parts_of(case.issue, case.chance, case.mean, float(concentration))
                forms[k, row] = _form(parts, case.outcome)
    return forms


def _spread_forms(cases: Sequence[_Case], points: Sequence[Floats]) -> Floats:
    """float64[concentration, issue, part, part]: a point, about it, and anywhere alike."""
    forms = np.zeros((CONCENTRATIONS.size, len(cases), 3, 3))
    for k, concentration in enumerate(CONCENTRATIONS):
        for row, (case, point) in enumerate(zip(cases, points, strict=True)):
            if case.issue.span > 0.0:
                places, about = about_points(case.issue, point, float(concentration))
                even = np.full(places.size, 1.0 / places.size)
                parts = ((point, np.ones(1)), (places, about), (places, even))
                forms[k, row] = _form(parts, case.outcome)
    return forms


def _best_shares(form: Floats) -> tuple[float, Floats]:
    """Minimise a quadratic form over shares: every face of the simplex is tried."""
    count = len(form)
    best, shares = np.inf, np.full(count, 1.0 / count)
    for size in range(1, count + 1):
        for face in combinations(range(count), size):
            at = np.array(face)
            system = np.ones((size + 1, size + 1))
            system[:size, :size] = 2.0 * form[np.ix_(at, at)]
            system[size, size] = 0.0
            right = np.zeros(size + 1)
            right[size] = 1.0
            found = np.linalg.lstsq(system, right, rcond=None)[0][:size]
            tried = np.zeros(count)
            tried[at] = found
            value = float(tried @ form @ tried)
            if found.min() >= 0.0 and value < best - 1e-12:
                best, shares = value, tried / tried.sum()
    return best, shares


def _best(forms: Floats, rows: Places) -> tuple[float, Floats]:
    """Return the best concentration and shares on some issues."""
    tried = [_best_shares(forms[k][rows].mean(axis=0)) for k in range(len(forms))]
    k = int(np.argmin([value for value, _ in tried]))
    return float(CONCENTRATIONS[k]), tried[k][1]


def _fit_mixture(cases: Sequence[_Case], forms: Floats, rows: Places) -> Mixture:
    concentration, shares = _best(forms, rows)
    condorcet_share, about, ends = _rounded(shares)
    found = Mixture(
        condorcet=condorcet_share,
        about_mean=about,
        ends_and_middle=ends,
        concentration=round(concentration, 4),
        tail=0.1,
    )
    tail = _tail([cases[int(row)] for row in rows], found)
    return found.model_copy(update={"tail": tail})


def _rounded(shares: Floats) -> tuple[float, float, float]:
    """Round shares so that they still sum to 1."""
    second, third = round(float(shares[1]), 4), round(float(shares[2]), 4)
    return round(1.0 - second - third, 4), second, third


def _tail(cases: Sequence[_Case], mixture: Mixture) -> float:
    """Find the tail whose interval held 80% of the outcomes, or a little more.

    Of tails about as good the smallest is taken: what was fitted looks better on its own data.
    """
    inside = np.zeros((TAILS.size, len(cases)), np.bool_)
    for row, case in enumerate(cases):
        found = combine(case.issue, case.chance, case.mean, mixture)
        for k, tail in enumerate(TAILS):
            low, high = found.quantile(float(tail)), found.quantile(1.0 - float(tail))
            inside[k, row] = low - 1e-9 <= case.outcome <= high + 1e-9
    off = np.abs(inside.mean(axis=1) - COVERED)
    return float(TAILS[off <= off.min() + 0.01][0])


def _fit_spread(forms: Floats, rows: Places) -> Spread:
    concentration, shares = _best(forms, rows)
    hit, about, even = _rounded(shares)
    return Spread(hit=hit, about=about, even=even, concentration=round(concentration, 4))


def _dressed(issue: Issue, point: Floats, spread: Spread) -> Distribution:
    value, probability = dress(issue, point, spread)
    return Distribution(value, probability, float(point.mean()))


# --- the file that ships


def write_fitted(found: DecisionBacktest, path: Path, source: str) -> None:
    """Write the fitted numbers with their provenance; no row of the data is in it.

    Args:
        found: a backtest.
        path: where to.
        source: what the decisions are, with an identifier and the licence they stand under.

    Raises:
        StoreError: the file cannot be written (SV702).
    """
    own = found.scores["combined"]
    content = Fitted.model_validate(
        {
            "format": "1",
            "mixture": found.mixture.model_dump(),
            "spreads": {name: s.model_dump() for name, s in found.spreads.items()},
            "cross_validated": {
                "crps": round(own.crps, 3),
                "coverage_80": round(own.coverage, 4),
                "width_80": round(own.width, 2),
                "mae": round(own.mae, 3),
                "folds": found.folds,
            },
            "provenance": {
                "data": source,
                "issues": found.issues,
                "proposals": found.proposals,
                "sha256": found.digest,
                "version": __version__,
                "date": datetime.now(UTC).date().isoformat(),
            },
        }
    )
    text = "# Made by `servanda backtest negotiation --write`; holds no row of the data.\n"
    text += yaml.safe_dump(content.model_dump(), sort_keys=False, width=100)
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}", "SV702") from error
