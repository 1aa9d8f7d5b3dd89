"""What a solver of games returns: equilibria with beliefs, what is free in them, and a residual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from servanda.games.tree import Tree

__all__ = [
    "UNCONFIRMED",
    "Concept",
    "Equilibrium",
    "Extent",
    "Free",
    "Kind",
    "Solution",
    "Status",
    "node_labels",
    "set_keys",
]

Floats = NDArray[np.float64]
UNCONFIRMED = "one of a continuum; how far some of its probabilities may vary is not confirmed"
Kind = Literal["behaviour", "belief"]
Concept = Literal["qre", "spe", "pbe", "nash"]
Status = Literal["complete", "found", "principal", "truncated", "refused"]


class Extent(IntEnum):
    """How much of a set of solutions is known; of several parts the least counts."""

    # There are more than were asked for, or the search reached its limit.
    CUT = 0
    # A local search had a part in it: more solutions or wider ranges may exist.
    FOUND = 1
    # All of them, up to rounding.
    WHOLE = 2


@dataclass(frozen=True, slots=True)
class Free:
    """A probability that may vary while the rest of the equilibrium stays one.

    Attributes:
        kind: ``behaviour`` of a player or ``belief`` at an information set.
        infoset: index of the information set.
        place: the action (global index) or the node.
        low, high: the range; its ends may belong to a neighbouring equilibrium.
    """

    kind: Kind
    infoset: int
    place: int
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Equilibrium:
    """One equilibrium, or one representative of a continuum of them.

    Attributes:
        behaviour: float64[action], probability of each action at its information set.
        beliefs: float64[node], probability of a decision node given its information set; nan at
            other nodes, and throughout where the concept has no beliefs.
        values: float64[player], expected payoffs.
        residual: how far it misses the conditions of its concept; payoffs scaled to a range of 1.
        free: what may vary; empty for an isolated equilibrium. Several free probabilities have
            the ranges that each takes over the whole set, not jointly.
        note: what else there is to know.
        unconfirmed: (kind, information set, action or node) of probabilities that seem to vary,
            where it could not be shown how far.
    """

    behaviour: Floats
    beliefs: Floats
    values: Floats
    residual: float
    free: tuple[Free, ...] = ()
    note: str = ""
    unconfirmed: tuple[tuple[Kind, int, int], ...] = ()

    @property
    def isolated(self) -> bool:
        """Whether nothing about it may vary."""
        return not (self.free or self.unconfirmed)


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The equilibria of one game under one concept.

    Attributes:
        concept: ``qre``, ``spe``, ``pbe`` or ``nash``.
        precision: logit precision; None for the other concepts.
        equilibria: the equilibria; for ``qre`` the principal branch comes first.
        status: ``complete`` (all of them, up to rounding), ``found`` (those that a search found),
            ``principal`` (only the principal branch), ``truncated`` (there are more than were
            asked for, or the search reached its limit).
        tree: the game that was solved; of a strategic form its simultaneous tree.
        strategic: whether the game was given in strategic form.
        note: why the status is not ``complete``.
    """

    concept: Concept
    precision: float | None
    equilibria: tuple[Equilibrium, ...]
    status: Status
    tree: Tree
    strategic: bool = False
    note: str = ""

    def published(self) -> dict[str, Any]:
        """Return the object that ``servanda solve --json`` prints.

        An information set is keyed by its name, or its number where it has none; in ``beliefs``
        its player stands before it where two players use the same key. A node is labelled by the
        choices that lead to it.

        Returns:
            Plain dictionaries, lists, strings and numbers.
        """
        found: dict[str, Any] = {
            "concept": self.concept,
            "precision": self.precision,
            "equilibria": [self._one(equilibrium) for equilibrium in self.equilibria],
            "status": self.status,
        }
        if self.note:
            found["note"] = self.note
        return found

    def _one(self, point: Equilibrium) -> dict[str, Any]:
        tree = self.tree
        behaviour: dict[str, dict[str, dict[str, float]]] = {name: {} for name in tree.players}
        for h in range(tree.n_infosets):
            chosen = {tree.action_names[a]: float(point.behaviour[a]) for a in _actions(tree, h)}
            behaviour[tree.players[tree.owner[h]]][tree.infoset_key(h)] = chosen
        shown: dict[str, Any] = {
            "behaviour": behaviour,
            "beliefs": {} if self.strategic else self._beliefs(point),
            "values": dict(zip(tree.players, point.values.tolist(), strict=True)),
            "residual": float(point.residual),
        }
        if point.free:
            shown["free"] = [
                {
                    **self._named(part.kind, part.infoset, part.place),
                    "low": part.low,
                    "high": part.high,
                }
                for part in point.free
            ]
        if point.unconfirmed:
            shown["unconfirmed"] = [self._named(*part) for part in point.unconfirmed]
        if point.note:
            shown["note"] = point.note
        return shown

    def _beliefs(self, point: Equilibrium) -> dict[str, dict[str, float]]:
        labels, keys = node_labels(self.tree), set_keys(self.tree)
        found: dict[str, dict[str, float]] = {}
        for node in np.flatnonzero(self.tree.infoset >= 0):
            if np.isfinite(point.beliefs[node]):
                key = keys[self.tree.infoset[node]]
                found.setdefault(key, {})[labels[node]] = float(point.beliefs[node])
        return found

    def _named(self, kind: Kind, infoset: int, place: int) -> dict[str, Any]:
        tree = self.tree
        named: Mapping[str, str]
        if kind == "behaviour":
            named = {"action": tree.action_names[place]}
        else:
            named = {"node": node_labels(tree)[place]}
        return {
            "kind": kind,
            "player": tree.players[tree.owner[infoset]],
            "infoset": tree.infoset_key(infoset),
            **named,
        }


def set_keys(tree: Tree) -> tuple[str, ...]:
    """Return a key for every information set that no other one of the game has.

    It is the name or number of the set, with the player before it where another player has a set
    of the same key.
    """
    plain = [tree.infoset_key(h) for h in range(tree.n_infosets)]
    return tuple(
        key if plain.count(key) == 1 else f"{tree.players[tree.owner[h]]}: {key}"
        for h, key in enumerate(plain)
    )


def node_labels(tree: Tree) -> tuple[str, ...]:
    """Return a label for every node: the choices from the root to it, joined by ``/``.

    A branch of nature without a name is numbered from 1; the root is ``start``.
    """
    labels = [""] * tree.n_nodes
    for node in range(tree.n_nodes):
        for place in range(tree.count[node]):
            edge = tree.first[node] + place
            if tree.infoset[node] >= 0:
                name = tree.action_names[tree.move[edge]]
            else:
                name = _chance_name(tree, int(tree.move[edge]), place)
            before = labels[node]
            labels[tree.child[edge]] = f"{before}/{name}" if before else name
    labels[0] = "start"
    return tuple(labels)


def _chance_name(tree: Tree, move: int, place: int) -> str:
    name = tree.chance_names[move] if move < len(tree.chance_names) else ""
    return name or str(place + 1)


def _actions(tree: Tree, h: int) -> range:
    return range(tree.action0[h], tree.action0[h] + tree.actions[h])
