"""``servanda assess``: who must, may or must not do what, by when and why."""

from __future__ import annotations

from collections.abc import Sequence

import click

from servanda.cli.outcome import Progress, print_json, say, show_problems
from servanda.cli.shared import json_option

__all__ = ["command"]

CAVEAT = "A reading of coded texts, not legal advice."


@click.command(
    "assess",
    epilog="""Examples:

\b
  servanda assess ukraine-2025 --incident sea-incident
  servanda assess my-case.yaml --instruments treaties/ --trace
  servanda assess my-case.yaml --flip
  servanda assess my-case.yaml --as-of 2001-09-12 --as-of 2001-10-02 --json
  servanda assess incidents.csv --only nat-1949 --as-of 2027-04-01
  servanda assess --diff meloni-2025-08-18 nat-1949
""",
)
@click.argument("case_or_scenario", required=False)
@click.option("--incident", metavar="ID", help="Only this incident of a scenario.")
@click.option("--option", "option_id", metavar="ID", help="Only the instruments of this option.")
@click.option(
    "--instruments",
    "folders",
    multiple=True,
    metavar="DIR",
    help="Folder with instrument files to use beside the library's (repeatable).",
)
@click.option("--only", multiple=True, metavar="ID", help="Only this instrument (repeatable).")
@click.option(
    "--as-of",
    multiple=True,
    metavar="DATE",
    help="Use only what was known on this day, e.g. 2025-03-07 (repeatable).",
)
@click.option("--flip", "flips", is_flag=True, help="The smallest change of facts that changes it.")
@click.option("--diff", nargs=2, metavar="A B", help="Put two instruments side by side.")
@click.option(
    "--incidents",
    metavar="FILE_OR_SCENARIO",
    help="With --diff: the incidents to hold them against.",
)
@click.option("--trace", is_flag=True, help="Show the reasoning, node by node.")
@json_option
def command(
    case_or_scenario: str | None,
    incident: str | None,
    option_id: str | None,
    folders: tuple[str, ...],
    only: tuple[str, ...],
    as_of: tuple[str, ...],
    flips: bool,
    diff: tuple[str, str] | None,
    incidents: str | None,
    trace: bool,
    as_json: bool,
) -> int:
    """Assess CASE_OR_SCENARIO: a case, a scenario, a shipped example or case, or a stream.

    A stream is a table of incidents: .csv, .jsonl or .parquet. A finding is about text and facts
    only; what states did is practice and never enters it.
    """
    from servanda.study.stream import is_stream

    if diff:
        if case_or_scenario or incident or option_id or only or as_of or flips or folders:
            raise click.UsageError("--diff takes two instruments and, if wanted, --incidents.")
        return _diff(diff, incidents, as_json)
    if case_or_scenario is None:
        raise click.UsageError("Name a case, a scenario or a stream, or give --diff A B.")
    if incidents:
        raise click.UsageError("--incidents goes with --diff.")
    if is_stream(case_or_scenario):
        if incident or option_id or flips:
            raise click.UsageError("--incident, --option and --flip are not for a stream.")
        return _stream(case_or_scenario, folders, only, as_of, trace, as_json)
    return _assess(
        case_or_scenario, incident, option_id, folders, only, as_of, flips, trace, as_json
    )


def _assess(
    source: str,
    incident: str | None,
    option_id: str | None,
    folders: Sequence[str],
    only: Sequence[str],
    as_of: Sequence[str],
    flips: bool,
    trace: bool,
    as_json: bool,
) -> int:
    from servanda.study.assessment import assessment

    result = assessment(
        source,
        incident=incident,
        option=option_id,
        folders=folders,
        only=only,
        as_of=as_of,
        flips=flips,
    )
    if as_json:
        print_json(result.published())
        return 0
    from servanda.report.findings import findings_table
    from servanda.report.terminal import terminal_style

    show_problems([p for p in result.problems if p.severity == "warning"])
    ink = terminal_style()
    text = findings_table(
        result.findings,
        ink.width,
        ink.colour,
        trace=trace,
        flips=result.flips,
        actors=result.actors,
        titles=result.titles,
    )
    click.echo(text)
    say(f"{CAVEAT} --trace shows why; --flip what would change it; --json gives everything.")
    return 0


def _stream(
    source: str,
    folders: Sequence[str],
    only: Sequence[str],
    as_of: Sequence[str],
    trace: bool,
    as_json: bool,
) -> int:
    from servanda.domain.problem import Problem
    from servanda.study.assessment import day_of_knowledge, texts_for
    from servanda.study.stream import stream

    problems: list[Problem] = []
    texts = texts_for(folders, only, problems)
    days = [day_of_knowledge(text) for text in as_of]
    progress = Progress("assess, hundreds of rows")
    result = stream(source, texts, as_of=days, trace=trace, problems=problems, progress=progress)
    if as_json:
        print_json(result.published())
        return 0
    from servanda.report.findings import findings_table
    from servanda.report.terminal import terminal_style
    from servanda.report.timeline import stream_text
    from servanda.scenario.shelf import actors

    show_problems([p for p in result.problems if p.severity == "warning"])
    ink = terminal_style()
    if trace:
        click.echo(findings_table(result.findings, ink.width, ink.colour, trace=True) + "\n")
    click.echo(stream_text(result, ink.width, ink.colour, actors=actors()))
    say(f"{CAVEAT} That nothing is recorded is no breach. --json gives everything.")
    return 0


def _diff(names: tuple[str, str], incidents: str | None, as_json: bool) -> int:
    from servanda.study.contrast import contrast

    result = contrast(*names, incidents=incidents)
    if as_json:
        print_json(result.published())
        return 0
    from servanda.report.contrast import contrast_table
    from servanda.report.terminal import terminal_style
    from servanda.scenario.shelf import actors

    show_problems([p for p in result.problems if p.severity == "warning"])
    ink = terminal_style()
    click.echo(contrast_table(result, ink.width, ink.colour, actors=actors()))
    say(f"{CAVEAT} Of each text the strongest duty is shown; --json gives everything.")
    return 0
