"""Conditions in plain words: what a box asks of the inputs, and what holds inside it."""

from __future__ import annotations

from collections.abc import Mapping

from servanda.numerics.discovery import Box, Discovery, Limit

__all__ = ["condition", "in_words"]

RARE, SMALL, LARGE = 0.005, 1e-3, 1e5


def condition(limit: Limit, label: str | None = None, unit: str = "") -> str:
    """Say what a box asks of one input.

    Args:
        limit: the limit.
        label: what the input is called; its name where left out.
        unit: written after a number.

    Examples:
        >>> condition(Limit("troops", None, 20000.0, None, 0.0), "forces present", "troops")
        'forces present at most 20,000 troops'
        >>> condition(Limit("law", None, None, ("a", "b"), 0.0))
        'law is a or b'
    """
    name = label or limit.name
    if limit.categories is not None:
        return f"{name} is {_either(limit.categories)}"
    after = f" {unit}" if unit else ""
    if limit.low is None and limit.high is None:
        return f"{name} is anything"
    if limit.high is None:
        return f"{name} at least {_number(limit.low)}{after}"
    if limit.low is None:
        return f"{name} at most {_number(limit.high)}{after}"
    return f"{name} between {_number(limit.low)} and {_number(limit.high)}{after}"


def _either(words: tuple[str, ...]) -> str:
    if len(words) < 2:
        return words[0] if words else "nothing"
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _number(value: float | None) -> str:
    """Three significant digits, thousands apart."""
    number = 0.0 if value is None else value
    if abs(number) >= LARGE or number == int(number):
        return f"{float(f'{number:.3g}') if abs(number) >= LARGE else number:,.0f}"
    if 0.0 < abs(number) < SMALL:
        return f"{number:.2e}"
    return f"{float(f'{number:.3g}'):,.10g}"


def in_words(
    found: Discovery,
    outcome: str,
    labels: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> str:
    """Say under which conditions something happens in this model.

    Args:
        found: what `numerics.discovery.prim` returned.
        outcome: what is of interest, to follow "draws in which".
        labels: what the inputs are called.
        units: in which their numbers are.

    Examples:
        >>> import numpy as np
        >>> from servanda.numerics.discovery import prim
        >>> x = np.random.default_rng(1).uniform(size=(2000, 2))
        >>> print(in_words(prim(x, x[:, 0] > 0.7), "peace fails", {"x1": "stake"}))
        In this model peace fails in 29% of the draws. Where stake at least 0.7, it does in 100% of
        them; these are 100% of all draws in which peace fails.
    """
    base = f"In this model {outcome} in {_share(found.base)} of the draws."
    if not found.boxes:
        return (
            f"{base} No conditions were found under which it does much more often: {found.reason}."
        )
    parts = [base]
    for place, box in enumerate(found.boxes):
        start = "Where" if place == 0 else "Of the draws left, where"
        parts.append(
            f"{start} {_conditions(box, labels or {}, units or {})}, {_inside(box, outcome)}"
        )
    return " ".join(parts)


def _conditions(box: Box, labels: Mapping[str, str], units: Mapping[str, str]) -> str:
    asked = [condition(m, labels.get(m.name), units.get(m.name, "")) for m in box.limits]
    return asked[0] if len(asked) == 1 else f"{', '.join(asked[:-1])} and {asked[-1]}"


def _inside(box: Box, outcome: str) -> str:
    return (
        f"it does in {_share(box.density)} of them; these are {_share(box.coverage)} of all "
        f"draws in which {outcome}."
    )


def _share(value: float) -> str:
    if 0.0 < value < RARE:
        return "less than 1%"
    return "more than 99%" if 1.0 - RARE < value < 1.0 else f"{value:.0%}"
