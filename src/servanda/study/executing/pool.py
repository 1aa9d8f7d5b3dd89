"""Chunks in processes of this machine.

Each worker is a fresh interpreter (``spawn``): a forked copy of a process with threads may hang.
It gets the work once, then numbers of chunks, and writes its chunks itself. A worker that dies is
replaced and its chunk given out again; the others do not notice.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from servanda.domain.errors import ModelError, ServandaError, StoreError
from servanda.study.executing.limits import limited, shares
from servanda.study.executing.model import Finished, Piece, Task

__all__ = ["DEATHS", "Pool"]

#: How often workers may die on the same chunk before the run is given up.
DEATHS = 3


def serve(pipe: Connection) -> None:
    """Compute the chunks that the pipe names, until it is closed or whoever holds it dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked decides what Ctrl-C means
    with suppress(EOFError, OSError):
        task: Task = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own parent
        while True:
            piece = pipe.recv()
            try:
                answer: tuple[str, Any] = ("done", task(piece))
            except ServandaError as error:
                answer = ("failed", error)
            except Exception as error:
                answer = (
                    "failed",
                    ModelError(f"chunk {piece[1]}: {type(error).__name__}: {error}"),
                )
            pipe.send(answer)


@dataclass
class _Worker:
    """A process with our end of its pipe, and the chunk it is at."""

    process: SpawnProcess
    pipe: Connection
    piece: Piece

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()


@dataclass(frozen=True)
class Pool:
    """Compute in worker processes.

    Args:
        workers: how many; 0 for one per processor.
    """

    workers: int = 0
    elsewhere = False

    def run(self, task: Task, pieces: Sequence[Piece], finished: Finished) -> None:
        """Keep every worker busy until all chunks are finished.

        Raises:
            ServandaError: what a chunk raised, or workers died on one chunk (SV758).
        """
        try:
            payload = pickle.dumps(task, protocol=pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ModelError(
                f"this work cannot be handed to another process ({error}); use a function at the "
                "top of a module, or --executor local",
                code="SV762",
            ) from error
        count, threads = shares(self.workers)
        crew = _Crew(payload, threads, deque(pieces), finished)
        try:
            crew.work(min(count, len(pieces)))
        finally:
            crew.end()


class _Crew:
    """The workers of one run, and the chunks that none of them has yet."""

    def __init__(
        self, payload: bytes, threads: int, waiting: deque[Piece], finished: Finished
    ) -> None:
        """Start with no worker."""
        self.payload = payload
        self.threads = threads
        self.waiting = waiting
        self.finished = finished
        self.workers: list[_Worker] = []
        self.deaths: dict[Piece, int] = {}

    def work(self, count: int) -> None:
        """Work with so many workers until no chunk is left."""
        for _ in range(count):
            self._hire(self.waiting.popleft())
        while self.workers:
            ready = wait([worker.pipe for worker in self.workers])
            for worker in [w for w in self.workers if w.pipe in ready]:
                self._hear(worker)

    def _hire(self, piece: Piece) -> None:
        """Start a worker on a chunk."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True, name="servanda-chunk")
        with limited(self.threads):
            process.start()
        theirs.close()
        worker = _Worker(process, ours, piece)
        self.workers.append(worker)
        with suppress(OSError):  # a worker that is dead already is noticed when it is heard
            ours.send_bytes(self.payload)
            ours.send(piece)

    def _hear(self, worker: _Worker) -> None:
        """Take a worker's answer and give it the next chunk; replace it if it died."""
        try:
            word, said = worker.pipe.recv()
        except (EOFError, OSError):
            self._replace(worker)
            return
        if word == "failed":
            raise said
        self.finished(said)
        if not self.waiting:
            self._dismiss(worker)
            return
        worker.piece = self.waiting.popleft()
        with suppress(OSError):
            worker.pipe.send(worker.piece)

    def _replace(self, worker: _Worker) -> None:
        self._dismiss(worker)
        piece = worker.piece
        self.deaths[piece] = self.deaths.get(piece, 0) + 1
        if self.deaths[piece] >= DEATHS:
            raise StoreError(
                f"{DEATHS} workers in a row died on chunk {piece[1]} (exit code "
                f"{worker.process.exitcode}), perhaps for want of memory; finished chunks are "
                "kept, resume with fewer workers or --executor local",
                code="SV758",
            )
        self._hire(piece)

    def _dismiss(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        worker.end()

    def end(self) -> None:
        """End all workers; what they have not finished is computed when the run is resumed."""
        for worker in list(self.workers):
            self._dismiss(worker)
