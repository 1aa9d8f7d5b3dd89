"""The page Questions: what to ask first, in which words; an answer, before and after."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from servanda.domain.errors import ModelError
from servanda.study.answers import Recorded, record
from servanda.study.questioning import questions
from servanda.study.replies import Reply
from servanda.web.forms import Form, form_of
from servanda.web.shell import link, page
from servanda.web.visits import Visit, visit

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/s/{key}/questions")
def questions_page(key: str, request: Request) -> HTMLResponse:
    """Show the ranked questions, worded for whom they go to."""
    seen = visit(key, request)
    to = request.query_params.get("to", "")[:60] or seen.resolved.scenario.addressee
    found = questions(seen.resolved, to=to or None)
    values = {
        "v": seen,
        "here": "questions",
        "to": to,
        "asked": found.published()["questions"],
        "bank": found.bank,
        "titles": {i.id: i.title for i in found.bank.incidents},
        "addressees": _addressees(seen),
        "today": datetime.now(UTC).date().isoformat(),
        "actors": {k: a.name for k, a in seen.resolved.actors.items()},
    }
    return page(request, "questions.html.j2", values)


def _addressees(seen: Visit) -> dict[str, str]:
    words = dict.fromkeys(name for slot in seen.resolved.slots for name in slot.ask)
    actors = seen.resolved.actors
    return {name: actors[name].name for name in words if name in actors}


@router.post("/s/{key}/questions/answer")
async def answer(key: str, request: Request) -> Response:
    """Show what a reply would change; save it where the form says so."""
    form = await form_of(request)
    return await run_in_threadpool(partial(_answer, key, request, form))


def _answer(key: str, request: Request, form: Form) -> Response:
    seen = visit(key, request)
    reply = Reply(
        slot=form.text("slot", 300),
        instrument=form.text("instrument", 120),
        option=form.text("option", 120) or None,
        text=form.text("text", 1500) or None,
        settles="true" if form.text("settles") else "false",
        by=form.text("by", 60),
        date=form.text("date", 10),
        source=form.text("source", 500) or "-",
    )
    if not seen.example:
        _sourced(reply)
    save = form.text("save") == "yes"
    if save and form.text("expected", 80) != seen.content_hash:
        raise ModelError("the scenario has changed on disk since the preview", code="SV984")
    found = _recorded(seen, reply, dry_run=not save)
    if save:
        return RedirectResponse(link(key, "questions", "saved=1"), 303)
    values: dict[str, Any] = {
        "v": seen,
        "here": "questions",
        "reply": reply,
        "recorded": found,
        "titles": {i.id: i.title for i in seen.resolved.scenario.incidents},
    }
    return page(request, "answer.html.j2", values)


def _sourced(reply: Reply) -> None:
    if not reply.source.startswith(("https://", "http://")):
        raise ModelError("the source of a reply is a web address here", code="SV616")


def _recorded(seen: Visit, reply: Reply, *, dry_run: bool) -> Recorded:
    if not seen.example:
        return record(seen.entry.folder, [reply], dry_run=dry_run)
    import shutil
    import tempfile
    from pathlib import Path

    if not dry_run:
        raise ModelError(
            f"'{seen.key}' ships with servanda and is not written to; copy it first", code="SV618"
        )
    with tempfile.TemporaryDirectory(prefix="servanda-reply-") as place:
        copy = Path(place) / seen.entry.folder.name
        shutil.copytree(seen.entry.folder, copy)
        preview = reply.model_copy(update={"source": "https://example.org/reply"})
        return record(copy, [preview], dry_run=True)
