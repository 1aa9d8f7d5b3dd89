"""A comparison as a document for word processors (DOCX), by python-docx."""

from __future__ import annotations

import io
from typing import Any

from servanda.domain.errors import ModelError
from servanda.report.blocks import Block, full_blocks
from servanda.report.tables import Table
from servanda.study.result import Comparison

__all__ = ["docx"]


def docx(comparison: Comparison) -> bytes:
    """Write the whole report as DOCX.

    Raises:
        ModelError: python-docx is not installed (SV987).
    """
    try:
        from docx import Document
    except ImportError:
        raise ModelError(
            "documents need python-docx: pip install 'servanda[export]'", code="SV987"
        ) from None
    document = Document()
    document.core_properties.title = _plain(comparison.title)[:250]
    document.core_properties.author = "servanda"
    for block in full_blocks(comparison):
        _write(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(document: Any, block: Block) -> None:
    if block.kind in ("title", "heading"):
        document.add_heading(_plain(block.text), level=0 if block.kind == "title" else 1)
    elif block.kind == "list":
        for item in block.items:
            document.add_paragraph(_plain(item), style="List Bullet")
    elif block.table is not None:
        _table(document, block.table)
    else:
        for line in block.text.splitlines():
            document.add_paragraph(_plain(line))


def _table(document: Any, table: Table) -> None:
    document.add_paragraph(_plain(table.caption), style="Caption")
    made = document.add_table(rows=1, cols=1 + len(table.head), style="Light Grid Accent 1")
    for cell, head in zip(made.rows[0].cells[1:], table.head, strict=True):
        cell.text = _plain(head)
    for mark, title, cells in table.rows:
        row = made.add_row().cells
        row[0].text = _plain(f"{mark} {title}".strip())
        for place, cell in zip(row[1:], cells, strict=True):
            place.text = _plain(f"{cell.value}\n{cell.interval}".strip())


def _plain(text: str) -> str:
    """Drop characters that XML cannot hold."""
    return "".join(
        c
        for c in text
        if c in "\t\n"
        or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) not in (0xFFFE, 0xFFFF))
    )
