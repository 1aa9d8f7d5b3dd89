"""Spaces of inputs for studying any function: distributions by name, categories, whole numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.assumption import Assumption, Distribution
from servanda.domain.errors import ModelError
from servanda.numerics.inputs import BAD_SPACE, InputError, Inputs, inputs_of
from servanda.study.draws import quantile
from servanda.study.experiments import function_record

__all__ = ["Space", "coded", "space_of"]

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

WHOLE = "integer"
FORMS = ", ".join(Distribution.model_fields)


@contextmanager
def coded() -> Iterator[None]:
    """Turn what the numerics complain about into the error that the rest of servanda raises."""
    try:
        yield
    except InputError as error:
        raise ModelError(str(error), code=error.code) from error


@dataclass(frozen=True, slots=True)
class Space:
    """Inputs by name.

    Args:
        inputs: names and quantile functions; a category is its number.
        words: the categories of each input, None for a number.
        whole: the input takes whole numbers only.
        record: what is written down of each input, for the identity of a stored study.
    """

    inputs: Inputs
    words: tuple[NDArray[Any] | None, ...]
    whole: tuple[bool, ...]
    record: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in order."""
        return self.inputs.names

    def columns(self, x: Floats) -> Columns:
        """Take float64[draw, input] apart into columns, categories in words."""
        found: Columns = {}
        for j, name in enumerate(self.names):
            words = self.words[j]
            if words is not None:
                found[name] = words[x[:, j].astype(np.intp)]
            else:
                found[name] = x[:, j].astype(np.int64 if self.whole[j] else np.float64)
        return found

    def value(self, name: str, given: Any) -> Any:
        """Check a value that an input is to be held at.

        Raises:
            ModelError: there is no such input (SV656), or it cannot have the value (SV654).
        """
        if name not in self.names:
            raise ModelError(
                f"there is no input {name!r}; there are {', '.join(self.names)}", code="SV656"
            )
        words = self.words[self.names.index(name)]
        if words is None:
            if isinstance(given, bool) or not isinstance(given, int | float | np.number):
                raise ModelError(f"{name} is a number and cannot be {given!r}", code=BAD_SPACE)
            if not np.isfinite(given):
                raise ModelError(f"{name} is a number and cannot be {given!r}", code=BAD_SPACE)
            return int(given) if self.whole[self.names.index(name)] else float(given)
        if given not in words.tolist():
            raise ModelError(
                f"{name} is one of {', '.join(map(str, words))} and cannot be {given!r}",
                code=BAD_SPACE,
            )
        return given


def space_of(space: Any) -> Space:
    """Read a space.

    Args:
        space: a mapping from names to one of: ``(low, high)``; a distribution as scenarios write
            it, such as ``{"lognormal": {"median": 4, "log_sd": 0.25}}``; a
            `domain.assumption.Distribution` or `Assumption`; ``{"integer": [low, high]}``;
            ``{"choice": ["a", "b"]}`` or ``{"choice": {"a": 0.2, "b": 0.8}}``, or simply a list of
            words; a quantile function; a frozen distribution of scipy; a number, which stays
            fixed. Or a problem of SALib.

    Raises:
        ModelError: an input cannot be drawn from (SV654).

    Examples:
        >>> found = space_of({"a": (0, 2), "who": ["x", "y"], "n": {"integer": [1, 3]}})
        >>> {k: v.tolist() for k, v in found.columns(found.inputs.at(np.full((1, 3), 0.6))).items()}
        {'a': [1.2], 'who': ['y'], 'n': [2]}
    """
    if not isinstance(space, Mapping) or not space:
        raise ModelError("a space is a mapping from names to distributions", code=BAD_SPACE)
    with coded():
        if "num_vars" in space and "bounds" in space:
            inputs = inputs_of(space)
            record = json.dumps({k: space[k] for k in space}, default=str, sort_keys=True)
            count = len(inputs.names)
            return Space(inputs, (None,) * count, (False,) * count, (record,))
        read = {str(name): _input(str(name), given) for name, given in space.items()}
        inputs = Inputs(tuple(read), tuple(quantile for quantile, _, _ in read.values()))
    return Space(
        inputs,
        tuple(words for _, words, _ in read.values()),
        tuple(text.startswith(WHOLE) for _, _, text in read.values()),
        tuple(f"{name}: {text}" for name, (_, _, text) in read.items()),
    )


Read = tuple[Callable[[Floats], Any], NDArray[Any] | None, str]


def _input(name: str, given: Any) -> Read:
    if isinstance(given, Assumption):
        given = given.used()
    if isinstance(given, Distribution):
        return _declared(given)
    if isinstance(given, bool | str) or given is None:
        raise InputError(f"input {name!r}: {given!r} is no distribution", BAD_SPACE)
    if isinstance(given, int | float | np.number):
        return _declared(Distribution(fixed=float(given)))
    if isinstance(given, Mapping):
        return _mapping(name, given)
    if isinstance(given, Sequence) and any(isinstance(v, str | bool) for v in given):
        return _choice(name, list(given), None)
    found = inputs_of({name: given})
    text = repr(list(given)) if isinstance(given, Sequence | np.ndarray) else _identity(given)
    return found.quantiles[0], None, text


def _identity(given: Any) -> str:
    """Name a quantile function or distribution, for the record of a stored study."""
    kind = type(given).__qualname__
    frozen = getattr(given, "dist", None)
    if frozen is not None:
        named = getattr(frozen, "name", kind)
        return f"{named} {getattr(given, 'args', ())} {getattr(given, 'kwds', {})}"
    return f"{kind} {function_record(given)}" if callable(given) else kind


def _declared(distribution: Distribution) -> Read:
    text = distribution.model_dump_json(exclude_none=True)
    return partial(quantile, distribution), None, text


def _mapping(name: str, given: Mapping[str, Any]) -> Read:
    if set(given) == {"choice"}:
        choice = given["choice"]
        if isinstance(choice, Mapping):
            return _choice(name, list(choice), [float(v) for v in choice.values()])
        return _choice(name, list(choice), None)
    if set(given) == {"integer"}:
        try:
            low, high = (int(v) for v in given["integer"])
        except (TypeError, ValueError):
            raise InputError(
                f"input {name!r}: integer needs [low, high], not {given['integer']!r}", BAD_SPACE
            ) from None
        if low > high:
            raise InputError(f"input {name!r}: {low} to {high} is no range", BAD_SPACE)
        count = high - low + 1
        return partial(_integers, low, count), None, f"{WHOLE} {low} {high}"
    try:
        return _declared(Distribution.model_validate(dict(given)))
    except ValueError as error:
        first = str(error).splitlines()
        why = first[2].strip() if len(first) > 2 else first[0]
        raise InputError(
            f"input {name!r}: {dict(given)!r} is no distribution ({why}); the forms are {FORMS}, "
            "choice and integer",
            BAD_SPACE,
        ) from error


def _choice(name: str, words: list[Any], weights: list[float] | None) -> Read:
    if not words or len(set(map(str, words))) < len(words):
        raise InputError(f"input {name!r}: a choice needs different words", BAD_SPACE)
    shares = np.ones(len(words)) if weights is None else np.array(weights)
    if not (np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0):
        raise InputError(f"input {name!r}: weights must be 0 or more, one above 0", BAD_SPACE)
    ends = np.cumsum(shares / shares.sum())[:-1]
    kind = None if len({type(w) for w in words}) == 1 else object
    held = np.array(words, dtype=kind)
    return partial(_categories, ends), held, f"choice {words} {shares.tolist()}"


def _integers(low: int, count: int, u: Floats) -> Floats:
    return low + np.floor(u * count)


def _categories(ends: Floats, u: Floats) -> Floats:
    return np.searchsorted(ends, u, side="right").astype(np.float64)
