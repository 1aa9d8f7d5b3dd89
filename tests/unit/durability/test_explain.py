"""Explanations add up to the projection, and histories read like histories."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.durability.cases import one_phase, random_crises, random_tempo, three_phases

from servanda.domain.errors import ModelError
from servanda.durability import project
from servanda.durability.explain import AT_PEACE, explain, histories
from servanda.durability.model import CAUSES

INPUTS, TEMPO = random_crises(), random_tempo()


def test_sources_of_risk_add_up_to_the_incidence() -> None:
    plans = [one_phase(), three_phases()]
    result = project(INPUTS, TEMPO, plans)
    for place, plan in enumerate(plans):
        told = explain(INPUTS, TEMPO, plan, 3)
        for cause, name in enumerate(CAUSES):
            total = sum(risk.probability for risk in told.risks if risk.cause == name)
            assert total == pytest.approx(result.incidence[3, place, cause, -1], abs=1e-12)
        attacks = [r for r in told.risks if r.cause not in ("escalation", "provocation")]
        for phase in range(len(plan.phases)):
            total = sum(risk.probability for risk in attacks if risk.phase == phase)
            by_phase = result.first_attack_phase[3, place, phase, -1]
            assert total == pytest.approx(by_phase, abs=1e-12)
        assert told.survival == pytest.approx(result.survival[3, place, -1], abs=1e-12)
        assert sum(where.probability for where in told.states) == pytest.approx(
            1.0 - told.survival, abs=1e-12
        )
        assert told.residual < 1e-10


def test_the_riskiest_come_first_and_the_first_choice_is_one() -> None:
    told = explain(INPUTS, TEMPO, three_phases(), 0)
    probabilities = [risk.probability for risk in told.risks]
    assert probabilities == sorted(probabilities, reverse=True)
    carried = [where.probability for where in told.states]
    assert carried == sorted(carried, reverse=True)
    assert sum(told.first_choice.values()) == pytest.approx(1.0)
    assert list(told.first_choice) == ["stay", *INPUTS.kinds]


def test_mean_years_is_the_limit_of_the_years_at_peace() -> None:
    tempo = random_tempo(mu_settle=0.0, omega_c=3.0)
    told = explain(INPUTS, tempo, one_phase(), 1)
    result = project(INPUTS, tempo, [one_phase()], horizon=400.0, step=400.0)
    assert result.survival[1, 0, -1] < 1e-6
    assert told.mean_years == pytest.approx(result.rmst[1, 0], rel=1e-6)


def test_mean_years_is_infinite_where_nothing_ever_happens() -> None:
    tempo = random_tempo(omega_c=0.0, omega_p=0.0, mu_settle=0.0)
    assert explain(INPUTS, tempo, three_phases(), 0).mean_years == np.inf


def test_histories_repeat_with_their_seed_and_tell_one_course_each() -> None:
    told = histories(INPUTS, TEMPO, three_phases(), 2, n=40, seed=7)
    assert told == histories(INPUTS, TEMPO, three_phases(), 2, n=40, seed=7)
    assert told != histories(INPUTS, TEMPO, three_phases(), 2, n=40, seed=8)
    for history in told:
        years = [step.year for step in history.steps]
        assert years[0] == 0.0
        assert years == sorted(years)
        assert history.end in (*CAUSES, "settled", AT_PEACE)
        if history.end == AT_PEACE:
            assert history.years == 20.0
        else:
            assert history.steps[-1].state == history.end


def test_a_draw_that_does_not_exist_and_a_senseless_horizon_are_refused() -> None:
    with pytest.raises(ModelError, match="no draw 5"):
        explain(INPUTS, TEMPO, one_phase(), 5)
    with pytest.raises(ModelError, match="no draw -1"):
        histories(INPUTS, TEMPO, one_phase(), -1, n=1, seed=1)
    with pytest.raises(ModelError, match="horizon"):
        explain(INPUTS, TEMPO, one_phase(), 0, horizon=0.0)
    with pytest.raises(ModelError, match="0 histories"):
        histories(INPUTS, TEMPO, one_phase(), 0, n=0, seed=1)
