"""The kernels against dense linear algebra and against the value equation written out.

The dense side shares no code with the kernels beyond the list of states: moves, choices and
residuals come from ``durability.behaviour``, the rest from scipy.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from scipy.linalg import expm, solve
from scipy.special import gammaln, pdtrc
from tests.unit.durability.cases import (
    flat,
    one_phase,
    random_crises,
    random_tempo,
    three_phases,
)

from servanda.durability import project
from servanda.durability.behaviour import behaviour
from servanda.durability.draw import soft_choice as choice_of
from servanda.durability.model import Plan, PlanPhase, Start, Tempo
from servanda.durability.solve import solved
from servanda.numerics.logit_choice import soft_choice
from servanda.numerics.survival import poisson_span, poisson_weights

DRAWS = 4
INPUTS, TEMPO = random_crises(DRAWS), random_tempo(DRAWS)
PLANS = [
    one_phase(DRAWS),
    one_phase(DRAWS, "thin", cell=2, alignment=False, forces=False),
    three_phases(DRAWS),
]


@pytest.mark.parametrize("place", range(len(PLANS)))
@pytest.mark.parametrize("start", [Start(), Start(2, 1, 0, 2)])
def test_survival_and_incidence_are_the_matrix_exponential(place: int, start: Start) -> None:
    result = project(INPUTS, TEMPO, PLANS, step=2.5, start=start)
    for draw in range(DRAWS):
        told = behaviour(INPUTS, TEMPO, PLANS[place], draw, start=start)
        n, ends = len(told.states), told.ends()
        whole = np.zeros((n + 7, n + 7))
        whole[:n, :n], whole[:n, n:] = told.generator(), ends
        for t in (1, 2, 8):
            row = expm(whole * result.years[t])[told.start]
            np.testing.assert_allclose(
                result.survival[draw, place, t], row[:n].sum() + row[-1], atol=1e-12
            )
            np.testing.assert_allclose(
                result.incidence[draw, place, :, t], row[n : n + 6], atol=1e-12
            )


@pytest.mark.parametrize("place", range(len(PLANS)))
def test_years_of_peace_are_the_integral_in_closed_form(place: int) -> None:
    result = project(INPUTS, TEMPO, PLANS)
    for draw in range(DRAWS):
        told = behaviour(INPUTS, TEMPO, PLANS[place], draw)
        n, settled = len(told.states), told.ends()[:, -1]
        whole = np.zeros((n + 1, n + 1))
        whole[:n, :n], whole[:n, n] = told.generator(), settled
        alive = np.ones(n + 1)
        rho = float(TEMPO.rho[draw])
        for discount, got in ((rho, result.discounted_rmst), (0.0, result.rmst)):
            shifted = whole - discount * np.eye(n + 1)
            # Van Loan: the integral of exp(A u) b is a corner of exp of the bordered matrix.
            border = np.zeros((n + 2, n + 2))
            border[: n + 1, : n + 1], border[: n + 1, n + 1] = shifted, alive
            exact = expm(border * 20.0)[told.start, n + 1]
            assert got[draw, place] == pytest.approx(exact, abs=1e-10)


def test_incidence_without_horizon_is_a_linear_solve() -> None:
    tempo = random_tempo(DRAWS, omega_c=4.0, lambda_c=2.0)
    result = project(INPUTS, tempo, PLANS, horizon=400.0, step=400.0)
    for place, plan in enumerate(PLANS):
        told = behaviour(INPUTS, tempo, plan, 2)
        absorbed = solve(-told.generator(), told.ends())[told.start]
        np.testing.assert_allclose(result.incidence[2, place, :, -1], absorbed[:6], atol=1e-9)
        assert result.settled[2, place] == pytest.approx(absorbed[6], abs=1e-9)


def test_doubling_the_uniformisation_rate_moves_nothing() -> None:
    plain = project(INPUTS, TEMPO, PLANS)
    for boost in (2.0, 5.0):
        again = project(INPUTS, TEMPO, PLANS, boost=boost)
        for item in fields(plain):
            one, two = getattr(plain, item.name), getattr(again, item.name)
            if isinstance(one, np.ndarray):
                np.testing.assert_allclose(two, one, rtol=0, atol=1e-11, err_msg=item.name)


@pytest.mark.parametrize("chance", ["mean", "log_sum"])
def test_residuals_measured_without_the_kernels_are_below_the_goal(chance: str) -> None:
    for precision in (0.0, 1e-4, 1.0, 10.0, 60.0):
        tempo = random_tempo(DRAWS, lambda_c=precision)
        for plan in PLANS:
            for draw in range(DRAWS):
                told = behaviour(INPUTS, tempo, plan, draw, chance=chance)
                assert np.abs(told.residual).max() < 1e-10


@pytest.mark.parametrize("chance", ["mean", "log_sum"])
def test_plain_value_iteration_over_all_states_agrees_with_block_newton(chance: str) -> None:
    """Damped sweeps from nought over both parties' equations written out in numpy."""
    for plan in PLANS[:2]:
        told = behaviour(INPUTS, TEMPO, plan, 0, chance=chance)
        rate = {name: float(getattr(TEMPO, name)[0]) for name in Tempo.__slots__}
        n, lam = len(told.states), rate["lambda_c"]
        natural, settle = np.zeros((n, n)), np.zeros(n)
        for move in told.moves:
            if move.end == "settled":
                settle[move.state] += move.rate
            elif move.kind is None and move.target is not None and "provo" not in move.what:
                natural[move.state, move.target] += move.rate
        crises, up, down = _tables(plan, told.states)
        total = rate["rho"] + rate["omega_c"] + rate["omega_p"] + natural.sum(1) + settle
        v, u = np.zeros(n), np.zeros(n)
        half, eps = np.concatenate(([0.5], np.full(2, 0.25))), rate["eps"]
        for _ in range(4000):
            yes, no = crises["answered"][:, 2:], 1.0 - crises["answered"][:, 2:]
            quiet = yes * (v[up] - rate["x_b"])[:, None] + no * (v[down] + rate["g_b"])[:, None]
            q = np.column_stack((v, crises["lump"]))
            q[:, 3:] = eps * q[:, 3:] + (1.0 - eps) * quiet
            best, p = _soft(q, INPUTS.reference(), lam, chance)
            after, reply = _soft(np.column_stack((v, crises["struck"][:, :2])), half, lam, chance)
            quiet = yes * u[up][:, None] + no * (u[down] - rate["g_b"])[:, None]
            other = np.column_stack((u, crises["other"]))
            other[:, 3:] = eps * other[:, 3:] + (1.0 - eps) * quiet
            raided = rate["g_p"] + (reply * np.column_stack((u, crises["mine"][:, :2]))).sum(1)
            ready = np.array([1.0 - rate["p_prov"], rate["p_prov"]])
            mean, odds = _soft(np.column_stack((u, raided)), ready, rate["lambda_p"], chance)
            pi = odds[:, 1]
            right = (rate["rho"] + settle) * rate["s_q"] + natural @ v + rate["omega_c"] * best
            right += rate["omega_p"] * ((1.0 - pi) * v + pi * (after - rate["g_p"]))
            back = (rate["rho"] + settle) * rate["s_p"] + natural @ u
            back += rate["omega_c"] * (p * other).sum(1) + rate["omega_p"] * mean
            v, u = 0.5 * (v + right / total), 0.5 * (u + back / total)
        np.testing.assert_allclose(told.values, v, atol=1e-9)
        np.testing.assert_allclose(told.protege, u, atol=1e-9)
        np.testing.assert_allclose(told.provokes, pi, atol=1e-9)


def _soft(
    q: np.ndarray, weight: np.ndarray, lam: float, chance: str
) -> tuple[np.ndarray, np.ndarray]:
    top = q.max(axis=1, keepdims=True)
    tilted = weight * np.exp(lam * (q - top))
    mass = tilted.sum(axis=1)
    p = tilted / mass[:, None]
    return (p * q).sum(axis=1) if chance == "mean" else top[:, 0] + np.log(mass) / lam, p


def _tables(plan: Plan, states: tuple) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    index = {state: s for s, state in enumerate(states)}
    cell = plan.phases[0].cell
    at = [(0, cell, s.posture, s.credibility, s.forces, s.alignment) for s in states]
    tables = {
        "lump": INPUTS.attack_value,
        "answered": INPUTS.answered,
        "other": INPUTS.protege_value,
        "struck": INPUTS.provoked.attack_value,
        "mine": INPUTS.provoked.protege_value,
    }
    crises = {name: np.array([table[i] for i in at]) for name, table in tables.items()}
    up = [index[replace(s, credibility=min(s.credibility + 1, 2))] for s in states]
    down = [index[replace(s, credibility=max(s.credibility - 1, 0))] for s in states]
    return crises, np.array(up), np.array(down)


def test_without_precision_the_reference_weights_are_played() -> None:
    for precision in (0.0, 1e-12):
        tempo = random_tempo(DRAWS, lambda_c=precision)
        told = behaviour(INPUTS, tempo, three_phases(DRAWS), 1)
        expected = np.broadcast_to(INPUTS.reference(), told.choice.shape)
        np.testing.assert_allclose(told.choice, expected, atol=1e-10)


@pytest.mark.parametrize("chance", ["mean", "log_sum"])
def test_values_pass_smoothly_through_small_precisions(chance: str) -> None:
    plan = three_phases(DRAWS)
    at = [
        solved(INPUTS, random_tempo(DRAWS, lambda_c=x), plan, chance=chance).challenger
        for x in (0.0, 1e-9, 1e-6, 1e-3)
    ]
    slope = (at[3] - at[0]) / 1e-3
    np.testing.assert_allclose(at[1], at[0], atol=1e-8)
    np.testing.assert_allclose((at[2] - at[0]) / 1e-6, slope, rtol=2e-2, atol=1e-5)


@pytest.mark.parametrize("precision", [0.0, 1e-8, 0.01, 0.2, 3.0, 500.0])
def test_the_kernel_of_a_soft_choice_is_its_definition(precision: float) -> None:
    luck = np.random.default_rng(3)
    for _ in range(20):
        q, weight = luck.normal(size=6), luck.dirichlet(np.ones(6))
        p = np.empty(6)
        value = soft_choice(q, weight, precision, p)
        expected, shares = choice_of(q, weight, precision, "log_sum")
        assert value == pytest.approx(expected, abs=1e-12 / max(precision, 1e-3))
        np.testing.assert_allclose(p, shares, atol=1e-13)


def test_staying_held_at_the_status_quo_gives_the_choice_of_one_crisis() -> None:
    """A mover who discounts everything to come weighs each act against s_q, as in one crisis."""
    kinds = ("ground", "air", "probe sea")
    lump = np.array([0.3, 0.1, -0.4])
    inputs = replace(
        flat(kinds=kinds, answered=0.6), attack_value=lump.reshape(1, 1, 1, 1, 1, 1, 3)
    )
    tempo = random_tempo(1, lambda_c=4.0, s_q=0.35, rho=1e10, omega_p=0.0)
    told = behaviour(inputs, tempo, one_phase(1), 0, start=Start(0, 0, 0, 0))
    eps, gain, loss = (float(getattr(tempo, name)[0]) for name in ("eps", "g_b", "x_b"))
    probe = eps * -0.4 + (1.0 - eps) * (0.35 + 0.4 * gain - 0.6 * loss)
    utility = np.array([0.35, 0.3, 0.1, probe])
    tilted = np.array([0.5, 0.125, 0.125, 0.25]) * np.exp(4.0 * utility)
    np.testing.assert_allclose(told.choice[0], tilted / tilted.sum(), atol=1e-9)


def test_fast_truces_do_not_spoil_the_poisson_weights() -> None:
    """Rates of hundreds a year: Poisson weights far from where exp(-x) still has digits."""
    tempo = random_tempo(1, mu_fray=200.0, mu_mend=300.0)
    plan = Plan("fast", (PlanPhase(0, np.zeros(1), truce=True),))
    inputs = random_crises(1)
    result = project(inputs, tempo, [plan], step=10.0)
    told = behaviour(inputs, tempo, plan, 0)
    ends = expm(told.generator() * 20.0)[told.start].sum()
    assert result.survival[0, 0, -1] - result.settled[0, 0] == pytest.approx(ends, abs=1e-9)
    total = result.survival + result.incidence.sum(axis=2)
    np.testing.assert_allclose(total, 1.0, atol=1e-12)


@pytest.mark.parametrize("x", [0.0, 1e-6, 0.3, 1.0, 17.4, 700.0, 2e4])
def test_poisson_weights_are_poisson(x: float) -> None:
    pmf = np.zeros(poisson_span(x))
    left, right = poisson_weights(x, pmf)
    assert pmf[left:right].sum() == pytest.approx(1.0, abs=1e-14)
    assert pdtrc(right - 1, x) < 1e-14
    m = np.arange(left, right)
    exact = np.exp(m * np.log(x) - x - gammaln(m + 1.0)) if x > 0 else np.ones(1)
    np.testing.assert_allclose(pmf[left:right][: exact.size], exact, rtol=1e-9, atol=1e-16)
    assert left == 0 or pmf[left] < 1e-15 * pmf.max()
