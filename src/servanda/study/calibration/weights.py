"""From draws of a prior to draws of a posterior: importance resampling and tempered SMC.

References:
    Rubin 1988, Bayesian Statistics 3, 395-402 (sampling-importance-resampling); Kong, Liu & Wong
    1994, doi:10.1080/01621459.1994.10476469 (effective sample size); Del Moral, Doucet & Jasra
    2006, doi:10.1111/j.1467-9868.2006.00553.x (sequential Monte Carlo along a tempered path);
    Cotter, Roberts, Stuart & White 2013, doi:10.1214/13-STS421 (moves that leave a normal prior
    alone).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError

__all__ = [
    "FEWEST",
    "GOAL",
    "Tempered",
    "effective",
    "log_mean",
    "normalised",
    "refuse_collapse",
    "systematic",
    "tempered",
]

Floats = NDArray[np.float64]

#: Effective sample size below which resampling from the prior is given up for tempering.
GOAL = 1000.0
#: Effective sample size, and largest share of one draw, beyond which weights have collapsed.
FEWEST, LARGEST_SHARE = 50.0, 0.5
MOVES = 8
STEEPEST = 60
AIM = (0.2, 0.4)


def normalised(log_weights: Floats) -> Floats:
    """Weights that sum to 1: float64[draw].

    Examples:
        >>> normalised(np.array([0.0, np.log(3.0)])).round(2).tolist()
        [0.25, 0.75]
    """
    weights = np.exp(log_weights - log_weights.max())
    shares: Floats = weights / weights.sum()
    return shares


def effective(log_weights: Floats) -> float:
    """Effective sample size: 1 / sum of squared normalised weights."""
    return float(1.0 / np.square(normalised(log_weights)).sum())


def log_mean(log_weights: Floats) -> float:
    """Logarithm of the mean weight."""
    top = float(log_weights.max())
    return top + float(np.log(np.exp(log_weights - top).mean()))


def refuse_collapse(log_weights: Floats, what: str) -> None:
    """Refuse weights that rest on next to nothing.

    Raises:
        ModelError: one draw carries more than half, or fewer than 50 draws count (SV635).
    """
    size, share = effective(log_weights), float(normalised(log_weights).max())
    if not np.isfinite(log_weights).any() or share > LARGEST_SHARE or size < FEWEST:
        raise ModelError(
            f"{what}: the weights collapse. Of {log_weights.size} draws {size:.0f} count, and one "
            f"carries {share:.0%}; intervals from so few would be a false precision. Use more "
            "draws; where that does not help, prior and casebook contradict each other",
            code="SV635",
        )


def systematic(weights: Floats, count: int, u: float) -> NDArray[np.intp]:
    """Resample positions with probabilities ``weights`` by one uniform number.

    Examples:
        >>> systematic(np.array([0.5, 0.0, 0.5]), 4, 0.5).tolist()
        [0, 0, 2, 2]
    """
    points = (np.arange(count) + u) / count
    edges = np.cumsum(weights)
    return np.minimum(np.searchsorted(edges / edges[-1], points, "right"), weights.size - 1)


@dataclass(frozen=True, slots=True)
class Tempered:
    """Particles of a tempered sequential Monte Carlo run.

    Attributes:
        particles: float64[particle, coordinate]; equally weighted draws of the posterior.
        exponents: the path from 0 to 1.
        log_evidence: estimate of the log of the mean likelihood under the prior.
        acceptance: share of accepted moves at exponent 1.
    """

    particles: Floats
    exponents: tuple[float, ...]
    log_evidence: float
    acceptance: float


def tempered(
    log_likelihood: Callable[[Floats], Floats],
    dimension: int,
    *,
    particles: int = 2000,
    seed: int = 1,
) -> Tempered:
    """Walk from a standard normal prior to the posterior, exponent by exponent.

    Each exponent is as large as keeps half of the particles effective. Particles are then resampled
    and moved by steps that leave the prior alone, so only the likelihood decides on acceptance.
    Other priors enter as ``quantile(Phi(z))`` inside ``log_likelihood``.

    Args:
        log_likelihood: float64[particle, coordinate] -> float64[particle].
        dimension: number of coordinates.
        particles: how many.
        seed: seed of the run.

    Returns:
        Tempered; the last exponent is 1.

    Raises:
        ModelError: no particle has any likelihood (SV635).
    """
    generator = np.random.default_rng(seed)
    z = generator.standard_normal((particles, dimension))
    log = log_likelihood(z)
    if not np.isfinite(log).any():
        raise ModelError("no draw of the prior has any likelihood", code="SV635")
    path, evidence, accepted, stride = [0.0], 0.0, 0.0, 0.7
    while path[-1] < 1.0:
        step = _next_exponent(log, 1.0 - path[-1], particles / 2.0)
        evidence += log_mean(step * log)
        path.append(1.0 if step >= 1.0 - path[-1] else path[-1] + step)
        kept = systematic(normalised(step * log), particles, float(generator.random()))
        z, log = z[kept], log[kept]
        for _ in range(MOVES):
            z, log, accepted = _move(z, log, log_likelihood, path[-1], stride, generator)
            stride = min(stride * 1.3, 0.95) if accepted > AIM[1] else stride
            stride = stride / 1.3 if accepted < AIM[0] else stride
    return Tempered(z, tuple(path), evidence, accepted)


def _next_exponent(log: Floats, left: float, goal: float) -> float:
    """Largest step of the exponent that keeps ``goal`` particles effective."""
    if effective(left * log) >= goal:
        return left
    low, high = 0.0, left
    for _ in range(STEEPEST):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle * log) >= goal else (low, middle)
    return max(low, 1e-6)


def _move(
    z: Floats,
    log: Floats,
    log_likelihood: Callable[[Floats], Floats],
    exponent: float,
    stride: float,
    generator: np.random.Generator,
) -> tuple[Floats, Floats, float]:
    """Move every particle at most once."""
    noise = generator.standard_normal(z.shape)
    there = np.sqrt(1.0 - stride**2) * z + stride * noise
    found = log_likelihood(there)
    taken = np.log(generator.random(len(z))) < exponent * (found - log)
    return (
        np.where(taken[:, None], there, z),
        np.where(taken, found, log),
        float(taken.mean()),
    )
