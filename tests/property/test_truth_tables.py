"""Truths of five-valued formulas over tables that hold for any formula and any rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.numerics.formulas import all_by_hand, random_codes, random_tables

from servanda.numerics.truth_tables import FALSE, REASONS, Program, cell, evaluate

LEAVES = 9
SIZES = (1, 2, 5, 30)
seeds = st.integers(0, 2**31 - 1)
names = st.sampled_from(("all", "any", "gate"))
cells = st.builds(cell, st.integers(0, 4), st.integers(0, (1 << REASONS) - 1))
trees = st.recursive(
    st.integers(0, LEAVES - 1),
    lambda inner: st.tuples(names, st.lists(inner, min_size=1, max_size=4)) | st.just(("all", [])),
    max_leaves=24,
)


def case(seed, rows):
    rng = np.random.default_rng(seed)
    return random_tables(rng, SIZES, LEAVES), random_codes(rng, SIZES, rows)


def joined(tree, *values):
    """Cell of a tree whose leaves have these cells."""
    program = Program.build([tree], [(0, [value]) for value in values])
    return int(evaluate(program, np.zeros((1, 1), np.int32))[0, 0])


@given(seeds, st.lists(trees, max_size=4), st.integers(0, 60))
def test_the_kernel_agrees_with_working_it_out_by_hand(seed, formulas, rows):
    leaves, codes = case(seed, rows)
    found = evaluate(Program.build(formulas, leaves), codes)
    assert np.array_equal(found, all_by_hand(formulas, leaves, codes))


@given(seeds, trees, st.integers(1, 4), st.integers(0, 3 * 16 * 1024), st.integers(1, 3000))
def test_neither_threads_nor_the_place_of_a_row_matter(seed, formula, threads, rows, cut):
    leaves, codes = case(seed, rows)
    program = Program.build([formula], leaves)
    alone = evaluate(program, codes, threads=1)
    assert np.array_equal(alone, evaluate(program, codes, threads=threads))
    rest = evaluate(program, np.ascontiguousarray(codes[:, cut:]))
    assert np.array_equal(alone[:, cut:], rest)


@given(names.filter(lambda name: name != "gate"), cells, cells, cells)
def test_conjunctions_and_disjunctions_are_associative(name, a, b, c):
    flat = joined((name, [0, 1, 2]), a, b, c)
    assert flat == joined((name, [(name, [0, 1]), 2]), a, b, c)
    assert flat == joined((name, [0, (name, [1, 2])]), a, b, c)


@given(cells, cells)
def test_a_conjunction_does_not_depend_on_the_order_of_its_parts(a, b):
    assert joined(("all", [0, 1]), a, b) == joined(("all", [1, 0]), a, b)


@given(names, cells)
def test_saying_a_thing_twice_adds_nothing(name, a):
    assert joined((name, [0, 0]), a, a) == a


@given(seeds, trees)
def test_a_formula_over_known_facts_is_never_left_in_doubt(seed, formula):
    rng = np.random.default_rng(seed)
    leaves = [(0, [cell(int(rng.integers(2)) * FALSE, 1)]) for _ in range(LEAVES)]
    (found,) = evaluate(Program.build([formula], leaves), np.zeros((1, 1), np.int32))[0]
    assert found >> REASONS in (0, FALSE)
