"""The store: what keeping a chunk costs, and ranking twenty million stored draws with regret."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from servanda.study.executing import complete
from servanda.study.executing.pool import Pool
from servanda.study.store import RunFolder
from servanda.study.streams import generator

TARGETS = {
    "ranking_20m_draws_s": ("<=", 5.0),
    "ranking_20m_draws_mb": ("<=", 1000.0),
    "keeping_a_chunk_cpu_ms": ("<=", 50.0),
}
DRAWS = 20_000_000
OPTIONS = 3
CHUNKS = 100


class Outcomes:
    """Chunks of outcomes as a comparison writes them, of three options and two values."""

    def __init__(self, size: int) -> None:
        """So many draws a chunk."""
        self.size = size

    def __call__(self, chunk: int) -> dict[str, pl.DataFrame]:
        """Draw one chunk."""
        rows = self.size * OPTIONS
        source = generator(1, chunk, "benchmark")
        draws = np.arange(chunk * self.size, (chunk + 1) * self.size)
        lead = np.tile(0.1 * np.arange(OPTIONS), self.size)
        return {
            "outcomes": pl.DataFrame(
                {
                    "draw": np.repeat(draws, OPTIONS),
                    "option": np.tile(np.arange(OPTIONS, dtype=np.int16), self.size),
                    "rmst": source.normal(size=rows) + lead,
                    "cost": source.random(rows),
                }
            )
        }


class Nothing:
    """Chunks that cost nothing to compute: what is left is the overhead."""

    def __call__(self, chunk: int) -> dict[str, pl.DataFrame]:
        """Return one small table."""
        return {"outcomes": pl.DataFrame({"draw": [chunk]})}


def described(root: str, name: str, chunks: int) -> RunFolder:
    """Make the folder of a run."""
    folder = RunFolder(Path(root), name)
    folder.describe({"title": name, "chunks": chunks, "tables": ["outcomes"]})
    return folder


def rank(path: str) -> None:
    """Rank a stored run in a process of its own and print seconds, CPU seconds and peak MB."""
    from servanda.study.standing import standings

    began, cpu = time.perf_counter(), time.process_time()
    found = standings(RunFolder.open(Path(path)), "rmst")
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert sum(s.ranks[0] for s in found) > 0.999999
    print(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def overhead(root: str, chunks: int = 100) -> dict[str, float]:
    """Measure what a chunk costs beside its own work, here and in two processes."""
    figures = {}
    cpu, began = time.process_time(), time.perf_counter()
    complete(Nothing(), described(root, "local", chunks), chunks=chunks, tables=("outcomes",))
    figures["keeping_a_chunk_cpu_ms"] = 1e3 * (time.process_time() - cpu) / chunks
    figures["keeping_a_chunk_ms"] = 1e3 * (time.perf_counter() - began) / chunks
    began = time.perf_counter()
    folder = described(root, "pool", chunks)
    complete(Nothing(), folder, chunks=chunks, tables=("outcomes",), executor=Pool(2))
    figures["pool_of_2_100_empty_chunks_s"] = time.perf_counter() - began
    return figures


def main(draws: int = DRAWS) -> dict[str, float]:
    """Write twenty million draws of three options, rank them in a fresh process, time both."""
    with tempfile.TemporaryDirectory() as root:
        figures = overhead(root)
        folder = described(root, "ranked", CHUNKS)
        began = time.process_time()
        complete(Outcomes(draws // CHUNKS), folder, chunks=CHUNKS, tables=("outcomes",))
        figures["writing_20m_draws_cpu_s"] = time.process_time() - began
        size = sum(path.stat().st_size for path in folder.path.iterdir())
        figures["stored_20m_draws_mb"] = size / 1e6
        code = f"from benchmarks.store import rank; rank({str(folder.path)!r})"
        said = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        wall, cpu, peak = map(float, said.stdout.split())
        figures["ranking_20m_draws_s"] = wall
        figures["ranking_20m_draws_cpu_s"] = cpu
        figures["ranking_20m_draws_mb"] = peak
    return figures


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.3g}")
