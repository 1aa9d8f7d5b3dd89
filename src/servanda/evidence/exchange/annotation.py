"""W3C Web Annotation: claims as JSON-LD with position and quote selectors.

Source: W3C Recommendation "Web Annotation Data Model", 23 February 2017, section 4.2. The
standard counts the characters of a position selector in code points of the text; scripts in a
browser count UTF-16 units, so both are given, and the quote selector finds a place again after
blanks have changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from servanda.domain.errors import ModelError
from servanda.evidence.records import Reading, Span
from servanda.evidence.store import claim_id
from servanda.evidence.verbatim import locate

__all__ = ["anchored", "collection", "selected"]

_CONTEXT = 32


def _utf16(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def collection(readings: Sequence[Reading], *, longest: int = 300) -> dict[str, Any]:
    """Return an annotation collection of the claims of readings.

    Args:
        readings: what was read.
        longest: code points of text that a quote selector may carry; longer ones are cut to their
            ends, so that an export holds short quotations only.
    """
    items = []
    for reading in readings:
        for claim in reading.claims:
            items.append(
                {
                    "@context": "http://www.w3.org/ns/anno.jsonld",
                    "id": f"urn:servanda:claim:{claim_id(reading.sha256, claim)}",
                    "type": "Annotation",
                    "motivation": "describing",
                    "body": {"type": "Dataset", "value": claim.published()},
                    "target": {
                        "source": f"urn:sha256:{reading.sha256}",
                        "selector": _selectors(reading.text, claim.span, longest),
                    },
                }
            )
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "AnnotationCollection",
        "total": len(items),
        "first": {"type": "AnnotationPage", "items": items},
    }


def _selectors(text: str, span: Span, longest: int) -> list[dict[str, Any]]:
    exact = span.of(text)
    if len(exact) > longest:
        exact = f"{exact[: longest // 2]} … {exact[-longest // 2 :]}"
    return [
        {"type": "TextPositionSelector", "start": span.start, "end": span.end},
        {
            "type": "TextQuoteSelector",
            "exact": exact,
            "prefix": text[max(0, span.start - _CONTEXT) : span.start],
            "suffix": text[span.end : span.end + _CONTEXT],
        },
        {
            "type": "DataPositionSelector",
            "start": _utf16(text, span.start),
            "end": _utf16(text, span.end),
            "conformsTo": "urn:servanda:utf16-units",
        },
    ]


def selected(annotation: dict[str, Any]) -> tuple[Span, str, str, str]:
    """Return span, exact words, prefix and suffix of an annotation.

    Raises:
        ModelError: it has not the two selectors (SV910).
    """
    try:
        selectors = annotation["target"]["selector"]
        by_type = {s["type"]: s for s in selectors}
        position, quote = by_type["TextPositionSelector"], by_type["TextQuoteSelector"]
        span = Span(int(position["start"]), int(position["end"]))
        return span, str(quote["exact"]), str(quote["prefix"]), str(quote["suffix"])
    except (KeyError, TypeError, ValueError):
        raise ModelError("an annotation without position and quote selector.", "SV910") from None


def anchored(annotation: dict[str, Any], text: str) -> Span | None:
    """Find the place of an annotation in a text that may have changed its blanks since.

    The position counts where the words still stand there; else the words are looked for, with the
    prefix deciding between several places. None: the words are not in the text.
    """
    span, exact, prefix, _ = selected(annotation)
    if 0 <= span.start <= span.end <= len(text) and span.of(text) == exact:
        return span
    places = (
        [m.start() for m in re.finditer(re.escape(prefix.strip()), text)] if prefix.strip() else []
    )
    for near in [*places, span.start]:
        found = locate(exact, text, near)
        if found is not None:
            return _with_marks(found.span, exact, text)
    return None


def _with_marks(span: Span, exact: str, text: str) -> Span:
    marks = '“”"«»„'
    start, end = span
    if exact[:1] in marks and text[start - 1 : start] in marks:
        start -= 1
    if exact[-1:] in marks and text[end : end + 1] in marks:
        end += 1
    return Span(start, end)
