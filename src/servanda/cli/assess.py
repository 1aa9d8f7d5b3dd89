"""``servanda assess``: who must, may or must not do what, by when and why."""

from __future__ import annotations

import click

from servanda.cli.outcome import print_json, say, show_problems
from servanda.cli.shared import as_of_option, json_option

__all__ = ["command"]


@click.command(
    "assess",
    epilog="""Examples:

\b
  servanda assess ukraine-2025 --incident sea-incident
  servanda assess my-case.yaml --instruments treaties/ --trace
  servanda assess my-case.yaml --as-of 2001-09-12 --json
""",
)
@click.argument("case_or_scenario")
@click.option("--incident", metavar="ID", help="Only this incident of a scenario.")
@click.option("--option", "option_id", metavar="ID", help="Only the instruments of this option.")
@click.option(
    "--instruments",
    "folders",
    multiple=True,
    metavar="DIR",
    help="Folder with instrument files to use beside the library's (repeatable).",
)
@as_of_option
@click.option("--trace", is_flag=True, help="Show the reasoning, node by node.")
@json_option
def command(
    case_or_scenario: str,
    incident: str | None,
    option_id: str | None,
    folders: tuple[str, ...],
    as_of: str | None,
    trace: bool,
    as_json: bool,
) -> int:
    """Assess CASE_OR_SCENARIO: a case file, a scenario folder, or a shipped example or case.

    A finding is about text and facts only; what states did is practice and never enters it.
    """
    from servanda.report.findings import findings_table
    from servanda.report.terminal import terminal_style
    from servanda.study.assessment import assessment

    result = assessment(
        case_or_scenario,
        incident=incident,
        option=option_id,
        folders=folders,
        as_of=as_of,
    )
    warnings = [p for p in result.problems if p.severity == "warning"]
    if as_json:
        print_json(result.published())
        return 0
    if warnings:
        show_problems(warnings)
    ink = terminal_style()
    click.echo(findings_table(result.findings, ink.width, ink.colour, trace=trace))
    say("A reading of coded texts, not legal advice. --trace shows why; --json gives everything.")
    return 0
