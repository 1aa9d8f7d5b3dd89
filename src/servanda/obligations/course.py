"""How one life goes on: findings wake it, records meet, refuse or release it, deadlines arrive.

A refusal is a breach once performance is due, and not before; late is still met. A release frees as
far as its words go, and nobody releases itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from servanda.domain.finding import Finding
from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations.duty import Duty, Turn
from servanda.obligations.endings import Ending
from servanda.obligations.records import Record
from servanda.obligations.steps import NEVER, Deadline, Step, instant

__all__ = ["Course"]

OWED = frozenset({"triggered"})
OPEN_TO_USE = frozenset({"available", "permitted"})
ALIVE = ("live", "due")

WAITS = {
    "triggered_if": "hangs on facts that are not known",
    "contested": "the readings of the text differ",
    "undetermined": "the text is too thin to say",
    "lapsed": "the text, or its condition, had ended",
    "not_in_force": "the text did not bind at the time",
}
#: Why a record changes nothing in a life that is over.
PAST = {
    "met": "it had been met before",
    "exercised": "it had been used before",
    "breached": "it was in breach before",
    "released": "it had been released before",
    "lapsed": "it had lapsed before",
}
DONE_BEFORE = "what it names had been done before"


@dataclass(slots=True)
class Course:
    """The course of one life: the duty as it stands, and what is recorded of its acts.

    ``done``, ``freed`` and ``refused`` are the acts performed, released and refused so far,
    ``refusal`` is the latest refusal. ``marks`` gives each turn its place in time, ``asides`` are
    the turns that only tell of a record without effect.
    """

    duty: Duty
    provision: Provision
    entitled: frozenset[str]
    done: frozenset[str] = frozenset()
    freed: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    refusal: Record | None = None
    arrived: set[str] = field(default_factory=set)
    marks: list[tuple[datetime, int]] = field(default_factory=list)
    now: tuple[datetime, int] = (NEVER, 0)
    asides: set[int] = field(default_factory=set)

    def run(self, steps: Iterable[Step]) -> None:
        """Take the steps in their order; what acts on nothing is told at its place."""
        pending: list[tuple[Step, Record]] = []
        for step in steps:
            self.now, what = step[:2], step.what
            if isinstance(what, Finding):
                self.hear(step.at, what)
            elif isinstance(what, Record):
                pending.append((step, what))
            elif isinstance(what, Ending):
                self.end(step.at, what)
            else:
                self.arrive(step.at, what)
            if step.rank < 2:
                pending = [p for p in pending if not self.answer(p[1], step.at)]
        for step, record in pending:
            self.leave_aside(step, record)

    def turn(self, at: str | None, state: str, because: str, record: str | None = None) -> None:
        """Pass into a state, or stay in it with something more to say."""
        self.duty.state = state
        self.duty.history.append(Turn(at, state, because, record))
        self.marks.append(self.now)

    def hear(self, at: str | None, finding: Finding) -> None:
        """Take in what the engine says, as it stands from now on."""
        duty, word = self.duty, finding.finding
        bearer = duty.bearers[0]
        duty.due, duty.due_soft = finding.due, finding.due_soft
        if duty.character == "prohibition":
            if word == "breach" and bearer in finding.by:
                self.turn(at, "breached", "the incident breaks it, on the facts as entered")
            elif word not in ("not_in_force", "lapsed") and duty.state != "standing":
                self.turn(at, "standing", _why(finding))
            elif duty.state != "dormant" and word in ("not_in_force", "lapsed"):
                self.turn(at, "dormant", _why(finding))
            return
        wanted = OWED if duty.character == "duty" else OPEN_TO_USE
        if word in wanted and bearer in (finding.holder or finding.bearers):
            if duty.state == "dormant":
                self.wake(at, word)
        elif duty.state not in ("met", "exercised"):
            self.sleep(at, _why(finding))

    def wake(self, at: str | None, word: str) -> None:
        """Come alive; a refusal that was on record before still stands."""
        self.turn(at, "live", "owed on the facts known" if word == "triggered" else "open to use")
        if self.refusal is not None:
            self.refuse(at, self.refusal, frozenset())

    def sleep(self, at: str | None, because: str) -> None:
        """Be owed no more, or not yet; a deadline that had arrived may arrive again."""
        duty = self.duty
        if duty.state != "dormant":
            because = f"on later knowledge not owed: {because}"
        elif duty.history and duty.history[-1].because == because:
            return
        self.arrived.clear()
        self.turn(at, "dormant", because)

    def arrive(self, at: str | None, deadline: Deadline) -> None:
        """A deadline arrives; what is not recorded by then may still have been done."""
        duty, text = self.duty, deadline.text
        if duty.state not in ALIVE or text in self.arrived:
            return
        if text != (duty.due_soft if deadline.soft else duty.due):
            return
        self.arrived.add(text)
        said = f"the {'softened' if deadline.soft else 'stated'} deadline arrived; "
        if self.refusal is not None and not self.left() - self.refused:
            said += "it is recorded as refused, on the facts as entered"
            self.turn(at, "breached", said, self.refusal.id)
        elif self.done or self.refused:
            told = "only a part is recorded" if self.done else "a part is recorded as refused"
            self.turn(at, "due", said + told)
        else:
            self.turn(at, "due", said + "nothing is recorded")

    def end(self, at: str | None, ending: Ending) -> None:
        """The text or a membership ends; what had fallen due before outlives it."""
        if self.duty.state in ("live", "standing"):
            self.turn(at, "lapsed", ending.because)
        elif self.duty.state == "due":
            self.turn(at, "due", f"{ending.because}; what had fallen due before is not undone")

    def answer(self, record: Record, at: str | None) -> bool:
        """Let a record act on the duty; False where it does not (yet)."""
        duty = self.duty
        performs = record.kind in ("fulfilment", "exercise")
        mends = performs and duty.state == "breached" and duty.character == "duty"
        acts = _acts_told(record, self.provision)
        if acts is None or not (duty.state in ALIVE or mends):
            return False
        if record.kind == "release":
            return self.release(at, record, acts)
        if duty.bearers[0] not in record.actors:
            return False
        if performs:
            self.perform(at, record, acts)
            return True
        if record.kind != "refusal" or duty.character == "power" or (acts and not acts - self.done):
            return False
        self.refuse(at, record, acts)
        return True

    def perform(self, at: str | None, record: Record, acts: frozenset[str]) -> None:
        """Take in a performance: late is still met, and a refusal before it is overtaken."""
        power = self.duty.character == "power"
        self.done |= acts
        self.refused -= acts
        left = self.left()
        said = f"recorded as {'used' if power else 'performed'}{_part(left, acts)}{_on(record, at)}"
        done = "exercised" if power else "met"
        self.turn(at, self.duty.state if left else done, said + self.late(record), record.id)
        if not left:
            self.refusal = None

    def refuse(self, at: str | None, record: Record, acts: frozenset[str]) -> None:
        """Take in a refusal: a breach once performance is due, and not before."""
        self.refused |= acts
        self.refusal = record
        left = self.left() - self.refused
        told, ahead = f"{_part(left, self.refused)}{_on(record, at)}", self.ahead(record)
        if ahead is None:
            said = f"recorded as refused{told}; when performance is due is not known"
        elif ahead:
            when = "in advance" if record.at is not None else "on a day that is not known"
            said = f"recorded as refused {when}{told}; no breach before performance is due"
        else:
            said = f"recorded as refused{told}, on the facts as entered"
        breached = ahead is False and not left
        self.turn(at, "breached" if breached else self.duty.state, said, record.id)

    def release(self, at: str | None, record: Record, acts: frozenset[str]) -> bool:
        """Take in a waiver: as far as its words go, by another to whom the duty is owed."""
        if self.duty.character != "duty" or not self.frees(record) or not self.creditors(record):
            return False
        self.freed |= acts
        left = self.left()
        said = f"released{_part(left, acts)} by {', '.join(self.creditors(record))}"
        self.turn(at, self.duty.state if left else "released", said, record.id)
        return True

    def frees(self, record: Record) -> bool:
        """Whether a release is meant for this bearer: without a name it is for all others."""
        bearer = self.duty.bearers[0]
        return bearer in (record.bearers or {bearer} - {*record.actors})

    def creditors(self, record: Record) -> list[str]:
        """Return the authors of a release to whom the duty is owed; nobody owes to itself."""
        return sorted(self.entitled & {*record.actors} - {self.duty.bearers[0]})

    def left(self) -> frozenset[str]:
        """Return the acts that are neither performed nor released."""
        return _acts(self.provision.act) - self.done - self.freed

    def ahead(self, record: Record) -> bool | None:
        """Whether a refusal came before performance was due; None where that is not known."""
        if self.duty.state == "due":
            return False
        due = self.duty.due or self.duty.due_soft
        if due is None:
            return None if _dated(self.provision) else False
        return not Moment(due).latest < instant(record.at)

    def late(self, record: Record) -> str:
        """Note a performance after the deadline, or after a refusal that was a breach."""
        due, refusal = self.duty.due or self.duty.due_soft, self.refusal
        if due is not None:
            soft = "" if self.duty.due else "softened "
            after = Moment(due).latest < instant(record.at)
            return f", late: after the {soft}deadline {due}" if after else ""
        if self.duty.state == "breached" and refusal and instant(refusal.at) < instant(record.at):
            return f", late: after the refusal of {refusal.at}"
        return ""

    def leave_aside(self, step: Step, record: Record) -> None:
        """Say at its place why a record that names this duty changed nothing."""
        duty, place = self.duty, bisect_right(self.marks, step[:2])
        before = [t for t in duty.history[:place] if id(t) not in self.asides]
        state, because = (before[-1].state, before[-1].because) if before else ("dormant", "")
        told = self.idle(record, state, because)
        if told is not None:
            said = f"a {record.kind} is recorded: {told}"
            turn = Turn(step.at, state, said, record.id)
            self.asides.add(id(turn))
            duty.history.insert(place, turn)
            self.marks.insert(place, step[:2])
            duty.aside[record.id] = told

    def idle(self, record: Record, state: str, because: str) -> str | None:
        """Return why a record changes nothing in a state; None where it is about another duty."""
        character = self.duty.character
        asleep = f"nothing was owed: {because}" if because else "nothing was owed"
        if record.kind == "release":
            return self._idle_release(record, PAST.get(state, asleep))
        if self.duty.bearers[0] not in record.actors or record.kind == "denunciation":
            return None
        if not record.acts and not record.provisions:
            return "which act it was is not said"
        if _acts_told(record, self.provision) is None:
            return "the clause it names has no such act" if record.provisions else None
        if character == "prohibition":
            return "the clause forbids, and is kept or broken"
        if state in ALIVE:
            return "a power may be left unused" if character == "power" else DONE_BEFORE
        return PAST.get(state, asleep if character == "duty" else "it was not open to use")

    def _idle_release(self, record: Record, told: str) -> str | None:
        bearer = self.duty.bearers[0]
        if self.duty.character != "duty" or _acts_told(record, self.provision) is None:
            return None
        if bearer in record.bearers and bearer in record.actors and not self.creditors(record):
            return "a bearer cannot release itself"
        if not self.frees(record):
            return None
        return told if self.creditors(record) else "it is not theirs to release"


def _why(finding: Finding) -> str:
    said = WAITS.get(finding.finding, "the finding is " + finding.finding.replace("_", " "))
    more = finding.missing if finding.finding in ("triggered_if", "undetermined") else finding.why
    return said + (f": {', '.join(word.replace('_', ' ') for word in more)}" if more else "")


def _part(left: frozenset[str], acts: frozenset[str]) -> str:
    return f" in part ({', '.join(sorted(acts))})" if left else ""


def _on(record: Record, at: str | None) -> str:
    return "" if record.at is None or record.at == at else f" on {record.at}"


def _dated(provision: Provision) -> bool:
    """Whether a clause gives time for its performance, rather than asking for it at once."""
    d = provision.deadline
    return d is not None and bool(d.hours or d.days or d.complete_within_days or d.at or d.by)


def _acts_told(record: Record, provision: Provision) -> frozenset[str] | None:
    """Return which acts of the provision a record is about; None where it is about others.

    A record that names the provision and no act is about all of it, and so is a release that names
    neither.
    """
    acts = _acts(provision.act)
    if not record.acts and (record.provisions or record.kind == "release"):
        return acts
    return acts & _acts(record.acts) or None


def _acts(tokens: Iterable[str]) -> frozenset[str]:
    """Return the verbs of acts: ``aid_and_assist`` is to aid, and to assist."""
    parts = (
        part for token in tokens for part in token.lower().replace("_or_", "_and_").split("_and_")
    )
    return frozenset(part.split("_")[0] for part in parts)
