"""``servanda solve``: one game, all equilibria it can enumerate, over a range if asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from servanda.cli.outcome import Progress, print_json, say, show_problems
from servanda.cli.shared import json_option, pairs

if TYPE_CHECKING:
    from servanda.study.solving import Solved

__all__ = ["command"]


@click.command(
    "solve",
    epilog="""Examples:

\b
  servanda solve --list
  servanda solve unilateral-deterrence --concept pbe --set pC=0.3 --set pD=0.2
  servanda solve guarantee-moral-hazard --concept spe --sweep k=0:1:50 --chart band.html
  servanda solve my-crisis.efg --precision 2 --picture my-crisis.svg
  servanda solve my-game.nfg --concept nash --json
""",
)
@click.argument("game", required=False)
@click.option("--list", "listing", is_flag=True, help="Show the catalogue of games.")
@click.option(
    "--concept",
    type=click.Choice(["qre", "spe", "pbe", "nash"]),
    default="qre",
    show_default=True,
    help="Logit, subgame perfect, perfect Bayesian or Nash equilibrium.",
)
@click.option(
    "--precision",
    type=float,
    default=4.0,
    show_default=True,
    metavar="L",
    help="Logit precision, in 1 / payoff units; for qre.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter.")
@click.option("--sweep", "over", metavar="NAME=LOW:HIGH:COUNT", help="Solve over a range.")
@click.option(
    "--picture", type=click.Path(dir_okay=False), metavar="FILE.svg", help="Draw the tree."
)
@click.option(
    "--chart",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Draw the sweep: .html, .svg or .json.",
)
@click.option("--show", type=int, default=1, metavar="N", help="The equilibrium in the picture.")
@click.option(
    "--width",
    type=click.IntRange(min=200),
    default=1200,
    show_default=True,
    metavar="PIXELS",
    help="Room for the picture.",
)
@click.option(
    "--theme", type=click.Choice(["auto", "light", "dark"]), default="auto", help="Colours."
)
@json_option
def command(
    game: str | None,
    listing: bool,
    concept: str,
    precision: float,
    settings: tuple[str, ...],
    over: str | None,
    picture: str | None,
    chart: str | None,
    show: int,
    width: int,
    theme: str,
    as_json: bool,
) -> int:
    """Solve GAME: an .efg, .nfg or YAML file, or a name of the catalogue.

    Prints every equilibrium found: what is played at each information set, with which beliefs,
    what each player expects, and how the game ends. All of it is so in this model.
    """
    if listing:
        return _list(as_json)
    if game is None:
        raise click.UsageError("Name a game, or show the catalogue with --list.")
    if picture and not picture.lower().endswith(".svg"):
        raise click.UsageError(
            f"--picture writes SVG: name a file that ends in .svg, not {picture}."
        )
    if chart and not over:
        raise click.UsageError("--chart draws a sweep: give --sweep NAME=LOW:HIGH:COUNT, too.")
    from servanda.study.solving import set_values, solved

    progress = Progress("solve")
    found = solved(
        game,
        concept,
        precision=precision,
        values=set_values(pairs(settings)),
        over=over,
        progress=progress,
    )
    if picture:
        _picture(found, picture, show, width, theme)
    if chart:
        _chart(found, chart, theme)
    if as_json:
        print_json(found.published())
        return 0
    from servanda.report.games import solved_text
    from servanda.report.terminal import terminal_style

    show_problems(found.warnings)
    ink = terminal_style()
    click.echo(solved_text(found, ink.width, ink.colour))
    say("In this model. --json gives everything, --picture draws the tree, --sweep a range.")
    return 0


def _list(as_json: bool) -> int:
    from servanda.study.solving import listed

    lines = listed()
    if as_json:
        print_json({"games": [line.published() for line in lines]})
        return 0
    from servanda.report.games import catalogue_text
    from servanda.report.terminal import terminal_style

    ink = terminal_style()
    click.echo(catalogue_text(lines, ink.width, ink.colour))
    say("Solve one with `servanda solve NAME`; its parameters can be changed with --set.")
    return 0


def _picture(found: Solved, file: str, show: int, width: int, theme: str) -> None:
    from servanda.report.games import solved_picture

    text = solved_picture(found, number=show, width=width, theme=theme)
    Path(file).write_text(text, encoding="utf-8")
    say(f"Picture of equilibrium {show}: {file}")


def _chart(found: Solved, file: str, theme: str) -> None:
    from servanda.report.games import write_chart

    write_chart(found, Path(file), theme)
    say(f"Chart: {file}")
