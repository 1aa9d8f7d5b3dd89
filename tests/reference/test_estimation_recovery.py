"""Simulated truth comes back; intervals of 95 per cent hold it in 92 to 98 of 100 samples."""

import numpy as np
import pytest
from tests.unit.games.estimation import samples

from servanda.games.estimation import power

FORMULA = "y ~ a | 0 | a + b - 1 | b"
TRUTH = [0.3, 0.6, 0.5, -0.4, 0.2, 0.8]
SHOCKS = [(link, errors) for link in ("probit", "logit") for errors in ("agent", "private")]


def coverage(link: str, errors: str, seeds: int) -> tuple[float, float, int]:
    """Return the coverage over all coefficients, the largest bias in errors, and failures."""
    lines = power(
        "egame12", FORMULA, samples.covariates(1000), TRUTH, sizes=[1000], simulations=seeds,
        seed=17, link=link, errors=errors,
    )  # fmt: skip
    held = float(np.mean([line.coverage for line in lines]))
    bias = max(abs(line.bias) / (line.rmse / np.sqrt(seeds)) for line in lines)
    return held, bias, lines[0].failed


@pytest.mark.parametrize(("link", "errors"), SHOCKS)
def test_coverage_in_a_few_samples(link: str, errors: str):
    held, _, failed = coverage(link, errors, 20)
    assert failed == 0
    assert held > 0.85


@pytest.mark.deep
@pytest.mark.parametrize(("link", "errors"), SHOCKS)
def test_coverage_over_three_hundred_seeds(link: str, errors: str):
    held, bias, failed = coverage(link, errors, 300)
    assert failed == 0
    assert 0.92 <= held <= 0.98
    assert bias < 5


@pytest.mark.deep
@pytest.mark.parametrize(("link", "errors"), SHOCKS)
def test_coverage_of_each_coefficient_over_three_hundred_seeds(link: str, errors: str):
    lines = power(
        "egame12", FORMULA, samples.covariates(1000), TRUTH, sizes=[1000], simulations=300,
        seed=23, link=link, errors=errors,
    )  # fmt: skip
    for line in lines:
        assert 0.92 <= line.coverage <= 0.98, line.name
