"""The page Compare: options side by side, sliders, what changed, what outlasts what, conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from servanda.domain.errors import ModelError
from servanda.report import tables
from servanda.report.assets import embedded_json
from servanda.report.charts import CHARTS
from servanda.report.explain_number import explain
from servanda.report.figures import FIGURES, GLANCE
from servanda.report.words import number_text
from servanda.study.result import Comparison, LedgerRow
from servanda.study.reweighting import Reweighting
from servanda.web.settings import FAR
from servanda.web.shell import link, page, part
from servanda.web.visits import QUICK_DRAWS, Visit, known_shifts, visit

__all__ = ["Slider", "router", "sliders"]

router = APIRouter(include_in_schema=False)

SLIDERS = 8
LIVE = ("peace_years", "survival")
"""Charts that follow the sliders."""

FEW = 60
"""Effective draws below which a reweighted number is too rough to be read."""


@dataclass(frozen=True, slots=True)
class Slider:
    """One assumption that can be moved: where it stands, and its median there in its unit."""

    name: str
    label: str
    unit: str
    source: str
    verified: bool
    shift: float
    now: str
    usual: str
    low: str
    high: str


@router.get("/s/{key}/compare")
def compare_page(key: str, request: Request) -> HTMLResponse:
    """Show the comparison, or how far it is."""
    seen = visit(key, request)
    job = seen.usual()
    if job.state != "done":
        return page(request, "waiting.html.j2", {"v": seen, "job": job, "here": "compare"})
    basis = seen.bench.jobs.result(job)
    known_shifts(basis, seen.settings)
    values = _numbers(seen, basis) | {
        "here": "compare",
        "sliders": sliders(basis, seen),
        "far": FAR,
        "specs": embedded_json(_specs(seen, basis)),
        "static": [FIGURES[name] for name in ("honoured", "risks", "cost", "drivers")],
        "static_tables": {
            n: FIGURES[n].table(basis.comparison) for n in ("honoured", "risks", "cost", "drivers")
        },
        "conditions": _conditions(basis.comparison),
        "c": basis.comparison,
    }
    return page(request, "compare.html.j2", values)


@router.get("/s/{key}/compare/numbers")
def numbers(key: str, request: Request) -> HTMLResponse:
    """Return the numbers under the sliders' values: at once, by reweighting."""
    seen = visit(key, request)
    basis = seen.basis()
    known_shifts(basis, seen.settings)
    return part("numbers.html.j2", _numbers(seen, basis))


@router.get("/s/{key}/compare/exact")
def exact(key: str, request: Request) -> HTMLResponse:
    """Return the numbers of an exact run under the sliders' values, or how far it is."""
    seen = visit(key, request)
    basis = seen.basis()
    known_shifts(basis, seen.settings)
    if not seen.settings.shifts:
        return part("exact.html.j2", {"v": seen, "job": None})
    whole = request.query_params.get("all") == "1"
    draws = seen.settings.draws if whole else min(QUICK_DRAWS, seen.settings.draws)
    job = seen.exact(draws)
    values: dict[str, Any] = {"v": seen, "job": job, "whole": whole}
    if job.state == "done":
        found = seen.bench.jobs.result(job).comparison
        values |= {
            "table": tables.measures_table(
                found, GLANCE, f"Computed anew with {draws:,} draws", usual=basis.comparison
            ),
        }
    return part("exact.html.j2", values)


@router.get("/s/{key}/explain")
def explained(key: str, request: Request) -> HTMLResponse:
    """Explain one number: meaning, formula with the numbers in it, what moves it, the record."""
    seen = visit(key, request)
    number = request.query_params.get("number", "")[:400]
    comparison = seen.shown()
    try:
        trace = explain(comparison, number)
    except ModelError as error:
        raise ModelError(str(error), code="SV981") from None
    values = {
        "v": seen,
        "here": "compare",
        "trace": trace,
        "turning": _turning(seen.basis().comparison, number),
        "moved": bool(seen.settings.shifts),
        "json": f"/api/s/{key}/explain?number={number}",
    }
    fragment = "hx-request" in request.headers
    return part("explain-part.html.j2" if fragment else "explain.html.j2", values)


def sliders(basis: Reweighting, seen: Visit) -> list[Slider]:
    """Return the assumptions that matter most, and those that were moved."""
    ledger = {row.id: row for row in basis.comparison.ledger}
    wanted: dict[str, None] = {d.assumption: None for d in basis.comparison.drivers}
    for turning in basis.comparison.break_evens:
        wanted.update(dict.fromkeys(found.assumption for found in turning.found))
    chosen = [n for n in wanted if n in ledger and n in basis.arrays.parameters][:SLIDERS]
    chosen += [n for n in seen.settings.shifts if n in ledger and n not in chosen]
    return [_slider(basis, ledger[n], seen.settings.shifts.get(n, 0.0)) for n in chosen]


def _slider(basis: Reweighting, row: LedgerRow, shift: float) -> Slider:
    def at(where: float) -> str:
        return number_text(basis.median(row.id, where))

    return Slider(
        name=row.id,
        label=row.label,
        unit=row.unit,
        source=row.source,
        verified=row.verified,
        shift=shift,
        now=at(shift),
        usual=at(0.0),
        low=at(-FAR),
        high=at(FAR),
    )


def _numbers(seen: Visit, basis: Reweighting) -> dict[str, Any]:
    """What follows the sliders: the table, the matrix, the rows of the charts, how rough it is."""
    shown, effective = basis.moved(seen.settings.shifts)
    usual = basis.comparison if seen.settings.shifts else None
    return {
        "v": seen,
        "moved": bool(seen.settings.shifts),
        "effective": round(effective),
        "draws": basis.arrays.draws,
        "rough": effective < FEW,
        "glance": tables.measures_table(
            shown,
            GLANCE,
            "Every option side by side: mean over the draws, and 90% of the draws below it",
            usual=usual,
        ),
        "matrix": tables.matrix_table(shown, "10"),
        "medians": {
            row.id: number_text(basis.median(row.id, seen.settings.shifts.get(row.id, 0.0)))
            for row in basis.comparison.ledger
            if row.id in seen.settings.shifts
        },
        "rows": embedded_json(_rows(shown)),
        "opened": seen.opener(),
        "exact_address": link(seen.key, "compare/exact", seen.query),
        "wait": seen.settings.shifts != {},
    }


def _rows(comparison: Comparison) -> dict[str, Any]:
    """The rows of the charts that follow the sliders, column by column, which is half as long."""
    specs = {name: CHARTS[name](comparison, "page") for name in LIVE}
    found = {name: spec["data"]["values"] for name, spec in specs.items() if spec}
    return {
        name: {key: [_short(row[key]) for row in rows] for key in rows[0]}
        for name, rows in found.items()
    }


def _short(value: Any) -> Any:
    return round(value, 5) if isinstance(value, float) else value


def _specs(seen: Visit, basis: Reweighting) -> dict[str, Any]:
    shown = basis.moved(seen.settings.shifts)[0]
    drawn = {name: draw(shown, "page") for name, draw in CHARTS.items() if name != "outlasts"}
    return {name: spec for name, spec in drawn.items() if spec}


def _conditions(comparison: Comparison) -> list[dict[str, str]]:
    """Under which conditions one option outlasts another, in words."""
    names = {key: option.title for key, option in comparison.options.items()}
    found = [
        {
            "pair": f"{names.get(t.first, t.first)} against {names.get(t.second or '', '')}",
            "says": t.says,
            "why": "; ".join(found.says for found in t.found if found.says),
        }
        for t in comparison.break_evens
        if t.second and set(t.why) != {"reference"}
    ]
    claims = [
        {"pair": claim.says, "says": claim.answer, "why": "; ".join(claim.conditions)}
        for claim in comparison.claims
    ]
    boxes = [
        {"pair": str(row.get("claim") or ""), "says": str(row.get("says") or row.get("text") or ""),
         "why": ""}
        for row in comparison.conditions
    ]  # fmt: skip
    return [row for row in (*claims, *boxes, *found) if row["says"]]


def _turning(comparison: Comparison, number: str) -> list[str]:
    """What would change a number: the break-evens of the pairs that its option stands in."""
    words = number.replace(">", ".").split(".")
    found = [
        be.says
        for turning in comparison.break_evens
        if turning.first in words or (turning.second or "") in words
        for be in turning.found
        if be.says
    ]
    return list(dict.fromkeys(found))[:4]
