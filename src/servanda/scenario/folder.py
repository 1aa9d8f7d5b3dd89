"""Scenario folders and single files: load them, or say everything that is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.problem import Problem, Span
from servanda.domain.scenario import Resolved
from servanda.scenario.assembly import Assembly
from servanda.scenario.kinds import KINDS, kind_of
from servanda.scenario.parsing import closest
from servanda.scenario.reading import Parsed, parse
from servanda.scenario.text import bounded

__all__ = ["Linter", "check", "example_names", "example_path", "load"]

# A linter takes a noun that was read and yields (code, message, path) of each thing it notices.
Linter = Callable[[Any], Iterable[tuple[str, str, tuple[str | int, ...]]]]

_MAX_FILES = 5_000


def example_names() -> tuple[str, ...]:
    """Return the names of the examples that ship.

    Examples:
        >>> "ukraine-2025" in example_names()
        True
    """
    root = files("servanda").joinpath("examples")
    found = (entry for entry in root.iterdir() if entry.is_dir())
    return tuple(sorted(e.name for e in found if e.joinpath("scenario.yaml").is_file()))


def example_path(name: str) -> Path:
    """Return the folder of a shipped example.

    Raises:
        ModelError: there is no such example (SV611).
    """
    if name in example_names():
        return Path(str(files("servanda").joinpath("examples", name)))
    near = closest(name, example_names())
    hint = f"; did you mean '{near}'?" if near else ""
    known = ", ".join(example_names())
    raise ModelError(f"there is no example '{name}'{hint} (there are: {known})", code="SV611")


def load(source: str | Path) -> Resolved:
    """Load a scenario from its folder, its ``scenario.yaml``, or the name of a shipped example.

    Raises:
        ScenarioError: with every problem of the folder, if there is an error among them.
    """
    folder, shown = _located(source)
    if folder is None:
        raise ScenarioError([_absent(source)])
    assembly = Assembly(folder, shown, whole=True)
    errors = [item for item in assembly.problems if item.severity == "error"]
    if assembly.resolved is None or errors:
        raise ScenarioError(errors or assembly.problems)
    return assembly.resolved


def check(source: str | Path, *, linters: Iterable[Linter] = ()) -> tuple[Problem, ...]:
    """Return every problem of a scenario folder, a file, or a folder of instruments or cases.

    What a file is, its content says: a scenario has ``options``, an instrument ``provisions``, a
    case ``expect``; the library's lists have the key they are named after.

    Args:
        source: a path, or the name of a shipped example.
        linters: further checks of each noun read, such as those of the obligations vocabulary;
            what they say comes as warnings.
    """
    folder, shown = _located(source)
    if folder is not None:
        return Assembly(folder, shown, tuple(linters)).problems
    path = Path(source)
    if not source or not _exists(path):
        return (_absent(source),)
    if path.is_dir():
        return _folder(path, tuple(linters))
    if path.suffix == ".csv" and path.is_file():
        from servanda.scenario.tables import incidents

        return incidents(path).problems
    return _file(path, str(source), tuple(linters))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _located(source: str | Path) -> tuple[Path | None, str]:
    """Find the scenario folder that is meant, and the name to show for it."""
    path = Path(source)
    if not source or not _exists(path):
        if isinstance(source, str) and source in example_names():
            return example_path(source), source
        return None, str(source)
    if path.is_file() and path.name == "scenario.yaml":
        return path.parent, str(path.parent)
    if path.is_dir() and path.joinpath("scenario.yaml").exists():
        return path, str(path)
    return None, str(source)


def _absent(source: str | Path) -> Problem:
    path = Path(source)
    if source and _exists(path):
        message = "there is no scenario.yaml in this folder"
        if path.is_file():
            message = "this file is not a scenario: a scenario is a folder with a scenario.yaml"
        return problem("SV100", message, Span(file=str(source)))
    near = closest(str(source), example_names())
    hint = f"; did you mean the example '{near}'?" if near else ""
    message = f"there is no file, folder or example of this name{hint}"
    return problem("SV100", message, Span(file=str(source)))


def _folder(folder: Path, linters: tuple[Linter, ...]) -> tuple[Problem, ...]:
    """Check every file and every scenario folder under a folder; links are not followed."""
    found: list[Problem] = []
    seen: dict[tuple[str, str], Path] = {}
    count = 0
    for path in islice(_within(folder), _MAX_FILES):
        count += 1
        if path.is_dir():
            found += Assembly(path, str(path), linters).problems
            continue
        parsed = parse(path, str(path))
        found += _parsed(parsed, linters)
        kind = kind_of(parsed.data)
        if kind not in ("instrument", "case") or not isinstance(parsed.data.get("id"), str):
            continue
        key = (kind, parsed.data["id"])
        if key in seen:
            message = f"the identifier '{key[1]}' is taken by {seen[key]}"
            found.append(parsed.problem("SV310", message, ("id",)))
        seen.setdefault(key, path)
    if not count:
        message = "there is no YAML file in this folder"
        return (problem("SV100", message, Span(file=str(folder))),)
    return bounded(found, str(folder))


def _within(folder: Path) -> Iterator[Path]:
    """Yield the YAML files and scenario folders under a folder in order, hidden ones left out."""
    for here, below, names in os.walk(folder):
        where = Path(here)
        below[:] = sorted(name for name in below if not name.startswith("."))
        if where != folder and "scenario.yaml" in names:
            below.clear()
            yield where
            continue
        for name in sorted(names):
            path = where / name
            if path.suffix in (".yaml", ".yml") and path.is_file() and not path.is_symlink():
                yield path


def _file(path: Path, name: str, linters: tuple[Linter, ...]) -> tuple[Problem, ...]:
    parsed = parse(path, name)
    if kind_of(parsed.data) == "scenario":
        return Assembly(path.parent, name, linters, alone=parsed).problems
    return bounded(_parsed(parsed, linters), name)


def _parsed(parsed: Parsed, linters: tuple[Linter, ...]) -> tuple[Problem, ...]:
    if parsed.root is None:
        return parsed.problems
    kind = kind_of(parsed.data)
    if kind is None and parsed.problems:
        return parsed.problems
    if kind is None:
        known = ", ".join(sorted(KINDS))
        message = f"this is none of the files servanda knows ({known})"
        return (*parsed.problems, parsed.problem("SV200", message))
    return KINDS[kind].problems(parsed, linters)
