"""Every decision rule against listing all cases, all patterns of acts and all outcomes."""

import numpy as np
import pytest
from tests.unit.deterrence.ruled import ALL, ONE, VOTE, Listing, ruled

from servanda.deterrence.participation import participate

SEEDS = range(6)


def check(games, nodes=1025, near=2e-5):
    answer = participate(games, nodes=nodes)
    assert answer.status[0] == 0
    listing = Listing(games)
    found = listing.solve()
    assert np.abs(answer.q[0] - found.q).max() < near
    assert answer.defence[0] == pytest.approx(found.defence, abs=near)
    # Where nothing is ever owed the kernel says 0, the listing nan.
    assert answer.reached[0] == pytest.approx(np.nan_to_num(found.reached()), abs=near)
    for b in listing.voting + listing.waiting:
        assert answer.blocked[0, b] == pytest.approx(found.shut(b), abs=near)
        for got, is_open in ((answer.reached_open, True), (answer.reached_shut, False)):
            want = found.reached(lambda o, b=b, is_open=is_open: (b in o) == is_open)
            assert got[0, b] == pytest.approx(want, abs=10 * near, nan_ok=True)
    for i in np.flatnonzero(games.body[0] >= 0):
        if 1e-6 < found.shut(games.body[0, i]) < 1.0 - 1e-6:
            assert answer.q_open[0, i] == pytest.approx(found.given(i, is_open=True), abs=1e-4)
            assert answer.q_shut[0, i] == pytest.approx(found.given(i, is_open=False), abs=1e-4)
    return answer


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("players", [2, 4, 6])
@pytest.mark.parametrize("rules", [(VOTE,), (ONE,), (ALL,)])
def test_one_rule(rules, players, seed):
    check(ruled(players, seed, rules))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rules", [(VOTE, VOTE), (VOTE, ONE), (ALL, ONE), (VOTE, ALL, ONE)])
def test_several_bodies_beside_each_other(rules, seed):
    check(ruled(5, seed, rules))


@pytest.mark.parametrize("seed", SEEDS)
def test_consensus_is_the_special_case_of_a_majority_of_all(seed):
    games = ruled(6, seed, (VOTE,), need=np.ones((1, 8)))
    answer = check(games)
    oracle = Listing(games)
    lead, rows = oracle.case(())
    member = games.body[0] == 0
    without = rows[0][4]
    together = oracle.plain.defence(np.where(member, 1.0, rows[0][3]))
    merit = games.veto[0] - games.stake[0] * (together - without)
    largest = (1.0 / (1.0 + np.exp(-games.lam[0] * merit)))[member].max()
    assert lead == {}
    assert answer.blocked[0, 0] == pytest.approx(largest, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_with_a_veto_and_one_kept_shut_from_outside(seed):
    vote = np.ones((1, 5))
    vote[0, 0] = np.inf
    barred = np.zeros((1, 8), bool)
    barred[0, 1] = True
    answer = check(ruled(5, seed, (VOTE, VOTE, ONE), vote=vote, barred=barred))
    assert answer.blocked[0, 1] == 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_two_that_wait_for_each_other(seed):
    # Neither sees the other act: each counts its own word with the chance that the other acts.
    body, leads = np.array([[0, 1, -1]]), np.array([[2, 1, 0]])
    check(ruled(3, seed, (ONE, ALL), body=body, leads=leads))


def test_unordered_forces_of_one_that_is_waited_for():
    for seed in SEEDS:
        games = ruled(4, seed, (ONE, VOTE))
        check(ruled(4, seed, (ONE, VOTE), idle=0.3 * games.able, phi=np.full(1, 0.6)))
