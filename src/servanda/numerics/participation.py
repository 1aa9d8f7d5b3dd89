"""Who joins in: a participation game among many players with a common good.

Player i adds ``x[i]`` to a common capability when it acts; when it does not, ``idle[i]`` is
still added with probability ``phi``. The common good is ``P(D) = D^g / (D^g + rival^g)`` at
``D = base + sum``. Player i acts with the logit probability of ``b E[dP] + credit - cost``
where the credit has a fixed part and a part linear in the acts of its pool.

The expectation over the others is a Poisson-binomial on a grid of capability with linear
splitting of mass. Let ``front[i]`` be the distribution of the first i players' sum and
``rear[i]`` the expected good as a function of that sum once players i.. have acted. Then
``E[dP_i]`` is one inner product of front[i] with differences of rear[i+1], so leaving each one
out costs O(players x nodes) in all. Sweeping forwards and backwards with immediate updates
(symmetric Gauss-Seidel) gives every half sweep a full round of responses. The act of a pinned
player is given: it does not respond.

Players are sorted by ``x`` inside, so that their order in the input does not matter and so that
the early distributions stay short.
"""

from __future__ import annotations

import math

import numpy as np

from servanda.numerics.jit import part
from servanda.numerics.seating import (
    COST,
    DUE,
    FOUND,
    FRAC,
    IDLE,
    IFRAC,
    ISTEP,
    KEPT,
    LEND,
    OTHER,
    PIN,
    POOL,
    POOLED,
    PRIOR,
    STAKE,
    STEP,
    WARM,
    WEIGHT,
    Q,
    X,
)

__all__ = [
    "clear_front",
    "contest",
    "grid_steps",
    "settle",
    "solve_one",
    "uniqueness",
]

MOST_SWEEPS = 400
SAME = 1e-6


@part
def grid_steps(table, tags, n, nodes, reach, scratch):  # type: ignore[no-untyped-def]
    """Place the players' capabilities on a grid; return the width of a cell."""
    total = 0.0
    for i in range(n):
        total += table[X, i]
    width = total / (nodes - 1) if total > 0.0 else 1.0
    reach[0] = 1
    for i in range(n):
        step = int(table[X, i] / width)
        idle = int(table[IDLE, i] / width)
        tags[STEP, i] = step
        tags[ISTEP, i] = idle
        scratch[FRAC, i] = table[X, i] / width - step
        scratch[IFRAC, i] = table[IDLE, i] / width - idle
        reach[i + 1] = reach[i] + step + 1
    return width


@part
def clear_front(front, reach, n):  # type: ignore[no-untyped-def]
    """Empty ``front`` past each player's reach, where the sweeps read but write only zeros.

    Row i begins in the middle of its array: what stands before is read too, and never written.
    """
    origin = front.shape[1] // 2
    for i in range(n + 1):
        for j in range(reach[i], reach[min(i + 1, n)] + 16):
            front[i, origin + j] = 0.0


@part
def contest(good, power, rival_power, length):  # type: ignore[no-untyped-def]
    """Fill ``good`` with power / (power + rival power) on the first ``length`` nodes."""
    for j in range(length):
        good[j] = power[j] / (power[j] + rival_power)


@part
def uniqueness(table, n, lam, g, base, width, good, length):  # type: ignore[no-untyped-def]
    """Bound the slope of the joint response: below 1 the fixed point is unique.

    ``lam max_i (b_i x_i sum_j x_j max|P''| + pooled_i) / 4``, since a second difference of P is
    at most ``x_i x_j max|P''|`` and never more than 1.
    """
    steep = 0.0
    for j in range(length):
        p = good[j]
        d = base + width * j
        steep = max(steep, abs(p * (1.0 - p) * ((g - 1.0) - 2.0 * g * p)) * g / (d * d))
    total = 0.0
    for j in range(n):
        total += table[X, j]
    worst = 0.0
    for i in range(n):
        bend = table[STAKE, i] * min(table[X, i] * steep * (total - table[X, i]), n - 1.0)
        worst = max(worst, abs(bend) + abs(table[POOLED, i]))
    return lam * worst / 4.0


# The next function is long on purpose: a call per player would cost more in counting references
# to its arrays than the arithmetic does. Unsigned indices spare the test for negative ones, which
# would block vectorising; lengths are rounded up to whole vectors, front being 0 past its reach.
@part
def _half_sweep(  # type: ignore[no-untyped-def]  # noqa: C901
    forwards,
    respond,
    table,
    tags,
    n,
    lam,
    phi,
    front,
    rear,
    change,
    rested,
    reach,
    scratch,
    pools,
):
    """One pass over the players, rebuilding front (or rear); return the largest change of q."""
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    five, six, seven, eight = np.uint64(5), np.uint64(6), np.uint64(7), np.uint64(8)
    origin = np.uint64(front.shape[1] // 2)
    most = 0.0
    for turn in range(n):
        i = turn if forwards else n - 1 - turn
        row, after = np.uint64(i), np.uint64(i + 1)
        length = np.uint64((reach[i] + 7) // 8 * 8)
        step, idle = np.uint64(tags[STEP, i]), np.uint64(tags[ISTEP, i])
        part_x = scratch[FRAC, i]
        rest_x = 1.0 - part_x
        loose = phi if table[IDLE, i] > 0.0 else 0.0
        small = loose * scratch[IFRAC, i]
        large = loose - small
        if respond or not forwards:
            # change: the good if i acts less the good if not; rested: the good if not.
            if loose > 0.0:
                for j in range(length):
                    lent = large * rear[after, j + idle] + small * rear[after, j + idle + one]
                    rested[j] = (1.0 - loose) * rear[after, j] + lent
                for j in range(length):
                    acted = rest_x * rear[after, j + step] + part_x * rear[after, j + step + one]
                    change[j] = acted - rested[j]
            else:
                for j in range(length):
                    acted = rest_x * rear[after, j + step] + part_x * rear[after, j + step + one]
                    change[j] = acted - rear[after, j]
        if respond and tags[PIN, i] < 0:
            # Eight running sums: eight lanes at once in an order that is always the same.
            s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
            for j in range(np.uint64(0), length, eight):
                s0 += front[row, origin + j] * change[j]
                s1 += front[row, origin + j + one] * change[j + one]
                s2 += front[row, origin + j + two] * change[j + two]
                s3 += front[row, origin + j + three] * change[j + three]
                s4 += front[row, origin + j + four] * change[j + four]
                s5 += front[row, origin + j + five] * change[j + five]
                s6 += front[row, origin + j + six] * change[j + six]
                s7 += front[row, origin + j + seven] * change[j + seven]
            gain = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
            old = scratch[Q, i]
            merit = table[STAKE, i] * gain + scratch[DUE, i] - table[COST, i]
            pool = tags[POOL, i]
            if pool >= 0:
                merit += scratch[LEND, i] * (pools[pool] - table[WEIGHT, i] * old)
            new = 1.0 / (1.0 + math.exp(-lam * merit))
            if pool >= 0:
                pools[pool] += table[WEIGHT, i] * (new - old)
            scratch[Q, i] = new
            most = max(most, abs(new - old))
        q = scratch[Q, i]
        if not forwards:
            if loose > 0.0:
                for j in range(length):
                    rear[row, j] = rested[j] + q * change[j]
            else:
                for j in range(length):
                    rear[row, j] = rear[after, j] + q * change[j]
            continue
        # Convolve row i of front with i's contribution into the next row. Gathered, not scattered:
        # adding to what has just been stored at another offset would wait for the store.
        stay, low, high = (1.0 - q) * (1.0 - loose), q * rest_x, q * part_x
        whole = np.uint64((reach[i + 1] + 7) // 8 * 8)
        acted_at = origin - step
        if loose > 0.0:
            few, most_of = (1.0 - q) * large, (1.0 - q) * small
            idle_at = origin - idle
            for j in range(whole):
                acts = stay * front[row, origin + j] + low * front[row, acted_at + j]
                acts += high * front[row, acted_at + j - one]
                acts += few * front[row, idle_at + j]
                front[after, origin + j] = acts + most_of * front[row, idle_at + j - one]
        else:
            for j in range(whole):
                acts = stay * front[row, origin + j] + low * front[row, acted_at + j]
                front[after, origin + j] = acts + high * front[row, acted_at + j - one]
    return most


@part
def _open(table, tags, n, good, front, rear, reach, scratch, pools):  # type: ignore[no-untyped-def]
    """Lay the ends of front and rear and take q and the pools' acting shares from the start."""
    for j in range(reach[n]):
        rear[n, j] = good[j]
    front[0, front.shape[1] // 2] = 1.0
    for k in range(n + 1):
        pools[k] = 0.0
    for i in range(n):
        pinned = tags[PIN, i]
        scratch[Q, i] = scratch[OTHER, i] if pinned < 0 else float(pinned)
        if tags[POOL, i] >= 0:
            pools[tags[POOL, i]] += table[WEIGHT, i] * scratch[Q, i]


@part
def settle(  # type: ignore[no-untyped-def]
    respond,
    table,
    tags,
    n,
    lam,
    phi,
    good,
    tolerance,
    front,
    rear,
    change,
    rested,
    reach,
    scratch,
    pools,
):
    """Iterate responses from scratch[OTHER]; leave q in scratch; return (expected good, change).

    Without ``respond`` the start is only evaluated. One call of the sweep in one loop keeps the
    compiled code small: first a pass that builds front, then half sweeps, then, if the
    last one went forwards, a pass that closes rear so that the expectation uses the last q.
    """
    _open(table, tags, n, good, front, rear, reach, scratch, pools)
    if n == 0:
        return good[0], 0.0
    gone = 0.0
    done = not respond
    for sweep in range(MOST_SWEEPS):
        forwards = sweep % 2 == 0 and not done
        moving = respond and sweep > 0 and not done
        moved = _half_sweep(
            forwards,
            moving,
            table,
            tags,
            n,
            lam,
            phi,
            front,
            rear,
            change,
            rested,
            reach,
            scratch,
            pools,
        )
        if done:
            break
        if moving:
            gone = moved
            done = gone < tolerance or sweep >= MOST_SWEEPS - 2
            if done and not forwards:
                break
    return rear[0, 0], gone


@part
def _begin(turn, n, table, scratch, warm):  # type: ignore[no-untyped-def]
    """Set the start of a search: the prior or a warm start, then nobody, then everybody."""
    for i in range(n):
        if turn > 0:
            scratch[OTHER, i] = float(turn - 1)
        else:
            scratch[OTHER, i] = scratch[WARM, i] if warm else table[PRIOR, i]


@part
def _farthest(n, scratch):  # type: ignore[no-untyped-def]
    """Largest difference between the fixed point found and the one kept."""
    away = 0.0
    for i in range(n):
        away = max(away, abs(scratch[Q, i] - scratch[KEPT, i]))
    return away


@part
def solve_one(  # type: ignore[no-untyped-def]
    table,
    tags,
    n,
    lam,
    phi,
    good,
    unique,
    warm,
    pick,
    tolerance,
    front,
    rear,
    change,
    rested,
    reach,
    scratch,
    pools,
):
    """Fixed point from the prior (or a warm start where it is unique), and all others found.

    Returns (expected good, change, spread, status); q of the picked one in scratch[Q], unless it
    is unique those reached from the three starts in scratch[FOUND...].
    """
    low = high = chosen = worst = gap = 0.0
    status = 0.0
    for turn in range(1 if unique else 3):
        _begin(turn, n, table, scratch, warm and unique)
        value, moved = settle(
            True,
            table,
            tags,
            n,
            lam,
            phi,
            good,
            tolerance,
            front,
            rear,
            change,
            rested,
            reach,
            scratch,
            pools,
        )
        if moved >= tolerance:
            status = 2.0
        worst = max(worst, moved)
        if turn == 0:
            low = high = value
        gap = max(gap, _farthest(n, scratch)) if turn > 0 else 0.0
        low, high = min(low, value), max(high, value)
        if not unique:
            for i in range(n):
                scratch[FOUND + turn, i] = scratch[Q, i]
        better = (pick == 1 and value < chosen) or (pick == 2 and value > chosen)
        if turn == 0 or better:
            chosen = value
            for i in range(n):
                scratch[KEPT, i] = scratch[Q, i]
    for i in range(n):
        scratch[Q, i] = scratch[KEPT, i]
    if status == 0.0 and gap > SAME:
        status = 1.0
    return chosen, worst, high - low, status
