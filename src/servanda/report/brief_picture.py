"""The one picture on an option's page, and the small curves of break-evens: SVG without scripts.

A page that is printed or passed on has no scripts, so these are drawn here and not by the chart
library. Colours are classes of the report's style; what they tell is also told by dashes, numbers
and words.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from markupsafe import Markup

from servanda.report.brief import reference_of
from servanda.report.words import MINUS, cause_word, number_text, percent, short
from servanda.study.result import BreakEven, Comparison, OptionResult

__all__ = ["curve_picture", "option_picture"]

WIDTH, LEFT, RIGHT = 440, 46, 400
TOP, BASE = 14, 160
BAR, GAP = 22, 44
SMALL = (300, 150)


def option_picture(comparison: Comparison, key: str) -> Markup:
    """Draw survival with its band against no guarantee, and the causes how peace ends as bars."""
    option, base = comparison.options[key], reference_of(comparison)
    other = comparison.options[base] if base and base != key else None
    parts = [*_axes(comparison.horizon_years), *_survival(option, other, comparison.horizon_years)]
    y = BASE + 58.0
    parts.append(_text(LEFT, y - 12, "how peace ends within 10 years"))
    for title, one in (("this option", option), ("no guarantee", other)):
        if one is not None:
            parts += _bar(one, title, y)
            y += GAP
    keyed, y = _key(option, y)
    parts += keyed
    return _svg(WIDTH, y, _alt(comparison, option, other), parts)


def _svg(width: float, height: float, alt: str, parts: Sequence[str]) -> Markup:
    """Everything that reaches this point is a number of ours or escaped text."""
    return Markup(  # noqa: S704 - every text is escaped where it is written
        f'<svg class="small-chart" viewBox="0 0 {width:g} {height:g}" role="img">'
        f"<title>{escape(alt)}</title>{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", strong: bool = False) -> str:
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text class="{"strong" if strong else "soft"}" x="{x:.1f}" y="{y:.1f}"{place}>'
        f"{escape(text)}</text>"
    )


def _x(year: float, horizon: float) -> float:
    return LEFT + (RIGHT - LEFT) * year / horizon


def _y(share: float) -> float:
    return BASE - (BASE - TOP) * share


def _axes(horizon: float) -> list[str]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{share:.0%}", anchor="end"))
    for quarter in range(5):
        year = horizon * quarter / 4
        word = f"{year:g}" if quarter else "year 0"
        parts.append(_text(_x(year, horizon), BASE + 16, word, anchor="middle"))
    return parts


def _survival(option: OptionResult, other: OptionResult | None, horizon: float) -> list[str]:
    rows = [row for row in option.survival if row[0] <= horizon]
    if not rows:
        return []
    upper = [f"{_x(year, horizon):.1f},{_y(high):.1f}" for year, _, _, high in rows]
    lower = [f"{_x(year, horizon):.1f},{_y(low):.1f}" for year, low, _, _ in reversed(rows)]
    parts = [f'<polygon class="band" points="{" ".join(upper + lower)}"/>']
    if other is not None:
        parts.append(_line("other", [(row[0], row[2]) for row in other.survival], horizon))
    parts.append(_line("main", [(row[0], row[2]) for row in rows], horizon))
    last = rows[-1]
    parts.append(_text(RIGHT + 5, _y(last[2]) + 4, short(percent(last[2])), strong=True))
    return parts


def _line(name: str, points: Sequence[tuple[float, float]], horizon: float) -> str:
    path = " ".join(f"{_x(a, horizon):.1f},{_y(b):.1f}" for a, b in points if a <= horizon)
    return f'<polyline class="{name}" points="{path}"/>'


def _bar(option: OptionResult, title: str, y: float) -> list[str]:
    """One bar from 0 to 100%: a numbered segment for each cause, the rest is peace."""
    whole = RIGHT - LEFT
    parts = [_text(LEFT, y + BAR + 14, title)]
    parts.append(f'<rect class="rest" x="{LEFT}" y="{y:.1f}" width="{whole}" height="{BAR}"/>')
    x = float(LEFT)
    for number, found in enumerate(option.causes_10y.values(), start=1):
        wide = whole * max(0.0, found.mean or 0.0)
        parts.append(
            f'<rect class="cause cause{number}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" '
            f'height="{BAR}"/>'
        )
        if wide > 11.0:
            parts.append(
                f'<text class="cause-number" x="{x + wide / 2:.1f}" y="{y + 15:.1f}" '
                f'text-anchor="middle">{number}</text>'
            )
        x += wide
    peace = max(0.0, 1.0 - (x - LEFT) / whole)
    parts.append(_text(RIGHT - 5, y + 15, f"peace {short(percent(peace))}", anchor="end"))
    return parts


def _key(option: OptionResult, y: float) -> tuple[list[str], float]:
    parts = []
    y += 4
    for number, (cause, found) in enumerate(option.causes_10y.items(), start=1):
        y += 17
        parts.append(
            f'<rect class="cause cause{number}" x="{LEFT}" y="{y - 10:.1f}" width="12" '
            'height="12"/>'
        )
        parts.append(
            _text(LEFT + 19, y, f"{number} {cause_word(cause)}: {short(percent(found.mean))}")
        )
    return parts, y + 12


def _alt(comparison: Comparison, option: OptionResult, other: OptionResult | None) -> str:
    def at_end(one: OptionResult) -> str:
        if not one.survival:
            return "not computed"
        year, low, middle, high = one.survival[-1]
        return f"{percent(middle)} ({percent(low)} to {percent(high)}) at year {year:g}"

    text = f"{option.title}: in this model peace holds with median probability {at_end(option)}"
    text += f"; without a guarantee {at_end(other)}" if other else ""
    ends = ", ".join(f"{cause_word(c)} {percent(e.mean)}" for c, e in option.causes_10y.items())
    day = comparison.run.as_of
    return f"{text}. Peace ends within 10 years by: {ends}. Knowledge as of {day}."


def curve_picture(found: BreakEven, first: str, second: str) -> Markup:
    """Draw how the difference in peace years runs along an assumption, with its band.

    Args:
        found: the assumption and the curve.
        first: letter of the option that leads where the curve is above 0.
        second: letter of the other.
    """
    wide, high = SMALL
    left, right, top, base = 40.0, wide - 12.0, 14.0, high - 36.0
    xs = [row[0] for row in found.curve]
    values = [0.0, *(value for row in found.curve for value in row[1:])]
    low, up = min(values), max(values)
    room = max(up - low, 1e-9)

    def at(x: float, y: float) -> str:
        across = left + (right - left) * _share(x, xs)
        return f"{across:.1f},{base - (base - top) * (y - low) / room:.1f}"

    band = [at(x, b) for x, _, _, b in found.curve]
    band += [at(x, a) for x, _, a, _ in reversed(found.curve)]
    zero = base - (base - top) * -low / room
    parts = [
        f'<line class="zero" x1="{left}" x2="{right}" y1="{zero:.1f}" y2="{zero:.1f}"/>',
        f'<polygon class="band" points="{" ".join(band)}"/>',
        f'<polyline class="main" points="{" ".join(at(x, m) for x, m, _, _ in found.curve)}"/>',
    ]
    for crossing in found.crossings:
        across = left + (right - left) * _share(crossing.at, xs)
        parts.append(
            f'<line class="turn" x1="{across:.1f}" x2="{across:.1f}" y1="{top}" y2="{base}"/>'
        )
    for value in (low, 0.0, up):
        y = base - (base - top) * (value - low) / room
        if value == 0.0 or abs(y - zero) > 14:
            word = f"{value:.1f}".replace("-", MINUS)
            parts.append(_text(left - 5, y + 4, word, anchor="end"))
    parts.append(_text(left, base + 15, number_text(xs[0])))
    parts.append(_text(right, base + 15, number_text(xs[-1]), anchor="end"))
    parts.append(_text(left, base + 30, f"years, {first} less {second}; across: draws in order"))
    alt = f"{found.says} Mean difference {found.curve[0][1]:.1f} years at the low end, "
    return _svg(wide, high, f"{alt}{found.curve[-1][1]:.1f} at the high end.", parts)


def _share(x: float, xs: Sequence[float]) -> float:
    """Where a value stands among the draws, 0 to 1: the curve's points are spaced by rank."""
    if x <= xs[0]:
        return 0.0
    for i, (a, b) in enumerate(pairwise(xs)):
        if x <= b:
            return (i + (x - a) / max(b - a, 1e-300)) / (len(xs) - 1)
    return 1.0
