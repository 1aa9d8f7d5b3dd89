"""Trees as arrays: topology, payoffs and chances for draws, strategic forms."""

import numpy as np
import pytest

from servanda.domain.errors import ModelError
from servanda.games import read_efg, read_nfg, read_yaml
from servanda.games.form import pure_strategies, strategy_names
from servanda.games.tree import CHANCE, DECISION, TERMINAL

SIGNAL = """
game: signal
title: A signal
players: [sender, receiver]
parameters:
  p: {value: 0.4, range: [0, 1], unit: probability}
  cost: 0.5
outcomes:
  quiet: [0, 1]
tree:
  nature:
    strong:
      probability: p
      then: {player: sender, infoset: strong, actions: {signal: heard, none: quiet}}
    weak:
      probability: 1 - p
      then:
        player: sender
        infoset: weak
        payoffs: [0, 0]
        actions:
          none: {payoffs: [0, 1]}
          signal:
            player: receiver
            infoset: after
            payoffs: {sender: -cost, receiver: 0}
            actions: {yield: {payoffs: [1, 0]}, resist: {payoffs: [-1, 1 / (1 + cost)]}}
nodes:
  heard:
    player: receiver
    infoset: after
    label: the strong one was heard
    actions: {resist: {payoffs: [0, -1]}, yield: {payoffs: [1, 0]}}
"""


@pytest.fixture
def tree():
    return read_yaml(SIGNAL)


def test_nodes_stand_in_preorder_and_children_follow_the_action_order(tree):
    assert "".join("tdc"[kind] for kind in tree.kind) == "cddttt" + "dtdtt"
    assert (TERMINAL, DECISION, CHANCE) == (0, 1, 2)
    parents = tree.parents()
    assert parents[0] == -1
    assert (parents[1:] < np.arange(1, tree.n_nodes)).all()
    assert (parents[1:] >= 0).all()
    assert sorted(tree.child.tolist()) == list(range(1, tree.n_nodes))


def test_sets_and_actions(tree):
    assert tree.infoset_names == ("strong", "after", "weak")
    assert tree.owner.tolist() == [0, 1, 0]
    assert tree.action_names == ("signal", "none", "resist", "yield", "none", "signal")
    assert tree.action0.tolist() == [0, 2, 4]
    assert tree.actions.tolist() == [2, 2, 2]
    members = np.flatnonzero(tree.infoset == 1)
    moves = [tree.move[tree.first[n] : tree.first[n] + 2].tolist() for n in members]
    assert moves == [[2, 3], [2, 3]]  # whatever the order in which the file lists them


def test_payoffs_on_the_way_are_added(tree):
    ends = dict(zip(_paths(tree), tree.payoffs()[0].tolist(), strict=True))
    assert ends["strong", "signal", "resist"] == [0, -1]
    assert ends["strong", "none"] == [0, 1]
    assert ends["weak", "signal", "yield"] == [0.5, 0]
    assert ends["weak", "signal", "resist"] == [-1.5, 1 / 1.5]
    assert ends["weak", "none"] == [0, 1]


def test_draws(tree):
    cost = np.array([0.0, 1.0, 3.0])
    payoffs = tree.payoffs({"cost": cost, "p": 0.9})
    assert payoffs.shape == (3, tree.n_terminals, 2)
    row = list(_paths(tree)).index(("weak", "signal", "resist"))
    np.testing.assert_array_equal(payoffs[:, row, 0], -1 - cost)
    np.testing.assert_array_equal(payoffs[:, row, 1], 1 / (1 + cost))
    np.testing.assert_allclose(tree.chance({"p": [0.1, 0.5]}), [[0.1, 0.9], [0.5, 0.5]])
    assert tree.chance().tolist() == [[0.4, 0.6]]


def test_partials_are_slopes(tree):
    h = 1e-6
    slope = (tree.payoffs({"cost": 0.5 + h}) - tree.payoffs({"cost": 0.5 - h})) / (2 * h)
    np.testing.assert_allclose(tree.payoff_partials("cost"), slope, atol=1e-8)
    assert tree.chance_partials("p").tolist() == [[1, -1]]
    assert not tree.payoff_partials("p").any()
    assert tree.payoff_partials("p", {"cost": [1.0, 2.0]}).shape[0] == 2


@pytest.mark.parametrize(
    ("values", "code", "says"),
    [
        ({"costs": 1}, "SV861", "did you mean 'cost'"),
        ({"cost": np.nan}, "SV861", "finite"),
        ({"cost": [[1.0]]}, "SV861", "one for each draw"),
        ({"cost": [1, 2], "p": [0.1, 0.2, 0.3]}, "SV854", "draws"),
        ({"cost": [0.0, -1.0]}, "SV862", "division by zero in draw 1"),
    ],
)
def test_values_that_do_not_fit(tree, values, code, says):
    with pytest.raises(ModelError, match=says) as caught:
        tree.payoffs(values)
    assert caught.value.code == code


@pytest.mark.parametrize("p", [-0.1, [0.5, 1.2]])
def test_chances_that_are_no_probabilities(tree, p):
    with pytest.raises(ModelError, match="sum to 1") as caught:
        tree.chance({"p": p})
    assert caught.value.code == "SV856"


def test_partials_of_an_unknown_parameter(tree):
    for partials in (tree.payoff_partials, tree.chance_partials):
        with pytest.raises(ModelError) as caught:
            partials("r")
        assert caught.value.code == "SV861"


def test_depth(tree):
    assert tree.depth() == 3


def test_strategic_form_of_a_tree(tree):
    form = tree.form()
    assert form.shape == (4, 2)
    assert form.strategies[1] == ("resist", "yield")
    cell = form.payoffs[form.strategies[0].index("signal/signal"), 1]
    np.testing.assert_allclose(cell, 0.4 * np.array([1, 0]) + 0.6 * np.array([0.5, 0]))


def test_strategies_are_reduced():
    tree = read_efg("""EFG 2 R "twice" { "A" "B" }
        p "" 1 1 "first" { "out" "in" } 0
        t "" 1 "" { 0 0 }
        p "" 2 1 "" { "l" "r" } 0
        p "" 1 2 "then" { "x" "y" } 0
        t "" 2 "" { 1 1 } t "" 3 "" { 2 2 }
        p "" 1 3 "else" { "x" "y" } 0
        t "" 4 "" { 3 3 } t "" 5 "" { 4 4 }""")
    rows = pure_strategies(tree, 0)
    assert strategy_names(tree, rows) == ("out/*/*", "in/x/x", "in/x/y", "in/y/x", "in/y/y")
    form = tree.form()
    assert form.payoffs[form.strategies[0].index("in/y/x"), :, 0].tolist() == [2, 3]


def test_too_many_strategies_are_refused():
    sets = "\n".join(
        f'p "" 1 {n} "" {{ "x" "y" }} 0\nt "" {2 * n} "" {{ 0 0 }}\nt "" {2 * n + 1} "" {{ 1 1 }}'
        for n in range(1, 31)
    )
    labels = " ".join(f'"{n}" 1/30' for n in range(30))
    tree = read_efg(f'EFG 2 R "wide" {{ "A" "B" }} c "" 1 "" {{ {labels} }} 0\n{sets}')
    with pytest.raises(ModelError, match="concept qre") as caught:
        tree.form()
    assert caught.value.code == "SV859"


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 2, 2), (1, 4), (2, 1, 3)])
def test_strategic_form_to_tree_and_back(shape):
    rng = np.random.default_rng(7)
    players = " ".join(f'"P{i}"' for i in range(len(shape)))
    numbers = rng.normal(size=(*shape, len(shape))).round(3)
    listed = numbers.transpose((*reversed(range(len(shape))), len(shape))).ravel()
    text = f'NFG 1 R "g" {{ {players} }} {{ {" ".join(map(str, shape))} }} '
    form = read_nfg(text + " ".join(map(str, listed)))
    np.testing.assert_array_equal(form.payoffs, numbers)
    tree = form.tree()
    assert tree.infoset_names == ("1",) * len(shape)
    assert tree.n_terminals == np.prod(shape)
    np.testing.assert_array_equal(tree.form().payoffs, numbers)
    assert tree.form().strategies == form.strategies


def _paths(tree):
    """Return the labels on the way to each end, in the order of the payoff rows."""
    found = [()] * tree.n_nodes
    for node in range(tree.n_nodes):
        names = tree.chance_names if tree.kind[node] == CHANCE else tree.action_names
        for edge in range(tree.first[node], tree.first[node] + tree.count[node]):
            found[tree.child[edge]] = (*found[node], names[tree.move[edge]])
    return [path for path, row in zip(found, tree.terminal, strict=True) if row >= 0]
