"""What the projection says where the answer is known, and what must not change it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from tests.unit.durability.cases import (
    flat,
    one_phase,
    random_crises,
    random_tempo,
    reshaped,
    three_phases,
    with_crises,
)

from servanda.durability import project
from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Start
from servanda.durability.projection import Projection
from servanda.durability.solve import solved

ORIGIN = Start(0, 0, 0, 0)
QUIET = {"omega_p": 0.0, "mu_settle": 0.0, "mu_election": 0.0}


def same(left: Projection, right: Projection, tolerance: float = 0.0) -> None:
    for item in fields(Projection):
        a, b = getattr(left, item.name), getattr(right, item.name)
        if isinstance(a, np.ndarray) and item.name not in ("status", "residual"):
            np.testing.assert_allclose(a, b, rtol=0, atol=tolerance, err_msg=item.name)


def test_a_mover_without_motive_attacks_at_half_its_chances() -> None:
    tempo = random_tempo(1, lambda_c=0.0, omega_c=0.6, rho=0.05, **QUIET)
    result = project(flat(resist=0.7, defence=0.4), tempo, [one_phase(1)], start=ORIGIN)
    gone = 1.0 - np.exp(-0.3 * result.years)
    np.testing.assert_allclose(result.survival[0, 0], 1.0 - gone, atol=1e-14)
    for cause, share in enumerate([0.28, 0.42, 0.3, 0.0, 0.0, 0.0]):
        np.testing.assert_allclose(result.incidence[0, 0, cause], share * gone, atol=1e-14)
    np.testing.assert_allclose(result.peace_years[0, 0], gone / 0.3, atol=1e-13)
    exact = (1.0 - np.exp(-0.35 * 20.0)) / 0.35
    assert result.discounted_rmst[0, 0] == pytest.approx(exact, abs=1e-13)


def test_value_of_a_mover_without_motive() -> None:
    tempo = random_tempo(1, lambda_c=0.0, omega_c=0.6, rho=0.05, s_q=0.4, **QUIET)
    result = project(flat(attack_value=-0.2), tempo, [one_phase(1)], start=ORIGIN)
    assert result.value_start[0, 0] == pytest.approx((0.05 * 0.4 - 0.3 * 0.2) / 0.35, abs=1e-14)


def test_without_chances_to_act_peace_lasts_and_is_worth_the_status_quo() -> None:
    tempo = random_tempo(5, omega_c=0.0, omega_p=0.0)
    result = project(random_crises(), tempo, [one_phase(), three_phases()])
    np.testing.assert_allclose(result.survival, 1.0, atol=1e-13)
    np.testing.assert_allclose(result.rmst, 20.0, atol=1e-11)
    np.testing.assert_allclose(result.value_start, tempo.s_q[:, None] * [1, 1], atol=1e-13)
    np.testing.assert_allclose(result.incidence, 0.0, atol=1e-15)


def test_a_settled_peace_is_peace() -> None:
    tempo = random_tempo(1, lambda_c=0.0, omega_c=0.2, omega_p=0.0, mu_settle=0.3)
    result = project(flat(), tempo, [one_phase(1)], start=ORIGIN)
    ended = 0.1 / 0.4 * (1.0 - np.exp(-0.4 * result.years))
    np.testing.assert_allclose(result.survival[0, 0], 1.0 - ended, atol=1e-14)
    assert result.settled[0, 0] == pytest.approx(0.75 * (1.0 - np.exp(-8.0)), abs=1e-14)


def test_the_protege_provokes_and_half_its_provocations_end_in_war() -> None:
    """A challenger without precision lets half of them pass."""
    tempo = random_tempo(
        1, lambda_c=0.0, omega_c=0.0, omega_p=0.5, p_prov=0.2, mu_settle=0.0, rho=0.1, s_q=0.3
    )
    inputs = flat(attack_value=-0.6, direct_war=0.25)
    result = project(inputs, tempo, [one_phase(1)], start=ORIGIN)
    np.testing.assert_allclose(result.survival[0, 0], np.exp(-0.05 * result.years), atol=1e-14)
    np.testing.assert_allclose(result.incidence[0, 0, 4], 1 - result.survival[0, 0], atol=1e-14)
    np.testing.assert_allclose(result.direct_war, 0.125 * result.incidence[:, :, 4], atol=1e-15)
    war, raid = -0.6 + float(tempo.c_o[0]), float(tempo.g_p[0])
    exact = (0.1 * 0.3 + 0.05 * war - 0.1 * raid) / 0.15
    assert result.value_start[0, 0] == pytest.approx(exact, abs=1e-14)
    assert result.first_attack_phase.sum() == 0.0
    assert np.isnan(result.value_protege).all()


def test_a_probe_pays_moves_credibility_and_may_escalate() -> None:
    tempo = random_tempo(
        1, lambda_c=0.0, omega_c=1.0, eps=0.1, g_b=0.2, x_b=0.3, rho=0.05, s_q=0.4, **QUIET
    )
    inputs = flat(kinds=("probe",), attack_value=-1.0, answered=0.25, direct_war=0.5, resist=0.8)
    result = project(inputs, tempo, [one_phase(1)], start=ORIGIN)
    gone = 1.0 - np.exp(-0.05 * result.years)
    np.testing.assert_allclose(result.incidence[0, 0, 3], gone, atol=1e-14)
    np.testing.assert_allclose(result.direct_war[0, 0], 0.4 * gone, atol=1e-14)
    gain = 0.9 * (0.75 * 0.2 - 0.25 * 0.3) + 0.1 * -1.0
    exact = (0.05 * 0.4 + 0.5 * gain) / (0.05 + 0.5 * 0.1)
    assert result.value_start[0, 0] == pytest.approx(exact, abs=1e-13)


def test_frayed_time_of_a_truce_that_frays_and_mends() -> None:
    tempo = random_tempo(1, omega_c=0.0, omega_p=0.0, mu_settle=0.0, mu_fray=0.5, mu_mend=1.5)
    plan = one_phase(1, truce=True, credibility=False, alignment=False, forces=False)
    result = project(flat(), tempo, [plan], start=ORIGIN)
    exact = 0.25 * (20.0 - (1.0 - np.exp(-2.0 * 20.0)) / 2.0)
    assert result.frayed_years[0, 0] == pytest.approx(exact, abs=1e-12)


def test_a_truce_that_never_mends_never_lets_the_next_phase_begin() -> None:
    tempo = random_tempo(1, omega_c=0.0, omega_p=0.0, mu_settle=0.0, mu_fray=3.0, mu_mend=0.0)
    phases = (PlanPhase(0, np.ones(1), truce=True), PlanPhase(0, np.zeros(1), truce=False))
    result = project(flat(), tempo, [Plan("late", phases)], start=ORIGIN)
    stuck = 0.75 * (20.0 - (1.0 - np.exp(-4.0 * 20.0)) / 4.0)
    assert result.frayed_years[0, 0] == pytest.approx(stuck, abs=1e-12)


def test_tested_and_honoured_count_attacks() -> None:
    inputs = with_crises(random_crises(), honoured=np.full((5, 3, 4, 3, 2, 3, 4), 0.3))
    result = project(inputs, random_tempo(), [one_phase(), three_phases()])
    np.testing.assert_allclose(result.honoured, 0.3 * result.tested, atol=1e-13)
    attacks = result.incidence[:, :, [0, 1, 2, 5], -1].sum(axis=2)
    np.testing.assert_allclose(result.tested, attacks, atol=1e-13)
    assert result.first_attack_phase.shape == (5, 2, 3, 81)
    assert (result.first_attack_phase[:, 0, 1:] == 0.0).all()


def test_a_direct_war_needs_resistance_to_an_attack() -> None:
    tempo = random_tempo(1, omega_p=0.0)
    inputs = flat(resist=0.8, direct_war=0.25)
    result = project(inputs, tempo, [one_phase(1)], start=ORIGIN)
    attacks = result.incidence[:, :, :3].sum(axis=2)
    assert attacks[0, 0, -1] > 0.1
    np.testing.assert_allclose(result.direct_war, 0.2 * attacks, atol=1e-14)


def test_the_bits_do_not_depend_on_threads_or_company() -> None:
    inputs, tempo = random_crises(draws=70), random_tempo(draws=70)
    plans = [one_phase(70), three_phases(70)]
    one, two = (project(inputs, tempo, plans, threads=n) for n in (1, 2))
    same(one, two)
    np.testing.assert_array_equal(one.residual, two.residual)
    few = reshaped(inputs, lambda table: table[60:])
    late = type(tempo)(**{f.name: getattr(tempo, f.name)[60:] for f in fields(tempo)})
    alone = project(few, late, [three_phases(10)])
    np.testing.assert_array_equal(alone.survival[:, 0], one.survival[60:, 1])


def test_the_step_of_the_grid_changes_nothing() -> None:
    inputs, tempo, plans = random_crises(), random_tempo(), [three_phases()]
    fine, coarse = (project(inputs, tempo, plans, step=step) for step in (0.25, 5.0))
    np.testing.assert_allclose(fine.survival[:, :, ::20], coarse.survival, atol=1e-14)
    np.testing.assert_allclose(fine.peace_years[:, :, ::20], coarse.peace_years, atol=1e-12)
    np.testing.assert_allclose(fine.rmst, coarse.rmst, atol=1e-12)


def _levelled(inputs: CrisisInputs, axis: int, level: int) -> CrisisInputs:
    """The same crises with one dimension made to change nothing."""
    return reshaped(
        inputs, lambda table: np.broadcast_to(np.take(table, [level], axis=axis), table.shape)
    )


@pytest.mark.parametrize(
    ("dimension", "axis", "level"), [("credibility", 3, 2), ("forces", 4, 0), ("alignment", 5, 0)]
)
def test_collapsing_a_dimension_that_changes_nothing_changes_nothing(
    dimension: str, axis: int, level: int
) -> None:
    inputs, tempo = _levelled(random_crises(), axis, level), random_tempo()
    full = three_phases()
    thin = Plan(full.option, tuple(replace(p, **{dimension: False}) for p in full.phases))
    assert len(solved(inputs, tempo, thin).table) < len(solved(inputs, tempo, full).table)
    same(project(inputs, tempo, [full]), project(inputs, tempo, [thin]), 1e-11)


@pytest.mark.parametrize("kind", [0, 2])
def test_splitting_a_kind_changes_nothing(kind: int) -> None:
    whole, tempo = random_crises(), random_tempo()
    order = [0, 1, 2, 3, kind]
    weight = np.ones(5)
    weight[[kind, 4]] = (0.3, 0.7)
    split = reshaped(
        whole,
        lambda table: table[..., order],
        kinds=(*whole.kinds, "twin"),
        probe=whole.probe[order],
        size=whole.size[order],
        weight=weight,
    )
    full = three_phases()
    turned = tuple(
        replace(p, own_word=None if p.own_word is None else p.own_word[order],
                covered=None if p.covered is None else p.covered[order])
        for p in full.phases
    )  # fmt: skip
    ours, theirs = [one_phase(), full], [one_phase(), Plan(full.option, turned)]
    same(project(whole, tempo, ours), project(split, tempo, theirs), 1e-11)


def test_splitting_the_only_kind_of_each_class_needs_no_weights() -> None:
    whole, tempo = random_crises(attacks=1, probes=1), random_tempo()
    order = [0, 0, 1, 1]
    split = reshaped(
        whole,
        lambda table: table[..., order],
        kinds=("attack", "attack twin", "probe", "probe twin"),
        probe=whole.probe[order],
        size=whole.size[order],
        weight=None,
    )
    same(project(whole, tempo, [one_phase()]), project(split, tempo, [one_phase()]), 1e-12)


def accession(eta: float, chance: Any) -> Projection:
    """A weak phase 1 (attacking pays a little) before a strong phase 2 (it never does)."""
    levels = (1, 1, 1, 1)
    inputs = random_crises(draws=1, cells=2, attacks=1, probes=0, levels=levels)
    table = np.empty_like(inputs.attack_value)
    table[:, 0], table[:, 1] = 0.9, -1.5
    tempo = random_tempo(1, lambda_c=6.0, omega_c=0.5, rho=0.06, s_q=0.4, **QUIET)
    phases = (PlanPhase(0, np.array([eta])), PlanPhase(1, np.zeros(1)))
    plan = Plan("accession", phases)
    return project(
        replace(inputs, attack_value=table), tempo, [plan], start=ORIGIN, step=0.05, chance=chance
    )


@pytest.mark.parametrize("chance", ["mean", "log_sum"])
def test_a_quicker_accession_can_raise_attacks_before_it(chance: str) -> None:
    slow, quick = accession(0.05, chance), accession(1.0, chance)
    first = 1
    before_slow, before_quick = (p.first_attack_phase[0, 0, 0, first] for p in (slow, quick))
    assert before_quick > 1.2 * before_slow
    assert quick.value_start[0, 0] < slow.value_start[0, 0]
    assert quick.rmst[0, 0] > slow.rmst[0, 0]


def test_value_iteration_stands_by_when_newton_may_not_start() -> None:
    inputs, tempo, plans = random_crises(), random_tempo(), [three_phases()]
    newton, iterated = (project(inputs, tempo, plans, newton=n) for n in (40, 0))
    same(newton, iterated, 1e-9)
    assert (iterated.status == 0).all()


def test_extreme_precision_is_solved() -> None:
    for precision in (1e-300, 1e-9, 1e3, 1e6):
        tempo = random_tempo(lambda_c=precision)
        result = project(random_crises(), tempo, [three_phases()])
        assert (result.status == 0).all()
        assert np.isfinite(result.survival).all()
