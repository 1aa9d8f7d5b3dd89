"""What is said of the rows of a stream: slips of the pen, missing dates, records without effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.problem import Problem
from servanda.obligations.endings import takes_effect
from servanda.obligations.lifecycle import Duty
from servanda.obligations.records import SPELT, TAKES, Record, near_record, strange_facts
from servanda.scenario.parsing import closest
from servanda.scenario.tables import Table

__all__ = ["slips", "undated", "untouched"]

STATES = "Correct or remove the fact: a record acts on duties by what it states."


def slips(table: Table) -> Iterator[Problem]:
    """Yield what is wrong with rows that record something, or nearly do."""
    seen: set[tuple[str, str]] = set()
    for row in table.incidents:
        kind = str(row.facts.get("kind", ""))
        fresh = [name for name in strange_facts(row) if (row.id, name) not in seen]
        seen |= {(row.id, name) for name in fresh}
        for name in fresh:
            near = closest(name, TAKES[SPELT.get(kind, kind)])
            hint = f"did you mean '{near}'?" if near else ""
            message = f"'facts': a {kind} states no '{name[:40]}'"
            yield table.problem("SV505", message, row.id, name, hint=hint, remedy=STATES)
        try:
            Record.of(row)
        except ValueError as error:
            said = str(row.facts.get("effective"))
            yield table.problem("SV505", f"'facts': 'effective': {error}", row.id, said)
        meant = near_record(row)
        if meant is not None and (row.id, "kind") not in seen:
            seen.add((row.id, "kind"))
            message = f"'facts': 'kind' is '{kind[:40]}', which records nothing"
            hint, remedy = f"did you mean '{meant}'?", "It is read as an incident."
            yield table.problem(
                "SV505", message, row.id, kind, hint=hint, remedy=remedy, severity="warning"
            )


def undated(told: Iterable[Sequence[Incident]], table: Table) -> Iterator[Problem]:
    """Say which incidents have no date."""
    names = [states[-1].id for states in told if states[-1].date is None]
    if names:
        many = f"{len(names)} incidents have no date and come"
        head = many if len(names) > 1 else "it has no date and comes"
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        message = f"{head} last: {', '.join(names[:3])}{more}"
        remedy = "Give the date if it is known; until then no deadline runs from it."
        yield table.problem("SV504", message, names[0], "", remedy=remedy, severity="warning")


def untouched(
    records: Iterable[Record],
    duties: Iterable[Duty],
    told: set[str],
    texts: Mapping[str, Instrument],
) -> Iterator[tuple[str, str]]:
    """Yield the records that changed no life, with the reason."""
    lives = list(duties)
    touched = {turn.record for d in lives for turn in d.history if turn.record not in d.aside}
    told_why: dict[str, dict[str, list[str]]] = {}
    for duty in lives:
        for name, why in duty.aside.items():
            clauses = told_why.setdefault(name, {}).setdefault(why, [])
            clauses.append(f"{duty.instrument} {duty.provision}")
    for record in records:
        if record.kind == "denunciation":
            reason = _no_departure(record, texts)
            if reason:
                yield record.id, reason
        elif record.id not in touched:
            whys = told_why.get(record.id)
            yield record.id, _reasons(whys) if whys else _nothing_fits(record, told)


def _reasons(whys: Mapping[str, Sequence[str]]) -> str:
    """Write why a record changed nothing, and under which clauses."""
    said = []
    for why, named in whys.items():
        clauses = list(dict.fromkeys(named))
        more = f" and {len(clauses) - 3} more" if len(clauses) > 3 else ""
        said.append(f"{why} ({', '.join(clauses[:3])}{more})")
    return "; ".join(said)


def _nothing_fits(record: Record, told: set[str]) -> str:
    if not record.actors:
        return "it does not say who acted"
    if not record.answers:
        return "it does not say which incident it answers"
    if not set(record.answers) & told:
        return f"there is no incident {', '.join(record.answers)}"
    if record.kind == "release":
        return "the incident it answers gives no duty that fits to any whom it frees"
    return "the incident it answers gives no duty or power of its author that fits"


def _no_departure(record: Record, texts: Mapping[str, Instrument]) -> str:
    named = [texts[name] for name in record.instruments if name in texts]
    if not named:
        return "it names none of the texts"
    if not record.actors:
        return "it does not say who denounces"
    if all(takes_effect(text, record) is None for text in named):
        return "when it takes effect is not known, so that nothing ends by it yet"
    return ""
