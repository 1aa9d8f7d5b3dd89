"""Fit the four free parameters and the frailty to the casebook."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from servanda.domain.assumption import Assumption
from servanda.scenario import shelf
from servanda.study.calibration.episodes import FOUNDING_CLUSTERS, Casebook
from servanda.study.calibration.hazards import Progress
from servanda.study.calibration.nuisances import prior_columns
from servanda.study.calibration.pool import (
    CALIBRATED,
    PARAMETERS,
    Pool,
    make_pool,
    rival_weight,
)
from servanda.study.calibration.weights import (
    GOAL,
    effective,
    log_mean,
    normalised,
    refuse_collapse,
    systematic,
    tempered,
)
from servanda.study.draws import quantile
from servanda.study.streams import generator

__all__ = ["MAIN", "ROWS", "WITHOUT_FOUNDING", "Calibration", "Fit", "Posterior", "calibrate"]

Floats = NDArray[np.float64]

#: Rows kept of each posterior.
ROWS = 2000
PRIOR_DRAWS = 100_000
MAIN, WITHOUT_FOUNDING, WITHOUT_INTER_WAR = (
    "durability",
    "durability-without-founding",
    "without-inter-war",
)
LEVELS = (0.05, 0.5, 0.95)
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Posterior:
    """Posterior under one rival prior of a2.

    Attributes:
        rows: float64[row] by parameter; equally weighted draws.
        prior: 5, 50 and 95 percent points of the prior, by parameter.
        found: the same points of the posterior.
        method: ``resampling`` or ``tempering``.
        effective: effective sample size of resampling from the prior.
        pool_effective: effective sample size among the draws for which the engines ran.
        log_evidence: log of the mean likelihood under the prior.
        cluster_log_likelihood: posterior mean by cluster.
    """

    rows: dict[str, Floats]
    prior: dict[str, tuple[float, ...]]
    found: dict[str, tuple[float, ...]]
    method: str
    effective: float
    pool_effective: float
    log_evidence: float
    cluster_log_likelihood: dict[str, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """Posteriors by rival prior of a2, and the clusters left out."""

    left_out: tuple[str, ...]
    posteriors: dict[str, Posterior]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything that a calibration found.

    Attributes:
        book: the casebook, without what the caller left out.
        draws: draws for which the engines ran.
        seed: seed of all streams.
        left_out: clusters the caller left out.
        fits: by name: all episodes, without the founding conflict, without the inter-war clusters.
        pool: the draws.
        raw_effective: effective sample size if unsmoothed likelihoods were the weights.
        smoothing: by cluster, posterior mean of unsmoothed over smoothed likelihood (1 where the
            surface is right) and its standard error.
        seconds: time taken.
    """

    book: Casebook
    draws: int
    seed: int
    left_out: tuple[str, ...]
    fits: dict[str, Fit]
    pool: Pool
    raw_effective: float
    smoothing: dict[str, tuple[float, float]]
    seconds: float


def calibrate(
    book: Casebook,
    *,
    draws: int = 20_000,
    seed: int = 1,
    leave_out: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Calibration:
    """Calibrate the durability engine on a casebook.

    Args:
        book: the casebook.
        draws: draws of the parameters for which every episode is run.
        seed: seed of all streams; the same seed gives the same bits.
        leave_out: clusters to leave out of everything.
        progress: called with blocks done, blocks in all, seconds.

    Returns:
        Calibration. The rival priors of a2 each have their own posterior; they are never averaged.

    Raises:
        ModelError: an unknown cluster (SV634), no event left (SV631), or weights that rest on next
            to nothing (SV635).
    """
    began = time.monotonic()
    used = book.without(leave_out) if leave_out else book
    assumptions = shelf.assumptions()
    pool = make_pool(used, assumptions, seed=seed, draws=draws, progress=progress)
    names = {MAIN: (), WITHOUT_FOUNDING: FOUNDING_CLUSTERS, WITHOUT_INTER_WAR: used.inter_war}
    fits = {}
    for name, dropped in names.items():
        absent = tuple(c for c in dropped if c in used.clusters)
        if name == MAIN or (absent and len(absent) < len(used.clusters)):
            fits[name] = _fit(pool, assumptions, absent, seed)
    return Calibration(
        book=used,
        draws=draws,
        seed=seed,
        left_out=leave_out,
        fits=fits,
        pool=pool,
        raw_effective=effective(pool.log_importance + pool.log_likelihood.sum(axis=1)),
        smoothing=_smoothing(pool),
        seconds=time.monotonic() - began,
    )


def _smoothing(pool: Pool) -> dict[str, tuple[float, float]]:
    """Whether the surface has the right mean where the posterior lies, cluster by cluster."""
    weight = normalised(pool.log_importance + pool.smooth.sum(axis=1))
    ratio = np.exp(pool.log_likelihood - pool.smooth)
    mean = weight @ ratio
    error = np.sqrt(np.square(weight) @ np.square(ratio - mean))
    return {
        name: (float(m), float(e))
        for name, m, e in zip(pool.plan.clusters, mean, error, strict=True)
    }


def _fit(
    pool: Pool, assumptions: dict[str, Assumption], dropped: tuple[str, ...], seed: int
) -> Fit:
    kept = np.array([name not in dropped for name in pool.plan.clusters])
    rivals = assumptions["a2"].rivals
    return Fit(
        left_out=dropped,
        posteriors={rival: _posterior(pool, assumptions, kept, rival, seed) for rival in rivals},
    )


def _posterior(
    pool: Pool, assumptions: dict[str, Assumption], kept: NDArray[np.bool_], rival: str, seed: int
) -> Posterior:
    run = pool.log_importance + rival_weight(assumptions["a2"], rival, pool.columns["a2"])
    run = run + pool.smooth[:, kept].sum(axis=1)
    refuse_collapse(run, f"a2 {rival}")
    prior = prior_columns(
        assumptions,
        PARAMETERS,
        seed=seed,
        draws=PRIOR_DRAWS,
        purpose=f"posterior:{rival}",
        rival=rival,
    )
    log = pool.surface.at(prior)[:, kept].sum(axis=1)
    size = effective(log)
    if size >= GOAL:
        u = float(generator(seed, 0, f"resample:{rival}").random())
        picked = systematic(normalised(log), ROWS, u)
        picked = generator(seed, 0, f"shuffle:{rival}").permutation(picked)
        rows = {name: column[picked] for name, column in prior.items()}
        method, evidence = "resampling", log_mean(log)
    else:
        rows, evidence = _tempered(pool, assumptions, kept, rival, seed)
        method = "tempering"
    likelihood = pool.surface.at(rows).mean(axis=0)
    return Posterior(
        rows=rows,
        prior={name: _prior_points(assumptions[name], rival) for name in PARAMETERS},
        found={name: _points(column) for name, column in rows.items()},
        method=method,
        effective=size,
        pool_effective=effective(run),
        log_evidence=evidence,
        cluster_log_likelihood={
            name: float(value)
            for name, value, keep in zip(pool.plan.clusters, likelihood, kept, strict=True)
            if keep
        },
    )


def _tempered(
    pool: Pool, assumptions: dict[str, Assumption], kept: NDArray[np.bool_], rival: str, seed: int
) -> tuple[dict[str, Floats], float]:
    """Walk from the prior to the posterior where too few draws of the prior would count."""
    used = [
        assumptions[name].used(rival if assumptions[name].rivals else None) for name in PARAMETERS
    ]

    def columns(z: Floats) -> dict[str, Floats]:
        u = np.clip(ndtr(z), TINY, 1.0 - TINY)
        return {
            name: quantile(form, u[:, place])
            for place, (name, form) in enumerate(zip(PARAMETERS, used, strict=True))
        }

    def log_likelihood(z: Floats) -> Floats:
        total: Floats = pool.surface.at(columns(z))[:, kept].sum(axis=1)
        return total

    found = tempered(log_likelihood, len(PARAMETERS), particles=ROWS, seed=seed)
    return columns(found.particles), found.log_evidence


def _prior_points(assumption: Assumption, rival: str) -> tuple[float, ...]:
    form = assumption.used(rival if assumption.rivals else None)
    return tuple(float(x) for x in quantile(form, np.array(LEVELS)))


def _points(column: Floats) -> tuple[float, ...]:
    return tuple(float(x) for x in np.quantile(column, LEVELS))


def calibrated_rows(posterior: Posterior) -> dict[str, Floats]:
    """The rows without the over-sampling offset, which is no property of the world."""
    return {name: posterior.rows[name] for name in CALIBRATED}
