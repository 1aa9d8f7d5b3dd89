"""Options that several commands take, worded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = ["as_of_option", "json_option", "pairs"]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

as_of_option: Decorator = click.option(
    "--as-of", metavar="DATE", help="Use only what was known on this day, e.g. 2025-03-07."
)
json_option: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)


def pairs(values: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE arguments.

    Raises:
        click.BadParameter: an argument has no equals sign.
    """
    found = {}
    for value in values:
        name, sign, chosen = value.partition("=")
        if not sign or not name or not chosen:
            raise click.BadParameter(f"expected NAME=VALUE, not {value!r}")
        found[name] = chosen
    return found
