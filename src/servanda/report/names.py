"""Identifiers in words: actors by name, sources by what they are.

A comparison names actors and sources by identifier. Names come from the comparison itself first,
then from the library that ships; what neither knows is shown as the identifier it is.
"""

from __future__ import annotations

from servanda.scenario import shelf
from servanda.study.result import Comparison

__all__ = ["actor_names", "source_names"]


def actor_names(comparison: Comparison) -> dict[str, str]:
    """Collect the names of actors by identifier."""
    views = (view for option in comparison.options.values() for view in option.guarantors)
    known = {key: actor.name for key, actor in shelf.actors().items()}
    return known | {view.actor: view.name for view in views}


def source_names(comparison: Comparison) -> dict[str, str]:
    """Collect sources by identifier: documents of the scenario, and rows of the priors.

    A row of the priors is written as the work it was taken from, with its identifier behind it.
    """
    named = {key: f"{prior.source} [{key}]" for key, prior in shelf.priors().items()}
    for row in comparison.sources:
        parts = (row.get("title"), row.get("publisher"), row.get("date"))
        named[str(row.get("id"))] = ", ".join(str(part) for part in parts if part)
    return named
