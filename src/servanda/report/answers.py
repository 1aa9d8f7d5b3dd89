"""What a recorded reply changes, in a terminal."""

from __future__ import annotations

from servanda.report.terminal import Ink
from servanda.report.words import finding_word, plain, plural
from servanda.study.answers import Change, Recorded, Version

__all__ = ["answer_text"]

_MANY = 12
_FEW = 4
_ORDER = ("finding", "missing", "who", "strength", "means", "clock", "rule")
_WORDS = {
    "finding": "finding",
    "missing": "missing",
    "who": "who is bound",
    "strength": "how strongly",
    "means": "means",
    "clock": "due",
    "rule": "who decides, and how",
}


def answer_text(recorded: Recorded, width: int = 80, colour: bool = False) -> str:
    """Draw what ``servanda answer`` recorded, or would record.

    Args:
        recorded: the new versions and what they change.
        width: columns of the terminal.
        colour: whether escape codes may be used.
    """
    ink = Ink(width, colour)
    lines: list[str] = []
    for version in recorded.versions:
        lines += [*_version(version, ink), ""]
    would = "Would write" if recorded.dry_run else "Written"
    lines += ink.paragraph(f"{would} in {recorded.folder}: {', '.join(recorded.files)}")
    if recorded.as_of != recorded.as_of_before:
        moved = f"The scenario's day of knowledge moves from {recorded.as_of_before} to "
        lines += ink.paragraph(f"{moved}{recorded.as_of}.")
    return "\n".join(lines)


def _version(version: Version, ink: Ink) -> list[str]:
    slots = ", ".join(plain(s) for s in dict.fromkeys(s for o in version.settled for s in o.slots))
    head = f"{version.instrument.id} answers {version.former} on {slots or 'no slot'}"
    lines = [ink.bold(part) for part in ink.paragraph(head)]
    left = len(version.still_open)
    lines += ink.paragraph(f"{plural(left, 'detail')} still open", "  ")
    for one in version.settled:
        if one.kept:
            names = ", ".join(plain(n) for n in one.kept)
            text = f"recorded in words only: {names} stays open (--settles would settle it)"
            lines += ink.paragraph(text, "  ", "    ")
    for old, new in version.options.items():
        lines += ink.paragraph(f"option {old} is superseded from then on by {new}", "  ")
    if not version.options:
        lines += ink.paragraph("no option of the scenario uses the former version", "  ")
    if all(not one.patches for one in version.settled):
        text = "no field of the text changes: a reply in words, or one that leaves it as it stands"
        lines += ink.paragraph(text, "  ")
    return [*lines, *_changes(version.changes, ink)]


def _changes(changes: tuple[Change, ...], ink: Ink) -> list[str]:
    if not changes:
        return ink.paragraph("no finding over the incident bank changes", "  ")
    places = len({(c.incident, c.provision) for c in changes})
    verb = "changes" if places == 1 else "change"
    lines = ink.paragraph(f"{plural(places, 'finding')} over the incident bank {verb}:", "  ")
    groups: dict[tuple[str, str, str], list[str]] = {}
    for change in sorted(changes, key=lambda c: _ORDER.index(c.what)):
        key = (change.what, change.provision, _said(change))
        groups.setdefault(key, []).append(change.incident)
    for (_, provision, said), incidents in list(groups.items())[:_MANY]:
        where = ", ".join(incidents[:_FEW])
        if len(incidents) > _FEW:
            where += f" and {plural(len(incidents) - _FEW, 'other')}"
        lines += ink.paragraph(f"{plain(provision)} in {where}: {said}", "    ", "      ")
    if len(groups) > _MANY:
        more = f"and {plural(len(groups) - _MANY, 'further change')}; --json gives all"
        lines += ink.paragraph(more, "    ")
    return lines


def _said(change: Change) -> str:
    before, after = (_outcome(change.what, w) for w in (change.before, change.after))
    if change.what != "missing":
        return f"{_WORDS.get(change.what, change.what)} {before} becomes {after}"
    old, new = (set((w or "none").split(", ")) - {"none"} for w in (change.before, change.after))
    gone, come = ", ".join(sorted(old - new)), ", ".join(sorted(new - old))
    parts = [f"{plain(gone)} no longer missing"] if gone else []
    return "; ".join([*parts, *([f"{plain(come)} missing now"] if come else [])])


def _outcome(what: str, word: str | None) -> str:
    if word is None:
        return "nothing"
    if what == "finding":
        return finding_word(word)[1]
    many = word.count(", ") + 1
    return plural(many, "actor") if what == "who" and many > _FEW else plain(word)
