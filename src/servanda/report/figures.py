"""Every figure of a comparison by name: its title, its chart, its table, its rows as data.

One registry for the addresses of the workbench and for export; charts and tables are those of the
report. Rows are tidy (one observation each) and carry the run they belong to.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from servanda.report import tables
from servanda.report.charts import CHARTS
from servanda.report.charts.style import Spec
from servanda.report.charts.table_picture import table_picture
from servanda.report.measures import MEASURES, estimate_of
from servanda.report.names import source_names
from servanda.report.switches import switch_years_table
from servanda.report.tables import Table
from servanda.report.words import letters
from servanda.study.result import Comparison

__all__ = ["FIGURES", "GLANCE", "Figure", "csv_text", "figure_json", "guarded_cell", "picture"]

Row = dict[str, Any]

GLANCE = (
    "reached",
    "peace_years",
    "peace_years_reached",
    "attack_10y",
    "honoured_if_tested",
    "deterred",
    "escalation_10y",
    "cost_musd_year",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Figure:
    """One figure: ``chart`` names the chart of `servanda.report.charts`, if there is one."""

    name: str
    title: str
    note: str
    table: Callable[[Comparison], Table | None]
    rows: Callable[[Comparison], list[Row]]
    chart: str | None = None


def _measured(*keys: str, caption: str) -> Callable[[Comparison], Table | None]:
    return lambda comparison: tables.measures_table(comparison, keys, caption)


def _measure_rows(*keys: str) -> Callable[[Comparison], list[Row]]:
    def rows(comparison: Comparison) -> list[Row]:
        found = []
        for option, letter in letters(comparison).items():
            for key in keys:
                value = estimate_of(comparison.options[option], key)
                found.append(
                    {
                        "letter": letter,
                        "option": option,
                        "title": comparison.options[option].title,
                        "measure": key,
                        "mean": value.mean if value else None,
                        "p05": value.p05 if value else None,
                        "p50": value.p50 if value else None,
                        "p95": value.p95 if value else None,
                        "unit": (value.unit if value else None) or MEASURES[key].unit,
                        "reason": value.reason if value else "this option does not carry it",
                    }
                )
        return found

    return rows


def _survival_rows(comparison: Comparison) -> list[Row]:
    found = []
    for option, letter in letters(comparison).items():
        means = dict(comparison.options[option].survival_mean)
        for year, low, middle, high in comparison.options[option].survival:
            found.append(
                {
                    "letter": letter,
                    "option": option,
                    "title": comparison.options[option].title,
                    "year": year,
                    "p05": low,
                    "p50": middle,
                    "p95": high,
                    "mean": means.get(year),
                }
            )
    return found


def _outlasts_rows(comparison: Comparison) -> list[Row]:
    found = []
    for pair, result in comparison.outlasts.items():
        first, _, second = pair.partition(">")
        for horizon, share in result.by_horizon.items():
            found.append(
                {
                    "option": first,
                    "than": second,
                    "by_year": int(horizon),
                    "probability": share,
                    "ties": result.ties.get(horizon),
                    "mean_difference_years": result.mean_difference.get(horizon),
                }
            )
    return found


def _driver_rows(comparison: Comparison) -> list[Row]:
    return [
        {
            "on": d.on,
            "assumption": d.assumption,
            "label": d.label,
            "rank_correlation": d.correlation,
            "low": d.interval[0],
            "high": d.interval[1],
        }
        for d in comparison.drivers
    ]


def _ledger_table(comparison: Comparison) -> Table | None:
    names = source_names(comparison)
    rows = tuple(
        (
            "",
            row.label,
            (
                tables.Cell(f"{row.p50:.4g}", f"{row.p05:.4g} to {row.p95:.4g}"),
                tables.Cell(row.unit),
                tables.Cell(names.get(row.source, row.source)[:60]),
                tables.Cell("" if row.verified else "unverified"),
            ),
        )
        for row in comparison.ledger
    )
    if not rows:
        return None
    return Table("Assumptions as used", ("median and 90%", "unit", "source", ""), rows)


def _ledger_rows(comparison: Comparison) -> list[Row]:
    return [row.model_dump(mode="json") for row in comparison.ledger]


def _question_table(comparison: Comparison) -> Table | None:
    rows = tuple(
        ("", q.ask, (tables.Cell("not computed" if q.value is None else f"{q.value:g}"),))
        for q in comparison.questions
    )
    return (
        Table("Questions in the order of what an answer changes", ("worth",), rows)
        if rows
        else None
    )


def _question_rows(comparison: Comparison) -> list[Row]:
    return [q.model_dump(mode="json") for q in comparison.questions]


def _switch_rows(comparison: Comparison) -> list[Row]:
    return [
        {
            "switch": s.switch,
            "setting": s.setting,
            "in_use": s.in_use,
            "option": option,
            "peace_years": years,
            "changes_order": s.changes_order,
        }
        for s in comparison.switches
        for option, years in s.peace_years.items()
    ]


_ALL = (
    Figure(
        "glance",
        "Every option side by side",
        "Mean over the draws, and 90% of the draws below it.",
        _measured(*GLANCE, caption="Every option side by side: mean, and 90% of the draws"),
        _measure_rows(*GLANCE),
    ),
    Figure(
        "survival",
        "Does peace still hold?",
        "Band: 90% of draws. Solid: median. Dashed: mean. Dotted: median of the reference option.",
        tables.survival_table,
        _survival_rows,
        "survival",
    ),
    Figure(
        "peace_years",
        "Years of peace",
        "Given a cessation, and times the chance of one. Dot: mean; line: 90% of the draws.",
        _measured("peace_years", "peace_years_reached", caption="Years of peace"),
        _measure_rows("peace_years", "peace_years_reached"),
        "peace_years",
    ),
    Figure(
        "honoured",
        "Promised, honoured, deterred",
        "Three different numbers.",
        _measured("promised", "honoured_if_tested", "deterred", caption="Three different numbers"),
        _measure_rows("promised", "honoured_if_tested", "deterred"),
        "honoured",
    ),
    Figure(
        "risks",
        "Attack and wider war",
        "Within 10 years of a cessation.",
        _measured(
            "attack_10y", "before_entry_10y", "escalation_10y", caption="Risks within 10 years"
        ),
        _measure_rows("attack_10y", "before_entry_10y", "escalation_10y"),
        "risks",
    ),
    Figure(
        "cost",
        "Cost to the guarantors",
        "Forces and the expected cost of acting.",
        _measured("cost_musd_year", caption="Cost to the guarantors in a year"),
        _measure_rows("cost_musd_year"),
        "cost",
    ),
    Figure(
        "outlasts",
        "Which option keeps peace longer than which",
        "Given a cessation under both; ties count half.",
        lambda comparison: tables.matrix_table(comparison, "10"),
        _outlasts_rows,
        "outlasts",
    ),
    Figure(
        "drivers",
        "What moves the results",
        "Rank correlation of each assumption over the draws.",
        tables.drivers_table,
        _driver_rows,
        "drivers",
    ),
    Figure(
        "switches",
        "What each switch changes",
        "Each turned alone.",
        lambda comparison: switch_years_table(comparison) if comparison.switches else None,
        _switch_rows,
        "switches",
    ),
    Figure("ledger", "Assumptions and their sources", "", _ledger_table, _ledger_rows),
    Figure("questions", "The first questions to ask", "", _question_table, _question_rows),
)

FIGURES: dict[str, Figure] = {figure.name: figure for figure in _ALL}


def guarded_cell(value: Any) -> Any:
    """Return a cell for CSV; text that a spreadsheet would run as a formula gets a quote before it.

    Examples:
        >>> guarded_cell("=1+1"), guarded_cell("Kyiv"), guarded_cell(-0.5)
        ("'=1+1", 'Kyiv', -0.5)
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return "'" + value
    if isinstance(value, (list, tuple)):
        return guarded_cell("; ".join(str(item) for item in value))
    return value


def csv_text(rows: list[Row], comparison: Comparison) -> str:
    """Write rows as CSV; the last columns name the run, so that a file can be traced back."""
    run = comparison.run
    record = {"run": run.hash[:16], "as_of": run.as_of, "version": run.version}
    heads = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*heads, *record])
    for row in rows:
        writer.writerow([guarded_cell(row.get(key)) for key in heads] + list(record.values()))
    return out.getvalue()


def figure_json(figure: Figure, comparison: Comparison) -> dict[str, Any]:
    """Return a figure's rows with its title, its words and the record of the run."""
    spec = picture(figure, comparison)
    return {
        "figure": figure.name,
        "title": figure.title,
        "note": figure.note,
        "alt": (spec or {}).get("description"),
        "rows": figure.rows(comparison),
        "run": comparison.run.model_dump(mode="json", exclude={"folder"}),
    }


def picture(figure: Figure, comparison: Comparison, theme: str = "light") -> Spec | None:
    """Return the Vega-Lite spec of a figure: its chart, or its table drawn as text."""
    if figure.chart is not None:
        return CHARTS[figure.chart](comparison, theme)
    table = figure.table(comparison)
    return None if table is None else table_picture(table, comparison, theme)
