"""Implicit derivatives against central differences of re-solved games."""

import numpy as np
import pytest
from tests.unit.games.shapes import SHAPES, deterrence

from servanda.domain.errors import ModelError
from servanda.games.batch import solve_batch
from servanda.games.derivatives import along, in_chance, in_parameters, in_payoffs, in_precision
from servanda.games.reading import read_yaml

STEP = 1e-5


def draws_of(tree, number, seed):
    rng = np.random.default_rng(seed)
    payoffs = rng.normal(0, 1, (number, tree.n_terminals, len(tree.players)))
    return payoffs, rng.uniform(0.3, 1.5, (number, len(tree.players)))


def difference(solve):
    """Central difference of behaviour and value, with two widths against the third order."""

    def slope(h):
        high, low = solve(h), solve(-h)
        return (high.action - low.action) / (2 * h), (high.value - low.value) / (2 * h)

    wide, narrow = slope(2e-3), slope(1e-3)
    return [(4 * n - w) / 3 for n, w in zip(narrow, wide, strict=True)]


def check(found, wanted):
    for mine, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


@pytest.mark.parametrize("name", SHAPES)
def test_every_direction_at_once(name):
    tree = SHAPES[name]()
    payoffs, precision = draws_of(tree, 5, 1)
    rng = np.random.default_rng(2)
    turn = rng.normal(0, 1, payoffs.shape)
    faster = rng.normal(0, 0.1, precision.shape)
    base = solve_batch(tree, payoffs, precision)
    assert (base.status < 2).all()
    found = along(base, payoffs=turn[:, None], precision=faster[:, None])
    wanted = difference(lambda h: solve_batch(tree, payoffs + h * turn, precision + h * faster))
    check((found.action[:, 0], found.value[:, 0]), wanted)


def test_in_every_payoff():
    tree = deterrence()
    payoffs, precision = draws_of(tree, 3, 3)
    found = in_payoffs(solve_batch(tree, payoffs, precision))
    assert found.action.shape == (3, 10, 3, 10)
    for terminal, player in [(0, 0), (3, 2), (9, 0), (5, 1)]:
        unit = np.zeros_like(payoffs)
        unit[:, terminal, player] = 1.0
        wanted = difference(lambda h, unit=unit: solve_batch(tree, payoffs + h * unit, precision))
        check((found.action[:, terminal, player], found.value[:, terminal, player]), wanted)


def test_in_chance_and_precision():
    tree = deterrence()
    payoffs, precision = draws_of(tree, 4, 4)
    q = np.array([0.2, 0.4, 0.6, 0.8])
    chance = np.stack([q, 1 - q], axis=1)
    base = solve_batch(tree, payoffs, precision, chance=chance)
    turn = np.array([1.0, -1.0])
    found = in_chance(base)
    wanted = difference(lambda h: solve_batch(tree, payoffs, precision, chance=chance + h * turn))
    check((found.action[:, 0], found.value[:, 0]), wanted)
    check((-found.action[:, 1], -found.value[:, 1]), wanted)
    found = in_precision(base)
    for player in range(3):
        unit = np.eye(3)[player]
        wanted = difference(
            lambda h, unit=unit: solve_batch(tree, payoffs, precision + h * unit, chance=chance)
        )
        check((found.action[:, player], found.value[:, player]), wanted)


def test_one_decision_has_the_derivative_of_the_logit():
    from tests.unit.games.shapes import YES_NO, T, tree_of

    tree = tree_of(("d", 1, "only", YES_NO, [T, T]))
    found = solve_batch(tree, [[[1.0], [0.0]]], 2.0)
    p = 1 / (1 + np.exp(-2.0))
    assert found.action[0, 0] == pytest.approx(p, abs=1e-15)
    slope = in_payoffs(found)
    assert slope.action[0, 0, 0] == pytest.approx([2 * p * (1 - p), -2 * p * (1 - p)], abs=1e-14)


DEMAND = """
game: demand
title: A demand
players: [A, B]
parameters: {cost: 0.5, gain: 1}
tree:
  player: A
  actions:
    stay: {payoffs: [0, gain]}
    demand:
      player: B
      actions: {concede: {payoffs: [gain, 0]}, fight: {payoffs: [-cost, 0.4 - cost^2]}}
"""


def test_in_named_parameters():
    tree = read_yaml(DEMAND)
    values = {"cost": np.array([0.2, 0.5, 0.9]), "gain": np.array([1.0, 1.5, 0.7])}
    base = solve_batch(tree, tree.payoffs(values), 2.0)
    found = in_parameters(base, ["cost", "gain"], values)
    for column, name in enumerate(["cost", "gain"]):

        def solve(h, name=name):
            return solve_batch(tree, tree.payoffs({**values, name: values[name] + h}), 2.0)

        check((found.action[:, column], found.value[:, column]), difference(solve))
    with pytest.raises(ModelError):
        in_parameters(base, ["prize"], values)
    with pytest.raises(ModelError):
        in_parameters(base, [])


def test_no_derivative_at_a_chance_of_nothing():
    tree = deterrence()
    payoffs, precision = draws_of(tree, 1, 5)
    base = solve_batch(tree, payoffs, precision, chance=[[1.0, 0.0]])
    assert base.status[0] == 0
    assert np.isnan(in_chance(base).action).any()
    assert np.isfinite(in_precision(base).action).all()


@pytest.mark.parametrize(
    "directions",
    [
        {},
        {"payoffs": np.zeros((2, 10))},
        {"precision": np.zeros((2, 5))},
        {"chance": np.zeros((2, 3))},
        {"payoffs": np.zeros((7, 2, 10, 3))},
        {"precision": np.zeros((2, 3)), "payoffs": np.zeros((1, 10, 3))},
    ],
)
def test_directions_of_another_game_are_refused(directions):
    tree = deterrence()
    payoffs, precision = draws_of(tree, 4, 6)
    base = solve_batch(tree, payoffs, precision)
    with pytest.raises(ModelError) as caught:
        along(base, **directions)
    assert caught.value.code == "SV882"
