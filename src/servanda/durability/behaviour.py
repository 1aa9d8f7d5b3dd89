"""What can happen in one draw, move by move, written without the kernels.

This is the slow and readable twin of the compiled chain: it lists every move out of every state
with its rate, recomputes the challenger's choices from its values, and measures how well those
values solve their equation. ``explain`` reads it; checks compare it with the kernels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.model import CAUSES, CrisisInputs, Plan, Start, Tempo
from servanda.durability.solve import values
from servanda.durability.states import State, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["SETTLED", "Behaviour", "Move", "behaviour", "mean_of_exponentials", "one_draw"]

SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that can happen in a state.

    Args:
        state: index of the state it happens in.
        what: in words, such as ``"probe sabotage answered"`` or ``"forces leave"``.
        rate: per year.
        target: index of the next state; None where peace ends or is settled.
        end: the cause where peace ends, ``"settled"`` where it is settled, else None.
        kind: the incident kind, if one is involved.
    """

    state: int
    what: str
    rate: float
    target: int | None = None
    end: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One draw of one option, spelled out.

    Args:
        states: in the order of the value array.
        start: index of the first state.
        values: float64[state]; the challenger's values.
        choice: float64[state, 1 + kind]; its probabilities, stay first.
        moves: everything that can happen, state by state.
        residual: float64[state]; error of the value equation in units of value.
    """

    states: tuple[State, ...]
    start: int
    values: Floats
    choice: Floats
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


def one_draw(
    inputs: CrisisInputs, tempo: Tempo, plan: Plan, draw: int
) -> tuple[CrisisInputs, Tempo, Plan]:
    """Cut one draw out of everything, as a batch of one.

    Raises:
        ModelError: there is no such draw.
    """
    if not 0 <= draw < inputs.draws:
        raise ModelError(f"there is no draw {draw}; there are {inputs.draws}, counted from 0")
    cut = slice(draw, draw + 1)
    crises = ("attack_value", "resist", "answered", "honoured", "defence", "direct_war")
    single = CrisisInputs(
        kinds=inputs.kinds,
        probe=inputs.probe,
        size=inputs.size,
        weight=inputs.weight,
        **{name: getattr(inputs, name)[cut] for name in crises},
    )
    rates = Tempo(**{name: getattr(tempo, name)[cut] for name in Tempo.__slots__})
    phases = tuple(
        type(phase)(
            cell=phase.cell,
            eta=phase.eta[cut],
            truce=phase.truce,
            forces=phase.forces,
            alignment=phase.alignment,
            credibility=phase.credibility,
        )
        for phase in plan.phases
    )
    return single, rates, Plan(plan.option, phases)


def mean_of_exponentials(q: Floats, weight: Floats, precision: float) -> tuple[float, Floats]:
    """Log-sum value of a choice and its probabilities, by the definition.

    Args:
        q: float64[action]; values.
        weight: float64[action]; reference weights, adding to 1.
        precision: lambda; below 1e-7 the value is taken to second order.
    """
    top = float(q[weight > 0].max())
    tilted = np.where(weight > 0, weight * np.exp(precision * (q - top)), 0.0)
    if precision < 1e-7:
        mean = float(weight @ q)
        value = mean + 0.5 * precision * float(weight @ (q - mean) ** 2)
    else:
        value = top + math.log(float(tilted.sum())) / precision
    return value, tilted / tilted.sum()


class _Draw:
    """One draw with its numbers as plain floats and its states by index."""

    def __init__(self, inputs: CrisisInputs, tempo: Tempo, plan: Plan, start: Start) -> None:
        self.inputs, self.plan = inputs, plan
        self.rate = {name: float(getattr(tempo, name)[0]) for name in Tempo.__slots__}
        self.states = lay_out(plan, inputs.levels, start).states
        self.index = {state: s for s, state in enumerate(self.states)}
        self.start_levels = start

    def crisis(self, name: str, state: State) -> Floats:
        array: Floats = getattr(self.inputs, name)
        cell = self.plan.phases[state.phase].cell
        levels = (state.posture, state.credibility, state.forces, state.alignment)
        return np.asarray(array[(0, cell, *levels)])

    def near(self, state: State, **change: int) -> int | None:
        """Index of the state with some levels changed, None where it is not in the chain."""
        levels = {name: change.get(name, getattr(state, name)) for name in State.__slots__}
        return self.index.get(State(**levels))

    def probed(self, state: State, step: int) -> int:
        frayed = int(self.plan.phases[state.phase].truce)
        moved = self.near(state, credibility=state.credibility + step, frayed=frayed)
        if moved is None:
            moved = self.near(state, frayed=frayed)
        if moved is None:
            raise ModelError("a probe leads out of the chain")
        return moved

    def next_phase(self, state: State) -> int:
        phase, start = self.plan.phases[state.phase], self.start_levels
        forces = state.forces if phase.forces else start.forces
        for credibility in (state.credibility, start.credibility):
            for alignment in (state.alignment, start.alignment):
                for gone in (forces, start.forces):
                    entered = State(state.phase + 1, state.posture, gone, credibility, alignment, 0)
                    if entered in self.index:
                        return self.index[entered]
        raise ModelError("a phase leads out of the chain")

    def natural(self, s: int) -> Iterator[Move]:
        state, rate = self.states[s], self.rate
        steps: list[tuple[str, float, int | None]] = [
            ("posture rises", rate["mu_drift"], self.near(state, posture=state.posture + 1)),
            ("forces leave", rate["mu_leave"], self.near(state, forces=state.forces + 1)),
        ]
        for step, word in ((1, "away"), (-1, "back")):
            to = self.near(state, alignment=state.alignment + step)
            steps.append((f"election turns {word}", 0.5 * rate["mu_election"], to))
        if self.plan.phases[state.phase].truce:
            word, name = ("truce mends", "mu_mend") if state.frayed else ("truce frays", "mu_fray")
            steps.append((word, rate[name], self.near(state, frayed=1 - state.frayed)))
        if state.phase + 1 < len(self.plan.phases) and not state.frayed:
            eta = float(self.plan.phases[state.phase].eta[0])
            steps.append((f"phase {state.phase + 2} begins", eta, self.next_phase(state)))
        for what, speed, to in steps:
            if to is not None and speed > 0.0:
                yield Move(s, what, speed, target=to)
        if rate["mu_settle"] > 0.0:
            yield Move(s, "peace is settled", rate["mu_settle"], end=SETTLED)

    def action_values(self, s: int, v: Floats) -> Floats:
        state, rate = self.states[s], self.rate
        lump, answered = self.crisis("attack_value", state), self.crisis("answered", state)
        lost = v[self.probed(state, 1)] - rate["x_b"]
        won = v[self.probed(state, -1)] + rate["g_b"]
        quiet = answered * lost + (1.0 - answered) * won
        probe = rate["eps"] * lump + (1.0 - rate["eps"]) * quiet
        return np.concatenate(([v[s]], np.where(self.inputs.probe, probe, lump)))

    def provoked_value(self, s: int) -> float:
        lump = self.crisis("attack_value", self.states[s]) + self.rate["c_o"]
        weight = self.inputs.reference()[1:]
        weight = weight if self.inputs.probe.all() else np.where(self.inputs.probe, 0.0, weight)
        return mean_of_exponentials(lump, weight / weight.sum(), self.rate["lambda_c"])[0]

    def chosen(self, s: int, choice: Floats) -> Iterator[Move]:
        """Moves at the challenger's and the protege's chances to act."""
        state, rate = self.states[s], self.rate
        resist, defence = self.crisis("resist", state), self.crisis("defence", state)
        answered, omega = self.crisis("answered", state), rate["omega_c"]
        for k, kind in enumerate(self.inputs.kinds):
            speed = omega * float(choice[1 + k])
            if self.inputs.probe[k]:
                quiet = speed * (1.0 - rate["eps"])
                yes, no = quiet * float(answered[k]), quiet * (1.0 - float(answered[k]))
                yield Move(s, f"probe {kind} answered", yes, self.probed(state, 1), kind=kind)
                yield Move(s, f"probe {kind} not answered", no, self.probed(state, -1), kind=kind)
                yield Move(s, f"probe {kind} escalates", speed * rate["eps"], None, CAUSES[3], kind)
                continue
            met, held = float(resist[k]), float(defence[k])
            for cause, share in zip(
                CAUSES, (met * held, met * (1.0 - held), 1.0 - met), strict=False
            ):
                yield Move(s, f"attack {kind}: {cause}", speed * share, None, cause, kind)
        yield Move(s, "protege provokes", rate["omega_p"] * rate["p_prov"], None, CAUSES[4])


def _gap(draw: _Draw, s: int, v: Floats, natural: list[Move], logsum: float) -> float:
    """Error of the value equation at one state, divided by the left factor."""
    rate = draw.rate
    total = rate["rho"] + rate["omega_c"] + rate["omega_p"] + sum(m.rate for m in natural)
    right = rate["rho"] * rate["s_q"] + rate["omega_c"] * logsum
    stop = rate["p_prov"]
    right += rate["omega_p"] * ((1.0 - stop) * v[s] + stop * draw.provoked_value(s))
    for move in natural:
        right += move.rate * (rate["s_q"] if move.target is None else v[move.target])
    return float(v[s] - right / total)


def behaviour(
    inputs: CrisisInputs, tempo: Tempo, plan: Plan, draw: int, *, start: Start | None = None
) -> Behaviour:
    """Spell out one draw of one option.

    Args:
        inputs: crises of the batch.
        tempo: rates and values of the batch.
        plan: the option.
        draw: which draw, counted from 0.
        start: where the clock starts; None for the reference state.

    Returns:
        States, values, choices and moves. ``residual`` is measured here, not by the kernels.

    Raises:
        ModelError: no such draw, or the arrays disagree.
    """
    start = start or Start()
    single, rates, short = one_draw(inputs, tempo, plan, draw)
    table, solved = values(single, rates, short, start=start, threads=1)
    here, v = _Draw(single, rates, short, start), solved[0, :-1]
    weight = single.reference()
    moves: list[Move] = []
    choice, residual = np.zeros((len(table), weight.size)), np.zeros(len(table))
    for s in range(len(table)):
        logsum, choice[s] = mean_of_exponentials(
            here.action_values(s, v), weight, here.rate["lambda_c"]
        )
        natural = list(here.natural(s))
        residual[s] = _gap(here, s, v, natural, logsum)
        moves += natural
        moves += [move for move in here.chosen(s, choice[s]) if move.rate > 0.0]
    first = here.index[State(0, start.posture, start.forces, start.credibility, start.alignment, 0)]
    return Behaviour(table.states, first, v, choice, tuple(moves), residual)
