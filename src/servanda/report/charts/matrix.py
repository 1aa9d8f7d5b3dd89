"""Which option keeps peace longer than which: a matrix with the number in every cell."""

from __future__ import annotations

from typing import Any

from servanda.report.charts.alt import outlasts_alt
from servanda.report.charts.style import Spec, frame, option_label, palette, split_label
from servanda.report.words import letters, percent, short
from servanda.study.result import Comparison

__all__ = ["HORIZONS", "outlasts", "outlasts_share"]

HORIZONS = ("5", "10", "20")


def outlasts_share(comparison: Comparison, one: str, other: str, horizon: str) -> float | None:
    """Read the probability that one option keeps peace longer than another by a horizon.

    Ties count half, so the other direction is one minus it; None where it was not computed.
    """
    there = comparison.outlasts.get(f"{one}>{other}")
    if there is not None and horizon in there.by_horizon:
        return there.by_horizon[horizon]
    back = comparison.outlasts.get(f"{other}>{one}")
    if back is not None and horizon in back.by_horizon:
        return 1 - back.by_horizon[horizon]
    return None


def outlasts(comparison: Comparison, theme: str = "light") -> Spec | None:
    """Draw the matrix at 5, 10 and 20 years: the row's chance to outlast the column.

    Blue where the row is likelier to last longer, orange where the column is; the strength of the
    colour and the number say how much.
    """
    rows = _rows(comparison)
    if not rows:
        return None
    colour = palette(theme)
    count = len(comparison.options)
    sort = {"field": "row_order", "op": "min"}
    cell: Spec = {
        "width": 36 * count,
        "height": 34 * count,
        "encoding": {
            "y": {
                "field": "row",
                "type": "nominal",
                "sort": sort,
                "axis": split_label(),
            },
            "x": {
                "field": "column",
                "type": "nominal",
                "sort": {"field": "column_order", "op": "min"},
                "axis": {
                    "title": "than this option",
                    "orient": "top",
                    "labelAngle": 0,
                    "ticks": False,
                    "domain": False,
                },
            },
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": colour["grid"]},
                "encoding": {
                    "color": {
                        "field": "side",
                        "type": "nominal",
                        "scale": {
                            "domain": ["row lasts longer", "even", "column lasts longer"],
                            "range": [colour["one"], colour["grid"], colour["two"]],
                        },
                    },
                    "fillOpacity": {
                        "field": "strength",
                        "type": "quantitative",
                        "scale": {"domain": [0, 1], "range": [0.04, 0.5]},
                        "legend": None,
                    },
                },
            },
            {"mark": {"type": "text", "fontSize": 11}, "encoding": {"text": {"field": "text"}}},
        ],
    }
    return frame(
        {
            "data": {"values": rows},
            "facet": {
                "field": "by",
                "type": "nominal",
                "sort": {"field": "horizon", "op": "min"},
                "header": {"title": None},
            },
            "columns": 1,
            "spec": cell,
        },
        comparison,
        title="Which option keeps peace longer than which",
        alt=outlasts_alt(comparison, outlasts_share),
        kind="outlasts",
        theme=theme,
    )


def _rows(comparison: Comparison) -> list[dict[str, Any]]:
    names = letters(comparison)
    rows: list[dict[str, Any]] = []
    for i, (one, letter) in enumerate(names.items()):
        for j, (other, head) in enumerate(names.items()):
            for horizon in HORIZONS:
                share = outlasts_share(comparison, one, other, horizon) if i != j else None
                if share is None:
                    continue
                rows.append(
                    {
                        "row": option_label(letter, comparison.options[one].title, 36, 2),
                        "row_order": i,
                        "column": head,
                        "column_order": j,
                        "horizon": int(horizon),
                        "by": f"by year {horizon}",
                        "share": share,
                        "side": _side(share),
                        "strength": abs(2 * share - 1),
                        "text": short(percent(share)),
                    }
                )
    return rows


def _side(share: float) -> str:
    if abs(share - 0.5) < 0.005:
        return "even"
    return "row lasts longer" if share > 0.5 else "column lasts longer"
