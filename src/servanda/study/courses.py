"""How it could go: simulated courses of events under one option, in one draw.

The numbers of a draw stay fixed and only luck differs from course to course, so that the share of
courses that end early is, over many, the projection of that draw.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from servanda._version import __version__
from servanda.domain.errors import ModelError
from servanda.domain.moment import Moment
from servanda.domain.noun import Noun
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.durability.explain import AT_PEACE, History, Step, histories
from servanda.durability.model import CAUSES
from servanda.scenario.folder import load
from servanda.study import handover
from servanda.study.board import Board
from servanda.study.display import Displayed
from servanda.study.draws import draw
from servanda.study.outcomes import Chunk, solve_chunk
from servanda.study.running import CHUNK, known_options, lay_out

__all__ = ["ENDS", "MARKS", "MOST", "TYPICAL", "Course", "Courses", "Event", "courses"]

TYPICAL = "typical"
TYPICAL_OF = 101
MOST = 200
LAST_DRAW = 9_999_999

ENDS = (*CAUSES, "settled", "at_peace")
"""How a course ends, as in `servanda.durability.model.CAUSES`; the last two count as peace."""

MARKS = (
    "probe_answered",
    "probe_unanswered",
    "provocation_passed",
    "truce_frayed",
    "truce_mended",
    "truce_collapsed",
    "phase_begins",
    "forces_leave",
    "election_away",
    "election_back",
    "posture_rises",
)
"""What can happen while peace lasts."""

_WORDS = {
    "probe answered": "probe_answered",
    "probe not answered": "probe_unanswered",
    "provocation let pass": "provocation_passed",
    "truce frayed": "truce_frayed",
    "truce mended": "truce_mended",
    "truce collapsed": "truce_collapsed",
    "forces leave": "forces_leave",
    "election turns away": "election_away",
    "election turns back": "election_back",
    "posture rises": "posture_rises",
}


class Event(Noun):
    """One thing that happens: the year, its mark (see ``MARKS`` and ``ENDS``), the incident."""

    year: float
    mark: str
    incident: str | None = None
    title: str | None = None


class Course(Noun):
    """One course: its events in order, how it ends (see ``ENDS``), and after how many years."""

    events: tuple[Event, ...]
    end: str
    years: float

    @property
    def early(self) -> bool:
        """Whether peace ends before the horizon."""
        return self.end in CAUSES


class Courses(Displayed, Noun):
    """Courses of one draw under one option, with what that draw's projection says.

    ``typical_of`` is the number of draws of which this one has the median of peace years; None
    where the draw was named. ``projected`` maps each cause to its probability by the horizon in
    this draw, ``ended_early`` is their sum.
    """

    scenario: str
    option: str
    title: str
    phases: tuple[str, ...]
    protege: str
    challenger: str
    horizon_years: float
    draw: int
    typical_of: int | None = None
    seed: int
    luck: int
    as_of: str
    posterior: str | None
    protege_model: str
    peace_years: float
    ended_early: float
    projected: dict[str, float]
    courses: tuple[Course, ...]
    version: str = __version__


def courses(
    scenario: str | Path | Resolved,
    option: str,
    *,
    count: int = 10,
    seed: int = 1,
    luck: int = 0,
    draw_number: int | str = TYPICAL,
    as_of: str | None = None,
    posterior: str | None = "durability",
    protege: Literal["chooses", "mechanical"] = "chooses",
) -> Courses:
    """Simulate courses of events under one option.

    Args:
        scenario: a folder, the name of a shipped example, or a scenario already loaded.
        option: identifier of the option.
        count: how many courses, 1 to 200.
        seed: of the draws, as in `compare`: draw N here is draw N there.
        luck: another number gives other courses of the same draw.
        draw_number: which draw, counted from 0; ``typical`` for the one whose peace years under the
            option are the median of the first 101.
        as_of: day of knowledge; the scenario's own unless given.
        posterior: as in `compare`.
        protege: as in `compare`.

    Raises:
        ScenarioError: the scenario has problems.
        ModelError: no such option (SV603), count (SV650), draw (SV651), day (SV606) or posterior
            (SV634).

    Examples:
        >>> found = courses("border-pact", "none", count=2)
        >>> len(found.courses), found.typical_of
        (2, 101)
    """
    if not 1 <= count <= MOST:
        raise ModelError(f"{count} courses cannot be shown; 1 to {MOST} can", code="SV650")
    number = _number(draw_number)
    resolved = scenario if isinstance(scenario, Resolved) else load(scenario)
    study = Study(
        scenario=resolved.scenario.id,
        seed=seed,
        as_of=None if as_of is None else _day(as_of),
        options=(option,),
        posterior=posterior,
        protege=protege,
    )
    chosen = known_options(resolved, study)
    board = lay_out(resolved, chosen, seed)
    chunk, place = _chunk(resolved, study, board, number)
    horizon = float(resolved.scenario.horizon_years)
    told = histories(
        handover.crisis_inputs(chunk.crisis, chunk.stakes, board, chunk.draws, chunk.exposure),
        handover.tempo(chunk.draws),
        chunk.plans[0],
        place,
        n=count,
        seed=seed + 1_000_003 * luck,
        horizon=horizon,
        protege=protege,
    )
    about = resolved.scenario
    projected = {
        cause: float(chunk.projection.incidence[place, 0, i, _at(chunk, horizon)])
        for i, cause in enumerate(chunk.projection.causes)
    }
    return Courses(
        scenario=about.id,
        option=option,
        title=chosen[0].title,
        phases=tuple(phase.title for phase in chosen[0].phases),
        protege=resolved.actors[about.protege].name,
        challenger=resolved.actors[about.challenger].name,
        horizon_years=horizon,
        draw=place if number is None else number,
        typical_of=TYPICAL_OF if number is None else None,
        seed=seed,
        luck=luck,
        as_of=str(study.as_of or about.as_of),
        posterior=posterior,
        protege_model=protege,
        peace_years=float(chunk.projection.peace_years[place, 0, _at(chunk, horizon)]),
        ended_early=sum(projected.values()),
        projected=projected,
        courses=tuple(_course(history, board) for history in told),
    )


def _number(given: int | str) -> int | None:
    """Read the number of a draw; None for the typical one."""
    if given == TYPICAL:
        return None
    number = int(given) if isinstance(given, int) or str(given).isdecimal() else -1
    if not 0 <= number <= LAST_DRAW:
        raise ModelError(
            f"there is no draw {given!r}: give `{TYPICAL}`, or a number from 0 to {LAST_DRAW}",
            code="SV651",
        )
    return number


def _day(text: str) -> Moment:
    try:
        return Moment(text)
    except ValueError as error:
        raise ModelError(f"--as-of: {error}", code="SV606") from None


def _chunk(resolved: Resolved, study: Study, board: Board, number: int | None) -> tuple[Chunk, int]:
    """Solve as many draws as are needed, and say at which place the draw stands among them."""
    chunk = 0 if number is None else number // CHUNK
    place = 0 if number is None else number % CHUNK
    horizon = float(resolved.scenario.horizon_years)
    drawn = draw(
        resolved.assumptions,
        seed=study.seed,
        chunk=chunk,
        size=TYPICAL_OF if number is None else place + 1,
        rivals=study.rivals,
        posterior=study.posterior,
    )
    solved = solve_chunk(board, drawn, horizon, study.protege)
    if number is None:
        years = solved.projection.peace_years[:, 0, _at(solved, horizon)]
        place = int(np.argsort(years, kind="stable")[years.size // 2])
    return solved, place


def _at(chunk: Chunk, year: float) -> int:
    return int(np.argmin(np.abs(chunk.projection.years - year)))


def _course(history: History, board: Board) -> Course:
    titles = {incident.id: incident.title or incident.id for incident in board.incidents}
    end = "at_peace" if history.end == AT_PEACE else history.end
    return Course(
        events=tuple(_event(step, titles) for step in history.steps[1:]),
        end=end,
        years=history.years,
    )


def _event(step: Step, titles: dict[str, str]) -> Event:
    """Give a step the mark of what happened, or of the end that it is."""
    if step.state in ENDS:
        mark = step.state
    else:
        what = " ".join(step.what.replace(step.kind or "", "").split())
        mark = "phase_begins" if what.startswith("phase ") else _WORDS[what]
    return Event(year=step.year, mark=mark, incident=step.kind, title=titles.get(step.kind or ""))
