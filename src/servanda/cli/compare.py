"""``servanda compare``: all options of a scenario side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from servanda.cli.outcome import Progress, print_json, say
from servanda.cli.shared import (
    as_of_option,
    executor_option,
    fit_options,
    fit_used,
    json_option,
    pairs,
)
from servanda.domain.errors import StoreError

if TYPE_CHECKING:
    from servanda.study.result import Comparison

__all__ = ["command", "deliver", "write_report"]

SWITCH_DRAWS = 100  # as in study.switches, which would load the kernels for --help


@click.command(
    "compare",
    epilog="""Examples:

\b
  servanda compare ukraine-2025
  servanda compare ukraine-2025 --as-of 2025-03-07 --draws 500 --seed 7
  servanda compare ukraine-2025 --brief membership
  servanda compare ukraine-2025 --draws 100000 --executor pool
  servanda compare my-scenario/ --rival a2=near_zero --json > result.json
""",
)
@click.argument("scenario")
@click.option("--draws", default=2000, show_default=True, type=click.IntRange(1, 10_000_000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@as_of_option
@click.option("--option", "options", multiple=True, metavar="ID", help="Compare only these.")
@click.option(
    "--rival", "rivals", multiple=True, metavar="ASSUMPTION=RIVAL", help="Use a rival model."
)
@fit_options
@executor_option
@click.option(
    "--out",
    default="servanda-runs",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that keeps runs; a finished run is found again there.",
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Report file.")
@click.option("--no-report", is_flag=True, help="Do not write the report.")
@click.option(
    "--brief", metavar="ID", help="Print the page of this option in place of the comparison."
)
@click.option(
    "--switch-draws",
    default=SWITCH_DRAWS,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Draws on which each switch is turned: rival models, the fit to history, the protege.",
)
@click.option("--no-rivals", is_flag=True, help="Turn no switch.")
@click.option("--quiet", is_flag=True, help="No progress, no advice.")
@json_option
def command(
    scenario: str,
    draws: int,
    seed: int,
    as_of: str | None,
    options: tuple[str, ...],
    rivals: tuple[str, ...],
    posterior: str,
    protege: str,
    executor: str,
    out: Path,
    report: Path | None,
    no_report: bool,
    brief: str | None,
    switch_draws: int,
    no_rivals: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Compare all options of SCENARIO, a folder or the name of a shipped example.

    The same seed gives the same bits, whatever the executor and the number of workers. An
    interrupted run goes on where it stopped when the same command is given again, or with
    `servanda study resume`.
    """
    from servanda.scenario.folder import load
    from servanda.study import compare
    from servanda.study.comparison import named_option

    resolved = load(scenario)
    if brief is not None:
        named_option(resolved, brief, as_of=as_of, options=options)
    comparison = compare(
        resolved,
        draws=draws,
        seed=seed,
        as_of=as_of,
        options=options,
        rivals=pairs(rivals),
        **fit_used(posterior, protege),
        root=out,
        rival_effects=not no_rivals,
        switch_draws=switch_draws,
        progress=Progress("Comparing", quiet=quiet or as_json),
        executor=executor,
    )
    return deliver(
        comparison, report=report, no_report=no_report, quiet=quiet, as_json=as_json, brief=brief
    )


def deliver(
    comparison: Comparison,
    *,
    report: Path | None,
    no_report: bool,
    quiet: bool,
    as_json: bool,
    brief: str | None = None,
) -> int:
    """Print a comparison, or the page of one option, and write the report.

    The report stands beside the run unless a file is named.
    """
    from servanda.report.terminal import comparison_text, terminal_style
    from servanda.study.published import published

    path = None if no_report else report or Path(comparison.run.folder or ".") / "report.html"
    if path is not None:
        write_report(comparison, path)
    if as_json:
        print_json(published(comparison))
        return 0
    ink = terminal_style()
    if brief is not None:
        from servanda.report.brief_text import brief_text

        click.echo(brief_text(comparison, brief, ink.width, ink.colour))
        if path is not None and not quiet:
            say(f"Report: {path}")
        return 0
    click.echo(
        comparison_text(
            comparison,
            width=ink.width,
            colour=ink.colour,
            report=None if path is None or quiet else str(path),
            next_command=f"servanda verify {comparison.run.folder}",
        )
    )
    return 0


def write_report(comparison: Comparison, path: Path) -> None:
    """Write the one-file report; the old file stays whole until the new one is complete."""
    from servanda.report.html import render

    text = render(comparison)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".part")
        beside.write_text(text, "utf-8")
        beside.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write the report {path}: {error.strerror}", "SV702") from error
