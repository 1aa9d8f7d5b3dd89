"""By when: due instants with their zone, softened or not, and what the clock counts from."""

from __future__ import annotations

from datetime import timedelta

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
    span = _span(provision)
    start = _start(facts)
    if span is None or start is None:
        return None, None
    text = (start.earliest + span).isoformat(timespec="minutes")
    return (None, text) if deadline.softener else (text, None)


def _span(provision: Provision) -> timedelta | None:
    deadline = provision.deadline
    if deadline is None:
        return None
    if deadline.hours:
        return timedelta(hours=deadline.hours)
    if deadline.days:
        return timedelta(days=deadline.days)
    return None


def _start(facts: Facts) -> Moment | None:
    asked = facts.request()[1]
    for moment in (asked, facts.event):
        if moment is not None and moment.precision == "instant":
            return moment
    return None
