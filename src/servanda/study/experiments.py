"""Calling somebody's function: one call for all draws where it can take them, else one for each."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError

__all__ = ["Caller", "Failure", "caller_of", "function_record"]

Columns = dict[str, NDArray[Any]]
Function = Callable[..., Any]

BAD_OUTCOME = "SV655"
PROBE = 4
MOST_FAILURES = 100


@dataclass(frozen=True, slots=True)
class Failure:
    """A draw whose outcome could not be computed, and what the function said."""

    draw: int
    message: str


@dataclass(frozen=True, slots=True)
class Caller:
    """How to call a function.

    Args:
        function: takes the inputs and constants by name.
        constants: further arguments, the same for every draw.
        vectorized: it takes arrays, one entry for each draw.
        outcomes: names of what it returns, where it does not name it.
    """

    function: Function
    constants: Mapping[str, Any]
    vectorized: bool
    outcomes: tuple[str, ...] | None

    def __call__(self, columns: Columns, first: int = 0) -> tuple[Columns, list[Failure]]:
        """Evaluate draws; an outcome that failed is not a number.

        Args:
            columns: inputs by name.
            first: number of the first draw, for the messages.

        Raises:
            ModelError: a function of arrays failed, or returned what is no outcome (SV655).
        """
        size = len(next(iter(columns.values())))
        if self.vectorized:
            try:
                returned = self.function(**columns, **self.constants)
            except Exception as error:
                raise ModelError(
                    f"the function failed on draws {first:,} to {first + size - 1:,}: "
                    f"{type(error).__name__}: {error}. Give vectorized=False to call it draw by "
                    "draw and keep the draws that work",
                    code=BAD_OUTCOME,
                ) from error
            found = _named(returned, size, self.outcomes)
            failures: list[Failure] = []
        else:
            found, failures = self._each(columns, size, first)
        return found, failures + _not_numbers(found, failures, first)

    def _each(self, columns: Columns, size: int, first: int) -> tuple[Columns, list[Failure]]:
        rows: list[dict[str, float] | None] = []
        failures: list[Failure] = []
        lists = {name: column.tolist() for name, column in columns.items()}
        for d in range(size):
            try:
                returned = self.function(
                    **{name: values[d] for name, values in lists.items()}, **self.constants
                )
                rows.append(_single(returned, self.outcomes))
            except ModelError:
                raise
            except Exception as error:  # one draw that fails is data
                rows.append(None)
                failures.append(Failure(first + d, f"{type(error).__name__}: {error}"))
        names = next((list(row) for row in rows if row is not None), None)
        if names is None:
            raise ModelError(
                f"the function failed on every one of {size:,} draws; the first time with "
                f"{failures[0].message}",
                code=BAD_OUTCOME,
            )
        found = {
            n: np.array([np.nan if r is None else r.get(n, np.nan) for r in rows]) for n in names
        }
        return found, failures


def _not_numbers(found: Columns, failures: Sequence[Failure], first: int) -> list[Failure]:
    """Draws that did not fail and whose outcome is not finite."""
    known = {f.draw for f in failures}
    bad = np.zeros(len(next(iter(found.values()))), np.bool_)
    for values in found.values():
        bad |= ~np.isfinite(values)
    return [
        Failure(first + int(d), "the outcome is not a finite number")
        for d in np.flatnonzero(bad)
        if first + int(d) not in known
    ]


def _single(returned: Any, outcomes: tuple[str, ...] | None) -> dict[str, float]:
    """One draw's outcomes by name."""
    if isinstance(returned, Mapping):
        return {str(k): float(v) for k, v in returned.items()}
    values = np.atleast_1d(np.asarray(returned, np.float64))
    names = outcomes or _default(values.size)
    if values.ndim != 1 or len(names) != values.size:
        raise ModelError(
            f"the function returned {values.size} values for one draw and the outcomes are "
            f"{', '.join(names)}",
            code=BAD_OUTCOME,
        )
    return dict(zip(names, (float(v) for v in values), strict=True))


def _default(count: int) -> tuple[str, ...]:
    return ("y",) if count == 1 else tuple(f"y{k + 1}" for k in range(count))


def _named(returned: Any, size: int, outcomes: tuple[str, ...] | None) -> Columns:
    """Outcomes by name, one float64[draw] each."""
    if isinstance(returned, Mapping):
        items = {str(k): v for k, v in returned.items()}
    elif isinstance(returned, tuple | list) and outcomes and len(returned) == len(outcomes):
        items = dict(zip(outcomes, returned, strict=True))
    else:
        values = np.asarray(returned)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2:
            raise ModelError(
                f"the function returned the shape {values.shape} for {size} draws", code=BAD_OUTCOME
            )
        names = outcomes or _default(values.shape[1])
        if len(names) != values.shape[1]:
            raise ModelError(
                f"the function returned {values.shape[1]} outcomes and {len(names)} are named",
                code=BAD_OUTCOME,
            )
        items = {name: values[:, k] for k, name in enumerate(names)}
    if not items:
        raise ModelError("the function returned no outcome", code=BAD_OUTCOME)
    return {name: _outcome(name, values, size) for name, values in items.items()}


def _outcome(name: str, values: Any, size: int) -> NDArray[np.float64]:
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise ModelError(f"the outcome {name!r} is no number", code=BAD_OUTCOME) from None
    if found.shape != (size,):
        raise ModelError(
            f"the outcome {name!r} has the shape {found.shape} for {size} draws", code=BAD_OUTCOME
        )
    return found


def caller_of(
    function: Function,
    sample: Columns,
    *,
    constants: Mapping[str, Any],
    vectorized: bool | None,
    outcomes: Sequence[str] | None,
) -> Caller:
    """Find out how a function wants to be called, with a few draws.

    Args:
        function: takes the inputs by name.
        sample: a few draws.
        constants: further arguments.
        vectorized: True for arrays, False for single numbers, None to try: arrays, if it takes them
            and the first draw by itself gives the same.
        outcomes: names of what it returns.
    """
    if not callable(function):
        raise ModelError(f"{function!r} cannot be called", code=BAD_OUTCOME)
    names = None if outcomes is None else tuple(str(o) for o in outcomes)
    if vectorized is not None:
        return Caller(function, constants, vectorized, names)
    together = Caller(function, constants, True, names)
    alone = Caller(function, constants, False, names)
    few = {name: column[:PROBE] for name, column in sample.items()}
    try:
        with np.errstate(all="ignore"):
            many, _ = together(few)
    except ModelError:
        return alone
    try:
        one, _ = alone({name: column[:1] for name, column in sample.items()})
    except ModelError:
        return together
    same = set(one) == set(many) and all(
        np.isclose(one[n][0], many[n][0], rtol=1e-9, atol=0.0, equal_nan=True) for n in one
    )
    return together if same else alone


def function_record(function: Function) -> str:
    """Return a hash of what a function does, as far as its own code tells.

    Its byte code and constants count, those of functions inside it too, and its default arguments;
    what it calls elsewhere does not.
    """
    digest = hashlib.sha256()
    target = inspect.unwrap(function)
    target = getattr(target, "func", target)  # a partial
    code = getattr(target, "__code__", None)
    if code is None and hasattr(type(target).__call__, "__code__"):  # an object that is called
        code = type(target).__call__.__code__
    digest.update(getattr(target, "__qualname__", type(target).__qualname__).encode())
    if isinstance(code, CodeType):
        _add(digest, code)
    for kept in (
        getattr(target, "__defaults__", None),
        getattr(target, "__kwdefaults__", None),
        getattr(function, "args", None),
        getattr(function, "keywords", None),
    ):
        digest.update(repr(kept).encode())
    return digest.hexdigest()


def _add(digest: Any, code: CodeType) -> None:
    digest.update(code.co_code)
    digest.update(repr(code.co_names).encode())
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _add(digest, constant)
        else:
            digest.update(repr(constant).encode())
