"""Words for cells: from truth values to what is said of them, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.jit import kernel
from servanda.numerics.threads import over_rows
from servanda.numerics.truth_tables import REASONS, Cells

__all__ = ["classify"]

# Rows per call from Python.
_ROWS = 4096


def classify(
    cells: Cells,
    codes: NDArray[np.int32],
    words: Sequence[tuple[int, NDArray[np.uint8]]],
    *,
    threads: int | None = None,
) -> NDArray[np.uint8]:
    """Look up a word for every cell by its truth value and the code of its row.

    Args:
        cells: uint32[formula, row].
        codes: int32[column, row].
        words: per formula a column and uint8[code * 5], five words per code in the order of ranks.
        threads: how many threads; None for all processors of this process.

    Returns:
        uint8[formula, row].

    Raises:
        ValueError: a column or a code lies outside.

    Examples:
        >>> from servanda.numerics.truth_tables import FALSE, TRUE, cell
        >>> truths = np.array([[cell(TRUE), cell(FALSE, 1)]], np.uint32)
        >>> table = np.array([10, 11, 12, 13, 14], np.uint8)
        >>> classify(truths, np.zeros((1, 2), np.int32), [(0, table)]).tolist()
        [[10, 14]]
    """
    found = np.empty(cells.shape, np.uint8)
    tables = [np.ascontiguousarray(table, np.uint8) for _, table in words]
    columns = np.array([column for column, _ in words], np.int64)
    if len(words) != len(cells) or (columns.size and columns.max() >= len(codes)):
        raise ValueError("words need one column and table per formula")
    for column, table in zip(columns, tables, strict=True):
        if codes.shape[1] and (codes[column].min() < 0 or codes[column].max() * 5 + 5 > table.size):
            raise ValueError(f"column {column} holds a code without words")
    starts = np.concatenate([[0], np.cumsum([t.size for t in tables])]).astype(np.int64)
    table = np.concatenate([*tables, np.zeros(0, np.uint8)])

    def work(start: int, stop: int) -> None:
        _words(cells, codes, columns, starts, table, start, stop, found)

    if cells.size:
        over_rows(work, cells.shape[1], threads=threads, block=_ROWS)
    return found


@kernel
def _words(
    cells: Any, codes: Any, columns: Any, starts: Any, table: Any, start: int, stop: int, out: Any
) -> None:
    """Look up the words of the rows from ``start`` to ``stop``."""
    for f in range(cells.shape[0]):
        first, column = starts[f], columns[f]
        for r in range(start, stop):
            rank = np.int64(cells[f, r] >> np.uint32(REASONS))
            out[f, r] = table[first + codes[column, r] * 5 + rank]
