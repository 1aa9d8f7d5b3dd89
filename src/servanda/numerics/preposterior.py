"""What asking a few is worth: expected value of a sample, where a conjugate form exists.

A sample of size n does not tell an input, it moves what is believed of it. Where prior and sample
are conjugate the belief after every possible sample is known in closed form; the conditional mean
of the net benefit given the input (``numerics.smooth``) is averaged over that belief, the best
option taken, and the result averaged over what the sample may show. As n grows the value tends to
that of knowing the input.

References:
    Raiffa & Schlaifer 1961, chapters 5, 9 and 11; Ades, Lu & Claxton 2004,
    doi:10.1177/0272989X04263162.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import comb
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.inputs import BAD_SAMPLE, InputError, columns_of
from servanda.numerics.smooth import Basis, fit, ladder, normal_scores
from servanda.numerics.worth import Worth, benefits, half_width

__all__ = ["evsi"]

Floats = NDArray[np.float64]
Form = Literal["poll", "panel", "choice"]

NODES = 48
MOST_SAMPLES = 4_000
FOLDS = 10


def evsi(
    net_benefit: ArrayLike,
    column: ArrayLike,
    size: int,
    form: Form,
    *,
    prior: tuple[float, float] | Mapping[str, float] | None = None,
    sd: float | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Worth:
    """Return what a sample about one input is worth.

    Args:
        net_benefit: float64[draw, option].
        column: the input, one value for each draw.
        size: how many are asked.
        form: ``poll``: the input is a share, each of those asked says yes with this chance (beta
            and binomial). ``panel``: the input is a number, each expert names it with an
            independent normal error (normal and normal). ``choice``: the input is a category, each
            of those asked names one, and the shares of the answers are what the benefit depends on
            (Dirichlet and multinomial).
        prior: ``poll``: (a, b) of the beta, by default that of the draws' mean and variance;
            ``panel``: (mean, standard deviation), by default those of the draws; ``choice``: weight
            of each category in numbers of answers, needed.
        sd: ``panel``: standard deviation of one expert's error, needed.
        level: of the interval, which comes from leaving out a tenth of the draws at a time.
        seed: of the samples, where there are too many to go through.

    Raises:
        InputError: an argument is missing or does not fit (SV653).

    Examples:
        >>> luck = np.random.default_rng(1)
        >>> x = luck.normal(size=20_000)
        >>> nb = np.stack([np.zeros(20_000), x], axis=1)
        >>> few, many = (evsi(nb, x, n, "panel", sd=1.0).value for n in (1, 100))
        >>> abs(few - 0.28) < 0.02, abs(many - 0.40) < 0.02
        (True, True)
    """
    benefit = benefits(net_benefit)
    table = columns_of({"column": column})
    if table.size != len(benefit):
        raise InputError(
            f"net_benefit has {len(benefit):,} draws and the column {table.size:,}", BAD_SAMPLE
        )
    if size < 1:
        raise InputError(f"a sample asks at least one, not {size}", BAD_SAMPLE)
    half = half_width(level)
    values = table.values[0]
    luck = np.random.default_rng([seed, size])
    if form == "choice":
        worth = _of_choice(values, size, prior, luck)
    elif form in ("poll", "panel"):
        if table.label[0]:
            raise InputError(f"a {form} is about a number, not about categories", BAD_SAMPLE)
        make = _poll if form == "poll" else _panel
        nodes, weight = make(values, size, prior, sd, luck)
        worth = _of_number(values, nodes, weight)
    else:
        raise InputError(f"no form {form!r}; there are poll, panel and choice", BAD_SAMPLE)
    every = np.arange(len(benefit))
    value = worth(benefit, every)
    folds = [worth(benefit, every[every % FOLDS != f]) for f in range(FOLDS)]
    error = float(np.sqrt((FOLDS - 1) * np.var(folds)))
    low, high = max(value - half * error, 0.0), max(value, 0.0) + half * error
    return Worth(
        (f"{form} of {size}",), max(value, 0.0), error, (low, high), 0.0, low > 0.0, value, form
    )


Valued = Callable[[Floats, NDArray[np.intp]], float]


def _gain(believed: Floats, weight: Floats) -> float:
    """Gain by choosing after the sample; believed[sample, option], weight[sample]."""
    return float(weight @ believed.max(axis=1) - (weight @ believed).max())


def _of_number(values: Floats, nodes: Floats, weight: Floats) -> Valued:
    """Average the regressed benefit over the belief after each sample, nodes[sample, node]."""
    chosen: list[Basis] = []  # by the first call, for all draws; the tenths left out keep to it

    def worth(benefit: Floats, rows: NDArray[np.intp]) -> float:
        x = values[rows]
        scores = normal_scores(x)
        rungs = ladder([scores], [], len(rows))
        if chosen:
            rungs = (replace(chosen[0], scores=(scores,)),)
        found = fit(rungs, benefit[rows])
        chosen.append(found.basis)
        order = np.argsort(x, kind="stable")
        at = np.interp(nodes.ravel(), x[order], scores[order])
        basis = replace(found.basis, scores=(at,))
        means = replace(found, basis=basis, rows=at.size).means()
        believed = means.reshape(*nodes.shape, -1).mean(axis=1)
        return _gain(believed, weight)

    return worth


def _moments(prior: Any, what: str) -> tuple[float, float]:
    try:
        first, second = (float(v) for v in prior)
    except (TypeError, ValueError):
        raise InputError(f"the prior of a {what} is a pair of numbers", BAD_SAMPLE) from None
    return first, second


def _poll(
    values: Floats, size: int, prior: Any, sd: float | None, luck: np.random.Generator
) -> tuple[Floats, Floats]:
    """Beliefs after each count of yes: nodes[count, node] and the chance of the count."""
    if values.min() < 0.0 or values.max() > 1.0:
        raise InputError("a poll is about a share between 0 and 1", BAD_SAMPLE)
    if prior is None:
        mean, spread = float(values.mean()), float(values.var())
        total = mean * (1.0 - mean) / max(spread, 1e-12) - 1.0
        a, b = mean * total, (1.0 - mean) * total
    else:
        a, b = _moments(prior, "poll")
    if not (a > 0.0 and b > 0.0):
        raise InputError(f"a beta prior has two numbers above 0, not {a:g} and {b:g}", BAD_SAMPLE)
    if size <= MOST_SAMPLES // 4:
        yes = np.arange(size + 1.0)
        log = special.gammaln(size + 1) - special.gammaln(yes + 1) - special.gammaln(size - yes + 1)
        log = log + special.betaln(a + yes, b + size - yes) - special.betaln(a, b)
        weight = np.exp(log)
    else:
        spread_out = (np.arange(MOST_SAMPLES // 4) + 0.5) / (MOST_SAMPLES // 4)
        share = np.clip(special.betaincinv(a, b, spread_out), 0.0, 1.0)
        yes = luck.binomial(size, share).astype(np.float64)
        weight = np.ones(yes.size)
    middle = (np.arange(NODES) + 0.5) / NODES
    nodes = special.betaincinv((a + yes)[:, None], (b + size - yes)[:, None], middle)
    return np.asarray(nodes), weight / weight.sum()


def _panel(
    values: Floats, size: int, prior: Any, sd: float | None, luck: np.random.Generator
) -> tuple[Floats, Floats]:
    """Beliefs after each mean of the answers: nodes[mean, node] and its chance."""
    if sd is None or not sd > 0.0:
        raise InputError("a panel needs sd, the error of one expert, above 0", BAD_SAMPLE)
    mean, spread = (
        (float(values.mean()), float(values.std())) if prior is None else _moments(prior, "panel")
    )
    if not spread > 0.0:
        raise InputError("the prior of a panel has a standard deviation above 0", BAD_SAMPLE)
    learned = spread**4 / (spread**2 + sd**2 / size)
    left = max(spread**2 - learned, 0.0)
    middle = special.ndtri((np.arange(4 * NODES) + 0.5) / (4 * NODES))
    middle /= middle.std()  # the middles of slices spread a little less than the slices
    inner = special.ndtri((np.arange(NODES) + 0.5) / NODES)
    nodes = mean + np.sqrt(learned) * middle[:, None] + np.sqrt(left) * inner[None, :]
    return nodes, np.full(middle.size, 1.0 / middle.size)


def _of_choice(values: NDArray[Any], size: int, prior: Any, luck: np.random.Generator) -> Valued:
    """Shares believed after each set of counts, and the mean benefit under each category."""
    levels, code = np.unique(values, return_inverse=True)
    if not isinstance(prior, Mapping):
        raise InputError(
            "a choice needs prior: the weight of each category, in numbers of answers", BAD_SAMPLE
        )
    named = {str(k): float(v) for k, v in prior.items()}
    absent = [str(level) for level in levels if not named.get(str(level), 0.0) > 0.0]
    if absent:
        raise InputError(f"the prior gives no weight above 0 to {', '.join(absent)}", BAD_SAMPLE)
    alpha = np.array([named[str(level)] for level in levels])
    counts, weight = _counts(alpha, size, luck)
    share = (alpha + counts) / (alpha.sum() + size)

    def worth(benefit: Floats, rows: NDArray[np.intp]) -> float:
        own = code[rows]
        there = np.maximum(np.bincount(own, minlength=levels.size), 1)
        means = np.stack(
            [
                np.bincount(own, benefit[rows, o], minlength=levels.size) / there
                for o in range(benefit.shape[1])
            ],
            axis=1,
        )
        return _gain(share @ means, weight)

    return worth


def _counts(alpha: Floats, size: int, luck: np.random.Generator) -> tuple[Floats, Floats]:
    """All sets of counts with their chances, or a sample of them where there are too many."""
    levels = alpha.size
    if comb(size + levels - 1, levels - 1) > MOST_SAMPLES:
        shares = luck.dirichlet(alpha, MOST_SAMPLES)
        found = luck.multinomial(size, shares).astype(np.float64)
        return found, np.full(MOST_SAMPLES, 1.0 / MOST_SAMPLES)
    rows: list[list[int]] = [[]]
    for _ in range(levels - 1):
        rows = [[*row, k] for row in rows for k in range(size - sum(row) + 1)]
    counts = np.array([[*row, size - sum(row)] for row in rows], np.float64)
    total = alpha.sum()
    log = special.gammaln(size + 1) + special.gammaln(total) - special.gammaln(size + total)
    each = special.gammaln(counts + alpha) - special.gammaln(alpha) - special.gammaln(counts + 1)
    weight = np.exp(log + each.sum(axis=1))
    return counts, weight / weight.sum()
