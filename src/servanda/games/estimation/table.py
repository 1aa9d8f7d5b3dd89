"""Tables of observations: CSV text to columns of numbers or words, with what is missing marked."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.problem import Problem, Span
from servanda.scenario.reading import closest

__all__ = ["MISSING", "Column", "Table", "read_table"]

MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "NULL", "null", "."})
MAX_BYTES = 200_000_000
MAX_COLUMNS = 5_000
MAX_ROWS = 2_000_000

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column: numbers, or words with a code for each row.

    Attributes:
        numbers: float64[row], NaN where missing; None for a column of words.
        codes: int64[row], the place of the word in ``levels``, -1 where missing; None for numbers.
        levels: the distinct words, sorted as a dictionary does, upper and lower case together.
    """

    numbers: Floats | None
    codes: NDArray[np.int64] | None = None
    levels: tuple[str, ...] = ()

    @property
    def known(self) -> Masks:
        """Where there is a value, bool[row]."""
        if self.numbers is not None:
            return ~np.isnan(self.numbers)
        assert self.codes is not None  # noqa: S101 - a column is one or the other
        return self.codes >= 0


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Named columns of one length.

    Attributes:
        name: the file, or what the table is called.
        columns: the columns by name.
        rows: how many rows there are.

    Examples:
        >>> table = Table.of({"war": [0, 1, 1], "regime": ["dem", "autoc", None]})
        >>> table.rows, table.column("regime").levels
        (3, ('autoc', 'dem'))
        >>> table.column("wars")
        Traceback (most recent call last):
        ...
        servanda.domain.errors.ModelError: 'table' has no column 'wars'; did you mean 'war'?
    """

    name: str
    columns: Mapping[str, Column]
    rows: int

    @classmethod
    def of(cls, columns: Mapping[str, object], name: str = "table") -> Table:
        """Make a table of sequences: numbers, or words where one is no number.

        None, NaN and the marks of `MISSING` are missing.

        Raises:
            ModelError: columns of different length, or none (SV960).
        """
        found = {key: _given(value) for key, value in columns.items()}
        sizes = {len(column.known) for column in found.values()}
        if len(sizes) != 1 or 0 in sizes:
            raise ModelError("the columns must be of one length, at least one row", "SV960")
        return cls(name, found, sizes.pop())

    def column(self, name: str) -> Column:
        """Return a column.

        Raises:
            ModelError: there is none of that name (SV962).
        """
        if name not in self.columns:
            near = closest(name, self.columns)
            listed = ", ".join(list(self.columns)[:12]) + (", ..." * (len(self.columns) > 12))
            hint = f"did you mean '{near}'?" if near else f"there are: {listed}"
            raise ModelError(f"'{self.name}' has no column '{name}'; {hint}", "SV962")
        return self.columns[name]

    def numbers(self, name: str) -> Floats:
        """Return a column of numbers, float64[row], NaN where missing.

        Raises:
            ModelError: no such column (SV962), or it holds words (SV963).
        """
        column = self.column(name)
        if column.numbers is None:
            shown = ", ".join(repr(word) for word in column.levels[:3])
            raise ModelError(f"the column '{name}' must be numbers; it holds {shown}", "SV963")
        return column.numbers

    def take(self, rows: NDArray[np.int64]) -> Table:
        """Return a table of the given rows, in their order; a row may come more than once."""
        taken = {
            key: Column(
                None if column.numbers is None else column.numbers[rows],
                None if column.codes is None else column.codes[rows],
                column.levels,
            )
            for key, column in self.columns.items()
        }
        return Table(self.name, taken, len(rows))

    def with_columns(self, columns: Mapping[str, object]) -> Table:
        """Return the table with columns added or replaced.

        Raises:
            ModelError: a column of another length (SV960).
        """
        if not columns:
            return self
        added = Table.of(columns, self.name)
        if added.rows != self.rows:
            raise ModelError(f"the new columns have {added.rows} rows, not {self.rows}", "SV960")
        return Table(self.name, {**self.columns, **added.columns}, self.rows)


def read_table(path: Path | str, name: str | None = None) -> Table:
    """Read a CSV file: a header, one row per observation, an empty cell or NA for missing.

    A column is numbers where every cell is one; otherwise words.

    Args:
        path: the file; commas between cells, quotes where needed, UTF-8.
        name: what problems call it; the file name as given by default.

    Raises:
        ScenarioError: the file cannot be read or is no table (SV960); every faulty row is named,
            up to twenty.
    """
    path = Path(path)
    shown = name or str(path)
    problems: list[Problem] = []
    text = _text(path, shown)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        problems += _header_problems(header, shown)
        cells: list[list[str]] = []
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                message = f"the row has {len(row)} cells, the header {len(header)}"
                problems.append(_fault(message, shown, rows.line_num))
            cells.append(row)
            if len(problems) >= 20 or len(cells) > MAX_ROWS:
                break
    except csv.Error as error:
        problems.append(_fault(f"the text is no CSV: {error}", shown, rows.line_num))
        raise ScenarioError(problems) from None
    if len(cells) > MAX_ROWS:
        problems.append(_fault(f"there are more than {MAX_ROWS:,} rows", shown, rows.line_num))
    if not cells and not problems:
        problems.append(_fault("there is no row under the header", shown, 1))
    if problems:
        raise ScenarioError(problems)
    columns = zip(header, zip(*cells, strict=True), strict=True)
    return Table(shown, {key: _column(list(values)) for key, values in columns}, len(cells))


def _text(path: Path, shown: str) -> str:
    try:
        if path.exists() and not path.is_file():
            raise ScenarioError([problem("SV100", "this is not a regular file", Span(file=shown))])
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "the name is not usable").lower()
        message = f"the file cannot be read: {reason}"
        raise ScenarioError([problem("SV100", message, Span(file=shown))]) from None
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES:,} bytes"
        raise ScenarioError([problem("SV106", message, Span(file=shown))])
    if b"\0" in data[:4096]:
        raise ScenarioError([_fault("the file is binary", shown, 1)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError([_fault("the text is not UTF-8", shown, line)]) from None


def _header_problems(header: list[str], shown: str) -> list[Problem]:
    found = []
    if not header or header == [""]:
        return [
            _fault("the file is empty: a header with the names of columns comes first", shown, 1)
        ]
    if len(header) > MAX_COLUMNS:
        return [_fault(f"there are more than {MAX_COLUMNS:,} columns", shown, 1)]
    for place, name in enumerate(header):
        if not name:
            found.append(_fault(f"column {place + 1} has no name", shown, 1))
        elif header.index(name) != place:
            found.append(_fault(f"two columns are called '{name}'", shown, 1))
    return found[:20]


def _fault(message: str, shown: str, line: int) -> Problem:
    return problem("SV960", message, Span(file=shown, line=max(line, 1), column=1))


def _given(value: object) -> Column:
    if _plain(value):
        numbers = np.asarray(value, dtype=np.float64)
        if not np.isinf(numbers).any():
            return Column(numbers)
    return _column([_cell(one) for one in np.asarray(value, dtype=object).tolist()])


def _plain(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.ndim == 1


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, (bool, np.bool_)) else str(value)


def _column(cells: list[str]) -> Column:
    marks = [cell.strip() for cell in cells]
    gaps = np.fromiter((cell in MISSING for cell in marks), dtype=bool, count=len(marks))
    try:
        numbers = np.array(
            [np.nan if gap else float(cell) for cell, gap in zip(marks, gaps.tolist(), strict=True)]
        )
    except ValueError:
        return _words(marks, gaps)
    # "inf" is a number to Python and to nobody who measures.
    if np.isinf(numbers).any() or any("_" in cell for cell in marks):
        return _words(marks, gaps)
    return Column(numbers)


def _words(marks: list[str], gaps: Masks) -> Column:
    present = {cell for cell, gap in zip(marks, gaps.tolist(), strict=True) if not gap}
    levels = tuple(sorted(present, key=lambda word: (word.casefold(), word)))
    place = {word: code for code, word in enumerate(levels)}
    codes = [-1 if gap else place[cell] for cell, gap in zip(marks, gaps.tolist(), strict=True)]
    return Column(None, np.array(codes, dtype=np.int64), levels)
