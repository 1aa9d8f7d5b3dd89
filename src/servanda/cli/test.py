"""``servanda test``: cases with expected findings, as a lawyer writes them."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import print_json, say, show_problems
from servanda.cli.shared import json_option

__all__ = ["command"]


@click.command(
    "test",
    epilog="""Examples:

\b
  servanda test my-cases/
  servanda test my-cases/ --instruments treaties/ --junit findings.xml
  servanda test --all
""",
)
@click.argument("path", required=False)
@click.option(
    "--instruments",
    "folders",
    multiple=True,
    metavar="DIR",
    help="Folder with instrument files by other hands, used before all others (repeatable).",
)
@click.option("--all", "every", is_flag=True, help="List the cases that pass, too.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the result as JUnit XML.",
)
@json_option
def command(
    path: str | None, folders: tuple[str, ...], every: bool, junit: Path | None, as_json: bool
) -> int:
    """Run every case with expected findings under PATH: a folder, or one file.

    Without PATH the cases of the library are run. A case names its instruments; they are looked for
    in the file itself, in --instruments, in PATH, beside it in instruments/, and in the library.
    Exit code 0 if everything agrees, 1 otherwise; a case that expects nothing agrees with nothing.
    """
    from servanda.report.battery import battery_text, junit_xml
    from servanda.report.terminal import terminal_style
    from servanda.study.battery import run_battery

    result = run_battery(path, folders=folders)
    if junit is not None:
        junit.write_text(junit_xml(result), encoding="utf-8")
    if as_json:
        print_json(result.published())
        return 0 if result.passed else 1
    if result.problems:
        show_problems(result.problems)
    ink = terminal_style()
    click.echo(battery_text(result, ink.width, ink.colour, every=every))
    say("The expectations are somebody's reading of the texts, not legal advice.")
    return 0 if result.passed else 1
