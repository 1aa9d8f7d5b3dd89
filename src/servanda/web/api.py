"""The functions of the workbench as JSON, described in /openapi.json; every error has one shape."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from servanda.domain.errors import ModelError
from servanda.domain.incident import Incident
from servanda.obligations import assess, flip
from servanda.report.explain_number import explain, known_keys
from servanda.study.board import adopted
from servanda.study.contrast import side_by_side
from servanda.study.published import published
from servanda.study.questioning import questions
from servanda.web.texts import instrument_at
from servanda.web.visits import Visit, bench_of, visit

__all__ = ["router"]


class Fault(BaseModel):
    """What is wrong, with the code that ``servanda explain`` explains."""

    status: int
    code: str
    title: str
    message: str
    remedy: str | None
    problems: list[dict[str, Any]]
    details: dict[str, str] | None = None


class Failed(BaseModel):
    """The one shape of every error."""

    error: Fault


class IncidentBody(BaseModel):
    """An incident as a scenario writes it; a fact that is left out is not known."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(max_length=120, pattern=r"^[A-Za-z0-9_.-]+$")] = "own"
    title: Annotated[str, Field(max_length=300)] = "An incident"
    date: Annotated[str, Field(max_length=40)] | None = None
    facts: Annotated[dict[str, Any], Field(max_length=100)] = {}


class Assess(BaseModel):
    """Which incident to hold against which texts."""

    model_config = ConfigDict(extra="forbid")

    incident: IncidentBody | Annotated[str, Field(max_length=120)]
    option: Annotated[str, Field(max_length=120)] | None = None
    instruments: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=60)] = []
    flips: bool = False


class RunBody(BaseModel):
    """What to run; ``shifts`` moves assumptions by standard deviations on the normal scale."""

    model_config = ConfigDict(extra="forbid")

    draws: Annotated[int, Field(ge=1, le=20_000)] = 500
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    as_of: Annotated[str, Field(max_length=40)] | None = None
    posterior: Annotated[str, Field(max_length=60)] | None = "durability"
    protege: Literal["chooses", "mechanical"] = "chooses"
    rivals: Annotated[dict[str, str], Field(max_length=40)] = {}
    shifts: Annotated[
        dict[str, Annotated[float, Field(ge=-1.5, le=1.5)]], Field(max_length=40)
    ] = {}


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Failed, "description": words}
    for status, words in {
        400: "The request cannot be read",
        403: "Not let in",
        404: "Not found",
        408: "Too slow",
        409: "A conflict",
        413: "Too large",
        414: "The address is too long",
        422: "The request does not fit",
        503: "A stored run is missing or damaged",
    }.items()
}

router = APIRouter(prefix="/api", responses=ERRORS)

Key = Annotated[str, Path(max_length=200, description="The scenario's name, as in the list.")]


@router.get("/scenarios")
def scenarios(request: Request) -> dict[str, Any]:
    """List the scenarios that can be opened."""
    entries = bench_of(request).workplace.entries().values()
    return {"scenarios": [{"key": e.key, "example": e.example} for e in entries]}


@router.get("/s/{key}")
def scenario(key: Key, request: Request) -> dict[str, Any]:
    """Say what a scenario holds."""
    resolved = visit(key, request).resolved
    return {
        "id": resolved.scenario.id,
        "title": resolved.scenario.title,
        "hash": resolved.content_hash,
        "as_of": str(resolved.scenario.as_of),
        "options": [{"id": o.id, "title": o.title} for o in resolved.options],
        "incidents": [{"id": i.id, "title": i.title} for i in resolved.scenario.incidents],
        "instruments": list(resolved.instruments),
        "guarantors": [g.actor for g in resolved.scenario.guarantors],
    }


@router.post("/s/{key}/assess")
def assess_incident(key: Key, body: Assess, request: Request) -> dict[str, Any]:
    """Say who must, may or must not do what in an incident, with the reasoning."""
    seen = visit(key, request)
    incident = adopted(_incident(seen, body.incident))
    texts = _texts(seen, body)
    found = assess(texts, incident, actors=seen.resolved.actors)
    rows = [one.model_dump(mode="json") for one in found]
    if body.flips:
        by_id = {text.id: text for text in texts}
        for row in rows:
            text = by_id[row["instrument"]]
            flips = flip(text, row["provision"], incident, actors=seen.resolved.actors)
            row["flip"] = [one.published() for one in flips]
    return {"findings": rows, "scenario": seen.content_hash}


def _incident(seen: Visit, given: IncidentBody | str) -> Incident:
    if isinstance(given, str):
        for incident in seen.resolved.scenario.incidents:
            if incident.id == given:
                return incident
        raise ModelError(f"no incident {given!r} in the scenario", code="SV981")
    try:
        made = given.model_dump(exclude_none=True) | {"facts": _worded(given.facts, 0)}
        return Incident.model_validate(made)
    except ValueError as error:
        raise ModelError(f"incident: {str(error)[:300]}", code="SV983") from None


def _worded(value: Any, depth: int) -> Any:
    """Return facts as a scenario's text gives them: words, lists and groups."""
    if depth > 6:
        raise ModelError("facts: nested too deeply", code="SV983")
    if isinstance(value, dict):
        return {str(k)[:120]: _worded(v, depth + 1) for k, v in list(value.items())[:200]}
    if isinstance(value, list):
        return [_worded(v, depth + 1) for v in value[:200]]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)[:500]


def _texts(seen: Visit, body: Assess) -> list[Any]:
    resolved = seen.resolved
    if body.instruments:
        return [instrument_at(seen, name) for name in dict.fromkeys(body.instruments)]
    options = [o for o in resolved.options if body.option in (None, o.id)]
    if not options:
        raise ModelError(f"no option {body.option!r} in the scenario", code="SV981")
    names = dict.fromkeys(n for o in options for p in o.phases for n in p.instruments)
    return [resolved.instruments[n] for n in names]


@router.get("/s/{key}/questions")
def ranked(
    key: Key, request: Request, to: Annotated[str | None, Query(max_length=60)] = None
) -> dict[str, Any]:
    """Rank what the proposals leave open, worded for whom it goes to."""
    return questions(visit(key, request).resolved, to=to).published()


@router.get("/s/{key}/contrast")
def contrast(
    key: Key,
    request: Request,
    a: Annotated[str, Query(max_length=120)],
    b: Annotated[str, Query(max_length=120)],
) -> dict[str, Any]:
    """Put two instruments side by side, slot by slot and incident by incident."""
    seen = visit(key, request)
    resolved = seen.resolved
    found = side_by_side(
        instrument_at(seen, a),
        instrument_at(seen, b),
        resolved.scenario.incidents,
        resolved.slots,
        actors=resolved.actors,
    )
    return found.published()


@router.post("/s/{key}/runs", status_code=202)
def start(key: Key, body: RunBody, request: Request) -> dict[str, Any]:
    """Start a run, or find it where it was made before."""
    from servanda.web.settings import settings_of

    seen = visit(key, request)
    pairs = [
        (k, str(v))
        for k, v in body.model_dump(exclude={"rivals", "shifts"}).items()
        if v is not None
    ]
    pairs += [("posterior", "prior")] if body.posterior is None else []
    pairs += [(f"rival.{k}", v) for k, v in body.rivals.items()]
    pairs += [(f"shift.{k}", str(v)) for k, v in body.shifts.items()]
    settings = settings_of(pairs)
    for name in settings.shifts:
        if name not in seen.resolved.assumptions:
            raise ModelError(f"no assumption {name[:60]!r} that could be moved", code="SV983")
    for name, rival in settings.rivals.items():
        known = seen.resolved.assumptions.get(name)
        if known is None or rival not in known.rivals:
            raise ModelError(f"no rival model {name[:60]}={rival[:60]}", code="SV983")
    study = settings.study(seen.resolved, moved=True)
    return bench_of(request).jobs.ask(key, seen.resolved, study).published()


@router.get("/s/{key}/runs")
def runs(key: Key, request: Request) -> dict[str, Any]:
    """List the runs of this start."""
    visit(key, request)
    jobs = bench_of(request).jobs.jobs.values()
    return {"runs": [job.published() for job in jobs if job.key == key]}


@router.delete("/s/{key}/runs/{run}")
def stop(key: Key, run: Annotated[str, Path(max_length=64)], request: Request) -> dict[str, Any]:
    """Stop a run; finished chunks are kept."""
    visit(key, request)
    return bench_of(request).jobs.stop(run).published()


@router.get("/s/{key}/compare")
def comparison(
    key: Key,
    request: Request,
    draws: Annotated[int, Query(ge=1, le=20_000)] = 500,
    seed: Annotated[int, Query(ge=0, le=2**31)] = 1,
) -> JSONResponse:
    """Return the comparison of the settings; 202 with the run's state while it is computed.

    Besides ``draws`` and ``seed`` the query takes ``as_of``, ``posterior``, ``protege``,
    ``rival.NAME=MODEL`` and ``shift.NAME=VALUE`` (reweighted, marked ``approximate``).
    """
    del draws, seed  # read with the other settings from the query
    seen = visit(key, request)
    job = seen.usual()
    if not job.over:
        return JSONResponse(job.published(), status_code=202)
    found = published(seen.shown())
    found["approximate"] = bool(seen.settings.shifts)
    return JSONResponse(found)


@router.get("/s/{key}/explain")
def explained(
    key: Key, request: Request, number: Annotated[str, Query(max_length=400)]
) -> dict[str, Any]:
    """Explain one number: value, interval, formula with its numbers, what moves it, record."""
    seen = visit(key, request)
    found = seen.shown()
    try:
        return explain(found, number).model_dump(mode="json")
    except ModelError as error:
        raise ModelError(str(error), code="SV981") from None


@router.get("/s/{key}/numbers")
def numbers(key: Key, request: Request) -> dict[str, Any]:
    """List the numbers that can be explained."""
    return {"numbers": list(known_keys(visit(key, request).shown()))}
