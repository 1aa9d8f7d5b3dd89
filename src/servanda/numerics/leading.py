"""Players whose acts others wait for: they decide first, and all see what they did.

The leaders decide at the same time, each looking ahead to what the rest do in every case. What
the rest do is a participation game of its own for each pattern of the leaders' acts.
"""

from __future__ import annotations

import math

from servanda.numerics.bodies import live_bits
from servanda.numerics.jit import part
from servanda.numerics.participation import MOST_SWEEPS, SAME
from servanda.numerics.seating import (
    BODY,
    COST,
    CREDIT,
    LEADS,
    MOST_LEADERS,
    PIN,
    POOL,
    POOLED,
    PRIOR,
    RULE,
    STAKE,
    VOTED,
    WEIGHT,
    WORD,
)

__all__ = ["CASES", "FLOORS", "VALUES", "find_leaders", "lead", "pin"]

# Rows of the lures: leader k's gain from acting in row k, then the value, the chance and the floor
# owed in each case.
VALUES, CASES, FLOORS = MOST_LEADERS, MOST_LEADERS + 1, MOST_LEADERS + 2


@part
def find_leaders(tags, n, chiefs_at):  # type: ignore[no-untyped-def]
    """List the seats of those whom others wait for; return how many there are."""
    count = 0
    for i in range(n):
        if tags[LEADS, i] != 0:
            chiefs_at[count] = i
            count += 1
    return count


@part
def pin(tags, leaders, chiefs_at, act):  # type: ignore[no-untyped-def]
    """Fix the leaders' acts to the bits of ``act``; a negative one sets them free."""
    for k in range(leaders):
        tags[PIN, chiefs_at[k]] = (act >> k) & 1 if act >= 0 else -1


@part
def _lures(acting, bodies, table, tags, n, ruled, answers, lures, chiefs_at, leaders):  # type: ignore[no-untyped-def]
    """Work out what each leader gains from acting, for every pattern of the other leaders.

    A leader that itself waits for others decides beside them: its word counts where they act.
    """
    for act in range(1 << leaders):
        live = acting | live_bits(act, bodies, ruled, tags, chiefs_at, leaders)
        for k in range(leaders):
            if (act >> k) & 1:
                continue
            i = chiefs_at[k]
            b = tags[BODY, i]
            shut = b >= 0 and not (live >> b) & 1
            merit = table[STAKE, i] * (lures[VALUES, act | (1 << k)] - lures[VALUES, act])
            merit += table[CREDIT, i] - table[COST, i]
            if shut and ruled[RULE, b] != VOTED:
                merit -= table[WORD, i]
            if tags[POOL, i] >= 0 and not shut:
                lent = 0.0
                for j in range(n):
                    if j != i and tags[POOL, j] == tags[POOL, i]:
                        lent += table[WEIGHT, j] * answers[act, j]
                merit += table[POOLED, i] * lent
            lures[k, act] = merit


@part
def _chance(act, leaders, chiefs, but):  # type: ignore[no-untyped-def]
    """Chance that the leaders act as the bits say; leader ``but`` is left out."""
    chance = 1.0
    for k in range(leaders):
        if k != but:
            chance *= chiefs[0, k] if (act >> k) & 1 else 1.0 - chiefs[0, k]
    return chance


@part
def _respond(lam, tolerance, lures, chiefs, leaders):  # type: ignore[no-untyped-def]
    """Let the leaders respond to one another until none moves; return the last change."""
    most = 0.0
    for _ in range(MOST_SWEEPS):
        most = 0.0
        for k in range(leaders):
            merit = 0.0
            for act in range(1 << leaders):
                if not (act >> k) & 1:
                    merit += _chance(act, leaders, chiefs, k) * lures[k, act]
            new = 1.0 / (1.0 + math.exp(-lam * merit))
            most = max(most, abs(new - chiefs[0, k]))
            chiefs[0, k] = new
        if most < tolerance:
            break
    return most


@part
def _expected(lures, chiefs, leaders):  # type: ignore[no-untyped-def]
    """Expected good over the leaders' acts."""
    value = 0.0
    for act in range(1 << leaders):
        value += _chance(act, leaders, chiefs, -1) * lures[VALUES, act]
    return value


@part
def _begin(turn, table, chiefs, chiefs_at, leaders):  # type: ignore[no-untyped-def]
    """Set the start of a search: the prior, then nobody, then everybody."""
    for k in range(leaders):
        chiefs[0, k] = table[PRIOR, chiefs_at[k]] if turn == 0 else float(turn - 1)


@part
def _keep(chiefs, leaders):  # type: ignore[no-untyped-def]
    """Keep the fixed point just found."""
    for k in range(leaders):
        chiefs[1, k] = chiefs[0, k]


@part
def _apart(chiefs, leaders):  # type: ignore[no-untyped-def]
    """Largest difference between the fixed point just found and the one kept."""
    away = 0.0
    for k in range(leaders):
        away = max(away, abs(chiefs[0, k] - chiefs[1, k]))
    return away


@part
def _settled(lures, chiefs, leaders):  # type: ignore[no-untyped-def]
    """Take the fixed point kept and fill the chances of the cases."""
    for k in range(leaders):
        chiefs[0, k] = chiefs[1, k]
    for act in range(1 << leaders):
        lures[CASES, act] = _chance(act, leaders, chiefs, -1)


@part
def lead(  # type: ignore[no-untyped-def]
    acting, bodies, table, tags, n, ruled, lam, tolerance, pick, work, leaders
):
    """Find what the leaders do where ``acting`` bodies pass; fill the chances of the cases.

    ``lures[VALUES]`` and ``answers`` must hold what follows each pattern of acts. Returns
    (expected good, change, spread, status); the leaders' q stay in chiefs[0].
    """
    _, _, _, _, _, _, _, _, answers, lures, chiefs, chiefs_at = work
    _lures(acting, bodies, table, tags, n, ruled, answers, lures, chiefs_at, leaders)
    low = high = chosen = worst = gap = status = 0.0
    # One leader alone looks at nobody else's act: its response is the fixed point.
    for turn in range(1 if leaders < 2 else 3):
        _begin(turn, table, chiefs, chiefs_at, leaders)
        moved = _respond(lam, tolerance, lures, chiefs, leaders)
        worst = max(worst, moved)
        if moved >= tolerance:
            status = 2.0
        value = _expected(lures, chiefs, leaders)
        if turn == 0:
            low = high = value
            _keep(chiefs, leaders)
        gap = max(gap, _apart(chiefs, leaders))
        low, high = min(low, value), max(high, value)
        if turn == 0 or (pick == 1 and value < chosen) or (pick == 2 and value > chosen):
            chosen = value
            _keep(chiefs, leaders)
    _settled(lures, chiefs, leaders)
    if status == 0.0 and gap > SAME:
        status = 1.0
    return chosen, worst, high - low, status
