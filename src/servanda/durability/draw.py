"""One draw of one option with its numbers as plain floats: what can happen, written out.

The slow and readable twin of the compiled chain: it lists every move out of every state with its
rate and what each act is worth, from the definitions and not from the kernels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.model import CAUSES, CrisisInputs, Plan, Provoked, Start, Tempo
from servanda.durability.packing import Chance
from servanda.durability.states import TRUCE, State, lay_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["SETTLED", "Draw", "Move", "one_draw", "soft_choice", "soft_pair"]

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
    provoked = inputs.provoked
    if provoked is not None:
        provoked = Provoked(**{n: getattr(provoked, n)[cut] for n in Provoked.__slots__})
    single = CrisisInputs(
        kinds=inputs.kinds,
        probe=inputs.probe,
        size=inputs.size,
        weight=inputs.weight,
        protege_value=None if inputs.protege_value is None else inputs.protege_value[cut],
        provoked=provoked,
        **{name: getattr(inputs, name)[cut] for name in crises},
    )
    rates = Tempo(**{name: getattr(tempo, name)[cut] for name in Tempo.__slots__})
    phases = tuple(replace(phase, eta=phase.eta[cut]) for phase in plan.phases)
    return single, rates, Plan(plan.option, phases)


def soft_choice(
    q: Floats, weight: Floats, precision: float, chance: Chance = "mean"
) -> tuple[float, Floats]:
    """What a choice is worth and its probabilities, by the definition.

    Args:
        q: float64[action]; values.
        weight: float64[action]; reference weights, adding to 1.
        precision: lambda; below 1e-7 a log-sum value is taken to second order.
        chance: worth the mean of what is chosen, or the log-sum value.
    """
    top = float(q[weight > 0].max())
    tilted = np.where(weight > 0, weight * np.exp(precision * (q - top)), 0.0)
    if chance == "mean":
        value = float(q @ tilted) / float(tilted.sum())
    elif precision < 1e-7:
        mean = float(weight @ q)
        value = mean + 0.5 * precision * float(weight @ (q - mean) ** 2)
    else:
        value = top + math.log(float(tilted.sum())) / precision
    return value, tilted / tilted.sum()


def soft_pair(
    rest: float, act: float, ready: float, precision: float, chance: Chance = "mean"
) -> tuple[float, float]:
    """What resting or acting is worth, and the probability of acting, by the definition.

    Args:
        rest: value of the first, of reference weight ``1 - ready``.
        act: value of the second.
        ready: its reference weight.
        precision: lambda.
        chance: as for ``soft_choice``.
    """
    weight = np.array([1.0 - ready, ready])
    value, p = soft_choice(np.array([rest, act]), weight, precision, chance)
    return value, float(p[1])


class Draw:
    """One draw with its numbers as plain floats and its states by index."""

    def __init__(
        self,
        inputs: CrisisInputs,
        tempo: Tempo,
        plan: Plan,
        start: Start,
        chance: Chance = "mean",
    ) -> None:
        """Take a batch of one (see ``one_draw``)."""
        self.chance: Chance = chance
        self.inputs, self.plan = inputs, plan
        self.rate = {name: float(getattr(tempo, name)[0]) for name in Tempo.__slots__}
        self.states = lay_out(plan, inputs.levels, start, len(inputs.kinds)).states
        self.index = {state: s for s, state in enumerate(self.states)}
        self.start_levels = start

    @property
    def first(self) -> int:
        """Index of the state in which the clock starts."""
        at = self.start_levels
        state = State(0, at.posture, at.forces, at.credibility, at.alignment, 0)
        return self.index[state]

    def crisis(self, name: str, state: State) -> Floats:
        """One table of the crises at a state, float64[kind]."""
        return self._at(getattr(self.inputs, name), state)

    def _at(self, array: Floats, state: State) -> Floats:
        cell = self.plan.phases[state.phase].cell
        levels = (state.posture, state.credibility, state.forces, state.alignment)
        return np.asarray(array[(0, cell, *levels)])

    def flags(self, name: str, state: State) -> Floats:
        """``covered`` or ``own_word`` of a state's phase as numbers, float64[kind]."""
        phase = self.plan.phases[state.phase]
        marks = getattr(phase, name)
        if marks is None or (name == "covered" and (state.frayed or not phase.truce)):
            return np.zeros(len(self.inputs.kinds))
        return np.asarray(marks, dtype=np.float64)

    def near(self, state: State, **change: int) -> int | None:
        """Index of the state with some levels changed, None where it is not in the chain."""
        levels = {name: change.get(name, getattr(state, name)) for name in State.__slots__}
        return self.index.get(State(**levels))

    def frayed(self, state: State) -> int:
        """Index of the state once a truce still kept has frayed."""
        found = self.near(state, frayed=1) if state.frayed == 0 else None
        return self.index[state] if found is None else found

    def probed(self, state: State, step: int) -> int:
        """Index of the state after a probe was answered (1) or not (-1)."""
        after = self.states[self.frayed(state)]
        moved = self.near(after, credibility=state.credibility + step)
        return self.index[after] if moved is None else moved

    def next_phase(self, state: State) -> int:
        """Index of the state in which the next phase begins."""
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
        """What nature does in a state."""
        state, rate = self.states[s], self.rate
        steps: list[tuple[str, float, int | None]] = [
            ("posture rises", rate["mu_drift"], self.near(state, posture=state.posture + 1)),
            ("forces leave", rate["mu_leave"], self.near(state, forces=state.forces + 1)),
        ]
        for step, word in ((1, "away"), (-1, "back")):
            to = self.near(state, alignment=state.alignment + step)
            steps.append((f"election turns {word}", 0.5 * rate["mu_election"], to))
        steps += self._truce(state)
        if state.phase + 1 < len(self.plan.phases) and not state.frayed:
            eta = float(self.plan.phases[state.phase].eta[0])
            steps.append((f"phase {state.phase + 2} begins", eta, self.next_phase(state)))
        for what, speed, to in steps:
            if to is not None and speed > 0.0:
                yield Move(s, what, speed, target=to)
        if rate["mu_settle"] > 0.0:
            yield Move(s, "peace is settled", rate["mu_settle"], end=SETTLED)

    def _truce(self, state: State) -> list[tuple[str, float, int | None]]:
        if not self.plan.phases[state.phase].truce:
            return []
        if state.frayed == 0:
            return [(TRUCE[1], self.rate["mu_fray"], self.near(state, frayed=1))]
        if state.frayed == 1:
            return [
                ("truce mended", self.rate["mu_mend"], self.near(state, frayed=0)),
                (TRUCE[2], self.rate["mu_collapse"], self.near(state, frayed=2)),
            ]
        return []

    def action_values(self, s: int, v: Floats) -> Floats:
        """What staying and each kind is worth to the challenger, float64[1 + kind]."""
        state, rate = self.states[s], self.rate
        lump, answered = self.crisis("attack_value", state), self.crisis("answered", state)
        lost = v[self.probed(state, 1)] - rate["x_b"]
        won = v[self.probed(state, -1)] + rate["g_b"]
        quiet = answered * lost + (1.0 - answered) * won
        probe = rate["eps"] * lump + (1.0 - rate["eps"]) * quiet
        acts = np.where(self.inputs.probe, probe, lump)
        acts = acts - rate["c_truce"] * self.flags("covered", state)
        return np.concatenate(([v[s]], acts))

    def provoked(self, name: str, state: State) -> Floats:
        """One table of the crises that answer a provocation, float64[kind]."""
        if self.inputs.provoked is not None:
            return self._at(getattr(self.inputs.provoked, name), state)
        relief = self.rate["c_o"] if name == "attack_value" else 0.0
        return self.crisis(name, state) + relief

    def reply(self, s: int, v: Floats) -> tuple[float, Floats]:
        """The challenger's value once provoked, and how it answers, float64[1 + kind]."""
        state = self.states[s]
        q = np.concatenate(([v[self.frayed(state)]], self.provoked("attack_value", state)))
        value, chances = soft_choice(q, self.inputs.reply(), self.rate["lambda_c"], self.chance)
        return value - self.rate["g_p"], chances

    def acted(self, s: int, u: Floats, choice: Floats) -> float:
        """The protege's value of one chance of the challenger to act."""
        state, rate = self.states[s], self.rate
        lump, answered = self.crisis("protege_value", state), self.crisis("answered", state)
        quiet = answered * u[self.probed(state, 1)]
        quiet = quiet + (1.0 - answered) * (u[self.probed(state, -1)] - rate["g_b"])
        probe = rate["eps"] * lump + (1.0 - rate["eps"]) * quiet
        return float(choice[0] * u[s] + choice[1:] @ np.where(self.inputs.probe, probe, lump))

    def provoking(self, s: int, u: Floats, reply: Floats) -> float:
        """What provoking is worth to the protege."""
        state = self.states[s]
        after = reply[0] * u[self.frayed(state)] + reply[1:] @ self.provoked("protege_value", state)
        return float(self.rate["g_p"] + after)

    def chosen(self, s: int, choice: Floats, reply: Floats, provokes: float) -> Iterator[Move]:
        """Moves at the challenger's and the protege's chances to act."""
        for k, kind in enumerate(self.inputs.kinds):
            speed = self.rate["omega_c"] * float(choice[1 + k])
            yield from (self._probes if self.inputs.probe[k] else self._attacks)(s, k, kind, speed)
        raids = self.rate["omega_p"] * provokes
        let = raids * float(reply[0])
        yield Move(s, "provocation let pass", let, self.frayed(self.states[s]))
        for k, kind in enumerate(self.inputs.kinds):
            what = f"provocation answered by {kind}"
            yield Move(s, what, raids * float(reply[1 + k]), None, CAUSES[4], kind)

    def _probes(self, s: int, k: int, kind: str, speed: float) -> Iterator[Move]:
        state, eps = self.states[s], self.rate["eps"]
        answered = float(self.crisis("answered", state)[k])
        yes, no = speed * (1.0 - eps) * answered, speed * (1.0 - eps) * (1.0 - answered)
        yield Move(s, f"probe {kind} answered", yes, self.probed(state, 1), kind=kind)
        yield Move(s, f"probe {kind} not answered", no, self.probed(state, -1), kind=kind)
        yield Move(s, f"probe {kind} escalates", speed * eps, None, CAUSES[3], kind)

    def _attacks(self, s: int, k: int, kind: str, speed: float) -> Iterator[Move]:
        state = self.states[s]
        if self.flags("own_word", state)[k]:
            yield Move(s, f"attack {kind}: {CAUSES[5]}", speed, None, CAUSES[5], kind)
            return
        met = float(self.crisis("resist", state)[k])
        held = float(self.crisis("defence", state)[k])
        shares = (met * held, met * (1.0 - held), 1.0 - met)
        for cause, share in zip(CAUSES, shares, strict=False):
            yield Move(s, f"attack {kind}: {cause}", speed * share, None, cause, kind)
