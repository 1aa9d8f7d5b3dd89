"""The condition trees of real texts: interpreter, tables and clingo say the same.

Clingo has its own rules for joining answers, and takes the answers of the single questions from the
engine: it can find a fault in the logic, not one in the reading of a word.
"""

import os

import numpy as np
import pytest
from tests.unit.obligations.drawn import INCIDENTS, TEXTS, drawn

from servanda.numerics.truth_tables import ranks
from servanda.obligations.bulk import Tables
from servanda.obligations.rows import Rows
from servanda.scenario import shelf

if os.environ.get("SERVANDA_DEEP") == "1":
    import clingo  # noqa: F401  (its absence is a failure in the deep run)
else:
    pytest.importorskip("clingo", reason="clingo is not installed")

from tests.reference.truth_in_clingo import truths


def compared(rows, seed):
    """Compare the truth of every condition tree for drawn rows; return how many pairs agree."""
    tables = Tables(TEXTS, Rows(INCIDENTS, drawn(rows, seed), None), shelf.actors())
    ours = ranks(tables.run(None).cells)
    theirs = truths(tables.formulas, tables.leaves, tables.rows.codes())
    assert np.array_equal(ours, theirs)
    return ours.size


def test_clingo_agrees_on_the_shipped_texts():
    assert compared(40, 1) > 5_000


@pytest.mark.deep
def test_clingo_agrees_on_a_million_pairs_of_text_and_facts():
    pairs = sum(compared(500, seed) for seed in range(15))
    assert pairs >= 1_000_000
