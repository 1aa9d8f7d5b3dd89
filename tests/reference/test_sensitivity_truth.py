"""Indices and effects against closed forms: Ishigami, Sobol's G, linear Gaussian.

Intervals are counted over seeds: of those at 95%, between 90% and 98% must hold the truth. The
ordinary run takes fewer seeds and allows for it.

Ishigami & Homma 1990; Sobol 2001; Owen & Prieur 2017, doi:10.1137/16M1097717 (linear Gaussian).
"""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from tests.conftest import DEEP

from servanda.numerics.sensitivity import shapley, sobol

SEEDS = 200 if DEEP else 40
BETA = np.array([1.0, 2.0, -1.0])
COVARIANCE = np.array([[1.0, 0.5, 0.8], [0.5, 2.0, 0.0], [0.8, 0.0, 3.0]])


def ishigami(x: np.ndarray) -> np.ndarray:
    a, b, c = x.T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def ishigami_truth() -> tuple[np.ndarray, np.ndarray]:
    first, second = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8
    both = 0.01 * np.pi**8 * 8 / 225
    total = first + second + both
    return np.array([first, second, 0]) / total, np.array([first + both, second, both]) / total


G = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])


def sobol_g(x: np.ndarray) -> np.ndarray:
    return np.prod((np.abs(4 * x - 2) + G) / (1 + G), axis=1)


def g_truth() -> tuple[np.ndarray, np.ndarray]:
    own = 1 / 3 / (1 + G) ** 2
    whole = np.prod(1 + own) - 1
    total = np.array([own[j] * np.prod(np.delete(1 + own, j)) for j in range(len(G))])
    return own / whole, total / whole


def left(covariance: np.ndarray, kept: tuple[int, ...]) -> float:
    """Variance of the line that is left when some inputs are known."""
    rest = [j for j in range(len(BETA)) if j not in kept]
    own = covariance[np.ix_(rest, rest)]
    if kept and rest:
        across = covariance[np.ix_(rest, kept)]
        own = own - across @ np.linalg.solve(covariance[np.ix_(kept, kept)], across.T)
    return float(BETA[rest] @ own @ BETA[rest]) if rest else 0.0


def line_truth(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First-order, total, Shapley."""
    whole, count = left(covariance, ()), len(BETA)
    others = [tuple(k for k in range(count) if k != j) for j in range(count)]
    first = np.array([1 - left(covariance, (j,)) / whole for j in range(count)])
    total = np.array([left(covariance, others[j]) / whole for j in range(count)])
    effect = np.zeros(count)
    for j in range(count):
        for size in range(count):
            for kept in combinations(others[j], size):
                gain = left(covariance, kept) - left(covariance, tuple(sorted((*kept, j))))
                effect[j] += gain / whole / count / comb(count - 1, size)
    return first, total, effect


def line(x: np.ndarray) -> np.ndarray:
    return x @ BETA


CASES = {
    "ishigami": (ishigami, [(-np.pi, np.pi)] * 3, {}, ishigami_truth()),
    "g": (sobol_g, 8, {}, g_truth()),
    "line": (
        line,
        None,
        {"covariance": np.diag([1.0, 2, 3])},
        line_truth(np.diag([1.0, 2, 3]))[:2],
    ),
    "correlated line": (line, None, {"covariance": COVARIANCE}, line_truth(COVARIANCE)[:2]),
}


def count(hits: list[np.ndarray]) -> None:
    """Hold the share of intervals with the truth in them against 90% to 98%, pooled and each."""
    share = np.mean(hits)
    number = np.size(hits)
    slack = 0.0 if DEEP else 2.5 * np.sqrt(0.95 * 0.05 / number * 2)
    assert 0.90 - slack <= share <= 0.98 + slack, share
    each = np.mean(hits, axis=0)
    assert each.min() >= 0.95 - 4.0 * np.sqrt(0.95 * 0.05 / len(hits)), each


def holds(interval: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Say which intervals hold the truth; those of an exact nought are not counted."""
    wide = np.ptp(interval, axis=-1) > 1e-12
    return ((interval[:, 0] <= truth) & (truth <= interval[:, 1]))[wide]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [1024, 8192])
def test_intervals_of_sobol_indices_hold_the_truth(name: str, size: int):
    model, inputs, settings, (first, total) = CASES[name]
    hits = []
    for seed in range(SEEDS):
        found = sobol(model, inputs, size=size, seed=seed, **settings)
        hits.append(
            np.concatenate([holds(found.first_interval, first), holds(found.total_interval, total)])
        )
    count(hits)


@pytest.mark.parametrize("covariance", [np.diag([1.0, 2, 3]), COVARIANCE])
def test_intervals_of_shapley_effects_hold_the_truth(covariance: np.ndarray):
    truth = line_truth(covariance)[2]
    hits = []
    for seed in range(SEEDS):
        found = shapley(line, None, size=1024, seed=seed, covariance=covariance)
        hits.append(holds(found.interval, truth))
        assert np.abs(found.effect - truth).max() < 0.02
    count(hits)


def test_intervals_from_draws_at_hand_hold_the_truth():
    root = np.linalg.cholesky(COVARIANCE)
    first, total, effect = line_truth(COVARIANCE)
    hits, shares = [], []
    for seed in range(SEEDS):
        x = np.random.default_rng(seed).normal(size=(2000, 3)) @ root.T
        found = sobol(x, line(x))
        hits.append(
            np.concatenate([holds(found.first_interval, first), holds(found.total_interval, total)])
        )
        shares.append(holds(shapley(x, line(x)).interval, effect))
    count(hits)
    count(shares)


def test_draws_at_hand_tell_the_first_order_of_ishigami():
    truth = ishigami_truth()
    hits = []
    for seed in range(SEEDS):
        x = np.random.default_rng(seed).uniform(-np.pi, np.pi, (4000, 3))
        hits.append(holds(sobol(x, ishigami(x)).first_interval, truth[0]))
    count(hits)


@pytest.mark.parametrize("rho", [-0.9, 0.0, 0.5, 0.9])
def test_two_correlated_inputs_share_as_iooss_and_prieur_say(rho: float):
    """Iooss & Prieur 2019, doi:10.1615/Int.J.UncertaintyQuantification.2019028372, section 4."""
    b, s = np.array([1.0, 2.0]), np.array([1.0, 0.5])
    covariance = np.outer(s, s) * np.array([[1, rho], [rho, 1]])
    whole = b @ covariance @ b
    own = (b * s) ** 2 * (1 - rho**2 / 2) + b.prod() * s.prod() * rho
    other = (b * s)[::-1] ** 2 * rho**2 / 2
    found = shapley(lambda x: x @ b, None, covariance=covariance)
    assert np.abs(found.effect - (own + other) / whole).max() < 0.01


def test_correlated_ranks_of_uniform_inputs_follow_the_copula():
    """First-order of the first of two uniform inputs by averaging over the copula directly."""
    from scipy import special

    rho = 0.6
    r = 2 * np.sin(np.pi * rho / 6)
    z, w = np.polynomial.hermite_e.hermegauss(80)
    w = w / w.sum()
    mean = special.ndtr(r * z[:, None] + np.sqrt(1 - r * r) * z[None, :]) @ w  # E[U2 | z1]
    given = special.ndtr(z) + 2 * mean
    u2 = special.ndtr(r * z[:, None] + np.sqrt(1 - r * r) * z[None, :])
    values = special.ndtr(z)[:, None] + 2 * u2
    joint = np.outer(w, w)
    middle = (joint * values).sum()
    truth = (w @ (given - middle) ** 2) / (joint * (values - middle) ** 2).sum()
    found = sobol(lambda x: x[:, 0] + 2 * x[:, 1], 2, rank_correlation=[[1, rho], [rho, 1]])
    assert abs(found.first[0] - truth) < 0.005
