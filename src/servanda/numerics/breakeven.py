"""Where a difference turns with an assumption: what explains it, and at which value it is zero.

Arrays in, arrays out. Which assumption explains most of a difference is settled on ranks, so that
neither outliers nor the unit of an assumption count: the draws are cut into groups of equal size by
the assumption, and the variance between the groups' mean ranks is set against the most that any
assumption reaches when the draws are shuffled (Westfall and Young 1993, the maximum statistic). An
assumption that scales every difference hides the others; so the others are judged by the ranks
within the groups of the strongest. How the mean difference runs along an assumption is a local
quadratic regression (Fan and Gijbels 1996; a local line bends below zero where a difference fades
out) whose windows hold equal shares of the draws, kept at both ends within what the draws around a
point have on average, with a bootstrap by exponential weights (Rubin 1981) for the band.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_DRAWS", "Along", "Explainer", "Place", "Screen", "run_along"]

Floats = NDArray[np.float64]
Back = Callable[[Any], Any]

LEAST_DRAWS = 200
"""Below this many draws nothing is looked for: groups of a handful explain anything."""

SHUFFLES = 199
CHANCE = 0.05
GROUP = 40
GROUPS = (4, 12)
FINE, FEW = 24, 25
GRID = 33
EDGE = 0.02
BOOTSTRAPS = 200


@dataclass(frozen=True, slots=True)
class Explainer:
    """An assumption that explains more of a difference than chance would.

    ``share`` is the correlation ratio on ranks, less its expectation without any relation: of all
    draws for the strongest, of the draws within its groups for the others.
    """

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the mean difference is zero; infinite ends lie beyond the range of the draws."""

    at: float
    low: float
    high: float
    rising: bool


@dataclass(frozen=True, slots=True)
class Along:
    """How the mean difference runs along an assumption.

    Args:
        x: float64[point]; values of the assumption, about its 2% to its 98% quantile.
        mean: float64[point]; mean difference there.
        low: float64[point]; 5% of its bootstrap.
        high: float64[point]; 95%.
        signs: who leads, each stretch once, from left to right: 1 or -1 where the mean is beyond
            the margin and the bootstrap tells it from zero (2.5% on each side).
        places: where the mean is zero between stretches of opposite sign.
        fades: where the lead passes into a tie or out of one, if one side only leads.
        most: float; the mean difference of largest size.
        crosses: the mean is beyond the margin on both sides somewhere, told from zero or not.
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    signs: tuple[int, ...]
    places: tuple[Place, ...]
    fades: tuple[Place, ...]
    most: float
    crosses: bool


class Screen:
    """Which of many assumptions explain a difference, the same draws for every difference.

    Args:
        columns: assumption -> float64[draw]; one that does not vary is passed over.
        seed: of the shuffles.
    """

    def __init__(self, columns: Mapping[str, Floats], seed: int) -> None:
        """Cut the draws into groups by each assumption."""
        varied = {name: column for name, column in columns.items() if np.ptp(column) > 0.0}
        self.names = list(varied)
        self.size = next((column.shape[0] for column in varied.values()), 0)
        self.seed = seed
        self.group = [_group(column) for column in varied.values()]
        self.member = _members(self.group, self.size)
        self._bars: dict[bytes, float] = {}

    def explainers(self, difference: Floats, most: int = 3) -> tuple[Explainer, ...]:
        """Find the assumptions that explain a difference, strongest first.

        Args:
            difference: float64[draw].
            most: how many to return at most.

        Returns:
            Those whose share is above the 95% quantile of the largest share that any assumption
            reaches over shuffled draws, so that where none matters one is named in one case of
            twenty. Nothing where there are too few draws or the difference does not vary.
        """
        if self.size < LEAST_DRAWS or np.ptp(difference) == 0.0:
            return ()
        first = self._passing(_scores(difference))[:1]
        if not first or most < 2:
            return tuple(first)
        held = self.group[self.names.index(first[0].name)]
        within = np.empty(self.size)
        for group in np.unique(held):
            within[held == group] = _scores(difference[held == group])
        rest = [e for e in self._passing(within) if e.name != first[0].name]
        return (*first, *rest[: most - 1])

    def _passing(self, target: Floats) -> list[Explainer]:
        """The assumptions whose share is above what shuffled draws reach, strongest first."""
        found = _between(self.member, target[None, :])[:, 0]
        bar = self._bar(target)
        expected = (_count(self.size) - 1.0) / (self.size - 1.0)
        passed = [
            Explainer(name, float((share - expected) / (1.0 - expected)))
            for name, share in zip(self.names, found, strict=True)
            if share > bar
        ]
        return sorted(passed, key=lambda e: (-e.share, e.name))

    def _bar(self, target: Floats) -> float:
        """What chance reaches; the same for all targets made of the same ranks."""
        ranks = np.sort(target)
        key = ranks.tobytes()
        if key not in self._bars:
            luck = np.random.default_rng([self.seed, self.size, 1])
            shuffled = luck.permuted(np.tile(ranks, (SHUFFLES, 1)), axis=1)
            most = _between(self.member, shuffled).max(axis=0)
            self._bars[key] = float(np.quantile(most, 1.0 - CHANCE))
        return self._bars[key]


def _scores(values: Floats) -> Floats:
    """Mid-ranks with mean 0 and variance 1; zeros where all values are the same."""
    middle = _midranks(values)
    return np.asarray((middle - middle.mean()) / max(float(middle.std()), 1e-300))


def _midranks(values: Floats) -> Floats:
    _, where, size = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(size) - 0.5 * (size - 1))[where])


def _count(size: int) -> int:
    return int(np.clip(size // GROUP, *GROUPS))


def _members(groups: Sequence[NDArray[np.intp]], size: int) -> NDArray[np.float32]:
    """Membership in the groups, float32[column * group, draw]; an empty group is a row of zeros."""
    member = np.zeros((len(groups), _count(size), size), np.float32)
    at = np.arange(size)
    for row, group in enumerate(groups):
        member[row, group, at] = 1.0
    return member.reshape(len(groups) * _count(size), size)


def _group(column: Floats) -> NDArray[np.intp]:
    """The group of each draw, groups of equal size by rank; equal values share a group."""
    size = column.shape[0]
    count = _count(size)
    group = ((_midranks(column) - 0.5) * count / size).astype(np.intp)
    return np.asarray(np.minimum(group, count - 1), np.intp)


def _between(member: NDArray[np.float32], targets: Floats) -> Floats:
    """Variance between group means of standardised targets, float64[column, target]."""
    size = targets.shape[1]
    count = _count(size)
    sums = (member @ targets.T.astype(np.float32)).astype(np.float64)
    sizes = member.sum(axis=1, dtype=np.float64)[:, None]
    parts = sums**2 / np.maximum(sizes, 1.0)
    return np.asarray(parts.reshape(-1, count, targets.shape[0]).sum(axis=1) / size)


def run_along(column: Floats, difference: Floats, *, seed: int, margin: float = 0.0) -> Along:
    """Estimate how the mean difference runs along an assumption, and where it is zero.

    Args:
        column: float64[draw]; the assumption.
        difference: float64[draw].
        seed: of the bootstrap.
        margin: differences up to this size are ties; no lead changes hands in them.

    Returns:
        The curve with its band, and the crossings between stretches in which opposite sides lead.
    """
    size = difference.shape[0]
    z, back = _straightened(column)
    points = np.linspace(EDGE, 1.0 - EDGE, GRID)
    luck = np.random.default_rng([seed, size, 2])
    weights = np.vstack([np.ones(size), luck.exponential(size=(BOOTSTRAPS, size))])
    curves = _local_quadratic(z, difference, points, weights)
    mean, again = curves[0], curves[1:]
    faint_low, low, high, faint_high = np.quantile(again, (0.025, 0.05, 0.95, 0.975), axis=0)
    ahead, behind = (faint_low > 0.0) & (mean > margin), (faint_high < 0.0) & (mean < -margin)
    sign = ahead.astype(np.intp) - behind.astype(np.intp)
    told = np.flatnonzero(sign)
    x = np.asarray(np.quantile(z, points))
    turns = [(i, j) for i, j in pairwise(told) if sign[i] != sign[j]]
    signs = [int(sign[i]) for i, _ in turns] + [int(sign[i]) for i in told[-1:]]
    return Along(
        x=back(x),
        mean=mean,
        low=low,
        high=high,
        signs=tuple(signs),
        places=tuple(
            _place(x, curves, (int(i), int(j)), back, rising=bool(sign[j] > 0)) for i, j in turns
        ),
        fades=_fades(x, curves, margin, signs, back),
        most=float(mean[np.abs(mean).argmax()]),
        crosses=bool(mean.min() < -margin and mean.max() > margin),
    )


def _straightened(column: Floats) -> tuple[Floats, Back]:
    """The assumption or its logarithm, whichever is less skewed, and the way back."""
    if column.min() > 0.0:
        log = np.log(column)
        if abs(_skewness(log)) < abs(_skewness(column)):
            return log, np.exp
    return column, np.asarray


def _skewness(values: Floats) -> float:
    away = values - values.mean()
    return float((away**3).mean() / max(float((away**2).mean()) ** 1.5, 1e-300))


def _local_quadratic(z: Floats, d: Floats, points: Floats, weights: Floats) -> Floats:
    """Local quadratic regression, float64[weighting, point].

    The kernel is Gaussian in the rank from 0 to 1, with three quarters of n to the power of -1/5 as
    bandwidth; the parabola is one in the assumption itself, so that gaps between its draws do not
    matter.
    """
    ranks = (_midranks(z) - 0.5) / z.shape[0]
    width = 0.75 * z.shape[0] ** -0.2
    kernel = np.exp(-0.5 * ((ranks[None, :] - points[:, None]) / width) ** 2)
    away = z[None, :] - np.quantile(z, points)[:, None]
    spread = np.sqrt((kernel * away**2).sum(axis=1) / kernel.sum(axis=1))
    away = away / np.maximum(spread, 1e-300)[:, None]
    left = [weights @ (kernel * away**power).T for power in range(5)]
    right = [(weights * d) @ (kernel * away**power).T for power in range(3)]
    normal = np.stack([np.stack(left[row : row + 3], axis=-1) for row in range(3)], axis=-2)
    normal = normal + 1e-12 * np.eye(3)  # two values only leave the parabola open
    found = np.linalg.solve(normal, np.stack(right, axis=-1)[..., None])[..., 0, 0]
    low, high = _nearby(ranks, d, points, weights)
    cut = (points < width) | (points > 1.0 - width)
    return np.asarray(np.where(cut, np.clip(found, low, high), found))


def _nearby(u: Floats, d: Floats, points: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Least and largest mean of the groups around each point, float64[weighting, point] each.

    A parabola that overshoots at an end of the draws would claim a lead that no draws have.
    """
    count = int(np.clip(u.shape[0] // FEW, 3, FINE))
    group = np.minimum((u * count).astype(np.intp), count - 1)
    member = np.zeros((count, u.shape[0]))
    member[group, np.arange(u.shape[0])] = 1.0
    sizes = weights @ member.T
    means = ((weights * d) @ member.T) / np.maximum(sizes, 1e-300)
    here = np.minimum((points * count).astype(np.intp), count - 1)
    around = np.clip(here[:, None] + np.array([-1, 0, 1]), 0, count - 1)
    filled = sizes[:, around] > 0.0
    low = np.where(filled, means[:, around], np.inf).min(axis=2)
    high = np.where(filled, means[:, around], -np.inf).max(axis=2)
    empty = ~filled.any(axis=2)
    return np.where(empty, -np.inf, low), np.where(empty, np.inf, high)


def _place(x: Floats, curves: Floats, turn: tuple[int, int], back: Back, *, rising: bool) -> Place:
    """The crossing between two points, with the interval of the bootstrap's nearest ones.

    Args:
        x: float64[point]; values of the assumption.
        curves: float64[curve, point]; mean differences, the draws as they are first, then the
            bootstrap.
        turn: the points between which the first curve crosses.
        back: from the scale of ``x`` to the unit of the assumption.
        rising: from below zero to above.

    A bootstrap curve without a crossing of this direction has it beyond the end at which the curve
    has the wrong sign.
    """
    own = _zeros(x, curves[0], rising)
    inside = own[(own >= x[turn[0]]) & (own <= x[turn[1]])]
    at = float(np.median(inside)) if inside.size else float(0.5 * (x[turn[0]] + x[turn[1]]))
    near = []
    for curve in curves[1:]:
        zeros = _zeros(x, curve, rising)
        if zeros.size:
            near.append(float(zeros[np.argmin(np.abs(zeros - at))]))
        else:
            near.append(-np.inf if (float(np.mean(curve)) > 0.0) == rising else np.inf)
    low, high = np.quantile(near, (0.05, 0.95), method="nearest")
    ends = [float(back(end)) if np.isfinite(end) else float(end) for end in (low, high)]
    return Place(float(back(at)), ends[0], ends[1], rising)


def _fades(
    x: Floats, curves: Floats, margin: float, signs: list[int], back: Back
) -> tuple[Place, ...]:
    """Where a lead that stays on one side begins to be more than a tie, or ends being so."""
    if len(signs) != 1 or margin <= 0.0:
        return ()
    leads = signs[0] * curves - margin
    lead = leads[0]
    passed = np.flatnonzero((lead[:-1] > 0.0) != (lead[1:] > 0.0))
    return tuple(
        _place(x, leads, (int(i), int(i) + 1), back, rising=bool(lead[i + 1] > 0.0)) for i in passed
    )


def _zeros(x: Floats, y: Floats, rising: bool) -> Floats:
    """Where a curve passes zero in one direction, between its points by straight lines."""
    a, b = y[:-1], y[1:]
    passed = (a < 0.0) & (b >= 0.0) if rising else (a > 0.0) & (b <= 0.0)
    i = np.flatnonzero(passed)
    return np.asarray(x[i] + (x[i + 1] - x[i]) * a[i] / (a[i] - b[i]))
