"""Game trees as data, their equilibria and the catalogue of crisis games.

A game is a `Tree` (who moves when and knows what) or a `Form` (everybody at once). Read one with
`read_efg`, `read_nfg` or `read_yaml`, solve one with `solve`, a hundred thousand with
`solve_batch`. Everything loads on first use, so that importing the package stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servanda.games.batch import solve_batch
    from servanda.games.catalogue import catalogue
    from servanda.games.efg import read_efg
    from servanda.games.equilibria import solve
    from servanda.games.form import Form
    from servanda.games.nfg import read_nfg
    from servanda.games.reading import Game, read_game, read_yaml
    from servanda.games.tree import Tree
    from servanda.games.writing import write_efg, write_nfg

__all__ = [
    "Form",
    "Game",
    "Tree",
    "catalogue",
    "read_efg",
    "read_game",
    "read_nfg",
    "read_yaml",
    "solve",
    "solve_batch",
    "write_efg",
    "write_nfg",
]

_HOMES = {
    "Form": "form",
    "Game": "reading",
    "Tree": "tree",
    "catalogue": "catalogue",
    "read_efg": "efg",
    "read_game": "reading",
    "read_nfg": "nfg",
    "read_yaml": "reading",
    "solve": "equilibria",
    "solve_batch": "batch",
    "write_efg": "writing",
    "write_nfg": "writing",
}


def __getattr__(name: str) -> Any:
    """Import a verb when it is first named."""
    if name in _HOMES:
        return getattr(import_module(f"servanda.games.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'servanda.games' has no attribute {name!r}")
