"""Reading Gambit's format for extensive games, ``EFG 2 R``.

The format lists the nodes in preorder: ``c`` nature, ``p`` a player, ``t`` an end. Information sets
and outcomes are described where they come first and named by number after that. Outcomes of
interior nodes count in every end below. The grammar is that of Gambit's documentation (The Gambit
Project, "The extensive game (.efg) file format").
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.domain.errors import ScenarioError
from servanda.domain.problem import Problem
from servanda.games.drafting import (
    MAX_NODES,
    Draft,
    InfoSet,
    Lottery,
    Outcome,
    Remark,
    assemble,
)
from servanda.games.tokens import Tokens, UnreadableError, placed
from servanda.games.tree import CHANCE, DECISION, TERMINAL, Tree
from servanda.scenario.reading import Page, opened

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    Origin = Path | Traversable | str | bytes

__all__ = ["MAX_PLAYERS", "read_efg", "scan_efg"]

MAX_PLAYERS = 100
_MAX_FAULTS = 100
_STARTS = {"c": CHANCE, "p": DECISION, "t": TERMINAL}


def read_efg(text: Origin, name: str | None = None) -> Tree:
    """Read an extensive game from ``.efg`` text.

    Payoff rows of the tree stand in the order of the ends in the file, information sets in the
    order in which they come first.

    Args:
        text: the text, or the path of a file.
        name: the file name that problems show.

    Raises:
        ScenarioError: the text has problems; all of them are in it, with line and column.

    Examples:
        >>> tree = read_efg('''EFG 2 R "guess" { "A" }
        ... c "" 1 "" { "heads" 1/4 "tails" 3/4 } 0
        ... p "" 1 1 "blind" { "h" "t" } 0
        ... t "" 1 "right" { 1 }
        ... t "" 2 "wrong" { 0 }
        ... p "" 1 1 0
        ... t "" 2
        ... t "" 1''')
        >>> tree.infoset_names, tree.chance()[0].tolist(), tree.payoffs()[0, :, 0].tolist()
        (('blind',), [0.25, 0.75], [1.0, 0.0, 0.0, 1.0])
    """
    page = opened(text, name)
    if isinstance(page, Problem):
        raise ScenarioError([page])
    tree, problems = scan_efg(page)
    if tree is None:
        raise ScenarioError([item for item in problems if item.severity == "error"])
    return tree


def scan_efg(page: Page) -> tuple[Tree | None, tuple[Problem, ...]]:
    """Return the tree of an ``.efg`` text, None where there is an error, and the problems."""
    reader = _Reader(Tokens(page.text))
    remarks = reader.remarks
    tree = None
    if reader.prologue():
        reader.nodes()
        if not remarks:
            tree, remarks = assemble(reader.draft)
    return tree, placed(page, remarks) if remarks else ()


class _Reader:
    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.remarks: list[Remark] = []
        self.draft = Draft()
        self.sets: dict[tuple[int, int], int] = {}
        self.lotteries: dict[int, int] = {}
        self.outcomes: dict[int, int] = {}

    def prologue(self) -> bool:
        """Read the first line: format, title, players, comment."""
        try:
            self.heading()
            self.draft.title = self.tokens.text("the title in quotes")
            self.draft.players = self.labels("player")
            if self.tokens.kind == "text":
                self.draft.note = self.tokens.text("a comment")
        except UnreadableError as error:
            self.remarks.append(error.remark)
            return False
        if not 0 < len(self.draft.players) <= MAX_PLAYERS:
            text = f"{len(self.draft.players)} players; there can be 1 to {MAX_PLAYERS}"
            self.remarks.append(Remark("SV854", text, self.tokens.at))
            return False
        return True

    def heading(self) -> None:
        tokens = self.tokens
        if tokens.kind != "word" or tokens.word != "EFG":
            raise tokens.stop("EFG", "SV851")
        tokens.forward()
        if tokens.word != "2":
            raise tokens.stop("the version 2", "SV851")
        tokens.forward()
        if tokens.word not in ("R", "D"):
            raise tokens.stop("R", "SV851")
        tokens.forward()

    def labels(self, what: str) -> list[str]:
        """Read a list of quoted names in braces."""
        tokens = self.tokens
        tokens.brace("{", f"the list of {what}s in braces")
        article = "an" if what[0] in "aeiou" else "a"
        found: list[str] = []
        while tokens.kind == "text":
            found.append(tokens.text(what))
        tokens.brace("}", f"{article} {what} in quotes or '}}'")
        return found

    def nodes(self) -> None:
        """Read all nodes; after a fault go on with the next one."""
        tokens = self.tokens
        while tokens.kind != "end" and len(self.remarks) < _MAX_FAULTS:
            at = tokens.at
            try:
                if tokens.kind != "word" or tokens.word not in _STARTS:
                    raise tokens.stop("a node (c, p or t)")
                self.node(_STARTS[tokens.word], at)
            except UnreadableError as error:
                self.remarks.append(error.remark)
                if tokens.at == at:
                    tokens.forward()
                tokens.skip_to_word(_STARTS)
            if len(self.draft.kinds) > MAX_NODES:
                text = f"the game has more than {MAX_NODES:,} nodes"
                self.remarks.append(Remark("SV859", text, at))
                return
        if not self.draft.kinds and not self.remarks:
            self.remarks.append(Remark("SV858", "the game has no nodes", tokens.at))

    def node(self, kind: int, at: int) -> None:
        tokens = self.tokens
        tokens.forward()
        name = tokens.text("the label of the node in quotes")
        group = -1
        if kind == DECISION:
            group = self.infoset(at)
        elif kind == CHANCE:
            group = self.lottery(at)
        self.draft.add(kind, group, self.outcome(at), name, at)

    def infoset(self, at: int) -> int:
        tokens = self.tokens
        place = tokens.at
        player = tokens.whole("the number of the player")
        if not 1 <= player <= len(self.draft.players):
            text = f"there is no player {player}; the game has {len(self.draft.players)}"
            raise UnreadableError(Remark("SV864", text, place))
        place = tokens.at
        number = tokens.whole("the number of the information set")
        name = tokens.text("a name") if tokens.kind == "text" else ""
        labels = self.labels("action") if tokens.is_brace("{") else None
        key = (player - 1, number)
        if key not in self.sets:
            if labels is None and tokens.kind != "number":
                raise tokens.stop("the list of actions in braces")
            if labels is None:
                text = f"information set {number} of player {player} has no list of actions yet"
                raise UnreadableError(Remark("SV855", text, place))
            self.sets[key] = len(self.draft.sets)
            self.draft.sets.append(InfoSet(player - 1, name, str(number), labels, at))
            return self.sets[key]
        self.same(self.draft.sets[self.sets[key]], name, labels, place)
        return self.sets[key]

    def same(self, group: InfoSet, name: str, labels: Sequence[str] | None, place: int) -> None:
        """Check that a later node says the same of its information set as the first."""
        what = f"information set {group.number} of player {group.player + 1}"
        if labels is not None and list(labels) != list(group.labels):
            text = f"{what} mixes the actions {_listed(group.labels)} and {_listed(labels)}"
            raise UnreadableError(Remark("SV855", text, place))
        if name and group.name and name != group.name:
            text = f"{what} is called '{group.name}' at first and '{name}' here"
            raise UnreadableError(Remark("SV855", text, place))

    def lottery(self, at: int) -> int:
        tokens = self.tokens
        place = tokens.at
        number = tokens.whole("the number of nature's information set")
        if tokens.kind == "text":
            tokens.text("a name")
        if not tokens.is_brace("{"):
            if number not in self.lotteries:
                text = f"nature's information set {number} has no list of chances yet"
                raise UnreadableError(Remark("SV855", text, place))
            return self.lotteries[number]
        tokens.forward()
        labels: list[str] = []
        chances: list[float] = []
        while tokens.kind == "text":
            labels.append(tokens.text("what may happen"))
            chances.append(tokens.number("its probability"))
        tokens.brace("}", "what may happen, in quotes, or '}'")
        if number in self.lotteries:
            first = self.draft.lotteries[self.lotteries[number]]
            if list(first.labels) != labels or list(first.chances) != chances:
                text = f"nature's information set {number} has other chances than at first"
                raise UnreadableError(Remark("SV855", text, place))
            return self.lotteries[number]
        self.lotteries[number] = len(self.draft.lotteries)
        self.draft.lotteries.append(Lottery(labels, chances, at))
        return self.lotteries[number]

    def outcome(self, at: int) -> int:
        """Read the outcome of a node: 0 for none, or a number with name and payoffs."""
        tokens = self.tokens
        place = tokens.at
        number = tokens.whole("the number of the outcome")
        name = tokens.text("a name") if tokens.kind == "text" else ""
        if not tokens.is_brace("{"):
            if number and number not in self.outcomes:
                text = f"outcome {number} has no payoffs yet"
                raise UnreadableError(Remark("SV863", text, place))
            return self.outcomes[number] if number else -1
        payoffs = self.payoffs()
        if number == 0:
            if any(payoffs):
                text = "outcome 0 means no outcome and cannot have payoffs"
                raise UnreadableError(Remark("SV863", text, place))
            return -1
        if number in self.outcomes:
            first = self.draft.outcomes[self.outcomes[number]]
            if list(first.payoffs) != payoffs:
                text = f"outcome {number} has other payoffs than at first"
                raise UnreadableError(Remark("SV863", text, place))
            return self.outcomes[number]
        self.outcomes[number] = len(self.draft.outcomes)
        self.draft.outcomes.append(Outcome(name, payoffs))
        return self.outcomes[number]

    def payoffs(self) -> list[float]:
        tokens = self.tokens
        place = tokens.at
        tokens.forward()
        found: list[float] = []
        while tokens.kind == "number":
            found.append(tokens.number("a payoff"))
        tokens.brace("}", "a payoff or '}'")
        if len(found) != len(self.draft.players):
            text = f"payoffs of {len(found)} players for {len(self.draft.players)}"
            raise UnreadableError(Remark("SV854", text, place))
        return found


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(label or "''" for label in labels[:6])
    return shown + ", \u2026" * (len(labels) > 6) if labels else "none"
