"""Choices by reference weights and precision: probabilities, log-sum values, and their answers.

p ~ w exp(lambda q); the log-sum value is (1/lambda) log sum w exp(lambda q). Down to precision 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.jit import kernel, part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["soft_chance", "soft_choice", "soft_few", "soft_pair", "weigh_pair"]

SMALL = 0.05
LARGE = 500.0


@kernel
def soft_choice(q: Floats, weight: Floats, lam: float, p: Floats) -> float:
    """Log-sum value of a choice and, into ``p``, its probabilities; right down to lam = 0.

    Entries of weight 0 are left out. For a small spread ``lam * q`` the sum is taken about the
    mean, so that nothing cancels as lam goes to 0.
    """
    top, low, mean, total = -np.inf, np.inf, 0.0, 0.0
    for a in range(q.size):
        if weight[a] > 0.0:
            top = max(top, q[a])
            low = min(low, q[a])
            mean += weight[a] * q[a]
            total += weight[a]
    mean /= total
    near = lam * (top - low) < SMALL
    centre = mean if near else top
    tail, mass = 0.0, 0.0
    for a in range(q.size):
        p[a] = 0.0
        if weight[a] > 0.0:
            x = lam * (q[a] - centre)
            e = np.expm1(x) if near else np.exp(x)
            share = weight[a] / total
            tail += share * e
            p[a] = share * (e + 1.0) if near else share * e
            mass += p[a]
    for a in range(q.size):
        p[a] /= mass
    if lam == 0.0:
        return mean
    value: float = centre + (np.log1p(tail) if near else np.log(tail)) / lam
    return value


@part
def soft_pair(rest: float, act: float, ready: float, lam: float) -> tuple[float, float]:
    """Log-sum value of two alternatives and the probability of the second.

    Args:
        rest: value of the first, of reference weight ``1 - ready``.
        act: value of the second.
        ready: reference weight of the second, in [0, 1].
        lam: precision; 0 gives the mean and ``ready``.
    """
    z = act - rest
    if lam == 0.0 or ready == 0.0 or ready == 1.0:
        return rest + ready * z, ready
    if abs(lam * z) > LARGE:
        if z < 0.0:
            return rest + np.log1p(-ready) / lam, ready / (1.0 - ready) * np.exp(lam * z)
        return act + np.log(ready) / lam, 1.0
    if abs(lam * z) < SMALL:
        over = ready * np.expm1(lam * z)
        return rest + np.log1p(over) / lam, (ready + over) / (1.0 + over)
    acted = ready * np.exp(lam * z)
    total = 1.0 - ready + acted
    return rest + np.log(total) / lam, acted / total


@part
def soft_chance(rest: float, act: float, ready: float, lam: float) -> float:
    """The probability of the second of two alternatives, as ``soft_pair`` has it."""
    z = lam * (act - rest)
    if abs(z) > LARGE or lam == 0.0 or ready == 0.0 or ready == 1.0:
        return float(soft_pair(rest, act, ready, lam)[1])
    acted = ready * np.exp(z)
    return float(acted / (1.0 - ready + acted))


@part
def soft_few(q: Floats, weight: Floats, lam: float, p: Floats, valued: bool) -> float:
    """The log-sum value of a choice among few, taken about the first, and its probabilities.

    The first must have a weight; weights add up to 1. The same as ``soft_choice``, which is left
    the small and the large spreads, at a third of the time. Where it is not ``valued`` only the
    probabilities mean something.
    """
    far = 0.0
    for a in range(1, q.size):
        far = max(far, abs(q[a] - q[0]))
    if not SMALL < lam * far < LARGE:
        slow: float = soft_choice(q, weight, lam, p)
        return slow
    total = weight[0]
    for a in range(1, q.size):
        p[a] = weight[a] * np.exp(lam * (q[a] - q[0]))
        total += p[a]
    scale = 1.0 / total
    p[0] = weight[0] * scale
    for a in range(1, q.size):
        p[a] *= scale
    if not valued:
        return float(q[0])
    value: float = q[0] + np.log(total) / lam
    return value


@part
def weigh_pair(
    rest: float, act: float, chance: float, lam: float, value: float, charged: bool
) -> tuple[float, float]:
    """What a choice between two is worth, and how that answers the first.

    ``act`` is what the second counts for once chosen and does not change with the first.
    """
    if charged:
        return value, 1.0 - chance
    return (
        (1.0 - chance) * rest + chance * act,
        (1.0 - chance) * (1.0 + lam * chance * (rest - act)),
    )
