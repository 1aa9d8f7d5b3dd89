"""The page Obligations: an incident by form, who owes what, why, what would change it, by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from servanda.domain.errors import ModelError
from servanda.domain.incident import Incident
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.obligations import flip
from servanda.report.clock import clock_picture
from servanda.report.findings import flip_text
from servanda.report.standing import NOBODY, Due, Standing, dues, findings_in, standing
from servanda.report.words import FINDING_WORDS
from servanda.study.board import adopted
from servanda.study.duties import duty_cells
from servanda.study.result import DutyCell
from servanda.web.forms import Form, form_of
from servanda.web.incidents import base_of, fields_of, incident_of
from servanda.web.shell import page, part
from servanda.web.visits import Visit, visit

__all__ = ["Assessed", "assessed", "router"]

router = APIRouter(include_in_schema=False)

_MOST_FLIPS = 4


@dataclass(frozen=True)
class Assessed:
    """What the texts of every option say of one incident."""

    incident: Incident
    cells: tuple[DutyCell, ...]
    matrix: Standing
    dues: list[Due]
    start: Moment | None


def assessed(seen: Visit, incident: Incident) -> Assessed:
    """Hold every option's texts against an incident."""
    options = _on_the_table(seen)
    cells = duty_cells(seen.resolved, options, [adopted(incident)])
    actors = seen.resolved.actors
    matrix = standing(
        cells,
        {o.id: o.title for o in options},
        {g.actor: actors[g.actor].name for g in seen.resolved.scenario.guarantors},
    )
    start = _start(incident)
    return Assessed(incident, cells, matrix, dues(cells, start), start)


def _on_the_table(seen: Visit) -> tuple[Option, ...]:
    day = Moment(seen.settings.as_of) if seen.settings.as_of else seen.resolved.scenario.as_of
    return tuple(
        o for o in seen.resolved.options if o.known_from is None or o.known_from.not_after(day)
    )


def _start(incident: Incident) -> Moment | None:
    asked = incident.facts.get("requested")
    at = asked.get("at") if isinstance(asked, dict) else None
    try:
        return Moment(str(at)) if at else incident.date
    except ValueError:
        return incident.date


@router.get("/s/{key}/obligations")
def obligations_page(key: str, request: Request) -> HTMLResponse:
    """Show who owes what in an incident of the bank."""
    seen = visit(key, request)
    incident = base_of(seen.resolved, request.query_params.get("incident", "")[:120])
    return page(request, "obligations.html.j2", _values(seen, incident, incident.id))


@router.post("/s/{key}/obligations")
async def built(key: str, request: Request) -> HTMLResponse:
    """Show who owes what in the incident of the form."""
    form = await form_of(request)
    return await run_in_threadpool(partial(_built, key, request, form))


def _built(key: str, request: Request, form: Form) -> HTMLResponse:
    seen = visit(key, request)
    incident = incident_of(seen.resolved, form)
    values = _values(seen, incident, form.text("incident", 120))
    fragment = "hx-request" in request.headers
    return part("standing.html.j2" if fragment else "obligations.html.j2", values)


@router.post("/s/{key}/obligations/cell")
async def cell(key: str, request: Request) -> HTMLResponse:
    """Show the findings behind a cell, with their reasoning."""
    form = await form_of(request)
    return await run_in_threadpool(partial(_cell, key, request, form))


def _cell(key: str, request: Request, form: Form) -> HTMLResponse:
    seen = visit(key, request)
    found = assessed(seen, incident_of(seen.resolved, form))
    option, _, actor = form.text("cell", 200).rpartition("|")
    titles = {name: title for name, title, _ in found.matrix.rows}
    if option not in titles or (actor and actor not in dict(found.matrix.columns)):
        raise ModelError("there is no such cell", code="SV981")
    who = dict(found.matrix.columns).get(actor, "every guarantor")
    values = {
        "v": seen,
        "here": "obligations",
        "heading": f"{titles[option]}: {'not said who' if actor == NOBODY else who}",
        "incident": found.incident,
        "findings": findings_in(found.cells, option, actor or None),
        "actors": {k: a.name for k, a in seen.resolved.actors.items()},
    }
    fragment = "hx-request" in request.headers
    return part("cell-part.html.j2" if fragment else "cell.html.j2", values)


@router.post("/s/{key}/obligations/flip")
async def flipped(key: str, request: Request) -> HTMLResponse:
    """Show the smallest changes of facts that would change a finding."""
    form = await form_of(request)
    return await run_in_threadpool(partial(_flipped, key, request, form))


def _flipped(key: str, request: Request, form: Form) -> HTMLResponse:
    seen = visit(key, request)
    incident = adopted(incident_of(seen.resolved, form))
    name, provision = form.text("instrument", 120), form.text("provision", 120)
    text = seen.resolved.instruments.get(name)
    if text is None or provision not in {p.id for p in text.provisions}:
        raise ModelError("there is no such provision in the scenario", code="SV981")
    actors = seen.resolved.actors
    found = flip(text, provision, incident, actors=actors, most=_MOST_FLIPS)
    values = {
        "v": seen,
        "here": "obligations",
        "where": f"{name}, {provision}",
        "flips": [flip_text(one, actors) for one in found],
    }
    fragment = "hx-request" in request.headers
    return part("flips-part.html.j2" if fragment else "flips.html.j2", values)


def _values(seen: Visit, incident: Incident, base: str) -> dict[str, Any]:
    found = assessed(seen, incident)
    states = {k: a.name for k, a in seen.resolved.actors.items() if a.kind == "state"}
    named = {a: states[a] for a in _first(seen) if a in states}
    return {
        "v": seen,
        "here": "obligations",
        "found": found,
        "incident": incident,
        "base": base or seen.resolved.scenario.incidents[0].id,
        "bank": seen.resolved.scenario.incidents,
        "fields": fields_of(incident),
        "near": named,
        "states": dict(sorted(states.items(), key=lambda item: item[1])),
        "clocks": [(due, _clock(found.start, due.due)) for due in found.dues],
        "legend": FINDING_WORDS,
        "actors": {k: a.name for k, a in seen.resolved.actors.items()},
    }


def _first(seen: Visit) -> list[str]:
    scenario = seen.resolved.scenario
    return [scenario.challenger, scenario.protege, *(g.actor for g in scenario.guarantors)]


def _clock(start: Moment | None, due: str) -> Any:
    if start is None or start.precision != "instant":
        return None
    try:
        end = datetime.fromisoformat(due)
    except ValueError:
        return None
    return clock_picture(start.earliest, end) if end.tzinfo else None
