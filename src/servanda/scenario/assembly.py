"""A scenario folder put together: its file, its own instruments, its table of incidents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from servanda.domain.actor import Actor
from servanda.domain.assumption import Assumption
from servanda.domain.codes import problem
from servanda.domain.errors import ScenarioError
from servanda.domain.instrument import Instrument
from servanda.domain.problem import Problem, Severity, Span
from servanda.domain.scenario import Resolved, Scenario
from servanda.scenario import shelf
from servanda.scenario.coherence import scenario_remarks
from servanda.scenario.kinds import Linters, instrument_problems, linted, number_problems
from servanda.scenario.numbers import Remark, role_remarks
from servanda.scenario.reading import Parsed, Read, parse, read, typed
from servanda.scenario.resolving import Known, duplicate_remarks, name_remarks, resolved
from servanda.scenario.tables import incidents
from servanda.scenario.text import bounded

__all__ = ["Assembly"]

T = TypeVar("T")

_MAX_OWN = 500


class Assembly:
    """Read a scenario folder and look every name up.

    ``problems`` holds everything found, ``resolved`` the scenario if there was no error.

    Args:
        folder: the folder with ``scenario.yaml``.
        shown: how problems name the folder.
        linters: further checks of each noun read.
        whole: put the scenario together too, instead of only checking it.
        alone: a scenario file of another name, parsed, to be checked without the folder around it.
    """

    def __init__(
        self,
        folder: Path,
        shown: str,
        linters: Linters = (),
        *,
        whole: bool = False,
        alone: Parsed | None = None,
    ) -> None:
        """Read the folder; nothing is raised for what stands in it."""
        self.folder = folder
        self.shown = shown
        self.linters = tuple(linters)
        self.whole = whole
        self.alone = alone
        self.found: list[Problem] = []
        self.own: dict[str, Read[Instrument]] = {}
        self.resolved: Resolved | None = None
        if alone is None:
            self._instruments()
        scenario = self._scenario()
        if scenario is not None:
            self._resolve(scenario)
        self.problems = bounded(self.found, shown)

    def _name(self, *parts: str) -> str:
        return "/".join((self.shown.rstrip("/"), *parts))

    def _instruments(self) -> None:
        where = self.folder / "instruments"
        if where.is_symlink():
            self.found.append(_link(self._name("instruments")))
            return
        if not where.is_dir():
            return
        for path in sorted(where.glob("*.y*ml"))[:_MAX_OWN]:
            name = self._name("instruments", path.name)
            if path.is_symlink():
                self.found.append(_link(name))
                continue
            self._own(read(path, Instrument, name=name))

    def _own(self, got: Read[Instrument]) -> None:
        self.found += got.problems
        text = got.value
        if text is None:
            data = got.parsed.data
            if isinstance(data, dict) and isinstance(data.get("id"), str):
                # Its problems are reported; a reference to it is not one more.
                self.own.setdefault(data["id"], got)
            return
        self.found += instrument_problems(got.parsed, text)
        self.found += linted(got.parsed, text, self.linters)
        if text.id in self.own:
            other = self.own[text.id].parsed.page.name
            message = f"the identifier '{text.id}' is taken by {other}"
            self.found.append(got.parsed.problem("SV310", message, ("id",)))
        elif text.id in shelf.instrument_ids():
            message = f"the identifier '{text.id}' is taken by an instrument of the library"
            self.found.append(got.parsed.problem("SV310", message, ("id",)))
        self.own.setdefault(text.id, got)

    def _scenario(self) -> Read[Scenario] | None:
        path = self.folder / "scenario.yaml"
        name = self._name("scenario.yaml")
        if self.alone is None and path.is_symlink():
            self.found.append(_link(name))
            return None
        parsed = self.alone or parse(path, name)
        got: Read[Scenario] = typed(parsed, Scenario)
        self.found += got.problems
        return got if got.value is not None else None

    def _table(self, scenario: Scenario, known: Known) -> Scenario:
        if self.alone is not None:
            return scenario
        path = self.folder / "incidents.csv"
        name = self._name("incidents.csv")
        if path.is_symlink():
            self.found.append(_link(name))
        if path.is_symlink() or not path.exists():
            return scenario
        table = incidents(path, name)
        self.found += table.problems
        taken = {item.id for item in scenario.incidents}
        for row in table.incidents:
            if row.id in taken:
                message = f"the identifier '{row.id}' is taken in scenario.yaml"
                self.found.append(table.problem("SV310", message, row.id, row.id))
            if row.size and row.size not in known.assumptions:
                message = f"'size' names an unknown assumption '{row.size}'"
                self.found.append(table.problem("SV305", message, row.id, row.size))
        return scenario.model_copy(update={"incidents": (*scenario.incidents, *table.incidents)})

    def _shelf(self, read_: Callable[[], T], empty: T) -> T:
        """Read a library list; a broken library is a problem to report like any other."""
        try:
            return read_()
        except ScenarioError as error:
            self.found += [item for item in error.problems if item not in self.found]
            return empty

    def _resolve(self, got: Read[Scenario]) -> None:
        scenario = got.value
        if scenario is None:
            return
        known = self._known(scenario)
        self._checks(got, scenario, known)
        whole = self._table(scenario, known)
        self.found += linted(got.parsed, scenario, self.linters)
        if self.whole and not any(item.severity == "error" for item in self.found):
            self.found += self._put_together(whole, known)

    def _put_together(self, scenario: Scenario, known: Known) -> tuple[Problem, ...]:
        try:
            texts = {name: self._text(name) for name in _named(scenario)}
            slots = shelf.slots()
        except ScenarioError as error:
            return error.problems
        self.resolved = resolved(scenario, known, texts, slots, str(self.folder))
        return ()

    def _known(self, scenario: Scenario) -> Known:
        assumptions: dict[str, Assumption] = {}
        if scenario.use_library_defaults:
            assumptions.update(self._shelf(shelf.assumptions, assumptions))
        assumptions |= {item.id: item for item in scenario.assumptions}
        actors: dict[str, Actor] = {}
        actors.update(self._shelf(shelf.actors, actors))
        actors.update((actor.id, actor) for actor in scenario.own_actors)
        none: tuple[str, ...] = ()
        priors = self._shelf(shelf.prior_ids, none)
        return Known(
            actors=actors,
            instruments={*shelf.instrument_ids(), *self.own},
            assumptions=assumptions,
            sources={*(item.id for item in scenario.sources), *priors},
        )

    def _checks(self, got: Read[Scenario], scenario: Scenario, known: Known) -> None:
        for remark, near in name_remarks(scenario, known):
            self._add(got, remark, hint=f"did you mean '{near}'?" if near else "")
        for remark in duplicate_remarks(scenario):
            self._add(got, remark)
        for remark, severity in scenario_remarks(scenario):
            self._add(got, remark, severity=severity)
        self.found += number_problems(got.parsed, scenario.assumptions, "assumptions")
        for code, message, path, _ in role_remarks(scenario, known.assumptions.get):
            self._add(got, (code, message, path))
        self._clashes(got, scenario)

    def _clashes(self, got: Read[Scenario], scenario: Scenario) -> None:
        """Report own actors with the library's identifiers and files that nothing names."""
        library: dict[str, Actor] = {}
        library = self._shelf(shelf.actors, library)
        for i, actor in enumerate(scenario.own_actors):
            if actor.id in library:
                message = f"the identifier '{actor.id}' is taken by an actor of the library"
                self._add(got, ("SV310", message, ("own_actors", i, "id")))
        used = _named(scenario)
        for name, text in self.own.items():
            if name not in used:
                message = f"no option names the instrument '{name}'"
                self.found.append(
                    text.parsed.problem("SV315", message, ("id",), severity="warning")
                )

    def _add(
        self, got: Read[Scenario], remark: Remark, *, hint: str = "", severity: Severity = "error"
    ) -> None:
        code, message, path = remark
        self.found.append(got.parsed.problem(code, message, path, hint=hint, severity=severity))

    def _text(self, name: str) -> Instrument:
        own = self.own.get(name)
        return own.value if own and own.value else shelf.instrument(name)


def _named(scenario: Scenario) -> dict[str, None]:
    """Return the instruments that the scenario or a phase names, each once."""
    in_phases = (n for o in scenario.options for p in o.phases for n in p.instruments)
    return dict.fromkeys((*scenario.instruments, *in_phases))


def _link(name: str) -> Problem:
    return problem("SV320", "this is a link to somewhere else", Span(file=name))
