"""Sobol indices beside those of SALib: the same sample gives the same numbers."""

import numpy as np
import pytest

from servanda.numerics.sensitivity import sobol

salib = pytest.importorskip("SALib")

PROBLEM = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-np.pi, np.pi]] * 3}


def ishigami(x: np.ndarray) -> np.ndarray:
    a, b, c = x.T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


@pytest.mark.parametrize("second", [False, True])
def test_salibs_own_sample_gives_salibs_own_indices(second: bool):
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    y = ishigami(sample.sample(PROBLEM, 1024, calc_second_order=second, seed=1))
    theirs = analyse.analyze(PROBLEM, y, calc_second_order=second, seed=1)
    ours = sobol(PROBLEM, y)
    assert ours.names == ("a", "b", "c")
    # SALib divides by the standard deviation first and takes the variance of both samples.
    assert np.abs(ours.first - theirs["S1"]).max() < 0.005
    assert np.abs(ours.total - theirs["ST"]).max() < 0.005
    half = np.ptp(ours.total_interval, axis=1) / 2
    assert np.abs(half / theirs["ST_conf"] - 1).max() < 0.5


def test_a_problem_of_salib_is_a_space():
    ours = sobol(ishigami, PROBLEM, size=8192)
    assert np.abs(ours.first - [0.3139, 0.4424, 0]).max() < 0.02
