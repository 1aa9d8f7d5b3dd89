"""Shapley effects from calls of the function, for independent or correlated inputs.

References:
    Owen 2014, doi:10.1137/130936233; Song, Nelson & Staum 2016, doi:10.1137/15M1048070; Broto,
    Bachoc & Depecker 2020, doi:10.1137/18M1234631.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.copula import redraw
from servanda.numerics.inputs import BAD_SAMPLE, Groups, InputError, group_members
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
from servanda.numerics.shares import Effects, must_vary, plain, single

__all__ = ["EXACT_PLAYERS", "shapley"]

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

EXACT_PLAYERS = 8
ROWS_PER_ORDER = 32


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
            tuple(sum(w * b[k] for w, b in zip(share, blocks, strict=True)) for k in (1, 2, 3))
        )
    effects, variances, means = (np.stack([k[i] for k in kept]) for i in range(3))
    must_vary(variances)
    effect, error, ends = (plain(v) for v in jackknifed(effects, variances[:, None, :], level))
    return Effects(
        titles,
        effect,
        ends,
        error,
        single(means.mean(axis=0)),
        single(variances.mean(axis=0)),
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
        weight = 1.0 / (count * max(comb(count - 1, mask.bit_count()), 1))
        for g in range(count):
            if not mask >> g & 1:
                effect[g] += weight * (worth[mask | 1 << g] - worth[mask])
    return effect, variance, mean, len(a) * (1 << count)


def _random_orders(
    evaluate: Evaluate,
    space: Space,
    one: Floats,
    two: Floats,
    members: list[Whole],
    luck: np.random.Generator,
) -> Gathered:
    """Players drawn anew one after the other, in orders that come with their reverse."""
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
