"""Which fields of the format answer which slot of the checklist, and what of them does.

A slot has a field of its own and those that its practice options write. Some fields speak of many
things and answer a slot only in its words; some are written along and answer none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from servanda.domain.slot import Slot

__all__ = ["ALONG", "Field", "fields_of", "words_of"]

#: Fields that hold words of many kinds: one speaks of a slot only where it shares a word with it.
MIXED = frozenset(
    {"condition", "conditions", "exceptions", "also", "means", "rule", "effect", "in_force_note",
     "object"}
)  # fmt: skip

#: Words of the checklist that tell no slot from another.
COMMON = frozenset(
    [
        *("adversary", "attack", "attacked", "beneficiary", "consequence", "first", "force"),
        *("after", "guarantor", "guarantors", "named", "other", "parties", "party", "relation"),
        *("state", "territory", "threat", "without", "self", "that", "user", "what", "judges"),
        *("action", "affected", "comes", "cover", "direct", "either", "seek", "unsc"),
    ]
)

#: Fields that a practice writes along and that do not tell one slot from another: that a text is
#: in force under a condition, or from a day, does not say that it waits for a ceasefire.
ALONG = frozenset({"in_force.from"})

#: Modalities that bind, whatever the act; an intention to deploy somewhere covers nothing there.
BINDING = frozenset({"duty", "duty_soft", "prohibition", "conditional_prohibition"})
NOWHERE = frozenset({"land", "air", "sea"})  # domains, not places


@dataclass(frozen=True, slots=True)
class Field:
    """A field to read for a slot.

    ``acts`` are the acts or modalities it is limited to, ``words`` those of which its value must
    share one, ``among`` what of the practice it must name; ``sift`` keeps what answers the slot.
    """

    path: str
    acts: frozenset[str] | None = None
    words: frozenset[str] | None = None
    among: frozenset[str] | None = None
    sift: Callable[[Any, Mapping[str, Any]], Any] | None = None


def _dated(value: Any, data: Mapping[str, Any]) -> Any:
    """Keep a day of entry; a word for its state is none."""
    return value if str(value)[:1].isdigit() else None


def _graded(value: Any, data: Mapping[str, Any]) -> Any:
    """Keep a form; that a text does not bind says nothing of the form it is to have."""
    return None if value in ("none", "not_in_force") else value


def _protected(value: Any, data: Mapping[str, Any]) -> Any:
    """Keep a party that is the one protected."""
    kept = set(data.get("beneficiaries", ()))
    return tuple(v for v in value if v in kept) or None


def _joined(value: Any, data: Mapping[str, Any]) -> Any:
    """Keep those protected who are parties themselves."""
    parties = data.get("parties", {})
    roles = (parties.get(role, ()) for role in ("original", "members", "signatories", "with"))
    inside = {name for role in roles for name in role}
    return tuple(v for v in value if v in inside) or None


def _named(value: Any, data: Mapping[str, Any]) -> Any:
    """Keep bearers by name; `each party` names nobody, and the one protected is no guarantor."""
    kept = set(data.get("beneficiaries", ()))
    return tuple(v for v in value if str(v).isupper() and v not in kept) or None


def _placed(value: Any, data: Mapping[str, Any]) -> Any:
    return tuple(v for v in value if v not in NOWHERE) or None


_SIFTS: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "legal_force": _graded,
    "beneficiaries": _joined,
    "parties.with": _protected,
    "provisions.*.bearer": _named,
    "provisions.*.area": _placed,
}
#: Roles of states that answer a slot only where they name one that its practice names.
_NAMING = frozenset({"parties.not_signed_by", "parties.parallel_statements"})
_FORCES = frozenset({"forces", "vessels"})
_AGAIN = frozenset({"future", "renewed", "again"})
_PROVOKED = frozenset({"provocation", "provoked", "unprovoked"})
_ENTRY = frozenset(
    {"ratification", "accession", "deposit", "signature", "procedures", "agreement", "approval"}
)

#: The same thing said in another field of the format, and the words it must then hold.
ALSO: Mapping[str, tuple[Field, ...]] = {
    "parties.guarantors": tuple(
        Field(f"parties.{role}")
        for role in (
            *("guarantor", "original", "members", "signatories", "declaring", "issuing"),
            "group",
        )
    ),
    "parties.liability": (
        Field("provisions.*.conditions", words=frozenset({"rendered"})),
        Field("provisions.*.bearer", words=frozenset({"separately"})),
    ),
    "in_force.years": (
        Field("in_force.to"),
        Field("in_force.from", sift=_dated),
        Field("in_force.condition", words=_ENTRY),
    ),
    "provisions.*.decision.organ": (Field("provisions.*.organ"),),
    "provisions.*.decision.rule": (Field("provisions.*.rule", frozenset({"decision_rule"})),),
    "provisions.*.trigger.domains": (Field("provisions.*.domain"),),
    "provisions.*.trigger.object": (Field("areas.*.include", words=_FORCES),),
    "provisions.*.trigger.baseline": (Field("provisions.*.trigger.kinds", words=_AGAIN),),
    "provisions.*.exceptions": (
        Field("provisions.*.conditions", words=_PROVOKED),
        Field("provisions.*.trigger.kinds", words=_PROVOKED),
        Field("provisions.*.trigger.kinds", frozenset({"termination"})),
    ),
}


def fields_of(slots: tuple[Slot, ...]) -> dict[str, tuple[Field, ...]]:
    """Return by slot the fields to read for it, its own first."""
    return _planned(tuple((s.id, _key(s)) for s in slots))


def _key(slot: Slot) -> tuple[Any, ...]:
    patches = tuple(
        (p.path, tuple(sorted(words_of(p.value))), p.where, _names(p.value))
        for o in slot.options
        for p in o.patches
    )
    return slot.path, patches, (slot.id, *slot.fills)


def _names(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else (str(value),)


@lru_cache(maxsize=8)
def _planned(keys: tuple[tuple[str, tuple[Any, ...]], ...]) -> dict[str, tuple[Field, ...]]:
    """Say once for a checklist which fields belong to which slot."""
    homes = Counter(key[0] for _, key in keys)
    claimed: dict[str, str] = {}
    for name, key in keys:
        for path, *_ in key[1]:
            claimed.setdefault(path, name)
    plan = {}
    for name, (own, patches, names) in keys:
        paths = dict.fromkeys([own, *(p for p, *_ in patches)])
        fields = []
        for path in paths:
            if path != own and (path in ALONG or homes[path] or claimed[path] != name):
                continue  # the field belongs to another slot, or to none
            mine = [patch for patch in patches if patch[0] == path]
            mixed = path.rsplit(".", 1)[-1] in MIXED
            practice = [patch[1] for patch in mine]
            words = _telling(names, practice, every=path == own) if mixed else None
            among = frozenset(n for patch in mine for n in patch[3]) if path in _NAMING else None
            acts = _acts(path, mine, shared=homes[path] > 1)
            fields.append(Field(path, acts, words, among, _SIFTS.get(path)))
            fields += ALSO.get(path, ())
        plan[name] = tuple(fields)
    return plan


def _acts(path: str, patches: Sequence[tuple[Any, ...]], *, shared: bool) -> frozenset[str] | None:
    """Return the acts that a field is limited to where it speaks of more than one slot."""
    acts = frozenset(a for patch in patches for a in patch[2])
    if path.endswith(".area"):
        return acts | BINDING
    limited = shared or path.endswith((".modality", ".bearer"))
    return acts if limited and acts else None


def _telling(
    names: Sequence[str], practice: Sequence[Sequence[str]], *, every: bool
) -> frozenset[str]:
    """Return the words that tell a slot: of its names and of its practice.

    In a field that is not the slot's own, of its practice only what most of it shares.
    """
    counted = Counter(w for ws in practice for w in {w[:5] for w in ws})
    needed = 1 if every else max(2, len(practice) / 2)
    often = {w for ws in practice for w in ws if counted[w[:5]] >= needed}
    return frozenset({w for n in names for w in words_of(n)} | often) - COMMON


def words_of(value: Any) -> frozenset[str]:
    """Return the longer words of a value's text."""
    if isinstance(value, dict):
        return frozenset(w for v in value.values() for w in words_of(v))
    if isinstance(value, (list, tuple)):
        return frozenset(w for v in value for w in words_of(v))
    parts = str(value).lower().replace("_", " ").replace("-", " ").split()
    return frozenset(p for p in parts if len(p) > 3 and not p.isdigit())
