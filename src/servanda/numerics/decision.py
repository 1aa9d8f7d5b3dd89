"""Options side by side over the same draws: ranks, regret, thresholds, dominance. No single index.

Every method takes values[draw, option], paired by draw; more is better unless said otherwise.
`Tally` keeps sums instead of draws, so that any number of draws can be ranked in one pass.

References:
    Savage 1951 (regret); Simon 1955 (satisficing); Hadar & Russell 1969 (stochastic dominance);
    Barrett & Donald 2003, doi:10.1111/1468-0262.00390 (testing it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.inputs import BAD_SAMPLE, InputError, numbers
from servanda.numerics.jit import kernel

__all__ = [
    "Dominance",
    "Share",
    "Standing",
    "Tally",
    "dominance",
    "rank_probabilities",
    "regret",
    "satisficing",
    "standings",
]

Floats = NDArray[np.float64]
Verdict = Literal["first", "second", "neither", "alike"]

GRID, FLIPS, FLIP_ROWS = 200, 199, 20_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How one option stands among the others.

    Args:
        name: of the option.
        mean: of its value.
        standard_error: of the mean.
        ranks: share of draws in which it ranks first, second, ...; equal values share ranks evenly.
        regret: mean loss against the best option of each draw.
        worst_regret: greatest such loss.
    """

    name: str
    mean: float
    standard_error: float
    ranks: tuple[float, ...]
    regret: float
    worst_regret: float


@dataclass(frozen=True, slots=True)
class Share:
    """A share of draws with its interval (Wilson)."""

    value: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Dominance:
    """Whether the first of two options dominates the second.

    Args:
        verdict: ``first`` (whatever is wanted, more being better), ``second`` (for everybody who
            shuns risk), ``alike`` (the two cannot be told apart) or ``neither``.
        excess: greatest share by which the first is more often below a value than the second.
        tolerance: what chance alone shows in one of twenty, were the two exchangeable.
        excess_area: the same for the area under the distribution functions, in units of the value.
        tolerance_area: likewise.
    """

    verdict: Verdict
    excess: float
    tolerance: float
    excess_area: float
    tolerance_area: float


@kernel
def _tally(values, sign, ranks, sums, squares, lost, worst):  # type: ignore[no-untyped-def]
    """Add rows[draw, option] to the sums."""
    draws, options = values.shape
    for d in range(draws):
        best = -np.inf
        for o in range(options):
            best = max(best, sign * values[d, o])
        for o in range(options):
            v = sign * values[d, o]
            above = same = 0
            for k in range(options):
                other = sign * values[d, k]
                above += other > v
                same += other == v
            for r in range(above, above + same):
                ranks[o, r] += 1.0 / same
            sums[o] += values[d, o]
            squares[o] += values[d, o] * values[d, o]
            lost[o] += best - v
            worst[o] = max(worst[o], best - v)


class Tally:
    """Sums over draws from which standings are read; chunks may come in any number.

    Args:
        options: names, in the order of the columns.
        higher_is_better: False where less is better.

    Examples:
        >>> tally = Tally(["a", "b"])
        >>> tally.add([[1.0, 0.0], [3.0, 4.0]])
        >>> [(s.name, s.ranks, s.regret) for s in tally.standings()]
        [('a', (0.5, 0.5), 0.5), ('b', (0.5, 0.5), 0.5)]
    """

    def __init__(self, options: Sequence[str], *, higher_is_better: bool = True) -> None:
        """Start with no draws."""
        count = len(options)
        if not count:
            raise InputError("there is no option to rank", BAD_SAMPLE)
        self.options = tuple(str(o) for o in options)
        self.draws = 0
        self._sign = 1.0 if higher_is_better else -1.0
        self._centre: Floats | None = None
        self._ranks = np.zeros((count, count))
        self._sums, self._squares, self._lost = np.zeros((3, count))
        self._worst = np.zeros(count)

    def add(self, values: ArrayLike) -> None:
        """Add float64[draw, option].

        Raises:
            InputError: another number of options, or a value that is not finite (SV653).
        """
        rows = numbers(values, "values", dimensions=2)
        if rows.shape[1] != len(self.options):
            raise InputError(f"{rows.shape[1]} columns for {len(self.options)} options", BAD_SAMPLE)
        if not len(rows):
            return
        if self._centre is None:
            self._centre = np.full(rows.shape[1], float(rows.mean()))
        moved = np.ascontiguousarray(rows - self._centre)
        _tally(moved, self._sign, self._ranks, self._sums, self._squares, self._lost, self._worst)
        self.draws += len(rows)

    def standings(self) -> tuple[Standing, ...]:
        """Return how each option stands, in the order of the columns.

        Raises:
            InputError: no draws were added (SV653).
        """
        if not self.draws or self._centre is None:
            raise InputError("there are no draws to rank", BAD_SAMPLE)
        n = self.draws
        mean = self._sums / n
        variance = np.maximum(self._squares / n - mean**2, 0.0) / max(n - 1, 1)
        return tuple(
            Standing(
                name,
                float(mean[o] + self._centre[o]),
                float(np.sqrt(variance[o])),
                tuple(float(r) / n for r in self._ranks[o]),
                float(self._lost[o]) / n,
                float(self._worst[o]),
            )
            for o, name in enumerate(self.options)
        )


def _names(values: Floats, options: Sequence[str] | None) -> Sequence[str]:
    return options if options is not None else [f"o{o + 1}" for o in range(values.shape[1])]


def standings(
    values: ArrayLike, options: Sequence[str] | None = None, *, higher_is_better: bool = True
) -> tuple[Standing, ...]:
    """Return mean, rank probabilities and regret of each option.

    Args:
        values: float64[draw, option].
        options: names, ``o1``, ``o2``, ... where left out.
        higher_is_better: False where less is better.
    """
    rows = numbers(values, "values", dimensions=2)
    tally = Tally(_names(rows, options), higher_is_better=higher_is_better)
    tally.add(rows)
    return tally.standings()


def rank_probabilities(values: ArrayLike, *, higher_is_better: bool = True) -> Floats:
    """Return the share of draws in which each option has each rank, float64[option, rank].

    Examples:
        >>> rank_probabilities([[1.0, 1.0, 0.0]]).tolist()
        [[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    """
    return np.array([s.ranks for s in standings(values, higher_is_better=higher_is_better)])


def regret(values: ArrayLike, *, higher_is_better: bool = True) -> Floats:
    """Return the loss of each option against the best one of its draw, float64[draw, option]."""
    rows = numbers(values, "values", dimensions=2)
    rows = rows if higher_is_better else -rows
    return np.asarray(rows.max(axis=1, keepdims=True) - rows)


def satisficing(
    values: ArrayLike,
    least: float | ArrayLike,
    *,
    higher_is_better: bool = True,
    level: float = 0.95,
) -> tuple[Share, ...]:
    """Return for each option the share of draws in which it is good enough, with an interval.

    Args:
        values: float64[draw, option].
        least: the threshold, one for all options or float64[option]; met where equal.
        higher_is_better: False where the threshold is not to be exceeded.
        level: of the intervals.

    Examples:
        >>> [share.value for share in satisficing([[1.0, 3.0], [2.0, 0.0]], 2.0)]
        [0.5, 0.5]
    """
    rows = numbers(values, "values", dimensions=2)
    bar = np.broadcast_to(numbers(least, "least"), rows.shape[1:])
    met = (rows >= bar if higher_is_better else rows <= bar).mean(axis=0)
    n, z = len(rows), float(special.ndtri(0.5 + 0.5 * level))
    middle = (met + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(met * (1 - met) / n + z * z / (4 * n * n))
    return tuple(
        Share(float(m), (float(max(c - h, 0.0)), float(min(c + h, 1.0))))
        for m, c, h in zip(met, middle, half, strict=True)
    )


def dominance(
    first: ArrayLike, second: ArrayLike, *, higher_is_better: bool = True, seed: int = 0
) -> Dominance:
    """Say whether one option dominates another stochastically, beyond what chance shows.

    The first dominates at first order if it is nowhere more often below a value than the second;
    at second order if the area under its distribution function is nowhere larger. Both are held
    against what comes of exchanging the two within draws at random.

    Args:
        first: float64[draw]; values of the one.
        second: float64[draw]; of the other, in the same draws.
        higher_is_better: False where less is better.
        seed: of the exchanges.

    Examples:
        >>> luck = np.random.default_rng(1)
        >>> x = luck.normal(size=4000)
        >>> dominance(x + 0.3, x).verdict, dominance(x, x + 0.3).verdict
        ('first', 'neither')
        >>> dominance(0.5 * x, luck.normal(size=4000)).verdict
        'second'
    """
    a, b = numbers(first, "first", dimensions=1), numbers(second, "second", dimensions=1)
    if a.shape != b.shape or a.size < 2:
        raise InputError(
            f"the two have {a.size} and {b.size} draws; give the same number, at least 2",
            BAD_SAMPLE,
        )
    a, b = (a, b) if higher_is_better else (-a, -b)
    both = np.concatenate([a, b])
    if not np.ptp(both):
        return Dominance("alike", 0.0, 0.0, 0.0, 0.0)
    grid = np.unique(np.quantile(both, np.linspace(0.0, 1.0, GRID)))
    below = _below(a, grid) - _below(b, grid)
    area = _areas(below[None], grid)[0]
    rows = min(a.size, FLIP_ROWS)
    which = np.linspace(0, a.size - 1, rows).astype(np.intp)
    own = (a[which, None] <= grid).astype(np.float32) - (b[which, None] <= grid)
    luck = np.random.default_rng([seed, a.size])
    signs = luck.integers(0, 2, (FLIPS, rows)).astype(np.float32) * 2.0 - 1.0
    chance = (signs @ own).astype(np.float64) / rows * np.sqrt(rows / a.size)
    tolerance = float(np.quantile(chance.max(axis=1), 0.95))
    tolerance_area = float(np.quantile(_areas(chance, grid).max(axis=1), 0.95))
    over, over_area = float(below.max()), float(area.max())
    ahead, ahead_area = float(-below.min()) > tolerance, float(-area.min()) > tolerance_area
    verdict: Verdict = "neither"
    if over <= tolerance and ahead:
        verdict = "first"
    elif over_area <= tolerance_area and ahead_area:
        verdict = "second"
    elif over <= tolerance and not ahead:
        verdict = "alike"
    return Dominance(verdict, over, tolerance, over_area, tolerance_area)


def _below(values: Floats, grid: Floats) -> Floats:
    """Share of values at or below each point of the grid."""
    return np.asarray(np.searchsorted(np.sort(values), grid, side="right") / values.size)


def _areas(differences: Floats, grid: Floats) -> Floats:
    """Area under differences[case, point] up to each point."""
    return np.cumsum(differences[:, :-1] * np.diff(grid), axis=1)
