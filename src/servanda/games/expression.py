"""Formulas of named parameters: payoffs and chances as somebody writes them on paper.

The language is small on purpose: numbers, names, ``+ - * / ^``, parentheses, and the functions
min, max, exp, log, sqrt and abs. A formula becomes a short program for a stack, which works on
single numbers and on arrays of draws alike; nothing of Python is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FUNCTIONS",
    "MAX_LENGTH",
    "MAX_PARTS",
    "Expression",
    "ExpressionError",
    "NoValueError",
    "add",
    "is_name",
    "parse_expression",
]

MAX_LENGTH = 1_000
MAX_PARTS = 300
MAX_NESTING = 40
FUNCTIONS = ("abs", "exp", "log", "max", "min", "sqrt")

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

_MANY = ("max", "min")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<sign>[-+*/^(),]))"
)
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2}


class ExpressionError(ValueError):
    """The text is no formula; ``at`` counts the characters before the place."""

    def __init__(self, message: str, at: int) -> None:
        """Keep the place beside the message."""
        super().__init__(message)
        self.at = at


class NoValueError(ArithmeticError):
    """A formula has no finite value: ``reason`` says why, ``draw`` for which draw first."""

    def __init__(self, reason: str, draw: int) -> None:
        """Keep the reason and the draw."""
        super().__init__(reason)
        self.reason = reason
        self.draw = draw


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed formula.

    Attributes:
        text: the formula as written.
        program: its steps in the order of a stack machine: numbers, ``("name", n)`` and signs.
        names: the parameters it reads.

    Examples:
        >>> cost = parse_expression("-(c0 + c1 * 2^2)")
        >>> float(cost.value({"c0": 1.0, "c1": 0.5}))
        -3.0
        >>> sorted(cost.names)
        ['c0', 'c1']
    """

    text: str
    program: tuple[tuple[str, Any], ...]
    names: frozenset[str]

    def value(self, values: Mapping[str, ArrayLike]) -> Array:
        """Return the value, an array where a parameter is one.

        Raises:
            KeyError: a parameter has no value.
            NoValueError: the value is not finite: division by zero, log of zero or less, overflow.
        """
        return self._run(values, None)[0]

    def partial(self, values: Mapping[str, ArrayLike], name: str) -> Array:
        """Return the derivative in one parameter.

        At the kink of abs, min or max it is the derivative of one of the two sides.

        Raises:
            KeyError: a parameter has no value.
            NoValueError: the value or the derivative is not finite.

        Examples:
            >>> float(parse_expression("x^3 / 3").partial({"x": 2.0}, "x"))
            4.0
        """
        return self._run(values, name)[1]

    def _run(self, values: Mapping[str, ArrayLike], name: str | None) -> Pair:
        stack: list[Pair] = []
        zero, one = np.zeros(()), np.ones(())
        with np.errstate(all="ignore"):
            for kind, what in self.program:
                if kind == "number":
                    stack.append((np.asarray(what), zero))
                elif kind == "name":
                    given = np.asarray(values[what], dtype=np.float64)
                    stack.append((given, one if what == name else zero))
                else:
                    step = _STEPS[kind]
                    count = what
                    arguments = stack[-count:]
                    del stack[-count:]
                    stack.append(step(*arguments))
        value, slope = stack[0]
        _refuse(~np.isfinite(value), "the value is too large")
        if name is not None:
            _refuse(~np.isfinite(slope), "the derivative is not finite")
        return value, np.broadcast_to(slope, np.broadcast_shapes(slope.shape, value.shape))


def is_name(text: str) -> bool:
    """Say whether a text can name a parameter: letters, digits, '_', not the name of a function.

    Examples:
        >>> is_name("cDC"), is_name("audience cost"), is_name("max")
        (True, False, False)
    """
    return _NAME.fullmatch(text) is not None and text not in FUNCTIONS


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Parse a formula.

    ``^`` binds tightest and to the right, so that ``-2^2`` is -4 and ``2^3^2`` is 512.

    Raises:
        ExpressionError: it is no formula, or longer than the limits of this module.

    Examples:
        >>> float(parse_expression("max(0, 1 - q)").value({"q": 0.25}))
        0.75
        >>> parse_expression("1 +")
        Traceback (most recent call last):
        ...
        servanda.games.expression.ExpressionError: the formula ends where a value is expected
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the formula has more than {MAX_LENGTH:,} characters", 0)
    reader = _Reader(text)
    reader.sum(0)
    if reader.sign or reader.kind != "end":
        raise ExpressionError(f"'{reader.word}' stands where the formula could end", reader.at)
    names = frozenset(what for kind, what in reader.program if kind == "name")
    return Expression(text.strip(), tuple(reader.program), names)


def add(one: Expression, two: Expression) -> Expression:
    """Return the sum of two formulas.

    Examples:
        >>> add(parse_expression("a"), parse_expression("2")).text
        '(a) + (2)'
    """
    program = (*one.program, *two.program, ("+", 2))
    return Expression(f"({one.text}) + ({two.text})", program, one.names | two.names)


class _Reader:
    """Reads a formula by descent and writes the program as it goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stop = 0
        self.at = 0
        self.kind = ""
        self.word = ""
        self.program: list[tuple[str, Any]] = []
        self.forward()

    @property
    def sign(self) -> str:
        return self.word if self.kind == "sign" else ""

    def forward(self) -> None:
        found = _TOKEN.match(self.text, self.stop)
        if found and found.lastgroup:
            self.kind, self.word = found.lastgroup, found[found.lastgroup]
            self.at, self.stop = found.start(found.lastgroup), found.end()
            return
        rest = self.text[self.stop :].lstrip()
        self.at = len(self.text) - len(rest)
        if rest:
            raise ExpressionError(f"'{rest[0]}' has no place in a formula", self.at)
        self.kind, self.word = "end", ""

    def write(self, kind: str, what: Any) -> None:
        if len(self.program) >= MAX_PARTS:
            raise ExpressionError(f"the formula has more than {MAX_PARTS} parts", self.at)
        self.program.append((kind, what))

    def sum(self, depth: int, rank: int = 1) -> None:
        if depth > MAX_NESTING:
            raise ExpressionError(f"nested more than {MAX_NESTING} levels deep", self.at)
        if rank > 2:
            self.signed(depth)
            return
        self.sum(depth, rank + 1)
        while _RANK.get(self.sign) == rank:
            sign = self.sign
            self.forward()
            self.sum(depth, rank + 1)
            self.write(sign, 2)

    def signed(self, depth: int) -> None:
        minus = False
        while self.sign in ("+", "-") and self.sign:
            minus ^= self.sign == "-"
            self.forward()
        self.power(depth)
        if minus:
            self.write("negate", 1)

    def power(self, depth: int) -> None:
        if depth > MAX_NESTING:
            raise ExpressionError(f"nested more than {MAX_NESTING} levels deep", self.at)
        self.value(depth)
        if self.sign == "^":
            self.forward()
            self.signed(depth + 1)
            self.write("^", 2)

    def value(self, depth: int) -> None:
        kind, word, at = self.kind, self.word, self.at
        if kind == "end":
            raise ExpressionError("the formula ends where a value is expected", at)
        self.forward()
        if kind == "number":
            number = float(word)
            if number == float("inf"):
                raise ExpressionError(f"the number {word} is too large", at)
            self.write("number", number)
        elif kind == "name" and self.sign == "(":
            self.call(word, at, depth)
        elif kind == "name" and word in FUNCTIONS:
            raise ExpressionError(f"'{word}' needs its arguments in parentheses", at)
        elif kind == "name":
            self.write("name", word)
        elif word == "(":
            self.sum(depth + 1)
            self.close(at)
        else:
            raise ExpressionError(f"'{word}' stands where a value is expected", at)

    def call(self, name: str, at: int, depth: int) -> None:
        if name not in FUNCTIONS:
            raise ExpressionError(f"'{name}' is no function; there are {', '.join(FUNCTIONS)}", at)
        self.forward()
        self.sum(depth + 1)
        count = 1
        while self.sign == ",":
            self.forward()
            self.sum(depth + 1)
            count += 1
        self.close(at)
        if (count > 1) != (name in _MANY):
            wanted = "two or more arguments" if name in _MANY else "one argument"
            raise ExpressionError(f"{name} takes {wanted}, not {count}", at)
        self.write(name, count)

    def close(self, at: int) -> None:
        if self.sign != ")":
            raise ExpressionError("this parenthesis is not closed", at)
        self.forward()


def _refuse(bad: NDArray[np.bool_], reason: str) -> None:
    if bad.any():
        raise NoValueError(reason, int(np.argmax(bad)) if bad.ndim else 0)


def _divide(a: Pair, b: Pair) -> Pair:
    _refuse(b[0] == 0, "division by zero")
    value = a[0] / b[0]
    return value, (a[1] - value * b[1]) / b[0]


def _power(a: Pair, b: Pair) -> Pair:
    base, exponent = a[0], b[0]
    _refuse((base == 0) & (exponent < 0), "division by zero")
    _refuse((base < 0) & (exponent != np.floor(exponent)), "a root of a negative number")
    value = np.power(base, exponent)
    slope = np.where(exponent == 0, 0.0, exponent * np.power(base, exponent - 1)) * a[1]
    if np.any(b[1] != 0):
        slope = slope + np.where(value == 0, 0.0, value * np.log(base)) * b[1]
    return value, np.where((a[1] == 0) & (b[1] == 0), 0.0, slope)


def _log(a: Pair) -> Pair:
    _refuse(a[0] <= 0, "the logarithm of zero or less")
    return np.log(a[0]), a[1] / a[0]


def _sqrt(a: Pair) -> Pair:
    _refuse(a[0] < 0, "a root of a negative number")
    value = np.sqrt(a[0])
    return value, np.where(a[1] == 0, 0.0, a[1] / (2 * value))


def _exp(a: Pair) -> Pair:
    value = np.exp(a[0])
    return value, np.where(a[1] == 0, 0.0, value * a[1])


def _extreme(better: Callable[[Array, Array], Any]) -> Callable[..., Pair]:
    def step(first: Pair, *others: Pair) -> Pair:
        value, slope = first
        for other in others:
            takes = better(other[0], value)
            slope = np.where(takes, other[1], slope)
            value = np.where(takes, other[0], value)
        return value, slope

    return step


_STEPS: dict[str, Callable[..., Pair]] = {
    "+": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "-": lambda a, b: (a[0] - b[0], a[1] - b[1]),
    "*": lambda a, b: (a[0] * b[0], a[1] * b[0] + a[0] * b[1]),
    "/": _divide,
    "^": _power,
    "negate": lambda a: (-a[0], -a[1]),
    "abs": lambda a: (np.abs(a[0]), np.sign(a[0]) * a[1]),
    "exp": _exp,
    "log": _log,
    "max": _extreme(lambda new, old: new > old),
    "min": _extreme(lambda new, old: new < old),
    "sqrt": _sqrt,
}
