"""A stream of incidents: findings as knowledge grows, and the duties that live, fall due and end.

Rows come in any order. Those with a kind such as ``fulfilment`` or ``refusal`` record what somebody
did and are no incidents. Findings follow the order of events, and what has no date comes last; each
incident is assessed again whenever a later row, or a date among its facts, adds to what is known of
it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.finding import Finding
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.domain.problem import Problem
from servanda.obligations import assess
from servanda.obligations.endings import Ending, endings, takes_effect
from servanda.obligations.lifecycle import Duty, Heard, character_of, live_through
from servanda.obligations.records import Record
from servanda.scenario import shelf
from servanda.scenario.tables import incidents
from servanda.scenario.text import bounded
from servanda.study.remarks import slips, undated, untouched

__all__ = ["FORMS", "Stream", "is_stream", "stream"]

#: Files that hold a stream rather than a case or a scenario.
FORMS = (".csv", ".jsonl", ".parquet")
EVERY = 100
LAST = datetime.max.replace(tzinfo=UTC)

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Stream:
    """What came of a stream.

    ``findings`` are in the order of events; of one incident, only those that differ from what was
    found before. ``untouched`` are the records that changed nothing, with the reason. ``until`` is
    the day to which time has passed.
    """

    findings: tuple[Finding, ...]
    duties: tuple[Duty, ...]
    titles: Mapping[str, str]
    untouched: tuple[tuple[str, str], ...]
    until: Moment | None
    rows: int
    problems: tuple[Problem, ...]

    def published(self) -> dict[str, Any]:
        """Return the published JSON shape of `assess` for a stream."""
        return {
            "findings": [f.model_dump(mode="json") for f in self.findings],
            "duties": [row for duty in self.duties for row in duty.published()],
            "untouched": [{"record": name, "because": why} for name, why in self.untouched],
            "until": self.until,
            "warnings": [p.model_dump(mode="json", exclude_none=True) for p in self.problems],
        }


def is_stream(source: str) -> bool:
    """Say whether a path names a stream of incidents.

    Examples:
        >>> is_stream("incidents.csv"), is_stream("ukraine-2025")
        (True, False)
    """
    return Path(source).suffix in FORMS


def stream(
    source: str,
    texts: Mapping[str, Instrument],
    *,
    actors: Mapping[str, Actor] | None = None,
    as_of: Sequence[Moment] = (),
    trace: bool = False,
    problems: Sequence[Problem] = (),
    progress: Progress | None = None,
) -> Stream:
    """Hold a stream of incidents against texts.

    Args:
        source: a table of incidents: CSV, one JSON object a line, or Parquet.
        texts: the instruments by identifier.
        actors: registry; by default the library's.
        as_of: days of knowledge. With them, only what was known by then counts, findings are those
            of each day, and the duties stand as on the last; without, everything counts.
        trace: also write down the reasoning of every finding.
        problems: warnings about the texts, to be passed on.
        progress: told how far the work is: hundreds of rows done, in all, and seconds.

    Raises:
        ScenarioError: the table has problems.
        ModelError: the table holds no incident, or none that was known by then.
    """
    table = incidents(Path(source), source, growing=True)
    remarks = [*table.problems, *slips(table)]
    errors = [p for p in remarks if p.severity == "error"]
    if errors:
        raise ScenarioError(errors)
    days = tuple(sorted(as_of, key=lambda day: day.earliest))
    known = [row for row in table.incidents if not days or _told_by(row, days[-1])]
    records, told = _parted(known)
    if not told:
        when = f" that was known by {days[-1]}" if days else ""
        raise ModelError(f"{source} holds no incident{when}", code="SV609")
    until = days[-1] if days else _latest(known)
    work = _Work(
        {name: _departed(text, records) for name, text in texts.items()},
        {name: endings(text, records) for name, text in texts.items()},
        shelf.actors() if actors is None else actors,
        records,
        days,
        until,
        trace,
    )
    findings: list[Finding] = []
    duties: list[Duty] = []
    started = time.monotonic()
    chunks = -(-len(told) // EVERY)
    for number, states in enumerate(told):
        found, lives = work.incident(states)
        findings += found
        duties += lives
        if progress is not None and (number + 1 == len(told) or (number + 1) % EVERY == 0):
            progress(-(-(number + 1) // EVERY), chunks, time.monotonic() - started)
    titles = {states[0].id: states[0].title for states in told}
    titles |= {name: text.title for name, text in texts.items()}
    left = tuple(untouched(records, duties, {s[0].id for s in told}, texts))
    remarks += undated(told, table)
    return Stream(
        tuple(findings), tuple(duties), titles, left, until, len(known),
        (*problems, *bounded(remarks, table.page.name)),
    )  # fmt: skip


def _told_by(row: Incident, day: Moment) -> bool:
    when = row.known or row.date
    return when is None or not day.before(when)


def _latest(rows: Iterable[Incident]) -> Moment | None:
    moments = [m for row in rows for m in (row.date, row.known) if m is not None]
    return max(moments, key=lambda moment: moment.latest, default=None)


def _parted(rows: Iterable[Incident]) -> tuple[tuple[Record, ...], list[list[Incident]]]:
    """Part the records from the incidents, and order these by event; the undated come last."""
    records: dict[str, Record] = {}
    told: dict[str, list[Incident]] = {}
    for row in rows:
        record = Record.of(row)
        if record is not None:
            records[row.id] = record
        else:
            told.setdefault(row.id, []).append(row)
    incidents_only = (states for name, states in told.items() if name not in records)
    ordered = sorted(incidents_only, key=lambda states: _when(states[0].date))
    return tuple(records.values()), ordered


def _when(moment: Moment | None) -> datetime:
    return LAST if moment is None else moment.earliest


def _departed(text: Instrument, records: Iterable[Record]) -> Instrument:
    """Return the text without those who are recorded as having left it, each from the day on."""
    left = [
        (actor, day)
        for record in records
        if (day := takes_effect(text, record)) is not None
        for actor in record.actors
    ]
    if not left:
        return text
    parties = text.parties.model_copy(update={"former": (*text.parties.former, *left)})
    return text.model_copy(update={"parties": parties})


@dataclass(frozen=True, slots=True)
class _Work:
    """What every incident of the stream is held against."""

    texts: Mapping[str, Instrument]
    ends: Mapping[str, tuple[Ending, ...]]
    actors: Mapping[str, Actor]
    records: tuple[Record, ...]
    days: tuple[Moment, ...]
    until: Moment | None
    trace: bool

    def incident(self, states: Sequence[Incident]) -> tuple[list[Finding], list[Duty]]:
        """Assess one incident through all states of knowledge of it."""
        heard: dict[tuple[str, str], list[Heard]] = {}
        for at, day, state in self._moments(states):
            for finding in self._assess(state, day):
                said = heard.setdefault((finding.instrument, finding.provision), [])
                if not said or _differs(said[-1].finding, finding):
                    said.append(Heard(at, finding))
        if self.days:
            found = [f for day in self.days for f in self._on(states, day)]
        else:
            found = [h.finding for said in heard.values() for h in said]
        mine = [r for r in self.records if states[0].id in r.answers]
        lives = [duty for said in heard.values() for duty in self._lives(said, states[-1], mine)]
        return found, lives

    def _assess(self, state: Incident, day: Moment | None) -> tuple[Finding, ...]:
        texts = list(self.texts.values())
        return assess(texts, state, actors=self.actors, as_of=day, trace=self.trace)

    def _moments(
        self, states: Sequence[Incident]
    ) -> Iterator[tuple[Moment | None, Moment | None, Incident]]:
        """Yield the moments at which something of the incident became known.

        Each comes as the moment itself, the day of knowledge to ask for, and the incident as it was
        then told. A row that says no day at which it was known was known at once.
        """
        first = states[0].known or states[0].date
        arrivals = {m for state in states for m in _dates_within(state.facts)}
        arrivals |= {state.known for state in states[1:] if state.known is not None}
        later = sorted((m for m in arrivals if first and first.before(m)), key=lambda m: m.earliest)
        if self.days:
            later = [m for m in later if not self.days[-1].before(m)]
        if not later or first is None:
            yield first, self.days[-1] if self.days else states[-1].known, states[-1]
            return
        yield first, first, states[0]
        for moment in later:
            yield moment, moment, _as_told(states, moment)
        if self.days:  # what still goes on when a text enters into force falls under it
            yield self.days[-1], self.days[-1], states[-1]

    def _on(self, states: Sequence[Incident], day: Moment) -> Iterable[Finding]:
        told = [s for s in states if _told_by(s, day)]
        return self._assess(told[-1], day) if told else ()

    def _lives(
        self, said: Sequence[Heard], incident: Incident, records: Sequence[Record]
    ) -> tuple[Duty, ...]:
        if not records and all(h.finding.finding in _ASLEEP for h in said):
            return ()
        text = self.texts[said[0].finding.instrument]
        provision = text.provision(said[0].finding.provision)
        if provision.trigger is None and character_of(provision) != "prohibition":
            return ()  # what stands whatever happens is not owed because of this incident
        hit = incident.facts.get("target")
        entitled = (hit,) if isinstance(hit, str) else tuple(hit or ())
        return live_through(
            said,
            provision,
            records,
            self.ends[text.id],
            until=self.until,
            entitled=(*entitled, *text.beneficiaries),
        )


_ASLEEP = frozenset({"not_triggered", "not_in_force", "lapsed", "limits"})


def _as_told(states: Sequence[Incident], moment: Moment) -> Incident:
    """Return the incident as the rows known at the moment tell it."""
    told = [s for s in states if s.known is None or s.known.not_after(moment)]
    return told[-1] if told else states[0]


def _dates_within(facts: Mapping[str, Any]) -> Iterator[Moment]:
    """Yield the days on which facts of an incident became known, as the facts themselves say."""
    for name, value in facts.items():
        entries = value if isinstance(value, (list, tuple)) and name == "timeline" else (value,)
        for entry in entries:
            if not isinstance(entry, Mapping):
                continue
            for key in ("at", "consultation", "unknown_until"):
                try:
                    yield Moment(str(entry[key]))
                except (KeyError, ValueError):
                    continue


def _differs(one: Finding, other: Finding) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in _TELLING)


_TELLING = ("finding", "why", "missing", "bearers", "holder", "by", "due", "due_soft")
