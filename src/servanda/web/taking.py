"""What can be taken along: report, brief, Markdown, DOCX, and all of it as a zip."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from servanda.report.brief_page import brief_page
from servanda.report.bundle import bundle
from servanda.report.html import render
from servanda.report.markdown import markdown
from servanda.report.word import docx
from servanda.study.result import Comparison
from servanda.web.visits import Visit, visit

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _sent(seen: Visit, name: str, kind: str, made: Callable[[Comparison], str | bytes]) -> Response:
    """Make a file of the comparison as it was run; moved assumptions do not enter it."""
    comparison = seen.basis().comparison
    body = made(comparison)
    stem, _, suffix = name.rpartition(".")
    saved = f'attachment; filename="{stem}-{comparison.run.hash[:12]}.{suffix}"'
    return Response(body, media_type=kind, headers={"content-disposition": saved})


@router.get("/s/{key}/report.html")
def report_html(key: str, request: Request) -> Response:
    """Return the report as one HTML file."""
    return _sent(visit(key, request), "report.html", "text/html; charset=utf-8", render)


@router.get("/s/{key}/brief.html")
def brief_html(key: str, request: Request) -> Response:
    """Return the brief of two pages."""
    return _sent(visit(key, request), "brief.html", "text/html; charset=utf-8", brief_page)


@router.get("/s/{key}/report.md")
def report_md(key: str, request: Request) -> Response:
    """Return the report as Markdown."""
    return _sent(visit(key, request), "report.md", "text/markdown; charset=utf-8", markdown)


@router.get("/s/{key}/report.docx")
def report_docx(key: str, request: Request) -> Response:
    """Return the report as DOCX."""
    return _sent(visit(key, request), "report.docx", _DOCX, docx)


@router.get("/s/{key}/bundle.zip")
def bundle_zip(key: str, request: Request) -> Response:
    """Return scenario, results, report, citation and licence as a zip."""
    seen = visit(key, request)
    folder = seen.entry.folder
    return _sent(seen, "bundle.zip", "application/zip", lambda c: bundle(c, folder))
