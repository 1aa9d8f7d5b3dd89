"""Bayes' rule at information sets, sequential rationality, and beliefs off the path."""

import numpy as np
import pytest
from tests.unit.games.play import horse, sunk_cost, unilateral

from servanda.games.batch import solve_batch
from servanda.games.beliefs import beliefs, earlier_sets, sequential_regret
from servanda.games.board import board_of, excerpt
from servanda.games.solution import node_labels, set_keys


def even(tree):
    return 1.0 / np.repeat(tree.actions, tree.actions)


def test_beliefs_of_even_behaviour_are_those_of_nature():
    game = unilateral(0.3, 0.6)
    held = beliefs(game, even(game))
    first = np.flatnonzero(game.infoset == game.infoset[game.child[game.first[1]]])
    assert held[first] == pytest.approx([0.6, 0.4])
    for h in range(game.n_infosets):
        assert held[game.infoset == h].sum() == pytest.approx(1.0)


def test_they_are_those_of_the_kernel_for_many_games():
    game = unilateral(0.3, 0.6)
    found = solve_batch(game, game.payoffs(), [7.0])
    held = beliefs(game, found.action[0])
    kernel = found.belief(0)
    decides = game.infoset >= 0
    assert held[decides] == pytest.approx(kernel[decides], abs=1e-12)


def test_a_set_that_is_never_reached_has_no_belief():
    game = horse()
    stay = np.array([0.0, 1.0, 0.5, 0.5, 0.0, 1.0])
    c = game.action_names.index("c")
    d = game.action_names.index("d")
    stay[[c, d]] = 1.0, 0.0
    held = beliefs(game, stay)
    third = np.flatnonzero(game.infoset == game.infoset[1])
    assert np.isnan(held[third]).all()


def test_regret_is_what_one_change_gains_as_a_share_of_the_range():
    """In the horse (D, c, L) player 2 would gain 3 of a range of 4 by d."""
    game = horse()
    play = np.zeros(6)
    for label in ("D", "c", "L"):
        play[game.action_names.index(label)] = 1.0
    held = np.where(game.infoset >= 0, 1.0, np.nan)
    third = np.flatnonzero(game.infoset == game.infoset[1])
    held[third] = [1.0, 0.0]
    assert sequential_regret(game, play, held) == pytest.approx(3 / 4)


def test_sets_with_unknown_beliefs_are_left_out():
    game = sunk_cost(0.5, 0.2)
    held = np.full(game.n_nodes, np.nan)
    assert sequential_regret(game, even(game), held) == 0.0


def test_the_nearest_earlier_set_comes_first():
    board = board_of(unilateral(0.3, 0.6))
    # A challenger who has been resisted knew before what he believes of the defender.
    last = next(
        h
        for h, nodes in enumerate(board.members)
        if len(board.path(nodes[0])) == 4 and board.owner[h] == 0
    )
    (earlier,) = earlier_sets(board, last)
    assert board.owner[earlier.infoset] == 0
    # His own attack is common to both nodes and says nothing; the answers of the defender count.
    assert [len(path) for path in earlier.paths] == [1, 1]


def test_an_excerpt_keeps_numbers_of_actions_and_ends_where_told():
    board = board_of(horse())
    whole, sets = excerpt(board, 0, {})
    assert whole.n_nodes == board.n_nodes
    assert sets == [0, 1, 2]
    cut, sets = excerpt(board, 0, {board.children[0][1]: np.array([0.1, 0.2, 0.3])})
    assert cut.n_nodes == 5
    assert cut.payoff[cut.children[0][1]].tolist() == [0.1, 0.2, 0.3]


def test_labels_say_how_a_node_is_reached_and_keys_are_unique():
    game = unilateral(0.3, 0.6)
    labels = node_labels(game)
    assert labels[0] == "start"
    assert "hard/soft/attack/resist" in labels
    assert len(set(labels)) == game.n_nodes
    keys = set_keys(game)
    assert len(set(keys)) == game.n_infosets
    assert "challenger: 1" in keys
