"""The words of Gambit's file formats: quoted texts, numbers, braces, single letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from servanda.domain.problem import Problem
from servanda.games.drafting import Remark
from servanda.scenario.reading import Page, bounded

__all__ = ["MAX_TEXT", "Tokens", "UnreadableError", "placed"]

MAX_TEXT = 10_000
MAX_REMARKS = 100

# Possessive repeats, and an unclosed quote takes all that follows: one pass is enough for any text.
_TOKEN = re.compile(
    r'"(?P<text>(?:[^"\\]++|\\.)*+)"'
    r'|(?P<open>".*)'
    r"|(?P<brace>[{}])"
    r"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:/[-+]?\d+(?:\.\d*)?)?)(?![\w.])"
    r"|(?P<word>[A-Za-z]\w*)"
    r"|(?P<other>[^\s,])",
    re.DOTALL,
)
_ESCAPE = re.compile(r'\\(["\\])')
_LOOSE = re.compile(r"^\s|\s$|\s\s|[^\S ]")
_LONGEST_NUMBER = 400


class UnreadableError(Exception):
    """The words are not in the order that the format asks for."""

    def __init__(self, remark: Remark) -> None:
        """Keep the remark."""
        super().__init__(remark.message)
        self.remark = remark


class Tokens:
    """The words of a text, read one by one; a comma is as good as a blank.

    ``kind`` is ``text``, ``brace``, ``number``, ``word``, ``open`` (a quote that is not closed),
    ``other`` or ``end``, ``word`` the current word, ``at`` where it begins.
    """

    __slots__ = ("_found", "_next", "at", "kind", "size", "word")

    def __init__(self, text: str) -> None:
        """Cut the text into words and stand at the first."""
        self._found = [(m.lastgroup, m[m.lastgroup or 0], m.start()) for m in _TOKEN.finditer(text)]
        self.size = len(text.rstrip())
        self._next = 0
        self.kind: str = ""
        self.word: str = ""
        self.at = 0
        self.forward()

    def forward(self) -> None:
        """Go to the next word."""
        if self._next < len(self._found):
            kind, self.word, self.at = self._found[self._next]
            self.kind = kind or "other"
            self._next += 1
        else:
            self.kind, self.word, self.at = "end", "", max(self.size - 1, 0)

    def skip_to_word(self, words: Iterable[str]) -> None:
        """Go on to the next of these words, or to the end."""
        while self.kind != "end" and not (self.kind == "word" and self.word in words):
            self.forward()

    def stop(self, wanted: str, code: str = "SV852") -> UnreadableError:
        """Make the error that something else was wanted here."""
        if self.kind == "end":
            said = f"the text ends where {wanted} is expected"
        elif self.kind == "open":
            said = "this quoted text is not closed"
        else:
            word = self.word if len(self.word) <= 40 else self.word[:39] + "\u2026"
            shown = f'"{word}"' if self.kind == "text" else f"'{word}'"
            said = f"{shown} stands where {wanted} is expected"
        return UnreadableError(Remark(code, said, self.at))

    def text(self, wanted: str) -> str:
        """Read a quoted text; blanks and line breaks in it become single blanks."""
        if self.kind != "text":
            raise self.stop(wanted)
        word = self.word
        if len(word) > MAX_TEXT:
            message = f"this text has {len(word):,} characters"
            raise UnreadableError(Remark("SV109", message, self.at))
        self.forward()
        plain = _ESCAPE.sub(r"\1", word) if "\\" in word else word
        return " ".join(plain.split()) if _LOOSE.search(plain) else plain

    def number(self, wanted: str) -> float:
        """Read a number: whole, decimal or a fraction such as 1/3 (SV853 if not finite)."""
        if self.kind != "number":
            raise self.stop(wanted)
        word, at = self.word, self.at
        self.forward()
        if len(word) <= _LONGEST_NUMBER:
            top, slash, bottom = word.partition("/")
            if not slash:
                value = float(top)
            else:
                value = float(top) / float(bottom) if float(bottom) else float("nan")
            if value - value == 0:
                return value
        shown = word if len(word) <= 40 else word[:39] + "\u2026"
        raise UnreadableError(Remark("SV853", f"'{shown}' is no finite number", at))

    def whole(self, wanted: str) -> int:
        """Read a whole number from zero to a million."""
        if self.kind != "number" or not self.word.isdigit() or len(self.word) > 7:
            raise self.stop(wanted)
        value = int(self.word)
        self.forward()
        return value

    def brace(self, sign: str, wanted: str) -> None:
        """Read an opening or closing brace."""
        if not self.is_brace(sign):
            raise self.stop(wanted)
        self.forward()

    def is_brace(self, sign: str) -> bool:
        """Say whether the current word is this brace."""
        return self.kind == "brace" and self.word == sign


def placed(page: Page, remarks: Iterable[Remark]) -> tuple[Problem, ...]:
    """Turn remarks with offsets into problems with line and column, in file order."""
    found: list[Problem] = []
    for remark in remarks:
        at = min(int(remark.place or 0), max(len(page.text) - 1, 0))
        token = _TOKEN.match(page.text, at)
        line, column = page.place(at)
        width = len(token[0].splitlines()[0]) if token and token[0].splitlines() else 1
        span = page.span(line, column, line, column + width)
        found.append(
            page.problem(
                remark.code, remark.message, span, hint=remark.hint, severity=remark.severity
            )
        )
        if len(found) > MAX_REMARKS:
            break  # finding a line is not free, and nobody reads more
    return bounded(found, page.name)
