"""Where a statement comes from: sources with a hash, quotes with offsets, claims made of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from servanda.domain.moment import Moment
from servanda.domain.noun import Flag, Identifier, Noun, Number, Tokens

__all__ = ["Claim", "Quote", "Source"]


class Source(Noun):
    """A document: title, publisher, date, address, and the hash of the text that was read."""

    id: Identifier
    title: str
    publisher: str | None = None
    date: Moment | None = None
    url: str | None = None
    sha256: str | None = None
    seen: Flag = False
    kind: Literal["report", "official", "paper", "data", "memory"] = "report"


class Quote(Noun):
    """A half-open span of code points in a source."""

    source: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str | None = None


class Claim(Noun):
    """Who said what about which option, when, how directly, with the quotes it rests on."""

    id: Identifier
    kind: Literal["direct", "mixed", "indirect", "position"] = "indirect"
    speaker: str
    date: Moment | None = None
    quotes: tuple[Quote, ...] = ()
    option: str | None = None
    stance: Number | None = Field(default=None, ge=-1, le=1)
    certainty: Number | None = Field(default=None, ge=0, le=1)
    via: Tokens = ()
    reports_position_of: str | None = None
    gist: str | None = None
