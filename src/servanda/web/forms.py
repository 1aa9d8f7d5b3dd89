"""Forms as they come from a browser: small, of text only, with bounds on every field."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from fastapi import Request

from servanda.domain.errors import ModelError

__all__ = ["Form", "form_of"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Form:
    """The fields of a form; a missing one is empty text."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        """Keep the fields in their order."""
        self.pairs = pairs

    def every(self, field: str, most: int = 2000) -> list[str]:
        """Return all values of a field.

        Raises:
            ModelError: one is too long (SV983).
        """
        found = [value for name, value in self.pairs if name == field]
        for value in found:
            if len(value) > most:
                raise ModelError(f"{field}: at most {most} characters", code="SV983")
        return found

    def text(self, field: str, most: int = 2000) -> str:
        """Return the first value of a field, stripped of blanks around it."""
        return next(iter(self.every(field, most)), "").strip()

    def choice(self, field: str, known: tuple[str, ...]) -> str:
        """Return a value that is one of those known.

        Raises:
            ModelError: it is another (SV983).
        """
        value = self.text(field)
        if value not in known:
            raise ModelError(f"{field}: one of {', '.join(known)}", code="SV983")
        return value

    def name(self, field: str) -> str:
        """Return a value that can name a folder: small letters, digits, hyphens.

        Raises:
            ModelError: it cannot (SV983).
        """
        value = self.text(field, 200)
        if not _NAME.fullmatch(value):
            raise ModelError(
                f"{field}: small letters, digits and hyphens, at most 60", code="SV983"
            )
        return value


async def form_of(request: Request) -> Form:
    """Read a form that was sent urlencoded.

    Raises:
        ModelError: it is of another kind, or has too many fields (SV983).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise ModelError("a form is sent as application/x-www-form-urlencoded", code="SV983")
    try:
        body = (await request.body()).decode("utf-8")
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=500, errors="strict")
    except ValueError:
        raise ModelError(
            "the form cannot be read: not UTF-8, or too many fields", "SV983"
        ) from None
    return Form(pairs)
