"""What formulas mean, against R's documented conventions and against formulaic."""

import numpy as np
import pytest
from tests.unit.games.estimation import samples

from servanda.domain.errors import ModelError
from servanda.games.estimation.building import Request, build
from servanda.games.estimation.design import columns_of, matrix, reading
from servanda.games.estimation.formula import parse_formula
from servanda.games.estimation.table import Table

RIGHT = [
    "a", "a - 1", "0 + a", "1", "a + b", "a + g", "g - 1", "g + a - 1", "a:b", "a*b", "a*g",
    "g:a", "I(a^2)", "exp(a)", "a + I(a*b)", "(a + b)^2", "a*b - a:b", "g", "exp(a + b)",
]  # fmt: skip


@pytest.mark.parametrize("right", RIGHT)
def test_matrices_are_those_of_formulaic(right):
    formulaic = pytest.importorskip("formulaic")
    pandas = pytest.importorskip("pandas")
    data = samples.covariates(40)
    table = Table.of(data)
    equation = parse_formula(f"y ~ {right}").equations[0]
    ours = matrix(equation, table, reading(table, columns_of([equation])))
    written = right.replace("I(a^2)", "I(a**2)").replace("(a + b)^2", "(a + b)**2")
    theirs = formulaic.model_matrix(written, pandas.DataFrame(data))
    assert ours.values.shape == theirs.shape
    rank = np.linalg.matrix_rank(np.hstack([ours.values, np.asarray(theirs, dtype=float)]))
    assert rank == ours.values.shape[1]
    for column in np.asarray(theirs, dtype=float).T:
        assert np.abs(ours.values - column[:, None]).max(axis=0).min() < 1e-12


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("y ~ regime", ("(Intercept)", "regimedem", "regimemixed")),
        ("y ~ regime - 1", ("regimeautoc", "regimedem", "regimemixed")),
        ("y ~ log(x+1) + I(x^2)", ("(Intercept)", "log(x + 1)", "I(x^2)")),
        ("y ~ x:regime - 1", ("x:regimeautoc", "x:regimedem", "x:regimemixed")),
        ("y ~ x*regime", ("(Intercept)", "x", "regimedem", "regimemixed", "x:regimedem",
                          "x:regimemixed")),
        ("y ~ factor(n)", ("(Intercept)", "factor(n)2", "factor(n)3")),
        ("y ~ sqrt(x) -1", ("sqrt(x)",)),
        ("y ~ I( x / 2 )", ("(Intercept)", "I(x/2)")),
        ("y ~ `odd name`", ("(Intercept)", "`odd name`")),
    ],
)  # fmt: skip
def test_coefficients_are_named_as_in_r(text, names):
    table = Table.of(
        {
            "x": [1.0, 2.0, 3.0, 4.0],
            "n": [1, 2, 3, 2],
            "regime": ["dem", "autoc", "mixed", "dem"],
            "odd name": [1.0, 2.0, 0.0, 1.0],
        }
    )
    equation = parse_formula(text).equations[0]
    assert matrix(equation, table, reading(table, columns_of([equation]))).names == names


@pytest.mark.parametrize(
    "text",
    ["", "y", "y ~", "y ~ x +", "y ~ x | ", "~ x", "y ~ (x", "y ~ x)", "y ~ sin(x)", "y ~ 2*x",
     "y ~ x ~ z", "y ~ x^9", "y ~ log(x", "y ~ log(x|z)", "y ~ factor(x + 1)", "y ~ x $ z",
     "1 ~ x", "y ~ " + "(" * 200 + "x", "y ~ log()", "y ~ I(x +)", "+ ~ x"],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_its_place(text):
    data = {"y": [0.0, 1.0, 2.0, 0.0], "x": [1.0, 2.0, 3.0, 1.0], "z": [1.0, 0.0, 2.0, 3.0]}
    named = text.replace("y ~ ", "y ~ u1(2) = ", 1) if "|" not in text else text
    with pytest.raises(ModelError) as caught:
        build(Request(model="egame12", formula=named), Table.of(data))
    assert caught.value.code == "SV961"


def test_parts_of_a_formula():
    formula = parse_formula("esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc + regime2")
    assert formula.outcome == ("esc", "war")
    assert [e.empty for e in formula.equations] == [False, True, False, False]
    assert [e.text for e in formula.equations][:2] == ["s_wt_re1 + revis1", "0"]
    named = parse_formula("y ~ u1(a,b) = x | defender(war) = 1")
    assert [e.label for e in named.equations] == ["u1(a,b)", "defender(war)"]


def test_a_covariate_of_new_rows_is_coded_as_it_was_fitted():
    table = Table.of({"g": ["b", "c", "a"]})
    equation = parse_formula("y ~ g").equations[0]
    levels = reading(table, ["g"])
    only_c = matrix(equation, Table.of({"g": ["c", "c"]}), levels)
    assert only_c.values.tolist() == [[1, 0, 1], [1, 0, 1]]
    with pytest.raises(ModelError, match="'d' in a row"):
        matrix(equation, Table.of({"g": ["d", "c"]}), levels)


def test_the_logarithm_of_zero_is_refused_by_name():
    table = Table.of({"x": [1.0, 0.0]})
    with pytest.raises(ModelError, match=r"log\(x\).*row 2.*zero"):
        matrix(parse_formula("y ~ log(x)").equations[0], table, {})
