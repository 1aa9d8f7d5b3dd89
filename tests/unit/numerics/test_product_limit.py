"""The product-limit estimate: published figures, late entry, weights, limits of the interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.numerics.product_limit import product_limit

# Remission of leukaemia under 6-mercaptopurine (Freireich and others 1963), in weeks.
WEEKS = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
FAILED = [True] * 9 + [False] * 12


def test_the_textbook_example() -> None:
    curve = product_limit(WEEKS, FAILED)
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert curve.times.tolist() == list(published)
    assert curve.survival == pytest.approx(list(published.values()), abs=5e-4)
    error = curve.at([10.0]) * np.sqrt(curve.variance[2])
    assert error == pytest.approx([0.0963], abs=5e-4)  # Greenwood, as in the textbooks


def test_before_the_first_failure_and_just_before_a_step() -> None:
    curve = product_limit([2.0, 4.0], [True, True])
    assert curve.at([0.0, 1.9, 2.0, 3.0, 4.0, 9.0]).tolist() == [1.0, 1.0, 0.5, 0.5, 0.0, 0.0]
    assert curve.at([2.0, 4.0], before=True).tolist() == [1.0, 0.5]


def test_limits_lie_around_the_estimate() -> None:
    curve = product_limit(WEEKS, FAILED)
    low, high = curve.interval([0.0, 10.0, 23.0])
    middle = curve.at([0.0, 10.0, 23.0])
    assert low[0] == high[0] == 1.0
    assert (low[1:] < middle[1:]).all()
    assert (middle[1:] < high[1:]).all()
    assert (low[2], high[2]) == pytest.approx((0.188, 0.681), abs=2e-3)


def test_where_all_failed_the_limits_are_nought() -> None:
    low, high = product_limit([1.0, 2.0], [True, True]).interval([5.0])
    assert low.tolist() == high.tolist() == [0.0]


def test_a_row_counts_only_after_its_entry() -> None:
    early = product_limit([1.0, 5.0], [True, True])
    late = product_limit([1.0, 5.0], [True, True], entry=[0.0, 2.0])
    assert early.survival.tolist() == [0.5, 0.0]
    assert late.survival[0] == 0.0  # alone at risk at year 1


def test_no_row_at_all_stays_at_peace() -> None:
    assert product_limit([], []).at([3.0]).tolist() == [1.0]


ROWS = st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 3)), min_size=1)


@given(ROWS)
def test_a_weight_is_a_repeated_row(rows: list[tuple[int, bool, int]]) -> None:
    times, failed, weight = (list(column) for column in zip(*rows, strict=True))
    whole = [(t, f) for t, f, w in rows for _ in range(w)]
    grid = np.arange(0.0, 11.0)
    weighted = product_limit(np.array(times, float), failed, weight=weight).at(grid)
    repeated = product_limit([t for t, _ in whole], [f for _, f in whole]).at(grid)
    assert weighted == pytest.approx(repeated, abs=1e-12)
    assert (np.diff(weighted) <= 0.0).all()
