"""Which actions may be chosen together: supports that no belief and no behaviour rules out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from servanda.games.board import Board

__all__ = ["Support", "possible_supports"]

# For each information set the actions with positive probability (global indices).
Support = tuple[tuple[int, ...], ...]
Ranges = list[list[tuple[float, float]]]


def possible_supports(board: Board) -> Iterator[Support]:
    """Give every choice of supports that survives a comparison of ranges.

    An action is out where another one at the same information set pays more at every node,
    whatever is believed and whatever the others do within their supports; two actions can share
    a support only where neither does so to the other. Later information sets come first.

    Args:
        board: the game.

    Yields:
        Supports, for every information set.
    """
    order = sorted(range(len(board.owner)), key=lambda h: -min(_depths(board, h)))
    chosen: list[tuple[int, ...]] = list(board.choices)
    yield from _extend(board, order, 0, chosen)


def _extend(
    board: Board, order: list[int], step: int, chosen: list[tuple[int, ...]]
) -> Iterator[Support]:
    if step == len(order):
        yield tuple(chosen)
        return
    h = order[step]
    ranges = _ranges(board, chosen)
    beaten = _beaten(board, h, ranges)
    all_of_h = board.choices[h]
    for size in range(1, len(all_of_h) + 1):
        for support in combinations(all_of_h, size):
            if any((other, mine) in beaten for mine in support for other in all_of_h):
                continue
            chosen[h] = support
            if _still_possible(board, order[:step], chosen):
                yield from _extend(board, order, step + 1, chosen)
    chosen[h] = all_of_h


def _still_possible(board: Board, settled: list[int], chosen: list[tuple[int, ...]]) -> bool:
    """Look again at sets settled before, whose consequences may have become narrower."""
    if not settled:
        return True
    ranges = _ranges(board, chosen)
    return not any(
        (other, mine) in beaten
        for h in settled
        if (beaten := _beaten(board, h, ranges))
        for mine in chosen[h]
        for other in board.choices[h]
    )


def _depths(board: Board, h: int) -> list[int]:
    return [len(board.path(node)) for node in board.members[h]]


def _ranges(board: Board, chosen: list[tuple[int, ...]]) -> Ranges:
    """Return for each node and player the least and most that the allowed actions lead to."""
    players = range(board.n_players)
    found: Ranges = [[(0.0, 0.0)] * board.n_players for _ in board.parent]
    for node in range(board.n_nodes - 1, -1, -1):
        h, kids = board.infoset[node], board.children[node]
        if not kids:
            found[node] = [(float(x), float(x)) for x in board.payoff[node]]
        elif h < 0:
            odds = [float(board.chance[-1 - board.via[kid]]) for kid in kids]
            found[node] = [
                (
                    sum(p * found[kid][i][0] for p, kid in zip(odds, kids, strict=True)),
                    sum(p * found[kid][i][1] for p, kid in zip(odds, kids, strict=True)),
                )
                for i in players
            ]
        else:
            open_ = [found[kid] for kid in kids if board.via[kid] in chosen[h]]
            found[node] = [
                (min(k[i][0] for k in open_), max(k[i][1] for k in open_)) for i in players
            ]
    return found


def _beaten(board: Board, h: int, ranges: Ranges) -> set[tuple[int, int]]:
    """Return the pairs (better, worse) of actions of h that hold at every node of h."""
    player, found = board.owner[h], set()
    for better in range(len(board.choices[h])):
        for worse in range(len(board.choices[h])):
            if better != worse and all(
                ranges[board.children[node][better]][player][0]
                > ranges[board.children[node][worse]][player][1] + 1e-12
                for node in board.members[h]
            ):
                found.add((board.choices[h][better], board.choices[h][worse]))
    return found
