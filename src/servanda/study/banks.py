"""Where scenarios, single instruments and banks of incidents come from when a name is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from servanda.domain.actor import Actor
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.domain.problem import Problem
from servanda.domain.scenario import Resolved
from servanda.obligations.records import Record
from servanda.scenario import shelf
from servanda.scenario.folder import example_names, load
from servanda.scenario.parsing import closest
from servanda.scenario.reading import read
from servanda.scenario.tables import incidents as table_of
from servanda.study.casefiles import case_files
from servanda.study.stream import is_stream

__all__ = ["FOUNDING", "Bank", "bank_of", "founding_bank", "instrument_at", "scenario_at"]

#: The example whose incidents serve where none are given.
FOUNDING = "ukraine-2025"


@dataclass(frozen=True, slots=True)
class Bank:
    """Incidents to hold texts against, where they come from, and actors they bring along."""

    source: str
    incidents: tuple[Incident, ...]
    actors: Mapping[str, Actor] = field(default_factory=dict)


def scenario_at(source: str) -> Resolved | None:
    """Load a scenario, or return None where the name is that of something else.

    Raises:
        ScenarioError: it is a scenario with problems.
    """
    path = Path(source)
    if path.exists():
        whole = path.is_dir() or path.name == "scenario.yaml"
        return load(source) if whole else None
    return load(source) if source in example_names() else None


def founding_bank() -> Bank:
    """Return the incidents of the founding case."""
    resolved = load(FOUNDING)
    return Bank(FOUNDING, resolved.scenario.incidents, resolved.actors)


def instrument_at(source: str, problems: list[Problem]) -> Instrument:
    """Return an instrument, from a file by whomever or from the library.

    Args:
        source: a path, or a name in the library.
        problems: takes the warnings.

    Raises:
        ScenarioError: the file has problems.
        ModelError: there is no such file, instrument or scenario (SV613).
    """
    path = Path(source)
    if path.is_file():
        got = read(path, Instrument, foreign=True)
        if got.value is None:
            raise ScenarioError(got.errors or got.problems)
        problems.extend(got.problems)
        return got.value
    if source in shelf.instrument_ids():
        return shelf.instrument(source)
    near = closest(source, [*example_names(), *shelf.instrument_ids()])
    hint = f"; did you mean '{near}'?" if near else ""
    message = f"there is no file, scenario or instrument of the library named '{source}'{hint}"
    raise ModelError(message, code="SV613")


def bank_of(source: str) -> Bank:
    """Return the incidents of a scenario, a table, a case or a folder of cases.

    Of a table that grows each incident counts as it is last told of; rows that record what somebody
    did about a duty are no incidents.

    Raises:
        ScenarioError: a file has problems.
        ModelError: nothing of this name has incidents (SV613).
    """
    path = Path(source)
    is_scenario = path.is_dir() and (path / "scenario.yaml").exists()
    if is_scenario or path.name == "scenario.yaml" or not path.exists():
        resolved = scenario_at(source)
        if resolved is None:
            near = closest(source, example_names())
            hint = f"; did you mean '{near}'?" if near else ""
            raise ModelError(f"--incidents: there is no '{source}'{hint}", code="SV613")
        return Bank(source, resolved.scenario.incidents, resolved.actors)
    if is_stream(source):
        return Bank(source, _last_told(path))
    files, _, problems = case_files(source)
    _demand(problems)
    if not files:
        raise ModelError(f"--incidents: there is no incident in '{source}'", code="SV613")
    actors = {name: actor for file in files for name, actor in file.actors.items()}
    return Bank(source, tuple(file.case.incident for file in files), actors)


def _last_told(path: Path) -> tuple[Incident, ...]:
    table = table_of(path, growing=True)
    _demand(table.problems)
    last = {row.id: row for row in table.incidents if Record.of(row) is None}
    if not last:
        raise ModelError(f"--incidents: there is no incident in '{path}'", code="SV613")
    return tuple(last.values())


def _demand(problems: tuple[Problem, ...] | list[Problem]) -> None:
    errors = [p for p in problems if p.severity == "error"]
    if errors:
        raise ScenarioError(errors)
