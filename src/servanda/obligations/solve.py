"""Decide: from the conditions of a provision to its finding, its reasons and who bears it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding, Trace, VariantReading, made
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations.deadlines import clocks, due, overdue
from servanda.obligations.decisions import state_of_decision
from servanda.obligations.facts import Facts
from servanda.obligations.kleene import (
    CONTESTED,
    FALSE,
    OPEN,
    TRUE,
    UNKNOWN,
    all_of,
    reasons,
    wanted,
)
from servanda.obligations.membership import Actors
from servanda.obligations.openness import callable_by_party, is_talk
from servanda.obligations.plan import Plan, Text, text_of
from servanda.obligations.prohibitions import breakers, released
from servanda.obligations.readings import read_otherwise
from servanda.obligations.timing import NOT_YET

__all__ = ["assess"]


def assess(
    instruments: Iterable[Instrument],
    incident: Incident,
    *,
    actors: Mapping[str, Actor] | None = None,
    as_of: Moment | None = None,
    provisions: Container[str] | None = None,
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
    others = texts if any(t.relations for t in texts) else ()
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


_NOBODY: Actors = {}


def _finding(
    text: Text, plan: Plan, facts: Facts, others: Sequence[Instrument], trace: bool
) -> Finding:
    """Hold one provision against the facts."""
    by_side, node, state = text.standing(_day(text, plan, facts), facts, others)
    values = _blank(plan, facts)
    if by_side:
        found = _by_version(plan, facts, node, by_side, state)
    elif state is not None:
        found = state, node, {"why": reasons(node, FALSE)}
    else:
        found = _in_force(plan, facts, node)
    word, reasoning, more = found
    values["finding"] = word
    values.update(more)
    if trace:
        _cite(reasoning, plan.clause)
        values["trace"] = reasoning
    return made(values)


def _cite(node: Trace, clause: str) -> None:
    """Let every leaf that cites nothing yet cite the clause."""
    if not node.children:
        if node.clause is None:
            node.clause = clause
        return
    for child in node.children:
        _cite(child, clause)


Found = tuple[str, Trace, dict[str, Any]]


def _blank(plan: Plan, facts: Facts) -> dict[str, Any]:
    values: dict[str, Any] = {
        "incident": facts.incident.id,
        "instrument": plan.instrument.id,
        "provision": plan.provision.id,
        "force": plan.instrument.legal_force,
        "act": plan.provision.act,
        "as_of": None if facts.as_of is None else str(facts.as_of),
        "liability": plan.liability,
        "response": plan.response,
    }
    if plan.decision:
        state = state_of_decision(plan.provision.decision, facts)
        values["decision"] = {**plan.decision, "state": state} if state else plan.decision
    return values


def _day(text: Text, plan: Plan, facts: Facts) -> Moment | None:
    """Return the day on which the text has to bind: that of the incident, whenever it is asked.

    A duty to act also reaches what still goes on when the text enters into force later; a duty not
    to act reaches no deed that was done before (Vienna Convention on the Law of Treaties, art. 28).
    """
    event, asked = facts.event, facts.as_of
    if event is None or asked is None:
        return event or asked
    if plan.mode == "restraint" or not event.before(asked):
        return event
    return asked if text.standing(event, facts)[2] == NOT_YET else event


def _by_version(
    plan: Plan, facts: Facts, node: Trace, by_side: Mapping[str, str], state: str | None
) -> Found:
    """Keep each side's account of start and end apart."""
    if state is not None:
        return state, node, {"why": ("time",)}
    if node.truth == TRUE:
        return _in_force(plan, facts, node)
    if node.truth == UNKNOWN:
        more: dict[str, Any] = {"missing": node.missing, "by_version": dict(by_side)}
        return "triggered_if", node, more
    word, _, _ = _in_force(plan, facts, Trace("in force", TRUE, note="by each side's account"))
    shown = {side: word if state == "in_force" else state for side, state in by_side.items()}
    readings = tuple(VariantReading(reading=s, by=s, finding=f) for s, f in shown.items())
    more = {"why": ("time",), "by_version": shown, "readings": readings}
    return "contested", node, more


def _in_force(plan: Plan, facts: Facts, time: Trace) -> Found:
    if plan.mode == "limit":
        return _limit(plan, facts, time)
    if plan.mode == "restraint":
        return _restraint(plan, facts, time)
    node = all_of(plan.provision.id, [time, *plan.answers(facts)])
    return (_power if plan.mode == "power" else _duty)(plan, facts, node)


def _limit(plan: Plan, facts: Facts, time: Trace) -> Found:
    """An exception or limit cuts down what others may demand, where its own trigger is met."""
    node = all_of(plan.provision.id, [time, *plan.answers(facts)])
    if node.truth == FALSE:
        return "not_triggered", node, {"why": reasons(node, FALSE)}
    if node.truth == CONTESTED:
        return "contested", node, {"why": reasons(node, CONTESTED)}
    return "limits", node, {"missing": wanted(node, UNKNOWN)}


def _duty(plan: Plan, facts: Facts, node: Trace) -> Found:
    truth = node.truth
    more: dict[str, Any]
    if truth == FALSE:
        return "not_triggered", node, {"why": reasons(node, FALSE)}
    if truth == OPEN:
        return "undetermined", node, {"missing": wanted(node, OPEN)}
    owing = _owing(plan, facts)
    if _waits_for_invocation(plan, facts):
        return "available", node, {"bearers": owing}
    if truth == CONTESTED:
        wide = "triggered_if" if wanted(node, UNKNOWN) else "triggered"
        readings = (
            VariantReading(reading="wide", finding=wide, note=_hinges(node)),
            VariantReading(reading="narrow", finding="not_triggered", note=_hinges(node)),
        )
        more = {"why": reasons(node, CONTESTED), "bearers": owing, "readings": readings}
        return "contested", node, more
    if truth == UNKNOWN:
        return "triggered_if", node, {"missing": wanted(node, UNKNOWN), "bearers": owing}
    hard, soft = due(plan.provision, facts)
    late = overdue(plan.provision, facts, plan.bearers, hard)
    if late is not None:
        deed, by = late
        more = {"bearers": owing, "by": by, "due": hard, "due_soft": soft}
        return "breach", all_of(plan.provision.id, [node, deed]), more
    more = {"bearers": owing, "due": hard, "due_soft": soft, "readings": clocks(plan.provision)}
    return "triggered", node, more


def _hinges(node: Trace) -> str:
    notes = [leaf.note for leaf in node.leaves() if leaf.truth == CONTESTED and leaf.note]
    return "; ".join(dict.fromkeys(notes))


def _waits_for_invocation(plan: Plan, facts: Facts) -> bool:
    """A duty to talk that a party must call for is a right until somebody calls."""
    if not callable_by_party(plan.provision):
        return False
    asked = facts.requesters()
    if asked:
        return not any(a in plan.roll.members for a in asked)
    return facts.request()[0] not in ("yes", "consultation")


def _owing(plan: Plan, facts: Facts) -> tuple[str, ...]:
    """Who owes: the bearers without the attacker, the one attacked, and suspended links."""
    roll = plan.roll
    gone = {roll.successor(a) for a in facts.actors}
    if not is_talk(plan.provision):
        gone |= set(facts.targets)
    links = roll.instrument.parties.suspended
    reachable = plan.bearers
    if links:
        reachable = tuple(
            b for b in plan.bearers if not any(roll.suspended(b, t) for t in facts.targets)
        )
    return tuple(b for b in reachable if b not in gone)


def _power(plan: Plan, facts: Facts, node: Trace) -> Found:
    provision = plan.provision
    if provision.trigger is None and provision.modality == "power" and node.truth != FALSE:
        return "available", node, {"bearers": plan.bearers}
    if node.truth == FALSE:
        return "not_triggered", node, {"why": reasons(node, FALSE)}
    if node.truth in (UNKNOWN, OPEN):
        word = "triggered_if" if node.truth == UNKNOWN else "undetermined"
        return word, node, {"missing": wanted(node, node.truth)}
    if node.truth == CONTESTED:
        return "contested", node, {"why": reasons(node, CONTESTED)}
    holder = facts.targets if "other_side" in provision.bearer else plan.bearers
    return "permitted", node, {"bearers": plan.bearers, "holder": holder}


_BROKEN = {TRUE: "breach", FALSE: "not_triggered", CONTESTED: "contested", OPEN: "undetermined",
           UNKNOWN: "triggered_if"}  # fmt: skip


def _restraint(plan: Plan, facts: Facts, time: Trace) -> Found:
    bearers = plan.bearers
    free = released(plan.provision, facts, plan.roll)
    if free is not None:
        node = all_of(plan.provision.id, [time, free])
        return "lapsed", node, {"why": reasons(node, FALSE), "bearers": bearers}
    node = all_of(plan.provision.id, [time, *plan.answers(facts)])
    word = _BROKEN[node.truth]
    more: dict[str, Any] = {"bearers": bearers}
    if word == "breach":
        more["by"] = _broken_by(plan, facts)
    elif word in ("triggered_if", "undetermined"):
        more["missing"] = wanted(node, node.truth)
    else:
        more["why"] = reasons(node, node.truth)
    if word == "contested":
        more["readings"] = (
            VariantReading(reading="wide", finding="breach", note=_hinges(node)),
            VariantReading(reading="narrow", finding="not_triggered", note=_hinges(node)),
        )
    return word, node, more


def _broken_by(plan: Plan, facts: Facts) -> tuple[str, ...]:
    by = breakers(plan.provision, facts, plan.roll)
    return by or tuple(b for b in plan.bearers if b in facts.targets)


def _with_readings(
    finding: Finding, plan: Plan, facts: Facts, others: Sequence[Instrument], actors: Actors
) -> Finding:
    """Set beside the text what it says under each official reading of that day."""
    variants: list[VariantReading] = []
    for reading, variant in read_otherwise(plan.instrument, plan.provision.id, facts):
        text = text_of(variant, actors)
        for other in text.plans(facts.event):
            if other.provision.id == plan.provision.id:
                got = _finding(text, other, facts, others, trace=False)
                if (got.finding, got.due, got.due_soft) != (
                    finding.finding,
                    finding.due,
                    finding.due_soft,
                ):
                    by = ", ".join(reading.by) or None
                    said = f"{reading.says} ({reading.date})" if reading.date else reading.says
                    variants.append(VariantReading(reading=said, finding=got.finding, by=by))
    if not variants:
        return finding
    update: dict[str, Any] = {"readings": (*finding.readings, *variants)}
    if any(v.finding != finding.finding for v in variants):
        own = VariantReading(reading="the text as it stands", finding=finding.finding)
        update = {"finding": "contested", "readings": (own, *variants), "why": ("text_ambiguity",)}
    return finding.model_copy(update=update)
