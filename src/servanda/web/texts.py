"""The page Instrument: clauses beside their coding, gaps marked, two texts side by side."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from servanda.domain.errors import ModelError
from servanda.domain.instrument import Instrument
from servanda.obligations import gaps
from servanda.report.clauses import clauses
from servanda.report.contrast import contrast_rows
from servanda.report.words import plain
from servanda.scenario import shelf
from servanda.study.contrast import side_by_side
from servanda.web.shell import page
from servanda.web.visits import Visit, visit

__all__ = ["instrument_at", "router"]

router = APIRouter(include_in_schema=False)


@router.get("/s/{key}/instrument")
def instrument_page(key: str, request: Request) -> HTMLResponse:
    """Show one text, or two side by side."""
    seen = visit(key, request)
    mine = seen.resolved.instruments
    one = request.query_params.get("a", "")[:120] or _first(seen)
    other = request.query_params.get("b", "")[:120]
    library = [name for name in shelf.instrument_ids() if name not in mine]
    values: dict[str, Any] = {
        "v": seen,
        "here": "instrument",
        "mine": {name: text.title for name, text in mine.items()},
        "library": library,
        "one": one,
        "other": other,
    }
    if not one:
        return page(request, "no-instrument.html.j2", values)
    text = instrument_at(seen, one)
    if other:
        values |= _contrast(seen, text, instrument_at(seen, other))
        return page(request, "contrast.html.j2", values)
    found = gaps(text, seen.resolved.slots)
    questions = {slot.id: slot.question for slot in seen.resolved.slots}
    values |= {
        "text": text,
        "clauses": clauses(text, found, seen.resolved.actors),
        "gaps": [
            (
                plain(name),
                [questions[g.slot] for g in found if g.name == name and g.slot in questions],
            )
            for name in dict.fromkeys(g.name for g in found)
        ],
        "actors": {k: a.name for k, a in seen.resolved.actors.items()},
        "versions": _versions(seen, text),
    }
    return page(request, "instrument.html.j2", values)


def instrument_at(seen: Visit, name: str) -> Instrument:
    """Return a text of the scenario, else of the library.

    Raises:
        ModelError: there is none of this name (SV981).
    """
    found = seen.resolved.instruments.get(name)
    if found is not None:
        return found
    if name in shelf.instrument_ids():
        return shelf.instrument(name)
    raise ModelError(f"no instrument {name!r} in the scenario or the library", code="SV981")


def _first(seen: Visit) -> str:
    mine = seen.resolved.instruments
    open_ones = [n for n, text in mine.items() if text.kind in ("proposal", "draft")]
    return next(iter([*reversed(open_ones), *mine]), "")


def _versions(seen: Visit, text: Instrument) -> list[str]:
    """Other versions of the same proposal."""
    group = text.version_of or text.id
    return [
        name
        for name, other in seen.resolved.instruments.items()
        if name != text.id and group in (other.version_of, other.id)
    ]


def _contrast(seen: Visit, a: Instrument, b: Instrument) -> dict[str, Any]:
    resolved = seen.resolved
    found = side_by_side(a, b, resolved.scenario.incidents, resolved.slots, actors=resolved.actors)
    slots, incidents = contrast_rows(found, resolved.actors)
    titles = {i.id: i.title for i in resolved.scenario.incidents}
    return {
        "a": a,
        "b": b,
        "slots": slots,
        "incidents": incidents,
        "only_a": [titles[n] for n in found.ahead(a=True)],
        "only_b": [titles[n] for n in found.ahead(a=False)],
    }
