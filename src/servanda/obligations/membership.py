"""Who is bound on a day: parties, those who left, groups, roles, successors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from servanda.domain.actor import Actor, Membership
from servanda.domain.instrument import Instrument, Parties, Provision
from servanda.domain.moment import Moment

__all__ = ["Roll", "actor_of", "left_before", "pledged", "roll_of"]

Actors = Mapping[str, Actor]
PLURAL = frozenset(
    [
        "party",
        "parties",
        "member",
        "members",
        "participants",
        "signatories",
        "side",
        "sides",
        "states",
        "powers",
        "other",
        "both",
        "all",
        "each",
        "either",
    ]
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
        "members",
        "registry",
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
        for actor, since in parties.former:
            if day is None or since.not_after(day):
                named.pop(actor, None)
        self.members = tuple(self.successor(a) for a in named)
        self.beneficiaries = instrument.beneficiaries
        roles = [a for role in GUARANTOR_ROLES for a in getattr(parties, role)]
        self.guarantors = tuple(dict.fromkeys(self.successor(a) for a in self.expand(roles)))

    def successor(self, actor: str) -> str:
        """Return the state that has taken an extinct party's place."""
        return self.instrument.parties.successor.get(actor, actor)

    def expand(self, names: Iterable[str]) -> tuple[str, ...]:
        """Replace group names by the actors who belong to the group on the day."""
        found: dict[str, None] = {}
        for name in names:
            entries = self.registry.groups.get(name)
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
        return any(
            {one, other} == set(pair.between)
            and (self.day is None or pair.from_.not_after(self.day))
            and not (pair.to and self.day and pair.to.before(self.day))
            for pair in self.instrument.parties.suspended
        )

    def is_party(self, actor: str) -> bool:
        """Say whether an actor is a party or a named beneficiary."""
        return actor in self.members or actor in self.beneficiaries

    def bearers(self, provision: Provision) -> tuple[str, ...]:
        """Return whom the provision binds, before anybody is attacked."""
        tokens = [t for b in provision.bearer for t in ((b,) if isinstance(b, str) else b)]
        if not tokens or tokens == ["unspecified"]:
            return self.guarantors
        found: dict[str, None] = {}
        for token in tokens:
            found.update(dict.fromkeys(self._bearer(token)))
        return tuple(found)

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

    __slots__ = ("groups", "words")

    def __init__(self, actors: Actors) -> None:
        """Index every name, adjective and membership."""
        self.words: dict[str, str] = {}
        self.groups: dict[str, list[tuple[str, Membership]]] = {}
        for actor in actors.values():
            for text in (actor.name, *actor.adjectives, *actor.names):
                self.words.setdefault(text.lower().replace(" ", "_"), actor.id)
            for membership in actor.memberships:
                self.groups.setdefault(membership.of, []).append((actor.id, membership))


_KEPT: dict[int, tuple[Actors, Registry]] = {}


def registry(actors: Actors) -> Registry:
    """Return the index of a registry, built once per registry object."""
    kept = _KEPT.get(id(actors))
    if kept is None or kept[0] is not actors:
        if len(_KEPT) > 8:
            _KEPT.clear()
        kept = _KEPT[id(actors)] = (actors, Registry(actors))
    return kept[1]


def roll_of(instrument: Instrument, day: Moment | None, actors: Actors) -> Roll:
    """Return the parties of an instrument on a day."""
    return Roll(instrument, day, actors)


def left_before(parties: Parties, actor: str, day: Moment | None) -> bool:
    """Say whether an actor was a party once and had left by the day."""
    return any(a == actor and (day is None or when.not_after(day)) for a, when in parties.former)


def pledged(parties: Parties, actor: str, day: Moment | None) -> bool:
    """Say whether an actor joined only after the day."""
    return any(a == actor and day is not None and day.before(when) for a, when in parties.acceded)


def actor_of(word: str, actors: Actors) -> str | None:
    """Find the actor that a word of a token names: a code, a name or an adjective.

    Examples:
        >>> actor_of("french", {"FRA": Actor(id="FRA", name="France", adjectives=["French"])})
        'FRA'
    """
    if word in actors:
        return word
    return registry(actors).words.get(word.lower())
