"""What a coded text says of each slot of the checklist: stated, left open, or silent.

Nothing is guessed. A slot is read through its own field path and through the fields that its
practice options fill; where these hold nothing, and the text does not list the slot as open, the
text is silent on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from servanda.domain.instrument import Instrument
from servanda.domain.slot import PracticeOption, Slot

__all__ = ["Filling", "Statement", "fill"]

TALK = ("consult", "meet", "inform")
HELP = (
    *("assist", "aid", "help", "act_to_meet", "fight", "guarantee", "reliable_guarantee"),
    *("article5", "respond", "support", "defend", "take_all", "take_action", "secure", "come_to"),
)

#: Fields that hold words of many kinds: one speaks of a slot only where it shares a word with it.
MIXED = frozenset(
    {"conditions", "exceptions", "also", "means", "rule", "effect", "in_force_note", "object"}
)

#: Words of the checklist that tell no slot from another.
COMMON = frozenset(
    [
        *("adversary", "attack", "attacked", "beneficiary", "consequence", "first", "force"),
        *("after", "guarantor", "guarantors", "named", "other", "parties", "party", "relation"),
        *("state", "territory", "threat", "without", "self", "that", "user", "what", "judges"),
        *("action", "affected", "comes", "cover", "direct", "either", "seek", "unsc"),
    ]
)

#: Words of the format that say that nothing has been settled.
NOT_SAID = ("unspecified", "proposed", "undecided", "unknown", "announcing", "unclear")

#: The same thing said in another field of the format, and the words it must then hold.
ALSO: dict[str, tuple[tuple[str, frozenset[str] | None], ...]] = {
    "parties.guarantors": tuple(
        (f"parties.{role}", None)
        for role in ("guarantor", "original", "members", "signatories", "declaring", "issuing")
    ),
    "in_force.years": (("in_force.to", None),),
    "provisions.*.decision.organ": (("provisions.*.organ", None),),
    "provisions.*.trigger.domains": (("provisions.*.domain", None),),
    "provisions.*.trigger.object": (("areas.*.include", frozenset({"forces", "vessels"})),),
    "provisions.*.trigger.baseline": (
        ("provisions.*.trigger.kinds", frozenset({"future", "renewed", "again"})),
    ),
}


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
    plan = _plan(tuple(slots))
    return tuple(_filling(instrument, data, slot, plan[slot.id]) for slot in slots)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field to read for a slot: its path, the acts it is limited to, the words it must share."""

    path: str
    acts: frozenset[str] | None
    words: frozenset[str] | None


def _plan(slots: tuple[Slot, ...]) -> dict[str, tuple[_Field, ...]]:
    return _planned(tuple((s.id, _key(s)) for s in slots))


def _key(slot: Slot) -> tuple[Any, ...]:
    patches = tuple(
        (p.path, tuple(sorted(_words(p.value))), p.where) for o in slot.options for p in o.patches
    )
    return slot.path, patches, (slot.id, *slot.fills)


@lru_cache(maxsize=8)
def _planned(keys: tuple[tuple[str, tuple[Any, ...]], ...]) -> dict[str, tuple[_Field, ...]]:
    """Say once for a checklist which fields belong to which slot."""
    homes = Counter(key[0] for _, key in keys)
    claimed: dict[str, str] = {}
    for name, key in keys:
        for path, _, _ in key[1]:
            claimed.setdefault(path, name)
    plan = {}
    for name, (own, patches, names) in keys:
        paths = dict.fromkeys([own, *(p for p, _, _ in patches)])
        fields = []
        for path in paths:
            if path != own and (homes[path] or claimed[path] != name):
                continue  # the field belongs to another slot
            mixed = path.rsplit(".", 1)[-1] in MIXED
            practice = [ws for p, ws, _ in patches if p == path]
            words = _telling(names, practice, every=path == own) if mixed else None
            limited = homes[path] > 1 or path.endswith((".modality", ".bearer"))
            acts = frozenset(a for p, _, where in patches if p == path for a in where)
            fields.append(_Field(path, acts if limited and acts else None, words))
            fields += [_Field(form, None, needed) for form, needed in ALSO.get(path, ())]
        plan[name] = tuple(fields)
    return plan


def _telling(
    names: Sequence[str], practice: Sequence[Sequence[str]], *, every: bool
) -> frozenset[str]:
    """Return the words that tell a slot: of its names and of its practice.

    In a field that is not the slot's own, of its practice only what most of it shares.
    """
    counted = Counter(w for ws in practice for w in {w[:5] for w in ws})
    needed = 1 if every else max(2, len(practice) / 2)
    often = {w for ws in practice for w in ws if counted[w[:5]] >= needed}
    return frozenset({w for n in names for w in _words(n)} | often) - COMMON


def _words(value: Any) -> frozenset[str]:
    """Return the longer words of a value's text."""
    if isinstance(value, dict):
        return frozenset(w for v in value.values() for w in _words(v))
    if isinstance(value, (list, tuple)):
        return frozenset(w for v in value for w in _words(v))
    parts = str(value).lower().replace("_", " ").replace("-", " ").split()
    return frozenset(p for p in parts if len(p) > 3 and not p.isdigit())


def _filling(
    instrument: Instrument, data: dict[str, Any], slot: Slot, fields: tuple[_Field, ...]
) -> Filling:
    says = tuple({(s.path, s.provision): s for f in fields for s in _read(data, f)}.values())
    names = tuple(n for n in instrument.unspecified if n in slot.fills or n == slot.id)
    state: Literal["stated", "open", "silent"] = "stated" if says else "silent"
    if names:
        state = "open"
    practice = tuple(o.id for o in slot.options if _agrees(o, says))
    return Filling(instrument.id, slot.id, state, says, names, practice)


def _read(data: dict[str, Any], field: _Field) -> Iterator[Statement]:
    """Yield what a text says at a field path."""
    first, _, rest = field.path.partition(".")
    if first == "provisions":
        key = rest.partition(".")[2]
        for provision in data.get("provisions", ()):
            if field.acts is None or _reaches(provision, field.acts, key):
                value = _said(_at(provision, key.split(".")), field.words)
                if value is not None:
                    path = f"provisions.{provision['id']}.{key}"
                    yield Statement(path, value, provision["id"], _clause(provision))
        return
    if first == "areas":
        key = rest.partition(".")[2]
        for name, area in data.get("areas", {}).items():
            value = _said(_at(area, key.split(".")), field.words)
            if value is not None:
                yield Statement(f"areas.{name}.{key}", value)
        return
    value = _said(_at(data, field.path.split(".")), field.words)
    if value is not None:
        yield Statement(field.path, value)


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
        told = words is None or _shares(_words(value), words)
        return value if value and told else None
    if value is None or value == "":
        return None
    text = str(value)
    if any(word in text for word in NOT_SAID):
        return None
    if words is not None and not _shares(_words(text), words):
        return None
    return value


def _shares(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Say whether two sets of words share one, endings aside."""
    return any(m[:5] == t[:5] for m in mine for t in theirs)


def _reaches(provision: dict[str, Any], acts: frozenset[str], key: str) -> bool:
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


def _agrees(option: PracticeOption, says: tuple[Statement, ...]) -> bool:
    """Say whether all that a practice option would write is what the text says."""
    if not option.patches:
        return False
    return all(
        any(_tail(s.path) == _tail(p.path) and _plain(s.value) == _plain(p.value) for s in says)
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
