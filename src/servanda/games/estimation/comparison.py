"""Which of two models that are no special case of one another is nearer to the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.estimation.formula import parse_formula
from servanda.games.estimation.model import Fitted

__all__ = ["Compared", "clarke", "vuong"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A test of two models.

    Attributes:
        test: ``vuong`` or ``clarke``.
        statistic: Vuong's z, or Clarke's count of rows that the first model explains better.
        p_value: two-sided; small where one model is nearer.
        nearer: 1 or 2, the model the statistic favours; 0 for neither.
        n: rows compared.
    """

    test: str
    statistic: float
    p_value: float
    nearer: int
    n: int


def vuong(first: Fitted, second: Fitted) -> Compared:
    """Compare by the likelihood ratio over its spread (Vuong 1989), with Schwarz's correction.

    Raises:
        ModelError: the fits are of different rows or outcomes, weighted, or without a top (SV965).

    References:
        Vuong, Q. H. 1989. Likelihood ratio tests for model selection and non-nested hypotheses.
        Econometrica 57 (2), 307-333.
    """
    gap, extra = _gap(first, second)
    n = len(gap)
    spread = float(np.sqrt(max((gap**2).mean() - gap.mean() ** 2, 0.0)))
    if spread == 0:
        raise ModelError("the two models give every row the same likelihood", "SV965")
    from scipy.special import ndtr

    z = float((gap.sum() - extra) / (np.sqrt(n) * spread))
    return Compared("vuong", z, float(2 * ndtr(-abs(z))), _side(z), n)


def clarke(first: Fitted, second: Fitted) -> Compared:
    """Compare by the number of rows that each model explains better (Clarke 2007).

    Each row carries its share of Schwarz's correction; under equality the count is binomial.

    Raises:
        ModelError: as for `vuong`.

    References:
        Clarke, K. A. 2007. A simple distribution-free test for nonnested hypotheses. Political
        Analysis 15 (3), 347-363.
    """
    gap, extra = _gap(first, second)
    n = len(gap)
    better = int((gap > extra / n).sum())
    from scipy.special import bdtr

    tail = float(bdtr(min(better, n - better), n, 0.5))
    return Compared("clarke", float(better), min(1.0, 2 * tail), _side(better - n / 2), n)


def _gap(first: Fitted, second: Fitted) -> tuple[NDArray[np.float64], float]:
    for one in (first, second):
        if not one.converged:
            raise ModelError("a fit whose likelihood has no top cannot be compared", "SV965")
        if (one.built.design.weights != 1).any():
            raise ModelError("weighted fits cannot be compared row by row", "SV965")
    outcomes = [parse_formula(one.built.request.formula).outcome for one in (first, second)]
    if outcomes[0] != outcomes[1] or not np.array_equal(first.built.rows, second.built.rows):
        raise ModelError(
            "the two fits must have the same outcome and the same rows; fit both on the rows that "
            "are complete for both",
            "SV965",
        )
    gap = first.optimum.log - second.optimum.log
    return gap, 0.5 * (first.free - second.free) * float(np.log(len(gap)))


def _side(value: float) -> int:
    return 1 if value > 0 else 2 if value < 0 else 0
