"""Gather incidents and instruments for `assess`, from a case, a scenario or the library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.codes import problem
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.finding import Finding
from servanda.domain.incident import Case, Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.domain.problem import Problem
from servanda.obligations import assess
from servanda.obligations.flips import Flip, flip
from servanda.obligations.lint import unknown_words
from servanda.scenario import shelf
from servanda.scenario.folder import load
from servanda.scenario.parsing import closest
from servanda.scenario.reading import read
from servanda.study.display import Displayed

__all__ = ["Assessment", "assessment", "day_of_knowledge", "texts_for"]


@dataclass(frozen=True, slots=True)
class Assessment(Displayed):
    """Findings, the titles to show them under, and warnings about the texts read.

    ``flips`` holds, finding by finding, the smallest changes of facts that change it; it is empty
    where nobody asked.
    """

    findings: tuple[Finding, ...]
    titles: Mapping[str, str]
    problems: tuple[Problem, ...]
    flips: tuple[tuple[Flip, ...], ...] = ()
    actors: Mapping[str, Actor] = field(default_factory=dict)

    def published(self) -> dict[str, Any]:
        """Return the published JSON shape of `assess`."""
        rows = [f.model_dump(mode="json") for f in self.findings]
        for row, found in zip(rows, self.flips, strict=False):
            row["flip"] = [one.published() for one in found]
        return {
            "findings": rows,
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
    only: Sequence[str] = (),
    as_of: str | Sequence[str] | None = None,
    flips: bool = False,
) -> Assessment:
    """Assess a case file, a shipped case, a scenario folder or a shipped example.

    Args:
        source: path or name.
        incident: of a scenario, only this incident.
        option: of a scenario, only the instruments of this option.
        folders: folders with further instrument files; they may be foreign (unknown structural
            keys are warnings) and stand before the library's where identifiers meet.
        only: only these instruments.
        as_of: day of knowledge, or several; by default the latest, or the days a case asks for.
        flips: also look for the smallest changes of facts that change each finding.

    Raises:
        ScenarioError: a file has problems.
        ModelError: the incident, instrument or option named does not exist.
    """
    problems: list[Problem] = []
    foreign = dict(_foreign(folders, problems))
    asked = (as_of,) if isinstance(as_of, str) else tuple(as_of or ())
    days = tuple(day_of_knowledge(text) for text in asked)
    case = _case(source, foreign=bool(folders), problems=problems)
    if case is not None:
        if incident or option:
            message = f"a case has one incident and its own texts; {source} is a case, no scenario"
            raise ModelError(f"--incident and --option: {message}", "SV609")
        jobs = [_case_job(case, foreign, asked=bool(days), only=bool(folders))]
        _demand_happened(jobs[0], days)
    else:
        jobs = _scenario_jobs(source, incident, option, foreign, days)
    _demand_known(only, {text.id for job in jobs for text in job.instruments})
    used = {text.id for job in jobs for text in job.instruments}
    for name in sorted(foreign.keys() & used):
        problems.extend(_unheard(foreign[name]))
    found: list[Finding] = []
    turned: list[tuple[Flip, ...]] = []
    titles: dict[str, str] = {}
    for job in jobs:
        titles[job.incident.id] = job.incident.title
        for text in job.instruments:
            titles[text.id] = text.title
            for known in job.days.get(text.id, days or (None,)):
                if only and text.id not in only:
                    continue
                said = assess(
                    [text],
                    job.incident,
                    actors=job.actors,
                    as_of=known,
                    beside=job.instruments,
                )
                found.extend(said)
                if flips:
                    turned.extend(_flips(said, text, job, known))
    actors = {name: actor for job in jobs for name, actor in job.actors.items()}
    return Assessment(tuple(found), titles, tuple(problems), tuple(turned), actors)


def _flips(
    findings: Sequence[Finding], text: Instrument, job: _Job, known: Moment | None
) -> Iterator[tuple[Flip, ...]]:
    for one in findings:
        yield flip(text, one.provision, job.incident, actors=job.actors, as_of=known)


def texts_for(
    folders: Sequence[str], only: Sequence[str], problems: list[Problem]
) -> dict[str, Instrument]:
    """Return the instruments of folders, else of the library, or those of both that are named.

    Args:
        folders: folders with instrument files.
        only: the instruments wanted; none for all.
        problems: takes the warnings.

    Raises:
        ScenarioError: a file has problems.
        ModelError: a folder or an instrument named does not exist.
    """
    texts = dict(_foreign(folders, problems))
    if not only:
        return texts or dict(shelf.instruments())
    _demand_known(only, {*texts, *shelf.instrument_ids()})
    return {name: texts.get(name) or shelf.instrument(name) for name in only}


def _demand_known(only: Sequence[str], known: set[str]) -> None:
    for name in only:
        if name not in known:
            near = closest(name, sorted(known))
            hint = f"; did you mean '{near}'?" if near else ""
            raise ModelError(f"--only: there is no instrument '{name}' here{hint}", code="SV609")


def day_of_knowledge(text: str) -> Moment:
    """Read a day of knowledge.

    Raises:
        ModelError: it is no date (SV606).
    """
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


def _unheard(text: Instrument) -> Iterator[Problem]:
    """Warn of words that have no meaning to the engine: they decide nothing and are asked for."""
    words = unknown_words(text, shelf.actors())
    if not words:
        return
    shown = ", ".join(f"{word} ({path})" for path, word in words[:6])
    more = f" and {len(words) - 6} more" if len(words) > 6 else ""
    message = f"'{text.id}' has words without meaning here: {shown}{more}"
    yield problem("SV809", message, severity="warning")


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


def _case_job(case: Case, foreign: Mapping[str, Instrument], *, asked: bool, only: bool) -> _Job:
    wanted = tuple(dict.fromkeys(e.instrument for e in case.expect))
    if wanted:
        texts = tuple(foreign.get(name) or _shipped(name) for name in wanted)
    elif only:
        texts = tuple(foreign.values())
    else:
        texts = tuple(shelf.instruments().values())
    days: dict[str, tuple[Moment | None, ...]] = {}
    if not asked:
        for name in wanted:
            expected = [e.as_of for e in case.expect if e.instrument == name]
            days[name] = tuple(dict.fromkeys(expected))
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
    days: Sequence[Moment],
) -> list[_Job]:
    resolved = load(source)
    today = days[-1] if days else resolved.scenario.as_of
    incidents = [i for i in resolved.scenario.incidents if incident in (None, i.id)]
    if not incidents:
        names = ", ".join(i.id for i in resolved.scenario.incidents)
        raise ModelError(f"no incident {incident!r} in the scenario; there are: {names}", "SV609")
    options = [
        o
        for o in resolved.options
        if option == o.id or (option is None and _on_the_table(o, today))
    ]
    if option is not None and not options:
        names = ", ".join(o.id for o in resolved.options)
        raise ModelError(f"no option {option!r} in the scenario; there are: {names}", "SV609")
    names_used = dict.fromkeys(n for o in options for p in o.phases for n in p.instruments)
    texts = {n: resolved.instruments[n] for n in names_used} | dict(foreign)
    # the incidents of a bank are imagined: what happens in them is not news of a day
    known: dict[str, tuple[Moment | None, ...]] = dict.fromkeys(texts, (None,)) if days else {}
    return [_Job(i, tuple(texts.values()), resolved.actors, known) for i in incidents]


def _on_the_table(option: Option, day: Moment | None) -> bool:
    """Whether an option was known on a day and not yet replaced by a later version of it."""
    if day is None:
        return True
    gone = option.superseded_from is not None and option.superseded_from.not_after(day)
    return not gone and (option.known_from is None or option.known_from.not_after(day))


def _demand_happened(job: _Job, days: Sequence[Moment]) -> None:
    date = job.incident.date
    for day in days:
        if date is not None and day.before(date):
            message = f"--as-of: the incident is of {date}; nothing of it was known on {day}"
            raise ModelError(message, code="SV606")
