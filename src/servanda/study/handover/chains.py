"""deterrence -> durability: crises at every state, rates, and the phases of each option."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CLASSES, Crisis, Exposure
from servanda.domain.option import Phase
from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Tempo
from servanda.study.board import Board
from servanda.study.draws import Draws
from servanda.study.handover.payoffs import size_of

__all__ = ["crisis_inputs", "plans", "tempo"]

TEMPO_COLUMNS = (
    *("lambda_c", "lambda_p", "omega_c", "omega_p", "rho", "s_q", "g_b", "x_b", "eps", "c_o"),
    *("mu_drift", "mu_leave", "mu_election", "mu_settle", "mu_fray", "mu_mend", "p_prov", "g_p"),
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
        size=np.array([float(draws.column(size_of(i)).mean()) for i in board.incidents]),
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
