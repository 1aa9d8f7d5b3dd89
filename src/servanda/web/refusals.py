"""The one shape of an error, as JSON for programs and as a page for people.

``{"error": {"status", "code", "title", "message", "remedy", "problems"}}``, for every route and
every reason, with the codes that ``servanda explain`` explains.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from servanda.domain.codes import catalogue
from servanda.domain.errors import ModelError, ScenarioError, ServandaError, StoreError
from servanda.domain.problem import Problem

__all__ = ["Refusal", "answer", "body_of", "of_error", "page_of"]

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

NOT_FOUND = frozenset({"SV603", "SV609", "SV611", "SV614", "SV701", "SV981"})
CONFLICTS = frozenset({"SV612", "SV984", "SV985", "SV989"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: HTTP status, problem code, message, single problems."""

    status: int
    code: str
    message: str
    problems: tuple[Problem, ...] = ()
    details: tuple[tuple[str, str], ...] = ()

    def published(self) -> dict[str, Any]:
        """Return the JSON shape of every error."""
        known = catalogue().get(self.code)
        return {
            "error": {
                "status": self.status,
                "code": self.code,
                "title": known.title if known else "",
                "message": self.message,
                "remedy": known.remedy if known else None,
                "problems": [p.model_dump(mode="json", exclude_none=True) for p in self.problems],
                **({"details": dict(self.details)} if self.details else {}),
            }
        }


def of_error(error: ServandaError) -> Refusal:
    """Turn an exception of servanda into a refusal."""
    if isinstance(error, ScenarioError):
        first: Sequence[Problem] = error.problems
        message = f"{len(first)} problem{'s' if len(first) != 1 else ''} found"
        return Refusal(422, first[0].code, message, tuple(first))
    code = error.code if isinstance(error, (ModelError, StoreError)) else "SV600"
    status = 404 if code in NOT_FOUND else 409 if code in CONFLICTS else 422
    if isinstance(error, StoreError) and status == 422:
        status = 503
    return Refusal(status, code, str(error))


def body_of(refusal: Refusal) -> bytes:
    """Write a refusal as JSON."""
    return json.dumps(refusal.published(), ensure_ascii=False).encode()


def page_of(refusal: Refusal) -> bytes:
    """Write a refusal as a small page that needs no template."""
    about = refusal.published()["error"]
    problems = "".join(
        f"<li><code>{escape(p.place)}</code> {escape(p.code)} {escape(p.message)}</li>"
        for p in refusal.problems
    )
    listed = f"<ul>{problems}</ul>" if problems else ""
    remedy = f"<p>{escape(about['remedy'])}</p>" if about["remedy"] else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(about['title'] or 'Refused')}</title>"
        '<link rel="stylesheet" href="/assets/report.css">'
        '<link rel="stylesheet" href="/assets/workbench.css"></head><body class="plain"><main>'
        f"<h1>{escape(about['title'] or 'Refused')}</h1><p>{escape(refusal.message)}</p>{listed}"
        f'{remedy}<p class="soft">{escape(refusal.code)}, status {refusal.status}. '
        '<a href="/">To the workbench</a></p></main></body></html>'
    ).encode()


def wants_page(scope: MutableMapping[str, Any]) -> bool:
    """Say whether the client is a browser that shows a page."""
    accept = b",".join(v for k, v in scope["headers"] if k == b"accept").lower()
    fragment = any(k == b"hx-request" for k, _ in scope["headers"])
    return b"text/html" in accept and not fragment and not scope["path"].startswith("/api/")


async def answer(refusal: Refusal, scope: MutableMapping[str, Any], send: Send) -> None:
    """Send a refusal over a bare ASGI connection."""
    page = wants_page(scope)
    body = page_of(refusal) if page else body_of(refusal)
    kind = b"text/html; charset=utf-8" if page else b"application/json"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    if refusal.status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
