"""Where it happened against where the text applies: dated territorial predicates.

Every predicate joins two questions, whose the place is and in which region it lies; each may be
unknown, and a sovereignty that is disputed is read both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from servanda.domain.finding import Trace
from servanda.domain.instrument import AreaPredicate, Provision
from servanda.domain.moment import Moment
from servanda.obligations.asking import Ask, ask, settled
from servanda.obligations.exclusions import exclusions, left_out
from servanda.obligations.facts import ABSENT, Facts, day_of
from servanda.obligations.kleene import (
    AND_ORDER,
    CONTESTED,
    FALSE,
    TRUE,
    UNKNOWN,
    any_of,
    truth_of,
)
from servanda.obligations.membership import Roll
from servanda.obligations.objects import is_force
from servanda.obligations.places import REGIONS, within
from servanda.obligations.whereabouts import (
    as_token,
    regions_of,
    same_words,
    shown_place,
    sovereign_of,
    words_in,
)

__all__ = ["area_question"]

#: Words that set no territorial limit.
EVERYWHERE = frozenset({"none", "any", "worldwide", "everywhere", "land", "air", "sea", "all"})
#: Words of a region that say that it is a stretch of water.
SEAS = frozenset({"sea", "ocean", "seas", "gulf", "strait", "channel", "bay", "atlantic"})
READS = ("place", "targets", "objects", "event")

Part = Callable[[Facts], Trace]


def area_question(provision: Provision, roll: Roll) -> Ask:
    """Ask whether the place lies in the area that the provision covers."""
    excluded = exclusions(provision, roll)
    names = provision.area or ()
    parts = [] if set(names) <= EVERYWHERE else [p for n in names for p in _named(n, roll)]
    if not parts and not excluded and not roll.instrument.unspecified:
        return settled("area: any", "the text sets no limit of place")

    def answer(facts: Facts) -> Trace:
        for name, since, until in excluded:
            day = facts.event
            if day is not None and ((since and day.before(since)) or _over(until, day)):
                continue
            out = left_out(name, facts, roll)
            if out is not None:
                return out
        if not parts:
            return _left_open(roll, facts) or Trace("area: any", TRUE, facts=shown_place(facts))
        if not facts.place and not facts.targets:
            return Trace("area", UNKNOWN, missing=("place",), facts={"place": ABSENT})
        found = any_of("area", [part(facts) for part in parts])
        doubt = _left_open(roll, facts) if found.truth == TRUE else None
        if doubt is not None:
            return doubt
        if found.truth == FALSE and found.children:
            roots = tuple(dict.fromkeys(r for leaf in found.leaves() for r in leaf.roots))
            return Trace(
                "area", FALSE, roots, facts=shown_place(facts), note=found.children[0].label
            )
        return found

    whats = [p.what for a in roll.instrument.areas.values() for p in a.include
             if not isinstance(p, str)]  # fmt: skip
    told = [f"place_in_{name}" for name in names]
    return ask("area", (*READS, *whats, *told), answer)


def _left_open(roll: Roll, facts: Facts) -> Trace | None:
    """A place that the text lists among its open questions is covered by one reading only."""
    if not roll.instrument.unspecified:
        return None
    place = facts.place
    where = facts.once("places", lambda: {*facts.regions, as_token(place.get("name", ""))})
    far = "overseas" in str(place.get("status", "")) or place.get("overseas") is True
    for name in roll.instrument.unspecified:
        if name in where or (far and "overseas" in name):
            note = f"the text leaves open: {name}"
            return Trace(f"area: {name}", CONTESTED, ("area",), facts=shown_place(facts), note=note)
    return None


def _named(name: str, roll: Roll) -> list[Part]:
    area = roll.instrument.areas.get(name)
    if area is None:
        return [lambda facts: _token(name, facts, roll)]
    if not area.include:
        return [lambda facts: Trace("area: everywhere but the exclusions", TRUE)]
    return [
        _of_token(part, roll) if isinstance(part, str) else _of_predicate(part, roll)
        for part in area.include
    ]


def _of_token(token: str, roll: Roll) -> Part:
    return lambda facts: _token(token, facts, roll)


def _of_predicate(part: AreaPredicate, roll: Roll) -> Part:
    return lambda facts: _predicate(part, facts, roll)


def _node(label: str, truth: str, facts: Facts, missing: str = "place") -> Trace:
    return Trace(label, truth, ("area",), (missing,), shown_place(facts))


def _predicate(part: AreaPredicate, facts: Facts, roll: Roll) -> Trace:
    label = f"area: {part.what}" + (f" {part.name}" if part.name else "")
    day = facts.event
    outside = day is not None and (
        (part.from_ is not None and day.before(part.from_)) or _over(part.to, day)
    )
    truth = _matches(part, facts, roll)
    if truth == TRUE and outside:
        shown = shown_place(facts)
        return Trace(label, FALSE, ("area", "time"), facts=shown, note="outside its dates")
    return _node(label, truth, facts)


def _over(end: Moment | None, day: Moment) -> bool:
    return end is not None and end.before(day)


def _matches(part: AreaPredicate, facts: Facts, roll: Roll) -> str:
    what = part.what
    words = set(what.split("_"))
    stated: str = truth_of(facts.get(what))
    if stated != UNKNOWN:  # the record answers in the words of the text
        return stated
    if what == "named":
        return _by_name(part, facts, roll)
    if "polygon" in what or "line" in words or "zone" in words:
        return _polygon(part, facts, roll)
    if words & {"forces", "vessels", "aircraft", "ships", "troops"}:
        return _both(
            TRUE if is_force(facts.objects) else _no_force(facts), _region(part, facts, roll)
        )
    if any(w.startswith("island") for w in words):
        return _island(part, facts, roll)
    if "metropolitan" in words:
        return _metropolitan(part, facts, roll)
    if words & {"administration", "administrative", "administered", "control", "jurisdiction"}:
        return _both(_administered(_holders(part, roll), facts, roll), _region(part, facts, roll))
    if words & {"territory", "territories", "land", "soil", "homeland", "airspace", "waters"}:
        owned = _owned(_holders(part, roll), facts, roll)
        if part.name:
            named = _by_name(part, facts, roll)
            owned = named if named == FALSE or owned == CONTESTED else _both(owned, named)
        return _both(owned, _region(part, facts, roll))
    return TRUE if what in facts.regions else UNKNOWN


def _both(one: str, other: str) -> str:
    return max((one, other), key=AND_ORDER.__getitem__)


def _no_force(facts: Facts) -> str:
    return FALSE if facts.objects else UNKNOWN


def _by_name(part: AreaPredicate, facts: Facts, roll: Roll) -> str:
    name = part.name or ""
    if "list" in name or "annex" in name:
        return UNKNOWN  # a list that is not before us says neither yes nor no
    where = str(facts.place.get("name", ""))
    if any(n in facts.regions or same_words(n, where) for n in (name, *part.incl)):
        return TRUE
    if roll.actors.get(name) is not None:
        return _owned((name,), facts, roll)
    owner = roll.actors.get(str(facts.place.get("sovereign", "")))
    if owner is not None:
        own = {w.lower() for n in (owner.name, *owner.adjectives) for w in n.split()}
        core = words_in(name.split("_of_")[0])
        if core and core <= own:  # the name says no more than whose land it is
            return TRUE
    if not facts.place:
        return UNKNOWN
    inside = within(name, regions_of(facts, roll))
    return UNKNOWN if inside is None and name in REGIONS else TRUE if inside else FALSE


def _polygon(part: AreaPredicate, facts: Facts, roll: Roll) -> str:
    names = {*roll.instrument.areas, *part.incl}
    if any(n in r or r.startswith(n) for n in roll.instrument.areas for r in facts.regions):
        return TRUE
    where = str(facts.place.get("name", ""))
    if any(same_words(n, where) or n in facts.regions for n in names):
        return TRUE
    if part.where:
        return _region(part, facts, roll)
    return FALSE if facts.regions else UNKNOWN


def _holders(part: AreaPredicate, roll: Roll) -> tuple[str, ...]:
    """Whose land a predicate speaks of; a role stands for the states that fill it."""
    if "beneficiary" in part.who:
        return roll.beneficiaries or roll.members
    return part.who or (*roll.members, *roll.beneficiaries)


def _owned(owners: Iterable[str], facts: Facts, roll: Roll) -> str:
    sovereign = sovereign_of(facts, roll)
    if sovereign == ABSENT:
        return FALSE if _at_sea(facts) else UNKNOWN
    if sovereign in ("disputed", "contested"):
        return CONTESTED if _claimed(owners, facts) else FALSE
    return TRUE if sovereign in set(owners) else FALSE


def _at_sea(facts: Facts) -> bool:
    """The high seas are nobody's territory; a place at sea with no sovereign recorded is there."""
    words = {w for region in facts.regions for w in region.split("_")}
    return str(facts.place.get("zone")) == "high_seas" or bool(words & SEAS)


def _claimed(owners: Iterable[str], facts: Facts) -> bool:
    """A place that one of the owners holds or defends is claimed by it."""
    holder = str(facts.place.get("administered_by", ""))
    return holder in set(owners) or (not holder and bool(set(owners) & set(facts.targets)))


def _administered(owners: Iterable[str], facts: Facts, roll: Roll) -> str:
    holder = str(facts.place.get("administered_by", ""))
    if not holder:
        sovereign = sovereign_of(facts, roll)
        if sovereign in (ABSENT, "disputed", "contested"):
            return UNKNOWN
        holder = sovereign
    mine = set(owners)
    return TRUE if holder in mine or holder.split("_")[0] in mine else FALSE


def _metropolitan(part: AreaPredicate, facts: Facts, roll: Roll) -> str:
    value = facts.place.get("metropolitan")
    if value is False or (value is None and facts.place.get("island") is True):
        return FALSE
    return _both(_owned(_holders(part, roll), facts, roll), _region(part, facts, roll))


def _island(part: AreaPredicate, facts: Facts, roll: Roll) -> str:
    place = facts.place
    if place.get("island") is not True:
        return FALSE if place else UNKNOWN
    owners = set(_holders(part, roll))
    holders = {str(place.get("sovereign", "")), str(place.get("administered_by", ""))}
    parts = [TRUE if owners & holders else _owned(owners, facts, roll)]
    if part.north_of_tropic_of_cancer:
        parts.append(_flag(place.get("north_of_tropic_of_cancer")))
    if part.where:
        parts.append(_region(part, facts, roll))
    else:
        names = [w for w in part.what.split("_") if w in facts.regions]
        parts.append(TRUE if names else UNKNOWN if not facts.regions else FALSE)
    return max(parts, key=AND_ORDER.__getitem__)


def _flag(value: object) -> str:
    return TRUE if value is True else FALSE if value is False else UNKNOWN


def _region(part: AreaPredicate, facts: Facts, roll: Roll) -> str:
    """Ask whether the place lies in one of the regions that the predicate names."""
    if not part.where:
        return TRUE
    found = FALSE
    regions = regions_of(facts, roll)
    for where in part.where:
        name = where if isinstance(where, str) else str(where.get("name", ("",))[0])
        if not isinstance(where, str) and _not_yet(where, facts):
            continue
        truth = _within(name, part, facts, regions, roll)
        if truth == TRUE:
            return TRUE
        if truth == UNKNOWN:
            found = UNKNOWN
    return found


def _within(
    name: str, part: AreaPredicate, facts: Facts, regions: frozenset[str], roll: Roll
) -> str:
    if name == "the_territories_above":
        return _territories_above(part, facts, roll)
    north = name.endswith("_north_of_cancer") or name.endswith("_north_of_tropic_of_cancer")
    base = name.split("_north_of_")[0] if north else name
    inside = within(base, regions)
    truth = UNKNOWN if inside is None else TRUE if inside else FALSE
    if north and truth == TRUE and facts.place.get("north_of_tropic_of_cancer") is False:
        return FALSE
    return truth


def _not_yet(where: Mapping[str, tuple[str, ...]], facts: Facts) -> bool:
    since = where.get("by_reading_of")
    day = day_of(since[0]) if since else None
    return bool(day is not None and facts.event and facts.event.before(day))


def _territories_above(part: AreaPredicate, facts: Facts, roll: Roll) -> str:
    """Forces in or over the land that the other predicates of the area name."""
    if not facts.place:
        return UNKNOWN
    found = FALSE
    for area in roll.instrument.areas.values():
        for other in area.include:
            if isinstance(other, str) or other is part or "territory" not in other.what:
                continue
            truth = _predicate(other, facts, roll).truth
            if truth == TRUE:
                return TRUE
            if truth in (UNKNOWN, CONTESTED):
                found = truth
    return found


def _token(token: str, facts: Facts, roll: Roll) -> Trace:
    """Read an area that stands as one token in the provision."""
    label = f"area: {token}"
    parties = (*roll.members, *roll.beneficiaries)
    owners = _mentioned(token, roll)
    if "administ" in token or "control" in token:
        truth = _administered(owners or parties, facts, roll)
        if truth != TRUE and "recognised" in token and sovereign_of(facts, roll) in parties:
            truth = TRUE
        return _node(label, truth, facts)
    if token in facts.regions or same_words(token, str(facts.place.get("name", ""))):
        return _node(label, TRUE, facts)
    if any(token.startswith(r) or r.startswith(token.split("_or_")[0]) for r in facts.regions):
        return _node(label, TRUE, facts)
    for group in roll.registry.groups:
        # "territory of american state": a region named after a group of states
        if group.removesuffix("s") in token and group.removesuffix("s") in facts.regions:
            return _node(label, TRUE, facts)
    if "territor" in token or owners:
        return _node(label, _owned(owners or parties, facts, roll), facts)
    return _elsewhere(label, token, facts, roll)


def _elsewhere(label: str, token: str, facts: Facts, roll: Roll) -> Trace:
    """A region that the place is not recorded to lie in: outside, too coarse, or disputed."""
    inside = within(token, regions_of(facts, roll))
    if inside is not None:
        return _node(label, TRUE if inside else FALSE, facts)
    if facts.place.get("sovereign") == "disputed":
        return _node(label, CONTESTED, facts)
    known = facts.regions or facts.place.get("name")
    name = f"place_in_{token}"
    return _node(label, truth_of(facts.get(name)), facts, name if known else "place")


def _mentioned(token: str, roll: Roll) -> tuple[str, ...]:
    words = roll.registry.words
    found = [words.get(w) or words.get(w.lower()) for w in token.split("_")]
    return tuple(w for w in found if w is not None and "state" in roll.actors[w].kind)
