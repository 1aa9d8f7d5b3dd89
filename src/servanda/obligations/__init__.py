"""Engine 1: who must, may or must not do what, by when, why; and what the text leaves open.

`assess` holds texts against an incident, `assess_many` against a million rows of facts; `bind`
reads off how strongly a provision binds, `flip` what would change a finding, `gaps`, `fill` and
`questions` what a text says and leaves open. They load on first use, so that a check stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from servanda.obligations.explain import explain  # a module and a verb: the verb has the name

if TYPE_CHECKING:
    from servanda.obligations.binding import Binding, bind
    from servanda.obligations.bulk import assess_many
    from servanda.obligations.fillings import fill
    from servanda.obligations.flips import flip
    from servanda.obligations.open_slots import gaps, questions
    from servanda.obligations.solve import assess

__all__ = [
    "Binding",
    "assess",
    "assess_many",
    "bind",
    "explain",
    "fill",
    "flip",
    "gaps",
    "questions",
]

_HOMES = {
    "Binding": "binding",
    "assess": "solve",
    "assess_many": "bulk",
    "bind": "binding",
    "fill": "fillings",
    "flip": "flips",
    "gaps": "open_slots",
    "questions": "open_slots",
}


def __getattr__(name: str) -> Any:
    """Import a verb when it is first named."""
    if name in _HOMES:
        return getattr(import_module(f"servanda.obligations.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'servanda.obligations' has no attribute {name!r}")
