"""From the values of a decision chain to its survival, for a batch of draws.

For every draw: solve the chain, turn the mover's choices into a generator, and follow it exactly.
Rewards are counted in columns (see ``COLUMNS``): ends by kind, flags and tallies on ends, time in
marked states, time alive, and ends 0 to 2 by the label of the state in which they happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from servanda.numerics.chain import Acts, Graph, Pace
from servanda.numerics.chain_play import MOST, ONE, PRINCIPAL, solve_chain
from servanda.numerics.jit import kernel, part
from servanda.numerics.survival import transient

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["COLUMNS", "ENDS", "Followed", "follow_rows", "transitions"]

ENDS = 6
FLAG, TALLY, MARKED, ALIVE, LABELLED = 6, 7, 8, 9, 10
COLUMNS = LABELLED
"""Reward columns before the labelled ones: six ends, flag, tally, marked time, time alive."""


class Followed(NamedTuple):
    """Results, written in place; the graph's column is ``place`` on the second axis.

    ``alive`` float64[draw, place, time]; ``total`` float64[draw, place, column, time], the columns
    being those above, then per label the ends 0 to 2 and 5 and the moves to the next phase;
    ``low`` and ``high`` float64[draw, place, 2, time]: least and largest survival, and time alive,
    over the solutions found; ``discounted``, ``arrived``, ``value``, ``second`` and ``residual``
    float64[draw, place]; ``raids`` float64[draw, place], the chance of a raid at the start;
    ``status`` int8[draw, place].
    """

    alive: Floats
    total: Floats
    low: Floats
    high: Floats
    discounted: Floats
    arrived: Floats
    value: Floats
    second: Floats
    raids: Floats
    residual: Floats
    status: NDArray[np.int8]


@part
def count_acts(
    s: int, d: int, graph: Graph, acts: Acts, pace: Pace, p: Floats, out: Floats
) -> None:
    """Rates at which the mover's chances in state ``s`` pay into the reward columns ``out``."""
    row, omega, eps = graph.row[s], pace.omega[d], pace.eps[d]
    for k in range(acts.trial.size):
        rate = omega * p[1 + k]
        first = acts.first[d, row, k]
        if acts.trial[k]:
            out[3] += rate * eps
            out[FLAG] += rate * eps * first * acts.flag[d, row, k]
        else:
            second, broken = acts.second[d, row, k], rate * graph.broken[s, k]
            kept = rate - broken
            out[0] += kept * first * second
            out[1] += kept * first * (1.0 - second)
            out[2] += kept * (1.0 - first)
            out[5] += broken
            out[FLAG] += rate * first * acts.flag[d, row, k]
            out[TALLY] += rate * acts.tally[d, row, k]
            out[LABELLED + graph.label[s]] += rate


@part
def count_raids(
    s: int, d: int, graph: Graph, acts: Acts, pace: Pace, pi: float, answer: Floats, out: Floats
) -> None:
    """Rates at which raids in state ``s`` that are not let pass pay into the columns ``out``."""
    for k in range(acts.trial.size):
        rate = pace.rival[d] * pi * answer[1 + k]
        out[4] += rate
        out[FLAG] += rate * acts.reply_flag[d, graph.row[s], k]


@part
def add_trials(
    s: int,
    d: int,
    here: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    p: Floats,
    passed: float,
    to: NDArray[np.int64],
    rate: Floats,
) -> int:
    """Add the moves after trials and raids out of state ``s``; what moves nothing is no move."""
    taken, refused = 0.0, 0.0
    for k in range(acts.trial.size):
        if acts.trial[k]:
            chance = pace.omega[d] * p[1 + k] * (1.0 - pace.eps[d])
            taken += chance * acts.accept[d, graph.row[s], k]
            refused += chance * (1.0 - acts.accept[d, graph.row[s], k])
    if graph.up[s] != s:
        to[here], rate[here] = graph.up[s], taken
        here += 1
    if graph.down[s] != s:
        to[here], rate[here] = graph.down[s], refused
        here += 1
    if graph.fray[s] != s and passed > 0.0:
        to[here], rate[here] = graph.fray[s], passed
        here += 1
    return here


@part
def transitions(
    d: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    pi: Floats,
    p: Floats,
    answer: Floats,
    ptr: NDArray[np.int64],
    to: NDArray[np.int64],
    rate: Floats,
    leave: Floats,
    reward: Floats,
) -> None:
    """Transitions, exit rates and reward rates of draw ``d`` under what both parties do."""
    n, here = graph.row.size, 0
    labels = (reward.shape[1] - LABELLED) // 2
    for s in range(n + 1):
        for j in range(reward.shape[1]):
            reward[s, j] = 0.0
    leave[n] = 0.0
    reward[n, ALIVE] = 1.0
    for s in range(n):
        ptr[s] = here
        for e in range(graph.edge_ptr[s], graph.edge_ptr[s + 1]):
            speed = pace.rates[d, graph.edge_code[e]] * graph.edge_weight[e]
            if graph.edge_code[e] >= graph.passing:
                reward[s, LABELLED + labels + graph.label[s]] += speed
            if speed > 0.0:
                to[here], rate[here] = graph.edge_to[e], speed
                here += 1
        passed = pace.rival[d] * pi[s] * answer[s, 0]
        here = add_trials(s, d, here, graph, acts, pace, p[s], passed, to, rate)
        count_acts(s, d, graph, acts, pace, p[s], reward[s])
        count_raids(s, d, graph, acts, pace, pi[s], answer[s], reward[s])
        reward[s, MARKED] = graph.mark[s]
        reward[s, ALIVE] = 1.0
        leave[s] = 0.0
        for j in range(ENDS):
            leave[s] += reward[s, j]
        for e in range(ptr[s], here):
            leave[s] += rate[e]
    ptr[n] = here
    ptr[n + 1] = here


@part
def widen(d: int, place: int, alive: Floats, years: Floats, out: Followed) -> None:
    """Let the range over the solutions found take in one more."""
    for t in range(alive.size):
        out.low[d, place, 0, t] = min(out.low[d, place, 0, t], alive[t])
        out.high[d, place, 0, t] = max(out.high[d, place, 0, t], alive[t])
        out.low[d, place, 1, t] = min(out.low[d, place, 1, t], years[t])
        out.high[d, place, 1, t] = max(out.high[d, place, 1, t], years[t])


@kernel
def follow_rows(
    begin: int,
    end: int,
    place: int,
    both: bool,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    grid: Floats,
    newton: int,
    boost: float,
    values: Floats,
    second: Floats,
    out: Followed,
) -> None:
    """Solve and follow the draws from ``begin`` to ``end`` on one graph.

    Args:
        begin: first draw.
        end: one past the last draw.
        place: index of the graph on the second axis of the results.
        both: whether the second party chooses too.
        graph: topology.
        acts: action tables.
        pace: rates and values.
        grid: float64[time], rising, from 0.
        newton: most Newton steps per block for the mover alone.
        boost: factor >= 1 on the uniformisation rate.
        values: float64[draw, state + 1], overwritten with the mover's values.
        second: float64[draw, state + 1], overwritten with the second party's.
        out: results, written in place.
    """
    n, n_acts = graph.row.size, acts.weight.size
    width = out.total.shape[2]
    n_moves = graph.edge_to.size + 3 * n
    p, answer, pi = np.empty((n, n_acts)), np.empty((n, n_acts)), np.empty(n)
    ptr, to = np.empty(n + 2, dtype=np.int64), np.empty(n_moves, dtype=np.int64)
    rate, leave, reward = np.empty(n_moves), np.empty(n + 1), np.empty((n + 1, width))
    alive, total = np.empty(grid.size), np.empty((width, grid.size))
    v, u = np.empty(n + 1), np.empty(n + 1)
    for d in range(begin, end):
        # one call for all of them: every constant passed would compile the chain once more
        for which in range(PRINCIPAL, MOST + 1):
            if which != PRINCIPAL and out.status[d, place] == ONE:
                break
            worst, status = solve_chain(
                d, which, both, newton, graph, acts, pace, v, u, pi, p, answer
            )
            transitions(d, graph, acts, pace, pi, p, answer, ptr, to, rate, leave, reward)
            arrived, discounted = transient(
                ptr, to, rate, leave, reward, graph.start, grid, boost, pace.rho[d], alive, total
            )
            if which != PRINCIPAL:
                widen(d, place, alive, total[ALIVE], out)
                continue
            values[d], second[d] = v, u
            out.alive[d, place], out.total[d, place] = alive, total
            out.residual[d, place], out.status[d, place] = worst, status
            out.value[d, place], out.second[d, place] = v[graph.start], u[graph.start]
            out.raids[d, place] = pi[graph.start]
            out.arrived[d, place], out.discounted[d, place] = arrived, discounted
            out.low[d, place, 0], out.low[d, place, 1] = alive, total[ALIVE]
            out.high[d, place, 0], out.high[d, place, 1] = alive, total[ALIVE]
