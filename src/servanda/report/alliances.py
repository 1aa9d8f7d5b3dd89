"""An instrument in the terms of the alliance data, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.obligations.atop import SEEN, AtopRecord, MemberRow
from servanda.report.terminal import Ink, clean

__all__ = ["record_table"]

_ALWAYS = ("defense", "offense", "neutral", "nonagg", "consul")


def record_table(record: AtopRecord, ink: Ink) -> str:
    """Draw a record: the codes with their origin, what is missing and why, members, losses.

    Conditions that are 0 are left out, as is what no field of an instrument can answer.

    Examples:
        >>> print(record_table(AtopRecord("p", {"defense": 1}, derived={"defense": ("a1",)}),
        ...     Ink(60, False)))
        p in ATOP's variables
          defense  1   from a1
    """
    lines = [ink.bold(clean(f"{record.atopid} in ATOP's variables"))]
    width = max(len(name) for name in record.variables)
    for name, code in record.variables.items():
        ids = record.derived.get(name, ())
        if code is not None and (code or name in _ALWAYS):
            origin = f"from {', '.join(ids)}" if ids else ""
            lines += ink.paragraph(
                origin, f"  {_name(name):<{width}}  {code:<3} ", " " * (width + 8)
            )
    gone: dict[str, list[str]] = {}
    for name, reason in record.reasons.items():
        gone.setdefault(reason, []).append(_name(name))
    for title, rows in (
        ("Missing, with the reason", [f"{', '.join(n)}: {why}" for why, n in gone.items()]),
        ("Members", [_member(row) for row in record.members]),
        ("What the variables cannot say", list(_losses(record))),
    ):
        lines += ["", ink.bold(title)] if rows else []
        lines += [part for row in rows for part in ink.paragraph(row, "  ", "    ")]
    if any(name not in SEEN for name in record.variables):
        lines += ["", ink.dim("* name or values from memory: check them against the codebook")]
    return "\n".join(line.rstrip() for line in lines)


def _name(name: str) -> str:
    return name if name in SEEN else f"{name}*"


def _member(row: MemberRow) -> str:
    entry = _day(row.yrent, row.moent, row.dayent) or "?"
    left = _day(row.yrexit, row.moexit, row.dayexit)
    return f"{row.member}  from {entry}" + (f" to {left}" if left else "")


def _day(*parts: int | None) -> str:
    return "-".join(f"{part:02d}" for part in parts if part is not None)


def _losses(record: AtopRecord) -> Iterator[str]:
    for loss in record.losses:
        where = f"{loss.provision}: " if loss.provision else ""
        yield f"{where}{loss.note}"
