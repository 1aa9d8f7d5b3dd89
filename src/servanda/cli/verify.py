"""``servanda verify``: recompute a stored run."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import Progress, print_json, say
from servanda.cli.shared import executor_option, json_option

__all__ = ["command"]


@click.command("verify", epilog="Example:\n\n\b\n  servanda verify servanda-runs/1a2b3c4d\n")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@executor_option
@json_option
def command(run: Path, executor: str, as_json: bool) -> int:
    """Recompute the run in folder RUN from its own record, offline, and compare every number.

    Exit code 0 if the bits are identical or every number agrees within 1e-9, 1 if not.
    """
    from servanda.study import verify

    verdict = verify(run, progress=Progress("Recomputing", quiet=as_json), executor=executor)
    if as_json:
        print_json(
            {
                "hash": verdict.hash,
                "grade": verdict.grade,
                "largest_relative_difference": verdict.largest,
                "notes": list(verdict.notes),
            }
        )
    else:
        words = {
            "identical": "identical bits",
            "equal": f"equal within 1e-9 (largest relative difference {verdict.largest:.1e})",
            "different": f"DIFFERENT (largest relative difference {verdict.largest:.1e})",
        }
        click.echo(f"run {verdict.hash[:16]}: {words[verdict.grade]}")
        for note in verdict.notes:
            say(note)
    return 1 if verdict.grade == "different" else 0
