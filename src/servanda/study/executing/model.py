"""What an executor is given: work that knows how to compute and keep any of its chunks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import polars as pl

from servanda._version import code_digest
from servanda.domain.errors import StoreError
from servanda.study.store import RunFolder

__all__ = ["Executor", "Finished", "Job", "Piece", "Task", "Work", "loaded_code"]

#: Computes one chunk: number -> its tables. It must be picklable (a function of a module, or an
#: instance of a class of one), and depend on nothing but its own fields and the number.
Work = Callable[[int], Mapping[str, pl.DataFrame]]

#: Number of a job among those of a task, number of the chunk.
Piece = tuple[int, int]

#: Told each time a chunk is finished and kept.
Finished = Callable[[Piece], None]


@dataclass(frozen=True)
class Job:
    """The work of one run and where its chunks go.

    Attributes:
        work: computes a chunk.
        folder: the run's folder, described, under the same path wherever chunks are computed.
        chunks: how many the run has.
        tables: the tables that every chunk has.
    """

    work: Work
    folder: Path
    chunks: int
    tables: tuple[str, ...]

    def missing(self) -> list[int]:
        """List the chunks that are not finished and intact; damaged ones are set aside."""
        folder = RunFolder.open(self.folder)
        return [chunk for chunk in range(self.chunks) if not folder.has(chunk, self.tables)]

    def kept(self) -> int:
        """Count the chunks that are finished, by their sizes alone."""
        folder = RunFolder.open(self.folder)
        return sum(folder.intact(c, self.tables, thorough=False) for c in folder.recorded())


@dataclass(frozen=True)
class Task:
    """What a worker is given once: jobs, whose chunks it is then told by number.

    Attributes:
        jobs: what there is to do.
        code: digest of the code that the runs are of.
    """

    jobs: tuple[Job, ...]
    code: str

    def __call__(self, piece: Piece) -> Piece:
        """Compute a chunk and keep it, unless it stands finished; return its number.

        Args:
            piece: number of the job, number of the chunk.

        Raises:
            StoreError: it cannot be written, the folder is not there (SV756), or another version
                of the code is installed here (SV757).
        """
        job, chunk = self.jobs[piece[0]], piece[1]
        if not job.folder.is_dir():
            raise StoreError(
                f"a worker does not see the folder {job.folder}; runs on several machines need a "
                "folder that all of them share under one path (--out)",
                code="SV756",
            )
        if loaded_code() != self.code:
            raise StoreError(
                "a worker runs another version of servanda than the one that asked, so that the "
                "numbers could differ; install the same one everywhere",
                code="SV757",
            )
        folder = RunFolder.open(job.folder)
        if not folder.has(chunk, job.tables):
            began = time.perf_counter()
            tables = job.work(chunk)
            folder.write(chunk, tables, seconds=time.perf_counter() - began)
        return piece


@cache
def loaded_code() -> str:
    """Return the digest of the code as it was when this process first asked."""
    return code_digest()


class Executor(Protocol):
    """Where chunks are computed."""

    @property
    def elsewhere(self) -> bool:
        """Whether machines were chosen for the work, so that no chunk at all is done here."""

    def run(self, task: Task, pieces: Sequence[Piece], finished: Finished) -> None:
        """Compute chunks in any order; each is kept by whoever computes it.

        Args:
            task: the work.
            pieces: the chunks that are missing.
            finished: to be called with each once it is kept.

        Raises:
            ServandaError: what a chunk raised, after which no new chunk begins, or the workers
                were lost (SV758, SV759).
        """
