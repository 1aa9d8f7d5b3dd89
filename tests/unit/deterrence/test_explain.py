"""The terms of a decision add up and say what the kernel used."""

import numpy as np
import pytest
from tests.unit.deterrence.cases import LEVELS, exposure, stakes

from servanda.deterrence import solve
from servanda.deterrence.explain import explain
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
    whys = explain(cover, wants, crisis, cell=0, kind="kind1")
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


def test_unknown_places_are_refused(case):
    cover, wants, crisis = case
    for cell, kind, draw in ((9, "kind0", 0), (0, "flood", 0), (0, "kind0", 99)):
        with pytest.raises(ModelError):
            explain(cover, wants, crisis, cell=cell, kind=kind, draw=draw)
