"""Frames that make what stands in them somebody's view: "in X's words", "for X,"."""

from __future__ import annotations

import re

from servanda.evidence.mentions import Mention
from servanda.evidence.phrases import trimmed
from servanda.evidence.records import Span
from servanda.evidence.resolving import Resolver

__all__ = ["frame_of"]

_NAME = r"(?:[A-Z][\w.’'-]*|the|of)(?: (?:[A-Z][\w.’'-]*|of|the))*"
_FRAMES = (
    re.compile(
        rf"\b[Ii]n {_NAME}['’]s? (?:view|opinion|eyes|words|telling|account|judge?ment)\b,?"
    ),
    re.compile(rf"\b[Bb]y {_NAME}['’]s? account\b,?"),
    re.compile(rf"\b[Ii]n the (?:words|view|opinion|eyes|judge?ment) of {_NAME}"),
    re.compile(rf"^For {_NAME},"),
    re.compile(rf"\b[Aa]s {_NAME} (?:sees|tells|puts|saw|told|put) it\b,?"),
    re.compile(rf"\b[Ii]f {_NAME} (?:is|are) to be believed\b,?"),
)
_SHORTEST = 4


def frame_of(
    text: str, sentence: Span, resolver: Resolver, quotes: tuple[Span, ...]
) -> tuple[Mention, Span, Span] | None:
    """Return whose view a sentence gives, where the frame stands and what is in it.

    Args:
        text: the whole text.
        sentence: where to look.
        resolver: who is named.
        quotes: the quotations of the sentence; a frame inside one is part of the words.
    """
    content = sentence.of(text)
    for pattern in _FRAMES:
        for match in pattern.finditer(content):
            place = Span(sentence.start + match.start(), sentence.start + match.end())
            named = resolver.mentions.within(place)
            if not named or any(q.covers(place) for q in quotes):
                continue
            first, last = (
                (sentence.start, place.start)
                if match.start()
                else (
                    place.end,
                    sentence.end,
                )
            )
            framed = trimmed(text, Span(first, last))
            if framed.end - framed.start >= _SHORTEST:
                return named[0], place, framed
    return None
