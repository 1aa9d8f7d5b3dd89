"""What may be wrong with an optimum: coefficients that nothing identifies, ridges, separation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.games.estimation.likelihood import Design, Family
from servanda.games.estimation.maximise import Optimum, Penalty, value_at

__all__ = ["Flat", "flat_directions", "refuse_unidentified"]

Floats = NDArray[np.float64]
Kind = Literal["separation", "ridge", "skewed"]

_NOTHING = 1e-10  # of the largest eigenvalue: directions in which the likelihood is constant
_INVOLVED = 0.02
# A likelihood that is as it should be falls by 0.5 one standard error from its top.
_NO_FALL, _LITTLE_FALL = 0.05, 0.2
_DEEP_FALL, _MUCH_FALL = 10.0, 4.0
# Utilities, and standard errors in their units, that no data of choices can mean: a step of 30
# takes any probability from nearly 0 to nearly 1.
_ABSURD = 30.0
_LOOKED_AT = 12
_SURE = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A direction in which the likelihood hardly falls.

    Attributes:
        kind: ``separation`` where it goes on rising because choices are foretold perfectly,
            ``ridge`` where it goes on rising otherwise, or bends so that its curvature at the
            top says nothing of how far it reaches; ``skewed`` where it has a top but falls
            otherwise to either side than a standard error promises.
        members: bool[coefficient], whose values change along it.
    """

    kind: Kind
    members: NDArray[np.bool_]


def refuse_unidentified(family: Family, design: Design, around: Floats, seed: int) -> None:
    """Refuse coefficients that change nothing, alone or together, whatever the data.

    The expected information at two points near ``around`` is looked at: a direction without any
    at both is one that no data of this design identifies. Of a model that offers no expected
    information, the covariates of each equation are.

    Raises:
        ModelError: SV970, naming the coefficients.
    """
    free = np.flatnonzero(design.free)
    if not len(free):
        return
    if len(free) > design.rows:
        raise ModelError(
            f"{len(free)} coefficients cannot be told from {design.rows} rows; take fewer", "SV970"
        )
    random = np.random.default_rng([seed, 970])
    total = np.zeros((len(free), len(free)))
    for _ in range(2):
        beta = around.copy()
        step = 0.3 * random.standard_normal(len(free)) / design.units[free]
        beta[free] += step / np.sqrt(len(free) / max(len(design.blocks), 1))
        total += _information(family, design, beta)[np.ix_(free, free)]
    dead = free[_null(total / np.outer(design.units[free], design.units[free]))]
    if len(dead):
        names = ", ".join(design.names[place] for place in dead[:8])
        more = f" and {len(dead) - 8} more" if len(dead) > 8 else ""
        raise ModelError(
            f"nothing identifies {names}{more}: a covariate is constant, depends on others, or "
            "stands in every utility of a player; leave one out",
            "SV970",
        )


def _null(total: Floats) -> NDArray[np.bool_]:
    """Return which rows of a matrix of information take part in a direction that has none."""
    size = np.sqrt(np.diag(total))
    dead = size <= 1e-12 * max(size.max(), 1e-300)
    if dead.any():
        return np.asarray(dead)
    values, vectors = np.linalg.eigh(total / np.outer(size, size))
    null = vectors[:, values < _NOTHING * values[-1]]
    return np.asarray((np.abs(null) > _INVOLVED).any(axis=1))


def _information(family: Family, design: Design, beta: Floats) -> Floats:
    with np.errstate(all="ignore"):
        point = family.at(design.eta(beta), information=True)
    inner = point.information
    if inner is None:
        inner = np.broadcast_to(np.eye(family.indices)[:, :, None],
                                (family.indices, family.indices, design.rows))  # fmt: skip
    return design.matrix(np.nan_to_num(inner, posinf=0.0, neginf=0.0))


def flat_directions(
    family: Family, design: Design, top: Optimum, penalty: Penalty
) -> tuple[Flat, ...]:
    """Return directions in which the likelihood does not fall as its curvature says.

    One standard error to either side along each of the least certain directions, the fall should
    be near one half. Where it is next to nothing the top is none; where it is many times as much,
    the step is absurdly long and utilities are absurdly large, the likelihood is a bent ridge.
    """
    free = np.flatnonzero(design.free)
    if not len(free) or not np.isfinite(top.information).all():
        return (Flat("ridge", design.free.copy()),) if len(free) else ()
    units = design.units[free]
    inner = top.information[np.ix_(free, free)] / np.outer(units, units)
    values, vectors = np.linalg.eigh(inner)
    level = float(np.median(np.abs(design.eta(top.beta)), axis=1).max())
    far = family.in_shocks and level > _ABSURD
    found = []
    for place in range(min(len(values), _LOOKED_AT)):
        if values[place] > 1e-2 * values[-1] and place:
            break
        length = 1 / np.sqrt(max(values[place], 1e-12 * max(values[-1], 1e-300)))
        direction = vectors[:, place]
        falls = _falls(family, design, top, penalty, free, direction * length / units)
        kind = _kind(falls, far and length > _ABSURD, bool(values[place] > 0))
        if not kind:
            continue
        members = np.zeros(len(design.free), dtype=bool)
        members[free] = np.abs(direction) > _INVOLVED * np.abs(direction).max()
        if kind == "ridge" and _separates(family, design, top, members):
            kind = "separation"
        found.append(Flat(kind, members))
    return tuple(found)


def _kind(falls: tuple[float, float], absurd: bool, concave: bool) -> Kind | None:
    if min(falls) < _NO_FALL or not concave:
        return "ridge"
    if absurd and max(falls) > _DEEP_FALL:
        return "ridge"
    if min(falls) < _LITTLE_FALL or max(falls) > _MUCH_FALL:
        return "skewed"
    return None


def _falls(
    family: Family,
    design: Design,
    top: Optimum,
    penalty: Penalty,
    free: NDArray[np.intp],
    step: Floats,
) -> tuple[float, float]:
    falls = []
    for sign in (1.0, -1.0):
        beta = top.beta.copy()
        beta[free] += sign * step
        falls.append(top.objective - value_at(family, design, beta, penalty))
    return falls[0], falls[1]


def _separates(family: Family, design: Design, top: Optimum, members: NDArray[np.bool_]) -> bool:
    """Say whether the rows that feel the direction are foretold (almost) perfectly.

    Rows feel it where their score would answer to the indices it moves: along separation it does
    so less and less, because the observed choices already have probability one.
    """
    moved = np.zeros(design.rows, dtype=bool)
    score = np.abs(family.at(design.eta(top.beta)).score)
    scores_small = np.ones(design.rows, dtype=bool)
    for index, part in enumerate(design.slices()):
        block = design.blocks[index][:, members[part]]
        if block.shape[1]:
            touched = np.abs(block).sum(axis=1) > 0
            moved |= touched
            scores_small &= ~touched | (score[index] < 1 - _SURE)
    return bool(moved.any() and scores_small[moved].all())
