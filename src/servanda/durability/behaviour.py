"""What can happen in one draw, move by move, and how well the values solve their equations.

``explain`` reads it; checks compare it with the kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servanda.durability.draw import SETTLED, Draw, Move, one_draw, soft_choice, soft_pair
from servanda.durability.model import CAUSES, CrisisInputs, Plan, Start, Tempo
from servanda.durability.packing import Chance, Protege, chooses
from servanda.durability.solve import solved
from servanda.durability.states import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Behaviour", "behaviour"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One draw of one option, spelled out.

    Args:
        states: in the order of the value array.
        start: index of the first state.
        values: float64[state]; the challenger's values.
        protege: float64[state]; the protege's; nan where it is mechanical.
        choice: float64[state, 1 + kind]; the challenger's probabilities, stay first.
        reply: float64[state, 1 + kind]; its answer to a provocation, let pass first.
        provokes: float64[state]; probability that the protege uses a chance to act to provoke.
        moves: everything that can happen, state by state.
        residual: float64[state]; error of the value equations in units of value, the larger one.
    """

    states: tuple[State, ...]
    start: int
    values: Floats
    protege: Floats
    choice: Floats
    reply: Floats
    provokes: Floats
    moves: tuple[Move, ...]
    residual: Floats

    def generator(self) -> Floats:
        """float64[state, state]: the dense generator of the states in which peace still runs."""
        matrix = np.zeros((len(self.states), len(self.states)))
        for move in self.moves:
            matrix[move.state, move.state] -= move.rate
            if move.target is not None:
                matrix[move.state, move.target] += move.rate
        return matrix

    def ends(self) -> Floats:
        """float64[state, cause + 1]: rates into each cause, then into a settled peace."""
        matrix = np.zeros((len(self.states), len(CAUSES) + 1))
        names = (*CAUSES, SETTLED)
        for move in self.moves:
            if move.end is not None:
                matrix[move.state, names.index(move.end)] += move.rate
        return matrix


def _gaps(
    draw: Draw, s: int, v: Floats, u: Floats | None, natural: list[Move]
) -> tuple[float, Floats, Floats, float]:
    """Errors of both value equations at one state, divided by the left factor, and the choices."""
    rate = draw.rate
    total = rate["rho"] + rate["omega_c"] + rate["omega_p"] + sum(m.rate for m in natural)
    best, choice = soft_choice(
        draw.action_values(s, v), draw.inputs.reference(), rate["lambda_c"], draw.chance
    )
    after, reply = draw.reply(s, v)
    provokes, worst = rate["p_prov"], 0.0
    if u is not None:
        raid = draw.provoking(s, u, reply)
        value, provokes = soft_pair(
            float(u[s]), raid, rate["p_prov"], rate["lambda_p"], draw.chance
        )
        right = rate["rho"] * rate["s_p"] + rate["omega_c"] * draw.acted(s, u, choice)
        right += rate["omega_p"] * value + _drawn(natural, u, rate["s_p"])
        worst = abs(float(u[s]) - right / total)
    right = rate["rho"] * rate["s_q"] + rate["omega_c"] * best + _drawn(natural, v, rate["s_q"])
    right += rate["omega_p"] * ((1.0 - provokes) * float(v[s]) + provokes * after)
    return max(worst, abs(float(v[s]) - right / total)), choice, reply, provokes


def _drawn(natural: list[Move], values: Floats, settled: float) -> float:
    return sum(m.rate * (settled if m.target is None else float(values[m.target])) for m in natural)


def behaviour(
    inputs: CrisisInputs,
    tempo: Tempo,
    plan: Plan,
    draw: int,
    *,
    start: Start | None = None,
    protege: Protege | None = None,
    chance: Chance = "mean",
) -> Behaviour:
    """Spell out one draw of one option.

    Args:
        inputs: crises of the batch.
        tempo: rates and values of the batch.
        plan: the option.
        draw: which draw, counted from 0.
        start: where the clock starts; None for the reference state.
        protege: as in ``project``.
        chance: as in ``project``.

    Returns:
        States, values, choices and moves. ``residual`` is measured here, not by the kernels.

    Raises:
        ModelError: no such draw, or the arrays disagree.
    """
    start = start or Start()
    single, rates, short = one_draw(inputs, tempo, plan, draw)
    found = solved(single, rates, short, start=start, protege=protege, chance=chance, threads=1)
    here, v = Draw(single, rates, short, start, chance), found.challenger[0, :-1]
    u = found.protege[0, :-1]
    n, acts = len(here.states), 1 + len(inputs.kinds)
    moves: list[Move] = []
    choice, reply = np.zeros((n, acts)), np.zeros((n, acts))
    residual, provokes = np.zeros(n), np.zeros(n)
    playing = chooses(single, protege)
    for s in range(n):
        natural = list(here.natural(s))
        residual[s], choice[s], reply[s], provokes[s] = _gaps(
            here, s, v, u if playing else None, natural
        )
        moves += natural
        acted = here.chosen(s, choice[s], reply[s], float(provokes[s]))
        moves += [move for move in acted if move.rate > 0.0]
    return Behaviour(here.states, here.first, v, u, choice, reply, provokes, tuple(moves), residual)
