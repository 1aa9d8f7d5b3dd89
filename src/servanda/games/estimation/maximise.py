"""Climbing a likelihood: Fisher scoring from afar, Newton's method near the top.

Steps are taken in coefficients times the root mean square of their covariate, so that the units of
a covariate change nothing. A step that does not gain is shortened by damping (Levenberg and
Marquardt).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from servanda.games.estimation.likelihood import Design, Family, Point, curvature

__all__ = ["Optimum", "Penalty", "maximise", "observed", "roughly", "value_at"]

Floats = NDArray[np.float64]

_STEPS = 150
# The gain times two still to be expected, below which second derivatives are worth their price:
# soon where scoring gets there by itself, early where it has been slow.
_NEAR, _NEAR_IF_SLOW, _SLOW = 1e-5, 0.5, 15
_DONE = 1e-17
_ROUGH = 1e-4
_LONGEST = 8.0
_LOST = 1e7


@dataclass(frozen=True, slots=True)
class Penalty:
    """What is taken off the log likelihood.

    Attributes:
        kind: ``none``; ``ridge``, half the strength times the squared coefficients in units of
            one standard deviation of the covariate, constants left alone; ``firth``, minus half
            the logarithm of the determinant of the expected information (Firth 1993).
        strength: of the ridge.
    """

    kind: str = "none"
    strength: float = 0.0


@dataclass(slots=True, eq=False)
class Optimum:
    """Where a climb ended.

    Attributes:
        beta: float64[coefficient], all of them.
        log_likelihood: without the penalty.
        objective: with it.
        information: float64[coefficient, coefficient], minus the second derivatives of the
            objective.
        gradient: float64[coefficient], of the objective.
        decrement: twice the gain that one more Newton step promises.
        converged: whether it ended where nothing is to be gained.
        steps: how many were taken.
        log: float64[row], log likelihood of each observation.
    """

    beta: Floats
    log_likelihood: float
    objective: float
    information: Floats
    gradient: Floats
    decrement: float
    converged: bool
    steps: int
    log: Floats = field(repr=False)


@dataclass(slots=True, eq=False)
class _Here:
    beta: Floats
    point: Point
    value: float
    gradient: Floats
    information: Floats | None = None


def value_at(family: Family, design: Design, beta: Floats, penalty: Penalty) -> float:
    """Return the objective; minus infinity where the model has no value."""
    with np.errstate(all="ignore"):
        point = family.at(design.eta(beta), information=penalty.kind == "firth")
    total = float(design.weights @ point.log)
    if not np.isfinite(total):
        return -np.inf
    return total + _penalty(design, beta, penalty, point)


def observed(family: Family, design: Design, beta: Floats, penalty: Penalty) -> Floats:
    """Return minus the second derivatives of the objective, [coefficient, coefficient]."""
    used = [k for k, block in enumerate(design.blocks) if block.shape[1]]
    found = design.matrix(curvature(family, design.eta(beta), used))
    if penalty.kind == "ridge":
        found += np.diag(penalty.strength * _penalised(design) ** 2)
    return found


def maximise(
    family: Family,
    design: Design,
    start: Floats,
    penalty: Penalty | None = None,
    *,
    steps: int = _STEPS,
    near: tuple[Floats, Floats] | None = None,
) -> Optimum:
    """Climb from a start.

    Args:
        family: the model.
        design: covariates; only free coefficients move.
        start: float64[coefficient].
        penalty: none by default.
        steps: at most so many.
        near: an optimum known before and its information: a climb that comes within a hundredth
            of a standard error of it stops there.

    Returns:
        The end of the climb; ``converged`` says whether it is a top.
    """
    penalty = penalty or Penalty()
    with np.errstate(all="ignore"):  # far from the top numbers overflow, and steps are refused
        here, count = _climb(family, design, start, penalty, steps, near)
        return _finish(family, design, here, penalty, count)


def roughly(family: Family, design: Design, start: Floats, penalty: Penalty, steps: int) -> Floats:
    """Return coefficients near the top, by Fisher scoring alone; good for a start."""
    units = design.units[design.free]
    with np.errstate(all="ignore"):
        here = _look(family, design, start, penalty)
        damping = 0.0
        for _ in range(steps):
            metric = _metric(family, design, here, penalty, False) / np.outer(units, units)
            slope = here.gradient[design.free] / units
            step = _solve(metric, slope, damping)
            if not float(slope @ step) > _ROUGH:
                break
            taken, damping = _advance(family, design, here, penalty, step / units, metric, damping)
            if taken is None:
                break
            here = taken
    return here.beta


def _climb(
    family: Family,
    design: Design,
    start: Floats,
    penalty: Penalty,
    steps: int,
    near: tuple[Floats, Floats] | None,
) -> tuple[_Here, int]:
    free = design.free
    units = design.units[free]
    here = _look(family, design, start, penalty)
    damping, count = 0.0, 0
    newton = False
    while count < steps and np.isfinite(here.value):
        metric = _metric(family, design, here, penalty, newton) / np.outer(units, units)
        slope = here.gradient[free] / units
        step = _solve(metric, slope, damping)
        decrement = float(slope @ step)
        if newton and decrement < 0:  # not concave here
            newton = False
            continue
        if decrement < _DONE * max(1.0, abs(here.value)):
            if newton or penalty.kind == "firth":
                break
            newton = True
            continue
        count += 1
        taken, damping = _advance(family, design, here, penalty, step / units, metric, damping)
        if taken is None:
            if newton or penalty.kind == "firth":
                break
            newton = True
            continue
        here = taken
        near_enough = _NEAR if count < _SLOW else _NEAR_IF_SLOW
        newton = penalty.kind != "firth" and decrement < near_enough
        if _lost(here.beta * design.units) or (near and _arrived(here.beta, near, free)):
            break
    return here, count


def _look(family: Family, design: Design, beta: Floats, penalty: Penalty) -> _Here:
    with np.errstate(all="ignore"):
        point = family.at(design.eta(beta), information=True)
    total = float(design.weights @ point.log)
    if not np.isfinite(total) or not np.isfinite(point.score).all():
        return _Here(beta, point, -np.inf, np.zeros(len(beta)))
    gradient = design.gradient(point.score)
    value = total + _penalty(design, beta, penalty, point)
    if penalty.kind == "ridge":
        gradient -= penalty.strength * _penalised(design) ** 2 * beta
    elif penalty.kind == "firth":
        gradient += _firth_slope(family, design, beta)
    return _Here(beta, point, value, gradient)


def _metric(family: Family, design: Design, here: _Here, penalty: Penalty, newton: bool) -> Floats:
    inner = np.ix_(design.free, design.free)
    if here.point.information is None:
        whole = observed(family, design, here.beta, penalty)[inner]
        return whole if newton else _turned(whole, design.units[design.free])
    if newton:
        here.information = observed(family, design, here.beta, penalty)
        return here.information[inner]
    whole = design.matrix(here.point.information)
    if penalty.kind == "ridge":
        whole += np.diag(penalty.strength * _penalised(design) ** 2)
    return whole[inner]


def _turned(whole: Floats, units: Floats) -> Floats:
    """Return the matrix with the signs of its curvatures made positive, so that steps go up."""
    if not np.isfinite(whole).all():
        return np.diag(units**2)
    values, vectors = np.linalg.eigh(whole / np.outer(units, units))
    size = np.maximum(np.abs(values), 1e-8 * np.abs(values).max(initial=0.0) + 1e-12)
    return np.asarray((vectors * size) @ vectors.T) * np.outer(units, units)


def _solve(metric: Floats, slope: Floats, damping: float) -> Floats:
    size = np.diag(np.maximum(np.abs(np.diag(metric)), 1e-12 * np.abs(metric).max() + 1e-300))
    try:
        return np.asarray(np.linalg.solve(metric + damping * size, slope))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(metric + damping * size, slope, rcond=1e-12)[0])


def _advance(
    family: Family,
    design: Design,
    here: _Here,
    penalty: Penalty,
    step: Floats,
    metric: Floats,
    damping: float,
) -> tuple[_Here | None, float]:
    """Take the step, shortened until it gains; None where no length does."""
    units = design.units[design.free]
    slope = here.gradient[design.free] / units
    for _ in range(25):
        longest = np.abs(step * units).max(initial=0.0)
        short = min(1.0, _LONGEST / longest) if longest > 0 else 1.0
        beta = here.beta.copy()
        beta[design.free] += short * step
        if not (beta != here.beta).any():
            return None, damping
        tried = _look(family, design, beta, penalty)
        # An equal value is progress where only the gradient still shrinks.
        level = np.abs(here.gradient).max(initial=0.0)
        even = tried.value >= here.value - 1e-13 * abs(here.value)
        if tried.value > here.value or (even and np.abs(tried.gradient).max(initial=0.0) < level):
            return tried, damping / 10 if damping > 1e-6 else 0.0
        damping = max(damping * 6, 1e-3)
        step = _solve(metric, slope, damping) / units
    return None, damping


def _finish(family: Family, design: Design, here: _Here, penalty: Penalty, count: int) -> Optimum:
    free = design.free
    units = design.units[free]
    information = np.full((len(free), len(free)), np.nan)
    decrement = np.inf
    if np.isfinite(here.value):
        known = here.information
        information = observed(family, design, here.beta, penalty) if known is None else known
        inner = information[np.ix_(free, free)] / np.outer(units, units)
        slope = here.gradient[free] / units
        decrement = _promise(inner, slope)
    total = float(design.weights @ here.point.log)
    good = bool(np.isfinite(here.value) and 0 <= decrement < 1e-8 * max(1.0, abs(here.value)))
    return Optimum(
        here.beta, total, here.value, information, here.gradient, decrement, good, count,
        here.point.log,
    )  # fmt: skip


def _promise(inner: Floats, slope: Floats) -> float:
    if not np.isfinite(inner).all():
        return np.inf
    values, vectors = np.linalg.eigh(inner)
    if len(values) and values[0] <= 0:
        return np.inf
    along = vectors.T @ slope
    return float((along**2 / values).sum())


def _lost(beta: Floats) -> bool:
    return bool(np.abs(beta).max(initial=0.0) > _LOST)


def _arrived(beta: Floats, near: tuple[Floats, Floats], free: NDArray[np.bool_]) -> bool:
    gap = (beta - near[0])[free]
    return bool(gap @ near[1][np.ix_(free, free)] @ gap < 1e-4)


def _penalised(design: Design) -> Floats:
    """Return the standard deviation of each free covariate; 0 for what a ridge leaves alone."""
    return np.where(design.free, design.spreads, 0.0)


def _penalty(design: Design, beta: Floats, penalty: Penalty, point: Point) -> float:
    if penalty.kind == "ridge":
        return -0.5 * penalty.strength * float(((_penalised(design) * beta) ** 2).sum())
    if penalty.kind == "firth":
        return _firth(design, _expected(point))
    return 0.0


def _expected(point: Point) -> Floats:
    """Return the expected information, or the outer product of scores where there is none."""
    if point.information is None:
        return point.score[:, None] * point.score[None]
    return point.information


def _firth(design: Design, information: Floats) -> float:
    inner = design.matrix(information)[np.ix_(design.free, design.free)]
    sign, logarithm = np.linalg.slogdet(inner)
    return 0.5 * float(logarithm) if sign > 0 else -np.inf


def _firth_slope(family: Family, design: Design, beta: Floats) -> Floats:
    """Return the slope of half the log determinant, by central differences."""
    found = np.zeros(len(beta))
    for place in np.flatnonzero(design.free):
        step = 1e-5 * max(1.0, abs(beta[place]) * design.units[place]) / design.units[place]
        sides = []
        for sign in (1, -1):
            moved = beta.copy()
            moved[place] += sign * step
            point = family.at(design.eta(moved), information=True)
            sides.append(_firth(design, _expected(point)))
        found[place] = (sides[0] - sides[1]) / (2 * step)
    return found
