"""The backtest of forecasts on decisions with known outcomes, in a terminal."""

from __future__ import annotations

from servanda.negotiation.explain import CAUTION
from servanda.report.terminal import Ink, fit
from servanda.report.words import percent, plural
from servanda.study.decision_fit import DecisionBacktest

__all__ = ["decisions_text"]


def decisions_text(found: DecisionBacktest, width: int = 80, colour: bool = False) -> str:
    """Write what ``servanda backtest negotiation`` prints.

    Args:
        found: the scores.
        width: columns of the terminal.
        colour: whether escape codes may be used.
    """
    ink = Ink(width, colour)
    lines = ink.paragraph(
        f"{plural(found.issues, 'issue')} with outcomes in {plural(found.proposals, 'proposal')} "
        f"({found.undecided} without an outcome left out). What is fitted was fitted to "
        f"{found.folds - 1} of {found.folds} parts of the proposals and scored on the rest, "
        f"seed {found.seed}."
    )
    columns = f"{'MAE':>6}{'less compromise, 95%':>25}{'CRPS':>7}{'in 80%':>8}{'width':>7}"
    head = f"  {fit('model', 26)}{columns}"
    lines += ["", head, "  " + "─" * (len(head) - 2)]
    for name, score in sorted(found.scores.items(), key=lambda item: item[1].crps):
        mean, low, high = found.differences[name]
        gap = f"{mean:+.2f} ({low:+.2f}, {high:+.2f})"
        line = (
            f"  {fit(name, 26)}{score.mae:6.2f}{gap:>25}{score.crps:7.2f}"
            f"{percent(score.coverage):>8}{score.width:7.1f}"
        )
        lines.append(ink.bold(line) if name == "combined" else line)
    two, more = found.two_positions
    lines += [
        "",
        *ink.paragraph(
            f"CRPS of the combination on issues with two positions {two:.2f}, on the others "
            f"{more:.2f}. MAE is the distance of the point from the outcome, CRPS that of the "
            "whole distribution, both on the scale of the issues; lower is better."
        ),
        "",
        *ink.paragraph(CAUTION),
    ]
    return "\n".join(lines)
