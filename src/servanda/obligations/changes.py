"""What could have been otherwise: facts that bear on a provision, with values drawn from its text.

Every value comes from the text itself (its parties, areas, kinds and dates), from the registry of
actors, or from a short list of ordinary words. None is a claim about the world: whether a change
changes a finding is for the engine to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.incident import Incident
from servanda.domain.instrument import AreaPredicate, Instrument, Provision
from servanda.domain.moment import Moment
from servanda.obligations.endings import ends_on
from servanda.obligations.facts import words_of
from servanda.obligations.membership import actor_of, roll_of

__all__ = ["Change", "Possible", "altered"]

#: Incident kinds to try, from the gravest on; the engine says which of them a trigger names.
KINDS = ("armed_attack", "threat", "blockade", "airspace_violation", "cyber", "disaster")
MILDER = ("internal_unrest", "disaster", "threat", "blockade")
ELSEWHERE = ("south_pacific", "south_atlantic", "central_africa", "central_asia")
ORDINARY = ("school", "open_field", "border_post")
FEW = 4


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that is otherwise: its name, the value it had and the value it takes.

    ``old`` is None where the fact was not known. ``drops`` names recorded facts that speak of the
    same thing and fall away with the old value. The fact ``date`` is the day of the incident.
    """

    fact: str
    old: Any
    new: Any
    drops: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells two changes apart."""
        return self.fact, repr(self.new)


def altered(incident: Incident, changes: Iterable[Change]) -> Incident:
    """Return the incident with the facts changed; the incident itself stays as it is.

    Examples:
        >>> raid = Incident(id="r", title="R", facts={"target": "AAA"})
        >>> altered(raid, [Change("target", "AAA", "BBB")]).facts
        {'target': 'BBB'}
    """
    facts = dict(incident.facts)
    update: dict[str, Any] = {"facts": facts}
    for change in changes:
        for name in change.drops:
            facts.pop(name, None)
        if change.fact == "date":
            update["date"] = change.new
        else:
            facts[change.fact] = change.new
    return incident.model_copy(update=update)


class Possible:
    """Changes of fact that could help a provision along, or stand in its way.

    Args:
        instrument: the text.
        provision: one of its provisions.
        incident: what happened, as it stands so far.
        actors: registry, for groups, names and outsiders.
    """

    def __init__(
        self,
        instrument: Instrument,
        provision: Provision,
        incident: Incident,
        actors: Mapping[str, Actor],
    ) -> None:
        """Look up who belongs to the text on the day."""
        self.instrument = instrument
        self.provision = provision
        self.incident = incident
        self.actors = actors
        self.roll = roll_of(instrument, incident.date, actors)

    def towards(self, root: str) -> Iterator[Change]:
        """Yield changes after which a condition that failed for this root may hold."""
        helpful = getattr(self, f"_{root}_holds", None)
        if helpful is not None:
            yield from helpful()

    def against(self) -> Iterator[Change]:
        """Yield changes after which a condition that holds may fail, one topic after another."""
        yield from self._days(inside=False)
        yield from self._set("place", list(self._elsewhere()), drops=())
        yield from self._set("target", self._outsiders(), drops=())
        yield from self._actors_against()
        yield from self._set("kind", MILDER)
        yield from self._set("deliberate", [False])
        yield from self._set("requested", [False], drops=("requested_by",))
        targets = words_of(self.incident.facts.get("target"))
        if targets:
            yield from self._set("provoked", [{"by": targets[0]}])
        if self.provision.object:
            yield from self._set("object", ORDINARY)
        yield from self.toggled(self.incident.facts)

    def answered(self, name: str, yes: bool) -> Iterator[Change]:
        """Yield the ways in which a missing fact may turn out, for the provision or against it."""
        topic = _TOPICS.get(name)
        if name.startswith("place"):
            topic = "area"
        elif name.startswith("request_under"):
            topic = "request"
        elif name == "request_or_council_decision":
            yield from self._set("council_decided", [yes])
            topic = "request"
        if name == "armed_attack_threshold":
            yield from self._set("armed_attack", [yes])
        if name == "attribution" and yes:
            yield from self._attributed()
        if topic is None:
            yield from self._set(name, [yes])
        elif yes:
            yield from self.towards(topic)
        else:
            yield from self._refused(topic)

    def _refused(self, topic: str) -> Iterator[Change]:
        names = {"area": "place", "request": "requested", "provocation": "provoked"}
        fact = names.get(topic, topic)
        yield from (change for change in self.against() if change.fact == fact)

    def toggled(self, facts: Mapping[str, Any]) -> Iterator[Change]:
        """Yield each recorded yes as a no, and each no as a yes."""
        for name in facts:
            value = self.incident.facts.get(name)
            if value in (True, "true"):
                yield Change(name, value, False)
            elif value in (False, "false"):
                yield Change(name, value, True)

    def _set(
        self, fact: str, values: Iterable[Any], drops: tuple[str, ...] = ()
    ) -> Iterator[Change]:
        """Yield the values that differ from the one recorded."""
        old = self.incident.date if fact == "date" else self.incident.facts.get(fact)
        gone = tuple(name for name in drops if name in self.incident.facts)
        for value in values:
            if value != old:
                yield Change(fact, old, value, gone)

    def _time_holds(self) -> Iterator[Change]:
        yield from self._days(inside=True)
        force = self.instrument.in_force
        for token in force.ends_if if force else ():
            if self.incident.facts.get(token) in (True, "true"):
                yield from self._set(token, [False])

    def _days(self, *, inside: bool) -> Iterator[Change]:
        """Yield days on one side of the dates of the text, the nearest to the incident first.

        The dates of the text as a whole come before those of a membership or a part of its area.
        """
        event = self.incident.date
        for begins, ends in (self._life(), self._memberships()):
            days = [*begins, *ends] if inside else [
                *(_shifted(day, -1) for day in begins),
                *(_shifted(day, 1) for day in ends),
            ]  # fmt: skip
            known = [day for day in dict.fromkeys(days) if day is not None]
            if event is not None:
                known.sort(key=lambda day: abs(day.earliest - event.earliest))
            yield from self._set("date", known[:FEW])

    def _life(self) -> tuple[list[Moment], list[Moment]]:
        """Return the days on which the text begins and ends to bind, by any account of it."""
        text, force = self.instrument, self.instrument.in_force
        start = force.start if force else None
        begins = [m for m in (start, text.signed, text.known_from) if m is not None][:2]
        ends = [m for m in (ends_on(text),) if m is not None]
        for version in force.versions if force else ():
            begins += [version.from_] if version.from_ else []
            end = version.to or _shifted(version.from_, int(version.days or 0))
            ends += [end] if end and end != version.from_ else []
        return begins, ends

    def _memberships(self) -> tuple[list[Moment], list[Moment]]:
        """Return the days on which a membership or a part of the area begins and ends."""
        begins = [since for _, since in self.instrument.parties.acceded]
        left = [day for _, day in self.instrument.parties.former]
        ends = [day for m in left if (day := _shifted(m, -1))]
        for part in self._area_parts():
            if isinstance(part, AreaPredicate):
                begins += [part.from_] if part.from_ else []
                ends += [part.to] if part.to else []
        return begins, ends

    def _target_holds(self) -> Iterator[Change]:
        yield from self._set("date", self._joined()[:FEW])
        trigger = self.provision.trigger
        words = (*(trigger.of if trigger else ()), *(trigger.object if trigger else ()))
        named = [w for w in (*words, *self.provision.toward) if w in self.actors]
        pool = dict.fromkeys((*self.roll.expand(named), *self.roll.beneficiaries))
        if not pool:
            pool = dict.fromkeys(self.roll.members)
        doers = set(words_of(self.incident.facts.get("actor")))
        named = [*self._named_in_kinds()[1:], *pool]
        fits = [a for a in dict.fromkeys(named) if a not in doers]
        yield from self._set("target", fits[:FEW])

    def _joined(self) -> list[Moment]:
        """Return the days from which, or until which, the one hit belonged to the text."""
        parties = self.instrument.parties
        hit = words_of(self.incident.facts.get("target"))
        days = [since for actor, since in parties.acceded if actor in hit]
        days += [d for actor, left in parties.former if actor in hit if (d := _shifted(left, -1))]
        groups = {parties.group, *parties.incl, *parties.members}
        for actor in (self.actors[a] for a in hit if a in self.actors):
            days += [m.from_ for m in actor.memberships if m.of in groups]
        return days

    def _named_in_kinds(self) -> list[str]:
        kinds = self.provision.trigger.kinds if self.provision.trigger else ()
        return [a for k in kinds for w in k.split("_") if (a := actor_of(w, self.actors))]

    def _actor_holds(self) -> Iterator[Change]:
        trigger = self.provision.trigger
        named = [*trigger.actor_secret, *trigger.actor] if trigger else []
        named += self._named_in_kinds()
        wanted = [a for a in named if a in self.actors]
        if trigger is None:
            wanted += self.roll.bearers(self.provision)
        targets = set(words_of(self.incident.facts.get("target")))
        wanted += self._outsiders()
        fits = [a for a in dict.fromkeys(wanted) if a not in targets]
        yield from self._set("actor", fits[: FEW + 2])
        yield from self._set("actor_type", ["state"])

    def _actors_against(self) -> Iterator[Change]:
        targets = set(words_of(self.incident.facts.get("target")))
        insiders = [a for a in self.roll.members if a not in targets][:2]
        yield from self._set("actor", [*insiders, *self._outsiders()][:FEW])

    def _attributed(self) -> Iterator[Change]:
        """The author is established beyond dispute, whoever the record already names."""
        old = self.incident.facts.get("attribution")
        drops = tuple(n for n in ("timeline",) if n in self.incident.facts)
        yield Change("attribution", old, "established", drops)
        yield from self._actor_holds()

    def _outsiders(self) -> list[str]:
        """Return two states outside the text, or a word for one where nobody is registered."""
        inside = {*self.roll.members, *self.roll.beneficiaries, *self.roll.guarantors}
        inside |= {*words_of(self.incident.facts.get("actor"))}
        inside |= {*words_of(self.incident.facts.get("target"))}
        found = [a.id for a in self.actors.values() if a.kind == "state" and a.id not in inside]
        return found[:2] or ["third_state"]

    def _kind_holds(self) -> Iterator[Change]:
        trigger = self.provision.trigger
        words = {w for k in (trigger.kinds if trigger else ()) for w in k.split("_")}
        words |= {w for act in self.provision.act for w in act.split("_")}
        likely = sorted(KINDS, key=lambda kind: not words & set(kind.split("_")))
        yield from self._set("kind", likely, drops=_SHORT_OF_ATTACK)
        if "nuclear" in words or "wmd" in words:
            yield from self._set("nuclear", [True])
        yield from self._set("domain", [[d] for d in self.provision.domain if d != "any"][:2])
        yield from self._threshold_holds()

    def _threshold_holds(self) -> Iterator[Change]:
        yield from self._set("kind", KINDS[:1], drops=_SHORT_OF_ATTACK)
        yield from self._set("effects_comparable_to_armed_attack", [True])
        yield from self._set("scale", ["full_scale"])

    def _deliberate_holds(self) -> Iterator[Change]:
        yield from self._set("deliberate", [True])

    def _object_holds(self) -> Iterator[Change]:
        yield from self._set("object", self.provision.object[:FEW])

    def _domain_holds(self) -> Iterator[Change]:
        yield from self._set("domain", [[d] for d in self.provision.domain[:FEW]])

    def _area_parts(self) -> list[str | AreaPredicate]:
        parts: list[str | AreaPredicate] = []
        for name in self.provision.area or ():
            area = self.instrument.areas.get(name)
            parts += [name] if area is None else area.include
        return parts

    def _area_holds(self) -> Iterator[Change]:
        places: list[dict[str, Any]] = []
        for part in self._area_parts():
            places += self._token(part) if isinstance(part, str) else self._predicate(part)
        for token in self.provision.trigger.where if self.provision.trigger else ():
            places.append({"name": token.replace("_", " "), "region": [token]})
        places += [{"sovereign": h, "administered_by": h} for h in self._holders(())[:1]]
        kept = [p for n, p in enumerate(places) if p not in places[:n]]
        yield from self._set("place", kept[: 2 * FEW])

    def _token(self, token: str) -> list[dict[str, Any]]:
        named = [a for w in token.split("_") if (a := actor_of(w, self.actors))]
        place: dict[str, Any] = {"name": token.replace("_", " "), "region": [token]}
        holders = named or (self._holders(())[:1] if "territor" in token else [])
        if not holders:
            return [place]
        return [{"sovereign": holder, "administered_by": holder} for holder in holders] + [place]

    def _predicate(self, part: AreaPredicate) -> list[dict[str, Any]]:
        if part.name and not part.who:
            return [{"name": part.name.replace("_", " ")}]
        place: dict[str, Any] = {}
        if "metropolitan" in part.what:
            place["metropolitan"] = "true"
        if "island" in part.what:
            place["island"] = "true"
        if part.north_of_tropic_of_cancer:
            place["north_of_tropic_of_cancer"] = "true"
        regions = [
            w if isinstance(w, str) else next(iter(w.get("name", ())), "") for w in part.where
        ]
        regions = [r for r in regions if r and not r.startswith("the_")] or [""]
        return [
            {"sovereign": holder, "administered_by": holder}
            | place
            | ({"region": [region]} if region else {})
            for holder in self._holders(part.who)[:2]
            for region in regions[:2]
        ]

    def _holders(self, who: Sequence[str]) -> list[str]:
        """Whose land may be meant: that of the one hit first, where the text protects it."""
        pool = [w for w in who if w in self.actors]
        pool = pool or [*self.roll.beneficiaries, *self.roll.members]
        hit = words_of(self.incident.facts.get("target"))
        return sorted(dict.fromkeys(pool), key=lambda actor: actor not in hit)

    def _elsewhere(self) -> Iterator[dict[str, Any]]:
        stranger = self._outsiders()[0]
        held = {"sovereign": stranger, "administered_by": stranger}
        yield held
        yield from (held | {"region": [region]} for region in ELSEWHERE)

    def _request_holds(self) -> Iterator[Change]:
        hit = words_of(self.incident.facts.get("target"))
        values: list[Any] = [{"by": hit[0]}] if hit else []
        yield from self._set("requested", [*values, True], drops=("requested_by",))

    def _provocation_holds(self) -> Iterator[Change]:
        yield from self._set("provoked", [False])

    def _decision_holds(self) -> Iterator[Change]:
        yield from self._set("council_decided", [True])


#: Facts that deny an attack; they fall away where the incident is another.
_SHORT_OF_ATTACK = ("armed_attack", "recourse_to_arms")

#: Under which topic a missing fact is answered.
_TOPICS = {
    "actor": "actor",
    "agreed_border": "area",
    "attribution": "actor",
    "date": "time",
    "deliberate": "deliberate",
    "domain": "domain",
    "kind": "kind",
    "object": "object",
    "place": "area",
    "provoked": "provocation",
    "requested": "request",
    "scale_comparable_to_armed_attack": "threshold",
    "target": "target",
}


def _shifted(day: Moment | None, days: int) -> Moment | None:
    """Return the calendar day so many days later, or None beyond the calendar."""
    if day is None:
        return None
    try:
        return Moment((day.earliest + timedelta(days=days)).date().isoformat())
    except (OverflowError, ValueError):
        return None
