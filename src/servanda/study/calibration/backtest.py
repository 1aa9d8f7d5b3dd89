"""Would the calibrated model have forecast history? Leave one cluster out, against Kaplan-Meier.

For each cluster the parameters are weighted by the likelihood of all other clusters; the cluster's
episodes are then forecast with nuisances of their own and the frailty of an unknown cluster
integrated out. Kaplan-Meier forecasts come from the same other clusters.

Held-out episodes were selected like the rest, so the forecast that is scored keeps the offset for
over-sampled paper types, as Kaplan-Meier does by construction; the forecast for a case that was not
chosen for how it ended is scored beside it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.assumption import Assumption
from servanda.scenario import shelf
from servanda.study.calibration.episodes import Casebook
from servanda.study.calibration.hazards import GRID, Hazards, Progress, hazards_of
from servanda.study.calibration.likelihood import frailty_survival
from servanda.study.calibration.nuisances import FREE, prior_columns
from servanda.study.calibration.pool import PARAMETERS, Pool, make_pool, rival_weight
from servanda.study.calibration.scores import Outcomes, Score, by_type, outcomes, pooled, score
from servanda.study.calibration.weights import effective, normalised, refuse_collapse, systematic
from servanda.study.draws import quantile
from servanda.study.streams import generator

__all__ = ["BY_TYPE", "POOLED", "Backtest", "Row", "Scored", "TypeRow", "backtest"]

Floats = NDArray[np.float64]

POOLED, BY_TYPE = "Kaplan-Meier, pooled", "Kaplan-Meier, by type"
#: Effective sample size of a fold below which its parameters are drawn anew.
FOLD_GOAL = 200.0
FOLD_DRAWS = 1000
FOLD_CANDIDATES = 100_000
SETTLING = 64


@dataclass(frozen=True, slots=True)
class Row:
    """Scores of one forecast.

    Attributes:
        model: its name.
        brier: integrated Brier score to 20 years; smaller is better.
        brier_interval: 95% cluster bootstrap interval.
        concordance: Harrell's; .5 is chance.
        concordance_interval: likewise.
        difference: Brier score less that of Kaplan-Meier by type; below 0 is better than it.
        difference_interval: likewise.
        difference_pooled: less that of the pooled Kaplan-Meier.
        difference_pooled_interval: likewise.
    """

    model: str
    brier: float
    brier_interval: tuple[float, float]
    concordance: float
    concordance_interval: tuple[float, float]
    difference: float
    difference_interval: tuple[float, float]
    difference_pooled: float
    difference_pooled_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """Calibration in the large for one guarantee type, over the whole time at risk.

    ``expected`` is the sum of ``-log S`` at the end of each episode; where the model is calibrated
    its mean equals the number of events.
    """

    kind: str
    episodes: int
    observed: int
    expected: dict[str, float]
    survival_20: dict[str, float]


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores over one set of clusters."""

    left_out: tuple[str, ...]
    episodes: int
    events: int
    clusters: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """What the backtest found.

    Attributes:
        main: scores over all clusters.
        inter_war_dropped: the same without the inter-war clusters, fitted and scored anew.
        types: calibration in the large by guarantee type.
        fold_effective: effective sample size of each fold by rival, before drawing anew.
        drawn_anew: folds whose parameters were drawn anew, by rival.
        forecasts: float64[episode, time] by model.
        grid: float64[time], years since the guarantee began.
        book: the casebook.
        draws: draws for which the engines ran.
        seed: seed of all streams.
        seconds: time taken.
    """

    main: Scored
    inter_war_dropped: Scored
    types: tuple[TypeRow, ...]
    fold_effective: dict[str, dict[str, float]]
    drawn_anew: dict[str, tuple[str, ...]]
    forecasts: dict[str, Floats]
    grid: Floats
    book: Casebook
    draws: int
    seed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Forecast:
    """Survival of each episode: with selection, chosen blindly, before fitting; and at its end."""

    selected: Floats
    blind: Floats
    prior: Floats
    at_end: Floats
    effective: dict[str, float]
    anew: tuple[str, ...]


def backtest(
    book: Casebook,
    *,
    draws: int = 8000,
    seed: int = 1,
    resamples: int = 2000,
    progress: Progress | None = None,
) -> Backtest:
    """Score the calibrated durability engine on the casebook, leaving one cluster out at a time.

    Args:
        book: the casebook.
        draws: draws for which the engines run.
        seed: seed of all streams.
        resamples: cluster bootstrap samples.
        progress: called with blocks done, blocks in all, seconds.

    Returns:
        Backtest, whether the model wins or loses.

    Raises:
        ModelError: the weights collapse (SV635).
    """
    began = time.monotonic()
    assumptions = shelf.assumptions()
    pool = make_pool(book, assumptions, seed=seed, draws=draws, progress=progress)
    folds = _Folds(book, pool, assumptions, seed)
    everything = np.ones(len(book.clusters), np.bool_)
    rivals = tuple(assumptions["a2"].rivals)
    forecasts = {rival: folds.forecast(rival, everything) for rival in rivals}
    seen = outcomes(book)
    curves = _named(forecasts, seen)
    later = np.array([name not in book.inter_war for name in book.clusters])
    return Backtest(
        main=_scored(curves, seen, (), resamples, seed),
        inter_war_dropped=_without(folds, rivals, later, resamples, seed),
        types=_by_type(book, forecasts, curves),
        fold_effective={rival: f.effective for rival, f in forecasts.items()},
        drawn_anew={rival: f.anew for rival, f in forecasts.items()},
        forecasts=curves,
        grid=GRID,
        book=book,
        draws=draws,
        seed=seed,
        seconds=time.monotonic() - began,
    )


def _named(forecasts: dict[str, _Forecast], seen: Outcomes) -> dict[str, Floats]:
    """All forecasts by the name under which they are shown."""
    curves: dict[str, Floats] = {}
    for rival, found in forecasts.items():
        curves[f"model, a2 {rival}"] = found.selected
        curves[f"model, a2 {rival}, unselected case"] = found.blind
        curves[f"model before fitting, a2 {rival}"] = found.prior
    return {**curves, POOLED: pooled(seen, GRID), BY_TYPE: by_type(seen, GRID)}


class _Folds:
    """Forecasts of held-out clusters from a pool of draws."""

    def __init__(
        self, book: Casebook, pool: Pool, assumptions: dict[str, Assumption], seed: int
    ) -> None:
        self.book, self.pool, self.assumptions, self.seed = book, pool, assumptions, seed
        middle = (np.arange(SETTLING) + 0.5) / SETTLING
        settle = quantile(assumptions["mu_settle"].used(), middle)
        self.unsettled = np.exp(-np.outer(settle, GRID)).mean(axis=0)

    def forecast(self, rival: str, kept: NDArray[np.bool_]) -> _Forecast:
        """Forecast every episode of the clusters kept from the other clusters kept."""
        pool, plan = self.pool, self.pool.plan
        shape = (plan.event.size, GRID.size)
        selected, blind, prior = (
            np.full(shape, np.nan),
            np.full(shape, np.nan),
            np.full(shape, np.nan),
        )
        at_end = np.full(plan.event.size, np.nan)
        base = pool.log_importance + rival_weight(self.assumptions["a2"], rival, pool.columns["a2"])
        sizes, anew = {}, []
        for number in np.flatnonzero(kept):
            name, others = plan.clusters[number], kept.copy()
            others[number] = False
            log = base + pool.smooth[:, others].sum(axis=1)
            sizes[name] = effective(log)
            episodes = np.flatnonzero(plan.member[number])
            columns, hazards, weight = pool.columns, _of(pool.hazards, episodes), normalised(log)
            if sizes[name] < FOLD_GOAL:
                columns, hazards, weight = self._anew(rival, others, int(number))
                anew.append(name)
            refuse_collapse(np.log(np.maximum(weight, 1e-300)), f"without {name}, a2 {rival}")
            lift = np.where(plan.paper[episodes], columns["oversampling"][:, None], 0.0)
            factor, s2 = np.exp(lift), columns["sigma2"][:, None]
            at_end[episodes] = weight @ frailty_survival(hazards.total * factor, s2)
            for place, episode in enumerate(episodes):
                curve = hazards.curve[:, place].astype(np.float64)
                grown = curve * factor[:, place, None]
                selected[episode] = self._kept(weight @ frailty_survival(grown, s2))
                blind[episode] = self._kept(weight @ frailty_survival(curve, s2))
                before = pool.hazards.curve[:, episode].astype(np.float64)
                prior[episode] = self._kept(
                    normalised(base) @ frailty_survival(before, pool.columns["sigma2"][:, None])
                )
        return _Forecast(selected, blind, prior, at_end, sizes, tuple(anew))

    def _kept(self, survival: Floats) -> Floats:
        """Count a settled peace as peace: only what falls before settling is lost."""
        middle = 0.5 * (self.unsettled[1:] + self.unsettled[:-1])
        lost = np.concatenate(([0.0], np.cumsum(-np.diff(survival) * middle)))
        kept: Floats = 1.0 - lost
        return kept

    def _anew(
        self, rival: str, others: NDArray[np.bool_], number: int
    ) -> tuple[dict[str, Floats], Hazards, Floats]:
        """Draw the parameters of one fold from its own smoothed posterior, and run its episodes."""
        name = self.pool.plan.clusters[number]
        candidates = prior_columns(
            self.assumptions,
            PARAMETERS,
            seed=self.seed,
            draws=FOLD_CANDIDATES,
            purpose=f"fold:{rival}",
            rival=rival,
        )
        log = self.pool.surface.at(candidates)[:, others].sum(axis=1)
        u = float(generator(self.seed, number, f"fold:{rival}").random())
        picked = systematic(normalised(log), FOLD_DRAWS, u)
        columns = {key: column[picked] for key, column in candidates.items()}
        own = tuple(e for e in self.book.episodes if e.cluster == name)
        part = Casebook(own, self.book.types, self.book.digest, self.book.name)
        free = {key: columns[key] for key in FREE}
        hazards = hazards_of(part, free, self.assumptions, seed=self.seed + 1000 + number)
        return columns, hazards, np.full(FOLD_DRAWS, 1.0 / FOLD_DRAWS)


def _of(hazards: Hazards, episodes: NDArray[np.intp]) -> Hazards:
    return Hazards(
        hazards.total[:, episodes],
        hazards.rate[:, episodes],
        hazards.curve[:, episodes],
        hazards.unsolved,
    )


def _without(
    folds: _Folds, rivals: tuple[str, ...], kept: NDArray[np.bool_], resamples: int, seed: int
) -> Scored:
    """Fit and score without the clusters that are not kept."""
    left_out = tuple(n for n, keep in zip(folds.book.clusters, kept, strict=True) if not keep)
    part = folds.book.without(left_out)
    here = np.array([e.cluster not in left_out for e in folds.book.episodes])
    seen = outcomes(part)
    found = {rival: folds.forecast(rival, kept) for rival in rivals}
    cut = {
        rival: _Forecast(
            f.selected[here], f.blind[here], f.prior[here], f.at_end[here], f.effective, f.anew
        )
        for rival, f in found.items()
    }
    return _scored(_named(cut, seen), seen, left_out, resamples, seed)


def _scored(
    curves: dict[str, Floats],
    seen: Outcomes,
    left_out: tuple[str, ...],
    resamples: int,
    seed: int,
) -> Scored:
    names = list(curves)
    found = score(np.stack(list(curves.values())), GRID, seen, resamples=resamples, seed=seed)
    ours, base = names.index(BY_TYPE), names.index(POOLED)
    rows = tuple(_row(name, place, found, ours, base) for place, name in enumerate(names))
    return Scored(
        left_out=left_out,
        episodes=len(seen.years),
        events=int(seen.failed.sum()),
        clusters=len(set(seen.cluster.tolist())),
        rows=rows,
    )


def _row(name: str, place: int, found: Score, by_kind: int, base: int) -> Row:
    def interval(draws: Floats) -> tuple[float, float]:
        low, high = np.nanquantile(draws, [0.025, 0.975])
        return float(low), float(high)

    draws = found.brier_draws
    return Row(
        model=name,
        brier=float(found.brier[place]),
        brier_interval=interval(draws[:, place]),
        concordance=float(found.concordance[place]),
        concordance_interval=interval(found.concordance_draws[:, place]),
        difference=float(found.brier[place] - found.brier[by_kind]),
        difference_interval=interval(draws[:, place] - draws[:, by_kind]),
        difference_pooled=float(found.brier[place] - found.brier[base]),
        difference_pooled_interval=interval(draws[:, place] - draws[:, base]),
    )


def _by_type(
    book: Casebook, forecasts: dict[str, _Forecast], curves: dict[str, Floats]
) -> tuple[TypeRow, ...]:
    seen = outcomes(book)
    kinds = np.array(seen.kind)
    shown = {f"model, a2 {rival}": f for rival, f in forecasts.items()}
    rows = []
    for kind in dict.fromkeys(seen.kind):
        here = kinds == kind
        rows.append(
            TypeRow(
                kind=kind,
                episodes=int(here.sum()),
                observed=int(seen.failed[here].sum()),
                expected={n: float(-np.log(f.at_end[here]).sum()) for n, f in shown.items()},
                survival_20={
                    n: float(curves[n][here, -1].mean()) for n in (*shown, POOLED, BY_TYPE)
                },
            )
        )
    return tuple(rows)
