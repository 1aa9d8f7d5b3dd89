"""Chunks one after another in this process, whose kernels use every processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from servanda.study.executing.model import Finished, Piece, Task

__all__ = ["Local"]


@dataclass(frozen=True)
class Local:
    """Compute here."""

    elsewhere = False

    def run(self, task: Task, pieces: Sequence[Piece], finished: Finished) -> None:
        """Compute the chunks in order."""
        for piece in pieces:
            finished(task(piece))
