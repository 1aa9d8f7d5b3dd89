"""``servanda atop``: to and from the tables of the alliance data."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import print_json, say
from servanda.cli.shared import json_option

__all__ = ["command"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    "atop",
    epilog="""Examples:

\b
  servanda atop export anzus-1951
  servanda atop export my-pact.yaml --csv row.csv --members members.csv
  servanda atop import alliances.csv --row 3150 --members members.csv --out pact.yaml
""",
)
def command() -> None:
    """Exchange instruments with the tables of the ATOP alliance data.

    No data of the project ship with servanda; the tables are yours.
    """


@command.command(
    "export", epilog="Example:\n\n\b\n  servanda atop export nat-1949 --on 1955-06-01\n"
)
@click.argument("instrument")
@click.option(
    "--csv", "csv_file", metavar="FILE", help="Write the variables as a row to a new file."
)
@click.option("--members", "members_file", metavar="FILE", help="Write the member table, too.")
@click.option("--on", metavar="DATE", help="Only those who are members on this day.")
@json_option
def export(
    instrument: str,
    csv_file: str | None,
    members_file: str | None,
    on: str | None,
    as_json: bool,
) -> None:
    """Code INSTRUMENT, a file or one of the library, in ATOP's variables.

    Every code comes from the provisions; a missing one has its reason, and what the variables
    cannot say is listed.
    """
    from servanda.report.alliances import record_table
    from servanda.report.terminal import terminal_style
    from servanda.study.atopfiles import exported, members_csv, record_csv, record_json, saved

    record = exported(instrument, on=on)
    files = {csv_file: record_csv(record)} if csv_file else {}
    if members_file:
        files[members_file] = members_csv(record)
    saved(files)
    if as_json:
        print_json(record_json(record))
        return
    click.echo(record_table(record, terminal_style()))
    for name in files:
        say(f"Wrote {name}.")


@command.command(
    "import", epilog="Example:\n\n\b\n  servanda atop import row.csv --out pact.yaml\n"
)
@click.argument("table", type=_FILE)
@click.option("--members", type=_FILE, metavar="FILE", help="The member table.")
@click.option("--row", metavar="ATOPID", help="Which row, where the table has several.")
@click.option("--out", metavar="FILE", help="Write the instrument to this new file.")
def import_(table: Path, members: Path | None, row: str | None, out: str | None) -> None:
    """Make a skeleton of an instrument from a row of TABLE, a CSV file with ATOP's column names.

    What the row does not say stands under `unspecified` and becomes a question.
    """
    from servanda.study.atopfiles import imported, saved

    made = imported(table, members=members, row=row)
    if out:
        saved({out: made.text})
        say(f"Wrote {out}. Go on with:\n  servanda check {out}\n  servanda questions {out}")
    else:
        click.echo(made.text, nl=False)
    for loss in made.losses:
        say(f"not carried over  {loss.slot}: {loss.note}")
