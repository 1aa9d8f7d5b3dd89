"""The root command: lists the others without importing them, suggests a near name for a typo."""

from __future__ import annotations

import difflib
import importlib
import sys
from typing import Any

import click

from servanda._version import __version__

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "demo": "The founding case at quick settings: comparison, first questions, report.",
    "new": "Make a scenario folder, by questions or from an example.",
    "check": "Show every problem of a scenario, instrument or case, with place and remedy.",
    "assess": "Say who must, may or must not do what in an incident, and why.",
    "test": "Run cases with expected findings, as a lawyer writes them.",
    "questions": "Rank what a proposal leaves open, with the wording to ask.",
    "answer": "Record a reply as a new dated version of the text.",
    "atop": "Exchange instruments with the tables of the ATOP alliance data.",
    "compare": "Compare all options of a scenario side by side and write the report.",
    "study": "Show how far runs are, and go on with an interrupted one.",
    "histories": "Show ten ways how it could go under one option, course by course.",
    "solve": "Find the equilibria of one crisis game, from a file or the catalogue.",
    "fit": "Fit a strategic model to data: utilities of a game tree from outcomes.",
    "forecast": "Forecast who would agree from a table of positions; blockers, smallest changes.",
    "read": "Read reports into quoted, attributed claims; review them; show positions over time.",
    "calibrate": "Fit the durability engine to the casebook; prior beside posterior.",
    "backtest": "Score an engine against history, parts of it left out.",
    "serve": "Open the workbench in the browser, on this machine only.",
    "explain": "Explain a problem code, or trace a number of a comparison.",
    "verify": "Recompute a stored run and compare it with the record.",
    "cite": "Print the methods and sources a run rests on.",
    "completion": "Print the shell completion script.",
}

EXAMPLES = """Examples:

\b
  servanda demo
  servanda check my-scenario/
  servanda assess ukraine-2025 --incident sea-incident --trace
  servanda test my-cases/
  servanda questions ukraine-2025 --top 5
  servanda compare ukraine-2025 --as-of 2025-03-07 --draws 500
  servanda solve unilateral-deterrence --concept pbe
  servanda read report.txt --published 2025-03-07
"""


class Commands(click.Group):
    """A group whose commands live in modules of this package and are loaded on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order a new user needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return it."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"servanda.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest a near name where a command does not exist."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"There is no command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXAMPLES,
)
@click.version_option(__version__, prog_name="servanda")
def root() -> None:
    """Design, compare and watch security guarantees.

    Who would have to do what, would it be honoured, would it deter, how long would peace last,
    who would agree, and which open details should be asked about first.
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; problems become exit codes, never tracebacks.

    Exit codes: 0 fine, 1 problems found, 2 wrong usage, 3 could not compute, 130 interrupted.
    """
    import gc

    from servanda.cli.outcome import guarded

    gc.set_threshold(100_000)  # short commands end before collecting would pay

    sys.exit(
        guarded(lambda: root.main(args=arguments, prog_name="servanda", standalone_mode=False))
    )
