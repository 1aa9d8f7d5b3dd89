"""Payoffs of very different size, games without a move: no list is called complete that is not."""

import numpy as np
import pytest

from servanda.domain.errors import ModelError
from servanda.games import read_efg
from servanda.games.equilibria import solve
from servanda.games.form import Form

CONCEPTS = ("nash", "spe", "pbe", "qre")


def game(a: np.ndarray, b: np.ndarray) -> Form:
    names = tuple(tuple(f"{k}" for k in range(size)) for size in a.shape)
    return Form("", ("A", "B"), names, np.stack([a, b], axis=-1))


def circle(size: int) -> np.ndarray:
    """Return a game like rock, paper, scissors: each strategy beats the next ones by one."""
    steps = (np.arange(size)[None, :] - np.arange(size)[:, None]) % size
    return np.where(steps == 0, 0.0, np.where(steps <= size // 2, 1.0, -1.0))


@pytest.mark.parametrize("disaster", [-1e2, -1e3, -1e4, -1e6])
def test_a_disaster_that_nobody_chooses_hides_nothing(disaster: float) -> None:
    even = circle(5)
    a = np.vstack([even, np.full(5, disaster)])
    b = np.vstack([-even, np.zeros(5)])
    found = solve(game(a, b), "nash")
    assert len(found.equilibria) == 1
    assert found.equilibria[0].behaviour == pytest.approx([0.2] * 5 + [0.0] + [0.2] * 5)


@pytest.mark.parametrize("crash", [-1e6, -1e9, -1e12])
def test_where_payoffs_are_very_uneven_the_list_is_not_called_complete(crash: float) -> None:
    a = np.array([[6.0, 2.0], [7.0, crash]])
    assert solve(game(a, a.T), "nash").status == "found"
    assert solve(game(np.maximum(a, 0.0), np.maximum(a, 0.0).T), "nash").status == "complete"


@pytest.mark.parametrize("concept", CONCEPTS)
def test_payoffs_beyond_all_measure_are_refused(concept: str) -> None:
    a = np.array([[1.7e308, -1.7e308], [0.0, 1.0]])
    with pytest.raises(ModelError) as refused:
        solve(game(a, -a), concept)
    assert refused.value.code == "SV853"


@pytest.mark.parametrize("concept", CONCEPTS)
@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ('t "" 1 "" { 3 }', 3.0),
        ('c "" 1 "" { "l" 1/4 "r" 3/4 } 0 t "" 1 "" { 4 } t "" 2 "" { 0 }', 1.0),
    ],
)
def test_a_game_in_which_nobody_moves_has_one_outcome(
    concept: str, text: str, worth: float
) -> None:
    found = solve(read_efg(f'EFG 2 R "fate" {{ "A" }} {text}'), concept)
    assert found.status == "complete"
    assert found.published()["equilibria"][0]["values"] == {"A": worth}
