"""Solve the chain of every option and follow it to the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.checks import check_same_draws
from servanda.durability.model import (
    MAX_PHASES,
    OK,
    UNCONVERGED,
    CrisisInputs,
    Plan,
    Projection,
    Start,
    Tempo,
)
from servanda.durability.states import RATES, StateTable, lay_out
from servanda.numerics.chain import Acts, Pace
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

__all__ = ["RESIDUAL_GOAL", "acts_of", "pace_of", "project", "values"]

RESIDUAL_GOAL = 1e-10
NEWTON_STEPS = 40
MAX_JUMPS = 2e4
BLOCK = 32


def acts_of(inputs: CrisisInputs) -> Acts:
    """The action tables as the kernels read them: float64[draw, row, kind]."""
    draws, kinds = inputs.draws, len(inputs.kinds)

    def rows(array: Floats) -> Floats:
        return array.reshape(draws, -1, kinds)

    return Acts(
        lump=rows(inputs.attack_value),
        accept=rows(inputs.answered),
        first=rows(inputs.resist),
        second=rows(inputs.defence),
        flag=rows(inputs.direct_war),
        tally=rows(inputs.honoured),
        weight=inputs.reference(),
        trial=inputs.probe,
    )


def pace_of(tempo: Tempo, plan: Plan, table: StateTable, provoke: Floats | None = None) -> Pace:
    """Rates and values per draw for one option.

    Args:
        tempo: rates and values.
        plan: the option, for its exit hazards.
        table: its states.
        provoke: float64[draw, state], probability that the protege provokes when it has a chance;
            None for the mechanical protege of the tempo.
    """
    exits = [phase.eta for phase in plan.phases]
    exits += [np.zeros(tempo.draws)] * (MAX_PHASES - len(exits))
    natural = [getattr(tempo, name) for name in RATES]
    if provoke is None:
        provoke = np.repeat(tempo.p_prov[:, None], len(table), axis=1)
    return Pace(
        lam=tempo.lambda_c,
        rho=tempo.rho,
        flow=tempo.s_q,
        omega=tempo.omega_c,
        rival=tempo.omega_p,
        gain=tempo.g_b,
        loss=tempo.x_b,
        eps=tempo.eps,
        relief=tempo.c_o,
        rates=np.ascontiguousarray(np.stack(natural + exits, axis=1)),
        stop=np.ascontiguousarray(provoke),
    )


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
        total=table(COLUMNS + phases, times),
        discounted=table(),
        arrived=table(),
        value=table(),
        residual=table(),
    )


def project(
    inputs: CrisisInputs,
    tempo: Tempo,
    plans: Sequence[Plan],
    *,
    horizon: float = 20.0,
    step: float = 0.25,
    start: Start | None = None,
    boost: float = 1.0,
    newton: int = NEWTON_STEPS,
    threads: int | None = None,
) -> Projection:
    """Project how long peace lasts under each option, in every draw.

    The challenger foresees drift, elections, departures and the next phase; the protege is
    mechanical. Each draw is solved exactly and independently, so the bits do not depend on the
    number of threads or on which other draws are in the batch.

    Args:
        inputs: crises per draw, cell, state and kind.
        tempo: rates and values per draw.
        plans: the options.
        horizon: years to follow.
        step: years between grid points; results at the points do not depend on it.
        start: where the clock starts; None for the reference state (see ``Start``).
        boost: factor >= 1 on the uniformisation rate; a check, results do not depend on it.
        newton: most Newton steps per block; 0 leaves the work to value iteration (a check).
        threads: None for all processors of this process.

    Returns:
        The projection. A draw whose values miss the residual of 1e-10 keeps its place with
        status 2 and is bounded by ``Projection.bounds``.

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
    tables = [lay_out(plan, inputs.levels, start or Start()) for plan in plans]
    acts, draws = acts_of(inputs), inputs.draws
    deepest = max(len(plan.phases) for plan in plans)
    space = _space(draws, len(plans), years.size, deepest)
    for place, (plan, table) in enumerate(zip(plans, tables, strict=True)):
        pace = pace_of(tempo, plan, table)
        room = np.empty((draws, len(table) + 1))

        def follow(begin: int, end: int) -> None:
            follow_rows(
                begin,
                end,
                place,  # noqa: B023  (run before the loop moves on)
                table.graph,  # noqa: B023
                acts,
                pace,  # noqa: B023
                years,
                newton,
                boost,
                room,  # noqa: B023
                space,
            )

        over_rows(follow, draws, threads=threads, block=BLOCK)
    return _gather(tuple(plan.option for plan in plans), years, space)


def _gather(options: tuple[str, ...], years: Floats, space: Followed) -> Projection:
    total, missed = space.total, ~(space.residual <= RESIDUAL_GOAL)
    attacks = total[:, :, LABELLED:]
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
        status=np.where(missed, UNCONVERGED, OK).astype(np.int8),
        residual=space.residual,
    )


def values(
    inputs: CrisisInputs,
    tempo: Tempo,
    plan: Plan,
    *,
    start: Start | None = None,
    newton: int = NEWTON_STEPS,
    threads: int | None = None,
) -> tuple[StateTable, Floats]:
    """The challenger's values of one option in every state.

    Returns:
        The states and float64[draw, state + 1]; the last entry is the value of a settled peace.

    Raises:
        ModelError: as ``project``.
    """
    check_same_draws(inputs, tempo, [plan])
    table = lay_out(plan, inputs.levels, start or Start())
    acts, pace = acts_of(inputs), pace_of(tempo, plan, table)
    room, grid = np.empty((inputs.draws, len(table) + 1)), np.zeros(1)
    space = _space(inputs.draws, 1, 1, len(plan.phases))

    def follow(begin: int, end: int) -> None:
        follow_rows(begin, end, 0, table.graph, acts, pace, grid, newton, 1.0, room, space)

    over_rows(follow, inputs.draws, threads=threads, block=BLOCK)
    return table, room
