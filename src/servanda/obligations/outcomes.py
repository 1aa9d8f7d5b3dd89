"""From the truth of a condition tree to the word of the finding.

Beside the conditions three things bear on the word: whether the text binds, whether talks still
wait for somebody to call for them, and whether a mirrored undertaking has fallen away or a dated
duty was not performed in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from servanda.domain.finding import Trace
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.obligations.asking import like
from servanda.obligations.deadlines import due, overdue, stems_of
from servanda.obligations.facts import READS, Facts
from servanda.obligations.kleene import CONTESTED, FALSE, OPEN, TRUE, UNKNOWN
from servanda.obligations.openness import callable_by_party
from servanda.obligations.plan import Plan, Text
from servanda.obligations.prohibitions import released
from servanda.obligations.timing import NOT_YET, OVER, Standing, reads_of

__all__ = ["Frame", "frame_of", "frame_reads", "word_of"]


@dataclass(slots=True)  # made for every finding: a frozen one takes three times as long
class Frame:
    """What bears on a finding beside its conditions.

    Attributes:
        standing: whether the text binds, by whose account.
        waits: talks that nobody has called for yet.
        free: a node where the condition of a mirrored undertaking failed.
        late: a node and who failed, where a dated duty was not performed in time.
    """

    standing: Standing
    waits: bool = False
    free: Trace | None = None
    late: tuple[Trace, tuple[str, ...]] | None = None


def frame_of(text: Text, plan: Plan, facts: Facts, others: Sequence[Instrument]) -> Frame:
    """Ask for a provision what does not depend on its conditions."""
    standing = text.standing(_day(text, plan, facts), facts, others)
    if standing[2] is not None:
        return Frame(standing)
    if plan.mode == "restraint":
        return Frame(standing, free=released(plan.provision, facts, plan.roll))
    if plan.mode != "duty":
        return Frame(standing)
    return Frame(standing, _waits(plan, facts), late=_late(plan, facts))


def frame_reads(plan: Plan) -> tuple[str, ...]:
    """Return the recorded facts that a frame may depend on."""
    names = {"date", *reads_of(plan.instrument)}
    if plan.mode == "restraint" and plan.provision.modality.startswith("conditional"):
        names |= {"kind", *READS["actors"]}
    if plan.mode == "duty" and callable_by_party(plan.provision):
        names |= {*READS["request"], *READS["requesters"]}
    if plan.mode == "duty" and _dated(plan):
        names |= {*READS["request"], *READS["actors"], like(stems_of(plan.provision))}
    return tuple(sorted(names))


def _day(text: Text, plan: Plan, facts: Facts) -> Moment | None:
    """Return the day on which the text has to bind: that of the incident, whenever it is asked.

    A duty to act also reaches what still goes on when the text enters into force later; a duty not
    to act reaches no deed that was done before (Vienna Convention on the Law of Treaties, art. 28).
    """
    event, asked = facts.event, facts.as_of
    if event is None or asked is None:
        return event or asked
    if plan.mode == "restraint" or not event.before(asked):
        return event
    return asked if text.standing(event, facts)[2] == NOT_YET else event


def _waits(plan: Plan, facts: Facts) -> bool:
    """A duty to talk that a party must call for is a right until somebody calls."""
    if not callable_by_party(plan.provision):
        return False
    asked = facts.requesters()
    if asked:
        return not any(a in plan.roll.members for a in asked)
    return facts.request()[0] not in ("yes", "consultation")


def _dated(plan: Plan) -> bool:
    """Whether the duty runs to a date by itself, without an incident to trigger it."""
    return plan.provision.trigger is None and plan.provision.deadline is not None


def _late(plan: Plan, facts: Facts) -> tuple[Trace, tuple[str, ...]] | None:
    if not _dated(plan):
        return None
    hard, _ = due(plan.provision, facts)
    return overdue(plan.provision, facts, plan.bearers, hard)


_BROKEN = {TRUE: "breach", FALSE: "not_triggered", CONTESTED: "contested", OPEN: "undetermined",
           UNKNOWN: "triggered_if"}  # fmt: skip
_HELD = {**_BROKEN, TRUE: "permitted"}
_OWED = {**_BROKEN, TRUE: "triggered"}


def _held(plan: Plan, truth: str) -> str:
    """A power can be used or left; a permission, and a release, is open to its holder."""
    provision = plan.provision
    if provision.modality != "power":
        return _HELD[truth]
    if provision.trigger is None and truth != FALSE:
        return "available"
    release = any("release" in act or "terminate" in act for act in provision.act)
    return "available" if truth == TRUE and not release else _HELD[truth]


def word_of(plan: Plan, frame: Frame, truth: str) -> str:
    """Return the word of the finding.

    Examples:
        >>> sorted({NOT_YET, OVER})
        ['lapsed', 'not_in_force']
    """
    state = frame.standing[2]
    if state is not None:
        return state
    if plan.mode == "limit":
        return _HELD[truth] if truth in (FALSE, CONTESTED) else "limits"
    if plan.mode == "restraint":
        return OVER if frame.free is not None else _BROKEN[truth]
    if plan.mode == "power":
        return _held(plan, truth)
    if frame.waits and truth in (TRUE, UNKNOWN, CONTESTED):
        return "available"
    return "breach" if truth == TRUE and frame.late is not None else _OWED[truth]
