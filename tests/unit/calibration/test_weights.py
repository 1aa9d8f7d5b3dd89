"""Resampling and tempering against a posterior that is known: exponential times, gamma prior."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln, ndtr

from servanda.domain.errors import ModelError
from servanda.study.calibration.weights import (
    effective,
    log_mean,
    normalised,
    refuse_collapse,
    systematic,
    tempered,
)

SHAPE, RATE = 3.0, 2.0
EVENTS, YEARS = 9, 20.0
EXACT = stats.gamma(SHAPE + EVENTS, scale=1.0 / (RATE + YEARS))
LOG_EVIDENCE = (
    SHAPE * np.log(RATE)
    - gammaln(SHAPE)
    + gammaln(SHAPE + EVENTS)
    - (SHAPE + EVENTS) * np.log(RATE + YEARS)
)


def rate_of(z: np.ndarray) -> np.ndarray:
    return stats.gamma.ppf(np.clip(ndtr(z[:, 0]), 1e-15, 1 - 1e-15), SHAPE, scale=1.0 / RATE)


def log_likelihood(z: np.ndarray) -> np.ndarray:
    rate = rate_of(z)
    return EVENTS * np.log(rate) - rate * YEARS


def test_resampling_finds_the_known_posterior() -> None:
    z = np.random.default_rng(1).standard_normal((200_000, 1))
    log = log_likelihood(z)
    assert log_mean(log) == pytest.approx(LOG_EVIDENCE, abs=0.02)
    picked = rate_of(z)[systematic(normalised(log), 20_000, 0.4)]
    assert picked.mean() == pytest.approx(EXACT.mean(), rel=0.01)
    assert picked.std() == pytest.approx(EXACT.std(), rel=0.03)
    assert np.quantile(picked, [0.05, 0.95]) == pytest.approx(EXACT.ppf([0.05, 0.95]), rel=0.02)


def test_tempering_finds_the_known_posterior() -> None:
    found = tempered(log_likelihood, 1, particles=8000, seed=2)
    rate = rate_of(found.particles)
    assert found.exponents[0] == 0.0
    assert found.exponents[-1] == 1.0
    assert list(found.exponents) == sorted(set(found.exponents))
    assert found.log_evidence == pytest.approx(LOG_EVIDENCE, abs=0.06)
    assert rate.mean() == pytest.approx(EXACT.mean(), rel=0.02)
    assert rate.std() == pytest.approx(EXACT.std(), rel=0.05)
    assert stats.kstest(rate[::8], EXACT.cdf).pvalue > 1e-3


def test_tempering_where_resampling_has_no_chance() -> None:
    """Ten coordinates, each seen with a standard error of .05 at 2: the prior misses all of it."""

    def far(z: np.ndarray) -> np.ndarray:
        return -0.5 * (((z - 2.0) / 0.05) ** 2).sum(axis=1)

    prior = np.random.default_rng(3).standard_normal((20_000, 10))
    assert effective(far(prior)) < 5
    found = tempered(far, 10, particles=1000, seed=3)
    precision = 1.0 + 1.0 / 0.05**2
    assert found.particles.mean(axis=0) == pytest.approx(
        np.full(10, 2.0 / 0.05**2 / precision), abs=0.02
    )
    assert found.particles.std(axis=0) == pytest.approx(np.full(10, precision**-0.5), rel=0.2)


def test_the_same_seed_gives_the_same_bits() -> None:
    one, two = (tempered(log_likelihood, 1, particles=300, seed=4) for _ in range(2))
    assert np.array_equal(one.particles, two.particles)


def test_equal_weights_are_all_effective() -> None:
    assert effective(np.full(70, -1e4)) == pytest.approx(70.0)


@pytest.mark.parametrize("log", [np.r_[np.zeros(99), 50.0], np.r_[np.zeros(30), np.full(9, -99.0)]])
def test_collapsed_weights_are_refused(log: np.ndarray) -> None:
    with pytest.raises(ModelError, match="false precision") as caught:
        refuse_collapse(log, "test")
    assert caught.value.code == "SV635"


def test_weights_that_rest_on_enough_draws_pass() -> None:
    refuse_collapse(np.random.default_rng(5).standard_normal(500), "test")


def test_nothing_with_any_likelihood_is_refused() -> None:
    with pytest.raises(ModelError) as caught:
        tempered(lambda z: np.full(len(z), -np.inf), 2, particles=50)
    assert caught.value.code == "SV635"
