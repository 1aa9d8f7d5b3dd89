"""Incidents from a table: one row each, facts as ``key=value`` pairs.

A table stands in a CSV file, in a file with one JSON object a line, or in Parquet; the columns are
the same. In a growing table a row may add to an incident told of before: same identifier, and a
later ``known``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from servanda.domain.incident import Incident
from servanda.domain.problem import Problem, Severity, Span
from servanda.scenario.parsing import MAX_SCALAR, closest
from servanda.scenario.rows import Row, csv_rows, json_rows, parquet_rows
from servanda.scenario.text import Page, bounded, decoded, load_bytes

__all__ = ["MAX_TABLE_BYTES", "Table", "facts_of", "incidents"]

MAX_TABLE_BYTES = 10_000_000
_REQUIRED = ("id", "date", "title", "facts")
_OPTIONAL = ("known", "crisis", "size", "own_unit", "hypothetical", "note")
_MAX_STEPS = 8
MEND = "Mend the row shown, or write the table as CSV."
LATER = "Give it another identifier, or a `known` later than that of the row before."
SOONER = "Correct one of the two; `known` is left empty where it became known at once."


def incidents(path: Path, name: str | None = None, *, growing: bool = False) -> Table:
    """Read incidents from a table with the columns id, date, title and facts.

    Further columns may be known, crisis, size, own_unit, hypothetical and note. The column
    ``facts`` holds pairs such as ``kind=armed_attack; place.sovereign=UKR; domain=land|air``. An
    empty cell is an unknown, not a false. Problems (SV1xx, SV5xx) are in ``problems`` of what is
    returned.

    Args:
        path: a file whose name ends in ``.csv``, ``.jsonl`` or ``.parquet``; at most 10 MB.
        name: how problems call the file.
        growing: whether a row with a known identifier and a later ``known`` adds to the incident.
            Then every state of knowledge of an incident is returned, each with all facts so far;
            what the row leaves empty stays as it was.
    """
    name = name or str(path)
    data = load_bytes(path, name, MAX_TABLE_BYTES)
    if isinstance(data, bytes) and path.suffix == ".parquet":
        return Table(Page(name, ""), growing=growing).take(parquet_rows(data))
    page = decoded(data, name) if isinstance(data, bytes) else data
    if isinstance(page, Problem):
        table = Table(Page(name, ""))
        table.problems = (page,)
        return table
    if path.suffix == ".jsonl":
        return Table(page, growing=growing).take(json_rows(page.text))
    return Table(page, growing=growing).read()


def facts_of(text: str) -> dict[str, Any]:
    """Read the ``facts`` cell of a row.

    Raises:
        ValueError: a pair has no ``=``, or a key is used both for a value and for a group.

    Examples:
        >>> facts_of("kind=armed_attack; place.sovereign=UKR; domain=land|air")
        {'kind': 'armed_attack', 'place': {'sovereign': 'UKR'}, 'domain': ['land', 'air']}
    """
    facts: dict[str, Any] = {}
    for pair in filter(None, (part.strip() for part in text.split(";"))):
        key, sign, value = (part.strip() for part in pair.partition("="))
        if not sign or not key or not value:
            raise ValueError(f"'{pair[:60]}' is not of the form key=value")
        *groups, last = key.split(".")
        if len(groups) >= _MAX_STEPS or not all((*groups, last)):
            raise ValueError(f"the key '{key[:60]}' has an empty part or too many parts")
        holder = facts
        for group in groups:
            holder = holder.setdefault(group, {})
            if not isinstance(holder, dict):
                raise ValueError(f"'{group}' has a value and cannot be a group too")
        if last in holder:
            raise ValueError(f"the fact '{key[:60]}' is given twice")
        holder[last] = [v.strip() for v in value.split("|")] if "|" in value else value
    return facts


class Table:
    """The incidents of a table, where each stands, and the problems found in it."""

    def __init__(self, page: Page, *, growing: bool = False) -> None:
        """Take the text; `read` reads it."""
        self.page = page
        self.growing = growing
        self.incidents: tuple[Incident, ...] = ()
        self.problems: tuple[Problem, ...] = ()
        self.lines: dict[str, int] = {}
        self.rows: dict[str, list[int]] = {}
        self.columns: list[str] = []
        self._found: list[Problem] = []
        self._told: dict[str, Incident] = {}

    def read(self) -> Table:
        """Read heading and rows; every row that can be read is."""
        found: list[Incident] = []
        rows = self._rows()
        if self._heading(rows):
            for line, row in rows:
                incident = self._row(line, row)
                if incident is not None:
                    found.append(incident)
        return self._closed(found)

    def take(self, rows: Iterator[Row]) -> Table:
        """Take rows that were read from another form of table."""
        found: list[Incident] = []
        for row in rows:
            if row.unreadable:
                self._note("SV503", row.unreadable, row.line, remedy=MEND)
                continue
            if self._columns(row):
                incident = self._incident(row.line, dict(row.cells), row.facts)
                if incident is not None:
                    found.append(incident)
        if not found and not self._found:
            self._note("SV101", "the file holds no content", 1)
        return self._closed(found)

    def _closed(self, found: list[Incident]) -> Table:
        self.incidents = tuple(found)
        self.problems = bounded(self._found, self.page.name)
        return self

    def _columns(self, row: Row) -> bool:
        """Say whether a row has known columns only; each unknown one is noted."""
        strange = [name for name in row.cells if name not in _REQUIRED + _OPTIONAL]
        for name in strange:
            near = closest(name, _REQUIRED + _OPTIONAL)
            hint = f"did you mean '{near}'?" if near else ""
            self._note("SV506", f"unknown column '{name[:40]}'", row.line, name, hint=hint)
        return not strange

    def problem(
        self,
        code: str,
        message: str,
        incident: str,
        near: str,
        *,
        hint: str = "",
        remedy: str | None = None,
        severity: Severity = "error",
    ) -> Problem:
        """Make a problem that points at a word in the row of an incident that has it."""
        rows = self.rows[incident]
        line = next((n for n in rows if near and near in self.page.line(n)), rows[0])
        span = self.span(line, near)
        return self.page.problem(code, message, span, hint=hint, remedy=remedy, severity=severity)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that holds something with the line it begins on."""
        return csv_rows(
            self.page.text,
            lambda said, line: self._note("SV503", said, line),
            longest=10 * MAX_SCALAR,
        )

    def _heading(self, rows: Iterator[tuple[int, list[str]]]) -> bool:
        first = next(rows, None)
        if first is None:
            if not self._found:
                self._note("SV101", "the file holds no content", 1)
            return False
        line, self.columns = first
        missing = [name for name in _REQUIRED if name not in self.columns]
        for name in missing:
            near = closest(name, self.columns)
            hint = f"is '{near}' meant?" if near else ""
            self._note("SV501", f"the column '{name}' is missing", line, hint=hint)
        for place, name in enumerate(self.columns):
            if name not in _REQUIRED + _OPTIONAL:
                near = closest(name, _REQUIRED + _OPTIONAL)
                hint = f"did you mean '{near}'?" if near else ""
                self._note("SV506", f"unknown column '{name[:40]}'", line, name, hint=hint)
            elif name in self.columns[:place]:
                self._note("SV506", f"the column '{name}' stands twice", line, name)
        return not missing

    def _row(self, line: int, row: list[str]) -> Incident | None:
        if len(row) != len(self.columns):
            message = f"the row has {len(row)} cells, the heading {len(self.columns)}"
            self._note("SV502", message, line)
            return None
        cells = {key: cell for key, cell in zip(self.columns, row, strict=True) if cell}
        return self._incident(line, cells, cells.pop("facts", ""))

    def _incident(self, line: int, cells: dict[str, str], told: Any) -> Incident | None:
        try:
            facts = facts_of(told) if isinstance(told, str) else told
        except ValueError as error:
            self._note("SV505", f"'facts': {error}", line)
            return None
        wanted: dict[str, Any] = {k: cells[k] for k in _REQUIRED + _OPTIONAL if k in cells}
        before = self._told.get(cells.get("id", "")) if self.growing else None
        if before is not None:
            wanted = before.model_dump(exclude_none=True) | wanted
            facts = _added(before.facts, facts)
        try:
            incident = Incident.model_validate({**wanted, "facts": facts})
        except ValidationError as error:
            self._bad_cells(error, line, wanted)
            return None
        if incident.id in self.lines and not _later(before, incident):
            message = f"the identifier '{incident.id}' stands at line {self.lines[incident.id]} too"
            remedy = LATER if self.growing else None
            self._note("SV310", message, line, incident.id, remedy=remedy)
            return None
        if _foreseen(incident):
            message = f"'known' is {incident.known}, before the 'date' {incident.date}"
            self._note("SV504", message, line, str(incident.known), remedy=SOONER)
            return None
        self.rows.setdefault(incident.id, []).append(line)
        self.lines.setdefault(incident.id, line)
        self._told[incident.id] = incident
        return incident

    def _bad_cells(self, error: ValidationError, line: int, cells: dict[str, str]) -> None:
        for entry in error.errors(include_url=False, include_input=False):
            field = str(entry["loc"][0]) if entry["loc"] else "id"
            if entry["type"] == "missing":
                self._note("SV504", f"'{field}' is empty", line)
                continue
            said = entry["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
            self._note("SV504", f"'{field}': {said}", line, cells.get(field, ""))

    def _note(
        self,
        code: str,
        message: str,
        line: int,
        near: str = "",
        *,
        hint: str = "",
        remedy: str | None = None,
    ) -> None:
        span = self.span(line, near)
        self._found.append(self.page.problem(code, message, span, hint=hint, remedy=remedy))

    def span(self, line: int, near: str = "") -> Span:
        """Return the first place of a word in a line, or the whole line."""
        text = self.page.line(line)
        at = text.find(near) if near else -1
        start, width = (at, len(near)) if at >= 0 else (0, max(1, len(text)))
        return self.page.span(line, start + 1, line, start + 1 + width)


def _later(before: Incident | None, now: Incident) -> bool:
    """Say whether a row tells of a later state of knowledge."""
    if before is None or now.known is None:
        return False
    first = before.known or before.date
    return first is None or first.before(now.known)


def _foreseen(row: Incident) -> bool:
    """Say whether a row is known before it happens, however its days are read."""
    date, known = row.date, row.known
    if date is None or known is None:
        return False
    return known.before(date) and known.latest < date.earliest


def _added(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with those of a later row added; groups are joined key by key."""
    joined = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(joined.get(key), dict)
        joined[key] = _added(joined[key], value) if both else value
    return joined
