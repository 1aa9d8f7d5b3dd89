"""The cluster likelihood against direct integration over the frailty, and its smoothed mean."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from servanda.study.calibration.hazards import GRID, Hazards
from servanda.study.calibration.likelihood import (
    Layout,
    cluster_log_likelihood,
    fit_surfaces,
    frailty_survival,
)

PLAN = Layout(
    clusters=("a", "b"),
    member=np.array([[True, True, False, True], [False, False, True, False]]),
    event=np.array([True, False, True, True]),
    paper=np.array([True, False, False, False]),
)


def hazards(total: np.ndarray, rate: np.ndarray) -> Hazards:
    return Hazards(total, rate, np.zeros((*total.shape, GRID.size), np.float32), 0.0)


@pytest.mark.parametrize("sigma2", [0.2, 1.0, 2.5])
def test_it_is_the_integral_over_the_frailty(sigma2: float) -> None:
    total, rate = np.array([[0.5, 1.2, 0.3, 2.0]]), np.array([[0.1, 0.2, 0.05, 0.3]])
    offset = 0.6
    got = cluster_log_likelihood(PLAN, hazards(total, rate), np.array([sigma2]), np.array([offset]))
    lift = np.where(PLAN.paper, np.exp(offset), 1.0)

    def given(z: float, cluster: int) -> float:
        here = PLAN.member[cluster]
        h, events = (rate * lift)[0, here], PLAN.event[here]
        likelihood = np.prod((z * h) ** events) * np.exp(-z * (total * lift)[0, here].sum())
        return float(likelihood * stats.gamma.pdf(z, 1 / sigma2, scale=sigma2))

    for cluster in (0, 1):
        exact, _ = integrate.quad(given, 0.0, np.inf, args=(cluster,), limit=300)
        assert got[0, cluster] == pytest.approx(np.log(exact), abs=1e-6)


def test_without_frailty_it_is_the_poisson_likelihood() -> None:
    total, rate = np.array([[0.5, 1.2, 0.3, 2.0]]), np.array([[0.1, 0.2, 0.05, 0.3]])
    got = cluster_log_likelihood(PLAN, hazards(total, rate), np.array([1e-7]), np.zeros(1))
    plain = [np.log(0.1) + np.log(0.3) - 3.7, np.log(0.05) - 0.3]
    assert got[0] == pytest.approx(plain, abs=1e-4)


def test_survival_of_an_unknown_cluster() -> None:
    h = np.array([0.0, 0.7, 3.0])

    def kept(z: float, x: float) -> float:
        return float(np.exp(-z * x) * stats.gamma.pdf(z, 2.0, scale=0.5))

    mean = [integrate.quad(kept, 0.0, np.inf, args=(x,))[0] for x in h]
    assert frailty_survival(h, np.array(0.5)) == pytest.approx(mean, abs=1e-8)


def test_the_surface_is_the_mean_over_nuisances() -> None:
    """Exponential hazard theta times a gamma nuisance: the mean is known."""
    random = np.random.default_rng(11)
    theta = np.exp(0.4 * random.standard_normal(20_000))
    nuisance = random.gamma(4.0, 0.25, theta.size)
    years = 3.0
    log = -theta * nuisance * years
    found = fit_surfaces({"theta": theta}, log[:, None])
    at = np.array([0.5, 1.0, 2.0])
    exact = -4.0 * np.log1p(at * years / 4.0)
    assert found.at({"theta": at})[:, 0] == pytest.approx(exact, abs=0.06)


def test_an_offset_below_nought_needs_no_logarithm() -> None:
    random = np.random.default_rng(12)
    columns = {"theta": np.exp(random.standard_normal(500)), "offset": random.standard_normal(500)}
    found = fit_surfaces(columns, -columns["theta"][:, None])
    assert found.logged.tolist() == [True, False]
    assert np.isfinite(found.at(columns)).all()
