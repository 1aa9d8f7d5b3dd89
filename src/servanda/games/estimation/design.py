"""Equations and a table to matrices: one column per coefficient, named as R names them.

Words become indicators of all but their first level where the equation has the constant (or the
term without the factor), and of every level where it has not: R's treatment contrasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.estimation.formula import Equation, Factor, Term
from servanda.games.estimation.table import Column, Table
from servanda.games.expression import ExpressionError, NoValueError, parse_expression

__all__ = ["CONSTANT", "Matrix", "columns_of", "complete_rows", "matrix", "reading"]

CONSTANT = "(Intercept)"
MAX_CELLS = 400_000_000

Floats = NDArray[np.float64]
Levels = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """The covariates of one equation.

    Attributes:
        values: float64[row, coefficient].
        names: of the coefficients.
    """

    values: Floats
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Coded:
    """A factor as columns: numbers [row] and labels; ``words`` where each is one level."""

    values: tuple[Floats, ...]
    labels: tuple[str, ...]
    words: bool = field(default=False)


def columns_of(equations: Sequence[Equation]) -> tuple[str, ...]:
    """Return the columns that equations read, each once.

    Examples:
        >>> from servanda.games.estimation.formula import parse_formula
        >>> columns_of(parse_formula("y ~ a + log(b) | a:c").equations)
        ('a', 'b', 'c')
    """
    found = (
        name
        for equation in equations
        for term in equation.terms
        for factor in term.factors
        for name in factor.columns
    )
    return tuple(dict.fromkeys(found))


def complete_rows(table: Table, names: Sequence[str]) -> NDArray[np.int64]:
    """Return the rows in which none of the named columns is missing.

    Raises:
        ModelError: a column does not exist (SV962), or no row is complete (SV964).
    """
    keep = np.ones(table.rows, dtype=bool)
    for name in names:
        keep &= table.column(name).known
    rows = np.flatnonzero(keep)
    if not len(rows):
        counts = ", ".join(f"{n} ({int((~table.column(n).known).sum())})" for n in names)
        raise ModelError(f"no row is complete; missing values by column: {counts}", "SV964")
    return rows.astype(np.int64)


def reading(table: Table, names: Sequence[str]) -> Levels:
    """Return the levels, in use in a table, of the columns that hold words."""
    found = {}
    for name in names:
        column = table.column(name)
        if column.codes is not None:
            used = set(np.unique(column.codes[column.codes >= 0]).tolist())
            found[name] = tuple(word for code, word in enumerate(column.levels) if code in used)
    return found


def matrix(equation: Equation, table: Table, levels: Levels) -> Matrix:
    """Return the covariates of an equation.

    Args:
        equation: the equation.
        table: complete rows.
        levels: the levels of columns of words, from the table that was fitted, so that new
            tables are coded alike.

    Raises:
        ModelError: a column is missing (SV962), or words where numbers are needed, a level
            that was not fitted, or a function without value (SV963).

    Examples:
        >>> from servanda.games.estimation.formula import parse_formula
        >>> table = Table.of({"x": [1, 2, 3], "g": ["b", "a", "c"]})
        >>> found = matrix(parse_formula("y ~ x + g").equations[0], table, reading(table, ["g"]))
        >>> found.names
        ('(Intercept)', 'x', 'gb', 'gc')
        >>> found.values[1].tolist()
        [1.0, 2.0, 0.0, 0.0]
    """
    keys = {term.key for term in equation.terms}
    if equation.constant:
        keys.add(frozenset())
    columns: list[Floats] = [np.ones(table.rows)] if equation.constant else []
    names = [CONSTANT] if equation.constant else []
    for term in equation.terms:
        for label, values in _term(term, keys, table, levels):
            names.append(label)
            columns.append(values)
        if len(columns) * table.rows > MAX_CELLS:
            raise ModelError("the covariates would fill more than 3 GB", "SV967")
        keys.add(term.key)
    shape = (table.rows, 0)
    return Matrix(np.column_stack(columns) if columns else np.zeros(shape), tuple(names))


def _term(
    term: Term, keys: set[frozenset[str]], table: Table, levels: Levels
) -> list[tuple[str, Floats]]:
    found: list[tuple[str, Floats]] = [("", np.ones(table.rows))]
    for factor in term.factors:
        rest = term.key - {factor.text}
        coded = _coded(factor, table, levels, full=rest not in keys)
        # The first factor varies fastest, as in R.
        found = [
            (f"{before}:{label}" if before else label, values * held)
            for label, values in zip(coded.labels, coded.values, strict=True)
            for before, held in found
        ]
    return found


def _coded(factor: Factor, table: Table, levels: Levels, *, full: bool) -> _Coded:
    first = table.column(factor.columns[0]) if factor.columns else None
    if first is not None and (factor.function == "factor" or not factor.function):
        if first.codes is not None:
            return _indicators(factor, first, levels[factor.columns[0]], full)
        if factor.function == "factor":
            words, codes = _as_words(first)
            return _indicators(factor, Column(None, codes, words), words, full)
        return _Coded((table.numbers(factor.columns[0]),), (factor.text,))
    return _Coded((_function(factor, table),), (factor.text,))


def _as_words(column: Column) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    assert column.numbers is not None  # noqa: S101 - asked of numbers only
    values, codes = np.unique(column.numbers, return_inverse=True)
    return tuple(f"{value:.15g}" for value in values), codes.astype(np.int64)


def _indicators(factor: Factor, column: Column, words: tuple[str, ...], full: bool) -> _Coded:
    assert column.codes is not None  # noqa: S101 - asked of words only
    place = {word: code for code, word in enumerate(column.levels)}
    used = {column.levels[code] for code in np.unique(column.codes).tolist() if code >= 0}
    strange = sorted(used - set(words))
    if strange:
        raise ModelError(
            f"'{factor.text}' is '{strange[0]}' in a row; fitted were {', '.join(words)}", "SV963"
        )
    kept = words if full else words[1:]
    values = tuple((column.codes == place.get(word, -2)).astype(np.float64) for word in kept)
    return _Coded(values, tuple(f"{factor.text}{word}" for word in kept), words=True)


def _function(factor: Factor, table: Table) -> Floats:
    given = {f"v{i}": table.numbers(name) for i, name in enumerate(factor.columns)}
    call = "" if factor.function == "I" else factor.function
    try:
        values = parse_expression(f"{call}({factor.inner})").value(given)
    except ExpressionError as error:
        raise ModelError(f"'{factor.text}' cannot be read: {error}", "SV961") from None
    except NoValueError as error:
        raise ModelError(
            f"'{factor.text}' has no value in complete row {error.draw + 1}: {error.reason}",
            "SV963",
        ) from None
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (table.rows,)).copy()
