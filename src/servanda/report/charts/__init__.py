"""Every chart as a Vega-Lite spec (plain dict), the same for notebook, report and web.

Specs are made here only; words of a scenario enter as data values, never as an expression, a field
name or an address, and no spec loads data from anywhere.
"""

from __future__ import annotations

from servanda.report.charts.dots import attack_and_escalation, cost, honoured, peace_years
from servanda.report.charts.effects import drivers
from servanda.report.charts.matrix import outlasts
from servanda.report.charts.style import Spec
from servanda.report.charts.survival import survival_fans
from servanda.report.charts.switches import switches
from servanda.study.result import Comparison

__all__ = [
    "CHARTS",
    "all_charts",
    "attack_and_escalation",
    "cost",
    "drivers",
    "honoured",
    "outlasts",
    "peace_years",
    "survival_fans",
    "switches",
]

CHARTS = {
    "survival": survival_fans,
    "peace_years": peace_years,
    "honoured": honoured,
    "risks": attack_and_escalation,
    "cost": cost,
    "outlasts": outlasts,
    "drivers": drivers,
    "switches": switches,
}


def all_charts(comparison: Comparison, theme: str = "light") -> dict[str, Spec]:
    """Draw every chart that the comparison has numbers for.

    Args:
        comparison: the result to draw.
        theme: ``light``, ``dark`` or ``page`` (colours as CSS variables).

    Returns:
        Chart name to Vega-Lite spec; a chart without numbers is left out.
    """
    drawn = {name: draw(comparison, theme) for name, draw in CHARTS.items()}
    return {name: spec for name, spec in drawn.items() if spec is not None}
