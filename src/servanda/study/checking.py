"""Every problem of whatever a reader hands over: texts, cases, scenarios, tables and games."""

from __future__ import annotations

from pathlib import Path

from servanda.domain.problem import Problem
from servanda.scenario import folder
from servanda.scenario.reading import parse
from servanda.study.linting import Linting

__all__ = ["check"]

_GAMBIT = (".efg", ".nfg")
_NO_KIND = "SV200"


def check(source: str) -> tuple[Problem, ...]:
    """Return every problem of a scenario folder, a file, a folder of files, or an example.

    A game is known by its suffix (``.efg``, ``.nfg``) or, in YAML, by its ``players`` together with
    a ``tree`` or ``cells``; everything else by what `servanda.scenario.folder.check` says.

    Examples:
        >>> check("ukraine-2025")
        ()
    """
    path = Path(source)
    if path.suffix.lower() in _GAMBIT:
        return _game(path, source)
    found = folder.check(source, linters=[Linting(source)])
    if any(problem.code == _NO_KIND for problem in found) and _looks_like_a_game(path, source):
        return _game(path, source)
    return found


def _looks_like_a_game(path: Path, name: str) -> bool:
    """Tell whether a file of no other kind has the keys of a game."""
    data = parse(path, name).data if path.is_file() else None
    return isinstance(data, dict) and "players" in data and ("tree" in data or "cells" in data)


def _game(path: Path, name: str) -> tuple[Problem, ...]:
    from servanda.games.reading import check as check_game

    return check_game(path, name)
