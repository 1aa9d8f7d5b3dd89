"""Rows of tables: CSV, one JSON object a line, or Parquet.

In the two that are no CSV every value becomes text as in the other formats, so that one model types
them all; an empty or null value is left out, which is an unknown.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

__all__ = ["MAX_ROWS", "Row", "csv_rows", "json_rows", "parquet_rows"]

MAX_ROWS = 200_000
MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, its cells as text, its facts; or why it cannot be read."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    facts: Any = ""
    unreadable: str = ""


def csv_rows(
    text: str, broken: Callable[[str, int], object], *, longest: int
) -> Iterator[tuple[int, list[str]]]:
    r"""Yield each row of a CSV table that holds something with the line it begins on.

    Args:
        text: the table, heading included.
        broken: told what is wrong, and on which line, where the table cannot be read any further.
        longest: most characters of a cell.

    Examples:
        >>> list(csv_rows("a,b\n\n1,2\n", print, longest=9))
        [(1, ['a', 'b']), (3, ['1', '2'])]
    """
    csv.field_size_limit(longest)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            said = "a quote is not closed" if "end of data" in str(error) else error
            broken(f"this is not a table: {said}", line)
            return
        if any(cell.strip() for cell in row):
            yield line, [cell.strip() for cell in row]
        line = reader.line_num + 1


def json_rows(text: str) -> Iterator[Row]:
    r"""Read one JSON object from each line that is not empty.

    Examples:
        >>> [(r.cells, r.facts) for r in json_rows('{"id": "a", "facts": {"scale": 3}}\n')]
        [({'id': 'a'}, {'scale': '3'})]
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            data = _json(line)
            yield _row(number, data)
        except (ValueError, RecursionError) as error:
            said = str(error) if type(error) is ValueError else "this is not JSON"
            yield Row(number, unreadable=said)


def parquet_rows(data: bytes) -> Iterator[Row]:
    """Read the rows of a Parquet file; the first row counts as line 1."""
    import polars

    try:
        frame = polars.read_parquet(io.BytesIO(data), n_rows=MAX_ROWS + 1)
        found = frame.rows(named=True)
    except Exception as error:  # the reader's own kinds are many and change with its versions
        yield Row(1, unreadable=f"this is not Parquet ({type(error).__name__})")
        return
    if len(found) > MAX_ROWS:
        yield Row(1, unreadable=f"the table has more than {MAX_ROWS:,} rows")
        return
    for number, data_row in enumerate(found, start=1):
        try:
            yield _row(number, data_row)
        except ValueError as error:
            yield Row(number, unreadable=str(error))


def _row(number: int, data: Any) -> Row:
    if not isinstance(data, dict):
        raise ValueError("a row is one object with the columns as keys")
    facts = data.get("facts")
    if isinstance(facts, str) and facts.lstrip().startswith("{"):
        facts = _json(facts)
    cells = {}
    for key, value in data.items():
        if key == "facts" or value is None or value == "":
            continue
        if isinstance(value, (dict, list)):
            raise ValueError(f"the column '{key[:40]}' holds one value, not several")
        cells[str(key)] = str(_text(value, 0))
    return Row(number, cells, "" if facts is None else _text(facts, 0))


def _text(value: Any, depth: int) -> Any:
    """Turn scalars into text and leave out what is null."""
    if depth > MAX_DEPTH:
        raise ValueError(f"the facts are nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        return {str(k): _text(v, depth + 1) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        return [_text(v, depth + 1) for v in value if v is not None]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def _json(text: str) -> Any:
    """Read JSON with numbers kept as they are written."""
    return json.loads(
        text, object_pairs_hook=_once, parse_constant=_refused, parse_float=str, parse_int=str
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no value")
