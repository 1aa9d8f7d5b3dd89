"""Subgame perfect equilibria: backward induction, ties, and subgames with hidden moves."""

from itertools import product

import numpy as np
import pytest
from tests.unit.games.play import Ends, half_hearted, horse, move, tree

from servanda.games import solve
from servanda.games.board import board_of
from servanda.games.subgames import subgame_roots


def shown(game):
    solution = solve(game, "spe")
    return solution, solution.published()["equilibria"]


@pytest.mark.parametrize(
    ("k", "attack", "resist"), [(0.2, 1.0, 0.0), (0.5, 1.0, 0.0), (0.9, 0.0, 1.0)]
)
def test_a_guarantee_that_only_deters_or_does_nothing(k, attack, resist):
    """The target resists from k = 1/1.8 upwards, and from 0.4/0.9 the challenger is deterred."""
    solution, (e,) = shown(half_hearted(k))
    assert solution.status == "complete"
    assert e["behaviour"]["challenger"]["1"]["attack"] == attack
    assert e["behaviour"]["target"]["1"]["resist"] == resist


@pytest.mark.parametrize(
    ("k", "attack", "resist"), [(0.2, 1.0, 0.0), (0.45, 1.0, 1.0), (0.8, 0.0, 1.0)]
)
def test_a_half_hearted_guarantee_produces_war(k, attack, resist):
    """The target resists from k = 0.3 upwards, the challenger is deterred only above k = 0.6."""
    _, (e,) = shown(half_hearted(k, alone=(0.6, -0.3), aided=(-0.4, 0.7)))
    assert e["behaviour"]["challenger"]["1"]["attack"] == attack
    assert e["behaviour"]["target"]["1"]["resist"] == resist


def random_tree(seed):
    """Perfect information, three players, up to three moves deep and eight sets, no ties."""
    rng = np.random.default_rng(seed)
    end, number = Ends(), [0, 0, 0]

    def below(depth):
        if depth == 3 or sum(number) == 8 or (depth and rng.random() < 0.25):
            return end(*rng.normal(size=3).round(3))
        player = int(rng.integers(3))
        number[player] += 1
        mine = number[player]
        branches = [(str(b), below(depth + 1)) for b in range(int(rng.integers(2, 4)))]
        return move(player + 1, mine, *branches)

    return tree(("1", "2", "3"), below(0))


@pytest.mark.parametrize("seed", range(20))
def test_perfect_information_against_all_pure_profiles(seed):
    game = random_tree(seed)
    solution = solve(game, "spe")
    assert solution.status == "complete"
    (e,) = solution.equilibria
    board = board_of(game)
    good = []
    for picks in product(*board.choices):
        behaviour = np.zeros((game.n_actions, 1))
        behaviour[list(picks)] = 1.0
        value = board.value(behaviour)[:, :, 0]
        if all(
            value[node, board.owner[h]] >= max(value[kid, board.owner[h]] for kid in kids) - 1e-12
            for h, (node,) in enumerate(board.members)
            for kids in (board.children[node],)
        ):
            good.append(behaviour[:, 0])
    assert len(good) == 1
    assert np.array_equal(good[0], e.behaviour)


def test_ties_are_followed_and_mixtures_of_them():
    """An offer that leaves the responder indifferent: accepted, refused, or in between."""
    end = Ends()
    low = move(2, 1, ("accept", end(2, 0)), ("refuse", end(0, 0)))
    high = move(2, 2, ("accept", end(1, 1)), ("refuse", end(0, 0)))
    solution, equilibria = shown(tree(("1", "2"), move(1, 1, ("low", low), ("high", high))))
    assert solution.status == "complete"
    pure = [
        e["behaviour"]["2"]["1"]["accept"]
        for e in equilibria
        if not any(f["infoset"] == "1" and f["player"] == "2" for f in e.get("free", []))
    ]
    assert 1.0 in pure
    assert 0.0 in pure
    ranges = sorted(
        (round(f["low"], 9), round(f["high"], 9), e["behaviour"]["1"]["1"]["low"])
        for e in equilibria
        for f in e.get("free", [])
        if (f["player"], f["infoset"], f.get("action")) == ("2", "1", "accept")
    )
    assert ranges == [(0.0, 0.5, 0.0), (0.5, 1.0, 1.0)]


def test_a_subgame_with_hidden_moves_is_solved_by_itself():
    """Out, or a coordination game with three equilibria: in only for the good one."""
    end = Ends()
    replies = [
        move(2, 1, ("l", end(*a)), ("r", end(*b))) for a, b in (((3, 3), (0, 0)), ((0, 0), (1, 1)))
    ]
    inside = move(1, 2, ("l", replies[0]), ("r", replies[1]))
    solution = solve(tree(("1", "2"), move(1, 1, ("out", end(2, 5)), ("in", inside))), "spe")
    assert solution.status == "complete"
    entered = sorted((e.behaviour[1], e.behaviour[2].round(6)) for e in solution.equilibria)
    assert entered == [(0.0, 0.0), (0.0, 0.25), (1.0, 1.0)]


def test_the_horse_has_no_subgame_but_itself():
    assert subgame_roots(board_of(horse())) == [0]


def test_many_ties_are_cut_off_and_said_so():
    end, count = Ends(), [0]

    def below(depth):
        if depth == 4:
            return end(0, 0)
        count[0] += 1
        return move(1, count[0], ("a", below(depth + 1)), ("b", below(depth + 1)))

    solution = solve(tree(("1", "2"), below(0)), "spe", most=10)
    assert len(solution.equilibria) == 10
    assert solution.status == "truncated"
    assert solution.note
