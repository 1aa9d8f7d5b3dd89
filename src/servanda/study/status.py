"""How far stored runs are: what is finished, what is damaged, whether somebody works on it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda._version import code_digest
from servanda.domain.errors import ServandaError
from servanda.study.store import RunFolder, runs_in

__all__ = ["Status", "other_code", "statuses"]


@dataclass(frozen=True, slots=True)
class Status:
    """How far one run is.

    ``state`` is ``finished``, ``running`` (a process of this machine works on it), ``interrupted``
    (chunks are missing and nobody here works on them) or ``unreadable``, with the reason in
    ``note``. ``damaged`` counts chunks that have a record but do not match it; they are computed
    anew. ``seconds`` is the median time that a chunk took, None before the first.
    """

    folder: Path
    kind: str
    title: str
    hash: str
    state: str
    finished: int
    damaged: int
    chunks: int | None
    bytes: int
    seconds: float | None
    note: str = ""

    @property
    def resumable(self) -> bool:
        """Whether the same code is installed, so that going on gives the same bits."""
        return self.state == "interrupted" and self.kind == "compare" and not self.note

    def published(self) -> dict[str, Any]:
        """Return the JSON shape of `study status`."""
        return {
            "folder": str(self.folder),
            "kind": self.kind,
            "title": self.title,
            "hash": self.hash,
            "state": self.state,
            "finished": self.finished,
            "damaged": self.damaged,
            "chunks": self.chunks,
            "bytes": self.bytes,
            "seconds_per_chunk": self.seconds,
            "resumable": self.resumable,
            "note": self.note,
        }


def statuses(where: Path, *, thorough: bool = False) -> tuple[Status, ...]:
    """Say how far a run is, or every run of a folder.

    Args:
        where: the folder of a run, or one that holds runs.
        thorough: compare checksums of everything; otherwise sizes.

    Raises:
        StoreError: there is no run (SV701).
    """
    return tuple(_status(path, thorough=thorough) for path in runs_in(where))


def _status(path: Path, *, thorough: bool) -> Status:
    try:
        folder = RunFolder.open(path)
    except ServandaError as error:
        return Status(path, "unknown", "", path.name, "unreadable", 0, 0, None, 0, None, str(error))
    recorded, tables = folder.recorded(), folder.manifest.get("tables", ())
    intact = [c for c in recorded if folder.intact(c, tables, thorough=thorough)]
    records = [record for chunk in intact if (record := folder.record(chunk)) is not None]
    times = [r["seconds"] for r in records if isinstance(r.get("seconds"), int | float)]
    total = folder.manifest.get("chunks")
    return Status(
        folder=path,
        kind=str(folder.manifest.get("kind", "unknown")),
        title=str(folder.manifest.get("title", "")),
        hash=str(folder.manifest.get("hash", path.name)),
        state=_state(folder, len(intact), total),
        finished=len(intact),
        damaged=len(recorded) - len(intact),
        chunks=total,
        bytes=sum(_size(record) for record in records),
        seconds=statistics.median(times) if times else None,
        note=other_code(folder.manifest),
    )


def _state(folder: RunFolder, intact: int, total: int | None) -> str:
    if folder.being_written():
        return "running"
    return "finished" if total is not None and intact >= total else "interrupted"


def _size(record: Mapping[str, Any]) -> int:
    return sum(int(table["bytes"]) for table in record["tables"].values())


def other_code(manifest: Mapping[str, Any]) -> str:
    """Say that a run was made by code other than what is installed; empty where it is the same."""
    if manifest.get("code") in (None, code_digest()):
        return ""
    return f"made by other code (version {manifest.get('version')}): it cannot be resumed"
