"""The condition tree of a provision: its questions to the facts, made once per text and roll.

The interpreter of `solve` walks the tree for one incident with reasons and clauses; `bulk` turns
the same questions into tables for many. So what a duty hangs on is decided here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from servanda.domain.finding import Trace, unsaid
from servanda.domain.instrument import Instrument, Provision
from servanda.domain.moment import Moment
from servanda.domain.patch import patched
from servanda.obligations.areas import area_question
from servanda.obligations.asking import Ask, fixed
from servanda.obligations.conditions import condition_questions
from servanda.obligations.decisions import decision_questions
from servanda.obligations.doers import actor_question, liability_of
from servanda.obligations.facts import Facts
from servanda.obligations.kinds import kind_question
from servanda.obligations.kleene import (
    CONTESTED,
    FALSE,
    TRUE,
    UNKNOWN,
    all_of,
    any_of,
    negated,
    reasons,
    wanted,
)
from servanda.obligations.membership import Actors, Roll, Rolls, registry
from servanda.obligations.objects import object_question
from servanda.obligations.openness import open_node
from servanda.obligations.prohibitions import (
    bound_by,
    own_restraints,
    prior_agreement,
    restrains,
    restraint_questions,
    unasked,
)
from servanda.obligations.targets import target_question
from servanda.obligations.timing import Standing, reads_of, standing

__all__ = ["LIMITS", "POWERS", "SILENT", "Plan", "Text", "text_of"]

SILENT = frozenset({"decision_rule"})
POWERS = frozenset({"power", "permission"})
LIMITS = frozenset({"exception", "limit", "condition"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What one provision asks of the facts while one roll of parties stands.

    Attributes:
        mode: ``duty``, ``power``, ``restraint`` or ``limit``.
        bearers: whom it binds, before anybody is attacked.
        thin: an open node where the text names nobody who is bound.
        target: asked first: what is behind it says nothing of others than the protected.
        always: asked whoever was hit.
        behind: asked only where the target does not fail.
        blank: the fields of a finding that do not depend on the incident.
        decision: who invokes, which body decides, by which rule.
    """

    instrument: Instrument
    provision: Provision
    roll: Roll
    mode: str
    clause: str
    bearers: tuple[str, ...]
    thin: Trace | None
    target: Ask | None
    always: tuple[Ask, ...]
    behind: tuple[Ask, ...]
    blank: dict[str, Any] = field(default_factory=unsaid)
    decision: dict[str, Any] = field(default_factory=dict)

    def questions(self) -> Iterator[Ask]:
        """Walk every question in the order of the trace."""
        if self.target is not None:
            yield self.target
        yield from self.always
        yield from self.behind

    def answers(self, facts: Facts) -> list[Trace]:
        """Put the questions to the facts."""
        nodes = [] if self.thin is None else [self.thin]
        if self.target is not None:
            target = self.target.answer(facts)
            nodes.append(target)
            nodes += [q.answer(facts) for q in self.always]
            if target.truth == FALSE:
                return nodes
        else:
            nodes += [q.answer(facts) for q in self.always]
        nodes += [q.answer(facts) for q in self.behind]
        return nodes


class Text:
    """An instrument made ready: its rolls and plans, kept from one incident to the next."""

    __slots__ = (
        "_amended",
        "_last",
        "_plans",
        "_reads",
        "_rolls",
        "_stands",
        "actors",
        "instrument",
    )

    def __init__(self, instrument: Instrument, actors: Actors) -> None:
        """Prepare the rolls; plans are made when they are first needed."""
        self.instrument = instrument
        self.actors = actors
        self._rolls = Rolls(instrument, actors)
        self._amended = [
            (change.date, Text(patched(_as_amended(instrument), change.patches), actors))
            for change in sorted(instrument.amended, key=lambda change: change.date.earliest)
            if change.patches
        ]
        self._plans: dict[int, tuple[Roll, tuple[Plan, ...]]] = {}
        self._stands: dict[tuple[Moment | str | None, ...], Standing] = {}
        self._reads = reads_of(instrument)
        self._last: tuple[Any, Any, Any, Any] = (None, None, None, None)

    def _at(self, day: Moment | None) -> Text:
        """Return the text as amended by a day."""
        found = self
        for since, text in self._amended:
            if day is not None and since.not_after(day):
                found = text
        return found

    def roll(self, day: Moment | None) -> Roll:
        """Return the parties on a day."""
        return self._at(day)._rolls.on(day)

    def standing(
        self, day: Moment | None, facts: Facts, others: Sequence[Instrument] = ()
    ) -> Standing:
        """Ask whether the text binds on a day; kept where no fact and no other text bears on it."""
        last = self._last  # a hundred provisions ask it of the same incident
        if last[0] is facts and last[1] is day and last[2] is others:
            kept: Standing = last[3]
            return kept
        found = self._standing(day, facts, others)
        self._last = (facts, day, others, found)
        return found

    def _standing(self, day: Moment | None, facts: Facts, others: Sequence[Instrument]) -> Standing:
        text = self._at(day)
        if text is not self:
            return text.standing(day, facts, others)
        if others or len(self._reads) > 1:
            return standing(self.instrument, day, facts, others)
        key = (day, *(str(facts.get(name)) for name in self._reads))
        kept = self._stands.get(key)
        if kept is None:
            if len(self._stands) > _MOST:
                self._stands.clear()
            kept = self._stands[key] = standing(self.instrument, day, facts, ())
        return kept

    def plans(self, day: Moment | None) -> tuple[Plan, ...]:
        """Return the plans of every provision that can be found on, as of a day."""
        text = self._at(day)
        if text is not self:
            return text.plans(day)
        roll = self._rolls.on(day)
        kept = self._plans.get(id(roll))
        if kept is None:
            kept = self._plans[id(roll)] = (roll, tuple(_plans(self.instrument, roll)))
        return kept[1]


def _as_amended(instrument: Instrument) -> Instrument:
    return instrument.model_copy(update={"amended": ()})


_KEPT: dict[tuple[int, int], Text] = {}
_MOST = 512


def text_of(instrument: Instrument, actors: Actors) -> Text:
    """Return an instrument made ready, prepared once per instrument and registry."""
    key = (id(instrument), id(actors))
    kept = _KEPT.get(key)
    if kept is None or kept.instrument is not instrument or kept.actors is not actors:
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        kept = _KEPT[key] = Text(instrument, actors)
    return kept


def _plans(instrument: Instrument, roll: Roll) -> Iterator[Plan]:
    for provision in instrument.provisions:
        if provision.modality not in SILENT:
            yield _plan(instrument, provision, roll)


def _plan(instrument: Instrument, provision: Provision, roll: Roll) -> Plan:
    clause = f"{instrument.id} {provision.art or provision.id}"
    mode = _mode(provision)
    if mode == "limit":
        asks = _tree(instrument, provision, roll) if provision.trigger else ()
        bound = roll.bearers(provision)
        blank = _blank(instrument, provision)
        return Plan(instrument, provision, roll, mode, clause, bound, None, None, asks, (), blank)
    if mode == "restraint":
        return _restraint(instrument, provision, roll, clause)
    bearers = roll.bearers(provision)
    target, always, behind = _questions(instrument, provision, roll)
    return Plan(
        instrument,
        provision,
        roll,
        mode,
        clause,
        bearers,
        open_node(instrument, provision, bearers),
        target,
        always,
        (
            *_unheard(provision),
            *behind,
            *_exceptions(instrument, provision, roll),
            *_ambiguous(provision, roll),
        ),
        _blank(instrument, provision) | {"liability": liability_of(provision, roll)},
        _decision(provision),
    )


#: Words of a modality that have a meaning here.
MODALITIES = frozenset(
    """duty obligation permission power right prohibition condition exception decision limit
    termination declaration intention proposed release undertaking guarantee pledge commitment
    assurance""".split()
)


def _unheard(provision: Provision) -> tuple[Ask, ...]:
    """A modality without meaning here leaves open whether anything is owed."""
    if MODALITIES & set(provision.modality.split("_")):
        return ()
    note = "a modality without meaning here"
    missing = (provision.modality,)
    return (fixed(Trace("modality", UNKNOWN, missing=missing, note=note)),)


def _mode(provision: Provision) -> str:
    if provision.modality in LIMITS:
        return "limit"
    if restrains(provision):
        return "restraint"
    return "power" if provision.modality in POWERS else "duty"


def _questions(
    instrument: Instrument, provision: Provision, roll: Roll
) -> tuple[Ask | None, tuple[Ask, ...], tuple[Ask, ...]]:
    conditions = tuple(condition_questions(provision, roll))
    if provision.trigger is None:
        return None, (), conditions
    kind = _own_breach(instrument, provision, roll)
    if kind is None:
        kind = kind_question(provision, registry(roll.actors).words)
    return (
        target_question(provision, roll),
        (actor_question(provision, roll), kind),
        (
            object_question(instrument, provision),
            area_question(provision, roll),
            *conditions,
            *decision_questions(provision, roll),
        ),
    )


def _own_breach(instrument: Instrument, provision: Provision, roll: Roll) -> Ask | None:
    """Ask of a clause on breach of the text itself whether one of its restraints is broken."""
    own = own_restraints(instrument, provision)
    if provision.trigger is None or not own:
        return None
    kinds = provision.trigger.kinds
    plans = [_restraint(instrument, p, roll, "") for p in own]
    reads = {fact for plan in plans for q in plan.always for fact in q.reads}

    def answer(facts: Facts) -> Trace:
        if facts.kind == kinds[0]:
            return Trace(f"kind: {kinds[0]}", TRUE, facts={"kind": facts.kind})
        found = any_of("breach", [all_of(p.provision.id, p.answers(facts)) for p in plans])
        if found.truth == FALSE:
            note = "no undertaking of the text is broken"
            return Trace("breach", FALSE, ("kind",), facts={"kind": facts.kind}, note=note)
        return found

    return Ask("breach", tuple(sorted({*reads, "kind"})), answer)


def _restraint(instrument: Instrument, provision: Provision, roll: Roll, clause: str) -> Plan:
    if prior_agreement(provision):
        asks: tuple[Ask, ...] = (unasked(provision, roll),)
    else:
        asks = (
            *restraint_questions(provision, roll),
            area_question(provision, roll),
            *_exceptions(instrument, provision, roll),
        )
    bound = bound_by(provision, roll)
    blank = _blank(instrument, provision)
    return Plan(
        instrument, provision, roll, "restraint", clause, bound, None, None, asks, (), blank
    )


def _blank(instrument: Instrument, provision: Provision) -> dict[str, Any]:
    """Return a finding's fields as far as the text alone fills them."""
    response = provision.response
    owed = {} if response is None else response.model_dump(mode="json", exclude_unset=True)
    if provision.discretion:
        owed["discretion"] = provision.discretion
    return {
        **unsaid(),
        "mode": _mode(provision),
        "modality": provision.modality,
        "standing": provision.trigger is None,
        "instrument": instrument.id,
        "provision": provision.id,
        "force": instrument.legal_force,
        "act": provision.act,
        "response": owed,
    }


def _decision(provision: Provision) -> dict[str, Any]:
    decision = provision.decision
    return {} if decision is None else decision.model_dump(mode="json", exclude_unset=True)


def _ambiguous(provision: Provision, roll: Roll) -> tuple[Ask, ...]:
    """A clause whose coder notes two readings is not owed for sure where they bear on the case.

    An ambiguity that speaks of one of the kinds of the trigger matters where no other kind is met.
    """
    trigger, said = provision.trigger, provision.ambiguity
    kinds = trigger.kinds if trigger else ()
    if not said or any("nuclear" in k for k in kinds):
        return ()  # of a nuclear clause the facts say whether the ambiguity matters
    hinge = Trace("two readings", CONTESTED, ("text_ambiguity",), note=said)
    spoken = {w for w in re.split(r"\W+", said.lower()) if len(w) > 3}
    tied = {k for k in kinds if len(spoken & {w for w in k.split("_") if len(w) > 3}) >= 2}
    if trigger is None or not tied or tied == set(kinds):
        return (fixed(hinge),)
    plain = trigger.model_copy(update={"kinds": tuple(k for k in kinds if k not in tied)})
    rest = kind_question(
        provision.model_copy(update={"trigger": plain}), registry(roll.actors).words
    )

    def answer(facts: Facts) -> Trace:
        node = rest.answer(facts)
        return hinge if node.truth != TRUE else Trace("two readings: not here", TRUE, note=said)

    return (Ask("two readings", rest.reads, answer),)


# --- exceptions that stand as provisions of their own -------------------------------------------


def _exceptions(instrument: Instrument, provision: Provision, roll: Roll) -> tuple[Ask, ...]:
    """Ask whether an exception that names the provision is live.

    Two live exceptions that say different things are a conflict of the text, which is read both
    ways and never settled by picking one.
    """
    named = [p for p in instrument.provisions if provision.id in p.excepts and p is not provision]
    trees = [(p, _tree(instrument, p, roll)) for p in named]
    trees = [(p, asks) for p, asks in trees if asks]
    if not trees:
        return ()
    reads = tuple(sorted({fact for _, asks in trees for q in asks for fact in q.reads}))

    def answer(facts: Facts) -> Trace:
        nodes = [(p, all_of(p.id, [q.answer(facts) for q in asks])) for p, asks in trees]
        live = [p for p, node in nodes if node.truth == TRUE]
        if len({p.effect for p in live}) > 1:
            note = f"the exceptions {' and '.join(p.id for p in live)} are both live and differ"
            return Trace("exceptions", CONTESTED, ("text_ambiguity",), note=note)
        return all_of("exceptions", [_undone(p, node) for p, node in nodes])

    return (Ask("exceptions", reads, answer),)


def _tree(instrument: Instrument, provision: Provision, roll: Roll) -> tuple[Ask, ...]:
    target, always, behind = _questions(instrument, provision, roll)
    trigger = provision.trigger
    named = target is not None and trigger is not None and (trigger.object or trigger.of)
    return (*((target,) if target is not None and named else ()), *always, *behind)


def _undone(exception: Provision, node: Trace) -> Trace:
    """Turn an exception round: where it is live the duty is undone."""
    label = f"exception: {exception.id}"
    leaf = Trace(
        label,
        node.truth,
        reasons(node, CONTESTED) if node.truth == CONTESTED else ("precondition",),
        wanted(node, UNKNOWN) if node.truth == UNKNOWN else wanted(node, node.truth),
        {name: value for part in node.leaves() for name, value in part.facts.items()},
        exception.effect,
    )
    return negated(leaf, label)
