"""What each switch does, as tables."""

from __future__ import annotations

from servanda.report.switch_words import in_use, turned
from servanda.report.tables import Cell, Table
from servanda.report.words import DASH, letters, percent, short, years
from servanda.study.result import Comparison, SwitchEffect

__all__ = ["switch_pairs_table", "switch_years_table"]

_HORIZONS = ("5", "10", "20")


def switch_years_table(comparison: Comparison) -> Table | None:
    """Tabulate peace years of every option: the settings in use, then each switch alone."""
    usual, others = in_use(comparison), turned(comparison)
    if usual is None or not others:
        return None
    rows = []
    for key, letter in letters(comparison).items():
        cells = [Cell(years(usual.peace_years.get(key)), _place(usual, key))]
        cells += [_years_cell(item.effect, key) for item in others]
        rows.append((letter, comparison.options[key].title, tuple(cells)))
    return Table(
        f"Peace years given a cessation and place in the order, on the first {usual.draws:,} draws",
        ("in use", *(item.number for item in others)),
        tuple(rows),
        titles=("the settings of this comparison", *(item.setting for item in others)),
    )


def _years_cell(effect: SwitchEffect, key: str) -> Cell:
    if key not in effect.peace_years:
        return Cell(DASH, reason=effect.reason)
    return Cell(years(effect.peace_years[key]), _place(effect, key))


def _place(effect: SwitchEffect, key: str) -> str:
    return f"place {effect.order.index(key) + 1}" if key in effect.order else ""


def switch_pairs_table(comparison: Comparison) -> Table | None:
    """Tabulate who outlasts whom by year 5, 10 and 20 under each setting."""
    usual, others = in_use(comparison), turned(comparison)
    if usual is None or not others or not usual.outlasts:
        return None
    names = letters(comparison)
    rows = []
    for pair in usual.outlasts:
        a, _, b = pair.partition(">")
        title = " outlasts ".join(names.get(key, key) for key in (a, b))
        effects = (usual, *(item.effect for item in others))
        rows.append(("", title, tuple(Cell(_three(effect, pair)) for effect in effects)))
    return Table(
        "How likely the first keeps peace longer than the second by year 5, 10 and 20, given a "
        "cessation under both; pairs of the claims first, then each option against the reference",
        ("in use", *(item.number for item in others)),
        tuple(rows),
        titles=("the settings of this comparison", *(item.setting for item in others)),
    )


def _three(effect: SwitchEffect, pair: str) -> str:
    found = effect.outlasts.get(pair)
    if found is None:
        return DASH
    return ", ".join(short(percent(found.get(h))).removesuffix("%") for h in _HORIZONS) + "%"
