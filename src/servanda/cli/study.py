"""``servanda study``: how far runs are, and going on with one."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.compare import deliver
from servanda.cli.outcome import Progress, print_json
from servanda.cli.shared import executor_option, json_option

__all__ = ["command"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(
    "study",
    epilog="""Examples:

\b
  servanda study status
  servanda study status servanda-runs/1a2b3c4d5e6f7081
  servanda study resume servanda-runs/1a2b3c4d5e6f7081 --executor pool
""",
)
def command() -> None:
    """See how far runs are, and go on with one that was interrupted."""


@command.command("status", epilog="Example:\n\n\b\n  servanda study status servanda-runs\n")
@click.argument("where", type=_FOLDER, default="servanda-runs")
@click.option("--check", is_flag=True, help="Compare the checksum of every file, not only sizes.")
@json_option
def status(where: Path, check: bool, as_json: bool) -> int:
    """Say how far the run in folder WHERE is, or every run that WHERE holds.

    Exit code 1 if a chunk is damaged or a run cannot be read.
    """
    from servanda.report.runs import status_text
    from servanda.report.terminal import terminal_style
    from servanda.study.status import statuses

    found = statuses(where, thorough=check)
    if as_json:
        print_json({"runs": [one.published() for one in found]})
    else:
        click.echo(status_text(found, terminal_style()))
    return int(any(one.damaged or one.state == "unreadable" for one in found))


@command.command(
    "resume", epilog="Example:\n\n\b\n  servanda study resume servanda-runs/1a2b3c4d5e6f7081\n"
)
@click.argument("run", type=_FOLDER)
@executor_option
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Report file.")
@click.option("--no-report", is_flag=True, help="Do not write the report.")
@click.option("--no-rivals", is_flag=True, help="Turn no switch.")
@click.option("--quiet", is_flag=True, help="No progress, no advice.")
@json_option
def resume(
    run: Path,
    executor: str,
    report: Path | None,
    no_report: bool,
    no_rivals: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Finish the interrupted comparison in folder RUN and show it.

    Finished chunks are not computed again, damaged ones are. The executor may be another than the
    one that the run began with: the bits do not depend on it.
    """
    from servanda.study.stored import resume as go_on

    comparison = go_on(
        run,
        executor=executor,
        rival_effects=not no_rivals,
        progress=Progress("Comparing", quiet=quiet or as_json),
    )
    return deliver(comparison, report=report, no_report=no_report, quiet=quiet, as_json=as_json)
