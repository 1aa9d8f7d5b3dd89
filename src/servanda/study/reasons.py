"""Why each guarantor would or would not act under each option, and whether who joins is settled.

Both are asked of the first draws of the run, at the state in which the clock starts, in the first
kind of attack of the incident bank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from servanda import deterrence
from servanda.deterrence.choosing import REFERENCE
from servanda.deterrence.explain import Why, explain
from servanda.study import handover
from servanda.study.draws import draw
from servanda.study.result import Joining
from servanda.study.running import Run

__all__ = ["ASKED", "Reasons", "reasons"]

#: Draws that are asked: what keeps the founding case within seconds.
ASKED = 40


@dataclass(frozen=True, slots=True)
class Reasons:
    """Reasons by option and actor, solutions by option, and the kind of attack they are for."""

    kind: str
    why: Mapping[str, Mapping[str, Why]]
    joining: Mapping[str, Joining]


def reasons(done: Run, asked: int = ASKED) -> Reasons:
    """Ask the first draws of a run why each guarantor acts.

    Args:
        done: the finished run.
        asked: how many draws at most.
    """
    size = min(asked, done.study.draws)
    board = done.board
    draws = draw(
        done.resolved.assumptions,
        seed=done.study.seed,
        chunk=0,
        size=size,
        rivals=done.study.rivals,
        posterior=done.study.posterior,
        shifts=done.study.shifts,
    )
    exposure, _ = handover.exposure(board, draws)
    stakes = handover.stakes(board, draws)
    crisis = deterrence.solve(exposure, stakes, REFERENCE)
    effect = deterrence.selection_effect(exposure, stakes)
    attack = effect.headline("attack")
    kind = next(i.id for i in board.incidents if i.crisis == "attack")
    last = {
        o.id: int(row[row >= 0][-1]) for o, row in zip(board.options, board.cell_of, strict=True)
    }
    return Reasons(
        kind=kind,
        why={
            name: {
                why.guarantor: why
                for why in explain(exposure, stakes, crisis, cell=cell, kind=kind, flips=False)
            }
            for name, cell in last.items()
        },
        joining={
            name: Joining(
                draws=size,
                several=float(effect.several[cell]),
                attack_low=float(np.min(attack[:, cell])),
                attack_high=float(np.max(attack[:, cell])),
            )
            for name, cell in last.items()
        },
    )
