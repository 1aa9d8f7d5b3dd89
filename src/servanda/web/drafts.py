"""Edits of a scenario's files: shown as a difference first, saved whole or not at all, undone.

A file is read, changed in place so that comments stay, and shown. It is saved only onto the very
text that the change was made from; where somebody else has written meanwhile, nothing is
overwritten. The exchange on disk is atomic where the system can do it, and what was there is looked
at once more after it, so that a write by an editor in the last instant is put back.
"""

from __future__ import annotations

import ctypes
import difflib
import fcntl
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servanda.domain.errors import ModelError
from servanda.scenario.folder import load
from servanda.web.workplace import Entry, Workplace

__all__ = ["Draft", "Drafts", "Line", "difference", "hash_of"]

_UNDO = 100
_AT_FDCWD, _EXCHANGE = -100, 2
Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference: ``add``, ``del`` or ``same``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that can be saved: the file, what stands there, what would stand there."""

    key: str
    file: str
    before: str
    after: str

    @property
    def expected(self) -> str:
        """The hash of the text that the change was made from."""
        return hash_of(self.before)

    def lines(self) -> list[Line]:
        """Return the difference as lines, with a little of what is around it."""
        return difference(self.before, self.after)


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def difference(before: str, after: str) -> list[Line]:
    """Return what differs between two texts, line by line."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    kinds = {"+": "add", "-": "del", " ": "same", "@": "same"}
    rows = list(found)[2:]
    return [Line(kinds.get(row[:1], "same"), "⋯" if row[:1] == "@" else row[1:]) for row in rows]


class Drafts:
    """Makes, checks, saves and undoes changes to the files of scenarios."""

    def __init__(self, workplace: Workplace) -> None:
        """Keep the scenarios; what can be undone is remembered for this start."""
        self.workplace = workplace
        self._undo: dict[str, list[Draft]] = {}
        self._lock = threading.Lock()

    def made(self, key: str, change: Change, file: str = "scenario.yaml") -> Draft:
        """Return a change of a file, after making sure that the scenario would still load.

        Args:
            key: the scenario's name.
            change: from the file's text to the new text.
            file: which file of the scenario's folder.

        Raises:
            ModelError: the scenario ships and is not written to (SV618).
            ScenarioError: the changed scenario would have problems.
        """
        entry = self._own(key)
        before = _text(entry.folder / _known(entry, file))
        after = change(before)
        _tried(entry.folder, file, after)
        return Draft(key, file, before, after)

    def save(self, key: str, change: Change, expected: str, file: str = "scenario.yaml") -> Draft:
        """Save a change, if the file is still the one that it was shown for.

        Raises:
            ModelError: the file has changed on disk since (SV984).
            ScenarioError: the changed scenario would have problems.
        """
        entry = self._own(key)
        with self._lock, _alone(entry.folder):
            draft = self.made(key, change, file)
            if draft.expected != expected:
                raise ModelError(
                    f"{file} has changed on disk since this page was shown; nothing was written",
                    code="SV984",
                )
            _exchange(entry.folder / file, draft)
            kept = self._undo.setdefault(key, [])
            kept.append(draft)
            del kept[:-_UNDO]
            return draft

    def last(self, key: str) -> Draft | None:
        """Return the edit that would be undone next."""
        kept = self._undo.get(key)
        return kept[-1] if kept else None

    def undo(self, key: str) -> Draft:
        """Take the last edit back.

        Raises:
            ModelError: there is none (SV989), or the file has changed since (SV984).
        """
        entry = self._own(key)
        with self._lock, _alone(entry.folder):
            kept = self._undo.get(key)
            if not kept:
                raise ModelError("no edit of this start is left to undo", code="SV989")
            draft = kept[-1]
            if _text(entry.folder / draft.file) != draft.after:
                raise ModelError(
                    f"{draft.file} has changed on disk since the edit; it is left as it is",
                    code="SV984",
                )
            back = Draft(key, draft.file, draft.after, draft.before)
            _exchange(entry.folder / draft.file, back)
            kept.pop()
            return back

    def _own(self, key: str) -> Entry:
        entry = self.workplace.entry(key)
        if entry.example:
            raise ModelError(
                f"'{key}' ships with servanda and is not written to; make a copy of it first",
                code="SV618",
            )
        return entry


def _known(entry: Entry, file: str) -> str:
    below = {f"instruments/{path.name}" for path in entry.folder.glob("instruments/*.y*ml")}
    if file != "scenario.yaml" and file not in below:
        raise ModelError(f"the scenario has no file {file[:80]!r}", code="SV981")
    return file


def _text(path: Path) -> str:
    if path.is_symlink():
        raise ModelError(f"{path.name} is a link and is not written to", code="SV981")
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path.name} cannot be read: {error}", code="SV981") from None


def _tried(folder: Path, file: str, after: str) -> None:
    """Load the scenario as it would be, from links to its other files."""
    with tempfile.TemporaryDirectory(prefix="servanda-draft-") as place:
        draft = Path(place) / folder.name
        for path in (*folder.glob("*"), *folder.glob("instruments/*")):
            name = path.relative_to(folder)
            if path.is_file() and path.suffix in (".yaml", ".yml", ".csv"):
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                text = after if str(name) == file else _text(path)
                (draft / name).write_bytes(text.encode("utf-8"))
        load(draft)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other workbenches out of the folder while a file is exchanged."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _exchange(path: Path, draft: Draft) -> None:
    """Put the new text in the place of the old one; put back what somebody else wrote meanwhile."""
    handle, name = tempfile.mkstemp(prefix=".servanda-", suffix=".yaml", dir=path.parent)
    fresh = Path(name)
    with os.fdopen(handle, "wb") as file:
        file.write(draft.after.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    os.chmod(fresh, path.stat().st_mode & 0o777)
    if _swapped(fresh, path):
        if fresh.read_bytes() != draft.before.encode("utf-8"):
            _swapped(fresh, path)
            fresh.unlink()
            raise ModelError(f"{path.name} was written by somebody else just now", code="SV984")
        fresh.unlink()
        return
    if _text(path) != draft.before:
        fresh.unlink()
        raise ModelError(f"{path.name} was written by somebody else just now", code="SV984")
    fresh.replace(path)


def _swapped(one: Path, other: Path) -> bool:
    """Exchange two files in one step, where the system can (renameat2 of Linux)."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    paths = (os.fsencode(one), os.fsencode(other))
    return bool(call(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _EXCHANGE) == 0)
