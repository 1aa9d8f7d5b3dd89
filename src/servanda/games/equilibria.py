"""All equilibria of one small game under a named concept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

import numpy as np

from servanda.domain.errors import ModelError
from servanda.games.bayes import least_steps, perfect_bayesian
from servanda.games.board import Board, board_of
from servanda.games.logit import logit_equilibria
from servanda.games.nash import nash_equilibria
from servanda.games.solution import Concept, Equilibrium, Extent, Solution, Status
from servanda.games.subgames import subgame_perfect, why_found
from servanda.games.tree import Tree

if TYPE_CHECKING:
    from servanda.games.form import Form

__all__ = ["MOST_NODES", "solve"]

MOST_NODES = 2_000
MORE = "there are more than were asked for"
STATUS: dict[Extent, Status] = {
    Extent.CUT: "truncated",
    Extent.FOUND: "found",
    Extent.WHOLE: "complete",
}
UNSETTLED = "the search reached its limit; a part of the set may be missing"
# Of payoffs that differ by a smaller part of their range rounding may hide a difference.
FINE = 1e-6
UNEVEN = "payoffs are of very different size, and rounding may have cost or added one"
NONE_FOUND = "every finite game has an equilibrium; these payoffs are too uneven to find it"


def solve(
    game: Tree | Form,
    concept: Concept,
    *,
    precision: float = 4.0,
    values: Mapping[str, float] | None = None,
    most: int = 200,
) -> Solution:
    """Find the equilibria of a game: the set, not one of them.

    * ``nash``: pure and mixed Nash equilibria; of two players the extreme points of the set, of
      more players every support in turn.
    * ``spe``: subgame perfect equilibria, from the last subgames backwards.
    * ``pbe``: perfect Bayesian equilibria. Every player chooses best at every information set
      given beliefs there; beliefs follow Bayes' rule wherever the set is reached, and also off
      the path wherever an earlier information set settles them, so that nobody signals what he
      does not know; other beliefs are free and their range is reported. It is a weak perfect
      Bayesian equilibrium that is perfect in every subgame; a sequential equilibrium (Kreps and
      Wilson 1982) may ask for more.
    * ``qre``: logit agent equilibria at one precision, the principal branch first.

    Args:
        game: a tree or a strategic form.
        concept: which of the four.
        precision: logit precision in 1 / payoff units; for ``qre`` only.
        values: parameters of the game to solve at; the others keep their default.
        most: at most so many equilibria are returned.

    Returns:
        The equilibria, and in ``status`` whether these are all of them.

    Raises:
        ModelError: the concept is unknown (SV885), the game is too large to enumerate (SV886),
            or the precision is no finite number >= 0 (SV887).

    References:
        McKelvey & Palfrey 1998; Fudenberg & Tirole 1991; Kreps & Wilson 1982.

    Examples:
        >>> from servanda.games import read_efg
        >>> tree = read_efg('''EFG 2 R "entry" { "firm" "rival" }
        ... p "" 1 1 "" { "stay out" "enter" } 0
        ... t "" 1 "" { 0 2 }
        ... p "" 2 1 "" { "fight" "share" } 0
        ... t "" 2 "" { -1 0 }
        ... t "" 3 "" { 1 1 }''')
        >>> found = solve(tree, "spe")
        >>> found.status, found.published()["equilibria"][0]["behaviour"]["firm"]
        ('complete', {'1': {'stay out': 0.0, 'enter': 1.0}})
        >>> len(solve(tree, "nash").equilibria)
        3
    """
    if concept not in get_args(Concept):
        known = ", ".join(get_args(Concept))
        raise ModelError(f"there is no concept {concept!r}; there are: {known}", "SV885")
    if not (np.isfinite(precision) and precision >= 0.0):
        raise ModelError(f"a precision of {precision} is no finite number >= 0", "SV887")
    strategic = not isinstance(game, Tree)
    tree = game.tree() if not isinstance(game, Tree) else game
    solver = {"nash": _nash, "spe": _spe, "pbe": _pbe}.get(concept)
    if tree.n_actions == 0:
        return _unmoved(tree, concept, precision, values, strategic)
    if solver is None:
        return _qre(tree, precision, values, most, strategic)
    if tree.n_nodes > MOST_NODES:
        raise ModelError(
            f"the game has {tree.n_nodes:,} nodes and room for {MOST_NODES:,} where equilibria "
            "are enumerated; ask for qre, whose principal branch is found for any size",
            "SV886",
        )
    board = board_of(tree, values)
    found, extent, note = solver(board, most)
    if extent > Extent.CUT and least_steps(tree.payoffs(values)[0]).min() < FINE:
        extent, note = Extent.FOUND, UNEVEN
    if not found:  # every finite game has one
        extent, note = min(extent, Extent.FOUND), note or NONE_FOUND
    if extent == Extent.CUT and not note:
        note = MORE if len(found) >= most else UNSETTLED
    elif extent == Extent.FOUND:
        note = note or why_found(found)
    return Solution(
        concept=concept,
        precision=None,
        equilibria=tuple(found),
        status=STATUS[extent],
        tree=tree,
        strategic=strategic,
        note=note,
    )


def _unmoved(
    tree: Tree,
    concept: Concept,
    precision: float,
    values: Mapping[str, float] | None,
    strategic: bool,
) -> Solution:
    """Return the one outcome of a game in which nobody moves."""
    board = board_of(tree, values)
    nothing = np.zeros(0)
    worth = board.own(board.value(nothing[:, None])[0, :, 0])
    only = Equilibrium(nothing, np.full(tree.n_nodes, np.nan), worth, 0.0)
    asked = precision if concept == "qre" else None
    return Solution(concept, asked, (only,), "complete", tree, strategic)


def _nash(board: Board, most: int) -> tuple[list[Equilibrium], Extent, str]:
    return *nash_equilibria(board, most), ""


def _spe(board: Board, most: int) -> tuple[list[Equilibrium], Extent, str]:
    return subgame_perfect(board, most)


def _pbe(board: Board, most: int) -> tuple[list[Equilibrium], Extent, str]:
    return *perfect_bayesian(board, most), ""


def _qre(
    tree: Tree,
    precision: float,
    values: Mapping[str, float] | None,
    most: int,
    strategic: bool,
) -> Solution:
    found, status, note = logit_equilibria(tree, board_of(tree, values), precision, most)
    return Solution("qre", precision, tuple(found), status, tree, strategic, note)
