"""Transient behaviour of an absorbing chain in continuous time by uniformisation.

With the rate ``L`` at least as large as every exit rate, the chain is a discrete chain ``P`` run by
a Poisson clock: ``a' exp(G t) r = sum_m Pois(m; L t) a' P^m r``. One pass over m serves every time
of the grid. Integrals use ``int_0^t Pois(m; L u) du = P(N(L t) > m) / L``, so cumulative incidence
and expected time are exact like survival, not trapezoids. All terms are positive: nothing cancels.

References:
    Jensen 1953, Skandinavisk Aktuarietidskrift 36; Fox & Glynn 1988, doi:10.1145/42404.42409, for
    Poisson weights that neither underflow nor lose digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.jit import kernel, part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["poisson_span", "poisson_weights", "transient"]

NEGLIGIBLE = 1e-17
SLOWEST = 1e-3


@kernel
def poisson_span(x: float) -> int:
    """Length of a buffer that holds every Poisson(x) weight above 1e-17 of the largest."""
    m, weight = int(x), 1.0
    while weight > NEGLIGIBLE:
        m += 1
        weight *= x / m
    return m + 1


@kernel
def poisson_weights(x: float, pmf: Floats) -> tuple[int, int]:
    """Poisson(x) probabilities into ``pmf[left:right]``; returns left and right.

    Weights run outward from the mode and are normalised by their sum; those below 1e-17 of the
    largest are left out.
    """
    mode, part = int(x), 1.0 / x if x > 0.0 else 0.0
    pmf[mode] = 1.0
    left, right, total = mode, mode + 1, 1.0
    while left > 0 and pmf[left] > NEGLIGIBLE:
        pmf[left - 1] = pmf[left] * (left * part)
        left -= 1
        total += pmf[left]
    while right < pmf.size and pmf[right - 1] > NEGLIGIBLE:
        pmf[right] = pmf[right - 1] * x / right
        total += pmf[right]
        right += 1
    for m in range(left, right):
        pmf[m] /= total
    return left, right


@part
def weigh(x: float, terms: Floats, sums: Floats, pmf: Floats, out: Floats) -> float:
    """Poisson(x) mean of ``sums`` per column into ``out``, of ``terms`` as return value.

    ``terms`` float64[m] holds ``a' P^m 1``; ``sums`` float64[m + 1, column] running sums of
    ``a' P^j r`` over j < m, so that the mean of ``sums[N]`` is ``sum_m P(N > m) a' P^m r``.
    """
    left, right = poisson_weights(x, pmf)
    mean = 0.0
    for j in range(out.size):
        out[j] = 0.0
    for m in range(left, min(right, terms.size)):
        mean += pmf[m] * terms[m]
        for j in range(out.size):
            out[j] += pmf[m] * sums[m, j]
    return mean


@part
def shifts(
    ptr: Ints, to: Ints, rate: Floats, pace: float, n: int
) -> tuple[Ints, Ints, Ints, Floats, Floats]:
    """Transitions by how far they lead, for a chain whose moves mostly lead equally far.

    Returns:
        for each distance: the distance, the first state with such a move, one past the last, and
        float64[distance, state] chances per step; then float64[state], chances of the last state,
        to which moves lead from everywhere.
    """
    row, count = np.full(2 * n, -1, dtype=np.int64), 0
    for s in range(n):
        for e in range(ptr[s], ptr[s + 1]):
            far = to[e] - s + n
            if to[e] != n - 1 and row[far] < 0:
                row[far] = count
                count += 1
    distance, chance = np.empty(count, dtype=np.int64), np.zeros((count, n))
    first, last = np.full(count, n, dtype=np.int64), np.zeros(count, dtype=np.int64)
    home = np.zeros(n)
    for s in range(n):
        for e in range(ptr[s], ptr[s + 1]):
            if to[e] == n - 1:
                home[s] += rate[e] / pace
                continue
            k = row[to[e] - s + n]
            distance[k] = to[e] - s
            chance[k, s] += rate[e] / pace
            first[k], last[k] = min(first[k], s), max(last[k], s + 1)
    return distance, first, last, chance, home


@part
def add_product(out: Floats, x: Floats, y: Floats) -> None:
    """Add the products of two vectors to a third, entry by entry."""
    for i in range(out.size):
        out[i] += x[i] * y[i]


@part
def powers(
    ptr: Ints,
    to: Ints,
    rate: Floats,
    leave: Floats,
    reward: Floats,
    start: int,
    pace: float,
    terms: Floats,
    sums: Floats,
    last: Floats,
) -> None:
    """Run the discrete chain: mass left, running reward sums, mass in the last state, per step."""
    n, width = leave.size, reward.shape[1]
    distance, first, end, chance, home = shifts(ptr, to, rate, pace, n)
    now, then, stay, paid = np.zeros(n), np.zeros(n), np.empty(n), np.zeros(width)
    now[start] = 1.0
    for s in range(n):
        stay[s] = 1.0 - leave[s] / pace
    for m in range(terms.size):
        mass = arrived = 0.0
        for s in range(n):
            x = now[s]
            if x > 0.0:
                mass += x
                arrived += x * home[s]
                for j in range(width):
                    paid[j] += x * reward[s, j]
            then[s] = x * stay[s]
        for j in range(width):
            sums[m + 1, j] = paid[j]
        for k in range(distance.size):
            a, b, far = first[k], end[k], distance[k]
            add_product(then[a + far : b + far], now[a:b], chance[k, a:b])
        then[n - 1] += arrived
        terms[m], last[m] = mass, now[n - 1]
        now, then = then, now


@part
def transient(
    ptr: Ints,
    to: Ints,
    rate: Floats,
    leave: Floats,
    reward: Floats,
    start: int,
    grid: Floats,
    boost: float,
    discount: float,
    alive: Floats,
    total: Floats,
) -> tuple[float, float]:
    """Survival and accumulated rewards on a time grid.

    Args:
        ptr: int64[state + 1], compressed rows of transitions among the states.
        to: int64[transition].
        rate: float64[transition], rates >= 0.
        leave: float64[state], rate of leaving a state, ends included.
        reward: float64[state, column], reward per unit of time spent in a state.
        start: first state.
        grid: float64[time], rising; the last is the horizon.
        boost: factor >= 1 on the uniformisation rate (results do not depend on it).
        discount: rate at which the second return value is discounted.
        alive: float64[time], overwritten with the probability of not having ended.
        total: float64[column, time], overwritten with expected reward accumulated to each time.

    Returns:
        Probability of being in the last state at the horizon; expected discounted time alive.
    """
    width, horizon = reward.shape[1], grid[-1]
    pace = SLOWEST
    for s in range(leave.size):
        pace = max(pace, leave[s] * boost)
    depth = poisson_span(pace * horizon)
    terms, sums = np.empty(depth), np.zeros((depth + 1, width))
    last = np.empty(depth)
    powers(ptr, to, rate, leave, reward, start, pace, terms, sums, last)
    pmf, out = np.empty(depth), np.empty(width)
    for t in range(grid.size):
        if grid[t] == 0.0:
            alive[t] = 1.0
            for j in range(width):
                total[j, t] = 0.0
            continue
        alive[t] = weigh(pace * grid[t], terms, sums, pmf, out)
        for j in range(width):
            total[j, t] = out[j] / pace
    left, right = poisson_weights(pace * horizon, pmf)
    arrived = 0.0
    for m in range(left, right):
        arrived += pmf[m] * last[m]
    return arrived, discounted_time(pace, discount, horizon, terms)


@part
def discounted_time(pace: float, discount: float, horizon: float, terms: Floats) -> float:
    """Integral of ``exp(-discount u) a' exp(G u) 1`` over u from 0 to the horizon."""
    fast = pace + discount
    x = fast * horizon
    if x == 0.0:
        return 0.0
    pmf = np.empty(poisson_span(x))
    left, right = poisson_weights(x, pmf)
    sum_, factor, result = 0.0, 1.0 / fast, 0.0
    for m in range(right):
        if m < terms.size:
            sum_ += factor * terms[m]
            factor *= pace / fast
        if m + 1 >= left and m + 1 < right:
            result += pmf[m + 1] * sum_
    return result
