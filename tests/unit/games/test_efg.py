"""Gambit's extensive form: what is read, and that writing gives it back."""

import time

import numpy as np
import pytest

from servanda.domain.errors import ScenarioError
from servanda.games import read_efg, read_game, read_yaml, write_efg
from servanda.games.reading import check
from servanda.games.tree import CHANCE

POKER = r"""EFG 2 R "A \"simple\" poker" { "Alice" "Bob" }
"One card, one bet."

c "deal" 1 "cards" { "King" 1/2 "Queen" 0.5 } 1 "ante" { 1, -1 }
p "" 1 1 "King" { "Raise" "Fold" } 0
p "" 2 7 "" { "Meet" "Pass" } 2 "raise" { 1 -1 }
t "" 3 "wins" { 1.5e0 , -3/2 }
t "" 0
t "" 4 "gives up" { -2 2 }
p "" 1 2 "Queen" { "Raise" "Fold" } 0
p "" 2 7 2
t "" 5 "loses" { -5 5 }
t "" 0
t "" 4
"""


def test_what_a_file_says():
    tree = read_efg(POKER)
    assert tree.title == 'A "simple" poker'
    assert tree.note == "One card, one bet."
    assert tree.players == ("Alice", "Bob")
    assert tree.infoset_names == ("King", "7", "Queen")  # no name: its number
    assert tree.chance_names == ("King", "Queen")
    assert tree.chance().tolist() == [[0.5, 0.5]]
    assert tree.node_names[0] == "deal"
    assert tree.outcome_names == ("wins", "", "gives up", "loses", "", "gives up")


def test_payoffs_of_interior_outcomes_count_below():
    tree = read_efg(POKER)
    assert tree.payoffs()[0, :, 0].tolist() == [3.5, 2, -1, -3, 2, -1]
    np.testing.assert_array_equal(tree.payoffs()[0, :, 1], -tree.payoffs()[0, :, 0])


def test_writing_and_reading_changes_nothing():
    tree = read_efg(POKER)
    text = write_efg(tree)
    again = read_efg(text)
    for name in ("kind", "infoset", "terminal", "first", "count", "child", "move", "owner"):
        np.testing.assert_array_equal(getattr(again, name), getattr(tree, name))
    np.testing.assert_array_equal(again.payoffs(), tree.payoffs())
    np.testing.assert_array_equal(again.chance(), tree.chance())
    assert again.action_names == tree.action_names
    assert again.infoset_names == tree.infoset_names
    assert write_efg(again) == text


def test_numbers_are_written_with_all_their_digits():
    values = [0.1 + 0.2, 1e-17, -2.5e22, 1 / 3, 12345678.9, -0.0, 5e-324]
    labels = " ".join(f'"{i}"' for i in range(len(values)))
    ends = "\n".join(f't "" {i + 1} "" {{ {v!r} }}' for i, v in enumerate(values))
    tree = read_efg(f'EFG 2 R "numbers" {{ "A" }}\np "" 1 1 "" {{ {labels} }} 0\n{ends}')
    text = write_efg(tree)
    assert "e-" not in text
    assert read_efg(text).payoffs()[0, :, 0].tolist() == values


@pytest.mark.parametrize(
    "chances", [[1 / 3, 1 / 3, 1 / 3], [0.1, 0.2, 0.7], [1e-9, 0.3, 0.7 - 1e-9], [0, 1, 0]]
)
def test_chances_are_written_so_that_they_sum_to_one(chances):
    from fractions import Fraction

    listed = " ".join(f'"{i}" {p:.17f}' for i, p in enumerate(chances))
    tree = read_efg(
        f'EFG 2 R "g" {{ "A" }} c "" 1 "" {{ {listed} }} 0 t "" 0 t "" 0 t "" 1 "" {{ 1 }}'
    )
    line = next(line for line in write_efg(tree).splitlines() if line.startswith("c "))
    shares = [Fraction(word) for word in line.split("{")[1].split("}")[0].split()[1::2]]
    assert sum(shares) == 1
    np.testing.assert_allclose([float(s) for s in shares], chances, atol=1e-15)


def test_parameters_are_put_in():
    tree = read_yaml(
        "{game: g, title: G, players: [A], parameters: {c: 1}, tree: {player: A, actions: "
        "{x: {payoffs: [c]}, y: {payoffs: [1 - c]}}}}"
    )
    assert read_efg(write_efg(tree, {"c": 0.25})).payoffs()[0, :, 0].tolist() == [0.25, 0.75]


def test_names_that_gambit_refuses_are_mended():
    tree = read_efg('EFG 2 R "a\\\\" { "A\tA  B" } p "" 1 1 "" { "" "" } 0 t "" 0 t "" 1 "" { 1 }')
    assert tree.action_names == ("1", "2")
    text = write_efg(tree)
    assert text.startswith('EFG 2 R "a/" { "A A B" }')
    assert read_efg(text).players == ("A A B",)


def test_sets_of_the_same_name_keep_apart():
    tree = read_efg("""EFG 2 R "g" { "A" "B" }
        p "" 1 1 "" { "x" "y" } 0
        p "" 2 1 "here" { "l" "r" } 0 t "" 0 t "" 0
        p "" 2 2 "here" { "l" "r" } 0 t "" 0 t "" 0""")
    assert tree.infoset_names == ("1", "here (1)", "here (2)")


def test_names_of_two_players_may_be_the_same():
    tree = read_efg("""EFG 2 R "g" { "A" "B" }
        p "" 1 1 "here" { "x" "y" } 0
        p "" 2 1 "here" { "l" "r" } 0 t "" 0 t "" 0
        t "" 0""")
    assert tree.infoset_names == ("here", "here")


def test_a_game_of_one_end():
    tree = read_efg('EFG 2 R "over" { "A" } t "" 1 "done" { 3 }')
    assert tree.n_nodes == tree.n_terminals == 1
    assert tree.payoffs().tolist() == [[[3.0]]]
    assert read_efg(write_efg(tree)).payoffs().tolist() == [[[3.0]]]


def test_a_branch_of_chance_zero_is_allowed():
    tree = read_efg('EFG 2 R "g" { "A" } c "" 1 "" { "a" 0 "b" 1 } 0 t "" 0 t "" 0')
    assert tree.kind[0] == CHANCE


def test_a_path_is_read_and_told_apart(tmp_path):
    path = tmp_path / "poker.efg"
    path.write_text(POKER)
    assert read_efg(path).n_terminals == read_game(path).tree.n_terminals == 6
    path.write_text(POKER.replace("EFG 2", "EFG 3"))
    with pytest.raises(ScenarioError, match=r"poker\.efg:1:5: SV851"):
        read_game(path)


def test_all_faults_are_named_with_line_and_column():
    text = POKER.replace("{ -5 5 }", "{ -5 }").replace("2 7 2\n", "2 9 2\n")
    found = [(p.span.line, p.span.column, p.code) for p in check(text)]
    assert found == [(11, 8, "SV855"), (12, 16, "SV854")]
    with pytest.raises(ScenarioError) as caught:
        read_efg(text)
    assert len(caught.value.problems) == 2


def test_large_files_are_read_quickly():
    labels = " ".join(f'"{i}"' for i in range(60_000))
    text = f'EFG 2 R "g" {{ "A" }} p "" 1 1 "" {{ {labels} }} 0\n' + 't "" 0\n' * 60_000
    begun = time.process_time()
    assert read_efg(text).n_terminals == 60_000
    assert [p.code for p in check(text[:-700])] == ["SV858"]
    assert [p.code for p in check(text + text)] == ["SV106"]
    assert time.process_time() - begun < 5


def test_a_path_of_five_hundred_moves_is_the_longest():
    def chain(length):
        rows = [
            f'p "" 1 {n} "" {{ "on" "off" }} 0 t "" 1 "" {{ 1 }}'.replace('t "" 1', f't "" {n}')
            for n in range(1, length + 1)
        ]
        return 'EFG 2 R "long" { "A" }\n' + "\n".join(rows) + '\nt "" 0'

    assert read_efg(chain(500)).depth() == 500
    assert [p.code for p in check(chain(501))] == ["SV859"]


def test_reading_a_game_of_ten_ends_takes_less_than_a_millisecond():
    lines = ['EFG 2 R "crisis" { "C" "T" "D" }', 'c "" 1 "" { "strong" 0.4 "weak" 0.6 } 0']
    for k in (1, 2):
        lines += [
            'p "" 1 1 "" { "attack" "not" } 0',
            'p "" 2 1 "" { "resist" "concede" } 0',
            f'p "" 3 {k} "" {{ "intervene" "abstain" }} 0',
            'p "" 1 2 "" { "fight" "back down" } 0',
        ]
        lines += [f't "" {5 * k + n} "" {{ 0.1{n}, -1.5, {n}/7 }}' for n in range(5)]
    text = "\n".join(lines)
    assert read_efg(text).n_terminals == 10
    best = min(_seconds(lambda: read_efg(text)) for _ in range(30))
    assert best < 0.001


def _seconds(call):
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
