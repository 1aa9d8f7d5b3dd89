"""A comparison as Markdown: the same words and tables as the report, for other documents."""

from __future__ import annotations

import re

from servanda.report.blocks import Block, full_blocks
from servanda.report.tables import Table, cell_text
from servanda.study.result import Comparison

__all__ = ["markdown"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~!&])")


def markdown(comparison: Comparison) -> str:
    """Write the whole report as Markdown; text of the scenario is escaped."""
    return "\n\n".join(_block(block) for block in full_blocks(comparison)) + "\n"


def _block(block: Block) -> str:
    text = _safe(block.text)
    if block.kind == "title":
        return f"# {text}"
    if block.kind == "heading":
        return f"## {text}"
    if block.kind == "list":
        return "\n".join(f"- {_safe(item)}" for item in block.items)
    if block.kind == "code":
        return "\n".join(f"    {line}" for line in block.text.splitlines())
    return _table(block.table) if block.table is not None else text


def _table(table: Table) -> str:
    rows = [
        ["", *table.head],
        *([f"{mark} {title}".strip(), *map(cell_text, cells)] for mark, title, cells in table.rows),
    ]
    lines = ["| " + " | ".join(_safe(cell) for cell in row) + " |" for row in rows]
    rule = "| --- " * len(rows[0]) + "|"
    return "\n".join([f"*{_safe(table.caption)}*", "", lines[0], rule, *lines[1:]])


def _safe(text: str) -> str:
    """Escape what Markdown or HTML would read; a line break would end a row."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
