"""Derivatives of logit equilibria by the implicit function theorem, in given directions.

With the unknown log-odds x on the solution, ``gap(x, theta) = 0`` gives
``dx/dtheta = -(dgap/dx)^-1 dgap/dtheta``; one more pass with the combined direction gives the
derivative of all behaviour and of the values.
"""

from __future__ import annotations

import numpy as np

from servanda.numerics.jit import kernel, part
from servanda.numerics.tree_branch import eliminate
from servanda.numerics.tree_tape import play

__all__ = ["slopes"]


@part
def _turn(gap, lane, n, matrix, right):  # type: ignore[no-untyped-def]
    """Put ``dx/dtheta`` of one lane into ``right`` [unknown, direction]."""
    for i in range(n):
        for j in range(n):
            matrix[i, j] = gap[i, j + 1, lane]
        for d in range(right.shape[1]):
            right[i, d] = -gap[i, 1 + n + d, lane]
    eliminate(matrix, right, n)


@part
def _total(table, slot, n, d, lane, right):  # type: ignore[no-untyped-def]
    """Derivative of a slot along a direction, its effect through the unknowns included."""
    total = table[slot, 1 + n + d, lane]
    for i in range(n):
        total += table[slot, 1 + i, lane] * right[i, d]
    return total


@part
def _load(draw, lane, pay, chance, precision, odds, chance0, val, prob, scale, x):  # type: ignore[no-untyped-def]
    """Put the numbers and the solution of a draw into a lane."""
    for i in range(pay.shape[1]):
        val[i, 0, lane] = pay[draw, i]
    row = draw if chance.shape[0] > 1 else 0
    for i in range(chance.shape[1]):
        prob[chance0 + i, 0, lane] = chance[row, i]
    for p in range(precision.shape[1]):
        scale[p, 0, lane] = precision[draw, p]
    for i in range(odds.shape[1]):
        x[i, lane] = odds[draw, i]


@part
def _seed(draw, lane, n, seed, where, shift):  # type: ignore[no-untyped-def]
    """Put the directions of a draw into the columns after the unknowns."""
    row = draw if seed.shape[0] > 1 else 0
    for d in range(seed.shape[1]):
        for i in range(seed.shape[2]):
            where[shift + i, 1 + n + d, lane] = seed[row, d, i]


@part
def _to_logs(lane, n, directions, chances, chance0, prob):  # type: ignore[no-untyped-def]
    """Chances carry the derivative of their logarithm, as all probabilities do."""
    for i in range(chance0, chance0 + chances):
        for d in range(directions):
            if prob[i, 1 + n + d, lane] != 0.0:
                prob[i, 1 + n + d, lane] /= prob[i, 0, lane]


@kernel
def slopes(  # type: ignore[no-untyped-def]
    tape,
    root,
    sizes,
    pay,
    chance,
    precision,
    odds,
    seed_pay,
    seed_chance,
    seed_precision,
    start,
    stop,
    lanes,
    action,
    value,
):
    """Derivatives of behaviour and values of draws ``start`` to ``stop``.

    The first arguments are those of ``tree_qre.solve``, ``odds`` the solution. ``seed_pay``,
    ``seed_chance`` and ``seed_precision`` are float64[draw or 1, direction, slot, edge or player]:
    what a direction adds. Written are ``action`` float64[draw, direction, action] and ``value``
    float64[draw, direction, player].
    """
    n, directions, chance0 = odds.shape[1], action.shape[1], sizes[0]
    columns = 1 + n + directions
    prob = np.zeros((sizes[1], columns, lanes))
    prob[:, 0, :] = 0.5
    val = np.zeros((sizes[2], columns, lanes))
    scale = np.zeros((precision.shape[1], columns, lanes))
    gap = np.zeros((n, columns, lanes))
    low = np.zeros((sizes[0], lanes))
    x = np.zeros((n, lanes))
    work = np.zeros((2, lanes))
    matrix, right = np.zeros((n, n)), np.zeros((n, directions))
    for first in range(start, stop, lanes):
        used = min(lanes, stop - first)
        for lane in range(used):
            draw = first + lane
            _load(draw, lane, pay, chance, precision, odds, chance0, val, prob, scale, x)
            _seed(draw, lane, n, seed_pay, val, 0)
            _seed(draw, lane, n, seed_precision, scale, 0)
            _seed(draw, lane, n, seed_chance, prob, chance0)
            _to_logs(lane, n, directions, chance.shape[1], chance0, prob)
        # No slot counts as constant here: payoffs have derivatives.
        play(tape, tape.size, columns, chance0, 0, prob, low, val, scale, x, gap, work)
        for lane in range(used):
            draw = first + lane
            _turn(gap, lane, n, matrix, right)
            for d in range(directions):
                for a in range(sizes[0]):
                    action[draw, d, a] = prob[a, 0, lane] * _total(prob, a, n, d, lane, right)
                for p in range(root.size):
                    value[draw, d, p] = _total(val, root[p], n, d, lane, right)
