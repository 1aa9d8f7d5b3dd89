"""Three figures from one table: what selection does to a comparison of peacekeeping.

The table is Fortna's of ceasefires in civil wars, one row per spell during which nothing coded
changes. It is not part of this package; ``read_spells`` reads a copy of yours. Three comparisons
of spells with and without a mission give three answers: failures per year of peace, the hazard at
the same age of the peace, and the hazard at the same age among cases alike in what was coded.

References:
    Fortna 2008, Does Peacekeeping Work?, for the table; Cox 1972, JRSS B 34(2), for the regression;
    Efron 1977, doi:10.1080/01621459.1977.10480613, and Breslow 1974, doi:10.2307/2529620, for ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from servanda.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

__all__ = [
    "CONTROLS",
    "CoxFit",
    "Figure",
    "Spells",
    "cox",
    "crude_ratio",
    "hazard_ratio",
    "rates_by_age",
    "read_spells",
    "three_figures",
]

CONTROLS = ("victory", "treaty", "logcost", "contraband", "wartype", "wardur", "gdpcap")
"""Held alike in the third figure: the war ended in a victory; ended by a treaty; log of deaths and
displaced; funds from contraband; the war was over identity; its years; income per head."""

COLUMNS = ("id", "t0", "t1", "cfdate", "failed", "pk_dum", *CONTROLS)
DAYS = 365.25
NORMAL_95 = 1.959963984540054
MAX_STEPS = 50
SMALLEST_STEP = 1e-8
DECREMENT = 1e-20
TOO_STEEP = 25.0  # log hazard from the lowest to the highest value of a column


@dataclass(frozen=True, slots=True)
class Spells:
    """Spells of peace, by row.

    Attributes:
        ceasefire: int64[row], which ceasefire the spell belongs to.
        start: float64[row], age of the peace in days when the spell begins.
        stop: float64[row], its age when the spell ends; above ``start``.
        failed: bool[row], whether the spell ended in war; if not, something coded changed or
            observation ended.
        mission: bool[row], whether peacekeepers were there.
        controls: float64[row, control] in the order of ``CONTROLS``; nan where not coded.
    """

    ceasefire: NDArray[np.int64]
    start: Floats
    stop: Floats
    failed: Bools
    mission: Bools
    controls: Floats

    @property
    def complete(self) -> Bools:
        """Rows with every control coded, bool[row]."""
        return np.asarray(np.isfinite(self.controls).all(axis=1), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class CoxFit:
    """Estimates of a Cox regression.

    Attributes:
        coefficient: float64[column], log hazard ratio per unit of each column.
        error: float64[column], standard error from the observed information.
        log_likelihood: log partial likelihood at the estimates.
        rows: number of spells used.
        events: number of failures among them.
    """

    coefficient: Floats
    error: Floats
    log_likelihood: float
    rows: int
    events: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One ratio, with a mission against without, its 95% interval, and what it was counted on."""

    name: str
    value: float
    low: float
    high: float
    rows: int
    events: int

    def __str__(self) -> str:
        """Give one line of a table."""
        span = f"[{self.low:.2f}, {self.high:.2f}]"
        return f"{self.name:<30}{self.value:5.2f} {span:<14}{self.rows:4d} spells {self.events:3d}"


def read_spells(path: Path | str) -> Spells:
    """Read the table from a Parquet or CSV file with the column names of the original.

    The date of the ceasefire stands only on its first row in the original; it is carried forward
    within ``id``. Leaving later rows out for want of it drops 36 spells, those during which a
    mission came, changed or left.

    Args:
        path: ``.parquet``, or ``.csv`` with dates as ``1992-04-25``.

    Returns:
        All rows, by ceasefire and time.

    Raises:
        ModelError: a column is missing, the suffix is another, or a spell has no length.
        OSError: the file cannot be read.
    """
    file = Path(path)
    if file.suffix not in {".parquet", ".csv"}:
        raise ModelError(f"{file.name} is neither .parquet nor .csv; convert it first")
    table = (
        pl.read_parquet(file)
        if file.suffix == ".parquet"
        else pl.read_csv(file, try_parse_dates=True)
    )
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise ModelError(f"{file.name} has no column {', '.join(missing)}")
    table = table.sort("id", "t0").with_columns(
        pl.col("cfdate").first().over("id"), *(pl.col(n).cast(pl.Float64) for n in CONTROLS)
    )
    age = {at: (pl.col(at) - pl.col("cfdate")).dt.total_days() for at in ("t0", "t1")}
    days = table.select(**age).to_numpy().astype(np.float64)
    spells = Spells(
        table["id"].to_numpy().astype(np.int64),
        np.ascontiguousarray(days[:, 0]),
        np.ascontiguousarray(days[:, 1]),
        table["failed"].to_numpy() == 1,
        table["pk_dum"].to_numpy() == 1,
        table.select(CONTROLS).to_numpy().astype(np.float64),
    )
    if not (spells.start < spells.stop).all():
        raise ModelError(f"{file.name} has a spell without length, or a ceasefire without a date")
    return spells


def crude_ratio(spells: Spells) -> Figure:
    """Failures per year of peace with a mission over those without, whatever the age.

    Args:
        spells: all rows are used.

    Returns:
        The ratio of rates; the interval takes failures as Poisson at constant rates.
    """
    failures = [float(spells.failed[spells.mission == m].sum()) for m in (True, False)]
    years = [float((spells.stop - spells.start)[spells.mission == m].sum()) for m in (True, False)]
    log_ratio = np.log(failures[0] / years[0]) - np.log(failures[1] / years[1])
    error = np.sqrt(1.0 / failures[0] + 1.0 / failures[1])
    return _figure("failures per year of peace", log_ratio, error, spells.failed)


def hazard_ratio(
    spells: Spells,
    controls: Sequence[str] = (),
    *,
    rows: Bools | None = None,
    name: str = "hazard at the same age",
) -> Figure:
    """Hazard with a mission over that without, at the same age of the peace.

    Args:
        spells: the table.
        controls: what to hold alike; names out of ``CONTROLS``.
        rows: bool[row], which spells to use; all by default. Those that lack one of ``controls``
            are left out in any case.
        name: what to call the figure.

    Returns:
        The hazard ratio from a Cox regression with delayed entry and Efron's ties.

    Raises:
        ModelError: a control is unknown, or the regression has no finite estimate.
    """
    unknown = [control for control in controls if control not in CONTROLS]
    if unknown:
        raise ModelError(f"no control is called {', '.join(unknown)}; there are {CONTROLS}")
    which = [CONTROLS.index(control) for control in controls]
    x = np.column_stack([spells.mission.astype(np.float64), spells.controls[:, which]])
    keep = np.isfinite(x).all(axis=1) & (True if rows is None else rows)
    fit = cox(spells.start[keep], spells.stop[keep], spells.failed[keep], x[keep])
    return _figure(name, fit.coefficient[0], fit.error[0], spells.failed[keep])


def three_figures(spells: Spells) -> tuple[Figure, Figure, Figure]:
    """The crude ratio, the hazard ratio, and the hazard ratio among cases alike; never one alone.

    Args:
        spells: the table.

    Returns:
        The figures in this order; the third uses only the rows that have every control.
    """
    return (
        crude_ratio(spells),
        hazard_ratio(spells),
        hazard_ratio(spells, CONTROLS, name="the same, among cases alike"),
    )


def rates_by_age(spells: Spells, years: Sequence[float]) -> Floats:
    """Years of peace, failures and failures per year between the given ages of the peace.

    Args:
        spells: the table.
        years: ages in years, rising; the last may be ``inf``.

    Returns:
        float64[age, 2, 3]: without and with a mission; years, failures, failures per year.
    """
    out = np.empty((len(years) - 1, 2, 3))
    for k, (low, high) in enumerate(pairwise(years)):
        stop = spells.stop / DAYS
        spent = np.clip(np.minimum(stop, high) - np.maximum(spells.start / DAYS, low), 0.0, None)
        here = spells.failed & (low < stop) & (stop <= high)
        for m in (0, 1):
            group = spells.mission == bool(m)
            total, count = float(spent[group].sum()), float(here[group].sum())
            out[k, m] = total, count, count / total if total else np.nan
    return out


def cox(
    start: ArrayLike,
    stop: ArrayLike,
    failed: ArrayLike,
    x: ArrayLike,
    *,
    ties: Literal["efron", "breslow"] = "efron",
) -> CoxFit:
    """Fit a Cox regression with delayed entry by Newton's method on the partial likelihood.

    Args:
        start: float64[row], age at which a row comes under observation.
        stop: float64[row], age at which it leaves; at risk at ``t`` where ``start < t <= stop``.
        failed: bool[row], whether it left by failing.
        x: float64[row, column].
        ties: how failures at the same age share the risk set.

    Returns:
        Estimates in the units of ``x``.

    Raises:
        ModelError: shapes differ, a row has no length, nothing failed, a column does not vary
            apart from the others, or an estimate runs off to infinity.

    Examples:
        Four spells; the hazard ratio h solves h^2 - h - 4 = 0, its logarithm is:

        >>> fit = cox([0, 0, 0, 0], [1, 2, 3, 4], [1, 1, 1, 0], [[1], [0], [1], [0]])
        >>> fit.coefficient.round(4).tolist(), fit.events
        ([0.9406], 3)
    """
    begin, end = np.asarray(start, dtype=np.float64), np.asarray(stop, dtype=np.float64)
    event, columns = np.asarray(failed).astype(bool), np.asarray(x, dtype=np.float64)
    _check(begin, end, event, columns)
    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    if (scale == 0.0).any():
        raise ModelError(f"column {int(np.argmin(scale))} of x is the same in every row")
    sets = _risk_sets(begin, end, event)
    z, beta = (columns - centre) / scale, np.zeros(columns.shape[1])
    value, slope, information = _likelihood(sets, z, beta, ties)
    for _ in range(MAX_STEPS):
        step = _newton_step(information, slope)
        if float(step @ slope) < DECREMENT:
            error = np.sqrt(np.diag(np.linalg.inv(information))) / scale
            return CoxFit(beta / scale, error, value, len(end), int(event.sum()))
        beta, value, slope, information = _climb(sets, z, beta, step, value, ties)
        if (np.abs(beta) * np.ptp(z, axis=0)).max() > TOO_STEEP:
            raise ModelError("an estimate runs off to infinity: a column separates who failed")
    raise ModelError(f"the partial likelihood has no maximum after {MAX_STEPS} Newton steps")


def _figure(name: str, log_ratio: float, error: float, failed: Bools) -> Figure:
    """Ratio and interval from its logarithm and standard error."""
    low, value, high = (float(np.exp(log_ratio + z * error)) for z in (-NORMAL_95, 0.0, NORMAL_95))
    return Figure(name, value, low, high, rows=len(failed), events=int(failed.sum()))


def _check(start: Floats, stop: Floats, failed: Bools, x: Floats) -> None:
    """Refuse what has no partial likelihood."""
    if x.ndim != 2 or not start.shape == stop.shape == failed.shape == x.shape[:1]:
        raise ModelError("start, stop, failed and the rows of x must have one length")
    if not (np.isfinite(x).all() and np.isfinite(stop - start).all()):
        raise ModelError("a row is not finite; leave it out")
    if not (start < stop).all():
        raise ModelError("a row ends before it begins")
    if not failed.any():
        raise ModelError("nothing failed")


def _risk_sets(start: Floats, stop: Floats, failed: Bools) -> list[tuple[Bools, Bools]]:
    """Return who was at risk and who failed, at each age at which somebody failed."""
    ages = np.unique(stop[failed])
    return [((start < t) & (t <= stop), failed & (stop == t)) for t in ages]


def _likelihood(
    sets: list[tuple[Bools, Bools]], z: Floats, beta: Floats, ties: str
) -> tuple[float, Floats, Floats]:
    """Log partial likelihood at ``beta``, its gradient, and minus its second derivative."""
    score = z @ beta
    weight = np.exp(score - score.max())
    value, slope, information = 0.0, np.zeros(beta.size), np.zeros((beta.size, beta.size))
    for at_risk, dead in sets:
        count = int(dead.sum())
        value += float((score[dead] - score.max()).sum())
        slope += z[dead].sum(axis=0)
        moments = [_moments(z[who], weight[who]) for who in (at_risk, dead)]
        for k in range(count):
            gone = k / count if ties == "efron" else 0.0
            s0, s1, s2 = (m - gone * g for m, g in zip(*moments, strict=True))
            mean = s1 / s0
            value -= float(np.log(s0))
            slope -= mean
            information += s2 / s0 - np.outer(mean, mean)
    return value, slope, information


def _moments(z: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Sums of the weights, of z and of z z' under them."""
    weighted = z * weight[:, None]
    return np.asarray(weight.sum()), weighted.sum(axis=0), z.T @ weighted


def _newton_step(information: Floats, slope: Floats) -> Floats:
    """Solve for the Newton step; the information must be positive definite."""
    try:
        factor = np.linalg.cholesky(information)
    except np.linalg.LinAlgError as error:
        raise ModelError("columns of x depend on one another among those at risk") from error
    return np.linalg.solve(factor.T, np.linalg.solve(factor, slope))


def _climb(
    sets: list[tuple[Bools, Bools]], z: Floats, beta: Floats, step: Floats, value: float, ties: str
) -> tuple[Floats, float, Floats, Floats]:
    """Take the step, halved until the likelihood does not fall."""
    share = 1.0
    while True:
        there = _likelihood(sets, z, beta + share * step, ties)
        if there[0] >= value - 1e-12 * abs(value) or share < SMALLEST_STEP:
            return beta + share * step, *there
        share *= 0.5
