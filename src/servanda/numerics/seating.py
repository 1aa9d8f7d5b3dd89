"""Tables of players: which row means what, and the order in which players are seated."""

from __future__ import annotations

import numpy as np

from servanda.numerics.jit import part

__all__ = [
    "COLUMNS",
    "MARKS",
    "MOST_BODIES",
    "MOST_LEADERS",
    "desk",
    "seat",
    "share_pools",
    "workspace",
]

# Rows of the table of players.
X, IDLE, STAKE, CREDIT, POOLED, COST, PRIOR, WEIGHT, VETO, GIVES, SHADOW, EFFORT = range(12)
WORD, OWES, VOTE = range(12, 15)
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
    "word",
    "owes",
    "vote",
)
# Rows of the table of tags; the first MARKS come with the players. LEADS has a bit for each body
# whose members wait for this player.
POOL, BODY, RANK, LEADS, STEP, ISTEP, PIN = range(7)
MARKS = 4
# Rows of the work tables.
FRAC, IFRAC, Q, KEPT, FALLBACK, WARM = range(6)
MIXED, LEND, OTHER, ACTING, DECAY, AWAY = range(6, 12)
DUE, GIFT, OPENED, CLOSED, FOUND = range(12, 17)  # FOUND takes three rows, one for each start
#: Nodes on which a promised floor is measured out.
FLOOR_NODES = 32
#: Most bodies that decide in one game, and most players that others wait for.
MOST_BODIES = 8
MOST_LEADERS = 4
# Rows of the table of a game's bodies: what they need, and what becomes of them.
RULE, NEED, BARRED, CHANCE, WHEN_OPEN, OWED_OPEN, WHEN_SHUT, OWED_SHUT = range(8)
# Rules: a vote that a weight of members can block; the act of one, or of all, of named others.
VOTED, AFTER_ONE, AFTER_ALL = 0, 1, 2


def workspace(players: int, nodes: int) -> tuple[np.ndarray, ...]:
    """Allocate the scratch arrays that one thread needs.

    Args:
        players: most players of any game.
        nodes: nodes of the capability grid.

    Returns:
        front, rear, change, rested, reach, scratch, pool sums, floor mass; then for the acts of
        those whom others wait for: answers[act pattern, player], lures[row, act pattern],
        chiefs[now and kept, leader], seats of the leaders.
    """
    wide = nodes + players + 26  # whole vectors are read and written past the reach
    return (
        np.zeros((players + 1, 2 * wide)),
        np.zeros((players + 1, wide)),
        np.zeros(wide),
        np.zeros(wide),
        np.zeros(players + 1, dtype=np.int64),
        np.zeros((FOUND + 3, players + 1)),
        np.zeros(players + 1),
        np.zeros(FLOOR_NODES + 1),
        np.zeros((1 << MOST_LEADERS, players + 1)),
        np.zeros((MOST_LEADERS + 3, 1 << MOST_LEADERS)),
        np.zeros((2, MOST_LEADERS)),
        np.zeros(MOST_LEADERS, dtype=np.int64),
    )


def desk(players: int, nodes: int, bodies: int = MOST_BODIES) -> tuple[np.ndarray, ...]:
    """Allocate the tables on which a kernel seats the players of one game.

    Args:
        players: most players of any game.
        nodes: nodes of the capability grid.
        bodies: bodies of all games together; any one game has at most ``MOST_BODIES``.

    Returns:
        table, raw, tags, rawmark, order, who, good, power, result, bodies, slot, kept (three
        rows). Made here and not in a kernel, where every allocation costs compile time.
    """
    whole = np.int64
    return (
        np.zeros((len(COLUMNS), players)),
        np.zeros((len(COLUMNS), players)),
        np.zeros((7, players), dtype=whole),
        np.zeros((MARKS, players), dtype=whole),
        np.zeros(players, dtype=whole),
        np.zeros(players, dtype=whole),
        np.zeros(nodes + players + 2),
        np.zeros(nodes + players + 2),
        np.zeros(12),
        np.zeros((8, MOST_BODIES)),
        np.zeros(max(bodies, 1), dtype=whole),
        np.zeros((3, players)),
    )


@part
def _before(i, k, table, tags):  # type: ignore[no-untyped-def]
    """Say whether player i sorts before player k: by every row, then by every mark."""
    for row in range(table.shape[0]):
        if table[row, i] != table[row, k]:
            return table[row, i] < table[row, k]
    for row in range(MARKS):
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
        for row in range(table.shape[0]):
            table[row, k] = raw[row, order[k]]
        for row in range(MARKS):
            tags[row, k] = rawmark[row, order[k]]
        tags[PIN, k] = -1


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
