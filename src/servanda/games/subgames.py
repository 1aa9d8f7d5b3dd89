"""Subgame perfect equilibria: Nash in every subgame, from the last ones backwards (Selten 1965)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from servanda.games.bayes import perfect_bayesian
from servanda.games.board import Board, excerpt
from servanda.games.nash import nash_equilibria
from servanda.games.solution import Equilibrium, Extent, Free, Kind

__all__ = ["subgame_perfect", "subgame_roots", "why_found"]

Floats = NDArray[np.float64]

# With ties a game of perfect information goes to the search by supports up to this size.
MOST_TIED_SETS = 12
LOCAL = (
    "a continuum was searched locally: it may have more parts than are listed, and more equilibria "
    "may exist"
)
DOUBTFUL = "rounding may have cost or added one, or a continuum could not be excluded"


@dataclass(frozen=True, slots=True, eq=False)
class _Partial:
    """Behaviour in the subgames solved so far, and what they are worth at their roots."""

    behaviour: Floats
    ends: dict[int, Floats]
    free: tuple[Free, ...] = ()
    note: str = ""
    unconfirmed: tuple[tuple[Kind, int, int], ...] = ()


@dataclass(slots=True)
class _Account:
    """Whether anything was left out on the way."""

    extent: Extent = Extent.WHOLE
    note: str = ""

    def miss(self, why: str, extent: Extent = Extent.CUT) -> None:
        # The note explains the status, which is that of the worst that was left out.
        if extent < self.extent:
            self.extent, self.note = extent, why


def subgame_perfect(board: Board, most: int) -> tuple[list[Equilibrium], Extent, str]:
    """Find the subgame perfect equilibria of a game with numbers.

    Every tie is followed on every side. In a game of perfect information with ties mixtures are
    found as well, up to 12 information sets; beyond that, and where a subgame has a continuum of
    equilibria, pure choices and extreme points are carried on, and the status says so.

    Args:
        board: the game.
        most: at most so many.

    Returns:
        The equilibria, how much of all that is, and why it is not all; empty where `solve` knows.

    Raises:
        ModelError: SV886, a subgame is too large.
    """
    perfect = all(len(nodes) == 1 for nodes in board.members)
    account = _Account()
    states = [_Partial(np.zeros(board.n_actions), {})]
    for root in reversed(subgame_roots(board)):
        grown: list[_Partial] = []
        for state in states:
            grown += _solved(board, root, state, most, account)
        states = grown
        if perfect and len(states) > 1 and len(board.owner) <= MOST_TIED_SETS:
            return *perfect_bayesian(board, most), ""
        if len(states) > most:
            account.miss("there are more than were asked for")
            states = states[:most]
    return [_finished(board, state) for state in states], account.extent, account.note


def why_found(equilibria: Sequence[Equilibrium]) -> str:
    """Say why a list is no more than what a search found."""
    local = any(e.free or e.unconfirmed or "continuum" in e.note for e in equilibria)
    return LOCAL if local else DOUBTFUL


def subgame_roots(board: Board) -> list[int]:
    """Return the nodes where a subgame begins, in the order of the tree; the first is the root."""
    last = list(range(board.n_nodes))
    for node in range(board.n_nodes - 1, 0, -1):
        last[board.parent[node]] = max(last[board.parent[node]], last[node])
    found = []
    for node in range(board.n_nodes):
        inside = {board.infoset[n] for n in range(node, last[node] + 1)} - {-1}
        if board.children[node] and all(
            node <= board.members[h][0] and board.members[h][-1] <= last[node] for h in inside
        ):
            h = board.infoset[node]
            if h < 0 or len(board.members[h]) == 1:
                found.append(node)
    return found


def _solved(
    board: Board, root: int, state: _Partial, most: int, account: _Account
) -> list[_Partial]:
    """Solve the subgame at a root given what the subgames below it are worth."""
    h, kids = board.infoset[root], board.children[root]
    known = [
        state.ends.get(kid, None if board.children[kid] else board.payoff[kid]) for kid in kids
    ]
    if all(value is not None for value in known):
        table = np.array(known)
        if h < 0:
            odds = np.array([board.chance[-1 - board.via[kid]] for kid in kids])
            return [replace(state, ends={**state.ends, root: odds @ table})]
        return _choices(board, root, state, table, account)
    part, sets = excerpt(board, root, state.ends)
    found, extent = nash_equilibria(part, most)
    if extent == Extent.CUT:
        account.miss("a subgame has more equilibria than were followed")
    elif extent == Extent.FOUND:
        account.miss(why_found(found), extent)
    if root and any(e.note for e in found):
        account.miss("a subgame has a continuum of equilibria; its extreme points were followed")
    grown = []
    for equilibrium in found:
        value = (equilibrium.values - board.shift) / board.scale
        free = tuple(replace(part, infoset=sets[part.infoset]) for part in equilibrium.free)
        unconfirmed = tuple((kind, sets[h], a) for kind, h, a in equilibrium.unconfirmed)
        grown.append(
            _Partial(
                state.behaviour + equilibrium.behaviour,
                {**state.ends, root: value},
                state.free + free,
                _both(state.note, equilibrium.note),
                state.unconfirmed + unconfirmed,
            )
        )
    return grown


def _choices(
    board: Board, root: int, state: _Partial, table: Floats, account: _Account
) -> list[_Partial]:
    """Choose best at a single node; every best action where several are."""
    h = board.infoset[root]
    worth = table[:, board.owner[h]]
    best = np.flatnonzero(worth >= worth.max() - 1e-12)
    if len(best) > 1:
        account.miss("at a tie the pure choices were followed; mixtures of them may add more")
    grown = []
    for pick in best:
        behaviour = state.behaviour.copy()
        behaviour[board.choices[h][pick]] = 1.0
        grown.append(replace(state, behaviour=behaviour, ends={**state.ends, root: table[pick]}))
    return grown


def _finished(board: Board, state: _Partial) -> Equilibrium:
    """Check every subgame again and put the parts together."""
    values = board.value(state.behaviour[:, None])[0, :, 0]
    residual = float(np.abs(values - state.ends[0]).max())
    held = np.full(board.n_nodes, np.nan)
    return Equilibrium(
        state.behaviour, held, board.own(values), residual, state.free, state.note,
        state.unconfirmed,
    )  # fmt: skip


def _both(one: str, other: str) -> str:
    """Join the notes of two parts of a game; the same note stands once."""
    notes = dict.fromkeys(note for note in (one, other) if note)
    return "; ".join(notes)
