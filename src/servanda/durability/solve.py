"""Solve the chain of every option and follow it to the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.checks import check_same_draws
from servanda.durability.model import (
    UNCONVERGED,
    CrisisInputs,
    Plan,
    Start,
    Tempo,
)
from servanda.durability.packing import Chance, Protege, acts_of, chooses, pace_of
from servanda.durability.projection import Projection
from servanda.durability.states import RATES, StateTable, lay_out
from servanda.numerics.chain_survival import (
    ALIVE,
    COLUMNS,
    ENDS,
    FLAG,
    LABELLED,
    MARKED,
    TALLY,
    Followed,
    follow_rows,
)
from servanda.numerics.threads import over_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["RESIDUAL_GOAL", "Solved", "project", "solved"]

RESIDUAL_GOAL = 1e-10
NEWTON_STEPS = 40
MAX_JUMPS = 2e4
BLOCK = 32


@dataclass(frozen=True, slots=True)
class Solved:
    """What both parties hold the states of one option to be worth, and what was found.

    Args:
        table: the states.
        challenger: float64[draw, state + 1]; its values, the last that of a settled peace.
        protege: the same for the protege; nan where it is mechanical.
        provokes: float64[draw]; chance that the protege provokes at the start.
        status: int8[draw]; 0 one solution, 1 several, 2 none.
        residual: float64[draw]; largest error of the value equations.
    """

    table: StateTable
    challenger: Floats
    protege: Floats
    provokes: Floats
    status: NDArray[np.int8]
    residual: Floats


def _grid(horizon: float, step: float) -> Floats:
    if not (np.isfinite(horizon) and np.isfinite(step) and 0 < step <= horizon):
        raise ModelError(f"the grid needs 0 < step <= horizon, not {step} and {horizon}")
    count = round(horizon / step)
    if abs(count * step - horizon) > 1e-9 * horizon or count > 100_000:
        raise ModelError(f"the horizon {horizon} is not a moderate multiple of the step {step}")
    return np.linspace(0.0, horizon, count + 1)


def _check_speed(tempo: Tempo, plans: Sequence[Plan], horizon: float) -> None:
    """Refuse rates so fast that following them event by event is out of the question."""
    fastest = tempo.omega_c + tempo.omega_p
    for name in RATES:
        fastest = fastest + getattr(tempo, name)
    exits = max(float(phase.eta.max(initial=0.0)) for plan in plans for phase in plan.phases)
    jumps = (float(fastest.max(initial=0.0)) + exits) * horizon
    if jumps > MAX_JUMPS:
        raise ModelError(
            f"the rates add up to {jumps:.3g} moves within the horizon, the limit is "
            f"{MAX_JUMPS:g}: rates are per year, check their unit"
        )


def _space(draws: int, places: int, times: int, phases: int) -> Followed:
    def table(*shape: int) -> Floats:
        return np.empty((draws, places, *shape))

    return Followed(
        alive=table(times),
        total=table(COLUMNS + 2 * phases, times),
        low=table(2, times),
        high=table(2, times),
        discounted=table(),
        arrived=table(),
        value=table(),
        second=table(),
        raids=table(),
        residual=table(),
        status=np.zeros((draws, places), dtype=np.int8),
    )


def project(
    inputs: CrisisInputs,
    tempo: Tempo,
    plans: Sequence[Plan],
    *,
    horizon: float = 20.0,
    step: float = 0.25,
    start: Start | None = None,
    protege: Protege | None = None,
    chance: Chance = "mean",
    boost: float = 1.0,
    newton: int = NEWTON_STEPS,
    threads: int | None = None,
) -> Projection:
    """Project how long peace lasts under each option, in every draw.

    The challenger foresees drift, elections, departures and the next phase, and so does a protege
    that chooses; a mechanical one provokes with a fixed chance. Each draw is solved exactly and
    independently, so the bits do not depend on the number of threads or on which other draws are
    in the batch.

    Args:
        inputs: crises per draw, cell, state and kind.
        tempo: rates and values per draw.
        plans: the options.
        horizon: years to follow.
        step: years between grid points; results at the points do not depend on it.
        start: where the clock starts; None for the reference state (see ``Start``).
        protege: ``chooses`` or ``mechanical``; None lets it choose where its values are given.
        chance: what a chance to act is worth: ``mean`` of what is chosen, or ``log_sum`` (see
            ``CHANCES`` in ``durability.model``).
        boost: factor >= 1 on the uniformisation rate; a check, results do not depend on it.
        newton: most Newton steps per block against a mechanical protege; 0 leaves the work to
            value iteration (a check).
        threads: None for all processors of this process.

    Returns:
        The projection. A draw whose values miss the residual of 1e-10 keeps its place with
        status 2 and is bounded by ``Projection.bounds``; where several solutions were found the
        one reached from a protege without precision is shown, status 1.

    Raises:
        ModelError: the arrays disagree, an option has too many states, or the grid is no grid.

    References:
        servanda model, docs/model.md section 4; Jensen 1953 (uniformisation).
    """
    check_same_draws(inputs, tempo, plans)
    if not 1.0 <= boost <= 16.0:
        raise ModelError(f"boost is {boost}; it must be in [1, 16]")
    years = _grid(horizon, step)
    _check_speed(tempo, plans, horizon)
    both, kinds = chooses(inputs, protege), len(inputs.kinds)
    tables = [lay_out(plan, inputs.levels, start or Start(), kinds) for plan in plans]
    acts, draws = acts_of(inputs, tempo), inputs.draws
    deepest = max(len(plan.phases) for plan in plans)
    space = _space(draws, len(plans), years.size, deepest)
    for place, (plan, table) in enumerate(zip(plans, tables, strict=True)):
        pace = pace_of(tempo, plan, chance)
        room, also = np.empty((2, draws, len(table) + 1))

        def follow(begin: int, end: int) -> None:
            follow_rows(
                begin,
                end,
                place,  # noqa: B023  (run before the loop moves on)
                both,
                table.graph,  # noqa: B023
                acts,
                pace,  # noqa: B023
                years,
                newton,
                boost,
                room,  # noqa: B023
                also,  # noqa: B023
                space,
            )

        over_rows(follow, draws, threads=threads, block=BLOCK)
    if not both:
        space.second.fill(np.nan)
    return _gather(tuple(plan.option for plan in plans), years, space)


def _status(found: NDArray[np.int8], residual: Floats) -> NDArray[np.int8]:
    """A solution that misses the goal is none, whatever the kernel said."""
    status: NDArray[np.int8] = np.where(residual <= RESIDUAL_GOAL, found, UNCONVERGED)
    return status.astype(np.int8)


def _gather(options: tuple[str, ...], years: Floats, space: Followed) -> Projection:
    total = space.total
    phases = (total.shape[2] - LABELLED) // 2
    attacks = total[:, :, LABELLED : LABELLED + phases]
    return Projection(
        options=options,
        years=years,
        survival=space.alive,
        incidence=total[:, :, :ENDS],
        peace_years=total[:, :, ALIVE],
        rmst=total[:, :, ALIVE, -1],
        discounted_rmst=space.discounted,
        first_attack_phase=attacks,
        direct_war=total[:, :, FLAG],
        tested=attacks[:, :, :, -1].sum(axis=2),
        honoured=total[:, :, TALLY, -1],
        frayed_years=total[:, :, MARKED, -1],
        settled=space.arrived,
        value_start=space.value,
        value_protege=space.second,
        provokes=space.raids,
        entered=total[:, :, LABELLED + phases :],
        survival_low=space.low[:, :, 0],
        survival_high=space.high[:, :, 0],
        peace_years_low=space.low[:, :, 1],
        peace_years_high=space.high[:, :, 1],
        status=_status(space.status, space.residual),
        residual=space.residual,
    )


def solved(
    inputs: CrisisInputs,
    tempo: Tempo,
    plan: Plan,
    *,
    start: Start | None = None,
    protege: Protege | None = None,
    chance: Chance = "mean",
    newton: int = NEWTON_STEPS,
    threads: int | None = None,
) -> Solved:
    """Solve one option for both parties in every state, without following it.

    Args:
        inputs: crises per draw, cell, state and kind.
        tempo: rates and values per draw.
        plan: the option.
        start: where the clock starts; None for the reference state.
        protege: as in ``project``.
        chance: as in ``project``.
        newton: as in ``project``.
        threads: None for all processors of this process.

    Raises:
        ModelError: as ``project``.
    """
    check_same_draws(inputs, tempo, [plan])
    both = chooses(inputs, protege)
    table = lay_out(plan, inputs.levels, start or Start(), len(inputs.kinds))
    acts, pace = acts_of(inputs, tempo), pace_of(tempo, plan, chance)
    room, also = np.empty((2, inputs.draws, len(table) + 1))
    space = _space(inputs.draws, 1, 1, len(plan.phases))

    def follow(begin: int, end: int) -> None:
        follow_rows(
            begin,
            end,
            0,
            both,
            table.graph,
            acts,
            pace,
            np.zeros(1),
            newton,
            1.0,
            room,
            also,
            space,
        )

    over_rows(follow, inputs.draws, threads=threads, block=BLOCK)
    if not both:
        also.fill(np.nan)
    residual = space.residual[:, 0]
    status = _status(space.status[:, 0], residual)
    return Solved(table, room, also, space.raids[:, 0], status, residual)
