"""The columnar kernel against clingo, an answer set solver, on random formulas and rows."""

import os

import numpy as np
import pytest
from tests.unit.numerics.formulas import random_codes, random_formula, random_tables

from servanda.numerics.truth_tables import Program, evaluate, ranks

if os.environ.get("SERVANDA_DEEP") == "1":
    import clingo  # noqa: F401  (its absence is a failure in the deep run)
else:
    pytest.importorskip("clingo", reason="clingo is not installed")

from tests.reference.truth_in_clingo import truths

SIZES = (2, 3, 5, 8, 13, 20, 40)
FORMULAS, ROWS = 40, 250


def differences(seed):
    """Compare one batch; return how many pairs differ, how many there are, and the values seen."""
    rng = np.random.default_rng(seed)
    leaves = random_tables(rng, SIZES, 60)
    formulas = [random_formula(rng, len(leaves)) for _ in range(FORMULAS)]
    codes = random_codes(rng, SIZES, ROWS)
    ours = ranks(evaluate(Program.build(formulas, leaves), codes))
    theirs = truths(formulas, leaves, codes)
    return int((ours != theirs).sum()), ours.size, set(np.unique(ours).tolist())


def compared(batches, seed):
    pairs, seen = 0, set()
    for batch in range(batches):
        wrong, count, values = differences([seed, batch])
        assert wrong == 0
        pairs += count
        seen |= values
    assert seen == {0, 1, 2, 3, 4}
    return pairs


def test_clingo_agrees_on_a_sample():
    assert compared(2, seed=1) == 20_000


@pytest.mark.deep
def test_clingo_agrees_on_a_million_pairs():
    assert compared(100, seed=2) == 1_000_000


def test_the_oracle_notices_a_wrong_table():
    rng = np.random.default_rng(5)
    leaves = random_tables(rng, (4,), 2)
    codes = random_codes(rng, (4,), 30)
    turned = [(column, [(4 - (c >> 28)) << 28 for c in table]) for column, table in leaves]
    formulas = [("all", [0, 1]), ("any", [0, 1])]
    ours = ranks(evaluate(Program.build(formulas, turned), codes))
    assert (ours != truths(formulas, leaves, codes)).any()
