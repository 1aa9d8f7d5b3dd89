"""The application: routes, assets, errors in one shape, the guard around all of it."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from servanda._version import __version__
from servanda.domain.errors import ModelError, ServandaError
from servanda.web import (
    api,
    asking,
    assuming,
    comparing,
    editing,
    figures,
    listing,
    mapping,
    obliging,
    running,
    taking,
    texts,
)
from servanda.web.drafts import Drafts
from servanda.web.guard import Guard
from servanda.web.jobs import Jobs
from servanda.web.refusals import Refusal, body_of, of_error, page_of, wants_page
from servanda.web.visits import Bench
from servanda.web.workplace import Workplace

__all__ = ["ASSETS", "application", "guarded"]

ASSETS = {
    "charts.js": "servanda.report",
    "htmx.min.js": "servanda.web",
    "report.css": "servanda.report",
    "vega-interpreter.min.js": "servanda.report",
    "vega-lite.min.js": "servanda.report",
    "vega.min.js": "servanda.report",
    "workbench.css": "servanda.web",
    "workbench.js": "servanda.web",
}
"""The files that pages load, and the package each ships with."""

ROUTERS = (
    listing.router,
    comparing.router,
    obliging.router,
    mapping.router,
    texts.router,
    asking.router,
    assuming.router,
    running.router,
    editing.router,
    figures.router,
    taking.router,
    api.router,
)


def application(workplace: Workplace, jobs: Jobs) -> FastAPI:
    """Make the application, without its guard.

    Args:
        workplace: the scenarios that can be opened.
        jobs: the runs; they are ended with the application.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        jobs.close()

    app = FastAPI(
        title="servanda workbench",
        version=__version__,
        summary="The functions of the workbench as JSON; every error has one shape.",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
    )
    app.state.bench = Bench(workplace, jobs, Drafts(workplace))
    for router in ROUTERS:
        app.router.routes.extend(router.routes)  # flat, so that each can be counted
    app.add_api_route("/assets/{name}", asset, include_in_schema=False)
    app.add_api_route("/", home, include_in_schema=False)
    app.add_exception_handler(ServandaError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)
    return app


def guarded(app: FastAPI, token: str, hosts: frozenset[str]) -> Guard:
    """Put the guard around an application."""
    return Guard(app, token, hosts)


def home(request: Request) -> RedirectResponse:
    """Lead to the scenario, or to the list where there are several."""
    first = request.app.state.bench.workplace.first()
    return RedirectResponse(f"/s/{first.key}/compare" if first else "/scenarios", 303)


@cache
def _asset(name: str) -> bytes:
    return files(ASSETS[name]).joinpath("assets", name).read_bytes()


def asset(name: str) -> Response:
    """Hand out one of the files listed above, and no other."""
    if name not in ASSETS:
        raise ModelError("there is no such file", code="SV981")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(_asset(name), media_type=kind)


def _answered(request: Request, refusal: Refusal) -> Response:
    if wants_page(request.scope):
        return Response(page_of(refusal), refusal.status, media_type="text/html")
    return Response(body_of(refusal), refusal.status, media_type="application/json")


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServandaError)  # noqa: S101 - registered for this type
    return _answered(request, of_error(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    code = {404: "SV981", 405: "SV988"}.get(error.status_code, "SV983")
    words = {404: "there is nothing at this address", 405: "not for this method"}
    message = words.get(error.status_code, str(error.detail))
    answer = _answered(request, Refusal(error.status_code, code, message))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    details = tuple(
        (".".join(str(step) for step in row["loc"])[:200], str(row["msg"])[:300])
        for row in error.errors()[:50]
    )
    named = "; ".join(f"{place}: {message}" for place, message in details[:3])
    return _answered(request, Refusal(422, "SV983", named, details=details))


async def _unexpected(request: Request, error: Exception) -> Response:
    message = f"a fault of servanda ({type(error).__name__}); please report it"
    return _answered(request, Refusal(500, "SV600", message))
