"""From a text to claims: the steps in order, each in a module of its own."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import lru_cache

from servanda.evidence import grammar
from servanda.evidence.attribution import Raw, statements
from servanda.evidence.booking import Booking
from servanda.evidence.dates import publication_day
from servanda.evidence.flags import flags_of
from servanda.evidence.incidents import incidents_of
from servanda.evidence.linking import Linker
from servanda.evidence.mentions import directory
from servanda.evidence.plain import plain_statements
from servanda.evidence.quoting import colon_form, is_label, orphan, remaining
from servanda.evidence.records import Reading, Span, Unresolved
from servanda.evidence.registry import Registry, shipped
from servanda.evidence.resolving import Resolver
from servanda.evidence.segments import Layout, Sentence, layout
from servanda.evidence.words import cue_forms

__all__ = ["LONGEST", "read_text"]

LONGEST = 2_000_000
_TOKEN = re.compile(r"[a-z]+")


def read_text(
    text: str,
    registry: Registry | None = None,
    *,
    published: str | None = None,
    level: int | None = None,
) -> Reading:
    """Read one text into claims, incidents and flags.

    Args:
        text: the text as given; all offsets count its code points.
        registry: who may speak and what is on the table; the shipped one if left out.
        published: day of publication, ISO; else a dateline is looked for.
        level: 0 forces the rules of the standard library, 1 asks for the parser; None takes the
            parser where it is installed.

    Returns:
        The reading. Speech of somebody the registry does not know is in ``unresolved``.

    Examples:
        >>> found = read_text("Emmanuel Macron opposes a ceasefire.", level=0)
        >>> [(c.speaker, c.kind) for c in found.claims]
        [('macron', 'position')]
    """
    registry = registry or shipped()
    used = 1 if (grammar.available() if level is None else level >= 1) else 0
    parts = layout(text)
    day = published or publication_day(text)
    known = directory(registry)
    resolver = Resolver(text, known, parts, day)
    found = _Reader(text, parts, resolver, used).run()
    booking = Booking(text, parts, resolver, _linker(registry), day)
    for sentence, raws in found:
        booking.sentence(sentence, raws)
    claims = booking.claims()
    incidents = incidents_of(text, parts, resolver, claims, day)
    notes = () if used else (
        "Read by the rules of the standard library, without a parser: expect fewer claims. "
        "Install servanda[evidence] for the small English model.",
    )  # fmt: skip
    return Reading(
        text=text,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        claims=claims,
        incidents=incidents,
        flags=flags_of(text, parts, resolver, claims, incidents, published=published, day=day),
        unresolved=tuple(
            Unresolved(r.name, r.speaker_span, r.span)
            for _, raws in found
            for r in raws
            if r.speaker is None and r.speech and not r.silent and r.name
        ),
        published_on=day,
        level=used,
        notes=notes,
    )


@lru_cache(maxsize=4)
def _linker_of(key: int, registry: _Box) -> Linker:
    return Linker(registry.value, directory(registry.value).countries)


class _Box:
    """A registry as a key: by identity."""

    def __init__(self, value: Registry) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Box) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def _linker(registry: Registry) -> Linker:
    return _linker_of(id(registry), _Box(registry))


class _Reader:
    """Runs the rules over the sentences and hands quotations on."""

    def __init__(self, text: str, parts: Layout, resolver: Resolver, level: int) -> None:
        self.text, self.parts, self.resolver, self.level = text, parts, resolver, level
        self.last: Raw | None = None

    def run(self) -> list[tuple[Sentence, list[Raw]]]:
        worth = [s for s in self.parts.sentences if self._worth(s)]
        trees = grammar.parsed([s.span.of(self.text) for s in worth]) if self.level else []
        by_start = {s.span.start: t for s, t in zip(worth, trees, strict=False)}
        found = []
        for sentence in self.parts.sentences:
            quotes = self.parts.quotes_near(sentence.span)
            raws = self._sentence(sentence, quotes, by_start.get(sentence.span.start))
            raws = self._quoted(sentence, quotes, raws)
            found.append((sentence, raws))
            speaking = [r for r in raws if r.speech or any(r.span.covers(q) for q in quotes)]
            if speaking:
                self.last = speaking[-1]
            elif not raws and quotes == () and self._names_somebody(sentence):
                self.last = None
        return found

    def _worth(self, sentence: Sentence) -> bool:
        """Say whether a sentence may carry a claim, so that it is worth parsing."""
        if self.parts.quotes_near(sentence.span):
            return True
        content = sentence.span.of(self.text).lower()
        return not cue_forms().isdisjoint(_TOKEN.findall(content))

    def _names_somebody(self, sentence: Sentence) -> bool:
        return any(
            self.resolver.directory.actors[m.actor].type == "person"
            for m in self.resolver.mentions.within(sentence.span)
        )

    def _sentence(
        self, sentence: Sentence, quotes: tuple[Span, ...], tree: grammar.Tree | None
    ) -> list[Raw]:
        colon = colon_form(self.text, sentence, self.resolver)
        if colon is not None:
            self.resolver.heard(colon.speaker or "", colon.speaker_span.start)
            return [colon]
        if tree is None:
            if self.level:
                return []
            return plain_statements(self.text, sentence, self.resolver, quotes)
        found = statements(self.text, tree.moved(sentence.span.start), self.resolver, quotes)
        if found or any(
            w.pos in {"VERB", "AUX"} and w.tag != "VBG" for w in tree.words if w.dep == "ROOT"
        ):
            return found
        # A headline whose verb the parser took for a noun ("Calloway backs monitors").
        return plain_statements(self.text, sentence, self.resolver, quotes)

    def _quoted(self, sentence: Sentence, quotes: tuple[Span, ...], raws: list[Raw]) -> list[Raw]:
        raws = [self._widened(r, quotes, raws) for r in raws]
        for quote in quotes:
            if any(r.span.overlaps(quote) for r in raws) or is_label(self.text, quote):
                continue
            made = self._for(sentence, quote, quotes, raws)
            if made is not None:
                raws = [*raws, made]
        return raws

    def _widened(self, raw: Raw, quotes: tuple[Span, ...], raws: list[Raw]) -> Raw:
        """Take in the second half of a quotation split by "X said", and whole quotation marks."""
        span = raw.span
        for quote in quotes:
            if quote.overlaps(span) and not quote.covers(span):
                span = Span(min(span.start, quote.start), max(span.end, quote.end))
            elif quote.covers(span) and raw.speech:
                span = quote
        if raw.clause:
            later = [q for q in quotes if q.start >= max(span.end, raw.cue.end)]
            quoted = any(span.covers(q) for q in quotes)
            others = [r for r in raws if r.speaker is not None]
            for quote in later:
                free = not any(r is not raw and r.span.overlaps(quote) for r in others)
                between = self.text[max(span.end, raw.cue.end) : quote.start]
                if (
                    quoted
                    and free
                    and len(between) < 60
                    and re.fullmatch(r"[^.:]*[,;:.]?\s*(?:that|and|but)?\s*", between)
                ):
                    span = Span(span.start, quote.end)
            start = min(raw.cue.start, raw.speaker_span.start)
            for quote in reversed([q for q in quotes if q.end <= min(start, span.start)]):
                free = not any(r is not raw and r.span.overlaps(quote) for r in others)
                if (
                    quoted
                    and free
                    and not re.search(r"\w", self.text[quote.end : min(start, span.start)])
                ):
                    span = Span(quote.start, span.end)
        return replace(raw, span=span) if span != raw.span else raw

    def _for(
        self, sentence: Sentence, quote: Span, quotes: tuple[Span, ...], raws: list[Raw]
    ) -> Raw | None:
        if orphan(self.text, sentence, quotes) or (
            sentence.joined and self._no_subject(sentence, quote)
        ):
            if self.last is None or self.last.speaker is None:
                return None
            span = sentence.span if sentence.joined else quote
            end = span.end - (span.end > quote.end and self.text[span.end - 1] == ".")
            return replace(self.last, span=Span(span.start, end), rule="carried", speech=True,
                           stance=None, certainty=0.75, clause=True, silent=False, negated=False,
                           denies=False)  # fmt: skip
        who = remaining(self.text, sentence, quote, self.resolver)
        if who is None:
            return None
        actor, place, cue = who
        return Raw(actor, place, cue, quote, "beside", speech=True, certainty=0.7, clause=True)

    def _no_subject(self, sentence: Sentence, quote: Span) -> bool:
        return not [
            m for m in self.resolver.mentions.within(Span(sentence.span.start, quote.start))
        ] and bool(re.match(r"(?:it|this|that|such|the|“|\")", sentence.span.of(self.text), re.I))
