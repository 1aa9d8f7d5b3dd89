"""Rounds of replies: one Newton step for each party of a block, then the second party's reply.

Within a round each party takes in what the other has just done: the mover's choices are carried
along with its step to first order, and the second party replies to its new values. What is left of
the error then hardly passes on from round to round, and few rounds are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.numerics.chain import Graph, Pace, Work
from servanda.numerics.chain_equations import (
    fill_slope,
    lean,
    mover_gap,
    respond,
    second_gap,
    take_step,
    turn,
)
from servanda.numerics.jit import part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["CLOSE", "distance", "mover_round", "rounds", "second_round"]

ROUNDS = 60
RENEWED = 1
HELD = 2
SETTLED = 1e-11
CLOSE = 1e-3
SHORT = 0.1
TAIL = 24


@part(inline=True)
def watch(work: Work, n: int, afresh: bool) -> None:
    """Let the range of ``pi`` take in where it is now."""
    for i in range(n):
        if afresh:
            work.seen[0, i] = work.seen[1, i] = work.pi[i]
        work.seen[0, i] = min(work.seen[0, i], work.pi[i])
        work.seen[1, i] = max(work.seen[1, i], work.pi[i])


@part(inline=True)
def distance(work: Work, n: int) -> float:
    """Largest distance of ``pi`` from the solution kept."""
    gone = 0.0
    for i in range(n):
        gone = max(gone, abs(work.pi[i] - work.best[2, i]))
    return gone


@part
def mover_round(
    d: int, first: int, last: int, fresh: bool, graph: Graph, pace: Pace, work: Work
) -> float:
    """One step of the mover's values, its choices carried along; returns the largest entry."""
    mover_gap(d, first, last, pace.lam[d], graph, pace, work)
    if fresh:
        fill_slope(d, first, last, graph, pace, work, work.g, work.h, work.pi, work.slope)
    step: float = take_step(work.slope, work.gap, work.x, last - first)
    if step <= SHORT:
        lean(first, pace.lam[d], last - first, graph, work)
    return step


@part
def second_round(
    d: int,
    first: int,
    last: int,
    fresh: bool,
    graph: Graph,
    pace: Pace,
    work: Work,
    reply: Floats,
) -> float:
    """One step of the second party's values, then its reply; returns the largest entry.

    Where choices are charged both parties' derivatives are the same at a solution: what follows an
    act follows it for either. One serves both then.
    """
    second_gap(d, first, last, pace.second_lam[d], graph, pace, work, reply)
    slope = work.slope if pace.charged else work.second_slope
    if fresh and not pace.charged:
        fill_slope(d, first, last, graph, pace, work, work.p, work.let, work.second_g, slope)
    step: float = take_step(slope, work.second_gap, work.y, last - first)
    respond(d, first, last, graph, pace, work, reply)
    return step


@part
def rounds(
    d: int,
    first: int,
    last: int,
    known: bool,
    graph: Graph,
    pace: Pace,
    work: Work,
    reply: Floats,
) -> bool:
    """Let the parties reply to one another until nothing moves; True where that is reached.

    The derivatives are renewed in the second round and whenever the rounds slow down. With
    ``known`` the chances of a raid are held until both parties have taken them in, and the rounds
    also end, as reached, once ``pi`` is near the solution kept and still closes in. The range of
    ``pi`` over the last rounds is left in ``seen``.
    """
    n, damp, before, slow = last - first, 1.0, np.inf, False
    held = HELD if known else 0
    for turns in range(ROUNDS):
        fresh = slow or turns == 0 or turns == RENEWED
        slow = False
        one = mover_round(d, first, last, fresh, graph, pace, work)
        two = second_round(d, first, last, fresh, graph, pace, work, reply)
        change = turn(work, reply, n, 0.0 if turns < held else damp)
        moved = max(one, two, change)
        if moved < 0.3 * before and turns > held and moved * moved <= SETTLED * before:
            return True
        if not moved < np.inf:
            return False
        if turns > RENEWED + held and moved > 0.3 * before:
            slow = True
            if change > 0.8 * before:
                damp = max(0.02, 0.7 * damp)
        if (
            known
            and turns > held
            and moved <= CLOSE
            and moved < 0.5 * before
            and distance(work, n) <= CLOSE
        ):
            return True
        before = moved
        watch(work, n, turns <= ROUNDS - TAIL)
    return False
