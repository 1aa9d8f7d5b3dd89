"""One look at a scenario: which one, with which settings, and what has been computed for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from fastapi import Request

from servanda.domain.errors import ModelError
from servanda.domain.scenario import Resolved
from servanda.study.result import Comparison
from servanda.study.reweighting import Reweighting
from servanda.web.jobs import Job, Jobs
from servanda.web.settings import Settings, settings_of
from servanda.web.shell import Opener
from servanda.web.workplace import Entry, Workplace

if TYPE_CHECKING:
    from servanda.web.drafts import Drafts

__all__ = ["Bench", "Visit", "visit"]

QUICK_DRAWS = 100
"""Draws of an exact run after a slider has moved: a few seconds."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What the application holds: the scenarios, the runs, the edits."""

    workplace: Workplace
    jobs: Jobs
    drafts: Drafts


@dataclass(frozen=True)
class Visit:
    """A scenario with the settings of the address."""

    bench: Bench
    entry: Entry
    resolved: Resolved
    settings: Settings

    @property
    def key(self) -> str:
        """The scenario's name here."""
        return self.entry.key

    @property
    def title(self) -> str:
        """The scenario's title."""
        return self.resolved.scenario.title

    @property
    def example(self) -> bool:
        """Whether it ships and is not written to."""
        return self.entry.example

    @property
    def content_hash(self) -> str:
        """The scenario's hash."""
        return self.resolved.content_hash

    @property
    def stale(self) -> bool:
        """Whether the link was made for another state of the scenario."""
        given = self.settings.scenario_hash
        return bool(given) and not self.content_hash.startswith(given)

    @property
    def query(self) -> str:
        """The settings as the query of an address."""
        return self.settings.query()

    @property
    def share(self) -> str:
        """The settings with the scenario's hash, for a link that is sent on."""
        return self.settings.query(scenario_hash=self.content_hash)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The settings other than moved assumptions, for a form to carry along."""
        return parse_qsl(self.settings.unmoved().query())

    def opener(self) -> Opener:
        """Return what knows where numbers are explained."""
        return Opener(self.key, self.query)

    def usual(self) -> Job:
        """Return the run with every assumption where the scenario has it; it starts if need be."""
        return self.bench.jobs.ask(self.key, self.resolved, self.settings.study(self.resolved))

    def exact(self, draws: int | None = None) -> Job:
        """Return the run with the moved assumptions; it starts if need be."""
        usual = self.usual()
        study = self.settings.study(self.resolved, moved=True, draws=draws)
        return self.bench.jobs.ask(self.key, self.resolved, study, of=usual.folder)

    def basis(self) -> Reweighting:
        """Return the finished comparison that everything is shown from.

        Raises:
            ModelError: it is not finished (SV985).
        """
        return self.bench.jobs.result(self.usual())

    def shown(self) -> Comparison:
        """Return the comparison with the moved assumptions, reweighted.

        Raises:
            ModelError: it is not finished (SV985), or an assumption is not one of it (SV983).
        """
        basis = self.basis()
        known_shifts(basis, self.settings)
        return basis.moved(self.settings.shifts)[0]


def known_shifts(basis: Reweighting, settings: Settings) -> None:
    """Make sure that every moved assumption was drawn.

    Raises:
        ModelError: one was not (SV983).
    """
    for name in settings.shifts:
        if name not in basis.arrays.parameters:
            raise ModelError(f"no assumption {name[:60]!r} that could be moved", code="SV983")


def bench_of(request: Request) -> Bench:
    """Return what the application holds."""
    held: Bench = request.app.state.bench
    return held


def visit(key: str, request: Request) -> Visit:
    """Open a scenario with the settings of the address.

    Raises:
        ModelError: there is no such scenario (SV981), or a setting does not fit (SV983).
        ScenarioError: it has problems.
    """
    bench = bench_of(request)
    entry = bench.workplace.entry(key)
    settings = settings_of(request.query_params.multi_items())
    return Visit(bench, entry, bench.workplace.resolved(key), settings)
