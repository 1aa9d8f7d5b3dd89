"""What hangs on the fixed point shown, and which are found."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.deterrence.cases import BINDING, LEVELS, exposure, stakes
from tests.unit.deterrence.test_participation import one_game

from servanda.deterrence import choose, selection_effect, solve
from servanda.deterrence.participation import participate


def clubs():
    """Credibility pooled so strongly that acting is worth it only beside the others."""
    wants = stakes(
        6, 4, 3, a3=np.full(6, 1.5), lambda_g=np.full(6, 20.0), a1=np.zeros(6), a2=np.zeros(6),
        size=np.full((6, 3), 0.4), nu=np.zeros((6, 4)), a0=np.zeros((6, 4)),
    )  # fmt: skip
    plain = exposure(body=False)
    bound = np.zeros_like(plain.klass)
    bound[:, 1:] = BINDING
    return replace(
        plain, klass=bound, commitment=np.where(bound > 0, 0.8, 0.0), troops=0.0 * plain.troops,
        pool=np.where(bound > 0, 0, -1), forward=0.0 * plain.forward,
    ), wants  # fmt: skip


def test_the_effect_is_that_of_solving_under_each_rule():
    cover, wants = clubs()
    effect = selection_effect(cover, wants)
    attacks = ~wants.probe
    for turn, selection in enumerate(effect.selections):
        crisis = solve(cover, wants, LEVELS, selection=selection)
        p, c, f, a = LEVELS.reference
        kinds = choose(crisis, wants).by_kind[:, :, p, c, f, a][:, :, attacks]
        weight = kinds / kinds.sum(axis=2, keepdims=True)
        assert np.allclose(effect.attack[turn], kinds.sum(axis=2))
        for name in ("defence", "honoured"):
            given = (crisis.at_reference(name)[:, :, attacks] * weight).sum(axis=2)
            assert np.allclose(getattr(effect, name)[turn], given)


def test_where_several_are_found_the_rules_differ_and_elsewhere_they_do_not():
    cover, wants = clubs()
    effect = selection_effect(cover, wants)
    several = effect.status == 1
    assert several.any()
    assert effect.several == pytest.approx(several.mean(axis=0))
    low, high = (effect.selections.index(name) for name in ("low", "high"))
    gap = effect.defence[high] - effect.defence[low]
    assert gap[several].max() > 0.01
    assert np.abs(gap[effect.status == 0]).max() < 1e-5
    assert (effect.attack[high] - effect.attack[low])[several].min() < 0.0
    assert effect.reach("defence")[several.any(axis=0)].max() > 0.0
    assert effect.headline("attack").shape == (3, cover.cells)


def test_more_states_can_only_worsen_the_status():
    cover, wants = clubs()
    assert (
        selection_effect(cover, wants, LEVELS).status >= selection_effect(cover, wants).status
    ).all()


def test_all_fixed_points_found_are_reported():
    club = one_game(4, stake=0.0, cost=0.5, pooled=1.0, pool=0, lam=20.0, prior=0.0, able=0.5)
    found = participate(club).found[0]
    assert found[1].max() < 0.1  # from nobody
    assert found[2].min() > 0.9  # from everybody
    assert np.array_equal(found[0], participate(club).q[0])
    lone = participate(replace(club, pooled=np.zeros((1, 4)))).found[0]
    assert np.array_equal(lone[0], lone[1])
    assert np.array_equal(lone[0], lone[2])
