"""A battery of cases with the findings a lawyer expects, run against the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding
from servanda.domain.incident import Case, Expectation
from servanda.domain.instrument import Instrument
from servanda.domain.problem import Problem
from servanda.obligations import assess
from servanda.scenario import shelf
from servanda.scenario.parsing import closest
from servanda.study.agreement import Held, Tally, differences, tally, uncompared
from servanda.study.casefiles import CaseFile, Shelf, case_files

__all__ = ["Battery", "CaseOutcome", "battery_of", "held", "run_battery"]


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One case with all its expectations held against the engine."""

    case: Case
    file: str
    held: tuple[Held, ...]

    @property
    def passed(self) -> bool:
        """Whether the case expects something, and all that it expects is met."""
        return bool(self.held) and all(item.agrees for item in self.held)

    @property
    def trouble(self) -> str | None:
        """Why nothing could be tested, or None."""
        return None if self.held else "nothing expected"


@dataclass(frozen=True)
class Battery:
    """Every case that could be read, and the problems of the files that could not."""

    cases: tuple[CaseOutcome, ...]
    problems: tuple[Problem, ...] = ()

    @cached_property
    def tally(self) -> Tally:
        """The counts over all cases."""
        return tally((h for c in self.cases for h in c.held), shelf.reason_roots())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are not mere warnings."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def passed(self) -> bool:
        """Whether there was something to test, every file could be read and every case passed."""
        return bool(self.cases) and not self.errors and all(c.passed for c in self.cases)

    def published(self) -> dict[str, Any]:
        """Return the object of ``servanda test --json``."""
        return {
            "passed": self.passed,
            "cases": [_case_data(c) for c in self.cases],
            "summary": {
                "cases": len(self.cases),
                "cases_passed": sum(c.passed for c in self.cases),
                "expectations": sum(len(c.held) for c in self.cases),
                "met": sum(h.agrees for c in self.cases for h in c.held),
                **self.tally.published(),
            },
            "problems": [p.model_dump(mode="json", exclude_none=True) for p in self.problems],
        }


def _case_data(tested: CaseOutcome) -> dict[str, Any]:
    return {
        "case": tested.case.id,
        "title": tested.case.title,
        "file": tested.file,
        "passed": tested.passed,
        "trouble": tested.trouble,
        "expectations": [
            {
                "instrument": h.expected.instrument,
                "provision": h.expected.provision,
                "as_of": h.expected.as_of,
                "passed": h.agrees,
                "expected": h.expected.finding,
                "found": None if h.found is None else h.found.finding,
                "differences": [
                    {"what": d.what, "expected": d.expected, "found": d.found}
                    for d in h.differences
                ],
                "trouble": h.trouble,
                "further_why": list(h.further),
                "not_compared": list(uncompared(h.expected)),
            }
            for h in tested.held
        ],
    }


def run_battery(source: str | None = None, *, folders: Sequence[str] = ()) -> Battery:
    """Run every case with expected findings under a folder.

    Args:
        source: a folder, one file, or None for the cases of the library.
        folders: folders of instruments by other hands, used before all others.

    Raises:
        ModelError: a folder or file named does not exist.

    Examples:
        >>> run_battery().tally.items > 100
        True
    """
    files, texts, problems = case_files(source, folders)
    return Battery(tuple(_tested(file, texts) for file in files), tuple(problems))


def _tested(file: CaseFile, texts: Shelf) -> CaseOutcome:
    actors = {**shelf.actors(), **file.actors} if file.actors else shelf.actors()
    found: list[Held] = []
    named = [texts.find(expected.instrument, file.instruments) for expected in file.case.expect]
    beside = [text for text in named if not isinstance(text, str)]
    beside += [text for text in file.instruments.values() if text not in beside]
    for expected, text in zip(file.case.expect, named, strict=True):
        if isinstance(text, str):
            found.append(Held(file.case.id, expected, None, trouble=text))
        else:
            found.append(held(text, file.case, expected, actors, beside))
    return CaseOutcome(file.case, file.file, tuple(found))


def held(
    text: Instrument,
    case: Case,
    expected: Expectation,
    actors: Mapping[str, Actor],
    beside: Sequence[Instrument] = (),
) -> Held:
    """Hold one expectation of a case against what the engine makes of the text."""
    names = [p.id for p in text.provisions]
    if expected.provision not in names:
        near = closest(expected.provision, names)
        hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(names) or 'none'}"
        trouble = f"'{text.id}' has no provision '{expected.provision}'; {hint}"
        return Held(case.id, expected, None, trouble=trouble)
    found: Sequence[Finding] = assess(
        [text],
        case.incident,
        actors=actors,
        as_of=expected.as_of,
        provisions={expected.provision},
        beside=beside,
        trace=False,
    )
    if not found:
        modality = text.provision(expected.provision).modality
        trouble = f"a provision of modality '{modality}' gives no finding of its own"
        return Held(case.id, expected, None, trouble=trouble)
    codes = shelf.reason_roots()
    apart = differences(expected, found[0], codes)
    stated = frozenset(codes.get(word, word) for word in expected.why)
    return Held(case.id, expected, found[0], apart, roots=stated)


def battery_of(
    instruments: Mapping[str, Instrument],
    cases: Iterable[Case],
    actors: Mapping[str, Actor] | None = None,
) -> Battery:
    """Run cases already read against instruments already read."""
    texts = Shelf(given=dict(instruments))
    files = [CaseFile(case, case.id, actors or {}) for case in cases]
    return Battery(tuple(_tested(file, texts) for file in files))
