"""From the nested nodes of a YAML game file to a draft of its tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from servanda.games.cells import lay_out
from servanda.games.drafting import (
    MAX_DEPTH,
    Draft,
    InfoSet,
    Lottery,
    Outcome,
    Remark,
    Value,
)
from servanda.games.expression import (
    FUNCTIONS,
    ExpressionError,
    NoValueError,
    is_name,
    parse_expression,
)
from servanda.games.gamefile import GameText, NodeText, ParameterText
from servanda.games.tree import CHANCE, DECISION, TERMINAL
from servanda.scenario.reading import closest

__all__ = ["Walk", "drafted"]

Path = tuple[str | int, ...]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def drafted(text: GameText) -> tuple[Draft, list[Remark]]:
    """Lay out the nodes of a game file in preorder and say what does not fit together in it.

    Returns:
        The draft (not to be used where a remark is an error) and the remarks (SV854 to SV867),
        each with the path of its place.
    """
    walk = Walk(text)
    walk.header()
    if text.cells is not None:
        lay_out(walk, text.cells)
    else:
        walk.nodes()
    walk.unused()
    return walk.draft, walk.remarks


class Walk:
    """What is known while a file is read: the draft so far and the remarks."""

    def __init__(self, text: GameText) -> None:
        self.text = text
        self.remarks: list[Remark] = []
        self.draft = Draft(title=text.title, players=list(text.players), note=text.note or "")
        self.sets: dict[str, int] = {}
        self.numbers = [count(1) for _ in text.players]
        self.outcomes: dict[str, int] = {}
        self.reached: set[str] = set()
        self.named: set[str] = set()

    def say(
        self, code: str, message: str, path: Path, hint: str = "", *, key: bool = False
    ) -> None:
        """Note what is wrong at a path, or at its key."""
        self.remarks.append(Remark(code, message, path, hint=hint, key=key))

    def unknown(
        self, what: str, name: str, known: Iterable[str], path: Path, *, key: bool = False
    ) -> None:
        """Note a name that points at nothing (SV864)."""
        known = list(known)
        near = closest(name, known)
        hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(known[:12]) or '-'}"
        self.say("SV864", f"there is no {what} '{name}'", path, hint, key=key)

    def header(self) -> None:
        """Check players and parameters and read the table of outcomes."""
        if (self.text.tree is None) == (self.text.cells is None):
            self.say("SV867", "a game has either a 'tree' or 'cells'", ("title",))
        for i, name in enumerate(self.text.players):
            if not name or name in self.text.players[:i]:
                self.say("SV865", f"the player '{name}' is listed twice or empty", ("players", i))
        for name, given in self.text.parameters.items():
            self.parameter(name, given, ("parameters", name))
        for name, payoffs in self.text.outcomes.items():
            self.outcomes[name] = self.outcome(name, payoffs, ("outcomes", name))
            if name in self.text.nodes:
                self.say(
                    "SV864", f"'{name}' is both an outcome and a node", ("nodes", name), key=True
                )

    def parameter(self, name: str, given: ParameterText | float, path: Path) -> None:
        """Check a parameter and keep its default and range."""
        if not is_name(name):
            why = "is the name of a function" if name in FUNCTIONS else "is no name for a parameter"
            self.say("SV866", f"'{name}' {why}", path, key=True)
        value = given.value if isinstance(given, ParameterText) else given
        self.draft.parameters[name] = value
        if isinstance(given, ParameterText) and given.range is not None:
            low, high = given.range
            if not low <= value <= high:
                text = f"{value:g} is not between {low:g} and {high:g}, the range of '{name}'"
                self.say("SV866", text, (*path, "range"))
            self.draft.ranges[name] = given.range

    def outcome(self, name: str, payoffs: object, path: Path) -> int:
        """Add an outcome to the draft and return its number."""
        self.draft.outcomes.append(Outcome(name, self.payoffs(payoffs, path)))
        return len(self.draft.outcomes) - 1

    def payoffs(self, given: object, path: Path) -> Sequence[Value]:
        """Return the payoffs in the order of the players, from a list or by name."""
        players = self.text.players
        if isinstance(given, Mapping):
            for name in given:
                if name not in players:
                    self.unknown("player", name, players, (*path, name), key=True)
            missing = [name for name in players if name not in given]
            if missing:
                self.say("SV854", f"the payoff of {', '.join(missing)} is missing", path)
            return [self.value(given.get(name), (*path, name)) for name in players if name in given]
        items = list(given) if isinstance(given, (list, tuple)) else []
        if len(items) != len(players):
            self.say("SV854", f"payoffs of {len(items)} players for {len(players)}", path)
        return [self.value(item, (*path, i)) for i, item in enumerate(items)]

    def value(self, written: object, path: Path) -> Value:
        """Return a number or a formula that has a finite value at the defaults."""
        if not isinstance(written, str):
            self.say("SV203", "expected a number or a formula", path)
            return 0.0
        if _NUMBER.fullmatch(written):
            number = float(written)
            if number - number == 0:
                return number
            self.say("SV853", f"'{written[:40]}' is too large", path)
            return 0.0
        try:
            formula = parse_expression(written)
        except ExpressionError as error:
            self.say("SV860", f"'{_short(written)}': {error}, at character {error.at + 1}", path)
            return 0.0
        known = self.draft.parameters
        for name in sorted(formula.names - known.keys()):
            near = closest(name, known)
            hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(known) or '-'}"
            self.say("SV861", f"'{name}' is no parameter of this game", path, hint)
        if formula.names - known.keys():
            return 0.0
        try:
            number = float(formula.value(known))
        except NoValueError as fault:
            text = f"'{_short(written)}' cannot be computed at the default values: {fault.reason}"
            self.say("SV862", text, path)
            return 0.0
        return formula if formula.names else number

    def nodes(self) -> None:
        """Walk the tree in preorder; the stack keeps what is still to come."""
        root = self.text.tree or NodeText(payoffs=("0",) * len(self.text.players))
        open_: list[tuple[NodeText | str, Path, int]] = [(root, ("tree",), 0)]
        while open_:
            item, path, depth = open_.pop()
            if depth > MAX_DEPTH:
                self.say("SV859", f"the game has a path of more than {MAX_DEPTH} moves", path)
                return
            label = ""
            if isinstance(item, str):
                if item in self.outcomes:
                    self.named.add(item)
                    self.draft.add(TERMINAL, -1, self.outcomes[item], "", path)
                    continue
                found = self.referred(item, path)
                if found is None:
                    self.draft.add(TERMINAL, -1, -1, "", path)
                    continue
                label, path = item, ("nodes", item)
                item = found
            below = self.node(item, path, item.label or label)
            open_ += [(child, where, depth + 1) for child, where in reversed(below)]

    def referred(self, name: str, path: Path) -> NodeText | None:
        """Return the node of the list that a name stands for, once."""
        if name not in self.text.nodes:
            self.unknown("node or outcome", name, [*self.text.nodes, *self.text.outcomes], path)
            return None
        if name in self.reached:
            self.say("SV858", f"the node '{name}' is reached by two ways, or from itself", path)
            return None
        self.reached.add(name)
        return self.text.nodes[name]

    def node(self, node: NodeText, path: Path, label: str) -> list[tuple[NodeText | str, Path]]:
        """Add one node to the draft; return what comes below it, in order."""
        fault = _shape(node)
        if fault:
            self.say("SV867", fault, path)
        gain = self.gain(node, path)
        if node.nature is not None:
            self.draft.add(CHANCE, len(self.draft.lotteries), gain, label, path)
            return self.lottery(node, path)
        if node.actions is not None:
            group = self.infoset(node, path)
            self.draft.add(DECISION, group, gain, label, path)
            labels = self.draft.sets[group].labels
            order = labels if set(labels) == set(node.actions) else list(node.actions)
            return [(node.actions[name], (*path, "actions", name)) for name in order]
        self.draft.add(TERMINAL, -1, gain, label, path)
        return []

    def gain(self, node: NodeText, path: Path) -> int:
        """Return the number of the outcome of a node, -1 for none."""
        if node.payoffs is not None:
            if node.outcome in self.outcomes:
                text = f"the payoffs of '{node.outcome}' stand in the table of outcomes and here"
                self.say("SV863", text, (*path, "payoffs"))
            return self.outcome(node.outcome or "", node.payoffs, (*path, "payoffs"))
        return -1 if node.outcome is None else self.tabled(node.outcome, (*path, "outcome"))

    def tabled(self, name: str, path: Path) -> int:
        """Return the number of an outcome of the table, -1 where there is none of that name."""
        if name not in self.outcomes:
            self.unknown("outcome", name, self.outcomes, path)
            return -1
        self.named.add(name)
        return self.outcomes[name]

    def lottery(self, node: NodeText, path: Path) -> list[tuple[NodeText | str, Path]]:
        """Add a move of nature; return what comes below it."""
        branches = node.nature or {}
        under = (*path, "nature")
        chances = [
            self.value(branch.probability, (*under, name, "probability"))
            for name, branch in branches.items()
        ]
        self.draft.lotteries.append(Lottery(tuple(branches), chances, under))
        return [(branch.then, (*under, name, "then")) for name, branch in branches.items()]

    def infoset(self, node: NodeText, path: Path) -> int:
        """Return the information set of a decision, a new one where the name is new or missing."""
        labels = tuple(node.actions or {})
        player = 0
        if node.player in self.text.players:
            player = self.text.players.index(node.player)
        elif node.player is not None:
            self.unknown("player", node.player, self.text.players, (*path, "player"))
        name = node.infoset or ""
        if name not in self.sets:
            self.draft.sets.append(
                InfoSet(player, name, str(next(self.numbers[player])), labels, path)
            )
            if not name:
                return len(self.draft.sets) - 1
            self.sets[name] = len(self.draft.sets) - 1
        group = self.draft.sets[self.sets[name]]
        if group.player != player:
            one, two = self.text.players[group.player], self.text.players[player]
            text = f"information set '{name}' mixes the players {one} and {two}"
            self.say("SV855", text, (*path, "infoset"))
        elif set(group.labels) != set(labels):
            text = f"information set '{name}' mixes the actions {_listed(group.labels)} and "
            self.say("SV855", text + _listed(labels), (*path, "actions"))
        return self.sets[name]

    def unused(self) -> None:
        """Say which nodes of the list no path reaches, and which outcomes nothing names."""
        if self.remarks:
            return  # a broken reference is the likelier fault
        for name in self.text.nodes:
            if name not in self.reached:
                text = f"no path from the root reaches '{name}'"
                self.say("SV858", text, ("nodes", name), key=True)
        for name in self.outcomes:
            if name not in self.named:
                text = f"no node names the outcome '{name}'"
                self.remarks.append(Remark("SV863", text, ("outcomes", name), "warning", key=True))


def _shape(node: NodeText) -> str | None:
    """Say what is wrong with the keys of a node, if anything."""
    if node.actions is not None and node.nature is not None:
        return "a node has either 'actions' of a player or 'nature', not both"
    if node.actions is not None and node.player is None:
        return "'actions' need a 'player' who chooses among them"
    if node.actions is None and (node.player is not None or node.infoset is not None):
        return "a 'player' or 'infoset' needs 'actions' to choose among"
    if not (node.actions or node.nature):
        if node.actions is not None or node.nature is not None:
            return "there is no branch"
        if node.payoffs is None and node.outcome is None:
            return "an end needs 'payoffs' or an 'outcome'; write 0 for a payoff of zero"
    return None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "\u2026"


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels)
