"""By when: due instants with their zone, softened or not, and what the clock counts from."""

from __future__ import annotations

from datetime import datetime, timedelta

from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations.facts import Facts

__all__ = ["due"]


def due(provision: Provision, facts: Facts) -> tuple[str | None, str | None]:
    """Return the hard and the softened due instant, ISO text, or None.

    The clock counts from the request where there is one, else from the incident; a date without an
    hour gives no instant.
    """
    deadline = provision.deadline
    if deadline is None:
        return None, None
    if deadline.at or deadline.by:
        text = str(deadline.at or deadline.by)
        return (None, text) if deadline.softener else (text, None)
    start = _start(facts)
    end = None if start is None else _end(provision, start.earliest)
    if end is None:
        return None, None
    text = end.isoformat(timespec="minutes")
    return (None, text) if deadline.softener else (text, None)


def _end(provision: Provision, start: datetime) -> datetime | None:
    """Return when the time is up; None without a length, or where it leaves the calendar."""
    deadline = provision.deadline
    if deadline is None or not (deadline.hours or deadline.days):
        return None
    try:
        return start + timedelta(hours=deadline.hours or 24.0 * (deadline.days or 0.0))
    except OverflowError:
        return None


def _start(facts: Facts) -> Moment | None:
    asked = facts.request()[1]
    for moment in (asked, facts.event):
        if moment is not None and moment.precision == "instant":
            return moment
    return None
