"""The inputs of a table as a regression takes them, each prepared once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.inputs import Columns
from servanda.numerics.smooth import Basis, Fit, fit, ladder, normal_scores, strata

__all__ = ["FEW_VALUES", "Desk"]

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

FEW_VALUES = 10
ROWS_PER_STRATUM = 10


class Desk:
    """The inputs as the regression takes them, each prepared once."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._scores: dict[int, Floats] = {}
        self._codes: dict[int, tuple[Whole, int]] = {}
        self._numeric: dict[int, bool] = {}

    def numeric(self, j: int) -> bool:
        """Say whether a column is taken as numbers: more than a few different ones."""
        if j not in self._numeric:
            column = self.columns.values[j]
            few = column[: 20 * FEW_VALUES * FEW_VALUES]
            self._numeric[j] = not self.columns.label[j] and (
                np.unique(few).size > FEW_VALUES or np.unique(column).size > FEW_VALUES
            )
        return self._numeric[j]

    def scores(self, j: int) -> Floats:
        """Normal scores of a numeric column."""
        if j not in self._scores:
            self._scores[j] = normal_scores(self.columns.values[j])
        return self._scores[j]

    def codes(self, j: int) -> tuple[Whole, int]:
        """Strata of a column and how many there are."""
        if j not in self._codes:
            self._codes[j] = strata([self.columns.values[j]])
        return self._codes[j]

    def joint(self, member: Sequence[int]) -> tuple[Whole, int] | None:
        """All combinations as strata, where every input is a category and none is too thin."""
        if any(self.numeric(j) for j in member):
            return None
        joint, count = strata([self.codes(j)[0] for j in member])
        return (joint, count) if count * ROWS_PER_STRATUM <= self.columns.size else None

    def fit(self, member: Sequence[int], responses: Floats, like: Basis | None = None) -> Fit:
        """Regress responses[row, response] on some inputs.

        Args:
            member: the inputs.
            responses: float64[row, response].
            like: take the rung of this basis instead of choosing one.
        """
        numeric = tuple(self.scores(j) for j in member if self.numeric(j))
        others = tuple(self.codes(j) for j in member if not self.numeric(j))
        if like is not None:
            return fit((replace(like, scores=numeric, codes=others),), responses)
        return fit(ladder(numeric, others, len(responses)), responses)
