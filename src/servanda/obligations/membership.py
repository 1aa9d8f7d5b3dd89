"""Who is bound on a day: parties, those who left, groups, roles, successors."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Mapping
from datetime import timedelta

from servanda.domain.actor import Actor, Membership
from servanda.domain.instrument import Instrument, Parties, Provision
from servanda.domain.moment import Moment
from servanda.obligations.places import around

__all__ = ["Registry", "Roll", "Rolls", "actor_of", "registry", "roll_of"]

Actors = Mapping[str, Actor]
PLURAL = frozenset(
    """
    party parties member members participants signatories side sides states powers other both
    all each either
    """.split()
)
SIGNING_ROLES = (
    *("original", "members", "incl", "guarantors", "guarantor", "signatories", "also_signed"),
    *("declaring", "mirrored_by", "enacting", "issuing", "with_"),
)
GUARANTOR_ROLES = ("guarantors", "guarantor", "enacting", "issuing")
HOPED_FOR = ("possible_guarantors",)


class Roll:
    """The parties of an instrument on a day, and whom each word for a bearer stands for."""

    __slots__ = (
        "actors",
        "beneficiaries",
        "day",
        "guarantors",
        "instrument",
        "left",
        "members",
        "registry",
        "unsure",
    )

    def __init__(self, instrument: Instrument, day: Moment | None, actors: Actors) -> None:
        """Work out who belongs to the instrument on the day."""
        self.instrument = instrument
        self.day = day
        self.actors = actors
        self.registry = registry(actors)
        parties = instrument.parties
        named: dict[str, None] = {}
        for role in SIGNING_ROLES:
            named.update(dict.fromkeys(self.expand(getattr(parties, role))))
        for actor, since in parties.acceded:
            if day is None or since.not_after(day):
                named.setdefault(actor)
        if parties.group:
            named.update(dict.fromkeys(self.expand((parties.group,))))
        self.unsure = self._unsure(parties)
        gone = [a for a, since in parties.former if day is None or since.not_after(day)]
        self.left = frozenset(gone)
        for actor, _ in parties.former:
            if actor in self.left:
                named.pop(actor, None)
            else:
                named.setdefault(actor)
        self.members = tuple(self.successor(a) for a in named)
        self.beneficiaries = instrument.beneficiaries
        roles = [a for role in GUARANTOR_ROLES for a in getattr(parties, role)]
        self.guarantors = tuple(dict.fromkeys(self.successor(a) for a in self.expand(roles)))

    def _unsure(self, parties: Parties) -> frozenset[str]:
        """Return who joins or leaves within a month or year that stands for the day."""
        day = self.day
        if day is None:
            return frozenset(a for a, _ in (*parties.acceded, *parties.former))
        if day.precision not in ("month", "year"):
            return frozenset()
        inside = [
            actor
            for actor, when in (*parties.acceded, *parties.former)
            if when.latest >= day.earliest and when.earliest <= day.latest
        ]
        entries = self.registry.group(parties.group) if parties.group else None
        for actor, membership in entries or ():
            moments = [m for m in (membership.from_, membership.to) if m is not None]
            if any(m.latest >= day.earliest and m.earliest <= day.latest for m in moments):
                inside.append(actor)
        return frozenset(inside)

    def successor(self, actor: str) -> str:
        """Return the state that has taken an extinct party's place."""
        return self.instrument.parties.successor.get(actor, actor)

    def expand(self, names: Iterable[str]) -> tuple[str, ...]:
        """Replace group names by the actors who belong to the group on the day."""
        found: dict[str, None] = {}
        for name in names:
            entries = self.registry.group(name)
            if entries is None:
                found.setdefault(name)
                continue
            for actor, membership in entries:
                if self._current(membership):
                    found.setdefault(actor)
        return tuple(found)

    def _current(self, membership: Membership) -> bool:
        if self.day is None:
            return True
        left = membership.to is not None and membership.to.before(self.day)
        return membership.from_.not_after(self.day) and not left

    def suspended(self, one: str, other: str) -> bool:
        """Say whether the link between two parties is suspended on the day."""
        pairs = self.instrument.parties.suspended
        return any(
            {one, other} == set(pair.between)
            and (self.day is None or pair.from_.not_after(self.day))
            and not (pair.to and self.day and pair.to.before(self.day))
            for pair in pairs
        )

    def knows(self, word: str) -> bool:
        """Say whether a word names an actor: in the registry, in the text, or by its code."""
        named = word in self.actors or word in self.members or word in self.beneficiaries
        code = len(word) == 3 and word.isupper() and word.isalpha()
        return (named or code) and word not in self.registry.groups

    def among(self, actors: Iterable[str], pool: Container[str]) -> tuple[str, ...]:
        """Return those of some actors who belong to a pool, organs and successors included."""
        heirs = self.instrument.parties.successor
        found = [
            a for a in actors if a in pool or heirs.get(a, a) in pool or a.split("_", 1)[0] in pool
        ]
        return tuple(found)

    def is_party(self, actor: str) -> bool:
        """Say whether an actor is a party or a named beneficiary."""
        return actor in self.members or actor in self.beneficiaries

    def bearers(self, provision: Provision) -> tuple[str, ...]:
        """Return whom the provision binds, before anybody is attacked."""
        tokens = [t for b in provision.bearer for t in ((b,) if isinstance(b, str) else b)]
        if tokens == ["unspecified"] and any(
            word in name for name in self.instrument.unspecified for word in ("bound", "bearer")
        ):
            return ()
        if not tokens or tokens == ["unspecified"]:
            return self.guarantors
        found: dict[str, None] = {}
        for token in tokens:
            found.update(dict.fromkeys(self._bearer(token)))
        return tuple(a for a in found if a not in self.left)

    def _bearer(self, token: str) -> tuple[str, ...]:
        if token in self.registry.groups:
            return self.expand((token,))
        if token in self.actors:
            return (token,)
        if "guarantor" in token:
            return self.guarantors or self.expand(self.instrument.parties.possible_guarantors)
        if PLURAL & set(token.split("_")):
            return self.members
        head = token.split("_")[0]
        return (head,) if head in self.actors else (token,)


class Registry:
    """The actor registry indexed once: by word, and by group with dated memberships."""

    __slots__ = ("groups", "homes", "words")

    def __init__(self, actors: Actors) -> None:
        """Index every name, adjective and membership."""
        self.words: dict[str, str] = {}
        self.groups: dict[str, list[tuple[str, Membership]]] = {}
        self.homes: dict[str, frozenset[str]] = {}
        for actor in actors.values():
            self.words.setdefault(actor.id, actor.id)  # codes as written: `AND` is not `and`
            if actor.regions:
                self.homes[actor.id] = around(actor.regions)
            for text in (actor.name, *actor.adjectives, *actor.names):
                self.words.setdefault(text.lower().replace(" ", "_"), actor.id)
            for membership in actor.memberships:
                self.groups.setdefault(membership.of, []).append((actor.id, membership))

    def group(self, name: str) -> list[tuple[str, Membership]] | None:
        """Return the dated members of a group, also where the text says ``nato_members``."""
        if name in self.groups:
            return self.groups[name]
        for ending in ("_members", "_member_states", "_states", "_allies"):
            bare = name.removesuffix(ending)
            for known in (bare, bare.upper()):
                if bare != name and known in self.groups:
                    return self.groups[known]
        return None


_KEPT: dict[int, tuple[Actors, Registry]] = {}


def registry(actors: Actors) -> Registry:
    """Return the index of a registry, built once per registry object."""
    kept = _KEPT.get(id(actors))
    if kept is None or kept[0] is not actors:
        if len(_KEPT) > 8:
            _KEPT.clear()
        kept = _KEPT[id(actors)] = (actors, Registry(actors))
    return kept[1]


#: No offset from UTC is larger than a day.
_MARGIN = timedelta(days=1)


class Rolls:
    """The rolls of one instrument: one for every stretch in which nobody joins or leaves."""

    __slots__ = ("_actors", "_changes", "_instrument", "_kept")

    def __init__(self, instrument: Instrument, actors: Actors) -> None:
        """Collect the days on which the membership changes."""
        self._instrument, self._actors = instrument, actors
        self._kept: dict[object, Roll] = {}
        parties = instrument.parties
        days = [when for _, when in (*parties.acceded, *parties.former)]
        for pair in parties.suspended:
            days += [d for d in (pair.from_, pair.to) if d is not None]
        known = registry(actors)
        for name in _named_groups(instrument):
            for _, membership in known.group(name) or ():
                days += [d for d in (membership.from_, membership.to) if d is not None]
        self._changes = sorted({edge for d in days for edge in (d.earliest, d.latest)})

    def on(self, day: Moment | None) -> Roll:
        """Return the roll on a day; None stands for a day that is not known."""
        key: object = day
        if day is not None and day.precision in ("day", "instant"):
            # a day that holds a change has a roll of its own, and so has a day next to one, because
            # an instant is compared by the calendar day at its own offset
            low = bisect_left(self._changes, day.earliest - _MARGIN)
            high = bisect_right(self._changes, day.latest + _MARGIN)
            key = (low, high) if low == high else day
        roll = self._kept.get(key)
        if roll is None:
            roll = self._kept[key] = Roll(self._instrument, day, self._actors)
        return roll


def _named_groups(instrument: Instrument) -> set[str]:
    """Return every word of the text that may name a group."""
    parties = instrument.parties
    words: set[str] = set((parties.group and [parties.group]) or ())
    for role in (*SIGNING_ROLES, *GUARANTOR_ROLES, *HOPED_FOR):
        words.update(getattr(parties, role))
    words.update(instrument.beneficiaries)
    for provision in instrument.provisions:
        words.update(b for b in provision.bearer if isinstance(b, str))
        trigger = provision.trigger
        if trigger:
            named = (*trigger.of, *trigger.object, *trigger.actor)
            words.update(named)
            words.update(f"{word}s" for word in named)
    return words


def roll_of(instrument: Instrument, day: Moment | None, actors: Actors) -> Roll:
    """Return the parties of an instrument on a day."""
    return Roll(instrument, day, actors)


def actor_of(word: str, actors: Actors) -> str | None:
    """Find the actor that a word of a token names: a code, a name or an adjective.

    Examples:
        >>> actor_of("french", {"FRA": Actor(id="FRA", name="France", adjectives=["French"])})
        'FRA'
    """
    words = registry(actors).words
    return words.get(word) or words.get(word.lower())
