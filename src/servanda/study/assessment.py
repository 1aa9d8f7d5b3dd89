"""Gather incidents and instruments for `assess`, from a case, a scenario or the library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.finding import Finding
from servanda.domain.incident import Case, Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.domain.problem import Problem
from servanda.obligations import assess
from servanda.scenario import shelf
from servanda.scenario.folder import load
from servanda.scenario.reading import read

__all__ = ["Assessment", "assessment"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Findings, the titles to show them under, and warnings about the texts read."""

    findings: tuple[Finding, ...]
    titles: Mapping[str, str]
    problems: tuple[Problem, ...]

    def published(self) -> dict[str, Any]:
        """Return the published JSON shape of `assess`."""
        return {
            "findings": [f.model_dump(mode="json") for f in self.findings],
            "warnings": [p.model_dump(mode="json", exclude_none=True) for p in self.problems],
        }


@dataclass(frozen=True, slots=True)
class _Job:
    """One incident, the instruments to hold it against, and the days of knowledge."""

    incident: Incident
    instruments: tuple[Instrument, ...]
    actors: Mapping[str, Actor]
    days: Mapping[str, tuple[Moment | None, ...]]


def assessment(
    source: str,
    *,
    incident: str | None = None,
    option: str | None = None,
    folders: Sequence[str] = (),
    as_of: str | None = None,
) -> Assessment:
    """Assess a case file, a shipped case, a scenario folder or a shipped example.

    Args:
        source: path or name.
        incident: of a scenario, only this incident.
        option: of a scenario, only the instruments of this option.
        folders: folders with further instrument files; they may be foreign (unknown structural
            keys are warnings) and stand before the library's where identifiers meet.
        as_of: day of knowledge; by default the latest, or the days a case asks for.

    Raises:
        ScenarioError: a file has problems.
        ModelError: the incident or option named does not exist.
    """
    problems: list[Problem] = []
    foreign = dict(_foreign(folders, problems))
    day = None if as_of is None else _moment(as_of)
    case = _case(source, foreign=bool(folders), problems=problems)
    if case is not None:
        jobs = [_case_job(case, foreign, day, only=bool(folders))]
    else:
        jobs = _scenario_jobs(source, incident, option, foreign, day)
    found: list[Finding] = []
    titles: dict[str, str] = {}
    for job in jobs:
        titles[job.incident.id] = job.incident.title
        for text in job.instruments:
            titles[text.id] = text.title
            for known in job.days.get(text.id, (day,)):
                found.extend(assess([text], job.incident, actors=job.actors, as_of=known))
    return Assessment(tuple(found), titles, tuple(problems))


def _moment(text: str) -> Moment:
    try:
        return Moment(text)
    except ValueError as error:
        raise ModelError(f"--as-of: {error}", code="SV606") from None


def _foreign(folders: Sequence[str], problems: list[Problem]) -> Iterator[tuple[str, Instrument]]:
    for folder in folders:
        path = Path(folder)
        if not path.is_dir():
            raise ModelError(f"--instruments: there is no folder {folder!r}", code="SV608")
        for file in sorted([*path.glob("*.yaml"), *path.glob("*.yml")]):
            got = read(file, Instrument, foreign=True)
            problems.extend(got.problems)
            if got.value is not None:
                yield got.value.id, got.value
    errors = [p for p in problems if p.severity == "error"]
    if errors:
        raise ScenarioError(errors)


def _case(source: str, *, foreign: bool, problems: list[Problem]) -> Case | None:
    path = Path(source)
    if path.is_file() and path.name != "scenario.yaml":
        got = read(path, Case, foreign=foreign)
        if got.value is None:
            raise ScenarioError(got.problems)
        problems.extend(got.problems)
        return got.value
    if not path.exists() and source in shelf.case_ids():
        return shelf.case(source)
    return None


def _case_job(
    case: Case, foreign: Mapping[str, Instrument], day: Moment | None, *, only: bool
) -> _Job:
    wanted = tuple(dict.fromkeys(e.instrument for e in case.expect))
    if wanted:
        texts = tuple(foreign.get(name) or _shipped(name) for name in wanted)
    elif only:
        texts = tuple(foreign.values())
    else:
        texts = tuple(shelf.instruments().values())
    days: dict[str, tuple[Moment | None, ...]] = {}
    if day is None:
        for name in wanted:
            asked = [e.as_of for e in case.expect if e.instrument == name]
            days[name] = tuple(dict.fromkeys(asked))
    return _Job(case.incident, texts, shelf.actors(), days)


def _shipped(name: str) -> Instrument:
    try:
        return shelf.instrument(name)
    except KeyError:
        raise ModelError(
            f"the case names the instrument {name!r}, which is neither in the library nor in a "
            "folder given with --instruments",
            code="SV608",
        ) from None


def _scenario_jobs(
    source: str,
    incident: str | None,
    option: str | None,
    foreign: Mapping[str, Instrument],
    day: Moment | None,
) -> list[_Job]:
    resolved = load(source)
    incidents = [i for i in resolved.scenario.incidents if incident in (None, i.id)]
    if not incidents:
        names = ", ".join(i.id for i in resolved.scenario.incidents)
        raise ModelError(f"no incident {incident!r} in the scenario; there are: {names}", "SV609")
    options = [o for o in resolved.options if option in (None, o.id)]
    if not options:
        names = ", ".join(o.id for o in resolved.options)
        raise ModelError(f"no option {option!r} in the scenario; there are: {names}", "SV609")
    names_used = dict.fromkeys(n for o in options for p in o.phases for n in p.instruments)
    texts = {n: resolved.instruments[n] for n in names_used} | dict(foreign)
    return [_Job(i, tuple(texts.values()), resolved.actors, {}) for i in incidents]
