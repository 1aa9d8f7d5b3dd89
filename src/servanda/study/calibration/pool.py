"""Draws of the parameters with the hazards they imply, placed where the casebook wants them.

The engines are run on a first part of the draws from the prior; the smoothed likelihood that comes
out says where the next parts are drawn, first cautiously (the likelihood raised to a small power),
then fully. All parts together are one sample from a known mixture, so every draw has an importance
``prior / mixture`` and nothing depends on the smoothing but the spread of the weights
(Owen & Zhou 2000, doi:10.1080/01621459.2000.10473909).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.assumption import Assumption
from servanda.study.calibration.episodes import Casebook
from servanda.study.calibration.hazards import Hazards, Progress, hazards_of
from servanda.study.calibration.likelihood import (
    Layout,
    Surface,
    cluster_log_likelihood,
    fit_surfaces,
    layout,
)
from servanda.study.calibration.nuisances import FREE, prior_columns
from servanda.study.calibration.weights import effective, log_mean, normalised, systematic
from servanda.study.streams import generator

__all__ = ["CALIBRATED", "PARAMETERS", "Pool", "make_pool", "rival_weight"]

Floats = NDArray[np.float64]
Columns = dict[str, Floats]

#: What the fit finds out: four parameters and the frailty variance.
CALIBRATED = (*FREE, "sigma2")
#: These and the over-sampling offset, which belongs to the casebook and not to a forecast.
PARAMETERS = (*CALIBRATED, "oversampling")
PARTS = (0.25, 0.35, 0.4)
CANDIDATES = 100_000
SPREAD = 2000.0
EXPONENTS = np.linspace(0.05, 1.0, 20)
#: Fewer draws than this bear a plane only, not curvature.
CURVED = 400


@dataclass(frozen=True, slots=True)
class Pool:
    """Draws with their hazards.

    Attributes:
        plan: clusters and events of the casebook.
        columns: parameters by name, float64[draw].
        hazards: per draw and episode, with nuisances of their own.
        log_likelihood: float64[draw, cluster], unsmoothed.
        surface: the smoothed likelihood.
        smooth: float64[draw, cluster], the surface at the draws.
        log_importance: float64[draw]; log of prior (even mixture of the rivals of a2) over mixture.
    """

    plan: Layout
    columns: Columns
    hazards: Hazards
    log_likelihood: Floats
    surface: Surface
    smooth: Floats
    log_importance: Floats

    @property
    def size(self) -> int:
        """Number of draws."""
        return int(self.log_importance.size)


def make_pool(
    book: Casebook,
    assumptions: dict[str, Assumption],
    *,
    seed: int,
    draws: int,
    progress: Progress | None = None,
) -> Pool:
    """Run the engines on every episode of a casebook.

    Args:
        book: the casebook.
        assumptions: the library's assumptions.
        seed: seed of all streams.
        draws: draws in all.
        progress: called with blocks done, blocks in all, seconds.

    Returns:
        Pool.
    """
    plan = layout(book)
    candidates = _prior(assumptions, seed, CANDIDATES, "candidates")
    sizes = [int(draws * part) for part in PARTS[:-1]]
    sizes.append(draws - sum(sizes))
    made: list[tuple[Columns, Hazards]] = []
    gates: list[tuple[Surface, float, float]] = []
    steps = _Steps(progress, sizes)
    columns = _prior(assumptions, seed, sizes[0], "pool")
    for part in range(len(sizes)):
        if part:
            columns, gate = _placed(_smoothed(plan, made)[0], candidates, sizes[part], seed, part)
            gates.append(gate)
        free = {name: columns[name] for name in FREE}
        found = hazards_of(book, free, assumptions, seed=seed + part, progress=steps.part(part))
        made.append((columns, found))
    surface, columns, hazards, log_likelihood = _smoothed(plan, made)
    density = np.full(draws, sizes[0] / draws)
    for (gate_surface, power, log_norm), size in zip(gates, sizes[1:], strict=True):
        lift = power * gate_surface.at(columns).sum(axis=1) - log_norm
        density += size / draws * np.exp(lift)
    return Pool(
        plan=plan,
        columns=columns,
        hazards=hazards,
        log_likelihood=log_likelihood,
        surface=surface,
        smooth=surface.at(columns),
        log_importance=-np.log(density),
    )


class _Steps:
    """One count of progress over all parts."""

    def __init__(self, progress: Progress | None, sizes: list[int]) -> None:
        self.progress, self.sizes = progress, sizes
        self.seconds = 0.0

    def part(self, number: int) -> Progress | None:
        if self.progress is None:
            return None
        blocks = [-(-size // 1000) for size in self.sizes]
        before, total, begun, tell = sum(blocks[:number]), sum(blocks), self.seconds, self.progress

        def step(done: int, _: int, seconds: float) -> None:
            self.seconds = begun + seconds
            tell(before + done, total, self.seconds)

        return step


def _prior(assumptions: dict[str, Assumption], seed: int, draws: int, purpose: str) -> Columns:
    return prior_columns(assumptions, PARAMETERS, seed=seed, draws=draws, purpose=purpose)


def _placed(
    surface: Surface, candidates: Columns, size: int, seed: int, part: int
) -> tuple[Columns, tuple[Surface, float, float]]:
    """Draw where the smoothed likelihood, raised to a power that keeps spread, is large."""
    log = surface.at(candidates).sum(axis=1)
    power = float(EXPONENTS[0])
    for exponent in EXPONENTS:
        if effective(exponent * log) < SPREAD:
            break
        power = float(exponent)
    u = float(generator(seed, part, "calibration:place").random())
    picked = systematic(normalised(power * log), size, u)
    picked = generator(seed, part, "calibration:shuffle").permutation(picked)
    columns = {name: column[picked] for name, column in candidates.items()}
    return columns, (surface, power, log_mean(power * log))


def _smoothed(
    plan: Layout, made: list[tuple[Columns, Hazards]]
) -> tuple[Surface, Columns, Hazards, Floats]:
    columns = {name: np.concatenate([c[name] for c, _ in made]) for name in PARAMETERS}
    parts = [hazards for _, hazards in made]
    hazards = Hazards(
        total=np.concatenate([p.total for p in parts]),
        rate=np.concatenate([p.rate for p in parts]),
        curve=np.concatenate([p.curve for p in parts]),
        unsolved=float(np.mean([p.unsolved for p in parts])),
    )
    log = cluster_log_likelihood(plan, hazards, columns["sigma2"], columns["oversampling"])
    degree = 2 if len(log) >= CURVED else 1
    return fit_surfaces(columns, log, degree=degree), columns, hazards, log


def rival_weight(assumption: Assumption, rival: str, values: Floats) -> Floats:
    """Log of the density of one rival prior over the even mixture of all of them: float64[draw].

    Only lognormal rivals are in use.
    """
    logs = {}
    for name, model in assumption.rivals.items():
        form = model.distribution.lognormal
        if form is None:
            raise TypeError(f"the rival {name!r} of {assumption.id} is not lognormal")
        z = (np.log(values) - np.log(form.median)) / form.log_sd
        logs[name] = -0.5 * z * z - np.log(form.log_sd)
    mixture = np.logaddexp.reduce(list(logs.values())) - np.log(len(logs))
    return np.asarray(logs[rival] - mixture)
