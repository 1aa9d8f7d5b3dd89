"""Decide: from the conditions of a provision to its finding, its reasons and who bears it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding, VariantReading
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument, Provision
from servanda.domain.moment import Moment
from servanda.obligations.areas import area_node
from servanda.obligations.conditions import (
    actor_node,
    condition_nodes,
    decision_nodes,
    target_node,
)
from servanda.obligations.deadlines import due
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kinds import kind_node
from servanda.obligations.kleene import CONTESTED, FALSE, OPEN, TRUE, UNKNOWN, Node, all_of
from servanda.obligations.membership import Roll
from servanda.obligations.objects import object_node
from servanda.obligations.openness import is_talk, open_node
from servanda.obligations.prohibitions import breach, restrains
from servanda.obligations.timing import NOT_YET, force_node, versions

__all__ = ["assess"]

SILENT = frozenset({"decision_rule", "condition"})
POWERS = frozenset({"power", "permission"})
LIMITS = frozenset({"exception", "limit"})
NO_DUTY = {FALSE: "not_triggered", UNKNOWN: "triggered_if", CONTESTED: "contested"}


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
        instruments: the texts to hold against the incident.
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
    registry = actors if actors is not None else {}
    facts = Facts(incident, as_of)
    found: list[Finding] = []
    for instrument in instruments:
        roll = Roll(instrument, incident.date, registry)
        for provision in instrument.provisions:
            if provisions is not None and provision.id not in provisions:
                continue
            if provision.modality in SILENT:
                continue
            day = _day(instrument, provision, facts)
            found.append(_finding(instrument, provision, facts, roll, day, trace))
    return tuple(found)


def _day(instrument: Instrument, provision: Provision, facts: Facts) -> Moment | None:
    """Return the day on which the text has to bind: that of the incident, whenever it is asked.

    A duty to act also reaches what still goes on when the text enters into force later; a duty not
    to act reaches no deed that was done before (Vienna Convention on the Law of Treaties, art. 28).
    """
    event, asked = facts.event, facts.as_of
    if event is None or asked is None:
        return event or asked
    if restrains(provision) or not event.before(asked):
        return event
    return asked if force_node(instrument, event, facts)[1] == NOT_YET else event


def _finding(
    instrument: Instrument,
    provision: Provision,
    facts: Facts,
    roll: Roll,
    day: Moment | None,
    trace: bool,
) -> Finding:
    base = Finding.model_construct(
        incident=facts.incident.id,
        instrument=instrument.id,
        provision=provision.id,
        finding="",
        force=instrument.legal_force,
        act=provision.act,
        as_of=None if facts.as_of is None else str(facts.as_of),
    )
    by_side = versions(instrument)
    if by_side and day is not None:
        return _by_version(base, instrument, provision, facts, roll, day, trace)
    time, state = force_node(instrument, day, facts)
    if state is not None:
        return _done(base, state, time, provision, trace, why=time.reasons(FALSE))
    return _in_force(base, instrument, provision, facts, roll, time, trace)


def _by_version(
    base: Finding,
    instrument: Instrument,
    provision: Provision,
    facts: Facts,
    roll: Roll,
    day: Moment,
    trace: bool,
) -> Finding:
    """Assess under each side's account of start and end, and keep them apart."""
    time = Node("in force", TRUE, note="by each side's account")
    inside = _in_force(base, instrument, provision, facts, roll, time, trace)
    states = {v.by: v.state(day) for v in versions(instrument)}
    if set(states.values()) == {"in_force"}:
        return inside
    if len(set(states.values())) == 1:
        state = next(iter(states.values()))
        node = Node("in force", FALSE, ("time",), facts={"day": str(day)})
        return _done(base, state, node, provision, trace, why=("time",))
    force = instrument.in_force
    if "lapsed" in states.values():
        shown = {v.by: _interval(v.state(day), v.end) for v in versions(instrument)}
        missing = ["start_version"]
        if force is not None and force.extension and facts.get("extended") == ABSENT:
            missing.insert(0, "extension_agreed")
        node = Node("in force", UNKNOWN, missing=tuple(missing), facts=shown)
        done = _done(base, "triggered_if", node, provision, trace, missing=tuple(missing))
        return done.model_copy(update={"by_version": shown})
    shown = {
        side: inside.finding if state == "in_force" else state for side, state in states.items()
    }
    note = "the sides give different starts"
    node = Node("in force", CONTESTED, ("time",), facts=shown, note=note)
    done = _done(base, "contested", node, provision, trace, why=("time",))
    readings = tuple(VariantReading(reading=s, by=s, finding=f) for s, f in shown.items())
    return done.model_copy(update={"by_version": shown, "readings": readings})


def _interval(state: str, end: Moment | None) -> str:
    return f"expired_{end}" if state == "lapsed" else f"in_force_until_{end}"


def _in_force(
    base: Finding,
    instrument: Instrument,
    provision: Provision,
    facts: Facts,
    roll: Roll,
    time: Node,
    trace: bool,
) -> Finding:
    if provision.modality in LIMITS:
        return _done(base, "limits", time, provision, trace)
    if restrains(provision):
        return _restraint(base, instrument, provision, facts, roll, time, trace)
    bearers = roll.bearers(provision)
    thin = open_node(instrument, provision, bearers)
    parts = [time] if thin is None else [time, thin]
    node = all_of(f"{provision.id}", [*parts, *_conditions(provision, facts, roll)])
    if provision.modality in POWERS:
        return _power(base, provision, facts, roll, node, bearers, trace)
    return _duty(base, provision, facts, roll, node, bearers, trace)


def _conditions(provision: Provision, facts: Facts, roll: Roll) -> list[Node]:
    if provision.trigger is None:
        return condition_nodes(provision, facts, roll)
    target = target_node(provision, facts, roll)
    if target.truth == FALSE:  # an area is that of the parties: it says nothing of others
        return [
            target,
            actor_node(provision, facts, roll),
            kind_node(provision, facts, roll.actors),
        ]
    return [
        target,
        actor_node(provision, facts, roll),
        kind_node(provision, facts, roll.actors),
        object_node(provision, facts),
        area_node(provision, facts, roll),
        *condition_nodes(provision, facts, roll),
        *decision_nodes(provision, facts, roll),
    ]


def _duty(
    base: Finding,
    provision: Provision,
    facts: Facts,
    roll: Roll,
    node: Node,
    bearers: tuple[str, ...],
    trace: bool,
) -> Finding:
    truth = node.truth
    if truth == FALSE:
        return _done(base, "not_triggered", node, provision, trace, why=node.reasons(FALSE))
    if truth == OPEN:
        return _done(base, "undetermined", node, provision, trace, missing=node.wanted(OPEN))
    owing = _owing(provision, facts, roll, bearers)
    if _waits_for_invocation(provision, facts, roll):
        return _done(base, "available", node, provision, trace, bearers=owing)
    hard, soft = due(provision, facts)
    if truth == CONTESTED:
        wide = "triggered_if" if node.wanted(UNKNOWN) else "triggered"
        readings = (
            VariantReading(reading="wide", finding=wide, note=_hinges(node)),
            VariantReading(reading="narrow", finding="not_triggered", note=_hinges(node)),
        )
        done = _done(base, "contested", node, provision, trace, why=node.reasons(CONTESTED),
                     bearers=owing)  # fmt: skip
        return done.model_copy(update={"readings": readings})
    if truth == UNKNOWN:
        missing = node.wanted(UNKNOWN)
        return _done(base, "triggered_if", node, provision, trace, missing=missing, bearers=owing)
    done = _done(base, "triggered", node, provision, trace, bearers=owing)
    return done.model_copy(update={"due": hard, "due_soft": soft, "readings": _clocks(provision)})


def _hinges(node: Node) -> str:
    notes = [leaf.note for leaf in node.leaves() if leaf.truth == CONTESTED and leaf.note]
    return "; ".join(dict.fromkeys(notes))


def _clocks(provision: Provision) -> tuple[VariantReading, ...]:
    """Where reports differ on what the clock counts, each is a reading of its own."""
    counts = provision.deadline.counts if provision.deadline else ()
    if len(counts) < 2:
        return ()
    return tuple(
        VariantReading(reading=f"the clock counts: {c}", finding="triggered") for c in counts
    )


def _waits_for_invocation(provision: Provision, facts: Facts, roll: Roll) -> bool:
    """A duty to talk that a party must call for is a right until somebody calls."""
    if not is_talk(provision):
        return False
    trigger, decision = provision.trigger, provision.decision
    judged = (*(trigger.judged_by if trigger else ()), *(decision.invoked_by if decision else ()))
    threat = trigger is not None and any("threat" in k for k in trigger.kinds)
    callable_ = any("party" in j for j in judged) or (
        threat and bool(trigger and trigger.where) and not provision.conditions
    )
    if not callable_:
        return False
    asked = facts.requesters()
    if asked:
        return not any(a in roll.members for a in asked)
    return facts.request()[0] not in ("yes", "consultation")


def _owing(
    provision: Provision, facts: Facts, roll: Roll, bearers: tuple[str, ...]
) -> tuple[str, ...]:
    """Who owes: the bearers without the attacker, the one attacked, and suspended links."""
    gone = {roll.successor(a) for a in facts.actors}
    if not is_talk(provision):
        gone |= set(facts.targets)
    reachable = [b for b in bearers if not any(roll.suspended(b, t) for t in facts.targets)]
    return tuple(b for b in reachable if b not in gone)


def _power(
    base: Finding,
    provision: Provision,
    facts: Facts,
    roll: Roll,
    node: Node,
    bearers: tuple[str, ...],
    trace: bool,
) -> Finding:
    if provision.trigger is None and provision.modality == "power":
        return _done(base, "available", node, provision, trace, bearers=bearers)
    if node.truth == FALSE:
        return _done(base, "not_triggered", node, provision, trace, why=node.reasons(FALSE))
    if node.truth in (UNKNOWN, OPEN):
        missing = node.wanted(node.truth)
        word = "triggered_if" if node.truth == UNKNOWN else "undetermined"
        return _done(base, word, node, provision, trace, missing=missing)
    if node.truth == CONTESTED:
        return _done(base, "contested", node, provision, trace, why=node.reasons(CONTESTED))
    holder = bearers
    if "other_side" in provision.bearer:
        holder = facts.targets
    done = _done(base, "permitted", node, provision, trace, bearers=bearers)
    return done.model_copy(update={"holder": holder})


def _restraint(
    base: Finding,
    instrument: Instrument,
    provision: Provision,
    facts: Facts,
    roll: Roll,
    time: Node,
    trace: bool,
) -> Finding:
    word, node, by = breach(instrument, provision, facts, roll)
    node = replace(node, children=(time, *node.children)) if node.children else node
    if word == "breach" and time.truth == UNKNOWN:
        word, by = "triggered_if", ()
        node = replace(node, truth=UNKNOWN)
    done = _done(
        base,
        word,
        node,
        provision,
        trace,
        why=node.reasons(FALSE if word != "contested" else CONTESTED),
        missing=node.wanted(UNKNOWN) if word == "triggered_if" else (),
        bearers=roll.bearers(provision),
    )
    return done.model_copy(update={"by": by}) if word == "breach" else done


def _done(
    base: Finding,
    word: str,
    node: Node,
    provision: Provision,
    trace: bool,
    *,
    why: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    bearers: tuple[str, ...] = (),
) -> Finding:
    update: dict[str, object] = {"finding": word, "why": why, "missing": missing}
    update["bearers"] = bearers
    if trace:
        clause = f"{base.instrument} {provision.art or provision.id}"
        update["trace"] = node.trace(clause)
    return base.model_copy(update=update)
