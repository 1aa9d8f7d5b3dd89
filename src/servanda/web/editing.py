"""Changing a scenario's files by form: the difference first, then saving, then undoing.

Every change is a function from the file's text to its new text, made again from the form when it is
saved. It is saved only where the file is still the one that the difference was shown for.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from servanda.domain.errors import ModelError
from servanda.domain.incident import Incident
from servanda.scenario.parsing import Path
from servanda.scenario.reading import parse
from servanda.scenario.writing import appended, edited
from servanda.web.drafts import Change
from servanda.web.forms import Form, form_of
from servanda.web.incidents import incident_of
from servanda.web.shell import link, page
from servanda.web.visits import Visit, visit

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_FIELDS = {"title": 300, "summary": 3000, "as_of": 40, "horizon_years": 20}
_FORMS: dict[str, tuple[str, ...]] = {
    "fixed": (),
    "lognormal": ("median", "log_sd"),
    "normal": ("mean", "sd"),
    "beta": ("a", "b"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
}
_FILE_LIMIT = 1_000_000


@router.get("/s/{key}/edit")
def edit_page(key: str, request: Request) -> HTMLResponse:
    """Show the scenario's own fields, its files, and what can be undone."""
    seen = visit(key, request)
    file = request.query_params.get("file", "scenario.yaml")[:200]
    files = ["scenario.yaml", *_instruments(seen)]
    if file not in files:
        raise ModelError(f"the scenario has no file {file!r}", code="SV981")
    text = (seen.entry.folder / file).read_text("utf-8")
    values = {
        "v": seen,
        "here": "edit",
        "file": file,
        "files": files,
        "text": text,
        "scenario": seen.resolved.scenario,
        "last": None if seen.example else seen.bench.drafts.last(key),
    }
    return page(request, "edit.html.j2", values)


def _instruments(seen: Visit) -> list[str]:
    found = seen.entry.folder.glob("instruments/*.y*ml")
    return sorted(f"instruments/{path.name}" for path in found)


@router.post("/s/{key}/edit/undo")
async def undo(key: str, request: Request) -> RedirectResponse:
    """Take the last edit back."""
    await form_of(request)
    seen = visit(key, request)
    await run_in_threadpool(seen.bench.drafts.undo, key)
    return RedirectResponse(link(key, "edit", "undone=1"), 303)


@router.post("/s/{key}/edit/{what}")
async def edit(key: str, what: str, request: Request) -> Response:
    """Show the difference that a form makes; save it where the form says so."""
    form = await form_of(request)
    return await run_in_threadpool(partial(_edit, key, what, request, form))


def _edit(key: str, what: str, request: Request, form: Form) -> Response:
    seen = visit(key, request)
    changes = {
        "scenario": _scenario,
        "assumption": _assumption,
        "incident": _incident,
        "file": _file,
    }
    if what not in changes:
        raise ModelError(f"nothing of the name {what[:40]!r} can be edited", code="SV981")
    change = changes[what](seen, form)
    file = form.text("file", 200) or "scenario.yaml"
    if form.text("save") == "yes":
        seen.bench.drafts.save(key, change, form.text("expected", 80), file)
        return RedirectResponse(link(key, "edit", "saved=1"), 303)
    draft = seen.bench.drafts.made(key, change, file)
    values: dict[str, Any] = {
        "v": seen,
        "here": "edit",
        "what": what,
        "draft": draft,
        "lines": draft.lines(),
        "kept": [(k, v) for k, v in form.pairs if k not in ("save", "expected")],
    }
    return page(request, "draft.html.j2", values)


def _scenario(seen: Visit, form: Form) -> Change:
    """Change the fields of the scenario itself that differ from what stands there."""
    now = seen.resolved.scenario
    values = {name: form.text(name, most) for name, most in _FIELDS.items()}
    present = {
        "title": now.title,
        "summary": now.summary,
        "as_of": str(now.as_of),
        "horizon_years": f"{now.horizon_years:g}",
    }

    def change(text: str) -> str:
        for name, value in values.items():
            if value and " ".join(value.split()) != " ".join(present[name].split()):
                text = edited(text, (name,), value, name="scenario.yaml")
        return text

    return change


def _assumption(seen: Visit, form: Form) -> Change:
    """Give an assumption another distribution; one of the library becomes the scenario's own."""
    name = form.text("id", 120)
    usual = seen.resolved.assumptions.get(name)
    if usual is None:
        raise ModelError(f"no assumption {name!r}", code="SV981")
    shape = form.choice("form", tuple(_FORMS))
    fields = _FORMS[shape]
    value: Any = {f: _number(form, f) for f in fields} if fields else _number(form, "value")
    distribution = {shape: value}
    source = form.text("source", 300) or "judgement"

    def change(text: str) -> str:
        place = _place(text, name)
        if place is not None:
            path: Path = ("assumptions", place)
            text = edited(text, (*path, "distribution"), distribution, name="scenario.yaml")
            return edited(text, (*path, "source"), source, name="scenario.yaml")
        item: dict[str, Any] = {"id": name, "label": usual.label, "unit": usual.unit}
        if usual.symbol:
            item["symbol"] = usual.symbol
        item |= {"distribution": distribution}
        if usual.range:
            item["range"] = list(usual.range)
        item |= {"source": source, "verified": False}
        return appended(text, ("assumptions",), item, name="scenario.yaml")

    return change


def _place(text: str, name: str) -> int | None:
    data = parse(text, "scenario.yaml").data
    rows = data.get("assumptions") if isinstance(data, dict) else None
    found = [
        i for i, row in enumerate(rows or ()) if isinstance(row, dict) and row.get("id") == name
    ]
    return found[0] if found else None


def _number(form: Form, field: str) -> float:
    text = form.text(field, 40)
    try:
        number = float(text)
    except ValueError:
        raise ModelError(f"{field}: a number, not {text!r}", code="SV983") from None
    if not -1e15 < number < 1e15:
        raise ModelError(f"{field}: a finite number, not {text!r}", code="SV983")
    return number


def _incident(seen: Visit, form: Form) -> Change:
    """Add the incident of the builder to the scenario's bank."""
    made = incident_of(seen.resolved, form)
    taken = {i.id for i in seen.resolved.scenario.incidents}
    wanted = (
        "".join(c if c.isalnum() else "-" for c in made.title.lower()).strip("-")[:50] or "incident"
    )
    number, name = 2, wanted
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    fresh = Incident(id=name, title=made.title, date=made.date, hypothetical=True, facts=made.facts)
    item = fresh.model_dump(mode="json", exclude_unset=True)
    return partial(_with_item, item=item)


def _with_item(text: str, item: dict[str, Any]) -> str:
    return appended(text, ("incidents",), item, name="scenario.yaml")


def _file(seen: Visit, form: Form) -> Change:
    """Put another text in the place of a whole file."""
    text = form.every("text", _FILE_LIMIT)
    if not text:
        raise ModelError("text: the new text of the file is missing", code="SV983")
    new = text[0].replace("\r\n", "\n")
    return lambda _: new
