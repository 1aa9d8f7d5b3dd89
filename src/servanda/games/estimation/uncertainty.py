"""Standard errors: observed information, sandwich, clustered, bootstrap."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError
from servanda.domain.problem import Problem
from servanda.games.estimation.building import Built
from servanda.games.estimation.likelihood import Family
from servanda.games.estimation.maximise import Optimum, Penalty, maximise

__all__ = ["Uncertainty", "clusters", "covariance"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """A covariance matrix and how it was come by.

    Attributes:
        matrix: float64[coefficient, coefficient]; NaN for coefficients without a bound, 0 for
            fixed ones.
        notes: warnings.
        replicates: float64[replicate, coefficient] of a bootstrap, those that had a top.
    """

    matrix: Floats
    notes: tuple[Problem, ...] = ()
    replicates: Floats | None = None


def covariance(
    built: Built,
    family: Family,
    top: Optimum,
    kind: str,
    *,
    cluster: str,
    replicates: int,
    seed: int,
    penalty: Penalty,
    unbounded: NDArray[np.bool_],
) -> Uncertainty:
    """Return the covariance of the coefficients.

    Args:
        built: the model with its data.
        family: the likelihood that was climbed.
        top: where the climb ended.
        kind: observed, sandwich (Huber and White), clustered or bootstrap.
        cluster: column of clusters, for clustered errors; the bootstrap then draws whole clusters.
        replicates: of the bootstrap.
        seed: of the bootstrap.
        penalty: as in the fit.
        unbounded: coefficients to leave out.

    Raises:
        ModelError: clusters are missing or too few (SV966).
    """
    groups = clusters(built, cluster) if cluster else None
    if kind == "clustered" and groups is None:
        raise ModelError("clustered errors need --cluster COLUMN", "SV966")
    used = np.flatnonzero(built.design.free & ~unbounded)
    count = len(built.design.names)
    matrix = np.zeros((count, count))
    matrix[built.design.free & unbounded] = np.nan
    matrix[:, built.design.free & unbounded] = np.nan
    if not len(used):
        return Uncertainty(matrix)
    if kind == "bootstrap":
        return _bootstrap(built, family, top, groups, replicates, seed, penalty, matrix)
    bread = _inverse(top.information[np.ix_(used, used)], built.design.units[used])
    if kind in ("sandwich", "clustered"):
        scores = built.design.scores(family.at(built.design.eta(top.beta)).score)[:, used]
        scores = scores * built.design.weights[:, None]
        factor = 1.0
        if groups is not None:
            total = int(groups.max()) + 1
            sums = np.zeros((total, len(used)))
            np.add.at(sums, groups, scores)
            scores, factor = sums, total / (total - 1)
        bread = factor * bread @ (scores.T @ scores) @ bread
    matrix[np.ix_(used, used)] = bread
    return Uncertainty(matrix)


def clusters(built: Built, name: str) -> NDArray[np.int64]:
    """Return the number of the cluster of each row.

    Raises:
        ModelError: no such column (SV962); a missing value, or fewer than two clusters (SV966).
    """
    column = built.table.column(name)
    if not column.known.all():
        raise ModelError(f"'{name}' is missing in {int((~column.known).sum())} rows", "SV966")
    values = column.numbers if column.numbers is not None else column.codes
    _, groups = np.unique(np.asarray(values), return_inverse=True)
    if groups.max() < 1:
        raise ModelError(f"'{name}' has only one cluster", "SV966")
    return groups.astype(np.int64)


def _inverse(information: Floats, units: Floats) -> Floats:
    inner = information / np.outer(units, units)
    try:
        return np.asarray(np.linalg.inv(inner) / np.outer(units, units))
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)


def _bootstrap(
    built: Built,
    family: Family,
    top: Optimum,
    groups: NDArray[np.int64] | None,
    replicates: int,
    seed: int,
    penalty: Penalty,
    matrix: Floats,
) -> Uncertainty:
    """Refit on rows (or clusters) drawn with replacement, told by how often each came."""
    if replicates < 2:
        raise ModelError("a bootstrap takes two replicates at least", "SV966")
    units = np.arange(built.design.rows) if groups is None else groups
    total = int(units.max()) + 1
    found = []
    for number in range(replicates):
        random = np.random.default_rng([seed, 966, number])
        times = np.bincount(random.integers(0, total, total), minlength=total)[units]
        design = replace(built.design, weights=built.design.weights * times)
        again = maximise(family, design, top.beta, penalty, steps=60)
        limit = 50 * (1 + np.abs(top.beta * design.units))
        if again.converged and (np.abs(again.beta * design.units) < limit).all():
            found.append(again.beta)
    notes = []
    if len(found) < replicates:
        text = (
            f"{replicates - len(found)} of {replicates} bootstrap samples had no top and do not "
            "count; the errors are too small by as much"
        )
        notes.append(problem("SV966", text, severity="warning"))
    if len(found) < max(2, replicates // 2):
        return Uncertainty(np.full_like(matrix, np.nan), tuple(notes))
    draws = np.array(found)
    return Uncertainty(np.cov(draws.T).reshape(matrix.shape), tuple(notes), draws)
