"""One chunk from draws to tables: the engines in a row, then one line per draw and option."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from servanda import deterrence, durability
from servanda.deterrence.model import Crisis, Exposure, Stakes
from servanda.durability.ahead import await_kernels, compile_ahead
from servanda.durability.model import Plan, Start
from servanda.durability.packing import Protege
from servanda.durability.projection import Projection
from servanda.study import handover
from servanda.study.board import Board
from servanda.study.draws import Draws

__all__ = ["HORIZONS", "STEP", "TABLES", "chunk_tables"]

Floats = NDArray[np.float64]

TABLES = ("outcomes", "guarantors", "parameters")
HORIZONS = (5, 10, 20)
STEP = 0.25
ATTACKS = ("attack_held", "attack_failed", "capitulation", "guarantor_turned")
MONEY_YEARS = 10.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """What the engines returned for one chunk of draws."""

    draws: Draws
    exposure: Exposure
    unsettled: NDArray[np.bool_]
    stakes: Stakes
    crisis: Crisis
    projection: Projection
    plans: tuple[Plan, ...]


def solve_chunk(board: Board, draws: Draws, horizon: float, protege: Protege = "chooses") -> Chunk:
    """Run the engines for one chunk of draws."""
    compile_ahead()
    filled, unsettled = handover.exposure(board, draws)
    stakes = handover.stakes(board, draws)
    crisis = deterrence.solve(filled, stakes, handover.levels(draws))
    plans = handover.plans(board, draws, filled)
    await_kernels()
    projection = durability.project(
        handover.crisis_inputs(crisis, stakes, board, draws, filled),
        handover.tempo(draws),
        plans,
        horizon=max(horizon, float(HORIZONS[-1])),
        step=STEP,
        protege=protege,
    )
    return Chunk(draws, filled, unsettled, stakes, crisis, projection, plans)


def chunk_tables(
    board: Board, draws: Draws, horizon: float, first: int, protege: Protege = "chooses"
) -> dict[str, pl.DataFrame]:
    """Compute the tables of one chunk.

    Args:
        board: what is the same for all draws.
        draws: the chunk's draws.
        horizon: years.
        first: number of the chunk's first draw.
        protege: whether the protege chooses or is a mechanism.

    Returns:
        ``outcomes`` (a row per draw and option), ``guarantors`` (per draw, option, guarantor) and
        ``parameters`` (per draw).
    """
    chunk = solve_chunk(board, draws, horizon, protege)
    return {
        "outcomes": _outcomes(board, chunk, horizon, first),
        "guarantors": _guarantors(board, chunk, first),
        "parameters": _parameters(chunk, first),
    }


def _main_cells(board: Board) -> NDArray[np.intp]:
    """The cell of each option's last phase: what the option finally promises."""
    last = [int(row[row >= 0][-1]) for row in board.cell_of]
    return np.array(last, np.intp)


def _outcomes(board: Board, chunk: Chunk, horizon: float, first: int) -> pl.DataFrame:
    projection = chunk.projection
    columns: dict[str, Floats | NDArray[np.generic]] = {}
    size, options = projection.rmst.shape
    columns["draw"] = np.repeat(np.arange(first, first + size, dtype=np.int64), options)
    columns["option"] = np.tile(np.arange(options, dtype=np.int16), size)
    reached = _reached(board, chunk)
    columns["reached"] = reached
    columns["value_challenger"] = projection.value_start
    columns["rmst"] = projection.peace_years[:, :, _at(projection, horizon)]
    columns["rmst_low"] = projection.peace_years_low[:, :, _at(projection, horizon)]
    columns["rmst_high"] = projection.peace_years_high[:, :, _at(projection, horizon)]
    columns["rmst_discounted"] = projection.discounted_rmst
    columns["value_protege"] = projection.value_protege
    columns["provokes"] = projection.provokes
    columns["entered_10y"] = projection.entered[:, :, 0, _at(projection, MONEY_YEARS)]
    columns["frayed_years"] = projection.frayed_years
    columns["status"] = projection.status
    columns["undetermined"] = chunk.unsettled
    for horizon in HORIZONS:
        columns[f"rmst_{horizon}"] = projection.peace_years[:, :, _at(projection, float(horizon))]
    for year in range(0, int(projection.years[-1]) + 1):
        columns[f"s_{year:02d}"] = projection.survival[:, :, _at(projection, float(year))]
    columns.update(_crisis_columns(board, chunk))
    columns["cost"] = _cost(board, chunk)
    columns["half_hearted"] = np.tile(_half_hearted(board, chunk), (size, 1))
    data = {
        name: np.ascontiguousarray(value).reshape(-1) if value.ndim == 2 else value
        for name, value in columns.items()
    }
    return pl.DataFrame(data)


def _at(projection: Projection, year: float) -> int:
    return int(np.argmin(np.abs(projection.years - year)))


def _reached(board: Board, chunk: Chunk) -> NDArray[np.bool_]:
    """Whether the adversary prefers the option, with what it costs it to accept, to no deal."""
    draws = chunk.draws
    no_deal = draws.column("no_deal_value")
    loss = np.stack(
        [
            draws.column(o.adversary_loss) if o.adversary_loss else np.zeros(draws.size)
            for o in board.options
        ],
        axis=1,
    )
    return np.asarray(chunk.projection.value_start - loss >= no_deal[:, None])


def _crisis_columns(board: Board, chunk: Chunk) -> dict[str, Floats]:
    projection, crisis = chunk.projection, chunk.crisis
    ten = _at(projection, MONEY_YEARS)
    by_cause = dict(zip(projection.causes, np.moveaxis(projection.incidence, 2, 0), strict=True))
    columns = {f"cause_{name}": value[:, :, ten] for name, value in by_cause.items()}
    columns["attack_10y"] = sum(columns[f"cause_{name}"] for name in ATTACKS)
    columns["direct_war_10y"] = projection.direct_war[:, :, ten]
    columns["tested"] = projection.tested
    columns["honoured_when_tested"] = projection.honoured
    columns["first_phase_attack_10y"] = projection.first_attack_phase[:, :, 0, ten]
    cells = _main_cells(board)
    probe = np.array([i.crisis == "probe" for i in board.incidents])
    start = _start_state()
    kinds = np.flatnonzero(~probe)
    choice = deterrence.choose(crisis, chunk.stakes).by_kind
    weight = choice[start][:, cells][:, :, kinds]
    weight = weight / np.maximum(weight.sum(axis=2, keepdims=True), 1e-300)
    for name in ("honoured", "helped", "defence"):
        value = getattr(crisis, name)[start][:, cells][:, :, kinds]
        columns[name] = (value * weight).sum(axis=2)
    kappa = chunk.exposure.commitment[:, cells][:, :, :, kinds].mean(axis=3)
    m = chunk.stakes.m[:, None, :]
    columns["commitment"] = (kappa * m).sum(axis=2) / m.sum(axis=2)
    for k, incident in enumerate(board.incidents):
        columns[f"choice_{incident.id}"] = choice[start][:, cells][:, :, k]
    return columns


def _start_state() -> tuple[slice | int, ...]:
    """Index of the state in which the clock starts, after the axes draw and cell."""
    at = Start()
    return (slice(None), slice(None), at.posture, at.credibility, at.forces, at.alignment)


def _half_hearted(board: Board, chunk: Chunk) -> Floats:
    """Share of the chunk's draws in which a half-hearted promise makes a war, worst attack kind."""
    share = deterrence.half_hearted(chunk.crisis, chunk.stakes)[_main_cells(board)]
    attack = np.array([i.crisis == "attack" for i in board.incidents])
    return np.asarray(share[:, attack].max(axis=1))


def _cost(board: Board, chunk: Chunk) -> Floats:
    """Mean yearly cost to the guarantors over ten years in million dollars.

    Deployments of the last phase at their yearly cost, and acts of help: the chance of an attack
    in a year times the capability expected to act times the cost of one act of full size.
    """
    draws = chunk.draws
    start, cells = _start_state(), _main_cells(board)
    attack = np.flatnonzero([i.crisis == "attack" for i in board.incidents])
    acts = chunk.crisis.act_cost[start][:, cells][:, :, attack].mean(axis=2)
    ten = _at(chunk.projection, MONEY_YEARS)
    causes = [chunk.projection.causes.index(name) for name in ATTACKS]
    yearly = chunk.projection.incidence[:, :, causes, ten].sum(axis=2) / MONEY_YEARS
    cost: Floats = yearly * acts * draws.column("cost_act_musd")[:, None]
    for row, option in enumerate(board.options):
        for name in option.phases[-1].deployments:
            deployment = board.deployments[name]
            unit = draws.column(deployment.unit_cost or "cost_soldier_musd")
            cost[:, row] += draws.column(deployment.troops) * unit
    return cost


def _guarantors(board: Board, chunk: Chunk, first: int) -> pl.DataFrame:
    cells = _main_cells(board)
    attack = np.flatnonzero([i.crisis == "attack" for i in board.incidents])
    size, options, count = chunk.draws.size, len(board.options), len(board.guarantors)
    start = _start_state()
    weight = deterrence.choose(chunk.crisis, chunk.stakes).by_kind[start][:, cells][:, :, attack]
    weight = weight / np.maximum(weight.sum(axis=2, keepdims=True), 1e-300)
    honour = (chunk.crisis.honour[:, cells][:, :, :, attack] * weight[:, :, None, :]).sum(axis=3)
    main = int(attack[0])
    return pl.DataFrame(
        {
            "draw": np.repeat(np.arange(first, first + size, dtype=np.int64), options * count),
            "option": np.tile(np.repeat(np.arange(options, dtype=np.int16), count), size),
            "guarantor": np.tile(np.arange(count, dtype=np.int16), size * options),
            "honour": honour.reshape(-1),
            "commitment": chunk.exposure.commitment[:, cells][:, :, :, main].reshape(-1),
            "klass": chunk.exposure.klass[:, cells][:, :, :, main].reshape(-1),
            "troops": chunk.exposure.troops[:, cells].reshape(-1),
            "capability": np.repeat(chunk.stakes.m[:, None, :], options, axis=1).reshape(-1),
        }
    )


def _parameters(chunk: Chunk, first: int) -> pl.DataFrame:
    draws = chunk.draws
    numbers = np.arange(first, first + draws.size, dtype=np.int64)
    return pl.DataFrame({"draw": numbers, **dict(draws.columns)})
