"""Formulas: what they mean, on numbers and on draws, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.games.expression import (
    ExpressionError,
    NoValueError,
    add,
    is_name,
    parse_expression,
)

VALUES = {"a": 1.3, "b": 2.1, "q": 0.25}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("2 - 3 - 4", -5),
        ("2 / 4 / 2", 0.25),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^3^2", 512),
        ("2^-1", 0.5),
        ("2 * -3", -6),
        ("--3", 3),
        ("1 - -q", 1.25),
        ("max(0, q, 1 - q)", 0.75),
        ("min(a, b) * abs(-b)", 1.3 * 2.1),
        ("exp(log(b)) + sqrt(4)", 4.1),
        (".5e1 + 1.", 6),
        ("((((q))))", 0.25),
        ("0^0", 1),
    ],
)
def test_value(text, value):
    assert float(parse_expression(text).value(VALUES)) == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("", 0, "ends where a value"),
        ("1 +", 3, "ends where a value"),
        ("(1", 0, "not closed"),
        ("a b", 2, "could end"),
        ("1)", 1, "could end"),
        ("2 ** 3", 3, "value is expected"),
        ("system(1)", 0, "no function"),
        ("max(1)", 0, "two or more"),
        ("exp(1, 2)", 0, "one argument"),
        ("exp", 0, "parentheses"),
        ("a.b", 1, "no place"),
        ("a[0]", 1, "no place"),
        ("'x'", 0, "no place"),
        ("1e999", 0, "too large"),
        ("(" * 50 + "1" + ")" * 50, 41, "levels deep"),
        ("2^" * 50 + "1", 82, "levels deep"),
        ("1" + "+1" * 400, 301, "parts"),
        ("1" * 2000, 0, "characters"),
    ],
)
def test_no_formula(text, at, says):
    with pytest.raises(ExpressionError, match=says) as caught:
        parse_expression(text)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 / (q - 0.25)", "division by zero"),
        ("0^(q - 1)", "division by zero"),
        ("log(q - 1)", "logarithm"),
        ("sqrt(q - 1)", "negative"),
        ("(q - 1)^0.5", "negative"),
        ("exp(1000 * a)", "too large"),
        ("10^400 - 10^400", "too large"),
    ],
)
def test_no_value(text, says):
    with pytest.raises(NoValueError, match=says):
        parse_expression(text).value(VALUES)


def test_the_first_draw_without_a_value_is_named():
    with pytest.raises(NoValueError) as caught:
        parse_expression("1 / q").value({"q": np.array([1.0, 2.0, 0.0, 0.0])})
    assert caught.value.draw == 2


def test_draws_broadcast():
    found = parse_expression("a * q + 1").value({"a": 2.0, "q": np.array([0.0, 0.5])})
    assert found.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "text",
    [
        "a*b - q",
        "a / b / q",
        "min(a, b)^2 * exp(-a) + sqrt(b) / log(a + 2) + abs(a - b)",
        "a^b",
        "b^3 / a^2",
        "max(a, b, q) - min(q, a)",
        "(a - b)^2",
        "3",
    ],
)
@pytest.mark.parametrize("name", ["a", "b", "q"])
def test_partial_is_the_slope(text, name):
    formula, h = parse_expression(text), 1e-6
    up, down = ({**VALUES, name: VALUES[name] + s * h} for s in (1, -1))
    slope = (formula.value(up) - formula.value(down)) / (2 * h)
    assert float(formula.partial(VALUES, name)) == pytest.approx(float(slope), abs=1e-8)


def test_partial_of_another_parameter_is_zero_even_at_the_edge():
    assert float(parse_expression("sqrt(q) + a").partial({"q": 0.0, "a": 1.0}, "a")) == 1.0
    with pytest.raises(NoValueError, match="derivative"):
        parse_expression("sqrt(q)").partial({"q": 0.0}, "q")


def test_partial_has_the_shape_of_the_value():
    assert parse_expression("a + q").partial({"a": np.ones(3), "q": 1.0}, "q").shape == (3,)


def test_sum_of_formulas():
    total = add(parse_expression("a - b"), parse_expression("q"))
    assert float(total.value(VALUES)) == pytest.approx(1.3 - 2.1 + 0.25)
    assert parse_expression(total.text).program == total.program


@pytest.mark.parametrize("text", ["", "1a", "a-b", "a b", "_a", "log", "é", "x" * 41])
def test_no_name(text):
    assert not is_name(text)


TREES = st.recursive(
    st.one_of(
        st.floats(0.1, 9).map(lambda x: (f"{x!r}", x)),
        st.sampled_from(sorted(VALUES)).map(lambda n: (n, VALUES[n])),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(
            lambda t: (
                f"({t[0][0]} {t[1]} {t[2][0]})",
                {"+": t[0][1] + t[2][1], "-": t[0][1] - t[2][1], "*": t[0][1] * t[2][1]}[t[1]],
            )
        ),
        inner.map(lambda t: (f"-{t[0]}", -t[1])),
        st.tuples(inner, inner).map(
            lambda t: (f"max({t[0][0]}, {t[1][0]})", max(t[0][1], t[1][1]))
        ),
    ),
    max_leaves=12,
)


@given(TREES)
def test_any_formula_has_the_value_of_its_parts(made):
    text, value = made
    assert math.isclose(
        float(parse_expression(text).value(VALUES)), value, rel_tol=1e-12, abs_tol=1e-12
    )


@given(st.text(alphabet="ab1.e+-*/^(), maxlog\n\u00e9'", max_size=60))
def test_no_text_breaks_the_parser(text):
    fault = None
    try:
        parse_expression(text)
    except ExpressionError as error:
        fault = error
    assert fault is None or 0 <= fault.at <= len(text)
