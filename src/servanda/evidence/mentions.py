"""Where a text names an actor: names, surnames, aliases, organs and near spellings."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from servanda.evidence.names import folded, near
from servanda.evidence.offices import Countries, Phrase, described, heads
from servanda.evidence.records import Span
from servanda.evidence.registry import (
    OUTLET,
    PERSON,
    STATE,
    UNNAMED,
    Actor,
    Registry,
    shipped,
)

__all__ = ["Directory", "Mention", "Mentions", "directory"]

_PARTICLES = frozenset("""von van de der den le la di du del el al ben bin""".split())
_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]{4,}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where an actor is named; ``spelling`` is False where the spelling is only near."""

    span: Span
    actor: str
    exact: bool = True


class Directory:
    """A registry made ready for reading: name forms, countries, and who fits which office.

    Args:
        registry: whose actors may speak.
    """

    def __init__(self, registry: Registry) -> None:
        """Index the names; persons and states the registry lacks come from the library."""
        self.registry = registry
        self.actors: dict[str, Actor] = dict(registry.actors)
        self.countries = Countries(registry)
        self.foreign: set[str] = set()
        if registry.own:
            self._borrow()
        self.country = {
            a.id: self.countries.key_of_actor.get(a.id)
            or next(iter(sorted(self.countries.of(f"{a.plain_name} {a.role}"))), "")
            for a in self.actors.values()
        }
        self.phrases: dict[str, Phrase] = {a.id: self._described(a) for a in self.actors.values()}
        self._fitting: dict[Phrase, tuple[str, ...]] = {}
        self.forms: dict[str, list[str]] = {}
        for actor in self.actors.values():
            for form in self._forms(actor):
                ids = self.forms.setdefault(folded(form), [])
                if actor.id not in ids:
                    ids.append(actor.id)
        self.surnames = {
            a.id: folded(_surname(a.plain_name)) for a in self.actors.values() if a.type == PERSON
        }
        longest = sorted(self.forms, key=len, reverse=True)
        self.pattern = re.compile(
            r"(?<![\w-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w])"
        )

    def _borrow(self) -> None:
        """Know persons and states of the library too, so that they are not taken for others."""
        named = {folded(n) for a in self.actors.values() for n in (a.plain_name, *a.aliases)}
        for actor in shipped().actors.values():
            words = {folded(n) for n in (actor.plain_name, *actor.aliases)}
            if actor.type not in {PERSON, STATE} or words & named:
                continue
            id_ = actor.id if actor.type == PERSON else folded(actor.name).replace(" ", "-")
            if id_ in self.actors:
                continue
            self.actors[id_] = Actor(
                id_, actor.name, actor.type, actor.role, actor.side, actor.aliases, actor.offices
            )
            self.foreign.add(id_)

    def _described(self, actor: Actor) -> Phrase:
        text = f"{actor.role} {actor.plain_name if actor.type != PERSON else ''}"
        if actor.type == PERSON:
            text = " ".join([actor.role, *(o.title for o in actor.offices)])
        if actor.type not in {PERSON, STATE, OUTLET} and actor.type not in UNNAMED:
            text = actor.name
        return described(text, self.countries)

    def _forms(self, actor: Actor) -> list[str]:
        names = [
            actor.plain_name,
            *(a.removeprefix("the ").removeprefix("The ") for a in actor.aliases),
        ]
        if actor.type == PERSON:
            names += [_surname(n) for n in names if n[:1].isupper() and not _titled(n)]
        if actor.type == OUTLET and " " in actor.plain_name:
            names.append(actor.plain_name.split()[-1])
        if actor.type == STATE and actor.id not in self.foreign:
            country = self.country[actor.id]
            for known in shipped().actors.values():
                if known.type == STATE and known.id == country:
                    names += [known.name, *(a.removeprefix("the ") for a in known.aliases)]
        return [n for n in names if len(n) > 1]

    def fitting(self, said: Phrase) -> tuple[str, ...]:
        """Return the named actors that an office or organ phrase can mean."""
        if said not in self._fitting:
            self._fitting[said] = tuple(
                a.id
                for a in self.actors.values()
                if a.type not in UNNAMED
                and a.type not in {STATE, OUTLET}
                and (a.type == PERSON or not said.offices)  # an organ is not its holder
                and heads(said, a, self.phrases[a.id], self.country[a.id])
            )
        return self._fitting[said]

    def find(self, text: str) -> list[Mention]:
        """Return every mention in order; of two that overlap the longer counts."""
        plain = _same_length(text)
        found: list[Mention] = []
        for match in self.pattern.finditer(plain):
            start, end = match.span()
            if not _capital(text[start:end]) and not _common(match.group()):
                continue
            actor = self._choose(self.forms[match.group()], found)
            found.append(Mention(Span(start, end), actor))
        return sorted([*found, *self._near(text, found)], key=lambda m: m.span)

    def _choose(self, ids: list[str], before: list[Mention]) -> str:
        if len(ids) == 1:
            return ids[0]
        exact = [i for i in ids if i not in self.foreign]
        ids = exact or ids
        for mention in reversed(before):
            if mention.actor in ids and self.actors[mention.actor].type == PERSON:
                return mention.actor
        current = [i for i in ids if any(o.ends is None for o in self.actors[i].offices)]
        named = [i for i in ids if self.actors[i].type not in {STATE}]
        return (named or current or ids)[0]

    def _near(self, text: str, found: list[Mention]) -> list[Mention]:
        taken = Mentions(found)
        extra = []
        for match in _CAPITAL.finditer(text):
            span = Span(*match.span())
            word = re.sub(r"['’]s$", "", match.group())
            span = Span(span.start, span.start + len(word))
            if taken.at(span.start) or taken.within(span):
                continue
            actor = self._near_actor(word, text[: span.start])
            if actor:
                extra.append(Mention(span, actor, exact=False))
        return extra

    def _near_actor(self, word: str, before: str) -> str | None:
        return self._near_cached(
            word, (re.findall(r"[\w’'-]+\s*$", before[-40:]) or [""])[0].strip()
        )

    @lru_cache(maxsize=20_000)  # noqa: B019 - a directory lives as long as the run
    def _near_cached(self, word: str, first: str) -> str | None:
        for id_, surname in self.surnames.items():
            if not near(word, surname) or folded(word) == surname:
                continue
            own = folded(self.actors[id_].plain_name).split()[0]
            if near(first, own) or (
                len(surname) >= 8 and len(word) >= 8 and id_ not in self.foreign
            ):
                return id_
        return None


def _same_length(text: str) -> str:
    """Fold letter by letter, so that offsets stay those of the text."""
    return "".join(_folded_letter(c) for c in text)


@lru_cache(maxsize=4096)
def _folded_letter(letter: str) -> str:
    plain = folded(letter)
    return plain if len(plain) == 1 else letter


def _capital(text: str) -> bool:
    return any(c.isupper() for c in text)


def _common(form: str) -> bool:
    """Say whether a form may stand in small letters: "the ministry", "the alliance"."""
    return " " in form or form in {
        "alliance",
        "ministry",
        "mission",
        "league",
        "bloc",
        "union",
        "commission",
    }


def _titled(name: str) -> bool:
    return bool(
        re.search(r"['’]s\b|\b(?:leader|premier|president|minister|diplomat|chief)\b", folded(name))
    )


def _surname(name: str) -> str:
    parts = name.split()
    at = len(parts) - 1
    while at > 1 and parts[at - 1].lower() in _PARTICLES:
        at -= 1
    return " ".join(parts[at:])


class Mentions:
    """The mentions of one text, by place."""

    def __init__(self, found: list[Mention]) -> None:
        """Keep them in order."""
        self.all = found
        self._starts = [m.span.start for m in found]

    def within(self, span: Span) -> list[Mention]:
        """Return the mentions that begin in a span."""
        return self.all[bisect_left(self._starts, span.start) : bisect_left(self._starts, span.end)]

    def at(self, place: int) -> Mention | None:
        """Return the mention that covers a place."""
        index = bisect_left(self._starts, place + 1) - 1
        if index >= 0 and self.all[index].span.end > place:
            return self.all[index]
        return None


_DIRECTORIES: dict[int, tuple[Registry, Directory]] = {}


def directory(registry: Registry) -> Directory:
    """Return the directory of a registry, made once."""
    kept = _DIRECTORIES.get(id(registry))
    if kept is None or kept[0] is not registry:
        kept = (registry, Directory(registry))
        _DIRECTORIES.clear()
        _DIRECTORIES[id(registry)] = kept
    return kept[1]
