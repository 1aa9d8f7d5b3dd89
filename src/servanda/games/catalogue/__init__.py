"""The catalogue of published crisis games: one file each, with sources and results recomputed.

``catalogue()`` lists them, ``entry(name)`` reads one. What a file claims under ``results`` is
recomputed by the project's tests; what nobody has checked is not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from servanda.domain.errors import ModelError
from servanda.scenario.reading import closest

if TYPE_CHECKING:
    from servanda.games.gamefile import GameText
    from servanda.games.reading import Game

__all__ = ["catalogue", "entry", "kinds", "names"]


@cache
def names() -> tuple[str, ...]:
    """Return the names of the games in the catalogue, in alphabetical order.

    Examples:
        >>> "unilateral-deterrence" in names()
        True
    """
    found = (item.name for item in files(__name__).iterdir())
    return tuple(sorted(name[:-5] for name in found if name.endswith(".yaml")))


@cache
def entry(name: str) -> Game:
    """Read one game of the catalogue.

    Args:
        name: one of `names`.

    Returns:
        The game with its tree and, in ``text``, its sources, parameters and known results.

    Raises:
        ModelError: there is no such game (SV890), or it is held as a formula, not as a tree
            (SV897).

    Examples:
        >>> entry("chicken").tree.players
        ('A', 'B')
    """
    from servanda.games.reading import read_game

    if name == "lewis-schultz":
        raise ModelError(
            "'lewis-schultz' has continuous types and is no tree; "
            "servanda.games.catalogue.lewis_schultz.equilibria finds its equilibria.",
            code="SV897",
        )
    if name not in names():
        near = closest(name, names())
        hint = f" Did you mean '{near}'?" if near else ""
        raise ModelError(f"there is no game '{name}' in the catalogue.{hint}", code="SV890")
    file = files(__name__).joinpath(f"{name}.yaml")
    return read_game(file.read_bytes(), f"{name}.yaml")


def catalogue() -> Mapping[str, Game]:
    """Return every game of the catalogue by its name.

    Examples:
        >>> catalogue()["seltens-horse"].tree.n_players
        3
    """
    return MappingProxyType({name: entry(name) for name in names()})


def kinds(text: GameText | None) -> dict[str, dict[str, dict[str, str]]]:
    """Return the sorts of equilibria that a game's file names among its results.

    Args:
        text: what the file says beside the tree; None gives none.

    Returns:
        Name to player to information set to the action taken for sure, or ``mixed``.

    Examples:
        >>> kinds(entry("chicken").text)["both run a risk"]["A"]
        {'A': 'mixed'}
    """
    found: dict[str, dict[str, dict[str, str]]] = {}
    for result in text.results if text else ():
        for expected in result.expect:
            if expected.get("name") and expected.get("behaviour"):
                found.setdefault(str(expected["name"]), _pattern(expected["behaviour"]))
    return found


def _pattern(behaviour: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    return {
        player: {infoset: _taken(chosen) for infoset, chosen in sets.items()}
        for player, sets in behaviour.items()
    }


def _taken(chosen: object) -> str:
    """Return the action taken for sure; any probability but 1 makes it mixed."""
    if isinstance(chosen, Mapping):
        for action, share in chosen.items():
            if str(share) == "1":
                return str(action)
    return "mixed"
