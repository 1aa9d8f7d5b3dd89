"""From the topology of a decision tree to a short programme of sums, beliefs and logits.

A set of nodes that move together (a *set* here) depends on another one when its expected payoffs
given that it is reached do: through choices further down, or through choices further up that
differ between its nodes. Once the behaviour of a few sets that break every circle of that graph
is known, all other sets follow one after the other. So only the *unknown* sets need a system of
equations: none in a tree of perfect information, one number in most signalling games.

The programme has two parts: the *live* one, which the equations of the unknown sets need, and the
rest, which is read once at the end. It is the same for every draw and knows no particular tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BELIEF",
    "CHANCE",
    "DECISION",
    "LOGIT",
    "RESIDUAL",
    "SPREAD",
    "SUM",
    "TERMINAL",
    "Plan",
    "Topology",
    "make_plan",
]

TERMINAL, DECISION, CHANCE = 0, 1, 2
# Instructions: a value as a sum of probability x value; beliefs at the nodes of a set; the logit
# response of a set; the behaviour of an unknown set from its log-odds; its equation.
SUM, BELIEF, LOGIT, SPREAD, RESIDUAL = 0, 1, 2, 3, 4
_MOST_TRIED = 14

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Topology:
    """The shape of a tree as arrays; nodes in preorder, a parent before its children.

    Attributes:
        kind: [node] terminal, decision or chance.
        infoset: [node] set of a decision node. terminal: [node] payoff row of a terminal one.
        first, count: [node] its edges in ``child`` and ``move``.
        child, move: [edge] the node reached; the action (decision) or chance index.
        owner, action0, actions: [set] player, first action and number of actions.
        players, terminals, chances: how many.
    """

    kind: Ints
    infoset: Ints
    terminal: Ints
    first: Ints
    count: Ints
    child: Ints
    move: Ints
    owner: Ints
    action0: Ints
    actions: Ints
    players: int
    terminals: int
    chances: int

    @property
    def total_actions(self) -> int:
        """Number of actions of all sets."""
        return int(self.actions.sum())


@dataclass(frozen=True, slots=True)
class Plan:
    """A programme for one topology.

    Attributes:
        tape: the instructions, one after the other.
        live: where the live part ends.
        unknowns: number of log-odds to solve for.
        unknown_sets: [set, 3] first action, number of actions and first unknown of each set.
        probabilities, values: numbers of slots; actions, then chance, then beliefs; payoffs by
            (terminal, player), then computed values.
        payoffs: payoff slots in the order in which they are read, ``live_payoffs`` of them by
            the live part.
        root: [player] slot of the expected payoff of the game.
        actions: how many; also the slot of the first chance probability.
    """

    tape: Ints
    live: int
    unknowns: int
    unknown_sets: Ints
    probabilities: int
    values: int
    payoffs: Ints
    live_payoffs: int
    root: Ints
    actions: int


@dataclass(slots=True)
class _Paths:
    """What leads to the nodes of each set, without what all its nodes share."""

    nodes: list[list[int]]
    leads: list[list[tuple[int, ...]]]


def _paths(shape: Topology, set_of_action: Ints) -> _Paths:
    parent_slot = _incoming(shape)
    nodes: list[list[int]] = [[] for _ in shape.owner]
    for node in np.flatnonzero(shape.kind == DECISION):
        nodes[shape.infoset[node]].append(int(node))
    leads: list[list[tuple[int, ...]]] = []
    for members in nodes:
        if len(members) < 2:
            leads.append([()] * len(members))
            continue
        ways = [Counter(_way(node, parent_slot)) for node in members]
        shared = ways[0].copy()
        for way in ways[1:]:
            shared &= way
        leads.append([tuple(sorted((way - shared).elements())) for way in ways])
    return _Paths(nodes, leads)


def _incoming(shape: Topology) -> dict[int, tuple[int, int]]:
    """Parent and probability slot of every node but the root."""
    total = shape.total_actions
    found = {}
    for node in range(shape.kind.size):
        shift = total if shape.kind[node] == CHANCE else 0
        for edge in range(shape.first[node], shape.first[node] + shape.count[node]):
            found[int(shape.child[edge])] = (node, int(shape.move[edge]) + shift)
    return found


def _way(node: int, parent_slot: dict[int, tuple[int, int]]) -> list[int]:
    slots = []
    while node in parent_slot:
        node, slot = parent_slot[node]
        slots.append(slot)
    return slots


def _below(shape: Topology) -> list[int]:
    """Sets with a node strictly below each node, as bits."""
    bits = [0] * shape.kind.size
    for node in range(shape.kind.size - 1, -1, -1):
        for edge in range(shape.first[node], shape.first[node] + shape.count[node]):
            child = int(shape.child[edge])
            own = 1 << int(shape.infoset[child]) if shape.kind[child] == DECISION else 0
            bits[node] |= bits[child] | own
    return bits


def _dependences(shape: Topology, paths: _Paths, set_of_action: Ints) -> list[int]:
    """For each set the sets on which its conditional payoffs depend, as bits."""
    below = _below(shape)
    needs = []
    for members, leads in zip(paths.nodes, paths.leads, strict=True):
        bits = 0
        for node in members:
            bits |= below[node]
        for slot in {slot for lead in leads for slot in lead if slot < set_of_action.size}:
            bits |= 1 << int(set_of_action[slot])
        needs.append(bits)
    return needs


def _bits(number: int) -> Iterable[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def _reach(start: int, needs: Sequence[int]) -> int:
    """All that ``start`` (bits) needs, directly or not, without itself unless on a circle."""
    found, fresh = 0, start
    while fresh:
        more = 0
        for item in _bits(fresh):
            more |= needs[item]
        fresh = more & ~found
        found |= more
    return found


def _order(within: int, known: int, needs: Sequence[int]) -> list[int] | None:
    """Put the sets ``within`` in an order that respects needs; None if there is a circle."""
    order: list[int] = []
    done, left = known, within & ~known
    while left:
        ready = [item for item in _bits(left) if needs[item] & (within | left) & ~done == 0]
        if not ready:
            return None
        order += ready
        for item in ready:
            done |= 1 << item
            left &= ~(1 << item)
    return order


def _circles(needs: Sequence[int]) -> list[int]:
    """Strongly connected groups that hold a circle, as bits."""
    closure = [_reach(1 << item, needs) for item in range(len(needs))]
    groups, seen = [], 0
    for item, reach in enumerate(closure):
        if reach >> item & 1 and not seen >> item & 1:
            group = sum(1 << other for other in _bits(reach) if closure[other] >> item & 1)
            groups.append(group)
            seen |= group
    return groups


def _breakers(group: int, needs: Sequence[int], weight: Sequence[int]) -> int:
    """Sets that leave no circle in the group once known: fewest unknowns if the group is small."""
    items = list(_bits(group))
    if len(items) <= _MOST_TRIED:
        choices = (c for size in range(1, len(items) + 1) for c in combinations(items, size))
        for choice in sorted(choices, key=lambda c: (sum(weight[item] for item in c), c)):
            known = sum(1 << item for item in choice)
            if _order(group, known, needs) is not None:
                return known
    return _greedy(items, group, needs, weight)


def _greedy(items: list[int], group: int, needs: Sequence[int], weight: Sequence[int]) -> int:
    known = group
    for item in sorted(items, key=lambda i: (-weight[i], (needs[i] & group).bit_count(), i)):
        without = known & ~(1 << item)
        if _order(group, without, needs) is not None:
            known = without
    return known


@dataclass(slots=True)
class _Writer:
    """Writes instructions; every value of a node for a player is written once."""

    shape: Topology
    tape: list[int] = field(default_factory=list)
    probabilities: int = 0
    values: int = 0
    known: dict[tuple[int, int], int] = field(default_factory=dict)
    read: list[int] = field(default_factory=list)

    def value(self, node: int, player: int) -> int:
        """Slot of the expected payoff of ``player`` from ``node`` on."""
        stack = [node]
        while stack:
            top = stack[-1]
            if (top, player) in self.known:
                stack.pop()
                continue
            children = self._children(top)
            missing = [child for child in children if (child, player) not in self.known]
            if missing:
                stack += missing
                continue
            self._write(top, player, children)
            stack.pop()
        return self.known[node, player]

    def _children(self, node: int) -> list[int]:
        start = self.shape.first[node]
        return [int(child) for child in self.shape.child[start : start + self.shape.count[node]]]

    def _write(self, node: int, player: int, children: list[int]) -> None:
        shape = self.shape
        if shape.kind[node] == TERMINAL:
            slot = int(shape.terminal[node]) * shape.players + player
            self.read.append(slot)
            self.known[node, player] = slot
            return
        start = shape.first[node]
        shift = shape.total_actions if shape.kind[node] == CHANCE else 0
        slots = [int(m) + shift for m in shape.move[start : start + shape.count[node]]]
        pairs = zip(slots, (self.known[child, player] for child in children), strict=True)
        self.known[node, player] = self.sum(list(pairs))

    def sum(self, pairs: list[tuple[int, int]]) -> int:
        """Write a sum of probability x value; return its slot."""
        out = self.values
        self.values += 1
        self.tape += [SUM, out, len(pairs)]
        for pair in pairs:
            self.tape += pair
        return out

    def belief(self, leads: list[tuple[int, ...]]) -> int:
        """Write the beliefs at nodes reached by ``leads``; return the first slot."""
        out = self.probabilities
        self.probabilities += len(leads)
        self.tape += [BELIEF, out, len(leads)]
        for lead in leads:
            self.tape += [len(lead), *lead]
        return out

    def payoffs(self, item: int, nodes: list[int], leads: list[tuple[int, ...]]) -> list[int]:
        """Slots of the conditional expected payoff of every action of a set."""
        shape, player = self.shape, int(self.shape.owner[item])
        rows = [self._children(node) for node in nodes]
        if len(nodes) == 1:
            return [self.value(child, player) for child in rows[0]]
        for row in rows:
            for child in row:
                self.value(child, player)
        first = self.belief(leads)
        found = []
        for action in range(int(shape.actions[item])):
            pairs = [(first + n, self.value(row[action], player)) for n, row in enumerate(rows)]
            found.append(self.sum(pairs))
        return found


def _choose(needs: Sequence[int], shape: Topology, wide: bool) -> int:
    """Bits of the unknown sets."""
    if wide:
        return sum(_circles(needs))
    weight = [max(1, int(n) - 1) for n in shape.actions]
    return sum(_breakers(group, needs, weight) for group in _circles(needs))


def make_plan(shape: Topology, wide: bool = False) -> Plan:
    """Write the programme of a tree.

    Args:
        shape: the topology; nodes in preorder, no set met twice on a path.
        wide: solve for all sets on circles and not for the fewest that break them. Slower, but
            rounding is not carried through a chain of responses, each as steep as the precision.

    Returns:
        The plan; every set of actions whose behaviour others need comes before them.
    """
    set_of_action = np.repeat(np.arange(shape.owner.size), shape.actions)
    paths = _paths(shape, set_of_action)
    needs = _dependences(shape, paths, set_of_action)
    unknown = _choose(needs, shape, wide)
    cut = [0 if unknown >> item & 1 else need for item, need in enumerate(needs)]
    live = unknown | _reach(unknown, needs)
    order = _order((1 << len(needs)) - 1, unknown, cut) or []
    total = shape.total_actions
    writer = _Writer(shape, [], total + shape.chances, shape.terminals * shape.players)
    starts = _write_starts(writer, unknown)
    _write_responses(writer, paths, [item for item in order if live >> item & 1])
    for item, start in starts:
        used = writer.payoffs(item, paths.nodes[item], paths.leads[item])
        head = [RESIDUAL, int(shape.action0[item]), len(used), int(shape.owner[item]), start]
        writer.tape += [*head, *used]
    end, read = len(writer.tape), len(writer.read)
    _write_responses(writer, paths, [item for item in order if not live >> item & 1])
    root = [writer.value(0, player) for player in range(shape.players)]
    sets = [[int(shape.action0[i]), int(shape.actions[i]), first] for i, first in starts]
    return Plan(
        tape=np.array(writer.tape, np.int64),
        live=end,
        unknowns=sum(count - 1 for _, count, _ in sets),
        unknown_sets=np.array(sets, np.int64).reshape(-1, 3),
        probabilities=writer.probabilities,
        values=writer.values,
        payoffs=np.array(writer.read, np.int64),
        live_payoffs=read,
        root=np.array(root, np.int64),
        actions=total,
    )


def _write_starts(writer: _Writer, unknown: int) -> list[tuple[int, int]]:
    """Write the behaviour of the unknown sets; return (set, first unknown)."""
    starts, count = [], 0
    for item in _bits(unknown):
        size = int(writer.shape.actions[item])
        writer.tape += [SPREAD, int(writer.shape.action0[item]), size, count]
        starts.append((item, count))
        count += size - 1
    return starts


def _write_responses(writer: _Writer, paths: _Paths, order: list[int]) -> None:
    shape = writer.shape
    for item in order:
        if not paths.nodes[item]:
            continue
        used = writer.payoffs(item, paths.nodes[item], paths.leads[item])
        head = [LOGIT, int(shape.action0[item]), len(used), int(shape.owner[item])]
        writer.tape += [*head, *used]
