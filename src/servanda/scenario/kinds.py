"""The kinds of file servanda knows, told apart by their content, and the checks of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.assumption import Assumption
from servanda.domain.incident import Case
from servanda.domain.instrument import Instrument
from servanda.domain.problem import Problem
from servanda.domain.scenario import Scenario
from servanda.domain.slot import Slot
from servanda.scenario import shelf
from servanda.scenario.coherence import instrument_remarks
from servanda.scenario.numbers import number_remarks
from servanda.scenario.parsing import Path, closest
from servanda.scenario.reading import Parsed, typed
from servanda.scenario.resolving import twice

__all__ = ["KINDS", "Kind", "instrument_problems", "kind_of", "linted", "number_problems"]

Linters = Iterable[Callable[[Any], Iterable[tuple[str, str, Path]]]]


@dataclass(frozen=True)
class Kind:
    """A kind of file: the model of it, or of the list under ``key``, and its further checks."""

    model: Any
    key: str | None = None
    further: Callable[[Parsed, Any], Iterable[Problem]] | None = None

    def problems(self, parsed: Parsed, linters: Linters = ()) -> tuple[Problem, ...]:
        """Return the problems of a file of this kind."""
        if self.key is not None and parsed.root is not None:
            child = parsed.root.child(self.key)
            if child is not None:
                parsed = Parsed(parsed.page, child, parsed.problems, child.data())
        got = typed(parsed, self.model)
        if got.value is None:
            return got.problems
        more = tuple(self.further(parsed, got.value)) if self.further else ()
        return (*got.problems, *more, *linted(parsed, got.value, linters))


def linted(parsed: Parsed, value: Any, linters: Linters) -> Iterator[Problem]:
    """Yield what further checks say of a noun, as warnings."""
    for linter in linters:
        for code, message, path in linter(value):
            yield parsed.problem(code, message, path, severity="warning")


def instrument_problems(parsed: Parsed, text: Instrument) -> Iterator[Problem]:
    """Yield what does not fit together in an instrument."""
    for (code, message, path), severity in instrument_remarks(text):
        yield parsed.problem(code, message, path, severity=severity)


def number_problems(parsed: Parsed, rows: Iterable[Assumption], *under: str) -> Iterator[Problem]:
    """Yield what cannot be right in a list of assumptions."""
    for i, row in enumerate(rows):
        for code, message, path in number_remarks(row):
            yield parsed.problem(code, message, (*under, i, *path))


def _expectations(parsed: Parsed, case: Case) -> Iterator[Problem]:
    """Yield expectations about provisions that an instrument of the library does not have."""
    for i, item in enumerate(case.expect):
        if item.instrument not in shelf.instrument_ids():
            continue  # it may come from a folder of instruments
        known = [provision.id for provision in shelf.instrument(item.instrument).provisions]
        if item.provision not in known:
            near = closest(item.provision, known)
            hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(known)}"
            message = f"'{item.instrument}' has no provision '{item.provision}'"
            path = ("expect", i, "provision")
            yield parsed.problem("SV307", message, path, hint=hint)


def _distinct(parsed: Parsed, rows: Any) -> Iterator[Problem]:
    for code, message, path in twice(rows, ("this list",)):
        yield parsed.problem(code, message, path[1:])


def _assumptions(parsed: Parsed, rows: Any) -> Iterator[Problem]:
    yield from _distinct(parsed, rows)
    yield from number_problems(parsed, rows)


KINDS: Mapping[str, Kind] = {
    "scenario": Kind(Scenario),
    "instrument": Kind(Instrument, further=instrument_problems),
    "case": Kind(Case, further=_expectations),
    "actors": Kind(tuple[Actor, ...], "actors", _distinct),
    "assumptions": Kind(tuple[Assumption, ...], "assumptions", _assumptions),
    "slots": Kind(tuple[Slot, ...], "slots", _distinct),
    "priors": Kind(tuple[shelf.Prior, ...], "priors", _distinct),
    "guarantee_types": Kind(tuple[dict[str, Any], ...], "guarantee_types"),
    "reason codes": Kind(dict[str, str], "map"),
}

# The first mark that a file carries decides.
_MARKS = (
    ("options", "scenario"),
    ("provisions", "instrument"),
    ("expect", "case"),
    ("protege", "scenario"),
    ("legal_force", "instrument"),
    ("parties", "instrument"),
    ("facts", "case"),
    ("actors", "actors"),
    ("assumptions", "assumptions"),
    ("slots", "slots"),
    ("priors", "priors"),
    ("guarantee_types", "guarantee_types"),
    ("map", "reason codes"),
)


def kind_of(data: Any) -> str | None:
    """Return the kind of file that parsed data is, or None.

    Examples:
        >>> kind_of({"id": "x", "provisions": []})
        'instrument'
    """
    if not isinstance(data, dict):
        return None
    for key, kind in _MARKS:
        if key in data:
            return kind
    return None
