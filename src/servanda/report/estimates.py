"""A fitted strategic model for people: the table in a terminal, in Markdown and in LaTeX."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from servanda.games.estimation.comparison import Compared
from servanda.games.estimation.explain import sentences
from servanda.games.estimation.model import Coefficient, Fitted
from servanda.report.terminal import Ink, columns_of
from servanda.study.fitting import Found

__all__ = ["fitted_latex", "fitted_markdown", "fitted_text", "write_table"]

_HEAD = ("", "estimate", "std. error", "z", "p", "95 % interval")
_LATEX = {
    "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
}  # fmt: skip


def write_table(found: Found, path: Path) -> None:
    """Write the table in the format that the name of the file says: .md, .tex or .json."""
    texts: dict[str, Callable[[], str]] = {
        ".md": lambda: fitted_markdown(found),
        ".tex": lambda: fitted_latex(found),
        ".json": lambda: json.dumps(found.published(), ensure_ascii=False, allow_nan=False) + "\n",
    }
    path.write_text(texts[path.suffix](), encoding="utf-8")


def fitted_text(found: Found, width: int = 80, colour: bool = False) -> str:
    """Write what ``servanda fit`` prints.

    Args:
        found: the fit.
        width: columns of the terminal.
        colour: whether escape codes may be used.
    """
    ink = Ink(width, colour)
    fitted = found.fitted
    lines = [part for text in sentences(fitted) for part in ink.paragraph(text)]
    lines += ["", *_equations(fitted, ink), "", *(ink.dim(p) for p in ink.paragraph(_foot(fitted)))]
    if found.effects:
        lines += ["", ink.bold("Average effects on the probability of outcomes"), ""]
        rows = [
            (e.covariate, e.contrast, e.outcome, _number(e.effect), _number(e.std_error))
            for e in found.effects
        ]
        lines += _grid(("covariate", "change", "outcome", "effect", "std. error"), rows, 3)
    if found.checks:
        lines += ["", ink.bold("Data that the model makes"), ""]
        made = [
            (c.what, _number(c.observed), _number(c.mean),
             f"{_number(c.low)} to {_number(c.high)}", f"{c.p_value:.3f}")
            for c in found.checks
        ]  # fmt: skip
        lines += _grid(("figure", "observed", "made", "95 % of made", "p"), made, 1)
    for test in found.tests:
        lines += ["", *ink.paragraph(_test(test))]
    return "\n".join(line.rstrip() for line in lines)


def _equations(fitted: Fitted, ink: Ink) -> list[str]:
    rows: list[tuple[str, ...]] = []
    heads: set[int] = set()
    lines = iter(fitted.coefficients)
    design = fitted.built.design
    levels = design.offset[:, 0].tolist()
    for place, block, level in zip(fitted.built.places, design.blocks, levels, strict=True):
        if not place.bare:
            held = "" if block.shape[1] else f"  fixed at {level:g}"
            rows.append((place.title + held, "", "", "", "", ""))
            heads.add(len(rows) - 1)
        for _ in range(block.shape[1]):
            one = next(lines)
            short = one.name if place.bare else "  " + one.name[len(place.title) + 1 :]
            rows.append((short, *_figures(one)))
    grid = _grid(_HEAD, rows, 1)
    return [ink.bold(line) if n - 2 in heads else line for n, line in enumerate(grid)]


def _figures(one: Coefficient) -> tuple[str, ...]:
    if one.estimate is None:
        return ("-", "-", "", "", one.reason)
    if one.std_error is None:
        return (_number(one.estimate), "fixed" if one.fixed else "-", "", "", one.reason)
    low, high = one.interval() or (0.0, 0.0)
    p = one.p_value if one.p_value is not None else 1.0
    shown = "< 0.001" if p < 0.001 else f"{p:.3f}"
    return (
        _number(one.estimate), _number(one.std_error), f"{one.z or 0:.2f}", shown,
        f"{_number(low)} to {_number(high)}",
    )  # fmt: skip


def _number(value: float | None) -> str:
    """Write a number with four decimals, or with four digits where those would not show it."""
    if value is None:
        return "-"
    if value == 0 or 0.001 <= abs(value) < 1e5:
        return f"{value:.4f}"
    return f"{value:.3e}"


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> list[str]:
    """Align columns: the first ``left`` to the left, numbers to the right, the last to the left."""
    last = len(head) - 1
    numbers = [
        [r[k] for r in rows if len(r) > k and not (k == last and re.search("[a-z]{3}", r[k]))]
        for k in range(len(head))
    ]
    widths = [
        max(columns_of(text) for text in [head[k], *column]) for k, column in enumerate(numbers)
    ]

    def line(cells: Sequence[str]) -> str:
        shown = []
        for k, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
            pad = " " * max(0, wide - columns_of(cell))
            shown.append(cell + pad if k < left or k == last else pad + cell)
        return "  ".join(shown).rstrip()

    rule = "-" * (sum(widths) + 2 * last)
    return [line(head), rule, *(line(row) for row in rows), rule]


def _foot(fitted: Fitted) -> str:
    level = f"{fitted.log_likelihood:.4f}"
    if not fitted.converged:
        return f"No top was found. The climb was left at a log likelihood of {level}."
    return (
        f"Log likelihood {level}, {fitted.free} estimated coefficients, AIC {fitted.aic:.2f}, "
        f"BIC {fitted.bic:.2f}."
    )


def _test(test: Compared) -> str:
    names = {0: "neither model", 1: "the first model", 2: "the other model"}
    if test.test == "vuong":
        told = f"Vuong: z = {test.statistic:.3f}"
    else:
        told = f"Clarke: the first model explains {test.statistic:.0f} of {test.n} rows better"
    return f"{told}, p = {test.p_value:.4f}; it favours {names[test.nearer]}."


def fitted_markdown(found: Found) -> str:
    """Write the table in Markdown, with what was fitted above and what to distrust below."""
    fitted = found.fitted
    lines = [*(f"{text}  " for text in sentences(fitted)), ""]
    lines += ["| coefficient | estimate | std. error | z | p | 95 % interval |",
              "| --- | ---: | ---: | ---: | ---: | --- |"]  # fmt: skip
    for one in fitted.coefficients:
        cells = [one.name.replace("|", "\\|"), *_figures(one)]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", _foot(fitted)]
    lines += [f"\n**{problem.code}** {problem.message}" for problem in fitted.warnings]
    lines += [f"\n{_test(test)}" for test in found.tests]
    return "\n".join(lines) + "\n"


def fitted_latex(found: Found) -> str:
    """Write the table in LaTeX: one block per equation, standard errors in parentheses."""
    fitted = found.fitted
    lines = [
        r"\begin{tabular}{lrr}",
        r"\hline",
        r" & Estimate & (Std.\ error) \\",
        r"\hline",
    ]
    coefficients = iter(fitted.coefficients)
    for place, block in zip(fitted.built.places, fitted.built.design.blocks, strict=True):
        if not place.bare:
            fixed = "" if block.shape[1] else " (fixed)"
            lines.append(rf"\textit{{{_tex(place.title)}}}{fixed} & & \\")
        for _ in range(block.shape[1]):
            one = next(coefficients)
            short = one.name if place.bare else one.name[len(place.title) + 1 :]
            estimate = "---" if one.estimate is None else _number(one.estimate)
            error = f"({_number(one.std_error)})" if one.std_error is not None else "---"
            stars = _stars(one)
            lines.append(rf"\quad {_tex(short)} & ${estimate}${stars} & {error} \\")
    lines += [
        r"\hline",
        rf"Log likelihood & {fitted.log_likelihood:.3f} & \\",
        rf"Rows & {fitted.n} & \\",
        r"\hline",
        r"\end{tabular}",
        "% " + " ".join(sentences(fitted)),
        *(f"% {problem.code} {problem.message}" for problem in fitted.warnings),
        "% * p < 0.05, ** p < 0.01, *** p < 0.001",
    ]
    return "\n".join(lines) + "\n"


def _stars(one: Coefficient) -> str:
    p = one.p_value
    if p is None:
        return ""
    count = (p < 0.05) + (p < 0.01) + (p < 0.001)
    return rf"\rlap{{$^{{{'*' * count}}}$}}" if count else ""


def _tex(text: str) -> str:
    return "".join(_LATEX.get(char, char) for char in text)
