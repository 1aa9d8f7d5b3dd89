"""The exceptions of servanda.

One root, three children an outsider can catch::

    ServandaError
    +-- ScenarioError   your file: carries every problem found in it
    +-- ModelError      your request cannot be computed as asked
    +-- StoreError      the disk or a stored run is at fault

Trouble with single draws of a batch is data (a status column), not an exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servanda.domain.problem import Problem

__all__ = ["ModelError", "ScenarioError", "ServandaError", "StoreError", "StudyInterrupted"]


class ServandaError(Exception):
    """Root of every exception that servanda raises on purpose."""


class ScenarioError(ServandaError):
    """A file or folder has problems; all of them are in ``problems``.

    Args:
        problems: what was found, in file order; never empty.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems and say how many there are."""
        self.problems = tuple(problems)
        first = self.problems[0]
        more = len(self.problems) - 1
        tail = f" (and {more} more)" if more else ""
        super().__init__(f"{first.place}: {first.code} {first.message}{tail}")


class ModelError(ServandaError):
    """The request cannot be computed; the message names the remedy.

    Args:
        message: what cannot be done and what to do instead.
        code: the stable problem code, explained by ``servanda explain CODE``.
    """

    def __init__(self, message: str, code: str = "SV600") -> None:
        """Keep the code beside the message."""
        self.code = code
        super().__init__(message)


class StoreError(ServandaError):
    """A stored run is missing, damaged or cannot be written.

    Args:
        message: what happened and what to do.
        code: the stable problem code.
    """

    def __init__(self, message: str, code: str = "SV700") -> None:
        """Keep the code beside the message."""
        self.code = code
        super().__init__(message)


class StudyInterrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C while a study ran; its finished chunks are kept.

    Args:
        folder: the run's folder.
        done: chunks that are finished.
        total: chunks in all.
    """

    def __init__(self, folder: str, done: int, total: int) -> None:
        """Keep what is needed to say how to go on."""
        self.folder = folder
        self.done = done
        self.total = total
        super().__init__(f"{done} of {total} chunks are finished in {folder}")
