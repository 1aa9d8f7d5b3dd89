"""Exit codes and the one way in which commands print problems and JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from servanda.domain.errors import ModelError, ScenarioError, StoreError

if TYPE_CHECKING:
    from servanda.domain.problem import Problem

__all__ = ["Progress", "guarded", "print_json", "say", "show_problems"]


def say(text: str = "") -> None:
    """Talk to the person: standard error, so that standard output stays data."""
    click.echo(text, err=True)


def print_json(data: Any) -> None:
    """Print exactly one JSON object on standard output."""
    click.echo(json.dumps(data, ensure_ascii=False, allow_nan=False))


def show_problems(problems: Sequence[Problem], *, as_json: bool = False) -> None:
    """Print problems as a compiler does: place, code, message, the line with a caret, remedy."""
    if as_json:
        print_json({"problems": [p.model_dump(mode="json", exclude_none=True) for p in problems]})
        return
    for problem in problems:
        mark = "" if problem.severity == "error" else " (warning)"
        click.echo(f"{problem.place}  {problem.code}{mark}  {problem.message}", err=True)
        if problem.context:
            click.echo(problem.context, err=True)
        if problem.remedy:
            click.echo(f"   {problem.remedy}", err=True)


#: Requests that are wrong as such, rather than impossible to compute.
WRONG_USAGE = frozenset(
    {"SV604", "SV606", "SV607", "SV608", "SV609", "SV634", "SV650", "SV651"}
    | {f"SV{number}" for number in range(613, 619)}
    | {"SV861", "SV887", "SV890", "SV892", "SV894", "SV895", "SV896"}
)


class Progress:
    """One line on a terminal: done, rate and time left; silent where nobody watches.

    Args:
        label: what is being done.
        quiet: say nothing.
    """

    def __init__(self, label: str, *, quiet: bool = False) -> None:
        """Find out whether somebody watches."""
        self.label = label
        self.live = not quiet and sys.stderr.isatty()

    def __call__(self, done: int, total: int, seconds: float) -> None:
        """Show how far the work is."""
        if not self.live:
            return
        left = seconds / done * (total - done) if done else 0.0
        text = f"\r{self.label}: {done}/{total} chunks, {seconds:.0f} s, about {left:.0f} s left "
        click.echo(text, err=True, nl=done == total)


def guarded(work: Callable[[], Any]) -> int:
    """Run a command and turn whatever happens into an exit code."""
    try:
        result = work()
        return int(result) if isinstance(result, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        say("\nInterrupted. Finished chunks are kept; run the same command again to go on.")
        return 130
    except ScenarioError as error:
        show_problems(error.problems)
        say(f"{len(error.problems)} problem(s). `servanda explain CODE` says more about a code.")
        return 1
    except (ModelError, StoreError) as error:
        say(f"{error.code}  {error}")
        return 2 if error.code in WRONG_USAGE else 3
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the reader went away
            return 0
        say(f"SV700  {error.strerror or error}: {error.filename or ''}")
        return 3
    except Exception as error:
        say(f"SV600  servanda failed unexpectedly ({type(error).__name__}: {error}).")
        say("This is a fault of servanda. Set SERVANDA_DEBUG=1 to see where, and please report it.")
        if os.environ.get("SERVANDA_DEBUG"):
            raise
        return 3
