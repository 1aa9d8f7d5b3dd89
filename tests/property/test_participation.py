"""Truths of the participation game that hold for any numbers."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.deterrence.cases import Enumeration, coalition
from tests.unit.deterrence.ruled import ruled

from servanda.deterrence.participation import Coalition, participate, uniqueness_bound

seeds = st.integers(0, 2**31 - 1)
sizes = st.integers(1, 7)
RULES = st.sampled_from([(), (0,), (1,), (2,), (0, 0), (0, 1), (2, 0, 1)])
PER_PLAYER = (*Coalition.__slots__[:13], "word", "owes", "vote", "leads")
ANSWERS = (
    "defence", "helped", "reached", "helper_share", "nuclear", "blocked", "reached_open",
    "reached_shut",
)  # fmt: skip


def reordered(games, order):
    return replace(games, **{name: getattr(games, name)[:, order] for name in PER_PLAYER})


def with_stranger(games, place):
    """Insert a guarantor that adds nothing, owes nothing and stands outside pools and bodies."""
    empty = dict.fromkeys(PER_PLAYER, 0.0) | {"pool": -1, "body": -1, "stake": 0.7, "cost": 0.3}
    empty |= {"leads": 0, "vote": 1.0}
    return replace(
        games,
        **{
            name: np.insert(getattr(games, name), place, empty[name], axis=1) for name in PER_PLAYER
        },
    )


@given(seeds, sizes, RULES, st.floats(0.5, 20.0))
def test_probabilities_lie_between_0_and_1_and_nothing_is_unflagged(seed, players, rules, lam):
    games = ruled(players, seed, rules, lam=lam, floor=0.5)
    answer = participate(games, nodes=65)
    for name in ("q", "q_open", "q_shut", "found", *ANSWERS):
        values = getattr(answer, name)
        if name.startswith("reached_"):
            values = values[~np.isnan(values)]
        assert np.isfinite(values).all()
        assert (values >= 0.0).all()
        assert (values <= 1.0 + 1e-12).all()
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


@given(seeds, sizes, RULES, st.randoms(use_true_random=False))
def test_relabelling_guarantors_changes_nothing(seed, players, rules, luck):
    games = ruled(players, seed, rules, floor=0.5)
    order = list(range(players))
    luck.shuffle(order)
    here, there = participate(games), participate(reordered(games, order))
    for name in ("q", "q_open", "q_shut"):
        assert np.abs(getattr(here, name)[:, order] - getattr(there, name)).max() <= 1e-12
    for name in ANSWERS:
        one, other = getattr(here, name), getattr(there, name)
        assert np.allclose(one, other, rtol=0.0, atol=1e-12, equal_nan=True)


@given(seeds, sizes, RULES, st.integers(0, 7))
def test_one_who_adds_nothing_and_owes_nothing_changes_no_bit(seed, players, rules, place):
    games = ruled(players, seed, rules, floor=0.5)
    place = min(place, players)
    here, there = participate(games), participate(with_stranger(games, place))
    for name in ("q", "q_open", "q_shut"):
        assert np.array_equal(getattr(here, name), np.delete(getattr(there, name), place, axis=1))
    for name in (*ANSWERS, "status"):
        assert np.array_equal(getattr(here, name), getattr(there, name), equal_nan=True)


@given(seeds, st.integers(2, 6), RULES)
def test_acts_and_outcomes_are_the_mean_of_the_cases(seed, players, rules):
    games = ruled(players, seed, rules)
    answer = participate(games)
    body = games.body[0]
    for i in np.flatnonzero(body >= 0):
        shut = answer.blocked[0, body[i]]
        mean = shut * answer.q_shut[0, i] + (1.0 - shut) * answer.q_open[0, i]
        assert abs(mean - answer.q[0, i]) < 1e-9


@given(seeds, st.integers(2, 6), st.floats(0.3, 1.0), st.floats(0.0, 0.7))
def test_a_vote_that_needs_more_is_blocked_no_less_often(seed, players, need, less):
    games = ruled(players, seed, (0,), need=np.full((1, 8), need))
    easier = replace(games, need=np.full((1, 8), max(need - less, 0.01)))
    assert participate(easier).blocked[0, 0] <= participate(games).blocked[0, 0]


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
