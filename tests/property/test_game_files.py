"""Damaged game files are refused with code and place, never with a traceback, and quickly.

Sound files of all three formats are damaged at random (seeded). A file that is still accepted must
hold a proper game, and writing it must give it back. What is left of an .efg file is solved as
well, under every concept, where it is small.
"""

import random
import re
import signal
import time
from collections import Counter
from contextlib import contextmanager
from itertools import count
from typing import get_args

import numpy as np
import pytest
from tests.property.test_reading_fuzz import damaged

from servanda.domain.codes import CODES
from servanda.domain.errors import ModelError
from servanda.games.catalogue import entry
from servanda.games.equilibria import solve
from servanda.games.form import Form
from servanda.games.reading import scan
from servanda.games.solution import Concept, Status
from servanda.games.tree import CHANCE, DECISION
from servanda.games.writing import write_efg, write_nfg

SHORT = 300
DEEP = 10_000  # half of them .efg
SECONDS = 1.0
SHORT_EFG = 120
DEEP_EFG = 5_000
SOLVING = 300.0  # a guard against what never ends, no measurement
MOST_NODES, MOST_SETS = 40, 8

POKER = b"""EFG 2 R "poker" { "Alice" "Bob" }
"one card"

c "deal" 1 "cards" { "King" 1/2 "Queen" 0.5 } 1 "ante" { 1, -1 }
p "" 1 1 "King" { "Raise" "Fold" } 0
p "" 2 1 "card unseen" { "Meet" "Pass" } 2 "raise" { 1 -1 }
t "" 3 "wins" { 1.5e0 , -3/2 }
t "" 0
t "" 4 "gives up" { -2 2 }
p "" 1 2 "Queen" { "Raise" "Fold" } 0
p "" 2 1 2
t "" 5 "loses" { -5 5 }
t "" 0
t "" 4
"""
CHAIN = (
    b'EFG 2 R "chain" { "A" "B" "C" }\n'
    + b"".join(
        b'p "" %d %d "" { "on" "off" "say \\"no\\"" } 0\nt "" %d "" { 1 2.5 -3 }\nt "" 0\n'
        % (n % 3 + 1, n + 1, n + 1)
        for n in range(20)
    )
    + b't "" 0\n'
)
CELLS = b'NFG 1 R "chicken" { "A" "B" } { { "swerve" "on" } { 2 } }\n""\n2 2 3 1 1 3 0 -1/2\n'
LISTED = CELLS.replace(b"{ 2 }", b'{ "swerve" "on" }')
OUTCOMES = b'NFG 1 R "g" { "A" "B" } { 2 2 } "c" { { "x" 1, 2 } { "y" 3 4 } } 1 2 0 2\n'
DEMAND = b"""game: demand
title: A demand
players: [A, B]
parameters: {q: {value: 0.5, range: [0, 1]}, cost: 0.25}
outcomes: {peace: [0, 1], war: {A: q - cost, B: 1 - q - cost}}
tree:
  nature:
    strong: {probability: q, then: {player: A, infoset: a1, actions: {stay: peace, act: reply}}}
    weak: {probability: 1 - q, then: {payoffs: ["max(0, q)", exp(-cost) / (1 + cost)^2]}}
nodes:
  reply: {player: B, actions: {yield: {payoffs: [1, 0]}, fight: war}}
"""
CORPUS = (POKER, POKER, CHAIN, LISTED, OUTCOMES, DEMAND)
BITS = (b"1/0", b"1e999", b"-", b"0 ", b'""', b' "', b"}", b"{", b"t ", b"c ", b"p ", b"^", b"(")


def hurt(data: bytes, chance: random.Random) -> bytes:
    """Damage a file; half of the time with words of its own language."""
    if chance.random() < 0.5:
        return damaged(data, chance)
    words = data.split(b" ")
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(words))
        deed = chance.randrange(3)
        if deed == 0:
            words[at] = chance.choice(BITS)
        elif deed == 1:
            words[at] = words[chance.randrange(len(words))]
        else:
            del words[at : at + chance.randrange(1, 4)]
        words = words or [b"EFG"]
    return b" ".join(words)


def survive(count: int, seed: int) -> tuple[int, int]:
    """Read that many damaged files; return how many were refused and how many taken."""
    chance = random.Random(seed)
    refused = taken = 0
    for number in range(count):
        data = hurt(chance.choice(CORPUS), chance)
        where = f"seed {seed}, file {number}"
        begun = time.process_time()
        game, problems = scan(data, "file.efg")
        assert time.process_time() - begun < SECONDS, where
        errors = [item for item in problems if item.severity == "error"]
        assert (game is None) == bool(errors), where
        for item in problems:
            assert item.code in CODES, where
            assert item.span is not None, where
            assert item.span.line >= 1, where
            assert item.span.column >= 1, where
            assert item.message, where
        if game is None:
            refused += 1
        else:
            taken += 1
            proper(game.game, where)
    return refused, taken


def proper(game, where):
    """Hold an accepted game against what every game must be, and write it and read it again."""
    text = write_nfg(game) if isinstance(game, Form) else write_efg(game)
    again, problems = scan(text, "again.efg")
    assert again is not None, (where, problems)
    labels = [mended(label) for label in game_tree(game).action_names]
    assert list(again.tree.action_names) == labels, where
    np.testing.assert_allclose(again.tree.payoffs(), game_tree(game).payoffs(), atol=0)
    tree = game_tree(game)
    assert np.isfinite(tree.payoffs()).all(), where
    assert sorted(tree.child.tolist()) == list(range(1, tree.n_nodes)), where
    chances = tree.chance()[0]
    for node in range(tree.n_nodes):
        moves = tree.move[tree.first[node] : tree.first[node] + tree.count[node]]
        if tree.kind[node] == CHANCE:
            assert abs(chances[moves].sum() - 1) < 1e-7, where
        elif tree.kind[node] == DECISION:
            h = tree.infoset[node]
            assert moves.tolist() == list(
                range(tree.action0[h], tree.action0[h] + tree.actions[h])
            ), where


def mended(label):
    """Return a label as Gambit's formats can hold it."""
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", label)
    return " ".join(plain.replace("\\", "/").split())


def game_tree(game):
    return game.tree() if isinstance(game, Form) else game


@pytest.mark.parametrize("data", CORPUS)
def test_the_sound_files_are_sound(data: bytes):
    game, problems = scan(data)
    assert game is not None
    assert not problems
    proper(game.game, "sound")


def test_damaged_game_files_are_refused_with_code_and_place():
    refused, taken = survive(SHORT, 1)
    assert refused > SHORT // 3
    assert taken > 10


@pytest.mark.deep
def test_many_damaged_game_files_are_refused_with_code_and_place():
    refused, taken = survive(DEEP, 2)
    assert refused > DEEP // 3
    assert taken > 200


SOLVED = tuple(
    write_efg(entry(name).tree).encode()
    for name in (
        *("entry-deterrence", "guarantee-moral-hazard", "rudimentary-deterrence"),
        *("seltens-horse", "beer-quiche", "chicken", "unilateral-deterrence", "sunk-cost-signal"),
    )
)
NUMBERS = (b"0", b"1", b"1", b"-1", b"1/3", b"1e-12", b"-1e9", b"1e300", b"1e-300", b"2.5")


def hurt_efg(data: bytes, chance: random.Random) -> bytes:
    """Damage a file as any other, or give other payoffs to some outcomes, wherever these occur."""
    if chance.random() < 0.6:
        return hurt(data, chance)
    payoffs = sorted(set(re.findall(rb"\{ [-0-9.e/ ]+ \}", data)))
    for old in chance.sample(payoffs, min(len(payoffs), chance.choice((1, 2, 4)))):
        numbers = [chance.choice(NUMBERS) for _ in old.strip(b"{ }").split()]
        data = data.replace(old, b"{ " + b" ".join(numbers) + b" }")
    return data


@contextmanager
def at_most(seconds: float, where: str):
    """Break off what takes more processor time than that."""

    def stop(*_):
        pytest.fail(f"{where}: no end after {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def solve_damaged(files: int, seed: int) -> Counter[str]:
    """Read that many damaged .efg files and solve what is left; count how each case ended."""
    chance = random.Random(seed)
    ends: Counter[str] = Counter()
    for number in range(files):
        data = hurt_efg(chance.choice(SOLVED), chance)
        where = f"seed {seed}, file {number}"
        with at_most(SOLVING, where):
            game, problems = scan(data, "file.efg")
        assert all(item.code in CODES for item in problems), where
        if game is None:
            ends["refused"] += 1
            continue
        tree = game.tree
        if tree.n_nodes > MOST_NODES or tree.n_infosets > MOST_SETS:
            ends["large"] += 1
            continue
        for concept in get_args(Concept):
            with at_most(SOLVING, f"{where}, {concept}"):
                ends[f"{concept} {outcome(tree, concept, f'{where}, {concept}')}"] += 1
    return ends


def outcome(tree, concept, where):
    """Solve a game; return its status, or the code with which it is refused."""
    try:
        found = solve(tree, concept)
    except ModelError as error:
        return code_of(error, where)
    assert found.status in get_args(Status), where
    assert found.equilibria or found.status != "complete", where
    assert bool(found.note) or found.status == "complete", where
    for point in found.equilibria:
        sums = [
            point.behaviour[start : start + size].sum()
            for start, size in zip(tree.action0, tree.actions, strict=True)
        ]
        np.testing.assert_allclose(sums, 1.0, atol=1e-9, err_msg=where)
        assert (point.behaviour >= 0.0).all(), where
        assert np.isfinite(point.values).all(), where
        assert 0.0 <= point.residual < 1e-6, where
    return found.status


def code_of(error, where):
    assert error.code in CODES, where
    return error.code


def every_concept_met(ends: Counter[str], least: int) -> bool:
    solved = {c: sum(n for key, n in ends.items() if key.startswith(c)) for c in get_args(Concept)}
    return min(solved.values()) >= least


def test_what_is_left_of_damaged_efg_files_is_solved_or_refused_with_a_code():
    ends = solve_damaged(SHORT_EFG, 3)
    assert ends["refused"] > SHORT_EFG // 4, ends
    assert every_concept_met(ends, SHORT_EFG // 10), ends


@pytest.mark.deep
def test_what_is_left_of_many_damaged_efg_files_is_solved_or_refused_with_a_code():
    ends = solve_damaged(DEEP_EFG, 4)
    assert ends["refused"] > DEEP_EFG // 4, ends
    assert every_concept_met(ends, DEEP_EFG // 10), ends


def test_the_guard_breaks_off_what_never_ends():
    with pytest.raises(pytest.fail.Exception, match="no end"), at_most(0.05, "a loop"):
        sum(n % 2 for n in count())


@pytest.mark.parametrize(
    "data",
    [
        b'EFG 2 R "' + b"a" * 900_000,
        b'EFG 2 R "g" { ' + b'"a" ' * 200_000,
        b'EFG 2 R "g" { "A" }' + b"{" * 500_000,
        b'EFG 2 R "g" { "A" }\n' + b't "" 0\n' * 100_000,
        b'EFG 2 R "g" { "A" }\n' + b'p "" 1 1 "" { "x" } 0\n' * 40_000,
        b'EFG 2 R "g" { "A" }\n' + b"".join(b'p "" 1 %d "" {"x"} 0\n' % n for n in range(40_000)),
        b'EFG 2 R "g" { "A" } t "" 1 "" { ' + b"9" * 900_000,
        b'EFG 2 R "g" { "A" } t "" 1 "" { 1/' + b"9" * 900_000 + b" }",
        b'NFG 1 R "g" { "A" "B" } { 999 999 } ' + b"1 " * 400_000,
        b'NFG 1 R "g" { "A" } { 1000000 } ' + b"1 " * 400_000,
        b'NFG 1 R "g" { "A" } { ' + b"1 " * 400_000,
        b'NFG 1 R "g" { "A" } { 1 } { ' + b"{ 1 } " * 100_000,
        b"\\" * 900_000,
        b'EFG 2 R "' + b"\\" * 900_000,
        b'EFG 2 R "' + b'\\"' * 400_000,
        b"".join([b"game: g\ntitle: G\nplayers: [A]\ntree: {payoffs: [", b"(" * 900, b"]}"]),
    ],
    ids=range(16),
)
def test_absurd_files_are_refused_quickly(data: bytes):
    begun = time.process_time()
    game, problems = scan(data)
    assert game is None
    assert problems
    assert time.process_time() - begun < 4 * SECONDS
