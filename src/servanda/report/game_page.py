"""A solved game as one page: opens from disk, loads nothing, follows light, dark and print."""

from __future__ import annotations

import base64

from servanda._version import __version__
from servanda.report.assets import SCRIPTS, STYLE, content_policy, embedded_json, inline
from servanda.report.charts.sweep import SWEEP_CHARTS, series_of
from servanda.report.game_labels import MOST_LEAVES, share_text
from servanda.report.html import environment
from servanda.report.tables import Cell, Table
from servanda.study.solving import Solved
from servanda.study.sweeping import Sweep

__all__ = ["game_page"]

_SAMPLES = 11
_FIGURES = {
    "regions": (
        "Where each sort of equilibrium exists",
        "The ends of a bar are found to a thousandth of a step of the range.",
    ),
    "outcomes": (
        "How the game ends",
        "One panel for each sort of equilibrium; where several exist side by side, the model does "
        "not say which one is played.",
    ),
    "behaviour": (
        "What is played",
        "One panel for each action whose probability is not the same throughout. Of equilibria of "
        "one sort that differ off the path only, one is drawn.",
    ),
}


def game_page(found: Solved) -> str:
    """Write the page of a game solved over a range: tree, regions, outcomes, behaviour.

    Args:
        found: a solved game with a sweep.

    Returns:
        One HTML document.
    """
    sweep = found.sweep
    assert sweep is not None, "a page shows a sweep"  # noqa: S101 - checked by write_chart
    specs = {
        name: spec
        for name, draw in SWEEP_CHARTS.items()
        if (spec := draw(sweep, "page")) is not None
    }
    tables = {"regions": _regions(sweep), "outcomes": _outcomes(sweep), "behaviour": None}
    source = found.game.text.sources if found.game.text else ()
    return (
        environment()
        .get_template("game.html.j2")
        .render(
            title=found.tree.title,
            note=found.tree.note,
            players=found.tree.players,
            concept=sweep.concept,
            precision=found.solution.precision,
            over=sweep.over,
            values=found.values,
            sources=[item.citation for item in source],
            pictures=_pictures(found),
            specs=specs,
            figures=_FIGURES,
            tables=tables,
            opened=None,
            version=__version__,
            policy=content_policy(),
            style=inline(STYLE),
            scripts=[inline(name) for name in SCRIPTS],
            charts=embedded_json(specs),
        )
    )


def _pictures(found: Solved) -> dict[str, str] | None:
    """The tree, once for a wide page and once for a narrow one; None where it is too large."""
    from servanda.report.game_tree import tree_picture

    if found.tree.n_terminals > MOST_LEAVES:
        return None
    drawn = {
        name: tree_picture(found.tree, values=found.values, width=width)
        for name, width in (("wide", 1400), ("narrow", 360))
    }
    return {name: _address(text) for name, text in drawn.items()}


def _address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _regions(sweep: Sweep) -> Table:
    rows = tuple(
        ("", region.name, (Cell(f"{region.low:.4g}"), Cell(f"{region.high:.4g}")))
        for region in sweep.regions
    )
    caption = f"Ranges of {sweep.over.name}, within {sweep.over.low:g} to {sweep.over.high:g}"
    return Table(caption, ("from", "to"), rows)


def _outcomes(sweep: Sweep) -> Table:
    ends = tuple(
        dict.fromkeys(name for point in sweep.points for found in point.outcomes for name in found)
    )
    step = max(1, (len(sweep.points) - 1) // (_SAMPLES - 1))
    rows = tuple(
        (f"{point.value:.4g}", name, tuple(Cell(share_text(shares.get(end, 0.0))) for end in ends))
        for point in sweep.points[::step]
        for name, _, shares in series_of(point)
    )
    return Table(f"Probability of each outcome, by {sweep.over.name}", ends, rows)
