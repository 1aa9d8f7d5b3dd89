"""The nuclear shadow is a cost like others: for the challenger, and for a guarantor that helps."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.deterrence.cases import LEVELS, exposure, stakes

from servanda.deterrence import choose, solve
from servanda.scenario.folder import load
from servanda.study import handover
from servanda.study.draws import draw
from servanda.study.running import lay_out


@pytest.fixture(scope="module")
def case():
    return exposure(body=False), stakes(6, 4, 3)


def test_it_enters_the_challengers_value_of_attacking_by_the_chance_that_a_nuclear_one_acts(case):
    cover, wants = case
    plain = solve(cover, replace(wants, c_n=np.zeros(6)), LEVELS)
    dark = solve(cover, wants, LEVELS)
    wide = (slice(None), *[None] * 5)
    loss = wants.size[wide[:1] + wide[1:]] * dark.resist * wants.c_n[wide][..., None] * dark.nuclear
    assert np.abs((plain.attack_value - dark.attack_value) - loss).max() < 1e-12
    assert dark.nuclear.max() > 0.1
    light = replace(wants, c_n=np.zeros(6))
    assert (choose(dark, wants).attack <= choose(plain, light).attack + 1e-12).all()


def test_without_a_nuclear_guarantor_it_weighs_nothing_for_the_challenger(case):
    cover, wants = case
    nobody = replace(wants, nuclear=np.zeros(4, bool))
    one, other = (solve(cover, replace(nobody, c_n=np.full(6, c)), LEVELS) for c in (0.0, 5.0))
    assert np.array_equal(one.attack_value, other.attack_value)
    assert one.nuclear.max() == 0.0


def test_it_raises_a_guarantors_cost_of_acting(case):
    cover, wants = case
    more = wants.nu.copy()
    more[:, 1] += 0.5
    one, other = solve(cover, wants, LEVELS), solve(cover, replace(wants, nu=more), LEVELS)
    assert (other.honour[:, :, 1] < one.honour[:, :, 1]).all()


@pytest.mark.parametrize(("scenario", "nuclear"), [("border-pact", False), ("ukraine-2025", True)])
def test_it_is_nothing_where_the_challenger_has_no_such_weapons(scenario, nuclear):
    resolved = load(scenario)
    board = lay_out(resolved, resolved.options[:1], 1)
    assert board.challenger_nuclear == nuclear
    draws = draw(resolved.assumptions, seed=1, chunk=0, size=8)
    wants = handover.stakes(board, draws)
    assert (wants.nu > 0.0).any() == nuclear
    assert (wants.d_n > 0.0).any() == nuclear
