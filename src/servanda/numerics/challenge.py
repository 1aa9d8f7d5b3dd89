"""Rounds of challenges and offers on a line, batched over draws.

The expected-utility model of Bueno de Mesquita as Scholz, Calbert and Smith (2011) wrote it down,
in two readings. Everything a round needs of pairs comes from one table of support
(``servanda.numerics.rivalry``), so that a round takes n^2 log n steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.jit import kernel, part
from servanda.numerics.rivalry import fill_support
from servanda.numerics.threads import over_rows

__all__ = ["CODED", "KINDS", "PRINTED", "Rounds", "play_rounds"]

Floats = NDArray[np.float64]
Bytes = NDArray[np.int8]
Places = NDArray[np.int64]

#: The two readings: as the formulas are printed, and as the authors' program computes.
PRINTED, CODED = 0, 1
#: What an actor takes in a round, by number.
KINDS = ("stays", "confrontation", "compromise", "capitulation")


class Rounds(NamedTuple):
    """What came of the rounds.

    Attributes:
        position: float64[draw, round + 1, actor]; the first row is the start.
        kind: int8[draw, round, actor], index into ``KINDS``.
        partner: int64[draw, round, actor], whose offer was taken; -1 for none.
        utility: float64[draw, round, actor, 2], what the actor expects of challenging that partner
            and, in its eyes, the partner of challenging it.
        risk: float64[draw, round, actor], exponent of utility, 1 is neutral, in [0.5, 2].
    """

    position: Floats
    kind: Bytes
    partner: Places
    utility: Floats
    risk: Floats


@part
def _disutilities(x, order, weight, risk, span, coded, room, value):  # type: ignore[no-untyped-def]
    """Fill in what each voter loses at the place of each other, in the order of places."""
    n = x.size
    for v in range(n):
        room[v] = x[order[v]]
    for v in range(n):
        exponent = risk[order[v]] if coded else 1.0
        own = weight[order[v]]
        for a in range(n):
            far = abs(room[v] - room[a]) / span
            value[v, a] = -own * (far if exponent == 1.0 else far**exponent)


@part
def _all_votes(room, support):  # type: ignore[no-untyped-def]
    """Votes over all ordered pairs of actors; each pair is met twice."""
    everything = 0.0
    for a in range(room.size):
        for b in range(room.size):
            if room[a] != room[b]:
                everything += support[a, b]
    return 2.0 * everything


@part
def _win_table(  # type: ignore[no-untyped-def]
    x, weight, risk, span, coded, room, sums, value, support, table
):
    """Fill ``table[i, j]`` with the chance that actor i wins against actor j."""
    order = np.argsort(x, kind="mergesort")
    _disutilities(x, order, weight, risk, span, coded, room, value)
    fill_support(room, room, value, sums, support)
    everything = _all_votes(room, support) if coded else 0.0
    for a in range(x.size):
        for b in range(x.size):
            share = 0.0
            if room[a] != room[b]:
                whole = everything if coded else support[a, b] + support[b, a]
                share = support[a, b] / whole if whole > 0.0 else (0.0 if coded else 0.5)
            table[order[a], order[b]] = share


@part(inline=True)
def _power(base, exponent):  # type: ignore[no-untyped-def]
    base = max(0.0, base)
    return base if exponent == 1.0 else base**exponent


@part(inline=True)
def _expected(win, resists, gained, lost):  # type: ignore[no-untyped-def]
    """Utility of a challenge that is resisted with this chance and then won or lost."""
    return resists * (win * gained + (1.0 - win) * lost) + (1.0 - resists) * gained


@part
def _left_alone(own, other, middle, span, stays, exponent):  # type: ignore[no-untyped-def]
    """Utility to ``own`` of not challenging ``other``, who may drift towards the median."""
    kept = stays * (2.0 - 4.0 * _power(0.5, exponent))
    if stays < 1.0:
        drift = 0.25 * (abs(own - middle) + abs(own - other)) / span
        side = -1.0 if abs(own - middle) < abs(own - other) else 1.0
        kept += (1.0 - stays) * (2.0 - 4.0 * _power(0.5 + side * drift, exponent))
    return kept


@part
def _middle(x, weight):  # type: ignore[no-untyped-def]
    """Weighted median, the lower one of two."""
    order = np.argsort(x, kind="mergesort")
    half = 0.5 * weight.sum() * (1.0 - 1e-12)
    passed = 0.0
    for v in range(x.size):
        passed += weight[order[v]]
        if passed >= half:
            return x[order[v]]
    return x[order[-1]]


@part
def _risks(x, s, win, span, middle, stays, danger, risk):  # type: ignore[no-untyped-def]
    """Exponents of utility from how much is gained by challenging each actor."""
    n = x.size
    least, most = np.inf, -np.inf
    for i in range(n):
        danger[i] = 0.0
        for j in range(n):
            if j != i:
                far = abs(x[i] - x[j]) / span
                danger[i] += _expected(win[j, i], s[i], 2.0 * far, -2.0 * far)
                danger[i] -= _left_alone(x[j], x[i], middle, span, stays, 1.0)
        least, most = min(least, danger[i]), max(most, danger[i])
    for i in range(n):
        risk[i] = 1.0
        if most - least > 1e-12:
            attitude = (2.0 * danger[i] - most - least) / (most - least)
            risk[i] = (1.0 - attitude / 3.0) / (1.0 + attitude / 3.0)


@part
def _views(x, s, win, risk, i, j, span, middle, stays, coded, utility):  # type: ignore[no-untyped-def]
    """What i expects of challenging j, and j of challenging i."""
    half = 0.5 * abs(x[i] - x[j]) / span
    gained = 2.0 - 4.0 * _power(0.5 - half, risk[i])
    lost = 2.0 - 4.0 * _power(0.5 + half, risk[i])
    utility[0] = _expected(win[i, j], s[j], gained, lost)
    utility[0] -= _left_alone(x[i], x[j], middle, span, stays, risk[i])
    eyes = i if coded else j
    if not coded:
        gained = 2.0 - 4.0 * _power(0.5 - half, risk[j])
        lost = 2.0 - 4.0 * _power(0.5 + half, risk[j])
    utility[1] = _expected(win[j, i], s[i], gained, lost)
    utility[1] -= _left_alone(x[j], x[i], middle, span, stays, risk[eyes])


@part
def _class_of(mine, theirs, coded):  # type: ignore[no-untyped-def]
    """Index into ``KINDS`` of the offer that a pair of expected utilities makes."""
    if theirs > mine and mine > 0.0:
        return 1
    if theirs > 0.0 and mine < 0.0:
        if theirs > -mine:
            return 2
        if not coded:  # the program's test for this class holds for no pair
            return 3
    return 0


@part
def _best_offer(x, s, win, risk, i, span, middle, stays, coded, utility):  # type: ignore[no-untyped-def]
    """Return kind, partner and new place of the offer that actor i takes."""
    kind, partner, place, best = 0, -1, x[i], np.inf
    pair = np.empty(2)
    for j in range(x.size):
        if x[j] == x[i]:
            continue
        _views(x, s, win, risk, i, j, span, middle, stays, coded, pair)
        mine, theirs = pair[0], pair[1]
        found = _class_of(mine, theirs, coded)
        if found == 0 or (kind != 0 and found > kind):
            continue
        there = x[i] + (x[j] - x[i]) * abs(mine / theirs) if found == 2 else x[j]
        effort = abs(there - x[i])
        if coded and found == 2:
            effort = (-mine * x[i] + theirs * x[j]) / (theirs - mine)
        if kind == 0 or found < kind or effort < best:
            kind, partner, place, best = found, j, there, effort
            utility[0], utility[1] = mine, theirs
    return kind, partner, place


@kernel
def _play_rows(  # type: ignore[no-untyped-def]
    capability, salience, coded, stays, position, kind, partner, utility, risk, start, stop
):
    rounds, n = kind.shape[1], kind.shape[2]
    win, value, support = np.empty((n, n)), np.empty((n, n)), np.empty((n, n))
    sums, room, danger = np.empty((n + 1, n)), np.empty(n), np.empty(n)
    neutral = np.ones(n)
    for d in range(start, stop):
        s = salience[d]
        weight = capability[d] * s
        span = position[d, 0].max() - position[d, 0].min()
        for t in range(rounds):
            x = position[d, t]
            for i in range(n):
                position[d, t + 1, i] = x[i]
                partner[d, t, i], kind[d, t, i], risk[d, t, i] = -1, 0, 1.0
                utility[d, t, i, 0] = utility[d, t, i, 1] = 0.0
            if not span > 0.0:
                continue
            middle = _middle(x, weight) if stays < 1.0 else 0.0
            _win_table(x, weight, neutral, span, coded, room, sums, value, support, win)
            _risks(x, s, win, span, middle, stays, danger, risk[d, t])
            if coded:
                _win_table(x, weight, risk[d, t], span, coded, room, sums, value, support, win)
            for i in range(n):
                found, who, place = _best_offer(
                    x, s, win, risk[d, t], i, span, middle, stays, coded, utility[d, t, i]
                )
                kind[d, t, i], partner[d, t, i], position[d, t + 1, i] = found, who, place


def play_rounds(
    position: Floats,
    capability: Floats,
    salience: Floats,
    *,
    rounds: int,
    reading: int = CODED,
    stays: float = 1.0,
) -> Rounds:
    """Play rounds of challenges: every actor takes at most one offer, all move at once.

    Args:
        position: float64[draw, actor], any scale.
        capability: float64[draw, actor], 0 or more, any scale.
        salience: float64[draw, actor], in [0, 1].
        rounds: how many.
        reading: ``PRINTED`` or ``CODED``.
        stays: chance Q that the other side stays where it is if not challenged, in [0, 1].

    Returns:
        Positions, offers taken, expected utilities and risk exponents of every round. The numbers
        of a draw depend neither on the other draws nor on the number of threads.

    Examples:
        >>> x = np.array([[0.0, 4.0, 10.0]])
        >>> even = np.ones((1, 3))
        >>> play_rounds(x, even, 0.5 * even, rounds=1).position.shape
        (1, 2, 3)

    References:
        Scholz, Calbert & Smith 2011, eqs. (1) to (31), doi:10.1177/0951629811418142
    """
    draws, n = position.shape
    track = np.empty((draws, rounds + 1, n))
    track[:, 0, :] = position
    kind = np.zeros((draws, rounds, n), np.int8)
    partner = np.full((draws, rounds, n), -1, np.int64)
    utility = np.zeros((draws, rounds, n, 2))
    risk = np.ones((draws, rounds, n))
    force, care = np.ascontiguousarray(capability), np.ascontiguousarray(salience)
    over_rows(
        lambda a, b: _play_rows(
            force, care, bool(reading), stays, track, kind, partner, utility, risk, a, b
        ),
        draws,
        block=256 if n <= 16 else 4,
    )
    return Rounds(track, kind, partner, utility, risk)
