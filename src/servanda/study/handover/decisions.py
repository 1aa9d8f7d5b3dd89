"""obligations -> deterrence: who decides by which rule, and how long it takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import Rules
from servanda.study.board import Board
from servanda.study.completions import Body
from servanda.study.draws import Draws

__all__ = ["delays", "rules", "single_voters"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int16]
Bools = NDArray[np.bool_]

VOTES = ("consensus", "majority", "veto")


def rules(board: Board, draws: Draws) -> Rules:
    """Fill the rule of each body.

    Votes are equal, since no field of a text gives weights; one with a veto can block alone. A body
    in which the challenger has a veto stays shut, and so does one whose members wait for somebody
    who is no guarantor of the scenario: nobody in this model would see it act.
    """
    place = {name: i for i, name in enumerate(board.names)}
    threshold = np.ones((draws.size, len(board.bodies)))
    votes = np.ones((len(board.bodies), len(place)))
    leaders = np.zeros(votes.shape, np.bool_)
    barred = np.zeros(len(board.bodies), np.bool_)
    for b, body in enumerate(board.bodies):
        if body.rule == "majority":
            usual = body.threshold is None
            threshold[:, b] = draws.column("qualified_majority") if usual else body.threshold
        if body.rule == "veto":
            votes[b] = 0.0
        votes[b, [place[v] for v in body.veto if v in place]] = np.inf
        known = [place[a] for a in body.leaders if a in place]
        leaders[b, known] = True
        barred[b] = _barred(body, board.challenger, len(known))
    return Rules(
        rule=tuple("majority" if b.rule == "veto" else b.rule for b in board.bodies),
        threshold=threshold,
        votes=votes,
        leaders=leaders,
        barred=barred,
    )


def _barred(body: Body, challenger: str, known: int) -> bool:
    if body.rule == "after_all":
        return known < len(body.leaders)
    if body.rule == "after_one":
        return known == 0
    return challenger in body.veto


def single_voters(board: Board, body: Indices) -> Bools:
    """Mark guarantors that would vote alone: they decide for themselves.

    Args:
        board: what is the same for all draws.
        body: int16[draw, cell, guarantor, kind].
    """
    alone = np.zeros(body.shape, np.bool_)
    for b, one in enumerate(board.bodies):
        if one.rule in VOTES and not one.veto:
            member = body == b
            alone |= member & (member.sum(axis=2, keepdims=True) == 1)
    return alone


def delays(
    board: Board, draws: Draws, stated: Floats, talks: Bools, declared: Bools, body: Indices
) -> Floats:
    """Work out the hours to decide; all arrays are [draw, cell, guarantor, kind].

    A stated clock replaces the usual time of a state or a body, unless it counts only talks, after
    which it is still to be decided. Where the one attacked declares the case, the clock starts
    with its declaration. Where a duty waits for another, the other's hours come first.
    """
    alone = draws.column("decide_each")[:, None, None, None]
    together = draws.column("decide_body")[:, None, None, None]
    voting = np.isin(body, [b for b, one in enumerate(board.bodies) if one.rule in VOTES])
    usual = np.where(voting, together, alone)
    clock = np.maximum(stated, 0.0)
    hours = np.where(np.isnan(stated), usual, np.where(talks, clock + usual, clock))
    declare = draws.column("declare_hours")[:, None, None, None]
    hours = np.where(declared, hours + declare, hours)
    own = hours.copy()
    place = {name: i for i, name in enumerate(board.names)}
    for b, one in enumerate(board.bodies):
        known = [place[a] for a in one.leaders if a in place]
        if known:
            first = own[:, :, known].min(axis=2) if one.rule == "after_one" else None
            wait = own[:, :, known].max(axis=2) if first is None else first
            hours = np.where(body == b, own + wait[:, :, None], hours)
    return hours
