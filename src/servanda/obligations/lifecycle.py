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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from servanda.domain.finding import Finding
from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations.endings import Ending
from servanda.obligations.prohibitions import restrains
from servanda.obligations.records import Record

__all__ = ["Duty", "Heard", "Turn", "character_of", "live_through"]

POWERS = frozenset({"power", "permission"})
OWED = frozenset({"triggered"})
OPEN_TO_USE = frozenset({"available", "permitted"})
WAITING = frozenset({"triggered_if", "contested", "undetermined"})
DONE = frozenset({"met", "breached", "released", "lapsed", "exercised"})
NEVER = datetime.min.replace(tzinfo=UTC)

WAITS = {
    "triggered_if": "hangs on facts that are not known",
    "contested": "the readings of the text differ",
    "undetermined": "the text is too thin to say",
    "lapsed": "the text, or its condition, had ended",
    "not_in_force": "the text did not bind at the time",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A finding and when it could first be made; ``at`` None where no date is known."""

    at: Moment | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class Turn:
    """One step in the life of a duty: when, into which state, because of what, on which record."""

    at: str | None
    state: str
    because: str
    record: str | None = None


@dataclass(slots=True)
class Duty:
    """The life of a duty, power or prohibition in one incident, for all bearers who share it.

    ``character`` is ``duty``, ``power`` or ``prohibition``. ``since`` is when the present state
    began, ``due`` the stated and ``due_soft`` the softened deadline, ``done`` the acts performed so
    far of a clause that asks for several.
    """

    instrument: str
    provision: str
    bearers: tuple[str, ...]
    incident: str
    character: str
    state: str
    due: str | None = None
    due_soft: str | None = None
    history: list[Turn] = field(default_factory=list)
    done: frozenset[str] = frozenset()

    @property
    def since(self) -> str | None:
        """When the present state began."""
        began: str | None = None
        for turn in reversed(self.history):
            if turn.state != self.state:
                break
            began = turn.at
        return began

    def turn(self, at: str | None, state: str, because: str, record: str | None = None) -> None:
        """Pass into a state, or stay in it with something more to say."""
        self.state = state
        self.history.append(Turn(at, state, because, record))

    def published(self) -> Iterator[dict[str, Any]]:
        """Yield the published JSON shape, one object for each bearer."""
        history = [asdict(turn) for turn in self.history]
        for bearer in self.bearers:
            yield {
                "instrument": self.instrument,
                "provision": self.provision,
                "bearer": bearer,
                "incident": self.incident,
                "character": self.character,
                "state": self.state,
                "since": self.since,
                "due": self.due,
                "due_soft": self.due_soft,
                "history": history,
            }


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
        _fold(life, _steps(heard, mine, ends, bearers[0], until), provision, free)
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


Step = tuple[datetime, int, str | None, Any]


def _steps(
    heard: Sequence[Heard],
    records: Sequence[Record],
    endings: Iterable[Ending],
    bearer: str,
    until: Moment | None,
) -> list[Step]:
    """Put findings, records, endings and deadlines into one order of time.

    Within one instant a finding comes first and a deadline last, so that what is recorded on the
    day of a deadline is in time.
    """
    began = _instant(heard[0].at)
    steps: list[Step] = [(_instant(h.at), 0, h.at, h.finding) for h in heard]
    for record in records:
        # what was done before the finding could be made is weighed once it is made
        steps.append((max(_instant(record.at), began), 1, record.at, record))
    for ending in endings:
        if ending.actor in (None, bearer) and _instant(ending.at) >= began:
            steps.append((_end_of(ending.at), 2, str(ending.at), ending))
    for number, h in enumerate(heard):
        later = heard[number + 1].finding if number + 1 < len(heard) else None
        for soft, text in ((False, h.finding.due), (True, h.finding.due_soft)):
            if text and (later is None or (later.due, later.due_soft) != _clock(h.finding)):
                arrives = max(_end_of(Moment(text)), _instant(h.at))
                steps.append((arrives, 3, text, soft))
    limit = _end_of(until) if until is not None else None
    kept = [s for s in steps if s[1] < 2 or (limit is not None and s[0] <= limit)]
    return sorted(kept, key=lambda step: step[:2])


def _clock(finding: Finding) -> tuple[str | None, str | None]:
    return finding.due, finding.due_soft


def _fold(
    duty: Duty, steps: Iterable[Step], provision: Provision, entitled: frozenset[str]
) -> None:
    pending: list[Record] = []
    for _, order, at, what in steps:
        if order == 0:
            _hear(duty, at, what)
        elif order == 1:
            pending.append(what)
        elif order == 2:
            _end(duty, at, what)
        else:
            _arrive(duty, at, soft=what)
        if order < 2:
            pending = [r for r in pending if not _answer(duty, r, at, provision, entitled)]
    for record in pending:
        _leave_aside(duty, record, provision, entitled)


def _hear(duty: Duty, at: str | None, finding: Finding) -> None:
    """Take in what the engine says, as it stands from now on."""
    word, bearer = finding.finding, duty.bearers[0]
    duty.due, duty.due_soft = finding.due, finding.due_soft
    if duty.character == "prohibition":
        if word == "breach" and bearer in finding.by:
            duty.turn(at, "breached", "the incident breaks it, on the facts as entered")
        elif word not in ("not_in_force", "lapsed") and duty.state != "standing":
            duty.turn(at, "standing", _why(finding))
        elif duty.state != "dormant" and word in ("not_in_force", "lapsed"):
            duty.turn(at, "dormant", _why(finding))
        return
    wanted = OWED if duty.character == "duty" else OPEN_TO_USE
    named = bearer in (finding.holder or finding.bearers)
    if word in wanted and named:
        if duty.state == "dormant":
            said = "owed on the facts known" if word == "triggered" else "open to be used"
            duty.turn(at, "live", said)
    elif duty.state not in ("met", "exercised"):
        because = _why(finding)
        if duty.state != "dormant":
            because = f"on later knowledge not owed: {because}"
        elif duty.history and duty.history[-1].because == because:
            return
        duty.turn(at, "dormant", because)


def _why(finding: Finding) -> str:
    said = WAITS.get(finding.finding, "the finding is " + finding.finding.replace("_", " "))
    more = finding.missing if finding.finding in ("triggered_if", "undetermined") else finding.why
    return said + (f": {', '.join(word.replace('_', ' ') for word in more)}" if more else "")


def _arrive(duty: Duty, at: str | None, *, soft: bool) -> None:
    """A deadline arrives; what is not recorded by then may still have been done."""
    if duty.state not in ("live", "due") or at not in (duty.due, duty.due_soft):
        return
    which = "softened" if soft else "stated"
    told = "only a part is recorded" if duty.done else "nothing is recorded"
    duty.turn(at, "due", f"the {which} deadline arrived; {told}")


def _end(duty: Duty, at: str | None, ending: Ending) -> None:
    if duty.state in ("live", "standing"):
        duty.turn(at, "lapsed", ending.because)
    elif duty.state == "due":
        duty.turn(at, "due", f"{ending.because}; what had fallen due before is not undone")


def _answer(
    duty: Duty, record: Record, at: str | None, provision: Provision, entitled: frozenset[str]
) -> bool:
    """Let a record act on the duty; False where it does not (yet)."""
    if duty.state not in ("live", "due"):
        return False
    if record.kind == "release":
        freed = not record.bearers or duty.bearers[0] in record.bearers
        if not freed or not entitled & set(record.actors):
            return False
        duty.turn(at, "released", f"released by {', '.join(record.actors)}", record.id)
        return True
    acts = _acts_told(record, provision)
    if duty.bearers[0] not in record.actors or acts is None:
        return False
    when = "" if record.at is None or record.at == at else f" on {record.at}"
    power = duty.character == "power"
    left = _acts(provision.act) - duty.done - acts
    part = f" in part ({', '.join(sorted(acts))})" if left else ""
    if record.kind in ("fulfilment", "exercise"):
        duty.done |= acts
        done = "exercised" if power else "met"
        said = f"recorded as {'used' if power else 'performed'}{part}{when}{_late(duty, record)}"
        duty.turn(at, duty.state if left else done, said, record.id)
        return True
    if record.kind == "refusal" and not power:
        said = f"recorded as refused{part}{when}, on the facts as entered"
        duty.turn(at, duty.state if left else "breached", said, record.id)
        return True
    return False


def _leave_aside(
    duty: Duty, record: Record, provision: Provision, entitled: frozenset[str]
) -> None:
    """Say why a record that names this duty changed nothing."""
    at = str(record.at) if record.at is not None else None
    if record.kind == "release":
        if not record.bearers or duty.bearers[0] in record.bearers:
            told = "nothing was owed" if entitled & set(record.actors) else "not theirs to release"
            duty.turn(at, duty.state, f"a release is recorded: {told}", record.id)
        return
    if duty.bearers[0] not in record.actors or duty.state in DONE:
        return
    if not record.acts and not record.provisions:
        told = "which act it was is not said"
    elif _acts_told(record, provision) is None:
        return
    else:
        told = "nothing was owed" if duty.character == "duty" else "it changes nothing here"
    duty.turn(at, duty.state, f"a {record.kind} is recorded: {told}", record.id)


def _acts_told(record: Record, provision: Provision) -> frozenset[str] | None:
    """Return which acts of the provision a record is about; None where it is about others.

    A record that names the provision is about all of it.
    """
    if record.provisions:
        return _acts(provision.act)
    return _acts(provision.act) & _acts(record.acts) or None


def _acts(tokens: Iterable[str]) -> frozenset[str]:
    """Return the verbs of acts: ``aid_and_assist`` is to aid, and to assist."""
    parts = (
        part for token in tokens for part in token.lower().replace("_or_", "_and_").split("_and_")
    )
    return frozenset(part.split("_")[0] for part in parts)


def _late(duty: Duty, record: Record) -> str:
    """Note a performance recorded after the stated deadline."""
    if duty.due is None or record.at is None or not _end_of(Moment(duty.due)) < _instant(record.at):
        return ""
    return f", after the deadline {duty.due}"


def _instant(moment: Moment | str | None) -> datetime:
    if moment is None:
        return NEVER
    return (moment if isinstance(moment, Moment) else Moment(moment)).earliest


def _end_of(moment: Moment) -> datetime:
    return moment.latest
