"""Brier score and concordance: what they are without censoring, and that it leaves them so."""

from __future__ import annotations

import numpy as np
import pytest

from servanda.numerics.censored_scores import brier, concordance, integrated

GRID = np.linspace(0.0, 4.0, 9)


def test_without_censoring_it_is_the_mean_squared_error() -> None:
    times, failed = np.array([1.2, 2.3, 9.0]), np.array([True, True, True])
    predicted = np.random.default_rng(1).random((2, 3, GRID.size))
    plain = ((predicted - (times[:, None] > GRID)) ** 2).mean(axis=1)
    assert brier(predicted, GRID, times, failed) == pytest.approx(plain, abs=1e-14)


def test_a_certain_forecast_that_is_right_costs_nothing() -> None:
    times, failed = np.array([1.0, 3.0]), np.array([True, True])
    perfect = (times[:, None] > GRID).astype(float)[None]
    assert integrated(brier(perfect, GRID, times, failed), GRID).tolist() == [0.0]


def test_censoring_does_not_bias_the_score() -> None:
    random = np.random.default_rng(3)
    n = 40_000
    fails, lost = random.exponential(3.0, n), random.exponential(4.0, n)
    forecast = np.exp(-GRID / 5.0)[None, None].repeat(n, axis=1)
    whole = brier(forecast, GRID, fails, np.ones(n, bool))
    seen = brier(forecast, GRID, np.minimum(fails, lost), fails <= lost)
    assert seen == pytest.approx(whole, abs=6e-3)


def test_weights_are_repeated_rows() -> None:
    random = np.random.default_rng(4)
    times, failed = random.exponential(2.0, 12), random.random(12) < 0.6
    predicted, weight = random.random((1, 12, GRID.size)), random.integers(0, 3, 12)
    rows = np.repeat(np.arange(12), weight)
    repeated = brier(predicted[:, rows], GRID, times[rows], failed[rows])
    kept = weight > 0
    weighted = brier(
        predicted[:, kept], GRID, times[kept], failed[kept], weight=weight[kept].astype(float)
    )
    assert weighted == pytest.approx(repeated, abs=1e-12)


def test_concordance_agrees_with_counting_pairs() -> None:
    random = np.random.default_rng(5)
    times, failed = random.integers(1, 8, 30).astype(float), random.random(30) < 0.5
    risk = random.integers(0, 5, 30).astype(float)
    right = total = 0.0
    for i in range(30):
        for j in range(30):
            later = times[j] > times[i] or (times[j] == times[i] and not failed[j])
            if i != j and failed[i] and later:
                total += 1
                right += (risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j])
    assert concordance(risk, times, failed) == pytest.approx(right / total)


def test_no_comparable_pair_has_no_concordance() -> None:
    assert np.isnan(concordance(np.array([1.0, 2.0]), [1.0, 2.0], [False, False]))
