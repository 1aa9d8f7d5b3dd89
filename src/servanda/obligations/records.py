"""Rows of a stream that tell what somebody did about a duty: done, refused, released, left."""

from __future__ import annotations

from dataclasses import dataclass

from servanda.domain.finding import Finding
from servanda.domain.incident import Incident
from servanda.domain.moment import Moment
from servanda.obligations.facts import words_of

__all__ = ["RECORDS", "Record"]

#: Kinds of rows that record what somebody did about a duty, and are no incidents themselves.
RECORDS = ("fulfilment", "refusal", "release", "exercise", "denunciation")


@dataclass(frozen=True, slots=True)
class Record:
    """What somebody did about a duty, as a row of the stream tells it.

    ``kind`` is one of `RECORDS`; ``answers`` names the incidents, ``act`` what was done. A record
    without an author or without what it answers touches no duty: what is not known proves nothing.
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
        kind = str(facts.get("kind", ""))
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
        )

    def names(self, finding: Finding) -> bool:
        """Say whether the record answers the incident, under the text and clause it names."""
        return (
            finding.incident in self.answers
            and (not self.instruments or finding.instrument in self.instruments)
            and (not self.provisions or finding.provision in self.provisions)
        )
