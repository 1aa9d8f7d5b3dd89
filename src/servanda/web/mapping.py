"""The map of who is bound: in an incident, under an option."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from servanda.domain.errors import ModelError
from servanda.domain.option import Option
from servanda.report.assets import embedded_json
from servanda.report.charts.bound_map import Bound, bound_map, map_rows
from servanda.report.figures import guarded_cell
from servanda.report.standing import NOBODY, StandingCell
from servanda.report.words import plain
from servanda.web.figures import SUFFIXES, drawn
from servanda.web.incidents import base_of
from servanda.web.obliging import assessed
from servanda.web.shell import page
from servanda.web.visits import Visit, visit

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/s/{key}/map")
def map_page(key: str, request: Request) -> HTMLResponse:
    """Show the map with its table, the area clauses and the deployments."""
    seen = visit(key, request)
    option, incident = _chosen(seen, request)
    bound = _bound(seen, option, incident.id)
    spec = bound_map(bound, option.title, incident.title, "page")
    texts = [seen.resolved.instruments[n] for p in option.phases for n in p.instruments]
    values = {
        "v": seen,
        "here": "map",
        "option": option,
        "incident": incident,
        "options": seen.resolved.options,
        "bank": seen.resolved.scenario.incidents,
        "rows": map_rows(bound),
        "specs": embedded_json({"map": spec}),
        "alt": spec["description"],
        "areas": _areas(texts),
        "deployments": _deployments(seen, option),
    }
    return page(request, "map.html.j2", values)


@router.get("/s/{key}/map.{suffix}")
def map_file(key: str, suffix: str, request: Request) -> Response:
    """Return the map or its rows."""
    seen = visit(key, request)
    if suffix not in SUFFIXES:
        raise ModelError(f"the map comes as {', '.join(SUFFIXES)}", code="SV981")
    option, incident = _chosen(seen, request)
    bound = _bound(seen, option, incident.id)
    rows = map_rows(bound)
    if suffix == "csv":
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(rows[0])
        writer.writerows([[guarded_cell(v) for v in row.values()] for row in rows])
        body: bytes = out.getvalue().encode()
    elif suffix == "json":
        made = {"option": option.id, "incident": incident.id, "rows": rows}
        body = json.dumps(made, ensure_ascii=False).encode()
    else:
        body = drawn(bound_map(bound, option.title, incident.title), suffix, "map")
    return Response(body, media_type=SUFFIXES[suffix])


def _chosen(seen: Visit, request: Request) -> tuple[Option, Any]:
    wanted = request.query_params.get("option", "")[:120]
    options = seen.resolved.options
    usual = next((o for o in reversed(options) if not o.reference), options[0] if options else None)
    found = next((o for o in options if o.id == wanted), None if wanted else usual)
    if found is None:
        raise ModelError(f"no option {wanted!r} in the scenario", code="SV981")
    return found, base_of(seen.resolved, request.query_params.get("incident", "")[:120])


def _bound(seen: Visit, option: Option, incident: str) -> list[Bound]:
    resolved, scenario = seen.resolved, seen.resolved.scenario
    found = assessed(seen, base_of(resolved, incident))
    row = next((cells for name, _, cells in found.matrix.rows if name == option.id), ())
    cells = {cell.guarantor: cell for cell in row if cell is not None}
    forces = {d["actor"]: d["troops"] for d in _deployments(seen, option)}
    actors = resolved.actors
    bound = [
        Bound(actors[scenario.protege], "protected"),
        Bound(actors[scenario.challenger], "challenger"),
    ]
    for guarantor in scenario.guarantors:
        actor = actors[guarantor.actor]
        kind, words = _kind(cells.get(actor.id), NOBODY in cells)
        bound.append(Bound(actor, kind, words, forces.get(actor.name, "")))
    return bound


def _kind(cell: StandingCell | None, somebody: bool) -> tuple[str, str]:
    if cell is None:
        return ("open who", "the text does not say who") if somebody else ("not bound", "")
    words = f"{cell.word}: {cell.klass}" + (f"; {cell.also}" if cell.also else "")
    talk = cell.klass == "consult" and not cell.also
    return "bound to talk" if talk else "bound to help", words


def _areas(texts: Sequence[Any]) -> list[dict[str, str]]:
    rows = []
    for text in texts:
        for name, area in text.areas.items():
            said = area.model_dump(mode="json", by_alias=True, exclude_unset=True)
            parts = [f"{plain(k)}: {plain(str(v))}" for k, v in said.items()]
            rows.append({"text": text.title, "area": plain(name), "says": "; ".join(parts)})
    return rows


def _deployments(seen: Visit, option: Option) -> list[dict[str, str]]:
    scenario = seen.resolved.scenario
    named = {n for phase in option.phases for n in phase.deployments}
    return [
        {
            "actor": seen.resolved.actors[d.actor].name,
            "place": d.place,
            "mission": plain(d.mission),
            "status": plain(d.status),
            "troops": _troops(seen, d.troops),
        }
        for d in scenario.deployments
        if d.id in named
    ]


def _troops(seen: Visit, name: str) -> str:
    from servanda.web.assuming import distribution_text

    found = seen.resolved.assumptions.get(name)
    return name if found is None else distribution_text(found)
