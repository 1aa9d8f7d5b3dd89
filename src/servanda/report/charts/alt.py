"""Alt text, generated from the same numbers that a chart shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from servanda.report.measures import estimate_of, measure
from servanda.report.words import MINUS, interval_text, letters, percent, value_text, years
from servanda.study.result import Comparison, Driver

__all__ = ["dots_alt", "drivers_alt", "outlasts_alt", "rivals_alt", "survival_alt"]


def _name(comparison: Comparison, key: str) -> str:
    return f"{letters(comparison)[key]} {comparison.options[key].title}"


def survival_alt(comparison: Comparison) -> str:
    """Describe the fans: the median and interval at 10 years, or the last year before it."""
    parts = []
    for key in letters(comparison):
        curve = [row for row in comparison.options[key].survival if row[0] <= 10]
        if curve:
            year, low, mid, high = curve[-1]
            parts.append(
                f"{_name(comparison, key)}: {percent(mid)} at year {year:g} "
                f"({percent(low)} to {percent(high)})"
            )
    return (
        "One panel for each option: probability, in this model, that peace still holds against "
        "years after a cessation; band 90% of draws, line median. " + "; ".join(parts) + "."
    )


def dots_alt(comparison: Comparison, title: str, keys: Sequence[str]) -> str:
    """Describe a dot chart: every mean with its interval."""
    parts = []
    for key in letters(comparison):
        numbers = []
        for name in keys:
            about, value = measure(name), estimate_of(comparison.options[key], name)
            text = value_text(value.mean if value else None, about.kind)
            spread = interval_text(value, about.kind)
            numbers.append(f"{about.title} {text}" + (f" ({spread})" if spread else ""))
        parts.append(f"{_name(comparison, key)}: " + ", ".join(numbers))
    return f"{title}, in this model; dots are means, lines 90% of draws. " + "; ".join(parts) + "."


def outlasts_alt(
    comparison: Comparison, share: Callable[[Comparison, str, str, str], float | None]
) -> str:
    """Describe the matrix: how many others each option is likelier to outlast by year 10."""
    parts = []
    for key in letters(comparison):
        found = [
            share(comparison, key, other, "10") for other in comparison.options if other != key
        ]
        known = [value for value in found if value is not None]
        if known:
            ahead = sum(value > 0.5 for value in known)
            parts.append(f"{_name(comparison, key)} is likelier to outlast {ahead} of {len(known)}")
    return "Matrix of the chance that the row outlasts the column. By year 10: " + (
        "; ".join(parts) + "."
    )


def drivers_alt(groups: Mapping[str, Sequence[Driver]], title: Callable[[str], str]) -> str:
    """Describe the tornado: the three strongest assumptions of each result."""
    parts = [
        f"{title(on)}: "
        + ", ".join(f"{driver.label} ({driver.correlation:+.2f})" for driver in found[:3])
        for on, found in groups.items()
    ]
    return "Rank correlation of assumptions with the results over the draws. " + (
        "; ".join(parts) + "."
    )


def rivals_alt(comparison: Comparison) -> str:
    """Describe the rival models: whether each changes the order, and the largest shift."""
    parts = []
    for effect in comparison.rivals:
        shifts = {
            key: value - shown
            for key, value in effect.peace_years.items()
            if key in comparison.options
            and (shown := comparison.options[key].peace_years.mean) is not None
        }
        word = "changes" if effect.changes_order else "keeps"
        text = f"{effect.label}, {effect.rival_label}: {word} the order of the options"
        if shifts:
            key = max(shifts, key=lambda name: abs(shifts[name]))
            sign = "+" if shifts[key] >= 0 else MINUS
            text += (
                f"; largest shift {_name(comparison, key)} {sign}{years(abs(shifts[key]))} years"
            )
        parts.append(text)
    return "Peace years under each rival model beside the model shown. " + "; ".join(parts) + "."
