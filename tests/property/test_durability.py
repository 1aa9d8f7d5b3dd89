"""What holds for every chain, whatever its numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.durability.cases import random_crises, random_tempo, reshaped

from servanda.durability import project
from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Tempo
from servanda.durability.solve import solved

SEEDS = st.integers(0, 2**32 - 1)
RATE = st.one_of(st.just(0.0), st.floats(1e-6, 5.0))
PROBABILITY = st.floats(0.0, 1.0)


@st.composite
def tempos(draw: st.DrawFn) -> Tempo:
    rates = ("omega_c", "omega_p", "mu_drift", "mu_leave", "mu_election", "mu_settle")
    fixed = {name: draw(RATE) for name in (*rates, "mu_fray", "mu_mend")}
    fixed |= {name: draw(PROBABILITY) for name in ("eps", "p_prov", "c_o", "s_q")}
    fixed |= {"lambda_c": draw(st.floats(0.0, 50.0)), "rho": draw(st.floats(0.005, 1.0))}
    return random_tempo(2, **fixed)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    flag, count = st.booleans(), draw(st.integers(1, 3))
    phases = []
    for number in range(count):
        eta = draw(RATE) if number + 1 < count else 0.0
        flags = {n: draw(flag) for n in ("truce", "forces", "alignment", "credibility")}
        phases.append(PlanPhase(draw(st.integers(0, 1)), np.full(2, eta), **flags))
    return Plan("any", tuple(phases))


def crises(seed: int) -> CrisisInputs:
    return random_crises(draws=2, cells=2, seed=seed)


@settings(max_examples=60, deadline=None)
@given(SEEDS, tempos(), plans())
def test_peace_and_its_ends_are_a_distribution(seed: int, tempo: Tempo, plan: Plan) -> None:
    result = project(crises(seed), tempo, [plan], step=1.0)
    assert (result.status < 2).all()
    assert (np.diff(result.survival, axis=2) <= 1e-13).all()
    assert (np.diff(result.incidence, axis=3) >= -1e-13).all()
    total = result.survival + result.incidence.sum(axis=2)
    np.testing.assert_allclose(total, 1.0, atol=1e-12)
    assert (result.survival >= -1e-15).all()
    assert (result.rmst <= 20.0 + 1e-10).all()
    assert (result.discounted_rmst <= result.rmst + 1e-12).all()
    assert (result.frayed_years <= result.rmst + 1e-12).all()
    assert (result.settled <= result.survival[:, :, -1] + 1e-13).all()
    assert (result.honoured <= result.tested + 1e-13).all()
    # A falling survival makes the integral concave: between its left and right sums.
    steps = np.diff(result.peace_years, axis=2)
    assert (steps <= result.survival[:, :, :-1] + 1e-11).all()
    assert (steps >= result.survival[:, :, 1:] - 1e-11).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS, tempos(), plans(), st.floats(-0.5, 0.5))
def test_values_shift_with_all_payoffs(seed: int, tempo: Tempo, plan: Plan, by: float) -> None:
    """Adding a constant to the status quo and to every ending adds it to every value."""
    inputs = crises(seed)
    provoked = replace(inputs.provoked, attack_value=inputs.provoked.attack_value + by)
    moved = replace(inputs, attack_value=inputs.attack_value + by, provoked=provoked)
    before = solved(inputs, tempo, plan).challenger
    after = solved(moved, replace(tempo, s_q=tempo.s_q + by), plan).challenger
    np.testing.assert_allclose(after, before + by, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(SEEDS, tempos(), plans())
def test_the_order_of_the_kinds_does_not_matter(seed: int, tempo: Tempo, plan: Plan) -> None:
    inputs = crises(seed)
    order = np.random.default_rng(seed).permutation(len(inputs.kinds))
    turned = reshaped(
        inputs,
        lambda table: table[..., order],
        kinds=tuple(inputs.kinds[k] for k in order),
        probe=inputs.probe[order],
    )
    one, two = (project(each, tempo, [plan], step=5.0) for each in (inputs, turned))
    np.testing.assert_allclose(one.survival, two.survival, atol=1e-11)
    np.testing.assert_allclose(one.incidence, two.incidence, atol=1e-11)
    np.testing.assert_allclose(one.value_start, two.value_start, atol=1e-11)


@settings(max_examples=40, deadline=None)
@given(SEEDS, tempos(), plans(), st.floats(0.0, 0.5))
def test_a_better_attack_is_worth_no_less(seed: int, tempo: Tempo, plan: Plan, more: float) -> None:
    """Of log-sum values against a mechanism: a mean falls as poor acts are chosen more often."""
    inputs = crises(seed)
    luck = np.random.default_rng(seed)
    raised = inputs.attack_value + more * luck.uniform(size=inputs.attack_value.shape)
    better = replace(inputs, attack_value=raised)
    before, after = (
        solved(each, tempo, plan, protege="mechanical", chance="log_sum").challenger
        for each in (inputs, better)
    )
    assert (after >= before - 1e-10).all()
    lowest = min(float(inputs.attack_value.min()), float(tempo.s_q.min()) - 0.2)
    assert (before >= lowest - 1.0).all()


@settings(max_examples=30, deadline=None)
@given(SEEDS, tempos(), plans())
def test_equal_phases_in_a_row_are_one_phase(seed: int, tempo: Tempo, plan: Plan) -> None:
    """Passing on to the same exposure is no change; without a truce nothing else restarts."""
    last = replace(plan.phases[-1], truce=False)
    first = replace(last, eta=np.full(2, 0.8))
    one = project(crises(seed), tempo, [Plan("a", (last,))], step=5.0)
    two = project(crises(seed), tempo, [Plan("a", (first, first, last))], step=5.0)
    np.testing.assert_allclose(one.survival, two.survival, atol=1e-10)
    np.testing.assert_allclose(one.value_start, two.value_start, atol=1e-10)
