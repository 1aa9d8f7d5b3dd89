"""A space to draw from, and estimates with intervals from independent replicates of a sample.

A sample of low discrepancy has an error far below that of independent draws, and says nothing of
it. So the sample is made several times over with independent scrambles; the estimates of the
replicates are independent and their scatter is the error. Sums are kept, not draws: memory does not
grow with the size of the sample.

References:
    Owen 1997, doi:10.1214/aos/1031594731; L'Ecuyer & Lemieux 2002 (randomised quasi-Monte Carlo);
    Efron 1982 (jackknife).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.copula import factor, normal_correlation
from servanda.numerics.inputs import (
    BAD_MATRIX,
    BAD_OUTCOME,
    BAD_SAMPLE,
    InputError,
    Inputs,
    inputs_of,
    numbers,
)
from servanda.numerics.sampling import Sampling, unit_sample

__all__ = ["REPLICATES", "Space", "evaluator", "jackknifed", "pairs", "replicate_sizes", "space_of"]

Floats = NDArray[np.float64]
Evaluate = Callable[[Floats], Floats]

BLOCK = 65_536
#: Independent samples that the size asked for is divided into, unless said otherwise.
REPLICATES = 16


@dataclass(frozen=True, slots=True)
class Space:
    """Inputs and how they hang together.

    Args:
        inputs: names and quantile functions; with ``mean`` these stay unused.
        normal: float64[input, input]; covariance of the normal variables behind the inputs, None
            where the inputs are independent.
        mean: float64[input] where the inputs are these normal variables, moved by it.
    """

    inputs: Inputs
    normal: Floats | None
    mean: Floats | None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return self.inputs.names

    def scores(self, u: Floats) -> Floats:
        """What is exchanged between draws: values of independent inputs, else normal variables."""
        if self.normal is None:
            return self.inputs.at(u)
        return np.asarray(special.ndtri(u) @ factor(self.normal).T)

    def values(self, scores: Floats) -> Floats:
        """Values of the inputs, float64[draw, input]."""
        if self.normal is None:
            return scores
        if self.mean is not None:
            return scores + self.mean
        return self.inputs.at(np.clip(special.ndtr(scores), 1e-15, 1.0 - 1e-15))


def space_of(
    inputs: Any,
    *,
    names: Sequence[str] | None = None,
    rank_correlation: ArrayLike | None = None,
    correlation: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    mean: ArrayLike | None = None,
) -> Space:
    """Read a space, correlated or not.

    Args:
        inputs: as `inputs.inputs_of` reads them; None with a covariance.
        names: of the inputs, where they have none.
        rank_correlation: Spearman's rho of each pair, made into a Gaussian copula.
        correlation: of the normal variables of the copula (for normal inputs: their correlation).
        covariance: the inputs are jointly normal with it; then ``inputs`` is None or a number.
        mean: float64[input] with a covariance; 0 where left out.

    Raises:
        InputError: two of the matrices are given (SV652), or one is not valid.
    """
    given = [m for m in (rank_correlation, correlation, covariance) if m is not None]
    if len(given) > 1:
        raise InputError("give one of rank_correlation, correlation and covariance", BAD_MATRIX)
    if covariance is not None:
        matrix = _covariance(covariance)
        count = len(matrix)
        known = names if names is not None else None if isinstance(inputs, int) else inputs
        found = inputs_of(count, list(known) if known is not None else None)
        middle = np.zeros(count) if mean is None else numbers(mean, "mean", dimensions=1)
        if len(middle) != count:
            raise InputError(f"{len(middle)} means for {count} inputs", BAD_MATRIX)
        return Space(found, matrix, middle)
    found = inputs_of(inputs, names)
    if not given:
        return Space(found, None, None)
    ranks = rank_correlation is not None
    normal = normal_correlation(given[0], ranks=ranks, names=found.names)
    plain = bool((normal == np.eye(len(normal))).all())
    return Space(found, None if plain else normal, None)


def _covariance(matrix: ArrayLike) -> Floats:
    found = numbers(matrix, "covariance", dimensions=2)
    if found.shape[0] != found.shape[1] or (np.diag(found) <= 0.0).any():
        raise InputError("a covariance is square with variances above 0", BAD_MATRIX)
    scale = np.sqrt(np.diag(found))
    normal_correlation(found / np.outer(scale, scale), ranks=False)
    return found


def evaluator(model: Callable[[Floats], Any], space: Space) -> Evaluate:
    """Wrap a model so that it takes scores and returns float64[draw, outcome], checked.

    Args:
        model: takes float64[draw, input], returns one value for each draw, or float64[draw,
            outcome].
        space: where the draws come from.
    """

    def evaluate(scores: Floats) -> Floats:
        x = space.values(scores)
        try:
            y = np.asarray(model(x), np.float64)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"the function failed on an array[draw, input] of shape {x.shape}: {error}. It "
                "gets all draws at once; wrap one that takes a single draw as "
                "`lambda x: np.array([f(row) for row in x])`",
                BAD_OUTCOME,
            ) from error
        if y.ndim == 1:
            y = y[:, None]
        if y.ndim != 2 or y.shape[0] != x.shape[0]:
            raise InputError(
                f"the function returned the shape {y.shape} for {x.shape[0]} draws", BAD_OUTCOME
            )
        if not np.isfinite(y).all():
            row = int(np.argwhere(~np.isfinite(y))[0, 0])
            at = ", ".join(f"{n} = {v:.6g}" for n, v in zip(space.names, x[row], strict=True))
            raise InputError(f"the function is not finite at {at}", BAD_OUTCOME)
        return y

    return evaluate


def replicate_sizes(size: int, replicates: int, method: Sampling) -> int:
    """Rows of one replicate: a power of two for the Sobol sequence, so that it is balanced.

    Raises:
        InputError: fewer than two replicates or eight rows in each (SV653).
    """
    if replicates < 2:
        raise InputError("intervals need at least 2 replicates", BAD_SAMPLE)
    each = size // replicates
    if each < 8:
        raise InputError(
            f"{size} draws in {replicates} replicates leave {each} in each; give at least "
            f"{8 * replicates}",
            BAD_SAMPLE,
        )
    return 1 << (each.bit_length() - 1) if method == "sobol" else each


def pairs(
    names: Sequence[str], rows: int, replicate: int, *, seed: int, method: Sampling
) -> Iterator[tuple[Floats, Floats]]:
    """Two independent samples of the unit cube for one replicate, block by block.

    The first has the first columns of one design of twice the dimension, the second the others.
    """
    count = len(names)
    both = [f"1:{n}" for n in names] + [f"2:{n}" for n in names]
    own = np.random.SeedSequence(seed, spawn_key=(3, replicate)).generate_state(1, np.uint64)[0]
    for first in range(0, rows, BLOCK):
        size = min(BLOCK, rows - first)
        u = unit_sample(both, size, seed=int(own), first=first, total=rows, method=method)
        yield u[:, :count], u[:, count:]


def jackknifed(over: Floats, under: Floats, level: float) -> tuple[Floats, Floats, Floats]:
    """Ratio of sums over replicates, its standard error and interval.

    Args:
        over: float64[replicate, ...].
        under: float64[replicate] or broadcastable.
        level: of the interval.

    Returns:
        Estimate [...], standard error [...], interval [..., 2], by Student's distribution.
    """
    count = over.shape[0]
    top, bottom = over.sum(axis=0), under.sum(axis=0)
    estimate = top / bottom
    without = (top - over) / (bottom - under)
    spread = ((without - without.mean(axis=0)) ** 2).sum(axis=0) * (count - 1) / count
    error = np.sqrt(spread)
    half = special.stdtrit(count - 1, 0.5 + 0.5 * level) * error
    return estimate, error, np.stack([estimate - half, estimate + half], axis=-1)
