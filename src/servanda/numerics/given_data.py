"""Sensitivity from draws at hand, whatever they were made for: no call of the function.

The share of variance that a set of inputs explains is that of the conditional mean given them,
regressed on splines and their products (``numerics.smooth``), less what chance explains.
First-order indices come from one set each; total indices from what is lost without an input, of all
that the inputs explain; Shapley effects from all sets, or from random orders where there are many
inputs. Nothing is assumed of how inputs depend on one another. What the regression cannot follow,
noise or interactions, may hang on any input: the intervals of total indices and of Shapley effects
reach up by all of it. Where that is too wide, the function has to be called
(``sensitivity.sobol``).

References:
    Strong & Oakley 2013; Kennedy 2022, arXiv:2203.06469 (influence functions of explained
    variance); Broto, Bachoc & Depecker 2020, doi:10.1137/18M1234631 (Shapley effects from a
    sample).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.desk import Desk
from servanda.numerics.inputs import (
    BAD_OUTCOME,
    BAD_SAMPLE,
    Groups,
    InputError,
    columns_of,
    group_members,
    outcome,
)
from servanda.numerics.shapley_effects import EXACT_PLAYERS
from servanda.numerics.shares import Effects, Indices
from servanda.numerics.smooth import Basis

__all__ = ["Bar", "shapley_given_data", "sobol_given_data", "tornado"]

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

LEAST_ROWS = 100
ORDERS = 24


class _Shares:
    """Explained shares of variance of sets of inputs, each regressed once."""

    def __init__(self, table: Any, y: ArrayLike, names: Sequence[str] | None) -> None:
        self.columns = columns_of(table, names)
        self.y = outcome(y, self.columns.size)
        if self.y.size < LEAST_ROWS:
            raise InputError(
                f"{self.y.size} draws are too few; at least {LEAST_ROWS} are needed", BAD_SAMPLE
            )
        self.mean, self.variance = float(self.y.mean()), float(self.y.var())
        if self.variance <= 0.0:
            raise InputError("the outcome does not vary over the draws", BAD_OUTCOME)
        self.desk = Desk(self.columns)
        self._rung: Basis | None = None
        self._known: dict[tuple[int, ...], tuple[float, Floats, float]] = {}

    @property
    def rung(self) -> Basis | None:
        """The basis that suits all inputs together."""
        if self._rung is None:
            self.of(np.arange(len(self.columns.names)))
        return self._rung

    def of(self, member: Whole) -> tuple[float, Floats, float]:
        """Share explained, its influence function float64[draw], its variance under no relation."""
        key = tuple(sorted(set(member.tolist())))
        if key not in self._known:
            self._known[key] = self._regressed(key)
        return self._known[key]

    def _regressed(self, key: tuple[int, ...]) -> tuple[float, Floats, float]:
        rows = self.y.size
        if not key:
            return 0.0, np.zeros(rows), 0.0
        whole = len(key) == len(self.columns.names)
        # Sets are compared with one another, so they stand on the same rung.
        rung = None if whole or len(key) == 1 else self.rung
        found = self.desk.fit(key, self.y[:, None], rung)
        if whole:
            self._rung = found.basis
        terms = found.scaled.shape[0] - 1
        means = found.means()[:, 0]
        left = float(((self.y - means) ** 2).mean())
        share = 1.0 - left / self.variance * (rows - 1) / max(rows - 1 - terms, 1)
        away, rest = means - means.mean(), self.y - means
        square = (self.y - self.mean) ** 2
        explained = away**2 + 2.0 * rest * away
        influence = (explained - share * square) / self.variance
        return share, influence - influence.mean(), 2.0 * terms / rows**2

    def ends(self, influence: Floats, chance: float, level: float) -> tuple[float, float]:
        """Standard error and half width of an interval."""
        error = float(np.sqrt((influence**2).mean() / self.y.size + chance))
        return error, float(special.ndtri(0.5 + 0.5 * level)) * error


def sobol_given_data(
    x: Any,
    y: ArrayLike,
    *,
    groups: Groups | None = None,
    names: Sequence[str] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Indices:
    """Estimate first-order and total indices from draws at hand.

    Args:
        x: the inputs: ``{name: column}``, a data frame, or float64[draw, input]; categories, too.
        y: float64[draw]; the outcome.
        groups: lists of names or numbers, or ``{group: members}``; None for single inputs.
        names: of the columns of an array.
        level: of the intervals.
        seed: unused; the estimate draws nothing.

    Returns:
        Indices; ``note`` says how much of the variance no input explains.

    Raises:
        InputError: SV653, SV655 or SV656, saying what does not fit.

    Examples:
        >>> x = np.random.default_rng(1).normal(size=(4000, 3))
        >>> found = sobol_given_data(x, 2 * x[:, 0] + x[:, 1])
        >>> abs(found.first.round(1)), found.ranking
        (array([0.8, 0.2, 0. ]), ('x1', 'x2'))
    """
    shares = _Shares(x, y, names)
    titles, members = group_members(shares.columns.names, groups)
    everyone = np.arange(len(shares.columns.names))
    whole = shares.of(everyone)
    first, total = [], []
    for member in members:
        alone = shares.of(member)
        first.append((alone[0], *shares.ends(alone[1], alone[2], level)))
        without = shares.of(np.setdiff1d(everyone, member))
        chance = abs(whole[2] - without[2])
        total.append((whole[0] - without[0], *shares.ends(whole[1] - without[1], chance, level)))
    one, two = np.array(first), np.array(total)
    beyond = max(1.0 - whole[0], 0.0)
    return Indices(
        titles,
        one[:, 0],
        two[:, 0],
        np.stack([one[:, 0] - one[:, 2], one[:, 0] + one[:, 2]], axis=1),
        np.stack([two[:, 0] - two[:, 2], two[:, 0] + two[:, 2] + beyond], axis=1),
        one[:, 1],
        two[:, 1],
        shares.mean,
        shares.variance,
        0,
        _note(whole[0]),
    )


def _note(explained: float) -> str:
    return (
        f"a smooth function of the inputs explains {explained:.0%} of the variance of these draws; "
        "the intervals of what includes interactions reach up by the rest"
    )


def shapley_given_data(
    x: Any,
    y: ArrayLike,
    *,
    groups: Groups | None = None,
    names: Sequence[str] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Effects:
    """Estimate Shapley effects from draws at hand; they add up to the explained share.

    Args:
        x: as for `sobol_given_data`.
        y: float64[draw]; the outcome.
        groups: lists of names or numbers, or ``{group: members}``; None for single inputs.
        names: of the columns of an array.
        level: of the intervals.
        seed: of the random orders, which are taken from nine inputs on.

    Raises:
        InputError: SV653, SV655 or SV656, saying what does not fit.
    """
    shares = _Shares(x, y, names)
    titles, members = group_members(shares.columns.names, groups)
    count = len(members)
    effect, chance = np.zeros(count), np.zeros(count)
    influence = np.zeros((count, shares.y.size))
    between = np.zeros(count)
    for player, before, after, weight in _steps(members, shares.columns.names, seed):
        without, joined = shares.of(before), shares.of(after)
        effect[player] += weight * (joined[0] - without[0])
        influence[player] += weight * (joined[1] - without[1])
        chance[player] += weight * abs(joined[2] - without[2])
        between[player] += weight * (joined[0] - without[0]) ** 2
    if count > EXACT_PLAYERS:  # the orders are a sample of all orders
        chance += np.maximum(between - effect**2, 0.0) / ORDERS
    ends = [shares.ends(influence[g], chance[g], level) for g in range(count)]
    half = np.array([h for _, h in ends])
    explained = shares.of(np.concatenate(members))[0]
    return Effects(
        titles,
        effect,
        np.stack([effect - half, effect + half + max(1.0 - explained, 0.0)], axis=1),
        np.array([e for e, _ in ends]),
        shares.mean,
        shares.variance,
        0,
        _note(explained),
        1.0 - explained,
    )


def _steps(
    members: Sequence[Whole], names: Sequence[str], seed: int
) -> list[tuple[int, Whole, Whole, float]]:
    """Players joining sets: player, members before and after, weight."""
    count = len(members)
    none = np.zeros(0, np.intp)

    def joined(players: Sequence[int]) -> Whole:
        return np.concatenate([none, *(members[p] for p in players)])

    steps = []
    if count <= EXACT_PLAYERS:
        for mask in range(1 << count):
            inside = [g for g in range(count) if mask >> g & 1]
            weight = 1.0 / (count * max(math.comb(count - 1, len(inside)), 1))
            steps += [
                (g, joined(inside), joined([*inside, g]), weight)
                for g in range(count)
                if not mask >> g & 1
            ]
        return steps
    luck = np.random.default_rng(seed)
    half = [luck.permutation(count).tolist() for _ in range(ORDERS // 2)]
    for order in [o for h in half for o in (h, h[::-1])]:
        steps += [
            (g, joined(order[:k]), joined(order[: k + 1]), 1.0 / ORDERS)
            for k, g in enumerate(order)
        ]
    return steps


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a tornado: the mean outcome where an input is low and where it is high.

    Args:
        name: of the input.
        low_input: the input's mean over the draws in which it is low.
        high_input: the same where it is high.
        low: mean outcome where the input is low.
        high: where it is high.
        interval_low: of the mean where it is low.
        interval_high: of the mean where it is high.
        told: the swing is told from 0, with all bars looked at together.
    """

    name: str
    low_input: float
    high_input: float
    low: float
    high: float
    interval_low: tuple[float, float]
    interval_high: tuple[float, float]
    told: bool

    @property
    def swing(self) -> float:
        """Outcome where the input is high, less the outcome where it is low."""
        return self.high - self.low


def tornado(
    x: Any,
    y: ArrayLike,
    *,
    share: float = 0.1,
    names: Sequence[str] | None = None,
    level: float = 0.95,
) -> list[Bar]:
    """Return the bars of a tornado from draws at hand, the longest first.

    All other inputs vary as they do: a bar is what one would expect where the input is among its
    lowest or highest draws, correlations and interactions included. Categories have no bar.

    Args:
        x: as for `sobol_given_data`.
        y: float64[draw]; the outcome.
        share: of the draws at each end.
        names: of the columns of an array.
        level: of the intervals, and of telling a swing from 0 (all bars together).

    Raises:
        InputError: SV653, saying what does not fit.

    Examples:
        >>> x = np.random.default_rng(1).uniform(size=(2000, 2))
        >>> [(bar.name, round(bar.swing, 1), bar.told) for bar in tornado(x, x[:, 1])]
        [('x2', 0.9, True), ('x1', ..., False)]
    """
    if not 0.0 < share <= 0.5:
        raise InputError(
            f"a share at each end lies above 0 and up to 0.5, not at {share:g}", BAD_SAMPLE
        )
    columns = columns_of(x, names)
    values = outcome(y, columns.size)
    few = max(int(share * values.size), 2)
    if 2 * few > values.size:
        raise InputError(f"{values.size} draws are too few for a tornado", BAD_SAMPLE)
    numeric = [
        j for j, label in enumerate(columns.label) if not label and np.ptp(columns.values[j])
    ]
    half = float(special.ndtri(0.5 + 0.5 * level))
    strict = float(special.ndtri(1.0 - 0.5 * (1.0 - level) / max(len(numeric), 1)))
    bars = []
    for j in numeric:
        order = np.argsort(columns.values[j], kind="stable")
        ends = [order[:few], order[-few:]]
        mean = [float(values[e].mean()) for e in ends]
        error = [float(values[e].std(ddof=1)) / math.sqrt(few) for e in ends]
        at = [float(columns.values[j][e].mean()) for e in ends]
        lows = (mean[0] - half * error[0], mean[0] + half * error[0])
        highs = (mean[1] - half * error[1], mean[1] + half * error[1])
        told = abs(mean[1] - mean[0]) > strict * math.hypot(*error)
        bars.append(Bar(columns.names[j], at[0], at[1], mean[0], mean[1], lows, highs, told))
    return sorted(bars, key=lambda bar: -abs(bar.swing))
