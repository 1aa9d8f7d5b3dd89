"""A map of who is bound: guarantors by the kind of their duty, beneficiary, challenger, forces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from servanda.domain.actor import Actor
from servanda.report.charts.style import Spec, framed, palette
from servanda.report.shapes import countries, shape_of

__all__ = ["KINDS", "Bound", "bound_map", "map_rows"]

KINDS = ("protected", "challenger", "bound to help", "bound to talk", "open who", "not bound")

_TONES = dict(zip(KINDS, ("three", "two", "one", "soft", "ink", "paper"), strict=True))
_LOOKS: dict[str, dict[str, Any]] = {
    kind: {"opacity": opacity, "width": width, "dash": dash}
    for kind, opacity, width, dash in (
        ("protected", 0.9, 2.0, [1, 0]),
        ("challenger", 0.85, 2.0, [4, 2]),
        ("bound to help", 0.9, 0.6, [1, 0]),
        ("bound to talk", 0.6, 0.8, [2, 2]),
        ("open who", 0.4, 0.8, [1, 3]),
        ("not bound", 0.9, 0.8, [1, 0]),
    )
}
_OTHERS: dict[str, Any] = {"opacity": 0.7, "width": 0.2, "dash": [1, 0]}


@dataclass(frozen=True)
class Bound:
    """One actor on the map: what it is here, in which words, what forces it would station."""

    actor: Actor
    kind: str
    words: str = ""
    forces: str = ""


def map_rows(bound: Sequence[Bound]) -> list[dict[str, Any]]:
    """Return who is bound as rows, with the outline's name where there is one."""
    return [
        {
            "actor": b.actor.id,
            "name": b.actor.name,
            "kind": b.kind,
            "duty": b.words,
            "forces": b.forces,
            "outline": shape_of(b.actor),
        }
        for b in bound
    ]


def bound_map(bound: Sequence[Bound], title: str, subtitle: str, theme: str = "light") -> Spec:
    """Draw who is bound. The outlines are those of Natural Earth and claim nothing.

    Nothing is told by colour alone: the protected state and the challenger have thick outlines of
    their own dash, and the table beside the map says everything.
    """
    by_shape = {shape: b for b in bound if (shape := shape_of(b.actor)) is not None}
    colour = palette(theme)
    kinds = [kind for kind in KINDS if any(b.kind == kind for b in bound)]
    rows = [
        {
            "type": "Feature",
            "geometry": geometry,
            "kind": by_shape[name].kind if name in by_shape else "others",
            **(_LOOKS[by_shape[name].kind] if name in by_shape else _OTHERS),
        }
        for name, geometry in countries().items()
        if name != "Antarctica"
    ]
    body: Spec = {
        "data": {"values": rows},
        "width": 760,
        "height": 400,
        "projection": _projection([shape for b in bound[:1] if (shape := shape_of(b.actor))]),
        "mark": {"type": "geoshape", "stroke": colour["ink"]},
        "encoding": {
            "fill": {
                "field": "kind",
                "type": "nominal",
                "scale": {
                    "domain": [*kinds, "others"],
                    "range": [*(colour[_TONES[kind]] for kind in kinds), colour["grid"]],
                },
                "legend": {"columns": 3, "values": kinds},
            },
            "fillOpacity": {"field": "opacity", "type": "quantitative", "scale": None},
            "strokeWidth": {"field": "width", "type": "quantitative", "scale": None},
            "strokeDash": {"field": "dash", "type": "nominal", "scale": None},
        },
    }
    alt = "Map. " + "; ".join(
        f"{kind}: {', '.join(b.actor.name for b in bound if b.kind == kind)}" for kind in kinds
    )
    return framed(
        body, title=title, subtitle=subtitle, alt=alt, kind="map", theme=theme, ratio=0.62
    )


def _projection(shapes: Sequence[str]) -> Spec:
    """Turn the globe to the first actor, unless the usual cut through the Pacific shows it well."""
    points = [
        p
        for s in shapes
        for polygon in countries()[s]["coordinates"]
        for ring in polygon
        for p in ring
    ]
    middle = sorted(p[0] for p in points)[len(points) // 2] if points else 10.0
    turn = 10 if -40 <= middle <= 70 else round(middle)
    return {"type": "naturalEarth1", "rotate": [-turn, 0, 0]}
