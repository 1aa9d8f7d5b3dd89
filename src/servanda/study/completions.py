"""Complete what a text leaves open, and read off what each guarantor would then owe.

A vague proposal is completed many times, each open slot by one of its practice options with equal
weights (or the weights given), balanced over a pool. Every completion is put before the incident
bank; the strongest duty of each guarantor in each incident is kept as a row of small codes, so that
a draw only has to look up a row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import CLASSES
from servanda.domain.actor import Actor
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument, Patch
from servanda.domain.patch import patched
from servanda.domain.slot import Slot
from servanda.obligations import Binding, assess, bind, gaps
from servanda.study.streams import generator

__all__ = ["MILITARY", "POOL", "Body", "DutyTable", "choices", "duty_table"]

POOL = 128
MOST_KEPT = 64
MILITARY = ("none", "unspecified", "materiel", "optional", "included")
SURE = frozenset({"triggered", "breach"})
OPEN_TO_READING = frozenset({"triggered_if", "contested", "undetermined"})
POWERS = frozenset({"available", "permitted"})

Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Body:
    """Who votes, or whose acts are waited for: two clauses with the same body share one.

    ``rule`` is ``consensus``, ``majority``, ``veto``, ``after_one`` or ``after_all``; the other
    fields are those of `servanda.obligations.Binding`.
    """

    name: str
    rule: str = "consensus"
    threshold: float | None = None
    leaders: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()

    @classmethod
    def of(cls, binding: Binding) -> Body | None:
        """Return the body of a clause, None where each decides for itself."""
        if binding.body is None:
            return None
        return cls(
            binding.body, binding.rule_kind, binding.threshold, binding.leaders, binding.veto
        )

    @property
    def label(self) -> str:
        """The name, with the rule where it is not consensus."""
        plain = ("veto",) if self.veto else ("consensus",)
        words = [] if self.rule in plain else [self.rule.replace("_", " ")]
        if self.rule == "majority" and self.threshold is not None:
            words.append(f"of {self.threshold:.2f}")
        words += [*self.leaders, *(f"veto {v}" for v in self.veto)]
        return f"{self.name} ({' '.join(words)})" if words else self.name


@dataclass(frozen=True, slots=True)
class DutyTable:
    """What one instrument makes each guarantor owe, by completion, guarantor and incident.

    ``klass``, ``military``: int8[layer, completion, guarantor, kind] codes into CLASSES and
    MILITARY; ``floor``, ``ceiling``: float64, the stated share or NaN; ``delay_hours``: float64,
    NaN where no clock is stated; ``talks``, ``declared``: bool, the clock counts only talks, the
    one attacked declares the case; ``body``, ``clause``: int16 indices or -1. A duty that waits for
    the acts of others is listed as if they acted. Layer 0 holds sure findings only, layer 1 also
    those that depend on a reading or on missing facts; ``unsettled[completion]`` marks completions
    that the text leaves undetermined even so.
    """

    instrument: str
    group: str
    klass: Codes
    military: Codes
    floor: NDArray[np.float64]
    ceiling: NDArray[np.float64]
    delay_hours: NDArray[np.float64]
    talks: NDArray[np.bool_]
    declared: NDArray[np.bool_]
    body: NDArray[np.int16]
    clause: NDArray[np.int16]
    unsettled: NDArray[np.bool_]
    bodies: tuple[Body, ...]
    clauses: tuple[str, ...]
    slots: Mapping[str, Codes]


def choices(instrument: Instrument, slots: Sequence[Slot], seed: int) -> dict[str, Codes]:
    """Choose a practice option for each open slot in each completion of the pool.

    Returns:
        slot identifier -> int8[completion], every option equally often unless weights are given.
    """
    by_id = {slot.id: slot for slot in slots}
    group = instrument.version_of or instrument.id
    chosen: dict[str, Codes] = {}
    for gap in gaps(instrument, slots):
        slot = by_id.get(gap.slot)
        if slot is None or slot.id in chosen or not slot.options:
            continue
        weights = np.array([1.0 if o.weight is None else o.weight for o in slot.options])
        edges = np.cumsum(weights / weights.sum())
        order = generator(seed, -1, f"completion:{group}:{slot.id}").permutation(POOL)
        level = (order + 0.5) / POOL
        chosen[slot.id] = np.minimum(np.searchsorted(edges, level), len(edges) - 1).astype(np.int8)
    return chosen


def duty_table(
    instrument: Instrument,
    incidents: Sequence[Incident],
    guarantors: Sequence[str],
    actors: Mapping[str, Actor],
    slots: Sequence[Slot],
    seed: int,
) -> DutyTable:
    """Put every completion of an instrument before the incident bank.

    The last tables are kept: an option that was known on two days is assessed once.
    """
    parts = [instrument, *incidents, *actors.values(), *slots]
    text = "\n".join(part.model_dump_json(exclude_unset=True) for part in parts)
    key = hashlib.sha256(f"{text}\n{' '.join(guarantors)}\n{seed}".encode()).hexdigest()
    table = _kept.get(key) or _duty_table(instrument, incidents, guarantors, actors, slots, seed)
    _kept.pop(key, None)
    _kept[key] = table
    while len(_kept) > MOST_KEPT:
        del _kept[next(iter(_kept))]
    return table


_kept: dict[str, DutyTable] = {}


def _duty_table(
    instrument: Instrument,
    incidents: Sequence[Incident],
    guarantors: Sequence[str],
    actors: Mapping[str, Actor],
    slots: Sequence[Slot],
    seed: int,
) -> DutyTable:
    chosen = choices(instrument, slots, seed)
    rows = np.stack(list(chosen.values())) if chosen else np.zeros((0, 1), np.int8)
    unique, back = np.unique(rows, axis=1, return_inverse=True)
    builder = _Builder(guarantors, incidents, actors, unique.shape[1])
    by_id = {slot.id: slot for slot in slots}
    names = {gap.name for gap in gaps(instrument, slots)}
    for completion in range(unique.shape[1]):
        options = [
            by_id[slot].options[code]
            for slot, code in zip(chosen, unique[:, completion], strict=True)
        ]
        patches: list[Patch] = [patch for option in options for patch in option.patches]
        text = instrument
        if options:
            text = patched(instrument, patches, settles=names, overwrite=False)
        builder.add(completion, text)
    spread = np.resize(back.reshape(-1), POOL)
    return builder.table(instrument, spread, chosen)


class _Builder:
    """Collects the strongest duty per guarantor and incident while completions are assessed."""

    def __init__(
        self,
        guarantors: Sequence[str],
        incidents: Sequence[Incident],
        actors: Mapping[str, Actor],
        completions: int,
    ) -> None:
        self.index = {actor: i for i, actor in enumerate(guarantors)}
        self.incidents = incidents
        self.actors = actors
        shape = (2, completions, len(guarantors), len(incidents))
        self.klass = np.zeros(shape, np.int8)
        self.military = np.zeros(shape, np.int8)
        self.floor = np.full(shape, np.nan)
        self.ceiling = np.full(shape, np.nan)
        self.talks = np.zeros(shape, np.bool_)
        self.declared = np.zeros(shape, np.bool_)
        self.delay = np.full(shape, np.nan)
        self.body = np.full(shape, -1, np.int16)
        self.clause = np.full(shape, -1, np.int16)
        self.unsettled = np.zeros(completions, np.bool_)
        self.bodies: dict[Body, int] = {}
        self.clauses: dict[str, int] = {}

    def add(self, completion: int, text: Instrument) -> None:
        bindings: dict[tuple[str, str | None], Binding] = {}
        waited = self._waited(text)
        for kind, given in enumerate(self.incidents):
            # Whether those acted whom a duty waits for is for the engine to find, not for the text.
            incident = given
            if waited:
                incident = given.model_copy(update={"facts": {**given.facts, **waited}})
            day = incident.date
            for finding in assess([text], incident, actors=self.actors, trace=False):
                if finding.finding not in SURE | OPEN_TO_READING | POWERS:
                    continue
                key = (finding.provision, day.day if day else None)
                if key not in bindings:
                    bindings[key] = bind(
                        text, text.provision(finding.provision), actors=self.actors, on=day
                    )
                binding = bindings[key]
                if binding.klass == "none":
                    continue
                if finding.finding == "undetermined":
                    self.unsettled[completion] = True
                first = 1 if finding.finding in OPEN_TO_READING else 0
                self._keep(completion, kind, binding, range(first, 2))

    def _waited(self, text: Instrument) -> dict[str, object]:
        """Return the facts by which those acted whom the provisions of a text wait for."""
        found = (bind(text, provision, actors=self.actors) for provision in text.provisions)
        return {f"assistance_by_{actor}": True for b in found for actor in b.leaders}

    def _keep(self, completion: int, kind: int, binding: Binding, layers: range) -> None:
        klass = CLASSES.index(binding.klass)
        military = MILITARY.index(binding.military)
        named = Body.of(binding)
        body = -1 if named is None else self.bodies.setdefault(named, len(self.bodies))
        clause = self.clauses.setdefault(binding.clause, len(self.clauses))
        for actor in binding.guarantors:
            i = self.index.get(actor)
            if i is None:
                continue
            for layer in layers:
                at = (layer, completion, i, kind)
                kept = (int(self.klass[at]), int(self.military[at]))
                if (klass, military) == kept and klass > 0:
                    self._join(at, binding)
                if (klass, military) <= kept:
                    continue
                self.klass[at], self.military[at] = klass, military
                self.body[at], self.clause[at] = body, clause
                self.floor[at] = _or_nan(binding.floor_share)
                self.ceiling[at] = _or_nan(binding.ceiling_share)
                self.delay[at] = _or_nan(binding.delay_hours)
                self.talks[at] = binding.clock_counts_talks
                self.declared[at] = binding.rule_kind == "victim"

    def _join(self, at: tuple[int, int, int, int], binding: Binding) -> None:
        """Of two equally strong clauses keep the higher floor and the shorter clock.

        The ceiling is the higher one, and none where one of them states none.
        """
        if binding.floor_share is not None:
            self.floor[at] = np.nanmax([self.floor[at], binding.floor_share])
        self.ceiling[at] = np.maximum(self.ceiling[at], _or_nan(binding.ceiling_share))
        hours = binding.delay_hours
        if hours is not None and not hours >= self.delay[at]:
            self.delay[at], self.talks[at] = hours, binding.clock_counts_talks

    def table(
        self, instrument: Instrument, spread: NDArray[np.intp], chosen: Mapping[str, Codes]
    ) -> DutyTable:
        return DutyTable(
            instrument=instrument.id,
            group=instrument.version_of or instrument.id,
            klass=self.klass[:, spread],
            military=self.military[:, spread],
            floor=self.floor[:, spread],
            ceiling=self.ceiling[:, spread],
            talks=self.talks[:, spread],
            declared=self.declared[:, spread],
            delay_hours=self.delay[:, spread],
            body=self.body[:, spread],
            clause=self.clause[:, spread],
            unsettled=self.unsettled[spread],
            bodies=tuple(self.bodies),
            clauses=tuple(self.clauses),
            slots=chosen,
        )


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
