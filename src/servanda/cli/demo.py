"""``servanda demo``: the founding case, as of March 2025 and as of today."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import Progress, print_json, say
from servanda.cli.shared import json_option

__all__ = ["command"]

THEN = "2025-03-07"
DRAWS = 200
SWITCH_DRAWS = 50


@click.command("demo", epilog="Example:\n\n\b\n  servanda demo\n")
@click.option(
    "--out",
    default="servanda-runs",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that keeps runs and reports.",
)
@click.option("--draws", default=DRAWS, show_default=True, type=click.IntRange(1, 100_000))
@json_option
def command(out: Path, draws: int, as_json: bool) -> int:
    """Show the founding case at quick settings.

    In March 2025 Italy's prime minister proposed to extend NATO's Article 5 to Ukraine without
    membership, and Kyiv asked Rome for the specifics. The demo compares the options on the table,
    as known on 7 March 2025 and as known today, prints the first questions for Rome and writes the
    report.
    """
    from servanda.cli.compare import write_report
    from servanda.report.terminal import comparison_table, comparison_text, terminal_style
    from servanda.study import compare
    from servanda.study.published import published

    if not as_json:
        say(f"The founding case, {draws} draws; the first run also compiles the kernels.")
    then = compare(
        "ukraine-2025",
        draws=draws,
        as_of=THEN,
        root=out,
        rival_effects=False,
        progress=Progress(f"As of {THEN}", quiet=as_json),
    )
    today = compare(
        "ukraine-2025",
        draws=draws,
        root=out,
        switch_draws=SWITCH_DRAWS,
        progress=Progress("As of today", quiet=as_json),
    )
    paths = [(out / f"ukraine-2025-as-of-{c.run.as_of}.html").resolve() for c in (then, today)]
    for comparison, path in zip((then, today), paths, strict=True):
        write_report(comparison, path)
    if as_json:
        print_json(published(today))
        return 0
    ink = terminal_style()
    click.echo(ink.bold(f"As known on {THEN}"))
    click.echo(comparison_table(then, ink.width, ink.colour))
    click.echo()
    click.echo(ink.bold(f"As known on {today.run.as_of}"))
    click.echo(
        comparison_text(
            today,
            ink.width,
            ink.colour,
            report=str(paths[1]),
            next_command="servanda assess ukraine-2025 --incident air-strike-energy; "
            "servanda new my-case --from border-pact",
        )
    )
    say(f"Report as known on {THEN}: {paths[0]}")
    return 0
