"""Bodies that decide, and words that count only after others have acted.

A body is *open* where its vote passes, or where those whom its members wait for have acted; else
it is *shut*. Where a vote is blocked the members' word still counts, but they lend each other no
credibility; where the others did not act the word itself does not count.
"""

from __future__ import annotations

import math

from servanda.numerics.jit import part
from servanda.numerics.participation import settle
from servanda.numerics.seating import (
    AFTER_ALL,
    AFTER_ONE,
    BARRED,
    BODY,
    CHANCE,
    CREDIT,
    DUE,
    GIFT,
    GIVES,
    LEADS,
    LEND,
    NEED,
    OTHER,
    OWES,
    POOLED,
    RULE,
    STAKE,
    VETO,
    VOTE,
    VOTED,
    WORD,
)

__all__ = ["block_chance", "chance_of_case", "conditions", "live_bits", "vote_bits"]

# Weights that reach the blocking minority but for rounding do not exceed it.
SLACK = 1e-9


@part
def vote_bits(bodies, ruled):  # type: ignore[no-untyped-def]
    """Bits of the bodies that decide by a vote."""
    bits = 0
    for b in range(bodies):
        if ruled[RULE, b] == VOTED:
            bits |= 1 << b
    return bits


@part
def live_bits(act, bodies, ruled, tags, chiefs_at, leaders):  # type: ignore[no-untyped-def]
    """Bits of the bodies whose members' word counts when the leaders act as ``act`` has bits."""
    live = 0
    for b in range(bodies):
        if ruled[RULE, b] == VOTED or ruled[BARRED, b] > 0.0:
            continue
        named = acting = 0
        for k in range(leaders):
            if (tags[LEADS, chiefs_at[k]] >> b) & 1:
                named += 1
                acting += (act >> k) & 1
        if ruled[RULE, b] == AFTER_ONE and acting > 0:
            live |= 1 << b
        if ruled[RULE, b] == AFTER_ALL and named > 0 and acting == named:
            live |= 1 << b
    return live


@part
def conditions(open_ones, table, tags, n, ruled, threshold, scratch):  # type: ignore[no-untyped-def]
    """Set what default costs, what is lent and what is owed where ``open_ones`` are open.

    Returns the floor that is owed then.
    """
    left = threshold
    for i in range(n):
        b = tags[BODY, i]
        shut = b >= 0 and not (open_ones >> b) & 1
        mute = shut and ruled[RULE, b] != VOTED
        scratch[LEND, i] = 0.0 if shut else table[POOLED, i]
        scratch[DUE, i] = table[CREDIT, i]
        scratch[GIFT, i] = table[GIVES, i]
        if mute:
            scratch[DUE, i] -= table[WORD, i]
            scratch[GIFT, i] = 0.0
            left -= table[OWES, i]
    return left if left > SLACK * threshold else 0.0


@part
def chance_of_case(acting, bodies, votes, ruled):  # type: ignore[no-untyped-def]
    """Chance that of the voting bodies just those whose bits are set in ``acting`` pass."""
    chance = 1.0
    for b in range(bodies):
        if (votes >> b) & 1:
            chance *= (1.0 - ruled[CHANCE, b]) if (acting >> b) & 1 else ruled[CHANCE, b]
    return chance


@part
def _all_act(  # type: ignore[no-untyped-def]
    body,
    table,
    tags,
    n,
    lam,
    phi,
    good,
    work,
    leaders,
):
    """Expected good if all members of the body act and the others as they do if all is blocked."""
    front, rear, change, rested, reach, scratch, pools, _, answers, _, chiefs, chiefs_at = work
    together = 0.0
    for act in range(1 << leaders):
        chance = 1.0
        for k in range(leaders):
            q = 1.0 if tags[BODY, chiefs_at[k]] == body else chiefs[0, k]
            chance *= q if (act >> k) & 1 else 1.0 - q
        if chance <= 0.0:
            continue
        for i in range(n):
            scratch[OTHER, i] = 1.0 if tags[BODY, i] == body else answers[act, i]
        value, _ = settle(
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
        together += chance * value
    return together


@part
def block_chance(  # type: ignore[no-untyped-def]
    body,
    without,
    table,
    tags,
    n,
    lam,
    phi,
    good,
    work,
    leaders,
    ruled,
):
    """Chance that the body's vote is blocked, given what is expected ``without`` it.

    Members share one shock, so they block in the order of their chances: the body is blocked with
    the chance at which the weight of the blockers exceeds what the vote can spare. Where all must
    agree that is the largest chance of any member.
    """
    if ruled[BARRED, body] > 0.0:
        return 1.0
    scratch = work[5]
    together = _all_act(body, table, tags, n, lam, phi, good, work, leaders)
    total = 0.0
    for i in range(n):
        scratch[OTHER, i] = -1.0
        if tags[BODY, i] == body and table[VOTE, i] > 0.0:
            merit = table[VETO, i] - table[STAKE, i] * (together - without)
            scratch[OTHER, i] = 1.0 / (1.0 + math.exp(-lam * merit))
            if table[VOTE, i] < math.inf:
                total += table[VOTE, i]
    spare, against = (1.0 - ruled[NEED, body]) * total, 0.0
    for _ in range(n):
        first = 0
        for i in range(n):
            if scratch[OTHER, i] > scratch[OTHER, first]:
                first = i
        chance = scratch[OTHER, first]
        if chance < 0.0:
            break
        against += table[VOTE, first]
        if against > spare + SLACK * total:
            return chance
        scratch[OTHER, first] = -1.0
    return 0.0
