"""From the values of a decision chain to its survival, for a batch of draws.

For every draw: solve the chain, turn the mover's choices into a generator, and follow it exactly.
Rewards are counted in columns (see ``COLUMNS``): ends by kind, flags and tallies on ends, time in
marked states, time alive, and ends 0 to 2 by the label of the state in which they happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from servanda.numerics.chain import Acts, Graph, Pace, solve_values
from servanda.numerics.jit import kernel
from servanda.numerics.survival import transient

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["COLUMNS", "ENDS", "Followed", "follow_rows"]

ENDS = 5
FLAG, TALLY, MARKED, ALIVE, LABELLED = 5, 6, 7, 8, 9
COLUMNS = LABELLED
"""Reward columns before the labelled ones: five ends, flag, tally, marked time, time alive."""


class Followed(NamedTuple):
    """Results, written in place; the graph's column is ``place`` on the second axis.

    ``alive`` float64[draw, place, time]; ``total`` float64[draw, place, column, time];
    ``discounted``, ``arrived``, ``value`` and ``residual`` float64[draw, place].
    """

    alive: Floats
    total: Floats
    discounted: Floats
    arrived: Floats
    value: Floats
    residual: Floats


@kernel
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
            second = acts.second[d, row, k]
            out[0] += rate * first * second
            out[1] += rate * first * (1.0 - second)
            out[2] += rate * (1.0 - first)
            out[FLAG] += rate * first * acts.flag[d, row, k]
            out[TALLY] += rate * acts.tally[d, row, k]
            out[LABELLED + graph.label[s]] += rate


@kernel
def add_trials(
    s: int,
    d: int,
    here: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    p: Floats,
    to: NDArray[np.int64],
    rate: Floats,
) -> int:
    """Add the moves after trials out of state ``s``; trials that move nothing are no moves."""
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
    return here


@kernel
def generator(
    d: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    p: Floats,
    answer: Floats,
    ptr: NDArray[np.int64],
    to: NDArray[np.int64],
    rate: Floats,
    leave: Floats,
    reward: Floats,
) -> None:
    """Transitions, exit rates and reward rates of draw ``d`` under the choices ``p``."""
    n, here = graph.row.size, 0
    for s in range(n + 1):
        for j in range(reward.shape[1]):
            reward[s, j] = 0.0
    leave[n] = 0.0
    reward[n, ALIVE] = 1.0
    for s in range(n):
        ptr[s] = here
        for e in range(graph.edge_ptr[s], graph.edge_ptr[s + 1]):
            to[here] = graph.edge_to[e]
            rate[here] = pace.rates[d, graph.edge_code[e]] * graph.edge_weight[e]
            here += 1
        here = add_trials(s, d, here, graph, acts, pace, p[s], to, rate)
        count_acts(s, d, graph, acts, pace, p[s], reward[s])
        reward[s, 4] = pace.rival[d] * pace.stop[d, s]
        for k in range(acts.trial.size):
            reward[s, FLAG] += reward[s, 4] * answer[s, 1 + k] * acts.flag[d, graph.row[s], k]
        reward[s, MARKED] = graph.mark[s]
        reward[s, ALIVE] = 1.0
        leave[s] = 0.0
        for j in range(ENDS):
            leave[s] += reward[s, j]
        for e in range(ptr[s], here):
            leave[s] += rate[e]
    ptr[n] = here
    ptr[n + 1] = here


@kernel
def follow_rows(
    begin: int,
    end: int,
    place: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    grid: Floats,
    newton: int,
    boost: float,
    values: Floats,
    out: Followed,
) -> None:
    """Solve and follow the draws from ``begin`` to ``end`` on one graph.

    Args:
        begin: first draw.
        end: one past the last draw.
        place: index of the graph on the second axis of the results.
        graph: topology.
        acts: action tables.
        pace: rates and values.
        grid: float64[time], rising, from 0.
        newton: most Newton steps per block.
        boost: factor >= 1 on the uniformisation rate.
        values: float64[draw, state + 1], overwritten with the values.
        out: results, written in place.
    """
    n, n_acts = graph.row.size, acts.weight.size
    width = out.total.shape[2]
    n_moves = graph.edge_to.size + 2 * n
    p, answer = np.empty((n, n_acts)), np.empty((n, n_acts))
    ptr, to = np.empty(n + 2, dtype=np.int64), np.empty(n_moves, dtype=np.int64)
    rate, leave, reward = np.empty(n_moves), np.empty(n + 1), np.empty((n + 1, width))
    for d in range(begin, end):
        worst = solve_values(d, graph, acts, pace, newton, values[d], p, answer)
        out.residual[d, place] = worst
        out.value[d, place] = values[d, graph.start]
        generator(d, graph, acts, pace, p, answer, ptr, to, rate, leave, reward)
        arrived, discounted = transient(
            ptr,
            to,
            rate,
            leave,
            reward,
            graph.start,
            grid,
            boost,
            pace.rho[d],
            out.alive[d, place],
            out.total[d, place],
        )
        out.arrived[d, place] = arrived
        out.discounted[d, place] = discounted
