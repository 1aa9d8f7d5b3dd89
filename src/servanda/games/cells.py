"""From the cells of a YAML game file to a draft of the simultaneous game."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from servanda.games.drafting import InfoSet
from servanda.games.tree import DECISION, TERMINAL

if TYPE_CHECKING:
    from servanda.games.nested import Walk

__all__ = ["lay_out"]

Path = tuple[str | int, ...]


def lay_out(walk: Walk, cells: Mapping[str, Any]) -> None:
    """Add the nodes of a strategic form to the draft of a walk.

    The strategies of the first player are the keys of ``cells``, those of the second the keys under
    each of them, and so on; under the last stand the payoffs, or the name of an outcome. Every
    player has one information set, named "1".
    """
    players = walk.draft.players
    strategies = _strategies(cells, len(players))
    for player, labels in enumerate(strategies):
        walk.draft.sets.append(InfoSet(player, "1", "1", labels, ("cells",)))
    if len(strategies) < len(players):
        text = f"cells {len(strategies)} deep for {len(players)} players"
        walk.say("SV854", text, ("cells",), key=True)
        return
    open_: list[tuple[Any, Path, int]] = [(cells, ("cells",), 0)]
    while open_:
        item, path, level = open_.pop()
        if level == len(players):
            walk.draft.add(TERMINAL, -1, _payoffs(walk, item, path), "", path)
            continue
        labels = strategies[level]
        found = list(item) if isinstance(item, Mapping) else []
        if set(found) != set(labels):
            text = f"{players[level]} has the strategies {_listed(labels)} at first and "
            walk.say("SV855", f"{text}{_listed(found)} here", path)
            continue
        walk.draft.add(DECISION, level, -1, "", path)
        open_ += [(item[name], (*path, name), level + 1) for name in reversed(labels)]


def _strategies(cells: Any, players: int) -> list[tuple[str, ...]]:
    """Read off the strategies from the first cell."""
    found: list[tuple[str, ...]] = []
    while len(found) < players and isinstance(cells, Mapping) and cells:
        found.append(tuple(cells))
        cells = next(iter(cells.values()))
    return found


def _payoffs(walk: Walk, item: Any, path: Path) -> int:
    if isinstance(item, str):
        return walk.tabled(item, path)
    return walk.outcome("", item, path)


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels) or "none"
