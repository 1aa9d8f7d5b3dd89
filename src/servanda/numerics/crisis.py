"""Tables of single crises: every state and kind of a block of draws.

For each draw, cell and kind the players of the participation game are seated once per forces
level, and the powers of the grid are taken once; posture, alignment and credibility then change
only the rival's power, a stake or a commitment, and each state starts from its neighbour's
solution where the fixed point is unique. States that cannot differ are solved once and copied.
"""

from __future__ import annotations

import math

from servanda.numerics.coalition import (
    DEFENCE,
    EFFORT_OUT,
    HELPED,
    NUCLEAR,
    REACHED,
    RESIDUAL,
    SHARE,
    SPREAD,
    STATUS,
    answer,
    wear,
)
from servanda.numerics.jit import kernel, part
from servanda.numerics.participation import (
    contest,
    grid_steps,
    uniqueness,
)
from servanda.numerics.seating import (
    BODY,
    COST,
    CREDIT,
    EFFORT,
    GIVES,
    IDLE,
    MIXED,
    POOL,
    POOLED,
    PRIOR,
    RANK,
    SHADOW,
    STAKE,
    VETO,
    WEIGHT,
    X,
    seat,
    share_pools,
)

__all__ = ["FIELDS", "NUMBERS", "crisis_tables"]

#: Order of the first axis of the table that ``crisis_tables`` fills.
FIELDS = (
    "defence",
    "helped",
    "honoured",
    "helper_share",
    "nuclear",
    "direct_war",
    "resist",
    "attack_value",
    "act_cost",
    "residual",
    "spread",
)
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
def _logistic(x):  # type: ignore[no-untyped-def]
    return 1.0 / (1.0 + math.exp(-x))


@part
def _gather(  # type: ignore[no-untyped-def]
    num, cell, own, force, size, nuclear, pivotal, raw, rawmark, who
):
    """Fill the table of players at full credibility and alignment.

    Returns (players, bodies, threshold, contact). ``cell`` holds floor, share, delay, commitment,
    body, pool of each guarantor, ``own`` holds m, b, nu, a0, t_move, troops, forward.
    """
    floor, share, delay, commitment, body, pool = cell
    m, b, nu, a0, t_move, troops, forward = own
    n = bodies = 0
    threshold = contact = 0.0
    for i in range(m.size):
        ahead = forward[i] * force
        late = share[i] * math.exp(-(delay[i] + t_move[i]) / num[TAU])
        x = min(1.0, ahead + (1.0 - ahead) * late) * m[i]
        contact += troops[i] * force
        kappa = commitment[i]
        if x == 0.0 and kappa == 0.0 and body[i] < 0 and pool[i] < 0:
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
        rawmark[POOL, n], rawmark[BODY, n] = pool[i], body[i]
        rawmark[RANK, n] = 1 if pivotal[i] else 0
        if kappa > 0.0:
            threshold += floor[i] * m[i]
        bodies = max(bodies, body[i] + 1)
        who[n] = i
        n += 1
    return n, bodies, threshold, 1.0 - math.exp(-contact / num[N0])


@part
def _number_bodies(tags, n, bodies, slot):  # type: ignore[no-untyped-def]
    """Renumber the bodies that are present from 0, noting where; return how many there are."""
    seen = 0
    for b in range(slot.size):
        slot[b] = -1
    for b in range(bodies):
        present = False
        for i in range(n):
            if tags[BODY, i] == b:
                tags[BODY, i] = seen
                present = True
        if present:
            slot[b] = seen
            seen += 1
    return seen


@part
def _write(out, status, d, c, s, k, num, size, contact, result):  # type: ignore[no-untyped-def]
    """Work out the challenger's and the protege's side and store one state."""
    good, helped, nuclear = result[DEFENCE], result[HELPED], result[NUCLEAR]
    resist = _logistic(num[LP] * (good - num[CP]))
    fight = (1.0 - good) - num[CW] - num[CG] * result[SHARE] - num[CN] * nuclear
    direct = 0.0
    if helped > 0.0:
        direct = helped * _logistic(num[D0] + num[DF] * contact - num[DN] * nuclear / helped)
    out[0, d, c, s, k] = good
    out[1, d, c, s, k] = helped
    out[2, d, c, s, k] = result[REACHED]
    out[3, d, c, s, k] = result[SHARE]
    out[4, d, c, s, k] = nuclear
    out[5, d, c, s, k] = direct
    out[6, d, c, s, k] = resist
    out[7, d, c, s, k] = size * ((1.0 - resist) + resist * fight) - num[CO]
    out[8, d, c, s, k] = size * result[EFFORT_OUT]
    out[9, d, c, s, k] = result[RESIDUAL]
    out[10, d, c, s, k] = result[SPREAD]
    status[d, c, s, k] = int(result[STATUS])


@part
def _copy_states(out, status, d, c, k, shape, vary_r, vary_f, vary_a):  # type: ignore[no-untyped-def]
    """Copy level 0 of every axis that changes nothing to its other levels."""
    _, credibilities, forces, alignments = shape
    for s in range(status.shape[2]):
        a, f = s % alignments, (s // alignments) % forces
        r = (s // (alignments * forces)) % credibilities
        source = s
        if not vary_a:
            source -= a
        if not vary_f:
            source -= f * alignments
        if not vary_r:
            source -= r * forces * alignments
        if source != s:
            for row in range(out.shape[0]):
                out[row, d, c, s, k] = out[row, d, c, source, k]
            status[d, c, s, k] = status[d, c, source, k]


@part
def _differs(commitment, share, b, m, troops, forward, pivotal):  # type: ignore[no-untyped-def]
    """Say which of credibility, forces, alignment can change anything in this cell."""
    by_word = by_force = by_friend = False
    for i in range(m.size):
        by_word = by_word or commitment[i] > 0.0
        by_force = by_force or troops[i] > 0.0 or forward[i] > 0.0
        able = m[i] > 0.0 and (share[i] > 0.0 or forward[i] > 0.0)
        by_friend = by_friend or (pivotal[i] and able and b[i] != 0.0)
    return by_word, by_force, by_friend


@part
def _set_state(table, tags, n, num, kept, credibility, friendship):  # type: ignore[no-untyped-def]
    """Set what credibility and alignment change in the table of players."""
    for i in range(n):
        kappa = kept[0, i] * credibility
        friend = friendship if tags[RANK, i] == 1 else 1.0
        table[STAKE, i] = kept[2, i] * friend
        table[CREDIT, i] = kept[1, i] + num[A1] * kappa
        table[POOLED, i], table[PRIOR, i] = num[A3] * kappa, min(kappa, 1.0)
        table[VETO, i] = num[ZETA] * table[COST, i] - (num[A1] + num[A3]) * kappa


@part
def _wind(step, p, alignments, credibilities):  # type: ignore[no-untyped-def]
    """Order the states like a ribbon, so that each is a neighbour of the one before."""
    row, r = step // credibilities, step % credibilities
    a = row if p % 2 == 0 else alignments - 1 - row
    if (p * alignments + row) % 2 == 1:
        r = credibilities - 1 - r
    return a, r


@part
def _store_honour(honour, blocked, n, order, who, scratch, chances, slot):  # type: ignore[no-untyped-def]
    """Keep who acts and which bodies are blocked at the reference state."""
    for i in range(n):
        honour[who[order[i]]] = scratch[MIXED, i]
    for b in range(blocked.size):
        blocked[b] = chances[slot[b]] if slot[b] >= 0 else 0.0


@part
def _aside(honour, lam, size, nu, a0):  # type: ignore[no-untyped-def]
    """Give everybody the response of one who changes nothing, for those left out of the game."""
    for i in range(honour.size):
        honour[i] = _logistic(lam * (a0[i] - size * (1.0 + nu[i])))


@kernel
def crisis_tables(  # type: ignore[no-untyped-def]
    first,
    last,
    numbers,
    persons,
    size,
    nuclear,
    pivotal,
    terms,
    where,
    presence,
    levels,
    reference,
    nodes,
    pick,
    tolerance,
    work,
    seats,
    out,
    status,
    honour,
    chance_blocked,
):
    """Fill the tables of draws ``first..last``.

    ``numbers[draw, 19]`` has the columns ``NUMBERS``; ``persons[5, draw, guarantor]`` holds m, b,
    nu, a0, t_move; ``terms[4, draw, cell, kind, guarantor]`` floor, share, delay, commitment;
    ``where[2, ...]`` with the same axes body and pool; ``presence[2, draw, cell, guarantor]``
    troops and forward share; ``levels`` posture, credibility, forces, alignment and
    ``reference`` their reference indices. Written are ``out[11, draw, cell, state, kind]`` with
    the rows ``FIELDS`` and the states in C order, ``status`` on the same axes without the first,
    ``honour[draw, cell, kind, guarantor]`` and ``chance_blocked[draw, cell, kind, body]``.
    """
    table, raw, tags, rawmark, order, who, good, power, result, chances, slot, kept = seats
    posture, credibility, forces, alignment = levels
    reach, scratch, sums = work[4], work[5], work[6]
    cells, kinds = out.shape[2], out.shape[4]
    shape = (posture.size, credibility.size, forces.size, alignment.size)
    for index in range((last - first) * cells * kinds):
        d = first + index // (cells * kinds)
        c, k = (index // kinds) % cells, index % kinds
        num = numbers[d]
        cell = (
            terms[0, d, c, k],
            terms[1, d, c, k],
            terms[2, d, c, k],
            terms[3, d, c, k],
            where[0, d, c, k],
            where[1, d, c, k],
        )
        own = (
            persons[0, d],
            persons[1, d],
            persons[2, d],
            persons[3, d],
            persons[4, d],
            presence[0, d, c],
            presence[1, d, c],
        )
        vary_r, vary_f, vary_a = _differs(cell[3], cell[1], own[1], own[0], own[5], own[6], pivotal)
        _aside(honour[d, c, k], num[LG], size[d, k], own[2], own[3])
        for f in range(forces.size if vary_f else 1):
            n, bodies, threshold, contact = _gather(
                num, cell, own, forces[f], size[d, k], nuclear, pivotal, raw, rawmark, who
            )
            seat(raw, rawmark, n, order, table, tags)
            for i in range(n):
                kept[0, i], kept[1, i] = table[PRIOR, i], table[CREDIT, i]
                kept[2, i] = table[STAKE, i]
            bodies = _number_bodies(tags, n, bodies, slot)
            share_pools(table, tags, n, sums)
            width = grid_steps(table, tags, n, nodes, reach, scratch)
            for j in range(reach[n]):
                power[j] = (num[MP] + width * j) ** num[G]
            warm = False
            for p in range(posture.size):
                contest(good, power, posture[p] ** num[G], reach[n])
                wear(table, n, num[PHI], posture[p], scratch)
                for step in range((alignment.size if vary_a else 1) * credibility.size):
                    a, r = _wind(step, p, alignment.size if vary_a else 1, credibility.size)
                    if r > 0 and not vary_r:
                        continue
                    _set_state(table, tags, n, num, kept, credibility[r], alignment[a])
                    bound = uniqueness(table, n, num[LG], num[G], num[MP], width, good, reach[n])
                    answer(
                        table,
                        tags,
                        n,
                        bodies,
                        num[LG],
                        num[PHI],
                        good,
                        threshold,
                        bound < 1.0,
                        warm,
                        pick,
                        tolerance,
                        work,
                        chances,
                        result,
                    )
                    warm = True
                    state = ((p * shape[1] + r) * shape[2] + f) * shape[3] + a
                    _write(out, status, d, c, state, k, num, size[d, k], contact, result)
                    # A level that changes nothing is visited at its index 0 only.
                    if (
                        p == reference[0]
                        and r == reference[1] * vary_r
                        and f == reference[2] * vary_f
                        and a == reference[3] * vary_a
                    ):
                        _store_honour(
                            honour[d, c, k],
                            chance_blocked[d, c, k],
                            n,
                            order,
                            who,
                            scratch,
                            chances,
                            slot,
                        )
        _copy_states(out, status, d, c, k, shape, vary_r, vary_f, vary_a)
