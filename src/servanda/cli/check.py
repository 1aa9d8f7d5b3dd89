"""``servanda check``: every problem of a file or folder at once."""

from __future__ import annotations

import click

from servanda.cli.outcome import say, show_problems
from servanda.cli.shared import json_option

__all__ = ["command"]


@click.command(
    "check",
    epilog="""Examples:

\b
  servanda check my-scenario/
  servanda check instruments/new-pact.yaml --json
  servanda check my-crisis.efg
""",
)
@click.argument("path")
@json_option
def command(path: str, as_json: bool) -> int:
    """Check PATH: a scenario folder or file, an instrument, a case, a game, or an example.

    Exit code 0 if there is no error (warnings are shown), 1 otherwise.
    """
    from servanda.study.checking import check

    problems = check(path)
    errors = [p for p in problems if p.severity == "error"]
    show_problems(problems, as_json=as_json)
    if not as_json:
        warnings = len(problems) - len(errors)
        if not problems:
            say(f"{path}: no problems.")
        else:
            say(f"{len(errors)} error(s), {warnings} warning(s).")
            say("`servanda explain CODE` says more about a code.")
    return 1 if errors else 0
