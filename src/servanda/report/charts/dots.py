"""Dot-and-interval charts: one row for each option, one mark for each measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from servanda.report.charts.alt import dots_alt
from servanda.report.charts.style import Spec, frame, option_label, palette, split_label
from servanda.report.measures import estimate_of, measure
from servanda.report.words import headline_text, letters
from servanda.study.result import Comparison

__all__ = ["attack_and_escalation", "cost", "honoured", "peace_years"]

_SHAPES = ("circle", "diamond", "square")
_TONES = ("one", "two", "three")


@dataclass(frozen=True)
class _Plan:
    """What one dot chart shows: title, axis, the measures and how far the axis reaches."""

    kind: str
    title: str
    axis: str
    keys: tuple[str, ...]


def peace_years(comparison: Comparison, theme: str = "light") -> Spec | None:
    """Draw peace years given a cessation beside the same times the chance of a cessation."""
    return _dots(
        comparison,
        _Plan(
            "peace_years",
            "Years of peace, given a cessation and times the chance of one",
            f"years of peace within {comparison.horizon_years:g} years",
            ("peace_years", "peace_years_reached"),
        ),
        theme,
    )


def honoured(comparison: Comparison, theme: str = "light") -> Spec | None:
    """Draw three numbers for each option: promised, honoured if tested, deterred."""
    return _dots(
        comparison,
        _Plan(
            "honoured",
            "Promised, honoured if tested, deterred",
            "share or probability",
            ("promised", "honoured_if_tested", "deterred"),
        ),
        theme,
    )


def attack_and_escalation(comparison: Comparison, theme: str = "light") -> Spec | None:
    """Draw the chance within 10 years of an attack and of a wider war."""
    return _dots(
        comparison,
        _Plan(
            "risks",
            "Attack and wider war within 10 years",
            "probability within 10 years",
            ("attack_10y", "escalation_10y"),
        ),
        theme,
    )


def cost(comparison: Comparison, theme: str = "light") -> Spec | None:
    """Draw what the option costs its guarantors in a year."""
    return _dots(
        comparison,
        _Plan(
            "cost",
            "Cost to the guarantors",
            "million US dollars a year",
            ("cost_musd_year",),
        ),
        theme,
    )


def _dots(comparison: Comparison, plan: _Plan, theme: str) -> Spec | None:
    rows = _rows(comparison, plan)
    if not any(row["mean"] is not None for row in rows):
        return None
    colour = palette(theme)
    titles = [measure(key).title for key in plan.keys]
    height = len(comparison.options) * max(20 * len(titles) + 18, 50)
    many = len(titles) > 1
    return frame(
        {
            "data": {"values": rows},
            "width": 520,
            "height": height,
            "autosize": {"type": "fit-x", "contains": "padding"},
            "encoding": _shared(plan, rows, titles, comparison),
            "layer": _layers(colour, titles if many else []),
        },
        comparison,
        title=plan.title,
        alt=dots_alt(comparison, plan.title, plan.keys),
        kind=plan.kind,
        theme=theme,
        rows=len(comparison.options),
        marks=len(titles),
    )


def _rows(comparison: Comparison, plan: _Plan) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for order, (key, letter) in enumerate(letters(comparison).items()):
        option = comparison.options[key]
        for name in plan.keys:
            about = measure(name)
            value = estimate_of(option, name)
            mean = value.mean if value else None
            low = value.p05 if value and mean is not None else None
            high = value.p95 if value and mean is not None else None
            rows.append(
                {
                    "option": option_label(letter, option.title),
                    "order": order,
                    "measure": about.title,
                    "mean": mean,
                    "low": low,
                    "high": high,
                    "end": max(v for v in (high, mean, 0.0) if v is not None),
                    "text": headline_text(value, about.kind),
                }
            )
    return rows


def _shared(
    plan: _Plan, rows: list[dict[str, Any]], titles: list[str], comparison: Comparison
) -> Spec:
    kind = measure(plan.keys[0]).kind
    top = {"share": 1.0, "years": comparison.horizon_years}.get(kind) or max(
        [row["end"] for row in rows] + [1e-9]
    )
    axis: Spec = {"title": plan.axis, "orient": "top", "tickCount": 5}
    if kind == "share":
        axis |= {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}
    elif kind == "money":
        axis |= {"format": ",.0f"}
    shared: Spec = {
        "y": {
            "field": "option",
            "type": "nominal",
            "sort": {"field": "order", "op": "min"},
            "axis": split_label(),
            "scale": {"paddingInner": 0.3, "paddingOuter": 0.15},
        },
        # the room beyond the top is for the number at the end of the interval
        "x": {
            "type": "quantitative",
            "field": "mean",
            "scale": {"domain": [0, top * 1.16], "nice": False},
            "axis": axis,
        },
    }
    if len(titles) > 1:
        shared["yOffset"] = {"field": "measure", "type": "nominal", "sort": titles}
    return shared


def _layers(colour: dict[str, str], titles: list[str]) -> list[Spec]:
    tones = [colour[name] for name in _TONES[: max(1, len(titles))]]
    point: Spec = {"mark": {"type": "point", "filled": True, "size": 85, "opacity": 1}}
    rule: Spec = {
        "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.75},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
    }
    if titles:
        tone = {
            "field": "measure",
            "type": "nominal",
            "scale": {"domain": titles, "range": tones},
            "legend": {"symbolOpacity": 1},
        }
        shape = {
            "field": "measure",
            "type": "nominal",
            "scale": {"domain": titles, "range": list(_SHAPES[: len(titles)])},
            "legend": {"symbolOpacity": 1},
        }
        point["encoding"] = {"color": tone, "shape": shape}
        rule["encoding"] |= {"color": tone}
    else:
        point["mark"] |= {"color": tones[0]}
        rule["mark"] |= {"color": tones[0]}
    number: Spec = {
        "mark": {"type": "text", "align": "left", "dx": 7, "baseline": "middle"},
        "encoding": {"x": {"field": "end", "type": "quantitative"}, "text": {"field": "text"}},
    }
    return [rule, point, number]
