"""Clauses that can never fire, and clauses that bind the same actor to opposites."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from servanda.domain.instrument import AreaPredicate, Provision
from servanda.domain.moment import Moment
from servanda.obligations.lint.text import Path, Remark, Text, helps, named, owed
from servanda.obligations.places import REGIONS, contains
from servanda.obligations.vocabulary import family_of

__all__ = ["collision_remarks", "never_remarks"]

NOT = ("no_", "not_", "without_")
NEUTRAL = ("neutral",)


def never_remarks(text: Text) -> Iterator[Remark]:
    """Report what can never fire (SV801), one line for each reason."""
    instrument = text.instrument
    force = instrument.in_force
    working = [p for p in instrument.provisions if owed(p) or "prohibition" in p.modality]
    if force is not None and force.from_ == "never" and working:
        message = f"the text never comes into force, so none of its {len(working)} duties can fire"
        yield "SV801", message, ("in_force", "from")
    for place, version in enumerate(force.versions if force else ()):
        if _inverted(version.from_, version.to):
            message = f"the version of {version.by} ends on {version.to}, before it begins"
            yield "SV801", message, ("in_force", "versions", place, "to")
    for place, relation in enumerate(instrument.relations):
        if relation.to == instrument.id:
            message = f"the text {relation.kind} itself"
            yield "SV801", message, ("relations", place, "to")
    yield from _areas(text)
    for provision, path in text.each():
        for message, where in _reasons(text, provision):
            yield "SV801", f"'{provision.id}' can never fire: {message}", (*path, *where)


def _inverted(start: Moment | None, end: Moment | None) -> bool:
    return start is not None and end is not None and end.before(start)


def _areas(text: Text) -> Iterator[Remark]:
    for name, area in text.instrument.areas.items():
        for place, part in enumerate(area.include):
            if isinstance(part, AreaPredicate) and _inverted(part.from_, part.to):
                message = f"a part of the area '{name}' ends on {part.to}, before it begins"
                yield "SV801", message, ("areas", name, "include", place, "to")
        if area.include and all(part in area.exclude for part in area.include):
            message = f"the area '{name}' leaves out everything that it includes"
            yield "SV801", message, ("areas", name, "exclude")


def _reasons(text: Text, provision: Provision) -> Iterator[tuple[str, Path]]:
    trigger = provision.trigger
    if trigger is not None:
        yield from _own_victim(text, provision)
        yield from _gone(text, provision)
        yield from _apart(provision)
        both = set(trigger.domains) & set(provision.domain)
        if trigger.domains and provision.domain and not both | {"any", "all"} & {*provision.domain}:
            message = f"the trigger asks for {named(trigger.domains)}, the clause for others"
            yield message, ("domain",)
    out = set(provision.area_excluded)
    if provision.area and out and out >= set(provision.area):
        yield "its whole area is left out again", ("area_excluded",)
    for token in provision.conditions:
        for prefix in NOT:
            if f"{prefix}{token}" in provision.conditions:
                yield f"it asks for '{token}' and for '{prefix}{token}'", ("conditions",)
    yield from _stranger_asks(text, provision)


def _own_victim(text: Text, provision: Provision) -> Iterator[tuple[str, Path]]:
    trigger = provision.trigger
    if trigger is None:
        return
    actors = {a for a in trigger.actor if text.is_actor(a)}
    victims = {a for a in (*trigger.of, *trigger.object) if text.is_actor(a)}
    alone = len(actors) == 1 and len(trigger.actor) == 1 and not trigger.actor_secret
    if alone and actors == victims:
        message = f"'{next(iter(actors))}' would have to attack itself"
        yield message, ("trigger", "actor")


def _gone(text: Text, provision: Provision) -> Iterator[tuple[str, Path]]:
    """An attacker that had ceased to exist before the text began to bind."""
    force = text.instrument.in_force
    start = (force.start if force else None) or text.instrument.signed
    trigger = provision.trigger
    if start is None or trigger is None or not trigger.actor or trigger.actor_secret:
        return
    found = [text.actors.get(name) for name in trigger.actor]
    if all(a is not None and a.to is not None and a.to.before(start) for a in found):
        yield f"{named(trigger.actor)} had ceased to exist by {start}", ("trigger", "actor")


def _apart(provision: Provision) -> Iterator[tuple[str, Path]]:
    """A trigger in one region, an area in another."""
    where = [w for w in (provision.trigger.where if provision.trigger else ()) if w in REGIONS]
    area = [a for a in provision.area or () if a in REGIONS]
    if not where or not area or len(area) < len(provision.area or ()):
        return
    if not any(contains(w, a) or contains(a, w) for w in where for a in area):
        yield f"{named(where)} and {named(area)} have no place in common", ("area",)


def _stranger_asks(text: Text, provision: Provision) -> Iterator[tuple[str, Path]]:
    """A request by an actor that is neither party nor beneficiary opens nothing."""
    for place, token in enumerate(provision.conditions):
        asked, _, name = token.partition("request_of_")
        if asked or name not in text.actors or text.roll.is_party(name):
            continue
        yield f"'{name}' is no party that could ask", ("conditions", place)


def collision_remarks(text: Text) -> Iterator[Remark]:
    """Report two clauses that bind the same actor to opposites on the same trigger (SV804)."""
    for (one, _), (other, path) in combinations(text.each(), 2):
        if one.id in other.excepts or other.id in one.excepts:
            continue  # one gives way
        for what in (*_opposed(one, other), *_opposed(other, one)):
            shared = _shared(text, one, other)
            if shared and _meet(one, other):
                who = ", ".join(shared[:3])
                message = f"'{one.id}' and '{other.id}' bind {who} to opposites: {what}"
                yield "SV804", message, path
                break


def _opposed(duty: Provision, ban: Provision) -> Iterator[str]:
    """Say how a duty and another clause contradict each other."""
    if not owed(duty):
        return
    same = set(duty.act) & set(ban.act)
    forbids = "prohibition" in ban.modality
    if forbids and same:
        yield f"to {next(iter(sorted(same)))} and not to"
    elif helps(duty) and forbids and helps(ban) and not ban.toward:
        yield "to help and not to help"
    elif helps(duty) and owed(ban) and any("neutral" in act for act in ban.act):
        yield "to help and to stay neutral"


def _shared(text: Text, one: Provision, other: Provision) -> list[str]:
    mine, theirs = text.roll.bearers(one), text.roll.bearers(other)
    return [actor for actor in mine if actor in theirs]


def _meet(one: Provision, other: Provision) -> bool:
    """Say whether the same occurrence can set off both."""
    first, second = (p.trigger.kinds if p.trigger else () for p in (one, other))
    if not first or not second or set(first) & set(second):
        return _same_target(one, other)
    return bool({family_of(k) for k in first} & {family_of(k) for k in second} - {None}) and (
        _same_target(one, other)
    )


def _same_target(one: Provision, other: Provision) -> bool:
    """Say whether both may concern the same victim; codes that differ tell them apart."""
    sets = []
    for provision in (one, other):
        trigger = provision.trigger
        words = (*(trigger.of if trigger else ()), *(trigger.object if trigger else ()))
        sets.append({w for w in (*words, *provision.toward) if w.isupper()})
    return not sets[0] or not sets[1] or bool(sets[0] & sets[1])
