"""deterrence -> durability: crises at every state, rates, and the phases of each option."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CLASSES, Crisis, Exposure, Stakes
from servanda.domain.option import Phase
from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Provoked, Tempo
from servanda.study.board import Board
from servanda.study.draws import Draws
from servanda.study.handover.payoffs import size_of

__all__ = ["crisis_inputs", "plans", "tempo"]

Floats = NDArray[np.float64]

TEMPO_COLUMNS = (
    *("lambda_c", "lambda_p", "omega_c", "omega_p", "rho", "s_q", "g_b", "x_b", "eps", "c_o"),
    *("mu_drift", "mu_leave", "mu_election", "mu_settle", "mu_fray", "mu_mend", "mu_collapse"),
    *("p_prov", "g_p", "c_truce"),
)


def crisis_inputs(
    crisis: Crisis, stakes: Stakes, board: Board, draws: Draws, filled: Exposure
) -> CrisisInputs:
    """Hand one crisis over to the durability engine: same axes, its own names.

    Where a new binding pact stands, the disputed provocation term is added to the value of an
    attack (zero under one rival, positive under the other).
    """
    pact = (filled.klass == CLASSES.index("binding")) & ~_own_kinds(board)
    term = draws.column("provocation_term")[:, None] * pact.any(axis=(2, 3))
    value = crisis.attack_value + term[:, :, None, None, None, None, None]
    # a sum of probabilities may pass 1 by its last bit
    chances = {
        name: np.minimum(getattr(crisis, source), 1.0)
        for name, source in (
            ("resist", "resist"),
            ("answered", "helped"),
            ("honoured", "honoured"),
            ("defence", "defence"),
            ("direct_war", "direct_war"),
        )
    }
    told = _protege_value(chances["resist"], chances["defence"], stakes)
    after = _after_provocation(crisis, draws)
    return CrisisInputs(
        kinds=tuple(i.id for i in board.incidents),
        probe=np.array([i.crisis == "probe" for i in board.incidents], np.bool_),
        size=np.array([float(draws.column(size_of(i)).mean()) for i in board.incidents]),
        attack_value=_kept(value),
        protege_value=_kept(told),
        provoked=Provoked(
            attack_value=after(value) + _wide(draws.column("c_o"), value),
            resist=_chance(after(chances["resist"])),
            direct_war=_chance(after(chances["direct_war"])),
            protege_value=after(told),
        ),
        **{name: _kept(table) for name, table in chances.items()},
    )


def _wide(column: Floats, like: Floats) -> Floats:
    return column.reshape(-1, *([1] * (like.ndim - 1)))


def _chance(table: Floats) -> Floats:
    """Keep an interpolated probability inside [0, 1]."""
    return np.clip(table, 0.0, 1.0)


def _kept(table: Floats) -> Floats:
    """The levels of credibility that are states of the chain: all but the last."""
    return table[:, :, :, :-1]


def _protege_value(resist: Floats, defence: Floats, stakes: Stakes) -> Floats:
    """The protege's lump in units of the prize: what is not attacked, and what it saves of it.

    It concedes the part attacked, or resists and keeps it with the chance that the defence holds,
    at its cost (docs/model.md section 3).
    """
    part = stakes.size[:, None, None, None, None, None, :]
    return 1.0 - part * (1.0 - resist * (defence - _wide(stakes.c_p, resist)))


def _after_provocation(crisis: Crisis, draws: Draws) -> Callable[[Floats], Floats]:
    """Return how a table reads once the protege has provoked: the word counts 1 - x_prov of itself.

    Tables are known at four shares of the word (none and the three levels of credibility) and are
    smooth in it; between them they are read by the cubic through the four.
    """
    nodes = np.asarray(crisis.levels.credibility)
    shares = nodes[:-1][None, :] * (1.0 - draws.column("x_prov"))[:, None]
    weights = np.ones((*shares.shape, nodes.size))
    for i, at in enumerate(nodes):
        for j, other in enumerate(nodes):
            if i != j:
                weights[:, :, i] *= (shares - other) / (at - other)

    def read(table: Floats) -> Floats:
        found: Floats = np.einsum("dqk,dcpkfai->dcpqfai", weights, table, optimize=True)
        return found

    return read


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
        collapse=phase.truce,
        covered=_broken(phase, board) if phase.truce else None,
        own_word=_broken(phase, board, given=True),
        forces=bool((filled.troops[:, cell] > 0.0).any()),
        credibility=bool((filled.commitment[:, cell] > 0.0).any()),
        alignment=any(g.pivotal for g in board.guarantors),
    )


def _broken(phase: Phase, board: Board, *, given: bool = False) -> NDArray[np.bool_] | None:
    """Kinds by which the challenger would break its own word in the texts of a phase.

    Args:
        phase: the phase.
        board: the layout, which knows what each text makes of each kind.
        given: only texts that make the challenger a guarantor.
    """
    flags = np.zeros(len(board.incidents), np.bool_)
    for name in phase.instruments:
        if board.words[name].given or not given:
            flags |= board.words[name].broken
    return flags if flags.any() else None
