"""The data that ships: instruments, cases, actors, slots, assumptions, priors, the casebook."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["path"]


def path(*parts: str) -> Traversable:
    """Return the library file or folder with this name.

    Examples:
        >>> path("instruments").is_dir()
        True
    """
    return files(__name__).joinpath(*parts)
