"""What the durability engine refuses, and that it says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.durability.cases import (
    CRISES,
    flat,
    one_phase,
    random_crises,
    random_tempo,
    three_phases,
)

from servanda.domain.errors import ModelError
from servanda.durability import project
from servanda.durability.model import Plan, PlanPhase, Start
from servanda.durability.projection import Projection


@pytest.mark.parametrize(
    "name", ["omega_c", "omega_p", "mu_drift", "mu_leave", "mu_settle", "mu_fray", "lambda_c"]
)
def test_a_negative_rate_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match=name):
        random_tempo(**{name: -0.1})


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ModelError, match="s_q is not finite at index"):
        random_tempo(s_q=value)


@pytest.mark.parametrize("name", CRISES)
def test_nan_in_any_table_of_crises_is_refused(name: str) -> None:
    inputs = random_crises()
    table = getattr(inputs, name).copy()
    table[3, 1, 0, 2, 1, 0, 2] = np.nan
    with pytest.raises(ModelError, match=r"\(3, 1, 0, 2, 1, 0, 2\)"):
        replace(inputs, **{name: table})


@pytest.mark.parametrize("name", [name for name in CRISES if name != "attack_value"])
def test_a_probability_above_one_is_refused(name: str) -> None:
    inputs = random_crises()
    with pytest.raises(ModelError, match=name):
        replace(inputs, **{name: getattr(inputs, name) + 0.5})


def test_no_discount_is_refused() -> None:
    with pytest.raises(ModelError, match="rho"):
        random_tempo(rho=0.0)


def test_payoffs_in_the_wrong_unit_are_refused() -> None:
    with pytest.raises(ModelError, match="s_q"):
        random_tempo(s_q=4e6)
    with pytest.raises(ModelError, match="attack_value"):
        replace(random_crises(), attack_value=random_crises().attack_value * 1e5)


def test_tables_of_other_shapes_are_refused() -> None:
    inputs = random_crises()
    with pytest.raises(ModelError, match="resist has shape"):
        replace(inputs, resist=inputs.resist[:, :, :, :2])
    with pytest.raises(ModelError, match="axes"):
        replace(inputs, resist=inputs.resist[0])
    with pytest.raises(ModelError, match="kinds"):
        replace(inputs, kinds=("only one",))


def test_a_kind_without_weight_is_refused() -> None:
    with pytest.raises(ModelError, match="weight"):
        replace(random_crises(), weight=np.array([1.0, 0.0, 1.0, 1.0]))


def test_more_draws_in_the_tempo_than_in_the_crises_are_refused() -> None:
    with pytest.raises(ModelError, match="draws"):
        project(random_crises(4), random_tempo(5), [one_phase(4)])


def test_no_option_and_the_same_option_twice_are_refused() -> None:
    with pytest.raises(ModelError, match="no option"):
        project(random_crises(), random_tempo(), [])
    with pytest.raises(ModelError, match="twice"):
        project(random_crises(), random_tempo(), [one_phase(), one_phase()])


def test_a_cell_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ModelError, match="cell 7"):
        project(random_crises(), random_tempo(), [one_phase(cell=7)])


def test_four_phases_none_and_an_open_last_phase_are_refused() -> None:
    phase = PlanPhase(0, np.full(5, 0.1))
    with pytest.raises(ModelError, match="4 phases"):
        Plan("long", (phase,) * 4)
    with pytest.raises(ModelError, match="0 phases"):
        Plan("empty", ())
    with pytest.raises(ModelError, match="last phase"):
        Plan("open", (phase, phase))


def test_too_many_states_are_refused_with_the_count() -> None:
    inputs = random_crises(levels=(6, 3, 2, 3))
    plan = Plan(
        "wide",
        (
            PlanPhase(0, np.full(5, 0.1), truce=True),
            PlanPhase(1, np.full(5, 0.1), truce=True),
            PlanPhase(2, np.zeros(5), truce=True),
        ),
    )
    with pytest.raises(ModelError, match="needs 648 states"):
        project(inputs, random_tempo(), [plan])


def test_a_start_outside_the_levels_is_refused() -> None:
    with pytest.raises(ModelError, match="posture level 4"):
        project(random_crises(), random_tempo(), [one_phase()], start=Start(posture=4))


@pytest.mark.parametrize(
    ("horizon", "step"), [(20.0, 0.0), (20.0, 0.3), (np.nan, 1.0), (-1.0, 1.0), (1.0, 2.0)]
)
def test_a_grid_that_is_none_is_refused(horizon: float, step: float) -> None:
    with pytest.raises(ModelError, match="step"):
        project(random_crises(), random_tempo(), [one_phase()], horizon=horizon, step=step)


def test_rates_in_the_wrong_unit_are_refused() -> None:
    with pytest.raises(ModelError, match="per year"):
        project(random_crises(), random_tempo(mu_mend=8760.0), [one_phase()])


def test_an_unknown_option_names_the_known_ones() -> None:
    result = project(random_crises(), random_tempo(), [one_phase(), three_phases()])
    assert result.index("three") == 1
    with pytest.raises(ModelError, match="one, three"):
        result.index("two")


def test_reference_weights_halve_and_share() -> None:
    both = random_crises(attacks=2, probes=1).reference()
    np.testing.assert_allclose(both, [0.5, 0.125, 0.125, 0.25])
    attacks = random_crises(attacks=4, probes=0).reference()
    np.testing.assert_allclose(attacks, [0.5, 0.125, 0.125, 0.125, 0.125])
    probes = flat(kinds=("probe a", "probe b")).reference()
    np.testing.assert_allclose(probes, [0.5, 0.25, 0.25])


def test_an_unconverged_draw_is_bounded_and_not_dropped() -> None:
    result = project(random_crises(), random_tempo(), [one_phase()])
    low, high = result.survival_low.copy(), result.survival_high.copy()
    low[2, 0] -= 0.25
    high[3, 0] = np.nan
    marked: Projection = replace(result, survival_low=low, survival_high=high)
    below, above = marked.bounds()
    np.testing.assert_array_equal(below[2], result.survival[2] - 0.25)
    np.testing.assert_array_equal(above[2], result.survival[2])
    assert (below[3, 0, 1:] == 0.0).all()
    assert (above[3, 0, 1:] == 1.0).all()
    assert below[3, 0, 0] == above[3, 0, 0] == 1.0
    others = [0, 1, 4]
    np.testing.assert_array_equal(below[others], result.survival[others])
    np.testing.assert_array_equal(above[others], result.survival[others])


def test_a_reply_is_let_pass_by_half_or_made_by_attacks() -> None:
    both = random_crises(attacks=2, probes=1).reply()
    np.testing.assert_allclose(both, [0.5, 0.25, 0.25, 0.0])
    probes = flat(kinds=("probe a", "probe b")).reply()
    np.testing.assert_allclose(probes, [0.5, 0.25, 0.25])


def test_a_protege_that_chooses_needs_values() -> None:
    with pytest.raises(ModelError, match="protege_value"):
        project(flat(), random_tempo(1), [one_phase(1)], start=Start(0, 0, 0, 0), protege="chooses")
    with pytest.raises(ModelError, match="one of chooses, mechanical"):
        project(random_crises(), random_tempo(), [one_phase()], protege="asleep")  # type: ignore


@pytest.mark.parametrize("name", ["protege_value", "resist", "direct_war"])
def test_tables_of_the_protege_are_checked(name: str) -> None:
    inputs = random_crises()
    bad = np.full(inputs.attack_value.shape, 2e3)
    change = {"protege_value": bad}
    if name != "protege_value":
        change = {"provoked": replace(inputs.provoked)}
        object.__setattr__(change["provoked"], name, bad)
    with pytest.raises(ModelError, match=name):
        replace(inputs, **change)
