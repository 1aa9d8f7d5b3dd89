"""Survival fans: one small panel for each option, with the reference option behind it."""

from __future__ import annotations

from typing import Any

from servanda.report.charts.alt import survival_alt
from servanda.report.charts.style import LABEL_LINES, Spec, frame, option_label, palette
from servanda.report.words import letters, percent
from servanda.study.result import Comparison

__all__ = ["survival_fans"]


def survival_fans(comparison: Comparison, theme: str = "light") -> Spec | None:
    """Draw the probability that peace still holds, year by year, for each option.

    Band: 90% of the draws; solid line: median; long dashes: mean; dots: median of the reference
    option ("no guarantee"), so that every panel can be read against the same line.

    Returns:
        A Vega-Lite spec, or None where no option has a curve.
    """
    rows = _rows(comparison)
    if not rows:
        return None
    colour = palette(theme)
    return frame(
        {
            "data": {"values": rows},
            "facet": {
                "field": "option",
                "type": "nominal",
                "sort": {"field": "order", "op": "min"},
                "header": {"title": None, "labelExpr": LABEL_LINES},
            },
            "columns": 3,
            "spacing": {"row": 18, "column": 44},
            "spec": {"width": 220, "height": 130, "layer": _layers(colour, comparison)},
        },
        comparison,
        title="Does peace still hold? Survival of peace under each option",
        alt=survival_alt(comparison),
        kind="survival",
        theme=theme,
        cell=200,
        axis=58,
        end=34,
        panels=sum(bool(option.survival) for option in comparison.options.values()),
    )


def _rows(comparison: Comparison) -> list[dict[str, Any]]:
    names = letters(comparison)
    reference = next((o for o in comparison.options.values() if o.reference and o.survival), None)
    behind = {row[0]: row[2] for row in reference.survival} if reference else {}
    rows: list[dict[str, Any]] = []
    for order, (key, letter) in enumerate(names.items()):
        option = comparison.options[key]
        means = dict(option.survival_mean)
        label = option_label(letter, option.title, 30)
        for year, low, mid, high in option.survival:
            last = year == option.survival[-1][0]
            rows.append(
                {
                    "option": label,
                    "order": order,
                    "year": year,
                    "low": low,
                    "mid": mid,
                    "high": high,
                    "mean": means.get(year),
                    "behind": None if option is reference else behind.get(year),
                    "last": percent(mid) if last else None,
                }
            )
    return rows


def _layers(colour: dict[str, str], comparison: Comparison) -> list[Spec]:
    x = {
        "field": "year",
        "type": "quantitative",
        "scale": {"domain": [0, comparison.horizon_years], "nice": False},
        "axis": {"title": "years after the cessation", "grid": False, "tickCount": 5},
    }

    def y(field: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "scale": {"domain": [0, 1]},
            "axis": {"title": "peace holds", "format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]},
        }

    def line(field: str, dash: list[int], width: float, tone: str) -> Spec:
        return {
            "mark": {"type": "line", "color": tone, "strokeWidth": width, "strokeDash": dash},
            "encoding": {"x": x, "y": y(field)},
        }

    return [
        {
            "mark": {"type": "area", "color": colour["one"], "opacity": 0.2},
            "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}},
        },
        line("behind", [1, 3], 1.75, colour["soft"]),
        line("mean", [7, 3], 1.25, colour["one"]),
        line("mid", [1, 0], 2.25, colour["one"]),
        {
            "transform": [{"filter": "isValid(datum.last)"}],
            "mark": {"type": "text", "align": "left", "dx": 4, "fontWeight": "bold"},
            "encoding": {"x": x, "y": y("mid"), "text": {"field": "last"}},
        },
    ]
