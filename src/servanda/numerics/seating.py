"""Tables of players: which row means what, and the order in which players are seated."""

from __future__ import annotations

import numpy as np

from servanda.numerics.jit import part

__all__ = ["COLUMNS", "desk", "seat", "share_pools", "workspace"]

# Rows of the table of players.
X, IDLE, STAKE, CREDIT, POOLED, COST, PRIOR, WEIGHT, VETO, GIVES, SHADOW, EFFORT = range(12)
#: Names of the rows of a players' table, in order.
COLUMNS = (
    "x",
    "idle",
    "stake",
    "credit",
    "pooled",
    "cost",
    "prior",
    "weight",
    "veto",
    "gives",
    "shadow",
    "effort",
)
# Rows of the table of tags.
POOL, BODY, RANK, STEP, ISTEP = range(5)
# Rows of the work tables.
FRAC, IFRAC, Q, KEPT, FALLBACK, WARM = range(6)
MIXED, LEND, OTHER, ACTING, DECAY, AWAY = range(6, 12)
#: Nodes on which a promised floor is measured out.
FLOOR_NODES = 32


def workspace(players: int, nodes: int) -> tuple[np.ndarray, ...]:
    """Allocate the scratch arrays that one thread needs.

    Args:
        players: most players of any game.
        nodes: nodes of the capability grid.

    Returns:
        front, rear, change, rested, reach, scratch, pool sums, floor mass.
    """
    wide = nodes + players + 26  # whole vectors are read and written past the reach
    return (
        np.zeros((players + 1, wide)),
        np.zeros((players + 1, wide)),
        np.zeros(wide),
        np.zeros(wide),
        np.zeros(players + 1, dtype=np.int64),
        np.zeros((12, players + 1)),
        np.zeros(players + 1),
        np.zeros(FLOOR_NODES + 1),
    )


def desk(players: int, nodes: int) -> tuple[np.ndarray, ...]:
    """Allocate the tables on which a kernel seats the players of one game.

    Args:
        players: most players of any game.
        nodes: nodes of the capability grid.

    Returns:
        table, raw, tags, rawmark, order, who, good, power, result, chances, slot, kept (three
        rows). Made here and not in a kernel, where every allocation costs compile time.
    """
    whole = np.int64
    return (
        np.zeros((12, players)),
        np.zeros((12, players)),
        np.zeros((5, players), dtype=whole),
        np.zeros((3, players), dtype=whole),
        np.zeros(players, dtype=whole),
        np.zeros(players, dtype=whole),
        np.zeros(nodes + players + 2),
        np.zeros(nodes + players + 2),
        np.zeros(11),
        np.zeros(8),
        np.zeros(8, dtype=whole),
        np.zeros((3, players)),
    )


@part
def _before(i, k, table, tags):  # type: ignore[no-untyped-def]
    """Say whether player i sorts before player k: by every row, then by every mark."""
    for row in range(table.shape[0]):
        if table[row, i] != table[row, k]:
            return table[row, i] < table[row, k]
    for row in range(3):
        if tags[row, i] != tags[row, k]:
            return tags[row, i] < tags[row, k]
    return False


@part
def seat(raw, rawmark, n, order, table, tags):  # type: ignore[no-untyped-def]
    """Copy the players into canonical order: x first, ties by all else; fill ``order``."""
    for i in range(n):
        k = i
        while k > 0 and _before(i, order[k - 1], raw, rawmark):
            order[k] = order[k - 1]
            k -= 1
        order[k] = i
    for k in range(n):
        for row in range(12):
            table[row, k] = raw[row, order[k]]
        for row in range(3):
            tags[row, k] = rawmark[row, order[k]]


@part
def share_pools(table, tags, n, sums):  # type: ignore[no-untyped-def]
    """Number the pools from 0 and turn capabilities into shares of the pool's."""
    seen = 0
    for i in range(n):
        label = tags[POOL, i]
        if label >= 0:
            # Labels already renumbered are kept apart by being negative below -1.
            sums[seen] = 0.0
            for k in range(i, n):
                if tags[POOL, k] == label:
                    sums[seen] += table[WEIGHT, k]
            for k in range(i, n):
                if tags[POOL, k] == label:
                    total = sums[seen]
                    table[WEIGHT, k] = table[WEIGHT, k] / total if total > 0.0 else 0.0
                    tags[POOL, k] = -2 - seen
            seen += 1
    for i in range(n):
        if tags[POOL, i] < -1:
            tags[POOL, i] = -2 - tags[POOL, i]
