"""One game solved: from a file or a name of the catalogue to equilibria, sorts and outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from servanda.domain.errors import ModelError
from servanda.domain.problem import Problem
from servanda.games.catalogue import entry, kinds, names
from servanda.games.equilibria import solve
from servanda.games.form import Form
from servanda.games.outcomes import outcome_shares
from servanda.games.reading import Game, read_game
from servanda.games.solution import Concept, Equilibrium, Solution
from servanda.games.tree import Tree
from servanda.study.display import Displayed
from servanda.study.sweeping import (
    Kind,
    Progress,
    Sweep,
    kinds_of,
    sweep,
    sweep_range,
)

__all__ = ["Listed", "Solved", "game_at", "listed", "set_values", "solved"]

_SUFFIXES = (".efg", ".nfg", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the catalogue: its name, title, size and the parameters that may be set."""

    name: str
    title: str
    players: tuple[str, ...]
    ends: int
    infosets: int
    parameters: Mapping[str, float]
    tags: tuple[str, ...]
    sources: tuple[str, ...]
    results: int

    def published(self) -> dict[str, Any]:
        """Return the line as the JSON of ``servanda solve --list`` has it."""
        return {
            "name": self.name,
            "title": self.title,
            "players": list(self.players),
            "ends": self.ends,
            "infosets": self.infosets,
            "parameters": dict(self.parameters),
            "tags": list(self.tags),
            "sources": list(self.sources),
            "results": self.results,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Solved(Displayed):
    """A game with its equilibria, what sort each is and how the game ends under it.

    ``kinds`` and ``outcomes`` stand in the order of ``solution.equilibria``; ``sweep`` is None
    where none was asked for.
    """

    source: str
    game: Game
    values: Mapping[str, float]
    solution: Solution
    kinds: tuple[Kind, ...]
    outcomes: tuple[Mapping[str, float], ...]
    sweep: Sweep | None = None
    warnings: tuple[Problem, ...] = field(default=())

    @property
    def tree(self) -> Tree:
        """The tree that was solved."""
        return self.solution.tree

    @property
    def parameters(self) -> dict[str, float]:
        """Every parameter with the value that was used."""
        return {**self.tree.parameters, **self.values}

    def shown(self, number: int) -> Equilibrium:
        """Return the equilibrium of a number, counted from 1 as the table counts them.

        Raises:
            ModelError: there is none of that number (SV896).
        """
        count = len(self.solution.equilibria)
        if not 1 <= number <= count:
            raise ModelError(f"there is no equilibrium {number}; there are {count}.", "SV896")
        return self.solution.equilibria[number - 1]

    def published(self) -> dict[str, Any]:
        """Return the object that ``servanda solve --json`` prints."""
        found = self.solution.published()
        pairs = zip(found["equilibria"], self.kinds, self.outcomes, strict=True)
        for one, kind, outcomes in pairs:
            one["kind"], one["outcomes"] = kind.name, dict(outcomes)
        found["game"] = {
            "source": self.source,
            "title": self.tree.title,
            "players": list(self.tree.players),
            "parameters": self.parameters,
        }
        if self.sweep is not None:
            found |= self.sweep.published()
        found["warnings"] = [p.model_dump(mode="json", exclude_none=True) for p in self.warnings]
        return found


def listed() -> tuple[Listed, ...]:
    """Return the lines of the catalogue, in alphabetical order.

    Examples:
        >>> [line.title for line in listed() if line.name == "chicken"]
        ['Chicken']
    """
    lines = []
    for name in names():
        game = entry(name)
        text = game.text
        lines.append(
            Listed(
                name=name,
                title=game.tree.title,
                players=game.tree.players,
                ends=game.tree.n_terminals,
                infosets=game.tree.n_infosets,
                parameters=dict(game.tree.parameters),
                tags=tuple(text.tags) if text else (),
                sources=tuple(source.citation for source in text.sources) if text else (),
                results=len(text.results) if text else 0,
            )
        )
    return tuple(lines)


def game_at(source: str) -> Game:
    """Read a game from a file, or take it from the catalogue.

    Args:
        source: a path to an ``.efg``, ``.nfg`` or YAML file, or a name of the catalogue.

    Raises:
        ScenarioError: the file has problems.
        ModelError: there is neither such a file nor such a game (SV890).
    """
    path = Path(source)
    if path.is_file() or path.suffix.lower() in _SUFFIXES:
        return read_game(path)
    if path.is_dir():
        raise ModelError(f"'{source}' is a folder; name a file in it.", code="SV890")
    return entry(source)


def set_values(pairs: Mapping[str, str]) -> dict[str, float]:
    """Read the values of ``--set``.

    Raises:
        ModelError: one is no finite number (SV892).

    Examples:
        >>> set_values({"q": "0.3"})
        {'q': 0.3}
    """
    found = {}
    for name, text in pairs.items():
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not np.isfinite(value):
            raise ModelError(f"'{text}' is no finite number, for the parameter '{name}'.", "SV892")
        found[name] = value
    return found


def solved(
    source: str | Game,
    concept: str = "qre",
    *,
    precision: float = 4.0,
    values: Mapping[str, float] | None = None,
    over: str | None = None,
    progress: Progress | None = None,
) -> Solved:
    """Solve one game, and if asked over a range of one of its parameters.

    Args:
        source: a file, a name of the catalogue, or a game that was read.
        concept: ``qre``, ``spe``, ``pbe`` or ``nash``.
        precision: logit precision in 1 / payoff units, for ``qre``.
        values: parameters that differ from their defaults.
        over: ``NAME=LOW:HIGH:COUNT`` to solve over a range as well.
        progress: called during the sweep with done, total, seconds.

    Returns:
        The equilibria with what sort each is and how the game ends under it.

    Raises:
        ScenarioError: the file has problems.
        ModelError: there is no such game (SV890) or concept (SV885), a value is given for a game
            that takes none (SV892), the sweep cannot be read (SV894), or as
            `servanda.games.solve`.

    Examples:
        >>> found = solved("guarantee-moral-hazard", "spe", values={"k": 0.45})
        >>> [kind.name for kind in found.kinds]
        ['attack and war']
    """
    game = game_at(source) if isinstance(source, str) else source
    given = dict(values or {})
    if isinstance(game.game, Form) and given:
        raise ModelError(
            "a game in strategic form has numbers for payoffs and no parameters to set.", "SV892"
        )
    if concept not in get_args(Concept):
        known = ", ".join(get_args(Concept))
        raise ModelError(f"there is no concept '{concept}'; there are: {known}.", "SV885")
    chosen = cast(Concept, concept)
    swept = sweep_range(over) if over else None
    named = kinds(game.text)
    found = solve(game.game, chosen, precision=precision, values=given or None)
    return Solved(
        source=source if isinstance(source, str) else game.tree.title,
        game=game,
        values=given,
        solution=found,
        kinds=kinds_of(found, named, given),
        outcomes=_outcomes(found, given),
        sweep=None
        if swept is None
        else sweep(
            game.game,
            swept,
            chosen,
            precision=precision,
            values=given,
            named=named,
            progress=progress,
        ),
        warnings=game.warnings,
    )


def _outcomes(solution: Solution, values: Mapping[str, float]) -> tuple[Mapping[str, float], ...]:
    found: Sequence[Equilibrium] = solution.equilibria
    return tuple(outcome_shares(solution.tree, e.behaviour, values) for e in found)
