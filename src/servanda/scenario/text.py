"""From bytes to text that may be shown and parsed, or to a coded problem."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.domain.codes import problem
from servanda.domain.problem import Problem, Severity, Span

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = [
    "MAX_BYTES",
    "MAX_PROBLEMS",
    "Page",
    "bounded",
    "decoded",
    "load_bytes",
    "screened",
    "suspect",
    "too_large",
]

MAX_BYTES = 1_000_000
MAX_PROBLEMS = 100

_WIDTH = 100
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)
# Embeddings, overrides, isolates and marks reorder what a reader sees.
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# The same characters as a set, which is much quicker to rule out.
_SUSPECT = frozenset(
    map(
        chr,
        (
            *range(9),
            *range(0x0B, 0x0D),
            *range(0x0E, 0x20),
            *range(0x7F, 0x85),
            *range(0x86, 0xA0),
            0x61C,
            *range(0x200E, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2066, 0x206A),
            *range(0xD800, 0xE000),
            0xFFFE,
            0xFFFF,
        ),
    )
)
_SHOWN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff]"
)


class Page:
    """The text of one file, to be quoted from.

    Args:
        name: the file name that problems show.
        text: the decoded text.
    """

    __slots__ = ("_lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        """Keep the text; it is cut into lines only when a problem quotes one."""
        self.name = name
        self.text = text
        self._lines: list[str] | None = None

    def line(self, number: int) -> str:
        """Return the line with this number, counting from 1; empty past the end."""
        if self._lines is None:
            self._lines = _BREAK.split(self.text)
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def place(self, index: int) -> tuple[int, int]:
        """Return the line and column of a character of the text."""
        return _place(self.text, index)

    def offset(self, line: int, column: int) -> int:
        """Return the index in the text of a line and column."""
        start = 0
        for number, match in enumerate(_BREAK.finditer(self.text), start=2):
            if number > line:
                break
            start = match.end()
        return start + column - 1

    def span(self, line: int, column: int, end_line: int = 0, end_column: int = 0) -> Span:
        """Return a span of this file; without an end it is one character wide."""
        return Span(
            file=self.name,
            line=line,
            column=column,
            end_line=end_line or line,
            end_column=end_column or column + 1,
        )

    def quote(self, span: Span, hint: str = "") -> str:
        """Return the line of the span with carets and an optional hint under it."""
        text = self.line(span.line)
        start = min(span.column, len(text) + 1) - 1
        same_line = span.end_line in (None, span.line)
        end = (span.end_column or span.column + 1) - 1 if same_line else len(text)
        first = max(0, min(start - _WIDTH // 3, len(text) - _WIDTH))
        last = min(len(text), first + _WIDTH)
        shown = _SHOWN.sub("\ufffd", text[first:last].replace("\t", " "))
        before, after = "\u2026" * (first > 0), "\u2026" * (last < len(text))
        pad = len(before) + _columns(shown[: start - first])
        mark = "^" * max(1, _columns(shown[start - first : max(end, start + 1) - first]))
        gutter = f"{span.line:>5} | "
        under = " " * (len(gutter) - 2) + "| " + " " * pad + mark + (f" {hint}" if hint else "")
        return f"{gutter}{before}{shown}{after}\n{under}"

    def problem(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        hint: str = "",
        remedy: str | None = None,
        severity: Severity = "error",
    ) -> Problem:
        """Make a problem that quotes this page at the span (the first line without one)."""
        span = span or self.span(1, 1)
        context = self.quote(span, hint) if self.line(span.line) else (hint or None)
        return problem(code, message, span, remedy=remedy, severity=severity, context=context)


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def load_bytes(path: Path | Traversable, name: str, limit: int = MAX_BYTES) -> bytes | Problem:
    """Read a file of at most ``limit`` bytes, or say why that is not possible (SV100, SV106)."""
    try:
        if isinstance(path, Path) and path.exists() and not path.is_file():
            return problem("SV100", "this is not a regular file", Span(file=name))
        with path.open("rb") as stream:
            data: bytes = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not usable"
        return problem("SV100", f"the file cannot be read: {reason.lower()}", Span(file=name))
    if len(data) > limit:
        return too_large(name, limit)
    return data


def too_large(name: str, limit: int = MAX_BYTES) -> Problem:
    """Say that a file is over the limit (SV106)."""
    return problem("SV106", f"the file is larger than {limit:,} bytes", Span(file=name))


def decoded(data: bytes, name: str) -> Page | Problem:
    """Decode UTF-8 (a byte order mark is skipped) or say what is wrong with the text.

    Refused are other encodings (SV102), binary content (SV103) and characters that reorder what a
    reader sees (SV104).
    """
    for mark, label in ((codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16")):
        if data.startswith(mark):
            return problem("SV102", f"the text is {label}, not UTF-8", Span(file=name))
    data = data.removeprefix(codecs.BOM_UTF8)
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        place = Span(file=name, line=line, column=nul - data.rfind(b"\n", 0, nul))
        return problem("SV103", "the file is binary: it holds a zero byte", place)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(data, error.start, name)
    return screened(Page(name, text))


def suspect(text: str) -> bool:
    """Say whether a text holds a control or direction-changing character."""
    return not _SUSPECT.isdisjoint(text)


def screened(page: Page) -> Page | Problem:
    """Return the page, or the problem with the characters in it (SV103, SV104)."""
    if not suspect(page.text):
        return page
    for code, pattern, what in (
        ("SV103", _CONTROL, "the control character"),
        ("SV104", _BIDI, "the direction-changing character"),
    ):
        found = pattern.search(page.text)
        if found:
            line, column = page.place(found.start())
            sign = f"U+{ord(found.group()):04X}"
            return page.problem(code, f"{what} {sign} is in the text", page.span(line, column))
    return page


def _place(text: str, index: int) -> tuple[int, int]:
    line, start = 1, 0
    for match in _BREAK.finditer(text, 0, index):
        line, start = line + 1, match.end()
    return line, index - start + 1


def _not_utf8(data: bytes, index: int, name: str) -> Problem:
    before = data[:index].decode("utf-8")
    line, column = _place(before, len(before))
    text = data.decode("utf-8", errors="replace")
    page = Page(name, text)
    guess = ", probably Latin-1 or Windows-1252" if data[index] >= 0xA0 else ""
    message = f"the byte 0x{data[index]:02X} is not UTF-8{guess}"
    return page.problem("SV102", message, page.span(line, column))


def bounded(
    problems: Iterable[Problem], name: str, limit: int = MAX_PROBLEMS
) -> tuple[Problem, ...]:
    """Keep the first problems in file order and say how many were left out (SV219)."""
    found = sorted(problems, key=_order)
    if len(found) <= limit:
        return tuple(found)
    rest = problem(
        "SV219",
        f"{len(found) - limit} more problems are not listed",
        found[limit].span or Span(file=name),
        severity="warning" if all(p.severity == "warning" for p in found[limit:]) else "error",
    )
    return (*found[:limit], rest)


def _order(item: Problem) -> tuple[str, int, int]:
    span = item.span or Span(file="")
    return span.file, span.line, span.column
