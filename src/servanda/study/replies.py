"""Turn a reply to a question into the next dated version of the text it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from servanda.domain.errors import ModelError
from servanda.domain.instrument import Instrument, Patch
from servanda.domain.noun import Flag, Noun
from servanda.domain.patch import patched
from servanda.domain.slot import PracticeOption, Slot
from servanda.scenario.parsing import closest
from servanda.scenario.reading import parse

__all__ = ["Reply", "Settled", "next_version", "reply_sets"]

_DATED = re.compile(r"[-_.]?\d{4}-\d\d-\d\d(-\d+)?$")
_MARK = " (reply of "


class Reply(Noun):
    """What somebody answered: on which slot, when, to which text, and where it can be read.

    One of ``option`` (a practice option of the slot), ``set`` (field paths and values) and ``text``
    (the words) is needed; ``text`` may go with either of the others. Words alone are recorded and
    leave the slot open, unless ``settles`` says that they settle it: "we cannot say" is a reply,
    too.
    """

    slot: str
    instrument: str
    option: str | None = None
    set: dict[str, Any] = Field(default_factory=dict)
    text: str | None = None
    settles: Flag = False
    by: str
    date: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a reply settles: the slots, the names that go, those that come, and the patches.

    ``slots`` are those the reply is about. Where ``closes`` is false it only says something about
    them, and they stay open under the names in ``kept``.
    """

    slots: tuple[str, ...]
    gone: tuple[str, ...]
    stays: Mapping[str, tuple[str, ...]]
    patches: tuple[Patch, ...]
    says: str
    closes: bool = True
    kept: tuple[str, ...] = ()


def reply_sets(pairs: Iterable[str]) -> dict[str, Any]:
    """Read ``path=value`` pairs; a value is text, a [list] or a {mapping} as in YAML.

    Raises:
        ModelError: a pair has no equals sign or its value cannot be read (SV604).

    Examples:
        >>> reply_sets(["in_force.years=10", "parties.guarantors=[ITA, FRA]"])
        {'in_force.years': '10', 'parties.guarantors': ['ITA', 'FRA']}
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        path, sign, value = pair.partition("=")
        parsed = parse(f"value: {value}\n", "--set") if sign and path else None
        if parsed is None or parsed.root is None or parsed.problems:
            raise ModelError(f"--set: expected path=value, not {pair!r}", code="SV604")
        found[path.strip()] = parsed.data["value"]
    return found


def settled(reply: Reply, text: Instrument, slots: Sequence[Slot]) -> Settled:
    """Say what a reply settles in a text.

    Raises:
        ModelError: no such slot or practice option (SV614), a path that names no field (SV604), or
            a reply that settles nothing (SV617).
    """
    meant, names = _meant(reply.slot, text, slots)
    option: PracticeOption | None = None
    if reply.option is not None:
        slot, option = _practice(reply.option, meant)
        meant = (slot,)
    if option is None and not reply.set and not (reply.text or "").strip():
        raise ModelError(
            f"the reply on '{reply.slot}' has no option, no value and no words", code="SV617"
        )
    closes = option is not None or bool(reply.set) or reply.settles
    stays = {name: _left_open(name, meant, slots) for name in names} if closes else {}
    patches = [*(option.patches if option else ())]
    patches += [Patch(path=_path(p, text), value=v) for p, v in reply.set.items()]
    says = (reply.text or "").strip() or (option.text if option else "")
    says = says or "; ".join(f"{p}: {v}" for p, v in reply.set.items())
    gone, kept = (names, ()) if closes else ((), names)
    return Settled(tuple(s.id for s in meant), gone, stays, tuple(patches), says, closes, kept)


def _meant(
    asked: str, text: Instrument, slots: Sequence[Slot]
) -> tuple[tuple[Slot, ...], tuple[str, ...]]:
    """Find the slots that a word stands for, and the names under which the text leaves them open.

    The word is a slot of the checklist, a name in ``unspecified``, or a question as it was asked.
    """
    by_id = {s.id: s for s in slots}
    wording = {w.strip().casefold(): s for s in slots for w in (s.question, *s.ask.values())}
    slot = by_id.get(asked) or wording.get(asked.strip().casefold())
    if asked in text.unspecified and slot is None:
        return tuple(s for s in slots if asked in s.fills), (asked,)
    if slot is None:
        known = [*by_id, *text.unspecified]
        near = closest(asked, known)
        hint = f"; did you mean '{near}'?" if near else f" (open: {', '.join(text.unspecified)})"
        raise ModelError(f"no slot or open name '{asked}' for '{text.id}'{hint}", code="SV614")
    return (slot,), tuple(n for n in text.unspecified if n in slot.fills or n == slot.id)


def _practice(name: str, slots: Sequence[Slot]) -> tuple[Slot, PracticeOption]:
    for slot in slots:
        for option in slot.options:
            if option.id == name:
                return slot, option
    known = [o.id for s in slots for o in s.options]
    near = closest(name, known)
    hint = f"; did you mean '{near}'?" if near else ""
    listed = ", ".join(known) or "none"
    raise ModelError(f"no practice option '{name}'{hint} (there are: {listed})", code="SV614")


def _left_open(name: str, meant: Sequence[Slot], slots: Sequence[Slot]) -> tuple[str, ...]:
    """Return names for what a name opens besides the slots answered."""
    others = [s for s in slots if name in s.fills and s not in meant]
    return tuple(
        next((f for f in o.fills if sum(f in s.fills for s in slots) == 1), o.id) for o in others
    )


def _path(path: str, text: Instrument) -> str:
    parts = path.split(".")
    known = [p.id for p in text.provisions]
    if parts[0] == "provisions" and len(parts) > 1 and parts[1] not in (*known, "*"):
        near = closest(parts[1], known)
        hint = f"; did you mean '{near}'?" if near else f" (there are: {', '.join(known)})"
        raise ModelError(f"'{text.id}' has no provision '{parts[1]}'{hint}", code="SV604")
    if parts[0] == "provisions" and len(parts) < 3:
        raise ModelError(f"the path '{path}' names no field of a provision", code="SV604")
    return path


def next_version(
    text: Instrument, replies: Sequence[Reply], slots: Sequence[Slot], taken: Iterable[str]
) -> tuple[Instrument, tuple[Settled, ...]]:
    """Return the text as it stands after replies of one day, under a new identifier.

    A practice option only fills what the text had left open; values set by path replace what was
    there; words alone change no field and settle nothing unless the reply says so. The replies are
    kept as statements, their sources among the sources seen.

    Args:
        text: the version that is answered; it is not changed.
        replies: all of one date.
        slots: the checklist.
        taken: identifiers that the new version may not have.

    Raises:
        ModelError: as `settled`; also a value that does not fit its field (SV604), and replies that
            change nothing and settle no open name (SV617).
    """
    current, found = text, []
    for reply in replies:
        one = settled(reply, current, slots)
        found.append(one)
        after = _applied(current, one, reply)
        if after == current and not one.kept:
            message = f"'{text.id}' leaves no '{reply.slot}' open, and the reply changes nothing"
            raise ModelError(message, code="SV617")
        current = after
    date = replies[0].date
    data = current.model_dump(by_alias=True, exclude_unset=True)
    data["id"] = _free(f"{_DATED.sub('', text.id)}-{date}", {*taken, text.id})
    data["title"] = f"{text.title.partition(_MARK)[0]}{_MARK}{date})"
    data["version_of"] = text.version_of or text.id
    data["known_from"] = date
    data["statements"] = [
        *data.get("statements", ()),
        *(
            {"date": r.date, "by": r.by, "says": s.says, "source": r.source}
            for r, s in zip(replies, found, strict=True)
        ),
    ]
    sources = dict(data.get("sources") or {})
    seen = (*sources.get("seen", ()), *(r.source for r in replies))
    data["sources"] = sources | {"seen": list(dict.fromkeys(seen))}
    return Instrument.model_validate(data), tuple(found)


def _applied(text: Instrument, one: Settled, reply: Reply) -> Instrument:
    """Apply a reply to the fields and to the list of what is open."""
    stated = len(reply.set)
    practice = one.patches[: len(one.patches) - stated]
    try:
        after = patched(text, practice, overwrite=False)
        after = patched(after, one.patches[len(practice) :])
    except ModelError as error:
        raise ModelError(_misfit(error, reply), code="SV604") from None
    if not one.gone:
        return after
    names: list[str] = []
    for name in after.unspecified:
        names += one.stays[name] if name in one.gone else (name,)
    return after.model_copy(update={"unspecified": tuple(dict.fromkeys(names))})


def _misfit(error: ModelError, reply: Reply) -> str:
    """Say which of the values of a reply does not fit, in the words of its path."""
    return f"{', '.join(reply.set) or reply.slot}: {error}"


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
