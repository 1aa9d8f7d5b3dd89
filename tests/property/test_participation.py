"""Truths of the participation game that hold for any numbers."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.deterrence.cases import Enumeration, coalition

from servanda.deterrence.participation import Coalition, participate, uniqueness_bound

seeds = st.integers(0, 2**31 - 1)
sizes = st.integers(1, 7)
PER_PLAYER = Coalition.__slots__[:13]


def reordered(games, order):
    return replace(games, **{name: getattr(games, name)[:, order] for name in PER_PLAYER})


def with_stranger(games, place):
    """Insert a guarantor that adds nothing, owes nothing and stands outside pools and bodies."""
    empty = {name: 0.0 for name in PER_PLAYER} | {"pool": -1, "body": -1, "stake": 0.7, "cost": 0.3}
    return replace(
        games,
        **{
            name: np.insert(getattr(games, name), place, empty[name], axis=1) for name in PER_PLAYER
        },
    )


@given(seeds, sizes, st.booleans(), st.floats(0.5, 20.0))
def test_probabilities_lie_between_0_and_1_and_nothing_is_unflagged(seed, players, body, lam):
    answer = participate(coalition(3, players, seed=seed, body=body, lam=lam, floor=0.5), nodes=65)
    for name in ("q", "defence", "helped", "reached", "helper_share", "nuclear", "blocked"):
        values = getattr(answer, name)
        assert np.isfinite(values).all()
        assert (values >= 0.0).all()
        assert (values <= 1.0).all()
    assert np.isin(answer.status, (0, 1, 2)).all()
    assert (answer.residual[answer.status < 2] < 1e-12).all()


@given(seeds, st.integers(1, 5))
def test_the_reported_point_is_a_fixed_point(seed, players):
    games = coalition(1, players, seed=seed, lam=8.0)
    answer = participate(games, nodes=1025)
    oracle = Enumeration(games)
    for i in range(players):
        if answer.status[0] < 2:
            assert abs(oracle.response(answer.q[0], i) - answer.q[0, i]) < 1e-5


@given(seeds, sizes, st.booleans(), st.randoms(use_true_random=False))
def test_relabelling_guarantors_changes_nothing(seed, players, body, luck):
    games = coalition(2, players, seed=seed, body=body, floor=0.5)
    order = list(range(players))
    luck.shuffle(order)
    here, there = participate(games), participate(reordered(games, order))
    assert np.abs(here.q[:, order] - there.q).max() <= 1e-12
    for name in ("defence", "helped", "reached", "helper_share", "nuclear", "blocked"):
        assert np.abs(getattr(here, name) - getattr(there, name)).max() <= 1e-12


@given(seeds, sizes, st.booleans(), st.integers(0, 7))
def test_one_who_adds_nothing_and_owes_nothing_changes_no_bit(seed, players, body, place):
    games = coalition(2, players, seed=seed, body=body, floor=0.5)
    place = min(place, players)
    here, there = participate(games), participate(with_stranger(games, place))
    assert np.array_equal(here.q, np.delete(there.q, place, axis=1))
    for name in ("defence", "helped", "reached", "helper_share", "nuclear", "blocked", "status"):
        assert np.array_equal(getattr(here, name), getattr(there, name))


@given(seeds, st.integers(2, 6), st.floats(0.0, 1.0))
def test_more_commitment_raises_ones_own_response_to_given_acts(seed, players, more):
    games = coalition(1, players, seed=seed)
    q = np.random.default_rng(seed).random(players)
    credit, pooled = games.credit.copy(), games.pooled.copy()
    credit[0, 0] += 1.25 * more  # a1 >= 0
    pooled[0, 0] += 0.35 * more
    stronger = Enumeration(replace(games, credit=credit, pooled=pooled))
    assert stronger.response(q, 0) >= Enumeration(games).response(q, 0)


@given(seeds, sizes)
def test_below_the_bound_every_start_leads_to_the_same_point(seed, players):
    games = coalition(1, players, seed=seed)
    bound = uniqueness_bound(games)
    answer = participate(games)
    assert np.allclose(answer.bound, bound, rtol=0.05, atol=1e-3)
    if bound[0] < 1.0:
        low, high = (
            participate(replace(games, prior=np.full((1, players), start))) for start in (0.0, 1.0)
        )
        assert np.abs(low.q - high.q).max() < 1e-10


@given(seeds, sizes)
def test_the_number_of_threads_changes_no_bit(seed, players):
    games = coalition(130, players, seed=seed)
    one, two = participate(games, nodes=33, threads=1), participate(games, nodes=33, threads=2)
    assert np.array_equal(one.q, two.q)
    assert np.array_equal(one.defence, two.defence)
