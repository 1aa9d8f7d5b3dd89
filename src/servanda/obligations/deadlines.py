"""By when: due instants with their zone, softened or not, and what the clock counts from."""

from __future__ import annotations

from datetime import timedelta

from servanda.domain.finding import Trace, VariantReading
from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations.facts import Facts, day_of
from servanda.obligations.kleene import TRUE

__all__ = ["clocks", "due", "overdue", "stems_of"]


def due(provision: Provision, facts: Facts) -> tuple[str | None, str | None]:
    """Return the hard and the softened due instant, ISO text, or None.

    The clock counts from the request where there is one, else from the incident, unless the text
    names another start; hours from a day without an hour give no instant, days give a day.
    """
    deadline = provision.deadline
    if deadline is None:
        return None, None
    text = str(deadline.at or deadline.by) if deadline.at or deadline.by else _end(provision, facts)
    if text is None:
        return None, None
    return (None, text) if deadline.softener else (text, None)


def _end(provision: Provision, facts: Facts) -> str | None:
    """Return when the time is up; None without a length, or where it leaves the calendar."""
    deadline = provision.deadline
    if deadline is None:
        return None
    days = deadline.days or deadline.complete_within_days
    start = _start(provision, facts, exact=deadline.hours is not None)
    if start is None or not (deadline.hours or days):
        return None
    try:
        if deadline.hours:
            end = start.earliest + timedelta(hours=deadline.hours)
        else:
            end = start.earliest + timedelta(days=days or 0.0)
    except OverflowError:
        return None
    if start.precision == "instant":
        return end.isoformat(timespec="minutes")
    return end.date().isoformat() if start.precision == "day" else None


def _start(provision: Provision, facts: Facts, *, exact: bool) -> Moment | None:
    deadline = provision.deadline
    asked = facts.request()[1]
    named = day_of(facts.get(deadline.counts_from)) if deadline and deadline.counts_from else None
    for moment in (named, asked, facts.event):
        if moment is not None and (moment.precision == "instant" or not exact):
            return moment
    return None


def stems_of(provision: Provision) -> frozenset[str]:
    """Return the stems of the acts, by which a record of performance is known."""
    return frozenset(w[:6] for act in provision.act for w in act.split("_") if len(w) > 4)


def overdue(
    provision: Provision, facts: Facts, bearers: tuple[str, ...], hard: str | None
) -> tuple[Trace, tuple[str, ...]] | None:
    """Say whether a duty with a date has been broken by not being performed.

    Only a record of the failure breaks it: a fact named after the act (``withdrawn`` for
    ``withdraw_forces``) that is false once the time is up. Silence never does.

    Returns:
        the node and who broke it, or None.
    """
    end = day_of(hard)
    day = facts.event if facts.as_of is None else facts.as_of
    if end is None or day is None or not end.before(day):
        return None
    acts = stems_of(provision)
    for name in sorted(facts.raw):
        about = acts & {w[:6] for w in name.split("_") if len(w) > 4}
        if about and facts.get(name) is False:
            by = tuple(b for b in bearers if b in facts.actors) or bearers
            node = Trace("not performed in time", TRUE, facts={name: False, "due": hard})
            return node, by
    return None


def clocks(provision: Provision) -> tuple[VariantReading, ...]:
    """Where reports differ on what the clock counts, each is a reading of its own."""
    counts = provision.deadline.counts if provision.deadline else ()
    if len(counts) < 2:
        return ()
    return tuple(
        VariantReading(reading=f"the clock counts: {c}", finding="triggered") for c in counts
    )
