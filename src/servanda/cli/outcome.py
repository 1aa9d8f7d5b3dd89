"""Exit codes and the one way in which commands print problems and JSON."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from servanda.domain.errors import ModelError, ScenarioError, StoreError, StudyInterrupted

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
    {"SV604", "SV606", "SV607", "SV608", "SV609", "SV634", "SV650", "SV651", "SV760"}
    | {f"SV{number}" for number in range(613, 619)}
    | {"SV900", "SV903", "SV909", "SV917"}
    | {"SV861", "SV887", "SV890", "SV892", "SV894", "SV895", "SV896"}
    | {f"SV{number}" for number in range(961, 976)}
    | {"SV929", "SV935", "SV936", "SV937", "SV983", "SV986"}
)


class Progress:
    """How far the work is, its rate and the time left: one line on a terminal, else a line a while.

    Args:
        label: what is being done.
        quiet: say nothing.
    """

    def __init__(self, label: str, *, quiet: bool = False) -> None:
        """Find out whether somebody watches."""
        self.label = label
        self.quiet = quiet
        self.live = sys.stderr.isatty()
        self.before = 0
        self.told = 0.0

    def __call__(self, done: int, total: int, seconds: float) -> None:
        """Show how far the work is; with no seconds, how much stood finished before."""
        if seconds <= 0.0:
            self.before = done
        if self.quiet or (not self.live and not self._due(done, total, seconds)):
            return
        text = f"{self.label}: {done:,}/{total:,} chunks"
        if done > self.before and seconds > 0.0:
            rate = (done - self.before) / seconds
            text += f", {_rate(rate)}, {_span(seconds)}, about {_span((total - done) / rate)} left"
        elif done:
            text += " stand finished"
        click.echo(
            f"\r{text:<76}" if self.live else text, err=True, nl=done == total or not self.live
        )

    def _due(self, done: int, total: int, seconds: float) -> bool:
        """Say whether a log is due for a line: every half minute, and at the end of a long run."""
        if seconds - self.told < LOG_SECONDS and not (done == total and self.told):
            return False
        self.told = seconds
        return True


LOG_SECONDS = 30.0


def _rate(per_second: float) -> str:
    return f"{per_second:.1f}/s" if per_second >= 1.0 else f"{per_second * 60:.1f}/min"


def _span(seconds: float) -> str:
    """Word a span of time.

    Examples:
        >>> _span(42.4), _span(400), _span(9000)
        ('42 s', '6 min 40 s', '2 h 30 min')
    """
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _say_how_to_go_on(error: BaseException) -> None:
    """After Ctrl-C: what is kept, and the command that goes on."""
    cause = error if isinstance(error, StudyInterrupted) else error.__cause__
    if isinstance(cause, StudyInterrupted):
        folder = Path(cause.folder)
        here = Path.cwd()
        shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
        say(
            f"\nInterrupted: {cause.done} of {cause.total} chunks are finished and kept. To go on:"
            f"\n  servanda study resume {shlex.quote(str(shown))}"
        )
    else:
        say("\nInterrupted. What was finished is kept; run the same command again to go on.")


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
    except (click.Abort, KeyboardInterrupt) as error:
        _say_how_to_go_on(error)
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
