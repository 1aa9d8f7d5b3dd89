"""Who sits at the table of one crisis: players, bodies, and what each state changes of them."""

from __future__ import annotations

import math

from servanda.numerics.jit import part
from servanda.numerics.seating import (
    BARRED,
    BODY,
    COST,
    CREDIT,
    EFFORT,
    GIVES,
    IDLE,
    LEADS,
    NEED,
    OWES,
    POOL,
    POOLED,
    PRIOR,
    RANK,
    RULE,
    SHADOW,
    STAKE,
    VETO,
    VOTE,
    WEIGHT,
    WORD,
    X,
)

__all__ = ["NUMBERS", "differs", "gather", "number_bodies", "set_state"]

#: Order of the columns of per-draw numbers.
NUMBERS = (
    "lambda_g",
    "lambda_p",
    "g",
    "m_p",
    "tau0",
    "n0",
    "phi_f",
    "c_w",
    "c_o",
    "c_g",
    "c_n",
    "c_p",
    "a1",
    "a2",
    "a3",
    "zeta",
    "d0",
    "d_f",
    "d_n",
)
(LG, LP, G, MP, TAU, N0, PHI, CW, CO, CG, CN, CP, A1, A2, A3, ZETA, D0, DF, DN) = range(19)


@part
def _present(body):  # type: ignore[no-untyped-def]
    """Bits of the bodies that have a member."""
    bits = 0
    for i in range(body.size):
        if body[i] >= 0:
            bits |= 1 << body[i]
    return bits


@part
def gather(  # type: ignore[no-untyped-def]
    num, cell, own, force, size, nuclear, pivotal, leads, votes, raw, rawmark, who
):
    """Fill the table of players at full credibility and alignment.

    Returns (players, threshold, contact). ``cell`` holds floor, share, delay, commitment, body,
    pool of each guarantor, ``own`` holds m, b, nu, a0, t_move, troops, forward; ``leads`` has a bit
    for each body that waits for the guarantor, ``votes[body, guarantor]`` its weight.
    """
    floor, share, delay, commitment, body, pool = cell
    m, b, nu, a0, t_move, troops, forward = own
    n, present = 0, _present(body)
    threshold = contact = 0.0
    for i in range(m.size):
        ahead = forward[i] * force
        late = share[i] * math.exp(-(delay[i] + t_move[i]) / num[TAU])
        x = min(1.0, ahead + (1.0 - ahead) * late) * m[i]
        contact += troops[i] * force
        kappa, led = commitment[i], leads[i] & present
        if x == 0.0 and kappa == 0.0 and body[i] < 0 and pool[i] < 0 and led == 0:
            continue
        given = share[i] * m[i]
        raw[X, n], raw[IDLE, n], raw[STAKE, n] = x, ahead * m[i], b[i]
        raw[COST, n] = size * (1.0 + nu[i])
        raw[CREDIT, n] = a0[i] + num[A2] * (1.0 - math.exp(-troops[i] * force / num[N0]))
        raw[POOLED, n], raw[PRIOR, n] = num[A3] * kappa, kappa
        raw[VETO, n] = num[ZETA] * raw[COST, n]
        raw[WEIGHT, n] = m[i]
        raw[GIVES, n] = given if kappa > 0.0 else 0.0
        raw[SHADOW, n] = 1.0 if nuclear[i] else 0.0
        raw[EFFORT, n] = given
        raw[OWES, n] = floor[i] * m[i] if kappa > 0.0 else 0.0
        raw[VOTE, n] = votes[body[i], i] if body[i] >= 0 else 0.0
        rawmark[POOL, n], rawmark[BODY, n] = pool[i], body[i]
        rawmark[RANK, n] = 1 if pivotal[i] else 0
        # Nobody waits for its own act.
        rawmark[LEADS, n] = led & ~(1 << body[i]) if body[i] >= 0 else led
        threshold += raw[OWES, n]
        who[n] = i
        n += 1
    return n, threshold, 1.0 - math.exp(-contact / num[N0])


@part
def number_bodies(rawmark, n, d, rules, need, slot, ruled):  # type: ignore[no-untyped-def]
    """Renumber the bodies that are present from 0, noting where; return how many there are."""
    seen = 0
    for b in range(slot.size):
        slot[b] = -1
        present = False
        for i in range(n):
            present = present or rawmark[BODY, i] == b
        if present and b < rules.shape[1]:
            slot[b] = seen
            ruled[RULE, seen], ruled[BARRED, seen] = rules[0, b], rules[1, b]
            ruled[NEED, seen] = need[d, b]
            seen += 1
    for i in range(n):
        led = 0
        for b in range(slot.size):
            if slot[b] >= 0 and (rawmark[LEADS, i] >> b) & 1:
                led |= 1 << slot[b]
        rawmark[LEADS, i] = led
        if rawmark[BODY, i] >= 0:
            rawmark[BODY, i] = slot[rawmark[BODY, i]]
    return seen


@part
def differs(commitment, share, body, own, pivotal, leads):  # type: ignore[no-untyped-def]
    """Say which of credibility, forces, alignment can change anything in this cell."""
    m, b, _, _, _, troops, forward = own
    by_word = by_force = by_friend = False
    present = _present(body)
    for i in range(m.size):
        by_word = by_word or commitment[i] > 0.0
        by_force = by_force or troops[i] > 0.0 or forward[i] > 0.0
        able = m[i] > 0.0 and (share[i] > 0.0 or forward[i] > 0.0)
        # One that brings nothing may still block a vote, or be the one that others wait for.
        able = able or body[i] >= 0 or leads[i] & present != 0
        by_friend = by_friend or (pivotal[i] and able and b[i] != 0.0)
    return by_word, by_force, by_friend


@part
def set_state(table, tags, n, num, kept, credibility, friendship):  # type: ignore[no-untyped-def]
    """Set what credibility and alignment change in the table of players."""
    for i in range(n):
        kappa = kept[0, i] * credibility
        friend = friendship if tags[RANK, i] == 1 else 1.0
        table[STAKE, i] = kept[2, i] * friend
        table[WORD, i] = num[A1] * kappa
        table[CREDIT, i] = kept[1, i] + table[WORD, i]
        table[POOLED, i], table[PRIOR, i] = num[A3] * kappa, min(kappa, 1.0)
        table[VETO, i] = num[ZETA] * table[COST, i] - (num[A1] + num[A3]) * kappa
