"""Comparisons: "more lasting than sending troops or membership", "A rather than B"."""

from __future__ import annotations

import re

from servanda.evidence.records import Span

__all__ = ["compared"]

_THAN = re.compile(r"\b(?:than|rather than|instead of|as opposed to|(?<=preferable )to)\b\s+")
_TO = re.compile(r"\b(?:to|over|than|rather than)\b\s+")


def compared(text: str, span: Span, *, prefers: bool = False) -> tuple[Span, list[Span]]:
    """Divide a content into what is preferred and what it is preferred to.

    Args:
        text: the whole text.
        span: the content.
        prefers: the verb is "prefer", so that "to" compares.

    Returns:
        The main part, and the things after "than", one each; none where nothing is compared.

    Examples:
        >>> t = "it is more lasting than sending troops or granting membership"
        >>> main, others = compared(t, Span(0, len(t)))
        >>> main.of(t), [o.of(t) for o in others]
        ('it is more lasting', ['sending troops', 'granting membership'])
    """
    content = span.of(text)
    match = (_TO if prefers else _THAN).search(content)
    if match is None or re.match(r"(?:half|\d|ever|a year|not)", content[match.end() :]):
        return span, []
    others = []
    at = span.start + match.end()
    rest = re.split(r"[.;,”\"]", content[match.end() :])[0]
    for part in re.finditer(r"(?:(?! or | and ).)+", rest):
        piece = re.sub(r"^\s*(?:or|and|either|to)\s+", "", part.group())
        start = at + part.start() + len(part.group()) - len(piece)
        if piece.strip():
            others.append(Span(start, start + len(piece.rstrip())))
    return Span(span.start, span.start + len(content[: match.start()].rstrip())), others
