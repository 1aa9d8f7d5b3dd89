"""``servanda explain``: a problem code, or the trace of a number of a comparison."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import print_json, say
from servanda.cli.shared import json_option

__all__ = ["command"]


@click.command(
    "explain",
    epilog="""Examples:

\b
  servanda explain SV301
  servanda explain options.bilaterals.peace_years --run servanda-runs/1a2b3c4d5e6f7a8b
""",
)
@click.argument("code_or_number")
@click.option(
    "--run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the run whose number is meant.",
)
@json_option
def command(code_or_number: str, run: Path | None, as_json: bool) -> int:
    """Explain a problem code (SV...), or trace a number such as options.ID.peace_years.

    A number's trace gives value and interval, the formula, the assumptions that move it most with
    their sources, and the record of the run.
    """
    if code_or_number.upper().startswith("SV") and run is None:
        return _code(code_or_number.upper(), as_json)
    if run is None:
        raise click.UsageError("give --run FOLDER to trace a number, or a code such as SV301")
    from servanda.report.explain_number import explain
    from servanda.study.stored import stored_comparison

    trace = explain(stored_comparison(run), code_or_number)
    if as_json:
        print_json(trace.model_dump(mode="json"))
    else:
        click.echo(trace.text())
    return 0


def _code(code: str, as_json: bool) -> int:
    from servanda.domain.codes import CODES

    if code not in CODES:
        import difflib

        near = difflib.get_close_matches(code, CODES, n=1)
        say(f"There is no code {code}." + (f" Did you mean {near[0]}?" if near else ""))
        return 2
    entry = CODES[code]
    if as_json:
        print_json(entry.model_dump(mode="json"))
        return 0
    click.echo(f"{entry.code}  {entry.title}\n\n{entry.explanation}\n\nRemedy: {entry.remedy}")
    if entry.bad:
        click.echo("\nNot so:\n" + _indented(entry.bad))
    if entry.good:
        click.echo("\nBut so:\n" + _indented(entry.good))
    return 0


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines())
