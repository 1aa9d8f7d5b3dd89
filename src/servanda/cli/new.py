"""``servanda new``: a scenario folder of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from servanda.cli.outcome import say

__all__ = ["command"]


@click.command(
    "new",
    epilog="""Examples:

\b
  servanda new my-case
  servanda new my-case --from border-pact
""",
)
@click.argument("name")
@click.option("--from", "example", metavar="EXAMPLE", help="Copy a shipped example.")
@click.option(
    "--in",
    "parent",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where to make the folder.",
)
def command(name: str, example: str | None, parent: Path) -> int:
    """Make the scenario folder NAME, by five questions or from an example.

    Nothing that exists is overwritten.
    """
    from servanda.scenario.starting import Answers, copy_example, start

    if example is not None:
        folder = copy_example(example, parent / name)
    else:
        folder = start(parent / name, Answers(**_ask()))
    say(f"Made {folder}. Edit scenario.yaml, then:")
    say(f"  servanda check {folder}\n  servanda compare {folder} --draws 200")
    return 0


def _ask() -> dict[str, Any]:
    """Ask the five questions; every answer has a default that works."""
    say("Five questions; press Enter for the answer in brackets.")
    title = click.prompt("What is the case called?", default="A border and a promise", err=True)
    protege = click.prompt("Who is to be protected (code)?", default="MDA", err=True)
    challenger = click.prompt("From whom?", default="RUS", err=True)
    helpers = click.prompt("Who might promise help (codes, comma)?", default="ROU,FRA", err=True)
    duty = click.prompt(
        "What would they promise?",
        default="consult",
        type=click.Choice(["consult", "assist"]),
        err=True,
    )
    return {
        "title": title,
        "protege": protege.strip(),
        "challenger": challenger.strip(),
        "guarantors": tuple(word.strip() for word in helpers.split(",") if word.strip()),
        "duty": duty,
    }
