"""Who can speak and what is on the table: the actors and proposals that a reading may name.

The form is that of the label files: an object with ``actors`` (``id, name, type, role, side,
aliases``) and ``proposals`` (``id, label``). An actor may also have ``offices`` (``title``,
``from``, ``to``) and a proposal ``terms``. Without a registry of the user's the shipped one
serves: the offices of ``library/actors.yaml`` with the organs, outlets and proposals of
``library/registry.yaml``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from servanda.domain.actor import Actor as State
from servanda.domain.codes import problem
from servanda.domain.errors import ScenarioError
from servanda.domain.problem import Problem, Span
from servanda.evidence.names import folded
from servanda.scenario.reading import closest, opened, parse, read

__all__ = ["Actor", "Office", "Proposal", "Registry", "load", "parsed_registry", "shipped"]

PERSON, STATE, OUTLET = "person", "state", "outlet"
ORGANISATION, COLLECTIVE = "organisation", "collective"
UNNAMED = frozenset({"unnamed-official", "unnamed-group"})
TYPES = (PERSON, STATE, ORGANISATION, OUTLET, COLLECTIVE, *sorted(UNNAMED))
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Office:
    """An office held from one day to another; None: no known beginning or end."""

    title: str
    begins: str | None = None
    ends: str | None = None

    def held_on(self, day: str | None) -> bool:
        """Say whether it was held on a day (ISO); without a day, whether it is held still."""
        if day is None:
            return self.ends is None
        return (self.begins or "") <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who can say something: a person, state, organisation, outlet, unnamed official."""

    id: str
    name: str
    type: str = ORGANISATION
    role: str = ""
    side: str = ""
    aliases: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()

    @property
    def plain_name(self) -> str:
        """The name without what stands in brackets."""
        return re.sub(r"\s*\([^)]*\)", "", self.name).strip()


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something on the table that a claim may be about, with further words for it."""

    id: str
    label: str
    terms: tuple[str, ...] = ()
    option: str | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """Actors and proposals by identifier, and the words for countries."""

    actors: dict[str, Actor]
    proposals: dict[str, Proposal]
    own: bool = False


def load(path: str | Path | None = None) -> Registry:
    """Read a registry file (JSON or YAML), or return the shipped one.

    Raises:
        ScenarioError: the file cannot be read (SV100 to SV106) or is no registry (SV901).
    """
    if path is None:
        return shipped()
    page = opened(Path(path))
    if isinstance(page, Problem):
        raise ScenarioError([page])
    name = str(path)
    if name.endswith((".yaml", ".yml")):
        tree = parse(page.text, name)
        if any(p.severity == "error" for p in tree.problems):
            raise ScenarioError(tree.problems)
        return parsed_registry(tree.data, name)
    try:
        data = json.loads(page.text)
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise ScenarioError(
            [
                problem(
                    "SV901",
                    f"the registry is not JSON: {getattr(error, 'msg', 'nested too deep')}",
                    Span(file=name, line=line, column=column),
                )
            ]
        ) from None
    return parsed_registry(data, name)


def parsed_registry(data: Any, name: str = "registry") -> Registry:
    """Make a registry of parsed JSON or YAML; every problem is reported at once.

    Raises:
        ScenarioError: it has not the form of a registry (SV901).

    Examples:
        >>> r = parsed_registry({"actors": [{"id": "fr", "name": "France", "type": "state"}]})
        >>> r.actors["fr"].name, r.proposals
        ('France', {})
    """
    problems: list[Problem] = []

    def complain(message: str) -> None:
        problems.append(problem("SV901", message, Span(file=name)))

    if not isinstance(data, dict):
        complain("a registry is an object with 'actors' and 'proposals'")
        raise ScenarioError(problems)
    actors = _entries(data.get("actors", []), "actors", _actor, complain)
    proposals = _entries(data.get("proposals", []), "proposals", _proposal, complain)
    if not actors and not proposals and not problems:
        complain("the registry names neither actors nor proposals")
    if problems:
        raise ScenarioError(problems)
    return Registry(
        {a.id: a for a in actors if isinstance(a, Actor)},
        {p.id: p for p in proposals if isinstance(p, Proposal)},
        own=True,
    )


def _entries(items: Any, key: str, make: Any, complain: Any) -> list[Actor | Proposal]:
    if not isinstance(items, list):
        complain(f"'{key}' must be a list")
        return []
    if len(items) > MOST:
        complain(f"'{key}' has {len(items)} entries; at most {MOST} are read")
        return []
    found: list[Actor | Proposal] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        place = f"{key}[{index}]"
        if not isinstance(item, dict) or not _text(item.get("id")):
            complain(f"{place}: an entry is an object with an 'id'")
            continue
        if item["id"] in seen:
            complain(f"{place}: the id '{item['id']}' stands twice")
            continue
        seen.add(item["id"])
        made = make(item, place, complain)
        if made is not None:
            found.append(made)
    return found


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= 400 else ""


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(t for t in map(_text, values) if t)


def _actor(item: dict[str, Any], place: str, complain: Any) -> Actor | None:
    name, kind = _text(item.get("name")), item.get("type", ORGANISATION)
    if not name:
        complain(f"{place}: an actor has a 'name' of at most 400 characters")
        return None
    if kind not in TYPES:
        hint = closest(str(kind), TYPES)
        near = f"; did you mean '{hint}'?" if hint else ""
        complain(f"{place}: '{kind}' is no type of actor ({', '.join(TYPES)}){near}")
        return None
    aliases = (*_texts(item.get("aliases", [])), *_texts(item.get("aliases_known", [])))
    offices = tuple(
        Office(_text(o.get("title")), _text(o.get("from")) or None, _text(o.get("to")) or None)
        for o in item.get("offices", [])
        if isinstance(o, dict) and _text(o.get("title"))
    )
    role, side = _text(item.get("role")), _text(item.get("side"))
    return Actor(item["id"], name, kind, role, side, aliases, offices)


def _proposal(item: dict[str, Any], place: str, complain: Any) -> Proposal | None:
    label = _text(item.get("label"))
    if not label:
        complain(f"{place}: a proposal has a 'label' of at most 400 characters")
        return None
    return Proposal(item["id"], label, _texts(item.get("terms", [])), _text(item.get("option")))


@cache
def states() -> tuple[State, ...]:
    """Return the states, organisations and office holders of the library."""
    found = read(
        files("servanda.library").joinpath("actors.yaml"),
        tuple[State, ...],
        name="actors.yaml",
        key="actors",
    )
    if found.value is None:
        raise ScenarioError(found.problems)
    value: tuple[State, ...] = found.value
    return value


@cache
def shipped() -> Registry:
    """Return the shipped registry.

    Examples:
        >>> shipped().actors["meloni"].role
        'Prime Minister of Italy'
    """
    path = files("servanda.library").joinpath("registry.yaml")
    tree = parse(path, "registry.yaml")
    own = parsed_registry(tree.data, "registry.yaml")
    actors: dict[str, Actor] = {}
    held: dict[str, list[tuple[State, Any]]] = {}
    for state in states():
        if state.kind == "former_state":
            continue
        kind = STATE if state.kind == "state" else ORGANISATION
        words = (*state.names, *state.metonyms)
        actors[state.id] = Actor(state.id, state.name, kind, "", state.id, words)
        for office in state.offices:
            held.setdefault(office.holder, []).append((state, office))
    for holder, offices in held.items():
        person = _holder(holder, offices, actors)
        actors[person.id] = person
    actors.update(own.actors)
    return Registry(actors, own.proposals)


def _holder(name: str, held: list[tuple[State, Any]], known: dict[str, Actor]) -> Actor:
    """Make a person of the offices held; the latest says for whom they speak."""
    ordered = sorted(held, key=lambda pair: pair[1].from_.day)
    state, last = ordered[-1]
    role = last.title if " of the " in last.title else f"{last.title} of {_the(state.name)}"
    names = tuple({alias: None for _, o in ordered for alias in o.aliases})
    offices = tuple(
        Office(f"{o.title} of {_the(s.name)}", o.from_.day, o.to.day if o.to else None)
        for s, o in ordered
    )
    short = _slug(name)
    id_ = short if short not in known else "-".join(re.findall(r"[a-z]+", folded(name)))
    return Actor(id_, name, PERSON, role, state.id, names, offices)


def _the(name: str) -> str:
    """Put the article where a country's name has one."""
    return (
        f"the {name}"
        if name.startswith("United ") or name in {"Netherlands", "Philippines"}
        else name
    )


def _slug(name: str) -> str:
    parts = re.findall(r"[a-z]+", folded(name).replace("'", ""))
    particles = {"von", "van", "de", "der", "le", "la", "di", "el", "al"}
    tail = [parts[-1]] if parts else ["unnamed"]
    for part in reversed(parts[:-1]):
        if part not in particles:
            break
        tail.insert(0, part)
    return "-".join(tail)
