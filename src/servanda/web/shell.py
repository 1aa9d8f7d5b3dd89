"""The page around everything: templates, navigation, what every page may use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

from servanda._version import __version__
from servanda.report import html
from servanda.web.settings import Settings

__all__ = ["PAGES", "Opener", "Shell", "link", "page", "part"]

PAGES: dict[str, str] = {
    "compare": "Compare",
    "obligations": "Obligations",
    "instrument": "Instrument",
    "questions": "Questions",
    "assumptions": "Assumptions",
    "run": "Run",
    "edit": "Edit",
}
"""The pages of a scenario in the order of the navigation: the end of the address and the title."""


class Shell(Protocol):
    """What the page around a page needs to know."""

    key: str
    title: str
    example: bool
    content_hash: str
    settings: Settings


def link(key: str, name: str, query: str = "") -> str:
    """Write the address of a page of a scenario."""
    return f"/s/{quote(key, safe='')}/{name}" + (f"?{query}" if query else "")


class Opener:
    """Says where a number is explained; the tables of the report link to it."""

    def __init__(self, key: str, query: str) -> None:
        """Keep the scenario's name and the settings."""
        self._start = link(key, "explain", "number=")
        self._end = f"&{query}" if query else ""

    def address(self, number: str) -> str:
        """Return the address of the page that explains a number."""
        return f"{self._start}{quote(number, safe='>.')}{self._end}"


@cache
def environment() -> Environment:
    """Return the template engine: that of the report, with the templates of the workbench."""
    loader = ChoiceLoader(
        [PackageLoader("servanda.web", "templates"), PackageLoader("servanda.report", "templates")]
    )
    made = html.environment().overlay(loader=loader)
    made.filters = {**made.filters, "actor_name": lambda key, names: names.get(key, key)}
    made.globals = {**made.globals, "link": link, "version": __version__, "pages": PAGES}
    return made


def part(template: str, values: Mapping[str, Any]) -> HTMLResponse:
    """Render a piece of a page."""
    return HTMLResponse(environment().get_template(template).render(values))


def page(request: Request, template: str, values: Mapping[str, Any]) -> HTMLResponse:
    """Render a page, or only its main part where a script asks for that."""
    del request
    return part(template, values)
