"""The order of time in the life of a duty: what is heard, recorded, ended, and what falls due.

Every step stands at the first moment from which it could be known: a record that came to light
late, or a deadline that had passed before anybody knew of the duty, stands where it was learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import NamedTuple

from servanda.domain.finding import Finding
from servanda.domain.moment import Moment
from servanda.obligations.endings import Ending
from servanda.obligations.records import Record

__all__ = ["NEVER", "Deadline", "Heard", "Step", "in_order", "instant"]

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Heard:
    """A finding and when it could first be made; ``at`` None where no date is known."""

    at: Moment | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class Deadline:
    """The arrival of a deadline: its text, and whether the clause softens it."""

    text: str
    soft: bool


class Step(NamedTuple):
    """One thing that bears on a duty: its instant, its rank within it, and the day to show."""

    instant: datetime
    rank: int
    at: str | None
    what: Finding | Record | Ending | Deadline


def in_order(
    heard: Sequence[Heard],
    records: Iterable[Record],
    endings: Iterable[Ending],
    bearer: str,
    until: Moment | None,
) -> list[Step]:
    """Put findings, records, endings and deadlines into one order of time.

    Within one instant a finding comes first and a deadline last, so that what is recorded on the
    day of a deadline is in time. Endings and deadlines after ``until`` have not arrived.
    """
    began = heard[0].at
    steps = [Step(instant(h.at), 0, h.at, h.finding) for h in heard]
    for record in records:
        # what was done before the finding could be made is weighed once it is made
        when, at = _latest(_began(record.at), _began(record.known), _began(began))
        steps.append(Step(when, 1, at or None, record))
    limit = until.latest if until is not None else NEVER
    # whether a text ended before or after an incident without a date cannot be told
    over = () if began is None else _over(endings, bearer, instant(began))
    to_come = [*over, *_falling_due(heard)]
    steps += [step for step in to_come if step.instant <= limit]
    return sorted(steps, key=lambda step: step[:2])


def _over(endings: Iterable[Ending], bearer: str, began: datetime) -> Iterator[Step]:
    for ending in endings:
        if ending.actor in (None, bearer) and instant(ending.at) >= began:
            when, at = _latest((ending.at.latest, str(ending.at)), _began(ending.known))
            yield Step(when, 2, at, ending)


def _falling_due(heard: Iterable[Heard]) -> Iterator[Step]:
    for h in heard:
        for soft, text in ((False, h.finding.due), (True, h.finding.due_soft)):
            if text:
                when, at = _latest((Moment(text).latest, text), _began(h.at))
                yield Step(when, 3, at, Deadline(text, soft))


def _latest(*days: tuple[datetime, str]) -> tuple[datetime, str]:
    """Return the latest instant with the day to show for it; of equals the first."""
    return max(days, key=itemgetter(0))


def _began(moment: Moment | None) -> tuple[datetime, str]:
    return instant(moment), str(moment or "")


def instant(moment: Moment | None) -> datetime:
    """Return when a moment begins; one that is not known lies before all others."""
    return NEVER if moment is None else moment.earliest
