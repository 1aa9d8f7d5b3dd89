"""Single participation games whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.deterrence.cases import coalition

from servanda.deterrence.participation import Coalition, participate
from servanda.domain.errors import ModelError


def one_game(players, **given):
    shape = (1, players)
    plain = {
        "able": np.full(shape, 0.5), "idle": np.zeros(shape), "stake": np.full(shape, 1.0),
        "credit": np.zeros(shape), "pooled": np.zeros(shape), "cost": np.zeros(shape),
        "prior": np.full(shape, 0.5), "weight": np.ones(shape), "pool": np.full(shape, -1),
        "body": np.full(shape, -1), "veto": np.zeros(shape), "gives": np.zeros(shape),
        "nuclear": np.zeros(shape, bool), "lam": 4.0, "phi": 0.0, "base": 0.5, "rival": 1.0,
        "g": 1.0, "floor": 0.0,
    }  # fmt: skip
    arrays = {
        k: np.broadcast_to(v, shape) if k in list(plain)[:13] else v for k, v in given.items()
    }
    return Coalition(**(plain | arrays))


def test_a_lone_guarantor_answers_in_closed_form():
    answer = participate(one_game(1, cost=0.3, credit=0.1))
    gain = 1.0 / 2.0 - 0.5 / 1.5
    q = 1.0 / (1.0 + np.exp(-4.0 * (gain + 0.1 - 0.3)))
    assert answer.q[0, 0] == pytest.approx(q, abs=1e-12)
    assert answer.defence[0] == pytest.approx(q / 2.0 + (1.0 - q) / 3.0, abs=1e-12)
    assert answer.helped[0] == pytest.approx(q, abs=1e-12)


def test_unordered_fighting_lowers_what_acting_adds():
    acting_adds_less = participate(one_game(1, idle=0.4, phi=1.0))
    assert acting_adds_less.q[0, 0] < participate(one_game(1)).q[0, 0]
    assert acting_adds_less.defence[0] > participate(one_game(1)).defence[0]


def test_nobody_to_help_leaves_the_protege_alone():
    answer = participate(one_game(2, able=0.0))
    assert answer.defence[0] == pytest.approx(1.0 / 3.0, abs=1e-15)
    assert answer.helped[0] == 0.0
    assert answer.helper_share[0] == 0.0


def test_more_commitment_of_one_can_lower_the_defence_through_free_riding():
    # A small guarantor promises more; a large one, whose act is a substitute for it, relies on it
    # and stands aside more often than the small one's help is worth. It takes a precision of
    # 40: lam b gain (P'(D) - P'(D + X)) / 4 must exceed the mean of P'.
    pair = one_game(
        2, able=np.array([[0.2, 1.0]]), stake=np.array([[0.0, 1.0]]), cost=np.array([[0.5, 0.25]]),
        lam=40.0,
    )  # fmt: skip
    found = []
    for kappa in (0.0, 0.3, 0.4, 0.5):
        credit = np.array([[1.25 * kappa, 0.0]])
        found.append(participate(replace(pair, credit=credit), nodes=1025))
    own = [a.q[0, 0] for a in found]
    defence = [a.defence[0] for a in found]
    assert own == sorted(own)
    assert own[-1] > own[0] + 0.5
    assert defence == sorted(defence, reverse=True)
    assert defence[-1] < defence[0] - 1e-3


@pytest.mark.parametrize("players", [2, 4, 8])
def test_at_the_default_precision_free_riding_outweighs_a_promise_only_rarely(players):
    games = coalition(1000, players, seed=3, idle=False)
    credit, pooled = games.credit.copy(), games.pooled.copy()
    credit[:, 0] += 1.25 * 0.1
    pooled[:, 0] += 0.35 * 0.1
    more = participate(replace(games, credit=credit, pooled=pooled), nodes=65)
    assert (more.defence < participate(games, nodes=65).defence).mean() <= 0.002


def test_several_fixed_points_are_found_and_marked():
    # Strongly pooled credibility: acting is worth it only if the others act.
    club = one_game(4, stake=0.0, cost=0.5, pooled=1.0, pool=0, lam=20.0, prior=0.0, able=0.5)
    low, high = participate(club, selection=1), participate(club, selection=2)
    assert low.status[0] == high.status[0] == 1
    assert low.bound[0] > 1.0
    assert low.q.max() < 0.1
    assert high.q.min() > 0.9
    assert high.spread[0] == pytest.approx(high.defence[0] - low.defence[0], abs=1e-9)


def test_a_reluctant_member_blocks_and_the_willing_go_ahead_with_less_pooled_credit():
    veto = np.array([[2.0, -2.0, -2.0]])
    body = one_game(3, body=0, pool=0, pooled=0.4, cost=0.6, credit=0.3, veto=veto)
    blocked = participate(body)
    willing = participate(replace(body, veto=np.full((1, 3), -2.0)))
    assert blocked.blocked[0, 0] > 0.95
    assert willing.blocked[0, 0] < 0.05
    assert (blocked.q < willing.q).all()
    assert (blocked.q > 0.05).all()


def test_thirty_two_members_do_not_make_a_body_decay():
    # One shock per body: adding willing members leaves the chance of a block as it was.
    few, many = (
        participate(one_game(n, body=0, pool=0, veto=-1.0, able=1.0 / n, stake=0.0))
        for n in (2, 32)
    )
    assert many.blocked[0, 0] == pytest.approx(few.blocked[0, 0], abs=1e-12)


@pytest.mark.parametrize(
    ("field", "value"),
    [("base", 0.0), ("rival", -1.0), ("idle", 9.0), ("stake", np.nan), ("body", 8)],
)
def test_impossible_games_are_refused(field, value):
    with pytest.raises(ModelError, match=field):
        replace(
            coalition(2, 3),
            **{field: np.full((2,) if field in ("base", "rival") else (2, 3), value)},
        )
