"""Boxes: found where they are, not found where they are not."""

import numpy as np
import pytest

from servanda.numerics.discovery import Discovery, prim
from servanda.numerics.inputs import InputError


def uniform(rows: int, inputs: int = 5, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=(rows, inputs))


def test_a_box_is_found_where_it_is():
    x = uniform(5000)
    y = (x[:, 0] > 0.6) & (x[:, 2] < 0.5) & (x[:, 2] > 0.1)
    box = prim(x, y).box
    assert box is not None
    ends = box.bounds({f"x{j + 1}": (0.0, 1.0) for j in range(5)})
    assert abs(ends["x1"][0] - 0.6) < 0.01
    assert abs(ends["x3"][0] - 0.1) < 0.01
    assert abs(ends["x3"][1] - 0.5) < 0.01
    assert ends["x2"] == ends["x4"] == ends["x5"] == (0.0, 1.0)
    assert box.coverage > 0.99
    assert box.density > 0.99
    assert (box.contains(x) == y).mean() > 0.998


def test_nothing_is_found_where_there_is_nothing():
    false = 0
    for seed in range(60):
        rows = (60, 300, 3000)[seed % 3]
        y = np.random.default_rng(seed + 1000).random(rows) < 0.3
        found = prim(uniform(rows, 8, seed), y, seed=seed)
        false += found.box is not None
        assert found.box is not None or "chance" in found.reason
    assert false <= 2


def test_noise_does_not_hide_a_box_nor_bring_in_other_inputs():
    for seed in range(5):
        x = uniform(2000, 10, seed)
        y = (x[:, 1] > 0.5) & (x[:, 4] < 0.6)
        y ^= np.random.default_rng(seed).random(2000) < 0.1
        box = prim(x, y, seed=seed).box
        assert box is not None
        assert {limit.name for limit in box.limits} == {"x2", "x5"}


def test_categories_booleans_and_whole_numbers():
    luck = np.random.default_rng(3)
    x = {
        "law": luck.choice(["none", "pact", "union", "talk"], 3000),
        "year": luck.integers(2020, 2030, 3000),
        "asked": luck.random(3000) < 0.5,
        "other": luck.normal(size=3000),
    }
    y = np.isin(x["law"], ["pact", "union"]) & (x["year"] >= 2024) & x["asked"]
    box = prim(x, y).box
    assert box is not None
    limits = {limit.name: limit for limit in box.limits}
    assert set(limits) == {"law", "year", "asked"}
    assert limits["law"].categories == ("pact", "union")
    assert limits["asked"].categories == ("True",)
    assert (limits["year"].low, limits["year"].high) == (2024.0, None)
    assert (box.contains(x) == y).all()


def test_several_boxes_are_found_one_after_the_other():
    x = uniform(6000, 4)
    one, two = (x[:, 0] > 0.8) & (x[:, 1] > 0.5), (x[:, 0] < 0.2) & (x[:, 2] < 0.4)
    found = prim(x, one | two, boxes=4, mass_min=0.03)
    assert 2 <= len(found.boxes) <= 3  # peeling is greedy and may take in a mixture first
    assert [box.density for box in found.boxes[-2:]] == [1.0, 1.0]
    assert sum(box.coverage for box in found.boxes) > 0.98
    assert "left" in found.reason
    assert len(prim(x, one | two, boxes=2, mass_min=0.03).boxes) == 2


def test_the_trajectory_trades_coverage_for_density():
    x = uniform(3000)
    y = x[:, 0] + x[:, 1] > 1.3
    found = prim(x, y)
    assert found.trajectory[0].coverage == 1.0
    assert found.trajectory[0].density == pytest.approx(y.mean())
    assert found.trajectory[-1].density > found.trajectory[0].density
    coverage = [step.coverage for step in found.trajectory]
    assert coverage == sorted(coverage, reverse=True)
    for step in (0, 5, -1):
        box = found.at(step)
        inside = box.contains(x)
        assert box.coverage == pytest.approx(y[inside].sum() / y.sum())
        assert box.coverage == pytest.approx(found.trajectory[step].coverage)
        assert box.density == pytest.approx(found.trajectory[step].density)
    with pytest.raises(InputError, match="steps"):
        found.at(1000)


def test_quasi_p_values_are_those_of_the_literature():
    x = uniform(1000, 3)
    y = (x[:, 0] > 0.7) ^ (np.random.default_rng(1).random(1000) < 0.2)
    box = prim(x, y).box
    assert box is not None
    for limit in box.limits:
        without = np.ones(1000, bool)
        for other in box.limits:
            if other is not limit:
                without &= x[:, int(other.name[1]) - 1] >= (other.low or 0)
                without &= x[:, int(other.name[1]) - 1] <= (other.high or 1)
        inside = box.contains(x)
        from scipy import stats

        expected = stats.binom.sf(y[inside].sum() - 1, inside.sum(), y[without].mean())
        assert limit.quasi_p == pytest.approx(expected, rel=1e-6)


def test_outcomes_are_told_apart_by_a_threshold():
    x = uniform(2000)
    high = prim(x, x[:, 0] * 10, above=7.0).box
    low = prim(x, x[:, 0] * 10, below=3.0).box
    assert high is not None
    assert low is not None
    assert high.limits[0].low == pytest.approx(0.7, abs=0.01)
    assert low.limits[0].high == pytest.approx(0.3, abs=0.01)


def test_the_same_seed_gives_the_same_box():
    x = uniform(1000)
    y = x[:, 0] > 0.7
    assert prim(x, y, seed=3).boxes == prim(x, y, seed=3).boxes


def test_equal_values_stay_together():
    x = np.repeat(np.arange(10.0), 100)[:, None]
    box = prim(x, (x[:, 0] >= 7)).box
    assert box is not None
    assert box.limits[0].low == 7.0
    assert box.size == 300


@pytest.mark.parametrize("y", [np.zeros(100, bool), np.ones(100, bool)])
def test_where_all_are_alike_there_is_no_box(y: np.ndarray):
    found = prim(uniform(100), y)
    assert isinstance(found, Discovery)
    assert found.box is None
    assert "alike" in found.reason


@pytest.mark.parametrize(
    ("y", "settings", "code", "said"),
    [
        (np.zeros(99), {}, "SV655", "99"),
        (np.arange(100.0), {}, "SV655", "above= or below="),
        (np.full(100, np.nan), {"above": 1.0}, "SV655", "not finite"),
        (np.array(["a"] * 100), {}, "SV655", "booleans or numbers"),
        (np.zeros(100, bool), {"peel_alpha": 0.0}, "SV653", "between 0 and 1"),
        (np.zeros(100, bool), {"mass_min": 2.0}, "SV653", "between 0 and 1"),
    ],
)
def test_what_cannot_be_searched_is_refused(y: np.ndarray, settings: dict, code: str, said: str):
    with pytest.raises(InputError, match=said) as caught:
        prim(uniform(100), y, **settings)
    assert caught.value.code == code


def test_too_many_categories_are_refused():
    with pytest.raises(InputError, match="100 categories; at most 64"):
        prim({"a": [f"w{k}" for k in range(100)]}, np.zeros(100, bool))
