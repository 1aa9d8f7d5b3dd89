"""Correlated inputs: rank correlations that somebody states, made into a Gaussian copula.

Spearman's rho of a bivariate normal with correlation r is ``(6 / pi) asin(r / 2)``. A matrix of
rank correlations may be a sound matrix and still have no Gaussian copula: what must be positive
semi-definite is the matrix of the r.

References:
    Pearson 1907 (the relation); Higham 2002, doi:10.1093/imanum/22.3.329 (nearest correlation
    matrix by alternating projections).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.inputs import BAD_MATRIX, InputError

__all__ = [
    "correlate",
    "factor",
    "nearest_correlation",
    "normal_correlation",
    "pearson_of",
    "redraw",
    "spearman_of",
]

Floats = NDArray[np.float64]
ROUNDS, SMALL, CLOSE = 200, 1e-8, 1e-10


def pearson_of(spearman: ArrayLike) -> Floats:
    """Turn rank correlations into the correlations of the normal variables behind them.

    Examples:
        >>> float(pearson_of(0.5).round(4))
        0.5176
    """
    return np.asarray(2.0 * np.sin(np.pi / 6.0 * np.asarray(spearman, np.float64)))


def spearman_of(pearson: ArrayLike) -> Floats:
    """Turn correlations of normal variables into their rank correlations."""
    half = np.clip(np.asarray(pearson, np.float64) / 2.0, -0.5, 0.5)
    return np.asarray(6.0 / np.pi * np.arcsin(half))


def nearest_correlation(matrix: ArrayLike) -> Floats:
    """Find the nearest correlation matrix in the Frobenius norm.

    Args:
        matrix: float64[input, input], symmetric.

    Returns:
        float64[input, input]: unit diagonal, least eigenvalue about 1e-8.
    """
    given = np.asarray(matrix, np.float64)
    y, change = given.copy(), np.zeros_like(given)
    for _ in range(ROUNDS):
        r = y - change
        values, vectors = np.linalg.eigh(r)
        x = (vectors * np.maximum(values, SMALL)) @ vectors.T
        change = x - r
        before, y = y, x.copy()
        np.fill_diagonal(y, 1.0)
        if np.abs(y - before).max() < CLOSE:
            break
    values, vectors = np.linalg.eigh(y)
    x = (vectors * np.maximum(values, SMALL)) @ vectors.T
    scale = 1.0 / np.sqrt(np.diag(x))
    return np.asarray(x * scale[:, None] * scale[None, :])


def normal_correlation(
    matrix: ArrayLike, *, ranks: bool = True, names: Sequence[str] | None = None
) -> Floats:
    """Check a correlation matrix and return that of the normal variables behind it.

    Args:
        matrix: float64[input, input]; symmetric, ones on the diagonal.
        ranks: the entries are rank correlations (Spearman's rho), else of the normal variables.
        names: of the inputs, for the message.

    Returns:
        float64[input, input], positive semi-definite.

    Raises:
        InputError: the matrix is no such matrix (SV652); ``nearest`` holds the nearest one that is,
            in the same kind of correlation.

    Examples:
        >>> normal_correlation([[1, 0.5], [0.5, 1]]).round(3)
        array([[1.   , 0.518],
               [0.518, 1.   ]])
    """
    given = _square(matrix, names)
    named = list(names) if names is not None else [f"x{j + 1}" for j in range(len(given))]
    _refuse(given, named)
    normal = pearson_of(given) if ranks else given.copy()
    np.fill_diagonal(normal, 1.0)
    least = float(np.linalg.eigvalsh(normal)[0])
    if least < -1e-10:
        near = nearest_correlation(normal)
        near = spearman_of(near) if ranks else near
        np.fill_diagonal(near, 1.0)
        i, j = np.unravel_index(np.abs(near - given).argmax(), given.shape)
        raise InputError(
            f"no inputs can be correlated like this (least eigenvalue {least:.3g}): the pairs "
            f"contradict each other. The nearest matrix that works has {named[i]} and {named[j]} "
            f"at {near[i, j]:.2f} instead of {given[i, j]:.2f}; in full: {_written(near)}",
            BAD_MATRIX,
            near,
        )
    return normal


def _square(matrix: Any, names: Sequence[str] | None) -> Floats:
    try:
        given = np.array(matrix, np.float64)
    except (TypeError, ValueError):
        raise InputError("the correlation matrix must be numbers", BAD_MATRIX) from None
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not given.size:
        raise InputError(f"a correlation matrix is square, not {given.shape}", BAD_MATRIX)
    if names is not None and len(names) != len(given):
        raise InputError(
            f"the correlation matrix is for {len(given)} inputs and there are {len(names)}: "
            f"{', '.join(names)}",
            BAD_MATRIX,
        )
    return given


def _refuse(given: Floats, names: Sequence[str]) -> None:
    """Raise what is wrong with single entries, all of it at once."""
    wrong = []
    for i in range(len(given)):
        if not abs(given[i, i] - 1.0) < 1e-9:
            wrong.append(f"{names[i]} with itself is {given[i, i]:g} instead of 1")
        for j in range(i + 1, len(given)):
            a, b = given[i, j], given[j, i]
            pair = f"{names[i]} and {names[j]}"
            if not (np.isfinite(a) and np.isfinite(b) and max(abs(a), abs(b)) <= 1.0):
                wrong.append(f"{pair}: {a:g} / {b:g} is not between -1 and 1")
            elif abs(a - b) > 1e-9:
                wrong.append(f"{pair}: {a:g} above the diagonal and {b:g} below it")
    if not wrong:
        return
    shown = "; ".join(wrong[:6]) + (f"; and {len(wrong) - 6} more" if len(wrong) > 6 else "")
    clean = np.where(np.isfinite(given), np.clip(given, -1.0, 1.0), 0.0)
    clean = 0.5 * (clean + clean.T)
    np.fill_diagonal(clean, 1.0)
    raise InputError(f"not a correlation matrix: {shown}", BAD_MATRIX, nearest_correlation(clean))


def _written(matrix: Floats) -> str:
    if len(matrix) > 6:
        return "see `nearest`"
    return str([[float(f"{v:.2f}") for v in row] for row in matrix])


def factor(normal: Floats) -> Floats:
    """Factor a correlation or covariance matrix, singular ones too: L with ``L L' = matrix``.

    Returns:
        float64[input, input], lower triangular, no negative entry on the diagonal.
    """
    try:
        return np.asarray(np.linalg.cholesky(normal))
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(normal)
        root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
        upper = np.asarray(np.linalg.qr(root, mode="r"), np.float64)
        return np.asarray((upper * np.where(np.diag(upper) < 0.0, -1.0, 1.0)[:, None]).T)


def correlate(u: Floats, normal: Floats) -> Floats:
    """Correlate independent uniform numbers; each column stays uniform.

    Args:
        u: float64[draw, input], inside (0, 1).
        normal: float64[input, input], as `normal_correlation` returns it. Column j takes in the
            columns before it, so a stratified first column stays stratified.

    Returns:
        float64[draw, input], inside (0, 1).
    """
    return np.asarray(special.ndtr(special.ndtri(u) @ factor(normal).T))


def redraw(z: Floats, fresh: Floats, kept: NDArray[np.intp], normal: Floats) -> Floats:
    """Draw some normal variables anew, given the others.

    Args:
        z: float64[draw, input], normal with the covariance ``normal`` and mean 0.
        fresh: float64[draw, input], independent standard normal.
        kept: the inputs that stay as they are.
        normal: float64[input, input].

    Returns:
        float64[draw, input]: the kept columns of z, the others from their conditional distribution.
    """
    count = z.shape[1]
    moved = np.setdiff1d(np.arange(count), kept)
    found = z.copy()
    if not moved.size:
        return found
    lower = factor(normal[np.ix_(moved, moved)])
    if kept.size:
        within = normal[np.ix_(kept, kept)]
        across = normal[np.ix_(moved, kept)]
        slope = across @ np.linalg.pinv(within, hermitian=True)
        found[:, moved] = z[:, kept] @ slope.T
        lower = factor(normal[np.ix_(moved, moved)] - slope @ across.T)
    else:
        found[:, moved] = 0.0
    found[:, moved] += fresh[:, moved] @ lower.T
    return found
