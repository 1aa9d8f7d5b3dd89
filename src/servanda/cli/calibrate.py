"""``servanda calibrate``: fit the durability engine to the casebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from servanda.cli.outcome import Progress, print_json, say
from servanda.cli.shared import json_option

if TYPE_CHECKING:
    from servanda.study.calibration.fit import Calibration

__all__ = ["command"]


@click.command(
    "calibrate",
    epilog="""Examples:

\b
  servanda calibrate --draws 2000
  servanda calibrate --leave-out russia_ukraine --json > fit.json
  servanda calibrate --draws 20000 --seed 1 --out my-posterior/
""",
)
@click.option("--draws", default=20_000, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option(
    "--leave-out", "left_out", multiple=True, metavar="CLUSTER", help="Leave a cluster out."
)
@click.option(
    "--casebook",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another casebook in the same columns.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the posterior, its record and a picture.",
)
@click.option("--quiet", is_flag=True, help="No progress, no advice.")
@json_option
def command(
    draws: int,
    seed: int,
    left_out: tuple[str, ...],
    casebook: Path | None,
    out: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Fit chances to act, cost of default, forces and the status quo to history.

    Prints the posterior beside the prior under each rival prior of a2, which are never averaged,
    and how it changes without the founding conflict and without the inter-war cases. The same seed
    and number of draws give the same bits.
    """
    from servanda.study.calibration.episodes import read_casebook, shipped_casebook
    from servanda.study.calibration.fit import calibrate

    book = shipped_casebook() if casebook is None else read_casebook(casebook)
    found = calibrate(
        book,
        draws=draws,
        seed=seed,
        leave_out=left_out,
        progress=Progress("Calibrating", quiet=quiet or as_json),
    )
    files = [] if out is None else _written(found, out)
    if as_json:
        from servanda.report.calibration import calibration_json

        print_json({**calibration_json(found), "files": [str(f) for f in files]})
        return 0
    from servanda.report.calibration import calibration_text
    from servanda.report.terminal import terminal_style

    ink = terminal_style()
    click.echo(calibration_text(found, ink.width, ink.colour))
    if not quiet:
        for file in files:
            say(f"Written: {file}")
        say("Score it against history with `servanda backtest durability`.")
    return 0


def _written(found: Calibration, out: Path) -> list[Path]:
    from servanda.report.calibration import posterior_picture
    from servanda.study.calibration.fit import MAIN, WITHOUT_FOUNDING
    from servanda.study.calibration.posterior import write

    shipped = tuple(name for name in (MAIN, WITHOUT_FOUNDING) if name in found.fits)
    files = write(out, found, shipped)
    picture = out / "posterior.svg"
    picture.write_text(posterior_picture(found), "utf-8")
    return [*files, picture]
