"""The local workbench: the pages and the JSON interface of ``servanda serve``.

It listens on the loopback interface, asks for a token, sends nothing anywhere and loads nothing
from anywhere. Everything shown is made by the report layer from what the study layer computes;
nothing here decides a number.
"""

from __future__ import annotations

__all__: list[str] = []
