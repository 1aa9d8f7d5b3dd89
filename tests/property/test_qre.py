"""What must hold for logit equilibria of any game: scale, names, duplicates, no precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.games.shapes import SHAPES, T, simultaneous, tree_of

from servanda.games.batch import solve_batch

TREES = {name: make() for name, make in SHAPES.items()}


@st.composite
def games(draw):
    tree = TREES[draw(st.sampled_from(sorted(TREES)))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    payoffs = rng.normal(0, 1, (8, tree.n_terminals, len(tree.players)))
    return tree, payoffs, rng.uniform(0.2, 4.0, (8, len(tree.players))), rng


@settings(max_examples=60, deadline=None)
@given(games(), st.floats(0.05, 40.0))
def test_only_precision_times_payoff_counts_and_constants_do_not(game, scale):
    tree, payoffs, precision, rng = game
    base = solve_batch(tree, payoffs, precision)
    shift = rng.normal(0, 2, (8, 1, len(tree.players)))
    other = solve_batch(tree, scale * payoffs + shift, precision / scale)
    np.testing.assert_allclose(other.action, base.action, atol=1e-9)
    np.testing.assert_allclose(other.value, scale * base.value + shift[:, 0], atol=1e-8 * scale)


@settings(max_examples=40, deadline=None)
@given(games())
def test_precision_towards_nothing_is_a_toss(game):
    tree, payoffs, precision, _ = game
    found = solve_batch(tree, payoffs, 1e-9 * precision)
    uniform = np.repeat(1.0 / tree.actions, tree.actions)
    np.testing.assert_allclose(found.action, np.tile(uniform, (8, 1)), atol=1e-7)


def simultaneous_with(order):
    """A two-player game whose first player's strategies stand in the given order."""
    column = [("d", 2, "column", ["l", "r"], [T, T]) for _ in order]
    return tree_of(("d", 1, "row", [f"s{i}" for i in order], column))


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(3)), st.integers(0, 2**32 - 1))
def test_order_of_actions_does_not_matter(order, seed):
    rng = np.random.default_rng(seed)
    payoffs, precision = rng.normal(0, 1, (6, 3, 2, 2)), rng.uniform(0.2, 4, (6, 2))
    base = solve_batch(simultaneous_with(range(3)), payoffs.reshape(6, 6, 2), precision)
    turned = solve_batch(
        simultaneous_with(order), payoffs[:, list(order)].reshape(6, 6, 2), precision
    )
    np.testing.assert_allclose(turned.action[:, :3], base.action[:, list(order)], atol=1e-9)
    np.testing.assert_allclose(turned.action[:, 3:], base.action[:, 3:], atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_players_may_change_places(seed):
    rng = np.random.default_rng(seed)
    payoffs, precision = rng.normal(0, 1, (6, 2, 3, 2)), rng.uniform(0.2, 4, (6, 2))
    base = solve_batch(simultaneous(2, 3), payoffs.reshape(6, 6, 2), precision)
    swapped = payoffs.transpose(0, 2, 1, 3)[..., ::-1].reshape(6, 6, 2)
    other = solve_batch(simultaneous(3, 2), swapped, precision[:, ::-1])
    np.testing.assert_allclose(other.action[:, :3], base.action[:, 2:], atol=1e-9)
    np.testing.assert_allclose(other.action[:, 3:], base.action[:, :2], atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_duplicated_action_counts_twice_as_the_logit_says(seed):
    """Two copies of an action are one action whose odds are doubled (log 2 more merit)."""
    rng = np.random.default_rng(seed)
    payoffs, lam = rng.normal(0, 1, (6, 2, 2, 2)), rng.uniform(0.2, 4, 6)
    doubled = np.concatenate([payoffs, payoffs[:, 1:]], axis=1)
    copies = solve_batch(simultaneous_with(range(3)), doubled.reshape(6, 6, 2), lam)
    np.testing.assert_allclose(copies.action[:, 1], copies.action[:, 2], atol=1e-12)
    richer = payoffs.copy()
    richer[:, 1, :, 0] += np.log(2) / lam[:, None]
    once = solve_batch(simultaneous_with(range(2)), richer.reshape(6, 4, 2), lam)
    answer = copies.action[:, 1] + copies.action[:, 2]
    same = abs(answer - once.action[:, 1]) < 1e-9
    # The branches start at 2/3 and 1/2; a fold between may part them, which is rare.
    assert same.mean() > 0.6
    alone = solve_batch(tree_of(("d", 1, "x", ["a", "b"], [T, T])), payoffs[:, :, 0, :1], lam)
    three = solve_batch(
        tree_of(("d", 1, "x", ["a", "b", "c"], [T, T, T])), doubled[:, :, 0, :1], lam
    )
    p = alone.action[:, 1]
    np.testing.assert_allclose(three.action[:, 1:].sum(axis=1), 2 * p / (1 + p), atol=1e-12)


@pytest.mark.deep
def test_hardly_any_draw_is_left_without_an_answer():
    rng = np.random.default_rng(31)
    tree = TREES["deterrence"]
    lost = 0
    for _ in range(10):
        payoffs = rng.normal(0, 1, (200_000, 10, 3))
        q = rng.uniform(0.1, 0.9, 200_000)
        chance = np.stack([q, 1 - q], axis=1)
        found = solve_batch(tree, payoffs, rng.uniform(0.5, 8, 200_000), chance=chance)
        lost += int((found.status == 2).sum())
    assert lost < 2
