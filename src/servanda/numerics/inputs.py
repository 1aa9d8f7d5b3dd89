"""Inputs of the methods that study a function or a table: named columns, named quantile functions.

What is wrong with an input is said once, here, with a code that ``servanda explain`` knows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

__all__ = [
    "Columns",
    "InputError",
    "Inputs",
    "columns_of",
    "group_members",
    "inputs_of",
    "numbers",
    "outcome",
]

Floats = NDArray[np.float64]
Quantile = Callable[[Floats], Any]
Groups = Sequence[Sequence[Hashable]] | Mapping[Any, Sequence[Hashable]]

BAD_MATRIX, BAD_SAMPLE, BAD_SPACE, BAD_OUTCOME, NO_SUCH = (
    "SV652",
    "SV653",
    "SV654",
    "SV655",
    "SV656",
)
LONG_LIST = 12


class InputError(ValueError):
    """What was handed in cannot be used; the message names the value and the remedy.

    Args:
        message: what is wrong and what to do.
        code: the problem code that ``servanda explain`` describes.
        nearest: for a correlation matrix, the nearest valid one.
    """

    def __init__(self, message: str, code: str, nearest: Floats | None = None) -> None:
        """Keep the code and the suggestion beside the message."""
        self.code = code
        self.nearest = nearest
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Columns:
    """A table: names in order, and one array of equal length for each.

    ``label`` columns hold categories (text, booleans, objects); the others are float64.
    """

    names: tuple[str, ...]
    values: tuple[NDArray[Any], ...]
    label: tuple[bool, ...]

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.values[0].shape[0]) if self.values else 0

    def matrix(self) -> Floats:
        """The table as float64[row, column].

        Raises:
            InputError: a column holds categories (SV653).
        """
        for name, label in zip(self.names, self.label, strict=True):
            if label:
                raise InputError(
                    f"column {name!r} holds categories where numbers are needed", BAD_SAMPLE
                )
        return np.stack(self.values, axis=1)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Independent or correlated inputs: a name and a quantile function for each."""

    names: tuple[str, ...]
    quantiles: tuple[Quantile, ...]

    def at(self, u: Floats) -> Floats:
        """Evaluate the quantile functions, float64[draw, input] of probabilities in (0, 1)."""
        found = np.empty_like(u)
        for j, quantile in enumerate(self.quantiles):
            found[:, j] = quantile(u[:, j])
        return found


def numbers(values: ArrayLike, what: str, *, dimensions: int | None = None) -> Floats:
    """Return values as float64, all of them finite.

    Raises:
        InputError: not numbers, not finite, or of another number of dimensions (SV653).
    """
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{what} must be numbers", BAD_SAMPLE) from None
    if dimensions is not None and found.ndim != dimensions:
        raise InputError(
            f"{what} must have {dimensions} dimension(s), not the shape {found.shape}", BAD_SAMPLE
        )
    bad = int(found.size - np.isfinite(found).sum())
    if bad:
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(found))[0])
        raise InputError(
            f"{what}: {bad} of {found.size} values are not finite, the first at {where}; leave "
            "these rows out and say so",
            BAD_SAMPLE,
        )
    return found


def outcome(values: ArrayLike, rows: int, what: str = "y") -> Floats:
    """Return an outcome as float64[row], finite and one for each row.

    Raises:
        InputError: another length (SV653), or no numbers.
    """
    found = numbers(values, what, dimensions=1)
    if found.shape[0] != rows:
        raise InputError(f"{what} has {found.shape[0]} rows and the inputs {rows}", BAD_SAMPLE)
    return found


def columns_of(table: Any, names: Sequence[str] | None = None) -> Columns:
    """Read a table: a mapping of columns, a data frame, or an array[row, column].

    Args:
        table: ``{name: column}``, anything with ``columns`` that gives a column by its name
            (polars, pandas), or a two-dimensional array.
        names: of the columns of an array; ``x1``, ``x2``, ... where left out.

    Raises:
        InputError: lengths differ, there is no column, or a number is not finite (SV653).

    Examples:
        >>> columns_of(np.zeros((3, 2))).names
        ('x1', 'x2')
        >>> columns_of({"who": ["a", "b"], "much": [1, 2]}).label
        (True, False)
    """
    if isinstance(table, Columns):
        return table
    if not isinstance(table, Mapping) and not hasattr(table, "columns"):
        array = np.asarray(table)
        if array.ndim == 1:
            array = array[:, None]
        if array.ndim != 2:
            raise InputError(f"inputs must be [row, column], not {array.shape}", BAD_SAMPLE)
        known = list(names) if names else [f"x{j + 1}" for j in range(array.shape[1])]
        if len(known) != array.shape[1]:
            raise InputError(f"{len(known)} names for {array.shape[1]} columns", BAD_SAMPLE)
        table = {name: array[:, j] for j, name in enumerate(known)}
    keys = list(table.columns) if hasattr(table, "columns") else list(table)
    if not keys:
        raise InputError("there is no column to study", BAD_SAMPLE)
    read = [_column(table[key], str(key)) for key in keys]
    sizes = {str(k): v.shape[0] for k, (v, _) in zip(keys, read, strict=True)}
    if len(set(sizes.values())) > 1:
        raise InputError(f"columns differ in length: {_few(sizes)}", BAD_SAMPLE)
    if not next(iter(sizes.values())):
        raise InputError("the columns have no rows", BAD_SAMPLE)
    return Columns(
        tuple(str(k) for k in keys),
        tuple(v for v, _ in read),
        tuple(is_label for _, is_label in read),
    )


def _column(values: Any, name: str) -> tuple[NDArray[Any], bool]:
    """A column and whether it holds categories."""
    found = np.asarray(values)
    if found.ndim != 1:
        raise InputError(f"column {name!r} has the shape {found.shape}", BAD_SAMPLE)
    if found.dtype.kind in "iuf":
        return numbers(found, f"column {name!r}"), False
    if found.dtype.kind == "b":
        return found, True
    if found.dtype.kind not in "OUST":
        raise InputError(f"column {name!r} holds {found.dtype}, no numbers or words", BAD_SAMPLE)
    if any(v is None or v != v for v in found.tolist()):
        raise InputError(f"column {name!r} has gaps; leave these rows out and say so", BAD_SAMPLE)
    return np.asarray([str(v) for v in found.tolist()]), True


def _few(sizes: Mapping[str, int]) -> str:
    shown = [f"{name} {size:,}" for name, size in list(sizes.items())[:LONG_LIST]]
    return ", ".join(shown) + (", ..." if len(sizes) > LONG_LIST else "")


def group_members(
    names: Sequence[str], groups: Groups | None
) -> tuple[tuple[str, ...], list[NDArray[np.intp]]]:
    """Resolve groups of inputs, by name or by number.

    Args:
        names: of all inputs.
        groups: lists of members, or ``{group: members}``; None for every input by itself. Inputs in
            no group are left out of the question.

    Returns:
        Names of the groups, ``a + b`` where they have none, and the columns of each.

    Raises:
        InputError: there is no such input, or a group is empty (SV656).

    Examples:
        >>> group_members(["a", "b", "c"], [["c", "a"], [1]])
        (('c + a', 'b'), [array([2, 0]), array([1])])
    """
    if groups is None:
        return tuple(names), [np.array([j]) for j in range(len(names))]
    place = {name: j for j, name in enumerate(names)}
    titled = isinstance(groups, Mapping)
    lists = list(groups.values()) if isinstance(groups, Mapping) else list(groups)
    members = []
    for group in lists:
        items = [group] if isinstance(group, str) else list(group)
        if not items:
            raise InputError("a group is empty; name at least one input", NO_SUCH)
        members.append(np.array([_place(item, place) for item in items], np.intp))
    titles = (
        tuple(str(t) for t in groups)
        if titled
        else tuple(" + ".join(names[j] for j in member) for member in members)
    )
    return titles, members


def _place(item: Hashable, place: Mapping[str, int]) -> int:
    if isinstance(item, str) and item in place:
        return place[item]
    if isinstance(item, int | np.integer) and 0 <= int(item) < len(place):
        return int(item)
    known = ", ".join(list(place)[:LONG_LIST]) + (", ..." if len(place) > LONG_LIST else "")
    raise InputError(f"there is no input {item!r}; there are {known}", NO_SUCH)


def inputs_of(inputs: Any, names: Sequence[str] | None = None) -> Inputs:
    """Read a space of inputs.

    Args:
        inputs: a whole number (so many inputs uniform on 0 to 1); an array or list of ``(low,
            high)``; a mapping from names to ``(low, high)``, to a quantile function or to anything
            with a method ``ppf`` (a frozen distribution of scipy); or a problem of SALib, a mapping
            with ``num_vars``, ``names`` and ``bounds``.
        names: of the inputs, where they have none.

    Raises:
        InputError: an input cannot be drawn from (SV654).

    Examples:
        >>> inputs_of({"a": (0, 10)}).at(np.array([[0.25]]))
        array([[2.5]])
    """
    if isinstance(inputs, Inputs):
        return inputs
    if isinstance(inputs, Mapping):
        if "num_vars" in inputs and "bounds" in inputs:
            return _salib(inputs)
        items = {str(k): v for k, v in inputs.items()}
    else:
        listed = [(0.0, 1.0)] * inputs if isinstance(inputs, int) else list(inputs)
        known = list(names) if names else [f"x{j + 1}" for j in range(len(listed))]
        if len(known) != len(listed):
            raise InputError(f"{len(known)} names for {len(listed)} inputs", BAD_SPACE)
        items = dict(zip(known, listed, strict=True))
    if not items:
        raise InputError("the space has no input", BAD_SPACE)
    return Inputs(tuple(items), tuple(_quantile(n, v) for n, v in items.items()))


def _quantile(name: str, given: Any) -> Quantile:
    if hasattr(given, "ppf"):
        return given.ppf  # type: ignore[no-any-return]
    if callable(given):
        return given  # type: ignore[no-any-return]
    try:
        low, high = (float(v) for v in given)
    except (TypeError, ValueError):
        raise InputError(
            f"input {name!r}: expected (low, high), a quantile function or a distribution with a "
            f"method ppf, not {given!r}",
            BAD_SPACE,
        ) from None
    if not (np.isfinite(low) and np.isfinite(high) and low <= high):
        raise InputError(f"input {name!r}: {low:g} to {high:g} is no range", BAD_SPACE)
    return partial(_unif, low, high)


def _salib(problem: Mapping[str, Any]) -> Inputs:
    """A problem of SALib; its groups are given to the method, as ``groups``."""
    bounds = list(problem["bounds"])
    names = [str(n) for n in problem.get("names") or (f"x{j + 1}" for j in range(len(bounds)))]
    dists = problem.get("dists") or ["unif"] * len(bounds)
    if not len(names) == len(bounds) == len(dists) == int(problem["num_vars"]):
        raise InputError("num_vars, names, bounds and dists of the problem differ", BAD_SPACE)
    # Functions of a module, unlike those made on the spot, can be sent to other processes.
    forms: dict[str, Callable[..., Any]] = {
        "unif": _unif,
        "norm": _norm,
        "lognorm": _lognorm,
        "triang": _triang,
    }
    quantiles: list[Quantile] = []
    for name, dist, bound in zip(names, dists, bounds, strict=True):
        if dist not in forms:
            raise InputError(
                f"input {name!r}: the form {dist!r} is not read; give a quantile function instead "
                f"(read are {', '.join(forms)})",
                BAD_SPACE,
            )
        numeric = tuple(float(b) for b in bound)
        quantiles.append(
            _quantile(name, numeric) if dist == "unif" else partial(forms[dist], *numeric)
        )
    return Inputs(tuple(names), tuple(quantiles))


def _unif(low: float, high: float, u: Floats) -> Floats:
    return low + (high - low) * u


def _norm(mean: float, sd: float, u: Floats) -> Floats:
    return np.asarray(mean + sd * special.ndtri(u))


def _lognorm(mean: float, sd: float, u: Floats) -> Floats:
    return np.asarray(np.exp(mean + sd * special.ndtri(u)))


def _triang(low: float, high: float, mode: float, u: Floats) -> Floats:
    """SALib's triangle: bounds and the mode as a share of the width."""
    left = np.sqrt(u * mode)
    right = 1.0 - np.sqrt((1.0 - u) * (1.0 - mode))
    return np.asarray(low + (high - low) * np.where(u < mode, left, right))
