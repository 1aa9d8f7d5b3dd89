"""The page of one option in a terminal."""

from __future__ import annotations

from servanda.report.brief import Brief, brief, reference_of
from servanda.report.terminal import Ink, fit
from servanda.report.words import percent, short, span
from servanda.study.result import Comparison, OptionResult

__all__ = ["brief_text"]

_YEARS = (1.0, 5.0, 10.0, 15.0, 20.0)
_BAR = 30


def brief_text(comparison: Comparison, key: str, width: int = 80, colour: bool = False) -> str:
    """Write what ``servanda compare --brief OPTION`` prints.

    Args:
        comparison: the result.
        key: identifier of the option.
        width: columns of the terminal.
        colour: whether escape codes may be used.

    Raises:
        ModelError: there is no such option (SV603).
    """
    page, ink = brief(comparison, key), Ink(width, colour)
    run, base = comparison.run, reference_of(comparison)
    other = comparison.options[base] if base and base != key else None
    lines = [ink.bold(s) for s in ink.paragraph(f"{page.title} ({comparison.title})")]
    lines += ink.paragraph(
        f"In this model; knowledge as of {run.as_of}; {run.draws:,} draws, seed {run.seed}. "
        f"{page.summary}"
    )
    for sentence in page.sentences:
        lines += ["", *ink.paragraph(sentence)]
    lines += ["", ink.bold("Does peace still hold? Median, 90% of draws")]
    lines += _survival("this option", comparison.options[key])
    lines += _survival("no guarantee", other) if other else []
    lines += ["", ink.bold("How peace ends within 10 years"), *_causes(page, comparison, key)]
    lines += ["", ink.bold("What carries the result"), *_carried(page, ink)]
    if page.changes:
        lines += ["", ink.bold("What would change it")]
        lines += [line for text in page.changes for line in ink.paragraph(text, "  - ")]
    return "\n".join(line.rstrip() for line in lines)


def _survival(title: str, option: OptionResult) -> list[str]:
    rows = {year: rest for year, *rest in option.survival}
    shown = [year for year in _YEARS if year in rows]
    heads = "".join(f"{f'year {year:g}':>12}" for year in shown)
    middle = "".join(f"{short(percent(rows[year][1])):>12}" for year in shown)
    spans = "".join(f"{span(rows[year][0], rows[year][2], 'share'):>12}" for year in shown)
    return [fit(f"  {title}", 16) + heads, " " * 16 + middle, " " * 16 + spans]


def _causes(page: Brief, comparison: Comparison, key: str) -> list[str]:
    """A line with a bar for each cause; a full bar is 100%."""
    found = comparison.options[key].causes_10y.values()
    return [
        f"  {fit(words, 36)}{text:>9}  {'█' * round(_BAR * (one.mean or 0.0))}"
        for (words, text), one in zip(page.causes, found, strict=True)
    ]


def _carried(page: Brief, ink: Ink) -> list[str]:
    if not page.carried:
        return ink.paragraph(page.carried_note or "Not computed.", "  ")
    lines: list[str] = []
    for place, found in enumerate(page.carried):
        mark = "" if found.verified else " [unverified]"
        among = "among draws alike in the first" if place else "over the draws"
        lines += ink.paragraph(
            f"{found.label}{mark}: {percent(found.share)} of the order {among}. {found.says}",
            "  - ",
        )
    return lines
