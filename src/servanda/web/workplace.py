"""The scenarios that can be opened, by name. A name from an address never becomes a path."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from servanda.domain.errors import ModelError
from servanda.domain.scenario import Resolved
from servanda.scenario.folder import example_names, example_path, load

__all__ = ["Entry", "Workplace"]

_MOST = 200
_SUFFIXES = (".yaml", ".yml", ".csv")


@dataclass(frozen=True, slots=True)
class Entry:
    """One scenario: the name it is opened under, its folder, whether it may be written to."""

    key: str
    folder: Path
    example: bool


class Workplace:
    """The scenarios of a folder and the examples that ship.

    Args:
        folder: a scenario folder, a folder with scenario folders in it, or None.
        example: the shipped example to begin with, where no folder is given.
    """

    def __init__(self, folder: Path | None, example: str | None = None) -> None:
        """Remember the place; nothing is read yet."""
        self.folder = folder
        self.example = example
        self.further: list[Path] = []
        self._kept: dict[str, tuple[tuple[object, ...], Resolved]] = {}
        self._lock = threading.Lock()

    @property
    def own(self) -> bool:
        """Whether the folder is itself a scenario."""
        return self.folder is not None and (self.folder / "scenario.yaml").is_file()

    @property
    def parent(self) -> Path | None:
        """Where a new scenario is put."""
        if self.folder is None:
            return None
        return self.folder.parent if self.own else self.folder

    def entries(self) -> dict[str, Entry]:
        """Return the scenarios by name: those of the folder first, then the examples."""
        found: dict[str, Entry] = {}
        for path in self._folders():
            found.setdefault(path.name, Entry(path.name, path, False))
        for name in sorted(example_names(), key=lambda n: n != self.example):
            found.setdefault(name, Entry(name, example_path(name), True))
        return found

    def _folders(self) -> Iterator[Path]:
        if self.folder is None:
            return
        if self.own:
            yield from (self.folder.resolve(), *self.further)
            return
        below = sorted(p for p in self.folder.iterdir() if p.is_dir() and not p.is_symlink())
        yield from [p.resolve() for p in below if (p / "scenario.yaml").is_file()][:_MOST]

    def also(self, folder: Path) -> None:
        """Open a scenario beside the one that was named at the start."""
        self.further.append(folder.resolve())

    def first(self) -> Entry | None:
        """Return the scenario to begin with, or None where the reader has to choose."""
        entries = self.entries()
        if self.example is not None:
            return entries[self.example]
        own = [entry for entry in entries.values() if not entry.example]
        return own[0] if len(own) == 1 or (own and self.own) else None

    def entry(self, key: str) -> Entry:
        """Look a scenario up by its name.

        Raises:
            ModelError: there is none of this name (SV981).
        """
        entries = self.entries()
        if key not in entries:
            raise ModelError(f"there is no scenario {key[:80]!r} here", code="SV981")
        return entries[key]

    def resolved(self, key: str) -> Resolved:
        """Return a scenario as it stands on disk now; read again only when a file has changed.

        Raises:
            ModelError: there is none of this name (SV981).
            ScenarioError: it has problems.
        """
        entry = self.entry(key)
        state = _state(entry.folder)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] != state:
                kept = (state, load(entry.folder))
                self._kept[key] = kept
            return kept[1]


def _state(folder: Path) -> tuple[object, ...]:
    """What tells one state of a folder from another: names, sizes, times of its files."""
    files = [p for p in (*folder.glob("*"), *folder.glob("instruments/*")) if p.suffix in _SUFFIXES]
    return tuple((p.name, (s := p.stat()).st_size, s.st_mtime_ns, s.st_ino) for p in sorted(files))
