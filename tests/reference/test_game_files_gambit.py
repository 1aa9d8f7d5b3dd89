"""Files go to Gambit and back: it reads what is written here and computes the same game from it.

The games are random trees with nature, interior outcomes, information sets over several nodes and
awkward names. Gambit 17 (pygambit) is asked only for text and for logit equilibria.
"""

import ast

import numpy as np
import pytest

from servanda.games import read_efg, read_nfg, write_efg, write_nfg
from servanda.games.drafting import Draft, InfoSet, Lottery, Outcome, assemble
from servanda.games.form import Form
from servanda.games.tree import CHANCE, DECISION, TERMINAL

pygambit = pytest.importorskip(
    "pygambit",
    reason="pygambit 17.0.0b2 is not installed; NOT CHECKED: files written for Gambit",
)

PLAYERS = ("Challenger", 'the "Target"', "D\u00e9fenseur", "4")
TOPOLOGY = ("kind", "infoset", "terminal", "first", "count", "child", "move", "owner", "actions")


def random_tree(seed: int):
    """Grow a tree level by level, so that a level of one player may be one information set."""
    rng = np.random.default_rng(seed)
    draft = Draft(title=f"random {seed}", players=list(PLAYERS), note="made at random")
    levels = []
    for depth in range(int(rng.integers(2, 5))):
        width = int(rng.integers(2, 4))
        if rng.random() < 0.3:
            levels.append((CHANCE, width, rng))
            continue
        labels = [f"act {depth}.{i}" for i in range(width)]
        # who moves once at most has nothing to forget
        player = depth
        name = "" if rng.random() < 0.5 else f"set {depth}"
        draft.sets.append(InfoSet(player, name, str(depth + 1), labels))
        levels.append((DECISION, width, len(draft.sets) - 1))
    _grow(draft, levels, 0, rng)
    tree, remarks = assemble(draft)
    assert tree is not None, remarks
    return tree


def _grow(draft, levels, depth, rng):
    gain = -1
    if rng.random() < 0.3 or depth == len(levels):
        draft.outcomes.append(
            Outcome(f"o{len(draft.outcomes)}", rng.normal(size=len(PLAYERS)).tolist())
        )
        gain = len(draft.outcomes) - 1
    if depth == len(levels) or (depth > 1 and rng.random() < 0.2):
        draft.add(TERMINAL, -1, gain, "", None)
        return
    kind, width, group = levels[depth]
    if kind == CHANCE:
        chances = rng.dirichlet(np.ones(width)).tolist()
        draft.lotteries.append(Lottery([f"n{i}" for i in range(width)], chances))
        group = len(draft.lotteries) - 1
    draft.add(kind, group, gain, f"node {len(draft.kinds)}", None)
    for _ in range(width):
        _grow(draft, levels, depth + 1, rng)


def gambit(text, folder, kind="efg"):
    path = folder / f"game.{kind}"
    path.write_text(text, encoding="utf-8")
    return getattr(pygambit, f"read_{kind}")(str(path))


@pytest.mark.parametrize("seed", range(40))
def test_gambit_reads_what_we_write_and_we_what_it_writes(seed, tmp_path):
    tree = random_tree(seed)
    again = read_efg(gambit(write_efg(tree), tmp_path).to_efg())
    for name in TOPOLOGY:
        np.testing.assert_array_equal(getattr(again, name), getattr(tree, name), err_msg=name)
    np.testing.assert_allclose(again.payoffs(), tree.payoffs(), rtol=0, atol=1e-15)
    np.testing.assert_allclose(again.chance(), tree.chance(), rtol=0, atol=1e-15)
    assert again.players == tree.players
    assert again.title == tree.title
    assert again.action_names == tree.action_names


@pytest.mark.parametrize("seed", range(12))
def test_gambit_computes_the_same_equilibrium_before_and_after(seed, tmp_path):
    """What we read of Gambit's text and write anew has Gambit's logit equilibrium."""
    first = gambit(write_efg(random_tree(seed)), tmp_path)
    second = gambit(write_efg(read_efg(first.to_efg())), tmp_path)
    (one,) = pygambit.qre.logit_solve_lambda(first, lam=[1.5])
    (two,) = pygambit.qre.logit_solve_lambda(second, lam=[1.5])
    found = [np.array(_probabilities(point.profile)) for point in (one, two)]
    assert len(found[0]) == read_efg(first.to_efg()).n_actions
    np.testing.assert_allclose(found[0], found[1], atol=1e-9)


def _probabilities(profile):
    """Read all numbers of a profile as Gambit prints it: player, sets, action to probability."""
    printed = ast.literal_eval(repr(profile))
    return [p for sets in printed.values() for actions in sets for p in actions.values()]


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 2, 2), (2, 2, 2, 2)])
def test_strategic_forms(shape, tmp_path):
    rng = np.random.default_rng(len(shape))
    form = Form(
        "a form",
        tuple(f"P{i}" for i in range(len(shape))),
        tuple(tuple(f"s{j}" for j in range(size)) for size in shape),
        rng.normal(size=(*shape, len(shape))),
        "a comment",
    )
    again = read_nfg(gambit(write_nfg(form), tmp_path, "nfg").to_nfg())
    assert again.strategies == form.strategies
    assert again.players == form.players
    assert again.note == form.note
    np.testing.assert_array_equal(again.payoffs, form.payoffs)


@pytest.mark.parametrize("seed", range(12))
def test_gambits_strategic_form_of_a_tree_has_our_payoffs(seed, tmp_path):
    tree = random_tree(seed)
    ours = tree.form()
    theirs = read_nfg(gambit(write_efg(tree), tmp_path).to_nfg())
    assert theirs.shape == ours.shape
    np.testing.assert_allclose(theirs.payoffs, ours.payoffs, atol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        'EFG 2 R "t" { "A" } c "" 1 "" { "x" 0.5 "y" 0.4 } 0 t "" 0 t "" 1 "a" { 1 }',
        'EFG 2 R "t" { "A" "B" } p "" 3 1 "" { "x" "y" } 0 t "" 0 t "" 0',
        'EFG 2 R "t" { "A" "B" } p "" 1 1 "" { "x" "y" } 0 t "" 0',
        'EFG 2 R "t" { "A" "B" } p "" 1 1 0 t "" 0 t "" 0',
        'EFG 2 R "t" { "A" "B" } p "" 1 1 "" { "x" "y" } 0 t "" 0 t "" 1 "a" { 1 }',
        'EFG 2 R "t" { "A" "B" } p "" 1 1 "" { "x" "y" } 0 t "" 0 t "" 1',
    ],
)
def test_what_gambit_refuses_is_refused(text, tmp_path):
    from servanda.domain.errors import ScenarioError

    with pytest.raises(ValueError, match="Parse error"):
        gambit(text, tmp_path)
    with pytest.raises(ScenarioError):
        read_efg(text)
