"""Crises under every decision rule: what the tables say is what the inner game says."""

from dataclasses import fields, replace

import numpy as np
import pytest
from tests.unit.deterrence.cases import LEVELS, exposure, stakes
from tests.unit.deterrence.test_solve import REFERENCE, STATES

from servanda.deterrence import Exposure, Rules, solve
from servanda.deterrence.participation import Coalition, participate
from servanda.domain.errors import ModelError

KINDS = ("consensus", "majority", "after_one", "after_all")
CODE = {"consensus": 0, "majority": 0, "after_one": 1, "after_all": 2}


def ruled(rule, *, draws=6, guarantors=4, seed=0):
    """Put two bodies side by side: a voting council and one of the given rule."""
    cover = exposure(draws, 3, guarantors, 2, seed=seed)
    rng = np.random.default_rng([seed, 4])
    body = rng.integers(-1, 2, (3, guarantors, 2)) * np.ones((draws, 1, 1, 1), int)
    body[:, 0] = -1
    body[:, 1:, 0] = 1
    leaders = np.zeros((2, guarantors), bool)
    leaders[1, [1, 2]] = True
    rules = Rules(
        rule=("majority", rule),
        threshold=np.full((draws, 2), 0.6),
        votes=rng.uniform(0.5, 2.0, (2, guarantors)),
        leaders=leaders,
        barred=np.zeros(2, bool),
    )
    return replace(cover, bodies=("assembly", "other"), body=body, rules=rules)


def as_game(cover, wants, d, c, k):
    """Write one table's reference state as a participation game."""
    hours = cover.delay_hours[d, c, :, k] + wants.t_move[d]
    forward = cover.forward[d, c]
    late = cover.share[d, c, :, k] * np.exp(-hours / wants.tau0[d])
    kappa = cover.commitment[d, c, :, k]
    cost = wants.size[d, k] * (1.0 + wants.nu[d])
    presence = 1.0 - np.exp(-cover.troops[d, c] / wants.n0[d])
    body, rules = cover.body[d, c, :, k], cover.ruled
    bits = (rules.leaders[1] * 2) if rules.rule[1].startswith("after") and (body == 1).any() else 0
    votes = np.where(body >= 0, rules.votes[np.maximum(body, 0), np.arange(body.size)], 0.0)
    need = [1.0 if r == "consensus" else t for r, t in zip(rules.rule, rules.threshold[d])]  # noqa: B905
    owes = np.where(kappa > 0.0, cover.floor[d, c, :, k] * wants.m[d], 0.0)
    return Coalition(
        able=((forward + (1.0 - forward) * late) * wants.m[d])[None],
        idle=(forward * wants.m[d])[None],
        stake=wants.b[d : d + 1],
        credit=(wants.a0[d] + wants.a1[d] * kappa + wants.a2[d] * presence)[None],
        pooled=(wants.a3[d] * kappa)[None],
        cost=cost[None],
        prior=kappa[None],
        weight=wants.m[d : d + 1],
        pool=cover.pool[d, c, :, k][None],
        body=body[None],
        veto=(wants.zeta[d] * cost - (wants.a1[d] + wants.a3[d]) * kappa)[None],
        gives=np.where(kappa > 0.0, cover.share[d, c, :, k] * wants.m[d], 0.0)[None],
        nuclear=wants.nuclear[None],
        lam=wants.lambda_g[d],
        phi=wants.phi_f[d],
        base=wants.m_p[d],
        rival=1.0,
        g=wants.g[d],
        floor=owes.sum(),
        word=(wants.a1[d] * kappa)[None],
        owes=owes[None],
        vote=votes[None],
        leads=np.broadcast_to(bits, body.shape)[None],
        rule=np.array([[CODE[r] for r in rules.rule] + [0] * 6]),
        need=np.array([need + [1.0] * 6]),
        barred=np.array([[*rules.barred, *[False] * 6]]),
    )


@pytest.mark.parametrize("rule", KINDS)
def test_a_table_is_the_participation_game_with_its_delays_and_bodies(rule):
    cover, wants = ruled(rule), stakes(6, 4, 2)
    assert np.ptp(cover.delay_hours) > 100.0
    crisis = solve(cover, wants, REFERENCE, tolerance=1e-13)
    for d, c, k in ((0, 1, 0), (2, 2, 1), (4, 1, 1), (5, 0, 0)):
        answer = participate(as_game(cover, wants, d, c, k), nodes=65)
        for name, field in (("q", "honour"), ("q_open", "honour_open"), ("q_shut", "honour_shut")):
            assert (
                np.abs(getattr(answer, name)[0] - getattr(crisis, field)[d, c, :, k]).max() < 1e-9
            )
        pairs = {"defence": "defence", "reached": "honoured", "nuclear": "nuclear"}
        for mine, theirs in pairs.items():
            there = crisis.at_reference(theirs)[d, c, k]
            assert getattr(answer, mine)[0] == pytest.approx(there, abs=1e-9)
        present = [b for b in (0, 1) if (cover.body[d, c, :, k] == b).any()]
        for b in present:
            assert answer.blocked[0, b] == pytest.approx(crisis.blocked[d, c, k, b], abs=1e-9)
            for mine, field in (
                ("reached_open", "honoured_open"),
                ("reached_shut", "honoured_shut"),
            ):
                there = getattr(crisis, field)[d, c, k, b]
                assert getattr(answer, mine)[0, b] == pytest.approx(there, abs=1e-8, nan_ok=True)


@pytest.mark.parametrize("rule", KINDS)
def test_each_state_is_the_crisis_solved_alone(rule):
    cover, wants = ruled(rule), stakes(6, 4, 2)
    crisis = solve(cover, wants, LEVELS, tolerance=1e-12)
    rng = np.random.default_rng(4)
    for _ in range(6):
        p, r, f, a = (int(rng.integers(n)) for n in LEVELS.shape)
        friend = np.where(wants.pivotal, LEVELS.alignment[a], 1.0)
        alone = solve(
            replace(
                cover,
                commitment=cover.commitment * LEVELS.credibility[r],
                troops=cover.troops * LEVELS.forces[f],
                forward=cover.forward * LEVELS.forces[f],
            ),
            replace(wants, b=wants.b * friend),
            replace(REFERENCE, posture=(1.0, LEVELS.posture[p])),
            tolerance=1e-12,
        )
        for name in STATES:
            here = getattr(crisis, name)[:, :, p, r, f, a]
            there = getattr(alone, name)[:, :, 1 if p else 0, 0, 0, 0]
            assert np.abs(here - there).max() < 1e-9, name


@pytest.mark.parametrize("rule", KINDS)
def test_relabelling_guarantors_changes_nothing(rule):
    cover, wants = ruled(rule), stakes(6, 4, 2)
    order = np.array([3, 0, 2, 1])
    names = [f.name for f in fields(cover)][5:-1]
    rules = cover.ruled
    turned = replace(
        cover,
        rules=replace(rules, votes=rules.votes[:, order], leaders=rules.leaders[:, order]),
        **{n: getattr(cover, n)[:, :, order] for n in names},
    )
    moved = replace(
        wants,
        **{n: getattr(wants, n)[:, order] for n in ("m", "b", "nu", "a0", "t_move")},
        **{n: getattr(wants, n)[order] for n in ("nuclear", "pivotal")},
    )
    one, other = solve(cover, wants, REFERENCE), solve(turned, moved, REFERENCE)
    for name in STATES:
        assert np.abs(getattr(one, name) - getattr(other, name)).max() <= 1e-12
    for name in ("honour", "honour_open", "honour_shut"):
        assert np.abs(getattr(one, name)[:, :, order] - getattr(other, name)).max() <= 1e-12
    assert np.abs(one.blocked - other.blocked).max() <= 1e-12


def insert(cover: Exposure, wants, place):
    """Add a guarantor that owes nothing, brings nothing and stands outside all bodies and pools."""

    def more(array, value, axis):
        return np.insert(array, place, value, axis=axis)

    per_kind = ("klass", "floor", "ceiling", "share", "delay_hours", "commitment")
    rules = cover.ruled
    names = (*cover.guarantors[:place], "stranger", *cover.guarantors[place:])
    wider = replace(
        cover,
        guarantors=names,
        rules=replace(
            rules, votes=more(rules.votes, 7.0, 1), leaders=more(rules.leaders, False, 1)
        ),
        **{name: more(getattr(cover, name), 0, 2) for name in (*per_kind, "troops", "forward")},
        **{name: more(getattr(cover, name), -1, 2) for name in ("body", "pool")},
    )
    rich = replace(
        wants,
        **{n: more(getattr(wants, n), 0.9, 1) for n in ("m", "b", "nu", "a0", "t_move")},
        **{n: more(getattr(wants, n), True, 0) for n in ("nuclear", "pivotal")},
    )
    return wider, rich


@pytest.mark.parametrize("rule", KINDS)
def test_one_who_owes_nothing_changes_no_bit(rule):
    cover, wants = ruled(rule), stakes(6, 4, 2)
    one = solve(cover, wants, LEVELS)
    other = solve(*insert(cover, wants, 2), LEVELS)
    for name in (*STATES, "blocked", "honoured_open", "honoured_shut"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name


def test_without_word_forces_and_bodies_rules_change_no_bit():
    cover, wants = exposure(body=False), stakes(6, 4, 3)
    empty = {
        "commitment": np.zeros_like(cover.commitment), "klass": np.zeros_like(cover.klass),
        "floor": np.zeros_like(cover.floor), "pool": np.full_like(cover.pool, -1),
        "troops": np.zeros_like(cover.troops), "forward": np.zeros_like(cover.forward),
    }  # fmt: skip
    none = replace(cover, **empty)
    leaders = np.ones((1, 4), bool)
    idle = replace(
        none, rules=replace(Rules.consensus(6, 1, 4), rule=("after_one",), leaders=leaders)
    )
    one, other = solve(none, wants, LEVELS), solve(idle, wants, LEVELS)
    for name in (*STATES, "honour", "blocked"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_the_friendship_of_one_that_only_votes_matters():
    # It brings nothing, but its stake in the others' acting decides whether it blocks.
    cover, wants = exposure(draws=3, cells=2), stakes(3, 4, 3)
    share = cover.share.copy()
    share[:, :, 0] = 0.0
    body = np.zeros_like(cover.body)
    quiet = replace(
        cover, share=share, floor=np.zeros_like(share), body=body, pool=body,
        troops=0 * cover.troops, forward=0 * cover.forward,
    )  # fmt: skip
    friend = replace(wants, zeta=np.ones(3), b=wants.b + np.array([3.0, 0.0, 0.0, 0.0]))
    defence = solve(quiet, friend, LEVELS).defence
    assert np.abs(defence[..., 0, :] - defence[..., 2, :])[:, 1].max() > 1e-6


def test_a_word_that_waits_in_vain_does_not_count():
    cover, wants = exposure(draws=4, cells=2), stakes(4, 4, 3)
    body = np.full_like(cover.body, -1)
    body[:, 1, 3] = 0
    rules = replace(Rules.consensus(4, 1, 4), rule=("after_one",), barred=np.array([True]))
    waits = solve(replace(cover, body=body, rules=rules), wants, REFERENCE)
    word = cover.commitment.copy()
    word[:, 1, 3] = 0.0
    silent = solve(replace(cover, body=np.full_like(body, -1), commitment=word), wants, REFERENCE)
    assert (waits.blocked[:, 1] == 1.0).all()
    assert np.abs(waits.honour[:, 1] - silent.honour[:, 1]).max() < 1e-6
    assert np.abs(waits.defence[:, 1] - silent.defence[:, 1]).max() < 1e-6


def test_what_rules_cannot_be_is_refused():
    plain = Rules.consensus(6, 1, 4)
    for change, word in (
        ({"rule": ("lot",)}, "rule"),
        ({"threshold": np.zeros((6, 1))}, "threshold"),
        ({"threshold": np.ones((6, 2))}, "threshold"),
        ({"votes": np.full((1, 4), -1.0)}, "votes"),
        ({"leaders": np.zeros((2, 4), bool)}, "leaders"),
    ):
        with pytest.raises(ModelError, match=word) as caught:
            replace(plain, **change)
        assert caught.value.code == "SV610"
    with pytest.raises(ModelError, match="rules do not fit"):
        replace(exposure(), rules=Rules.consensus(6, 1, 3))


def test_more_at_once_than_can_be_listed_is_refused():
    many = exposure(draws=1, cells=2, guarantors=9)
    body = np.broadcast_to(np.arange(9)[None, None, :, None], many.body.shape)
    names = tuple(f"body{i}" for i in range(9))
    with pytest.raises(ModelError, match="at most 8 bodies"):
        solve(replace(many, bodies=names, body=body), stakes(1, 9, 3), REFERENCE)
    five = np.zeros((1, 9), bool)
    five[0, :5] = True
    rules = replace(Rules.consensus(1, 1, 9), rule=("after_one",), leaders=five)
    with pytest.raises(ModelError, match="at most 4 guarantors"):
        solve(replace(many, body=np.zeros_like(body), rules=rules), stakes(1, 9, 3), REFERENCE)
