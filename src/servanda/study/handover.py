"""The only place where one engine's answers become another's inputs.

obligations -> exposure -> deterrence -> crisis inputs -> durability. Shapes are typed by the
receiver; here they are filled, draw by draw, from duty tables and drawn assumptions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CLASSES, Crisis, Exposure, Levels, Stakes
from servanda.domain.errors import ModelError
from servanda.domain.incident import Incident
from servanda.domain.option import Phase
from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Tempo
from servanda.study.board import Board
from servanda.study.completions import MILITARY, POOL, DutyTable
from servanda.study.draws import Draws

__all__ = ["crisis_inputs", "exposure", "levels", "plans", "stakes", "tempo"]

Floats = NDArray[np.float64]

KAPPA = {
    "permitted": "kappa_permitted",
    "mandate": "kappa_mandate",
    "consult": "kappa_consult",
    "discretionary": "kappa_discretionary",
    "political": "kappa_political",
}
SHARE = {
    "unspecified": "share_unspecified",
    "materiel": "share_materiel",
    "optional": "share_optional",
    "included": "share_included",
}
STAKE_COLUMNS = (
    *("lambda_c", "lambda_g", "lambda_p", "g", "m_p", "tau0", "n0", "phi_f", "c_w", "c_o", "c_g"),
    *("c_n", "s_q", "c_p", "a1", "a2", "a3", "zeta", "g_b", "x_b", "eps", "x_prov"),
    *("d0", "d_f", "d_n"),
)
TEMPO_COLUMNS = (
    *("lambda_c", "lambda_p", "omega_c", "omega_p", "rho", "s_q", "g_b", "x_b", "eps", "c_o"),
    *("mu_drift", "mu_leave", "mu_election", "mu_settle", "mu_fray", "mu_mend", "p_prov", "g_p"),
)


def exposure(board: Board, draws: Draws) -> tuple[Exposure, NDArray[np.bool_]]:
    """Fill the deterrence engine's exposure for one chunk.

    Returns:
        the exposure, and bool[draw, option]: draws in which a text of the option stays
        undetermined even when completed.
    """
    shape = (draws.size, len(board.cells), len(board.guarantors), len(board.incidents))
    klass = np.zeros(shape, np.int8)
    military = np.zeros(shape, np.int8)
    floor, delay = np.full(shape, np.nan), np.full(shape, np.nan)
    body, clause = np.full(shape, -1, np.int16), np.full(shape, -1, np.int16)
    unsettled = np.zeros((draws.size, len(board.cells)), np.bool_)
    rows = {name: _rows(table, draws) for name, table in board.tables.items()}
    troops, forward = _forces(board, draws)
    for at, cell in enumerate(board.cells):
        manned = bool((troops[:, at] > 0.0).any())
        kinds = np.arange(len(board.incidents)) if manned else board.twins
        for name in cell.instruments:
            table, where = board.tables[name], rows[name]
            picked = _at(table.klass, where, kinds), _at(table.military, where, kinds)
            stronger = (picked[0].astype(np.int16) * 8 + picked[1]) > (
                klass[:, at].astype(np.int16) * 8 + military[:, at]
            )
            bodies = _index(table.bodies, board.bodies)
            clauses = _index(table.clauses, board.clauses)
            for target, source in (
                (klass, picked[0]),
                (military, picked[1]),
                (floor, _at(table.floor, where, kinds)),
                (delay, _at(table.delay_hours, where, kinds)),
                (body, bodies[_at(table.body, where, kinds)]),
                (clause, clauses[_at(table.clause, where, kinds)]),
            ):
                target[:, at] = np.where(stronger, source, target[:, at])
            unsettled[:, at] |= table.unsettled[where[1]]
    low, high, share = _shares(board, draws, klass, military, floor)
    commitment = _commitment(board, draws, klass, troops)
    _own_units(board, klass, commitment, (low, high, share), troops, forward)
    filled = Exposure(
        options=tuple(o.id for o in board.options),
        guarantors=board.names,
        kinds=tuple(i.id for i in board.incidents),
        bodies=board.bodies,
        cell_of=board.cell_of,
        klass=klass,
        floor=low,
        ceiling=high,
        share=share,
        delay_hours=_delays(draws, delay, body),
        commitment=commitment,
        body=body,
        pool=clause,
        troops=troops,
        forward=forward,
    )
    marked = np.zeros((draws.size, len(board.options)), np.bool_)
    for row in range(len(board.options)):
        cells = board.cell_of[row][board.cell_of[row] >= 0]
        marked[:, row] = unsettled[:, cells].any(axis=1)
    return filled, marked


def _at(
    values: NDArray[Any], where: tuple[NDArray[np.intp], NDArray[np.intp]], kinds: NDArray[np.intp]
) -> NDArray[Any]:
    """Look up [draw, guarantor, kind] in a table over layer, completion, guarantor and kind."""
    found: NDArray[Any] = values[where][:, :, kinds]
    return found


def _rows(table: DutyTable, draws: Draws) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    wide = draws.column("reading_wide")
    layer = (draws.uniform(f"reading:{table.group}") < wide).astype(np.intp)
    completion = (draws.uniform(f"completion:{table.group}") * POOL).astype(np.intp)
    return layer, completion


def _index(names: tuple[str, ...], order: tuple[str, ...]) -> NDArray[np.int16]:
    return np.array([*(order.index(n) for n in names), -1], np.int16)


def _forces(board: Board, draws: Draws) -> tuple[Floats, Floats]:
    shape = (draws.size, len(board.cells), len(board.guarantors))
    troops = np.zeros(shape)
    place = {name: i for i, name in enumerate(board.names)}
    for at, cell in enumerate(board.cells):
        for name in cell.deployments:
            deployment = board.deployments[name]
            if deployment.mission != "combat" or deployment.actor not in place:
                continue
            troops[:, at, place[deployment.actor]] += draws.column(deployment.troops)
    theatre = draws.column("challenger_theatre_troops")
    capability = np.stack([draws.column(g.capability) for g in board.guarantors], axis=1)
    needed = np.maximum(capability * theatre[:, None], 1.0)
    return troops, np.minimum(troops / needed[:, None, :], 1.0)


def _shares(
    board: Board,
    draws: Draws,
    klass: NDArray[np.int8],
    military: NDArray[np.int8],
    floor: Floats,
) -> tuple[Floats, Floats, Floats]:
    ceiling = np.zeros(klass.shape)
    for code, name in enumerate(MILITARY):
        if name in SHARE:
            column = draws.column(SHARE[name])[:, None, None, None]
            ceiling = np.where(military == code, column, ceiling)
    unbound = draws.column("share_unbound")[:, None, None, None]
    ceiling = np.where(klass == 0, unbound, ceiling)
    materiel = draws.column("share_materiel")
    for i, guarantor in enumerate(board.guarantors):
        if guarantor.response_ceiling is not None:
            limit = draws.column(guarantor.response_ceiling)[:, None, None]
            ceiling[:, :, i, :] = np.minimum(ceiling[:, :, i, :], limit)
        if "troops" in guarantor.refuses:
            # A refusal to station troops says nothing of what an ally owes under a binding pact.
            free = klass[:, :, i, :] == CLASSES.index("binding")
            capped = np.minimum(ceiling[:, :, i, :], materiel[:, None, None])
            ceiling[:, :, i, :] = np.where(free, ceiling[:, :, i, :], capped)
    low = np.minimum(np.nan_to_num(floor, nan=0.0), ceiling)
    level = np.stack([draws.uniform(f"share:{n}") for n in board.names], axis=1)
    share = low + (ceiling - low) * level[:, None, :, None]
    return low, ceiling, share


def _own_units(
    board: Board,
    klass: NDArray[np.int8],
    commitment: Floats,
    shares: tuple[Floats, Floats, Floats],
    troops: Floats,
    forward: Floats,
) -> None:
    """A state whose own unit is struck needs no treaty: its word is then its own.

    Where no unit stands, such an incident is an attack of the same size on the protege's forces.
    """
    for k, incident in enumerate(board.incidents):
        if not incident.own_unit:
            continue
        present = troops > 0.0
        klass[..., k][present] = CLASSES.index("binding")
        commitment[..., k][present] = 1.0
        for share in shares[1:]:
            share[..., k] = np.where(present, np.maximum(share[..., k], forward), share[..., k])


def _delays(draws: Draws, stated: Floats, body: NDArray[np.int16]) -> Floats:
    alone = draws.column("decide_each")[:, None, None, None]
    together = draws.column("decide_body")[:, None, None, None]
    usual = np.where(body >= 0, together, alone)
    return np.where(np.isnan(stated), usual, np.maximum(stated, 0.0) + 0.0 * usual)


def _commitment(board: Board, draws: Draws, klass: NDArray[np.int8], troops: Floats) -> Floats:
    commitment = np.zeros(klass.shape)
    for i, name in enumerate(board.names):
        level = draws.uniform(f"kappa:{name}")
        for code, word in enumerate(CLASSES):
            if word == "none":
                continue
            mine = klass[:, :, i, :] == code
            if not mine.any():
                continue
            if word == "binding":
                backed = draws.at("kappa_binding", level)[:, None]
                bare = draws.at("kappa_binding_without_forces", level)[:, None]
                value = np.where(troops[:, :, i] > 0.0, backed, bare)[:, :, None]
            else:
                value = draws.at(KAPPA[word], level)[:, None, None]
            commitment[:, :, i, :] = np.where(mine, value, commitment[:, :, i, :])
    return commitment


def stakes(board: Board, draws: Draws) -> Stakes:
    """Fill the deterrence engine's parameters for one chunk."""

    def each(field: str, default: str) -> Floats:
        """Stack a guarantor column; a library default is drawn anew for every guarantor."""
        columns = []
        for guarantor in board.guarantors:
            own = getattr(guarantor, field)
            if own is not None:
                columns.append(draws.column(own))
            else:
                columns.append(draws.at(default, draws.uniform(f"{default}:{guarantor.actor}")))
        return np.stack(columns, axis=1)

    error = np.stack(
        [
            draws.at("capability_error", draws.uniform(f"capability_error:{name}"))
            for name in board.names
        ],
        axis=1,
    )
    nuclear_cost = each("nuclear_cost", "nuclear_cost") * float(board.challenger_nuclear)
    sizes = np.stack([draws.column(_size(i)) for i in board.incidents], axis=1)
    return Stakes(
        **{name: draws.column(name) for name in STAKE_COLUMNS},
        m=np.stack([draws.column(g.capability) for g in board.guarantors], axis=1) * error,
        b=each("stake", "stake"),
        nu=nuclear_cost,
        a0=each("default_cost", "a0"),
        t_move=each("reinforcement_hours", "move_hours"),
        nuclear=board.nuclear,
        pivotal=np.array([g.pivotal for g in board.guarantors], np.bool_),
        size=sizes,
        probe=np.array([i.crisis == "probe" for i in board.incidents], np.bool_),
    )


def _size(incident: Incident) -> str:
    if incident.size is None:
        raise ModelError(
            f"the incident {incident.id!r} has `crisis` but no `size`; name an assumption such as "
            "size_limited",
            code="SV602",
        )
    return incident.size


def levels(draws: Draws) -> Levels:
    """Fill the multipliers of the chain's levels from their (fixed) assumptions."""

    def at(*names: str) -> tuple[float, ...]:
        return tuple(float(np.median(draws.column(name))) for name in names)

    return Levels(
        posture=at("posture_start", "posture_recovered", "posture_enlarged", "posture_peak"),
        credibility=at("credibility_low", "credibility_middle", "credibility_full"),
        forces=(1.0, 0.0),
        alignment=(1.0, *at("alignment_half"), 0.0),
    )


def crisis_inputs(crisis: Crisis, board: Board, draws: Draws, filled: Exposure) -> CrisisInputs:
    """Hand one crisis over to the durability engine: same axes, its own names.

    Where a new binding pact stands, the disputed provocation term is added to the value of an
    attack (zero under one rival, positive under the other).
    """
    pact = (filled.klass == CLASSES.index("binding")) & ~_own_kinds(board)
    provoked = draws.column("provocation_term")[:, None] * pact.any(axis=(2, 3))
    return CrisisInputs(
        kinds=tuple(i.id for i in board.incidents),
        probe=np.array([i.crisis == "probe" for i in board.incidents], np.bool_),
        size=np.array([float(draws.column(_size(i)).mean()) for i in board.incidents]),
        attack_value=crisis.attack_value + provoked[:, :, None, None, None, None, None],
        # a sum of probabilities may pass 1 by its last bit
        resist=np.minimum(crisis.resist, 1.0),
        answered=np.minimum(crisis.helped, 1.0),
        honoured=np.minimum(crisis.honoured, 1.0),
        defence=np.minimum(crisis.defence, 1.0),
        direct_war=np.minimum(crisis.direct_war, 1.0),
    )


def _own_kinds(board: Board) -> NDArray[np.bool_]:
    return np.array([i.own_unit for i in board.incidents], np.bool_)


def tempo(draws: Draws) -> Tempo:
    """Fill the chain's rates and the challenger's discount for one chunk."""
    return Tempo(**{name: draws.column(name) for name in TEMPO_COLUMNS})


def plans(board: Board, draws: Draws, filled: Exposure) -> tuple[Plan, ...]:
    """Say, per option, through which cells it passes and at which rates."""
    made = []
    for row, option in enumerate(board.options):
        phases = tuple(
            _phase(phase, int(board.cell_of[row, column]), draws, filled, board)
            for column, phase in enumerate(option.phases)
        )
        made.append(Plan(option=option.id, phases=phases))
    return tuple(made)


def _phase(phase: Phase, cell: int, draws: Draws, filled: Exposure, board: Board) -> PlanPhase:
    hazard = np.zeros(draws.size) if phase.passes_on is None else draws.column(phase.passes_on)
    return PlanPhase(
        cell=cell,
        eta=hazard,
        truce=phase.truce,
        forces=bool((filled.troops[:, cell] > 0.0).any()),
        credibility=bool((filled.commitment[:, cell] > 0.0).any()),
        alignment=any(g.pivotal for g in board.guarantors),
    )
