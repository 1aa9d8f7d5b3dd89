"""Game files of any format: what they say, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda.domain.errors import ScenarioError
from servanda.domain.problem import Problem
from servanda.games.drafting import Remark, assemble
from servanda.games.efg import scan_efg
from servanda.games.form import Form
from servanda.games.nfg import scan_nfg
from servanda.games.tree import Tree
from servanda.scenario.reading import Parsed, bounded, opened, parse, typed

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from servanda.games.gamefile import GameText

    Origin = Path | Traversable | str | bytes

__all__ = ["Game", "check", "read_game", "read_yaml", "scan"]


@dataclass(frozen=True)
class Game:
    """A game file that was read.

    Attributes:
        game: the game, a tree or a strategic form.
        text: what a YAML file says beside it (sources, parameters, known results), else None.
        warnings: problems that do not stand in the way.
    """

    game: Tree | Form
    text: GameText | None = None
    warnings: tuple[Problem, ...] = ()

    @property
    def tree(self) -> Tree:
        """The game as a tree."""
        return self.game if isinstance(self.game, Tree) else self.game.tree()


def read_yaml(origin: Origin, name: str | None = None) -> Tree:
    """Read a game in servanda's own format; see docs/formats/game.md.

    Args:
        origin: a path, or the text itself.
        name: the file name that problems show.

    Raises:
        ScenarioError: the file has problems; all of them are in it.

    Examples:
        >>> tree = read_yaml('''
        ... game: demand
        ... title: A demand
        ... players: [A, B]
        ... parameters: {cost: 0.5}
        ... tree:
        ...   player: A
        ...   actions:
        ...     stay: {payoffs: [0, 1]}
        ...     demand:
        ...       player: B
        ...       actions: {concede: {payoffs: [1, 0]}, fight: {payoffs: [-cost, 0.4 - cost]}}
        ... ''')
        >>> tree.payoffs({"cost": [0.1, 0.2]})[:, 2].round(2).tolist()
        [[-0.1, 0.3], [-0.2, 0.2]]
    """
    tree, _, problems = _yaml(parse(origin, name))
    if tree is None:
        raise ScenarioError(_errors(problems))
    return tree


def read_game(origin: Origin, name: str | None = None) -> Game:
    """Read a game in any format: ``.efg``, ``.nfg`` or YAML, told apart by how the text begins.

    Raises:
        ScenarioError: the file has problems; all of them are in it.

    Examples:
        >>> read_game('NFG 1 R "g" { "A" "B" } { 1 2 } 1 1 2 2').game.shape
        (1, 2)
    """
    found, problems = scan(origin, name)
    if found is None:
        raise ScenarioError(_errors(problems))
    return found


def check(origin: Origin, name: str | None = None) -> tuple[Problem, ...]:
    """Return every problem of a game file, in file order.

    Examples:
        >>> [p.code for p in check('NFG 1 R "g" { "A" "B" } { 1 2 } 1 1 2')]
        ['SV854']
    """
    return scan(origin, name)[1]


def scan(origin: Origin, name: str | None = None) -> tuple[Game | None, tuple[Problem, ...]]:
    """Return the game of a file, None where there is an error, and its problems."""
    page = opened(origin, name)
    if isinstance(page, Problem):
        return None, (page,)
    begins = page.text.lstrip()[:3].upper()
    if begins in ("EFG", "NFG"):
        game, problems = (scan_efg if begins == "EFG" else scan_nfg)(page)
        return (Game(game, None, problems) if game else None), problems
    tree, text, problems = _yaml(parse(page.text, page.name))
    return (Game(tree, text, problems) if tree else None), problems


def _yaml(parsed: Parsed) -> tuple[Tree | None, GameText | None, tuple[Problem, ...]]:
    from servanda.games.gamefile import GameText
    from servanda.games.nested import drafted

    if parsed.root is not None and not isinstance(parsed.data, dict):
        problem = parsed.problem("SV851", "this is no game file: it is not a mapping of keys")
        return None, None, (*parsed.problems, problem)
    got = typed(parsed, GameText)
    if got.value is None:
        return None, None, got.problems
    draft, remarks = drafted(got.value)
    tree = None
    if not _fatal(remarks):
        tree, more = assemble(draft)
        remarks += more
    problems = bounded([*got.problems, *_placed(parsed, remarks)], parsed.page.name)
    return tree, got.value, problems


def _placed(parsed: Parsed, remarks: Iterable[Remark]) -> list[Problem]:
    return [
        parsed.problem(
            r.code, r.message, r.place or (), key=r.key, hint=r.hint, severity=r.severity
        )
        for r in remarks
    ]


def _fatal(found: Iterable[Any]) -> bool:
    return any(item.severity == "error" for item in found)


def _errors(problems: Iterable[Problem]) -> list[Problem]:
    return [item for item in problems if item.severity == "error"]
