"""Which of two points carries more weight: pairwise support on a line, batched over draws.

Every voter values points by their distance from its own, and values a nearer one more. Between two
points the voters on one side of the midpoint then prefer the one, those on the other side the
other, so that sorted prefix sums give the whole table of pairs in n^2 log n steps; a sum over
voters for each pair would take n^3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.numerics.jit import kernel, part
from servanda.numerics.threads import over_rows

__all__ = ["fill_support", "pair_support", "stationary"]

Floats = NDArray[np.float64]


@part
def fill_support(ours, theirs, value, sums, table):  # type: ignore[no-untyped-def]
    """Fill one table of support; voters and points must be sorted.

    ``sums[v, a]`` becomes the value of point a to the first v voters together.
    """
    voters, points = value.shape
    for a in range(points):
        sums[0, a] = 0.0
    for v in range(voters):
        for a in range(points):
            sums[v + 1, a] = sums[v, a] + value[v, a]
    for a in range(points):
        table[a, a] = 0.0
        left = 0
        for b in range(a + 1, points):
            middle = 0.5 * (theirs[a] + theirs[b])
            while left < voters and ours[left] < middle:
                left += 1
            near = sums[left, a] - sums[left, b]
            far = (sums[voters, b] - sums[left, b]) - (sums[voters, a] - sums[left, a])
            table[a, b] = max(0.0, near)
            table[b, a] = max(0.0, far)


@kernel
def _support_rows(ours, theirs, value, table, start, stop):  # type: ignore[no-untyped-def]
    voters, points = value.shape[1], value.shape[2]
    sums = np.empty((voters + 1, points))
    sorted_value = np.empty((voters, points))
    position = np.empty(voters)
    for d in range(start, stop):
        order = np.argsort(ours[d], kind="mergesort")
        for v in range(voters):
            position[v] = ours[d, order[v]]
            for a in range(points):
                sorted_value[v, a] = value[d, order[v], a]
        fill_support(position, theirs, sorted_value, sums, table[d])


def pair_support(position: Floats, option: Floats, value: Floats) -> Floats:
    """Sum for each pair of points what those gain who prefer the first.

    Args:
        position: float64[draw, voter], where each voter stands.
        option: float64[option], the points compared, ascending.
        value: float64[draw, voter, option], weighted value of each point to each voter; must not
            rise with the distance between point and voter.

    Returns:
        float64[draw, option, option]: entry (a, b) is the sum over voters of
        ``max(0, value[a] - value[b])``.

    Raises:
        ValueError: the axes do not agree, or ``option`` is not ascending.

    Examples:
        >>> x = np.array([[0.0, 1.0, 1.0]])
        >>> points = np.array([0.0, 1.0])
        >>> pair_support(x, points, -abs(x[:, :, None] - points))[0].tolist()
        [[0.0, 1.0], [2.0, 0.0]]
    """
    draws, voters = position.shape
    if value.shape != (draws, voters, option.size):
        raise ValueError(f"value has axes {value.shape}, not {(draws, voters, option.size)}")
    if np.any(np.diff(option) < 0):
        raise ValueError("points must be ascending")
    table = np.empty((draws, option.size, option.size))
    ours, theirs = np.ascontiguousarray(position), np.ascontiguousarray(option)
    values = np.ascontiguousarray(value)
    over_rows(lambda a, b: _support_rows(ours, theirs, values, table, a, b), draws)
    return table


def stationary(beats: Floats) -> Floats:
    """Give the long-run share of each point where a random challenger meets the incumbent.

    At each step a challenger is drawn with equal chance among all points and replaces the
    incumbent with the chance that it beats it.

    Args:
        beats: float64[draw, option, option], chance that the first beats the second; the diagonal
            is not read.

    Returns:
        float64[draw, option]; rows sum to 1.

    Examples:
        >>> stationary(np.array([[[0.5, 0.8], [0.2, 0.5]]])).round(3).tolist()
        [[0.8, 0.2]]
    """
    draws, points, _ = beats.shape
    if points == 1:
        return np.ones((draws, 1))
    moves = np.swapaxes(beats, 1, 2) / points
    index = np.arange(points)
    moves[:, index, index] = 0.0
    leaving = moves.sum(axis=2)
    # The last equation is redundant; its place takes the sum of the shares.
    system = np.swapaxes(moves, 1, 2).copy()
    system[:, index, index] -= leaving
    system[:, -1, :] = 1.0
    right = np.zeros((draws, points, 1))
    right[:, -1, 0] = 1.0
    share = np.maximum(np.linalg.solve(system, right)[:, :, 0], 0.0)
    return np.asarray(share / share.sum(axis=1, keepdims=True))
