"""What moves the results: drivers as a tornado."""

from __future__ import annotations

from typing import Any

from servanda.report.charts.alt import drivers_alt
from servanda.report.charts.style import LABEL_LINES, Spec, frame, palette
from servanda.report.words import letters, plain, wrapped
from servanda.study.result import Comparison, Driver

__all__ = ["drivers", "grouped_drivers", "result_title"]

_TOP = 10


def grouped_drivers(comparison: Comparison, top: int = _TOP) -> dict[str, list[Driver]]:
    """Group the drivers by the result they move, the strongest first."""
    groups: dict[str, list[Driver]] = {}
    for driver in comparison.drivers:
        groups.setdefault(driver.on, []).append(driver)
    return {
        on: sorted(found, key=lambda d: -abs(d.correlation))[:top] for on, found in groups.items()
    }


def result_title(comparison: Comparison, on: str) -> str:
    """Name the result that a driver moves: option titles in place of their identifiers."""
    names = letters(comparison)
    text = on.replace(":", ", ")
    for key in sorted(comparison.options, key=len, reverse=True):
        if key in text:
            text = text.replace(key, f"{names[key]} {comparison.options[key].title}", 1)
            break
    return plain(text)


def drivers(comparison: Comparison, theme: str = "light") -> Spec | None:
    """Draw how strongly each assumption moves a result: rank correlation with its interval."""
    groups = grouped_drivers(comparison)
    rows: list[dict[str, Any]] = []
    for group, (on, found) in enumerate(groups.items()):
        for rank, driver in enumerate(found):
            rows.append(
                {
                    "on": wrapped(result_title(comparison, on), 44, 2),
                    "group": group,
                    "label": wrapped(driver.label, 28, 2),
                    "rank": rank,
                    "correlation": driver.correlation,
                    "low": driver.interval[0],
                    "high": driver.interval[1],
                    "direction": "raises it" if driver.correlation >= 0 else "lowers it",
                }
            )
    if not rows:
        return None
    most = max(len(found) for found in groups.values())
    return frame(
        {
            "data": {"values": rows},
            "facet": {
                "field": "on",
                "type": "nominal",
                "sort": {"field": "group", "op": "min"},
                "header": {"title": None, "labelExpr": LABEL_LINES},
            },
            "columns": 2,
            "spacing": {"row": 26, "column": 30},
            "resolve": {"scale": {"y": "independent"}},
            "spec": _tornado(palette(theme), 34 * most),
        },
        comparison,
        title="What moves the result most",
        alt=drivers_alt(groups, lambda on: result_title(comparison, on)),
        kind="drivers",
        theme=theme,
        cell=300,
        labels=190,
        rows=most,
        marks=1,
        panels=len(groups),
    )


def _tornado(colour: dict[str, str], height: int) -> Spec:
    x = {
        "type": "quantitative",
        "scale": {"domain": [-1, 1]},
        "axis": {
            "title": "rank correlation over the draws",
            "values": [-1, -0.5, 0, 0.5, 1],
            "format": ".1f",
        },
    }
    order = ["raises it", "lowers it"]
    return {
        "width": 240,
        "height": height,
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": {"field": "rank", "op": "min"},
                "axis": {
                    "title": None,
                    "labelExpr": LABEL_LINES,
                    "labelLimit": 400,
                    "ticks": False,
                    "domain": False,
                },
            }
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": 13, "opacity": 0.55},
                "encoding": {
                    "x": {"field": "correlation", **x},
                    "color": {
                        "field": "direction",
                        "type": "nominal",
                        "scale": {"domain": order, "range": [colour["one"], colour["two"]]},
                    },
                },
            },
            {
                "mark": {"type": "rule", "strokeWidth": 1.5, "color": colour["ink"]},
                "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "rule", "color": colour["soft"]},
                "encoding": {"x": {"datum": 0, **x}, "y": {"value": 0}, "y2": {"value": "height"}},
            },
        ],
    }
