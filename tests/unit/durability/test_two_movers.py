"""A challenger and a protege that both look ahead: what they do to each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq
from tests.unit.durability.cases import (
    flat,
    one_phase,
    random_crises,
    random_tempo,
    three_phases,
)

from servanda.durability import project
from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Provoked, Start, Tempo
from servanda.durability.solve import solved

ORIGIN = Start(0, 0, 0, 0)
ONE = np.ones((1,) * 7)


def lone(lump: float, other: float, struck: float, mine: float) -> CrisisInputs:
    """One state, one kind of attack; values of both when attacked, then after a provocation."""
    return replace(
        flat(attack_value=lump, resist=0.8),
        protege_value=other * ONE,
        provoked=Provoked(struck * ONE, 0.8 * ONE, 0.0 * ONE, mine * ONE),
    )


# A protege that may strike first and a challenger that may, at high precision.
RACE = lone(-0.182, 0.648, 0.588, 0.273)
RACE_TEMPO: dict[str, float] = {
    "lambda_c": 17.361,
    "lambda_p": 19.662,
    "omega_c": 0.978,
    "omega_p": 1.447,
    "p_prov": 0.325,
    "g_p": 0.069,
    "rho": 0.032,
    "s_q": 0.357,
    "s_p": 1.04,
    "mu_settle": 0.0,
    "mu_election": 0.0,
}


def replies(told: dict[str, float], lump: float, other: float, struck: float, mine: float):
    """Return the map from a chance of provoking to the protege's reply, written out by hand."""
    lc, lp, rho, raid = told["lambda_c"], told["lambda_p"], told["rho"], told["g_p"]
    oc, op, ready = told["omega_c"], told["omega_p"], told["p_prov"]

    def soft(a: float, b: float, w: float, lam: float) -> tuple[float, float]:
        top = max(a, b)
        x, y = (1 - w) * np.exp(lam * (a - top)), w * np.exp(lam * (b - top))
        return top + np.log(x + y) / lam, y / (x + y)

    def challenger(pi: float) -> float:
        def gap(v: float) -> float:
            after = soft(v, struck, 0.5, lc)[0] - raid
            drawn = oc * soft(v, lump, 0.5, lc)[0] + op * ((1 - pi) * v + pi * after)
            return (rho + oc + op) * v - rho * told["s_q"] - drawn

        return brentq(gap, -5.0, 5.0, xtol=1e-15)

    def reply(pi: float) -> float:
        v = challenger(pi)
        attacked, hit = soft(v, lump, 0.5, lc)[1], soft(v, struck, 0.5, lc)[1]

        def raided(u: float) -> float:
            return raid + (1 - hit) * u + hit * mine

        def gap(u: float) -> float:
            drawn = oc * ((1 - attacked) * u + attacked * other)
            drawn += op * soft(u, raided(u), ready, lp)[0]
            return (rho + oc + op) * u - rho * told["s_p"] - drawn

        u = brentq(gap, -5.0, 5.0, xtol=1e-15)
        return soft(u, raided(u), ready, lp)[1]

    return reply


def test_several_solutions_are_found_and_shown_as_a_range() -> None:
    """The fixed points of the replies written out by hand are those that the kernel finds."""
    reply = replies(RACE_TEMPO, -0.182, 0.648, 0.588, 0.273)
    grid = np.linspace(0.0, 1.0, 401)
    gaps = np.array([reply(pi) - pi for pi in grid])
    turns = np.flatnonzero(np.sign(gaps[1:]) != np.sign(gaps[:-1]))
    roots = [brentq(lambda x: reply(x) - x, grid[t], grid[t + 1], xtol=1e-14) for t in turns]
    assert len(roots) == 3
    result = project(
        RACE, random_tempo(1, **RACE_TEMPO), [one_phase(1)], start=ORIGIN, chance="log_sum"
    )
    assert result.status[0, 0] == 1
    assert result.several_share == 1.0
    assert result.unconverged_share == 0.0
    assert min(abs(result.provokes[0, 0] - root) for root in roots) < 1e-9
    low, high = result.bounds()
    assert (low[0, 0, 4:40] < high[0, 0, 4:40] - 0.05).all()
    assert (low <= result.survival).all()
    assert (result.survival <= high).all()
    assert result.peace_years_low[0, 0, -1] < result.peace_years_high[0, 0, -1] - 1.0


def test_the_principal_solution_is_the_one_followed_from_no_precision() -> None:
    """Small steps in precision from 0, each started from the last, end where the kernel does."""
    tempo = dict(RACE_TEMPO)
    at = tempo["p_prov"]
    for lam in np.linspace(0.0, RACE_TEMPO["lambda_p"], 400)[1:]:
        tempo["lambda_p"] = lam
        reply = replies(tempo, -0.182, 0.648, 0.588, 0.273)
        for _ in range(60):
            at += 0.3 * (reply(at) - at)
    result = project(
        RACE, random_tempo(1, **RACE_TEMPO), [one_phase(1)], start=ORIGIN, chance="log_sum"
    )
    assert result.provokes[0, 0] == pytest.approx(at, abs=1e-6)


def test_a_protege_without_precision_is_the_mechanical_one() -> None:
    inputs, tempo = random_crises(), random_tempo(lambda_p=0.0)
    plans = [one_phase(), three_phases()]
    chooses, mechanical = (
        project(inputs, tempo, plans, protege=p)  # type: ignore[arg-type]
        for p in ("chooses", "mechanical")
    )
    np.testing.assert_allclose(chooses.survival, mechanical.survival, atol=1e-11)
    np.testing.assert_allclose(chooses.incidence, mechanical.incidence, atol=1e-11)
    np.testing.assert_allclose(chooses.value_start, mechanical.value_start, atol=1e-10)
    np.testing.assert_allclose(chooses.provokes, tempo.p_prov[:, None] * [1, 1], atol=1e-12)
    assert np.isfinite(chooses.value_protege).all()


@pytest.mark.parametrize("chance", ["mean", "log_sum"])
@pytest.mark.parametrize("precision", [1.0, 4.0, 10.0, 40.0])
def test_every_draw_is_solved_up_to_high_precision(precision: float, chance: str) -> None:
    inputs = random_crises(draws=60)
    tempo = random_tempo(60, lambda_c=precision, lambda_p=precision, p_prov=0.2)
    result = project(inputs, tempo, [one_phase(60), three_phases(60)], step=5.0, chance=chance)
    assert (result.status < 2).all()
    assert result.residual.max() < 1e-10


def test_a_better_war_after_provoking_emboldens() -> None:
    """The more of the word still counts after a provocation, the more the protege provokes."""
    shares = []
    for mine in (-0.2, 0.2, 0.6):
        inputs = lone(-0.3, 0.2, -0.2, mine)
        tempo = random_tempo(1, p_prov=0.02, g_p=0.05, lambda_p=6.0, lambda_c=4.0)
        shares.append(float(solved(inputs, tempo, one_phase(1), start=ORIGIN).provokes[0]))
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] > 1.5 * shares[0]


def test_a_broken_word_is_a_cause_of_its_own() -> None:
    inputs, tempo = random_crises(), random_tempo()
    plain, bound = (PlanPhase(0, np.zeros(5), own_word=w) for w in (None, np.ones(4, bool)))
    free, broken = (project(inputs, tempo, [Plan("x", (phase,))]) for phase in (plain, bound))
    np.testing.assert_allclose(free.survival, broken.survival, atol=1e-14)
    assert (broken.incidence[:, :, :3] == 0.0).all()
    np.testing.assert_allclose(
        broken.incidence[:, :, 5], free.incidence[:, :, :3].sum(axis=2), atol=1e-13
    )
    np.testing.assert_allclose(broken.tested, free.tested, atol=1e-13)


def test_what_a_kept_truce_forbids_costs_more_and_only_that() -> None:
    """Probes become rarer and the challenger is worse off; attacks may only be put off."""
    inputs = random_crises()
    free, dear = (random_tempo(c_truce=c, omega_p=0.0) for c in (0.0, 0.3))
    covered = one_phase(truce=True, covered=np.ones(4, bool))
    bare, paid = (project(inputs, t, [covered], step=0.01, horizon=0.1) for t in (free, dear))
    assert (paid.incidence[:, :, 3, -1] < bare.incidence[:, :, 3, -1]).all()
    assert (paid.value_start < bare.value_start).all()
    open_truce = project(inputs, dear, [one_phase(truce=True)], step=0.01, horizon=0.1)
    np.testing.assert_array_equal(open_truce.survival, bare.survival)


def test_a_truce_can_open_or_close_the_way_to_the_next_phase() -> None:
    quiet = {"omega_c": 0.0, "omega_p": 0.0, "mu_settle": 0.0}
    phases = (PlanPhase(0, np.ones(1), truce=True, collapse=True), PlanPhase(0, np.zeros(1)))
    plan = Plan("first", phases)
    tempo = random_tempo(1, mu_fray=2.0, mu_mend=1.0, mu_collapse=3.0, **quiet)
    result = project(flat(), tempo, [plan], start=ORIGIN, horizon=200.0, step=20.0)
    # from kept: pass on at 1, fray at 2; from frayed: mend at 1, collapse at 3
    entered = (1.0 / 3.0) / (1.0 - (2.0 / 3.0) * (1.0 / 4.0))
    assert result.entered[0, 0, 0, -1] == pytest.approx(entered, abs=1e-9)
    assert result.entered[0, 0, 1, -1] == 0.0


def test_chances_of_entry_of_a_lasting_peace() -> None:
    tempo = random_tempo(1, omega_c=0.0, omega_p=0.0, mu_settle=0.0)
    plan = Plan("later", (PlanPhase(0, np.full(1, 0.4)), PlanPhase(0, np.zeros(1))))
    result = project(flat(), tempo, [plan], start=ORIGIN)
    np.testing.assert_allclose(result.entered[0, 0, 0], 1 - np.exp(-0.4 * result.years), atol=1e-12)


def test_tempo_fills_in_what_is_not_said() -> None:
    tempo = Tempo(
        **{n: [1.0] for n in Tempo.__slots__ if n not in ("s_p", "c_truce", "mu_collapse")}
    )
    assert tempo.s_p.tolist() == [1.0]
    assert tempo.c_truce.tolist() == tempo.mu_collapse.tolist() == [0.0]
