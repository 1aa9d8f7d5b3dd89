"""The tables of crises."""

from dataclasses import fields, replace

import numpy as np
import pytest
from tests.unit.deterrence.cases import LEVELS, exposure, stakes

from servanda.deterrence import Levels, choose, half_hearted, solve
from servanda.deterrence.participation import Coalition, participate
from servanda.deterrence.solve import reference_weights

STATES = (
    "defence", "helped", "honoured", "helper_share", "nuclear", "direct_war", "resist",
    "attack_value", "act_cost",
)  # fmt: skip
REFERENCE = Levels(posture=(1.0,), credibility=(1.0,), forces=(1.0,), alignment=(1.0,))


@pytest.fixture(scope="module")
def solved():
    cover, wants = exposure(), stakes(6, 4, 3)
    return cover, wants, solve(cover, wants, LEVELS, tolerance=1e-12)


def same(one, other, names=STATES):
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in names)


def test_every_number_is_finite_and_probabilities_are_probabilities(solved):
    _, _, crisis = solved
    for name in STATES:
        values = getattr(crisis, name)
        assert values.shape == (6, 4, 4, 3, 2, 3, 3)
        assert np.isfinite(values).all()
        if name not in ("attack_value", "act_cost"):
            assert values.min() >= 0.0
            assert values.max() <= 1.0
    assert set(np.unique(crisis.status)) <= {0, 1, 2}
    assert crisis.residual.max() < 1e-12
    assert np.isfinite(crisis.honour).all()


def test_each_state_is_the_crisis_solved_alone(solved):
    # De-duplication and warm starts must give what solving a single state gives.
    cover, wants, crisis = solved
    rng = np.random.default_rng(4)
    for _ in range(12):
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
            assert np.abs(here - there).max() < 1e-10, name


def test_a_table_is_the_participation_game(solved):
    cover, wants, crisis = solved
    d, c, k = 2, 2, 0
    hours = cover.delay_hours[d, c, :, k] + wants.t_move[d]
    forward = cover.forward[d, c]
    late = cover.share[d, c, :, k] * np.exp(-hours / wants.tau0[d])
    kappa = cover.commitment[d, c, :, k]
    cost = wants.size[d, k] * (1.0 + wants.nu[d])
    presence = 1.0 - np.exp(-cover.troops[d, c] / wants.n0[d])
    game = Coalition(
        able=((forward + (1.0 - forward) * late) * wants.m[d])[None],
        idle=(forward * wants.m[d])[None],
        stake=wants.b[d : d + 1],
        credit=(wants.a0[d] + wants.a1[d] * kappa + wants.a2[d] * presence)[None],
        pooled=(wants.a3[d] * kappa)[None],
        cost=cost[None],
        prior=kappa[None],
        weight=wants.m[d : d + 1],
        pool=cover.pool[d, c, :, k][None],
        body=cover.body[d, c, :, k][None],
        veto=(wants.zeta[d] * cost - (wants.a1[d] + wants.a3[d]) * kappa)[None],
        gives=np.where(kappa > 0.0, cover.share[d, c, :, k] * wants.m[d], 0.0)[None],
        nuclear=wants.nuclear[None],
        lam=wants.lambda_g[d],
        phi=wants.phi_f[d],
        base=wants.m_p[d],
        rival=1.0,
        g=wants.g[d],
        floor=(cover.floor[d, c, :, k] * wants.m[d])[kappa > 0.0].sum(),
    )
    answer = participate(game, nodes=65)
    assert np.abs(answer.q[0] - crisis.honour[d, c, :, k]).max() < 1e-10
    pairs = {
        "defence": "defence", "helped": "helped", "reached": "honoured",
        "helper_share": "helper_share", "nuclear": "nuclear",
    }  # fmt: skip
    for game_name, name in pairs.items():
        there = crisis.at_reference(name)[d, c, k]
        assert getattr(answer, game_name)[0] == pytest.approx(there, abs=1e-10)


def test_the_challengers_and_proteges_side(solved):
    _, wants, crisis = solved
    wide = (slice(None), *[None] * 6)
    cost = (
        wants.c_w[wide] + wants.c_g[wide] * crisis.helper_share + wants.c_n[wide] * crisis.nuclear
    )
    resist = 1.0 / (1.0 + np.exp(-wants.lambda_p[wide] * (crisis.defence - wants.c_p[wide])))
    size = wants.size[:, None, None, None, None, None, :]
    value = size * ((1 - resist) + resist * ((1 - crisis.defence) - cost)) - wants.c_o[wide]
    assert np.abs(crisis.resist - resist).max() < 1e-14
    assert np.abs(crisis.attack_value - value).max() < 1e-13


def test_no_word_and_no_forces_is_no_guarantee_bit_for_bit():
    # The same states, once with class none and once with a class whose word weighs nothing.
    cover, wants = exposure(body=False), stakes(6, 4, 3)
    empty = {
        "commitment": np.zeros_like(cover.commitment),
        "troops": np.zeros_like(cover.troops),
        "forward": np.zeros_like(cover.forward),
        "pool": np.full_like(cover.pool, -1),
    }
    promised = replace(cover, **empty)
    none = replace(promised, klass=np.zeros_like(cover.klass), floor=np.zeros_like(cover.floor))
    one, other = solve(promised, wants, LEVELS), solve(none, wants, LEVELS)
    assert same(one, other)
    assert not one.promised.any()
    # And nothing varies with credibility or forces.
    assert np.array_equal(one.defence[:, :, :, :1], one.defence[:, :, :, 1:2])
    assert np.array_equal(one.defence[:, :, :, :, 0], one.defence[:, :, :, :, 1])


def test_a_guarantor_that_can_and_owes_nothing_changes_no_bit():
    cover, wants = exposure(guarantors=4), stakes(6, 4, 3)

    def more(array, value, axis):
        return np.insert(array, 1, value, axis=axis)

    per_kind = ("klass", "floor", "ceiling", "share", "delay_hours", "commitment")
    wider = replace(
        cover,
        guarantors=(cover.guarantors[0], "stranger", *cover.guarantors[1:]),
        **{name: more(getattr(cover, name), 0, 2) for name in (*per_kind, "troops", "forward")},
        **{name: more(getattr(cover, name), -1, 2) for name in ("body", "pool")},
    )
    rich = replace(
        wants,
        **{n: more(getattr(wants, n), 0.9, 1) for n in ("m", "b", "nu", "a0", "t_move")},
        **{n: more(getattr(wants, n), True, 0) for n in ("nuclear", "pivotal")},
    )
    one, other = solve(cover, wants, LEVELS), solve(wider, rich, LEVELS)
    assert same(one, other)
    assert np.array_equal(one.honour, np.delete(other.honour, 1, axis=2))


def test_relabelling_guarantors_changes_nothing():
    cover, wants = exposure(guarantors=5), stakes(6, 5, 3)
    order = np.array([3, 0, 4, 2, 1])
    names = [f.name for f in fields(cover)][5:-1]
    turned = replace(cover, **{n: getattr(cover, n)[:, :, order] for n in names})
    moved = replace(
        wants,
        **{n: getattr(wants, n)[:, order] for n in ("m", "b", "nu", "a0", "t_move")},
        **{n: getattr(wants, n)[order] for n in ("nuclear", "pivotal")},
    )
    one, other = solve(cover, wants, LEVELS), solve(turned, moved, LEVELS)
    for name in STATES:
        assert np.abs(getattr(one, name) - getattr(other, name)).max() <= 1e-12
    assert np.abs(one.honour[:, :, order] - other.honour).max() <= 1e-12


def test_threads_and_blocks_of_draws_change_no_bit():
    cover, wants = exposure(draws=40, cells=3), stakes(40, 4, 3)
    assert same(solve(cover, wants, LEVELS, threads=1), solve(cover, wants, LEVELS, threads=2))


def test_splitting_a_kind_changes_nothing():
    cover, wants = exposure(kinds=3), stakes(6, 4, 3)
    twice = [0, 1, 1, 2]
    names = [f.name for f in fields(cover)][5:13]
    doubled = replace(
        cover, kinds=("a", "b1", "b2", "c"), **{n: getattr(cover, n)[..., twice] for n in names}
    )
    # Kinds of one class with the same cover: the class keeps its weight.
    alike = replace(cover, **{n: getattr(cover, n)[..., [1, 1, 2]] for n in names})
    split = replace(doubled, **{n: getattr(doubled, n)[..., [1, 1, 1, 3]] for n in names})
    size = wants.size[:, [1, 1, 2]]
    few = replace(wants, size=size)
    many = replace(wants, size=size[:, [0, 0, 0, 2]], probe=np.array([False, False, False, True]))
    one, other = choose(solve(alike, few, LEVELS), few), choose(solve(split, many, LEVELS), many)
    for name in ("stay", "probe", "attack", "value"):
        assert np.abs(getattr(one, name) - getattr(other, name)).max() < 1e-14


def test_reference_weights_belong_to_classes():
    stay, kinds = reference_weights(np.array([True, True, False]))
    assert stay == 0.5
    assert kinds.tolist() == [0.125, 0.125, 0.25]
    assert reference_weights(np.array([False]))[1].tolist() == [0.5]


def test_the_choice_sums_to_1_and_follows_the_stakes(solved):
    _, wants, crisis = solved
    choice = choose(crisis, wants)
    assert np.abs(choice.stay + choice.by_kind.sum(axis=-1) - 1.0).max() < 1e-14
    blind = choose(crisis, replace(wants, lambda_c=np.zeros(6)))
    assert np.allclose(blind.stay, 0.5)
    assert np.allclose(blind.attack, 0.25)
    assert np.isfinite(blind.value).all()
    calm = choose(crisis, replace(wants, s_q=wants.s_q + 1.0))
    assert (calm.stay > choice.stay).all()
    # The value lies between the mean under the reference weights and the best on offer.
    best = np.maximum(choice.utility.max(axis=-1), wants.s_q[(slice(None), *[None] * 5)])
    assert (choice.value <= best + 1e-12).all()


def test_extreme_precision_does_not_overflow(solved):
    _, wants, crisis = solved
    sharp = choose(crisis, replace(wants, lambda_c=np.full(6, 1e5)))
    assert np.isfinite(sharp.by_kind).all()
    assert np.isfinite(sharp.value).all()


def test_the_half_hearted_band_is_where_best_responses_say():
    wants = stakes(
        1, 4, 3, c_p=np.array([0.4]), m_p=np.array([0.3]), g=np.array([1.0]),
        c_w=np.array([0.1]), c_o=np.array([0.0]), s_q=np.array([0.05]), c_g=np.array([0.1]),
        c_n=np.array([0.0]),
    )  # fmt: skip
    crisis = solve(exposure(draws=1), wants, LEVELS)
    share = half_hearted(crisis, wants)
    defence, helpers = crisis.at_reference("defence")[0], crisis.at_reference("helper_share")[0]
    attacked = wants.size[0] * (1 - defence - 0.1 - 0.1 * helpers) > 0.05
    assert np.array_equal(share == 1.0, (defence > 0.4) & attacked)
    assert share.any()  # 0.3 / 1.3 < 0.4: alone the protege would concede


def test_a_draw_with_several_fixed_points_is_marked():
    wants = stakes(
        6, 4, 3, a3=np.full(6, 6.0), lambda_g=np.full(6, 20.0), a1=np.zeros(6), a2=np.zeros(6)
    )
    cover = exposure(body=False)
    low = solve(cover, wants, LEVELS, selection="low")
    high = solve(cover, wants, LEVELS, selection="high")
    several = low.status == 1
    assert several.any()
    assert (high.defence[several] >= low.defence[several]).all()
    gap = (high.defence - low.defence)[several]
    assert np.allclose(gap, low.spread[several], atol=1e-5)
