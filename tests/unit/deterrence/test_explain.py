"""The terms of a decision add up and say what the kernel used."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.deterrence.cases import LEVELS, exposure, stakes

from servanda.deterrence import Rules, solve
from servanda.deterrence.explain import explain
from servanda.deterrence.flips import CHANGES, acts_alone, narrow
from servanda.domain.errors import ModelError


@pytest.fixture(scope="module")
def case():
    cover, wants = exposure(body=False), stakes(6, 4, 3)
    return cover, wants, solve(cover, wants, LEVELS, nodes=513, tolerance=1e-12)


def test_the_terms_of_one_draw_give_the_probability_of_acting(case):
    cover, wants, crisis = case
    for draw in range(3):
        for why in explain(cover, wants, crisis, cell=2, kind="kind0", draw=draw):
            acts = 1.0 / (1.0 + np.exp(-wants.lambda_g[draw] * why.balance))
            assert why.acts == pytest.approx(acts, abs=2e-4)
            assert why.balance == pytest.approx(sum(t.value for t in why.terms))


def test_means_over_draws_are_in_words(case):
    cover, wants, crisis = case
    whys = explain(cover, wants, crisis, cell=0, kind="kind1", flips=False)
    assert [why.guarantor for why in whys] == list(cover.guarantors)
    for why in whys:
        assert why.klass == "none"
        assert {t.name: t.value for t in why.terms}["commitment"] == 0.0
        assert "in this model" in why.words


def test_a_blocked_body_is_named():
    cover, wants = exposure(), stakes(6, 4, 3)
    crisis = solve(cover, wants, LEVELS)
    member = np.argwhere(cover.body[0] == 0)[0]
    why = explain(cover, wants, crisis, cell=int(member[0]), kind=cover.kinds[member[2]])[member[1]]
    assert why.blocked == pytest.approx(crisis.blocked[:, member[0], member[2], 0].mean())
    assert "blocked" in why.words
    assert why.decision.rule == "consensus"
    assert why.decision.body == "council"
    mean = crisis.blocked[:, member[0], member[2], 0]
    acts = crisis.honour_open[:, member[0], member[1], member[2]]
    shut = crisis.honour_shut[:, member[0], member[1], member[2]]
    assert why.acts == pytest.approx(((1 - mean) * acts + mean * shut).mean())


@pytest.mark.parametrize("draw", range(3))
def test_a_flip_flips_when_all_is_solved_again(case, draw):
    cover, wants, crisis = case
    flipped = 0
    for i, why in enumerate(explain(cover, wants, crisis, cell=2, kind="kind0", draw=draw)):
        alone = narrow(cover, wants, 2, 0, np.array([draw]))
        assert acts_alone(*alone, i) == pytest.approx(why.acts, abs=1e-3)
        for flip in why.flips:
            after = acts_alone(*CHANGES[flip.term][0](alone, i, flip.factor), i)
            assert after == flip.after
            assert (after > 0.5) != (flip.before > 0.5)
            # Half as far on the way does not do: the change is about the least one.
            half = 1.0 + 0.5 * (flip.factor - 1.0)
            there = acts_alone(*CHANGES[flip.term][0](alone, i, half), i)
            assert (there > 0.5) == (flip.before > 0.5)
            flipped += 1
        assert all(f.words[1:] in why.words for f in why.flips[:1])
    assert flipped > 0


def test_what_decides_is_a_term_without_which_the_balance_tips(case):
    cover, wants, crisis = case
    for draw in range(6):
        for why in explain(cover, wants, crisis, cell=1, kind="kind1", draw=draw, flips=False):
            tipping = [
                t.name for t in why.terms if (why.balance - t.value) * why.balance < 0.0
            ]  # fmt: skip
            assert (why.decides in tipping) if tipping else why.decides is None
            if why.decides:
                assert why.decides in why.words


def waiting():
    """g1 waits for g0 in all cells and kinds; the others decide for themselves."""
    cover, wants = exposure(draws=5), stakes(5, 4, 3)
    body = np.full(cover.body.shape, -1)
    body[:, 1:, 1] = 0
    leaders = np.array([[True, False, False, False]])
    plain = Rules.consensus(5, 1, 4)
    return replace(
        cover, body=body, rules=replace(plain, rule=("after_one",), leaders=leaders)
    ), wants


def test_a_word_that_waits_is_explained_by_those_it_waits_for():
    cover, wants = waiting()
    crisis = solve(cover, wants, LEVELS, nodes=257)
    whys = explain(cover, wants, crisis, cell=1, kind="kind0", flips=False)
    leader, follower = whys[:2]
    assert leader.decision.followed
    assert "others wait for it" in leader.words
    assert follower.decision.rule == "after_one"
    ((name, acts),) = follower.decision.leaders
    assert (name, acts) == ("g0", pytest.approx(leader.acts))
    # Live exactly where the leader acts.
    assert 1.0 - follower.blocked == pytest.approx(leader.acts)
    assert "g0" in follower.words
    # The leader looks ahead, so its response comes from the difference with the follower's in it.
    for draw in range(3):
        why = explain(cover, wants, crisis, cell=1, kind="kind0", draw=draw, flips=False)[0]
        q = 1.0 / (1.0 + np.exp(-wants.lambda_g[draw] * why.balance))
        assert why.acts == pytest.approx(q, abs=2e-3)


def test_unknown_places_are_refused(case):
    cover, wants, crisis = case
    for cell, kind, draw in ((9, "kind0", 0), (0, "flood", 0), (0, "kind0", 99)):
        with pytest.raises(ModelError):
            explain(cover, wants, crisis, cell=cell, kind=kind, draw=draw)
