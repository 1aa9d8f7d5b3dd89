"""The library, typed: instruments, cases, actors, slots, assumptions, priors, the casebook.

Every file is read once per process and only when it is asked for. A library file with a problem
raises `ScenarioError`, as any other file would.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from functools import cache
from typing import Any

from servanda import library
from servanda.domain.actor import Actor
from servanda.domain.assumption import Assumption
from servanda.domain.errors import ScenarioError
from servanda.domain.incident import Case
from servanda.domain.instrument import Instrument
from servanda.domain.noun import Flag, Identifier, Noun, Number
from servanda.domain.slot import Slot
from servanda.scenario.reading import Parsed, closest, parse, typed
from servanda.scenario.text import MAX_BYTES, Page, decoded, load_bytes

__all__ = [
    "Prior",
    "actors",
    "assumptions",
    "case",
    "case_ids",
    "casebook",
    "cases",
    "guarantee_types",
    "instrument",
    "instrument_ids",
    "instruments",
    "prior_ids",
    "priors",
    "reason_roots",
    "slots",
]


class Prior(Noun):
    """A published estimate with its population and source; ``verified``: read in that source.

    ``interval`` is a 95 percent interval or a stated range, absent where none was reported.
    """

    id: Identifier
    quantity: str
    unit: str
    estimate: Number | None = None
    interval: tuple[Number, Number] | None = None
    population: str | None = None
    source: str
    verified: Flag = False
    note: str | None = None


@cache
def instrument_ids() -> tuple[str, ...]:
    """Return the identifiers of the library's instruments, from their file names."""
    return _names("instruments")


@cache
def case_ids() -> tuple[str, ...]:
    """Return the identifiers of the library's cases, from their file names."""
    return _names("cases")


@cache
def instrument(identifier: str) -> Instrument:
    """Return one instrument of the library.

    Raises:
        KeyError: the library has no such instrument.
        ScenarioError: its file has problems.
    """
    if identifier not in instrument_ids():
        raise KeyError(identifier)
    text: Instrument = _read(_parsed("instruments", f"{identifier}.yaml"), Instrument)
    return text


@cache
def case(identifier: str) -> Case:
    """Return one case of the library.

    Raises:
        KeyError: the library has no such case.
        ScenarioError: its file has problems.
    """
    if identifier not in case_ids():
        raise KeyError(identifier)
    found: Case = _read(_parsed("cases", f"{identifier}.yaml"), Case)
    return found


@cache
def instruments() -> dict[str, Instrument]:
    """Return every instrument of the library by identifier."""
    return {name: instrument(name) for name in instrument_ids()}


@cache
def cases() -> dict[str, Case]:
    """Return every case of the library by identifier."""
    return {name: case(name) for name in case_ids()}


@cache
def actors() -> dict[str, Actor]:
    """Return the registry of actors by identifier.

    Examples:
        >>> actors()["ITA"].name
        'Italy'
    """
    return _by_id(_listed("actors", Actor))


@cache
def assumptions() -> dict[str, Assumption]:
    """Return the default assumptions by identifier."""
    return _by_id(_listed("assumptions", Assumption))


@cache
def slots() -> tuple[Slot, ...]:
    """Return the checklist of specifics, in its order."""
    rows: tuple[Slot, ...] = _listed("slots", Slot)
    return rows


@cache
def priors() -> dict[str, Prior]:
    """Return the published estimates by identifier."""
    return _by_id(_listed("priors", Prior))


@cache
def prior_ids() -> tuple[str, ...]:
    """Return the identifiers of the published estimates, without reading the rest of them."""
    rows = _under(_parsed("priors.yaml"), "priors").data or ()
    return tuple(str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row)


@cache
def guarantee_types() -> dict[str, dict[str, Any]]:
    """Return the guarantee types of the casebook and the exposure each stands for."""
    rows: tuple[dict[str, Any], ...] = _listed("guarantee_types", dict[str, Any])
    return {str(row["id"]): row for row in rows}


@cache
def reason_roots() -> dict[str, str]:
    """Return the root reason that each reason code of the cases belongs to."""
    parsed = _parsed("reason-codes.yaml")
    roots: dict[str, str] = _read(_under(parsed, "map"), dict[str, str])
    return roots


@cache
def casebook() -> tuple[dict[str, str | None], ...]:
    """Return the rows of the casebook as text by column; an empty cell is None."""
    page = _casebook_page()
    rows = csv.DictReader(io.StringIO(page.text, newline=""))
    return tuple({key: value or None for key, value in row.items()} for row in rows)


def _casebook_page() -> Page:
    data = load_bytes(library.path("casebook.csv"), "casebook.csv", MAX_BYTES)
    page = decoded(data, "casebook.csv") if isinstance(data, bytes) else data
    if not isinstance(page, Page):
        raise ScenarioError([page])
    return page


def _names(folder: str) -> tuple[str, ...]:
    found = (entry.name for entry in library.path(folder).iterdir())
    return tuple(sorted(name[: -len(".yaml")] for name in found if name.endswith(".yaml")))


def _parsed(*parts: str) -> Parsed:
    return parse(library.path(*parts), "/".join(("library", *parts)))


def _under(parsed: Parsed, key: str) -> Parsed:
    """Take what stands under a key, or the whole file where it is a bare list."""
    if parsed.root is None:
        raise ScenarioError(parsed.problems)
    if isinstance(parsed.data, list):
        return parsed
    child = parsed.root.child(key)
    if child is None:
        near = closest(key, parsed.data or ())
        hint = f"did you mean '{near}'?" if near else ""
        raise ScenarioError([parsed.problem("SV202", f"the key '{key}' is missing", hint=hint)])
    return Parsed(parsed.page, child, parsed.problems, child.data())


def _read(parsed: Parsed, model: Any) -> Any:
    got = typed(parsed, model)
    if got.value is None:
        raise ScenarioError(got.errors or got.problems)
    return got.value


def _listed(name: str, kind: Any) -> Any:
    return _read(_under(_parsed(f"{name}.yaml"), name), tuple[kind, ...])


def _by_id(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.id: row for row in rows}
