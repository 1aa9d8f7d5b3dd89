"""Many draws at once: the definition, known answers, and what is refused."""

import numpy as np
import pytest
from tests.unit.games.naive import response
from tests.unit.games.shapes import SHAPES, YES_NO, T, deterrence, signalling, simultaneous, tree_of

import servanda.games.batch as batch
from servanda.domain.errors import ModelError
from servanda.games.batch import plan_of, solve_batch


def draws_of(tree, number, seed, scale=1.0):
    rng = np.random.default_rng(seed)
    payoffs = scale * rng.normal(0, 1, (number, tree.n_terminals, len(tree.players)))
    return payoffs, rng.uniform(0.5, 8.0, (number, len(tree.players)))


@pytest.mark.parametrize("scale", [1.0, 8.0])
@pytest.mark.parametrize("name", SHAPES)
def test_behaviour_is_the_logit_of_its_conditional_payoffs(name, scale):
    tree = SHAPES[name]()
    payoffs, precision = draws_of(tree, 60, 1, scale)
    found = solve_batch(tree, payoffs, precision)
    assert found.unconverged_share == 0.0
    assert found.residual.max() < 1e-10
    for i, action in enumerate(found.action):
        answer, worth, belief = response(tree, payoffs[i], precision[i], action)
        assert abs(answer - action).max() < 1e-10
        assert found.value[i] == pytest.approx(worth, abs=1e-12 * scale)
        np.testing.assert_allclose(found.belief(i), belief, atol=1e-12)


def test_perfect_information_needs_no_equations():
    tree = SHAPES["perfect information"]()
    assert plan_of(tree).unknowns == 0
    payoffs, precision = draws_of(tree, 40, 2)
    found = solve_batch(tree, payoffs, precision)
    odds = np.exp(precision[:, 2, None] * payoffs[:, :3, 2])
    third = odds / odds.sum(axis=1, keepdims=True)
    gain = (third * payoffs[:, :3, 1]).sum(axis=1) - payoffs[:, 3, 1]
    second = 1 / (1 + np.exp(-precision[:, 1] * gain))
    np.testing.assert_allclose(found.action[:, 4:7], third, atol=1e-15)
    np.testing.assert_allclose(found.action[:, 2], second, atol=1e-15)
    assert (found.spent == 0).all()


def test_one_unknown_is_enough_for_the_deterrence_tree():
    assert plan_of(deterrence()).unknowns == 1
    assert plan_of(deterrence(), wide=True).unknowns == 3


def test_no_precision_no_preference():
    tree = signalling(3, 2, 3)
    payoffs, _ = draws_of(tree, 3, 3)
    found = solve_batch(tree, payoffs, 0.0)
    uniform = np.repeat(1 / tree.actions, tree.actions)
    np.testing.assert_allclose(found.action, np.tile(uniform, (3, 1)), atol=1e-15)


def test_the_same_bits_for_any_number_of_threads_lanes_and_blocks(monkeypatch):
    tree = SHAPES["crossed types"]()
    payoffs, precision = draws_of(tree, 700, 4, 3.0)
    whole = solve_batch(tree, payoffs, precision, threads=1)
    again = solve_batch(tree, payoffs, precision, threads=3)
    monkeypatch.setattr(batch, "_BLOCK", 100)
    monkeypatch.setattr(batch, "_LANES", 7)
    small = solve_batch(tree, payoffs, precision, threads=2)
    alone = solve_batch(tree, payoffs[40:41], precision[40:41])
    for other in (again, small):
        np.testing.assert_array_equal(whole.action, other.action)
        np.testing.assert_array_equal(whole.status, other.status)
    np.testing.assert_array_equal(whole.action[40], alone.action[0])


def test_one_draw_of_anything_serves_all():
    tree = deterrence()
    payoffs, _ = draws_of(tree, 1, 5)
    rising = solve_batch(tree, payoffs, [0.5, 1.0, 2.0])
    assert rising.action.shape == (3, 10)
    q = np.linspace(0.1, 0.9, 4)
    turned = solve_batch(tree, payoffs, 2.0, chance=np.stack([q, 1 - q], axis=1))
    assert turned.action.shape == (4, 10)
    one = solve_batch(tree, payoffs, 2.0, chance=[0.5, 0.5])
    np.testing.assert_array_equal(one.action[0], rising.action[2])
    action, status = one
    assert action is one.action
    assert status is one.status


def test_no_draws_at_all():
    tree = deterrence()
    found = solve_batch(tree, np.zeros((0, 10, 3)), np.zeros((0, 3)))
    assert found.action.shape == (0, 10)
    assert found.unconverged_share == 0.0


def test_a_symmetric_branch_goes_straight_on_where_two_others_leave_it():
    coordination = np.array([[[1, 1], [0, 0], [0, 0], [1, 1]]], float)
    found = solve_batch(simultaneous(2, 2), coordination, [1.0, 3.0, 8.0])
    np.testing.assert_allclose(found.action, 0.5, atol=1e-12)
    assert found.status.tolist() == [0, 1, 1]


def test_folds_are_gone_round():
    tree = deterrence()
    payoffs, precision = draws_of(tree, 20_000, 6)
    found = solve_batch(tree, payoffs, precision)
    round_folds = found.status == 1
    assert 5 < round_folds.sum() < 200
    assert found.residual[round_folds].max() < 1e-10
    assert found.unconverged_share == 0.0


def test_a_start_finds_the_equilibrium_beside_it():
    tree = simultaneous(2, 2)
    payoffs = np.array([[[2, 2], [0, 0], [0, 0], [1, 1]]], float)
    high = solve_batch(tree, payoffs, 6.0)
    low = solve_batch(tree, payoffs, 6.0, start=[0.05, 0.95, 0.05, 0.95])
    assert high.action[0, 0] > 0.99
    assert low.action[0, 0] < 0.05
    assert low.residual[0] < 1e-10
    answer, _, _ = response(tree, payoffs[0], [6.0, 6.0], low.action[0])
    assert abs(answer - low.action[0]).max() < 1e-10


def test_beliefs_of_hardly_ever_reached_sets():
    tree = signalling()
    payoffs = np.zeros((1, 8, 2))
    payoffs[0, :, 0] = [900, 900, 0, 0, 800, 800, 0, 0]  # the second message: exp(-900), exp(-800)
    payoffs[0, :, 1] = [0, 0, 0, 1, 0, 0, 1, 0]
    found = solve_batch(tree, payoffs, 1.0)
    saw = found.belief(0)[np.flatnonzero(tree.infoset == 2)]
    assert found.status[0] == 0
    assert saw.max() > 1 - 1e-12  # only the second type can be behind it
    receiver = found.action[0, 4:6]
    assert max(receiver) == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-12)


def test_a_set_that_nature_never_reaches_has_no_answer():
    tree = SHAPES["crossed types"]()
    payoffs, precision = draws_of(tree, 3, 7)
    chance = np.array([[0.2, 0.3, 0.4, 0.1], [0.0, 0.0, 0.4, 0.6], [0.1, 0.2, 0.3, 0.4]])
    found = solve_batch(tree, payoffs, precision, chance=chance)
    assert found.status.tolist() == [0, 2, 0]
    assert np.isnan(found.action[1]).all()
    assert found.unconverged_share == pytest.approx(1 / 3)


def test_a_long_game_of_perfect_information():
    spec = T
    for turn in range(300):
        spec = ("d", turn % 2 + 1, f"s{turn}", YES_NO, [T, spec])
    tree = tree_of(spec)
    payoffs, _ = draws_of(tree, 2, 8)
    found = solve_batch(tree, payoffs, 1.0)
    answer, _, _ = response(tree, payoffs[0], [1.0, 1.0], found.action[0])
    assert abs(answer - found.action[0]).max() < 1e-12


@pytest.mark.parametrize(
    ("payoffs", "precision", "chance", "code"),
    [
        (np.zeros((2, 9, 3)), 1.0, None, "SV880"),
        (np.zeros((10, 3)), 1.0, None, "SV880"),
        (np.zeros((2, 10, 3)), np.ones((2, 2)), None, "SV880"),
        (np.zeros((2, 10, 3)), np.ones(3), None, "SV880"),
        (np.zeros((2, 10, 3)), 1.0, [[0.5, 0.3, 0.2]], "SV880"),
        (np.full((2, 10, 3), np.nan), 1.0, None, "SV881"),
        (np.zeros((2, 10, 3)), -1.0, None, "SV881"),
        (np.zeros((2, 10, 3)), np.inf, None, "SV881"),
        (np.zeros((2, 10, 3)), 1.0, [[0.5, 0.6]], "SV881"),
        (np.zeros((2, 10, 3)), 1.0, [[1.5, -0.5]], "SV881"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(payoffs, precision, chance, code):
    with pytest.raises(ModelError) as caught:
        solve_batch(deterrence(), payoffs, precision, chance=chance)
    assert caught.value.code == code


@pytest.mark.parametrize(("start", "code"), [([0.5] * 3, "SV880"), ([1.5] + [0.5] * 9, "SV881")])
def test_a_start_of_another_game_is_refused(start, code):
    with pytest.raises(ModelError) as caught:
        solve_batch(deterrence(), np.zeros((1, 10, 3)), 1.0, start=start)
    assert caught.value.code == code
