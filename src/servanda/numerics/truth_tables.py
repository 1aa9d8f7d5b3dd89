"""Formulas in five-valued logic over tables: millions of rows at once, with their reasons.

A *cell* is one uint32: the rank of a truth value in its top bits and a mask of up to 28 reasons
below. A *leaf* looks the code of a row in one column up in its own table of cells. A *formula* is
a tree of conjunctions and disjunctions over leaves; its cell for a row says what the row makes of
it and which leaves decided. The logic is strong Kleene logic with two more values between unknown
and false:

- in a conjunction the largest of true < unknown < contested < open < false decides, and all parts
  with that value give their reasons;
- in a disjunction the largest of false < open < unknown < contested < true decides; the first
  part with that value gives its reasons, or all of them where every part is false;
- a gate is a conjunction whose first part, where it is false, decides alone.

Rows are worked through in blocks that fit the first-level cache, formula by formula, with a small
stack of buffers. Rows share nothing, so the cells depend neither on threads nor on blocks.

References:
    Kleene 1952, Introduction to Metamathematics, section 64.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.jit import kernel, part
from servanda.numerics.threads import over_rows

__all__ = [
    "CONTESTED",
    "FALSE",
    "MASK",
    "OPEN",
    "REASONS",
    "TRUE",
    "UNKNOWN",
    "Formula",
    "Program",
    "cell",
    "evaluate",
    "masks",
    "ranks",
]

#: A leaf by its index, or ``("all" | "any" | "gate", parts)``.
Formula = int | tuple[str, Sequence["Formula"]]
Cells = NDArray[np.uint32]

#: Ranks of the truth values in a conjunction, where the largest decides.
TRUE, UNKNOWN, CONTESTED, OPEN, FALSE = range(5)
#: How many reasons a cell can hold.
REASONS = 28
#: The bits of the reasons.
MASK = (1 << REASONS) - 1

# Rows per block: buffers of 4 KiB, of which a stack stays in the first-level cache.
_BLOCK = 1024
# Blocks per call from Python, so that handing out work costs nothing.
_BLOCKS = 4
_PUSH_TRUE, _PUSH, _ALL, _ANY, _GATE, _POP_ALL, _POP_ANY, _POP_GATE = range(8)
_JOIN = {"all": _ALL, "any": _ANY, "gate": _GATE}
_POP = {"all": _POP_ALL, "any": _POP_ANY, "gate": _POP_GATE}


def cell(rank: int, mask: int = 0) -> int:
    """Pack a truth value and the reasons for it.

    Args:
        rank: TRUE, UNKNOWN, CONTESTED, OPEN or FALSE.
        mask: one bit per reason, below ``1 << REASONS``.

    Raises:
        ValueError: the rank or the mask does not fit.

    Examples:
        >>> hex(cell(FALSE, 0b101))
        '0x40000005'
    """
    if not TRUE <= rank <= FALSE:
        raise ValueError(f"a rank lies between {TRUE} and {FALSE}, not at {rank}")
    if not 0 <= mask <= MASK:
        raise ValueError(f"a mask has {REASONS} bits, and {mask:#x} needs others")
    return rank << REASONS | mask


def ranks(cells: Cells) -> NDArray[np.uint8]:
    """Truth values of cells, uint8 of the same shape.

    Examples:
        >>> ranks(np.array([cell(OPEN, 7), cell(TRUE)], np.uint32)).tolist()
        [3, 0]
    """
    return (cells >> np.uint32(REASONS)).astype(np.uint8)


def masks(cells: Cells) -> Cells:
    """Reasons of cells, one bit each, uint32 of the same shape.

    Examples:
        >>> masks(np.array([cell(OPEN, 7), cell(TRUE)], np.uint32)).tolist()
        [7, 0]
    """
    return cells & np.uint32(MASK)


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Formulas made ready for ``evaluate``; build it with ``Program.build``.

    Attributes:
        columns: int32[leaf], the column of codes that a leaf reads.
        starts: int64[leaf + 1], where the stretch of each leaf in ``table`` begins, and its end.
        table: uint32[cells], the tables of all leaves one after another.
        steps: int32[step, 2], operation and leaf, the formulas one after another in postfix order.
        bounds: int64[formula + 1], where the steps of each formula begin, and their end.
        depth: how many buffers the deepest formula needs.
    """

    columns: NDArray[np.int32]
    starts: NDArray[np.int64]
    table: Cells
    steps: NDArray[np.int32]
    bounds: NDArray[np.int64]
    depth: int

    @classmethod
    def build(
        cls, formulas: Iterable[Formula], leaves: Sequence[tuple[int, Sequence[int] | Cells]]
    ) -> Program:
        """Compile formulas over leaves.

        Args:
            formulas: each a leaf index or nested tuples like
                ``("all", [0, ("any", [1, 2]), ("gate", [3, 4])])``. ``("all", [])`` is true.
            leaves: per leaf its column and its cells by code, as ``cell`` packs them.

        Returns:
            The program; the order of formulas is kept.

        Raises:
            ValueError: a formula names no operation or leaf there is, a part is missing, or a
                cell has no truth value.

        Examples:
            >>> lamp = Program.build([("any", [0, 1])], [(0, [cell(FALSE, 1), cell(TRUE)]),
            ...     (1, [cell(FALSE, 2), cell(UNKNOWN, 4)])])
            >>> found = evaluate(lamp, np.array([[0, 0, 1], [0, 1, 1]], np.int32))
            >>> ranks(found).tolist(), masks(found).tolist()
            ([[4, 1, 0]], [[3, 4, 0]])
        """
        tables = [_checked_table(k, cells) for k, (_, cells) in enumerate(leaves)]
        columns = [column for column, _ in leaves]
        if columns and min(columns) < 0:
            raise ValueError(f"leaf {columns.index(min(columns))} reads column {min(columns)}")
        steps: list[tuple[int, int]] = []
        bounds, depth = [0], 1
        for formula in formulas:
            depth = max(depth, _compile(formula, len(tables), steps))
            bounds.append(len(steps))
        sizes = [table.size for table in tables]
        return cls(
            columns=np.array(columns, np.int32),
            starts=np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
            table=np.concatenate([*tables, np.zeros(0, np.uint32)]),
            steps=np.array(steps, np.int32).reshape(-1, 2),
            bounds=np.array(bounds, np.int64),
            depth=depth,
        )

    @property
    def formulas(self) -> int:
        """How many formulas there are."""
        return self.bounds.size - 1

    def limits(self) -> NDArray[np.int64]:
        """Per column that a leaf may read, one more than the largest code that all leaves know.

        Returns:
            int64[columns] up to the last one read; a column that no leaf reads has 1 << 32.
        """
        width = int(self.columns.max()) + 1 if self.columns.size else 0
        most = np.full(width, 1 << 32, np.int64)
        np.minimum.at(most, self.columns, np.diff(self.starts))
        return most


def evaluate(
    program: Program,
    codes: NDArray[np.int32],
    *,
    threads: int | None = None,
    out: Cells | None = None,
) -> Cells:
    """Work out every formula for every row.

    Args:
        program: the formulas.
        codes: int32[column, row], C-contiguous; per column the code of each row.
        threads: how many threads; None for all processors of this process.
        out: uint32[formula, row] to write into, C-contiguous; None for a new array. Passing the
            same array again saves the time that the system needs to hand out fresh memory.

    Returns:
        uint32[formula, row], cells as ``cell`` packs them.

    Raises:
        ValueError: a column is missing, an array has another type or shape, or a code lies
            outside the table of a leaf that reads it.
    """
    _check_codes(program, codes)
    rows = codes.shape[1]
    shape = (program.formulas, rows)
    cells = np.empty(shape, np.uint32) if out is None else out
    if cells.shape != shape or cells.dtype != np.uint32 or not cells.flags.c_contiguous:
        raise ValueError(f"out must be a contiguous uint32 array of shape {shape}")

    def work(start: int, stop: int) -> None:
        _run(
            program.columns,
            program.starts,
            program.table,
            program.steps,
            program.bounds,
            program.depth,
            codes,
            start,
            stop,
            cells,
        )

    if rows and program.formulas:
        over_rows(work, rows, threads=threads, block=_BLOCK * _BLOCKS)
    return cells


def _checked_table(leaf: int, cells: Sequence[int] | Cells) -> Cells:
    """Return the table of one leaf as uint32, or complain."""
    given = np.asarray(cells)
    if given.ndim != 1 or not given.size:
        raise ValueError(f"leaf {leaf} needs a table of one or more cells in one dimension")
    if given.dtype.kind not in "iu":
        raise ValueError(f"leaf {leaf}: cells must be whole numbers, not {given.dtype}")
    wide = given.astype(np.int64)
    if wide.min() < 0 or wide.max() > cell(FALSE, MASK):
        raise ValueError(f"leaf {leaf} has a cell without a truth value")
    return wide.astype(np.uint32)


def _compile(formula: Any, leaves: int, steps: list[tuple[int, int]]) -> int:
    """Append the steps of one formula; return how many buffers they need.

    Parts are joined from the left, so that the first deciding part of a disjunction is kept. All
    joins are associative except the gate, whose rest is therefore joined before.
    """
    if isinstance(formula, int | np.integer) and not isinstance(formula, bool):
        if not 0 <= formula < leaves:
            raise ValueError(f"there is no leaf {formula}; there are {leaves}")
        steps.append((_PUSH, int(formula)))
        return 1
    pair = isinstance(formula, tuple) and len(formula) == 2 and isinstance(formula[1], Sequence)
    if not pair or not isinstance(formula[0], str) or formula[0] not in _JOIN:
        raise ValueError(f"{formula!r} is no leaf and no ('all' | 'any' | 'gate', parts)")
    name, parts = formula[0], list(formula[1])
    if not parts:
        if name != "all":
            raise ValueError(f"{name!r} needs at least one part")
        steps.append((_PUSH_TRUE, 0))
        return 1
    if name == "gate" and len(parts) > 2:
        parts = [parts[0], ("all", parts[1:])]
    depth = _compile(parts[0], leaves, steps)
    for piece in parts[1:]:
        begin = len(steps)
        below = _compile(piece, leaves, steps)
        if len(steps) == begin + 1 and steps[begin][0] == _PUSH:
            steps[begin] = (_JOIN[name], steps[begin][1])
        else:
            steps.append((_POP[name], 0))
            depth = max(depth, 1 + below)
    return depth


def _check_codes(program: Program, codes: NDArray[np.int32]) -> None:
    """Complain about codes that would read outside the tables."""
    if codes.dtype != np.int32 or codes.ndim != 2 or not codes.flags.c_contiguous:
        raise ValueError("codes must be a contiguous int32 array [column, row]")
    most = program.limits()
    if len(codes) < most.size:
        raise ValueError(f"a leaf reads column {most.size - 1}, and there are {len(codes)} columns")
    if not codes.size:
        return
    # Seen as unsigned, a negative code is a large one.
    found = codes[: most.size].view(np.uint32).max(axis=1).astype(np.int64)
    for column in np.flatnonzero(found >= most):
        raise ValueError(
            f"column {column} holds a code outside 0..{most[column] - 1}, all that its leaves know"
        )


# The truth value stands in the top bits, so the larger of two cells has the larger rank. Cells
# of one rank differ in the mask only, hence by less than 1 << REASONS.
@part(inline=True)
def _conjunction(x, y):  # type: ignore[no-untyped-def]
    """Join two cells that must both hold."""
    return x | y if (x ^ y) < np.uint32(1 << REASONS) else max(x, y)


# Ranks in a disjunction by rank in a conjunction, four bits each: 4, 2, 3, 1, 0.
@part(inline=True)
def _disjunction(x, y):  # type: ignore[no-untyped-def]
    """Join two cells of which one must hold; the first stays on equal terms."""
    order, low = np.uint32(0x01324), np.uint32(7)
    of_x = np.uint32(order >> np.uint32((x >> np.uint32(REASONS)) << np.uint32(2))) & low
    of_y = np.uint32(order >> np.uint32((y >> np.uint32(REASONS)) << np.uint32(2))) & low
    decided = y if of_y > of_x else x
    return x | y if (of_x | of_y) == np.uint32(0) else decided


@part(inline=True)
def _guarded(x, y):  # type: ignore[no-untyped-def]
    """Join two cells that must both hold; the first decides alone where it is false."""
    return x if x >= np.uint32(FALSE << REASONS) else _conjunction(x, y)


@part
def _look_up(column, table, into):  # type: ignore[no-untyped-def]
    """Put the cell of every code into a buffer."""
    for r in range(np.uint64(column.size)):
        into[r] = table[np.uint64(column[r])]


@part
def _join(operation, left, right):  # type: ignore[no-untyped-def]
    """Join ``right`` to the buffer ``left``, in place."""
    if operation in (_ALL, _POP_ALL):
        for r in range(np.uint64(left.size)):
            left[r] = _conjunction(left[r], right[r])
    elif operation in (_ANY, _POP_ANY):
        for r in range(np.uint64(left.size)):
            left[r] = _disjunction(left[r], right[r])
    else:
        for r in range(np.uint64(left.size)):
            left[r] = _guarded(left[r], right[r])


@kernel
def _run(
    columns: Any,
    starts: Any,
    table: Any,
    steps: Any,
    bounds: Any,
    depth: int,
    codes: Any,
    start: int,
    stop: int,
    out: Any,
) -> None:
    """Work out all formulas for the rows from ``start`` to ``stop``, block by block."""
    stack = np.empty((depth + 1, _BLOCK), np.uint32)
    for begin in range(start, stop, _BLOCK):
        end = min(begin + _BLOCK, stop)
        n = end - begin
        for f in range(bounds.size - 1):
            top = -1
            for s in range(bounds[f], bounds[f + 1]):
                operation, leaf = steps[s, 0], steps[s, 1]
                if operation == _PUSH_TRUE:
                    top += 1
                    stack[top, :n] = np.uint32(0)
                    continue
                if operation >= _POP_ALL:
                    top -= 1
                    _join(operation, stack[top, :n], stack[top + 1, :n])
                    continue
                own = table[starts[leaf] : starts[leaf + 1]]
                _look_up(codes[columns[leaf], begin:end], own, stack[top + 1, :n])
                if operation == _PUSH:
                    top += 1
                else:
                    _join(operation, stack[top, :n], stack[top + 1, :n])
            out[f, begin:end] = stack[0, :n]
