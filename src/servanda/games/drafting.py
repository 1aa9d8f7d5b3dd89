"""From a list of nodes as a file gives them to a `Tree`, with every check a game must pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import numpy as np

from servanda.domain.problem import Severity
from servanda.games.expression import Expression, NoValueError, add
from servanda.games.tree import CHANCE_TOLERANCE, DECISION, TERMINAL, Tree

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "Draft",
    "InfoSet",
    "Lottery",
    "Outcome",
    "Remark",
    "Value",
    "assemble",
    "told_apart",
]

MAX_NODES = 200_000
MAX_DEPTH = 500

Value = float | Expression


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check says, and of which place of the file (an offset, or a path or its key)."""

    code: str
    message: str
    place: Any
    severity: Severity = "error"
    hint: str = ""
    key: bool = False


@dataclass(slots=True)
class InfoSet:
    """An information set: who moves there and what the actions are called."""

    player: int
    name: str
    number: str
    labels: Sequence[str]
    place: Any = None


@dataclass(slots=True)
class Lottery:
    """A move of nature: what may happen, and how likely it is."""

    labels: Sequence[str]
    chances: Sequence[Value]
    place: Any = None


@dataclass(slots=True)
class Outcome:
    """Payoffs under a name; an outcome of an interior node counts in every end below it."""

    name: str
    payoffs: Sequence[Value]


@dataclass(slots=True)
class Draft:
    """A game as it is read: nodes in preorder, each with the number of its set or lottery."""

    title: str = ""
    players: list[str] = field(default_factory=list)
    parameters: dict[str, float] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    note: str = ""
    sets: list[InfoSet] = field(default_factory=list)
    lotteries: list[Lottery] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    gains: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    places: list[Any] = field(default_factory=list)

    def add(self, kind: int, group: int, gain: int, name: str, place: Any) -> None:
        """Append a node: its kind, set or lottery, outcome (or -1), label and place."""
        self.kinds.append(kind)
        self.groups.append(group)
        self.gains.append(gain)
        self.names.append(name)
        self.places.append(place)


def assemble(draft: Draft) -> tuple[Tree | None, list[Remark]]:
    """Make a tree of a draft, or say everything that is wrong with it.

    Returns:
        The tree, None where there is an error, and the remarks (SV855 to SV859, SV862, SV865).
    """
    if len(draft.kinds) > MAX_NODES:
        return None, [_large(f"more than {MAX_NODES:,} nodes", draft.places[MAX_NODES])]
    counts, firsts, children, remarks = _links(draft)
    if remarks:
        return None, remarks
    starts = list(accumulate((len(group.labels) for group in draft.sets), initial=0))
    remarks += _recall(draft, firsts, counts, children, starts)
    remarks += _lotteries(draft)
    remarks += _set_names(draft)
    rows, more = _payoffs(draft, firsts, counts, children)
    remarks += more
    if any(remark.severity == "error" for remark in remarks):
        return None, remarks
    return _tree(draft, rows, (counts, firsts, children), starts), remarks


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that are all different: an empty one becomes its number, a repeated one gets it.

    Examples:
        >>> told_apart(["a", "", "a"])
        ('a', '2', 'a (3)')
    """
    if all(names) and len(set(names)) == len(names):
        return tuple(names)
    taken = set(names)
    seen: set[str] = set()
    found = []
    for number, name in enumerate(names, start=1):
        new = name or str(number)
        if name in seen if name else new in taken:
            new = f"{name} ({number})".strip()
            while new in taken:
                new += "'"
        taken.add(new)
        seen.add(name)
        found.append(new)
    return tuple(found)


def _large(what: str, place: Any) -> Remark:
    return Remark("SV859", f"the game has {what}", place)


def _links(draft: Draft) -> tuple[list[int], list[int], list[int], list[Remark]]:
    """Find the children of every node of a preorder list: counts, first edges, nodes reached."""
    counts = [
        0
        if kind == TERMINAL
        else len(draft.sets[group].labels if kind == DECISION else draft.lotteries[group].labels)
        for kind, group in zip(draft.kinds, draft.groups, strict=True)
    ]
    firsts = list(accumulate(counts, initial=0))
    children = [0] * firsts.pop()
    open_: list[list[int]] = []
    for node, count in enumerate(counts):
        if node:
            if not open_:
                rest = len(counts) - node
                text = f"the tree is complete before this node; {rest} too many"
                return [], [], [], [Remark("SV858", text, draft.places[node])]
            slot = open_[-1]
            children[slot[0]] = node
            slot[0] += 1
            if slot[0] == slot[1]:
                open_.pop()
        if count:
            open_.append([firsts[node], firsts[node] + count])
        elif draft.kinds[node] != TERMINAL:
            text = "an information set or move of nature without a branch"
            return [], [], [], [Remark("SV855", text, draft.places[node])]
    if open_:
        missing = sum(stop - start for start, stop in open_)
        text = f"the tree is not complete: at least {missing} nodes are missing after this one"
        return [], [], [], [Remark("SV858", text, draft.places[-1])]
    return counts, firsts, children, _depth(draft, counts, firsts, children)


def _depth(draft: Draft, counts: list[int], firsts: list[int], children: list[int]) -> list[Remark]:
    deep = [0] * len(counts)
    for node, count in enumerate(counts):
        if deep[node] > MAX_DEPTH:
            return [_large(f"a path of more than {MAX_DEPTH} moves", draft.places[node])]
        for edge in range(firsts[node], firsts[node] + count):
            deep[children[edge]] = deep[node] + 1
    return []


def _recall(
    draft: Draft, firsts: list[int], counts: list[int], children: list[int], starts: list[int]
) -> list[Remark]:
    """Find information sets whose player would have forgotten an own move or what it knew."""
    remarks: list[Remark] = []
    # What a player remembers is numbered: 0 nothing, then each (memory, own action) pair.
    memories: dict[tuple[int, int], int] = {}
    held: list[tuple[int, ...]] = [(0,) * len(draft.players)] * len(counts)
    known: dict[int, int] = {}
    for node, kind in enumerate(draft.kinds):
        here = held[node]
        if kind != DECISION:
            for edge in range(firsts[node], firsts[node] + counts[node]):
                held[children[edge]] = here
            continue
        group = draft.groups[node]
        player = draft.sets[group].player
        mine = here[player]
        if known.setdefault(group, mine) not in (mine, -1):
            known[group] = -1
            remarks.append(_forgetful(draft, group, draft.places[node]))
        for step in range(counts[node]):
            memory = memories.setdefault((mine, starts[group] + step), len(memories) + 1)
            after = (*here[:player], memory, *here[player + 1 :])
            held[children[firsts[node] + step]] = after
    return remarks


def _forgetful(draft: Draft, group: int, place: Any) -> Remark:
    owner = draft.players[draft.sets[group].player]
    name = draft.sets[group].name or draft.sets[group].number
    text = f"in information set '{name}' {owner} forgets an own earlier move"
    return Remark("SV857", f"{text}: the paths to its nodes differ in it", place)


def _lotteries(draft: Draft) -> list[Remark]:
    remarks: list[Remark] = []
    for lottery in draft.lotteries:
        try:
            chances = [_number(value, draft) for value in lottery.chances]
        except NoValueError:
            continue  # the reader has said so of the formula
        shown = " + ".join(f"{p:.10g}" for p in chances[:6]) + " + \u2026" * (len(chances) > 6)
        if min(chances) < 0:
            remarks.append(Remark("SV856", f"a chance is negative: {shown}", lottery.place))
        elif abs(sum(chances) - 1) > CHANCE_TOLERANCE:
            text = f"the chances sum to {sum(chances):.10g}, not 1: {shown}"
            remarks.append(Remark("SV856", text, lottery.place))
    return remarks


def _number(value: Value, draft: Draft) -> float:
    return float(value.value(draft.parameters)) if isinstance(value, Expression) else value


def _set_names(draft: Draft) -> list[Remark]:
    remarks: list[Remark] = []
    for names, what in (
        (draft.players, "players"),
        *((group.labels, f"actions of '{group.name or group.number}'") for group in draft.sets),
    ):
        double = [name for name, times in Counter(names).items() if times > 1 and name]
        if double:
            place = draft.places[0] if names is draft.players else None
            place = place if place is not None else _place_of(draft, names)
            text = f"two {what} are both called '{double[0]}'; results show their numbers too"
            remarks.append(Remark("SV865", text, place, "warning"))
    return remarks


def _place_of(draft: Draft, labels: Sequence[str]) -> Any:
    return next(group.place for group in draft.sets if group.labels is labels)


def _payoffs(
    draft: Draft, firsts: list[int], counts: list[int], children: list[int]
) -> tuple[list[Sequence[Value]], list[Remark]]:
    """Return the payoffs of every terminal node: its outcome and those on the way to it."""
    nothing: Sequence[Value] = (0.0,) * len(draft.players)
    gains = [draft.outcomes[i].payoffs if i >= 0 else nothing for i in draft.gains]
    inside = any(
        gain >= 0 and kind != TERMINAL for gain, kind in zip(draft.gains, draft.kinds, strict=True)
    )
    if inside:
        for node, count in enumerate(counts):
            for edge in range(firsts[node], firsts[node] + count):
                gains[children[edge]] = _sum(gains[node], gains[children[edge]])
    rows = [row for row, kind in zip(gains, draft.kinds, strict=True) if kind == TERMINAL]
    remarks = [
        Remark("SV853", "the payoffs on the way to this end add up to no finite number", place)
        for row, place in zip(rows, _ends(draft), strict=True)
        if any(not isinstance(v, Expression) and v - v != 0 for v in row)
    ]
    return rows, remarks


def _ends(draft: Draft) -> Iterable[Any]:
    return [p for p, kind in zip(draft.places, draft.kinds, strict=True) if kind == TERMINAL]


def _sum(one: Sequence[Value], two: Sequence[Value]) -> tuple[Value, ...]:
    return tuple(map(_plus, one, two))


def _plus(a: Value, b: Value) -> Value:
    if not isinstance(a, Expression) and not isinstance(b, Expression):
        return a + b
    if a == 0.0 or b == 0.0:
        return b if a == 0.0 else a
    return add(_formula(a), _formula(b))


def _formula(value: Value) -> Expression:
    if isinstance(value, Expression):
        return value
    return Expression(repr(value), (("number", value),), frozenset())


def _tree(
    draft: Draft,
    rows: list[Sequence[Value]],
    links: tuple[list[int], list[int], list[int]],
    starts: list[int],
) -> Tree:
    counts, firsts, children = links
    lots = list(accumulate((len(lottery.labels) for lottery in draft.lotteries), initial=0))
    moves: list[int] = []
    for kind, group, count in zip(draft.kinds, draft.groups, counts, strict=True):
        start = (starts if kind == DECISION else lots)[group] if count else 0
        moves.extend(range(start, start + count))
    chances = [value for lottery in draft.lotteries for value in lottery.chances]
    kinds = np.array(draft.kinds, dtype=np.int8)
    ends = kinds == TERMINAL
    payoff_formulas = tuple(
        (row, player, value)
        for row, values in enumerate(rows)
        for player, value in enumerate(values)
        if isinstance(value, Expression)
    )
    return Tree(
        title=draft.title,
        players=told_apart(draft.players),
        parameters=draft.parameters,
        kind=kinds,
        infoset=np.where(kinds == DECISION, draft.groups, -1).astype(np.int32),
        terminal=np.where(ends, np.cumsum(ends) - 1, -1).astype(np.int32),
        first=np.array(firsts, dtype=np.int32),
        count=np.array(counts, dtype=np.int32),
        child=np.array(children, dtype=np.int32),
        move=np.array(moves, dtype=np.int32),
        owner=np.array([group.player for group in draft.sets], dtype=np.int32),
        action0=np.array(starts[:-1], dtype=np.int32),
        actions=np.array([len(group.labels) for group in draft.sets], dtype=np.int32),
        infoset_names=_keys(draft),
        action_names=tuple(label for group in draft.sets for label in told_apart(group.labels)),
        outcome_names=tuple(
            draft.outcomes[gain].name if gain >= 0 else ""
            for gain, kind in zip(draft.gains, draft.kinds, strict=True)
            if kind == TERMINAL
        ),
        payoff=_at_defaults(rows, draft, bool(payoff_formulas)).reshape(
            len(rows), len(draft.players)
        ),
        probability=_at_defaults([chances], draft, deep=True).reshape(len(chances)),
        payoff_formulas=payoff_formulas,
        probability_formulas=tuple(
            (edge, value) for edge, value in enumerate(chances) if isinstance(value, Expression)
        ),
        chance_names=tuple(label for lottery in draft.lotteries for label in lottery.labels),
        node_names=tuple(draft.names),
        ranges=draft.ranges,
        note=draft.note,
    )


def _at_defaults(rows: Sequence[Sequence[Value]], draft: Draft, deep: bool) -> Any:
    if deep:
        rows = [[_number(value, draft) for value in row] for row in rows]
    return np.array(rows, dtype=np.float64)


def _keys(draft: Draft) -> tuple[str, ...]:
    """Name every information set by its name, or its number where that would be ambiguous."""
    times = Counter((group.player, group.name or group.number) for group in draft.sets)
    found: list[str] = []
    taken: set[tuple[int, str]] = set(times)
    for group in draft.sets:
        key = group.name or group.number
        if times[group.player, key] > 1:
            key = f"{group.name} ({group.number})".strip()
            while (group.player, key) in taken:
                key += "'"
            taken.add((group.player, key))
        found.append(key)
    return tuple(found)
