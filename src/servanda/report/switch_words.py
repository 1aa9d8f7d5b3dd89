"""What each setting of a switch does to the comparison, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servanda.report.names import source_names
from servanda.report.words import letters, percent, short, signed
from servanda.study.result import Comparison, SwitchEffect

if TYPE_CHECKING:
    from servanda.report.terminal import Ink

__all__ = ["Turned", "in_use", "switch_lines", "turned"]


@dataclass(frozen=True)
class Turned:
    """One setting that is not in use, with its number and what it does in words."""

    number: str
    effect: SwitchEffect
    setting: str
    source: str
    says: str


def in_use(comparison: Comparison) -> SwitchEffect | None:
    """The settings in use, on the same first draws; None where no switch was turned."""
    return next((e for e in comparison.switches if e.in_use), None)


def turned(comparison: Comparison) -> list[Turned]:
    """Every setting that is not in use, numbered in the order of the result."""
    sources = source_names(comparison) | {
        "judgement": "a judgement",
        "casebook": "the casebook of guarantees, 1919 to 2024",
    }
    others = [effect for effect in comparison.switches if not effect.in_use]
    return [
        Turned(
            number=str(number),
            effect=effect,
            setting=f"{effect.label}: {effect.setting_label}",
            source=sources.get(effect.source, effect.source),
            says=_says(comparison, effect),
        )
        for number, effect in enumerate(others, start=1)
    ]


def _says(comparison: Comparison, effect: SwitchEffect) -> str:
    """Whether the order changes, which options change places, how far the years move."""
    if effect.reason:
        return f"not computed: {effect.reason}"
    names = letters(comparison)
    text = "keeps the order"
    if effect.changes_order:
        pairs = [pair.partition(">")[::2] for pair in effect.swaps]
        told = [f"{names.get(b, b)} above {names.get(a, a)}" for a, b in pairs[:4]]
        more = f" and {len(pairs) - 4} more" if len(pairs) > 4 else ""
        widest = max((max(abs(x), abs(y)) for x, y in effect.swaps.values()), default=0.0)
        text = f"changes the order: {', '.join(told)}{more}"
        text += f" (apart by {_gap(widest)} at most)" if pairs else ""
    usual = in_use(comparison)
    shifts = [
        years_ - usual.peace_years[key]
        for key, years_ in effect.peace_years.items()
        if usual and key in usual.peace_years
    ]
    return text + (f"; {_shifted(min(shifts), max(shifts))}" if shifts else "")


def _shifted(low: float, high: float) -> str:
    """How far peace years move, least and most over the options."""
    first, last = signed(low, 1), signed(high, 1)
    if first == last:
        return "peace years as in use" if first == "0.0" else f"peace years {first} for all"
    return f"peace years {first} to {last}"


def _gap(value: float) -> str:
    return "under 0.1 years" if value < 0.1 else f"{value:.1f} years"


def switch_lines(comparison: Comparison, ink: Ink) -> list[str]:
    """Write for a terminal what each switch does to the order and to the claims by year 10."""
    usual, others = in_use(comparison), turned(comparison)
    if usual is None or not others:
        return []
    lines = ink.paragraph(
        f"Each alone, on the first {usual.draws:,} draws; in use: {_used(comparison)}."
    )
    pairs = _claimed(comparison)
    for item in others:
        mark = "" if item.effect.verified else " [unverified]"
        text = f"{item.setting}{mark}: {item.says}"
        told = [
            f"{_named(comparison, pair)} {short(percent(usual.outlasts[pair].get('10')))} to "
            f"{short(percent(item.effect.outlasts[pair].get('10')))}"
            for pair in pairs
            if _moves(usual, item.effect, pair)
        ]
        text += f"; by year 10 {', '.join(told)}" if told else ""
        lines += ink.paragraph(text + ".", f"  {item.number}. ")
    return lines


def _moves(usual: SwitchEffect, effect: SwitchEffect, pair: str) -> bool:
    """Whether a switch moves who outlasts whom by year 10 by five points or more."""
    before, after = (e.outlasts.get(pair, {}).get("10") for e in (usual, effect))
    return before is not None and after is not None and abs(after - before) >= 0.045


def _used(comparison: Comparison) -> str:
    return "; ".join(
        f"{effect.switch} {effect.setting.replace('_', ' ')}"
        for effect in comparison.switches
        if effect.in_use
    )


def _claimed(comparison: Comparison) -> list[str]:
    """Pairs that a claim names, each once."""
    return list(
        dict.fromkeys(
            f"{turning.first}>{turning.second}"
            for turning in comparison.break_evens
            if any(why.startswith("claim ") for why in turning.why)
        )
    )


def _named(comparison: Comparison, pair: str) -> str:
    names = letters(comparison)
    a, _, b = pair.partition(">")
    return f"{names.get(a, a)} outlasts {names.get(b, b)}"
