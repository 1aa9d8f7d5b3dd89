"""Formulas in five-valued logic over tables: what decides, which reasons stay, what is refused."""

import itertools
import tracemalloc

import numpy as np
import pytest
from tests.unit.numerics.formulas import all_by_hand, random_codes, random_formula, random_tables

from servanda.numerics.truth_tables import (
    CONTESTED,
    FALSE,
    MASK,
    OPEN,
    TRUE,
    UNKNOWN,
    Program,
    cell,
    evaluate,
    masks,
    ranks,
)

VALUES = (TRUE, UNKNOWN, CONTESTED, OPEN, FALSE)
PAIRS = list(itertools.product(VALUES, repeat=2))
TRIPLES = list(itertools.product(VALUES, repeat=3))


def joined(name, *cells):
    """Join the given cells by one operation."""
    leaves = [(k, [value]) for k, value in enumerate(cells)]
    program = Program.build([(name, list(range(len(cells))))], leaves)
    (found,) = evaluate(program, np.zeros((len(cells), 1), np.int32))[0].tolist()
    return found


def truth(found):
    return found >> 28


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_in_a_conjunction_the_weaker_part_decides(a, b):
    order = [TRUE, UNKNOWN, CONTESTED, OPEN, FALSE]
    decides = max(a, b, key=order.index)
    wanted = cell(decides, (a == decides) * 1 | (b == decides) * 2)
    assert joined("all", cell(a, 1), cell(b, 2)) == wanted


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_in_a_disjunction_the_stronger_part_decides_and_the_first_of_equals(a, b):
    order = [FALSE, OPEN, UNKNOWN, CONTESTED, TRUE]
    decides = max(a, b, key=order.index)
    wanted = cell(decides, 1 if a == decides else 2)
    if a == b == FALSE:
        wanted = cell(FALSE, 3)
    assert joined("any", cell(a, 1), cell(b, 2)) == wanted


@pytest.mark.parametrize(("a", "b", "c"), TRIPLES)
def test_a_gate_that_is_shut_keeps_the_rest_out_of_the_reasons(a, b, c):
    cells = cell(a, 1), cell(b, 2), cell(c, 4)
    wanted = cell(FALSE, 1) if a == FALSE else joined("all", *cells)
    assert joined("gate", *cells) == wanted


def test_unknown_is_never_false():
    assert truth(joined("all", cell(TRUE), cell(UNKNOWN))) == UNKNOWN
    assert truth(joined("any", cell(FALSE), cell(UNKNOWN))) == UNKNOWN


def test_the_highest_reason_does_not_spill_into_the_truth_value():
    assert joined("all", cell(OPEN, MASK), cell(OPEN, 1)) == cell(OPEN, MASK)
    assert joined("any", cell(FALSE, MASK), cell(TRUE, 0)) == cell(TRUE, 0)


def test_an_empty_conjunction_is_true_and_a_single_part_is_itself():
    leaves = [(0, [cell(CONTESTED, 9)])]
    program = Program.build([("all", []), 0, ("any", [("gate", [0])])], leaves)
    found = evaluate(program, np.zeros((1, 2), np.int32))
    assert found.tolist() == [[0, 0]] + [[cell(CONTESTED, 9)] * 2] * 2
    assert ranks(found).dtype == np.uint8
    assert masks(found).tolist() == [[0, 0], [9, 9], [9, 9]]


def test_a_deep_tree_on_the_right_gets_the_buffers_it_needs():
    tree = 0
    for turn in range(40):
        tree = ("any" if turn % 2 else "all", [1, tree])
    leaves = [(0, [cell(OPEN, 5), cell(TRUE)]), (1, [cell(TRUE), cell(FALSE, 2)])]
    program = Program.build([tree], leaves)
    codes = np.array(list(itertools.product(range(2), range(2))), np.int32).T.copy()
    assert program.depth == 40
    assert np.array_equal(evaluate(program, codes), all_by_hand([tree], leaves, codes))


@pytest.mark.parametrize("rows", [0, 1, 1023, 1024, 1025, 4096, 4097])
def test_blocks_leave_no_seam(rows):
    rng = np.random.default_rng(rows)
    sizes = [3, 7, 20]
    leaves = random_tables(rng, sizes, 12)
    formulas = [random_formula(rng, 12) for _ in range(2)]
    codes = random_codes(rng, sizes, rows)
    found = evaluate(Program.build(formulas, leaves), codes)
    assert found.shape == (2, rows)
    assert np.array_equal(found, all_by_hand(formulas, leaves, codes))


def test_without_formulas_there_is_nothing_to_say():
    found = evaluate(Program.build([], []), np.zeros((0, 5), np.int32))
    assert found.shape == (0, 5)


def test_a_given_array_is_filled_and_returned():
    program = Program.build([0], [(0, [cell(OPEN, 1)])])
    out = np.full((1, 4), 77, np.uint32)
    assert evaluate(program, np.zeros((1, 4), np.int32), out=out) is out
    assert (out == cell(OPEN, 1)).all()


def test_a_column_that_no_leaf_reads_may_hold_anything():
    program = Program.build([0], [(2, [cell(TRUE), cell(FALSE)])])
    codes = np.array([[-5], [2**31 - 1], [1], [-1]], np.int32)
    assert evaluate(program, codes).tolist() == [[cell(FALSE)]]
    assert program.limits().tolist() == [1 << 32, 1 << 32, 2]


def test_the_shortest_table_of_a_column_limits_its_codes():
    leaves = [(0, [cell(TRUE)] * 5), (0, [cell(TRUE)] * 3)]
    program = Program.build([("all", [0, 1])], leaves)
    assert program.limits().tolist() == [3]
    evaluate(program, np.array([[0, 1, 2]], np.int32))
    with pytest.raises(ValueError, match="column 0 holds a code outside"):
        evaluate(program, np.array([[0, 3]], np.int32))


@pytest.mark.parametrize("code", [-1, -(2**31), 2, 2**31 - 1])
def test_a_code_without_a_cell_is_refused(code):
    program = Program.build([0], [(0, [cell(TRUE), cell(FALSE)])])
    with pytest.raises(ValueError, match="column 0 holds a code outside 0\\.\\.1"):
        evaluate(program, np.array([[0, code, 1]], np.int32))


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (np.zeros((1, 4), np.int64), "contiguous int32"),
        (np.zeros(4, np.int32), "contiguous int32"),
        (np.zeros((4, 2), np.int32).T, "contiguous int32"),
        (np.zeros((1, 4), np.int32), "reads column 1, and there are 1 columns"),
    ],
)
def test_codes_of_another_shape_or_type_are_refused(codes, words):
    program = Program.build([0], [(1, [cell(TRUE)])])
    with pytest.raises(ValueError, match=words):
        evaluate(program, codes)


@pytest.mark.parametrize(
    "out",
    [np.zeros((1, 3), np.uint32), np.zeros((1, 4), np.int32), np.zeros((4, 2), np.uint32)[:, :1].T],
)
def test_an_array_that_does_not_fit_is_not_written_to(out):
    program = Program.build([0], [(0, [cell(TRUE)])])
    with pytest.raises(ValueError, match="out must be"):
        evaluate(program, np.zeros((1, 4), np.int32), out=out)


@pytest.mark.parametrize(
    "formula",
    [
        2,
        -1,
        True,
        "all",
        None,
        1.0,
        ("none", [0]),
        ("all", [0], 1),
        ("all", 0),
        ([], [0]),
        ["all", [0]],
        ("any", []),
        ("gate", []),
        ("all", [0, ("any", [1, 2])]),
    ],
)
def test_a_formula_that_cannot_be_read_is_refused(formula):
    with pytest.raises(ValueError, match=r"no leaf|no \('all'|at least one part"):
        Program.build([formula], [(0, [cell(TRUE)]), (0, [cell(TRUE)])])


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        ((0, []), "one or more cells"),
        ((0, [[0]]), "one or more cells"),
        ((0, [-1]), "without a truth value"),
        ((0, [5 << 28]), "without a truth value"),
        ((0, [0.5]), "must be whole numbers"),
        ((-1, [0]), "leaf 0 reads column -1"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(leaf, words):
    with pytest.raises(ValueError, match=words):
        Program.build([0], [leaf])


@pytest.mark.parametrize(("rank", "mask"), [(5, 0), (-1, 0), (0, -1), (0, 1 << 28)])
def test_a_cell_holds_a_truth_value_and_28_reasons(rank, mask):
    with pytest.raises(ValueError, match=r"a rank lies|a mask has"):
        cell(rank, mask)


def test_memory_does_not_grow_with_the_leaves():
    rng = np.random.default_rng(3)
    sizes = [20] * 4
    leaves = random_tables(rng, sizes, 60)
    program = Program.build([("all", list(range(60)))], leaves)
    codes = random_codes(rng, sizes, 200_000)
    out = np.empty((1, 200_000), np.uint32)
    evaluate(program, codes, out=out)
    tracemalloc.start()
    evaluate(program, codes, out=out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < codes[0].nbytes
