"""Crises, rates and plans as the kernels read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.model import CHANCES, MAX_PHASES, PROTEGES, CrisisInputs, Plan, Tempo
from servanda.durability.states import RATES
from servanda.numerics.chain import Acts, Pace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Chance", "Protege", "acts_of", "chooses", "pace_of"]

Protege = Literal["chooses", "mechanical"]
Chance = Literal["mean", "log_sum"]


def chooses(inputs: CrisisInputs, protege: Protege | None) -> bool:
    """Say whether the protege chooses; None means: where its values are given.

    Raises:
        ModelError: no such protege, or one that should choose without values.
    """
    if protege is None:
        return inputs.protege_value is not None
    if protege not in PROTEGES:
        raise ModelError(f"protege is {protege!r}; it must be one of {', '.join(PROTEGES)}")
    if protege == "chooses" and inputs.protege_value is None:
        raise ModelError("a protege that chooses needs protege_value in the crises")
    return protege == "chooses"


def acts_of(inputs: CrisisInputs, tempo: Tempo) -> Acts:
    """The action tables as the kernels read them: float64[draw, row, kind]."""
    draws, kinds = inputs.draws, len(inputs.kinds)

    def rows(array: Floats) -> Floats:
        return np.ascontiguousarray(array.reshape(draws, -1, kinds))

    lump, first, flag = (
        rows(getattr(inputs, name)) for name in ("attack_value", "resist", "direct_war")
    )
    other = np.zeros_like(lump) if inputs.protege_value is None else rows(inputs.protege_value)
    provoked = inputs.provoked
    if provoked is None:
        replies = (lump + tempo.c_o[:, None, None], other, first * flag)
    else:
        resisted = rows(provoked.resist) * rows(provoked.direct_war)
        replies = (rows(provoked.attack_value), rows(provoked.protege_value), resisted)
    return Acts(
        lump=lump,
        other=other,
        accept=rows(inputs.answered),
        first=first,
        second=rows(inputs.defence),
        flag=flag,
        tally=rows(inputs.honoured),
        reply_lump=replies[0],
        reply_other=replies[1],
        reply_flag=replies[2],
        weight=inputs.reference(),
        reply=inputs.reply(),
        trial=inputs.probe,
    )


def pace_of(tempo: Tempo, plan: Plan, chance: Chance = "mean") -> Pace:
    """Rates and values per draw for one option.

    Args:
        tempo: rates and values.
        plan: the option, for its exit hazards.
        chance: what a chance to act is worth (see ``project``).
    """
    if chance not in CHANCES:
        raise ModelError(f"chance is {chance!r}; it must be one of {', '.join(CHANCES)}")
    exits = [phase.eta for phase in plan.phases]
    exits += [np.zeros(tempo.draws)] * (MAX_PHASES - len(exits))
    natural = [getattr(tempo, name) for name in RATES]
    return Pace(
        lam=tempo.lambda_c,
        rho=tempo.rho,
        flow=tempo.s_q,
        omega=tempo.omega_c,
        rival=tempo.omega_p,
        gain=tempo.g_b,
        loss=tempo.x_b,
        eps=tempo.eps,
        toll=tempo.c_truce,
        raid=tempo.g_p,
        ready=tempo.p_prov,
        second_lam=tempo.lambda_p,
        second_flow=tempo.s_p,
        rates=np.ascontiguousarray(np.stack(natural + exits, axis=1)),
        charged=chance == "log_sum",
    )
