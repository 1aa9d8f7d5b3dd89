"""Where the risk comes from: causes by phase and kind, the states that carry it, histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ModelError
from servanda.durability.behaviour import Behaviour, behaviour
from servanda.durability.draw import SETTLED, Move
from servanda.durability.packing import Protege

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servanda.durability.model import CrisisInputs, Plan, Start, Tempo

    Floats = NDArray[np.float64]

__all__ = ["AT_PEACE", "Explanation", "History", "Risk", "Step", "Where", "explain", "histories"]

AT_PEACE = "at peace"
"""End of a history in which peace still runs at the horizon."""

MAX_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Risk:
    """One source of risk: probability that peace ends so by the horizon."""

    phase: int
    cause: str
    kind: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class Where:
    """One state: expected years in it to the horizon, its hazard per year, and their product."""

    state: str
    years: float
    hazard: float
    probability: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why peace lasts as long as it does, in one draw of one option.

    Args:
        option: identifier.
        draw: which draw.
        horizon: years.
        first_choice: what the challenger does at its first chance if it comes at once: name of
            the kind (or ``"stay"``) to probability.
        survival: probability that peace still runs, or is settled, at the horizon.
        mean_years: expected years until peace ends or is settled; infinite where that need never
            happen.
        risks: sources, largest first; with ``survival`` they add up to 1.
        states: states by the risk they carry, largest first.
        residual: largest error of the value equation, measured without the kernels.
    """

    option: str
    draw: int
    horizon: float
    first_choice: dict[str, float]
    survival: float
    mean_years: float
    risks: tuple[Risk, ...]
    states: tuple[Where, ...]
    residual: float


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, what, the state it led to (or the end), the incident kind."""

    year: float
    what: str
    state: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """One simulated course: its steps, how it ended, and when.

    ``end`` is a cause, ``"settled"``, or ``"at peace"`` when the horizon came first.
    """

    steps: tuple[Step, ...]
    end: str
    years: float


def _occupied(spelled: Behaviour, horizon: float) -> Floats:
    """Expected years in each state to the horizon, by uniformisation with plain arrays."""
    from scipy.special import pdtrc

    generator = spelled.generator()
    pace = max(float(-generator.diagonal().min()), 1e-3)
    jump = np.eye(len(spelled.states)) + generator / pace
    now, years = np.zeros(len(spelled.states)), np.zeros(len(spelled.states))
    now[spelled.start] = 1.0
    x = pace * horizon
    for m in range(int(x + 12.0 * np.sqrt(x)) + 64):
        years += now * float(pdtrc(m, x)) / pace
        now = now @ jump
    return years


def _mean_years(spelled: Behaviour) -> float:
    """Expected years to the end of the chain; infinite where some state may never be left."""
    generator = spelled.generator()
    reach = (np.eye(len(generator)) + np.abs(generator)) > 0
    leaks = spelled.ends().sum(axis=1) > 0
    reached = reach[spelled.start]
    for _ in range(len(generator)):
        reached = reached | (reached @ reach)
        leaks = leaks | (reach @ leaks)
    if (reached & ~leaks).any():
        return float("inf")
    inside = np.flatnonzero(reached)
    years = np.linalg.solve(-generator[np.ix_(inside, inside)], np.ones(inside.size))
    return float(years[np.flatnonzero(inside == spelled.start)[0]])


def _risks(spelled: Behaviour, years: Floats) -> tuple[Risk, ...]:
    sums: dict[tuple[int, str, str | None], float] = {}
    for move in spelled.moves:
        if move.end is not None and move.end != SETTLED:
            key = (spelled.states[move.state].phase, move.end, move.kind)
            sums[key] = sums.get(key, 0.0) + move.rate * float(years[move.state])
    found = [Risk(phase, cause, kind, p) for (phase, cause, kind), p in sums.items()]
    return tuple(sorted(found, key=lambda risk: -risk.probability))


def explain(
    inputs: CrisisInputs,
    tempo: Tempo,
    plan: Plan,
    draw: int,
    *,
    horizon: float = 20.0,
    start: Start | None = None,
) -> Explanation:
    """Say where the risk comes from in one draw of one option.

    Args:
        inputs: crises of the batch.
        tempo: rates and values of the batch.
        plan: the option.
        draw: which draw, counted from 0.
        horizon: years to follow.
        start: where the clock starts; None for the reference state.

    Returns:
        The sources of risk by phase, cause and kind, and the states that carry it.

    Raises:
        ModelError: no such draw, the arrays disagree, or the horizon is not a positive number.
    """
    _check_horizon(horizon)
    spelled = behaviour(inputs, tempo, plan, draw, start=start)
    years = _occupied(spelled, horizon)
    hazard = spelled.ends()[:, :-1].sum(axis=1)
    risks = _risks(spelled, years)
    states = [
        Where(state.label(), float(y), float(h), float(y * h))
        for state, y, h in zip(spelled.states, years, hazard, strict=True)
    ]
    choice = spelled.choice[spelled.start]
    return Explanation(
        option=plan.option,
        draw=draw,
        horizon=horizon,
        first_choice=dict(zip(("stay", *inputs.kinds), map(float, choice), strict=True)),
        survival=1.0 - sum(risk.probability for risk in risks),
        mean_years=_mean_years(spelled),
        risks=risks,
        states=tuple(sorted(states, key=lambda where: -where.probability)),
        residual=float(np.abs(spelled.residual).max()),
    )


def _check_horizon(horizon: float) -> None:
    if not (np.isfinite(horizon) and horizon > 0):
        raise ModelError(f"the horizon is {horizon}; it must be a positive number of years")


def histories(
    inputs: CrisisInputs,
    tempo: Tempo,
    plan: Plan,
    draw: int,
    *,
    n: int,
    seed: int,
    horizon: float = 20.0,
    start: Start | None = None,
    protege: Protege | None = None,
) -> tuple[History, ...]:
    """Simulate courses of events in one draw of one option, for people to look at.

    Luck is drawn from ``seed`` alone; the draw's numbers stay fixed. Many histories average to
    the projection of that draw, but one by one they show what "peace lasts" looks like.

    Args:
        inputs: crises of the batch.
        tempo: rates and values of the batch.
        plan: the option.
        draw: which draw, counted from 0.
        n: how many histories.
        seed: of the random stream.
        horizon: years to follow.
        start: where the clock starts; None for the reference state.
        protege: as in ``project``.

    Returns:
        n histories; the first step of each is the start at year 0.

    Raises:
        ModelError: no such draw, the arrays disagree, or n or the horizon is not positive.
    """
    _check_horizon(horizon)
    if n < 1:
        raise ModelError(f"{n} histories were asked for; at least 1 is needed")
    spelled = behaviour(inputs, tempo, plan, draw, start=start, protege=protege)
    by_state: list[list[Move]] = [[] for _ in spelled.states]
    for move in spelled.moves:
        by_state[move.state].append(move)
    rates = [np.cumsum([move.rate for move in moves]) for moves in by_state]
    luck = np.random.default_rng(seed)
    return tuple(_one_history(spelled, by_state, rates, horizon, luck) for _ in range(n))


def _one_history(
    spelled: Behaviour,
    by_state: list[list[Move]],
    rates: list[Floats],
    horizon: float,
    luck: np.random.Generator,
) -> History:
    here, year = spelled.start, 0.0
    steps = [Step(0.0, "peace begins", spelled.states[here].label())]
    for _ in range(MAX_STEPS):
        total = float(rates[here][-1]) if rates[here].size else 0.0
        year = year + luck.exponential(1.0 / total) if total > 0.0 else np.inf
        if year >= horizon:
            return History(tuple(steps), AT_PEACE, horizon)
        pick = int(np.searchsorted(rates[here], luck.random() * total, side="right"))
        move = by_state[here][min(pick, len(by_state[here]) - 1)]
        if move.target is None:
            end = str(move.end)
            return History((*steps, Step(year, move.what, end, move.kind)), end, year)
        here = move.target
        steps.append(Step(year, move.what, spelled.states[here].label(), move.kind))
    raise ModelError(f"a history took more than {MAX_STEPS} steps; shorten the horizon")
