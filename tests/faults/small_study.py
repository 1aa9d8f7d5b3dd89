"""A small study of two tables for the fault tests, as a program that can be killed.

Run with ``python -m tests.faults.small_study ROOT CHUNKS EXECUTOR [PAUSE]``.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from servanda.study.executing import complete
from servanda.study.store import RunFolder
from servanda.study.streams import generator

TABLES = ("results", "inputs")
OPTIONS = 3
SIZE = 40


@dataclass(frozen=True)
class Walk:
    """Chunks of a random walk; ``pause`` seconds stand for work, so that a kill can hit it."""

    pause: float = 0.0
    size: int = SIZE

    def __call__(self, chunk: int) -> dict[str, pl.DataFrame]:
        """Draw one chunk."""
        time.sleep(self.pause)
        steps = generator(7, chunk, "steps").normal(size=(self.size, OPTIONS)).cumsum(axis=0)
        draws = np.arange(chunk * self.size, (chunk + 1) * self.size)
        results = pl.DataFrame(
            {
                "draw": np.repeat(draws, OPTIONS),
                "option": np.tile(np.arange(OPTIONS, dtype=np.int16), self.size),
                "value": steps.reshape(-1),
                "met": (steps > 0.0).reshape(-1),
            }
        )
        inputs = pl.DataFrame(
            {"draw": draws, "x": steps[:, 0], "kind": [f"kind {d % 3}" for d in draws]}
        )
        return {"results": results, "inputs": inputs}


def folder_of(root: Path, chunks: int) -> RunFolder:
    """Open and describe the folder of the study."""
    folder = RunFolder(root, "5a" * 32)
    folder.describe(
        {
            "kind": "explore",
            "title": "walk",
            "chunks": chunks,
            "tables": TABLES,
            "options": ["a", "b", "c"],
        }
    )
    return folder


def study(root: Path, chunks: int, executor: str = "local", pause: float = 0.0) -> RunFolder:
    """Run the study to its end."""
    folder = folder_of(root, chunks)
    complete(Walk(pause), folder, chunks=chunks, tables=TABLES, executor=executor)
    return folder


if __name__ == "__main__":
    study(
        Path(sys.argv[1]),
        int(sys.argv[2]),
        sys.argv[3],
        float(sys.argv[4]) if len(sys.argv) > 4 else 0.0,
    )
