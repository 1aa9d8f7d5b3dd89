"""The tables behind the charts: the same numbers, for print, screen readers and no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from servanda.report.charts.effects import grouped_drivers, result_title
from servanda.report.charts.matrix import outlasts_share
from servanda.report.explain_number import NumberTrace, explain
from servanda.report.measures import estimate_of, measure
from servanda.report.words import (
    DASH,
    cause_word,
    headline_text,
    interval_text,
    letters,
    percent,
    short,
    signed,
    span,
)
from servanda.study.result import Comparison, Estimate

__all__ = [
    "Cell",
    "Table",
    "by_kind_table",
    "cell_text",
    "drivers_table",
    "matrix_table",
    "measures_table",
    "sentence_table",
    "shares_table",
    "survival_table",
    "tested_against_promised",
]

_MILESTONES = (1.0, 3.0, 5.0, 10.0, 15.0, 20.0)
_SHADES = 5
_BESIDE = ("reached", "peace_years", "peace_years_reached")


@dataclass(frozen=True)
class Cell:
    """One cell: a value, its interval, the reason where there is none, a shade, a trace to open.

    ``key`` names the number for `servanda.report.explain_number`; ``was`` is its text in another
    comparison that it is set against, where the two differ.
    """

    value: str
    interval: str = ""
    reason: str | None = None
    shade: str = ""
    trace: NumberTrace | None = None
    key: str = ""
    was: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first column of a row is its heading."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Cell, ...]], ...]
    note: str = ""
    titles: tuple[str, ...] = field(default=())


def cell_text(cell: Cell) -> str:
    """Write a cell on one line: its value, and its interval in brackets."""
    return f"{cell.value} ({cell.interval})" if cell.interval else cell.value


def _cell(
    estimate: Estimate | None, kind: str, trace: NumberTrace | None = None, key: str = ""
) -> Cell:
    if estimate is None:
        return Cell(DASH, reason="this option does not carry it")
    return Cell(
        short(headline_text(estimate, kind)),
        interval_text(estimate, kind) if estimate.mean is not None else "",
        estimate.reason if estimate.mean is None else None,
        trace=trace,
        key=key,
    )


def _against(cell: Cell, usual: Comparison | None, option: str, name: str) -> Cell:
    """Set a cell against the same number of another comparison."""
    if usual is None or option not in usual.options:
        return cell
    before = _cell(estimate_of(usual.options[option], name), measure(name).kind).value
    return replace(cell, was=before) if before != cell.value else cell


def _rows(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(key, mark, comparison.options[key].title) for key, mark in letters(comparison).items()]


def measures_table(
    comparison: Comparison,
    keys: Sequence[str],
    caption: str,
    *,
    traced: bool = False,
    usual: Comparison | None = None,
) -> Table:
    """Tabulate measures for every option.

    Args:
        comparison: the result.
        keys: the measures, one column each.
        caption: what the table shows.
        traced: whether each number carries its trace, and the heads are short.
        usual: another comparison to set the numbers against.
    """
    rows = []
    for key, letter, title in _rows(comparison):
        cells = []
        for name in keys:
            estimate = estimate_of(comparison.options[key], name)
            opened = traced and estimate is not None
            trace = explain(comparison, f"options.{key}.{name}") if opened else None
            cell = _cell(estimate, measure(name).kind, trace, f"options.{key}.{name}")
            cells.append(_against(cell, usual, key, name))
        rows.append((letter, title, tuple(cells)))
    return Table(
        caption,
        tuple(measure(name).head if traced else measure(name).title for name in keys),
        tuple(rows),
        titles=tuple(measure(name).says for name in keys),
    )


def sentence_table(comparison: Comparison, keys: Sequence[str]) -> Table | None:
    """Tabulate the options that a sentence speaks of: how likely, how long, and which outlasts.

    With several options the first is set against each of the others by year 10.
    """
    known = [key for key in dict.fromkeys(keys) if key in comparison.options]
    if not known:
        return None
    names = letters(comparison)
    rows = []
    for key in known:
        option = comparison.options[key]
        cells = [
            _cell(
                estimate_of(option, name),
                measure(name).kind,
                explain(comparison, f"options.{key}.{name}"),
            )
            for name in _BESIDE
        ]
        if len(known) > 1:
            cells.append(_outlasted(comparison, known[0], key))
        rows.append((names[key], option.title, tuple(cells)))
    heads = [measure(name).head for name in _BESIDE]
    if len(known) > 1:
        heads.append(f"{names[known[0]]} outlasts it by year 10")
    return Table("The options it speaks of, in this model", tuple(heads), tuple(rows))


def _outlasted(comparison: Comparison, one: str, other: str) -> Cell:
    share = outlasts_share(comparison, one, other, "10") if one != other else None
    if share is None:
        return Cell("·" if one == other else DASH)
    stored = "10" in getattr(comparison.outlasts.get(f"{one}>{other}"), "by_horizon", {})
    trace = explain(comparison, f"outlasts.{one}>{other}.10") if stored else None
    return Cell(short(percent(share)), trace=trace)


def survival_table(comparison: Comparison) -> Table | None:
    """Tabulate the curves at a few years: median and 90% interval."""
    horizon = comparison.horizon_years
    stops = [year for year in _MILESTONES if year <= horizon]
    rows = []
    for key, letter, title in _rows(comparison):
        curve = comparison.options[key].survival
        cells = []
        for stop in stops:
            near = min(curve, key=lambda row: abs(row[0] - stop), default=None)
            if near is None or abs(near[0] - stop) > 0.51:
                cells.append(Cell(DASH, reason="the curve has no point there"))
            else:
                _, low, mid, high = near
                cells.append(Cell(percent(mid), span(low, high, "share")))
        rows.append((letter, title, tuple(cells)))
    if not any(comparison.options[key].survival for key, _, _ in _rows(comparison)):
        return None
    return Table(
        "Probability that peace still holds, by years after the cessation: median over the draws "
        "and 90% of the draws",
        tuple(f"year {stop:g}" for stop in stops),
        tuple(rows),
    )


def by_kind_table(comparison: Comparison, name: str, caption: str) -> Table | None:
    """Tabulate ``attack_by_kind_10y`` or ``causes_10y``: one column for each kind."""
    kinds: dict[str, None] = {}
    for option in comparison.options.values():
        kinds.update(dict.fromkeys(getattr(option, name)))
    if not kinds:
        return None
    rows = tuple(
        (
            letter,
            title,
            tuple(_cell(getattr(comparison.options[key], name).get(k), "share") for k in kinds),
        )
        for key, letter, title in _rows(comparison)
    )
    return Table(caption, tuple(cause_word(kind) for kind in kinds), rows)


def matrix_table(comparison: Comparison, horizon: str, *, traced: bool = False) -> Table | None:
    """Tabulate who outlasts whom by a horizon, shaded by how clear the answer is."""
    rows, known = [], False
    for key, letter, title in _rows(comparison):
        cells = []
        for other in letters(comparison):
            share = outlasts_share(comparison, key, other, horizon) if other != key else None
            known = known or share is not None
            pair = f"outlasts.{key}>{other}.{horizon}"
            opened = traced and horizon in getattr(
                comparison.outlasts.get(f"{key}>{other}"), "by_horizon", {}
            )
            cells.append(
                Cell(
                    "·" if other == key else (DASH if share is None else short(percent(share))),
                    shade=_shade(share),
                    trace=explain(comparison, pair) if opened else None,
                    key=pair if share is not None else "",
                )
            )
        rows.append((letter, title, tuple(cells)))
    if not known:
        return None
    names = letters(comparison)
    return Table(
        f"How likely the row keeps peace longer than the column, by year {horizon}, "
        "given a cessation under both; ties count half",
        tuple(names.values()),
        tuple(rows),
        titles=tuple(comparison.options[key].title for key in names),
    )


def _shade(share: float | None) -> str:
    if share is None:
        return ""
    strength = min(_SHADES, round(abs(2 * share - 1) * _SHADES))
    return f"{'row' if share > 0.5 else 'col'}{strength}" if strength else ""


def shares_table(comparison: Comparison) -> Table:
    """Tabulate what share of the draws is special: half-hearted, too thin a text, no solution."""
    rows = tuple(
        (
            letter,
            title,
            tuple(
                Cell(percent(share))
                for share in (
                    option.half_hearted_share,
                    option.undetermined_share,
                    option.several_share,
                    option.unconverged_share,
                )
            ),
        )
        for key, letter, title in _rows(comparison)
        for option in (comparison.options[key],)
    )
    heads = (
        "half-hearted help",
        "a duty hangs on open details",
        "several solutions",
        "no solution found",
    )
    return Table("Share of the draws in which something special holds", heads, rows)


def tested_against_promised(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Say for each option how far the test falls short of the promise, and what the sign means.

    The sign is not a law: tests are selected towards weak help, but helpers can also act on more
    than what a text commits them to.
    """
    found = []
    for key, letter, title in _rows(comparison):
        option = comparison.options[key]
        promised, tested = option.promised.mean, option.honoured_if_tested.mean
        if promised is None or tested is None:
            continue
        points = round(100 * (tested - promised))
        size = f"{abs(points)} {'point' if abs(points) == 1 else 'points'}"
        if points < 0:
            text = (
                f"{size} lower when tested: in this model attacks come more where help looks weak"
            )
        elif points > 0:
            text = f"{size} higher when tested: helpers act on more than the text commits them to"
        else:
            text = "about the same when tested"
        found.append((letter, title, text))
    return found


def drivers_table(comparison: Comparison) -> Table | None:
    """Tabulate the drivers of each result with their intervals."""
    rows = []
    for on, found in grouped_drivers(comparison).items():
        for driver in found:
            low, high = driver.interval
            cells = (
                Cell(result_title(comparison, on)),
                Cell(signed(driver.correlation), f"{signed(low)} to {signed(high)}"),
            )
            rows.append(("", driver.label, cells))
    if not rows:
        return None
    return Table(
        "Rank correlation of each assumption with a result over the draws",
        ("moves", "rank correlation"),
        tuple(rows),
    )
