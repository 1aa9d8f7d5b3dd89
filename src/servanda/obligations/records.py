"""Rows of a stream that tell what somebody did about a duty: done, refused, released, left."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from servanda.domain.finding import Finding
from servanda.domain.incident import Incident
from servanda.domain.moment import Moment
from servanda.obligations.facts import words_of
from servanda.obligations.vocabulary import sort_of

__all__ = ["RECORDS", "SPELT", "TAKES", "Record", "near_record", "strange_facts"]

_ABOUT = ("kind", "actor", "act", "answers", "instrument", "provision", "source", "note")
#: Kinds of rows that record what somebody did about a duty, and the facts that each may state.
TAKES = {
    "fulfilment": _ABOUT,
    "refusal": _ABOUT,
    "release": (*_ABOUT, "bearer"),
    "exercise": _ABOUT,
    "denunciation": ("kind", "actor", "instrument", "effective", "source", "note"),
}
RECORDS = tuple(TAKES)
#: Other spellings of a kind of record.
SPELT = {"fulfillment": "fulfilment"}
#: How like a kind of record a word has to be, from 0 to 1, to be taken for a slip of the pen.
_LIKE = 0.7


@dataclass(frozen=True, slots=True)
class Record:
    """What somebody did about a duty, as a row of the stream tells it.

    ``kind`` is one of `RECORDS`; ``answers`` names the incidents, ``acts`` what was done. ``at`` is
    when it was done, ``known`` when it came to light if later. A record without an author or
    without what it answers touches no duty: what is not known proves nothing.
    """

    id: str
    kind: str
    at: Moment | None
    actors: tuple[str, ...]
    acts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    bearers: tuple[str, ...] = ()
    effective: Moment | None = None
    known: Moment | None = None

    @classmethod
    def of(cls, row: Incident) -> Record | None:
        """Read a row as a record; None where it is an incident.

        Raises:
            ValueError: the fact ``effective`` is no date.

        Examples:
            >>> row = Incident(id="n1", title="Talks", date="2027-03-02", facts={
            ...     "kind": "fulfilment", "actor": "AAA", "answers": "raid", "act": "consult"})
            >>> Record.of(row).answers
            ('raid',)
        """
        facts = row.facts
        kind = _kind_of(row)
        if kind not in RECORDS:
            return None
        effective = facts.get("effective")
        return cls(
            row.id,
            kind,
            row.date or row.known,
            words_of(facts.get("actor")),
            words_of(facts.get("act")),
            words_of(facts.get("answers")),
            words_of(facts.get("instrument")),
            words_of(facts.get("provision")),
            words_of(facts.get("bearer")),
            Moment(str(effective)) if effective not in (None, "unknown") else None,
            row.known,
        )

    def names(self, finding: Finding) -> bool:
        """Say whether the record answers the incident, under the text and clause it names."""
        return (
            finding.incident in self.answers
            and (not self.instruments or finding.instrument in self.instruments)
            and (not self.provisions or finding.provision in self.provisions)
        )


def _kind_of(row: Incident) -> str:
    kind = str(row.facts.get("kind", ""))
    return SPELT.get(kind, kind)


def strange_facts(row: Incident) -> tuple[str, ...]:
    """Return the facts of a record that its kind does not take; none for an incident.

    A record acts on duties by what it states, so that a slip of the pen must not widen it.
    """
    known = TAKES.get(_kind_of(row))
    return () if known is None else tuple(name for name in row.facts if name not in known)


def near_record(row: Incident) -> str | None:
    """Return the kind of record that the kind of an incident is nearly spelt like, if any.

    Examples:
        >>> near_record(Incident(id="a", title="A", facts={"kind": "refusall"}))
        'refusal'
        >>> near_record(Incident(id="a", title="A", facts={"kind": "exercises"})) is None
        True
    """
    kind = _kind_of(row)
    if kind in TAKES or len(kind) > 40 or sort_of(kind) is not None:
        return None
    near = difflib.get_close_matches(kind.lower(), RECORDS, n=1, cutoff=_LIKE)
    return near[0] if near else None
