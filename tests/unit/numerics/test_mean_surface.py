"""The smoothed mean finds the mean of a noisy quantity, not of its logarithm, on any scale."""

from __future__ import annotations

import numpy as np
import pytest

from servanda.numerics.mean_surface import fit_log_mean, polynomial


def test_terms_of_a_polynomial() -> None:
    assert polynomial(np.ones((2, 6)), 2).shape == (2, 1 + 6 + 21)
    assert polynomial(np.zeros((1, 3)), 0).tolist() == [[1.0]]


@pytest.mark.parametrize("noise", ["gamma", "lognormal", "rare"])
def test_the_mean_is_found_whatever_the_noise(noise: str) -> None:
    random = np.random.default_rng(7)
    x = random.standard_normal((60_000, 2))
    design = polynomial(x, 2)
    b = np.array([0.3, 0.8, -0.5, -0.2, 0.1, 0.05])
    mean = np.exp(design @ b)
    kinds = {
        "gamma": lambda: random.gamma(1.5, 1 / 1.5, len(x)),
        "lognormal": lambda: np.exp(0.8 * random.standard_normal(len(x)) - 0.32),
        "rare": lambda: (random.random(len(x)) < 0.25) / 0.25,
    }
    found = fit_log_mean(design, mean * kinds[noise]())
    assert found == pytest.approx(b, abs=0.03)


def test_the_scale_of_the_quantity_does_not_matter() -> None:
    random = np.random.default_rng(8)
    design = polynomial(random.standard_normal((500, 1)), 1)
    y = np.exp(design @ [0.2, 0.5]) * random.exponential(1.0, 500)
    usual, tiny = fit_log_mean(design, y), fit_log_mean(design, y * 1e-200)
    assert tiny - usual == pytest.approx([np.log(1e-200), 0.0], abs=1e-6)


def test_rows_of_weight_nought_count_for_nothing() -> None:
    random = np.random.default_rng(9)
    design = polynomial(random.standard_normal((400, 1)), 1)
    y = random.exponential(1.0, 400)
    weight = np.where(np.arange(400) < 200, 1.0, 0.0)
    half = fit_log_mean(design[:200], y[:200])
    assert fit_log_mean(design, y, weight=weight) == pytest.approx(half, abs=1e-6)
