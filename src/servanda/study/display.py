"""Results show themselves in a notebook: as the report layer writes them."""

from __future__ import annotations

from importlib import import_module

__all__ = ["Displayed"]


class Displayed:
    """Gives a result the display that notebooks ask for.

    The report layer stands above this one and is looked up by name when a notebook asks, so that a
    study never loads templates and nothing here depends on how a page looks.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        shown: str = import_module("servanda.report.notebook").shown(self)
        return shown
