"""One step along a branch of solutions of ``gap(x, t) = 0`` from t = 0 to t = 1.

A point has been evaluated: gap, its derivatives in x and in t. These functions judge the point,
correct it and say where to evaluate next. At first t grows by chosen steps: predict along the
tangent (second order, from the last two), correct once by Newton's method. A step is refused where
the correction is large or the determinant of the Jacobian falls too fast; where steps become tiny
the branch is followed again from t = 0 by arc length (Turocy 2005), round folds of t, to its first
crossing of t = 1.

Each draw has two arrays: ``s``, numbers about where it stands, and ``v``, vectors of length
unknowns + 2, its last rows the gap with its derivatives in x and in t.
"""

from __future__ import annotations

import math

from servanda.numerics.jit import part

__all__ = ["advance", "begin", "eliminate"]

# Where a draw stands: position t, accepted t, step of t and the one before, size of the last
# correction, step of arc length, weight of t beside x, determinant, largest growth of a step,
# mode, number of polishing corrections, evaluations spent.
T, DONE_T, STEP, LAST_STEP, LAST, ARC, WEIGHT, DET, CAP, MODE, POLISH, SPENT = range(12)
FIELDS = 12
# Rows: point to evaluate, accepted point, tangent, tangent before, correction, new tangent, gap.
X, AT, WAY, WAY_BEFORE, FIX, NEW, GAP = range(7)
BRANCH, BY_ARC, WARM, CLOSING = 0, 1, 2, 3
GO_ON, SOLVED, LOST, FINISH = 0, 1, 2, 3

_MOST_FIX = 0.2
_AIM = 0.02
_LEAST_STEP = 1e-4
# A step may leave this share of the determinant; a correction x (relative change of the
# determinant per length) may be so large.
_LEAST_FALL = 0.3
_MOST_RATE = 0.1
_MOST_ARC_FIX = 0.1
_FIRST_ARC = 0.01
_TINY_ARC = 1e-6
_LEAST_ARC = 1e-10
# Inverse cosine of the turn of the tangent in a step by arc length.
_MOST_TURN = 1.1
_MOST_SPENT = 60_000
_MOST_WARM = 80


@part
def begin(s, v, n, mode):  # type: ignore[no-untyped-def]
    """Put a draw at the start of its branch, or at t = 1 where its x is a warm start."""
    for i in range(FIELDS):
        s[i] = 0.0
    s[WEIGHT] = 1.0
    s[MODE] = mode
    if mode == WARM:
        s[T] = 1.0
    if mode == BY_ARC:
        _begin_arc(s, v, n)


@part
def _begin_arc(s, v, n):  # type: ignore[no-untyped-def]
    """Go back to t = 0, to follow the branch by arc length."""
    for i in range(n):
        for row in range(GAP):
            v[row, i] = 0.0
    v[AT, n] = 0.0
    v[WAY, n] = 1.0
    s[T] = 0.0
    s[ARC] = _FIRST_ARC
    s[DET] = 0.0
    s[LAST] = math.inf
    s[POLISH] = 0.0
    s[MODE] = BY_ARC


@part
def _exchange(matrix, right, size, i):  # type: ignore[no-untyped-def]
    """Bring the largest pivot of column i up; return -1 if rows changed places, else 1."""
    top = i
    for r in range(i + 1, size):
        if abs(matrix[r, i]) > abs(matrix[top, i]):
            top = r
    if top == i:
        return 1.0
    for c in range(i, size):
        matrix[i, c], matrix[top, c] = matrix[top, c], matrix[i, c]
    for c in range(right.shape[1]):
        right[i, c], right[top, c] = right[top, c], right[i, c]
    return -1.0


@part
def eliminate(matrix, right, size):  # type: ignore[no-untyped-def]
    """Solve ``matrix x = right`` in place for all columns; return the determinant.

    Rows are exchanged for the largest pivot. Where the determinant is 0, ``right`` is useless.
    """
    det = 1.0
    for i in range(size):
        det *= _exchange(matrix, right, size, i)
        pivot = matrix[i, i]
        det *= pivot
        for r in range(size):
            factor = matrix[r, i] / pivot
            if r == i or factor == 0.0:
                continue
            for c in range(i + 1, size):
                matrix[r, c] -= factor * matrix[i, c]
            for c in range(right.shape[1]):
                right[r, c] -= factor * right[i, c]
    for i in range(size):
        for c in range(right.shape[1]):
            right[i, c] /= matrix[i, i]
    return det


@part
def _system(v, n, matrix, right):  # type: ignore[no-untyped-def]
    """Newton's correction and the tangent at the present t, for several unknowns."""
    for i in range(n):
        for j in range(n):
            matrix[i, j] = v[GAP + i, j + 1]
        right[i, 0] = -v[GAP + i, 0]
        right[i, 1] = -v[GAP + i, n + 1]
    det = eliminate(matrix, right, n)
    for i in range(n):
        v[FIX, i] = right[i, 0]
        v[NEW, i] = right[i, 1]
    return det


@part
def _size(v, n):  # type: ignore[no-untyped-def]
    """Largest correction; infinite where it is not a number."""
    size = 0.0
    for i in range(n):
        fix = abs(v[FIX, i])
        size = max(size, fix) if fix < math.inf else math.inf
    return size


@part(inline=True)
def _predict(s, v, n):  # type: ignore[no-untyped-def]
    """Step on from the accepted point with the last two tangents."""
    bend = 0.0
    if s[LAST_STEP] > 0.0:
        bend = 0.5 * s[STEP] / s[LAST_STEP]
    for i in range(n):
        turn = bend * (v[WAY, i] - v[WAY_BEFORE, i])
        v[X, i] = v[AT, i] + s[STEP] * (v[WAY, i] + turn)
    s[T] = s[DONE_T] + s[STEP]
    if s[T] > 1.0 - 1e-12:
        s[T] = 1.0


@part
def _polish(s, v, n, size):  # type: ignore[no-untyped-def]
    """One more of Newton's corrections at t = 1; solved once the next one would be nothing."""
    reach = 1.0
    for i in range(n):
        v[X, i] += v[FIX, i]
        reach = max(reach, abs(v[X, i]))
    last, s[LAST] = s[LAST], size
    s[POLISH] += 1.0
    if size <= 1e-13 * reach:
        return SOLVED
    if s[POLISH] > 1.0 and size < 1e-4:
        if size * (size / last) * (size / last) <= 1e-14 * reach:
            return SOLVED
        if size < 1e-9 * reach and size > 0.1 * last:
            return SOLVED
    return GO_ON


@part
def _refuse(s, v, n):  # type: ignore[no-untyped-def]
    """Try a shorter step; where steps of t are tiny, begin again by arc length."""
    s[POLISH] = 0.0
    s[STEP] *= 0.35
    s[CAP] = 1.0
    if s[STEP] < _LEAST_STEP:
        _begin_arc(s, v, n)
    else:
        _predict(s, v, n)


@part(inline=True)
def _safe(s, v, n, size, det):  # type: ignore[no-untyped-def]
    """Whether the correction is small against what the determinant does on the way.

    Newton's method converges where correction x (relative change of the Jacobian per length) is
    small; near a fold the determinant falls to zero and this refuses to step over.
    """
    moved = 0.0
    for i in range(n):
        moved = max(moved, abs(v[X, i] - v[AT, i]))
    slow = size * abs(s[DET] - det) <= _MOST_RATE * moved * det or size < 1e-7
    return slow and det >= _LEAST_FALL * s[DET]


@part(inline=True)
def _accept(s, v, n, size, det):  # type: ignore[no-untyped-def]
    """Take the corrected point, choose the next step and predict."""
    steep = 0.0
    for i in range(n):
        v[AT, i] = v[X, i] + v[FIX, i]
        v[WAY_BEFORE, i] = v[WAY, i]
        v[WAY, i] = v[NEW, i]
        steep = max(steep, abs(v[NEW, i]))
    if s[T] == 0.0:
        s[WEIGHT] = max(1.0, steep)
        step = 0.7 / s[WEIGHT]
        cap = 2.0
    else:
        cap = s[CAP]
        step = s[STEP] * min(cap, max(0.4, math.sqrt(_AIM / (size + 1e-30))))
    s[CAP] = min(3.0, 1.5 * cap)
    s[DET] = det
    s[DONE_T] = s[T]
    s[LAST_STEP] = s[STEP]
    left = 1.0 - s[T]
    s[STEP] = left if step > 0.75 * left else step
    _predict(s, v, n)


@part(inline=True)
def _by_steps(s, v, n, size, det):  # type: ignore[no-untyped-def]
    """Judge the point just evaluated at a chosen t."""
    good = size <= _MOST_FIX and det > 0.0
    if good and s[POLISH] > 0.0:
        good = size <= 0.5 * s[LAST] or size < 1e-9
    elif good and s[DET] > 0.0:
        good = _safe(s, v, n, size, det)
    if not good:
        _refuse(s, v, n)
        return GO_ON
    if s[T] == 1.0:
        return FINISH
    _accept(s, v, n, size, det)
    return GO_ON


@part
def _predict_arc(s, v, n):  # type: ignore[no-untyped-def]
    for i in range(n):
        v[X, i] = v[AT, i] + s[ARC] * v[WAY, i]
    s[T] = v[AT, n] + s[ARC] * v[WAY, n] / s[WEIGHT]
    s[LAST] = math.inf
    s[POLISH] = 0.0
    s[MODE] = BY_ARC


@part
def _shorter_arc(s, v, n):  # type: ignore[no-untyped-def]
    s[ARC] *= 0.4
    if s[ARC] < _LEAST_ARC:
        return LOST
    _predict_arc(s, v, n)
    return GO_ON


@part(inline=True)
def _arc_system(s, v, n, matrix, right):  # type: ignore[no-untyped-def]
    """Correction across the tangent and the new tangent; return the bordered determinant."""
    for i in range(n):
        for j in range(n):
            matrix[i, j] = v[GAP + i, j + 1]
        matrix[i, n] = v[GAP + i, n + 1] / s[WEIGHT]
        right[i, 0] = -v[GAP + i, 0]
        right[i, 1] = 0.0
    for j in range(n + 1):
        matrix[n, j] = v[WAY, j]
    right[n, 0] = 0.0
    right[n, 1] = 1.0
    det = eliminate(matrix, right, n + 1)
    for i in range(n + 1):
        v[FIX, i] = right[i, 0]
        v[NEW, i] = right[i, 1]
    return det


@part
def _along(s, v, n, matrix, right):  # type: ignore[no-untyped-def]
    """Judge the point just evaluated on the way by arc length and choose the next one."""
    det = _arc_system(s, v, n, matrix, right)
    size = _size(v, n + 1)
    # The sign of this determinant changes only at a bifurcation, which is passed straight on.
    turned = abs(det) < _LEAST_FALL * abs(s[DET]) or det * s[DET] < 0.0
    far = not abs(det) > 0.0 or not size <= min(_MOST_ARC_FIX, 0.5 * s[LAST]) or s[POLISH] > 8.0
    if far or (turned and s[ARC] > _TINY_ARC):
        return _shorter_arc(s, v, n)
    for i in range(n):
        v[X, i] += v[FIX, i]
    s[T] += v[FIX, n] / s[WEIGHT]
    if size > 1e-6:
        s[LAST] = size
        s[POLISH] += 1.0
        return GO_ON
    return _take_arc(s, v, n, det)


@part(inline=True)
def _take_arc(s, v, n, det):  # type: ignore[no-untyped-def]
    """Accept a point on the curve, or turn to t = 1 where the curve has just crossed it."""
    norm = 0.0
    for i in range(n + 1):
        norm += v[NEW, i] * v[NEW, i]
    norm = math.sqrt(norm)
    if s[T] > 0.0 and not norm < _MOST_TURN:
        return _shorter_arc(s, v, n)
    if s[T] < 0.0:
        return LOST
    if s[T] >= 1.0:
        share = (1.0 - v[AT, n]) / (s[T] - v[AT, n])
        for i in range(n):
            v[X, i] = (1.0 - share) * v[AT, i] + share * v[X, i]
        s[T] = 1.0
        s[MODE] = CLOSING
        s[POLISH] = 0.0
        return GO_ON
    for i in range(n):
        v[AT, i] = v[X, i]
    v[AT, n] = s[T]
    s[DET] = det
    for i in range(n + 1):
        v[WAY, i] = v[NEW, i] / norm
    if s[POLISH] <= 2.0:
        s[ARC] *= 1.6
    _predict_arc(s, v, n)
    return GO_ON


@part(inline=True)
def _closing(s, v, n, size, det):  # type: ignore[no-untyped-def]
    """Judge a point at t = 1 after arc length; go back for a shorter step where that fails."""
    good = size <= _MOST_ARC_FIX and abs(det) > 0.0
    if good and s[POLISH] > 0.0:
        good = size <= 0.5 * s[LAST] or size < 1e-9
    return FINISH if good else _shorter_arc(s, v, n)


@part(inline=True)
def _warm(s, v, n, size, det):  # type: ignore[no-untyped-def]
    """Newton's method at t = 1 from a given start, with steps of bounded length."""
    if not size < math.inf or not abs(det) > 0.0 or s[SPENT] > _MOST_WARM:
        return LOST
    if size <= 2.0:
        return FINISH
    for i in range(n):
        v[X, i] += v[FIX, i] * (2.0 / size)
    s[LAST] = size
    return GO_ON


@part(inline=True)
def advance(s, v, n, matrix, right):  # type: ignore[no-untyped-def]
    """Judge the point just evaluated and choose the next.

    ``s`` and ``v`` are the draw, its gap filled in; ``matrix`` [n + 1, n + 1] and ``right``
    [n + 1, 2] are scratch. Returns GO_ON to evaluate at ``v[X]`` and ``s[T]``; SOLVED, with the
    answer in ``v[X]``; or LOST.
    """
    s[SPENT] += 1.0
    if s[MODE] == BY_ARC:
        return LOST if s[SPENT] > _MOST_SPENT else _along(s, v, n, matrix, right)
    if n == 1:
        det = v[GAP, 1]
        v[FIX, 0] = -v[GAP, 0] / det
        v[NEW, 0] = -v[GAP, 2] / det
    else:
        det = _system(v, n, matrix, right)
    size = _size(v, n)
    if s[MODE] == BRANCH:
        result = _by_steps(s, v, n, size, det)
    elif s[MODE] == CLOSING:
        result = _closing(s, v, n, size, det)
    else:
        result = _warm(s, v, n, size, det)
    return _polish(s, v, n, size) if result == FINISH else result
