"""How dangerous each year of an episode was, in this model: the chain run for one episode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from servanda import deterrence, durability
from servanda.domain.assumption import Assumption
from servanda.domain.episode import Episode
from servanda.durability.model import UNCONVERGED as UNSOLVED
from servanda.durability.model import CrisisInputs
from servanda.study.calibration.episodes import Casebook
from servanda.study.calibration.exposing import Case, Parameters, case_of
from servanda.study.calibration.nuisances import Nuisances, blocks

__all__ = ["GRID", "HORIZON", "Hazards", "hazards_of", "run_case"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int, float], None]

HORIZON = 20.0
#: Years since the guarantee began at which cumulative hazards are kept for forecasts.
GRID = np.linspace(0.0, HORIZON, 41)
STEP = 1.0
NODES = 33
SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Hazards:
    """Cumulative hazards and hazards of the challenger's attack, per draw and episode.

    Attributes:
        total: float64[draw, episode]; cumulative hazard over the time at risk.
        rate: float64[draw, episode]; hazard per year at the end of the episode.
        curve: float32[draw, episode, time]; cumulative hazard since entry on ``GRID``.
        unsolved: share of (draw, episode) pairs whose values did not converge; they are kept as
            the last iterate has them.
    """

    total: Floats
    rate: Floats
    curve: NDArray[np.float32]
    unsolved: float


def run_case(
    case: Case, age_in: float, age_out: float
) -> tuple[Floats, Floats, Floats, NDArray[np.int8]]:
    """Follow one episode from the start of its peace.

    Args:
        case: the episode as the engines read it.
        age_in: age of the peace at entry, in years.
        age_out: age at its end.

    Returns:
        float64[draw] cumulative hazard between the ages and hazard at the end; float64[draw, time]
        cumulative hazard on ``GRID``; int8[draw] status of the chain.
    """
    crisis = deterrence.solve(case.exposure, case.stakes, case.levels, nodes=NODES)
    inputs = CrisisInputs(
        kinds=case.exposure.kinds,
        probe=case.stakes.probe,
        size=case.stakes.size.mean(axis=0),
        attack_value=crisis.attack_value,
        # a sum of probabilities may pass 1 by its last bit
        resist=np.minimum(crisis.resist, 1.0),
        answered=np.minimum(crisis.helped, 1.0),
        honoured=np.minimum(crisis.honoured, 1.0),
        defence=np.minimum(crisis.defence, 1.0),
        direct_war=np.minimum(crisis.direct_war, 1.0),
    )
    horizon = float(np.ceil(max(age_out + STEP, age_in + HORIZON)))
    seen = durability.project(
        inputs, case.tempo, [case.plan], horizon=horizon, step=STEP, start=case.start
    )
    hazard = -np.log(np.maximum(seen.survival[:, 0], SMALLEST))
    smooth = CubicSpline(seen.years, hazard, axis=1)
    before = smooth(age_in)
    total = np.maximum(smooth(age_out) - before, 0.0)
    rate = np.maximum(smooth(age_out, 1), SMALLEST)
    curve = np.maximum(smooth(age_in + GRID) - before[:, None], 0.0)
    return total, rate, curve, seen.status[:, 0]


def hazards_of(
    book: Casebook,
    parameters: Parameters,
    assumptions: dict[str, Assumption],
    *,
    seed: int,
    progress: Progress | None = None,
) -> Hazards:
    """Run every episode of a casebook for every draw of the calibrated parameters.

    Args:
        book: the casebook.
        parameters: omega_c, a1, a2 and s_q, float64[draw] each.
        assumptions: the library's assumptions; what is not calibrated is drawn from them, anew for
            every challenger and episode.
        seed: seed of those draws.
        progress: called with steps done, steps in all, seconds.

    Returns:
        Hazards.
    """
    import time

    began, draws = time.monotonic(), len(parameters["omega_c"])
    shape = (draws, len(book.episodes))
    total, rate = np.empty(shape), np.empty(shape)
    curve = np.empty((*shape, len(GRID)), np.float32)
    unsolved, work = 0, blocks(draws)
    for done, (block, rows) in enumerate(work):
        some = {name: column[rows] for name, column in parameters.items()}
        nuisances = Nuisances(assumptions, seed, block, rows.stop - rows.start)
        for place, episode in enumerate(book.episodes):
            found = _run(episode, book, some, nuisances)
            total[rows, place], rate[rows, place], curve[rows, place] = found[:3]
            unsolved += int((found[3] == UNSOLVED).sum())
        if progress is not None:
            progress(done + 1, len(work), time.monotonic() - began)
    return Hazards(total, rate, curve, unsolved / total.size)


def _run(
    episode: Episode, book: Casebook, parameters: Parameters, nuisances: Nuisances
) -> tuple[Floats, Floats, Floats, NDArray[np.int8]]:
    case = case_of(episode, book.type_of(episode), parameters, nuisances)
    return run_case(case, episode.age_at_entry, episode.age_at_entry + episode.years)
