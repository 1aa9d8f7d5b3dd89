"""The page Run: what is under way, what was run, its record, what to cite, what to take along."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from servanda.report.cite import citations
from servanda.study.calibration.posterior import names
from servanda.web.forms import form_of
from servanda.web.shell import link, page, part
from servanda.web.visits import visit

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/s/{key}/run")
def run_page(key: str, request: Request) -> HTMLResponse:
    """Show the run of the settings, the runs of this start, and a form for another."""
    seen = visit(key, request)
    job = seen.usual()
    done = seen.bench.jobs.result(job).comparison if job.state == "done" else None
    values = {
        "v": seen,
        "here": "run",
        "job": job,
        "jobs": [j for j in reversed(seen.bench.jobs.jobs.values()) if j.key == key],
        "c": done,
        "cited": None if done is None else citations(done),
        "posteriors": names(),
        "rivals": {a.id: a for a in seen.resolved.assumptions.values() if a.rivals},
    }
    return page(request, "run.html.j2", values)


@router.get("/s/{key}/run/progress")
def progress(key: str, request: Request) -> HTMLResponse:
    """Say how far the run of the settings is."""
    seen = visit(key, request)
    return part("progress.html.j2", {"v": seen, "job": seen.usual()})


@router.post("/s/{key}/run/stop")
async def stop(key: str, request: Request) -> RedirectResponse:
    """Stop a run; finished chunks are kept."""
    form = await form_of(request)
    seen = visit(key, request)
    seen.bench.jobs.stop(form.text("run", 64))
    return RedirectResponse(link(key, "run/stopped", seen.query), 303)


@router.get("/s/{key}/run/stopped")
def stopped(key: str, request: Request) -> HTMLResponse:
    """Say that a run was stopped, and how to go on with it."""
    return page(request, "stopped.html.j2", {"v": visit(key, request), "here": "run"})
