"""Paragraphs, sentences and quotations of a text, by rules of the standard library.

Every span counts code points of the text as given; nothing is normalised, so a quote is always the
characters of its source.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from servanda.evidence.records import Span

__all__ = ["Layout", "Sentence", "layout"]

_PAIRS = {"“": "”", "«": "»", "„": "“”", "‘": "’", "‹": "›", "「": "」"}
_ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof gen col lt capt maj sen rep gov st sgt no vs etc inc ltd jr sr approx dept
    u.s u.k u.n e.g i.e a.m p.m jan feb mar apr jun jul aug sep sept oct nov
    dec adm amb brig""".split()
)
_END = re.compile(r"[.!?…]+[”\"’»)\]]*(?=\s|$)|\n+")
_LONGEST_QUOTE = 3_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or a part of one up to a semicolon; ``joined`` says that it goes on from before.

    ``paragraph`` counts from 0; ``headline`` marks a line of its own without a full stop.
    """

    span: Span
    paragraph: int
    joined: bool = False
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The sentences and quotations of a text, in order."""

    sentences: tuple[Sentence, ...]
    quotes: tuple[Span, ...]

    def quoted(self, span: Span) -> bool:
        """Say whether a span lies in a quotation."""
        at = bisect_right(self.quotes, Span(span.start, 10**9)) - 1
        return at >= 0 and self.quotes[at].covers(span)

    def quotes_near(self, span: Span) -> tuple[Span, ...]:
        """Return the quotations that begin in a span."""
        first = bisect_left(self.quotes, Span(span.start, 0))
        last = bisect_left(self.quotes, Span(span.end, 0))
        return self.quotes[first:last]

    def quotes_in(self, span: Span) -> tuple[Span, ...]:
        """Return the quotations that lie in a span."""
        return tuple(q for q in self.quotes_near(span) if q.end <= span.end)


def layout(text: str) -> Layout:
    """Divide a text.

    Examples:
        >>> found = layout("“Never,” he said. Nobody asked.")
        >>> [s.span.of("“Never,” he said. Nobody asked.") for s in found.sentences]
        ['“Never,” he said.', 'Nobody asked.']
        >>> found.quotes
        (Span(start=0, end=8),)
    """
    quotes = _quotes(text)
    starts = [q.start for q in quotes]
    sentences: list[Sentence] = []
    paragraph = 0
    for span, breaks in _pieces(text, quotes, starts):
        piece = _stripped(text, span)
        if piece is not None:
            sentences += _parts(text, piece, paragraph, quotes, starts)
        if breaks:
            paragraph += 1
    return Layout(tuple(sentences), tuple(quotes))


def _quotes(text: str) -> list[Span]:
    found: list[Span] = []
    at = 0
    double = '"' in text or "“" in text or "«" in text or "„" in text
    opening = re.compile('[“«„‹「"]' if double else "[‘“«„\"']")
    while match := opening.search(text, at):
        start, mark = match.start(), match.group()
        end = _closing(text, start, mark)
        if end is None:
            at = start + 1
            continue
        found.append(Span(start, end))
        at = end
    return found


def _closing(text: str, start: int, mark: str) -> int | None:
    before = text[start - 1] if start else " "
    if mark in "\"'‘" and (before.isalnum() or before in ".,!?"):
        return None
    wanted = _PAIRS.get(mark, mark)
    limit = min(len(text), start + _LONGEST_QUOTE)
    stop = text.find("\n\n", start, limit)
    limit = stop if stop >= 0 else limit
    at = start + 1
    while at < limit:
        if text[at] in wanted:
            after = text[at + 1] if at + 1 < len(text) else " "
            if not (text[at] in "'’" and after.isalnum()):
                return at + 1 if at > start + 1 else None
        at += 1
    return None


def _inside(at: int, quotes: list[Span], starts: list[int]) -> bool:
    index = bisect_right(starts, at) - 1
    return index >= 0 and quotes[index].start <= at < quotes[index].end - 1


def _pieces(text: str, quotes: list[Span], starts: list[int]) -> list[tuple[Span, bool]]:
    found: list[tuple[Span, bool]] = []
    begin = 0
    for match in _END.finditer(text):
        newline = match.group().startswith("\n")
        if not newline and (
            _inside(match.start(), quotes, starts) and not _closes(match.end(), quotes, starts)
        ):
            continue
        if not newline and not _ends(text, match):
            continue
        if match.end() > begin:
            found.append((Span(begin, match.end()), newline))
        begin = match.end()
    if begin < len(text):
        found.append((Span(begin, len(text)), True))
    return found


def _closes(at: int, quotes: list[Span], starts: list[int]) -> bool:
    index = bisect_right(starts, at - 1) - 1
    return index >= 0 and quotes[index].end == at


def _ends(text: str, match: re.Match[str]) -> bool:
    """Say whether a full stop ends a sentence, rather than an abbreviation or an inner clause."""
    before = re.search(r"[\w.]*$", text[max(0, match.start() - 12) : match.start()])
    word = before.group().lower() if before else ""
    after = re.match(r"\s*(\S)", text[match.end() : match.end() + 40])
    following = after.group(1) if after else "X"
    if match.group() == "." and word in _ABBREVIATIONS:
        return False
    if match.group() == "." and len(word) == 1 and word.isalpha():
        return False
    return not following.islower()


def _stripped(text: str, span: Span) -> Span | None:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _parts(
    text: str, span: Span, paragraph: int, quotes: list[Span], starts: list[int]
) -> list[Sentence]:
    headline = text[span.end - 1] not in '.!?…”"’»:;)' and (
        span.end == len(text) or text[span.end] == "\n"
    )
    found: list[Sentence] = []
    begin = span.start
    for match in re.finditer(r";\s", text[span.start : span.end]):
        at = span.start + match.start()
        if _inside(at, quotes, starts):
            continue
        piece = _stripped(text, Span(begin, at))
        if piece is not None:
            found.append(Sentence(piece, paragraph, bool(found), headline))
        begin = at + 1
    piece = _stripped(text, Span(begin, span.end))
    if piece is not None:
        found.append(Sentence(piece, paragraph, bool(found), headline))
    return found
