"""The value equations of both parties over one block: errors, derivatives, steps.

For a fixed second party the mover's equation with log-sum values is a contraction whose Newton
steps rise monotonically from the second iterate on (M is convex, the Jacobian an M-matrix; Ortega &
Rheinboldt 1970, section 13.3); with means it is smooth, and value iteration stands by for Newton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.chain import Graph, Pace, Work
from servanda.numerics.chain_block import back_solve, factorise, weigh_act
from servanda.numerics.jit import part
from servanda.numerics.logit_choice import soft_chance, soft_few, soft_pair, weigh_pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "fill_slope",
    "largest",
    "lean",
    "mover_gap",
    "respond",
    "second_gap",
    "settle_mover",
    "take_step",
    "turn",
]

FALLBACK_STEPS = 50_000


@part
def mover_gap(
    d: int, first: int, last: int, lam: float, graph: Graph, pace: Pace, work: Work
) -> None:
    """Left less right side of the mover's equation at ``x``, given ``pi``; fills its choices."""
    rival, x, q = pace.rival[d], work.x, work.q
    for i in range(last - first):
        s = first + i
        above, below = x[graph.up[s] - first], x[graph.down[s] - first]
        q[0], q[1] = x[i], work.fixed[i, 1]
        for t in range(2, q.size):
            q[t] = work.fixed[i, t] + work.rise[i, t] * above + work.fall[i, t] * below
        best = soft_few(q, work.share, lam, work.p[i], pace.charged)
        best = weigh_act(i, lam, best, pace.charged, work)
        right = work.base[i] + pace.omega[d] * best
        passed = x[graph.fray[s] - first]
        after, struck = 0.0, 0.0
        if pace.charged:
            after, struck = soft_pair(passed, work.reply[i], 0.5, lam)
        else:
            struck = soft_chance(passed, work.reply[i], 0.5, lam)
        work.let[i] = 1.0 - struck
        after, work.h[i] = weigh_pair(passed, work.reply_worth[i], struck, lam, after, pace.charged)
        right += rival * ((1.0 - work.pi[i]) * x[i] + work.pi[i] * (after - pace.raid[d]))
        for e in range(work.near_ptr[i], work.near_ptr[i + 1]):
            right += work.near_rate[e] * x[work.near_to[e]]
        work.gap[i] = work.factor[i] * x[i] - right


@part
def second_gap(
    d: int,
    first: int,
    last: int,
    lam: float,
    graph: Graph,
    pace: Pace,
    work: Work,
    reply: Floats,
) -> None:
    """Left less right side of the second party's equation at ``y``; fills its ``reply``."""
    omega, y = pace.omega[d], work.y
    for i in range(last - first):
        s = first + i
        up, down = y[graph.up[s] - first], y[graph.down[s] - first]
        acted = work.p[i, 0] * y[i] + work.p[i, 1] * work.hold[i, 1]
        for t in range(2, work.q.size):
            value = work.hold[i, t] + work.rise[i, t] * up + work.fall[i, t] * down
            acted += work.p[i, t] * value
        raided = pace.raid[d] + work.let[i] * y[graph.fray[s] - first]
        raided += (1.0 - work.let[i]) * work.reply_hold[i]
        if pace.charged:
            value, reply[i] = soft_pair(y[i], raided, pace.ready[d], lam)
        else:
            reply[i] = soft_chance(y[i], raided, pace.ready[d], lam)
        value, kept = weigh_pair(y[i], raided, reply[i], lam, value, pace.charged)
        work.second_g[i] = 1.0 - kept
        right = work.second_base[i] + omega * acted + pace.rival[d] * value
        for e in range(work.near_ptr[i], work.near_ptr[i + 1]):
            right += work.near_rate[e] * y[work.near_to[e]]
        work.second_gap[i] = work.factor[i] * y[i] - right


@part
def largest(gap: Floats, factor: Floats, n: int) -> float:
    """Largest absolute gap over its left factor; nan where a value is not finite."""
    worst = 0.0
    for i in range(n):
        error = abs(gap[i]) / factor[i]
        if not error <= worst:
            worst = error
    return worst


@part
def fill_slope(
    d: int,
    first: int,
    last: int,
    graph: Graph,
    pace: Pace,
    work: Work,
    act: Floats,
    passed: Floats,
    raided: Floats,
    slope: Floats,
) -> None:
    """Derivative of a party's gaps by its own values, factorised.

    Args:
        d: draw.
        first: first state of the block.
        last: one past its last state.
        graph: topology.
        pace: rates and values.
        work: the filled block.
        act: float64[i, t]; how a chance to act answers what is weighed.
        passed: float64[i]; how a raid answers the value of its being let pass.
        raided: float64[i]; how a chance to raid answers the value of a raid.
        slope: overwritten.
    """
    omega, rival, n = pace.omega[d], pace.rival[d], last - first
    for i in range(n):
        s = first + i
        for j in range(n):
            slope[i, j] = 0.0
        for e in range(work.near_ptr[i], work.near_ptr[i + 1]):
            slope[i, work.near_to[e]] -= work.near_rate[e]
        slope[i, i] += work.factor[i] - omega * act[i, 0] - rival * (1.0 - raided[i])
        slope[i, graph.fray[s] - first] -= rival * raided[i] * passed[i]
        up, down = graph.up[s] - first, graph.down[s] - first
        for t in range(2, work.q.size):
            chance = omega * act[i, t]
            slope[i, up] -= chance * work.rise[i, t]
            slope[i, down] -= chance * work.fall[i, t]
    factorise(slope, n)


@part(inline=True)
def lean(first: int, lam: float, n: int, graph: Graph, work: Work) -> None:
    """Carry the mover's chances along with the step of its values that ``gap`` holds.

    To first order, ``dp = lam p (dq - mean dq)``: good where the step is short, and no exponential.
    """
    gap = work.gap
    for i in range(n):
        p, dq, mean = work.p[i], work.q, 0.0
        up, down = graph.up[first + i] - first, graph.down[first + i] - first
        dq[0], dq[1] = -gap[i], 0.0
        for t in range(2, p.size):
            dq[t] = -work.rise[i, t] * gap[up] - work.fall[i, t] * gap[down]
        for t in range(p.size):
            mean += p[t] * dq[t]
        for t in range(p.size):
            p[t] *= 1.0 + lam * (dq[t] - mean)
        let = work.let[i]
        work.let[i] = let - lam * let * (1.0 - let) * gap[graph.fray[first + i] - first]


@part
def take_step(slope: Floats, gap: Floats, values: Floats, n: int) -> float:
    """Step of ``values`` by the factors in ``slope``; returns its largest entry."""
    back_solve(slope, gap, n)
    step = 0.0
    for i in range(n):
        values[i] -= gap[i]
        if not abs(gap[i]) <= step:
            step = abs(gap[i])
    return step


@part
def settle_mover(
    d: int, first: int, last: int, newton: int, graph: Graph, pace: Pace, work: Work
) -> float:
    """Solve the mover's equation for given ``pi``; value iteration stands by for Newton.

    A Newton step of size h leaves at most lam h^2 / 2, so the last step proves itself; the final
    gap is measured all the same.
    """
    lam = pace.lam[d]
    for _ in range(newton):
        mover_gap(d, first, last, lam, graph, pace, work)
        fill_slope(d, first, last, graph, pace, work, work.g, work.h, work.pi, work.slope)
        step = take_step(work.slope, work.gap, work.x, last - first)
        if 0.5 * lam * step * step <= 1e-14:
            break
    mover_gap(d, first, last, lam, graph, pace, work)
    left: float = largest(work.gap, work.factor, last - first)
    if left <= 1e-11:
        return left
    damp, before = 1.0, np.inf
    for i in range(last - first):
        work.x[i] = pace.flow[d]
    for _ in range(FALLBACK_STEPS):
        mover_gap(d, first, last, lam, graph, pace, work)
        left = largest(work.gap, work.factor, last - first)
        if left <= 1e-14 or np.isnan(left):
            break
        if left > before:
            damp = max(0.5, 0.9 * damp)
        before = left
        for i in range(last - first):
            work.x[i] -= damp * work.gap[i] / work.factor[i]
    return left


@part
def respond(
    d: int, first: int, last: int, graph: Graph, pace: Pace, work: Work, reply: Floats
) -> None:
    """Fill ``reply`` with the second party's chances of a raid at ``y`` and the mover's choices."""
    raid, y = pace.raid[d], work.y
    for i in range(last - first):
        raided = raid + work.let[i] * y[graph.fray[first + i] - first]
        raided += (1.0 - work.let[i]) * work.reply_hold[i]
        reply[i] = soft_chance(y[i], raided, pace.ready[d], pace.second_lam[d])


@part
def turn(work: Work, reply: Floats, n: int, damp: float) -> float:
    """Move the chances of a raid towards the reply; returns the largest distance before it."""
    change = 0.0
    for i in range(n):
        far = reply[i] - work.pi[i]
        if not abs(far) <= change:
            change = abs(far)
        work.pi[i] += damp * far
    return change
