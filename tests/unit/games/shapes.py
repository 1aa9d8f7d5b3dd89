"""Small trees of many shapes, written as nested tuples, for tests of the solvers.

``("d", player, "set", ["label", ...], [child, ...])``, ``("c", [chance, ...], [child, ...])`` and
``("t",)``; payoffs come from outside, one row per terminal node in preorder.
"""

import numpy as np

from servanda.games.tree import Tree

T = ("t",)
YES_NO = ["yes", "no"]


def tree_of(spec, title="shape"):
    """Turn a nested specification into a Tree with payoffs of zero."""
    kind, infoset, terminal, children, moves = [], [], [], [], []
    sets, chances, players = {}, [], 0

    def visit(spec):
        nonlocal players
        node = len(kind)
        kind.append({"t": 0, "d": 1, "c": 2}[spec[0]])
        infoset.append(-1)
        terminal.append(-1)
        children.append([])
        moves.append([])
        if spec[0] == "t":
            terminal[node] = kind.count(0) - 1
            return node
        if spec[0] == "d":
            _, player, name, labels, below = spec
            players = max(players, player)
            if name not in sets:
                start = sum(len(item[2]) for item in sets.values())
                sets[name] = (len(sets), player, labels, start)
            infoset[node] = sets[name][0]
            moves[node] = [sets[name][3] + a for a in range(len(labels))]
        else:
            _, odds, below = spec
            moves[node] = list(range(len(chances), len(chances) + len(odds)))
            chances.extend(odds)
        children[node] = [visit(child) for child in below]
        return node

    visit(spec)
    count = [len(items) for items in children]

    def ints(items):
        return np.array(items, np.int32)

    return Tree(
        title=title,
        players=tuple(f"p{i + 1}" for i in range(players)),
        parameters={},
        kind=np.array(kind, np.int8),
        infoset=ints(infoset),
        terminal=ints(terminal),
        first=ints(np.concatenate([[0], np.cumsum(count)[:-1]])),
        count=ints(count),
        child=ints([c for items in children for c in items]),
        move=ints([m for items in moves for m in items]),
        owner=ints([item[1] - 1 for item in sets.values()]),
        action0=ints([item[3] for item in sets.values()]),
        actions=ints([len(item[2]) for item in sets.values()]),
        infoset_names=tuple(sets),
        action_names=tuple(label for item in sets.values() for label in item[2]),
        outcome_names=("",) * kind.count(0),
        payoff=np.zeros((kind.count(0), players)),
        probability=np.array(chances, float),
        chance_names=tuple(f"n{i}" for i in range(len(chances))),
    )


def efg(tree, payoffs, chance=None):
    """Write one draw as the text that Gambit reads, independently of the product's writer."""
    chance = tree.probability if chance is None else chance
    names = " ".join(f'"{name}"' for name in tree.players)
    lines = [f'EFG 2 R "{tree.title}" {{ {names} }}', '""', ""]
    own = [int((tree.owner[:h] == tree.owner[h]).sum()) + 1 for h in range(len(tree.owner))]
    natures = 0
    stack = [0]
    while stack:
        node = stack.pop()
        edges = slice(tree.first[node], tree.first[node] + tree.count[node])
        stack += list(tree.child[edges])[::-1]
        if tree.kind[node] == 0:
            row = tree.terminal[node]
            numbers = ", ".join(f"{u:.6f}" for u in payoffs[row])
            lines.append(f't "" {row + 1} "o{row + 1}" {{ {numbers} }}')
        elif tree.kind[node] == 1:
            h = tree.infoset[node]
            labels = " ".join(f'"a{m}"' for m in tree.move[edges])
            lines.append(f'p "" {tree.owner[h] + 1} {own[h]} "h{h}" {{ {labels} }} 0')
        else:
            natures += 1
            labels = " ".join(f'"n{m}" {chance[m]:.6f}' for m in tree.move[edges])
            lines.append(f'c "" {natures} "" {{ {labels} }} 0')
    return "\n".join(lines) + "\n"


def deterrence():
    """Nature draws the defender; attack, resist, intervene (known type), fight (unknown type)."""

    def side(kind):
        last = ("d", 1, "fight", YES_NO, [T, T])
        step_in = ("d", 3, kind, YES_NO, [last, T])
        resist = ("d", 2, "resist", YES_NO, [step_in, T])
        return ("d", 1, "attack", YES_NO, [resist, T])

    return tree_of(("c", [0.5, 0.5], [side("strong"), side("weak")]), "deterrence")


def simultaneous(*sizes):
    """All players choose at once; ``sizes`` strategies each."""

    def level(player):
        if player == len(sizes):
            return T
        labels = [f"s{a}" for a in range(sizes[player])]
        return ("d", player + 1, f"m{player}", labels, [level(player + 1)] * len(labels))

    return tree_of(level(0), "simultaneous")


def signalling(types=2, messages=2, responses=2):
    """A sender knows its type and sends; a receiver sees the message only."""
    says = [f"m{i}" for i in range(messages)]
    does = [f"r{i}" for i in range(responses)]

    def sender(kind):
        below = [("d", 2, f"saw{m}", does, [T] * responses) for m in range(messages)]
        return ("d", 1, f"type{kind}", says, below)

    odds = [round(1.0 / types, 6)] * (types - 1)
    return tree_of(
        ("c", [*odds, round(1.0 - sum(odds), 6)], [sender(i) for i in range(types)]), "signalling"
    )


def perfect():
    """Three players one after the other, everything seen."""
    last = ("d", 3, "third", ["a", "b", "c"], [T, T, T])
    return tree_of(
        ("d", 1, "first", YES_NO, [("d", 2, "second", YES_NO, [last, T]), T]), "sequence"
    )


def horse():
    """Selten's horse: the third player does not know who let it move."""
    third = ("d", 3, "third", ["left", "right"], [T, T])
    return tree_of(
        ("d", 1, "first", ["down", "across"], [third, ("d", 2, "second", ["d", "a"], [third, T])]),
        "horse",
    )


def two_rounds():
    """Simultaneous moves, then again after one outcome, with nature between."""

    def stage(number, ends):
        second = [("d", 2, f"b{number}", YES_NO, [ends[0], ends[1]])]
        second.append(("d", 2, f"b{number}", YES_NO, [ends[2], ends[3]]))
        return ("d", 1, f"a{number}", YES_NO, second)

    later = ("c", [0.3, 0.7], [stage(2, [T] * 4), T])
    return tree_of(stage(1, [T, T, later, T]), "two rounds")


def crossed():
    """Two hidden types, both sides informed of their own, one round each and a reply."""

    def game(i, j):
        reply = ("d", 1, f"reply{i}", YES_NO, [T, T])
        other = ("d", 2, f"other{j}", ["x", "y", "z"], [reply, T, T])
        return ("d", 1, f"open{i}", YES_NO, [other, T])

    return tree_of(
        ("c", [0.2, 0.3, 0.4, 0.1], [game(0, 0), game(0, 1), game(1, 0), game(1, 1)]), "crossed"
    )


SHAPES = {
    "deterrence": deterrence,
    "simultaneous 2x2": lambda: simultaneous(2, 2),
    "simultaneous 3x3": lambda: simultaneous(3, 3),
    "three players": lambda: simultaneous(2, 2, 2),
    "signalling": signalling,
    "signalling 3x2x3": lambda: signalling(3, 2, 3),
    "perfect information": perfect,
    "horse": horse,
    "two rounds": two_rounds,
    "crossed types": crossed,
}
