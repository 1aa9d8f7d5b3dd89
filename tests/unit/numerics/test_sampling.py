"""Samples by row: the same bits in any portions, strata kept, correlations as stated."""

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from servanda.numerics import sampling
from servanda.numerics.copula import (
    correlate,
    factor,
    nearest_correlation,
    normal_correlation,
    redraw,
)
from servanda.numerics.inputs import InputError
from servanda.numerics.sampling import METHODS, unit_sample

NAMES = ["a", "b", "c"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("portion", [1, 7, 64, 1000])
def test_portions_make_up_the_whole(method: str, portion: int):
    whole = unit_sample(NAMES, 1000, seed=4, method=method)
    parts = [
        unit_sample(NAMES, min(portion, 1000 - f), seed=4, first=f, total=1000, method=method)
        for f in range(0, 1000, portion)
    ]
    assert (np.concatenate(parts) == whole).all()


@pytest.mark.parametrize("total", [1, 2, 3, 10, 97, 1024, 10_007])
def test_a_latin_hypercube_has_one_draw_in_each_stratum(total: int):
    u = unit_sample(NAMES, total, seed=1, method="latin")
    assert (np.sort((u * total).astype(int), axis=0) == np.arange(total)[:, None]).all()


def test_a_latin_hypercube_is_as_free_of_order_as_a_shuffle():
    u = unit_sample(NAMES, 20_000, seed=2, method="latin")
    assert abs(np.corrcoef(u.T)[np.triu_indices(3, 1)]).max() < 4 / np.sqrt(20_000)
    for j in range(3):
        assert abs(np.corrcoef(u[1:, j], u[:-1, j])[0, 1]) < 4 / np.sqrt(20_000)
        assert abs(np.corrcoef(u[:, j], np.arange(20_000))[0, 1]) < 4 / np.sqrt(20_000)


@pytest.mark.filterwarnings("ignore:The balance")
def test_the_sobol_sequence_is_scipys():
    engine, numbers, _ = sampling._engine(5, 9)
    assert numbers is not None
    engine.reset()
    own = unit_sample([*NAMES, "d", "e"], 777, seed=9, method="sobol")
    assert (own == engine.random(777)).all()


def test_without_direction_numbers_the_sequence_is_wound_forward(monkeypatch: pytest.MonkeyPatch):
    expected = unit_sample(NAMES, 64, seed=3, first=192, total=256, method="sobol")
    engine, _, shift = sampling._engine(3, 3)
    monkeypatch.setattr(sampling, "_engine", lambda *_: (engine, None, shift))
    assert (unit_sample(NAMES, 64, seed=3, first=192, total=256, method="sobol") == expected).all()


def test_a_sobol_sample_integrates_better_than_chance():
    u = unit_sample(NAMES, 4096, seed=5, method="sobol")
    assert qmc.discrepancy(u) < 0.05 * qmc.discrepancy(np.random.default_rng(1).random((4096, 3)))


@pytest.mark.parametrize("method", ["monte_carlo", "latin"])
def test_another_input_changes_none_of_the_others(method: str):
    few = unit_sample(["a", "b"], 100, seed=1, method=method)
    more = unit_sample(["z", "b", "a"], 100, seed=1, method=method)
    assert (few[:, 0] == more[:, 2]).all()
    assert (few[:, 1] == more[:, 1]).all()


def test_seeds_differ():
    assert not (unit_sample(NAMES, 9, seed=1) == unit_sample(NAMES, 9, seed=2)).any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"method": "halton"}, "no sampling method 'halton'"),
        ({"first": 5, "total": 8}, "rows 5 to 15 of 8"),
        ({"seed": -1}, "seed -1"),
        ({"method": "sobol", "total": 1 << 31}, "at most 1,073,741,824 rows"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change: dict, said: str):
    with pytest.raises(InputError, match=said) as caught:
        unit_sample(NAMES, 10, **({"seed": 1} | change))
    assert caught.value.code == "SV653"


def test_rank_correlations_come_out_as_stated():
    wanted = np.array([[1, 0.6, -0.3], [0.6, 1, 0.1], [-0.3, 0.1, 1]])
    u = unit_sample(NAMES, 50_000, seed=1, normal=normal_correlation(wanted))
    assert np.abs(stats.spearmanr(u).statistic - wanted).max() < 0.01
    assert np.abs(np.sort(u, axis=0) - (np.arange(50_000) + 0.5)[:, None] / 50_000).max() < 0.01


def test_a_singular_matrix_is_no_obstacle():
    normal = normal_correlation(np.ones((3, 3)))
    u = correlate(unit_sample(NAMES, 100, seed=1), normal)
    assert np.abs(u - u[:, :1]).max() < 1e-6
    lower = factor(normal)
    assert np.abs(lower @ lower.T - normal).max() < 1e-12


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[1, 0.5]], "square"),
        ([["x", 1], [1, 1]], "must be numbers"),
        ([[1, 0.5], [0.4, 1]], "a and b: 0.5 above the diagonal and 0.4 below"),
        ([[1, 1.5], [1.5, 1]], "not between -1 and 1"),
        ([[1, np.nan], [np.nan, 1]], "not between -1 and 1"),
        ([[2, 0], [0, 1]], "a with itself is 2"),
    ],
)
def test_what_is_no_correlation_matrix_is_refused(matrix: list, said: str):
    with pytest.raises(InputError, match=said) as caught:
        normal_correlation(matrix, names=["a", "b"])
    assert caught.value.code == "SV652"


def test_all_wrong_entries_are_named_at_once():
    with pytest.raises(InputError) as caught:
        normal_correlation([[2, 3], [1, 1]], names=["a", "b"])
    assert "a with itself" in str(caught.value)
    assert "a and b" in str(caught.value)


def test_pairs_that_contradict_each_other_are_refused_with_the_nearest_matrix():
    circle = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    with pytest.raises(InputError, match="contradict each other") as caught:
        normal_correlation(circle, names=NAMES)
    near = caught.value.nearest
    assert near is not None
    normal_correlation(near)  # is valid
    assert np.abs(near - circle).max() < 0.6


def test_a_sound_matrix_whose_copula_is_not_is_refused():
    ranks = nearest_correlation([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert np.linalg.eigvalsh(ranks)[0] > 0
    with pytest.raises(InputError, match="no inputs can be correlated like this"):
        normal_correlation(ranks)
    normal_correlation(ranks, ranks=False)


def test_the_nearest_matrix_is_highams():
    # Higham 2002, section 4: the nearest correlation matrix of this one.
    given = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    assert np.abs(nearest_correlation(given) - expected).max() < 1e-4


def test_redrawing_given_the_others_keeps_the_joint_distribution():
    normal = np.array([[1, 0.8, 0.3], [0.8, 1, 0.5], [0.3, 0.5, 1]])
    luck = np.random.default_rng(1)
    z = luck.normal(size=(200_000, 3)) @ factor(normal).T
    for kept in ([], [0], [2, 0], [0, 1, 2]):
        again = redraw(z, luck.normal(size=z.shape), np.array(kept, np.intp), normal)
        assert np.abs(np.cov(again.T) - normal).max() < 0.02
        assert (again[:, kept] == z[:, kept]).all()
    apart = redraw(z, luck.normal(size=z.shape), np.array([0]), normal)
    assert abs(np.corrcoef(apart[:, 1], z[:, 1])[0, 1] - 0.64) < 0.01  # only through the first
