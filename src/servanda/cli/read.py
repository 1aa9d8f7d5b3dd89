"""``servanda read``: texts to claims with quotes and offsets; the review queue; exports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from servanda.cli.outcome import Progress, print_json, say, show_problems
from servanda.cli.shared import json_option

if TYPE_CHECKING:
    from servanda.study.evidence import Session

__all__ = ["command"]


@click.command(
    "read",
    epilog="""Examples:

\b
  servanda read report.txt --published 2025-03-07
  servanda read report.html --registry actors.json --offline --json
  servanda read articles/ --store evidence/ --positions
  servanda read --store evidence/ --review --by "A. Coder"
  servanda read articles/ --export positions=positions.csv --export dna=claims.dna
  servanda read --scenario ukraine-2025 --trace ITA:cover-2025-03-06
  servanda read --store evidence/ --trace meloni:art5-without-membership
""",
)
@click.argument("names", nargs=-1, metavar="[FILE|URL|FOLDER]...")
@click.option(
    "--registry",
    type=click.Path(dir_okay=False),
    help="Who may speak and what is on the table (JSON or YAML).",
)
@click.option("--published", metavar="DATE", help="Day of publication, e.g. 2025-03-07.")
@click.option("--offline", is_flag=True, help="Fetch nothing.")
@click.option(
    "--plain", is_flag=True, help="Use the rules of the standard library, without the parser."
)
@click.option(
    "--store",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Archive texts, keep readings and reviews.",
)
@click.option("--no-texts", is_flag=True, help="Keep only hashes in the store, not the texts.")
@click.option("--review", is_flag=True, help="Go through the queue on the terminal.")
@click.option("--by", "who", metavar="NAME", help="Name of the reviewer.")
@click.option(
    "--decide",
    "decisions",
    multiple=True,
    metavar="ID=accept|reject|undo|FIELD:VALUE",
    help="Decide without the queue.",
)
@click.option("--positions", "show_positions", is_flag=True, help="Show where everybody stands.")
@click.option("--as-of", metavar="DATE", help="Positions as of this day.")
@click.option(
    "--half-life",
    type=click.FloatRange(min=1),
    default=60.0,
    show_default=True,
    metavar="DAYS",
    help="Days after which a statement weighs half.",
)
@click.option(
    "--trace", metavar="ACTOR:PROPOSAL|CLAIM", help="Open a position or a claim down to its source."
)
@click.option(
    "--scenario",
    metavar="SCENARIO",
    help="Open the coded positions of a scenario instead of reading texts.",
)
@click.option(
    "--chart",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Draw the positions over time: .html, .svg or .json.",
)
@click.option(
    "--weights",
    type=click.Path(dir_okay=False),
    metavar="CSV",
    help="Salience and capability by actor, for the export of positions.",
)
@click.option(
    "--export",
    "exports",
    multiple=True,
    metavar="KIND=FILE",
    help="positions, parquet, dna, plover or annotations.",
)
@click.option(
    "--model",
    metavar="PROVIDER:MODEL",
    help="Ask a language model for a second opinion (sends the texts there).",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Record the model's answers, or repeat recorded ones.",
)
@click.option(
    "--prices",
    nargs=2,
    type=float,
    metavar="IN OUT",
    help="Price per million tokens, for the estimate.",
)
@click.option("--yes", is_flag=True, help="Make the model run without asking.")
@json_option
def command(
    names: tuple[str, ...], registry: str | None, published: str | None, offline: bool, plain: bool,
    store: str | None, no_texts: bool, review: bool, who: str | None, decisions: tuple[str, ...],
    show_positions: bool, as_of: str | None, half_life: float, trace: str | None,
    scenario: str | None, chart: str | None,
    weights: str | None, exports: tuple[str, ...], model: str | None, record: str | None,
    prices: tuple[float, float] | None, yes: bool, as_json: bool,
) -> int:  # fmt: skip
    """Read texts into claims: who said what about which proposal, with quotes and offsets.

    Nothing leaves the machine unless an address is named or --model is given. What the text says
    of somebody else's position is kept apart from that actor's own.
    """
    if scenario:
        return _scenario(scenario, trace, store, decisions, who, as_json=as_json)
    from servanda.study.evidence import open_session

    session = open_session(
        names, registry=registry, published=published, offline=offline, level=0 if plain else None,
        store=store, keep_texts=not no_texts, half_life=half_life, as_of=as_of,
    )  # fmt: skip
    if model or record:
        _ask_model(session, model, record, prices, yes=yes, offline=offline)
    session.read(Progress("read"))
    for text in decisions:
        session.decide(text, who or "")
    if review:
        _review(session, who)
    for path in session.export(exports, weights):
        say(f"Written: {path}")
    if chart:
        from servanda.report.positions import write_chart

        write_chart(session.timeline(), Path(chart))
        say(f"Chart: {chart}")
    if as_json:
        print_json(session.published(trace=trace, positions=show_positions))
        return 0
    _show(session, trace, positions=show_positions)
    return 0


def _scenario(
    name: str,
    trace: str | None,
    store: str | None,
    decisions: tuple[str, ...],
    who: str | None,
    *,
    as_json: bool,
) -> int:
    from servanda.study.scenario_evidence import reviewed, traced

    kept = reviewed(name, store, decisions, who or "")
    found = traced(name, trace, kept)
    if as_json:
        print_json({"positions": [t.published() for t in found]})
        return 0
    from servanda.report.evidence import coded_text
    from servanda.report.terminal import terminal_style

    ink = terminal_style()
    click.echo(coded_text(found, ink.width, ink.colour))
    return 0


def _ask_model(
    session: Session,
    model: str | None,
    record: str | None,
    prices: tuple[float, float] | None,
    *,
    yes: bool,
    offline: bool,
) -> None:
    cost = session.use_model(model, record, prices, offline=offline)
    if model:
        say(f"Second opinion of {model}: {cost}.")
        if not yes:
            click.confirm("Send the texts?", abort=True, err=True)


def _show(session: Session, trace: str | None, *, positions: bool) -> None:
    from servanda.report.evidence import positions_text, reading_text, trace_text
    from servanda.report.terminal import terminal_style

    ink = terminal_style()
    show_problems(session.problems)
    if trace:
        click.echo(trace_text(session.trace(trace), ink.width, ink.colour))
        return
    if positions:
        click.echo(positions_text(session.positions(), ink.width, ink.colour))
    else:
        for document, reading in session.pairs():
            click.echo(reading_text(document.name, reading, ink.width, ink.colour))
    say(
        "Stances are coded by rules and unreviewed unless it says so. --review goes through "
        "them, --json gives everything."
    )


def _review(session: Session, who: str | None) -> None:
    """Go through the queue: one key a claim."""
    from servanda.report.evidence import item_text
    from servanda.report.terminal import terminal_style

    name = who or click.prompt("Your name, for the record", err=True)
    ink = terminal_style()
    skipped: set[str] = set()
    while item := session.next_item(skipped):
        click.echo(item_text(item, ink.width, ink.colour), err=True)
        key = (
            click.prompt(
                "[a]ccept [r]eject [e]dit [s]kip [u]ndo [q]uit",
                default="s",
                show_default=False,
                err=True,
            )
            .strip()[:1]
            .lower()
        )
        if key == "q":
            return
        if key == "u":
            say(session.undo(name))
        elif key == "e":
            field = click.prompt("FIELD:VALUE, e.g. stance:-0.5 or speaker:lavrov", err=True)
            say(session.decide(f"{item.id}={field}", name))
        elif key in {"a", "r"}:
            say(session.decide(f"{item.id}={'accept' if key == 'a' else 'reject'}", name))
        else:
            skipped.add(item.id)
    say("The queue is empty.")
