"""Units and zero of a player's payoffs mean nothing: no list of equilibria depends on them.

Every player's payoffs are multiplied by a number of its own between 1e-6 and 1e6 and moved by up to
a hundred times as much. Precisions of logit equilibria are divided by the scale.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import DEEP
from tests.unit.games.shapes import SHAPES, simultaneous

from servanda.games.batch import solve_batch
from servanda.games.equilibria import solve
from servanda.games.form import Form

TREES = {name: make() for name, make in SHAPES.items()}
TREES |= {"simultaneous 2x3": simultaneous(2, 3)}
GAMES = [
    ("nash", "simultaneous 2x2"),
    ("nash", "simultaneous 2x3"),
    ("nash", "simultaneous 3x3"),
    ("nash", "three players"),
    ("nash", "signalling"),
    ("nash", "horse"),
    ("spe", "perfect information"),
    ("spe", "two rounds"),
    ("spe", "simultaneous 3x3"),
    ("pbe", "deterrence"),
    ("pbe", "signalling"),
    ("pbe", "horse"),
    ("pbe", "perfect information"),
]
SEEDS = st.integers(0, 2**32 - 1)
EXAMPLES = 150 if DEEP else 12
# Moving payoffs of size 1 by a hundred rounds them at 1e-14; a mixture in which payoffs differ
# by a thousandth then moves by some 1e-11.
NEAR = 1e-8


def units(rng, players):
    """Scales from 1e-6 to 1e6 and offsets of up to a hundred of these."""
    scale = 10.0 ** rng.uniform(-6, 6, players)
    return scale, scale * rng.uniform(-100, 100, players)


def exact_units(rng, players):
    """The same in powers and multiples of two, so that nothing is rounded and ties stay ties."""
    scale = 2.0 ** rng.integers(-20, 21, players)
    return scale, scale * rng.integers(-64, 65, players)


def same_sets(base, other, scale, offset, near):
    """Hold two solutions against one another, whatever the order of the equilibria."""
    assert other.status == base.status, (base.note, other.note)
    if base.status != "complete":  # of a continuum, other members may have been found
        return
    assert len(other.equilibria) == len(base.equilibria)
    left = list(other.equilibria)
    for one in base.equilibria:
        distances = [np.abs(one.behaviour - two.behaviour).max() for two in left]
        two = left.pop(int(np.argmin(distances)))
        assert min(distances) < near
        np.testing.assert_allclose(two.values, scale * one.values + offset, atol=near * scale.max())
        np.testing.assert_allclose(
            (two.values - offset) / scale, one.values, atol=100 * near, err_msg="own units"
        )
        parts = [[(f.kind, f.infoset, f.place) for f in point.free] for point in (one, two)]
        assert parts[0] == parts[1]
        ranges = [np.array([(f.low, f.high) for f in point.free]) for point in (one, two)]
        np.testing.assert_allclose(ranges[0], ranges[1], atol=max(near, 1e-6))


@pytest.mark.parametrize(("concept", "name"), GAMES)
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_scales_and_offsets_change_no_list(concept, name, seed):
    rng, tree = np.random.default_rng(seed), TREES[name]
    payoff = rng.normal(size=(tree.n_terminals, tree.n_players)).round(3)
    scale, offset = units(rng, tree.n_players)
    base = solve(replace(tree, payoff=payoff), concept)
    other = solve(replace(tree, payoff=scale * payoff + offset), concept)
    same_sets(base, other, scale, offset, NEAR)


@pytest.mark.parametrize(("concept", "name"), GAMES)
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_where_payoffs_tie_neither(concept, name, seed):
    """Continua included: what may vary, and how far, is a matter of play and not of payoffs."""
    rng, tree = np.random.default_rng(seed), TREES[name]
    payoff = rng.integers(0, 4, size=(tree.n_terminals, tree.n_players)).astype(float)
    scale, offset = exact_units(rng, tree.n_players)
    base = solve(replace(tree, payoff=payoff), concept)
    other = solve(replace(tree, payoff=scale * payoff + offset), concept)
    same_sets(base, other, scale, offset, NEAR)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_a_strategic_form_no_less(seed):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(3, 2, 2)).round(3)
    scale, offset = units(rng, 2)
    forms = [
        Form("", ("A", "B"), (("x", "y", "z"), ("l", "r")), payoffs)
        for payoffs in (table, scale * table + offset)
    ]
    base, other = (solve(form, "nash") for form in forms)
    same_sets(base, other, scale, offset, NEAR)


@pytest.mark.parametrize("name", ["simultaneous 2x2", "three players", "signalling", "deterrence"])
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_all_logit_equilibria_at_a_precision_in_the_new_unit(name, seed):
    """One precision holds for all players, so that all have one unit here; zeros are their own."""
    rng, tree = np.random.default_rng(seed), TREES[name]
    payoff = rng.normal(size=(tree.n_terminals, tree.n_players)).round(3)
    scale, offset = units(rng, tree.n_players)
    scale, offset = scale[0], offset * scale[0] / scale
    precision = rng.uniform(0.5, 8.0)
    base = solve(replace(tree, payoff=payoff), "qre", precision=precision)
    moved = replace(tree, payoff=scale * payoff + offset)
    other = solve(moved, "qre", precision=precision / scale)
    same_sets(base, other, np.full(tree.n_players, scale), offset, NEAR)
    first, again = base.equilibria[0], other.equilibria[0]
    np.testing.assert_allclose(again.behaviour, first.behaviour, atol=NEAR)


@pytest.mark.parametrize("name", sorted(TREES))
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_the_principal_branch_with_units_of_each_player(name, seed):
    rng, tree = np.random.default_rng(seed), TREES[name]
    payoffs = rng.normal(size=(8, tree.n_terminals, tree.n_players))
    precision = rng.uniform(0.2, 6.0, (8, tree.n_players))
    scale, offset = units(rng, tree.n_players)
    base = solve_batch(tree, payoffs, precision)
    other = solve_batch(tree, scale * payoffs + offset, precision / scale)
    np.testing.assert_array_equal(other.status, base.status)
    np.testing.assert_allclose(other.action, base.action, atol=NEAR)
    np.testing.assert_allclose((other.value - offset) / scale, base.value, atol=NEAR)
