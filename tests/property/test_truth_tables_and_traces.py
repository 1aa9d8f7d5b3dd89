"""The columnar kernel reads conditions as the engine does, reasons included."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.property.test_truth_tables import LEAVES, trees

from servanda.domain.finding import Trace
from servanda.numerics.truth_tables import REASONS, Program, cell, evaluate
from servanda.obligations import kleene


def as_trace(formula, truths):
    """The same formula, as the engine joins traces; leaf k has the root ``str(k)``."""
    if isinstance(formula, int):
        return Trace(str(formula), truths[formula], roots=(str(formula),))
    name, parts = formula
    made = [as_trace(part, truths) for part in parts]
    if name == "gate":
        return kleene.gate("", made[0], made[1:])
    return kleene.all_of("", made) if name == "all" else kleene.any_of("", made)


@given(trees, st.lists(st.integers(0, 4), min_size=LEAVES, max_size=LEAVES))
def test_truth_and_reasons_are_those_of_the_engines_traces(formula, values):
    words = (kleene.TRUE, kleene.UNKNOWN, kleene.CONTESTED, kleene.OPEN, kleene.FALSE)
    trace = as_trace(formula, [words[value] for value in values])
    leaves = [(0, [cell(value, 1 << k)]) for k, value in enumerate(values)]
    (found,) = evaluate(Program.build([formula], leaves), np.zeros((1, 1), np.int32))[0].tolist()
    assert words[found >> REASONS] == trace.truth
    named = sum(1 << k for k in range(LEAVES) if str(k) in kleene.reasons(trace, trace.truth))
    assert found & ((1 << REASONS) - 1) == named
