"""obligations -> deterrence: from duty tables and drawn numbers to what each guarantor faces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CLASSES, Exposure
from servanda.study.board import Board
from servanda.study.completions import MILITARY, POOL, DutyTable
from servanda.study.draws import Draws
from servanda.study.handover.decisions import delays, rules, single_voters

__all__ = ["exposure"]

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


def exposure(board: Board, draws: Draws) -> tuple[Exposure, NDArray[np.bool_]]:
    """Fill the deterrence engine's exposure for one chunk.

    Returns:
        the exposure, and bool[draw, option]: draws in which a text of the option stays
        undetermined even when completed.
    """
    shape = (draws.size, len(board.cells), len(board.guarantors), len(board.incidents))
    klass = np.zeros(shape, np.int8)
    military = np.zeros(shape, np.int8)
    floor, delay, ceiling = (np.full(shape, np.nan) for _ in range(3))
    talks, declared = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
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
                (ceiling, _at(table.ceiling, where, kinds)),
                (delay, _at(table.delay_hours, where, kinds)),
                (talks, _at(table.talks, where, kinds)),
                (declared, _at(table.declared, where, kinds)),
                (body, bodies[_at(table.body, where, kinds)]),
                (clause, clauses[_at(table.clause, where, kinds)]),
            ):
                target[:, at] = np.where(stronger, source, target[:, at])
            unsettled[:, at] |= table.unsettled[where[1]]
    low, high, share = _shares(board, draws, klass, military, (floor, ceiling))
    commitment = _commitment(board, draws, klass, troops)
    body[single_voters(board, body)] = -1
    hours = delays(board, draws, delay, talks, declared, body)
    _own_units(board, klass, commitment, (low, high, share), troops, forward)
    for k, incident in enumerate(board.incidents):
        if incident.own_unit:
            # its own word needs neither a vote nor another's act
            body[..., k][troops > 0.0] = -1
    filled = Exposure(
        options=tuple(o.id for o in board.options),
        guarantors=board.names,
        kinds=tuple(i.id for i in board.incidents),
        bodies=tuple(b.label for b in board.bodies),
        cell_of=board.cell_of,
        klass=klass,
        floor=low,
        ceiling=high,
        share=share,
        delay_hours=hours,
        commitment=commitment,
        body=body,
        pool=clause,
        troops=troops,
        forward=forward,
        rules=rules(board, draws),
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


def _index(names: tuple[Any, ...], order: tuple[Any, ...]) -> NDArray[np.int16]:
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
    stated: tuple[Floats, Floats],
) -> tuple[Floats, Floats, Floats]:
    """Give the least and the largest share owed and the one drawn; stated are floor and ceiling."""
    floor, limit_stated = stated
    ceiling = np.zeros(klass.shape)
    for code, name in enumerate(MILITARY):
        if name in SHARE:
            column = draws.column(SHARE[name])[:, None, None, None]
            ceiling = np.where(military == code, column, ceiling)
    ceiling = np.fmin(ceiling, limit_stated)
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
