"""Whose words a quotation is, where no cue of the sentence has claimed it yet.

In order: the name beside the quotation with a verb; a colon before it; a dash after it; the
subject of the sentence it stands in; the speaker of the sentence before, where the quotation is a
sentence of its own. A quotation around a label ("the so-called ...") is nobody's statement.
"""

from __future__ import annotations

import re

from servanda.evidence.attribution import Raw
from servanda.evidence.records import Span
from servanda.evidence.resolving import Resolver
from servanda.evidence.segments import Layout, Sentence

__all__ = ["colon_form", "is_label", "orphan", "remaining"]

_BESIDE = re.compile(
    r"^[,]?\s*(?P<verb>said|says|added|adds|noted|wrote|told|asked|replied|stressed|insisted|warned|remarked)\s+",
)
_WIDE = 25


def is_label(text: str, quote: Span) -> bool:
    """Say whether a quotation only names something: "so-called", or one the narrator doubts."""
    before = text[max(0, quote.start - 16) : quote.start].lower()
    return "so-called" in before or "self-styled" in before or "dubbed " in before


def colon_form(text: str, sentence: Sentence, resolver: Resolver) -> Raw | None:
    """Read "Calloway: force will go in" and "Dvorin: no foreign troops"."""
    match = re.match(r"([^:“\"]{2,60}):\s+(?=\S)", sentence.span.of(text))
    if match is None:
        return None
    place = Span(sentence.span.start, sentence.span.start + match.end(1))
    inside = resolver.mentions.within(place)
    if not inside or inside[-1].span.end != place.end:
        return None
    mention = inside[-1]
    if re.search(r"\b(?:said|says|is|was|are|has|had|will|to|by|with|of)\b", place.of(text)):
        return None
    cue = Span(place.end, place.end + 1)
    end = sentence.span.end - (text[sentence.span.end - 1] == ".")
    content = Span(sentence.span.start + match.end(), end)
    return Raw(
        mention.actor,
        mention.span,
        cue,
        content,
        "colon-form",
        speech=True,
        clause=True,
        certainty=0.8,
    )


def remaining(
    text: str, sentence: Sentence, quote: Span, resolver: Resolver
) -> tuple[str, Span, Span] | None:
    """Return whose words a quotation is by what stands beside it: actor, name's span, cue."""
    after = text[quote.end : sentence.span.end]
    before = text[sentence.span.start : quote.start]
    if match := _BESIDE.match(after):
        inside = resolver.mentions.within(
            Span(
                quote.end + match.end(), min(sentence.span.end, quote.end + match.end() + _WIDE * 2)
            )
        )
        if inside:
            at = Span(quote.end + match.start("verb"), quote.end + match.end("verb"))
            return inside[0].actor, inside[0].span, at
    if match := re.match(r"\s*[—–-]+\s+", after):
        inside = resolver.mentions.within(Span(quote.end, sentence.span.end))
        if inside:
            return inside[0].actor, inside[0].span, inside[0].span
    if before.strip() or re.match(r"\s*,?\s*\w", after):
        return _subject(text, sentence, quote, resolver)
    return None


def _subject(
    text: str, sentence: Sentence, quote: Span, resolver: Resolver
) -> tuple[str, Span, Span] | None:
    """Take the first name or phrase of the sentence before the quotation."""
    inside = [m for m in resolver.mentions.within(Span(sentence.span.start, quote.start))]
    for mention in inside:
        kind = resolver.directory.actors[mention.actor].type
        following = text[mention.span.end : mention.span.end + 2]
        if following in {"'s", "’s"} or (kind == "state" and len(inside) > 1):
            continue
        if re.search(
            r"\b(?:of|by|with|to|for|from|at|in)\s+(?:the\s+)?$",
            text[max(0, mention.span.start - 12) : mention.span.start],
        ):
            continue
        return mention.actor, mention.span, mention.span
    before = text[sentence.span.start : quote.start]
    head = re.search(r"(?:^|.*\b)(he|she|it|they)\b", before, re.IGNORECASE | re.DOTALL)
    if head:
        place = Span(sentence.span.start + head.start(1), sentence.span.start + head.end(1))
        actor = resolver.pronoun(head.group(1).lower(), place.start)
        if actor:
            return actor, place, place
    return None


def orphan(text: str, sentence: Sentence, quotes: tuple[Span, ...]) -> bool:
    """Say whether a sentence is nothing but quotation."""
    left = sentence.span.of(text)
    for quote in quotes:
        left = left.replace(quote.of(text), "")
    return bool(quotes) and not re.search(r"\w", left)


def last_layout_quote(layout: Layout, span: Span) -> Span | None:
    """Return the last quotation in a span."""
    found = layout.quotes_in(span)
    return found[-1] if found else None
