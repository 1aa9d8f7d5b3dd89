"""``servanda backtest``: score an engine against history, leaving one cluster out at a time."""

from __future__ import annotations

import json
from pathlib import Path

import click

from servanda.cli.outcome import Progress, print_json, say
from servanda.cli.shared import json_option
from servanda.domain.errors import StoreError

__all__ = ["command"]


@click.command(
    "backtest",
    epilog="""Examples:

\b
  servanda backtest durability
  servanda backtest durability --draws 20000 --json > scores.json
""",
)
@click.argument("engine", type=click.Choice(["durability"]), default="durability")
@click.option("--draws", default=8000, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option(
    "--casebook",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another casebook in the same columns.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.json",
    help="Also write everything to a file.",
)
@click.option("--quiet", is_flag=True, help="No progress, no advice.")
@json_option
def command(
    engine: str,
    draws: int,
    seed: int,
    casebook: Path | None,
    out: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Forecast each cluster of the casebook from the others and score ENGINE's forecasts.

    Kaplan-Meier, pooled and by type, is scored the same way; the difference is printed with its
    interval whether the model wins or loses.
    """
    from servanda.report.calibration import backtest_json, backtest_text
    from servanda.report.terminal import terminal_style
    from servanda.study.calibration.backtest import backtest
    from servanda.study.calibration.episodes import read_casebook, shipped_casebook

    book = shipped_casebook() if casebook is None else read_casebook(casebook)
    progress = Progress("Backtest", quiet=quiet or as_json)
    found = backtest(book, draws=draws, seed=seed, progress=progress)
    data = backtest_json(found)
    if out is not None:
        _save(out, json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
    if as_json:
        print_json(data)
        return 0
    ink = terminal_style()
    click.echo(backtest_text(found, ink.width, ink.colour))
    if out is not None and not quiet:
        say(f"Written: {out}")
    return 0


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}", "SV702") from error
