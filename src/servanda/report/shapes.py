"""Country shapes of Natural Earth (public domain), read from the TopoJSON that ships."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from typing import Any

from servanda.domain.actor import Actor
from servanda.report.assets import read

__all__ = ["SHAPES", "countries", "shape_of"]

SHAPES = "countries-110m.json"
_ALIASES = {
    "Bosnia and Herzegovina": "Bosnia and Herz.",
    "Czech Republic": "Czechia",
    "Democratic Republic of the Congo": "Dem. Rep. Congo",
    "Dominican Republic": "Dominican Rep.",
    "North Macedonia": "Macedonia",
    "United States": "United States of America",
}

Ring = list[list[float]]


@cache
def countries() -> Mapping[str, dict[str, Any]]:
    """Return a GeoJSON geometry by country name, in degrees, rounded to hundredths.

    The outlines show what the data set shows; they say nothing about title to any territory.

    Examples:
        >>> countries()["Italy"]["type"]
        'MultiPolygon'
    """
    data = json.loads(read(SHAPES))
    arcs = _arcs(data)
    found: dict[str, dict[str, Any]] = {}
    for row in data["objects"]["countries"]["geometries"]:
        polygons = row["arcs"] if row["type"] == "MultiPolygon" else [row["arcs"]]
        shape = [[_ring(arcs, ring) for ring in polygon] for polygon in polygons]
        found[row["properties"]["name"]] = {"type": "MultiPolygon", "coordinates": shape}
    return found


def _arcs(data: dict[str, Any]) -> list[Ring]:
    """Undo the quantisation: differences of whole numbers to degrees."""
    (kx, ky), (dx, dy) = data["transform"]["scale"], data["transform"]["translate"]
    made = []
    for arc in data["arcs"]:
        xs = accumulate(point[0] for point in arc)
        ys = accumulate(point[1] for point in arc)
        made.append(
            [[round(x * kx + dx, 2), round(y * ky + dy, 2)] for x, y in zip(xs, ys, strict=True)]
        )
    return made


def _ring(arcs: list[Ring], numbers: list[int]) -> Ring:
    """Join arcs to a ring; a negative number is an arc walked backwards."""
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc if not ring else arc[1:]
    return ring


def shape_of(actor: Actor) -> str | None:
    """Return the name of an actor's outline, or None where the data set has none.

    Examples:
        >>> shape_of(Actor(id="USA", name="United States"))
        'United States of America'
    """
    names = (actor.name, *actor.names)
    known = countries()
    for name in (*names, *(_ALIASES.get(n, "") for n in names)):
        if name in known:
            return name
    return None
