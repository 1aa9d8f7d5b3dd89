"""Simulated histories, read by Kaplan and Meier 1958, agree with the exact survival."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.durability.cases import one_phase, random_crises, random_tempo, three_phases

from servanda.durability import project
from servanda.durability.explain import AT_PEACE, History, histories
from servanda.durability.model import CAUSES, Plan

N = 3000


def kaplan_meier(
    told: tuple[History, ...], censored: np.ndarray, year: float
) -> tuple[float, float]:
    """Product-limit estimate at a year and its standard error after Greenwood.

    A settled peace stays at risk for ever; ``censored`` cuts each history short.
    """
    ends = np.array([h.years if h.end in CAUSES else np.inf for h in told])
    times, failed = np.minimum(ends, censored), ends <= censored
    survival, variance = 1.0, 0.0
    for time in np.unique(times[failed & (times <= year)]):
        at_risk = int((times >= time).sum())
        deaths = int((failed & (times == time)).sum())
        survival *= 1.0 - deaths / at_risk
        variance += deaths / (at_risk * (at_risk - deaths))
    return survival, survival * float(np.sqrt(variance))


@pytest.mark.parametrize(("plan", "seed"), [(one_phase(), 11), (three_phases(), 12)])
def test_kaplan_meier_of_histories_is_within_three_standard_errors(plan: Plan, seed: int) -> None:
    inputs, tempo = random_crises(), random_tempo(mu_settle=0.03)
    result = project(inputs, tempo, [plan])
    told = histories(inputs, tempo, plan, 4, n=N, seed=seed)
    assert {h.end for h in told} > {"settled", AT_PEACE}
    lost_sight = np.minimum(np.random.default_rng(seed).exponential(25.0, N), 20.0)
    for year in (1.0, 2.5, 5.0, 10.0, 19.0):
        estimate, error = kaplan_meier(told, lost_sight, year)
        exact = result.survival[4, 0, round(year / 0.25)]
        assert abs(estimate - exact) < 3.0 * error, (year, estimate, exact, error)


def test_causes_of_histories_occur_at_their_incidence() -> None:
    inputs, tempo, plan = random_crises(), random_tempo(), three_phases()
    result = project(inputs, tempo, [plan])
    told = histories(inputs, tempo, plan, 0, n=N, seed=5)
    for cause, name in enumerate(CAUSES):
        exact = float(result.incidence[0, 0, cause, -1])
        share = sum(h.end == name for h in told) / N
        assert abs(share - exact) <= 3.0 * np.sqrt(exact * (1.0 - exact) / N)
