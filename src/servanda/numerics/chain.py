"""Values of a decision chain in continuous time, solved exactly block by block.

One mover gets chances to act at rate ``omega``; a second party gets chances at rate ``rival`` and
ends the process with probability ``stop`` when it does; nature moves along edges. An action either
ends the process for a lump, or is a *trial*: it ends with probability ``eps`` for its lump, else is
accepted (costs ``loss``, moves ``up``) or not (brings ``gain``, moves ``down``). The value solves

    (rho + sum mu + omega + rival) V(s)
        = rho flow + sum mu V(s') + omega M(s) + rival [(1 - stop) V(s) + stop W(s)],
    M(s) = (1/lam) log sum_a w(a) exp(lam Q(s, a)),   Q(stay) = V(s).

The right side over the left factor is a contraction, so one solution exists. States are ordered
such that every edge between blocks leads to a later block; blocks are solved backwards, each by
Newton's method. M is convex and the Jacobian an M-matrix, so from the second iterate on the steps
rise monotonically to the solution; damped value iteration stands by.

References:
    McFadden 1978 for the log-sum value; Doraszelski & Judd 2012, doi:10.3982/QE153, for one mover
    at a time in continuous time; Ortega & Rheinboldt 1970, section 13.3, for monotone Newton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from servanda.numerics.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Acts", "Graph", "Pace", "soft_choice", "solve_values"]

GOAL = 1e-14
NEWTON_ENOUGH = 1e-11
FALLBACK_STEPS = 50_000
SMALL = 0.05


class Graph(NamedTuple):
    """Where states lead, the same for every draw.

    ``row`` int64[state] points into the act tables; edges of nature in compressed rows
    (``edge_ptr`` int64[state + 1], ``edge_to``, ``edge_code`` into the rates, ``edge_weight``);
    target ``len(row)`` is the good end, worth ``flow`` for ever. ``up`` and ``down`` int64[state]
    are the states after an accepted and an unaccepted trial and lie in the state's own block.
    ``block`` int64[blocks + 1] cuts the states; ``label`` int64[state] and ``mark`` float64[state]
    are carried for counting; ``start`` is where the process begins.
    """

    row: Ints
    edge_ptr: Ints
    edge_to: Ints
    edge_code: Ints
    edge_weight: Floats
    up: Ints
    down: Ints
    block: Ints
    label: Ints
    mark: Floats
    start: int


class Acts(NamedTuple):
    """What actions lead to: float64[draw, row, kind], weights and classes per kind.

    ``weight`` float64[1 + kind] are the reference weights, stay first; ``trial`` bool[kind].
    An action that ends the process does so in end 0 with probability ``first * second``, in end 1
    with ``first * (1 - second)``, in end 2 otherwise; ``flag`` and ``tally`` are probabilities
    counted along.
    """

    lump: Floats
    accept: Floats
    first: Floats
    second: Floats
    flag: Floats
    tally: Floats
    weight: Floats
    trial: NDArray[np.bool_]


class Pace(NamedTuple):
    """Rates and values per draw: float64[draw], ``rates`` [draw, code], ``stop`` [draw, state].

    ``relief`` is added to the lump of an action that the second party provoked.
    """

    lam: Floats
    rho: Floats
    flow: Floats
    omega: Floats
    rival: Floats
    gain: Floats
    loss: Floats
    eps: Floats
    relief: Floats
    rates: Floats
    stop: Floats


class Work(NamedTuple):
    """Room for one block of states, counted by i and j.

    The value equation reads
    ``factor[i] V(i) = base[i] + sum_j near[i, j] V(j) + omega M(i)``,
    ``Q(i, k) = fixed[i, k] + rise[i, k] V(up of i) + fall[i, k] V(down of i)``.

    ``ended`` float64[state] is the value after a stop; ``x`` the values sought, ``gap`` and
    ``slope`` the error of the equation and its derivative, ``q`` the values of the actions.
    """

    ended: Floats
    factor: Floats
    base: Floats
    near: Floats
    fixed: Floats
    rise: Floats
    fall: Floats
    x: Floats
    gap: Floats
    slope: Floats
    q: Floats


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


@kernel
def answer_stops(d: int, graph: Graph, acts: Acts, pace: Pace, work: Work, answer: Floats) -> None:
    """Mover's value once the second party has ended the process, into ``work.ended``.

    The mover then picks among the actions that end (among all kinds where there is none such), by
    the same soft choice and without the cost that ``relief`` gives back; ``answer`` is its pick.
    """
    kinds, only_trials = acts.trial.size, True
    for k in range(kinds):
        only_trials = only_trials and acts.trial[k]
    weight = np.zeros(1 + kinds)
    for k in range(kinds):
        if only_trials or not acts.trial[k]:
            weight[1 + k] = acts.weight[1 + k]
    work.q[0] = 0.0
    for s in range(graph.row.size):
        work.ended[s] = 0.0
        for a in range(1 + kinds):
            answer[s, a] = 0.0
        if pace.stop[d, s] > 0.0 and pace.rival[d] > 0.0:
            for k in range(kinds):
                work.q[1 + k] = acts.lump[d, graph.row[s], k] + pace.relief[d]
            work.ended[s] = soft_choice(work.q, weight, pace.lam[d], answer[s])


@kernel
def fill_block(
    d: int, first: int, last: int, v: Floats, graph: Graph, acts: Acts, pace: Pace, work: Work
) -> None:
    """Gather the value equation of one block, given the values of the later blocks."""
    rho, omega, rival, eps = pace.rho[d], pace.omega[d], pace.rival[d], pace.eps[d]
    for s in range(first, last):
        i, row, stop = s - first, graph.row[s], pace.stop[d, s]
        total, known = rho + omega + rival, rho * pace.flow[d] + rival * stop * work.ended[s]
        for j in range(last - first):
            work.near[i, j] = 0.0
        work.near[i, i] = rival * (1.0 - stop)
        guess = pace.flow[d]
        for e in range(graph.edge_ptr[s], graph.edge_ptr[s + 1]):
            to = graph.edge_to[e]
            rate = pace.rates[d, graph.edge_code[e]] * graph.edge_weight[e]
            total += rate
            if to < last:
                work.near[i, to - first] += rate
            else:
                known += rate * v[to]
                guess = v[to]
        work.factor[i], work.base[i], work.x[i] = total, known, guess
        for k in range(acts.trial.size):
            lump, rise, fall = acts.lump[d, row, k], 0.0, 0.0
            if acts.trial[k]:
                rise = (1.0 - eps) * acts.accept[d, row, k]
                fall = (1.0 - eps) * (1.0 - acts.accept[d, row, k])
                lump = eps * lump + fall * pace.gain[d] - rise * pace.loss[d]
            work.fixed[i, k], work.rise[i, k], work.fall[i, k] = lump, rise, fall


@kernel
def block_gap(
    d: int, first: int, last: int, graph: Graph, acts: Acts, pace: Pace, work: Work, p: Floats
) -> float:
    """Left less right side of the equation at ``work.x``; fills ``work.gap`` and the choices.

    Returns:
        Largest absolute gap over its left factor; nan where a value is not finite.
    """
    worst, lam, omega, x, q = 0.0, pace.lam[d], pace.omega[d], work.x, work.q
    for i in range(last - first):
        above, below = x[graph.up[first + i] - first], x[graph.down[first + i] - first]
        q[0] = x[i]
        for k in range(acts.trial.size):
            q[1 + k] = work.fixed[i, k] + work.rise[i, k] * above + work.fall[i, k] * below
        right = work.base[i] + omega * soft_choice(q, acts.weight, lam, p[first + i])
        for j in range(last - first):
            right += work.near[i, j] * x[j]
        work.gap[i] = work.factor[i] * x[i] - right
        error = abs(work.gap[i]) / work.factor[i]
        if not error <= worst:
            worst = error
    return worst


@kernel
def block_slope(first: int, last: int, omega: float, graph: Graph, work: Work, p: Floats) -> None:
    """Derivative of the gaps by the values of the block, under the choices ``p``."""
    for i in range(last - first):
        up, down = graph.up[first + i] - first, graph.down[first + i] - first
        for j in range(last - first):
            work.slope[i, j] = -work.near[i, j]
        work.slope[i, i] += work.factor[i] - omega * p[first + i, 0]
        for k in range(work.rise.shape[1]):
            chance = omega * p[first + i, 1 + k]
            work.slope[i, up] -= chance * work.rise[i, k]
            work.slope[i, down] -= chance * work.fall[i, k]


@kernel
def solve_dense(a: Floats, b: Floats, n: int) -> None:
    """Gauss elimination in place, without pivots: ``a`` is diagonally dominant."""
    for i in range(n):
        inverse = 1.0 / a[i, i]
        for j in range(i + 1, n):
            f = a[j, i] * inverse
            if f != 0.0:
                for c in range(i + 1, n):
                    a[j, c] -= f * a[i, c]
                b[j] -= f * b[i]
    for i in range(n - 1, -1, -1):
        x = b[i]
        for c in range(i + 1, n):
            x -= a[i, c] * b[c]
        b[i] = x / a[i, i]


@kernel
def solve_block(
    d: int,
    first: int,
    last: int,
    newton: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    work: Work,
    p: Floats,
) -> float:
    """Solve one filled block; returns what is left of the error.

    A Newton step of size h leaves at most lam h^2 / 2, so the last step proves itself; the final
    gap is measured all the same, and value iteration takes over where it is not small.
    """
    for _ in range(newton):
        block_gap(d, first, last, graph, acts, pace, work, p)
        block_slope(first, last, pace.omega[d], graph, work, p)
        solve_dense(work.slope, work.gap, last - first)
        step = 0.0
        for i in range(last - first):
            work.x[i] -= work.gap[i]
            step = max(step, abs(work.gap[i]))
        if 0.5 * pace.lam[d] * step * step <= GOAL:
            break
    left: float = block_gap(d, first, last, graph, acts, pace, work, p)
    if left <= NEWTON_ENOUGH:
        return left
    damp, before = 1.0, np.inf
    for i in range(last - first):
        work.x[i] = pace.flow[d]
    for _ in range(FALLBACK_STEPS):
        left = block_gap(d, first, last, graph, acts, pace, work, p)
        if left <= GOAL or np.isnan(left):
            break
        if left > before:
            damp = max(0.5, 0.9 * damp)
        before = left
        for i in range(last - first):
            work.x[i] -= damp * work.gap[i] / work.factor[i]
    return left


@kernel
def solve_values(
    d: int, graph: Graph, acts: Acts, pace: Pace, newton: int, v: Floats, p: Floats, answer: Floats
) -> float:
    """Values of draw ``d`` into ``v`` (state + good end), choices into ``p`` and ``answer``.

    Args:
        d: draw.
        graph: topology.
        acts: action tables.
        pace: rates and values.
        newton: most Newton steps per block; 0 leaves it all to value iteration.
        v: float64[state + 1], overwritten.
        p: float64[state, 1 + kind], overwritten with the mover's choice.
        answer: float64[state, 1 + kind], overwritten with the kinds that follow a stop.

    Returns:
        Largest absolute error of the value equation, divided by its left factor, over all states.
    """
    n, kinds, blocks = graph.row.size, acts.trial.size, graph.block.size - 1
    wide = 0
    for b in range(blocks):
        wide = max(wide, graph.block[b + 1] - graph.block[b])
    work = Work(
        np.empty(n),
        np.empty(wide),
        np.empty(wide),
        np.empty((wide, wide)),
        np.empty((wide, kinds)),
        np.empty((wide, kinds)),
        np.empty((wide, kinds)),
        np.empty(wide),
        np.empty(wide),
        np.empty((wide, wide)),
        np.empty(1 + kinds),
    )
    answer_stops(d, graph, acts, pace, work, answer)
    v[n] = pace.flow[d]
    worst = 0.0
    for b in range(blocks - 1, -1, -1):
        first, last = graph.block[b], graph.block[b + 1]
        fill_block(d, first, last, v, graph, acts, pace, work)
        left = solve_block(d, first, last, newton, graph, acts, pace, work, p)
        if not left <= worst:
            worst = left
        for s in range(first, last):
            v[s] = work.x[s - first]
    return worst
