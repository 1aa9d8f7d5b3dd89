"""Decide: from the conditions of a provision to its finding, its reasons and who bears it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding, Trace, VariantReading, made
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations.deadlines import clocks, due
from servanda.obligations.decisions import state_of_decision
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import (
    CONTESTED,
    TRUE,
    UNKNOWN,
    all_of,
    reasons,
    wanted,
)
from servanda.obligations.membership import Actors
from servanda.obligations.openness import is_talk
from servanda.obligations.outcomes import Frame, frame_of, word_of
from servanda.obligations.plan import Plan, Text, text_of
from servanda.obligations.prohibitions import breakers
from servanda.obligations.readings import read_otherwise

__all__ = ["assess"]

_NOBODY: Actors = {}


def assess(
    instruments: Iterable[Instrument],
    incident: Incident,
    *,
    actors: Mapping[str, Actor] | None = None,
    as_of: Moment | None = None,
    provisions: Container[str] | None = None,
    beside: Iterable[Instrument] = (),
    trace: bool = True,
) -> tuple[Finding, ...]:
    """Say of each provision what it makes of an incident.

    The finding is about text and facts only. A fact that is absent is unknown: the finding is then
    ``triggered_if`` with the facts in ``missing``. Where two readings differ it is ``contested``
    and both are given; where the text itself is too thin it is ``undetermined`` with its open
    slots.

    Args:
        instruments: the texts to hold against the incident; texts given together see one another,
            so that one can supersede another.
        incident: what happened.
        actors: registry for group memberships, names and adjectives.
        as_of: day of knowledge; facts that arrived later are unknown. None: all that is recorded.
        provisions: only these identifiers.
        beside: further texts that are not assessed, but may supersede one that is.
        trace: also write down the reasoning, node by node.

    Examples:
        >>> trigger = {"kinds": ["armed_attack"], "object": "party"}
        >>> duty = {"id": "a1", "modality": "duty", "act": "assist", "bearer": "each_party"}
        >>> pact = Instrument(id="p", title="P", kind="treaty",
        ...     parties={"original": ["AAA", "BBB"]}, provisions=[{**duty, "trigger": trigger}])
        >>> raid = Incident(id="r", title="R", facts={"target": "AAA", "kind": "armed_attack"})
        >>> assess([pact], raid)[0].finding, assess([pact], raid)[0].bearers
        ('triggered', ('BBB',))
    """
    known = actors if actors is not None else _NOBODY
    facts = Facts(incident, as_of)
    texts = tuple(instruments)
    around = (*texts, *beside)
    others = around if any(t.relations for t in around) else ()
    found: list[Finding] = []
    for instrument in texts:
        text = text_of(instrument, known)
        for plan in text.plans(incident.date):
            if provisions is None or plan.provision.id in provisions:
                finding = _finding(text, plan, facts, others, trace)
                if instrument.official_readings:
                    finding = _with_readings(finding, plan, facts, others, known)
                found.append(finding)
    return tuple(found)


def _finding(
    text: Text, plan: Plan, facts: Facts, others: Sequence[Instrument], trace: bool
) -> Finding:
    """Hold one provision against the facts."""
    frame = frame_of(text, plan, facts, others)
    values = _blank(plan, facts)
    _, time, state = frame.standing
    if state is not None:
        node = time
        values["finding"] = state
        _outside(values, plan, time)
    else:
        node = _reasoning(plan, frame, facts)
        values["finding"] = word = word_of(plan, frame, node.truth)
        _details(values, word, plan, frame, facts, node)
    values["presumed"] = _presumed(node, plan.clause)
    if trace:
        values["trace"] = node
    return made(values)


def _outside(values: dict[str, Any], plan: Plan, time: Trace) -> None:
    """Say why a text does not bind that day; nobody owes anything under it."""
    values["why"] = reasons(time, time.truth)
    if plan.mode == "restraint":
        values["bearers"] = plan.bearers


def _reasoning(plan: Plan, frame: Frame, facts: Facts) -> Trace:
    """Ask the conditions, unless the undertaking has fallen away."""
    time = frame.standing[1]
    if frame.free is not None:
        return all_of(plan.provision.id, [time, frame.free])
    parts = [time, *plan.answers(facts)]
    node = all_of(plan.provision.id, parts)
    if frame.late is not None and node.truth == TRUE:
        return all_of(plan.provision.id, [*parts, frame.late[0]])
    return node


def _blank(plan: Plan, facts: Facts) -> dict[str, Any]:
    values = plan.blank.copy()
    values["incident"] = facts.incident.id
    if facts.as_of is not None:
        values["as_of"] = str(facts.as_of)
    if plan.decision:
        state = state_of_decision(plan.provision.decision, facts)
        values["decision"] = {**plan.decision, "state": state} if state else plan.decision
    return values


def _details(
    values: dict[str, Any], word: str, plan: Plan, frame: Frame, facts: Facts, node: Trace
) -> None:
    """Say why, what is missing, who bears it and by when, as far as the word asks for it."""
    if word in ("not_triggered", "contested", "lapsed"):
        values["why"] = reasons(node, node.truth)
    elif word in ("triggered_if", "undetermined") or (word == "limits" and node.truth == UNKNOWN):
        values["missing"] = wanted(node, node.truth)
    if word == "contested":
        values["readings"] = _both_ways(plan, node)
    values |= _BY_MODE[plan.mode](word, plan, frame, facts)
    if frame.standing[0]:
        values |= _by_side(word, plan, frame, facts)


def _presumed(node: Trace, clause: str) -> tuple[str, ...]:
    """Return the facts that nobody recorded and a condition that holds rests on.

    On the way every leaf that cites nothing is made to cite the clause.
    """
    taken: dict[str, None] = {}
    for leaf in node.leaves():
        if leaf.clause is None:
            leaf.clause = clause
        if leaf.truth == TRUE and leaf.facts:
            for name, value in leaf.facts.items():
                if value == ABSENT:
                    taken[name] = None
    return tuple(taken) if taken else ()


def _both_ways(plan: Plan, node: Trace) -> tuple[VariantReading, ...]:
    hinges = [leaf.note for leaf in node.leaves() if leaf.truth == CONTESTED and leaf.note]
    note = "; ".join(dict.fromkeys(hinges))
    sure = {"restraint": "breach", "power": "permitted", "limit": "limits"}
    wide = "triggered_if" if wanted(node, UNKNOWN) else sure.get(plan.mode, "triggered")
    return (
        VariantReading(reading="wide", finding=wide, note=note),
        VariantReading(reading="narrow", finding="not_triggered", note=note),
    )


def _of_duty(word: str, plan: Plan, frame: Frame, facts: Facts) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if word in ("available", "contested", "triggered_if", "triggered", "breach"):
        more["bearers"] = _owing(plan, facts)
    if word in ("triggered", "breach"):
        more["due"], more["due_soft"] = due(plan.provision, facts)
    if word == "triggered":
        more["readings"] = clocks(plan.provision)
    if word == "breach" and frame.late is not None:
        more["by"] = frame.late[1]
    return more


def _owing(plan: Plan, facts: Facts) -> tuple[str, ...]:
    """Who owes: the bearers without the attacker, the one attacked, and suspended links."""
    roll = plan.roll
    gone: set[str] = set()
    if plan.provision.trigger is not None:
        gone = {roll.successor(a) for a in facts.actors}
        if not is_talk(plan.provision):
            gone |= set(facts.targets)
    reachable = plan.bearers
    if roll.instrument.parties.suspended:
        reachable = tuple(
            b for b in plan.bearers if not any(roll.suspended(b, t) for t in facts.targets)
        )
    return tuple(b for b in reachable if b not in gone)


def _of_power(word: str, plan: Plan, frame: Frame, facts: Facts) -> dict[str, Any]:
    if word == "available":
        return {"bearers": plan.bearers}
    if word != "permitted":
        return {}
    holder = facts.targets if "other_side" in plan.provision.bearer else plan.bearers
    return {"bearers": plan.bearers, "holder": holder}


def _of_restraint(word: str, plan: Plan, frame: Frame, facts: Facts) -> dict[str, Any]:
    more: dict[str, Any] = {"bearers": plan.bearers}
    if word == "breach":
        by = breakers(plan.bearers, facts, plan.roll)
        more["by"] = by or tuple(b for b in plan.bearers if b in facts.targets)
    return more


def _of_limit(word: str, plan: Plan, frame: Frame, facts: Facts) -> dict[str, Any]:
    return {}


_BY_MODE = {
    "duty": _of_duty,
    "power": _of_power,
    "restraint": _of_restraint,
    "limit": _of_limit,
}


def _by_side(word: str, plan: Plan, frame: Frame, facts: Facts) -> dict[str, Any]:
    """Where the sides hold different dates, say what follows by each account."""
    sides, time, state = frame.standing
    if state is not None or time.truth == TRUE:
        return {}
    if time.truth == UNKNOWN:
        return {"by_version": dict(sides)}
    binds = Trace("in force", TRUE, note="by each side's account")
    inside = _reasoning(plan, Frame((sides, binds, None), frame.waits, frame.free), facts)
    within = word_of(plan, Frame((sides, binds, None), frame.waits, frame.free), inside.truth)
    shown = {side: within if how == "in_force" else how for side, how in sides.items()}
    if word != "contested":
        return {"by_version": shown}
    readings = tuple(VariantReading(reading=s, by=s, finding=f) for s, f in shown.items())
    return {"by_version": shown, "readings": readings}


def _with_readings(
    finding: Finding, plan: Plan, facts: Facts, others: Sequence[Instrument], actors: Actors
) -> Finding:
    """Set beside the text what it says under each official reading of that day."""
    variants: list[VariantReading] = []
    for reading, variant in read_otherwise(plan.instrument, plan.provision.id, facts):
        text = text_of(variant, actors)
        for other in text.plans(facts.event):
            if other.provision.id != plan.provision.id:
                continue
            got = _finding(text, other, facts, others, trace=False)
            if _said(got) != _said(finding):
                by = ", ".join(reading.by) or None
                says = f"{reading.says} ({reading.date})" if reading.date else reading.says
                variants.append(VariantReading(reading=says, finding=got.finding, by=by))
    if not variants:
        return finding
    update: dict[str, Any] = {"readings": (*finding.readings, *variants)}
    agreed = [v for v in variants if v.by and _by_all(v.by, plan)]
    if agreed:
        own = VariantReading(reading="the text as first written", finding=finding.finding)
        update = {"finding": agreed[-1].finding, "readings": (own, *variants), "why": (),
                  "missing": ()}  # fmt: skip
    elif any(v.finding != finding.finding for v in variants):
        own = VariantReading(reading="the text as it stands", finding=finding.finding)
        update = {"finding": "contested", "readings": (own, *variants), "why": ("text_ambiguity",),
                  "missing": ()}  # fmt: skip
    return finding.model_copy(update=update)


def _by_all(by: str, plan: Plan) -> bool:
    """A reading given by all parties is authentic (Vienna Convention, art. 31(3)(a))."""
    named = set(by.split(", "))
    return named >= set(plan.roll.members) or bool(named & {"both", "all", "all_parties"})


def _said(finding: Finding) -> tuple[object, ...]:
    return finding.finding, finding.due, finding.due_soft
