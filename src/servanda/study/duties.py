"""Who owes what under each option in each incident, and what each option leaves open."""

from __future__ import annotations

from collections.abc import Sequence

from servanda.domain.finding import Finding
from servanda.domain.incident import Incident
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.domain.scenario import Resolved
from servanda.obligations import assess, bind, explain, gaps, questions
from servanda.study.board import adopted
from servanda.study.result import DutyCell, QuestionRow

__all__ = ["duty_cells", "open_slots", "ranked_questions"]


def duty_cells(
    resolved: Resolved, options: Sequence[Option], incidents: Sequence[Incident] | None = None
) -> tuple[DutyCell, ...]:
    """Assess every incident of the bank, or those given, under every phase of every option.

    The texts are taken as they stand: open slots are not completed here, so a thin text shows as
    undetermined with the slots it leaves open.
    """
    cells: list[DutyCell] = []
    known: dict[tuple[str, str], list[tuple[Finding, str]]] = {}
    for option in options:
        for phase in option.phases:
            for incident in resolved.scenario.incidents if incidents is None else incidents:
                for name in phase.instruments:
                    key = (name, incident.id)
                    if key not in known:
                        known[key] = _findings(resolved, name, adopted(incident))
                    cells.extend(
                        _cell(resolved, option.id, phase.id, finding, klass)
                        for finding, klass in known[key]
                    )
    return tuple(cells)


def _findings(resolved: Resolved, name: str, incident: Incident) -> list[tuple[Finding, str]]:
    text = resolved.instruments[name]
    day = incident.date or resolved.scenario.as_of
    found = []
    for finding in assess([text], incident, actors=resolved.actors):
        provision = text.provision(finding.provision)
        klass = bind(text, provision, actors=resolved.actors, on=day).klass
        if klass != "none":
            found.append((finding, klass))
    return found


def _cell(resolved: Resolved, option: str, phase: str, finding: Finding, klass: str) -> DutyCell:
    trace = finding.trace
    return DutyCell(
        option=option,
        phase=phase,
        incident=finding.incident,
        instrument=finding.instrument,
        provision=finding.provision,
        finding=finding.finding,
        klass=klass,
        bearers=finding.bearers,
        why=finding.why,
        missing=finding.missing,
        due=finding.due or finding.due_soft,
        says=explain(finding, actors=resolved.actors),
        trace=None if trace is None else trace.published(),
    )


def open_slots(resolved: Resolved, option: Option) -> tuple[str, ...]:
    """Return the names of everything the option's instruments leave open, each once."""
    names: dict[str, None] = {}
    for phase in option.phases:
        for identifier in phase.instruments:
            text = resolved.instruments[identifier]
            for gap in gaps(text, resolved.slots):
                names.setdefault(f"{identifier}: {gap.name}")
    return tuple(names)


def ranked_questions(
    resolved: Resolved, options: Sequence[Option], day: Moment
) -> tuple[QuestionRow, ...]:
    """Rank the open slots of the newest known version of each proposal on the table.

    Until value of information stands, the value counts findings over the incident bank that change
    between the slot's practice options.
    """
    current = {
        o.version_of or o.id: o
        for o in options
        if o.version_of is not None and not _superseded(o, day)
    }
    names = dict.fromkeys(
        n
        for o in (current.values() or options)
        for p in o.phases
        for n in p.instruments
        if resolved.instruments[n].kind in ("proposal", "draft")
    )
    texts = [resolved.instruments[n] for n in names]
    rows = questions(
        texts,
        resolved.slots,
        resolved.scenario.incidents,
        actors=resolved.actors,
        addressee=resolved.scenario.addressee,
    )
    return tuple(
        QuestionRow(
            slot=q.slot,
            question=q.question,
            ask=q.ask,
            addressee=q.addressee,
            value=q.value,
            value_kind=q.value_kind,
            interval=q.interval,
            changes=q.changes,
            instrument=q.instrument,
            reason=q.reason
            or "findings that flip over the incident bank; value of information comes later",
        )
        for q in rows
    )


def _superseded(option: Option, day: Moment) -> bool:
    return option.superseded_from is not None and option.superseded_from.not_after(day)
