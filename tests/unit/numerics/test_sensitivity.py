"""Sobol indices and Shapley effects: what goes in, what comes out, what is refused."""

import numpy as np
import pytest
from scipy import stats

from servanda.numerics.given_data import shapley_given_data, sobol_given_data, tornado
from servanda.numerics.inputs import InputError
from servanda.numerics.sensitivity import shapley, sobol, sobol_from_values

BOUNDS = [(-np.pi, np.pi)] * 3


def ishigami(x: np.ndarray) -> np.ndarray:
    a, b, c = x.T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def line(x: np.ndarray) -> np.ndarray:
    return x @ np.arange(1.0, x.shape[1] + 1)


def test_spaces_are_given_in_several_ways_and_mean_the_same():
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": BOUNDS}
    plain = sobol(ishigami, BOUNDS, size=512)
    named = sobol(ishigami, dict(zip("abc", BOUNDS, strict=True)), size=512)
    salib = sobol(ishigami, problem, size=512)
    frozen = sobol(ishigami, {n: stats.uniform(-np.pi, 2 * np.pi) for n in "abc"}, size=512)
    assert named.names == salib.names == ("a", "b", "c")
    assert (named.first == salib.first).all()
    assert np.abs(named.first - frozen.first).max() < 1e-9
    assert plain.names == ("x1", "x2", "x3")
    assert np.abs(plain.first - named.first).max() < 0.1


def test_null_inputs_have_a_total_of_nought_and_do_not_rank():
    found = sobol(lambda x: x[:, 0] * x[:, 2], 5, size=1024)
    assert found.total[[1, 3, 4]].tolist() == [0, 0, 0]
    assert found.ranking == ("x1", "x3") or found.ranking == ("x3", "x1")
    assert [row["input"] for row in found.table()] == list(found.names)


def test_groups_are_studied_as_one():
    found = sobol(line, 4, size=1024, groups={"ends": ["x1", 3], "rest": [1, 2]})
    assert found.names == ("ends", "rest")
    assert np.abs(found.first - np.array([17, 13]) / 30).max() < 0.02
    assert found.evaluations == 1024 * 4
    effects = shapley(line, 4, size=1024, groups=[["x1", "x4"], ["x2", "x3"]])
    assert effects.names == ("x1 + x4", "x2 + x3")
    assert abs(effects.effect.sum() - 1) < 1e-12


def test_several_outcomes_are_studied_together():
    found = sobol(lambda x: np.stack([x[:, 0], line(x)], axis=1), 2, size=512)
    alone = sobol(line, 2, size=512)
    assert found.first.shape == (2, 2)
    assert np.abs(found.first[:, 1] - alone.first).max() < 1e-12
    assert np.abs(found.first[:, 0] - [1, 0]).max() < 0.01
    assert found.total_interval.shape == (2, 2, 2)


def test_results_computed_elsewhere_give_the_same_indices():
    luck = np.random.default_rng(1)
    a, b = luck.uniform(-np.pi, np.pi, (2, 1 << 14, 3))
    ab = []
    for j in range(3):
        mixed = a.copy()
        mixed[:, j] = b[:, j]
        ab.append(ishigami(mixed))
    ya, yb = ishigami(a), ishigami(b)
    found = sobol_from_values(ya, yb, np.stack(ab, axis=1))
    assert np.abs(found.first - [0.314, 0.442, 0.0]).max() < 0.03
    assert np.abs(found.total - [0.558, 0.442, 0.244]).max() < 0.03
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": BOUNDS}
    flat = np.column_stack([ya, *ab, yb]).ravel()
    assert (sobol(problem, flat).first == found.first).all()
    twice = np.column_stack([ya, *ab, *ab, yb]).ravel()
    assert (sobol(problem, twice).total == found.total).all()
    with pytest.raises(InputError, match="times 5 or 8"):
        sobol(problem, flat[:-1])


def test_shapley_effects_are_sobol_indices_halfway_where_inputs_are_independent():
    effects = shapley(ishigami, BOUNDS, size=4096)
    expected = [(0.314 + 0.558) / 2, 0.442, 0.244 / 2]
    assert np.abs(effects.effect - expected).max() < 0.02
    assert abs(effects.effect.sum() - 1) < 1e-12


def test_random_orders_agree_with_all_sets():
    """Twelve inputs in four correlated blocks of three that count the same."""
    base = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    covariance = np.kron(np.eye(4), base)
    weights = np.repeat([1.0, 2.0, 0.0, 0.5], 3)
    found = shapley(lambda x: x @ weights, None, covariance=covariance, size=4096)
    # Within a block of equal weights, symmetry shares the block's variance evenly.
    blocks = np.array([w @ base @ w for w in weights.reshape(4, 3)])
    expected = np.repeat(blocks / blocks.sum() / 3, 3)
    assert np.abs(found.effect - expected).max() < 0.02
    assert ((found.interval[:, 0] <= expected) & (expected <= found.interval[:, 1])).mean() > 0.7


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    one, two, other = (sobol(ishigami, BOUNDS, size=256, seed=s) for s in (1, 1, 2))
    assert (one.first == two.first).all()
    assert not (one.first == other.first).any()


def test_blocks_change_the_numbers_only_in_the_last_digits(monkeypatch: pytest.MonkeyPatch):
    from servanda.numerics import replicates

    whole = sobol(ishigami, BOUNDS, size=4096)
    monkeypatch.setattr(replicates, "BLOCK", 64)
    assert np.abs(sobol(ishigami, BOUNDS, size=4096).total - whole.total).max() < 1e-9


@pytest.mark.parametrize("method", ["latin", "monte_carlo"])
def test_other_samples_do_too(method: str):
    found = sobol(line, 3, size=4096, sampling=method)
    assert np.abs(found.first - np.array([1, 4, 9]) / 14).max() < 0.08


@pytest.mark.parametrize(
    ("call", "code", "said"),
    [
        (lambda: sobol(lambda x: x[0, 0], 3), "SV655", "returned the shape"),
        (lambda: sobol(lambda x: np.log(x[:, 0] - 0.5), 3), "SV655", "not finite at x1 ="),
        (lambda: sobol(lambda x: float(x), 3), "SV655", "gets all draws at once"),
        (lambda: sobol(lambda x: np.ones(len(x)), 3), "SV655", "does not vary"),
        (lambda: sobol(line, []), "SV654", "no input"),
        (lambda: sobol(line, {"a": "low"}), "SV654", "'a'"),
        (lambda: sobol(line, {"a": (2, 1)}), "SV654", "2 to 1 is no range"),
        (lambda: sobol(line, 3, size=20), "SV653", "give at least 128"),
        (lambda: sobol(line, 3, replicates=1), "SV653", "at least 2"),
        (lambda: sobol(line, 3, groups=[["x9"]]), "SV656", "no input 'x9'; there are x1"),
        (lambda: sobol(line, 3, groups=[[]]), "SV656", "group is empty"),
        (lambda: sobol(line, 2, correlation=np.eye(3)), "SV652", "for 3 inputs and there are 2"),
        (lambda: sobol(line, 2, correlation=np.eye(2), covariance=np.eye(2)), "SV652", "one of"),
        (lambda: sobol(line, None, covariance=[[1, 2], [2, 1]]), "SV652", "between -1 and 1"),
        (lambda: sobol(line, {"num_vars": 2, "bounds": [(0, 1)]}), "SV654", "differ"),
        (lambda: shapley(line, 3, groups=[["x1", "x2"], ["x2", "x3"]]), "SV653", "two groups"),
        (lambda: sobol_from_values([1, 2], [1], [[1]]), "SV653", "2, 1 and 1 draws"),
        (lambda: sobol_from_values([1, np.nan], [1, 2], [[1], [1]]), "SV653", "not finite"),
    ],
)
def test_what_cannot_be_studied_is_refused(call, code: str, said: str):
    with np.errstate(all="ignore"), pytest.raises(InputError, match=said) as caught:
        call()
    assert caught.value.code == code


# --- draws at hand ------------------------------------------------------------------------------


def draws(rows: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=(rows, 4))


def test_draws_at_hand_are_recognised():
    x = draws(3000)
    found = sobol(x, line(x), names=["a", "b", "c", "d"])
    assert found.evaluations == 0
    assert np.abs(found.first - np.array([1, 4, 9, 16]) / 30).max() < 0.03
    effects = shapley({"a": x[:, 0], "b": x[:, 1]}, x[:, 0] + x[:, 1])
    assert np.abs(effects.effect - 0.5).max() < 0.03
    assert abs(effects.unexplained) < 1e-3


def test_what_does_not_matter_does_not_rank():
    false = 0
    for seed in range(20):
        x = draws(1000, seed)
        noise = np.random.default_rng(seed + 100).normal(size=1000)
        false += len(set(sobol_given_data(x, 3 * x[:, 0] + noise).ranking) - {"x1"})
        assert "x1" in sobol_given_data(x, 3 * x[:, 0] + noise).ranking
    assert false <= 8  # 60 worthless inputs, 5% of them by chance


def test_noise_widens_what_includes_interactions():
    x = draws(3000)
    y = x[:, 0] + np.random.default_rng(2).normal(size=3000) * x[:, 0].std()
    found = sobol_given_data(x, y)
    assert "explains 50% of the variance" in found.note or "explains 51%" in found.note
    assert found.total_interval[1, 1] > 0.45  # the noise could be the second input's interaction
    assert found.first_interval[1, 1] < 0.05


def test_categories_and_many_inputs_are_taken():
    luck = np.random.default_rng(1)
    kind = luck.choice(["a", "b", "c"], 2000)
    x = {f"n{j}": luck.normal(size=2000) for j in range(9)} | {"kind": kind}
    y = x["n0"] * (1 + (kind == "b")) + 2.0 * (kind == "c")
    first = sobol_given_data(x, y)
    assert set(first.ranking) == {"n0", "kind"}
    effects = shapley_given_data(x, y)
    assert set(effects.ranking) == {"n0", "kind"}
    assert abs(effects.effect.sum() + effects.unexplained - 1) < 0.02


def test_a_tornado_tells_what_swings_from_what_does_not():
    x = draws(2000)
    word = np.repeat(["a", "b"], 1000)
    table = {"up": x[:, 0], "down": x[:, 1], "null": x[:, 2], "word": word}
    bars = tornado(table, x[:, 0] - 2 * x[:, 1])
    assert [b.name for b in bars] == ["down", "up", "null"]
    assert [b.told for b in bars] == [True, True, False]
    assert bars[0].swing < 0 < bars[1].swing
    assert bars[0].interval_low[0] < bars[0].low < bars[0].interval_low[1]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sobol_given_data(draws(50), np.ones(50)), "too few"),
        (lambda: sobol_given_data(draws(200), np.ones(200)), "does not vary"),
        (lambda: sobol_given_data(draws(200), np.ones(199)), "199 rows and the inputs 200"),
        (lambda: sobol_given_data({"a": ["x", None] * 100}, np.ones(200)), "gaps"),
        (lambda: sobol_given_data({"a": [1, 2], "b": [1]}, np.ones(2)), "differ in length"),
        (lambda: sobol_given_data({}, np.ones(2)), "no column"),
        (lambda: tornado(draws(100), np.ones(100), share=0.7), "0.7"),
    ],
)
def test_draws_that_cannot_be_studied_are_refused(call, said: str):
    with pytest.raises(InputError, match=said):
        call()
