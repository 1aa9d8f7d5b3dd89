"""Newton's method for both parties of a block at once.

Rounds of replies can cycle where each party's choice hangs steeply on the other's. The two value
equations of a block, with both parties' choices put in, are smooth; Newton's method on all of them
converges near any solution. Steps that do not lessen the largest error are halved.

With a = reply probabilities, A = their mean of the second party's values, z = A + raid - U(s):
d pi = lambda_2 pi (1 - pi) dz, dz = a_0 dU(fray) + lambda a_0 (U(fray) - A) dV(fray) - dU(s);
d(sum p val) = lambda sum_a p_a (val_a - mean) dQ_a for the mover's choice p among values Q.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.chain import Graph, Pace, Work
from servanda.numerics.chain_block import weigh_act
from servanda.numerics.elimination import eliminate
from servanda.numerics.jit import part
from servanda.numerics.logit_choice import soft_few, soft_pair, weigh_pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["joint_newton"]

JOINT_STEPS = 40
HALVINGS = 12
JOINT_GOAL = 1e-13
ENOUGH = 1e-11


@part(inline=True)
def acted_slopes(
    d: int,
    i: int,
    first: int,
    lam: float,
    graph: Graph,
    pace: Pace,
    work: Work,
    slope: Floats,
) -> float:
    """Second party's mean value of one chance of the mover.

    Its slopes are subtracted from row ``n + i`` of the joint Jacobian, times the mover's rate.
    """
    y, omega, p, n = work.y, pace.omega[d], work.p[i], slope.shape[0] // 2
    up, down = graph.up[first + i] - first, graph.down[first + i] - first
    work.q[0], work.q[1] = y[i], work.hold[i, 1]
    mean = p[0] * y[i] + p[1] * work.hold[i, 1]
    for t in range(2, p.size):
        work.q[t] = work.hold[i, t] + work.rise[i, t] * y[up] + work.fall[i, t] * y[down]
        mean += p[t] * work.q[t]
    slope[n + i, i] -= omega * lam * p[0] * (y[i] - mean)
    slope[n + i, n + i] -= omega * p[0]
    for t in range(2, p.size):
        lean = omega * lam * p[t] * (work.q[t] - mean)
        slope[n + i, up] -= lean * work.rise[i, t]
        slope[n + i, down] -= lean * work.fall[i, t]
        slope[n + i, n + up] -= omega * p[t] * work.rise[i, t]
        slope[n + i, n + down] -= omega * p[t] * work.fall[i, t]
    return float(mean)


@part(inline=True)
def joint_row(
    d: int,
    i: int,
    first: int,
    lean: float,
    turn: float,
    graph: Graph,
    pace: Pace,
    work: Work,
    slope: Floats,
) -> None:
    """Add the slopes of state i that do not come from the second party's view of the mover's acts.

    ``lean`` is how the mean after a raid answers the mover's value of letting it pass, ``turn`` how
    the mover's equation answers the second party's motive to raid.
    """
    s, n, omega, rival = first + i, slope.shape[0] // 2, pace.omega[d], pace.rival[d]
    f, up, down = graph.fray[s] - first, graph.up[s] - first, graph.down[s] - first
    pi, let, g, h, pulled = work.pi[i], work.let[i], work.g[i], work.h[i], work.second_g[i]
    for e in range(work.near_ptr[i], work.near_ptr[i + 1]):
        slope[i, work.near_to[e]] -= work.near_rate[e]
        slope[n + i, n + work.near_to[e]] -= work.near_rate[e]
    slope[i, i] += work.factor[i] - omega * g[0] - rival * (1.0 - pi)
    slope[i, f] -= rival * pi * h + rival * turn * lean
    for t in range(2, work.q.size):
        slope[i, up] -= omega * g[t] * work.rise[i, t]
        slope[i, down] -= omega * g[t] * work.fall[i, t]
    slope[i, n + f] -= rival * turn * let
    slope[i, n + i] += rival * turn
    slope[n + i, n + i] += work.factor[i] - rival * (1.0 - pulled)
    slope[n + i, n + f] -= rival * pulled * let
    slope[n + i, f] -= rival * pulled * lean


@part
def joint_gap(
    d: int,
    first: int,
    last: int,
    lam: float,
    second_lam: float,
    graph: Graph,
    pace: Pace,
    work: Work,
    gap: Floats,
    slope: Floats,
) -> float:
    """Errors of both equations at ``x`` and ``y``, ``pi`` being the reply to them, and slopes.

    Returns:
        Largest absolute error over its left factor; nan where a value is not finite.
    """
    n, x, y, q = last - first, work.x, work.y, work.q
    omega, rival, worst = pace.omega[d], pace.rival[d], 0.0
    slope[:] = 0.0
    for i in range(n):
        s = first + i
        f = graph.fray[s] - first
        above, below = x[graph.up[s] - first], x[graph.down[s] - first]
        q[0], q[1] = x[i], work.fixed[i, 1]
        for t in range(2, q.size):
            q[t] = work.fixed[i, t] + work.rise[i, t] * above + work.fall[i, t] * below
        best = soft_few(q, work.share, lam, work.p[i], pace.charged)
        best = weigh_act(i, lam, best, pace.charged, work)
        after, struck = soft_pair(x[f], work.reply[i], 0.5, lam)
        work.let[i] = 1.0 - struck
        after, work.h[i] = weigh_pair(x[f], work.reply_worth[i], struck, lam, after, pace.charged)
        after -= pace.raid[d]
        mean = work.let[i] * y[f] + struck * work.reply_hold[i]
        value, pi = soft_pair(y[i], mean + pace.raid[d], pace.ready[d], second_lam)
        value, kept = weigh_pair(y[i], mean + pace.raid[d], pi, second_lam, value, pace.charged)
        work.pi[i], work.second_g[i] = pi, 1.0 - kept
        acted = acted_slopes(d, i, first, lam, graph, pace, work, slope)
        one = work.factor[i] * x[i] - work.base[i] - omega * best
        one -= rival * ((1.0 - pi) * x[i] + pi * after)
        two = work.factor[i] * y[i] - work.second_base[i] - omega * acted - rival * value
        for e in range(work.near_ptr[i], work.near_ptr[i + 1]):
            one -= work.near_rate[e] * x[work.near_to[e]]
            two -= work.near_rate[e] * y[work.near_to[e]]
        gap[i], gap[n + i] = one, two
        for error in (abs(one) / work.factor[i], abs(two) / work.factor[i]):
            if not error <= worst:
                worst = error
        lean = lam * work.let[i] * (y[f] - mean)
        turn = (after - x[i]) * second_lam * pi * (1.0 - pi)
        joint_row(d, i, first, lean, turn, graph, pace, work, slope)
    return float(worst)


@part
def joint_newton(
    d: int,
    first: int,
    last: int,
    lam: float,
    second_lam: float,
    graph: Graph,
    pace: Pace,
    work: Work,
) -> bool:
    """Solve both equations of a filled block from the current ``x`` and ``y``.

    Args:
        d: draw.
        first: first state of the block.
        last: one past its last state.
        lam: precision of the mover, the one at which the block was filled.
        second_lam: precision of the second party.
        graph: topology.
        pace: rates and values.
        work: the filled block; ``x``, ``y``, ``pi`` and the choices are overwritten.

    Returns:
        True where the largest error ends below 1e-11 of its left factor.
    """
    n = last - first
    gap, slope, old = np.empty(2 * n), np.empty((2 * n, 2 * n)), np.empty(2 * n)
    left = joint_gap(d, first, last, lam, second_lam, graph, pace, work, gap, slope)
    for _ in range(JOINT_STEPS):
        if left <= JOINT_GOAL or np.isnan(left):
            break
        if not eliminate(slope, gap):
            return False
        for i in range(n):
            old[i], old[n + i] = work.x[i], work.y[i]
        step, share, now = gap.copy(), 1.0, np.inf
        for _ in range(HALVINGS):
            for i in range(n):
                work.x[i], work.y[i] = old[i] - share * step[i], old[n + i] - share * step[n + i]
            now = joint_gap(d, first, last, lam, second_lam, graph, pace, work, gap, slope)
            if now < left or now <= JOINT_GOAL:
                break
            share *= 0.5
        if not now < left:
            break
        left = now
    return bool(left <= ENOUGH)
