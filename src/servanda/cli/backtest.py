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
  servanda backtest negotiation --data decisions/
""",
)
@click.argument("engine", type=click.Choice(["durability", "negotiation"]), default="durability")
@click.option("--draws", default=8000, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option(
    "--casebook",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another casebook in the same columns.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Decisions with outcomes, for negotiation: one *issues.csv and one *positions.csv.",
)
@click.option(
    "--folds",
    default=10,
    show_default=True,
    type=click.IntRange(2, 100),
    help="Parts into which proposals are cut, for negotiation.",
)
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.yaml",
    help="Keep the numbers fitted to all decisions, for negotiation.",
)
@click.option(
    "--source", default="not recorded", metavar="TEXT", help="What the decisions are, for --write."
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
    data: Path | None,
    folds: int,
    write: Path | None,
    source: str,
    out: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Forecast each cluster of the casebook from the others and score ENGINE's forecasts.

    Kaplan-Meier, pooled and by type, is scored the same way; the difference is printed with its
    interval whether the model wins or loses. For negotiation, whole proposals are left out, and
    every forecast model is scored on decisions with known outcomes.
    """
    if engine == "negotiation":
        return _negotiation(data, folds, seed, write, source, out, quiet, as_json)
    from servanda.report.calibration import backtest_json, backtest_text
    from servanda.report.terminal import terminal_style
    from servanda.study.calibration.backtest import backtest
    from servanda.study.calibration.episodes import read_casebook, shipped_casebook

    book = shipped_casebook() if casebook is None else read_casebook(casebook)
    progress = Progress("Backtest", quiet=quiet or as_json)
    found = backtest(book, draws=draws, seed=seed, progress=progress)
    scores = backtest_json(found)
    if out is not None:
        _save(out, json.dumps(scores, ensure_ascii=False, allow_nan=False) + "\n")
    if as_json:
        print_json(scores)
        return 0
    ink = terminal_style()
    click.echo(backtest_text(found, ink.width, ink.colour))
    if out is not None and not quiet:
        say(f"Written: {out}")
    return 0


def _negotiation(
    data: Path | None,
    folds: int,
    seed: int,
    write: Path | None,
    source: str,
    out: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    if data is None:
        raise click.UsageError(
            "No decisions with outcomes ship with servanda: name a folder of yours with --data."
        )
    from servanda.study.decision_fit import backtest_decisions, write_fitted
    from servanda.study.decisions import read_decisions

    found = backtest_decisions(read_decisions(data), folds=folds, seed=seed)
    if write is not None:
        write_fitted(found, write, source)
    if out is not None:
        _save(out, json.dumps(found.published(), ensure_ascii=False, allow_nan=False) + "\n")
    if as_json:
        print_json(found.published())
        return 0
    from servanda.report.decisions import decisions_text
    from servanda.report.terminal import terminal_style

    ink = terminal_style()
    click.echo(decisions_text(found, ink.width, ink.colour))
    for path in (write, out):
        if path is not None and not quiet:
            say(f"Written: {path}")
    return 0


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}", "SV702") from error
