"""Gambit's strategic form, both variants."""

import numpy as np
import pytest

from servanda.domain.errors import ScenarioError
from servanda.games import read_game, read_nfg, write_nfg
from servanda.games.reading import check

LISTED = """NFG 1 R "Example" { "Row" "Column" }
{ { "up" "down" } { "left" "middle" "right" } }
"a comment"

1 1  0 2  3 0  1/2 -.5  2 2  7e-1 0
"""
OUTCOMES = """NFG 1 R "Example" { "Row" "Column" } { 2 2 }
{
{ "peace" 1, 2 }
{ "" 3 4 }
}
1 2 0 2
"""


def test_the_first_player_runs_fastest():
    form = read_nfg(LISTED)
    assert form.strategies == (("up", "down"), ("left", "middle", "right"))
    assert form.note == "a comment"
    assert form.payoffs[1, 0].tolist() == [0, 2]
    assert form.payoffs[0, 1].tolist() == [3, 0]
    assert form.payoffs[1, 2].tolist() == [0.7, 0]


def test_outcomes_by_number():
    form = read_nfg(OUTCOMES)
    assert form.strategies == (("1", "2"), ("1", "2"))
    assert form.payoffs.tolist() == [[[1, 2], [0, 0]], [[3, 4], [3, 4]]]


@pytest.mark.parametrize("text", [LISTED, OUTCOMES])
def test_writing_and_reading_changes_nothing(text):
    form = read_nfg(text)
    again = read_nfg(write_nfg(form))
    np.testing.assert_array_equal(again.payoffs, form.payoffs)
    assert again.strategies == form.strategies
    assert again.players == form.players
    assert again.note == form.note


def test_three_players():
    numbers = " ".join(str(n) for n in range(2 * 3 * 2 * 3))
    form = read_nfg(f'NFG 1 R "three" {{ "A" "B" "C" }} {{ 2 3 2 }} {numbers}')
    assert form.shape == (2, 3, 2)
    assert form.payoffs[1, 2, 0].tolist() == [15, 16, 17]
    assert form.payoffs[0, 0, 1].tolist() == [18, 19, 20]
    np.testing.assert_array_equal(read_nfg(write_nfg(form)).payoffs, form.payoffs)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ('NFG 2 R "g" { "A" } { 1 } 1', "SV851", "1:5"),
        ('NFG 1 X "g" { "A" } { 1 } 1', "SV851", "1:7"),
        ('NFG 1 R "g" { } { } 1', "SV854", "1:13"),
        ('NFG 1 R "g" { "A" "B" } { 2 } 1 2', "SV854", "1:25"),
        ('NFG 1 R "g" { "A" } { 2 } 1', "SV854", "1:27"),
        ('NFG 1 R "g" { "A" } { 2 } 1 2 3', "SV854", "1:31"),
        ('NFG 1 R "g" { "A" } { 0 }', "SV854", "1:23"),
        ('NFG 1 R "g" { "A" } { 2 } 1 x', "SV852", "1:29"),
        ('NFG 1 R "g" { "A" } { 2 } 1 1/0', "SV853", "1:29"),
        ('NFG 1 R "g" { "A" } { 2 } { { "a" 1 } } 1 2', "SV863", "1:43"),
        ('NFG 1 R "g" { "A" } { 2 } { { "a" 1 2 } } 1 1', "SV854", "1:29"),
        ('NFG 1 R "g" { "A" } { 2 } { { "a" 1 } } 1', "SV854", "1:41"),
        ('NFG 1 R "g" { "A" } { 2000000 }', "SV859", "1:23"),
        ('NFG 1 R "g" { "A" } { 99999999 }', "SV852", "1:23"),
        ('NFG 1 R "g" { "A" "B" } { 1000 1001 }', "SV859", "1:25"),
        ('NFG 1 R "g', "SV852", "1:9"),
        ('NFG 1 R "g" { "A" } { { "x" "y" ', "SV852", "1:31"),
    ],
)
def test_refused(text, code, place):
    with pytest.raises(ScenarioError) as caught:
        read_nfg(text, "g.nfg")
    assert [(p.code, p.place) for p in caught.value.problems] == [(code, f"g.nfg:{place}")]
    assert check(text, "g.nfg") == caught.value.problems


def test_a_form_is_a_game():
    game = read_game(LISTED)
    assert game.game.shape == (2, 3)
    assert game.tree.n_terminals == 6
