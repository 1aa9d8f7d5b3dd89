"""Whether a quotation stands in its source, and where: exactly, but for blanks, or for typography.

Three tiers, tried in order. ``exact``: the very characters. ``blank``: runs of blanks count as
one. ``typography``: also curly and straight marks, dashes and the ellipsis sign are one. Letters,
digits and their case never differ, and nothing is matched by similarity.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from servanda.evidence.records import Span

__all__ = ["Found", "locate"]

_SAME = str.maketrans({
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'",
    "–": "-", "—": "-", "‑": "-", "−": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
})  # fmt: skip


class Found(NamedTuple):
    """Where a quotation stands in the source, and by which tier."""

    span: Span
    tier: str


def locate(quote: str, source: str, near: int = 0) -> Found | None:
    """Find a quotation in its source.

    Args:
        quote: as somebody gives it; enclosing quotation marks do not count.
        source: the text.
        near: of several places the one nearest to this offset is taken.

    Returns:
        The span in the source, or None: then it is not a quotation of this source. "A ... B" needs
        both parts in order within 400 characters.

    Examples:
        >>> text = "He said: “We see  no room.”"
        >>> locate("We see no room.", text)
        Found(span=Span(start=10, end=26), tier='blank')
        >>> locate("We see some room.", text) is None
        True
    """
    bare = quote.strip().strip('“”"«»„')
    if len(re.sub(r"\W", "", bare)) < 2 or len(bare) > 5_000:
        return None
    for tier in ("exact", "blank", "typography"):
        span = _found(bare, source, tier, near)
        if span is not None:
            return Found(span, tier)
    parts = [p.strip() for p in re.split(r"\s*(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*", bare)]
    if len(parts) == 2 and all(len(p.split()) >= 2 for p in parts):
        first = _found(parts[0], source, "typography", near)
        if first is None:
            return None
        second = _found(parts[1], source[: first.end + 400], "typography", first.end)
        if second is not None and second.start >= first.end:
            return Found(Span(first.start, second.end), "elided")
    return None


def _found(bare: str, source: str, tier: str, near: int) -> Span | None:
    if tier == "exact":
        pattern = re.escape(bare)
    else:
        words = bare.split()
        pattern = r"\s+".join(map(re.escape, words))
    if tier == "typography":
        source = source.translate(_SAME)
        pattern = r"\s+".join(re.escape(w.translate(_SAME)) for w in bare.split())
    # A quotation ends where a word ends: "no room" is not found in "no roommate".
    pattern = rf"(?<!\w){pattern}" if bare[:1].isalnum() else pattern
    pattern = rf"{pattern}(?!\w)" if bare[-1:].isalnum() else pattern
    places = [Span(*m.span()) for m in re.finditer(pattern, source)]
    return min(places, key=lambda s: abs(s.start - near)) if places else None
