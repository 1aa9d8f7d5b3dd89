"""What a coded text says of each slot of the checklist: stated, left open, or silent.

Nothing is guessed. A slot is read through its own field path and through the fields that its
practice options fill; where these hold nothing, and the text does not list the slot as open, the
text is silent on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from servanda.domain.instrument import Instrument
from servanda.domain.slot import PracticeOption, Slot
from servanda.obligations.slot_fields import ALONG, Field, fields_of, words_of

__all__ = ["Filling", "Statement", "fill"]

TALK = ("consult", "meet", "inform")
HELP = (
    *("assist", "aid", "help", "act_to_meet", "fight", "guarantee", "reliable_guarantee"),
    *("article5", "respond", "support", "defend", "take_all", "take_action", "secure", "come_to"),
)

#: Words of the format that say that nothing has been settled.
NOT_SAID = (
    *("unspecified", "proposed", "undecided", "unknown", "announcing", "unclear", "text_silent"),
)

#: Clauses that end or narrow a duty: their triggers are not what sets it off.
NARROWING = frozenset({"exception", "termination", "limit", "condition"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One place where a text speaks of a slot: field, value, provision and its clause."""

    path: str
    value: Any
    provision: str | None = None
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """What one text says of one slot.

    ``stated``: the coded fields hold it; ``open``: the text itself lists it as unspecified, under
    ``names`` (what the fields hold of it all the same is in ``says``); ``silent``: neither.
    ``practice`` names the practice options that agree with what is said.
    """

    instrument: str
    slot: str
    state: Literal["stated", "open", "silent"]
    says: tuple[Statement, ...] = ()
    names: tuple[str, ...] = ()
    practice: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[Any, ...]:
        """The values said, each once."""
        return tuple({repr(s.value): s.value for s in self.says}.values())


def fill(instrument: Instrument, slots: Sequence[Slot]) -> tuple[Filling, ...]:
    """Say of every slot what the coded text makes of it, in the order of the checklist.

    Args:
        instrument: the text.
        slots: the checklist.

    Examples:
        >>> pact = Instrument(id="p", title="P", kind="draft", legal_force="binding",
        ...     unspecified=["duration"])
        >>> force = Slot(id="force", group="form", question="Treaty?", path="legal_force")
        >>> life = Slot(id="life", group="life", question="How long?", path="in_force.years",
        ...     fills=["duration"])
        >>> exit_ = Slot(id="exit", group="life", question="Notice?", path="exit")
        >>> [(f.state, f.values) for f in fill(pact, [force, life, exit_])]
        [('stated', ('binding',)), ('open', ()), ('silent', ())]
    """
    data = instrument.model_dump(mode="json", by_alias=True, exclude_unset=True)
    plan = fields_of(tuple(slots))
    return tuple(_filling(instrument, data, slot, plan[slot.id]) for slot in slots)


def _filling(
    instrument: Instrument, data: dict[str, Any], slot: Slot, fields: tuple[Field, ...]
) -> Filling:
    says = tuple({(s.path, s.provision): s for f in fields for s in _read(data, f)}.values())
    names = tuple(n for n in instrument.unspecified if n in slot.fills or n == slot.id)
    state: Literal["stated", "open", "silent"] = "stated" if says else "silent"
    if names:
        state = "open"
    practice = tuple(o.id for o in slot.options if says and _agrees(o, says, data))
    return Filling(instrument.id, slot.id, state, says, names, practice)


def _read(data: dict[str, Any], field: Field) -> Iterator[Statement]:
    """Yield what a text says at a field path."""
    first, _, rest = field.path.partition(".")
    if first == "provisions":
        key = rest.partition(".")[2]
        for provision in data.get("provisions", ()):
            if _speaks(provision, field, key):
                value = _kept(_at(provision, key.split(".")), field, data)
                if value is not None:
                    path = f"provisions.{provision['id']}.{key}"
                    yield Statement(path, value, provision["id"], _clause(provision))
        return
    if first == "areas":
        key = rest.partition(".")[2]
        for name, area in data.get("areas", {}).items():
            value = _kept(_at(area, key.split(".")), field, data)
            if value is not None:
                yield Statement(f"areas.{name}.{key}", value)
        return
    value = _kept(_at(data, field.path.split(".")), field, data)
    if value is not None:
        yield Statement(field.path, value)


def _speaks(provision: Mapping[str, Any], field: Field, key: str) -> bool:
    """Say whether a provision is one in which a field can answer the slot."""
    if field.acts is None:
        return not (key.startswith("trigger.") and provision.get("modality") in NARROWING)
    return _reaches(provision, field.acts, key)


def _kept(value: Any, field: Field, data: Mapping[str, Any]) -> Any:
    """Return what of a value answers the slot, or None."""
    value = _said(value, field.words)
    if value is not None and field.sift is not None:
        value = field.sift(value, data)
    if value is not None and field.among is not None:
        value = tuple(v for v in value if v in field.among) or None
    return value


def _at(value: Any, keys: Iterable[str]) -> Any:
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _said(value: Any, words: frozenset[str] | None) -> Any:
    """Return what of a value settles something, or None."""
    if isinstance(value, (list, tuple)):
        kept = [v for v in value if _said(v, words) is not None]
        return tuple(kept) or None
    if isinstance(value, dict):
        told = words is None or _shares(words_of(value), words)
        return value if value and told else None
    if value is None or value == "":
        return None
    text = str(value)
    if any(word in text for word in NOT_SAID):
        return None
    if words is not None and not _shares(words_of(text), words):
        return None
    return value


def _shares(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Say whether two sets of words share one, endings aside."""
    return any(m[:5] == t[:5] for m in mine for t in theirs)


def _reaches(provision: Mapping[str, Any], acts: frozenset[str], key: str) -> bool:
    """Say whether a provision is one of those a practice option is about.

    An act that the checklist does not name is placed by what it is: talk, or help. A clock that
    counts consultations is about talk whatever else the provision owes.
    """
    own = provision.get("act", ())
    own = (own,) if isinstance(own, str) else tuple(own)
    clock = provision.get(key)
    if isinstance(clock, dict) and "consult" in str((clock.get("for"), clock.get("counts"))):
        own = ("consult",)
    if {provision.get("modality"), *own} & acts:
        return True
    return bool({_sort(a) for a in own} & {_sort(a) for a in acts} - {None})


def _sort(act: str) -> str | None:
    if act.startswith(TALK):
        return "talk"
    return "help" if act.startswith(HELP) or "assist" in act else None


def _clause(provision: dict[str, Any]) -> str | None:
    text = provision.get("clause") or provision.get("clause_gloss")
    art = provision.get("art")
    if text is None:
        return f"art. {art}" if art else None
    return f"art. {art}: {text}" if art else str(text)


def _agrees(option: PracticeOption, says: tuple[Statement, ...], data: Mapping[str, Any]) -> bool:
    """Say whether all that a practice option would write is what the text says."""
    if not option.patches:
        return False
    return all(
        any(_tail(s.path) == _tail(p.path) and _plain(s.value) == _plain(p.value) for s in says)
        or (p.path in ALONG and _plain(_at(data, p.path.split("."))) == _plain(p.value))
        for p in option.patches
    )


def _tail(path: str) -> str:
    first, _, rest = path.partition(".")
    return f"{first}.{rest.partition('.')[2]}" if first in ("provisions", "areas") else path


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)
