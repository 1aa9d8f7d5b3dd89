"""Stable addresses of every chart and table: .csv, .json, .png, .svg."""

from __future__ import annotations

import json
import threading
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from servanda.domain.errors import ModelError
from servanda.report.figures import FIGURES, csv_text, figure_json, picture
from servanda.web.visits import visit

__all__ = ["SUFFIXES", "drawn", "router"]

router = APIRouter(include_in_schema=False)

SUFFIXES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
}
_drawing = threading.Lock()


@router.get("/s/{key}/figures/{name}")
def figure(key: str, name: str, request: Request) -> Response:
    """Return a figure in the format that its suffix names, with the settings of the address."""
    seen = visit(key, request)
    stem, _, suffix = name.rpartition(".")
    if stem not in FIGURES or suffix not in SUFFIXES:
        known = ", ".join(FIGURES)
        raise ModelError(
            f"no figure {name[:60]!r}; there are {known}, as .csv, .json, .png, .svg", code="SV981"
        )
    comparison = seen.shown()
    about = FIGURES[stem]
    if suffix == "csv":
        body: bytes = csv_text(about.rows(comparison), comparison).encode("utf-8")
    elif suffix == "json":
        made = figure_json(about, comparison) | {"moved": dict(seen.settings.shifts)}
        body = json.dumps(made, ensure_ascii=False, allow_nan=False).encode()
    else:
        body = drawn(picture(about, comparison), suffix, stem)
    run = comparison.run.hash[:12] + ("-moved" if seen.settings.shifts else "")
    saved = f'attachment; filename="{stem}-{run}.{suffix}"'
    return Response(body, media_type=SUFFIXES[suffix], headers={"content-disposition": saved})


def drawn(spec: dict[str, Any] | None, suffix: str, name: str) -> bytes:
    """Draw a spec as SVG or PNG.

    Raises:
        ModelError: there is nothing to draw (SV985), or vl-convert is not installed (SV987).
    """
    if spec is None:
        raise ModelError(f"this comparison has no numbers for {name!r}", code="SV985")
    try:
        import vl_convert
    except ImportError:
        raise ModelError(
            "pictures need vl-convert: pip install 'servanda[static]'", code="SV987"
        ) from None
    # nothing is loaded while drawing: no address is allowed, and no spec of ours has one
    with _drawing:
        if suffix == "svg":
            drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
            return drawn.encode()
        return bytes(vl_convert.vegalite_to_png(spec, scale=2, allowed_base_urls=[]))
