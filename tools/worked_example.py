"""The worked example of the page on coding an instrument: its files, commands and printed output.

The page is the source. A fenced block with a ``title`` is a piece of the file of that name; pieces
with the same title make one file. A ``console`` block shows commands and what they print, where a
line ``[...]`` stands for lines left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LEFT_OUT", "PAGE", "Shown", "commands", "files"]

PAGE = Path(__file__).parents[1] / "docs" / "concepts" / "coding-an-instrument.md"
LEFT_OUT = "[...]"
_BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A command as the page shows it, with the lines it is shown to print."""

    command: str
    printed: tuple[str, ...]

    def missing_from(self, output: str) -> str | None:
        """Return the first shown piece that the output does not have in its place, or None."""
        lines = [line.rstrip() for line in output.rstrip().splitlines()]
        place = 0
        for number, piece in enumerate(self._pieces()):
            found = _find(piece, lines, place, anywhere=number > 0)
            if found is None:
                return "\n".join(piece)
            place = found + len(piece)
        if self.printed[-1:] != (LEFT_OUT,) and place != len(lines):
            return "the end: " + "\n".join(lines[place:])
        return None

    def _pieces(self) -> list[list[str]]:
        pieces: list[list[str]] = [[]]
        for line in self.printed:
            if line == LEFT_OUT:
                pieces.append([])
            else:
                pieces[-1].append(line)
        return pieces


def _find(wanted: list[str], lines: list[str], start: int, *, anywhere: bool) -> int | None:
    """Return where a run of lines stands at or after a place."""
    last = len(lines) - len(wanted) if anywhere else start
    return next((i for i in range(start, last + 1) if lines[i : i + len(wanted)] == wanted), None)


def files(page: str | None = None) -> dict[str, str]:
    """Return the files of the example by name, put together from their pieces."""
    found: dict[str, str] = {}
    for _, title, body in _BLOCK.findall(page if page is not None else PAGE.read_text("utf-8")):
        if title:
            found[title] = found.get(title, "") + body
    return found


def commands(page: str | None = None) -> list[Shown]:
    """Return every command shown, in order, with its output."""
    found: list[Shown] = []
    for language, _, body in _BLOCK.findall(page if page is not None else PAGE.read_text("utf-8")):
        if language != "console":
            continue
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, *printed = part.rstrip("\n").split("\n")
            found.append(Shown(command, tuple(line.rstrip() for line in printed)))
    return found
