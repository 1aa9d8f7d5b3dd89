"""What must not change an estimate: names, order, units; and slopes of any likelihood."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.games.estimation import samples

from servanda.domain.errors import ModelError
from servanda.games.estimation import Table, fit, simulate_table
from servanda.games.estimation.building import Request, build
from servanda.games.estimation.formula import parse_formula

FORMULA = "y ~ a | 0 | a + b - 1 | b"
LABELS = ("sq", "yield", "war")
shocks = st.tuples(st.sampled_from(["probit", "logit"]), st.sampled_from(["agent", "private"]))


def table(seed: int, rows: int = 250) -> Table:
    data = samples.covariates(rows, seed)
    return simulate_table("egame12", FORMULA, data, [0.3, 0.6, 0.5, -0.4, 0.2, 0.8], seed=seed)


@settings(max_examples=8)
@given(st.integers(0, 50), shocks, st.floats(-3, 3))
def test_units_of_a_covariate_change_its_coefficient_alone(seed, kind, power):
    link, errors = kind
    data, factor = table(seed), 10.0**power
    scaled = data.with_columns({"a": data.numbers("a") * factor})
    options = {"link": link, "errors": errors, "outcomes": LABELS, "starts": 0}
    one, two = fit("egame12", FORMULA, data, **options), fit("egame12", FORMULA, scaled, **options)
    assert two.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-8)
    expected = np.array([v / factor if n.endswith(":a") else v
                         for n, v in zip(one.names, one.beta, strict=True)])  # fmt: skip
    assert np.allclose(two.beta, expected, rtol=1e-6, atol=1e-9)
    ratio = np.sqrt(np.diag(two.covariance) / np.diag(one.covariance))
    wanted = [1 / factor if n.endswith(":a") else 1.0 for n in one.names]
    assert np.allclose(ratio, wanted, rtol=1e-5)


@settings(max_examples=8)
@given(st.integers(0, 50), shocks, st.permutations(range(250)))
def test_names_and_the_order_of_rows_change_nothing(seed, kind, order):
    link, errors = kind
    data = table(seed)
    words = {"sq": "zz", "yield": "aa", "war": "mm"}
    called = [words[data.column("y").levels[code]] for code in data.column("y").codes]
    other = Table.of({"left": np.array(called, dtype=object), "p": data.numbers("a"),
                      "q": data.numbers("b")}).take(np.array(order))  # fmt: skip
    options = {"link": link, "errors": errors, "starts": 0}
    one = fit("egame12", FORMULA, data, outcomes=LABELS, **options)
    two = fit("egame12", "left ~ p | 0 | p + q - 1 | q", other, outcomes=("zz", "aa", "mm"),
              **options)  # fmt: skip
    assert np.allclose(one.beta, two.beta, rtol=1e-7, atol=1e-9)
    assert two.names[1] == "u1(zz):p"


@settings(max_examples=6)
@given(st.integers(0, 50), shocks)
def test_left_and_right_may_be_swapped(seed, kind):
    """Mirror egame122: ends in the opposite order, each utility at the end of the same name."""
    link, errors = kind
    data = samples.covariates(250, seed)
    truth = [0.3, 0.6, -0.2, 0.5, 0.4, 0.1, 0.9, -0.5, 0.7]
    made = simulate_table("egame122", "y ~ a | b | 0 | 1 | b | a", data, truth, seed=seed)
    named = "y ~ u1(LL) = a | u1(LR) = b | u1(RR) = 1 | u2(LR) = b | u2(RR) = a"
    options = {"link": link, "errors": errors, "starts": 0}
    one = fit("egame122", named, made, outcomes=("LL", "LR", "RL", "RR"), **options)
    two = fit("egame122", named, made, outcomes=("RR", "RL", "LR", "LL"), **options)
    assert one.names == two.names
    assert two.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-8)
    assert np.allclose(two.beta, one.beta, rtol=1e-6, atol=1e-8)


@settings(max_examples=25)
@given(
    st.sampled_from(sorted(samples.FORMULAS)),
    shocks,
    st.lists(st.floats(-2, 2), min_size=14, max_size=14),
    st.integers(0, 1000),
)
def test_the_gradient_equals_finite_differences(model, kind, numbers, seed):
    link, errors = kind
    ends = 3 if model == "egame12" else 4
    data = samples.covariates(30, seed)
    data["y"] = np.resize(np.arange(ends, dtype=float), 30)
    built = build(
        Request(model=model, formula=samples.FORMULAS[model], link=link, errors=errors,
                scale="~ a"), Table.of(data)
    )  # fmt: skip
    beta = np.resize(np.array(numbers), len(built.design.names)) * 0.6
    design, family = built.design, built.family
    gradient = design.gradient(family.at(design.eta(beta)).score)
    for place in range(len(beta)):
        step = 1e-6
        sides = []
        for sign in (1, -1):
            moved = beta.copy()
            moved[place] += sign * step
            sides.append(family.at(design.eta(moved)).log.sum())
        slope = (sides[0] - sides[1]) / (2 * step)
        assert slope == pytest.approx(gradient[place], rel=1e-6, abs=1e-6 * max(1, abs(sides[0])))


@given(st.text(alphabet="yxab01 ~|+-*:^()=,`.'\"\\log\n", max_size=60))
def test_no_text_breaks_the_formula_reader(text):
    code = ""
    try:
        parse_formula(text)
    except ModelError as error:
        code = error.code
    assert code in ("", "SV961")
