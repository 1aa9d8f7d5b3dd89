"""The comparison in a terminal: the table, the first questions, the claim, warnings, what next.

Plain text drawn by hand: nothing heavy is imported, and it reads the same in a log file.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from unicodedata import category, east_asian_width

from servanda.report.measures import estimate_of, measure
from servanda.report.names import actor_names
from servanda.report.switch_words import switch_lines
from servanda.report.words import (
    DASH,
    headline_text,
    interval_text,
    letters,
    percent,
    plural,
    short,
)
from servanda.study.result import Comparison

__all__ = [
    "Ink",
    "claim_lines",
    "clean",
    "columns_of",
    "comparison_table",
    "comparison_text",
    "fit",
    "terminal_style",
]

# in order of importance: what does not fit is dropped from the right
_COLUMNS = (
    ("peace_years", "peace yrs"),
    ("peace_years_reached", "x reached"),
    ("reached", "reached"),
    ("attack_10y", "attack 10y"),
    ("honoured_if_tested", "honoured"),
    ("deterred", "deterred"),
    ("escalation_10y", "wider war"),
    ("cost_musd_year", "cost/yr"),
)
_SHOWN = ("reached", "peace_years", "peace_years_reached", "attack_10y", "honoured_if_tested",
          "deterred", "escalation_10y", "cost_musd_year")  # fmt: skip
_MIN_TITLE, _MAX_TITLE = 22, 44
_WARN_SHARE = 0.01


@dataclass(frozen=True)
class Ink:
    """How to write to this terminal: its width, and whether to use colour."""

    width: int
    colour: bool

    def bold(self, text: str) -> str:
        """Write in bold where colour is allowed."""
        return f"\x1b[1m{text}\x1b[0m" if self.colour else text

    def dim(self, text: str) -> str:
        """Write faintly where colour is allowed."""
        return f"\x1b[2m{text}\x1b[0m" if self.colour else text

    def paragraph(self, text: str, first: str = "", rest: str | None = None) -> list[str]:
        """Break a text into lines of the terminal's width with a hanging indent."""
        hang = " " * len(first) if rest is None else rest
        return wrap(
            clean(text), self.width, initial_indent=first, subsequent_indent=hang,
            break_on_hyphens=False,
        ) or [first.rstrip()]  # fmt: skip


def terminal_style(stream: object = None) -> Ink:
    """Read width and colour off a stream and the environment (NO_COLOR, COLUMNS, TERM)."""
    target = sys.stdout if stream is None else stream
    isatty = getattr(target, "isatty", lambda: False)()
    colour = isatty and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Ink(max(60, min(160, shutil.get_terminal_size((80, 24)).columns)), bool(colour))


def clean(text: str) -> str:
    r"""Drop control and direction characters, so that no text of a scenario steers the terminal.

    Examples:
        >>> clean("a\x1b[2Jb\u202ec")
        'a[2Jbc'
    """
    spaced = "".join(" " if c in "\n\t\r" else c for c in text)
    return "".join(c for c in spaced if category(c) not in ("Cc", "Cf", "Cs", "Co"))


def columns_of(text: str) -> int:
    """Count the terminal columns that a text takes.

    Examples:
        >>> columns_of("peace"), columns_of("平和")
        (5, 4)
    """
    return sum(0 if category(c) == "Mn" else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, width: int) -> str:
    """Pad or cut a text to a number of terminal columns.

    Examples:
        >>> fit("peace", 7) + "|", fit("Full membership", 8)
        ('peace  |', 'Full me…')
    """
    text = clean(text)
    if columns_of(text) > width:
        while columns_of(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - columns_of(text))


def comparison_table(comparison: Comparison, width: int = 80, colour: bool = False) -> str:
    """Draw the table of options: one block for each, means with 90% of the draws beneath.

    Columns that do not fit are left out from the least important, never cut; a line below says
    which. Versions that a later one replaced come last and are marked.

    Args:
        comparison: the result.
        width: columns of the terminal.
        colour: whether escape codes may be used.
    """
    ink = Ink(width, colour)
    rows = _cells(comparison)
    keys, widths = _fitting(rows, width)
    titles = width - sum(w + 2 for w in widths) - 3
    titles = min(_MAX_TITLE, titles)
    heads = dict(_COLUMNS)
    lines = [ink.bold(fit("   option", titles + 3) + _joined([heads[k] for k in keys], widths))]
    lines.append("─" * len(fit("", titles + 3) + _joined([""] * len(keys), widths)))
    for key, letter in letters(comparison).items():
        lines += _block(ink, comparison, key, letter, titles, keys, widths, rows[key])
    dropped = [measure(k).title.lower() for k, _ in _COLUMNS if k not in keys]
    if dropped:
        lines += [
            ink.dim(s) for s in ink.paragraph(f"Not shown at this width: {', '.join(dropped)}.")
        ]
    return "\n".join(line.rstrip() for line in lines)


def _cells(comparison: Comparison) -> dict[str, dict[str, tuple[str, str]]]:
    cells: dict[str, dict[str, tuple[str, str]]] = {}
    for key, option in comparison.options.items():
        cells[key] = {}
        for name, _ in _COLUMNS:
            estimate, kind = estimate_of(option, name), measure(name).kind
            mean = estimate.mean if estimate else None
            value = "n/a" if mean is None else _narrow(short(headline_text(estimate, kind)))
            cells[key][name] = (
                value,
                _narrow(interval_text(estimate, kind)) if mean is not None else "",
            )
    return cells


def _narrow(interval: str) -> str:
    return interval.replace(" to ", DASH)


def _fitting(
    rows: dict[str, dict[str, tuple[str, str]]], width: int
) -> tuple[list[str], list[int]]:
    """Choose the columns that fit beside the titles, in their order of reading."""
    room = width - _MIN_TITLE - 3
    chosen: dict[str, int] = {}
    for name, head in _COLUMNS:
        need = max([len(head)] + [columns_of(t) for row in rows.values() for t in row[name]])
        if need + 2 > room:
            break
        chosen[name] = need
        room -= need + 2
    keys = [name for name in _SHOWN if name in chosen]
    return keys, [chosen[name] for name in keys]


def _joined(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "".join("  " + " " * (w - columns_of(t)) + t for t, w in zip(texts, widths, strict=True))


def _block(
    ink: Ink, comparison: Comparison, key: str, letter: str, titles: int,
    keys: Sequence[str], widths: Sequence[int], cells: dict[str, tuple[str, str]],
) -> list[str]:  # fmt: skip
    option = comparison.options[key]
    name = ("(earlier) " if option.superseded else "") + clean(option.title)
    parts = wrap(name, titles) or [""]
    if len(parts) > 2:
        parts = [parts[0], fit(" ".join(parts[1:]), titles)]
    parts += [""] * (2 - len(parts))
    first = fit(f"{letter:<3}{parts[0]}", titles + 3) + _joined([cells[k][0] for k in keys], widths)
    second = fit(f"   {parts[1]}", titles + 3)
    spans = _joined([cells[k][1] for k in keys], widths)
    return [ink.bold(first) if not option.superseded else first, second + ink.dim(spans)]


def claim_lines(comparison: Comparison, ink: Ink) -> list[str]:
    """Write each claim and the model's answer to it, a sentence each."""
    names = actor_names(comparison)
    lines: list[str] = []
    told: set[str] = set()
    for claim in comparison.claims:
        lines += ink.paragraph(
            f"{claim.says} ({names.get(claim.by, claim.by)}, {claim.date}; {claim.certainty})",
            "  - ",
        )
        answer = claim.answer or "Not computed."
        if claim.reason:
            answer += f" ({claim.reason})"
        lines += ink.paragraph(answer, "    ")
        for condition in claim.conditions:
            if condition not in told:
                lines += ink.paragraph(condition, "    ")
            told.add(condition)
    return lines


def comparison_text(
    comparison: Comparison,
    width: int = 80,
    colour: bool = False,
    *,
    report: str | None = None,
    next_command: str | None = None,
    first: int = 5,
) -> str:
    """Write all that ``compare`` prints: table, questions, claims, switches, warnings, what next.

    Args:
        comparison: the result.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        report: path of the HTML report, if one was written.
        next_command: the command to suggest; without it, opening the questions.
        first: how many questions to print.
    """
    ink, run = Ink(width, colour), comparison.run
    lines = [
        *(ink.bold(s) for s in ink.paragraph(comparison.title)),
        *ink.paragraph(
            f"In this model; knowledge as of {run.as_of}; {run.draws:,} draws, seed {run.seed}; "
            "mean, and 90% of the draws beneath (for reached: the sampling error)."
        ),
        "",
        comparison_table(comparison, width, colour),
        "",
        *ink.paragraph(
            "Peace years are counted from a cessation of hostilities; "
            "x reached multiplies them by the chance that the option comes about."
        ),
        *ink.paragraph(_both_ways(comparison)),
    ]
    lines += _questions(comparison, ink, first)
    if comparison.claims:
        lines += ["", ink.bold("The claim"), *claim_lines(comparison, ink)]
    told = switch_lines(comparison, ink)
    if told:
        lines += ["", ink.bold("What each switch changes"), *told]
    warnings = [line for text in _warnings(comparison) for line in ink.paragraph(text, "  ! ")]
    if warnings:
        lines += ["", ink.bold("Read with care"), *warnings]
    lines.append("")
    if report:
        lines.append(f"Report:  {clean(report)}")
    lines.append(f"Next:    {next_command or f'servanda questions {clean(run.scenario)}'}")
    return "\n".join(lines)


def _both_ways(comparison: Comparison) -> str:
    """Say which option leads given a cessation, and which once acceptance is counted."""
    current = {k: o for k, o in comparison.options.items() if not o.superseded}
    best = max(current, key=lambda k: current[k].peace_years.mean or 0.0)
    likely = max(current, key=lambda k: current[k].peace_years_reached.mean or 0.0)
    names = letters(comparison)
    if best == likely:
        return f"{names[best]} has most peace years either way."
    return (
        f"Given a cessation {names[best]} has most peace years; times the chance that the "
        f"adversary accepts, {names[likely]} has. Nothing here settles which of the two counts."
    )


def _questions(comparison: Comparison, ink: Ink, first: int) -> list[str]:
    if not comparison.questions:
        return []
    kept = comparison.questions[:first]
    names = actor_names(comparison)
    to = {clean(names.get(q.addressee, q.addressee)) for q in kept if q.addressee}
    whom = f" for {to.pop()}" if len(to) == 1 else ""
    lines = ["", ink.bold(f"The first {plural(len(kept), 'question')}{whom}")]
    for number, question in enumerate(kept, start=1):
        worth = ""
        if question.value is not None and question.value_kind == "findings_flipped":
            worth = f" [changes up to {question.value:g} findings]"
        elif question.value is not None:
            worth = f" [worth {question.value:.3g}]"
        lines += ink.paragraph(question.ask + worth, f"  {number}. ")
    return lines


def _ranged(comparison: Comparison) -> str:
    """Say which headlines are intervals for it."""
    names = letters(comparison)
    ranged = [names[key] for key in names if comparison.options[key].peace_years.ranged]
    if not ranged:
        return "For no single option are they more than 1%, so the headlines are single numbers."
    return f"Peace years of {', '.join(ranged)} are printed as intervals over the solutions."


def _warnings(comparison: Comparison) -> list[str]:
    run, texts = comparison.run, []
    if run.unconverged_share + run.several_share > _WARN_SHARE:
        texts.append(
            f"{percent(run.unconverged_share)} of draws did not converge and "
            f"{percent(run.several_share)} have several solutions under some option; none is "
            f"dropped. {_ranged(comparison)}"
        )
    if run.undetermined_share > _WARN_SHARE:
        texts.append(
            f"In {percent(run.undetermined_share)} of draws a duty hangs on details that the texts "
            "leave open; they enter as an equal mixture of common practice."
        )
    doubtful = sum(not row.verified for row in comparison.ledger)
    if doubtful:
        texts.append(
            f"{doubtful} of {plural(len(comparison.ledger), 'assumption')} are unverified: "
            "remembered or judged, not read in a source. The report marks each."
        )
    return texts
