"""Positions over time as a page, a picture or data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from servanda._version import __version__
from servanda.domain.errors import ModelError
from servanda.evidence.positions import Point
from servanda.report.assets import SCRIPTS, STYLE, content_policy, embedded_json, inline
from servanda.report.charts.stances import stances_chart
from servanda.report.html import environment
from servanda.report.tables import Cell, Table

__all__ = ["positions_page", "write_chart"]


def write_chart(points: Sequence[Point], file: Path, theme: str = "light") -> None:
    """Write the chart of positions; the suffix says as what.

    Args:
        points: the timeline.
        file: ``.html``, ``.svg`` or ``.json``.
        theme: ``light`` or ``dark``, for a picture.

    Raises:
        ModelError: no position to draw, another suffix, or a picture without the package that draws
            it (SV917).
    """
    if not any(p.day for p in points):
        raise ModelError("no dated position to draw: give --published, or more texts.", "SV917")
    suffix = file.suffix.lower()
    if suffix == ".html":
        text = positions_page(points)
    elif suffix == ".json":
        text = json.dumps(stances_chart(points, theme), allow_nan=False) + "\n"
    elif suffix == ".svg":
        try:
            import vl_convert
        except ImportError:
            raise ModelError(
                "a picture needs the extra 'static' (vl-convert); .html does not.", "SV917"
            ) from None
        text = str(vl_convert.vegalite_to_svg(stances_chart(points, theme)))
    else:
        raise ModelError(f"'{file.name}': a chart is .html, .svg or .json.", "SV917")
    file.write_text(text, encoding="utf-8")


def positions_page(points: Sequence[Point]) -> str:
    """Write the page: the chart and the table behind it; loads nothing, sends nothing."""
    specs = {"positions": stances_chart(points, "page")}
    return (
        environment()
        .get_template("positions.html.j2")
        .render(
            specs=specs,
            table=_table(points),
            opened=None,
            version=__version__,
            policy=content_policy(),
            style=inline(STYLE),
            scripts=[inline(name) for name in SCRIPTS],
            charts=embedded_json(specs),
        )
    )


def _table(points: Sequence[Point]) -> Table:
    rows = tuple(
        (
            p.actor,
            p.proposal,
            (
                Cell(p.day),
                Cell(f"{p.position:+.2f}"),
                Cell(f"{p.standard_error:.2f}"),
                Cell(" ".join(p.claims)),
            ),
        )
        for p in points
    )
    return Table(
        caption="Positions and the claims they rest on",
        head=("Actor and proposal", "Day", "Stance", "Standard error", "Claims"),
        rows=rows,
    )
