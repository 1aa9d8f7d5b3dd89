"""The sanctions game: its equilibria are best replies to themselves, drawn type by type."""

from __future__ import annotations

import numpy as np
import pytest

from servanda.domain.errors import ModelError
from servanda.games.catalogue import entry
from servanda.games.catalogue.lewis_schultz import Signalling, equilibria
from servanda.numerics.normal_pair import leads

DRAWS = 400_000
CASES = [
    {"s_a": 0.0, "v_a": 1.0, "c_b": -1.0, "w_a": -0.5, "w_b": -1.0, "a": -0.8, "v_b": 0.5},
    {"s_a": 0.2, "v_a": 0.8, "c_b": 0.0, "w_a": 0.3, "w_b": -0.4, "a": -1.2, "v_b": 1.0},
    {"s_a": 0.0, "v_a": 0.5, "c_b": -0.5, "w_a": -1.0, "w_b": -1.0, "a": -0.4, "v_b": 0.2},
]


def simulated(found: Signalling, game: dict[str, float]) -> tuple[float, float, float]:
    """Draw types and let each of them choose best against the equilibrium."""
    rng = np.random.default_rng(7)
    firm = game["w_a"] + rng.standard_normal(DRAWS)
    back = game["a"] + rng.standard_normal(DRAWS)
    last = np.maximum(firm, back)
    threat = (1 - found.resists) * game["v_a"] + found.resists * last
    threatens = threat > game["s_a"]
    stands = (firm > back)[threatens]
    war = game["w_b"] + rng.standard_normal(DRAWS)
    share = stands.mean()
    resists = share * war + (1 - share) * game["v_b"] > game["c_b"]
    return float(threatens.mean()), float(resists.mean()), float(share)


@pytest.mark.parametrize("game", CASES)
def test_types_that_choose_best_reproduce_every_equilibrium(game: dict[str, float]) -> None:
    found = equilibria(**game)
    assert found
    for point in found:
        assert point.residual < 1e-12
        drawn = simulated(point, game)
        assert drawn == pytest.approx(
            (point.threatens, point.resists, point.stands_firm), abs=6 * 0.5 / DRAWS**0.5 * 1.6
        )


def test_several_equilibria_are_all_returned_and_each_of_them_is_one() -> None:
    game = {"s_a": 0.4, "v_a": -1.3, "c_b": -0.5, "w_a": 1.9, "w_b": 0.8, "a": 2.8, "v_b": -0.8}
    found = equilibria(**game)
    assert [round(point.resists, 3) for point in found] == [0.339, 0.673]
    for point in found:
        drawn = simulated(point, game)
        assert drawn == pytest.approx(
            (point.threatens, point.resists, point.stands_firm), abs=0.006
        )


def test_no_root_is_listed_twice_and_every_root_is_a_best_reply() -> None:
    rng = np.random.default_rng(0)
    names = ("s_a", "v_a", "c_b", "w_a", "w_b", "a", "v_b")
    for _ in range(60):
        found = equilibria(**dict(zip(names, rng.uniform(-3, 3, 7), strict=True)))
        assert all(point.residual < 1e-11 for point in found)
        apart = np.diff([point.resists for point in found])
        assert (apart > 1e-9).all()


def test_two_normals_together_agree_with_counting() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((2, DRAWS))
    for start in (-20.0, -1.0, 0.0, 0.7):
        for ahead in (-0.5, 0.0, 1.5):
            share = ((x > start) & (x + ahead > y)).mean()
            assert float(leads(start, ahead)) == pytest.approx(share, abs=0.004)


def test_a_payoff_that_is_no_number_is_refused() -> None:
    with pytest.raises(ModelError, match="finite"):
        equilibria(**{**CASES[0], "w_a": float("nan")})


def test_the_command_is_told_that_it_is_no_tree() -> None:
    with pytest.raises(ModelError, match="lewis_schultz") as refused:
        entry("lewis-schultz")
    assert refused.value.code == "SV897"
