"""Value of information: against closed forms, worthless inputs, samples, control."""

from math import erf, exp, pi, sqrt

import numpy as np
import pytest

from servanda.numerics.inputs import InputError
from servanda.numerics.voi import control, evpi, evppi, evsi


def gain(mean: float, sd: float) -> float:
    """E max(0, X) - max(0, E X) for a normal X."""
    z = mean / sd
    return sd * exp(-z * z / 2) / sqrt(2 * pi) + mean * 0.5 * (1 + erf(z / sqrt(2))) - max(0, mean)


def two_options(rows: int, seed: int, mean: float = -0.3) -> tuple[np.ndarray, dict]:
    luck = np.random.default_rng(seed)
    x = luck.normal(size=(rows, 4))
    form = luck.integers(0, 4, rows)
    y = mean + 0.8 * x[:, 0] + 0.5 * x[:, 1] + 0.3 * (form - 1.5) + luck.normal(size=rows)
    columns = {
        "a": np.exp(x[:, 0]),
        "b": -(x[:, 1] ** 3),
        "null": x[:, 2],
        "form": np.array(["p", "q", "r", "s"])[form],
        "word": luck.choice(["u", "v", "w"], rows),
    }
    return np.stack([np.zeros(rows), y], axis=1), columns


def test_closed_forms_are_met():
    nb, columns = two_options(20_000, 1)
    groups = [["a"], ["b"], ["a", "b"], ["form"]]
    expected = [
        gain(-0.3, 0.8),
        gain(-0.3, 0.5),
        gain(-0.3, sqrt(0.89)),
        np.mean([max(0, -0.3 + 0.3 * (k - 1.5)) for k in range(4)]),
    ]
    for found, truth in zip(evppi(nb, columns, groups), expected, strict=True):
        assert abs(found.value - truth) < 3 * found.standard_error + 0.01 * truth
        assert found.interval[0] <= found.value <= found.interval[1]
        assert found.told
    everything = evpi(nb)
    truth = gain(-0.3, sqrt(0.89 + 0.3**2 * 1.25 + 1))
    assert abs(everything.value - truth) < 3 * everything.standard_error


def test_one_result_for_each_group_in_order():
    nb, columns = two_options(500, 1)
    found = evppi(nb, columns, [["null"], ["b", "a"], ["word", "a"]])
    assert [w.names for w in found] == [("null",), ("b", "a"), ("word", "a")]
    assert [w.names for w in evppi(nb, columns)] == [(n,) for n in columns]
    assert evppi(nb, columns, []) == []


def test_units_and_monotone_changes_of_an_input_change_nothing():
    nb, columns = two_options(2000, 2)
    one = evppi(nb, columns, [["a"], ["a", "b"]])
    two = evppi(
        1000 * nb + 7, {"a": np.log(columns["a"]), "b": 3 * columns["b"]}, [["a"], ["a", "b"]]
    )
    for first, second in zip(one, two, strict=True):
        assert second.value == pytest.approx(1000 * first.value, rel=1e-6)
        assert second.interval == pytest.approx(tuple(1000 * e for e in first.interval), rel=1e-6)


def test_worthless_groups_are_not_told_from_nought():
    told = 0
    for seed in range(30):
        nb, columns = two_options(1000, seed, mean=0.0)
        for found in evppi(nb, columns, [["null"], ["word"], ["null", "word"]], seed=seed):
            told += found.interval[0] > 0
            assert found.value >= 0
    assert told <= 9  # nine of ninety


def test_an_input_that_does_not_vary_is_worth_nothing():
    nb, columns = two_options(200, 1)
    found = evppi(nb, {"fixed": np.ones(200), "one": ["x"] * 200})
    assert [w.value for w in found] == [0, 0]
    assert [w.interval for w in found] == [(0, 0), (0, 0)]
    assert evppi(nb[:, :1], columns, [["a"]])[0].value == 0
    assert evppi(np.ones((200, 3)), columns, [["a"]])[0].value == 0


def test_more_is_worth_no_less_beyond_the_error():
    nb, columns = two_options(5000, 3)
    one, both, everything = (*evppi(nb, columns, [["a"], ["a", "b"]]), evpi(nb))
    assert one.value < both.value < everything.value


def test_numbers_with_few_values_are_strata_and_thin_strata_are_smoothed():
    luck = np.random.default_rng(1)
    many = luck.integers(0, 400, 2000)
    few = luck.integers(0, 4, 2000)
    nb = np.stack([np.zeros(2000), few - 1.5 + luck.normal(size=2000)], axis=1)
    strata, words, thin = evppi(nb, {"few": few, "word": few.astype(str), "many": many.astype(str)})
    assert strata.kind == words.kind == "strata"
    assert strata.value == pytest.approx(words.value, rel=0.05)
    assert thin.interval[0] == 0.0


def test_the_same_seed_gives_the_same_bits():
    nb, columns = two_options(1000, 4)
    assert evppi(nb, columns, seed=5) == evppi(nb, columns, seed=5)


def test_three_options_and_ties():
    luck = np.random.default_rng(1)
    x = luck.normal(size=20_000)
    nb = np.stack([np.zeros(20_000), x, -x], axis=1) + luck.normal(size=(20_000, 3))
    found = evppi(nb, {"x": x})[0]
    assert abs(found.value - sqrt(2 / pi)) < 3 * found.standard_error + 0.008  # E|x|


@pytest.mark.parametrize(
    ("nb", "columns", "groups", "code", "said"),
    [
        (np.ones(50), {"a": np.ones(50)}, None, "SV653", "2 dimension"),
        (np.ones((5, 2)), {"a": np.ones(5)}, None, "SV653", "at least 30 draws"),
        (np.full((50, 2), np.inf), {"a": np.ones(50)}, None, "SV653", "not finite"),
        (np.ones((50, 2)), {"a": np.ones(40)}, None, "SV653", "50 draws and the inputs 40"),
        (np.ones((50, 2)), {"a": np.full(50, np.nan)}, None, "SV653", "'a'"),
        (np.ones((50, 2)), {"a": np.ones(50)}, [["b"]], "SV656", "no input 'b'"),
        (np.ones((50, 2)), {"a": np.ones(50)}, [[]], "SV656", "empty"),
    ],
)
def test_what_does_not_fit_is_refused(nb, columns, groups, code: str, said: str):
    with pytest.raises(InputError, match=said) as caught:
        evppi(nb, columns, groups)
    assert caught.value.code == code


# --- samples ------------------------------------------------------------------------------------


def test_a_panel_meets_the_closed_form_and_tends_to_knowing():
    luck = np.random.default_rng(1)
    x = luck.normal(0.2, 1.0, 30_000)
    nb = np.stack([np.zeros(30_000), x + luck.normal(size=30_000)], axis=1)
    for size in (1, 4, 25):
        found = evsi(nb, x, size, "panel", sd=2.0, prior=(0.2, 1.0))
        truth = gain(0.2, sqrt(1 / (1 + 4 / size)))
        assert abs(found.value - truth) < 3 * found.standard_error + 0.01 * truth
    knowing = evppi(nb, {"x": x})[0]
    assert evsi(nb, x, 10**6, "panel", sd=2.0).value == pytest.approx(knowing.value, rel=0.02)


def test_a_poll_meets_the_sum_over_all_counts():
    luck = np.random.default_rng(2)
    a, b, size = 2.0, 3.0, 5
    p = luck.beta(a, b, 30_000)
    nb = np.stack([np.full(30_000, 0.5), p + 0.1 * luck.normal(size=30_000)], axis=1)
    from scipy import stats

    yes = np.arange(size + 1)
    weight = stats.betabinom.pmf(yes, size, a, b)
    truth = weight @ np.maximum(0.5, (a + yes) / (a + b + size)) - 0.5
    for prior in ((a, b), None):
        found = evsi(nb, p, size, "poll", prior=prior)
        assert abs(found.value - truth) < 3 * found.standard_error + 0.01 * truth
    large = evsi(nb, p, 5000, "poll", prior=(a, b)).value
    assert large == pytest.approx(evppi(nb, {"p": p})[0].value, rel=0.05)


def test_a_choice_meets_the_sum_over_all_counts():
    form = np.arange(3000) % 3
    nb = np.stack([np.zeros(3000), np.array([-1.0, 0.2, 0.5])[form]], axis=1)
    words = np.array(["a", "b", "c"])[form]
    found = evsi(nb, words, 1, "choice", prior={"a": 1, "b": 1, "c": 1})
    # After one answer its category weighs 2 of 4.
    after = [(-2 + 0.2 + 0.5) / 4, (-1 + 0.4 + 0.5) / 4, (-1 + 0.2 + 1.0) / 4]
    assert found.value == pytest.approx(sum(max(0, v) for v in after) / 3, abs=1e-9)
    more = [evsi(nb, words, n, "choice", prior={"a": 1, "b": 1, "c": 1}).value for n in (1, 3, 40)]
    assert more == sorted(more)


@pytest.mark.parametrize(
    ("column", "size", "form", "settings", "said"),
    [
        (np.linspace(0, 1, 50), 0, "poll", {}, "at least one"),
        (np.linspace(0, 2, 50), 5, "poll", {}, "between 0 and 1"),
        (np.linspace(0, 1, 50), 5, "poll", {"prior": (0, 1)}, "above 0"),
        (np.linspace(0, 1, 50), 5, "poll", {"prior": 3}, "pair of numbers"),
        (np.linspace(0, 1, 50), 5, "panel", {}, "needs sd"),
        (["a", "b"] * 25, 5, "panel", {"sd": 1.0}, "not about categories"),
        (["a", "b"] * 25, 5, "choice", {}, "needs prior"),
        (["a", "b"] * 25, 5, "choice", {"prior": {"a": 1}}, "no weight above 0 to b"),
        (["a", "b"] * 25, 5, "vote", {}, "no form 'vote'"),
        (np.ones(49), 5, "poll", {}, "50 draws and the column 49"),
    ],
)
def test_samples_that_cannot_be_valued_are_refused(column, size, form, settings, said: str):
    with pytest.raises(InputError, match=said):
        evsi(np.ones((50, 2)), column, size, form, **settings)


# --- control ------------------------------------------------------------------------------------


def test_whoever_sets_a_slot_takes_the_best_setting():
    luck = np.random.default_rng(1)
    form = luck.choice(["a", "b", "c"], 6000)
    worth = {"a": 0.0, "b": 1.0, "c": -1.0}
    nb = np.stack(
        [np.full(6000, 0.3), np.vectorize(worth.get)(form) + luck.normal(size=6000)], axis=1
    )
    found = control(nb, {"form": form})[0]
    assert abs(found.value - 0.7) < 3 * found.standard_error
    assert found.option == 1
    assert found.setting == {"form": "b"}
    assert evppi(nb, {"form": form})[0].value < found.value


def test_setting_what_does_not_matter_is_worth_nothing():
    told = 0
    for seed in range(20):
        luck = np.random.default_rng(seed)
        nb = luck.normal(size=(1000, 2))
        found = control(nb, {"w": luck.choice(list("abcdef"), 1000), "x": luck.normal(size=1000)})
        told += sum(c.interval[0] > 0 for c in found)
    assert told <= 4
    assert control(np.ones((50, 2)), {"x": np.ones(50)})[0].value == 0


def test_a_number_is_set_within_what_the_draws_hold():
    luck = np.random.default_rng(1)
    x = luck.uniform(0, 10, 8000)
    nb = np.stack([np.zeros(8000), 1 - (x - 4) ** 2 / 4 + luck.normal(size=8000)], axis=1)
    found = control(nb, {"x": x})[0]
    assert found.setting["x"] == pytest.approx(4, abs=0.6)
    assert abs(found.value - 1) < 3 * found.standard_error + 0.05
