"""The capability grid against listing every outcome (Poisson-binomial by brute force)."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.deterrence.cases import Enumeration, coalition

from servanda.deterrence.participation import participate


@pytest.mark.parametrize(("players", "idle"), [(1, True), (3, True), (7, True), (12, False)])
def test_fixed_point_and_defence_agree_with_enumeration(players, idle):
    games = coalition(3, players, seed=players, idle=idle)
    coarse = participate(games, nodes=257)
    fine = participate(games, nodes=1025)
    for t in range(3):
        oracle = Enumeration(games, t)
        q = oracle.solve(games.prior[t], rounds=40)
        for answer, near in ((coarse, 5e-5), (fine, 4e-6)):
            assert np.abs(answer.q[t] - q).max() < near
            assert abs(answer.defence[t] - oracle.defence(q)) < near


def test_the_error_falls_with_the_square_of_the_nodes():
    games = coalition(40, 6, seed=5)
    q = [Enumeration(games, t).solve(games.prior[t], rounds=60) for t in range(40)]
    exact = np.array([Enumeration(games, t).defence(q[t]) for t in range(40)])
    rough, fine = (np.abs(participate(games, nodes=n).defence - exact).mean() for n in (65, 257))
    assert rough / fine == pytest.approx(16.0, rel=0.5)
    assert np.abs(participate(games, nodes=65).defence - exact).max() < 1e-3


def test_outcomes_of_the_acts_agree_with_enumeration():
    games = coalition(4, 6, seed=8, floor=1.0)
    answer = participate(games, nodes=1025)
    for t in range(4):
        oracle = Enumeration(games, t)
        q = answer.q[t]
        chance = oracle.chances(q)
        acts = oracle.h == 1
        share = 1.0 - np.exp(-oracle.added.sum(axis=1) / games.rival[t])
        assert answer.helped[t] == pytest.approx(chance @ acts.any(axis=1), abs=1e-12)
        assert answer.helper_share[t] == pytest.approx(chance @ share, abs=1e-12)
        nuclear = (acts & games.nuclear[t]).any(axis=1)
        assert answer.nuclear[t] == pytest.approx(chance @ nuclear, abs=1e-12)


def test_the_floor_is_reached_as_enumeration_says_up_to_its_rounding():
    games = coalition(30, 6, seed=9, floor=0.8)
    answer = participate(games)
    for t in range(30):
        oracle = Enumeration(games, t)
        given = np.where(oracle.h == 1, games.gives[t], 0.0).sum(axis=1)
        chance = oracle.chances(answer.q[t])
        # Gifts are rounded to 1/32 of the floor: at most half a step each and the threshold's one.
        low, high = (chance @ (given >= 0.8 * k) for k in (1.0 + 4 / 32, 1.0 - 4 / 32))
        assert low - 1e-12 <= answer.reached[t] <= high + 1e-12


def test_all_together_reach_a_floor_that_needs_all():
    games = coalition(5, 9, seed=10)
    whole = games.gives.sum(axis=1)
    answer = participate(coalition(5, 9, seed=10, floor=whole))
    assert np.all(answer.reached >= answer.q.prod(axis=1) - 1e-12)
    assert np.all(answer.reached <= participate(games).helped)


def test_consensus_agrees_with_enumeration():
    games = coalition(4, 6, seed=11, body=True, idle=False)
    answer = participate(games, nodes=1025)
    for t in range(4):
        member = games.body[t] == 0
        oracle = Enumeration(games, t)
        apart = replace(games, pooled=np.where(games.body == 0, 0.0, games.pooled))
        alone = Enumeration(apart, t)
        q = alone.solve(games.prior[t])
        together = oracle.defence(np.where(member, 1.0, q))
        merit = games.veto[t] - games.stake[t] * (together - oracle.defence(q))
        chance = (1.0 / (1.0 + np.exp(-games.lam[t] * merit)))[member].max(initial=0.0)
        assert answer.blocked[t, 0] == pytest.approx(chance, abs=1e-5)
        acting = oracle.solve(q)
        blend = chance * q + (1.0 - chance) * acting
        assert np.abs(answer.q[t] - blend).max() < 1e-5
