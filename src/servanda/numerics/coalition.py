"""What a coalition does: bodies that may be blocked, the willing, and what comes of their acts.

On top of the fixed points of ``servanda.numerics.participation``: decisions by consensus with one
shock per body, the probabilities of outcomes, and batches of games.
"""

from __future__ import annotations

import math

from servanda.numerics.jit import kernel, part
from servanda.numerics.participation import (
    contest,
    grid_steps,
    settle,
    solve_one,
    uniqueness,
)
from servanda.numerics.seating import (
    ACTING,
    AWAY,
    BODY,
    COST,
    CREDIT,
    DECAY,
    EFFORT,
    FALLBACK,
    FLOOR_NODES,
    GIVES,
    IDLE,
    LEND,
    MIXED,
    OTHER,
    POOL,
    POOLED,
    SHADOW,
    STAKE,
    VETO,
    WARM,
    Q,
    X,
    seat,
    share_pools,
)

__all__ = ["OUTCOMES", "answer", "solve_games", "wear"]

# Entries of the outcome.
DEFENCE, HELPED, REACHED, SHARE, NUCLEAR, EFFORT_OUT = range(6)
RESIDUAL, SPREAD, STATUS, BLOCKED, BOUND = range(6, 11)
#: Names of the entries of an outcome, in order.
OUTCOMES = (
    "defence",
    "helped",
    "reached",
    "helper_share",
    "nuclear",
    "effort",
    "residual",
    "spread",
    "status",
    "blocked",
    "bound",
)
# Halves are rounded up even where rounding errors leave them a little short.
ROUND = 0.5 + 1e-9


@part
def _reach_floor(table, n, scratch, threshold, mass):  # type: ignore[no-untyped-def]
    """Probability that those who gave their word together give at least ``threshold``.

    Gifts are rounded to 1/32 of the threshold with the rounding error carried on, so that all
    of them together are exact; a coalition within 1/32 of the threshold counts as reaching it.
    """
    if threshold <= 0.0:
        none = 1.0
        for i in range(n):
            if table[GIVES, i] > 0.0:
                none *= 1.0 - scratch[Q, i]
        return 1.0 - none
    for j in range(FLOOR_NODES + 1):
        mass[j] = 0.0
    mass[0] = 1.0
    sofar, placed = 0.0, 0
    for i in range(n):
        if table[GIVES, i] <= 0.0:
            continue
        sofar += table[GIVES, i] / threshold * FLOOR_NODES
        step = min(math.floor(sofar + ROUND) - placed, FLOOR_NODES)
        placed = math.floor(sofar + ROUND)
        q = scratch[Q, i]
        over = 0.0
        for j in range(FLOOR_NODES - step, FLOOR_NODES):
            over += mass[j]
        mass[FLOOR_NODES] += q * over
        for j in range(FLOOR_NODES - 1, step - 1, -1):
            mass[j] += q * (mass[j - step] - mass[j])
        for j in range(min(step, FLOOR_NODES)):
            mass[j] *= 1.0 - q
    return mass[FLOOR_NODES] + mass[FLOOR_NODES - 1]


@part
def wear(table, n, phi, rival, scratch):  # type: ignore[no-untyped-def]
    """Work out what each player's acting, or its forces unordered, leaves of exp(-help/rival)."""
    for i in range(n):
        idle = table[IDLE, i]
        scratch[DECAY, i] = math.exp(-table[X, i] / rival)
        scratch[AWAY, i] = (1.0 - phi) + phi * math.exp(-idle / rival) if idle > 0.0 else 1.0


@part
def _tally(out, weight, value, table, n, threshold, scratch, mass):  # type: ignore[no-untyped-def]
    """Add the outcomes at the current q, times weight."""
    idle_hands = peaceful = calm = 1.0
    effort = 0.0
    for i in range(n):
        calm *= scratch[Q, i] * scratch[DECAY, i] + (1.0 - scratch[Q, i]) * scratch[AWAY, i]
        if table[X, i] > 0.0:
            idle_hands *= 1.0 - scratch[Q, i]
            peaceful *= 1.0 - scratch[Q, i] * table[SHADOW, i]
        effort += scratch[Q, i] * table[EFFORT, i]
        scratch[MIXED, i] += weight * scratch[Q, i]
    out[DEFENCE] += weight * value
    out[HELPED] += weight * (1.0 - idle_hands)
    out[REACHED] += weight * _reach_floor(table, n, scratch, threshold, mass)
    out[SHARE] += weight * (1.0 - calm)
    out[NUCLEAR] += weight * (1.0 - peaceful)
    out[EFFORT_OUT] += weight * effort


@part
def _veto(  # type: ignore[no-untyped-def]
    body,
    without,
    table,
    tags,
    n,
    lam,
    phi,
    good,
    front,
    rear,
    change,
    rested,
    reach,
    scratch,
    pools,
):
    """Chance that the body is blocked, given the fallback's q in scratch[FALLBACK].

    Members share one shock, so the likeliest blocker decides: the largest chance of any member.
    """
    for i in range(n):
        scratch[OTHER, i] = 1.0 if tags[BODY, i] == body else scratch[FALLBACK, i]
    together, _ = settle(
        False,
        table,
        tags,
        n,
        lam,
        phi,
        good,
        1.0,
        front,
        rear,
        change,
        rested,
        reach,
        scratch,
        pools,
    )
    worst = 0.0
    for i in range(n):
        if tags[BODY, i] == body:
            merit = table[VETO, i] - table[STAKE, i] * (together - without)
            worst = max(worst, 1.0 / (1.0 + math.exp(-lam * merit)))
    return worst


@part
def _copy_row(scratch, target, source, n):  # type: ignore[no-untyped-def]
    """Copy one row of the scratch table to another (a slice would compile far slower)."""
    for i in range(n):
        scratch[target, i] = scratch[source, i]


@part
def _lend(acting, n, table, tags, scratch, warm):  # type: ignore[no-untyped-def]
    """Let credibility be pooled outside bodies and in the bodies that act (bits of acting)."""
    for i in range(n):
        b = tags[BODY, i]
        scratch[LEND, i] = table[POOLED, i] if b < 0 or (acting >> b) & 1 else 0.0
        if acting > 0:
            scratch[WARM, i] = scratch[ACTING if warm else FALLBACK, i]


@part
def _weight(acting, bodies, chances):  # type: ignore[no-untyped-def]
    """Chance that just the bodies whose bits are set in acting are not blocked."""
    weight = 1.0
    for b in range(bodies):
        weight *= (1.0 - chances[b]) if (acting >> b) & 1 else chances[b]
    return weight


@part
def answer(  # type: ignore[no-untyped-def]
    table,
    tags,
    n,
    bodies,
    lam,
    phi,
    good,
    threshold,
    unique,
    warm,
    pick,
    tolerance,
    work,
    chances,
    out,
):
    """Solve one game, with its bodies, and write the outcomes.

    ``table`` and ``tags`` hold the players sorted by x, the grid steps set. Players of a body
    lend each other credibility only if the body acts; if it is blocked the willing go ahead, their
    own word still counting. ``chances[b]`` receives the chance that body b is blocked;
    ``scratch[MIXED]`` the chance that each player acts, over all cases.
    """
    front, rear, change, rested, reach, scratch, pools, mass = work
    for k in range(out.size):
        out[k] = 0.0
    for i in range(n):
        scratch[MIXED, i] = 0.0
    fallback = 0.0
    for acting in range(1 << bodies):
        _lend(acting, n, table, tags, scratch, warm)
        value, moved, spread, status = solve_one(
            table,
            tags,
            n,
            lam,
            phi,
            good,
            unique,
            warm or acting > 0,
            pick,
            tolerance,
            front,
            rear,
            change,
            rested,
            reach,
            scratch,
            pools,
        )
        out[RESIDUAL] = max(out[RESIDUAL], moved)
        out[SPREAD] = max(out[SPREAD], spread)
        out[STATUS] = max(out[STATUS], status)
        if acting == 0:
            fallback = value
            _copy_row(scratch, FALLBACK, Q, n)
            for b in range(bodies):
                chances[b] = _veto(
                    b,
                    fallback,
                    table,
                    tags,
                    n,
                    lam,
                    phi,
                    good,
                    front,
                    rear,
                    change,
                    rested,
                    reach,
                    scratch,
                    pools,
                )
                out[BLOCKED] = max(out[BLOCKED], chances[b])
            _copy_row(scratch, Q, FALLBACK, n)
        weight = _weight(acting, bodies, chances)
        _tally(out, weight, value, table, n, threshold, scratch, mass)
        if acting > 0:
            _copy_row(scratch, ACTING, Q, n)
    _copy_row(scratch, WARM, FALLBACK, n)


@kernel
def solve_games(  # type: ignore[no-untyped-def]
    first,
    last,
    players,
    marks,
    game,
    nodes,
    pick,
    tolerance,
    q,
    blocked,
    outcome,
    work,
    seats,
):
    """Solve games ``first..last`` (see ``servanda.deterrence.participation.participate``).

    ``players[game, row, player]``, ``marks[game, 3, player]`` (pool, body, rank),
    ``game[game] = (lam, phi, base, rival, g, threshold)``. Players that add nothing, owe nothing
    and stand outside pools and bodies are left out and get their own response.
    """
    most = players.shape[2]
    table, raw, tags, rawmark, order, who, good, power, _, _, _, _ = seats
    reach, scratch = work[4], work[5]
    for t in range(first, last):
        lam, phi, base, rival, g, threshold = game[t]
        n = bodies = 0
        for i in range(most):
            outside = marks[t, POOL, i] < 0 and marks[t, BODY, i] < 0
            owes = players[t, POOLED, i] != 0.0 or players[t, GIVES, i] > 0.0
            if outside and not owes and players[t, X, i] == 0.0:
                merit = players[t, CREDIT, i] - players[t, COST, i]
                q[t, i] = 1.0 / (1.0 + math.exp(-lam * merit))
                continue
            for row in range(12):
                raw[row, n] = players[t, row, i]
            for row in range(3):
                rawmark[row, n] = marks[t, row, i]
            bodies = max(bodies, marks[t, BODY, i] + 1)
            who[n] = i
            n += 1
        seat(raw, rawmark, n, order, table, tags)
        share_pools(table, tags, n, work[6])
        width = grid_steps(table, tags, n, nodes, reach, scratch)
        for j in range(reach[n]):
            power[j] = (base + width * j) ** g
        contest(good, power, rival**g, reach[n])
        wear(table, n, phi, rival, scratch)
        bound = uniqueness(table, n, lam, g, base, width, good, reach[n])
        answer(
            table,
            tags,
            n,
            bodies,
            lam,
            phi,
            good,
            threshold,
            bound < 1.0,
            False,
            pick,
            tolerance,
            work,
            blocked[t],
            outcome[t],
        )
        outcome[t, BOUND] = bound
        for k in range(n):
            q[t, who[order[k]]] = scratch[MIXED, k]
