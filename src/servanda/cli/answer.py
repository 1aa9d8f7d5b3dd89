"""``servanda answer``: record a reply as a new dated version of the text."""

from __future__ import annotations

import click

from servanda.cli.outcome import print_json, say
from servanda.cli.shared import json_option

__all__ = ["command"]


@click.command(
    "answer",
    epilog="""Examples:

\b
  servanda new mine --from ukraine-2025
  servanda answer mine rule --instrument meloni-2025-08-18 --option consensus \\
      --by ITA --date 2026-03-01 --source https://example.org/reply
  servanda answer mine --file answers.yaml --dry-run
""",
)
@click.argument("scenario")
@click.argument("slot", required=False)
@click.option("--instrument", metavar="ID", help="The text that the reply is about.")
@click.option("--option", "practice", metavar="ID", help="A practice option of the slot.")
@click.option(
    "--set", "pairs", multiple=True, metavar="PATH=VALUE", help="A field of the text (repeatable)."
)
@click.option("--text", metavar="WORDS", help="The reply in words; alone it settles nothing.")
@click.option("--settles", is_flag=True, help="The words settle the slot.")
@click.option("--by", metavar="ACTOR", help="Who answered.")
@click.option("--date", metavar="DATE", help="The day of the reply.")
@click.option("--source", metavar="URL_OR_FILE", help="Where the reply can be read.")
@click.option("--file", "file", metavar="FILE", help="A file of replies instead.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@json_option
def command(
    scenario: str,
    slot: str | None,
    instrument: str | None,
    practice: str | None,
    pairs: tuple[str, ...],
    text: str | None,
    settles: bool,
    by: str | None,
    date: str | None,
    source: str | None,
    file: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Record a reply on SLOT (its name, the name it is open under, or the question) in SCENARIO.

    The reply becomes a new dated version of the text in the scenario's folder; the options that
    used the former version take it up from that day on. Nothing is overwritten. A practice option
    or a value settles the slot; words alone are recorded and leave it open, unless --settles is
    given.
    """
    from servanda.report.answers import answer_text
    from servanda.report.terminal import terminal_style
    from servanda.study.answers import record, replies_of
    from servanda.study.replies import Reply, reply_sets

    if file is not None:
        replies = replies_of(file)
    else:
        needed = {"SLOT": slot, "--instrument": instrument, "--by": by, "--date": date}
        absent = [name for name, value in needed.items() if not value]
        if absent or not (slot and instrument and by and date):
            raise click.UsageError(f"missing: {', '.join(absent)} (or give --file)")
        replies = (
            Reply(
                slot=slot,
                instrument=instrument,
                option=practice,
                set=reply_sets(pairs),
                text=text,
                settles=settles,
                by=by,
                date=date,
                source=source or "",
            ),
        )
    recorded = record(scenario, replies, dry_run=dry_run)
    if as_json:
        print_json(recorded.published())
        return 0
    ink = terminal_style()
    click.echo(answer_text(recorded, ink.width, ink.colour))
    if not dry_run:
        say(f"Next: servanda check {scenario}; servanda questions {scenario}")
    return 0
