"""``servanda forecast``: outcome distributions per issue, blockers, smallest flipping changes."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import print_json, say, show_problems
from servanda.cli.shared import as_of_option, json_option, pairs

__all__ = ["command"]


@click.command(
    "forecast",
    epilog="""Examples:

\b
  servanda forecast positions.csv
  servanda forecast positions.csv --model combined,compromise --json
  servanda forecast council.csv --map issue_id=issue --map council_power=capability
  servanda forecast positions.csv --issue troops --story --chart troops.html
  servanda forecast timeline.csv --as-of 2025-08-31 --moved 2025-03-01..2025-08-31
""",
)
@click.argument("positions", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="Show the models.")
@click.option(
    "--model", default="all", show_default=True, metavar="NAMES", help="Models, comma separated."
)
@click.option("--map", "mapping", multiple=True, metavar="THEIRS=OURS", help="Rename a column.")
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="TABLE",
    help="Saliences and capabilities by actor, for positions that come without.",
)
@click.option("--issue", metavar="NAME", help="Tell this issue in full.")
@click.option("--story", is_flag=True, help="Tell who moved whom, round by round.")
@click.option(
    "--rounds", default=8, show_default=True, type=click.IntRange(0, 1000), help="Of challenges."
)
@click.option("--agenda-setter", metavar="ACTOR", help="Who proposes, in the veto model.")
@click.option(
    "--majority",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="Share of capability that must accept, in the veto model.",
)
@click.option("--actors", metavar="REGISTRY", help="Refuse actors not in `library` or a scenario.")
@as_of_option
@click.option("--moved", metavar="DAY..DAY", help="Say who moved between two days.")
@click.option(
    "--half-life", default=365.0, show_default=True, metavar="DAYS", help="Of dated evidence."
)
@click.option("--draws", default=200, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option(
    "--chart",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Page (.html), map (.svg) or charts as data (.json) of one issue.",
)
@json_option
def command(
    positions: Path | None,
    listing: bool,
    model: str,
    mapping: tuple[str, ...],
    weights: Path | None,
    issue: str | None,
    story: bool,
    rounds: int,
    agenda_setter: str | None,
    majority: float,
    actors: str | None,
    as_of: str | None,
    moved: str | None,
    half_life: float,
    draws: int,
    seed: int,
    chart: Path | None,
    as_json: bool,
) -> int:
    """Forecast every issue of POSITIONS, a table of who stands where.

    Columns: issue, actor, position, salience, capability; and if known std_error, date, weight,
    reference_point, group. Positions from evidence come without salience and capability: --weights
    names the table that has them. Every model gives a distribution; beside it stand the blockers
    and the smallest changes that turn the result.
    """
    if listing:
        return _list(as_json)
    if positions is None:
        raise click.UsageError("Name a table of positions, or show the models with --list.")
    from servanda.negotiation import Settings
    from servanda.study.forecasting import chosen_models, forecast_file

    found = forecast_file(
        positions,
        models=chosen_models(model),
        columns=pairs(mapping),
        settings=Settings(
            rounds=rounds, setter=agenda_setter, majority=majority, draws=draws, seed=seed
        ),
        actors=actors,
        as_of=as_of,
        between=moved,
        half_life=half_life,
        weights=weights,
    )
    show_problems(found.warnings)
    if chart is not None:
        from servanda.report.forecast import write_forecast_chart

        write_forecast_chart(found, chart, issue)
        say(f"Chart: {chart}")
    if as_json:
        print_json(found.published())
        return 0
    from servanda.report.forecast import forecast_text
    from servanda.report.terminal import terminal_style

    ink = terminal_style()
    click.echo(forecast_text(found, ink.width, ink.colour, issue=issue, story=story))
    say("--issue NAME tells one issue in full, --story its rounds; --json gives everything.")
    return 0


def _list(as_json: bool) -> int:
    from servanda.negotiation.explain import ASSUMES
    from servanda.negotiation.solve import MODELS

    if as_json:
        rows = [{"name": n, "title": t, "assumes": ASSUMES[n]} for n, t in MODELS.items()]
        print_json({"models": rows})
        return 0
    from servanda.report.forecast import models_text
    from servanda.report.terminal import terminal_style

    ink = terminal_style()
    click.echo(models_text(ink.width, ink.colour))
    return 0
