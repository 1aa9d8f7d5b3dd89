"""The pieces of a continuum with products of unknowns.

It is covered with boxes outside of which there is no solution. A point in every box, checked by
itself, stands for it; points that a path of solutions joins are one piece. The end of a range is
confirmed where boxes show that nothing of the piece lies beyond.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from servanda.games.boxes import MOST_UNKNOWNS, Cover, corners, cover, derivatives, excluded
from servanda.games.continua import Group, Piece, enter
from servanda.games.roots import climb, may_be_single, settled, solve_box

__all__ = ["search"]

Floats = NDArray[np.float64]
Pairs = NDArray[np.intp]

# How narrow boxes around a continuum are, by the number of unknowns; with more there are none.
WIDTHS = {1: 1 / 128, 2: 1 / 64, 3: 1 / 32, 4: 1 / 16}
MOST_COVER = 3_000
#: Points from which pieces are found where nothing is proven; all pairs of them are tried as paths.
MOST_STARTS = 48
# An end of a range is shown not to lie further out than this, where every probability that has to
# be positive is at least the other.
SHARP, EDGE = 1e-6, 1e-4
ROUNDING = 1e-12
# How often boxes that hold several pieces are made smaller, by 4, to tell these apart.
MOST_TURNS = 2
MOST_STARTS, MOST_STRAYS, NEAREST = 8, 40, 12


def search(group: Group) -> tuple[list[Piece], bool]:
    """Find the connected pieces of a group with products of unknowns.

    Args:
        group: the conditions.

    Returns:
        The pieces, and whether it is proven that there are no others; that may be so of single
        points and of none.
    """
    if group.size <= MOST_UNKNOWNS and may_be_single(group.conditions, group.size):
        single = solve_box(group.conditions, group.size)
        if single.thorough and single.isolated.all():
            points = single.points[group.solved(single.points)]
            return [Piece(point, {}, (), point[None]) for point in points], True
    width = WIDTHS.get(group.size)
    if width is None:
        return _from_starts(group), False
    low, high = np.zeros((1, group.size)), np.ones((1, group.size))
    boxes = cover(group.conditions, low, high, width, MOST_COVER)
    if boxes.coarse and (boxes.high - boxes.low).max() > 4 * width:
        return _from_starts(group), False
    found = list(_clusters(group, boxes, width, 0))
    return [_measured(group, *cluster) for cluster in found], not len(boxes.low)


def _clusters(
    group: Group, boxes: Cover, width: float, turn: int
) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Give every piece that was found: the boxes that hold it, and points of it."""
    points = _sampled(group, boxes.low, boxes.high)
    for own in _connected(len(boxes.low), _touching(boxes.low, boxes.high)):
        low, high, held = boxes.low[own], boxes.high[own], np.isfinite(points[own, 0])
        if held.any():
            mine, pairs = points[own][held], _touching(low[held], high[held])
            surely = boxes.full[own][held]
        else:
            mine = _inner_points(group, 0.5 * (low + high))
            pairs, surely = _all_pairs(len(mine)), np.zeros(len(mine), dtype=np.bool_)
        pieces = _pieces_of(group, mine, pairs, surely)
        if len(pieces) > 1 and turn < MOST_TURNS and not boxes.coarse:
            finer = cover(group.conditions, low, high, width / 4, MOST_COVER)
            yield from _clusters(group, finer, width / 4, turn + 1)
        else:
            for piece in pieces:
                yield low, high, mine[piece]


def _sampled(group: Group, low: Floats, high: Floats) -> Floats:
    """Return a solution in or close to every box; nan where none was found."""
    found = np.full(low.shape, np.nan)
    ends = corners(np.full((1, group.size), -0.8), np.full((1, group.size), 0.8))[0]
    for offset in np.concatenate([np.zeros((1, group.size)), ends]):
        left = np.flatnonzero(np.isnan(found[:, 0]))
        if not len(left):
            break
        middle, half = 0.5 * (low + high)[left], 0.5 * (high - low)[left]
        tried = settled(group.conditions, middle + offset * half)
        good = group.solved(tried) & (np.abs(tried - middle) <= 1.5 * half).all(axis=1)
        found[left[good]] = tried[good]
    return found


def _inner_points(group: Group, starts: Floats) -> Floats:
    """Return solutions that climbs from a few of many points lead to; there may be none."""
    found = []
    for start in starts[:: max(1, len(starts) // MOST_STARTS)][:MOST_STARTS]:
        point = climb(group.conditions, start)
        # To be of this support a solution needs every action of it.
        point = None if point is None else climb(group.conditions, point, rooms=group.rooms)
        if point is not None and group.solved(point[None])[0]:
            found.append(point)
    return np.array(found).reshape(-1, group.size)


def _touching(low: Floats, high: Floats) -> Pairs:
    """Return the pairs of boxes that touch, int[pair, 2]."""
    near = np.ones((len(low), len(low)), dtype=np.bool_)
    for axis in range(low.shape[1]):
        near &= low[:, None, axis] <= high[None, :, axis] + ROUNDING
    return np.argwhere(np.triu(near & near.T, 1))


def _all_pairs(count: int) -> Pairs:
    return np.argwhere(np.triu(np.ones((count, count)), 1))


def _connected(count: int, pairs: Pairs) -> list[Pairs]:
    """Group numbers that a chain of pairs joins."""
    if not count:
        return []
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    number, label = connected_components(links, directed=False)
    return [np.flatnonzero(label == group) for group in range(number)]


def _pieces_of(
    group: Group, points: Floats, pairs: Pairs, surely: NDArray[np.bool_]
) -> list[Pairs]:
    """Group points that a path of solutions joins; boxes full of solutions join for sure."""
    sure = surely[pairs].all(axis=1)
    good = pairs[sure | _path(group, points, pairs, 8)]
    found = _connected(len(points), good)
    if len(found) < 2:
        return found
    # A path along a bent edge may miss the straight line between boxes that touch: look further.
    more = []
    for piece in sorted(found, key=len)[:MOST_STRAYS]:
        others = np.setdiff1d(np.arange(len(points)), piece)
        far = np.abs(points[piece][:, None] - points[others][None]).max(axis=2)
        nearest = np.argsort(far, axis=None)[:NEAREST]
        more.append(np.stack([piece[nearest // len(others)], others[nearest % len(others)]], 1))
    tried = np.concatenate(more)
    return _connected(len(points), np.concatenate([good, tried[_path(group, points, tried, 32)]]))


def _path(group: Group, points: Floats, pairs: Pairs, steps: int) -> NDArray[np.bool_]:
    """Tell between which pairs of points a short path of solutions leads."""
    one, two = points[pairs[:, 0]], points[pairs[:, 1]]
    good, before = np.ones(len(pairs), dtype=np.bool_), one
    stride = 3.0 * np.abs(two - one).max(axis=1, initial=0.0) / steps + ROUNDING
    for step in range(1, steps):
        ahead = settled(group.conditions, one + (step / steps) * (two - one))
        good &= group.solved(ahead) & (np.abs(ahead - before).max(axis=1) <= stride)
        before = ahead
    good &= np.abs(two - before).max(axis=1, initial=0.0) <= stride
    return good


def _from_starts(group: Group) -> list[Piece]:
    """Find pieces from some of their points alone: how far they go is not known."""
    starts = np.full((1, group.size), 0.5)
    if group.size <= MOST_UNKNOWNS:
        starts = np.concatenate([starts, solve_box(group.conditions, group.size).points])
    points = settled(group.conditions, starts)
    points = points[group.solved(points)]
    if not len(points):
        points = _inner_points(group, starts)
    points = points[:: 1 + len(points) // MOST_STARTS]
    found = []
    for own in _pieces_of(group, points, _all_pairs(len(points)), np.zeros(len(points), np.bool_)):
        mine = points[own]
        equal, _ = derivatives(group.conditions, mine[:1])
        _, size, ways = np.linalg.svd(equal[0])
        ways = ways[int((size > 1e-7 * size.max(initial=0.0)).sum()) :]
        varies = [
            named
            for cell in group.cells
            for place, toward, _ in cell.directions(group.size)
            for named in ([place, (place[0], 1)] if cell.last == 1 else [place])
            if np.abs(ways @ toward).max(initial=0.0) > SHARP
            or np.ptp(mine @ toward, axis=0) > SHARP
        ]
        found.append(Piece(_most_inside(group, mine), {}, tuple(varies), mine))
    return found


def _most_inside(group: Group, points: Floats) -> Floats:
    """Return the point of which the least probability that has to be positive is largest."""
    rooms = group.rooms
    least = (rooms[:, 0] + points @ rooms[:, 1:].T).min(axis=1, initial=1.0)
    best: Floats = points[int(least.argmax())]
    return best


def _measured(group: Group, low: Floats, high: Floats, points: Floats) -> Piece:
    """Find how far every probability goes within one piece."""
    ranges: dict[tuple[int, int], tuple[float, float]] = {}
    unconfirmed: list[tuple[int, int]] = []
    for cell in group.cells:
        for place, toward, constant in cell.directions(group.size):
            ends = [_end(group, low, high, points, sign * toward) for sign in (-1.0, 1.0)]
            (least, sure_low), (most, sure_high) = ends
            if sure_low and sure_high:
                enter(ranges, cell, place, constant - least, constant + most)
            else:
                unconfirmed += [place, (place[0], 1)] if cell.last == 1 else [place]
    return Piece(_most_inside(group, points), ranges, tuple(unconfirmed), points)


def _end(
    group: Group, low: Floats, high: Floats, points: Floats, toward: Floats
) -> tuple[float, bool]:
    """Go from the outermost point of a piece to its end in a direction, and look beyond.

    Returns:
        How far it goes, and whether it is shown that it goes so far and no further, unless very
        close to a side of the box.
    """
    start = points[int((points @ toward).argmax())]
    # On a side of the box solutions of other supports may join; then the end is found short of it.
    end, reached = start, False
    for margin in (0.0, SHARP):
        tried = climb(group.conditions, start, toward, margin=margin)
        if tried is not None and toward @ tried >= toward @ start:
            end = tried
        if reached := group.reached(start, end):
            break
    tidy = np.where(end <= 2 * SHARP, 0.0, np.where(end >= 1.0 - 2 * SHARP, 1.0, end))
    reach = float(toward @ tidy)
    if not reached:
        return reach, False

    def beyond(tried: Floats) -> tuple[Floats, Floats]:
        equal, least = group.conditions(tried)
        return equal, np.column_stack([least, tried @ toward - reach - SHARP])

    edge = np.where(group.positive, EDGE, 0.0)
    low, high = np.maximum(low, edge), np.minimum(high, 1.0 - edge)
    along = np.flatnonzero(toward)
    if len(along) == 1 and toward[along[0]] > 0.0:
        low[:, along[0]] = np.maximum(low[:, along[0]], reach + SHARP)
    elif len(along) == 1:
        high[:, along[0]] = np.minimum(high[:, along[0]], -reach - SHARP)
    some = (low <= high).all(axis=1)
    return reach, excluded(beyond, low[some], high[some])
