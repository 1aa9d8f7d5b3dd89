"""A table as a picture, for figures that have no chart: text in columns, nothing else."""

from __future__ import annotations

from typing import Any

from servanda.report.charts.style import LABEL_LINES, Spec, frame, palette
from servanda.report.tables import Table
from servanda.report.words import wrapped
from servanda.study.result import Comparison

__all__ = ["table_picture"]

_COLUMN, _LINE = 130, 15


def table_picture(table: Table, comparison: Comparison, theme: str = "light") -> Spec:
    """Draw a table as text marks: row headings to the left, column headings on top."""
    rows: list[dict[str, Any]] = []
    for number, (letter, title, cells) in enumerate(table.rows, 1):
        head = wrapped(f"{letter or f'{number}.'}  {title}", 40, 3)
        for column, (name, cell) in enumerate(zip(table.head, cells, strict=True)):
            lines = [wrapped(cell.value, 20, 2), cell.interval]
            rows.append(
                {
                    "head": head,
                    "row": number,
                    "name": wrapped(name, 18, 3) or " ",
                    "column": column,
                    "text": "\n".join(line for line in lines if line),
                }
            )
    label = {"labelExpr": LABEL_LINES, "labelLimit": 400, "ticks": False, "domain": False}
    body: Spec = {
        "data": {"values": rows},
        "width": _COLUMN * len(table.head),
        "height": 3 * _LINE * len(table.rows),
        "mark": {
            "type": "text",
            "lineBreak": "\n",
            "dy": -_LINE / 2,
            "color": palette(theme)["ink"],
            "fontSize": 12,
        },
        "encoding": {
            "y": {
                "field": "head",
                "type": "nominal",
                "sort": {"field": "row", "op": "min"},
                "axis": {"title": None, "labelPadding": 8, **label},
            },
            "x": {
                "field": "name",
                "type": "nominal",
                "sort": {"field": "column", "op": "min"},
                "axis": {"title": None, "orient": "top", "labelAngle": 0, **label},
            },
            "text": {"field": "text"},
        },
    }
    caption = wrapped(table.caption, 90, 2).split("\n")
    return frame(
        body,
        comparison,
        title=" ".join(caption),
        alt=table.caption,
        kind="table",
        theme=theme,
        fixed=True,
    )
