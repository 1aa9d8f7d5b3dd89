"""Look up every name of a scenario and merge what it includes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.assumption import Assumption
from servanda.domain.instrument import Instrument
from servanda.domain.option import Option, Phase
from servanda.domain.scenario import Resolved, Scenario
from servanda.domain.slot import Slot
from servanda.scenario.naming import Reference, references
from servanda.scenario.numbers import Remark
from servanda.scenario.parsing import Path, closest
from servanda.scenario.text import MAX_PROBLEMS

__all__ = ["Known", "content_hash", "duplicate_remarks", "merged", "name_remarks", "resolved"]

_KINDS = {
    "actor": ("SV301", "actor", "the registry and own_actors"),
    "instrument": ("SV302", "instrument", "the library and the folder"),
    "option": ("SV303", "option", "options"),
    "deployment": ("SV304", "deployment", "deployments"),
    "assumption": ("SV305", "assumption", "assumptions and the library"),
    "source": ("SV306", "source", "sources and the priors"),
}


@dataclass(frozen=True)
class Known:
    """What a scenario may refer to, by kind of thing: the library's and its own."""

    actors: Mapping[str, Actor]
    instruments: Collection[str]
    assumptions: Mapping[str, Assumption]
    sources: Collection[str]

    def names(self, kind: str, scenario: Scenario) -> Collection[str]:
        """Return the identifiers that a reference of this kind may use."""
        if kind == "option":
            return {item.id for item in scenario.options}
        if kind == "deployment":
            return {item.id for item in scenario.deployments}
        found: dict[str, Collection[str]] = {
            "actor": self.actors.keys(),
            "instrument": self.instruments,
            "assumption": self.assumptions.keys(),
            "source": self.sources,
        }
        return found[kind]


def name_remarks(scenario: Scenario, known: Known) -> Iterator[tuple[Remark, str | None]]:
    """Say which names stand for nothing (SV301 to SV306), with the nearest known name.

    A name used in several places is reported at the first, with the number of the others.
    """
    pools: dict[str, Collection[str]] = {}
    unknown: dict[tuple[str, str], list[Reference]] = {}
    for item in references(scenario):
        if item.kind not in pools:
            pools[item.kind] = known.names(item.kind, scenario)
        if item.name not in pools[item.kind]:
            unknown.setdefault((item.kind, item.name), []).append(item)
    for (kind, name), places in islice(unknown.items(), 2 * MAX_PROBLEMS):
        yield _unknown(places[0], len(places) - 1), _meant(name, pools[kind], kind, known)


def _meant(name: str, pool: Collection[str], kind: str, known: Known) -> str | None:
    """Return the identifier that is probably meant; an actor may be given by its name."""
    near = closest(name, pool)
    if kind != "actor":
        return near
    titles = {actor.name: actor.id for actor in known.actors.values()}
    title = closest(name, titles)
    exact = title is not None and (near is None or title.lower() == name.lower() or len(name) > 3)
    return titles[title] if exact and title is not None else near


def _unknown(item: Reference, others: int) -> Remark:
    code, word, where = _KINDS[item.kind]
    field = next((step for step in reversed(item.path) if isinstance(step, str)), "")
    more = f", {others} more uses" if others > 1 else ", 1 more use" if others else ""
    text = f"'{field}' names an unknown {word} '{item.name}' (not in {where}{more})"
    return code, text, item.path


def duplicate_remarks(scenario: Scenario) -> Iterator[Remark]:
    """Say which identifiers stand twice in a list of the scenario (SV310)."""
    for field in (
        "own_actors",
        "deployments",
        "incidents",
        "options",
        "report",
        "claims",
        "under_test",
        "sources",
        "assumptions",
    ):
        yield from twice(getattr(scenario, field), (field,))
    for i, option in enumerate(scenario.options):
        yield from twice(option.phases, ("options", i, "phases"))
    seen: set[str] = set()
    for i, guarantor in enumerate(scenario.guarantors):
        if guarantor.actor in seen:
            text = f"'{guarantor.actor}' is a guarantor twice"
            yield "SV310", text, ("guarantors", i, "actor")
        seen.add(guarantor.actor)


def twice(items: Collection[Any], path: Path) -> Iterator[Remark]:
    """Say which of the items has an identifier that an earlier one has (SV310)."""
    seen: dict[str, int] = {}
    for i, item in enumerate(items):
        if item.id in seen:
            text = f"the identifier '{item.id}' is taken by item {seen[item.id] + 1} of {path[-1]}"
            yield "SV310", text, (*path, i, "id")
        seen.setdefault(item.id, i)


def cycle(options: Collection[Option]) -> tuple[str, ...]:
    """Return the identifiers of options that include one another in a circle, or nothing."""
    includes = {option.id: option.includes for option in options}
    done: set[str] = set()
    for first in includes:
        trail: list[str] = []
        stack = [(first, iter(includes[first]))]
        while stack:
            name, rest = stack[-1]
            if not trail or trail[-1] != name:
                trail.append(name)
            step = next((n for n in rest if n in includes and n not in done), None)
            if step is None:
                done.add(name)
                trail.pop()
                stack.pop()
            elif step in trail:
                return (*trail[trail.index(step) :], step)
            else:
                stack.append((step, iter(includes[step])))
    return ()


def merged(options: Collection[Option]) -> tuple[Option, ...]:
    """Return the options with what they include taken over into their phases.

    A phase takes over the instruments and deployments of the included option's phase with the same
    identifier, or else of the one at the same place in the sequence; where the included option has
    fewer phases its last one goes on. An option without phases of its own takes the phases of the
    first option it includes.

    Examples:
        >>> force = Option(id="force", title="F", summary="s",
        ...     phases=[Phase(id="p", title="P", instruments=["x"])])
        >>> both = Option(id="both", title="B", summary="s", includes=["force"],
        ...     phases=[Phase(id="q", title="Q", instruments=["y"])])
        >>> merged([force, both])[1].phases[0].instruments
        ('y', 'x')
    """
    by_id = {option.id: option for option in options}
    done: dict[str, Option] = {}

    def complete(option: Option) -> Option:
        if option.id not in done:
            phases = option.phases
            for name in option.includes:
                phases = _joined(phases, complete(by_id[name]).phases)
            done[option.id] = option.model_copy(update={"phases": phases})
        return done[option.id]

    return tuple(complete(option) for option in options)


def _joined(mine: tuple[Phase, ...], theirs: tuple[Phase, ...]) -> tuple[Phase, ...]:
    if not mine or not theirs:
        return mine or theirs
    by_id = {phase.id: phase for phase in theirs}
    joined = []
    for i, phase in enumerate(mine):
        other = by_id.get(phase.id) or theirs[min(i, len(theirs) - 1)]
        update: dict[str, Any] = {
            "instruments": tuple(dict.fromkeys((*phase.instruments, *other.instruments))),
            "deployments": tuple(dict.fromkeys((*phase.deployments, *other.deployments))),
        }
        joined.append(phase.model_copy(update=update))
    return tuple(joined)


def resolved(
    scenario: Scenario,
    known: Known,
    instruments: Mapping[str, Instrument],
    slots: tuple[Slot, ...],
    folder: str | None,
) -> Resolved:
    """Put a scenario without problems together with everything it names."""
    whole = Resolved(
        scenario=scenario,
        actors=dict(known.actors),
        instruments=dict(instruments),
        options=merged(scenario.options),
        assumptions=dict(known.assumptions),
        slots=slots,
        content_hash="",
        folder=folder,
    )
    return whole.model_copy(update={"content_hash": content_hash(whole)})


def content_hash(whole: Resolved) -> str:
    """Return the SHA-256 of everything that went in, whatever the comments, layout or key order.

    It is taken over canonical JSON: sorted keys, no spaces, fields at their default left out.
    """
    data = whole.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={"content_hash", "folder"}
    )
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
