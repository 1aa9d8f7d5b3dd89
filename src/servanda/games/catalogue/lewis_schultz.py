"""The sanctions game with normal private information: a fixed point in one number.

A challenger keeps the status quo or makes a threat; the target concedes or resists; the challenger
stands firm or backs down. Every payoff that matters has a normal disturbance of variance one that
its owner alone sees, so that the types are a continuum and no finite tree holds them. Everything
follows from the probability pR that the target resists; several values may solve the equation, and
all that a fine grid separates are returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.numerics.normal_pair import leads

__all__ = ["Signalling", "equilibria"]

Floats = NDArray[np.float64]

_GRID = 6_001
_WIDEST = 36.0
_RARE = 1e-280  # below, the belief after a threat is lost in rounding
_HALVINGS = 200


@dataclass(frozen=True, slots=True)
class Signalling:
    """One equilibrium of the sanctions game.

    Attributes:
        threatens: that the challenger threatens.
        resists: that the target resists a threat.
        stands_firm: that the challenger stands firm once it has threatened and met resistance.
        residual: by how much resistance misses the best reply to itself.
    """

    threatens: float
    resists: float
    stands_firm: float
    residual: float


def equilibria(
    *, s_a: float, v_a: float, c_b: float, w_a: float, w_b: float, a: float, v_b: float
) -> tuple[Signalling, ...]:
    """Find the perfect Bayesian equilibria of the sanctions game of Lewis and Schultz.

    Args:
        s_a: challenger, status quo.
        v_a: challenger, the target concedes.
        c_b: target, having conceded.
        w_a: challenger, mean payoff of standing firm.
        w_b: target, mean payoff where the challenger stands firm.
        a: challenger, mean payoff of backing down.
        v_b: target, the challenger backs down.

    Returns:
        The equilibria in which threats are made, by the probability of resistance from low to
        high. Roots at which the two sides only touch are not looked for. None where the only
        answer is that nobody threatens.

    Raises:
        ModelError: a payoff is no finite number (SV853).

    References:
        Lewis, J. B. and Schultz, K. A. 2003. Revealing preferences: empirical estimation of a
        crisis bargaining game with incomplete information. Political Analysis 11 (4), 345-367.

    Examples:
        >>> found = equilibria(s_a=0, v_a=1, c_b=-1, w_a=-0.5, w_b=-1, a=-0.8, v_b=0.5)
        >>> len(found), round(found[0].resists, 4) == round(found[0].resists, 10)
        (1, False)
    """
    given = (s_a, v_a, c_b, w_a, w_b, a, v_b)
    if not np.isfinite(given).all():
        raise ModelError("every payoff is a finite number.", code="SV853")

    def shares(z: Any) -> tuple[Floats, Floats]:
        resists, concedes = _normal(z), _normal(-np.asarray(z))
        return _challenger((s_a - concedes * v_a) / resists, w_a, a)

    def gap(z: Any) -> Floats:
        threatens, firm = shares(z)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            lean = (firm * w_b + (1 - firm) * v_b - c_b) / firm
        return np.asarray(np.where(threatens > _RARE, lean - z, np.nan))

    found = []
    for z in _roots(gap, np.linspace(-_WIDEST, _WIDEST, _GRID)):
        threatens, firm = shares(z)
        residual = abs(float(_normal(z + gap(z)) - _normal(z)))
        found.append(Signalling(float(threatens), float(_normal(z)), float(firm), residual))
    return tuple(found)


def _challenger(cut: Any, w_a: float, a: float) -> tuple[Floats, Floats]:
    """Return how often a threat is made, and how often it is then stood by."""
    firm, back = _normal(w_a - np.asarray(cut)), _normal(a - np.asarray(cut))
    threatens = firm + back - firm * back
    with np.errstate(divide="ignore", invalid="ignore"):
        stands = leads(np.asarray(cut) - w_a, w_a - a) / threatens
    return threatens, np.clip(stands, 0.0, 1.0)


def _roots(gap: Any, grid: Floats) -> list[float]:
    values = gap(grid)
    roots = [float(x) for x in grid[values == 0]]
    signs = np.sign(values)
    for i in np.flatnonzero(signs[:-1] * signs[1:] < 0):
        low, high, sign = float(grid[i]), float(grid[i + 1]), signs[i]
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            low, high = (middle, high) if np.sign(gap(middle)) == sign else (low, middle)
        roots.append(min((low, high), key=lambda x: abs(float(gap(x)))))
    return sorted(roots)


def _normal(x: Any) -> Floats:
    from scipy.special import ndtr

    return np.asarray(ndtr(x))
