"""Tables of the alliance data: a row read into a skeleton, an instrument written as a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.domain.problem import Problem, Span
from servanda.obligations.atop import (
    MEMBER_COLUMNS,
    VARIABLES,
    AtopRecord,
    Loss,
    code_of,
    from_atop,
    losses_of_row,
    to_atop,
)
from servanda.scenario import shelf
from servanda.scenario.parsing import MAX_SCALAR, closest
from servanda.scenario.text import Page, bounded, decoded, load_bytes
from servanda.scenario.writing import write
from servanda.study.banks import instrument_at

__all__ = [
    "AtopTable",
    "Imported",
    "atop_table",
    "exported",
    "imported",
    "members_csv",
    "record_csv",
    "record_json",
    "saved",
]

MAX_TABLE_BYTES = 20_000_000
MAX_ROWS = 100_000
_CODED = frozenset((*VARIABLES, *MEMBER_COLUMNS[2:]))


@dataclass(slots=True)
class AtopTable:
    """A table with ATOP column names: its rows, the line each begins on, and its problems."""

    name: str
    rows: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """A skeleton made from a row, as a noun and as the text of a file, and what was lost."""

    instrument: Instrument
    text: str
    losses: tuple[Loss, ...]


def exported(source: str, *, on: str | None = None) -> AtopRecord:
    """Code an instrument of the library or of a file in ATOP's variables.

    Args:
        source: a path, or the name of an instrument of the library.
        on: keep only those who are members on this day.

    Raises:
        ScenarioError: the file has problems.
        ModelError: there is no such instrument (SV613), or the day is no date (SV606).

    Examples:
        >>> exported("anzus-1951").variables["defcoloc"]
        1
    """
    problems: list[Problem] = []
    text = instrument_at(source, problems)
    if any(p.severity == "error" for p in problems):
        raise ScenarioError(problems)
    try:
        day = Moment(on) if on else None
    except ValueError as error:
        raise ModelError(f"--on: {error}", code="SV606") from None
    return to_atop(text, actors=shelf.actors(), on=day)


def imported(
    path: str | Path, *, members: str | Path | None = None, row: str | None = None
) -> Imported:
    """Make a skeleton from one row of an alliance table.

    Args:
        path: a CSV file with ATOP column names, UTF-8.
        members: the member table.
        row: the ``atopid`` wanted; needed where the table has several rows.

    Raises:
        ScenarioError: a table has problems, each with its place.
        ModelError: no row, or no single one, has the identifier (SV817).
    """
    table = _sound(atop_table(path))
    entries = _sound(atop_table(members)).rows if members is not None else []
    chosen = _chosen(table, row)
    text = from_atop(chosen, entries)
    return Imported(text, _HEAD + write(text), losses_of_row(chosen, entries))


_HEAD = (
    "# A skeleton made from a row of the ATOP data. What the row does not say stands under\n"
    "# `unspecified`; `servanda check` and `servanda questions` go on from here.\n"
)


def atop_table(path: str | Path) -> AtopTable:
    """Read a table with the column ``atopid`` and any of ATOP's variables.

    Column names are read without regard to case. A blank cell, a dot, NA or a negative code is a
    missing code. Problems (SV1xx, SV501 to SV503, SV818) are in ``problems``.
    """
    name = str(path)
    data = load_bytes(Path(path), name, MAX_TABLE_BYTES)
    page = decoded(data, name) if isinstance(data, bytes) else data
    if isinstance(page, Problem):
        return AtopTable(name, problems=(page,))
    return _Reader(page).read()


def record_json(record: AtopRecord) -> dict[str, Any]:
    """Return a record as plain data for JSON."""
    columns = MEMBER_COLUMNS
    return {
        "atopid": record.atopid,
        "variables": dict(record.variables),
        "reasons": dict(record.reasons),
        "derived": {name: list(ids) for name, ids in record.derived.items()},
        "members": [dict(zip(columns, astuple(m), strict=True)) for m in record.members],
        "losses": [
            {"slot": loss.slot, "provision": loss.provision, "note": loss.note}
            for loss in record.losses
        ],
    }


def record_csv(record: AtopRecord) -> str:
    r"""Write the variables as a table of one row; a missing code is an empty cell.

    Examples:
        >>> record_csv(AtopRecord("x", {"defense": 1, "offense": None}))
        'atopid,defense,offense\nx,1,\n'
    """
    return _csv([("atopid", *record.variables), (record.atopid, *record.variables.values())])


def members_csv(record: AtopRecord) -> str:
    """Write the member table; a part of a date that is not known is an empty cell."""
    return _csv([MEMBER_COLUMNS, *(astuple(member) for member in record.members)])


def saved(texts: Mapping[str, str]) -> None:
    """Write texts to new files; nothing that exists is overwritten.

    Raises:
        ModelError: a file of the name exists (SV819); then nothing is written.
    """
    for path in texts:
        if Path(path).exists():
            raise ModelError(f"{path} exists already; choose another name", code="SV819")
    for path, text in texts.items():
        with Path(path).open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return stream.getvalue()


def _sound(table: AtopTable) -> AtopTable:
    if table.problems:
        raise ScenarioError(table.problems)
    return table


def _chosen(table: AtopTable, wanted: str | None) -> dict[str, str]:
    known = [row["atopid"] for row in table.rows]
    if wanted is None:
        if len(known) == 1:
            return table.rows[0]
        message = f"{table.name} has {len(known)} rows; say which with --row"
        raise ModelError(message, code="SV817")
    found = [row for row in table.rows if row["atopid"] == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{len(found)} rows have the atopid {wanted}; give a table with one row for each"
        raise ModelError(message, code="SV817")
    near = closest(wanted, known)
    hint = f"; did you mean '{near}'?" if near else ""
    raise ModelError(f"no row has the atopid '{wanted[:40]}'{hint}", code="SV817")


class _Reader:
    """Reads one table and notes what is wrong with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.table = AtopTable(page.name)
        self.columns: list[str] = []
        self.found: list[Problem] = []

    def read(self) -> AtopTable:
        """Read heading and rows."""
        rows = self._rows()
        first = next(rows, None)
        if first is None:
            if not self.found:
                self._note("SV101", "the file holds no content", self.page.span(1, 1))
        elif self._heading(*first):
            for line, cells in rows:
                self._row(line, cells)
        self.table.problems = bounded(self.found, self.page.name)
        return self.table

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(10 * MAX_SCALAR)
        reader = csv.reader(io.StringIO(self.page.text, newline=""), strict=True)
        line = 1
        while line <= MAX_ROWS:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                said = "a quote is not closed" if "end of data" in str(error) else error
                self._note("SV503", f"this is not a table: {said}", self.page.span(line, 1))
                return
            if any(cell.strip() for cell in row):
                yield line, [cell.strip() for cell in row]
            line = reader.line_num + 1
        self._note("SV106", f"the table has more than {MAX_ROWS:,} lines", self.page.span(line, 1))

    def _heading(self, line: int, cells: list[str]) -> bool:
        self.columns = [cell.lower() for cell in cells]
        for place, name in enumerate(self.columns):
            if name in self.columns[:place]:
                message = f"the column '{name[:40]}' stands twice"
                self._note("SV506", message, self._span(line, cells, place))
        if "atopid" in self.columns:
            return not self.found
        near = closest("atopid", self.columns)
        hint = f"; is '{near}' meant?" if near else ""
        self._note("SV501", f"the column 'atopid' is missing{hint}", self.page.span(line, 1))
        return False

    def _row(self, line: int, cells: list[str]) -> None:
        if len(cells) != len(self.columns):
            message = f"the row has {len(cells)} cells, the heading {len(self.columns)}"
            self._note("SV502", message, self.page.span(line, 1))
            return
        row = dict(zip(self.columns, cells, strict=True))
        if not row["atopid"]:
            message = "'atopid' is empty"
            self._note("SV818", message, self.page.span(line, 1))
        for place, (name, cell) in enumerate(row.items()):
            if name in _CODED:
                self._cell(line, cells, place, name, cell)
        self.table.rows.append(row)
        self.table.lines.append(line)

    def _cell(self, line: int, cells: list[str], place: int, name: str, cell: str) -> None:
        try:
            code_of(cell)
        except ValueError as error:
            self._note("SV818", f"'{name}': {error}", self._span(line, cells, place))

    def _span(self, line: int, cells: list[str], place: int) -> Span:
        """Return where a cell stands; in a row with quotes, its first place in the line."""
        text = self.page.line(line)
        cell = cells[place]
        at = text.find(cell)
        if '"' not in text:
            parts = text.split(",")
            at = sum(len(part) + 1 for part in parts[:place])
            at += len(parts[place]) - len(parts[place].lstrip()) if place < len(parts) else 0
        return self.page.span(line, max(0, at) + 1, line, max(0, at) + 1 + max(1, len(cell)))

    def _note(self, code: str, message: str, span: Span) -> None:
        self.found.append(self.page.problem(code, message, span))
