"""The first page: which scenarios there are, and a first one in five questions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from servanda.domain.errors import ModelError, ScenarioError
from servanda.scenario import shelf
from servanda.scenario.starting import Answers, copy_example, start
from servanda.web.forms import Form, form_of
from servanda.web.shell import link, page
from servanda.web.visits import bench_of
from servanda.web.workplace import Entry, Workplace

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/scenarios")
def scenarios(request: Request) -> HTMLResponse:
    """List the scenarios that can be opened."""
    workplace = bench_of(request).workplace
    rows = [_row(workplace, entry) for entry in workplace.entries().values()]
    states = [a for a in shelf.actors().values() if a.kind == "state"]
    values = {
        "here": "scenarios",
        "rows": rows,
        "parent": workplace.parent,
        "states": sorted(states, key=lambda a: a.name),
    }
    return page(request, "scenarios.html.j2", values)


def _row(workplace: Workplace, entry: Entry) -> dict[str, object]:
    try:
        scenario = workplace.resolved(entry.key).scenario
        return {
            "entry": entry,
            "title": scenario.title,
            "summary": scenario.summary,
            "problems": (),
        }
    except ScenarioError as error:
        return {"entry": entry, "title": entry.key, "summary": "", "problems": error.problems}


@router.post("/scenarios/new")
async def new(request: Request) -> RedirectResponse:
    """Make a scenario from five answers, or copy an example; nothing is overwritten."""
    form = await form_of(request)
    workplace = bench_of(request).workplace
    parent = workplace.parent
    if parent is None:
        raise ModelError("no folder was given to put a scenario in", code="SV986")
    name = form.name("name")
    if form.text("from"):
        copy_example(form.text("from", 60), parent / name)
    else:
        start(parent / name, _answers(form))
    if workplace.own:
        workplace.also(parent / name)
    return RedirectResponse(link(name, "compare"), 303)


def _answers(form: Form) -> Answers:
    return Answers(
        title=form.text("title", 120) or "A border and a promise",
        protege=form.text("protege", 60),
        challenger=form.text("challenger", 60),
        guarantors=tuple(dict.fromkeys(g for g in form.every("guarantors", 60) if g)),
        duty=form.choice("duty", ("consult", "assist")),
    )
