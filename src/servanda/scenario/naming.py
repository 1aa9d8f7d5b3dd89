"""Every place of a scenario where something is named that must exist elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from servanda.domain.option import Option
from servanda.domain.scenario import Scenario
from servanda.scenario.parsing import Path

__all__ = ["Reference", "cited", "references"]

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class Reference(NamedTuple):
    """A name, the kind of thing it stands for, and where in the file it is used."""

    path: Path
    kind: str
    name: str


def cited(source: str | None) -> str | None:
    """Return the identifier in a ``source`` field, or None where it is a citation or judgement.

    Examples:
        >>> cited("sipri-2025"), cited("Leeds 2003, IO 57(4)"), cited("judgement")
        ('sipri-2025', None, None)
    """
    if source is None or source == "judgement" or not _WORD.fullmatch(source):
        return None
    return source


def references(scenario: Scenario) -> Iterator[Reference]:
    """Yield every reference of a scenario, in the order of the format."""
    for field in ("protege", "challenger", "addressee"):
        yield from _one((field,), "actor", getattr(scenario, field))
    yield from _many(("actors",), "actor", scenario.actors)
    yield from _many(("instruments",), "instrument", scenario.instruments)
    yield from _forces(scenario)
    for i, option in enumerate(scenario.options):
        yield from _option(("options", i), option)
    yield from _views(scenario)
    yield from _evidence(scenario)


def _one(path: Path, kind: str, name: str | None) -> Iterator[Reference]:
    if kind == "source":
        name = cited(name)
    if name is not None:
        yield Reference(path, kind, name)


def _many(path: Path, kind: str, names: Iterable[str]) -> Iterator[Reference]:
    for i, name in enumerate(names):
        yield Reference((*path, i), kind, name)


def _forces(scenario: Scenario) -> Iterator[Reference]:
    for i, guarantor in enumerate(scenario.guarantors):
        here: Path = ("guarantors", i)
        yield Reference((*here, "actor"), "actor", guarantor.actor)
        for field in (
            "capability",
            "stake",
            "nuclear_cost",
            "reinforcement_hours",
            "response_ceiling",
            "default_cost",
            "forward",
            "gdp_musd",
        ):
            yield from _one((*here, field), "assumption", getattr(guarantor, field))
        yield from _one((*here, "source"), "source", guarantor.source)
    for i, deployment in enumerate(scenario.deployments):
        here = ("deployments", i)
        yield Reference((*here, "actor"), "actor", deployment.actor)
        yield Reference((*here, "troops"), "assumption", deployment.troops)
        yield from _one((*here, "unit_cost"), "assumption", deployment.unit_cost)
        yield from _one((*here, "source"), "source", deployment.source)
    for i, incident in enumerate(scenario.incidents):
        yield from _one(("incidents", i, "size"), "assumption", incident.size)


def _option(here: Path, option: Option) -> Iterator[Reference]:
    yield from _many((*here, "includes"), "option", option.includes)
    for j, phase in enumerate(option.phases):
        there = (*here, "phases", j)
        yield from _many((*there, "instruments"), "instrument", phase.instruments)
        yield from _many((*there, "deployments"), "deployment", phase.deployments)
        yield from _one((*there, "passes_on"), "assumption", phase.passes_on)
    yield from _many((*here, "backers"), "actor", option.backers)
    if option.adoption:
        there = (*here, "adoption")
        yield from _many((*there, "consent"), "actor", option.adoption.consent)
        yield from _many((*there, "ratification"), "actor", option.adoption.ratification)
        yield from _one((*there, "minimum_force"), "assumption", option.adoption.minimum_force)
    yield from _one((*here, "adversary_loss"), "assumption", option.adversary_loss)
    yield from _one((*here, "source"), "source", option.source)


def _views(scenario: Scenario) -> Iterator[Reference]:
    for i, position in enumerate(scenario.positions):
        here: Path = ("positions", i)
        yield Reference((*here, "actor"), "actor", position.actor)
        yield from _one((*here, "option"), "option", position.option)
        yield from _one((*here, "reported_by"), "actor", position.reported_by)
        yield from _one((*here, "source"), "source", position.source)
    for i, view in enumerate(scenario.perspectives):
        here = ("perspectives", i)
        yield Reference((*here, "actor"), "actor", view.actor)
        for field in ("war_weight", "escalation_weight", "cost_weight"):
            yield Reference((*here, field), "assumption", getattr(view, field))
        yield from _many((*here, "can_bring_about"), "option", view.can_bring_about)


def _evidence(scenario: Scenario) -> Iterator[Reference]:
    for i, sentence in enumerate(scenario.report):
        yield from _many(("report", i, "options"), "option", sentence.options)
    for i, claim in enumerate(scenario.claims):
        here: Path = ("claims", i)
        yield Reference((*here, "speaker"), "actor", claim.speaker)
        yield from _one((*here, "option"), "option", claim.option)
        yield from _one((*here, "reports_position_of"), "actor", claim.reports_position_of)
        for j, quote in enumerate(claim.quotes):
            yield Reference((*here, "quotes", j, "source"), "source", quote.source)
    for i, tested in enumerate(scenario.under_test):
        here = ("under_test", i)
        yield Reference((*here, "by"), "actor", tested.by)
        yield Reference((*here, "better"), "option", tested.better)
        yield from _many((*here, "than"), "option", tested.than)
        yield from _one((*here, "source"), "source", tested.source)
    for i, assumption in enumerate(scenario.assumptions):
        yield from _one(("assumptions", i, "source"), "source", assumption.source)
