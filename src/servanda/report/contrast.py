"""Two texts side by side in a terminal: slot by slot, then incident by incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from servanda.domain.actor import Actor
from servanda.obligations.open_slots import floor_words
from servanda.report.findings import Actors, fact_text, named
from servanda.report.terminal import Ink, clean, fit
from servanda.report.words import finding_word, plain
from servanda.study.contrast import Contrast, Cover, IncidentRow, Side, SlotRow

__all__ = ["ContrastRow", "contrast_rows", "contrast_table"]

_LABEL = 19
_MARK = {"stated": "", "open": "left open", "silent": "not mentioned"}
#: Fields whose values are bare numbers or days, in words.
_SAID = {
    "in_force.from": "from {}",
    "in_force.to": "until {}",
    "in_force.years": "{} years",
    "in_force.hours": "{} hours",
    "in_force.auto_extend_years": "extended by {} years",
    "effect_after_months": "{} months",
}


@dataclass(frozen=True)
class ContrastRow:
    """One slot or incident under both texts, in words."""

    label: str
    a: str
    b: str
    differs: bool


def contrast_rows(
    contrast: Contrast, actors: Actors
) -> tuple[tuple[ContrastRow, ...], tuple[ContrastRow, ...]]:
    """Return slots and incidents of a contrast in words, what differs first.

    Args:
        contrast: the two texts compared.
        actors: registry, to write actors by name.
    """
    slots = [
        ContrastRow(plain(row.slot), _side(row.a, actors), _side(row.b, actors), row.differs)
        for row in contrast.slots
    ]
    incidents = [
        ContrastRow(row.title, a := _cover(row.a, actors), b := _cover(row.b, actors), a != b)
        for row in contrast.incidents
    ]
    return tuple(sorted(slots, key=lambda row: not row.differs)), tuple(incidents)


def contrast_table(
    contrast: Contrast, width: int = 80, colour: bool = False, *, actors: Actors | None = None
) -> str:
    """Draw what ``servanda assess --diff`` prints.

    Args:
        contrast: the two texts compared.
        width: columns of the terminal.
        colour: whether escape codes may be used.
        actors: registry, to write actors by name.
    """
    ink = Ink(width, colour)
    known: dict[str, Actor] = dict(actors or {})
    column = (width - _LABEL - 4) // 2
    lines = [
        *ink.paragraph(f"A  {contrast.a.id}: {contrast.a.title}", "", "   "),
        *ink.paragraph(f"B  {contrast.b.id}: {contrast.b.title}", "", "   "),
        "",
        ink.bold(_row("slot", "A", "B", column)),
        "─" * (_LABEL + 4 + 2 * column),
    ]
    same = [row for row in contrast.slots if not row.differs]
    for row in contrast.slots:
        if row.differs:
            lines += _slot(row, column, known)
    if same:
        names = ", ".join(plain(row.slot) for row in same)
        lines += [ink.dim(part) for part in ink.paragraph(f"The same in both: {names}.")]
    if contrast.bank:
        lines += ["", *ink.paragraph(f"The strongest duty in each incident of {contrast.bank}:")]
    lines += ["", ink.bold(_row("incident", "A", "B", column)), "─" * (_LABEL + 4 + 2 * column)]
    for incident in contrast.incidents:
        lines += _incident(incident, column, known)
    lines += ["", *_ahead(contrast, ink)]
    return "\n".join(line.rstrip() for line in lines)


def _row(label: str, a: str, b: str, column: int) -> str:
    return f"{fit(label, _LABEL)}  {fit(a, column)}  {fit(b, column)}"


def _rows(label: str, a: str, b: str, column: int) -> list[str]:
    """Set three texts side by side, each broken to its column."""
    cells = [
        Ink(size, False).paragraph(text) if text else [""]
        for text, size in ((label, _LABEL), (a, column), (b, column))
    ]
    height = max(len(cell) for cell in cells)
    padded = [cell + [""] * (height - len(cell)) for cell in cells]
    return [_row(one, two, three, column) for one, two, three in zip(*padded, strict=True)]


def _slot(row: SlotRow, column: int, actors: Actors) -> list[str]:
    label = plain(row.slot)
    return _rows(label, _side(row.a, actors), _side(row.b, actors), column)


def _side(side: Side, actors: Actors) -> str:
    fields = (*side.fields, *([""] * len(side.values)))
    values = [_said(v, field, actors) for v, field in zip(side.values, fields, strict=False)]
    text = "; ".join(dict.fromkeys(values))
    mark = _MARK.get(side.status, side.status)
    if len(text) > 160:
        text = text[:159].rstrip() + "…"
    return f"{text} ({mark})" if text and mark else clean(text or mark)


def _said(value: Any, field: str, actors: Actors) -> str:
    """Say a value, a number with what it counts."""
    if field.endswith("floor_share") and isinstance(value, float):
        return floor_words(value) or ""
    said = _SAID.get(field) or _SAID.get(field.rsplit(".", 1)[-1], "{}")
    return said.format(fact_text(value, actors))


def _incident(row: IncidentRow, column: int, actors: Actors) -> list[str]:
    return _rows(row.incident, _cover(row.a, actors), _cover(row.b, actors), column)


def _cover(cover: Cover, actors: Actors) -> str:
    if cover.finding is None:
        return "no duty in the text"
    mark, word, _ = finding_word(cover.finding)
    text = f"{mark} {word}: {plain(cover.provision or '')}"
    if cover.binding == "consult":
        text += " (talks)"
    elif cover.level in ("owed", "in_doubt"):
        text += f" ({plain(cover.binding or '')})"
    if cover.bearers and cover.level != "none":
        text += f"; {named(cover.bearers, actors, most=3)}"
    due = cover.due or (f"{cover.due_soft} where possible" if cover.due_soft else "")
    if due and cover.level != "none":
        text += f"; by {due}"
    if cover.level == "none" and cover.why:
        text += f"; {', '.join(plain(w) for w in cover.why)}"
    return text


def _ahead(contrast: Contrast, ink: Ink) -> list[str]:
    lines = []
    for first, second, flag in (("A", "B", True), ("B", "A", False)):
        found = contrast.ahead(a=flag)
        told = ", ".join(found) if found else "no incident of the bank"
        lines += ink.paragraph(f"{first} owes something where {second} does not: {told}.", "", "  ")
    return lines
