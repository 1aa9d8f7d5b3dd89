"""Values of a decision chain with two parties, block by block, several starts, nothing dropped.

Blocks are solved backwards. For a fixed second party the mover's equation is a contraction whose
Newton steps rise monotonically from the second iterate on (M is convex, the Jacobian an M-matrix);
the same holds the other way round. Together they need not contract: simultaneous best replies can
cycle at high precision. So each round takes one Newton step for each party and moves the second
party's chances towards its reply, by less where the rounds cycle; where that fails, Newton's method
takes both at once, and the second party's precision is followed from 0 up. Other starts (it never
raids, it raids as eagerly as it could) look for further solutions; the one reached from precision 0
is the principal one.

References:
    Ortega & Rheinboldt 1970, section 13.3, for monotone Newton; Doraszelski & Escobar 2010,
    doi:10.3982/TE632, and Besanko et al. 2010, doi:10.3982/ECTA7354, for several equilibria of
    dynamic games and following them by homotopy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.chain import Acts, Graph, Pace, Work
from servanda.numerics.chain_block import fill_acts, fill_nature, room
from servanda.numerics.chain_equations import (
    largest,
    mover_gap,
    second_gap,
    settle_mover,
    turn,
)
from servanda.numerics.chain_joint import joint_newton
from servanda.numerics.chain_rounds import CLOSE, distance, mover_round, rounds, second_round
from servanda.numerics.jit import part
from servanda.numerics.logit_choice import soft_pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["LEAST", "LOST", "MOST", "ONE", "PRINCIPAL", "SOME", "solve_chain"]

ONE, SOME, LOST = 0, 1, 2
PRINCIPAL, LEAST, MOST = 0, 1, 2
"""Which solution is followed: from precision 0; from one that never raids; from an eager one."""

# Constants are passed as numpy scalars: numba would compile a callee anew for every plain one.
NEWTON = 40
RARE = 0.05
NEAR = 0.1
STAGES = 64
POLISHED = 2e-11


@part(inline=True)
def keep(work: Work, n: int) -> None:
    """Keep the current solution."""
    for i in range(n):
        work.best[0, i], work.best[1, i], work.best[2, i] = work.x[i], work.y[i], work.pi[i]


@part(inline=True)
def restore(work: Work, n: int) -> None:
    """Go back to the solution kept."""
    for i in range(n):
        work.x[i], work.y[i], work.pi[i] = work.best[0, i], work.best[1, i], work.best[2, i]


@part
def from_nought(
    d: int,
    first: int,
    last: int,
    together: bool,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    work: Work,
) -> bool:
    """Follow the second party's precision from 0 to its value; True where the end is reached.

    With ``together`` the mover's precision rises along with it.
    """
    n, at, stride = last - first, 0.0, 0.25
    for i in range(n):
        work.pi[i] = pace.ready[d]
    settle_mover(d, first, last, np.int64(NEWTON), graph, pace, work)
    lam = pace.lam[d]
    if together:
        lam = 0.0
        fill_acts(d, first, last, lam, graph, acts, pace, work)
    reached = joint_newton(d, first, last, lam, 0.0, graph, pace, work)
    for _ in range(STAGES):
        if not reached or at == 1.0:
            break
        keep(work, n)
        to = min(1.0, at + stride)
        if together:
            lam = to * pace.lam[d]
            fill_acts(d, first, last, lam, graph, acts, pace, work)
        if joint_newton(d, first, last, lam, to * pace.second_lam[d], graph, pace, work):
            at, stride = to, min(0.25, 1.5 * stride)
        else:
            restore(work, n)
            stride *= 0.3
    if together:
        fill_acts(d, first, last, pace.lam[d], graph, acts, pace, work)
    return bool(reached and at == 1.0)


@part(inline=True)
def falls_back(
    d: int, first: int, last: int, graph: Graph, pace: Pace, work: Work, reply: Floats
) -> bool:
    """Say whether the reply to other chances of a raid lies next to the solution kept.

    Both parties take the chances in before the second replies; the derivatives are those near the
    solution kept. The chances are left as they are, the values are not.
    """
    n, far, back = last - first, distance(work, last - first), 0.0
    if far <= CLOSE:
        return True
    mover_round(d, first, last, np.bool_(False), graph, pace, work)
    mover_round(d, first, last, np.bool_(False), graph, pace, work)
    second_round(d, first, last, np.bool_(False), graph, pace, work, reply)
    for i in range(n):
        back = max(back, abs(reply[i] - work.best[2, i]))
    return bool(back <= CLOSE and back <= NEAR * far)


@part(inline=True)
def other_start(
    d: int,
    first: int,
    last: int,
    eager: bool,
    graph: Graph,
    pace: Pace,
    work: Work,
    reply: Floats,
) -> bool:
    """Start from another second party; True where that ends at another solution than kept.

    One that never raids, or with ``eager`` one that raids as if whatever follows were the best, and
    whatever it has were the worst, of all that the block holds for it.
    """
    n, chance = last - first, 0.0
    if eager:
        best, worst = work.reply_hold[0], work.y[0]
        for i in range(n):
            best = max(best, work.reply_hold[i], work.y[i])
            worst = min(worst, work.y[i])
        _, chance = soft_pair(worst, best + pace.raid[d], pace.ready[d], pace.second_lam[d])
    for i in range(n):
        work.pi[i] = chance
    if falls_back(d, first, last, graph, pace, work, reply):
        return False
    if not rounds(d, first, last, np.bool_(True), graph, pace, work, reply):
        return False
    return bool(distance(work, n) > CLOSE)


@part(inline=True)
def principal(
    d: int, first: int, last: int, graph: Graph, acts: Acts, pace: Pace, work: Work
) -> None:
    """Go to the solution reached from precision 0, or stay at the one kept if it breaks off."""
    n = last - first
    restore(work, n)
    here = work.best[:, :n].copy()
    if not from_nought(d, first, last, np.bool_(False), graph, acts, pace, work):
        work.best[:, :n] = here
        restore(work, n)


@part(inline=True)
def find(
    d: int,
    first: int,
    last: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    work: Work,
    reply: Floats,
) -> bool:
    """Find a solution of a filled block, by rounds of replies or else by Newton and homotopy."""
    if rounds(d, first, last, np.bool_(False), graph, pace, work, reply):
        return True
    if joint_newton(d, first, last, pace.lam[d], pace.second_lam[d], graph, pace, work):
        return True
    if from_nought(d, first, last, np.bool_(False), graph, acts, pace, work):
        return True
    return bool(from_nought(d, first, last, np.bool_(True), graph, acts, pace, work))


@part(inline=True)
def play_block(
    d: int,
    first: int,
    last: int,
    which: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    work: Work,
    reply: Floats,
) -> int:
    """Solve one filled block for both parties; returns its status.

    A solution that is not the principal one is followed where it exists and ``which`` asks for it;
    where none was found, ``pi`` is held at the end of the last cycle's range that it asks for.
    """
    n = last - first
    if not find(d, first, last, graph, acts, pace, work, reply):
        for i in range(n):
            low, high = work.seen[0, i], work.seen[1, i]
            work.pi[i] = low if which == LEAST else high if which == MOST else 0.5 * (low + high)
        settle_mover(d, first, last, np.int64(NEWTON), graph, pace, work)
        return LOST
    keep(work, n)
    low = False
    if pace.ready[d] > RARE:  # a rarer raid is as good as none to start from
        low = other_start(d, first, last, np.bool_(False), graph, pace, work, reply)
        if low and which == LEAST:
            return SOME
        restore(work, n)
    high = other_start(d, first, last, np.bool_(True), graph, pace, work, reply)
    if high and which == MOST:
        return SOME
    restore(work, n)
    if not low and not high:
        return ONE
    if which == PRINCIPAL:
        principal(d, first, last, graph, acts, pace, work)
    return SOME


@part(inline=True)
def finish(
    d: int, first: int, last: int, graph: Graph, pace: Pace, work: Work, reply: Floats
) -> float:
    """Measure what both equations leave at the current values, and how far ``pi`` is from them."""
    n = last - first
    mover_gap(d, first, last, pace.lam[d], graph, pace, work)
    second_gap(d, first, last, pace.second_lam[d], graph, pace, work, reply)
    one = largest(work.gap, work.factor, n)
    other = largest(work.second_gap, work.factor, n)
    change = turn(work, reply, n, 0.0)
    left: float = max(one, other, change)
    return np.nan if np.isnan(one + other + change) else left


@part(inline=True)
def spell_out(first: int, last: int, acts: Acts, work: Work, p: Floats, answer: Floats) -> None:
    """Write out the mover's choice and its reply by kind."""
    for s in range(first, last):
        i, t = s - first, 2
        p[s, 0], answer[s, 0] = work.p[i, 0], work.let[i]
        for k in range(acts.trial.size):
            answer[s, 1 + k] = (1.0 - work.let[i]) * work.reply_among[i, k]
            if acts.trial[k]:
                p[s, 1 + k] = work.p[i, t]
                t += 1
            else:
                p[s, 1 + k] = work.p[i, 1] * work.among[i, k]


@part(inline=True)
def solve_block(
    d: int,
    first: int,
    last: int,
    which: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    work: Work,
    reply: Floats,
) -> tuple[float, int]:
    """Solve one filled block for both parties; returns what is left of the error and the status."""
    status = play_block(d, first, last, which, graph, acts, pace, work, reply)
    if status == LOST:
        return np.inf, status
    left = finish(d, first, last, graph, pace, work, reply)
    if left > POLISHED:
        joint_newton(d, first, last, pace.lam[d], pace.second_lam[d], graph, pace, work)
        left = finish(d, first, last, graph, pace, work, reply)
    return left, status


@part(inline=True)
def solve_chain(
    d: int,
    which: int,
    both: bool,
    newton: int,
    graph: Graph,
    acts: Acts,
    pace: Pace,
    v: Floats,
    u: Floats,
    pi: Floats,
    p: Floats,
    answer: Floats,
) -> tuple[float, int]:
    """Values of draw ``d`` for both parties and what they do.

    Args:
        d: draw.
        which: which solution to follow where there are several (0 the principal one).
        both: False for a second party that raids with the chance ``ready`` whatever happens; its
            values are then not computed.
        newton: most Newton steps per block for the mover alone; 0 leaves it to value iteration.
        graph: topology.
        acts: action tables.
        pace: rates and values.
        v: float64[state + 1], overwritten with the mover's values; the last is the good end.
        u: float64[state + 1], overwritten with the second party's values.
        pi: float64[state], overwritten with the chances of a raid.
        p: float64[state, 1 + kind], overwritten with the mover's choice.
        answer: float64[state, 1 + kind], overwritten with its reply to a raid.

    Returns:
        Largest absolute error of either value equation, divided by its left factor, over all
        states; and 0 where one solution was found, 1 for several, 2 where some block has none.
    """
    n, blocks, wide = graph.row.size, graph.block.size - 1, 0
    for b in range(blocks):
        wide = max(wide, graph.block[b + 1] - graph.block[b])
    work, reply = room(acts, wide, graph.edge_to.size), np.empty(wide)
    v[n], u[n] = pace.flow[d], pace.second_flow[d]
    worst, status = 0.0, ONE
    for b in range(blocks - 1, -1, -1):
        first, last = graph.block[b], graph.block[b + 1]
        fill_nature(d, first, last, v, u, pi, graph, pace, work)
        fill_acts(d, first, last, pace.lam[d], graph, acts, pace, work)
        if both:
            left, found = solve_block(d, first, last, which, graph, acts, pace, work, reply)
            status = max(status, found)
        else:
            for i in range(last - first):
                work.pi[i] = pace.ready[d]
            left = settle_mover(d, first, last, newton, graph, pace, work)
        if not left <= worst:
            worst = left
        spell_out(first, last, acts, work, p, answer)
        for s in range(first, last):
            v[s], u[s], pi[s] = work.x[s - first], work.y[s - first], work.pi[s - first]
    return worst, status
