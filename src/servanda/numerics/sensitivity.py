"""Which inputs a result hangs on: Sobol indices and Shapley effects, with intervals.

`sobol` and `shapley` take a function and a space of inputs, or a table of draws with the result of
each (``numerics.given_data``). Inputs may be correlated, through a Gaussian copula or jointly
normal; then the first-order index is the share of variance that knowing an input removes (what it
tells of others included), the total index the share that is left when all others are known, and
Shapley effects share the variance out so that they add up to 1.

A null input has a total index of exactly 0 where inputs are independent; ``ranking`` leaves out
what the interval does not tell from 0.

References:
    Sobol 2001, doi:10.1016/S0378-4754(00)00270-6; Saltelli et al. 2010,
    doi:10.1016/j.cpc.2009.09.018 (first-order estimator); Jansen 1999,
    doi:10.1016/S0010-4655(98)00154-4 (total); Mara & Tarantola 2012, doi:10.1016/j.ress.2011.08.008
    (dependent inputs); Owen 2014, doi:10.1137/130936233; Song, Nelson & Staum 2016,
    doi:10.1137/15M1048070 (Shapley effects).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.copula import redraw
from servanda.numerics.inputs import BAD_SAMPLE, Groups, InputError, group_members, numbers
from servanda.numerics.replicates import (
    REPLICATES,
    Evaluate,
    Space,
    evaluator,
    jackknifed,
    pairs,
    replicate_sizes,
    space_of,
)
from servanda.numerics.sampling import Sampling
from servanda.numerics.shapley_effects import shapley
from servanda.numerics.shares import Effects, Indices, must_vary, plain, single

__all__ = ["Effects", "Indices", "shapley", "sobol", "sobol_from_values"]

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]


def sobol(
    model: Any,
    inputs: Any,
    *,
    size: int = 16_384,
    groups: Groups | None = None,
    names: Sequence[str] | None = None,
    rank_correlation: ArrayLike | None = None,
    correlation: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    seed: int = 0,
    level: float = 0.95,
    replicates: int = REPLICATES,
    sampling: Sampling = "sobol",
) -> Indices:
    """Estimate first-order and total Sobol indices with intervals.

    Args:
        model: the function: takes float64[draw, input], returns [draw] or [draw, outcome]. Or the
            draws at hand, a table [draw, input] whose result is then given in place of ``inputs``
            (see `given_data.sobol_given_data`). Or a problem of SALib, whose results on SALib's own
            sample are then given in place of ``inputs``.
        inputs: a number of inputs uniform on 0 to 1; a list of ``(low, high)``; a mapping from
            names to ``(low, high)``, quantile functions or frozen distributions of scipy; a problem
            of SALib. None with a covariance.
        size: rows of the two basic samples; the function is called ``size * (inputs + 2)`` times,
            with correlated inputs ``size * (2 * inputs + 2)`` times.
        groups: lists of names or numbers, or ``{group: members}``; None for single inputs.
        names: of the inputs, where they have none.
        rank_correlation: float64[input, input]; Spearman's rho, for a Gaussian copula.
        correlation: of the normal variables behind the inputs, instead.
        covariance: the inputs are jointly normal with it, instead.
        mean: float64[input] with a covariance.
        seed: of the samples.
        level: of the intervals.
        replicates: independent samples that ``size`` is divided into; the intervals come from their
            scatter.
        sampling: ``sobol`` (each replicate a power of two rows), ``latin`` or ``monte_carlo``.

    Raises:
        InputError: SV652 to SV656, saying what does not fit.

    Examples:
        >>> def ishigami(x):
        ...     a, b, c = x.T
        ...     return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)
        >>> found = sobol(ishigami, [(-np.pi, np.pi)] * 3)
        >>> found.first.round(2), found.ranking
        (array([0.31, 0.44, 0.  ]), ('x1', 'x2', 'x3'))
    """
    if isinstance(model, Mapping) and "num_vars" in model:
        return _salib_values(model, inputs, level)
    if not callable(model):
        from servanda.numerics.given_data import sobol_given_data

        return sobol_given_data(model, inputs, groups=groups, names=names, level=level, seed=seed)
    space = space_of(
        inputs,
        names=names,
        rank_correlation=rank_correlation,
        correlation=correlation,
        covariance=covariance,
        mean=mean,
    )
    titles, members = group_members(space.names, groups)
    rows = replicate_sizes(size, replicates, sampling)
    evaluate = evaluator(model, space)
    sums = _Sums(len(members))
    exchange = _exchange_independent if space.normal is None else _exchange_correlated
    for replicate in range(replicates):
        for one, two in pairs(space.names, rows, replicate, seed=seed, method=sampling):
            exchange(evaluate, space, one, two, members, sums)
        sums.close(rows)
    return sums.indices(titles, level)


class _Sums:
    """What is kept of the draws: sums of each replicate."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.centre: Floats | None = None
        self.open: list[Any] = [0.0, 0.0, 0.0, 0.0]
        self.closed: list[list[Any]] = []
        self.evaluations = 0

    def add(self, a: Floats, b: Floats, first: list[Floats], total: list[Floats]) -> None:
        """Add a block: results of both samples, products for first and squares for total."""
        self.open[0] = self.open[0] + (a + b).sum(axis=0)
        self.open[1] = self.open[1] + (a * a + b * b).sum(axis=0)
        self.open[2] = self.open[2] + np.stack(first)
        self.open[3] = self.open[3] + np.stack(total)

    def centred(self, a: Floats) -> Floats:
        """Move results by the mean of the first block, for the sake of the last digits."""
        if self.centre is None:
            self.centre = a.mean(axis=0)
        return a - self.centre

    def close(self, rows: int) -> None:
        """End a replicate."""
        mean = self.open[0] / (2 * rows)
        variance = self.open[1] / (2 * rows) - mean**2
        self.closed.append([mean, variance, self.open[2] / rows, self.open[3] / rows])
        self.open = [0.0, 0.0, 0.0, 0.0]

    def indices(self, titles: tuple[str, ...], level: float) -> Indices:
        """The estimates over all replicates."""
        means, variances, firsts, totals = (np.stack([c[k] for c in self.closed]) for k in range(4))
        must_vary(variances)
        under = variances[:, None, :]
        first, first_error, first_ends = (plain(v) for v in jackknifed(firsts, under, level))
        total, total_error, total_ends = (plain(v) for v in jackknifed(totals, under, level))
        centre = np.zeros(1) if self.centre is None else self.centre
        return Indices(
            titles,
            first,
            total,
            first_ends,
            total_ends,
            first_error,
            total_error,
            single(means.mean(axis=0) + centre),
            single(variances.mean(axis=0)),
            self.evaluations,
        )


def _exchange_independent(
    evaluate: Evaluate, space: Space, one: Floats, two: Floats, members: list[Whole], sums: _Sums
) -> None:
    """The first sample with a group's columns from the second serves both indices."""
    x, other = space.scores(one), space.scores(two)
    a = evaluate(x)
    a, b = sums.centred(a), sums.centred(evaluate(other))
    first, total = [], []
    for member in members:
        mixed = x.copy()
        mixed[:, member] = other[:, member]
        c = sums.centred(evaluate(mixed))
        first.append((b * (c - a)).sum(axis=0))
        total.append(0.5 * ((a - c) ** 2).sum(axis=0))
    sums.add(a, b, first, total)
    sums.evaluations += len(a) * (len(members) + 2)


def _exchange_correlated(
    evaluate: Evaluate, space: Space, one: Floats, two: Floats, members: list[Whole], sums: _Sums
) -> None:
    """One draw keeps the group and draws the others given it, one keeps the others."""
    assert space.normal is not None  # noqa: S101
    z, other = space.scores(one), space.scores(two)
    fresh = np.asarray(special.ndtri(two))
    a = sums.centred(evaluate(z))
    b = sums.centred(evaluate(other))
    everything = np.arange(z.shape[1])
    first, total = [], []
    for member in members:
        rest = np.setdiff1d(everything, member)
        kept = sums.centred(evaluate(redraw(z, fresh, member, space.normal)))
        moved = sums.centred(evaluate(redraw(z, fresh, rest, space.normal)))
        first.append((a * (kept - b)).sum(axis=0))
        total.append(0.5 * ((a - moved) ** 2).sum(axis=0))
    sums.add(a, b, first, total)
    sums.evaluations += len(a) * (2 * len(members) + 2)


def sobol_from_values(
    a: ArrayLike,
    b: ArrayLike,
    ab: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    level: float = 0.95,
) -> Indices:
    """Estimate the indices from results that were computed elsewhere, inputs independent.

    Args:
        a: float64[draw]; results on a first sample.
        b: float64[draw]; results on a second, independent one.
        ab: float64[draw, input]; results on the first sample with one column (or the columns of one
            group) taken from the second.
        names: of the inputs.
        level: of the intervals, which take the draws as independent of one another; from a sample
            of low discrepancy they are too wide.

    Raises:
        InputError: shapes differ or a value is not finite (SV653).
    """
    first_of, second_of = numbers(a, "a", dimensions=1), numbers(b, "b", dimensions=1)
    mixed = numbers(ab, "ab", dimensions=2)
    if not first_of.shape[0] == second_of.shape[0] == mixed.shape[0]:
        raise InputError(
            f"a, b and ab have {first_of.size}, {second_of.size} and {mixed.shape[0]} draws",
            BAD_SAMPLE,
        )
    titles = tuple(names) if names else tuple(f"x{j + 1}" for j in range(mixed.shape[1]))
    if len(titles) != mixed.shape[1]:
        raise InputError(f"{len(titles)} names for {mixed.shape[1]} columns of ab", BAD_SAMPLE)
    both = np.concatenate([first_of, second_of])
    centre, variance = float(both.mean()), float(both.var())
    must_vary(np.array([[variance]]))
    one, two = (first_of - centre)[:, None], (second_of - centre)[:, None]
    mixed = mixed - centre
    square = 0.5 * (one**2 + two**2)
    first, first_error, first_ends = _ratio(two * (mixed - one), square, variance, level)
    total, total_error, total_ends = _ratio(0.5 * (one - mixed) ** 2, square, variance, level)
    return Indices(
        titles,
        first,
        total,
        first_ends,
        total_ends,
        first_error,
        total_error,
        centre,
        variance,
        len(first_of) * (mixed.shape[1] + 2),
    )


def _ratio(
    over: Floats, square: Floats, variance: float, level: float
) -> tuple[Floats, Floats, Floats]:
    """Means of ``over`` in units of the variance, with the error of a ratio of means."""
    estimate = over.mean(axis=0) / variance
    influence = (over - estimate * square) / variance
    error = influence.std(axis=0, ddof=1) / np.sqrt(len(over))
    half = float(special.ndtri(0.5 + 0.5 * level)) * error
    return estimate, error, np.stack([estimate - half, estimate + half], axis=-1)


def _salib_values(problem: Mapping[str, Any], values: Any, level: float) -> Indices:
    """Results in the order of SALib's Saltelli sample: a, one or two mixtures of each input, b."""
    y = numbers(values, "the results", dimensions=1)
    names, count = list(problem["names"]), int(problem["num_vars"])
    if problem.get("groups"):
        names = list(dict.fromkeys(problem["groups"]))
        count = len(names)
    steps = [step for step in (count + 2, 2 * count + 2) if y.size and y.size % step == 0]
    if len(steps) == 2:  # SALib asks for a power of two
        steps = [step for step in steps if (y.size // step).bit_count() == 1]
    if len(steps) == 1:
        rows = y.reshape(-1, steps[0])
        mixed = rows[:, 1 : count + 1]
        return sobol_from_values(rows[:, 0], rows[:, -1], mixed, names=names, level=level)
    raise InputError(
        f"{y.size} results are not one power of two times {count + 2} or {2 * count + 2}, as "
        f"SALib's sample of {count} inputs has them; give the parts to sobol_from_values",
        BAD_SAMPLE,
    )
