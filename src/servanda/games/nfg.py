"""Reading Gambit's format for strategic games, ``NFG 1 R``, in both variants.

Either payoffs follow the heading, or a list of outcomes and then their numbers. The first player's
strategy runs fastest. The grammar is that of Gambit's documentation (The Gambit Project, "The
strategic game (.nfg) file format").
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from servanda.domain.errors import ScenarioError
from servanda.domain.problem import Problem
from servanda.games.drafting import Remark, told_apart
from servanda.games.efg import MAX_PLAYERS
from servanda.games.form import MAX_CELLS, Form
from servanda.games.tokens import Tokens, UnreadableError, placed
from servanda.scenario.reading import Page, opened

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from numpy.typing import NDArray

    Origin = Path | Traversable | str | bytes

__all__ = ["read_nfg", "scan_nfg"]


def read_nfg(text: Origin, name: str | None = None) -> Form:
    """Read a strategic game from ``.nfg`` text.

    Args:
        text: the text, or the path of a file.
        name: the file name that problems show.

    Raises:
        ScenarioError: the text has problems; they are in it, with line and column.

    Examples:
        >>> form = read_nfg('''NFG 1 R "entry" { "A" "B" } { { "out" "in" } { "share" } }
        ... { { "quiet" 0, 2 } { "peace" 1, 1 } } 1 2''')
        >>> form.strategies, form.payoffs[:, 0].tolist()
        ((('out', 'in'), ('share',)), [[0.0, 2.0], [1.0, 1.0]])
    """
    page = opened(text, name)
    if isinstance(page, Problem):
        raise ScenarioError([page])
    form, problems = scan_nfg(page)
    if form is None:
        raise ScenarioError([item for item in problems if item.severity == "error"])
    return form


def scan_nfg(page: Page) -> tuple[Form | None, tuple[Problem, ...]]:
    """Return the strategic form of an ``.nfg`` text, None where there is an error, and problems."""
    try:
        return _read(Tokens(page.text)), ()
    except UnreadableError as error:
        return None, placed(page, [error.remark])


def _read(tokens: Tokens) -> Form:
    for word, wanted in (("NFG", "NFG"), ("1", "the version 1")):
        if tokens.word != word:
            raise tokens.stop(wanted, "SV851")
        tokens.forward()
    if tokens.word not in ("R", "D"):
        raise tokens.stop("R", "SV851")
    tokens.forward()
    title = tokens.text("the title in quotes")
    place = tokens.at
    players = _names(tokens, "player")
    if not 0 < len(players) <= MAX_PLAYERS:
        text = f"{len(players)} players; there can be 1 to {MAX_PLAYERS}"
        raise UnreadableError(Remark("SV854", text, place))
    place = tokens.at
    strategies = _strategies(tokens)
    if len(strategies) != len(players):
        text = f"strategies of {len(strategies)} players, but {len(players)} players"
        raise UnreadableError(Remark("SV854", text, place))
    shape = tuple(len(own) for own in strategies)
    if prod(shape) > MAX_CELLS:
        size = " x ".join(map(str, shape))
        text = f"the game has {size} cells, more than {MAX_CELLS:,}"
        raise UnreadableError(Remark("SV859", text, place))
    note = tokens.text("a comment") if tokens.kind == "text" else ""
    listed = _outcomes if tokens.is_brace("{") else _payoffs
    cells = listed(tokens, shape)
    if tokens.kind != "end":
        raise tokens.stop("the end of the file", "SV854")
    return Form(title, told_apart(players), strategies, cells, note)


def _names(tokens: Tokens, what: str) -> list[str]:
    tokens.brace("{", f"the list of {what}s in braces")
    found: list[str] = []
    while tokens.kind == "text":
        found.append(tokens.text(what))
    tokens.brace("}", f"a {what} in quotes or '}}'")
    return found


def _strategies(tokens: Tokens) -> tuple[tuple[str, ...], ...]:
    """Read the strategies: their numbers, or their names in braces for each player."""
    tokens.brace("{", "the strategies in braces")
    found: list[tuple[str, ...]] = []
    while not tokens.is_brace("}"):
        place = tokens.at
        if tokens.is_brace("{"):
            found.append(told_apart(_names(tokens, "strategy")))
            size = len(found[-1])
        else:
            size = tokens.whole("a number of strategies, their names in braces, or '}'")
            if size <= MAX_CELLS:
                found.append(tuple(str(i + 1) for i in range(size)))
        if not 0 < size <= MAX_CELLS:
            text = f"{size:,} strategies; a player has 1 to {MAX_CELLS:,}"
            raise UnreadableError(Remark("SV854" if not size else "SV859", text, place))
    tokens.forward()
    return tuple(found)


def _payoffs(tokens: Tokens, shape: tuple[int, ...]) -> NDArray[np.float64]:
    players, cells = len(shape), prod(shape)
    found: list[float] = []
    while tokens.kind == "number" and len(found) < cells * players:
        found.append(tokens.number("a payoff"))
    if len(found) < cells * players:
        if tokens.kind == "end":
            text = f"{len(found)} payoffs; {cells} cells of {players} players have "
            raise UnreadableError(Remark("SV854", f"{text}{cells * players}", tokens.at))
        raise tokens.stop("a payoff")
    return _cells(np.array(found).reshape(cells, players), shape)


def _outcomes(tokens: Tokens, shape: tuple[int, ...]) -> NDArray[np.float64]:
    players, cells = len(shape), prod(shape)
    tokens.forward()
    rows: list[list[float]] = [[0.0] * players]  # outcome 0 is no outcome
    while tokens.is_brace("{"):
        place = tokens.at
        tokens.forward()
        if tokens.kind == "text":
            tokens.text("a name")
        row: list[float] = []
        while tokens.kind == "number":
            row.append(tokens.number("a payoff"))
        tokens.brace("}", "a payoff or '}'")
        if len(row) != players:
            text = f"payoffs of {len(row)} players for {players}"
            raise UnreadableError(Remark("SV854", text, place))
        rows.append(row)
    tokens.brace("}", "an outcome in braces, or '}'")
    table = np.array(rows)
    found: list[int] = []
    while tokens.kind == "number" and len(found) < cells:
        place = tokens.at
        number = tokens.whole("the number of an outcome")
        if number >= len(rows):
            text = f"there is no outcome {number}; there are {len(rows) - 1}"
            raise UnreadableError(Remark("SV863", text, place))
        found.append(number)
    if len(found) < cells:
        if tokens.kind == "end":
            text = f"{len(found)} numbers of outcomes; there are {cells} cells"
            raise UnreadableError(Remark("SV854", text, tokens.at))
        raise tokens.stop("the number of an outcome")
    return _cells(table[found], shape)


def _cells(rows: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Put rows, the first player's strategy fastest, into an array over strategies."""
    players = len(shape)
    cells = rows.reshape(*reversed(shape), players)
    order = (*reversed(range(players)), players)
    return np.ascontiguousarray(cells.transpose(order))
