"""A coded complaint with a place and a remedy, and the span it points at."""

from __future__ import annotations

from typing import Literal

from servanda.domain.noun import Noun

__all__ = ["Problem", "Severity", "Span"]

Severity = Literal["error", "warning"]


class Span(Noun):
    """Where something stands in a text file.

    Lines and columns count from 1, columns in code points; ``end_column`` is exclusive.

    Examples:
        >>> str(Span(file="a.yaml", line=3, column=7))
        'a.yaml:3:7'
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        """Write the place as editors understand it: ``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"


class Problem(Noun):
    """One complaint about an input, explained by ``servanda explain CODE``.

    ``message`` says what is wrong with the value quoted, ``remedy`` what to do about it,
    ``context`` shows the line of text with a caret under the place.
    """

    code: str
    message: str
    span: Span | None = None
    severity: Severity = "error"
    remedy: str | None = None
    context: str | None = None

    @property
    def place(self) -> str:
        """The place as ``file:line:column``, or ``-`` where there is none."""
        return str(self.span) if self.span else "-"
