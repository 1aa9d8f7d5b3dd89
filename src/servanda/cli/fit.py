"""``servanda fit``: a strategic model from data, with a table as statisticians expect it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from servanda.cli.outcome import print_json, say, show_problems
from servanda.cli.shared import json_option, pairs

__all__ = ["command"]


@click.command(
    "fit",
    epilog="""Examples:

\b
  servanda fit --data war1800.csv --model egame12 \\
      --formula "esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc + regime2"
  servanda fit --data data.csv --model crisis.yaml --errors private \\
      --formula "end ~ challenger(war) = power | defender(war) = power + ally"
  servanda fit --data offers.csv --model ultimatum --max-offer 100 --fix s2=1 \\
      --formula "offer + accept ~ x | z" --write table.tex
""",
)
@click.option("--data", required=True, metavar="FILE.csv", help="The observations.")
@click.option(
    "--model",
    required=True,
    metavar="NAME|FILE",
    help="egame12, egame122, egame123, ultimatum, lewis-schultz, or a file with a game.",
)
@click.option("--formula", required=True, metavar="TEXT", help="Outcomes ~ equation | equation ...")
@click.option(
    "--link", type=click.Choice(["probit", "logit"]), default="probit", show_default=True,
    help="Normal or logistic shocks.",
)  # fmt: skip
@click.option(
    "--errors", type=click.Choice(["agent", "private"]), default="agent", show_default=True,
    help="Agent errors or private information.",
)  # fmt: skip
@click.option(
    "--method", type=click.Choice(["ml", "npl", "pl"]), default="ml", show_default=True,
    help="For lewis-schultz: maximum likelihood, (nested) pseudo-likelihood.",
)  # fmt: skip
@click.option("--first-stage", metavar="R,F", help="For lewis-schultz: first-stage columns.")
@click.option("--outcomes", metavar="A,B,...", help="Outcome labels in the order of the tree.")
@click.option("--max-offer", type=float, metavar="Q", help="For ultimatum: the prize.")
@click.option("--min-offer", type=float, default=0.0, metavar="Q", help="For ultimatum: the least.")
@click.option("--offers-only", is_flag=True, help="For ultimatum: leave the replies out.")
@click.option("--scale", default="", metavar="TEXT", help='Scale of shocks: "~ x" or "~ x | 1".')
@click.option("--fix", multiple=True, metavar="NAME=VALUE", help="Hold a coefficient.")
@click.option("--weights", default="", metavar="COLUMN", help="How much each row counts.")
@click.option(
    "--se", type=click.Choice(["observed", "sandwich", "clustered", "bootstrap"]),
    default="observed", show_default=True, help="Kind of standard errors.",
)  # fmt: skip
@click.option("--cluster", default="", metavar="COLUMN", help="For clustered errors, bootstrap.")
@click.option("--replicates", type=click.IntRange(2, 100_000), default=200, show_default=True)
@click.option(
    "--penalty", type=click.Choice(["none", "ridge", "firth"]), default="none", show_default=True,
    help="Penalised likelihood.",
)  # fmt: skip
@click.option("--strength", type=click.FloatRange(min=0), default=1.0, show_default=True,
              help="Of the ridge.")  # fmt: skip
@click.option("--starts", type=click.IntRange(0, 10_000), default=4, show_default=True,
              help="Random starts beside the sequential one.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--effects", is_flag=True, help="Add average effects on outcome probabilities.")
@click.option("--check", "checks", type=click.IntRange(0, 100_000), default=0, metavar="DRAWS",
              help="Add posterior predictive checks.")  # fmt: skip
@click.option("--against", metavar="TEXT", help="Another formula: Vuong and Clarke tests.")
@click.option("--write", metavar="FILE", help="Write the table: .md, .tex or .json.")
@json_option
def command(**given: Any) -> int:
    """Fit a strategic model to data by maximum likelihood.

    Prints estimates, standard errors and what to distrust. Where the likelihood has no top (a
    ridge, or choices that the data foretell perfectly), no estimate is printed.
    """
    from servanda.study.fitting import Asked, fitted_from

    file = given.pop("write")
    as_json = given.pop("as_json")
    fix = pairs(given.pop("fix"))
    if file and Path(file).suffix not in (".md", ".tex", ".json"):
        raise click.UsageError("--write takes a file name that ends in .md, .tex or .json.")
    found = fitted_from(Asked(**given, fix=fix))
    if file:
        from servanda.report.estimates import write_table

        write_table(found, Path(file))
        say(f"Table: {file}")
    if as_json:
        print_json(found.published())
        return 0
    from servanda.report.estimates import fitted_text
    from servanda.report.terminal import terminal_style

    show_problems(found.fitted.warnings)
    ink = terminal_style()
    click.echo(fitted_text(found, ink.width, ink.colour))
    return 0
