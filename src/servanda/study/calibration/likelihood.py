"""What the casebook says of a draw: the likelihood of each cluster, and its mean over nuisances.

A cluster (challenger and era) with ``d`` events, cumulative hazards ``H_e`` and hazards ``h_e``
has, with a gamma frailty of mean 1 and variance ``s2`` integrated out,

    L = prod h_e^{d_e}  Gamma(1/s2 + d) / Gamma(1/s2)  s2^d  (1 + s2 sum H_e)^{-(d + 1/s2)}.

``H_e`` runs from the age of the peace at entry (left truncation) to the end of the episode; what
ended a peace otherwise censors it. Promises on paper carry a further factor ``exp(offset)`` for the
over-sampling of famous failures.

The hazards of one draw rest on one value of everything that is not calibrated. The likelihood of
the calibrated parameters is the mean over those nuisances; nuisances of different clusters are
independent, so the mean of the product is the product of the means. A draw's own product is an
unbiased estimate of it and may serve as a weight (Andrieu & Roberts 2009), but its noise adds up
over 25 clusters and leaves few draws with any weight. Here each cluster's mean is read off all
draws at once, as a smooth function of the parameters (`numerics.mean_surface`).

References:
    Clayton 1978, doi:10.1093/biomet/65.1.141 (gamma frailty); Andrieu & Roberts 2009,
    doi:10.1214/07-AOS574 (unbiased estimates in place of a likelihood).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from servanda.numerics.mean_surface import fit_log_mean, polynomial
from servanda.study.calibration.episodes import Casebook, challenger_began
from servanda.study.calibration.hazards import Hazards

__all__ = [
    "Layout",
    "Surface",
    "cluster_log_likelihood",
    "fit_surfaces",
    "frailty_survival",
    "layout",
]

Floats = NDArray[np.float64]
Columns = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which episodes belong together, and what each contributes.

    Attributes:
        clusters: names in order.
        member: bool[cluster, episode].
        event: bool[episode]; ended by the challenger.
        paper: bool[episode]; a promise without forces.
    """

    clusters: tuple[str, ...]
    member: NDArray[np.bool_]
    event: NDArray[np.bool_]
    paper: NDArray[np.bool_]


def layout(book: Casebook) -> Layout:
    """Lay out the clusters of a casebook."""
    names = book.clusters
    return Layout(
        clusters=names,
        member=np.array([[e.cluster == name for e in book.episodes] for name in names]),
        event=np.array([challenger_began(e) for e in book.episodes]),
        paper=np.array([book.type_of(e).paper for e in book.episodes]),
    )


def cluster_log_likelihood(
    plan: Layout, hazards: Hazards, sigma2: Floats, offset: Floats
) -> Floats:
    """Log-likelihood of each cluster at each draw, frailty integrated out.

    Args:
        plan: clusters and events.
        hazards: per draw and episode.
        sigma2: float64[draw] > 0, frailty variance.
        offset: float64[draw], log factor on the hazard of paper types.

    Returns:
        float64[draw, cluster].
    """
    lift = np.where(plan.paper, offset[:, None], 0.0)
    mass = (hazards.total * np.exp(lift)) @ plan.member.T
    logs = (np.log(hazards.rate) + lift) * plan.event @ plan.member.T
    d, shape, s2 = (
        plan.member @ plan.event.astype(np.float64),
        1.0 / sigma2[:, None],
        sigma2[:, None],
    )
    tail = (d + shape) * np.log1p(s2 * mass)
    found: Floats = logs + gammaln(shape + d) - gammaln(shape) + d * np.log(s2) - tail
    return found


def frailty_survival(hazard: Floats, sigma2: Floats) -> Floats:
    """Survival with the frailty of an unknown cluster integrated out: (1 + s2 H)^(-1/s2).

    Examples:
        >>> float(frailty_survival(np.array(1.0), np.array(1.0)))
        0.5
    """
    return np.exp(-np.log1p(sigma2 * hazard) / sigma2)


@dataclass(frozen=True, slots=True)
class Surface:
    """Mean log-likelihood of each cluster as a function of the parameters.

    Attributes:
        names: parameters, in order.
        centre: float64[parameter]; where the logarithms are centred.
        width: float64[parameter]; their scale.
        logged: bool[parameter]; whether the logarithm is taken.
        coefficients: float64[term, cluster].
        degree: of the polynomial.
    """

    names: tuple[str, ...]
    centre: Floats
    width: Floats
    logged: NDArray[np.bool_]
    coefficients: Floats
    degree: int

    def at(self, columns: Columns) -> Floats:
        """float64[draw, cluster]: smoothed log-likelihood at draws of the parameters."""
        return polynomial(self._scaled(columns), self.degree) @ self.coefficients

    def _scaled(self, columns: Columns) -> Floats:
        x = np.stack([columns[name] for name in self.names], axis=1)
        return _scale(x, self.logged, self.centre, self.width)


def _scale(x: Floats, logged: NDArray[np.bool_], centre: Floats, width: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return (np.where(logged, np.log(np.where(logged, x, 1.0)), x) - centre) / width


def fit_surfaces(
    columns: Columns, log_likelihood: Floats, *, degree: int = 2, weight: Floats | None = None
) -> Surface:
    """Smooth the likelihood of every cluster over the parameters.

    Args:
        columns: parameters by name, float64[draw]; all but offsets positive.
        log_likelihood: float64[draw, cluster], each with one draw of the nuisances.
        degree: of the polynomial in the logarithms.
        weight: float64[draw] or None; weight of a draw in the fit.

    Returns:
        Surface.
    """
    names = tuple(columns)
    x = np.stack([columns[name] for name in names], axis=1)
    logged: NDArray[np.bool_] = np.asarray((x > 0.0).all(axis=0))
    raw = np.where(logged, np.log(np.where(logged, x, 1.0)), x)
    centre, width = raw.mean(axis=0), raw.std(axis=0)
    width = np.where(width > 0.0, width, 1.0)
    design = polynomial((raw - centre) / width, degree)
    coefficients = np.empty((design.shape[1], log_likelihood.shape[1]))
    for cluster, column in enumerate(log_likelihood.T):
        top = float(column.max())
        coefficients[:, cluster] = fit_log_mean(design, np.exp(column - top), weight=weight)
        coefficients[0, cluster] += top
    return Surface(names, centre, width, logged, coefficients, degree)
