"""``servanda histories``: ten ways this could go."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli.outcome import print_json, say
from servanda.cli.shared import as_of_option, fit_options, fit_used, json_option
from servanda.domain.errors import StoreError

__all__ = ["command"]


@click.command(
    "histories",
    epilog="""Examples:

\b
  servanda histories ukraine-2025 --option truce-then-cover
  servanda histories ukraine-2025 --option force-offer --draw 17 --luck 2 --picture force.svg
""",
)
@click.argument("scenario")
@click.option("--option", required=True, metavar="ID", help="The option to look at.")
@click.option("--count", default=10, show_default=True, type=int, help="How many courses.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option(
    "--draw",
    "number",
    default="typical",
    show_default=True,
    metavar="N",
    help="Draw N of `servanda compare` with the same seed, counted from 0; `typical` for the one "
    "with the median of peace years among the first 101.",
)
@click.option(
    "--luck",
    default=0,
    show_default=True,
    type=click.IntRange(min=0, max=1_000_000),
    help="Another number shows other courses of the same draw.",
)
@as_of_option
@fit_options
@click.option(
    "--picture", type=click.Path(dir_okay=False), metavar="FILE.svg", help="Draw the courses."
)
@json_option
def command(
    scenario: str,
    option: str,
    count: int,
    seed: int,
    number: str,
    luck: int,
    as_of: str | None,
    posterior: str,
    protege: str,
    picture: str | None,
    as_json: bool,
) -> int:
    """Simulate courses of events under one option of SCENARIO, to look at one by one.

    The numbers of one draw stay fixed and luck differs, so that one sees what "peace lasts" means:
    probes, elections, a truce that frays, how and when peace ends. Over many courses the share that
    ends early equals the projection of that draw.
    """
    if picture and not picture.lower().endswith(".svg"):
        raise click.UsageError(
            f"--picture writes SVG: name a file that ends in .svg, not {picture}."
        )
    from servanda.report.courses import courses_json, courses_text
    from servanda.report.terminal import terminal_style
    from servanda.study.courses import courses

    found = courses(
        scenario,
        option,
        count=count,
        seed=seed,
        luck=luck,
        draw_number=number,
        as_of=as_of,
        **fit_used(posterior, protege),
    )
    if picture:
        from servanda.report.courses_picture import courses_picture

        try:
            Path(picture).write_text(courses_picture(found), "utf-8")
        except OSError as error:
            message = f"cannot write {picture}: {error.strerror}"
            raise StoreError(message, code="SV702") from error
    if as_json:
        print_json(courses_json(found))
        return 0
    ink = terminal_style()
    click.echo(courses_text(found, ink.width, ink.colour))
    say(f"Picture: {picture}" if picture else "--picture FILE.svg draws them.")
    return 0
