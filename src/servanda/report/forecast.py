"""A forecast in a terminal and as a file: what the models say, who blocks, what would move them."""

from __future__ import annotations

import json
from pathlib import Path

from servanda.domain.errors import ModelError
from servanda.negotiation import MODELS, Distribution, IssueForecast
from servanda.negotiation.contest import Contest, Package
from servanda.negotiation.explain import ASSUMES, CAUTION, exchange_story, rounds_story
from servanda.report.charts.positions import FORECAST_CHARTS, position_map
from servanda.report.charts.vector import svg_of
from servanda.report.terminal import Ink, fit
from servanda.report.words import number_text, percent, plural
from servanda.study.forecasting import Forecasted

__all__ = ["forecast_text", "models_text", "package_text", "write_forecast_chart"]

#: Tables of up to so many issues are told issue by issue.
_IN_FULL = 3
#: Terminals of so many columns have room for what each model assumes; `--list` has it always.
_WIDE = 110
_KINDS = {"position": "positions move", "salience": "saliences change", "payment": "compensation"}


def forecast_text(
    found: Forecasted,
    width: int = 80,
    colour: bool = False,
    *,
    issue: str | None = None,
    story: bool = False,
) -> str:
    """Write what ``servanda forecast`` prints.

    Args:
        found: the forecast.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        issue: tell this issue in full, and no other.
        story: tell the rounds of the challenge model too.
    """
    ink = Ink(width, colour)
    items = found.found.issues if issue is None else (found.issue(issue),)
    lines: list[str] = []
    if len(items) <= _IN_FULL:
        for item in items:
            lines += [*_in_full(item, ink, story), ""]
    else:
        lines += [*_overview(items, ink), ""]
    lines += _exchanges(found, ink)
    lines += _moves(found, ink)
    return "\n".join([*lines, *ink.paragraph(CAUTION)])


def _in_full(item: IssueForecast, ink: Ink, story: bool) -> list[str]:
    issue = item.issue
    lines = [ink.bold(part) for part in ink.paragraph(issue.name)]
    place = f"{plural(len(issue.actors), 'actor')} from {number_text(issue.low)} to "
    place += number_text(issue.high)
    if issue.reference is not None:
        place += f"; without a decision {number_text(issue.reference)} holds"
    lines += ink.paragraph(place)
    for note in issue.notes:
        lines += ink.paragraph(note, "  ")
    told = "  assumes" if ink.width >= _WIDE else ""
    lines += ["", f"  {fit('model', 26)}{'forecast':>9}  {'80% interval':>19}{told}"]
    lines.append("  " + "─" * (ink.width - 4))
    for name, model in item.models.items():
        lines += _model_line(name, model, ink)
    if item.contest is None:
        lines += ["", *ink.paragraph("All stand at one point: nobody stands in the way.")]
    else:
        lines += ["", *_contest(item.contest, ink)]
    if story and "published-code" in item.models:
        lines += ["", ink.bold("Who moved whom (published-code)")]
        for told in rounds_story(item):
            indent = "  " if told.startswith("  ") else ""
            lines += ink.paragraph(told.strip(), "  " + indent, "    " + indent)
    return lines


def _model_line(name: str, model: Distribution, ink: Ink) -> list[str]:
    low, high = model.interval()
    span = f"{number_text(low)} to {number_text(high)}"
    head = f"  {fit(name, 26)}{number_text(model.point):>9}  {span:>19}"
    if ink.width >= _WIDE:
        lines = ink.paragraph(ASSUMES[name], head + "  ", " " * (len(head) + 2))
    else:
        lines = [head]
    for note in model.notes:
        lines += [ink.dim(part) for part in ink.paragraph(note, "      ")]
    return lines


def _contest(contest: Contest, ink: Ink) -> list[str]:
    lines = ink.paragraph(
        f"{number_text(contest.leading)} leads against {number_text(contest.rival)} with "
        f"{percent(contest.chance)} of the weighted gains between the two."
    )
    if contest.blockers:
        heavy = ", ".join(f"{b.actor} ({percent(b.share)})" for b in contest.blockers[:6])
        more = len(contest.blockers) - 6
        lines += ink.paragraph(
            f"Blockers, by their share of the opposition: {heavy}"
            + (f" and {plural(more, 'other')}." if more > 0 else ".")
        )
    if contest.packages:
        lines += ink.paragraph("Smallest changes that turn it:")
        for package in contest.packages:
            lines += ink.paragraph(package_text(package), "  ")
    elif contest.blockers:
        lines += ink.paragraph("No package of one kind turns it.")
    return lines


def package_text(package: Package) -> str:
    """Write a package in one sentence: what changes, for whom, at what cost.

    Examples:
        >>> package_text(Package("position", ("A",), 0.25, 0.1, {"A": 25.0}, True, True))
        'positions move: A to 25; gives up 10% of all weight (every set of actors tried)'
    """
    told = []
    for actor, value in package.changes.items():
        if package.kind == "payment":
            told.append(f"{actor} gets {value:.3f}")
        elif package.kind == "salience":
            told.append(f"{actor} to {percent(value)}")
        else:
            told.append(f"{actor} to {number_text(value)}")
    searched = "every set of actors tried" if package.exhaustive else "sets of up to 3 tried"
    return (
        f"{_KINDS[package.kind]}: {', '.join(told)}; gives up {percent(package.cost)} of all "
        f"weight ({searched})"
    )


def _overview(items: tuple[IssueForecast, ...], ink: Ink) -> list[str]:
    """One line an issue: the combined forecast (or the first asked for), leader, first blocker."""
    name = "combined" if "combined" in items[0].models else next(iter(items[0].models))
    room = max(16, min(40, ink.width - 58))
    lines = [ink.bold(f"{plural(len(items), 'issue')}; model: {MODELS[name]}")]
    lines.append(
        f"  {fit('issue', room)}{'forecast':>9}{'80% interval':>18}{'leads':>8}  first blocker"
    )
    lines.append("  " + "─" * (ink.width - 4))
    for item in items:
        model = item.models[name]
        low, high = model.interval()
        span = f"{number_text(low)} to {number_text(high)}"
        row = f"  {fit(item.issue.name, room)}{number_text(model.point):>9}{span:>18}"
        if item.contest is not None:
            row += f"{number_text(item.contest.leading):>8}"
            if item.contest.blockers:
                row += "  " + fit(item.contest.blockers[0].actor, max(8, ink.width - len(row) - 2))
        lines.append(row.rstrip())
    return lines


def _exchanges(found: Forecasted, ink: Ink) -> list[str]:
    lines: list[str] = []
    for name, traded in list(found.found.exchanges.items())[:_IN_FULL]:
        if not traded.trades:
            continue
        lines.append(ink.bold(f"Trades{f' in {name}' if name else ''}"))
        for told in exchange_story(traded, 6):
            lines += ink.paragraph(told, "  ", "    ")
        lines.append("")
    more = len(found.found.exchanges) - _IN_FULL
    if more > 0:
        lines += [*ink.paragraph(f"Trades of {more} more negotiations: --json has them."), ""]
    return lines


def _moves(found: Forecasted, ink: Ink) -> list[str]:
    if not found.moves:
        return []
    lines = [ink.bold("Who moved")]
    moves = [m for m in found.moves if m.shift is None or abs(m.shift) > 1e-9]
    for move in moves[:20]:
        head = f"  {fit(move.actor, 22)}{fit(move.issue, 20)}"
        if move.before is None or move.after is None:
            which = "first" if move.before is None else "second"
            lines.append(f"{head}nothing known on the {which} day")
            continue
        sure = "" if move.z is None else f", {abs(move.z):.1f} standard errors"
        ends = f"{number_text(move.before.position)} to {number_text(move.after.position)}"
        lines.append(f"{head}{ends}{sure}")
    if len(moves) > 20:
        lines.append(f"  and {len(moves) - 20} more; --json has them")
    stayed = len(found.moves) - len(moves)
    if stayed:
        lines.append(f"  {plural(stayed, 'position')} stayed as they were")
    return [*lines, ""]


def models_text(width: int = 80, colour: bool = False) -> str:
    """Write the list of models: name, what it is, what it takes for granted."""
    ink = Ink(width, colour)
    lines: list[str] = []
    for name, title in MODELS.items():
        lines.append(ink.bold(name))
        lines += ink.paragraph(f"{title}; assumes that {ASSUMES[name]}", "  ")
    return "\n".join(lines)


def write_forecast_chart(
    found: Forecasted, file: Path, issue: str | None = None, theme: str = "auto"
) -> None:
    """Write a forecast of one issue: a page, the map as a picture, or all specs as JSON.

    Args:
        found: the forecast.
        file: its suffix says what is written, ``.html``, ``.svg`` or ``.json``.
        issue: the issue shown; the first unless given.
        theme: ``light`` or ``dark``; ``auto`` is light for a picture, and a page follows the
            reader's setting.

    Raises:
        ModelError: the suffix is none of these, there is no such issue, or a picture is asked for
            and the package that draws it is not installed (SV937).
    """
    item = found.issue(issue)
    suffix = file.suffix.lower()
    drawn = "light" if theme == "auto" else theme
    if suffix == ".html":
        from servanda.report.forecast_page import forecast_page

        text = forecast_page(found, item)
    elif suffix == ".json":
        specs = {name: draw(item, drawn) for name, draw in FORECAST_CHARTS.items()}
        text = json.dumps({k: v for k, v in specs.items() if v}, allow_nan=False) + "\n"
    elif suffix == ".svg":
        text = svg_of(position_map(item, drawn), "SV937")
    else:
        raise ModelError(
            f"'{file.name}': a chart is a page (.html), a picture (.svg) or data (.json).", "SV937"
        )
    file.write_text(text, encoding="utf-8")
