"""How many threads a worker may use, so that workers together use each processor once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from servanda.numerics.threads import available_threads

__all__ = ["limited", "shares"]

#: Read by the libraries when they are loaded; the first one by our kernels.
VARIABLES = (
    "SERVANDA_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)


def shares(workers: int) -> tuple[int, int]:
    """Return how many workers to start and how many threads each may use.

    Args:
        workers: how many are asked for; 0 for one per processor.

    Examples:
        >>> workers, threads = shares(1)
        >>> workers, threads == available_threads()
        (1, True)
    """
    processors = available_threads()
    count = workers or processors
    return count, max(1, processors // count)


@contextmanager
def limited(threads: int) -> Iterator[dict[str, str]]:
    """Set the limits in the environment that processes started meanwhile inherit."""
    wanted = dict.fromkeys(VARIABLES, str(threads))
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield wanted
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
