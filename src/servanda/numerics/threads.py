"""Spread independent rows over threads.

Kernels release the interpreter lock, so plain threads use every core. Rows never share
state, hence the numbers do not depend on how many threads there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["available_threads", "over_rows"]


def available_threads() -> int:
    """Count the processors this process may use (``SERVANDA_THREADS`` overrides).

    Returns:
        At least 1.
    """
    asked = os.environ.get("SERVANDA_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def over_rows(
    work: Callable[[int, int], object], rows: int, *, threads: int | None = None, block: int = 16
) -> None:
    """Call ``work(start, stop)`` until every row in ``range(rows)`` has been done once.

    Args:
        work: handles the half-open range of rows; writes its results in place.
        rows: number of independent rows.
        threads: how many threads; None for all processors of this process.
        block: rows per call; small enough that threads end together.
    """
    count = available_threads() if threads is None else max(1, threads)
    starts = range(0, rows, max(1, block))
    if count == 1 or len(starts) <= 1:
        for start in starts:
            work(start, min(start + block, rows))
        return
    with ThreadPoolExecutor(max_workers=min(count, len(starts))) as pool:
        jobs = [pool.submit(work, s, min(s + block, rows)) for s in starts]
        for job in jobs:
            job.result()
