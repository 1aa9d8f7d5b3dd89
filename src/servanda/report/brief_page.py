"""The brief of two pages: one HTML file that prints on two sheets of A4."""

from __future__ import annotations

from servanda.report.assets import content_policy, inline
from servanda.report.blocks import brief_blocks
from servanda.report.html import environment
from servanda.study.result import Comparison

__all__ = ["brief_page"]


def brief_page(comparison: Comparison) -> str:
    """Write the brief as one HTML document without scripts."""
    return (
        environment()
        .get_template("brief-page.html.j2")
        .render(
            c=comparison,
            blocks=brief_blocks(comparison),
            policy=content_policy(),
            style=inline("report.css"),
        )
    )
