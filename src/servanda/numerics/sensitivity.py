"""Which inputs a result hangs on: Sobol indices and Shapley effects, with intervals.

`sobol` and `shapley` take a function and a space of inputs, or a table of draws with the result of
each (``numerics.given_data``). Inputs may be correlated, through a Gaussian copula or jointly normal;
then the first-order index is the share of variance that knowing an input removes (what it tells of
others included), the total index the share that is left when all others are known, and Shapley
effects share the variance out so that they add up to 1.

A null input has a total index of exactly 0 where inputs are independent; ``ranking`` leaves out what
the interval does not tell from 0.

References:
    Sobol 2001, doi:10.1016/S0378-4754(00)00270-6; Saltelli et al. 2010,
    doi:10.1016/j.cpc.2009.09.018 (first-order estimator); Jansen 1999,
    doi:10.1016/S0010-4655(98)00154-4 (total); Mara & Tarantola 2012, doi:10.1016/j.ress.2011.08.008
    (dependent inputs); Owen 2014, doi:10.1137/130936233; Song, Nelson & Staum 2016,
    doi:10.1137/15M1048070 (Shapley effects).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servanda.numerics.copula import redraw
from servanda.numerics.inputs import (
    BAD_OUTCOME,
    BAD_SAMPLE,
    Groups,
    InputError,
    group_members,
    numbers,
)
from servanda.numerics.replicates import (
    Evaluate,
    Space,
    evaluator,
    jackknifed,
    pairs,
    replicate_sizes,
    space_of,
)
from servanda.numerics.sampling import Sampling

__all__ = ["Effects", "Indices", "shapley", "sobol", "sobol_from_values"]

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

REPLICATES = 16
EXACT_PLAYERS = 8
ROWS_PER_ORDER = 32


@dataclass(frozen=True, slots=True)
class Indices:
    """First-order and total Sobol indices.

    Arrays are [input], or [input, outcome] where the function has several outcomes; intervals have
    one axis more, of two ends.

    Args:
        names: of the inputs or groups, in order.
        first: first-order index.
        total: total index; None where it was not computed.
        first_interval: at the level asked for.
        total_interval: likewise.
        first_error: standard error.
        total_error: likewise.
        mean: of the outcome.
        variance: of the outcome.
        evaluations: how often the function was called, in draws.
        note: what to know about the way the estimates came about.
    """

    names: tuple[str, ...]
    first: Floats
    total: Floats | None
    first_interval: Floats
    total_interval: Floats | None
    first_error: Floats
    total_error: Floats | None
    mean: Any
    variance: Any
    evaluations: int
    note: str = ""

    @property
    def ranking(self) -> tuple[str, ...]:
        """Inputs whose total (or first-order) index is told from 0, the largest first."""
        by_total = self.total is not None and self.total_interval is not None
        index = self.total if by_total else self.first
        ends = self.total_interval if by_total else self.first_interval
        assert index is not None  # noqa: S101
        assert ends is not None  # noqa: S101
        return _ranked(self.names, index, ends)

    def table(self) -> list[dict[str, Any]]:
        """One row for each input: index and interval, as numbers."""
        rows = []
        for i, name in enumerate(self.names):
            row: dict[str, Any] = {
                "input": name,
                "first": self.first[i].tolist(),
                "first_interval": self.first_interval[i].tolist(),
            }
            if self.total is not None and self.total_interval is not None:
                row["total"] = self.total[i].tolist()
                row["total_interval"] = self.total_interval[i].tolist()
            rows.append(row)
        return rows


@dataclass(frozen=True, slots=True)
class Effects:
    """Shapley effects: shares of variance that add up to 1.

    Args:
        names: of the inputs or groups, in order.
        effect: float64[input], or [input, outcome].
        interval: at the level asked for, one axis more.
        error: standard error.
        mean: of the outcome.
        variance: of the outcome.
        evaluations: how often the function was called, in draws.
        note: what to know about the way the estimates came about.
        unexplained: share of variance that no input explains (draws at hand only).
    """

    names: tuple[str, ...]
    effect: Floats
    interval: Floats
    error: Floats
    mean: Any
    variance: Any
    evaluations: int
    note: str = ""
    unexplained: float = 0.0

    @property
    def ranking(self) -> tuple[str, ...]:
        """Inputs whose effect is told from 0, the largest first."""
        return _ranked(self.names, self.effect, self.interval)

    def table(self) -> list[dict[str, Any]]:
        """One row for each input: effect and interval, as numbers."""
        return [
            {
                "input": name,
                "effect": self.effect[i].tolist(),
                "interval": self.interval[i].tolist(),
            }
            for i, name in enumerate(self.names)
        ]


def _ranked(names: Sequence[str], index: Floats, ends: Floats) -> tuple[str, ...]:
    least = ends[..., 0].reshape(len(names), -1).max(axis=1)
    most = index.reshape(len(names), -1).max(axis=1)
    order = np.argsort(-most, kind="stable")
    return tuple(names[i] for i in order if least[i] > 0.0)


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
        ...     return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
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
        means, variances, firsts, totals = (
            np.stack([c[k] for c in self.closed]) for k in range(4)
        )
        _must_vary(variances)
        under = variances[:, None, :]
        first, first_error, first_ends = (_plain(v) for v in jackknifed(firsts, under, level))
        total, total_error, total_ends = (_plain(v) for v in jackknifed(totals, under, level))
        centre = np.zeros(1) if self.centre is None else self.centre
        return Indices(
            titles,
            first,
            total,
            first_ends,
            total_ends,
            first_error,
            total_error,
            _single(means.mean(axis=0) + centre),
            _single(variances.mean(axis=0)),
            self.evaluations,
        )


def _must_vary(variances: Floats) -> None:
    flat = variances.mean(axis=0) <= 0.0
    if flat.any():
        raise InputError(
            f"outcome {int(flat.argmax()) + 1} does not vary over the space, so there is no variance "
            "to share out",
            BAD_OUTCOME,
        )


def _plain(values: Floats) -> Floats:
    """Drop the axis of outcomes where there is one outcome."""
    return values[:, 0] if values.shape[1] == 1 else values


def _single(values: Floats) -> Any:
    return float(values[0]) if values.shape[0] == 1 else values


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
    from scipy import special

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
            f"a, b and ab have {first_of.shape[0]}, {second_of.shape[0]} and {mixed.shape[0]} draws",
            BAD_SAMPLE,
        )
    titles = tuple(names) if names else tuple(f"x{j + 1}" for j in range(mixed.shape[1]))
    if len(titles) != mixed.shape[1]:
        raise InputError(f"{len(titles)} names for {mixed.shape[1]} columns of ab", BAD_SAMPLE)
    both = np.concatenate([first_of, second_of])
    centre, variance = float(both.mean()), float(both.var())
    _must_vary(np.array([[variance]]))
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
    from scipy import special

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
    for step in (count + 2, 2 * count + 2):
        if y.size and y.size % step == 0 and (step == count + 2 or y.size % (count + 2)):
            rows = y.reshape(-1, step)
            return sobol_from_values(
                rows[:, 0], rows[:, -1], rows[:, 1 : count + 1], names=names, level=level
            )
    raise InputError(
        f"{y.size} results are no multiple of {count + 2} or {2 * count + 2}, as SALib's sample of "
        f"{count} inputs has them",
        BAD_SAMPLE,
    )


def shapley(
    model: Any,
    inputs: Any,
    *,
    size: int = 8_192,
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
) -> Effects:
    """Estimate Shapley effects with intervals, for independent or correlated inputs.

    The worth of a set of inputs is the variance that is left when all others are known. With up to
    eight inputs or groups all sets are evaluated (``size * 2 ** inputs`` calls of the function),
    else random orders (``size * (inputs + 1)``).

    Args:
        model: as for `sobol`; a function, or a table of draws with its result for ``inputs``.
        inputs: as for `sobol`.
        size: rows of the basic sample.
        groups: lists of names or numbers, or ``{group: members}``; inputs in no group are never
            known.
        names: of the inputs, where they have none.
        rank_correlation: float64[input, input]; Spearman's rho, for a Gaussian copula.
        correlation: of the normal variables behind the inputs, instead.
        covariance: the inputs are jointly normal with it, instead.
        mean: float64[input] with a covariance.
        seed: of the samples.
        level: of the intervals.
        replicates: independent samples that ``size`` is divided into.
        sampling: ``sobol``, ``latin`` or ``monte_carlo``.

    Raises:
        InputError: SV652 to SV656, saying what does not fit.

    Examples:
        Two inputs of which the second acts only through its correlation with the first share:

        >>> found = shapley(lambda x: x[:, 0], None, covariance=[[1, 0.8], [0.8, 1]])
        >>> found.effect.round(2)
        array([0.68, 0.32])
    """
    if not callable(model):
        from servanda.numerics.given_data import shapley_given_data

        return shapley_given_data(model, inputs, groups=groups, names=names, level=level, seed=seed)
    space = space_of(
        inputs,
        names=names,
        rank_correlation=rank_correlation,
        correlation=correlation,
        covariance=covariance,
        mean=mean,
    )
    titles, members = group_members(space.names, groups)
    _apart(members, space.names)
    rows = replicate_sizes(size, replicates, sampling)
    evaluate = evaluator(model, space)
    exact = len(members) <= EXACT_PLAYERS
    gather = _all_sets if exact else _random_orders
    kept: list[tuple[Floats, Floats, Floats]] = []
    calls = 0
    for replicate in range(replicates):
        blocks = []
        for block, (one, two) in enumerate(
            pairs(space.names, rows, replicate, seed=seed, method=sampling)
        ):
            luck = np.random.default_rng([seed, replicate, block])
            found = gather(evaluate, space, one, two, members, luck)
            blocks.append((len(one), *found[:3]))
            calls += found[3]
        share = np.array([b[0] for b in blocks], np.float64)
        share /= share.sum()
        kept.append(
            tuple(sum(w * b[k] for w, b in zip(share, blocks, strict=True)) for k in (1, 2, 3))  # type: ignore[arg-type]
        )
    effects, variances, means = (np.stack([k[i] for k in kept]) for i in range(3))
    _must_vary(variances)
    effect, error, ends = (_plain(v) for v in jackknifed(effects, variances[:, None, :], level))
    return Effects(
        titles,
        effect,
        ends,
        error,
        _single(means.mean(axis=0)),
        _single(variances.mean(axis=0)),
        calls,
    )


def _apart(members: Sequence[Whole], names: Sequence[str]) -> None:
    joined = np.concatenate(members)
    twice = np.flatnonzero(np.bincount(joined, minlength=len(names)) > 1)
    if twice.size:
        raise InputError(
            f"{names[twice[0]]!r} stands in two groups; Shapley effects need groups apart",
            BAD_SAMPLE,
        )


Gathered = tuple[Floats, Floats, Floats, int]
Gather = Callable[[Evaluate, Space, Floats, Floats, list[Whole], np.random.Generator], Gathered]


def _moved(
    space: Space, base: Floats, other: Floats, fresh: Floats | None, moving: Whole
) -> Floats:
    """Draw some inputs anew given the others; ``base`` and ``other`` are scores."""
    if space.normal is None or fresh is None:
        mixed = base.copy()
        mixed[:, moving] = other[:, moving]
        return mixed
    rest = np.setdiff1d(np.arange(base.shape[1]), moving)
    return redraw(base, fresh, rest, space.normal)


def _all_sets(
    evaluate: Evaluate,
    space: Space,
    one: Floats,
    two: Floats,
    members: list[Whole],
    luck: np.random.Generator,
) -> Gathered:
    """Worth of every set of players, and the effects as their weighted differences."""
    from scipy import special

    base, other = space.scores(one), space.scores(two)
    fresh = None if space.normal is None else np.asarray(special.ndtri(two))
    a = evaluate(base)
    count = len(members)
    worth = np.zeros((1 << count, a.shape[1]))
    everyone = np.concatenate(members)
    whole = len(everyone) == len(space.names)
    b = evaluate(other)
    mean = 0.5 * (a.mean(axis=0) + b.mean(axis=0))
    variance = 0.5 * (((a - mean) ** 2).mean(axis=0) + ((b - mean) ** 2).mean(axis=0))
    for mask in range(1, 1 << count):
        if mask == (1 << count) - 1 and whole:
            worth[mask] = variance
            continue
        moving = np.concatenate([members[g] for g in range(count) if mask >> g & 1])
        c = evaluate(_moved(space, base, other, fresh, moving))
        worth[mask] = 0.5 * ((a - c) ** 2).mean(axis=0)
    effect = np.zeros((count, a.shape[1]))
    for mask in range(1 << count):
        weight = 1.0 / (count * _choose(count - 1, mask.bit_count()))
        for g in range(count):
            if not mask >> g & 1:
                effect[g] += weight * (worth[mask | 1 << g] - worth[mask])
    return effect, variance, mean, len(a) * (1 << count)


def _choose(n: int, k: int) -> float:
    from math import comb

    return float(comb(n, k)) or 1.0


def _random_orders(
    evaluate: Evaluate,
    space: Space,
    one: Floats,
    two: Floats,
    members: list[Whole],
    luck: np.random.Generator,
) -> Gathered:
    """Players drawn anew one after the other, in orders that come with their reverse."""
    from scipy import special

    base, other = space.scores(one), space.scores(two)
    fresh = None if space.normal is None else np.asarray(special.ndtri(two))
    a, b = evaluate(base), evaluate(other)
    count, rows = len(members), len(base)
    mean = 0.5 * (a.mean(axis=0) + b.mean(axis=0))
    variance = 0.5 * (((a - mean) ** 2).mean(axis=0) + ((b - mean) ** 2).mean(axis=0))
    starts = np.arange(0, rows, ROWS_PER_ORDER)
    orders = [luck.permutation(count) for _ in range((len(starts) + 1) // 2)]
    orders = [o for order in orders for o in (order, order[::-1])][: len(starts)]
    everyone = sum(len(m) for m in members) == len(space.names)
    effect = np.zeros((count, a.shape[1]))
    before = np.zeros_like(a)
    for step in range(1, count + 1):
        if step == count and everyone:
            now = np.broadcast_to(variance, a.shape)
        else:
            mixed = np.empty_like(base)
            for start, order in zip(starts, orders, strict=True):
                block = slice(start, min(start + ROWS_PER_ORDER, rows))
                moving = np.concatenate([members[g] for g in order[:step]])
                few = None if fresh is None else fresh[block]
                mixed[block] = _moved(space, base[block], other[block], few, moving)
            now = 0.5 * (a - evaluate(mixed)) ** 2
        for start, order in zip(starts, orders, strict=True):
            block = slice(start, min(start + ROWS_PER_ORDER, rows))
            effect[order[step - 1]] += (now[block] - before[block]).sum(axis=0) / rows
        before = now
    return effect, variance, mean, rows * (count + 1)
