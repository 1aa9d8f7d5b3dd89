"""Charts of a forecast: who stands where, what the models say, how positions move by the round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from servanda.negotiation import MODELS, IssueForecast
from servanda.report.charts.style import Spec, framed, palette, split_label
from servanda.report.words import number_text, percent, plural, wrapped

__all__ = ["FORECAST_CHARTS", "model_chart", "position_map", "rounds_chart"]

_MOST = 40
_DASHES: tuple[list[int], ...] = ([1, 0], [8, 3], [2, 2], [9, 3, 2, 3])
_TONES = ("one", "two", "three", "ink")


def position_map(found: IssueForecast, theme: str = "light") -> Spec:
    """Draw every actor at its position: area is capability, filling is salience.

    The weightiest forty are shown. A band is the 80% interval of the combined forecast, a rule its
    mean.
    """
    issue = found.issue
    order = np.argsort(-issue.weight, kind="stable")[:_MOST]
    share = issue.capability / max(float(issue.capability.sum()), 1e-300)
    rows: list[dict[str, Any]] = [
        {
            "actor": wrapped(issue.actors[k], 28, 2),
            "position": float(issue.position[k]),
            "capability": float(share[k]),
            "salience": float(issue.salience[k]),
            "text": f"power {percent(float(share[k]))}, "
            f"salience {percent(float(issue.salience[k]))}",
        }
        for k in sorted(order, key=lambda k: (issue.position[k], -issue.weight[k]))
    ]
    colour = palette(theme)
    low, high = _ends(found)
    x: Spec = {
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False},
        "axis": {"title": "position", "orient": "top", "tickCount": 5},
    }
    layers: list[Spec] = _forecast_marks(found, colour, x)
    mark: Spec = {"type": "point", "filled": True, "color": colour["one"], "stroke": colour["one"]}
    layers += [
        {
            "mark": mark,
            "encoding": {
                "x": {"field": "position", **x},
                "size": {
                    "field": "capability",
                    "type": "quantitative",
                    "scale": {"domain": [0, float(share.max()) or 1.0], "range": [12, 420]},
                    "legend": None,
                },
                "fillOpacity": {
                    "field": "salience",
                    "type": "quantitative",
                    "scale": {"domain": [0, 1], "range": [0.08, 0.9]},
                    "legend": None,
                },
            },
        },
        {
            "mark": {"type": "text", "align": "left", "baseline": "middle", "fontSize": 11},
            "encoding": {
                "x": {"datum": high + 0.03 * (high - low), **x},
                "text": {"field": "text"},
            },
        },
    ]
    told = "; ".join(
        f"{r['actor']} at {number_text(r['position'])}, {r['text']}".replace("\n", " ")
        for r in rows
    )
    hidden = len(issue.actors) - len(rows)
    more = f" {plural(hidden, 'lighter actor')} not shown." if hidden else ""
    return framed(
        {
            "data": {"values": rows},
            "width": 460,
            "height": max(60, 24 * len(rows)),
            "encoding": {
                "y": {
                    "field": "actor",
                    "type": "nominal",
                    "sort": [r["actor"] for r in rows],
                    "axis": split_label(),
                }
            },
            "layer": layers,
        },
        title=f"{issue.name}: who stands where",
        subtitle="Area: capability. Filling: salience. Band and rule: combined forecast, in this "
        "model." + more,
        alt=f"Actors by position, lowest first. {told}.{more}",
        kind="position-map",
        theme=theme,
        rows=len(rows),
        marks=1,
    )


def _ends(found: IssueForecast) -> tuple[float, float]:
    """The range of positions, with a little room."""
    low, high = found.issue.low, found.issue.high
    room = 0.04 * (high - low) or 1.0
    return low - room, high + room


def _forecast_marks(found: IssueForecast, colour: dict[str, str], x: Spec) -> list[Spec]:
    combined = found.models.get("combined")
    if combined is None:
        return []
    first, last = combined.interval()
    y: Spec = {"value": 0}
    return [
        {
            "data": {"values": [{"low": first, "high": last}]},
            "mark": {"type": "rect", "color": colour["two"], "opacity": 0.13},
            "encoding": {
                "x": {"field": "low", **x},
                "x2": {"field": "high"},
                "y": y,
                "y2": {"value": "height"},
            },
        },
        {
            "data": {"values": [{"mean": combined.point}]},
            "mark": {"type": "rule", "color": colour["two"], "strokeWidth": 2},
            "encoding": {"x": {"field": "mean", **x}, "y": y, "y2": {"value": "height"}},
        },
    ]


def model_chart(found: IssueForecast, theme: str = "light") -> Spec | None:
    """Draw what each model says: its point and its 80% interval."""
    colour = palette(theme)
    rows: list[dict[str, Any]] = []
    for name, model in found.models.items():
        first, last = model.interval()
        rows.append(
            {
                "model": name,
                "low": first,
                "high": last,
                "point": model.point,
                "text": number_text(model.point),
            }
        )
    if not rows:
        return None
    low, high = _ends(found)
    x: Spec = {
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False},
        "axis": {"title": "outcome", "orient": "top", "tickCount": 5},
    }
    told = "; ".join(
        f"{MODELS[r['model']]} {r['text']} ({number_text(r['low'])} to {number_text(r['high'])})"
        for r in rows
    )
    return framed(
        {
            "data": {"values": rows},
            "width": 460,
            "height": 24 * len(rows),
            "encoding": {
                "y": {
                    "field": "model",
                    "type": "nominal",
                    "sort": [r["model"] for r in rows],
                    "axis": split_label(),
                }
            },
            "layer": [
                {
                    "mark": {"type": "rule", "strokeWidth": 2, "color": colour["one"],
                             "opacity": 0.6},
                    "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}},
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 70, "color": colour["one"],
                             "opacity": 1},
                    "encoding": {"x": {"field": "point", **x}},
                },
                {
                    "mark": {"type": "text", "align": "left", "baseline": "middle", "fontSize": 11},
                    "encoding": {
                        "x": {"datum": high + 0.03 * (high - low), **x},
                        "text": {"field": "text"},
                    },
                },
            ],
        },
        title=f"{found.issue.name}: what the models say",
        subtitle="Point: the model's forecast. Bar: 80% interval. Each so in its model.",
        alt=f"Forecast and 80% interval by model. {told}.",
        kind="forecast-models",
        theme=theme,
        rows=len(rows),
        marks=1,
    )  # fmt: skip


def rounds_chart(
    found: IssueForecast, theme: str = "light", reading: str = "published-code"
) -> Spec | None:
    """Draw the positions of each round of a challenge model; those who never move are thin.

    None where the model was not asked for or plays no round.
    """
    model = found.models.get(reading)
    told = [] if model is None else list(model.detail["rounds"])  # type: ignore[call-overload]
    if len(told) < 2:
        return None
    colour = palette(theme)
    actors = list(told[0]["positions"])
    moving = [a for a in actors if len({row["positions"][a] for row in told}) > 1]
    shown = sorted(moving, key=lambda a: -found.issue.weight[found.issue.place(a)])[:_MOST]
    rows = [
        {"round": row["round"], "actor": a, "position": row["positions"][a]}
        for row in told
        for a in actors
        if a in shown
    ]
    still = sorted({(told[0]["positions"][a]) for a in actors if a not in moving})
    middle = [{"round": row["round"], "actor": "median", "position": row["median"]} for row in told]
    low, high = _ends(found)
    y: Spec = {
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False},
        "axis": {"title": "position", "tickCount": 5},
    }
    x: Spec = {
        "field": "round",
        "type": "quantitative",
        "axis": {"title": "round", "tickMinStep": 1, "format": "d", "grid": False},
    }
    names = {"field": "actor", "type": "nominal"}
    scale_tone = {"domain": shown, "range": [colour[_TONES[k % 4]] for k in range(len(shown))]}
    scale_dash = {"domain": shown, "range": [_DASHES[(k + k // 4) % 4] for k in range(len(shown))]}
    ends = _last_labels(told, shown)
    layers: list[Spec] = [
        {
            "data": {"values": [{"position": p} for p in still]},
            "mark": {"type": "rule", "color": colour["grid"], "strokeWidth": 1},
            "encoding": {"y": {"field": "position", **y}},
        },
        {
            "data": {"values": middle},
            "mark": {"type": "line", "color": colour["soft"], "strokeWidth": 5, "opacity": 0.35},
            "encoding": {"x": x, "y": {"field": "position", **y}},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "line", "point": {"size": 30}, "strokeWidth": 2},
            "encoding": {
                "x": x,
                "y": {"field": "position", **y},
                "color": {**names, "scale": scale_tone, "legend": None},
                "strokeDash": {**names, "scale": scale_dash, "legend": None},
            },
        },
        {
            "data": {"values": ends},
            "mark": {"type": "text", "align": "left", "dx": 8, "baseline": "middle",
                     "color": colour["ink"]},
            "encoding": {"x": x, "y": {"field": "position", **y}, "text": {"field": "actor"}},
        },
    ]  # fmt: skip
    words = "; ".join(
        f"round {row['round']}: median {number_text(row['median'])}, "
        f"mean {number_text(row['mean'])}"
        for row in told
    )
    return framed(
        {"width": 460, "height": 300, "layer": layers},
        title=f"{found.issue.name}: positions by the round",
        subtitle=f"{MODELS[reading]}. Broad line: weighted median. Thin rules: those who stay.",
        alt=f"Positions of {plural(len(shown), 'actor')} that move, by round. {words}.",
        kind="forecast-rounds",
        theme=theme,
        rows=1,
        marks=len(shown),
    )


def _last_labels(told: list[dict[str, Any]], shown: list[str]) -> list[dict[str, Any]]:
    """Names at the end of the lines; those that end at one place share a label."""
    last = told[-1]
    places: dict[float, list[str]] = {}
    for actor in shown:
        places.setdefault(round(last["positions"][actor], 9), []).append(actor)
    return [
        {
            "round": last["round"],
            "position": place,
            "actor": ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else ""),
        }
        for place, names in places.items()
    ]


#: Every chart of a forecast by name; one without numbers is None.
FORECAST_CHARTS: dict[str, Callable[..., Spec | None]] = {
    "map": position_map,
    "models": model_chart,
    "rounds": rounds_chart,
}
