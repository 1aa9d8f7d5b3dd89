"""Logit equilibria of a declared tree for many draws of payoffs, chance and precision.

At every set of nodes the probability of an action is logit in its expected payoff given that the
set is reached, with beliefs by Bayes' rule (the agent logit equilibrium of McKelvey and Palfrey
1998). Precision is multiplied by t; the branch that starts at t = 0, where all actions are equally
likely, is followed to t = 1. Only the log-odds of the unknown sets of the plan are followed; all
else follows from them, values and derivatives in one pass of the programme.

Draws sit in lanes that are played together; a lane that is done takes the next draw. Numbers of a
draw do not depend on its lane, so neither blocks nor threads change them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.jit import kernel, part
from servanda.numerics.tree_branch import (
    BRANCH,
    BY_ARC,
    CLOSING,
    FIELDS,
    GAP,
    GO_ON,
    LOST,
    MODE,
    SPENT,
    WARM,
    T,
    X,
    advance,
    begin,
)
from servanda.numerics.tree_tape import play

if TYPE_CHECKING:
    from servanda.numerics.tree_plan import Plan

__all__ = ["BRANCH", "BY_ARC", "WARM", "solve", "workspace"]


@part(inline=True)
def _load(draw, lane, pay, needed, count, chance, chance0, prob, val):  # type: ignore[no-untyped-def]
    """Put the numbers of a draw into a lane."""
    for i in range(count):
        val[needed[i], 0, lane] = pay[draw, needed[i]]
    row = draw if chance.shape[0] > 1 else 0
    for i in range(chance.shape[1]):
        prob[chance0 + i, 0, lane] = chance[row, i]


@part(inline=True)
def _away(unknown_sets, lane, prob, gap, x):  # type: ignore[no-untyped-def]
    """Largest difference between the behaviour of an unknown set and its logit response."""
    away = 0.0
    for s in range(unknown_sets.shape[0]):
        a0, count, first = unknown_sets[s, 0], unknown_sets[s, 1], unknown_sets[s, 2]
        most = 0.0
        for j in range(first, first + count - 1):
            most = max(most, x[j, lane] - gap[j, 0, lane])
        total = math.exp(-most)
        for j in range(first, first + count - 1):
            total += math.exp(x[j, lane] - gap[j, 0, lane] - most)
        for a in range(count):
            odds = 0.0
            if a > 0:
                odds = x[first + a - 1, lane] - gap[first + a - 1, 0, lane]
            gone = abs(math.exp(odds - most) / total - prob[a0 + a, 0, lane])
            if not gone <= away:
                away = gone
    return away


@part(inline=True)
def _set_lane(lane, draw, t, n, precision, scale):  # type: ignore[no-untyped-def]
    """Place a lane at t on its path."""
    for p in range(precision.shape[1]):
        scale[p, 0, lane] = t * precision[draw, p]
        scale[p, n + 1, lane] = precision[draw, p]


@part(inline=True)
def _step(lane, s, v, n, gap, x, matrix, right):  # type: ignore[no-untyped-def]
    """Advance one lane after an evaluation."""
    for i in range(n):
        for c in range(n + 2):
            v[GAP + i, c] = gap[i, c, lane]
    result = advance(s, v, n, matrix, right)
    for i in range(n):
        x[i, lane] = v[X, i]
    return result


@part(inline=True)
def _keep(draw, lane, root, prob, val, action, value):  # type: ignore[no-untyped-def]
    """Write the behaviour and the values of a lane."""
    for a in range(action.shape[1]):
        action[draw, a] = prob[a, 0, lane]
    for p in range(root.size):
        value[draw, p] = val[root[p], 0, lane]


def workspace(plan: Plan, players: int, lanes: int) -> tuple[NDArray[Any], ...]:
    """Make room for one thread.

    Args:
        plan: the programme.
        players: how many.
        lanes: how many draws are played together.

    Returns:
        The arrays that ``solve`` works on.
    """
    n = plan.unknowns
    prob = np.zeros((plan.probabilities, n + 2, lanes))
    prob[:, 0] = 0.5
    return (
        prob,
        np.zeros((plan.values, n + 2, lanes)),
        np.zeros((players, n + 2, lanes)),
        np.zeros((n, n + 2, lanes)),
        np.zeros((plan.actions, lanes)),
        np.zeros((n, lanes)),
        np.zeros((2, lanes)),
        np.zeros((lanes, FIELDS)),
        np.zeros((lanes, GAP + n, n + 2)),
        np.zeros((n + 1, n + 1)),
        np.zeros((n + 1, 2)),
        np.full(lanes, -1),
    )


@kernel
def solve(  # type: ignore[no-untyped-def]  # noqa: C901
    tape,
    live,
    unknown_sets,
    needed,
    root,
    sizes,
    pay,
    chance,
    precision,
    start,
    stop,
    desk,
    how,
    odds,
    action,
    value,
    away,
    status,
    spent,
):
    """Solve draws ``start`` to ``stop``: first follow their branches, then read all behaviour.

    ``tape``, ``live``, ``unknown_sets``, ``root`` are those of the plan, ``needed`` its payoffs and
    ``sizes`` int64[4] its numbers of actions, probabilities, values and payoffs needed live.
    ``pay`` is float64[draw, slot], ``chance`` float64[draw or 1, edge], ``precision``
    float64[draw, player]; ``desk`` is a ``workspace``. ``how`` is BRANCH to follow the
    branch in steps of t, by arc length if need be; BY_ARC for arc length from the start; WARM for
    Newton's method at t = 1 from ``odds``.

    Written are ``odds`` float64[draw, unknown], log-odds of the unknown sets; ``action``
    float64[draw, action]; ``value`` float64[draw, player]; ``away`` float64[draw], the largest
    difference to the logit response; ``status`` int8[draw], 0 as planned, 1 by arc length, 2 not
    found; ``spent`` int32[draw], how often the programme was played.
    """
    n, chance0 = odds.shape[1], sizes[0]
    prob, val, scale, gap, low, x, work, state, vectors, matrix, right, drawn = desk
    lanes = drawn.size
    coming, busy, out = start, 0, start
    if n == 0:
        coming = stop
    while out < stop:
        following = busy > 0 or coming < stop
        for lane in range(lanes):
            draw = drawn[lane] if following else out + lane
            if following and draw < 0 and coming < stop:
                draw = coming
                coming += 1
                busy += 1
                drawn[lane] = draw
                _load(draw, lane, pay, needed, sizes[3], chance, chance0, prob, val)
                begin(state[lane], vectors[lane], n, how)
                for i in range(n):
                    vectors[lane, X, i] = odds[draw, i] if how == WARM else 0.0
                    x[i, lane] = vectors[lane, X, i]
            elif not following and draw < stop:
                _load(draw, lane, pay, needed, needed.size, chance, chance0, prob, val)
                state[lane, T] = 1.0
                for i in range(n):
                    x[i, lane] = odds[draw, i]
            if 0 <= draw < stop:
                _set_lane(lane, draw, state[lane, T], n, precision, scale)
        # One call for both purposes halves the time to compile.
        play(
            tape,
            live if following else tape.size,
            n + 2 if following else 1,
            chance0,
            pay.shape[1],
            prob,
            low,
            val,
            scale,
            x,
            gap,
            work,
        )
        for lane in range(lanes):
            draw = drawn[lane] if following else out + lane
            if not following and draw < stop:
                _keep(draw, lane, root, prob, val, action, value)
                away[draw] = _away(unknown_sets, lane, prob, gap, x)
            elif following and draw >= 0:
                result = _step(lane, state[lane], vectors[lane], n, gap, x, matrix, right)
                if result != GO_ON:
                    for i in range(n):
                        odds[draw, i] = x[i, lane]
                    status[draw] = 1 if state[lane, MODE] == CLOSING else 0
                    if result == LOST:
                        status[draw] = 2
                    spent[draw] = state[lane, SPENT]
                    drawn[lane] = -1
                    busy -= 1
        if not following:
            out += lanes
