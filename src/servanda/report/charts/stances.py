"""Positions over time: one panel for each proposal, one line for each actor, bars of two errors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from servanda.evidence.positions import Point
from servanda.report.charts.style import Spec, framed, palette

__all__ = ["stances_chart"]

_MOST_PANELS, _MOST_ACTORS = 12, 8
_SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-left",
    "triangle-right",
)
_DASHES: tuple[list[int], ...] = ([1, 0], [8, 3], [2, 2], [9, 3, 2, 3])


def stances_chart(points: Sequence[Point], theme: str = "light") -> Spec:
    """Draw where actors stand over time.

    At most twelve proposals and, for each, the eight actors with most evidence; what is left out is
    said in the description.

    Args:
        points: as `servanda.evidence.positions.timeline` gives them.
        theme: ``light``, ``dark`` or ``page``.
    """
    chosen, left_out = _chosen(points)
    actors = sorted({p.actor for p in chosen})
    colours = palette(theme)
    tones = [colours[n] for n in ("one", "two", "three", "ink")]
    proposals = list(dict.fromkeys(p.proposal for p in chosen))
    more = f" {left_out} lines with less evidence are left out." if left_out else ""
    apart = _apart(chosen, actors)
    body: Spec = {
        "data": {
            "values": [
                {
                    "actor": p.actor,
                    "proposal": p.proposal,
                    "day": p.day,
                    "at": apart[p.actor, p.day],
                    "position": round(p.position, 4),
                    "low": round(max(-1.0, p.position - 2 * p.standard_error), 4),
                    "high": round(min(1.0, p.position + 2 * p.standard_error), 4),
                    "claims": len(p.claims),
                }
                for p in chosen
            ]
        },
        "facet": {"field": "proposal", "type": "nominal", "sort": proposals},
        "columns": 2,
        "spec": {
            "width": 320,
            "height": 180,
            "encoding": {
                "x": {
                    "field": "at",
                    "type": "temporal",
                    "title": None,
                    "axis": {"format": "%d %b", "tickCount": 3, "labelOverlap": True},
                },
                "color": _by_actor(actors, [tones[i % 4] for i in range(len(actors))]),
            },
            "layer": [
                {
                    "mark": {"type": "rule", "opacity": 0.35, "strokeWidth": 3},
                    "encoding": {"y": _scale("low"), "y2": {"field": "high"}},
                },
                {
                    "mark": {"type": "line", "strokeWidth": 1.5},
                    "encoding": {
                        "y": _scale("position"),
                        "strokeDash": _by_actor(
                            actors, [_DASHES[(i // 4 + i) % 4] for i in range(len(actors))]
                        ),
                    },
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 60},
                    "encoding": {
                        "y": _scale("position"),
                        "shape": _by_actor(actors, [_SHAPES[i % 8] for i in range(len(actors))]),
                        "tooltip": [
                            {"field": f}
                            for f in ("actor", "day", "position", "low", "high", "claims")
                        ],
                    },
                },
            ],
        },
    }
    return framed(
        body,
        title="Where actors stand",
        subtitle="Stance from -1 (against) to 1 (for), two standard errors; days set apart",
        alt=f"Stances of {len(actors)} actors on {len(proposals)} proposals over time.{more}",
        kind="positions",
        theme=theme,
        cell=320,
        labels=40,
    )


def _apart(points: Sequence[Point], actors: list[str]) -> dict[tuple[str, str], str]:
    """Set actors a little apart on the same day, so that no mark hides another."""
    days = [datetime.fromisoformat(p.day) for p in points]
    step = max(timedelta(hours=2), (max(days) - min(days)) / 90)
    middle = (len(actors) - 1) / 2
    return {
        (p.actor, p.day): (
            datetime.fromisoformat(p.day) + (actors.index(p.actor) - middle) * step
        ).isoformat(timespec="minutes")
        for p in points
    }


def _scale(field: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": "stance",
        "scale": {"domain": [-1, 1]},
        "axis": {"values": [-1, -0.5, 0, 0.5, 1]},
    }


def _by_actor(actors: list[str], values: list[object]) -> Spec:
    return {"field": "actor", "type": "nominal", "scale": {"domain": actors, "range": values}}


def _chosen(points: Sequence[Point]) -> tuple[list[Point], int]:
    evidence: dict[tuple[str, str], int] = {}
    for point in points:
        key = (point.proposal, point.actor)
        evidence[key] = max(evidence.get(key, 0), len(point.claims))
    of_proposal: dict[str, int] = {}
    for (proposal, _), count in evidence.items():
        of_proposal[proposal] = of_proposal.get(proposal, 0) + count
    proposals = sorted(of_proposal, key=lambda p: (-of_proposal[p], p))[:_MOST_PANELS]
    total: dict[str, int] = {}
    for (proposal, actor), count in evidence.items():
        if proposal in proposals:
            total[actor] = total.get(actor, 0) + count
    actors = set(sorted(total, key=lambda a: (-total[a], a))[:_MOST_ACTORS])
    chosen = [p for p in points if p.proposal in proposals and p.actor in actors]
    kept = {(p.proposal, p.actor) for p in chosen}
    chosen.sort(key=lambda p: (proposals.index(p.proposal), p.actor, p.day))
    return chosen, len(evidence) - len(kept)
