"""The states of one option and what leads from one to another.

A state is (phase, posture, forces, credibility, alignment, truce). Transitions, per year:

=====================  =========================================  ===========================
what happens           rate                                       to
=====================  =========================================  ===========================
posture rises          mu_drift                                   posture + 1, up to the top
forces leave           mu_leave (phases with forces)              forces gone
election               mu_election (where alignment matters),     alignment + 1 or - 1, each
                       half up, half down                         with half the rate; no move
                                                                  beyond either end
truce frays            mu_fray (truce phases, kept)               frayed
truce mends            mu_mend (truce phases, frayed)             kept
truce collapses        mu_collapse (truce phases that can,        collapsed, for good
                       frayed)
phase passes on        eta (only while a truce is kept)           next phase, as below
peace is settled       mu_settle                                  settled: peace for good
challenger stays       omega_c p(stay)                            same state
challenger probes      omega_c p(probe k) eps                     ends: escalation
.. answered            omega_c p(probe k) (1 - eps) answered      credibility + 1, frayed
.. not answered        omega_c p(probe k) (1 - eps) (1 - same)    credibility - 1, frayed
challenger attacks     omega_c p(attack k) resist defence         ends: attack_held
..                     omega_c p(attack k) resist (1 - defence)   ends: attack_failed
..                     omega_c p(attack k) (1 - resist)           ends: capitulation
..                     all three, where k breaks its own word     ends: guarantor_turned
protege restrains      omega_p (1 - p(provoke))                   same state
protege provokes       omega_p p(provoke)                         the challenger answers at once:
.. let pass            .. times its p(let pass)                   frayed
.. attacked            .. times its p(attack k)                   ends: provocation
=====================  =========================================  ===========================

*Entering a phase*: posture is kept. Credibility and alignment are facts about the world, so a
phase tracks them when it or any later phase needs them, and hands them on. Forces that have left
stay away where both phases have forces; a phase that brings forces anew starts with its forces at
the level of ``Start``. A truce is kept when its phase begins. A dimension that is not tracked is
held at its level in ``Start``; collapsing one that changes nothing leaves every result the same.

Order: phase, then posture, then forces, and inside such a block credibility, alignment and truce.
Only states of one block lead to each other both ways; all else leads to later blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.model import MAX_STATES, Plan, PlanPhase, Start
from servanda.numerics.chain import Graph

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RATES", "State", "StateTable", "lay_out"]

RATES = (
    "mu_drift",
    "mu_leave",
    "mu_election",
    "mu_settle",
    "mu_fray",
    "mu_mend",
    "mu_collapse",
)
"""Rates of nature in the order of the rate codes; the exit hazard of phase f has the code 7 + f."""

DRIFT, LEAVE, ELECTION, SETTLE, FRAY, MEND, COLLAPSE, EXIT = range(8)
TRUCE = ("", "truce frayed", "truce collapsed")


@dataclass(frozen=True, slots=True, order=True)
class State:
    """One state by its levels; ``forces`` 1: gone; ``frayed`` 1: frayed, 2: collapsed."""

    phase: int
    posture: int
    forces: int
    credibility: int
    alignment: int
    frayed: int

    def label(self) -> str:
        """The state in words, for people who look at a trace."""
        parts = [
            f"phase {self.phase + 1}",
            f"posture {self.posture}",
            f"credibility {self.credibility}",
            "forces gone" if self.forces else "forces at reference",
            f"alignment {self.alignment}",
        ]
        return ", ".join([*parts, TRUCE[self.frayed]] if self.frayed else parts)


@dataclass(frozen=True, slots=True)
class StateTable:
    """The states of one option in order, and the graph the kernels walk."""

    states: tuple[State, ...]
    graph: Graph

    def __len__(self) -> int:
        """Number of transient states."""
        return len(self.states)


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Levels that one phase tracks on each dimension."""

    posture: range
    forces: range
    credibility: range
    alignment: range
    frayed: range

    def blocks(self, phase: int) -> Iterator[list[State]]:
        for posture in self.posture:
            for forces in self.forces:
                yield [
                    State(phase, posture, forces, credibility, alignment, frayed)
                    for credibility in self.credibility
                    for alignment in self.alignment
                    for frayed in self.frayed
                ]


def _check_start(levels: tuple[int, int, int, int], start: Start) -> None:
    names = ("posture", "credibility", "forces", "alignment")
    for name, count in zip(names, levels, strict=True):
        level = getattr(start, name)
        if not 0 <= level < count:
            raise ModelError(f"the start asks for {name} level {level}; there are {count}")


def _ranges(plan: Plan, levels: tuple[int, int, int, int], start: Start) -> list[_Ranges]:
    postures, credibilities, forces, alignments = levels

    def tracked(on: bool, low: int, count: int, held: int) -> range:
        return range(low, count) if on else range(held, held + 1)

    def later(name: str, number: int) -> bool:
        return any(getattr(phase, name) for phase in plan.phases[number:])

    return [
        _Ranges(
            posture=range(start.posture, postures),
            forces=tracked(phase.forces, start.forces, forces, start.forces),
            credibility=tracked(later("credibility", f), 0, credibilities, start.credibility),
            alignment=tracked(later("alignment", f), 0, alignments, start.alignment),
            frayed=range(1 + phase.truce * (1 + phase.collapse)),
        )
        for f, phase in enumerate(plan.phases)
    ]


def _moved(state: State, **change: int) -> State:
    levels = {name: getattr(state, name) for name in State.__slots__}
    return State(**{**levels, **change})


def _nature(
    state: State, phase: PlanPhase, here: _Ranges, last: bool, start: Start
) -> Iterator[tuple[State | None, int, float]]:
    """Where nature leads from a state: target (None = settled), rate code, share of the rate."""
    if state.posture + 1 in here.posture:
        yield _moved(state, posture=state.posture + 1), DRIFT, 1.0
    if state.forces + 1 in here.forces:
        yield _moved(state, forces=state.forces + 1), LEAVE, 1.0
    if not last and not state.frayed:
        yield _entered(state, phase, start), EXIT + state.phase, 1.0
    for step in (1, -1):
        if state.alignment + step in here.alignment:
            yield _moved(state, alignment=state.alignment + step), ELECTION, 0.5
    if phase.truce and state.frayed < 2:
        code = MEND if state.frayed else FRAY
        yield _moved(state, frayed=1 - state.frayed), code, 1.0
    if state.frayed == 1 and 2 in here.frayed:
        yield _moved(state, frayed=2), COLLAPSE, 1.0
    yield None, SETTLE, 1.0


def _entered(state: State, phase: PlanPhase, start: Start) -> State:
    """The state in the next phase before its own dimensions are fitted to what it tracks."""
    forces = state.forces if phase.forces else start.forces
    return _moved(state, phase=state.phase + 1, forces=forces, frayed=0)


def _fitted(state: State, ranges: list[_Ranges]) -> State:
    """Put untracked dimensions at the level at which their phase holds them."""
    here = ranges[state.phase]
    held = {
        name: getattr(here, name)[0]
        for name in ("forces", "credibility", "alignment")
        if getattr(state, name) not in getattr(here, name)
    }
    return _moved(state, **held) if held else state


def _after_probe(state: State, step: int, here: _Ranges) -> State:
    credibility = min(max(state.credibility + step, here.credibility[0]), here.credibility[-1])
    return _moved(_frayed(state, here), credibility=credibility)


def _frayed(state: State, here: _Ranges) -> State:
    """The state once somebody has broken the peace: a truce still kept frays."""
    return _moved(state, frayed=max(state.frayed, min(1, here.frayed[-1])))


def _flags(plan: Plan, name: str, phase: int, kinds: int) -> list[float]:
    flags = getattr(plan.phases[phase], name)
    if flags is None:
        return [0.0] * kinds
    if flags.shape != (kinds,):
        raise ModelError(
            f"{name} of phase {phase + 1} of option {plan.option!r} speaks of {flags.size} kinds, "
            f"there are {kinds}"
        )
    return [float(flag) for flag in flags]


def lay_out(plan: Plan, levels: tuple[int, int, int, int], start: Start, kinds: int) -> StateTable:
    """List the states of an option and the graph among them.

    Args:
        plan: the option's phases.
        levels: number of levels of posture, credibility, forces and alignment.
        kinds: number of incident kinds.
        start: where the clock starts, and where collapsed dimensions are held.

    Returns:
        The table; row s of its graph belongs to ``states[s]``.

    Raises:
        ModelError: more than 500 states, or a start level that does not exist.
    """
    _check_start(levels, start)
    ranges = _ranges(plan, levels, start)
    blocks = [block for f, here in enumerate(ranges) for block in here.blocks(f)]
    states = tuple(state for block in blocks for state in block)
    if len(states) > MAX_STATES:
        raise ModelError(
            f"option {plan.option!r} needs {len(states)} states, the limit is {MAX_STATES}: use "
            "fewer phases or levels, or collapse a dimension that matters little"
        )
    index = {state: s for s, state in enumerate(states)}
    ptr, to, code, weight = [0], [], [], []
    for state in states:
        phase, last = plan.phases[state.phase], state.phase + 1 == len(plan.phases)
        for target, rate, share in _nature(state, phase, ranges[state.phase], last, start):
            to.append(len(states) if target is None else index[_fitted(target, ranges)])
            code.append(rate)
            weight.append(share)
        ptr.append(len(to))

    def whole(values: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    tolls = [
        _flags(plan, "covered", f, kinds) if phase.truce else [0.0] * kinds
        for f, phase in enumerate(plan.phases)
    ]
    words = [_flags(plan, "own_word", f, kinds) for f in range(len(plan.phases))]
    first = State(0, start.posture, start.forces, start.credibility, start.alignment, 0)
    graph = Graph(
        row=whole([_row(state, plan, levels) for state in states]),
        edge_ptr=whole(ptr),
        edge_to=whole(to),
        edge_code=whole(code),
        edge_weight=np.array(weight, dtype=np.float64),
        up=whole([index[_after_probe(state, 1, ranges[state.phase])] for state in states]),
        down=whole([index[_after_probe(state, -1, ranges[state.phase])] for state in states]),
        fray=whole([index[_frayed(state, ranges[state.phase])] for state in states]),
        block=whole([0, *np.cumsum([len(block) for block in blocks]).tolist()]),
        toll=np.array(
            [[toll * (state.frayed == 0) for toll in tolls[state.phase]] for state in states]
        ),
        broken=np.array([words[state.phase] for state in states]),
        passing=EXIT,
        label=whole([state.phase for state in states]),
        mark=np.array([float(state.frayed > 0) for state in states]),
        start=index[first],
    )
    return StateTable(states, graph)


def _row(state: State, plan: Plan, levels: tuple[int, int, int, int]) -> int:
    """Position of a state's crisis among the flattened cells and levels."""
    _, credibilities, forces, alignments = levels
    row = plan.phases[state.phase].cell * levels[0] + state.posture
    row = (row * credibilities + state.credibility) * forces + state.forces
    return row * alignments + state.alignment
