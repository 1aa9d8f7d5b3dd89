"""One block of a decision chain: its equations gathered, its linear systems solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.chain import Acts, Graph, Pace, Work
from servanda.numerics.jit import part
from servanda.numerics.logit_choice import soft_choice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["back_solve", "factorise", "fill_acts", "fill_nature", "room", "weigh_act"]


@part
def factorise(a: Floats, n: int) -> None:
    """Factors of ``a`` in place, without pivots: ``a`` is diagonally dominant."""
    for i in range(n):
        inverse = 1.0 / a[i, i]
        for j in range(i + 1, n):
            if a[j, i] != 0.0:
                f = a[j, i] * inverse
                a[j, i] = f
                for c in range(i + 1, n):
                    a[j, c] -= f * a[i, c]


@part
def back_solve(a: Floats, b: Floats, n: int) -> None:
    """Solve with the factors of ``factorise``; ``b`` is overwritten."""
    for i in range(n):
        x = b[i]
        for c in range(i):
            x -= a[i, c] * b[c]
        b[i] = x
    for i in range(n - 1, -1, -1):
        x = b[i]
        for c in range(i + 1, n):
            x -= a[i, c] * b[c]
        b[i] = x / a[i, i]


@part
def room(acts: Acts, wide: int, edges: int) -> Work:
    """Room for blocks of up to ``wide`` states with up to ``edges`` edges."""
    trials, ends, kinds = 0, 0.0, acts.trial.size
    for k in range(acts.trial.size):
        if acts.trial[k]:
            trials += 1
        else:
            ends += acts.weight[1 + k]
    share = np.empty(2 + trials)
    share[0], share[1] = acts.weight[0], ends
    t = 2
    for k in range(acts.trial.size):
        if acts.trial[k]:
            share[t] = acts.weight[1 + k]
            t += 1
    return Work(
        share,
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide + 1, dtype=np.int64),
        np.empty(edges, dtype=np.int64),
        np.empty(edges),
        np.empty((wide, kinds)),
        np.empty((wide, kinds)),
        np.zeros((wide, 2 + trials)),
        np.zeros((wide, 2 + trials)),
        np.zeros((wide, 2 + trials)),
        np.zeros((wide, 2 + trials)),
        np.zeros(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty((wide, 2 + trials)),
        np.empty(wide),
        np.empty((wide, 2 + trials)),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty(wide),
        np.empty((wide, wide)),
        np.empty((wide, wide)),
        np.empty(2 + trials),
        np.empty((3, wide)),
        np.zeros((2, wide)),
    )


@part
def fill_nature(
    d: int,
    first: int,
    last: int,
    v: Floats,
    u: Floats,
    raids: Floats,
    graph: Graph,
    pace: Pace,
    work: Work,
) -> None:
    """Gather what nature and the flows bring in one block, given the values of later blocks.

    What nature leads to serves as a first guess, also of the chances of a raid (``raids``).
    """
    rho, here = pace.rho[d], 0
    for s in range(first, last):
        i = s - first
        work.near_ptr[i] = here
        total, known = rho + pace.omega[d] + pace.rival[d], rho * pace.flow[d]
        other, guess, hope = rho * pace.second_flow[d], pace.flow[d], pace.second_flow[d]
        chance = pace.ready[d]
        for e in range(graph.edge_ptr[s], graph.edge_ptr[s + 1]):
            to = graph.edge_to[e]
            rate = pace.rates[d, graph.edge_code[e]] * graph.edge_weight[e]
            total += rate
            if to < last:
                work.near_to[here], work.near_rate[here] = to - first, rate
                here += 1
            else:
                known += rate * v[to]
                other += rate * u[to]
                if to < raids.size:
                    guess, hope, chance = v[to], u[to], raids[to]
        work.factor[i], work.base[i], work.second_base[i] = total, known, other
        work.x[i], work.y[i], work.pi[i] = guess, hope, chance
    work.near_ptr[last - first] = here


@part
def joined(
    weight: Floats, values: Floats, others: Floats, lam: float, charged: bool, p: Floats
) -> tuple[float, float, float]:
    """Log-sum value of alternatives, the second party's mean over them, and what they count for."""
    value, mean, worth = soft_choice(values, weight, lam, p), 0.0, 0.0
    for a in range(p.size):
        mean += p[a] * others[a]
        worth += p[a] * values[a]
    return value, mean, value if charged else worth


@part
def fill_acts(
    d: int,
    first: int,
    last: int,
    lam: float,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    work: Work,
) -> None:
    """Gather what the mover weighs in one block, at its precision ``lam``."""
    kinds, eps = acts.trial.size, pace.eps[d]
    weight, reply = np.zeros(kinds), acts.reply[1:]
    lump = np.empty(kinds)
    for k in range(kinds):
        weight[k] = 0.0 if acts.trial[k] else acts.weight[1 + k]
    for s in range(first, last):
        i, row, t = s - first, graph.row[s], 2
        for k in range(kinds):
            lump[k] = acts.lump[d, row, k] - graph.toll[s, k] * pace.toll[d]
            if acts.trial[k]:
                rise = (1.0 - eps) * acts.accept[d, row, k]
                fall = (1.0 - eps) * (1.0 - acts.accept[d, row, k])
                toll = graph.toll[s, k] * pace.toll[d]
                paid = fall * pace.gain[d] - rise * pace.loss[d] - toll
                work.fixed[i, t] = eps * acts.lump[d, row, k] + paid
                work.hold[i, t] = eps * acts.other[d, row, k] - fall * pace.gain[d]
                work.rise[i, t], work.fall[i, t] = rise, fall
                t += 1
        if work.share[1] > 0.0:
            work.fixed[i, 1], work.hold[i, 1], work.worth[i] = joined(
                weight, lump, acts.other[d, row], lam, pace.charged, work.among[i]
            )
        work.reply[i], work.reply_hold[i], work.reply_worth[i] = joined(
            reply,
            acts.reply_lump[d, row],
            acts.reply_other[d, row],
            lam,
            pace.charged,
            work.reply_among[i],
        )


@part
def weigh_act(i: int, lam: float, value: float, charged: bool, work: Work) -> float:
    """What the mover's chance to act is worth, and into ``g`` how it answers its alternatives.

    ``q`` and ``p`` hold values and chances, ``value`` their log-sum value. The derivative of a mean
    of soft choices is ``p (1 + lam (q - mean))``, that of the log-sum value ``p``.
    """
    q, p, g = work.q, work.p[i], work.g[i]
    if charged:
        for t in range(q.size):
            g[t] = p[t]
        return value
    mean = p[1] * work.worth[i]
    for t in range(q.size):
        if t != 1:
            mean += p[t] * q[t]
    for t in range(q.size):
        g[t] = p[t] * (1.0 + lam * (q[t] - mean))
    return float(mean)
