"""Where it happened against where the text applies: dated territorial predicates."""

from __future__ import annotations

from collections.abc import Iterable

from servanda.domain.instrument import Area, AreaPredicate, Instrument, Provision
from servanda.domain.moment import Moment
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN, Node, any_of
from servanda.obligations.membership import Roll

__all__ = ["area_node"]

FORCES = ("forces", "vessel", "aircraft", "ship", "boat", "navy", "unit", "airspace_patrol")
NOWHERE_LIMITED = frozenset({"none", "any", "worldwide", "land", "air", "sea"})


def area_node(provision: Provision, facts: Facts, roll: Roll) -> Node:
    """Ask whether the place lies in the area the provision covers."""
    out = _excluded(provision, facts, roll)
    if out is not None:
        return out
    names = provision.area
    if not names or set(names) <= NOWHERE_LIMITED:
        return Node("area: no limit in the text", TRUE)
    if not facts.place and not facts.targets:
        return Node("area", UNKNOWN, missing=("place",))
    found = any_of("area", [n for name in names for n in _named(name, facts, roll)])
    if found.truth == FALSE:
        return Node("area", FALSE, found.reasons(FALSE), facts=_shown(facts), note=found.label)
    return found


def _shown(facts: Facts) -> dict[str, object]:
    return {"place": dict(facts.place)} if facts.place else {"target": facts.targets}


def _named(name: str, facts: Facts, roll: Roll) -> list[Node]:
    area = roll.instrument.areas.get(name)
    if area is not None:
        return _declared(area, facts, roll)
    return [_token(name, facts, roll)]


def _declared(area: Area, facts: Facts, roll: Roll) -> list[Node]:
    if not area.include:
        return [Node("area: everywhere but the exclusions", TRUE)]
    nodes = []
    for part in area.include:
        if isinstance(part, str):
            nodes.append(_place_token(part, facts))
        else:
            nodes.append(_predicate(part, facts, roll))
    return nodes


def _predicate(part: AreaPredicate, facts: Facts, roll: Roll) -> Node:
    label = f"area: {part.what}" + (f" {part.name}" if part.name else "")
    match = _matches(part, facts, roll)
    if match is None:
        return Node(label, UNKNOWN, missing=("place",))
    if not match:
        return Node(label, FALSE, ("area",), facts=_shown(facts))
    day = facts.event
    if day is not None and ((part.from_ and day.before(part.from_)) or _over(part.to, day)):
        return Node(label, FALSE, ("area", "time"), facts=_shown(facts), note="outside its dates")
    return Node(label, TRUE, facts=_shown(facts))


def _over(end: Moment | None, day: Moment) -> bool:
    return end is not None and end.before(day)


def _matches(part: AreaPredicate, facts: Facts, roll: Roll) -> bool | None:
    what = part.what
    if what == "named":
        if "list" in (part.name or "") or "annex" in (part.name or ""):
            return None  # a list that is not before us says neither yes nor no
        return _about(part.name or "", facts, roll)
    if "polygon" in what:
        names = [name for name in roll.instrument.areas]
        return any(n in r or r.startswith(n) for n in names for r in facts.regions) or any(
            _same_words(i, str(facts.place.get("name", ""))) for i in part.incl
        )
    if any(word in what for word in ("forces", "vessels", "aircraft")):
        return _is_force(facts) and _in_regions(part, facts, roll)
    if "island" in what:
        return _island(part, facts, roll)
    if "metropolitan" in what:
        if "metropolitan" in facts.place:
            return str(facts.place["metropolitan"]) == "true" and _owned(part, facts, roll)
        return False if facts.place.get("island") in ("true", True) else _owned(part, facts, roll)
    if "administration" in what or "administrative" in what:
        return _administered(_holders(part, roll), facts)
    if "territory" in what:
        return _owned(part, facts, roll) and _in_regions(part, facts, roll)
    return None


def _owned(part: AreaPredicate, facts: Facts, roll: Roll) -> bool:
    return _sovereign(facts) in _holders(part, roll)


def _holders(part: AreaPredicate, roll: Roll) -> tuple[str, ...]:
    """Whose land a predicate speaks of; a role stands for the states that fill it."""
    if "beneficiary" in part.who:
        return roll.beneficiaries or roll.members
    return part.who or (*roll.members, *roll.beneficiaries)


def _sovereign(facts: Facts) -> str:
    """Whose territory it is; an attack on territory with no place named is on the target's own."""
    value = facts.place.get("sovereign")
    if value:
        return str(value)
    if len(facts.targets) == 1 and not _is_force(facts):
        return facts.targets[0]
    return ABSENT


def _administered(owners: Iterable[str], facts: Facts) -> bool:
    holder = str(facts.place.get("administered_by", facts.place.get("sovereign", ABSENT)))
    if holder == ABSENT:
        holder = _sovereign(facts)
    return holder in set(owners)


def _is_force(facts: Facts) -> bool:
    objects = " ".join(facts.names("object"))
    return any(word in objects for word in FORCES)


def _island(part: AreaPredicate, facts: Facts, roll: Roll) -> bool:
    place = facts.place
    if str(place.get("island")) != "true":
        return False
    holders = (str(place.get("sovereign", "")), str(place.get("administered_by", "")))
    owners = set(part.who or (*roll.members, *roll.beneficiaries))
    if part.north_of_tropic_of_cancer and str(place.get("north_of_tropic_of_cancer")) != "true":
        return False
    regions = [w for w in part.what.split("_") if w in facts.regions]
    inside = _in_regions(part, facts, roll) if part.where else bool(regions)
    return inside and bool(owners & set(holders))


def _in_regions(part: AreaPredicate, facts: Facts, roll: Roll) -> bool:
    if not part.where:
        return True
    for where in part.where:
        name = where if isinstance(where, str) else str(where.get("name", ("",))[0])
        if not isinstance(where, str) and _not_yet(where, facts):
            continue
        if name == "the_territories_above":
            if _territories_above(part, facts, roll):
                return True
        elif any(r == name or name.startswith(f"{r}_") for r in facts.regions):
            return True
    return False


def _not_yet(where: dict[str, tuple[str, ...]], facts: Facts) -> bool:
    since = where.get("by_reading_of")
    return bool(since and facts.event and facts.event.before(Moment(since[0])))


def _territories_above(part: AreaPredicate, facts: Facts, roll: Roll) -> bool:
    for area in roll.instrument.areas.values():
        for other in area.include:
            if not isinstance(other, str) and other is not part and "territory" in other.what:
                sovereign = facts.place.get("sovereign")
                if sovereign and _predicate(other, facts, roll).truth == TRUE:
                    return True
    return False


def _about(name: str, facts: Facts, roll: Roll) -> bool:
    """Say whether a named area is the incident's place, by its words or its sovereign's name."""
    if _same_words(name, str(facts.place.get("name", ""))) or name in facts.regions:
        return True
    owner = roll.actors.get(str(facts.place.get("sovereign", "")))
    words = set(name.split("_"))
    return owner is not None and any(
        w.lower() in words for w in (owner.name, *owner.adjectives) if len(w) > 3
    )


def _same_words(token: str, name: str) -> bool:
    mine = {w for w in token.lower().split("_") if len(w) > 3}
    theirs = {w for w in name.lower().replace("/", " ").replace("-", " ").split() if len(w) > 3}
    return bool(mine & theirs)


def _place_token(token: str, facts: Facts) -> Node:
    hit = _same_words(token, str(facts.place.get("name", ""))) or token in facts.regions
    return Node(f"area: {token}", TRUE if hit else FALSE, ("area",), facts=_shown(facts))


def _token(token: str, facts: Facts, roll: Roll) -> Node:
    """Read an area that stands as one token in the provision."""
    label = f"area: {token}"
    parties = (*roll.members, *roll.beneficiaries)
    if "administrat" in token:
        held = _administered(_mentioned(token, roll) or parties, facts)
        lawful = "recognised" in token and _sovereign(facts) in parties
        truth = TRUE if held or lawful else FALSE
        return Node(label, truth, ("area",), facts=_shown(facts))
    if token in facts.regions or _same_words(token, str(facts.place.get("name", ""))):
        return Node(label, TRUE, facts=_shown(facts))
    if any(token.startswith(r) or r.startswith(token.split("_or_")[0]) for r in facts.regions):
        return Node(label, TRUE, facts=_shown(facts))
    if "american_state" in token and "american_state" in facts.regions:
        return Node(label, TRUE, facts=_shown(facts))
    owners = _mentioned(token, roll)
    if "territory" in token or owners:
        inside = _sovereign(facts) in (owners or parties)
        return Node(label, TRUE if inside else FALSE, ("area",), facts=_shown(facts))
    if facts.regions or facts.place.get("name"):
        if facts.place.get("sovereign") == "disputed":
            return Node(label, CONTESTED, ("area",), facts=_shown(facts))
        return Node(label, UNKNOWN, missing=(f"place_in_{token}",), facts=_shown(facts))
    return Node(label, UNKNOWN, missing=("place",))


def _mentioned(token: str, roll: Roll) -> tuple[str, ...]:
    found = [roll.registry.words.get(w, w) for w in token.split("_")]
    return tuple(w for w in found if w in roll.actors and "state" in roll.actors[w].kind)


def _excluded(provision: Provision, facts: Facts, roll: Roll) -> Node | None:
    """Return a node where the place is left out by name, else None."""
    names = [*provision.area_excluded]
    for identifier, area in roll.instrument.areas.items():
        if provision.area and identifier not in provision.area:
            continue
        names += [p if isinstance(p, str) else (p.name or p.what) for p in area.exclude]
    names += _exclusions(roll.instrument)
    where = str(facts.place.get("name", ""))
    for name in names:
        if _same_words(name, where) or name in facts.regions:
            return Node(f"area: {name} is left out", FALSE, ("area",), facts=_shown(facts))
        if name.startswith("occupied") and facts.place.get("administered_by") not in (
            None,
            _sovereign(facts),
        ):
            return Node(f"area: {name} is left out", FALSE, ("area",), facts=_shown(facts))
    return None


def _exclusions(instrument: Instrument) -> list[str]:
    return [n for p in instrument.provisions if p.modality == "exception" for n in p.area_excluded]
