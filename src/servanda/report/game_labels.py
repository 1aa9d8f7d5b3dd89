"""What stands in the picture of a game: the words of each node and branch, and their width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from servanda.domain.errors import ModelError
from servanda.report.terminal import clean, columns_of
from servanda.report.words import MINUS
from servanda.study.sweeping import called

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from servanda.games.tree import Tree

__all__ = ["MOST_LEAVES", "Labels", "labels_of", "payoff_text", "share_text", "text_width", "xml"]

MOST_LEAVES = 400
_TERMINAL, _DECISION = 0, 1
_LONGEST = 26


def share_text(value: float) -> str:
    """Write a probability to two digits; only a sure thing is written as 0 or 1.

    Examples:
        >>> share_text(0.0), share_text(0.002), share_text(0.437), share_text(0.999)
        ('0', '<0.01', '0.44', '>0.99')
    """
    if value < 1e-9:
        return "0"
    if value > 1 - 1e-9:
        return "1"
    if value < 0.01:
        return "<0.01"
    return ">0.99" if value > 0.99 else f"{value:.2f}"


def payoff_text(value: float) -> str:
    """Write a payoff to four significant digits.

    Examples:
        >>> payoff_text(0.35), payoff_text(2.0), payoff_text(123456.0)
        ('0.35', '2', '1.235e+05')
    """
    text = f"{value:.4g}"
    return MINUS + text[1:] if text.startswith("-") else text


def text_width(text: str, size: float = 12) -> float:
    """Estimate, on the safe side, the pixels that a text takes in a sans-serif face.

    Examples:
        >>> text_width("intervene") > text_width("fight") > 0
        True
    """
    return sum(_WIDTHS.get(c, 0.60 if columns_of(c) < 2 else 1.05) for c in text) * size


_WIDTHS = dict.fromkeys("iljtf.,:;'|![]()I ", 0.34) | dict.fromkeys("mwMW%@", 0.92)
_WIDTHS |= dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ" + MINUS, 0.70)


def xml(text: str) -> str:
    """Make a text safe inside an element or an attribute of a picture.

    Examples:
        >>> xml('<a href="x">')
        '&lt;a href=&quot;x&quot;&gt;'
    """
    return escape(clean(text), quote=True)


@dataclass(frozen=True, slots=True)
class Labels:
    """The words and numbers of a picture, one entry a node (the root's branch is empty).

    ``branch`` is the action or chance outcome that leads to the node, ``share`` its probability,
    ``owner`` the player and information set, ``belief`` the probability of being at this node
    once the set is reached. ``payoffs`` has one row of texts for each terminal.
    """

    title: str
    players: tuple[str, ...]
    depth: tuple[int, ...]
    parent: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]
    player: tuple[int, ...]
    infoset: tuple[int, ...]
    branch: tuple[str, ...]
    share: tuple[float | None, ...]
    owner: tuple[str, ...]
    belief: tuple[float | None, ...]
    outcome: tuple[str, ...]
    payoffs: tuple[tuple[str, ...], ...]

    @property
    def leaves(self) -> tuple[int, ...]:
        """The nodes at which the game ends, from the top of the picture down."""
        return tuple(n for n, below in enumerate(self.children) if not below)

    def shared_sets(self) -> dict[int, list[int]]:
        """The information sets of more than one node, with their nodes."""
        sets: dict[int, list[int]] = {}
        for node, infoset in enumerate(self.infoset):
            if infoset >= 0:
                sets.setdefault(infoset, []).append(node)
        return {key: nodes for key, nodes in sets.items() if len(nodes) > 1}


def labels_of(
    tree: Tree,
    *,
    action: ArrayLike | None = None,
    belief: ArrayLike | None = None,
    values: Mapping[str, float] | None = None,
) -> Labels:
    """Collect what the picture of a tree says.

    Args:
        tree: the game.
        action: float64[action], probability of each action; without it no probabilities are shown
            but those of chance.
        belief: float64[node], probability of each node given that its information set is reached;
            not a number where there is none.
        values: parameters that differ from their defaults.

    Raises:
        ModelError: the tree has too many ends for a picture that anybody could read (SV893).
    """
    kind = np.asarray(tree.kind)
    ends = int((kind == _TERMINAL).sum())
    if ends > MOST_LEAVES:
        raise ModelError(
            f"the tree has {ends} ends; a picture shows up to {MOST_LEAVES}. Draw a part of it.",
            code="SV893",
        )
    first, count = np.asarray(tree.first), np.asarray(tree.count)
    child, move = np.asarray(tree.child), np.asarray(tree.move)
    chance = np.atleast_2d(np.asarray(tree.chance(values), dtype=float))[0]
    played = None if action is None else np.asarray(action, dtype=float)
    nodes = len(kind)
    depth, parent, branch = [0] * nodes, [-1] * nodes, [""] * nodes
    share: list[float | None] = [None] * nodes
    children: list[tuple[int, ...]] = []
    for node in range(nodes):
        below = []
        for edge in range(int(first[node]), int(first[node] + count[node])):
            reached, index = int(child[edge]), int(move[edge])
            below.append(reached)
            depth[reached], parent[reached] = depth[node] + 1, node
            if kind[node] == _DECISION:
                branch[reached] = tree.action_names[index]
                share[reached] = None if played is None else float(played[index])
            else:
                branch[reached] = _chance_name(tree, index)
                share[reached] = float(chance[index])
        children.append(tuple(below))
    payoffs = np.asarray(tree.payoffs(values), dtype=float)[0]
    return Labels(
        title=clean(tree.title),
        players=tuple(clean(name) for name in tree.players),
        depth=tuple(depth),
        parent=tuple(parent),
        children=tuple(children),
        player=tuple(_player(tree, n) for n in range(nodes)),
        infoset=tuple(int(h) for h in tree.infoset),
        branch=tuple(_short(text) for text in branch),
        share=tuple(share),
        owner=tuple(_owner(tree, n) for n in range(nodes)),
        belief=_beliefs(belief, nodes),
        outcome=tuple(_outcome(tree, n) for n in range(nodes)),
        payoffs=tuple(tuple(payoff_text(float(v)) for v in row) for row in payoffs[_rows(tree)]),
    )


def _rows(tree: Tree) -> NDArray[Any]:
    """The payoff rows in the order in which the ends stand in the picture."""
    terminal = np.asarray(tree.terminal)
    return np.asarray(terminal[terminal >= 0])


def _short(text: str) -> str:
    text = clean(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _player(tree: Tree, node: int) -> int:
    infoset = int(tree.infoset[node])
    return int(tree.owner[infoset]) if infoset >= 0 else -1


def _chance_name(tree: Tree, index: int) -> str:
    names = getattr(tree, "chance_names", ())
    return str(names[index]) if index < len(names) else ""


def _owner(tree: Tree, node: int) -> str:
    infoset = int(tree.infoset[node])
    if infoset < 0:
        return "Nature" if int(tree.count[node]) else ""
    return _short(called(tree, infoset))


def _outcome(tree: Tree, node: int) -> str:
    terminal = int(tree.terminal[node])
    return _short(tree.outcome_names[terminal]) if terminal >= 0 else ""


def _beliefs(belief: ArrayLike | None, nodes: int) -> tuple[float | None, ...]:
    if belief is None:
        return (None,) * nodes
    found = np.asarray(belief, dtype=float)
    return tuple(float(b) if np.isfinite(b) else None for b in found)
