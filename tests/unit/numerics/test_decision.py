"""Options over the same draws: ranks, regret, thresholds, dominance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.numerics.decision import (
    Tally,
    dominance,
    rank_probabilities,
    regret,
    satisficing,
    standings,
)
from servanda.numerics.inputs import InputError


def test_ranks_share_ties_evenly():
    found = rank_probabilities([[3, 1, 1], [1, 1, 1], [0, 5, 2]])
    assert found[0] == pytest.approx([(1 + 1 / 3) / 3, (1 / 3) / 3, (1 / 3 + 1) / 3])
    assert found.sum(axis=0) == pytest.approx([1, 1, 1])
    assert found.sum(axis=1) == pytest.approx([1, 1, 1])


@given(st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=1, max_size=30))
def test_portions_make_up_the_whole_and_less_can_be_better(rows: list):
    values = np.array(rows, float)
    whole = standings(values, ["a", "b", "c"])
    tally = Tally(["a", "b", "c"])
    for row in values:
        tally.add(row[None])
    for one, two in zip(whole, tally.standings(), strict=True):
        assert one.mean == pytest.approx(two.mean)
        assert one.ranks == pytest.approx(two.ranks)
        assert one.regret == pytest.approx(two.regret)
        assert one.worst_regret == pytest.approx(two.worst_regret)
    turned = standings(-values, ["a", "b", "c"], higher_is_better=False)
    for one, two in zip(whole, turned, strict=True):
        assert one.ranks == pytest.approx(two.ranks)
        assert one.regret == pytest.approx(two.regret)
    lost = regret(values)
    assert [s.regret for s in whole] == pytest.approx(lost.mean(axis=0))
    assert [s.worst_regret for s in whole] == pytest.approx(lost.max(axis=0))
    assert (lost.min(axis=1) == 0).all()


def test_means_far_from_nought_keep_their_error():
    luck = np.random.default_rng(1)
    values = 1e9 + luck.normal(size=(1000, 2))
    found = standings(values)
    assert found[0].standard_error == pytest.approx(
        values[:, 0].std(ddof=1) / np.sqrt(1000), rel=1e-3
    )


def test_good_enough_has_an_interval_even_at_the_ends():
    found = satisficing([[1.0, 0.0]] * 20, 1.0)
    assert [s.value for s in found] == [1, 0]
    assert found[0].interval[0] == pytest.approx(0.8389, abs=1e-3)  # Wilson
    assert found[1].interval[1] == pytest.approx(1 - 0.8389, abs=1e-3)
    each = satisficing([[1.0, 5.0], [3.0, 5.0]], [2.0, 6.0])
    assert [s.value for s in each] == [0.5, 0.0]
    assert satisficing([[1.0], [3.0]], 2.0, higher_is_better=False)[0].value == 0.5


def test_dominance_is_told_from_chance():
    luck = np.random.default_rng(1)
    x, y = luck.normal(size=(2, 3000))
    assert dominance(x + 0.3, x).verdict == "first"
    assert dominance(x, x + 0.3).verdict == "neither"
    assert dominance(x - 0.3, x, higher_is_better=False).verdict == "first"
    assert dominance(0.6 * x + 0.02, y).verdict == "second"
    assert dominance(x, x).verdict == "alike"
    verdicts = [
        dominance(*np.random.default_rng(s).normal(size=(2, 500))).verdict for s in range(40)
    ]
    assert verdicts.count("first") <= 5
    assert verdicts.count("alike") >= 25


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Tally([]), "no option"),
        (lambda: Tally(["a"]).standings(), "no draws"),
        (lambda: Tally(["a"]).add([[1, 2]]), "2 columns for 1"),
        (lambda: standings([1, 2]), "2 dimension"),
        (lambda: standings([[np.nan, 1]]), "not finite"),
        (lambda: dominance([1, 2], [1]), "2 and 1 draws"),
    ],
)
def test_what_cannot_be_ranked_is_refused(call, said: str):
    with pytest.raises(InputError, match=said):
        call()
