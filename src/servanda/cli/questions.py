"""``servanda questions``: open slots ranked by worth, with the wording to ask."""

from __future__ import annotations

import click

from servanda.cli.outcome import print_json, say, show_problems
from servanda.cli.shared import json_option

__all__ = ["command"]


@click.command(
    "questions",
    epilog="""Examples:

\b
  servanda questions ukraine-2025
  servanda questions ukraine-2025 --option coalition-2026 --to FRA --top 5
  servanda questions my-draft.yaml --incidents my-scenario/ --json
""",
)
@click.argument("scenario_or_instrument")
@click.option("--option", "option_id", metavar="ID", help="Only the texts of this option.")
@click.option("--to", "addressee", metavar="ACTOR", help="Who is asked; selects the wording.")
@click.option(
    "--incidents",
    metavar="FILE_OR_SCENARIO",
    help="The bank of incidents: a table (.csv, .jsonl, .parquet), a case, a folder of cases, "
    "or a scenario.",
)
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the first N questions.")
@click.option("--all", "every", is_flag=True, help="All of them, and slots the text is silent on.")
@json_option
def command(
    scenario_or_instrument: str,
    option_id: str | None,
    addressee: str | None,
    incidents: str | None,
    top: int | None,
    every: bool,
    as_json: bool,
) -> int:
    """Rank what SCENARIO_OR_INSTRUMENT leaves open by what hangs on it.

    A scenario: the current version of each proposal on its table. An instrument: a file, or the
    name of one of the library, against the founding case's incidents. The worth counts what of the
    findings over the bank of incidents changes between the ways in which other texts settle the
    slot: whether the case arises, what it waits for, for whom, by when.
    """
    from servanda.report.questions import questions_text
    from servanda.report.terminal import terminal_style
    from servanda.study.questioning import questions

    asked = questions(
        scenario_or_instrument,
        option=option_id,
        to=addressee,
        incidents=incidents,
        silent=every,
    )
    if as_json:
        print_json(asked.published(top))
        return 0
    if asked.problems:
        show_problems(asked.problems)
    ink = terminal_style()
    click.echo(questions_text(asked, ink.width, ink.colour, top=None if every else top or 10))
    say("Record a reply with `servanda answer`; --all shows every slot, --json gives everything.")
    return 0
