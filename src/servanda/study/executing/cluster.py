"""Chunks on a Dask cluster, of this machine or of many. The one place that imports Dask.

Only numbers of chunks come back: workers write their chunks into the run's folder, which all
machines must share. So nothing finished depends on the scheduler or on the memory of a worker.
"""

from __future__ import annotations

import secrets
import time
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from servanda.domain.errors import ModelError, ServandaError, StoreError
from servanda.study.executing.limits import VARIABLES, shares
from servanda.study.executing.model import Finished, Piece, Task

__all__ = ["Cluster"]

#: Seconds between looks at what is finished.
PAUSE = 0.05
#: Seconds between counts of the cluster's threads, which may come and go.
RECOUNT = 5.0
#: Seconds to wait for a scheduler or a first worker.
PATIENCE = 30


def unpacked(blob: bytes) -> Task:
    """Make a task of its packed form, on the worker; recomputed by Dask if a worker is lost."""
    import cloudpickle

    task: Task = cloudpickle.loads(zlib.decompress(blob))
    return task


def computed(task: Task, piece: Piece) -> Piece:
    """Compute a chunk and keep it, on the worker."""
    return task(piece)


@dataclass(frozen=True)
class Cluster:
    """Compute on a Dask cluster.

    Args:
        address: of a scheduler that runs, ``tcp://HOST:PORT``; empty to start a cluster on this
            machine for the time of the run.
        workers: how many processes to start there; 0 for one per processor.
    """

    address: str = ""
    workers: int = 0

    @property
    def elsewhere(self) -> bool:
        """Whether somebody chose machines for the work, so that none of it is done here."""
        return bool(self.address)

    def run(self, task: Task, pieces: Sequence[Piece], finished: Finished) -> None:
        """Keep a few chunks per worker under way until all are finished.

        Raises:
            ServandaError: what a chunk raised, or the scheduler or the workers were lost (SV758,
                SV759).
        """
        try:
            import cloudpickle
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise ModelError(
                "Dask is not installed; install the extra `scale` (pip install 'servanda[scale]') "
                "or use --executor pool",
                code="SV761",
            ) from error
        blob = zlib.compress(cloudpickle.dumps(task), 1)
        with ExitStack() as stack:
            stack.enter_context(_quiet())
            if self.address:
                at: Any = self.address
            else:
                at = stack.enter_context(_local(LocalCluster, self.workers, len(pieces)))
            client = stack.enter_context(_connected(Client, at, self.address))
            _Run(client, blob, deque(pieces), finished).work()


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave it to us to say that a connection was lost; Dask says it at length."""
    import logging

    # Dask gives each of these a level of its own when it is imported.
    loggers = [logging.getLogger(f"distributed{name}") for name in ("", ".client", ".scheduler")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _local(cluster: Any, workers: int, chunks: int) -> Iterator[Any]:
    """Start a cluster on this machine that listens on the loopback address only."""
    import dask

    count, threads = shares(workers)
    limits = {name: str(threads) for name in VARIABLES}
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": limits}),
        cluster(
            n_workers=min(count, chunks),
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=50,
        ) as made,
    ):
        yield made


@contextmanager
def _connected(client: Any, at: Any, address: str) -> Iterator[Any]:
    try:
        made = client(at, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise StoreError(f"no scheduler answers at {address}", code="SV759") from error
    try:
        made.wait_for_workers(1, timeout=PATIENCE)
        yield made
    except TimeoutError as error:
        raise StoreError(
            f"the scheduler at {address} has no worker; start some, then resume", code="SV759"
        ) from error
    finally:
        with suppress(Exception):  # a client whose scheduler is gone cannot say good-bye
            made.close(timeout=2)


class _Run:
    """The chunks of a run that are under way on a cluster."""

    def __init__(self, client: Any, blob: bytes, waiting: deque[Piece], finished: Finished) -> None:
        """Hand the work to the cluster."""
        self.client = client
        self.waiting = waiting
        self.finished = finished
        # A name of its own: a scheduler that remembers an earlier run must not answer for this one.
        self.name = secrets.token_hex(8)
        self.task = client.submit(unpacked, blob, key=f"servanda-work-{self.name}")
        self.under_way: dict[Piece, Any] = {}
        self.counted, self.threads = -RECOUNT, 1

    def work(self) -> None:
        """Submit, look, submit, until nothing is left."""
        try:
            while self.waiting or self.under_way:
                self._submit()
                if not self._collect():
                    time.sleep(PAUSE)
        except OSError as error:  # among them what Dask raises when a connection breaks
            raise self._lost() from error

    def _submit(self) -> None:
        """Keep two chunks per thread of the cluster under way."""
        if self.client.status != "running":
            raise self._lost()
        if not self.waiting:
            return
        if time.monotonic() - self.counted > RECOUNT:
            self.counted = time.monotonic()
            self.threads = max(1, sum(self.client.nthreads().values()))
        room = 2 * self.threads
        while self.waiting and len(self.under_way) < room:
            piece = self.waiting.popleft()
            key = f"servanda-{self.name}-{piece[0]}-{piece[1]}"
            self.under_way[piece] = self.client.submit(computed, self.task, piece, key=key)

    def _collect(self) -> bool:
        """Take note of what ended; say whether anything did."""
        ended = [(piece, f) for piece, f in self.under_way.items() if f.status != "pending"]
        if self.client.status != "running":
            raise self._lost()
        for piece, future in ended:
            del self.under_way[piece]
            if future.status == "finished":
                self.finished(piece)
            else:
                self._raise(piece[1], future)
        return bool(ended)

    def _raise(self, chunk: int, future: Any) -> None:
        from distributed import KilledWorker

        if future.status in ("cancelled", "lost"):
            raise self._lost()
        error = future.exception()
        if isinstance(error, KilledWorker):
            raise StoreError(
                f"workers died again and again on chunk {chunk}, perhaps for want of memory; "
                "finished chunks are kept, resume with fewer workers a machine",
                code="SV758",
            )
        if isinstance(error, ServandaError):
            raise error
        raise ModelError(f"chunk {chunk}: {type(error).__name__}: {error}")

    def _lost(self) -> StoreError:
        return StoreError(
            "the Dask scheduler went away; finished chunks are kept, resume the run when it is "
            "back or with another --executor",
            code="SV759",
        )
