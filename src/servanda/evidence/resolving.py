"""Whom a phrase or pronoun means: name first, then office, organ, unnamed group, pronoun."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass

from servanda.evidence.mentions import Directory, Mention, Mentions
from servanda.evidence.names import FEMALE, MALE, folded, gender_of
from servanda.evidence.offices import described
from servanda.evidence.records import Span
from servanda.evidence.registry import COLLECTIVE, OUTLET, PERSON, UNNAMED
from servanda.evidence.segments import Layout

__all__ = ["Resolver"]

_HE, _SHE = {"he", "his", "him", "himself"}, {"she", "her", "hers", "herself"}
_IT, _THEY = {"it", "its", "itself"}, {"they", "their", "them", "themselves"}
_REACH = 6
_PAPER = re.compile(r"\b(?:news)?paper|outlet|agency|broadcaster|magazine|daily\b")
_FILLER = frozenset(
    """a an the some several two three other senior unnamed one of them its their his her""".split()
)


@dataclass(frozen=True, slots=True, order=True)
class _Heard:
    place: int
    actor: str
    subject: bool


class Resolver:
    """Resolves the phrases of one text in reading order.

    Args:
        text: the text.
        directory: who is known.
        layout: its sentences and quotations.
        day: date of publication, ISO, for offices.
    """

    def __init__(self, text: str, directory: Directory, layout: Layout, day: str | None) -> None:
        """Find the mentions."""
        self.text, self.directory, self.day = text, directory, day
        self.mentions = Mentions(directory.find(text))
        self._starts = [s.span.start for s in layout.sentences]
        self._quotes = layout.quotes
        self._heard = [
            _Heard(m.span.start, m.actor, subject=False)
            for m in self.mentions.all
            if not layout.quoted(m.span)
        ]

    def sentence_of(self, place: int) -> int:
        """Return the number of the sentence at a place."""
        return bisect_right(self._starts, place) - 1

    def heard(self, actor: str, place: int) -> None:
        """Note that an actor was the subject at a place."""
        insort(self._heard, _Heard(place, actor, subject=True))

    def named(self, span: Span, head: int) -> Mention | None:
        """Return the mention that a noun phrase is about: at its head, else in apposition."""
        found = self.mentions.at(head)
        if found is not None and span.overlaps(found.span):
            return found
        return None

    def actor(self, phrase: Span, head: Span) -> tuple[str, Span] | None:
        """Say whom a noun phrase means.

        Args:
            phrase: the whole phrase, its appositions included.
            head: its main word.

        Returns:
            The actor's id with the span that names it, or None.
        """
        word = head.of(self.text).lower()
        if word in _HE | _SHE | _IT | _THEY or word in {"who", "which"}:
            found = self.pronoun(word, head.start)
            return (found, head) if found else None
        if word in {"one", "some", "two", "many"} and re.search(
            r"\bof them\b", phrase.of(self.text)
        ):
            found = self.pronoun("they", head.start)
            return (found, phrase) if found else None
        mention = self.named(phrase, head.start)
        if mention is not None and not self._other_head(phrase, head, mention):
            return mention.actor, mention.span
        inside = [
            m
            for m in self.mentions.within(phrase)
            if self.directory.actors[m.actor].type == PERSON
            and not re.match(r"['’]s?\b", self.text[m.span.end : m.span.end + 2])
            and re.search(r"[,—–(]\s*(?:\w+\s){0,3}$|^\s*$", self.text[phrase.start : m.span.start])
        ]
        if inside:
            return inside[0].actor, inside[0].span
        found = self.phrase(phrase)
        return (found, phrase) if found else None

    def _other_head(self, phrase: Span, head: Span, mention: Mention) -> bool:
        """Say whether a name only qualifies the head: in "Tarnia's Foreign Ministry"."""
        return not mention.span.covers(head)

    def phrase(self, span: Span) -> str | None:
        """Say whom a phrase without a name means: by office, organ, outlet or description."""
        text = span.of(self.text)
        text = re.split(r",|\bwho\b|\bwhich\b|\bin\b(?! chief)", text)[0]
        said = described(text, self.directory.countries)
        if not said.countries and (owner := re.match(r"(?i)(its|their|his|her)\b", text)):
            actor = self.pronoun(owner.group(1).lower(), span.start)
            if actor and self.directory.country.get(actor):
                country = frozenset({self.directory.country[actor]})
                said = type(said)(said.offices, said.organs, said.field, country)
        if _PAPER.search(folded(text)) and not said.offices:
            return self._latest(span.start, lambda a: self._type(a) == OUTLET)
        fits = self.directory.fitting(said)
        unnamed = self._unnamed(text, said.countries)
        return unnamed or self._one_of(fits, span.start, bool(said.countries))

    def _one_of(self, fits: tuple[str, ...], place: int, placed: bool) -> str | None:
        if not fits:
            return None
        own = [f for f in fits if f not in self.directory.foreign]
        latest = self._latest(place, lambda a: a in fits)
        if latest and (latest in own or not own):
            return latest
        holding = [
            f
            for f in (own or (fits if placed else []))
            if not self.directory.actors[f].offices
            or any(o.held_on(self.day) for o in self.directory.actors[f].offices)
        ]
        return holding[0] if len(holding) == 1 else None

    def _unnamed(self, text: str, countries: frozenset[str]) -> str | None:
        words = [
            w
            for w in re.findall(r"[a-z-]+", folded(re.sub(r"['’]s\b", "", text)))
            if w not in _FILLER
        ]
        words = [_neutral(w) for w in words if not self.directory.countries.keys.get(w)]
        if not words:
            return None
        for actor in self.directory.actors.values():
            if actor.type not in UNNAMED and actor.type != COLLECTIVE:
                continue
            country = self.directory.country[actor.id]
            if countries and country and country not in countries:
                continue
            own = [_neutral(w) for w in re.findall(r"[a-z-]+", folded(actor.plain_name))]
            if words[-1] in own[-1:] and all(w in own or self._adjective(w) for w in words):
                return actor.id
        return None

    def _adjective(self, word: str) -> bool:
        return bool(self.directory.countries.of(word.capitalize()))

    def pronoun(self, word: str, place: int) -> str | None:
        """Say whom a pronoun means: the nearest fitting actor, subjects before others."""
        if word in _HE | _SHE:
            gender = MALE if word in _HE else FEMALE

            def person(actor: str) -> bool:
                return self._type(actor) in {PERSON, "unnamed-official"}

            def same(actor: str) -> bool:
                guess = gender_of(self.directory.actors[actor].plain_name)
                return person(actor) and guess in {None, gender}

            return self._latest(place, same, far=3) or self._latest(place, person, far=1)
        if word in _THEY:
            group = self._latest(place, lambda a: self._type(a) == "unnamed-group", far=2)
            return group or self._latest(place, self._organ, far=1)
        return self._latest(place, self._organ, far=2)

    def _organ(self, actor: str) -> bool:
        return self._type(actor) not in {PERSON, "unnamed-official", "unnamed-group"}

    def _type(self, actor: str) -> str:
        return self.directory.actors[actor].type

    def _latest(self, place: int, fits: Callable[[str], bool], far: int = 60) -> str | None:
        """Return the fitting actor of the nearest sentence before a place; a subject first."""
        here = self.sentence_of(place)
        best: _Heard | None = None
        for index in range(bisect_left(self._heard, _Heard(place, "", False)) - 1, -1, -1):
            item = self._heard[index]
            sentence = self.sentence_of(item.place)
            if here - sentence > far or (
                best is not None and sentence < self.sentence_of(best.place)
            ):
                break
            if fits(item.actor) and (best is None or item.subject >= best.subject):
                best = item
        return best.actor if best else None


def _neutral(word: str) -> str:
    word = re.sub(r"^spokes(?:man|woman|person|people)$", "spokesperson", word)
    return word[:-1] if word.endswith("s") and len(word) > 4 else word
