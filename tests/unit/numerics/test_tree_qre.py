"""The kernel of logit equilibria: both ways along the branch, and the plan it follows."""

from itertools import combinations

import numpy as np
import pytest
from tests.unit.games.shapes import SHAPES, deterrence, simultaneous

from servanda.games.batch import inputs_of, plan_of
from servanda.numerics.tree_plan import _breakers, _circles, _order
from servanda.numerics.tree_qre import BRANCH, BY_ARC, WARM, solve, workspace


def run(tree, payoffs, precision, how, odds=None, wide=False):
    plan, inputs = plan_of(tree, wide=wide), inputs_of(tree, payoffs, precision)
    draws = len(inputs.pay)
    odds = np.zeros((draws, plan.unknowns)) if odds is None else odds
    action, value = np.zeros((draws, plan.actions)), np.zeros((draws, len(tree.players)))
    away, status = np.zeros(draws), np.zeros(draws, np.int8)
    spent = np.zeros(draws, np.int32)
    sizes = np.array([plan.actions, plan.probabilities, plan.values, plan.live_payoffs])
    desk = workspace(plan, len(tree.players), 16)
    solve(
        plan.tape, plan.live, plan.unknown_sets, plan.payoffs, plan.root, sizes, inputs.pay,
        inputs.chance, inputs.precision, 0, draws, desk, how, odds, action, value, away, status,
        spent,
    )  # fmt: skip
    return action, status, away, spent, odds


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "perfect information"])
def test_steps_of_precision_and_arc_length_lead_to_the_same_point(name):
    tree = SHAPES[name]()
    rng = np.random.default_rng(11)
    payoffs = rng.normal(0, 1.5, (4000, tree.n_terminals, len(tree.players)))
    precision = rng.uniform(0.5, 8, 4000)
    steps, status, away, spent, _ = run(tree, payoffs, precision, BRANCH)
    arcs, by_arc, _, slow, _ = run(tree, payoffs, precision, BY_ARC)
    assert (status < 2).all()
    assert (by_arc == 1).all()
    assert abs(steps - arcs).max() < 1e-8
    assert away.max() < 1e-9
    assert spent.mean() < slow.mean()


def test_fewest_unknowns_and_all_of_them_agree():
    tree = SHAPES["crossed types"]()
    rng = np.random.default_rng(12)
    payoffs = rng.normal(0, 1, (500, tree.n_terminals, 2))
    narrow = run(tree, payoffs, np.full(500, 2.0), BRANCH)
    wide = run(tree, payoffs, np.full(500, 2.0), BRANCH, wide=True)
    assert wide[4].shape[1] > narrow[4].shape[1]
    assert abs(narrow[0] - wide[0]).max() < 1e-10


def test_a_solution_is_its_own_warm_start():
    tree = deterrence()
    rng = np.random.default_rng(13)
    payoffs = rng.normal(0, 1, (300, 10, 3))
    first = run(tree, payoffs, np.full(300, 4.0), BRANCH)
    again = run(tree, payoffs, np.full(300, 4.0), WARM, first[4].copy())
    assert (again[1] == 0).all()
    assert again[3].max() <= 3
    assert abs(first[0] - again[0]).max() < 1e-11


@pytest.mark.parametrize(
    ("name", "unknowns"),
    [("deterrence", 1), ("simultaneous 3x3", 2), ("horse", 1), ("perfect information", 0)],
)
def test_the_plan_breaks_every_circle_with_the_fewest_unknowns(name, unknowns):
    assert plan_of(SHAPES[name]()).unknowns == unknowns


def test_many_sets_that_depend_on_one_another():
    plan = plan_of(simultaneous(*[2] * 6))
    assert plan.unknowns == 5


def test_breaking_circles_against_all_subsets():
    rng = np.random.default_rng(14)
    for _ in range(30):
        size = int(rng.integers(2, 7))
        links = rng.random((size, size)) < 0.35
        np.fill_diagonal(links, False)
        needs = [sum(1 << int(j) for j in np.flatnonzero(row)) for row in links]
        weight = [int(w) for w in rng.integers(1, 4, size)]
        everyone = (1 << size) - 1
        fewest = min(
            sum(weight[k] for k in known)
            for count in range(size + 1)
            for known in combinations(range(size), count)
            if _order(everyone, sum(1 << k for k in known), needs) is not None
        )
        chosen = [_breakers(group, needs, weight) for group in _circles(needs)]
        assert _order(everyone, sum(chosen), needs) is not None
        assert sum(weight[k] for k in range(size) if sum(chosen) >> k & 1) == fewest
