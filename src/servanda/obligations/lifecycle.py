"""How a duty lives: dormant, live, due, met, breached, released, lapsed, as the record grows.

A finding says what is owed; whether it was done is a matter of record. The life of a duty is folded
from three things: the findings on its incident as knowledge grows, the records of what its bearer
did, and the days on which its clock or its text runs out. That nothing is recorded is never a
breach: past its deadline a duty stays due.

References:
    The states follow the duty of eFLINT (van Binsbergen et al. 2020) and the obligation of Symboleo
    (Sharifi et al. 2020); that what fell due survives the end of its text, the Vienna Convention on
    the Law of Treaties, art. 70 (1) (b).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations.course import PAST, Course
from servanda.obligations.duty import Duty, Turn
from servanda.obligations.endings import Ending
from servanda.obligations.prohibitions import restrains
from servanda.obligations.records import Record
from servanda.obligations.steps import Heard, in_order

__all__ = ["Duty", "Heard", "Turn", "character_of", "live_through"]

POWERS = frozenset({"power", "permission"})
DONE = frozenset(PAST)
WAITING = frozenset({"triggered_if", "contested", "undetermined"})


def character_of(provision: Provision) -> str:
    """Say whether a provision is a ``duty``, a ``power`` or a ``prohibition``."""
    if restrains(provision):
        return "prohibition"
    return "power" if provision.modality in POWERS else "duty"


def live_through(
    heard: Sequence[Heard],
    provision: Provision,
    records: Iterable[Record] = (),
    endings: Iterable[Ending] = (),
    *,
    until: Moment | None = None,
    entitled: Iterable[str] = (),
) -> tuple[Duty, ...]:
    """Fold findings, records and dates into the lives of the duties of one provision.

    Args:
        heard: the findings on one incident and this provision, in the order of knowledge.
        provision: the provision.
        records: what is recorded; those that answer another incident are left aside.
        endings: when the text ends, or ends for a party.
        until: the day up to which time has passed; a deadline after it has not arrived. None: no
            deadline arrives.
        entitled: who may release, besides the target of the incident.

    Returns:
        a life for each group of bearers whom a finding names and whose lives do not differ; none
        where no more can be said than that the provision slept.

    Examples:
        >>> from servanda.domain.finding import Finding
        >>> duty = Provision(id="a1", modality="duty", act="assist", bearer="each_party")
        >>> owed = Finding(incident="i", instrument="p", provision="a1", finding="triggered",
        ...     bearers=["BBB"], due="2027-03-02T12:00+00:00")
        >>> [life] = live_through([Heard(Moment("2027-03-01T12:00Z"), owed)], duty,
        ...     until=Moment("2027-04-01"))
        >>> life.state, life.history[-1].because
        ('due', 'the stated deadline arrived; nothing is recorded')
    """
    last = heard[-1].finding
    character = character_of(provision)
    mine = [r for r in records if r.names(last)]
    ends, free = tuple(endings), frozenset(entitled)
    lives = []
    for bearers in _alike(heard, mine, ends):
        life = Duty(last.instrument, last.provision, bearers, last.incident, character, "dormant")
        Course(life, provision, free).run(in_order(heard, mine, ends, bearers[0], until))
        if last.finding in WAITING or any(turn.state != "dormant" for turn in life.history):
            lives.append(life)
    return tuple(lives)


def _alike(
    heard: Sequence[Heard], records: Sequence[Record], endings: Sequence[Ending]
) -> list[tuple[str, ...]]:
    """Group the bearers whose lives cannot differ: named alike, with nothing of their own."""
    own = {a for r in records for a in (*r.actors, *r.bearers)} | {e.actor for e in endings}
    named = [frozenset(h.finding.holder or h.finding.bearers) for h in heard]
    broke = [frozenset(h.finding.by) for h in heard]
    groups: dict[object, list[str]] = {}
    for bearer in dict.fromkeys(
        b for h in heard for b in (*h.finding.bearers, *h.finding.holder, *h.finding.by)
    ):
        key = (
            bearer if bearer in own else None,
            *(bearer in names for names in named),
            *(bearer in names for names in broke),
        )
        groups.setdefault(key, []).append(bearer)
    return [tuple(group) for group in groups.values()]
