"""Alt text, generated from the same numbers that a chart shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from servanda.report.measures import estimate_of, measure
from servanda.report.switch_words import in_use, turned
from servanda.report.words import headline_text, interval_text, letters, percent
from servanda.study.result import Comparison, Driver

__all__ = ["dots_alt", "drivers_alt", "outlasts_alt", "survival_alt", "switches_alt"]


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
            text = headline_text(value, about.kind)
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


def switches_alt(comparison: Comparison) -> str:
    """Describe the switches: the order in use, and what each setting alone does to it."""
    usual, names = in_use(comparison), letters(comparison)
    first = ", ".join(names.get(key, key) for key in usual.order) if usual else ""
    parts = [f"{item.number} ({item.setting}) {item.says}" for item in turned(comparison)]
    return f"Order in use, most peace years first: {first}. Each switch alone: " + (
        "; ".join(parts) + "."
    )
