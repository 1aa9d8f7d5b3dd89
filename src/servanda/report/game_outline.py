"""A game tree written downwards like an outline, for narrow pages."""

from __future__ import annotations

from servanda.report.game_labels import Labels, share_text, text_width
from servanda.report.game_marks import Canvas, lanes_of
from servanda.report.words import wrapped

__all__ = ["outline"]

_STEP, _LINE, _LANE = 15.0, 19.0, 8.0
_LEFT = 20.0


def outline(labels: Labels, width: int, theme: str, subtitle: str = "") -> str:
    """Draw the tree as an outline: each branch a line, what follows it indented beneath.

    Args:
        labels: the words of the tree.
        width: pixels at hand; deep trees may need more and then get it.
        theme: ``light``, ``dark`` or ``auto``.
        subtitle: a line under the title.
    """
    lanes = lanes_of(labels, by_depth=False)
    right = 14 + _LANE * max(lanes.count)
    needs = max(_reach(labels, node) for node in range(len(labels.depth))) + right
    canvas = Canvas(labels, (max(needs, min(width, 420)), 0), theme, subtitle)
    y = canvas.head + 12
    for line in wrapped(f"Payoffs: {', '.join(labels.players)}", 52).split("\n"):
        canvas.text(14, y, line, "soft")
        y += 16
    room = canvas.width - right
    places = _places(labels, y + 8, room)
    for node in range(len(places)):
        _write(canvas, labels, node, places, room)
    for infoset, nodes in labels.shared_sets().items():
        lane = canvas.width - 10 - _LANE * lanes.lane[infoset]
        starts = [(places[n][0] + 14 + text_width(_head(labels, n)), places[n][1]) for n in nodes]
        canvas.infoset(starts, lane, canvas.tone(labels.player[nodes[0]]))
    for node, (x, height) in enumerate(places):
        if labels.children[node]:
            canvas.node(labels, node, x, height)
    canvas.legend(max(height for _, height in places) + 34)
    return canvas.document()


def _head(labels: Labels, node: int) -> str:
    belief = labels.belief[node]
    alone = sum(h == labels.infoset[node] for h in labels.infoset) < 2
    told = "" if belief is None or alone else f" [{share_text(belief)}]"
    return labels.owner[node] + told


def _x(labels: Labels, node: int) -> float:
    return _LEFT + _STEP * labels.depth[node]


def _end_text(labels: Labels, node: int, row: int) -> str:
    values = ", ".join(labels.payoffs[row])
    return f"{labels.outcome[node]} ({values})".strip()


def _end(labels: Labels, node: int) -> str:
    return _end_text(labels, node, labels.leaves.index(node))


def _branch_width(labels: Labels, node: int) -> float:
    share = labels.share[node]
    number = "" if share is None else share_text(share)
    return text_width(labels.branch[node]) + 1.1 * text_width(number) + (6 if number else 0)


def _reach(labels: Labels, node: int) -> float:
    """How far to the right the lines of a node go, the end of the game on a line of its own."""
    x = _x(labels, node)
    branch = x + 6 + _branch_width(labels, node)
    if labels.children[node]:
        return max(branch, x + 14 + text_width(_head(labels, node)) + 12)
    return max(branch, x + 6 + text_width(_end(labels, node)))


def _beside(labels: Labels, node: int, room: float) -> bool:
    """Whether an end of the game fits on the line of its branch."""
    start = _x(labels, node) + 14 + _branch_width(labels, node)
    return start + text_width(_end(labels, node)) <= room


def _places(labels: Labels, top: float, room: float) -> list[tuple[float, float]]:
    """Where each node's mark stands; an end stands on the line of its branch."""
    places, y = [], top
    for node, below in enumerate(labels.children):
        if node and below:
            y += _LINE  # the line of the branch that leads here
        places.append((_x(labels, node), y))
        y += _LINE
        if not below and not _beside(labels, node, room):
            y += _LINE - 3
    return places


def _write(
    canvas: Canvas, labels: Labels, node: int, places: list[tuple[float, float]], room: float
) -> None:
    x, y = places[node]
    below = labels.children[node]
    if node:
        mother = places[labels.parent[node]]
        line = y - _LINE if below else y
        canvas.guide(mother[0], mother[1], line)
        canvas.branch([(mother[0], line), (x, line)], labels.share[node])
        share = labels.share[node]
        number = "" if share is None else share_text(share)
        canvas.branch_text(x + 6, line + 4, labels.branch[node], number)
        if below:
            canvas.branch([(x, line), (x, y)], labels.share[node])
        elif _beside(labels, node, room):
            start = x + 14 + _branch_width(labels, node)
            canvas.text(start, y + 4, _end(labels, node), "soft")
        else:
            canvas.text(x + 6, y + _LINE, _end(labels, node), "soft")
    if below:
        canvas.text(x + 11, y + 4, _head(labels, node), canvas.tone(labels.player[node]))
