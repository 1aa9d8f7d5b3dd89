"""``servanda cite``: the methods and sources a run rests on."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import print_json
from servanda.cli.shared import json_option

__all__ = ["command"]


@click.command("cite", epilog="Example:\n\n\b\n  servanda cite servanda-runs/1a2b3c4d5e6f7a8b\n")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--bibtex", is_flag=True, help="Print BibTeX.")
@json_option
def command(run: Path, bibtex: bool, as_json: bool) -> int:
    """Print the methods (BibTeX) and the sources used by the run in folder RUN."""
    from servanda.report.cite import citations
    from servanda.study.stored import stored_comparison

    found = citations(stored_comparison(run))
    if as_json:
        print_json({"text": found.plain(), "bibtex": found.bibtex()})
    else:
        click.echo(found.bibtex() if bibtex else found.plain())
    return 0
