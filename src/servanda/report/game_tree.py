"""The picture of a game tree as SVG: branches with their probabilities, information sets dashed.

Where the page is wide enough the tree grows from left to right and its ends form a table; where
it is not, the same tree is written downwards like an outline, so that it reads on a phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from servanda.report.game_labels import Labels, labels_of, share_text, text_width
from servanda.report.game_marks import Canvas, lanes_of
from servanda.report.game_outline import outline

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from servanda.games.tree import Tree

__all__ = ["tree_picture"]

_ROW = 36.0
_LANE = 8.0
_FAN = 24.0
_TOP = 66.0
_MARGIN = 14.0


def tree_picture(
    tree: Tree,
    *,
    action: ArrayLike | None = None,
    belief: ArrayLike | None = None,
    values: Mapping[str, float] | None = None,
    width: int = 1200,
    theme: str = "auto",
    subtitle: str = "",
) -> str:
    """Draw a game as an SVG document.

    A filled dot is a decision, coloured and named by its player; a square is chance; a dashed
    line joins the nodes that a player cannot tell apart. Branches carry the action and its
    probability and are drawn the thicker the likelier they are.

    Args:
        tree: the game.
        action: float64[action], probability of every action, as a solution gives it; without it
            the tree is drawn without behaviour.
        belief: float64[node], probability of each node given that its information set is reached.
        values: parameters that differ from their defaults, for payoffs and chance.
        width: pixels at hand. A tree that needs more is drawn as an outline.
        theme: ``light``, ``dark``, or ``auto`` to follow the reader's setting.
        subtitle: a line under the title, for example which equilibrium is shown.

    Returns:
        The text of an SVG file; it loads nothing and runs nothing.

    Raises:
        ModelError: the tree is too large for a picture (SV893).
        KeyError: there is no such theme.
    """
    labels = labels_of(tree, action=action, belief=belief, values=values)
    columns = _columns(labels)
    table = _table(labels)
    needs = sum(columns) + sum(table) + 2 * _MARGIN
    if needs > width:
        return outline(labels, width, theme, subtitle)
    return _wide(labels, columns, table, theme, subtitle)


def _columns(labels: Labels) -> list[float]:
    """Width of each column: branches that end at this depth, with the owners named there."""
    room = [0.0] * (max(labels.depth) + 1)
    for node, depth in enumerate(labels.depth):
        above = text_width(_branch(labels, node)) + (0 if depth == 0 else _FAN)
        below = text_width(_owner(labels, node)) + (0 if depth == 0 else _FAN)
        room[depth] = max(room[depth], above + 12, below + 12)
    for depth, lanes in enumerate(lanes_of(labels, by_depth=True).count):
        room[depth] += _LANE * lanes
    return room


def _branch(labels: Labels, node: int) -> str:
    share = labels.share[node]
    number = "" if share is None else share_text(share)
    return "  ".join(part for part in (labels.branch[node], number) if part)


def _owner(labels: Labels, node: int) -> str:
    belief = labels.belief[node]
    alone = sum(h == labels.infoset[node] for h in labels.infoset) < 2
    if belief is None or alone:
        return labels.owner[node]
    return f"{labels.owner[node]} [{share_text(belief)}]"


def _table(labels: Labels) -> list[float]:
    """Widths of the table of ends: the outcome's name, then a column for each player."""
    outcomes = [text_width(text) for text in labels.outcome if text]
    widths = [max(outcomes, default=0.0) + (18 if outcomes else 0)]
    for player, name in enumerate(labels.players):
        cells = [text_width(row[player]) for row in labels.payoffs]
        widths.append(max(text_width(name), *cells) + 18)
    return widths


def _wide(
    labels: Labels, columns: list[float], table: list[float], theme: str, subtitle: str
) -> str:
    starts = [_MARGIN + sum(columns[: depth + 1]) for depth in range(len(columns))]
    edge = starts[-1]
    y = _heights(labels)
    bottom = _TOP + _ROW * len(labels.leaves)
    size = (edge + sum(table) + 2 * _MARGIN, bottom + 34)
    canvas = Canvas(labels, size, theme, subtitle)
    _ends(canvas, labels, table, starts, y)
    _sets(canvas, labels, starts, y)
    for node, depth in enumerate(labels.depth):
        x = starts[depth]
        if node == 0:
            _root(canvas, labels, x, y[0])
            continue
        mother = labels.parent[node]
        _edge(canvas, labels, node, (starts[depth - 1], y[mother]), (x, y[node]))
    for node, depth in enumerate(labels.depth):
        canvas.node(labels, node, starts[depth], y[node])
    canvas.legend(bottom + 14)
    return canvas.document()


def _heights(labels: Labels) -> list[float]:
    """Height of each node: ends in rows, every other node midway between its outer branches."""
    y = [0.0] * len(labels.depth)
    for row, node in enumerate(labels.leaves):
        y[node] = _TOP + _ROW * (row + 0.5)
    for node in reversed(range(len(y))):
        below = labels.children[node]
        if below:
            y[node] = (y[below[0]] + y[below[-1]]) / 2
    return y


def _root(canvas: Canvas, labels: Labels, x: float, y: float) -> None:
    canvas.text(x - 10, y + 4, _owner(labels, 0), canvas.tone(labels.player[0]), anchor="end")


def _edge(
    canvas: Canvas,
    labels: Labels,
    node: int,
    start: tuple[float, float],
    end: tuple[float, float],
) -> None:
    (x0, y0), (x1, y1) = start, end
    bend = x0 + _FAN
    share = labels.share[node]
    canvas.branch([(x0, y0), (bend, y1), (x1, y1)], share)
    name, number = labels.branch[node], "" if share is None else share_text(share)
    canvas.branch_text(bend + 2, y1 - 5, name, number)
    if labels.children[node]:
        canvas.text(bend + 2, y1 + 14, _owner(labels, node), canvas.tone(labels.player[node]))


def _sets(canvas: Canvas, labels: Labels, starts: list[float], y: list[float]) -> None:
    """Join the nodes of each information set by a dashed line in a lane of its own."""
    found = lanes_of(labels, by_depth=True)
    for infoset, nodes in labels.shared_sets().items():
        column = min(starts[labels.depth[node]] for node in nodes)
        x = column - 9 - _LANE * found.lane[infoset]
        places = [(starts[labels.depth[node]], y[node]) for node in nodes]
        canvas.infoset(places, x, canvas.tone(labels.player[nodes[0]]))


def _ends(
    canvas: Canvas, labels: Labels, table: list[float], starts: list[float], y: list[float]
) -> None:
    left = starts[-1] + 10
    x = left + table[0]
    for name, width in zip(labels.players, table[1:], strict=True):
        x += width
        canvas.text(x - 6, _TOP - 8, name, canvas.tone(labels.players.index(name)), anchor="end")
    for row, node in enumerate(labels.leaves):
        begin = starts[labels.depth[node]]
        if begin < starts[-1]:
            canvas.lead(begin, starts[-1], y[node])
        canvas.text(left, y[node] + 4, labels.outcome[node], "ink")
        x = left + table[0]
        for value, width in zip(labels.payoffs[row], table[1:], strict=True):
            x += width
            canvas.text(x - 6, y[node] + 4, value, "ink", anchor="end")
