"""Forecasts of held-out episodes scored against what happened, with Kaplan-Meier scored alike.

The clock is years since the guarantee began. Every episode is observed from its own year 0 on that
clock, so nothing is truncated there; that the peace had an age by then is the model's business, and
its forecast is conditional on having lasted to it. A settled peace is peace: its episode counts as
watched and quiet until the casebook closes. Attacks and ultimatums of the challenger are failures;
a war begun by the protected side ends observation. Weights are by the inverse chance of still being
observed, estimated by product limit over all episodes, the same for every forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.censored_scores import brier, concordance, integrated
from servanda.numerics.product_limit import product_limit
from servanda.study.calibration.episodes import Casebook, challenger_began

__all__ = ["Outcomes", "Score", "by_type", "outcomes", "pooled", "score"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What happened to each episode, on the clock of its guarantee.

    Attributes:
        years: float64[episode]; years to the failure or to the end of observation.
        failed: bool[episode].
        cluster: int[episode]; number of the cluster.
        kind: guarantee type of each episode.
    """

    years: Floats
    failed: Bools
    cluster: NDArray[np.intp]
    kind: tuple[str, ...]


def outcomes(book: Casebook) -> Outcomes:
    """Read off what is scored."""
    close = max(e.peace_end for e in book.episodes)
    years = [(close if e.settled else e.peace_end) - e.entry for e in book.episodes]
    names = {name: i for i, name in enumerate(book.clusters)}
    return Outcomes(
        years=np.array(years),
        failed=np.array([challenger_began(e) for e in book.episodes]),
        cluster=np.array([names[e.cluster] for e in book.episodes], np.intp),
        kind=tuple(e.guarantee_type for e in book.episodes),
    )


def pooled(seen: Outcomes, grid: Floats) -> Floats:
    """Product-limit forecast of each episode from all episodes of other clusters.

    Returns:
        float64[episode, time].
    """
    return _left_out(seen, grid, lambda keep, _: keep)


def by_type(seen: Outcomes, grid: Floats) -> Floats:
    """The same from other clusters' episodes of the same type; from all where there is none."""
    kinds = np.array(seen.kind)

    def same(keep: Bools, episode: int) -> Bools:
        alike = keep & (kinds == kinds[episode])
        return alike if alike.any() else keep

    return _left_out(seen, grid, same)


def _left_out(seen: Outcomes, grid: Floats, choose: Callable[[Bools, int], Bools]) -> Floats:
    rows = []
    for episode, cluster in enumerate(seen.cluster):
        used = choose(seen.cluster != cluster, episode)
        rows.append(product_limit(seen.years[used], seen.failed[used]).at(grid))
    return np.stack(rows)


@dataclass(frozen=True, slots=True)
class Score:
    """Scores of several forecasts of the same episodes.

    Attributes:
        brier: float64[model]; integrated Brier score over the grid, smaller is better.
        concordance: float64[model]; Harrell's, by expected years of peace.
        brier_draws: float64[resample, model]; the same in cluster bootstrap samples.
        concordance_draws: float64[resample, model].
    """

    brier: Floats
    concordance: Floats
    brier_draws: Floats
    concordance_draws: Floats

    def interval(self, draws: Floats) -> tuple[Floats, Floats]:
        """95% percentile interval of columns of bootstrap draws."""
        low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
        return low, high


def score(
    forecasts: Floats,
    grid: Floats,
    seen: Outcomes,
    *,
    resamples: int = 2000,
    seed: int = 1,
) -> Score:
    """Score forecasts, with a bootstrap that draws whole clusters.

    Args:
        forecasts: float64[model, episode, time]; predicted survival.
        grid: float64[time]; from 0 to the horizon.
        seen: what happened.
        resamples: bootstrap samples. Forecasts are not fitted anew in them.
        seed: seed of the bootstrap.

    Returns:
        Score.
    """
    whole = np.ones(len(seen.years))
    clusters = int(seen.cluster.max()) + 1
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(clusters, np.full(clusters, 1.0 / clusters), size=resamples)
    found = [_both(forecasts, grid, seen, draw[seen.cluster].astype(np.float64)) for draw in draws]
    now = _both(forecasts, grid, seen, whole)
    return Score(now[0], now[1], np.stack([f[0] for f in found]), np.stack([f[1] for f in found]))


def _both(forecasts: Floats, grid: Floats, seen: Outcomes, weight: Floats) -> tuple[Floats, Floats]:
    kept = weight > 0.0
    years, failed, count = seen.years[kept], seen.failed[kept], weight[kept]
    some = forecasts[:, kept]
    error = integrated(brier(some, grid, years, failed, weight=count), grid)
    expected = integrated(some, grid)
    order = [concordance(-e, years, failed, weight=count) for e in expected]
    return error, np.array(order)
