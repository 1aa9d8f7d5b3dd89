"""What a coalition does: bodies that vote, words that wait for others, and what comes of it.

On top of the fixed points of ``servanda.numerics.participation``: every case of bodies passing or
blocked, and in each every pattern of acts of those whom others wait for; and batches of games.
"""

from __future__ import annotations

import math

from servanda.numerics.bodies import (
    block_chance,
    chance_of_case,
    conditions,
    live_bits,
    vote_bits,
)
from servanda.numerics.jit import kernel, part
from servanda.numerics.leading import CASES, FLOORS, VALUES, find_leaders, lead, pin
from servanda.numerics.participation import (
    clear_front,
    contest,
    grid_steps,
    solve_one,
    uniqueness,
)
from servanda.numerics.seating import (
    ACTING,
    BARRED,
    BODY,
    CHANCE,
    CLOSED,
    COST,
    CREDIT,
    FALLBACK,
    FOUND,
    GIVES,
    LEADS,
    MIXED,
    NEED,
    OPENED,
    OWED_OPEN,
    OWED_SHUT,
    POOL,
    POOLED,
    RULE,
    WARM,
    WHEN_OPEN,
    WHEN_SHUT,
    Q,
    X,
    seat,
    share_pools,
)
from servanda.numerics.tally import (
    BLOCKED,
    BOUND,
    OUTCOMES,
    OWED,
    REACHED,
    RESIDUAL,
    SPREAD,
    STATUS,
    tally,
    wear,
)

__all__ = ["OUTCOMES", "answer", "divide", "solve_games"]


# A case rarer than this does not arise: what is left of its chance is rounding.
RARE = 1e-12


@part
def _copy_row(scratch, target, source, n):  # type: ignore[no-untyped-def]
    """Copy one row of the scratch table to another (a slice would compile far slower)."""
    for i in range(n):
        scratch[target, i] = scratch[source, i]


@part
def _clear(n, bodies, ruled, scratch, out):  # type: ignore[no-untyped-def]
    for k in range(out.size):
        out[k] = 0.0
    for i in range(n):
        scratch[MIXED, i] = scratch[OPENED, i] = scratch[CLOSED, i] = 0.0
    for b in range(bodies):
        ruled[CHANCE, b] = ruled[WHEN_OPEN, b] = ruled[WHEN_SHUT, b] = 0.0
        ruled[OWED_OPEN, b] = ruled[OWED_SHUT, b] = 0.0


@part
def _start(n, acting, act, leaders, warm, scratch, answers):  # type: ignore[no-untyped-def]
    """Set the warm start: the answer of the same case at the neighbouring state, or of another."""
    if leaders > 0:
        for i in range(n):
            scratch[WARM, i] = answers[act, i]
    elif acting > 0:
        _copy_row(scratch, WARM, ACTING if warm else FALLBACK, n)


@part
def _note(out, moved, spread, status):  # type: ignore[no-untyped-def]
    """Keep the worst residual, spread and status of all fixed points of the game."""
    out[RESIDUAL] = max(out[RESIDUAL], moved)
    out[SPREAD] = max(out[SPREAD], spread)
    out[STATUS] = max(out[STATUS], status)


@part
def _solve_case(  # type: ignore[no-untyped-def]
    acting,
    bodies,
    leaders,
    table,
    tags,
    n,
    lam,
    phi,
    good,
    threshold,
    unique,
    warm,
    pick,
    tolerance,
    work,
    ruled,
    out,
):
    """Solve the case in which just the bodies ``acting`` pass their vote.

    Every pattern of the leaders' acts is a participation game of its own, its answer kept in the
    work tables. Returns the expected good.
    """
    front, rear, change, rested, reach, scratch, pools, _, answers, lures, _, at = work
    expected = 0.0
    for act in range(1 << leaders):
        pin(tags, leaders, at, act)
        _start(n, acting, act, leaders, warm, scratch, answers)
        live = acting | live_bits(act, bodies, ruled, tags, at, leaders)
        lures[FLOORS, act] = conditions(live, table, tags, n, ruled, threshold, scratch)
        expected, moved, spread, status = solve_one(
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
        _note(out, moved, spread, status)
        lures[VALUES, act] = expected
        # Kept where another game is looked at before this one's outcomes are added.
        if leaders > 0 or (bodies > 0 and acting == 0):
            for i in range(n):
                answers[act, i] = scratch[Q, i]
    lures[CASES, 0] = 1.0
    if leaders > 0:
        pin(tags, leaders, at, -1)
        expected, moved, spread, status = lead(
            acting, bodies, table, tags, n, ruled, lam, tolerance, pick, work, leaders
        )
        _note(out, moved, spread, status)
    return expected


@part
def _add_case(  # type: ignore[no-untyped-def]
    acting, votes, bodies, leaders, table, tags, n, threshold, work, ruled, out
):
    """Add what comes of the case in which just the bodies ``acting`` pass their vote."""
    _, _, _, _, _, scratch, _, mass, answers, lures, _, at = work
    weight = chance_of_case(acting, bodies, votes, ruled)
    for act in range(1 << leaders):
        live = acting | live_bits(act, bodies, ruled, tags, at, leaders)
        if leaders > 0:
            conditions(live, table, tags, n, ruled, threshold, scratch)
        if leaders > 0 or (bodies > 0 and acting == 0):
            for i in range(n):
                scratch[Q, i] = answers[act, i]
        case, value, left = weight * lures[CASES, act], lures[VALUES, act], lures[FLOORS, act]
        tally(out, case, value, table, tags, n, bodies, live, left, ruled, scratch, mass)
        for b in range(bodies):
            if not ((votes | live) >> b) & 1:
                ruled[CHANCE, b] += case


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
    ruled,
    out,
):
    """Solve one game, with its bodies, and write the outcomes.

    ``table`` and ``tags`` hold the players sorted by x, the grid steps set; ``ruled`` the bodies'
    rules. Where a vote is blocked the willing go ahead, their own word still counting. Filled are
    ``ruled[CHANCE]``, the chance that each body is shut, and what is reached where it is open or
    shut; ``scratch[MIXED]``, the chance that each player acts over all cases, and ``OPENED`` and
    ``CLOSED``, its part with the player's own body open and shut.
    """
    scratch = work[5]
    _clear(n, bodies, ruled, scratch, out)
    leaders = find_leaders(tags, n, work[11])
    votes = vote_bits(bodies, ruled)
    for acting in range(1 << bodies):
        if acting & ~votes:
            continue
        expected = _solve_case(
            acting,
            bodies,
            leaders,
            table,
            tags,
            n,
            lam,
            phi,
            good,
            threshold,
            unique,
            warm,
            pick,
            tolerance,
            work,
            ruled,
            out,
        )
        _copy_row(scratch, ACTING if acting else FALLBACK, Q, n)
        for b in range(bodies if acting == 0 else 0):
            if (votes >> b) & 1:
                ruled[CHANCE, b] = block_chance(
                    b, expected, table, tags, n, lam, phi, good, work, leaders, ruled
                )
                out[BLOCKED] = max(out[BLOCKED], ruled[CHANCE, b])
        _add_case(acting, votes, bodies, leaders, table, tags, n, threshold, work, ruled, out)
    _copy_row(scratch, WARM, FALLBACK, n)
    # Where something is always owed the weights sum to 1, and dividing would only move bits.
    if votes != (1 << bodies) - 1 and out[OWED] > 0.0:
        out[REACHED] /= out[OWED]


@part
def divide(part_of, weight, otherwise):  # type: ignore[no-untyped-def]
    """Divide, giving ``otherwise`` where the case cannot arise."""
    return part_of / weight if weight > RARE else otherwise


@part
def _enlist(t, players, marks, game, raw, rawmark, who, q, found):  # type: ignore[no-untyped-def]
    """Seat the players of one game that matter; the others get their own response.

    Those that add nothing, owe nothing, lead nobody and stand outside pools and bodies are left
    out. Returns how many are seated.
    """
    n = 0
    for i in range(players.shape[2]):
        outside = marks[t, POOL, i] < 0 and marks[t, BODY, i] < 0 and marks[t, LEADS, i] == 0
        owes = players[t, POOLED, i] != 0.0 or players[t, GIVES, i] > 0.0
        if outside and not owes and players[t, X, i] == 0.0:
            merit = players[t, CREDIT, i] - players[t, COST, i]
            own = 1.0 / (1.0 + math.exp(-game[t, 0] * merit))
            for k in range(3):
                q[k, t, i] = found[t, k, i] = own
            continue
        for row in range(raw.shape[0]):
            raw[row, n] = players[t, row, i]
        for row in range(rawmark.shape[0]):
            rawmark[row, n] = marks[t, row, i]
        who[n] = i
        n += 1
    return n


@kernel
def solve_games(  # type: ignore[no-untyped-def]
    first,
    last,
    players,
    marks,
    game,
    rules,
    nodes,
    pick,
    tolerance,
    q,
    found,
    shut,
    outcome,
    work,
    seats,
):
    """Solve games ``first..last`` (see ``servanda.deterrence.participation.participate``).

    ``players[game, row, player]``, ``marks[game, 4, player]`` (pool, body, rank, leads),
    ``game[game] = (lam, phi, base, rival, g, threshold)``, ``rules[3, game, body]`` rule, need and
    barred. Written are ``q[3, game, player]`` (over all cases, own body open, shut),
    ``found[game, 3, player]``, ``shut[3, game, body]`` (chance of being shut, reached where open,
    where shut) and ``outcome[game, 12]``.
    """
    table, raw, tags, rawmark, order, who, good, power, _, ruled, _, _ = seats
    reach, scratch = work[4], work[5]
    bodies = rules.shape[2]
    for t in range(first, last):
        lam, phi, base, rival, g, threshold = game[t]
        n = _enlist(t, players, marks, game, raw, rawmark, who, q, found)
        present = 0
        for b in range(bodies):
            ruled[RULE, b], ruled[NEED, b] = rules[0, t, b], rules[1, t, b]
            ruled[BARRED, b] = rules[2, t, b]
        for k in range(n):
            present = max(present, rawmark[BODY, k] + 1)
        seat(raw, rawmark, n, order, table, tags)
        share_pools(table, tags, n, work[6])
        width = grid_steps(table, tags, n, nodes, reach, scratch)
        clear_front(work[0], reach, n)
        for j in range(reach[n]):
            power[j] = (base + width * j) ** g
        contest(good, power, rival**g, reach[n])
        wear(table, n, phi, rival, scratch)
        bound = uniqueness(table, n, lam, g, base, width, good, reach[n])
        answer(
            table,
            tags,
            n,
            present,
            lam,
            phi,
            good,
            threshold,
            bound < 1.0,
            False,
            pick,
            tolerance,
            work,
            ruled,
            outcome[t],
        )
        outcome[t, BOUND] = bound
        for k in range(n):
            i, b = who[order[k]], tags[BODY, k]
            mixed, shutting = scratch[MIXED, k], ruled[CHANCE, b] if b >= 0 else 0.0
            q[0, t, i] = mixed
            q[1, t, i] = divide(scratch[OPENED, k], 1.0 - shutting, mixed) if b >= 0 else mixed
            q[2, t, i] = divide(scratch[CLOSED, k], shutting, mixed) if b >= 0 else mixed
            for start in range(3):
                found[t, start, i] = scratch[Q if bound < 1.0 else FOUND + start, k]
        for b in range(present):
            shut[0, t, b] = ruled[CHANCE, b]
            shut[1, t, b] = divide(ruled[WHEN_OPEN, b], ruled[OWED_OPEN, b], math.nan)
            shut[2, t, b] = divide(ruled[WHEN_SHUT, b], ruled[OWED_SHUT, b], math.nan)
