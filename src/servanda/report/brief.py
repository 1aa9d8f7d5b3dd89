"""A page about one option that a minister could read: three sentences, numbers, what it rests on.

Words only; `brief_picture` draws, the report and the terminal lay out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from servanda.domain.errors import ModelError
from servanda.report.measures import estimate_of, measure
from servanda.report.switch_words import in_use, turned
from servanda.report.tables import Cell, Table
from servanda.report.words import (
    cause_word,
    headline_text,
    interval_text,
    letters,
    number_text,
    percent,
    plain,
    plural,
    short,
    signed,
    years,
)
from servanda.study.result import BreakEven, Comparison, OptionResult, Turning

__all__ = ["CLASS_WORDS", "Brief", "brief", "briefs", "reference_of"]

CLASS_WORDS = {
    "binding": "a binding duty to help",
    "political": "a political undertaking to help",
    "discretionary": "a duty that leaves each to decide how it helps",
    "consult": "a duty to consult and no more",
    "mandate": "a mandate to a force without a pledge",
    "permitted": "leave to act and no duty",
}
_NUMBERS = (
    "peace_years",
    "reached",
    "peace_years_reached",
    "attack_10y",
    "honoured_if_tested",
    "escalation_10y",
    "cost_musd_year",
)
_CARRY = 2
_SLOTS = 6
_MOST = 3
_TURNS = ("crosses", "several", "fades")


@dataclass(frozen=True)
class Brief:
    """What stands on the page of one option."""

    key: str
    letter: str
    title: str
    summary: str
    sentences: tuple[str, str, str]
    numbers: Table
    causes: tuple[tuple[str, str], ...]
    carried: tuple[BreakEven, ...]
    carried_note: str
    changes: tuple[str, ...]


def reference_of(comparison: Comparison) -> str | None:
    """The option that others are measured against, if there is one."""
    return next((key for key, option in comparison.options.items() if option.reference), None)


def briefs(comparison: Comparison) -> list[Brief]:
    """Write the page of every option, in the order of their letters."""
    return [brief(comparison, key) for key in letters(comparison)]


def brief(comparison: Comparison, key: str) -> Brief:
    """Write the page of one option.

    Args:
        comparison: the result.
        key: identifier of the option.

    Raises:
        ModelError: there is no such option (SV603).
    """
    if key not in comparison.options:
        known = ", ".join(comparison.options)
        raise ModelError(f"no option {key!r} was compared; compared: {known}", code="SV603")
    option, base = comparison.options[key], reference_of(comparison)
    turning = _against(comparison, key, base)
    carried = turning.found[:_CARRY] if turning else ()
    return Brief(
        key=key,
        letter=letters(comparison)[key],
        title=option.title,
        summary=option.summary,
        sentences=(
            _promise(option),
            _outcome(comparison, key, base),
            _rests(comparison, option, carried),
        ),
        numbers=_numbers(comparison, key, base),
        causes=tuple(
            (cause_word(name), percent(found.mean)) for name, found in option.causes_10y.items()
        ),
        carried=carried,
        carried_note=turning.says if turning and not carried else "",
        changes=tuple(_changes(comparison, key, option, turning)),
    )


def _against(comparison: Comparison, key: str, base: str | None) -> Turning | None:
    """What the difference to the reference turns on; for the reference, its own years."""
    other = None if key == base else base
    return next((t for t in comparison.break_evens if (t.first, t.second) == (key, other)), None)


def _promise(option: OptionResult) -> str:
    """What the option promises, and to whom it falls."""
    bound = [view for view in option.guarantors if view.klass in CLASS_WORDS]
    if not bound:
        return "On paper nobody promises anything, and nothing falls to anybody."
    counted = Counter(view.klass for view in bound)
    parts = [f"{CLASS_WORDS[klass]} ({n})" for klass, n in counted.most_common()]
    first = sorted(bound, key=lambda view: -view.capability)[:3]
    foremost = _listed([view.name for view in first])
    count = plural(len(option.guarantors), "guarantor")
    text = f"On paper {len(bound)} of {count} give {_listed(parts)}; most to bring have {foremost}"
    troops = sum(view.troops for view in option.guarantors)
    return text + (f"; {number_text(troops)} soldiers stand in the country." if troops else ".")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _outcome(comparison: Comparison, key: str, base: str | None) -> str:
    """How long peace lasts against no guarantee, and whether the adversary would accept."""
    option = comparison.options[key]
    text = (
        "In this model, once hostilities have ceased, peace lasts "
        f"{headline_text(option.peace_years, 'years')} of {comparison.horizon_years:g} years on "
        f"average (90% of draws: {interval_text(option.peace_years, 'years')})"
    )
    if base is not None and base != key:
        other = comparison.options[base].peace_years
        text += f", against {headline_text(other, 'years')} without a guarantee"
        pair = comparison.outlasts.get(f"{key}>{base}")
        horizon = max(pair.by_horizon, key=float, default=None) if pair else None
        if pair and horizon:
            text += (
                f" ({signed(pair.mean_difference.get(horizon), 1)} years; longer in "
                f"{percent(pair.by_horizon[horizon])} of the draws, ties counted half)"
            )
    reached = percent(option.reached.mean)
    return f"{text}; the adversary would accept it in {reached} of the draws."


def _rests(comparison: Comparison, option: OptionResult, carried: tuple[BreakEven, ...]) -> str:
    """What the result rests on: assumptions, open details, unverified numbers."""
    doubtful = sum(not row.verified for row in comparison.ledger)
    if carried:
        names = _listed(
            [f"'{found.label}'" + ("" if found.verified else " (unverified)") for found in carried]
        )
        text = f"The result rests most on {names}"
    else:
        text = "The result rests on no single assumption that stands out from chance"
    slots = len(option.open_slots)
    text += f", on texts that leave {plural(slots, 'detail')} open" if slots else ""
    if comparison.ledger:
        text += f", and on {plural(len(comparison.ledger), 'assumption')}, {doubtful} unverified"
    return text + "."


def _numbers(comparison: Comparison, key: str, base: str | None) -> Table:
    """The numbers of the option beside those of the reference."""
    keys = [key, *([base] if base and base != key else [])]
    rows = []
    for name in _NUMBERS:
        about, cells = measure(name), []
        for one in keys:
            found = estimate_of(comparison.options[one], name)
            value = headline_text(found, about.kind)
            spread = interval_text(found, about.kind) if found and found.mean is not None else ""
            cells.append(Cell(short(value), spread, found.reason if found else None))
        rows.append(("", about.title, tuple(cells)))
    heads = tuple(comparison.options[one].title for one in keys)
    return Table("Mean and 90% of the draws (comes about: sampling error)", heads, tuple(rows))


def _changes(
    comparison: Comparison, key: str, option: OptionResult, turning: Turning | None
) -> list[str]:
    """What would change the result: other break-evens, switches, open details."""
    others = list(turning.found[_CARRY:]) if turning else []
    for pair in comparison.break_evens:
        if pair is not turning and key in (pair.first, pair.second) and "reference" not in pair.why:
            others += pair.found
    told = [found.says for found in others if found.verdict in _TURNS][:_MOST]
    told += _moves(comparison, key)
    if option.open_slots:
        told.append(
            f"Open in its texts: {_open(option)}. Until they are settled they enter as an equal "
            "mixture of common practice."
        )
    return told


def _open(option: OptionResult) -> str:
    """The first open details, by the text that leaves them open, and how many more there are."""
    by_text: dict[str, list[str]] = {}
    for slot in option.open_slots[:_SLOTS]:
        text, _, name = slot.rpartition(": ")
        by_text.setdefault(text, []).append(plain(name))
    told = [f"{text}: {', '.join(names)}" if text else ", ".join(names)
            for text, names in by_text.items()]  # fmt: skip
    more = len(option.open_slots) - _SLOTS
    return "; ".join([*told, f"and {more} more"] if more > 0 else told)


def _moves(comparison: Comparison, key: str) -> list[str]:
    """Switches under which the option changes its place."""
    usual = in_use(comparison)
    if usual is None or key not in usual.order:
        return []
    place, told = usual.order.index(key) + 1, []
    for item in turned(comparison):
        order = item.effect.order
        if key in order and order.index(key) + 1 != place:
            mark = "" if item.effect.verified else " (unverified)"
            now, then = (years(e.peace_years.get(key)) for e in (item.effect, usual))
            text = f"{now} either way" if now == then else f"{now} instead of {then}"
            told.append(
                f"{item.setting}{mark}: place {order.index(key) + 1} instead of {place} by peace "
                f"years ({text})."
            )
    more = len(told) - _MOST
    return (
        [*told[:_MOST], f"And {plural(more, 'more switch', 'more switches')}."]
        if more > 0
        else told
    )
