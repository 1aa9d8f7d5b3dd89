"""The statistical ultimatum game with censored offers (Ramsay and Signorino 2009).

Player 1 offers y of a prize Q and keeps Q - y where player 2 accepts; otherwise both get their
reservation values, R1 = x b + e1 and R2 = z g + e2, with logistic shocks of scales s1 and s2 known
to their owner alone. Player 2 accepts where y > R2; the best offer solves
R1 = Q - y - s2 (1 + exp((y - z g) / s2)), and offers at either end of the range are censored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.games.estimation.likelihood import Point, Rows

__all__ = ["UltimatumFamily", "best_offer", "more_starts", "start"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class UltimatumFamily:
    """Offers and replies.

    The indices are R1, R2, log s1 and log s2.

    Attributes:
        offer: float64[row].
        accepted: bool[row], or None where only offers count.
        lowest, highest: the range of offers; those at an end (within ``near``) are censored.
        near: how near counts as at the end.
    """

    offer: Floats
    accepted: NDArray[np.bool_] | None
    lowest: float
    highest: float
    near: float = 1.5e-8

    @property
    def indices(self) -> int:
        """Four: two reservation values, two log scales."""
        return 4

    @property
    def in_shocks(self) -> bool:
        """Reservation values are in units of offers instead."""
        return False

    def take(self, rows: Rows) -> UltimatumFamily:
        """Return the model for some observations."""
        reply = None if self.accepted is None else self.accepted[rows]
        return UltimatumFamily(self.offer[rows], reply, self.lowest, self.highest, self.near)

    def at(self, eta: Floats, *, information: bool = False) -> Point:
        """Return the likelihood at indices [index, row]; no expected information is offered."""
        del information
        f2, s1, s2 = eta[1], np.exp(eta[2]), np.exp(eta[3])
        with np.errstate(over="ignore", invalid="ignore"):
            a = (self.offer - f2) / s2
            grown = np.exp(a)
            q = (self.offer + eta[0] + s2 * (1 + grown) - self.highest) / s1
            q_slope = np.stack([1 / s1, -grown / s1, -q, s2 * (1 + grown * (1 - a)) / s1])
            a_slope = np.stack([np.zeros_like(a), -1 / s2, np.zeros_like(a), -a])
            below, above = -np.logaddexp(0.0, -q), -np.logaddexp(0.0, q)
            up, down = np.exp(above), -np.exp(below)  # slopes of log L(q), log L(-q)
            log = below + above - eta[2] + np.logaddexp(0.0, a)
            score = (up + down) * q_slope + a_slope / (1 + np.exp(-a))
            score[2] = score[2] - 1
        least = np.abs(self.offer - self.lowest) < self.near
        most = np.abs(self.offer - self.highest) < self.near
        log = np.where(most, above, np.where(least, below, log))
        score = np.where(most, down * q_slope, np.where(least, up * q_slope, score))
        if self.accepted is not None:
            yes, no = -np.logaddexp(0.0, -a), -np.logaddexp(0.0, a)
            log = log + np.where(self.accepted, yes, no)
            score = score + np.where(self.accepted, np.exp(no), -np.exp(yes)) * a_slope
        return Point(log, score)


def best_offer(r1: Floats, f2: Floats, s2: Floats, lowest: float, highest: float) -> Floats:
    """Return the offer that a player 1 with reservation value r1 makes, within the range.

    Args:
        r1: reservation value, shock included.
        f2: mean reservation value of player 2.
        s2: scale of its shock.
        lowest: the least offer.
        highest: the largest, the prize.

    Examples:
        >>> y = best_offer(np.array([1.0]), np.array([4.0]), np.array([1.0]), 0.0, 10.0)
        >>> np.allclose(1.0, 10 - y - (1 + np.exp(y - 4)))
        True
    """
    from scipy.special import wrightomega

    # y + s2 exp((y - f2)/s2) = Q - r1 - s2, so that the exponential is a Wright omega.
    rest = highest - r1 - s2
    offer = rest - s2 * np.real(wrightomega((rest - f2) / s2))
    return np.asarray(np.clip(offer, lowest, highest))


def start(family: UltimatumFamily, x: Floats, z: Floats) -> Floats:
    """Return a sequential start: player 2 from its replies, then player 1 from its offers.

    The chance of acceptance is a logit in the offer and z; its slope in the offer is 1 / s2.
    Given player 2, the best offer can be turned round into R1, which is regressed on x.

    Returns:
        float64[coefficient]: of R1, of R2, log s1, log s2.
    """
    y = family.offer
    spread = float(y.std()) or 1.0
    slope = 0.0
    gamma: Floats = np.zeros(z.shape[1])
    if family.accepted is not None and 0 < family.accepted.mean() < 1:
        weights = _logit(np.column_stack([y, z]), family.accepted.astype(float))
        slope, gamma = float(weights[0]), -weights[1:]
    if slope * spread > 0.05:
        s2 = max(1 / slope, spread / 20)
        gamma = gamma / slope
    else:
        s2 = spread
        gamma = np.asarray(np.linalg.lstsq(z, y - s2, rcond=None)[0], dtype=np.float64)
    value = family.highest - y - s2 * (1 + np.exp(np.minimum((y - z @ gamma) / s2, 3.0)))
    beta = np.linalg.lstsq(x, value, rcond=None)[0]
    s1 = max(float((value - x @ beta).std()) * np.sqrt(3) / np.pi, spread / 20)
    return np.concatenate([beta, gamma, [np.log(s1), np.log(s2)]])


def more_starts(
    family: UltimatumFamily, x: Floats, z: Floats, s2: float | None = None
) -> list[Floats]:
    """Return starts for several scales and levels of the second player's reservation value.

    The likelihood has tops of its own where the second player is taken for nearly certain and for
    wholly erratic, and where nearly all or nearly none of the offers clear its mean.

    Args:
        family: offers and replies.
        x: covariates of R1.
        z: covariates of R2.
        s2: the scale of the second player, where it is given.
    """
    y = family.offer
    spread = float(y.std()) or 1.0
    found = []
    for scale in (spread / 6, spread / 2, spread, 3 * spread) if s2 is None else (s2,):
        for level in (0.1, 0.5, 0.9, 1.0):
            middle = np.full(len(y), np.quantile(y, level))
            gamma = np.linalg.lstsq(z, middle, rcond=None)[0]
            grown = np.exp(np.minimum((y - z @ gamma) / scale, 4.0))
            value = family.highest - y - scale * (1 + grown)
            beta = np.linalg.lstsq(x, value, rcond=None)[0]
            over = (value - x @ beta).std()
            # as wide as the shocks must be for the offers that clear the mean by most
            s1 = max(float(over) * np.sqrt(3) / np.pi, spread / 20)
            found.append(np.concatenate([beta, gamma, [np.log(s1), np.log(scale)]]))
    return found


def _logit(x: Floats, y: Floats, steps: int = 30) -> Floats:
    """Return a logit with a slight ridge, enough of one for a start."""
    size = np.sqrt((x**2).mean(axis=0))
    scaled = x / np.where(size > 0, size, 1.0)
    beta = np.zeros(x.shape[1])
    ridge = 1e-3 * len(y) * np.eye(len(beta)) / 10
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(scaled @ beta, -30, 30)))
        pull = scaled.T @ (y - p) - ridge @ beta
        step = np.linalg.solve((scaled * (p * (1 - p))[:, None]).T @ scaled + ridge, pull)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta / np.where(size > 0, size, 1.0)
