"""Nash equilibria of games whose answers are in every textbook."""

import numpy as np
import pytest
from tests.unit.games.play import Ends, horse, move, tree

from servanda.domain.errors import ModelError
from servanda.games import Form, solve


def form(*payoffs):
    """A two-by-two game from the payoffs of its cells, row by row."""
    table = np.array(payoffs, dtype=float).reshape(2, 2, 2)
    return Form("", ("A", "B"), (("x", "y"), ("x", "y")), table)


def behaviours(game):
    solution = solve(game, "nash")
    assert solution.status == "complete"
    return sorted(tuple(e.behaviour.round(9)) for e in solution.equilibria)


def test_the_prisoners_dilemma_has_one():
    assert behaviours(form(3, 3, 0, 4, 4, 0, 1, 1)) == [(0, 1, 0, 1)]


def test_chicken_has_three():
    game = form(3, 3, 1, 4, 4, 1, 0, 0)
    assert behaviours(game) == [(0, 1, 1, 0), (0.5, 0.5, 0.5, 0.5), (1, 0, 0, 1)]


def test_strategic_games_are_published_under_set_one():
    shown = solve(form(1, -1, -1, 1, -1, 1, 1, -1), "nash").published()
    assert shown["concept"] == "nash"
    assert shown["precision"] is None
    (e,) = shown["equilibria"]
    assert list(e["behaviour"]) == ["A", "B"]
    assert e["behaviour"]["A"]["1"] == pytest.approx({"x": 0.5, "y": 0.5})
    assert e["behaviour"]["B"]["1"] == pytest.approx({"x": 0.5, "y": 0.5})
    assert e["values"] == pytest.approx({"A": 0.0, "B": 0.0})
    assert e["beliefs"] == {}


def test_a_continuum_is_named_as_one():
    # The second player does not care; the first is best off with x against x.
    solution = solve(form(1, 0, 0, 0, 0, 0, 1, 0), "nash")
    assert len(solution.equilibria) > 2
    assert all("continuum" in e.note for e in solution.equilibria)


def test_a_continuum_of_three_players_has_ranges():
    table = np.zeros((2, 2, 2, 3))
    table[..., 0] = [[[1, 1], [1, 1]], [[0, 0], [0, 0]]]
    game = Form("", ("A", "B", "C"), (("x", "y"),) * 3, table)
    solution = solve(game, "nash")
    widest = max(solution.equilibria, key=lambda e: len(e.free))
    assert {(f.low, f.high) for f in widest.free} == {(0.0, 1.0)}
    assert {f.infoset for f in widest.free} == {1, 2}


def curved():
    """A and B do not care; C is indifferent where the chances of x of A and B multiply to 1/2."""
    table = np.zeros((2, 2, 2, 3))
    table[0, 0, 0, 2] = 1.0
    table[..., 1, 2] = 0.5
    return Form("", ("A", "B", "C"), (("x", "y"),) * 3, table)


def test_a_continuum_that_is_searched_locally_is_not_called_complete():
    solution = solve(curved(), "nash")
    assert solution.status == "found"
    assert "locally" in solution.note
    assert any(e.free for e in solution.equilibria)
    assert solve(curved(), "pbe").status == "found"


def test_a_continuum_with_linear_conditions_is_complete():
    table = np.zeros((2, 2, 2, 3))
    table[..., 0] = [[[1, 1], [1, 1]], [[0, 0], [0, 0]]]
    solution = solve(Form("", ("A", "B", "C"), (("x", "y"),) * 3, table), "nash")
    assert solution.status == "complete"


def test_three_players_who_want_to_be_odd_one_out():
    """Matching for three: mixing evenly is an equilibrium beside the pure ones."""
    table = np.zeros((2, 2, 2, 3))
    for cell in np.ndindex(2, 2, 2):
        for i in range(3):
            table[(*cell, i)] = float(cell.count(cell[i]) == 1)
    game = Form("", ("A", "B", "C"), (("x", "y"),) * 3, table)
    even = np.full(6, 0.5)
    solution = solve(game, "nash")
    assert any(np.abs(e.behaviour - even).max() < 1e-9 for e in solution.equilibria)


def test_the_horse_has_the_equilibrium_that_is_not_perfect():
    solution = solve(horse(), "nash")
    values = {tuple(e.values.round(9)) for e in solution.equilibria}
    assert values == {(1.0, 1.0, 1.0), (3.0, 2.0, 2.0)}


def test_a_set_that_own_play_rules_out_is_free():
    end = Ends()
    again = move(1, 2, ("l", end(1)), ("r", end(2)))
    game = tree(("1",), move(1, 1, ("stop", end(5)), ("go", again)))
    (e,) = solve(game, "nash").equilibria
    assert e.behaviour.tolist() == [1.0, 0.0, 0.5, 0.5]
    assert {(f.place, f.low, f.high) for f in e.free} == {(2, 0.0, 1.0), (3, 0.0, 1.0)}


def test_too_large_a_game_is_refused_with_its_size():
    rng = np.random.default_rng(1)
    labels = tuple(tuple(str(s) for s in range(14)) for _ in range(2))
    # Zero-sum noise around a cycle, so that no strategy is dominated.
    base = np.cos(2 * np.pi * (np.arange(14)[:, None] - np.arange(14)) / 14)
    a = base + 0.01 * rng.normal(size=(14, 14))
    with pytest.raises(ModelError, match=r"14 x 14.*qre") as refusal:
        solve(Form("", ("A", "B"), labels, np.stack([a, -a], axis=2)), "nash")
    assert refusal.value.code == "SV886"


@pytest.mark.parametrize("concept", ["ess", ""])
def test_an_unknown_concept_is_refused(concept):
    with pytest.raises(ModelError) as refusal:
        solve(horse(), concept)
    assert refusal.value.code == "SV885"
