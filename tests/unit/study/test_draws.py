"""Streams and draws: keyed by what they are for, honest quantiles, nothing disturbs anything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servanda.domain.assumption import Assumption, Distribution
from servanda.domain.errors import ModelError
from servanda.study.draws import draw, quantile
from servanda.study.streams import generator, uniforms

FORMS = {
    "lognormal": ({"median": 2.0, "log_sd": 0.4}, stats.lognorm(0.4, scale=2.0)),
    "normal": ({"mean": -1.0, "sd": 3.0}, stats.norm(-1.0, 3.0)),
    "beta": ({"a": 2.0, "b": 5.0}, stats.beta(2.0, 5.0)),
    "uniform": ({"low": -1.0, "high": 4.0}, stats.uniform(-1.0, 5.0)),
    "triangular": ({"low": 1.0, "mode": 2.0, "high": 5.0}, stats.triang(0.25, 1.0, 4.0)),
}


def assumption(identifier: str, **distribution: object) -> Assumption:
    return Assumption(
        id=identifier, label=identifier, unit="1", source="judgement", distribution=distribution
    )


@pytest.mark.parametrize("form", FORMS)
def test_quantiles_agree_with_an_independent_implementation(form: str) -> None:
    shape, oracle = FORMS[form]
    u = np.linspace(0.01, 0.99, 41)
    assert quantile(Distribution(**{form: shape}), u) == pytest.approx(oracle.ppf(u), rel=1e-9)


def test_a_fixed_number_is_the_same_in_every_draw() -> None:
    assert set(quantile(Distribution(fixed=3.5), np.array([0.1, 0.9]))) == {3.5}


@given(st.integers(0, 2**31), st.integers(0, 1000), st.text(min_size=1, max_size=20))
def test_a_stream_is_a_function_of_seed_chunk_and_name(seed: int, chunk: int, name: str) -> None:
    first, again = uniforms(seed, chunk, name, 8), uniforms(seed, chunk, name, 8)
    assert (first == again).all()
    assert ((first > 0.0) & (first < 1.0)).all()
    assert (uniforms(seed, chunk, name, 3) == first[:3]).all()


def test_streams_of_different_names_are_unrelated() -> None:
    a, b = uniforms(1, 0, "a1", 4000), uniforms(1, 0, "a2", 4000)
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.05
    assert generator(1, 0, "a1").random() != generator(1, 1, "a1").random()


def test_a_new_assumption_changes_no_other_column() -> None:
    small = {"b": assumption("b", normal={"mean": 0, "sd": 1})}
    large = small | {"a": assumption("a", beta={"a": 1, "b": 1})}
    one = draw(small, seed=3, chunk=2, size=50)
    two = draw(large, seed=3, chunk=2, size=50)
    assert (one.column("b") == two.column("b")).all()


def test_a_missing_assumption_is_an_error_not_a_zero() -> None:
    draws = draw({}, seed=1, chunk=0, size=5)
    with pytest.raises(ModelError, match="omega_c") as caught:
        draws.column("omega_c")
    assert caught.value.code == "SV601"


def test_rivals_use_the_same_quantiles() -> None:
    disputed = Assumption.model_validate(
        {
            "id": "a2",
            "label": "x",
            "unit": "1",
            "source": "s",
            "shown": "strong",
            "rivals": {
                "strong": {"label": "s", "source": "s", "distribution": {"fixed": 2}},
                "weak": {
                    "label": "w",
                    "source": "s",
                    "distribution": {"uniform": {"low": 0, "high": 1}},
                },
            },
        }
    )
    shown = draw({"a2": disputed}, seed=1, chunk=0, size=4)
    weak = draw({"a2": disputed}, seed=1, chunk=0, size=4, rivals={"a2": "weak"})
    assert set(shown.column("a2")) == {2.0}
    assert weak.column("a2") == pytest.approx(uniforms(1, 0, "a2", 4))


def test_a_shift_moves_one_assumption_and_leaves_the_others_their_bits() -> None:
    from servanda.scenario import shelf

    known = shelf.assumptions()
    for posterior in (None, "durability"):
        usual = draw(known, seed=4, chunk=0, size=400, posterior=posterior)
        same = draw(known, seed=4, chunk=0, size=400, posterior=posterior, shifts={"c_o": 0.0})
        moved = draw(known, seed=4, chunk=0, size=400, posterior=posterior, shifts={"omega_c": 1.0})
        for name, column in usual.columns.items():
            assert np.array_equal(column, same.columns[name])
            if name == "omega_c":
                assert np.all(moved.columns[name] >= column)
                higher = np.quantile(column, 0.8413)
                assert np.median(moved.columns[name]) == pytest.approx(higher, rel=0.2)
            else:
                assert np.array_equal(column, moved.columns[name])
