"""What the switches do to the order of the options: one column a setting, one line an option."""

from __future__ import annotations

from typing import Any

from servanda.report.charts.alt import switches_alt
from servanda.report.charts.style import Spec, frame, palette
from servanda.report.switch_words import in_use, turned
from servanda.report.words import letters
from servanda.study.result import Comparison, SwitchEffect

__all__ = ["switches"]

_STEP = 27


def switches(comparison: Comparison, theme: str = "light") -> Spec | None:
    """Draw the place of every option under the settings in use and under each switch alone.

    An option that keeps its place throughout has a grey line, one that changes it a coloured one;
    the letter in the mark tells which option it is.
    """
    rows = _rows(comparison)
    if not rows:
        return None
    colour = palette(theme)
    count = len({row["option"] for row in rows})
    return frame(
        {
            "data": {"values": rows},
            "width": 520,
            "height": _STEP * count,
            "autosize": {"type": "fit-x", "contains": "padding"},
            "encoding": {
                "x": {
                    "field": "column",
                    "type": "nominal",
                    "sort": {"field": "order", "op": "min"},
                    "axis": {
                        "title": "in use, then each switch by its number",
                        "orient": "top",
                        "labelAngle": 0,
                        "grid": True,
                        "ticks": False,
                        "domain": False,
                    },
                },
                "y": {
                    "field": "place",
                    "type": "quantitative",
                    "scale": {"domain": [0.4, count + 0.6], "reverse": True, "nice": False},
                    "axis": {
                        "title": "place by peace years",
                        "grid": False,
                        "values": list(range(1, count + 1)),
                        "format": "d",
                        "ticks": False,
                        "domain": False,
                    },
                },
            },
            "layer": _layers(colour),
        },
        comparison,
        title="What each switch does to the order of the options",
        alt=switches_alt(comparison),
        kind="switches",
        theme=theme,
    )


def _layers(colour: dict[str, str]) -> list[Spec]:
    moved = {
        "field": "moves",
        "type": "nominal",
        "scale": {
            "domain": ["keeps its place", "changes its place"],
            "range": [colour["soft"], colour["two"]],
        },
    }
    line: Spec = {
        "mark": {"type": "line", "strokeWidth": 2, "opacity": 0.7},
        "encoding": {
            "detail": {"field": "option", "type": "nominal"},
            "color": moved,
            "strokeDash": {
                "field": "moves",
                "type": "nominal",
                "scale": {
                    "domain": ["keeps its place", "changes its place"],
                    "range": [[1, 3], [1, 0]],
                },
            },
        },
    }
    point: Spec = {
        "mark": {
            "type": "point", "filled": True, "size": 380, "opacity": 1, "fill": colour["paper"],
        },
        "encoding": {"stroke": moved},
    }  # fmt: skip
    letter: Spec = {
        "mark": {"type": "text", "baseline": "middle", "fontWeight": "bold", "fontSize": 11},
        "encoding": {"text": {"field": "option"}},
    }
    return [line, point, letter]


def _rows(comparison: Comparison) -> list[dict[str, Any]]:
    usual = in_use(comparison)
    others = [item for item in turned(comparison) if item.effect.order]
    if usual is None or not others:
        return []
    columns: list[tuple[str, SwitchEffect]] = [("in use", usual)]
    columns += [(item.number, item.effect) for item in others]
    names = letters(comparison)
    rows = []
    for key, letter in names.items():
        places = [effect.order.index(key) + 1 for _, effect in columns if key in effect.order]
        if len(places) != len(columns):
            continue
        moves = "changes its place" if len(set(places)) > 1 else "keeps its place"
        for order, ((column, _), place) in enumerate(zip(columns, places, strict=True)):
            rows.append(
                {"column": column, "order": order, "option": letter, "place": place, "moves": moves}
            )
    return rows
