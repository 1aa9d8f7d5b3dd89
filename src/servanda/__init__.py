"""servanda: who would have to do what, would it be honoured, and how long would peace last.

Subpackages load on first use, so that asking for help or checking a file stays quick:

>>> import servanda
>>> servanda.domain.Actor.__name__
'Actor'
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from servanda._version import __version__

_PARTS = (
    "deterrence",
    "domain",
    "durability",
    "evidence",
    "games",
    "negotiation",
    "numerics",
    "obligations",
    "report",
    "scenario",
    "study",
    "truce",
)

__all__ = ["__version__", *_PARTS]


def __getattr__(name: str) -> ModuleType:
    """Import a subpackage when it is first named."""
    if name in _PARTS:
        return import_module(f"servanda.{name}")
    raise AttributeError(f"module 'servanda' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the version and the subpackages."""
    return sorted(__all__)
