"""Who owes what in one incident: options down, guarantors across, the strongest duty in each cell.

The texts' own words decide where a duty stands: a finding that names no bearer (the text leaves
open who is bound) has a column of its own and is never given to a guarantor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from servanda.domain.moment import Moment
from servanda.report.duties import Step, trace_step
from servanda.report.words import FINDING_WORDS, finding_word, plain
from servanda.study.result import DutyCell

__all__ = [
    "NOBODY",
    "Due",
    "Finding",
    "Standing",
    "StandingCell",
    "dues",
    "findings_in",
    "standing",
]

NOBODY = "-"
"""The column of findings whose text does not say who is bound."""

_ORDER = {finding: rank for rank, finding in enumerate(FINDING_WORDS)}
_WEIGHT = {
    "binding": 0,
    "discretionary": 1,
    "political": 2,
    "mandate": 2,
    "permitted": 3,
    "consult": 4,
}
_QUIET = frozenset({"not_triggered", "not_in_force", "lapsed"})


@dataclass(frozen=True)
class StandingCell:
    """The strongest duty of a guarantor under an option: mark, words, whether it is only talk."""

    option: str
    guarantor: str
    mark: str
    word: str
    klass: str
    also: str
    due: str


@dataclass
class Standing:
    """The matrix: columns are guarantors, rows options."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[str, str, tuple[StandingCell | None, ...]]] = field(default_factory=list)


@dataclass(frozen=True)
class Finding:
    """One finding as a page shows it, with its reasoning."""

    cell: DutyCell
    mark: str
    word: str
    says: str
    step: Step | None


@dataclass(frozen=True)
class Due:
    """A point in time by which something is owed, by whom, and where it is written."""

    due: str
    hours: float | None
    bearers: tuple[str, ...]
    what: tuple[str, ...]


def standing(
    cells: Sequence[DutyCell], options: Mapping[str, str], guarantors: Mapping[str, str]
) -> Standing:
    """Arrange findings by option and guarantor.

    Args:
        cells: the findings of one incident.
        options: title by option.
        guarantors: name by guarantor.
    """
    open_ones = any(not c.bearers and c.finding not in _QUIET for c in cells)
    columns = [*([(NOBODY, "not said who")] if open_ones else []), *guarantors.items()]
    made = Standing(tuple(columns))
    for option, title in options.items():
        mine = [c for c in cells if c.option == option]
        row = tuple(_cell(option, actor, _of(mine, actor)) for actor, _ in columns)
        made.rows.append((option, title, row))
    return made


def _of(cells: Iterable[DutyCell], actor: str) -> list[DutyCell]:
    loud = [c for c in cells if c.finding not in _QUIET]
    if actor == NOBODY:
        return [c for c in loud if not c.bearers]
    return [c for c in loud if actor in c.bearers]


def _cell(option: str, actor: str, found: list[DutyCell]) -> StandingCell | None:
    if not found:
        return None
    best = min(found, key=_rank)
    mark, word, _ = finding_word(best.finding)
    others = dict.fromkeys(
        plain(c.klass) for c in sorted(found, key=_rank) if c.klass != best.klass
    )
    dues = sorted(c.due for c in found if c.due)
    return StandingCell(
        option, actor, mark, word, plain(best.klass), ", ".join(others), dues[0] if dues else ""
    )


def _rank(cell: DutyCell) -> tuple[int, int]:
    return _ORDER.get(cell.finding, 50), _WEIGHT.get(cell.klass, 5)


def findings_in(cells: Sequence[DutyCell], option: str, actor: str | None) -> list[Finding]:
    """Return the findings behind a cell, the strongest first, each once, with its reasoning.

    Args:
        cells: the findings of one incident.
        option: the row.
        actor: the column; None for every finding of the option, quiet ones too.
    """
    mine = [c for c in cells if c.option == option]
    chosen = mine if actor is None else _of(mine, actor)
    seen: dict[tuple[str, str], Finding] = {}
    for cell in sorted(chosen, key=_rank):
        mark, word, _ = finding_word(cell.finding)
        step = trace_step(cell.trace) if cell.trace else None
        seen.setdefault(
            (cell.instrument, cell.provision), Finding(cell, mark, word, cell.says, step)
        )
    return list(seen.values())


def dues(cells: Sequence[DutyCell], start: Moment | None) -> list[Due]:
    """Return every point in time by which something is owed, the first first.

    Args:
        cells: the findings of one incident.
        start: what hours are counted from: the request, else the incident.
    """
    by_due: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for cell in cells:
        if cell.due and cell.finding not in _QUIET:
            who, what = by_due.setdefault(cell.due, ({}, {}))
            who.update(dict.fromkeys(cell.bearers))
            what[f"{plain(cell.klass)}: {cell.instrument}, {plain(cell.provision)}"] = None
    return [
        Due(due, _hours(start, due), tuple(who), tuple(what))
        for due, (who, what) in sorted(by_due.items())
    ]


def _hours(start: Moment | None, due: str) -> float | None:
    if start is None or start.precision != "instant":
        return None
    try:
        end = datetime.fromisoformat(due)
    except ValueError:
        return None
    if end.tzinfo is None:
        return None
    return round((end - start.earliest).total_seconds() / 3600, 2)
