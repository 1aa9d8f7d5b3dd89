"""Tables of single crises: every state and kind of a block of draws.

For each draw, cell and kind the players of the participation game are seated once per forces
level, and the powers of the grid are taken once; posture, alignment and credibility then change
only the rival's power, a stake or a commitment, and each state starts from its neighbour's
solution where the fixed point is unique. States that cannot differ are solved once and copied.
"""

from __future__ import annotations

import math

from servanda.numerics.coalition import answer, divide
from servanda.numerics.gathering import (
    CG,
    CN,
    CO,
    CP,
    CW,
    D0,
    DF,
    DN,
    LG,
    LP,
    MP,
    NUMBERS,
    PHI,
    G,
    differs,
    gather,
    number_bodies,
    set_state,
)
from servanda.numerics.jit import kernel, part
from servanda.numerics.participation import (
    clear_front,
    contest,
    grid_steps,
    uniqueness,
)
from servanda.numerics.seating import (
    BODY,
    CHANCE,
    CLOSED,
    CREDIT,
    MIXED,
    OPENED,
    OWED_OPEN,
    OWED_SHUT,
    PRIOR,
    STAKE,
    WHEN_OPEN,
    WHEN_SHUT,
    seat,
    share_pools,
)
from servanda.numerics.tally import (
    DEFENCE,
    EFFORT_OUT,
    HELPED,
    NUCLEAR,
    REACHED,
    RESIDUAL,
    SHARE,
    SPREAD,
    STATUS,
    wear,
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


@part
def _logistic(x):  # type: ignore[no-untyped-def]
    return 1.0 / (1.0 + math.exp(-x))


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
def _wind(step, p, alignments, credibilities):  # type: ignore[no-untyped-def]
    """Order the states like a ribbon, so that each is a neighbour of the one before."""
    row, r = step // credibilities, step % credibilities
    a = row if p % 2 == 0 else alignments - 1 - row
    if (p * alignments + row) % 2 == 1:
        r = credibilities - 1 - r
    return a, r


@part
def _store_honour(d, c, k, honour, shut, n, order, who, tags, scratch, ruled, slot):  # type: ignore[no-untyped-def]
    """Keep who acts and what becomes of the bodies at the reference state."""
    for i in range(n):
        g, b, mixed = who[order[i]], tags[BODY, i], scratch[MIXED, i]
        honour[0, d, c, k, g] = honour[1, d, c, k, g] = honour[2, d, c, k, g] = mixed
        if b >= 0:
            chance = ruled[CHANCE, b]
            honour[1, d, c, k, g] = divide(scratch[OPENED, i], 1.0 - chance, mixed)
            honour[2, d, c, k, g] = divide(scratch[CLOSED, i], chance, mixed)
    for b in range(shut.shape[4]):
        shut[0, d, c, k, b] = 0.0
        shut[1, d, c, k, b] = shut[2, d, c, k, b] = math.nan
        if slot[b] >= 0:
            s = slot[b]
            shut[0, d, c, k, b] = ruled[CHANCE, s]
            shut[1, d, c, k, b] = divide(ruled[WHEN_OPEN, s], ruled[OWED_OPEN, s], math.nan)
            shut[2, d, c, k, b] = divide(ruled[WHEN_SHUT, s], ruled[OWED_SHUT, s], math.nan)


@part
def _aside(d, c, k, honour, lam, size, nu, a0):  # type: ignore[no-untyped-def]
    """Give everybody the response of one who changes nothing, for those left out of the game."""
    for i in range(nu.size):
        own = _logistic(lam * (a0[i] - size * (1.0 + nu[i])))
        honour[0, d, c, k, i] = honour[1, d, c, k, i] = honour[2, d, c, k, i] = own


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
    rules,
    need,
    votes,
    leads,
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
    shut,
):
    """Fill the tables of draws ``first..last``.

    ``numbers[draw, 19]`` has the columns ``NUMBERS``; ``persons[5, draw, guarantor]`` holds m, b,
    nu, a0, t_move; ``terms[4, draw, cell, kind, guarantor]`` floor, share, delay, commitment;
    ``where[2, ...]`` with the same axes body and pool; ``presence[2, draw, cell, guarantor]``
    troops and forward share; ``rules[2, body]`` rule and barred, ``need[draw, body]`` the share of
    votes needed, ``votes[body, guarantor]``, ``leads[guarantor]`` a bit for each body whose members
    wait for it; ``levels`` posture, credibility, forces, alignment and
    ``reference`` their reference indices. Written are ``out[11, draw, cell, state, kind]`` with
    the rows ``FIELDS`` and the states in C order, ``status`` on the same axes without the first,
    ``honour[3, draw, cell, kind, guarantor]`` (over all cases, own body open, shut) and
    ``shut[3, draw, cell, kind, body]`` (chance of being shut, reached where open, where shut).
    """
    table, raw, tags, rawmark, order, who, good, power, result, ruled, slot, kept = seats
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
        vary_r, vary_f, vary_a = differs(cell[3], cell[1], cell[4], own, pivotal, leads)
        _aside(d, c, k, honour, num[LG], size[d, k], own[2], own[3])
        for f in range(forces.size if vary_f else 1):
            n, threshold, contact = gather(
                num,
                cell,
                own,
                forces[f],
                size[d, k],
                nuclear,
                pivotal,
                leads,
                votes,
                raw,
                rawmark,
                who,
            )
            bodies = number_bodies(rawmark, n, d, rules, need, slot, ruled)
            seat(raw, rawmark, n, order, table, tags)
            for i in range(n):
                kept[0, i], kept[1, i] = table[PRIOR, i], table[CREDIT, i]
                kept[2, i] = table[STAKE, i]
            share_pools(table, tags, n, sums)
            width = grid_steps(table, tags, n, nodes, reach, scratch)
            clear_front(work[0], reach, n)
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
                    set_state(table, tags, n, num, kept, credibility[r], alignment[a])
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
                        ruled,
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
                            d, c, k, honour, shut, n, order, who, tags, scratch, ruled, slot
                        )
        _copy_states(out, status, d, c, k, shape, vary_r, vary_f, vary_a)
