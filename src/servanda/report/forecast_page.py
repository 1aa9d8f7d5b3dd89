"""A forecast of one issue as one page: opens from disk, loads nothing, follows light and dark."""

from __future__ import annotations

from servanda._version import __version__
from servanda.negotiation import MODELS, IssueForecast
from servanda.negotiation.explain import ASSUMES, CAUTION, exchange_story, rounds_by_number
from servanda.report.assets import SCRIPTS, STYLE, content_policy, embedded_json, inline
from servanda.report.charts.positions import FORECAST_CHARTS
from servanda.report.html import environment
from servanda.report.tables import Cell, Table
from servanda.report.words import number_text, percent
from servanda.study.forecasting import Forecasted

__all__ = ["forecast_page"]

_FIGURES = {
    "map": (
        "Who stands where",
        "Each row is an actor. The area of its mark is its capability, the filling its salience. "
        "The band is the 80% interval of the combined forecast, the rule its mean.",
    ),
    "models": (
        "What the models say",
        "The same table read by every model of the literature. Where they lie far apart the "
        "choice of a model decides, not the evidence.",
    ),
    "rounds": (
        "Round by round",
        "Positions in the challenge model, as the program behind the published numbers computes.",
    ),
}


def forecast_page(found: Forecasted, item: IssueForecast) -> str:
    """Write the page of one issue: map, models, blockers, packages, rounds, trades.

    Args:
        found: the forecast of the whole table.
        item: the issue shown.

    Returns:
        One HTML document.
    """
    from servanda.report.forecast import package_text

    specs = {
        name: spec
        for name, draw in FORECAST_CHARTS.items()
        if (spec := draw(item, "page")) is not None
    }
    traded = found.found.exchanges.get(item.issue.group)
    return (
        environment()
        .get_template("forecast.html.j2")
        .render(
            item=item,
            caution=CAUTION,
            specs=specs,
            figures=_FIGURES,
            tables={"map": _actors(item), "models": _models(item), "rounds": None},
            contest=item.contest,
            packages=[package_text(p) for p in item.contest.packages] if item.contest else [],
            rounds=rounds_by_number(item) if "published-code" in item.models else [],
            trades=exchange_story(traded) if traded else [],
            moves=[m for m in found.moves if m.issue == item.issue.name and m.shift != 0.0],
            percent=percent,
            number=number_text,
            opened=None,
            version=__version__,
            policy=content_policy(),
            style=inline(STYLE),
            scripts=[inline(name) for name in SCRIPTS],
            charts=embedded_json(specs),
        )
    )


def _actors(item: IssueForecast) -> Table:
    issue = item.issue
    rows = tuple(
        (
            "",
            actor,
            (
                Cell(number_text(float(issue.position[k]))),
                Cell(number_text(float(issue.capability[k]))),
                Cell(percent(float(issue.salience[k]))),
                Cell(percent(float(issue.weight[k]))),
            ),
        )
        for k, actor in enumerate(issue.actors)
    )
    return Table("Actors of the issue", ("position", "capability", "salience", "weight"), rows)


def _models(item: IssueForecast) -> Table:
    rows = []
    for name, model in item.models.items():
        low, high = model.interval()
        span = f"{number_text(low)} to {number_text(high)}"
        cells = (Cell(number_text(model.point), span), Cell(MODELS[name]), Cell(ASSUMES[name]))
        rows.append(("", name, cells))
    return Table("Forecasts by model", ("forecast, 80%", "what it is", "assumes that"), tuple(rows))
