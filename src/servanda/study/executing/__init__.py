"""Compute the chunks of a run: here, in processes of this machine, or on a Dask cluster.

`complete` is the one verb. Any work that comes in chunks can use it::

    folder = RunFolder(Path("servanda-runs"), hash_of_the_request)
    folder.describe({"title": "...", "chunks": 40, "tables": ["results"]})
    complete(work, folder, chunks=40, tables=("results",), executor="pool")
    folder.read("results")

where ``work(chunk)`` returns ``{"results": polars.DataFrame}`` and draws its random numbers from
`servanda.study.streams`, keyed by the chunk. Then the results are the same bits whatever the
executor and the number of workers, and whatever was killed on the way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from servanda.domain.errors import ModelError, StoreError, StudyInterrupted
from servanda.study.executing.local import Local
from servanda.study.executing.model import Executor, Job, Piece, Task, Work, loaded_code
from servanda.study.store import RunFolder

__all__ = [
    "Executor",
    "Job",
    "Piece",
    "Progress",
    "Task",
    "Work",
    "complete",
    "complete_all",
    "executor_named",
]

#: Told chunks done, chunks in all, and seconds since the start; the first call says with 0 seconds
#: what stood finished before.
Progress = Callable[[int, int, float], None]

MOST_WORKERS = 1024


def executor_named(text: str) -> Executor:
    """Make the executor that a command line names.

    Args:
        text: ``local``; ``pool`` or ``pool:N`` for N processes; ``dask`` or ``dask:N`` for a Dask
            cluster of N processes on this machine; ``dask://HOST:PORT`` for a scheduler that runs.

    Raises:
        ModelError: it is none of these (SV760), or Dask is not installed (SV761).

    Examples:
        >>> executor_named("local")
        Local()
        >>> executor_named("pool:2").workers
        2
    """
    kind, _, rest = text.partition(":")
    if kind == "local" and not rest:
        return Local()
    if kind == "pool" and (workers := _workers(rest)) is not None:
        from servanda.study.executing.pool import Pool

        return Pool(workers)
    if kind == "dask" and (_address(rest) or _workers(rest) is not None):
        from servanda.study.executing.cluster import Cluster

        return Cluster(_address(rest), _workers(rest) or 0)
    raise ModelError(
        f"{text!r} names no executor; give local, pool, pool:N, dask, dask:N or dask://HOST:PORT, "
        f"with N from 1 to {MOST_WORKERS}",
        code="SV760",
    )


def _workers(text: str) -> int | None:
    """Read a number of workers; 0 stands for one per processor, None for no number."""
    if not text:
        return 0
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    return number if 1 <= number <= MOST_WORKERS else None


def _address(text: str) -> str:
    """Read ``//HOST:PORT``; empty where it is none."""
    host, colon, port = text.removeprefix("//").rpartition(":")
    good = text.startswith("//") and colon and host and port.isascii() and port.isdigit()
    return f"tcp://{host}:{port}" if good and 0 < int(port) < 65536 and "/" not in host else ""


def complete(
    work: Work,
    folder: RunFolder,
    *,
    chunks: int,
    tables: tuple[str, ...],
    executor: str | Executor = "local",
    progress: Progress | None = None,
) -> None:
    """Compute what is missing of a run.

    Args:
        work: computes one chunk.
        folder: where they are kept; it must have been described.
        chunks: how many there are.
        tables: the tables that each has.
        executor: where to compute, as `executor_named` reads it, or an executor.
        progress: told how far the work is.

    Raises:
        StudyInterrupted: Ctrl-C; finished chunks are kept.
        ServandaError: what a chunk raised, or the store or the workers failed; finished chunks
            are kept here, too, and the same call goes on.
    """
    job = Job(work, folder.path.resolve(), chunks, tables)
    complete_all((job,), executor=executor, progress=progress)


def complete_all(
    jobs: Sequence[Job], *, executor: str | Executor = "local", progress: Progress | None = None
) -> None:
    """Compute what is missing of several runs at once, as `complete` does of one.

    One set of workers serves all of them, so that many small runs keep every worker busy.
    """
    began = time.monotonic()
    where = executor_named(executor) if isinstance(executor, str) else executor
    total = sum(job.chunks for job in jobs)
    missing = _missing(jobs)
    done = total - len(missing)

    def finished(_piece: Piece) -> None:
        nonlocal done
        done = min(done + 1, total)
        if progress is not None:
            progress(done, total, time.monotonic() - began)

    if progress is not None:
        progress(done, total, 0.0)
    task = Task(tuple(jobs), loaded_code())
    try:
        # Twice, because a chunk can be damaged between being written and being looked at.
        for _ in range(2):
            if missing:
                # A single chunk is quickest here: its kernels use every processor.
                here = len(missing) == 1 and not where.elsewhere
                with _writing(jobs):
                    (Local() if here else where).run(task, missing, finished)
                missing = _missing(jobs)
    except KeyboardInterrupt:
        kept = sum(job.kept() for job in jobs)
        raise StudyInterrupted(str(jobs[0].folder), kept, total) from None
    if missing:
        raise StoreError(
            f"{len(missing)} of {total} chunks were reported finished but do not stand in "
            f"{jobs[missing[0][0]].folder} as recorded; look to the disk or the shared folder, "
            "then resume",
            code="SV756",
        )
    for job in jobs:
        RunFolder.open(job.folder).tidy()


def _missing(jobs: Sequence[Job]) -> list[Piece]:
    return [(number, chunk) for number, job in enumerate(jobs) for chunk in job.missing()]


@contextmanager
def _writing(jobs: Sequence[Job]) -> Iterator[None]:
    with ExitStack() as stack:
        for job in jobs:
            stack.enter_context(RunFolder.open(job.folder).writing())
        yield
