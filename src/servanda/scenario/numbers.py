"""Whether a number can be what it is said to be: ranges, signs, forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from servanda.domain.assumption import Assumption, Distribution
from servanda.domain.scenario import Scenario
from servanda.scenario.parsing import Path

__all__ = ["Remark", "centre", "number_remarks", "role_remarks", "support"]

# A remark is what a check says before it has a place in a text: code, message, path.
Remark = tuple[str, str, Path]

_INF = float("inf")


def support(distribution: Distribution) -> tuple[float, float]:
    """Return the lowest and highest value that the distribution can take.

    Examples:
        >>> support(Distribution(uniform={"low": -1, "high": 2}))
        (-1.0, 2.0)
    """
    if distribution.fixed is not None:
        return distribution.fixed, distribution.fixed
    if distribution.normal is not None:
        mean, sd = distribution.normal.mean, distribution.normal.sd
        return (-_INF, _INF) if sd > 0 else (mean, mean)
    if distribution.uniform is not None:
        return distribution.uniform.low, distribution.uniform.high
    if distribution.triangular is not None:
        return distribution.triangular.low, distribution.triangular.high
    return (0.0, 1.0) if distribution.beta is not None else (0.0, _INF)


def centre(distribution: Distribution) -> float:
    """Return a central value: the fixed value, median, mean or mode of the form used."""
    if distribution.fixed is not None:
        return distribution.fixed
    if distribution.lognormal is not None:
        return distribution.lognormal.median
    if distribution.normal is not None:
        return distribution.normal.mean
    if distribution.triangular is not None:
        return distribution.triangular.mode
    if distribution.beta is not None:
        return distribution.beta.a / (distribution.beta.a + distribution.beta.b)
    low, high = support(distribution)
    return (low + high) / 2


def _forms(item: Assumption) -> Iterator[tuple[Path, Distribution]]:
    if item.distribution is not None:
        yield ("distribution",), item.distribution
    for name, rival in item.rivals.items():
        yield ("rivals", name, "distribution"), rival.distribution


def number_remarks(item: Assumption) -> Iterator[Remark]:
    """Say where a distribution lies outside the range given for it (SV402)."""
    if item.range is None:
        return
    low, high = item.range
    for path, form in _forms(item):
        middle = centre(form)
        bounds = support(form) if form.uniform or form.triangular else (middle, middle)
        for value in dict.fromkeys((middle, *bounds)):
            if not low <= value <= high:
                text = f"{value:g} lies outside the range {low:g} to {high:g} of '{item.id}'"
                yield "SV402", text, (*path, form.form)
                break


def role_remarks(
    scenario: Scenario, lookup: Callable[[str], Assumption | None]
) -> Iterator[tuple[str, str, Path, str]]:
    """Say where a quantity that cannot be negative may be (SV403 capability, SV407 the others).

    Yields:
        code, message, the path of the name in the scenario, and the assumption's identifier.
    """
    for path, name, role in _roles(scenario):
        item = lookup(name)
        if item is None:
            continue
        low = min(support(form)[0] for _, form in _forms(item))
        if low < 0:
            code = "SV403" if role == "capability" else "SV407"
            reach = "below zero without limit" if low == -_INF else f"down to {low:g}"
            yield code, f"'{name}' is used as {role} but reaches {reach}", path, name


def _roles(scenario: Scenario) -> Iterator[tuple[Path, str, str]]:
    """Yield every use of an assumption as a quantity that cannot be negative."""
    fields = {
        "guarantors": ("capability", "reinforcement_hours", "response_ceiling", "gdp_musd"),
        "deployments": ("troops", "unit_cost"),
        "incidents": ("size",),
    }
    for key, names in fields.items():
        for i, item in enumerate(getattr(scenario, key)):
            for field in names:
                name = getattr(item, field)
                if name:
                    yield (key, i, field), name, field.replace("_", " ")
    for i, option in enumerate(scenario.options):
        for j, phase in enumerate(option.phases):
            if phase.passes_on:
                yield ("options", i, "phases", j, "passes_on"), phase.passes_on, "yearly rate"
