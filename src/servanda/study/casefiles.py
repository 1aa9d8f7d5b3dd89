"""Read the cases of a folder as a lawyer leaves them, and the texts they are held against.

Two forms of file: a case, which names its instruments; and a bundle, which brings invented
``actors`` and ``instruments`` along with its ``case``. Whatever is wrong is a problem with its
place; the other files are read all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from servanda.domain.actor import Actor
from servanda.domain.errors import ModelError
from servanda.domain.incident import Case
from servanda.domain.instrument import Instrument
from servanda.domain.noun import Noun
from servanda.domain.problem import Problem
from servanda.scenario import shelf
from servanda.scenario.kinds import kind_of
from servanda.scenario.parsing import closest
from servanda.scenario.reading import Parsed, parse, typed

__all__ = ["Bundle", "CaseFile", "Shelf", "case_files"]

MAX_FILES = 5_000


class Bundle(Noun):
    """A case that brings its own actors and instruments along."""

    format: Literal["1"] = "1"
    actors: tuple[Actor, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    case: Case


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case, where it stands, and the actors and instruments that only it has."""

    case: Case
    file: str
    actors: Mapping[str, Actor] = field(default_factory=dict)
    instruments: Mapping[str, Instrument] = field(default_factory=dict)


@dataclass(slots=True)
class Shelf:
    """Where a case finds the texts it names, the nearest first.

    Own texts of a bundle stand before those of the folders given, these before texts beside the
    cases, and the library last. ``broken`` names texts whose files have problems.
    """

    given: dict[str, Instrument] = field(default_factory=dict)
    beside: dict[str, Instrument] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def find(self, name: str, own: Mapping[str, Instrument]) -> Instrument | str:
        """Return the text of this name, or in words why there is none."""
        for place in (own, self.given, self.beside):
            if name in place:
                return place[name]
        if name in self.broken:
            return f"the file of the instrument '{name}' has problems"
        if name in shelf.instrument_ids():
            return shelf.instrument(name)
        known = {*own, *self.given, *self.beside, *shelf.instrument_ids()}
        near = closest(name, sorted(known))
        hint = f"; did you mean '{near}'?" if near else ""
        return f"there is no instrument '{name}' here or in the library{hint}"


def case_files(
    source: str | None, folders: Sequence[str] = ()
) -> tuple[list[CaseFile], Shelf, list[Problem]]:
    """Read the cases under a folder, of one file, or of the library.

    Args:
        source: a folder, a file, or None for the cases of the library.
        folders: folders of instruments by other hands; keys that the formats do not have are then
            warnings, in the cases too.

    Returns:
        The cases in order of their files, the texts found beside them, and all problems.

    Raises:
        ModelError: the folder or file does not exist (SV613), or a folder of instruments (SV608).
    """
    problems: list[Problem] = []
    texts = Shelf()
    for name in folders:
        if not Path(name).is_dir():
            raise ModelError(f"--instruments: there is no folder {name!r}", code="SV608")
        _gather(texts, texts.given, _parsed(Path(name)), problems, foreign=True)
    if source is None:
        shipped = shelf.cases().items()
        return [CaseFile(c, f"library/cases/{name}.yaml") for name, c in shipped], texts, problems
    path = Path(source)
    if not path.exists():
        raise ModelError(f"there is no folder or file {source!r}", code="SV613")
    pages = list(_parsed(path))
    foreign = bool(folders)
    inside = (p for p in pages if kind_of(p.data) == "instrument")
    _gather(texts, texts.beside, inside, problems, foreign=foreign)
    for place in _neighbours(path, folders):
        _gather(texts, texts.beside, _parsed(place), problems, foreign=foreign)
    return list(_cases(pages, problems, foreign=foreign)), texts, problems


def _neighbours(path: Path, folders: Sequence[str]) -> list[Path]:
    """Return the folders of instruments beside a case or a folder of cases that are not in it."""
    read = {Path(name).resolve() for name in folders}
    home = path.resolve() if path.is_dir() else path.resolve().parent
    found = [] if path.is_dir() else [home / "instruments"]
    found.append(home.parent / "instruments")
    return [p for p in found if p.is_dir() and not p.is_symlink() and p not in read]


def _parsed(path: Path) -> Iterator[Parsed]:
    """Parse a file, or the YAML files under a folder in order; hidden ones and links are left."""
    if path.is_file():
        yield parse(path, str(path))
        return
    count = 0
    for here, below, names in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            file = Path(here) / name
            if file.suffix in (".yaml", ".yml") and not file.is_symlink() and count < MAX_FILES:
                count += 1
                yield parse(file, str(file))


def _gather(
    texts: Shelf,
    place: dict[str, Instrument],
    pages: Iterable[Parsed],
    problems: list[Problem],
    *,
    foreign: bool,
) -> None:
    """Put the instruments among some parsed files on the shelf."""
    for parsed in pages:
        if parsed.root is not None and kind_of(parsed.data) not in ("instrument", None):
            continue
        got = typed(parsed, Instrument, foreign=foreign)
        problems.extend(got.problems)
        if got.value is None:
            name = _identifier(parsed)
            texts.broken.update([name] if name else [])
        elif got.value.id in place:
            message = f"the identifier '{got.value.id}' is taken by another file"
            problems.append(parsed.problem("SV310", message, ("id",)))
        else:
            place[got.value.id] = got.value


def _identifier(parsed: Parsed) -> str | None:
    name = parsed.data.get("id") if isinstance(parsed.data, dict) else None
    return name if isinstance(name, str) else None


def _cases(
    pages: Iterable[Parsed], problems: list[Problem], *, foreign: bool
) -> Iterator[CaseFile]:
    seen: dict[str, str] = {}
    for parsed in pages:
        found = _case(parsed, problems, foreign=foreign)
        if found is None:
            continue
        if found.case.id in seen:
            message = f"the identifier '{found.case.id}' is taken by {seen[found.case.id]}"
            path = ("id",) if kind_of(parsed.data) == "case" else ("case", "id")
            problems.append(parsed.problem("SV310", message, path))
        seen.setdefault(found.case.id, found.file)
        yield found


def _case(parsed: Parsed, problems: list[Problem], *, foreign: bool) -> CaseFile | None:
    if parsed.root is None:
        problems.extend(parsed.problems)
        return None
    bundle = isinstance(parsed.data, dict) and "case" in parsed.data
    kind = kind_of(parsed.data)
    if not bundle and kind != "case":
        if kind is None:
            message = "this is neither a case (facts, expect) nor a bundle (case, instruments)"
            problems.extend((*parsed.problems, parsed.problem("SV200", message)))
        return None
    got = typed(parsed, Bundle if bundle else Case, foreign=foreign)
    problems.extend(got.problems)
    value: Any = got.value
    if value is None:
        return None
    case: Case = value.case if bundle else value
    if not case.expect:
        message = f"the case '{case.id}' expects nothing, so nothing is tested"
        path = ("case",) if bundle else ()
        problems.append(parsed.problem("SV202", message, path, severity="warning"))
    if not bundle:
        return CaseFile(case, parsed.page.name)
    return CaseFile(
        case,
        parsed.page.name,
        {actor.id: actor for actor in value.actors},
        {text.id: text for text in value.instruments},
    )
