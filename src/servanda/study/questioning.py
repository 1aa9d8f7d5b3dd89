"""What to ask first: the open slots of a proposal, ranked, worded, with the practice of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from servanda.domain.actor import Actor
from servanda.domain.errors import ModelError
from servanda.domain.finding import Question
from servanda.domain.instrument import Instrument
from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.domain.problem import Problem
from servanda.domain.scenario import Resolved
from servanda.domain.slot import Slot
from servanda.obligations.fillings import Filling, fill
from servanda.obligations.open_slots import Move, Weighed, changes_of, weigh
from servanda.scenario import shelf
from servanda.scenario.parsing import closest
from servanda.study.banks import Bank, bank_of, founding_bank, instrument_at, scenario_at
from servanda.study.display import Displayed

__all__ = ["Asked", "Questions", "proposals", "questions"]

SILENT = "the text is silent on it and does not say that it leaves it open; nothing was counted"


NO_INTERVAL = (
    "a count over the incidents and practice options at hand, not an estimate: it has no interval"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the list.

    ``rank`` counts from 1; slots of equal value share it and name each other in ``tied_with``.
    ``status`` is open where the text lists the slot as unspecified, silent where it says nothing.
    """

    weighed: Weighed
    status: Literal["open", "silent"]
    rank: int | None
    tied_with: tuple[str, ...]

    def published(self) -> dict[str, Any]:
        """Return the question as ``servanda questions --json`` gives it."""
        question, slot = self.weighed.question, self.weighed.slot
        return {
            "slot": question.slot,
            "question": question.question,
            "value": question.value,
            "interval": None if question.interval is None else list(question.interval),
            "interval_reason": None if question.interval else NO_INTERVAL,
            "changes": list(question.changes),
            "ask": question.ask,
            "addressee": question.addressee,
            "instrument": question.instrument,
            "names": list(self.weighed.names),
            "status": self.status,
            "value_kind": question.value_kind,
            "rank": self.rank,
            "tied_with": list(self.tied_with),
            "effect": list(slot.effect) if slot else [],
            "reason": question.reason,
            "practice": [
                {"id": o.id, "text": o.text, "seen": list(o.seen)}
                for o in (slot.options if slot else ())
            ],
            "moves": _published(self.weighed.moves),
            "echoes": {
                "count": self.weighed.echo_count,
                "changes": list(changes_of(self.weighed.echoes)),
                "moves": _published(self.weighed.echoes),
            },
        }


def _published(moves: Sequence[Move]) -> list[dict[str, Any]]:
    return [
        {
            "incident": m.incident,
            "provision": m.provision,
            "what": m.what,
            "by_option": dict(m.outcomes),
        }
        for m in moves
    ]


@dataclass(frozen=True, slots=True)
class Questions(Displayed):
    """The ranked questions, the texts and the bank of incidents they were ranked over."""

    asked: tuple[Asked, ...]
    instruments: Mapping[str, str]
    bank: Bank
    addressee: str | None
    problems: tuple[Problem, ...] = ()

    def published(self, top: int | None = None) -> dict[str, Any]:
        """Return the published JSON shape, the first ``top`` questions or all."""
        return {
            "questions": [a.published() for a in self.asked[:top]],
            "addressee": self.addressee,
            "instruments": dict(self.instruments),
            "bank": {"source": self.bank.source, "incidents": [i.id for i in self.bank.incidents]},
            "warnings": [p.model_dump(mode="json", exclude_none=True) for p in self.problems],
        }


def questions(
    source: str | Path | Resolved,
    *,
    option: str | None = None,
    to: str | None = None,
    incidents: str | None = None,
    silent: bool = False,
) -> Questions:
    """Rank what a scenario's proposals, or one instrument, leave open by what hangs on it.

    The value counts what of the findings over the bank of incidents (finding, bearers, due time)
    changes between the ways in which other texts settle the slot (``value_kind``
    ``findings_flipped``). What a finding only repeats from the clause is counted apart (echoes).

    Args:
        source: a scenario (folder, shipped example, or loaded), or an instrument (file or name in
            the library).
        option: of a scenario, only the texts of this option; by default the current version of each
            proposal on the table.
        to: who is asked; selects the wording. A scenario names its addressee.
        incidents: the bank: a scenario, a table (which may grow), a case or a folder of cases. By
            default the scenario's own, for an instrument the founding case's.
        silent: also list, after the open slots, those on which a text is silent.

    Raises:
        ScenarioError: a file has problems.
        ModelError: the option, the addressee or a file does not exist.

    Examples:
        >>> first = questions("ukraine-2025").published(1)["questions"][0]
        >>> first["status"], first["addressee"]
        ('open', 'ITA')
    """
    resolved = source if isinstance(source, Resolved) else scenario_at(str(source))
    problems: list[Problem] = []
    actors: Mapping[str, Actor]
    if resolved is not None:
        texts = _texts(resolved, option)
        slots, actors = resolved.slots, resolved.actors
        bank = Bank(resolved.scenario.id, resolved.scenario.incidents, actors)
        addressee = to or resolved.scenario.addressee
    else:
        if option is not None:
            raise ModelError("--option is about a scenario; an instrument has none", code="SV609")
        texts = (instrument_at(str(source), problems),)
        slots, actors, addressee = shelf.slots(), shelf.actors(), to
        bank = founding_bank() if incidents is None else Bank("", (), actors)
    if incidents is not None:
        bank = bank_of(incidents)
    actors = {**actors, **bank.actors}
    _known(addressee, actors, slots)
    ranked = weigh(texts, slots, bank.incidents, actors=actors, addressee=addressee)
    asked = [*_open(ranked), *(_silent(texts, slots, addressee) if silent else ())]
    titles = {text.id: text.title for text in texts}
    return Questions(tuple(asked), titles, bank, addressee, tuple(problems))


def _known(addressee: str | None, actors: Mapping[str, Actor], slots: Sequence[Slot]) -> None:
    if addressee is None or addressee in actors or any(addressee in s.ask for s in slots):
        return
    near = closest(addressee, actors)
    hint = f"; did you mean '{near}'?" if near else ""
    raise ModelError(f"--to names an unknown actor '{addressee}'{hint}", code="SV613")


def _texts(resolved: Resolved, option: str | None) -> tuple[Instrument, ...]:
    if option is None:
        names = proposals(resolved)
    else:
        by_id = {o.id: o for o in resolved.options}
        if option not in by_id:
            near = closest(option, by_id)
            hint = f"; did you mean '{near}'?" if near else ""
            known = ", ".join(by_id)
            raise ModelError(f"no option '{option}'{hint} (there are: {known})", code="SV609")
        names = _named([by_id[option]])
    return tuple(resolved.instruments[name] for name in names)


def proposals(resolved: Resolved, day: Moment | None = None) -> tuple[str, ...]:
    """Return the texts to ask about: proposals and drafts in the current options of a scenario.

    Where a proposal comes in dated versions, the newest known on the day; where there is none that
    is a proposal or draft, every text that leaves something open.

    Args:
        resolved: the scenario.
        day: day of knowledge, by default the scenario's.
    """
    known_by = day or resolved.scenario.as_of
    options = [
        o
        for o in resolved.options
        if (o.known_from is None or o.known_from.not_after(known_by))
        and not (o.superseded_from is not None and o.superseded_from.not_after(known_by))
    ]
    versions = [o for o in options if o.version_of is not None]
    for chosen in (versions, options):
        names = [n for n in _named(chosen) if _is_proposal(resolved.instruments[n])]
        if names:
            return tuple(names)
    return tuple(n for n in _named(options) if resolved.instruments[n].unspecified)


def _named(options: Sequence[Option]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for o in options for p in o.phases for n in p.instruments))


def _is_proposal(text: Instrument) -> bool:
    return text.kind in ("proposal", "draft")


def _open(ranked: Sequence[Weighed]) -> list[Asked]:
    """Give each question its rank and the slots it is tied with."""
    found: list[Asked] = []
    for place, item in enumerate(ranked):
        value = item.question.value
        if value is None:
            found.append(Asked(item, "open", None, ()))
            continue
        same = [w for w in ranked if w.question.value == value]
        tied = tuple(w.question.slot for w in same if w is not item)
        tie_starts = next(i for i, w in enumerate(ranked) if w.question.value == value)
        found.append(Asked(item, "open", (tie_starts if tied else place) + 1, tied))
    return found


def _silent(
    texts: Sequence[Instrument], slots: Sequence[Slot], addressee: str | None
) -> list[Asked]:
    found: list[Asked] = []
    for text in texts:
        for slot, filling in zip(slots, fill(text, slots), strict=True):
            if filling.state == "silent":
                found.append(Asked(_unweighed(slot, filling, addressee), "silent", None, ()))
    return found


def _unweighed(slot: Slot, filling: Filling, addressee: str | None) -> Weighed:
    question = Question(
        slot=slot.id,
        instrument=filling.instrument,
        question=slot.question,
        ask=slot.ask.get(addressee or "", slot.question),
        addressee=addressee if addressee in slot.ask else None,
        options=tuple(o.text for o in slot.options),
        reason=SILENT,
    )
    return Weighed(question, (), slot)
