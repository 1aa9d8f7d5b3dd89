"""Play the programme of a tree (``tree_plan``) for many draws side by side.

Arrays end with an axis of lanes, one draw each, so that one reading of an instruction serves all
lanes and the compiler can use whole vectors. Lanes never touch one another. Probabilities carry
the derivative of their logarithm, values their derivative, in as many directions as asked.

The arrays that travel together; of each the first column is the thing itself and the others are
its derivatives in as many directions as asked, the unknowns first:
    prob [slot, column, lane]: probabilities; the derivatives are those of the logarithm.
    val [slot, column, lane]: expected payoffs.
    scale [player, column, lane]: precision times position on the path.
    gap [unknown, column, lane]: equations ``x - scale (u_a - u_0)`` of the unknown sets.
    x [unknown, lane]: log-odds of the unknown sets.
    low [action, lane]: log-odds, or log probabilities where the set has a faint one.
    work [2, lane]: scratch.
"""

from __future__ import annotations

import math

import numpy as np

from servanda.numerics.jit import part
from servanda.numerics.tree_plan import BELIEF, LOGIT, RESIDUAL, SUM

__all__ = ["play"]

# Below this the products behind a belief are formed again from logarithms.
_FAINT = 1e-250
# Sets with a probability below this keep logarithms for that purpose.
_SMALL = 1e-60


@part
def _sum(tape, pc, columns, prob, val, fixed):  # type: ignore[no-untyped-def]
    """Value = sum of probability x value; slots before ``fixed`` have no derivative."""
    out, terms = tape[pc + 1], tape[pc + 2]
    lanes = np.uint64(prob.shape[2])
    for c in range(columns):
        for k in range(lanes):
            val[out, c, k] = 0.0
    for term in range(terms):
        p, v = tape[pc + 3 + 2 * term], tape[pc + 4 + 2 * term]
        for k in range(lanes):
            val[out, 0, k] += prob[p, 0, k] * val[v, 0, k]
        for c in range(1, columns):
            if v < fixed:
                for k in range(lanes):
                    val[out, c, k] += prob[p, 0, k] * (prob[p, c, k] * val[v, 0, k])
            else:
                for k in range(lanes):
                    val[out, c, k] += prob[p, 0, k] * (prob[p, c, k] * val[v, 0, k] + val[v, c, k])
    return pc + 3 + 2 * terms


@part
def _faint(tape, pc, prob, low, chance0, k):  # type: ignore[no-untyped-def]
    """Weights of one lane from logarithms, the largest set to 1; return their sum."""
    out, nodes = tape[pc + 1], tape[pc + 2]
    at, most = pc + 3, -math.inf
    for n in range(nodes):
        weight = 0.0
        for s in range(tape[at]):
            slot = tape[at + 1 + s]
            faint = slot < chance0 and prob[slot, 0, k] < _SMALL
            weight += low[slot, k] if faint else math.log(prob[slot, 0, k])
        prob[out + n, 0, k] = weight
        most = max(most, weight)
        at += 1 + tape[at]
    total = 0.0
    for n in range(nodes):
        prob[out + n, 0, k] = math.exp(prob[out + n, 0, k] - most)
        total += prob[out + n, 0, k]
    return total


@part
def _weigh(tape, pc, prob, work):  # type: ignore[no-untyped-def]
    """Products of probabilities on the way to each node, and their sum."""
    out, at = tape[pc + 1], pc + 3
    lanes = np.uint64(prob.shape[2])
    for k in range(lanes):
        work[0, k] = 0.0
    for n in range(tape[pc + 2]):
        for k in range(lanes):
            prob[out + n, 0, k] = 1.0
        for s in range(tape[at]):
            slot = tape[at + 1 + s]
            for k in range(lanes):
                prob[out + n, 0, k] *= prob[slot, 0, k]
        for k in range(lanes):
            work[0, k] += prob[out + n, 0, k]
        at += 1 + tape[at]
    return at


@part
def _gather(tape, pc, c, prob):  # type: ignore[no-untyped-def]
    """Derivatives of the logarithm of those products, in one direction."""
    out, at = tape[pc + 1], pc + 3
    lanes = np.uint64(prob.shape[2])
    for n in range(tape[pc + 2]):
        for k in range(lanes):
            prob[out + n, c, k] = 0.0
        for s in range(tape[at]):
            slot = tape[at + 1 + s]
            for k in range(lanes):
                prob[out + n, c, k] += prob[slot, c, k]
        at += 1 + tape[at]


@part
def _belief(tape, pc, columns, prob, low, work, chance0):  # type: ignore[no-untyped-def]
    """Beliefs by Bayes' rule: products of probabilities on the way, made to sum to 1."""
    out, nodes = tape[pc + 1], tape[pc + 2]
    lanes = np.uint64(prob.shape[2])
    after = _weigh(tape, pc, prob, work)
    for k in range(lanes):
        if work[0, k] < _FAINT:
            work[0, k] = _faint(tape, pc, prob, low, chance0, k)
        work[0, k] = 1.0 / work[0, k]
    for n in range(nodes):
        for k in range(lanes):
            prob[out + n, 0, k] *= work[0, k]
    for c in range(1, columns):
        _gather(tape, pc, c, prob)
    return after


@part
def _keep_logs(a0, count, prob, low):  # type: ignore[no-untyped-def]
    """Replace log-odds by log probabilities, from the likeliest action."""
    for k in range(prob.shape[2]):
        top = a0
        for a in range(a0 + 1, a0 + count):
            if low[a, k] > low[top, k]:
                top = a
        shift = low[top, k] - math.log(prob[top, 0, k])
        for a in range(a0, a0 + count):
            low[a, k] -= shift


@part
def _soften_two(a0, prob, low, work):  # type: ignore[no-untyped-def]
    """Probabilities of two actions from their log-odds; return about the least."""
    a1, least = a0 + 1, 1.0
    lanes = np.uint64(prob.shape[2])
    for k in range(lanes):
        work[0, k] = low[a1, k] - low[a0, k]
    for k in range(lanes):
        work[1, k] = math.exp(-abs(work[0, k]))
        least = min(least, work[1, k])
    for k in range(lanes):
        large = 1.0 / (1.0 + work[1, k])
        small = work[1, k] * large
        up = work[0, k] > 0.0
        prob[a0, 0, k] = small if up else large
        prob[a1, 0, k] = large if up else small
    return least


@part
def _soften_many(a0, count, prob, low, work):  # type: ignore[no-untyped-def]
    """Probabilities of any number of actions from their log-odds; return about the least."""
    least = 1.0
    lanes = np.uint64(prob.shape[2])
    for k in range(lanes):
        work[0, k] = low[a0, k]
        work[1, k] = 0.0
    for a in range(a0 + 1, a0 + count):
        for k in range(lanes):
            work[0, k] = max(work[0, k], low[a, k])
    for a in range(a0, a0 + count):
        for k in range(lanes):
            prob[a, 0, k] = math.exp(low[a, k] - work[0, k])
            least = min(least, prob[a, 0, k])
            work[1, k] += prob[a, 0, k]
    for a in range(a0, a0 + count):
        for k in range(lanes):
            prob[a, 0, k] /= work[1, k]
    return least


@part
def _centre(first, count, columns, prob, work):  # type: ignore[no-untyped-def]
    """Turn derivatives of log weights into those of log probabilities."""
    lanes = np.uint64(prob.shape[2])
    for c in range(1, columns):
        for k in range(lanes):
            work[0, k] = 0.0
        for a in range(first, first + count):
            for k in range(lanes):
                work[0, k] += prob[a, 0, k] * prob[a, c, k]
        for a in range(first, first + count):
            for k in range(lanes):
                prob[a, c, k] -= work[0, k]


@part
def _logit(tape, pc, columns, prob, low, val, scale):  # type: ignore[no-untyped-def]
    """Behaviour of a set as the logit of its conditional payoffs."""
    a0, count, player = tape[pc + 1], tape[pc + 2], tape[pc + 3]
    lanes = np.uint64(prob.shape[2])
    base = tape[pc + 4]
    for a in range(count):
        u = tape[pc + 4 + a]
        for k in range(lanes):
            low[a0 + a, k] = scale[player, 0, k] * (val[u, 0, k] - val[base, 0, k])
    for c in range(1, columns):
        for k in range(lanes):
            prob[a0, c, k] = 0.0
        for a in range(1, count):
            u = tape[pc + 4 + a]
            for k in range(lanes):
                slope = scale[player, 0, k] * (val[u, c, k] - val[base, c, k])
                prob[a0 + a, c, k] = slope + scale[player, c, k] * (val[u, 0, k] - val[base, 0, k])
    return pc + 4 + count


@part
def _spread(tape, pc, columns, prob, low, x):  # type: ignore[no-untyped-def]
    """Behaviour of an unknown set from its log-odds against its first action."""
    a0, count, first = tape[pc + 1], tape[pc + 2], tape[pc + 3]
    lanes = np.uint64(prob.shape[2])
    for k in range(lanes):
        low[a0, k] = 0.0
    for a in range(1, count):
        for k in range(lanes):
            low[a0 + a, k] = x[first + a - 1, k]
    for c in range(1, columns):
        for a in range(count):
            mark = 1.0 if a > 0 and c == first + a else 0.0
            for k in range(lanes):
                prob[a0 + a, c, k] = mark
    return pc + 4


@part
def _residual(tape, pc, columns, val, scale, x, gap):  # type: ignore[no-untyped-def]
    """Equation of an unknown set: its log-odds less what they should be."""
    count, player, first = tape[pc + 2], tape[pc + 3], tape[pc + 4]
    lanes = np.uint64(val.shape[2])
    base = tape[pc + 5]
    for a in range(1, count):
        j, u = first + a - 1, tape[pc + 5 + a]
        for k in range(lanes):
            gap[j, 0, k] = x[j, k] - scale[player, 0, k] * (val[u, 0, k] - val[base, 0, k])
        for c in range(1, columns):
            own = 1.0 if c == j + 1 else 0.0
            for k in range(lanes):
                slope = scale[player, 0, k] * (val[u, c, k] - val[base, c, k])
                rise = scale[player, c, k] * (val[u, 0, k] - val[base, 0, k])
                gap[j, c, k] = own - slope - rise
    return pc + 5 + count


@part
def play(  # type: ignore[no-untyped-def]
    tape,
    stop,
    columns,
    chance0,
    fixed,
    prob,
    low,
    val,
    scale,
    x,
    gap,
    work,
):
    """Play the instructions up to ``stop`` for all lanes and the first ``columns`` columns."""
    pc = np.int64(0)
    while pc < stop:
        what = tape[pc]
        if what == SUM:
            pc = _sum(tape, pc, columns, prob, val, fixed)
        elif what == RESIDUAL:
            pc = _residual(tape, pc, columns, val, scale, x, gap)
        else:
            a0, count = tape[pc + 1], tape[pc + 2]
            if what == BELIEF:
                pc = _belief(tape, pc, columns, prob, low, work, chance0)
            else:
                if what == LOGIT:
                    pc = _logit(tape, pc, columns, prob, low, val, scale)
                else:
                    pc = _spread(tape, pc, columns, prob, low, x)
                if count == 2:
                    least = _soften_two(a0, prob, low, work)
                else:
                    least = _soften_many(a0, count, prob, low, work)
                if least < _SMALL:
                    _keep_logs(a0, count, prob, low)
            _centre(a0, count, columns, prob, work)
