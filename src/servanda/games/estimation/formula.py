r"""Formulas as R's `Formula` writes them: ``esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc``.

Left of the tilde stand the outcome columns, right of it the equations, parted by bars. An equation
is a sum of terms: columns, products ``a:b``, ``a*b`` for both and their product, powers
``(a + b)^2``, and functions of columns, ``log(x)``, ``sqrt(x)``, ``I(x^2)``, ``factor(year)``.
It has a constant unless ``0`` or ``-1`` stands in it; ``0`` alone is an equation fixed at zero.
An equation may be named: ``u1(war) = x`` or ``challenger(war) = x``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from servanda.domain.errors import ModelError

__all__ = ["MAX_TERMS", "Equation", "Factor", "Formula", "Term", "parse_formula"]

MAX_LENGTH = 100_000
MAX_TERMS = 2_000
MAX_NESTING = 40
FUNCTIONS = ("I", "abs", "exp", "factor", "log", "sqrt")

_NAME = r"(?:[^\W\d]|\.(?!\d))[\w.]*"
_TOKEN = re.compile(
    rf"\s*(?:(?P<name>{_NAME})|`(?P<quoted>[^`]+)`"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<sign>[-+*/^():|~=,]))"
)
_LABEL = re.compile(r"\s*([^=|~]*?)\s*=(?!=)")


@dataclass(frozen=True, slots=True)
class Factor:
    """A column or a function of columns.

    Attributes:
        text: as coefficients show it, ``log(x + 1)``.
        columns: the columns it reads, in order.
        function: ``""`` for a bare column, ``"factor"``, or the name of a function.
        inner: what the function computes, with columns as ``v0, v1, ...``.
    """

    text: str
    columns: tuple[str, ...]
    function: str = ""
    inner: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A product of factors; no factor comes twice."""

    factors: tuple[Factor, ...]

    @property
    def text(self) -> str:
        """The term as R labels it."""
        return ":".join(factor.text for factor in self.factors)

    @property
    def key(self) -> frozenset[str]:
        """What makes two terms the same: ``a:b`` is ``b:a``."""
        return frozenset(factor.text for factor in self.factors)


@dataclass(frozen=True, slots=True)
class Equation:
    """One side of a bar.

    Attributes:
        constant: whether it has an intercept.
        terms: its terms, main effects first.
        label: the name in front of ``=``; empty without one.
        text: as written.
    """

    constant: bool
    terms: tuple[Term, ...]
    label: str = ""
    text: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is estimated in it."""
        return not self.constant and not self.terms


@dataclass(frozen=True, slots=True)
class Formula:
    """Outcome columns and equations.

    Examples:
        >>> formula = parse_formula("esc + war ~ x1 + log(x2) | 0 | x1:x2 - 1")
        >>> formula.outcome, [e.empty for e in formula.equations]
        (('esc', 'war'), [False, True, False])
        >>> [term.text for term in formula.equations[0].terms]
        ['x1', 'log(x2)']
    """

    outcome: tuple[str, ...]
    equations: tuple[Equation, ...]
    text: str


def parse_formula(text: str) -> Formula:
    """Parse a formula.

    Raises:
        ModelError: it is none (SV961); the message shows where.

    Examples:
        >>> parse_formula("y ~ a * b").equations[0].terms[-1].text
        'a:b'
        >>> parse_formula("y ~ x +")
        Traceback (most recent call last):
        ...
        servanda.domain.errors.ModelError: the formula ends where a column is expected:
            y ~ x +
                   ^
    """
    if len(text) > MAX_LENGTH:
        raise ModelError(f"the formula has more than {MAX_LENGTH:,} characters", "SV961")
    reader = _Reader(text)
    outcome = reader.outcome()
    equations = [reader.equation()]
    while reader.sign == "|":
        reader.forward()
        equations.append(reader.equation())
    if reader.kind != "end":
        raise reader.fault(f"'{reader.word}' stands where the formula could end")
    return Formula(outcome, tuple(equations), text.strip())


Terms = dict[frozenset[str], Term]


class _Reader:
    """Reads a formula by descent; an equation is a set of terms, the empty term its constant."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stop = self.at = 0
        self.kind = self.word = ""
        self.depth = 0
        self.forward()

    @property
    def sign(self) -> str:
        return self.word if self.kind == "sign" else ""

    def fault(self, message: str, at: int | None = None) -> ModelError:
        at = self.at if at is None else at
        start = max(0, at - 50)
        line = self.text[start : at + 30].replace("\n", " ").replace("\t", " ")
        return ModelError(f"{message}:\n    {line}\n    {' ' * (at - start)}^", "SV961")

    def forward(self) -> None:
        found = _TOKEN.match(self.text, self.stop)
        if found and found.lastgroup:
            kind = found.lastgroup
            self.word, self.at, self.stop = found[kind], found.start(kind), found.end()
            self.kind = "name" if kind == "quoted" else kind
            return
        rest = self.text[self.stop :].lstrip()
        self.at = len(self.text) - len(rest)
        if rest:
            raise self.fault(f"'{rest[0]}' has no place in a formula")
        self.kind, self.word = "end", ""

    def expect(self, sign: str, why: str) -> None:
        if self.sign != sign:
            raise self.fault(f"expected '{sign}' {why}")
        self.forward()

    def outcome(self) -> tuple[str, ...]:
        names = []
        if self.sign == "~":
            self.forward()
            return ()
        while True:
            if self.kind != "name":
                raise self.fault("expected the name of an outcome column")
            names.append(self.word)
            self.forward()
            if self.sign != "+":
                break
            self.forward()
        self.expect("~", "after the outcome columns")
        return tuple(names)

    def equation(self) -> Equation:
        label = self.label()
        start = self.at
        terms = self.sum({frozenset(): Term(())})
        ordered = [term for term in terms.values() if term.factors]
        ordered.sort(key=lambda term: len(term.factors))  # stable: as R orders them
        text = self.text[start : self.at].strip()
        return Equation(frozenset() in terms, tuple(ordered), label, text)

    def label(self) -> str:
        found = _LABEL.match(self.text, self.at)
        if not found:
            return ""
        self.stop = found.end()
        self.forward()
        return found[1]

    def sum(self, terms: Terms) -> Terms:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fault(f"nested more than {MAX_NESTING} levels deep")
        minus = False
        if self.sign in ("+", "-") and self.sign:
            minus = self.sign == "-"
            self.forward()
        while True:
            self.add(terms, minus)
            if self.sign not in ("+", "-") or not self.sign:
                break
            minus = self.sign == "-"
            self.forward()
        self.depth -= 1
        return terms

    def add(self, terms: Terms, minus: bool) -> None:
        if self.kind == "number" and self.word in ("0", "1"):
            drop = (self.word == "0") != minus
            self.forward()
            if drop:
                terms.pop(frozenset(), None)
            else:
                terms.setdefault(frozenset(), Term(()))
            return
        for key, term in self.product().items():
            if minus:
                terms.pop(key, None)
            else:
                terms.setdefault(key, term)
        if len(terms) > MAX_TERMS:
            raise self.fault(f"an equation has more than {MAX_TERMS:,} terms")

    def product(self) -> Terms:
        left = self.interaction()
        while self.sign == "*":
            self.forward()
            right = self.interaction()
            left = {**left, **right, **_cross(left, right)}
        return left

    def interaction(self) -> Terms:
        left = self.power()
        while self.sign == ":":
            self.forward()
            left = _cross(left, self.power())
        return left

    def power(self) -> Terms:
        found = self.single()
        if self.sign == "^":
            self.forward()
            if self.kind != "number" or self.word not in ("1", "2", "3", "4"):
                raise self.fault("a sum of terms is raised to 2, 3 or 4; write I(x^2) for a square")
            whole = found
            for _ in range(int(self.word) - 1):
                whole = {**whole, **_cross(whole, found)}
            self.forward()
            return whole
        return found

    def single(self) -> Terms:
        if self.sign == "(":
            self.forward()
            terms = self.sum({})
            self.expect(")", "to close the parenthesis")
            return terms
        if self.kind == "end":
            raise self.fault("the formula ends where a column is expected")
        if self.kind != "name":
            raise self.fault(f"'{self.word}' stands where a column is expected")
        word, at = self.word, self.at
        quoted = self.text[at - 1 : at] == "`"
        self.forward()
        if self.sign == "(" and not quoted:
            factor = self.call(word, at)
        else:
            factor = Factor(word if re.fullmatch(_NAME, word) else f"`{word}`", (word,))
        term = Term((factor,))
        return {term.key: term}

    def call(self, name: str, at: int) -> Factor:
        if name not in FUNCTIONS:
            raise self.fault(f"'{name}' is no function; there are {', '.join(FUNCTIONS)}", at)
        self.forward()
        shown, inner, columns, open_ = [], [], [], 1
        while self.kind != "end":
            word = self.word
            open_ += (self.sign == "(") - (self.sign == ")")
            if not open_:
                break
            if self.kind == "name" and not (word in FUNCTIONS and self._calls()):
                if word not in columns:
                    columns.append(word)
                inner.append(f"v{columns.index(word)}")
                shown.append(word)
            elif self.sign in ("|", "~", "=", ":"):
                raise self.fault(f"'{word}' has no place in a function")
            else:
                inner.append(word)
                shown.append(_spaced(word, shown))
            self.forward()
        self.expect(")", f"to close {name}(")
        text = f"{name}({''.join(shown).strip()})"
        if name == "factor" and inner != ["v0"]:
            raise self.fault("factor() takes one column", at)
        return Factor(text, tuple(columns), name, "".join(inner))

    def _calls(self) -> bool:
        return self.text[self.stop :].lstrip()[:1] == "("


def _spaced(word: str, before: list[str]) -> str:
    """Show an operator as R deparses it: spaces round + - *, none round / and ^."""
    if word == ",":
        return ", "
    if word in ("+", "-", "*"):
        unary = not before or before[-1].strip() in ("(", "+", "-", "*", "/", "^", ",", "")
        return word if unary else f" {word} "
    return word


def _cross(left: Terms, right: Terms) -> Terms:
    found: Terms = {}
    for one in left.values():
        for two in right.values():
            known = {factor.text for factor in one.factors}
            term = Term((*one.factors, *(f for f in two.factors if f.text not in known)))
            found.setdefault(term.key, term)
    return found
