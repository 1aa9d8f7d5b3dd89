"""A provision as a reader sees it: the clause in words, and beside it what was coded of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.finding import Gap
from servanda.domain.instrument import Instrument, Provision
from servanda.report.findings import fact_text
from servanda.report.words import plain

__all__ = ["Clause", "Coded", "clauses"]

_WORDS = ("clause", "clause_gloss", "clause_source", "note", "ambiguity")
_HEAD = ("id", "art", "modality")


@dataclass(frozen=True)
class Coded:
    """One coded field: its name, its value in words, whether the text leaves it open."""

    label: str
    value: str
    open: bool


@dataclass(frozen=True)
class Clause:
    """One provision: ``words`` in our own, ``coded`` field by field, ``gaps`` it leaves open."""

    id: str
    art: str
    modality: str
    words: str
    verbatim: bool
    source: str
    notes: tuple[str, ...]
    coded: tuple[Coded, ...]
    gaps: tuple[str, ...]


def clauses(
    text: Instrument, gaps: Sequence[Gap], actors: Mapping[str, Actor]
) -> tuple[Clause, ...]:
    """Return the provisions of a text in its order.

    Args:
        text: the instrument.
        gaps: what it leaves open; those of a provision are shown with it.
        actors: registry, to write actors by name.
    """
    return tuple(_clause(p, gaps, actors) for p in text.provisions)


def _clause(provision: Provision, gaps: Sequence[Gap], actors: Mapping[str, Actor]) -> Clause:
    data = provision.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Clause(
        id=provision.id,
        art=provision.art or "",
        modality=plain(provision.modality),
        words=provision.clause or provision.clause_gloss or "",
        verbatim=provision.clause is not None,
        source=plain(provision.clause_source or ""),
        notes=tuple(n for n in (provision.note, provision.ambiguity) if n),
        coded=tuple(_coded(data, actors)),
        gaps=tuple(dict.fromkeys(plain(g.name) for g in gaps if g.provision == provision.id)),
    )


def _coded(data: Mapping[str, Any], actors: Mapping[str, Actor]) -> Iterator[Coded]:
    for key, value in data.items():
        if key in _WORDS or key in _HEAD or value in (None, [], {}):
            continue
        if isinstance(value, Mapping):
            for inner, found in value.items():
                if found not in (None, [], {}):
                    yield _one(f"{plain(key)}, {plain(str(inner))}", found, actors)
        else:
            yield _one(plain(key), value, actors)


def _one(label: str, value: Any, actors: Mapping[str, Actor]) -> Coded:
    text = fact_text(value, dict(actors))
    return Coded(label, text, "unspecified" in str(value))
