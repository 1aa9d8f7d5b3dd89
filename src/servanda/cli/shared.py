"""Options that several commands take, worded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypedDict

import click

__all__ = ["as_of_option", "executor_option", "fit_options", "fit_used", "json_option", "pairs"]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

as_of_option: Decorator = click.option(
    "--as-of", metavar="DATE", help="Use only what was known on this day, e.g. 2025-03-07."
)
json_option: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)

executor_option: Decorator = click.option(
    "--executor",
    default="local",
    show_default=True,
    metavar="WHERE",
    help="Where chunks are computed: local, pool, pool:N, dask, dask:N or dask://HOST:PORT.",
)


def fit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--posterior`` and ``--protege`` to a command."""
    where: Decorator = click.option(
        "--posterior",
        default="durability",
        show_default=True,
        metavar="NAME",
        help="Fit to history for the calibrated assumptions: durability, "
        "durability-without-founding, or `prior` for none.",
    )
    how: Decorator = click.option(
        "--protege",
        default="chooses",
        show_default=True,
        type=click.Choice(["chooses", "mechanical"]),
        help="Whether the protege looks ahead or provokes with a fixed chance.",
    )
    return where(how(command))


class Fit(TypedDict):
    """How ``compare`` and ``histories`` take the two options."""

    posterior: str | None
    protege: Literal["chooses", "mechanical"]


def fit_used(posterior: str, protege: str) -> Fit:
    """Read the two options: `prior` is no fit at all.

    Examples:
        >>> fit_used("prior", "mechanical")
        {'posterior': None, 'protege': 'mechanical'}
    """
    return {
        "posterior": None if posterior == "prior" else posterior,
        "protege": "mechanical" if protege == "mechanical" else "chooses",
    }


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
