"""Conditional means given a group of inputs: additive splines, low-order products, strata.

Numeric inputs are taken on the scale of normal scores, which no monotone change of unit alters and
on which heavy tails do no harm. A ladder of bases runs from a few degrees of freedom to many; the
rung is chosen by Akaike's criterion, so that a worthless group stays on a low one. Categories enter
as strata, with products among themselves and with the numbers.

References:
    Strong, Oakley & Brennan 2014, doi:10.1177/0272989X13505910 (regression for the value of
    information); Eilers & Marx 1996, doi:10.1214/ss/1038425655 (splines on even knots); Akaike
    1974.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.linalg import solve_triangular

__all__ = ["Basis", "Fit", "fit", "ladder", "normal_scores", "strata"]

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

REACH = 2.6  # knots lie between these normal scores; beyond them pieces run on as straight lines
MOST_TERMS = 320
ROWS_PER_TERM = 12
BLOCK = 32_768
CHOICE_ROWS = 60_000
PATIENCE = 3  # rungs without improvement before the ladder is left
RIDGE = 1e-9


def normal_scores(column: Floats) -> Floats:
    """Normal scores of the mid-ranks, float64[row]; equal values share a score."""
    order = np.argsort(column, kind="stable")
    ranked = column[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    ends = np.r_[starts[1:], column.size]
    middle = np.repeat(0.5 * (starts + ends), ends - starts)
    scores = np.empty(column.size)
    scores[order] = special.ndtri(middle / column.size)
    return scores


def strata(columns: Sequence[NDArray[Any]]) -> tuple[Whole, int]:
    """Number the combinations of categories that occur, int[row], and say how many there are."""
    joint = np.zeros(len(columns[0]), np.intp)
    for column in columns:
        levels, code = np.unique(column, return_inverse=True)
        joint = joint * len(levels) + code
        joint = np.unique(joint, return_inverse=True)[1]  # keeps the numbers small
    return joint, int(joint.max()) + 1


def _spline(z: Floats, df: int) -> Floats:
    """Cubic splines on even knots with ``df`` degrees of freedom, straight beyond them."""
    if df == 1:
        return z[:, None]
    pieces = df - 2  # together with a straight line and the constant
    step = 2.0 * REACH / (pieces + 1)
    inside = np.clip(z, -REACH, REACH)
    found = np.empty((z.size, df))
    found[:, 0] = z
    for k in range(df - 1):
        centre = -REACH + step * (k + (1.0 if pieces > 1 else 0.5))
        found[:, k + 1] = _bump((inside - centre) / step)
    return found


def _bump(t: Floats) -> Floats:
    """The cubic B-spline with knots at -2, -1, 0, 1, 2."""
    a = np.abs(t)
    near = 2.0 / 3.0 - a * a * (1.0 - 0.5 * a)
    far = np.maximum(2.0 - a, 0.0) ** 3 / 6.0
    return np.asarray(np.where(a < 1.0, near, far))


def _hermite(z: Floats, degree: int) -> list[Floats]:
    """Hermite polynomials of degree 0, 1, ..., of unit variance for a normal variable."""
    x = np.clip(z, -3.5, 3.5)
    found = [np.ones_like(x), x]
    for n in range(1, degree):
        found.append(x * found[n] - n * found[n - 1])
    return [f / math.sqrt(math.factorial(n)) for n, f in enumerate(found[: degree + 1])]


@dataclass(frozen=True, slots=True)
class Basis:
    """One rung of the ladder.

    Args:
        scores: float64[row] for each numeric input.
        codes: int[row] and number of categories for each other input.
        df: degrees of freedom of each spline; 0 for none.
        degree: of the products of numeric inputs; 1 for none.
        pair: degrees of freedom of each factor of a product of two splines; 0 for none.
        crossed: categories have products among themselves and with the numbers.
    """

    scores: tuple[Floats, ...]
    codes: tuple[tuple[Whole, int], ...]
    df: int
    degree: int
    pair: int
    crossed: bool

    @property
    def terms(self) -> int:
        """Number of columns, the constant included."""
        m, levels = len(self.scores), [count - 1 for _, count in self.codes]
        products = sum(1 for _ in self._powers())
        total = 1 + m * self.df + products + m * (m - 1) // 2 * self.pair**2 + sum(levels)
        if self.crossed:
            total += sum(a * b for a, b in combinations(levels, 2))
            total += sum(levels) * m * min(self.df, 4)
        return total

    def _powers(self) -> Iterator[tuple[int, ...]]:
        """Inputs of each product of powers, up to the degree; of two where splines have none."""
        least = 3 if self.pair else 2
        for degree in range(2, self.degree + 1):
            for picked in combinations_with_replacement(range(len(self.scores)), degree):
                if len(set(picked)) >= least:
                    yield picked

    def rows(self, which: slice | Whole) -> Floats:
        """The columns at some rows, float64[row, term]; the first is the constant."""
        z = [s[which] for s in self.scores]
        size = len(z[0]) if z else len(self.codes[0][0][which])
        found = [np.ones((size, 1))]
        if self.df:
            found += [_spline(column, self.df) for column in z]
        marks = [_indicators(code[which], count) for code, count in self.codes]
        found += marks
        if self.degree > 1:
            powers = [_hermite(column, self.degree) for column in z]
            for picked in self._powers():
                product = np.ones(size)
                for j in set(picked):
                    product = product * powers[j][picked.count(j)]
                found.append(product[:, None])
        if self.pair:
            factors = [_spline(column, self.pair) for column in z]
            found += [_products(a, b) for a, b in combinations(factors, 2)]
        if self.crossed:
            found += [_products(a, b) for a, b in combinations(marks, 2)]
            few = [_spline(column, min(self.df, 4)) for column in z] if self.df else []
            found += [_products(a, b) for a in marks for b in few]
        return np.concatenate(found, axis=1)


def _indicators(code: Whole, count: int) -> Floats:
    found = np.zeros((code.size, count))
    found[np.arange(code.size), code] = 1.0
    return found[:, 1:]


def _products(a: Floats, b: Floats) -> Floats:
    return (a[:, :, None] * b[:, None, :]).reshape(len(a), -1)


def ladder(
    scores: Sequence[Floats], codes: Sequence[tuple[Whole, int]], rows: int
) -> tuple[Basis, ...]:
    """The bases to choose from, the smallest first.

    Args:
        scores: normal scores of the numeric inputs of a group.
        codes: strata of the others.
        rows: how many draws there are; the number of terms keeps to a twelfth of it.
    """
    most = min(MOST_TERMS, max(2, rows // ROWS_PER_TERM))
    z, c = tuple(scores), tuple(codes)
    crossings = (False, True) if len(c) + min(len(z), 1) > 1 else (False,)
    if not z:
        shapes = [(0, 1, 0)]
    elif len(z) == 1:
        shapes = [(df, 1, 0) for df in (1, 3, 5, 8, 14)]
    else:
        shapes = [(1, 1, 0), (4, 1, 0), (4, 2, 0), (7, 2, 0), (7, 3, 0)]
        shapes += [(8, 3, 3), (9, 3, 4), (10, 3, 6), (12, 4, 8)]
    rungs = [Basis(z, c, *shape, crossed) for shape in shapes for crossed in crossings]
    kept = [rung for rung in rungs if rung.terms <= most]
    return tuple(kept) or (rungs[0],)


@dataclass(frozen=True, slots=True)
class Fit:
    """A least-squares fit of several responses on one basis.

    Args:
        basis: the rung chosen.
        root: float64[term, term]; lower triangular factor of the normal equations.
        scaled: float64[term, response]; coefficients on the orthonormal columns.
        noise: float64[response, response]; covariance of the residuals.
        rows: how many rows were fitted.
    """

    basis: Basis
    root: Floats
    scaled: Floats
    noise: Floats
    rows: int

    def orthonormal(self, which: slice | Whole) -> Floats:
        """The basis at some rows, columns orthonormal over all rows, float64[row, term]."""
        columns = self.basis.rows(which)
        return np.asarray(solve_triangular(self.root, columns.T, lower=True).T)

    def means(self) -> Floats:
        """The fitted conditional means at every row, float64[row, response]."""
        found = np.empty((self.rows, self.scaled.shape[1]))
        coefficient = solve_triangular(self.root, self.scaled, lower=True, trans="T")
        for block in _blocks(self.rows):
            found[block] = self.basis.rows(block) @ coefficient
        return found


def _blocks(rows: int) -> Iterator[slice]:
    for start in range(0, rows, BLOCK):
        yield slice(start, min(start + BLOCK, rows))


def fit(rungs: Sequence[Basis], responses: Floats) -> Fit:
    """Fit every rung and keep the one with the least Akaike criterion, summed over responses.

    Args:
        rungs: bases to choose from.
        responses: float64[row, response].

    Returns:
        The fit to all rows. Where there are very many, the rung is chosen on the first of them.
    """
    rows = len(responses)
    seen = min(rows, CHOICE_ROWS) if len(rungs) > 1 else rows
    best, least, failures = None, math.inf, 0
    for rung in rungs:
        tried = _fit(rung, responses, seen)
        score = _akaike(tried)
        if best is None or score < least:
            best, least, failures = tried, score, 0
        else:
            failures += 1
            if failures == PATIENCE:
                break
    assert best is not None  # noqa: S101 (a ladder has a rung)
    return best if best.rows == rows else _fit(best.basis, responses, rows)


def _akaike(tried: Fit) -> float:
    terms, responses = tried.scaled.shape
    left = np.diag(tried.noise) * (tried.rows - terms) / tried.rows
    scale = np.maximum(left, 1e-300)
    return float(tried.rows * np.log(scale).sum() + 2.0 * terms * responses)


def _fit(basis: Basis, responses: Floats, rows: int) -> Fit:
    """Fit the first rows by the normal equations, a block of rows at a time."""
    terms, count = basis.terms, responses.shape[1]
    gram = np.zeros((terms, terms))
    cross = np.zeros((terms, count))
    square = np.zeros((count, count))
    centre = responses[:rows].mean(axis=0)
    for block in _blocks(rows):
        columns, y = basis.rows(block), responses[block] - centre
        gram += columns.T @ columns
        cross += columns.T @ y
        square += y.T @ y
    gram[np.diag_indices(terms)] += RIDGE * np.maximum(np.diag(gram), 1.0)
    root = np.linalg.cholesky(gram)
    scaled = solve_triangular(root, cross, lower=True)
    noise = (square - scaled.T @ scaled) / max(rows - terms, 1)
    scaled += root[0, 0] * np.eye(terms)[:, :1] * centre  # the constant comes first
    return Fit(basis, np.asarray(root, np.float64), scaled, noise, rows)
