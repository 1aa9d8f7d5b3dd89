"""Kernels of the patient rule induction method: peel a box off, paste back what was too much.

Rows inside the box are kept in the order of every input, so that a candidate peel reads only the
rows that it would remove. Categories are whole numbers from 0 in float columns.
"""

from __future__ import annotations

import numpy as np

from servanda.numerics.jit import kernel, part

__all__ = ["MOST_LEVELS", "paste", "peel"]

#: Most categories of one input.
MOST_LEVELS = 64


@part
def _run(x, y, order, inside, k, up):  # type: ignore[no-untyped-def]
    """How many rows go, and how many of interest, when about ``k`` leave at one end.

    Rows of the same value go together.
    """
    gone = hits = 0
    step = -1 if up else 1
    at = inside - 1 if up else 0
    while gone < inside:
        row = order[at]
        if gone >= k and x[row] != x[order[at - step]]:
            break
        hits += y[row]
        gone += 1
        at += step
    return gone, hits


@part
def _gap(a, b, whole):  # type: ignore[no-untyped-def]
    """The limit between a value outside and the next one inside."""
    return b if whole else 0.5 * (a + b)


@part
def _count(x, y, order, inside, levels, count, good):  # type: ignore[no-untyped-def]
    """Count the rows inside, and those of interest, by category."""
    count[:levels] = 0
    good[:levels] = 0
    for i in range(inside):
        row = order[i]
        c = int(x[row])
        count[c] += 1
        good[c] += y[row]


@part
def _best_category(count, good, levels, inside, hits, least):  # type: ignore[no-untyped-def]
    """The category whose removal gains most: score, 2 + category, rows and hits that leave."""
    mean = hits / inside
    best, way = -np.inf, -1
    for c in range(levels):
        left = inside - count[c]
        if count[c] == 0 or left < least:
            continue
        score = ((hits - good[c]) / left - mean) / count[c]
        if score > best:
            best, way = score, 2 + c
    if way < 0:
        return best, way, 0, 0
    return best, way, count[way - 2], good[way - 2]


@part
def _best_end(x, y, order, inside, hits, k, least):  # type: ignore[no-untyped-def]
    """The end whose removal gains most: score, 0 low or 1 high, rows and hits that leave."""
    mean = hits / inside
    best, best_way, best_gone, best_lost = -np.inf, -1, 0, 0
    for way in range(2):
        gone, lost = _run(x, y, order, inside, k, way == 1)
        left = inside - gone
        if left < least or left == 0:
            continue
        score = ((hits - lost) / left - mean) / gone
        if score > best:
            best, best_way, best_gone, best_lost = score, way, gone, lost
    return best, best_way, best_gone, best_lost


@part
def _cut(  # type: ignore[no-untyped-def]
    x, order, inside, whole, way, gone, low, high, allowed, alive, j
):
    """Take rows out and write down the limit that does it."""
    if way >= 2:
        for i in range(inside):
            if int(x[order[i]]) == way - 2:
                alive[order[i]] = False
        allowed[j, way - 2] = False
        return
    first = 0 if way == 0 else inside - gone
    for i in range(first, first + gone):
        alive[order[i]] = False
    if way == 0:
        low[j] = _gap(x[order[gone - 1]], x[order[gone]], whole)
    else:
        high[j] = _gap(x[order[inside - gone]], x[order[inside - gone - 1]], whole)


@part
def _keep_alive(order, inside, alive):  # type: ignore[no-untyped-def]
    """Close the ranks of every input."""
    for j in range(order.shape[0]):
        kept = 0
        for i in range(inside):
            row = order[j, i]
            if alive[row]:
                order[j, kept] = row
                kept += 1


@part
def _is_wide(low, high, allowed, levels, j):  # type: ignore[no-untyped-def]
    """Say whether an input is not restricted yet."""
    if levels[j] > 0:
        return allowed[j, : levels[j]].all()
    return low[j] == -np.inf and high[j] == np.inf


@kernel
def peel(  # type: ignore[no-untyped-def]
    x, whole, levels, y, order, alpha, least, low, high, allowed, stats
):
    """Peel until the box would be too small or its density no longer rises.

    Args:
        x: float64[input, row].
        whole: bool[input]; the input takes whole numbers only.
        levels: int64[input]; number of categories, 0 for a numeric input.
        y: uint8[row]; of interest or not.
        order: int32[input, row]; rows in rising order of each input, overwritten.
        alpha: share of the box that one peel removes.
        least: fewest rows of a box.
        low: float64[step, input]; the lower limits of every step, the first one given.
        high: float64[step, input]; likewise.
        allowed: bool[step, input, level]; the categories inside, the first step given.
        stats: int64[step, 2]; rows and rows of interest inside, filled.

    Returns:
        Number of steps, the first one (nothing peeled) included.
    """
    inputs, inside = x.shape
    alive = np.ones(inside, np.bool_)
    hits = 0
    for row in range(inside):
        hits += y[row]
    stats[0, 0], stats[0, 1] = inside, hits
    step = 0
    count, good = np.zeros(MOST_LEVELS, np.int64), np.zeros(MOST_LEVELS, np.int64)
    while step + 1 < low.shape[0]:
        k = max(1, int(alpha * inside))
        best, best_new, best_j, best_way, best_gone, best_lost = 0.0, True, -1, -1, 0, 0
        for j in range(inputs):
            if levels[j] > 0:
                _count(x[j], y, order[j], inside, levels[j], count, good)
                found = _best_category(count, good, levels[j], inside, hits, least)
            else:
                found = _best_end(x[j], y, order[j], inside, hits, k, least)
            score, way, gone, lost = found
            new = _is_wide(low[step], high[step], allowed[step], levels, j)
            if way >= 0 and (score > best or (score == best and best_new and not new)):
                best, best_new, best_j = score, new, j
                best_way, best_gone, best_lost = way, gone, lost
        if best_j < 0 or best <= 0.0:
            break
        low[step + 1], high[step + 1], allowed[step + 1] = low[step], high[step], allowed[step]
        step += 1
        j = best_j
        _cut(
            x[j], order[j], inside, whole[j], best_way, best_gone,
            low[step], high[step], allowed[step], alive, j,
        )  # fmt: skip
        _keep_alive(order, inside, alive)
        inside -= best_gone
        hits -= best_lost
        stats[step, 0], stats[step, 1] = inside, hits
    return step + 1


@part
def _place(x, levels, low, high, allowed, j, row):  # type: ignore[no-untyped-def]
    """Say where a row lies by one input: 0 inside, 1 below or of another category, 2 above."""
    if levels[j] > 0:
        return 0 if allowed[j, int(x[j, row])] else 1
    if x[j, row] < low[j]:
        return 1
    return 2 if x[j, row] > high[j] else 0


@part
def _beyond(x, y, order, out, k, start, up):  # type: ignore[no-untyped-def]
    """Rows beyond a limit that fail by it alone: how many, how many of interest, where it ends.

    Walks outwards from ``start`` until about ``k`` are found, equal values together; the place
    returned is the first that stays outside, -1 or the number of rows where none does.
    """
    found = hits = 0
    step = 1 if up else -1
    at, last = start, np.nan
    while 0 <= at < order.shape[0]:
        row = order[at]
        if out[row] == 1:
            if found >= k and x[row] != last:
                break
            found += 1
            hits += y[row]
            last = x[row]
        at += step
    return found, hits, at


@part
def _start(x, order, limit, up):  # type: ignore[no-untyped-def]
    """The place in the order from which a walk outwards from a limit starts."""
    a, b = 0, order.shape[0]  # the first place above the limit, or at it where the walk is down
    while a < b:
        middle = (a + b) // 2
        value = x[order[middle]]
        if value < limit or (up and value == limit):
            a = middle + 1
        else:
            b = middle
    return a if up else a - 1


@part
def _widest_category(x, y, out, allowed, levels, inside, hits, count, good):  # type: ignore[no-untyped-def]
    """The category whose return gains most: score, 2 + category, rows and hits that return."""
    count[:levels] = 0
    good[:levels] = 0
    for row in range(x.shape[0]):
        c = int(x[row])
        if out[row] == 1 and not allowed[c]:
            count[c] += 1
            good[c] += y[row]
    best, way = -np.inf, -1
    for c in range(levels):
        if count[c] > 0:
            score = ((hits + good[c]) / (inside + count[c]) - hits / inside) / count[c]
            if score > best:
                best, way = score, 2 + c
    if way < 0:
        return best, way, 0, 0, 0
    return best, way, count[way - 2], good[way - 2], 0


@part
def _widest_end(x, y, order, out, k, low, high, inside, hits):  # type: ignore[no-untyped-def]
    """The end whose widening gains most: score, end, rows and hits that return, where it ends."""
    best, best_way, best_found, best_new, best_at = -np.inf, -1, 0, 0, 0
    for way in range(2):
        limit = low if way == 0 else high
        if not np.isfinite(limit):
            continue
        start = _start(x, order, limit, way == 1)
        found, new, at = _beyond(x, y, order, out, k, start, way == 1)
        if found == 0:
            continue
        score = ((hits + new) / (inside + found) - hits / inside) / found
        if score > best:
            best, best_way, best_found, best_new, best_at = score, way, found, new, at
    return best, best_way, best_found, best_new, best_at


@part
def _widen(x, order, whole, way, at, low, high, allowed, out, j):  # type: ignore[no-untyped-def]
    """Move a limit outwards and count anew by how many limits the rows fail."""
    rows = order.shape[0]
    old_low, old_high = low[j], high[j]
    if way >= 2:
        allowed[j, way - 2] = True
    elif way == 0:
        low[j] = -np.inf if at < 0 else _gap(x[order[at]], x[order[at + 1]], whole)
    else:
        high[j] = np.inf if at >= rows else _gap(x[order[at]], x[order[at - 1]], whole)
    for row in range(rows):
        value = x[row]
        if way >= 2:
            moved = int(value) == way - 2
        else:
            moved = low[j] <= value < old_low or old_high < value <= high[j]
        out[row] -= moved


@kernel
def paste(  # type: ignore[no-untyped-def]
    x, whole, levels, y, order, alpha, low, high, allowed, inside, hits
):
    """Widen a box where that raises its density.

    Args:
        x: float64[input, row].
        whole: bool[input]; the input takes whole numbers only.
        levels: int64[input]; number of categories, 0 for a numeric input.
        y: uint8[row].
        order: int32[input, row]; rows in rising order of each input.
        alpha: share of the box that one paste adds.
        low: float64[input]; lower limits, overwritten.
        high: float64[input]; likewise.
        allowed: bool[input, level]; likewise.
        inside: rows inside.
        hits: rows of interest inside.

    Returns:
        Rows inside, rows of interest inside, number of pastes.
    """
    inputs, rows = x.shape
    out = np.zeros(rows, np.int16)
    for j in range(inputs):
        for row in range(rows):
            out[row] += _place(x, levels, low, high, allowed, j, row) != 0
    count, good = np.zeros(MOST_LEVELS, np.int64), np.zeros(MOST_LEVELS, np.int64)
    for done in range(rows):
        k = max(1, int(alpha * inside))
        best, best_j, best_way, best_found, best_new, best_at = 0.0, -1, -1, 0, 0, 0
        for j in range(inputs):
            if levels[j] > 0:
                found = _widest_category(
                    x[j], y, out, allowed[j], levels[j], inside, hits, count, good
                )
            else:
                found = _widest_end(x[j], y, order[j], out, k, low[j], high[j], inside, hits)
            if found[1] >= 0 and found[0] > best:
                best, best_way, best_found, best_new, best_at = found
                best_j = j
        if best_j < 0:
            return inside, hits, done
        j = best_j
        _widen(x[j], order[j], whole[j], best_way, best_at, low, high, allowed, out, j)
        inside += best_found
        hits += best_new
    return inside, hits, rows
