"""A game over a range of a parameter: where each sort of equilibrium exists, and what is played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from servanda.games.solution import Equilibrium
from servanda.report.charts.style import LABEL_LINES, Spec, framed, palette, split_label
from servanda.report.words import wrapped
from servanda.study.sweeping import Kind, Point, Sweep, called

__all__ = ["SWEEP_CHARTS", "behaviour", "outcomes", "regions", "series_of", "whole"]

# Line i has tone (i + i // 4) % 4 and dash i % 4: sixteen that differ, and dash or number tells
# them apart where colour does not. A number is set on each line as on a map.
_DASHES: tuple[list[int], ...] = ([1, 0], [8, 3], [2, 2], [9, 3, 2, 3])
_TONES = ("one", "two", "three", "ink")
_NUMBERS_A_LINE = 3
_MOST_PANELS = 24
_FLAT = 1e-9


def series_of(
    point: Point, near: Mapping[str, Equilibrium] | None = None
) -> Iterator[tuple[str, Equilibrium, Any]]:
    """Name the equilibria of one value so that each belongs to one line of a chart.

    Those of the same sort that play differently are numbered; of those that differ off the path
    only, one stands for all.

    Args:
        point: one value of the parameter.
        near: the equilibria of a neighbouring value by name: the most similar ones are taken, so
            that a line does not jump between what differs off the path only.
    """
    groups: dict[str, list[tuple[Kind, list[int]]]] = {}
    for index, kind in enumerate(point.kinds):
        before = groups.setdefault(kind.name, [])
        same = next((members for other, members in before if kind.plays_like(other)), None)
        if same is None:
            before.append((kind, [index]))
        else:
            same.append(index)
    for name, alike in groups.items():
        for number, (_, members) in enumerate(alike, start=1):
            called = f"{name} ({number})" if number > 1 else name
            chosen = _nearest(point, members, (near or {}).get(called))
            yield called, point.equilibria[chosen], point.outcomes[chosen]


def _nearest(point: Point, members: list[int], near: Equilibrium | None) -> int:
    if near is None:
        return members[0]
    like = near.behaviour
    return min(members, key=lambda i: float(abs(point.equilibria[i].behaviour - like).sum()))


def _lasting(sweep: Sweep) -> tuple[str, ...]:
    """The sorts that exist on more than single values; a chart shows no others."""
    wide = {region.name for region in sweep.regions if region.high > region.low}
    return tuple(name for name in sweep.names if name in wide) or sweep.names


def _series(sweep: Sweep) -> Iterator[tuple[Point, str, Equilibrium, Any]]:
    lasting = _lasting(sweep)
    # The first value looks to the second, every other one to the value before.
    near = {name: found for point in sweep.points[1:2] for name, found, _ in series_of(point)}
    for point in sweep.points:
        shown = list(series_of(point, near))
        near = {name: found for name, found, _ in shown}
        for name, found, ends in shown:
            if name.removesuffix(")").rsplit(" (", 1)[0] in lasting or name in lasting:
                yield point, name, found, ends


def regions(sweep: Sweep, theme: str = "light") -> Spec | None:
    """Draw where on the range each sort of equilibrium exists, one bar a region.

    What exists at single values alone, where two regions meet, is left to the table.
    """
    if not sweep.regions:
        return None
    colour = palette(theme)
    order = list(_lasting(sweep))
    shown = [region for region in sweep.regions if region.name in order]
    rows = [
        {
            "kind": wrapped(region.name, 34, 2),
            "order": order.index(region.name),
            "low": region.low,
            "high": region.high,
            "text": f"{region.low:.3g} to {region.high:.3g}",
        }
        for region in shown
    ]
    x = _x(sweep)
    parts = "; ".join(f"{row.name} from {row.low:.3g} to {row.high:.3g}" for row in shown)
    return framed(
        {
            "data": {"values": rows},
            "width": 480,
            "height": 42 * len(order) + 12,
            "autosize": {"type": "fit-x", "contains": "padding"},
            "encoding": {
                "y": {
                    "field": "kind",
                    "type": "nominal",
                    "sort": {"field": "order", "op": "min"},
                    "axis": split_label(),
                },
            },
            "layer": [
                {
                    "mark": {"type": "bar", "height": 12, "color": colour["one"], "opacity": 0.6},
                    "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}},
                },
                {
                    "mark": {"type": "point", "shape": "stroke", "angle": 90, "size": 160,
                             "color": colour["one"], "strokeWidth": 2},
                    "encoding": {"x": {"field": "low", **x}},
                },
                {
                    "mark": {"type": "point", "shape": "stroke", "angle": 90, "size": 160,
                             "color": colour["one"], "strokeWidth": 2},
                    "encoding": {"x": {"field": "high", **x}},
                },
            ],
        },
        title="Where each sort of equilibrium exists",
        subtitle=_subtitle(sweep),
        alt=f"Ranges of {sweep.over.name}, in this model: {parts}.",
        kind="regions",
        theme=theme,
        rows=len(order),
        marks=1,
    )  # fmt: skip


def outcomes(sweep: Sweep, theme: str = "light") -> Spec | None:
    """Draw how likely each outcome is, one panel for each sort of equilibrium."""
    rows = [
        {"panel": wrapped(name, 40, 3), "value": point.value, "line": outcome, "share": share}
        for point, name, _, ends in _series(sweep)
        for outcome, share in ends.items()
    ]
    taken = {(row["panel"], row["line"]) for row in rows if row["share"] > _FLAT}
    rows = [row for row in rows if (row["panel"], row["line"]) in taken]
    lines = list(dict.fromkeys(str(row["line"]) for row in rows))
    return _lines(sweep, rows, lines, ("How the game ends", "outcomes"), theme)


def behaviour(sweep: Sweep, theme: str = "light") -> Spec | None:
    """Draw what is played: one panel for each action that is not always played alike."""
    rows: list[dict[str, Any]] = []
    for action, title in _actions(sweep):
        part: list[dict[str, Any]] = [
            {
                "panel": title,
                "value": point.value,
                "line": name,
                "share": float(found.behaviour[action]),
            }
            for point, name, found, _ in _series(sweep)
        ]
        shares = [row["share"] for row in part]
        if part and max(shares) - min(shares) > _FLAT:
            rows += part
    lines = list(dict.fromkeys(str(row["line"]) for row in rows))
    return _lines(sweep, rows, lines, ("What is played", "behaviour"), theme)


def _actions(sweep: Sweep) -> Iterator[tuple[int, str]]:
    """The actions that get a panel: of two, the second tells all."""
    tree = sweep.tree
    for h in range(tree.n_infosets):
        start, count = int(tree.action0[h]), int(tree.actions[h])
        for action in range(start + (count == 2), start + count):
            title = f"{called(tree, h)}: {tree.action_names[action]}"
            yield action, wrapped(title, 36, 2)


def _lines(
    sweep: Sweep,
    rows: list[dict[str, Any]],
    lines: list[str],
    names: tuple[str, str],
    theme: str,
) -> Spec | None:
    if not rows:
        return None
    panels = list(dict.fromkeys(row["panel"] for row in rows))[:_MOST_PANELS]
    kept = [{**row, "order": panels.index(row["panel"])} for row in rows if row["panel"] in panels]
    about = _alt(sweep, kept, names[0])
    labels = _numbered(sweep, kept, lines)
    return framed(
        {
            "data": {"values": kept},
            "facet": {
                "field": "panel",
                "type": "nominal",
                "sort": {"field": "order", "op": "min"},
                "header": {"title": None, "labelExpr": LABEL_LINES},
            },
            "columns": 2,
            "spacing": {"row": 20, "column": 44},
            "spec": _panel(sweep, labels, palette(theme)),
        },
        title=names[0],
        subtitle=_subtitle(sweep),
        alt=about,
        kind=names[1],
        theme=theme,
        cell=230,
        axis=58,
        end=10,
        panels=len(panels),
    )


def _numbered(sweep: Sweep, rows: list[dict[str, Any]], lines: list[str]) -> list[str]:
    """Say in every row which stretch of a line it belongs to, and where its number stands.

    A line ends where its sort does not exist. The numbers of lines that coincide stand side by
    side.

    Returns:
        What the legend calls the lines.
    """
    at = {point.value: place for place, point in enumerate(sweep.points)}
    step = max(len(lines), -(-len(at) // _NUMBERS_A_LINE))
    labels = [wrapped(f"{n}  {line}", 56, 3) for n, line in enumerate(lines, start=1)]
    if len(lines) == 1:
        labels = [wrapped(line, 56, 3) for line in lines]
    for stretch in _stretches(rows, at):
        number = lines.index(stretch[0]["line"])
        marked = [k for k in range(len(stretch)) if (k - number * step // len(lines)) % step == 0]
        for k, row in enumerate(stretch):
            row["line"] = labels[number]
            if len(lines) > 1 and k in (marked or [number % len(stretch)]):
                row["number"] = str(number + 1)
            row["alone"] = len(stretch) == 1 and len(lines) == 1
    return labels


def _stretches(rows: list[dict[str, Any]], at: Mapping[float, int]) -> list[list[dict[str, Any]]]:
    """Cut every line of every panel where a value of the sweep is missing."""
    found: list[list[dict[str, Any]]] = []
    last: dict[tuple[str, str], tuple[int, list[dict[str, Any]]]] = {}
    for row in rows:
        key, place = (row["panel"], row["line"]), at[row["value"]]
        before, stretch = last.get(key, (-2, []))
        if before != place - 1:
            stretch = []
            found.append(stretch)
        stretch.append(row)
        row["stretch"] = len(found) if not stretch[1:] else stretch[0]["stretch"]
        last[key] = (place, stretch)
    return found


def _panel(sweep: Sweep, labels: list[str], colour: Mapping[str, str]) -> Spec:
    style: Spec = {"field": "line", "type": "nominal", "sort": None}
    tones = [colour[_TONES[(i + i // 4) % 4]] for i in range(len(labels))]
    dashes = [_DASHES[i % 4] for i in range(len(labels))]
    legend = {
        "labelExpr": LABEL_LINES,
        "symbolType": "stroke",
        "symbolSize": 500,
        "symbolStrokeWidth": 2.25,
        "symbolOpacity": 1,
        "rowPadding": -2,
    }
    number = {"type": "text", "fontSize": 11, "fontWeight": "bold", "baseline": "middle"}
    halo = {"stroke": colour["paper"], "strokeWidth": 5, "strokeJoin": "round"}
    text = {"text": {"field": "number"}}
    tone = {"color": {**style, "scale": {"domain": labels, "range": tones}, "legend": legend}}
    dash = {**style, "scale": {"domain": labels, "range": dashes}, "legend": legend}
    return {
        "width": 250,
        "height": 130,
        "encoding": {
            "x": {"field": "value", **_x(sweep)},
            "y": {
                "field": "share",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": {
                    "title": "probability",
                    "values": [0, 0.25, 0.5, 0.75, 1],
                    "format": ".2f",
                },
            },
        },
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2.25, "interpolate": "linear"},
                "encoding": {**tone, "strokeDash": dash, "detail": {"field": "stretch"}},
            },
            {
                "transform": [{"filter": "datum.alone"}],
                "mark": {"type": "point", "filled": True, "size": 50},
                "encoding": tone,
            },
            {
                "transform": [{"filter": "isValid(datum.number)"}],
                "mark": {**number, **halo, "color": colour["paper"]},
                "encoding": text,
            },
            {
                "transform": [{"filter": "isValid(datum.number)"}],
                "mark": number,
                "encoding": {**text, **tone},
            },
        ],
    }


def _x(sweep: Sweep) -> Spec:
    return {
        "type": "quantitative",
        "scale": {"domain": [sweep.over.low, sweep.over.high], "nice": False},
        "axis": {"title": sweep.over.name, "grid": False, "tickCount": 5},
    }


def _subtitle(sweep: Sweep) -> str:
    return f"{sweep.tree.title}; in this model"


def _alt(sweep: Sweep, rows: list[dict[str, Any]], title: str) -> str:
    """Say of every line where it starts and ends."""
    ends: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in rows:
        ends.setdefault((row["panel"], row["line"]), []).append((row["value"], row["share"]))
    parts = []
    for (panel, line), points in list(ends.items())[:24]:
        first, last = min(points), max(points)
        where = panel.replace("\n", " ")
        parts.append(
            f"{where}, {line}: {first[1]:.2f} at {first[0]:.3g} and {last[1]:.2f} at {last[0]:.3g}"
        )
    return f"{title} against {sweep.over.name}, in this model. " + "; ".join(parts) + "."


SWEEP_CHARTS = {"regions": regions, "outcomes": outcomes, "behaviour": behaviour}


def whole(sweep: Sweep, theme: str = "light") -> Spec:
    """Put the charts of a sweep under one another, for a file of its own."""
    drawn = [spec for draw in SWEEP_CHARTS.values() if (spec := draw(sweep, theme)) is not None]
    outer = {"$schema", "config", "usermeta", "description", "autosize"}
    parts = [{key: value for key, value in spec.items() if key not in outer} for spec in drawn]
    return {
        "$schema": drawn[0]["$schema"] if drawn else "",
        "description": " ".join(str(spec["description"]) for spec in drawn),
        "vconcat": parts,
        "resolve": {"scale": {"color": "independent", "strokeDash": "independent"}},
        "spacing": 36,
        # what draws the picture may measure texts by another face
        "padding": {"left": 48, "top": 16, "right": 24, "bottom": 16},
        "config": _aligned(drawn[0]["config"]) if drawn else {},
    }


def _aligned(config: Spec) -> Spec:
    """Begin every title where the panels begin, for their labels take different room."""
    return {**config, "title": {**config["title"], "frame": "group"}}
