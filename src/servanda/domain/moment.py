"""Dates and instants as people write them, with their precision kept."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

__all__ = ["Moment"]

_FORM = re.compile(
    r"(?P<y>\d{4})(-(?P<m>\d\d)(-(?P<d>\d\d)"
    r"([T ](?P<H>\d\d):(?P<M>\d\d)(:(?P<S>\d\d))?(?P<z>Z|[+-]\d\d:?\d\d)?)?)?)?"
)


class Moment(str):
    """A date or an instant: ``1999``, ``2002-04``, ``2025-03-18``, ``2025-04-19T18:00+03:00``.

    It is the text as written, so nothing is lost; ``earliest`` and ``latest`` give the interval it
    stands for. An instant without an offset is read as UTC and ``zoned`` is False.

    Raises:
        ValueError: the text is not a date, or names a day that does not exist.

    Examples:
        >>> Moment("2002-04").earliest.isoformat(), Moment("2002-04").precision
        ('2002-04-01T00:00:00+00:00', 'month')
        >>> Moment("2025-04-19T18:00+03:00").earliest.isoformat()
        '2025-04-19T18:00:00+03:00'
        >>> Moment("2022-02-24").before(Moment("2022-02-25"))
        True
    """

    __slots__ = ("earliest", "latest", "precision", "zoned")
    earliest: datetime
    latest: datetime
    precision: str
    zoned: bool

    def __new__(cls, text: str) -> Moment:
        """Read the text and compute the interval."""
        match = _FORM.fullmatch(text)
        if match is None:
            msg = f"expected a date such as 2025-03-18 or 2025-04-19T18:00+03:00, not {text!r}"
            raise ValueError(msg)
        self = super().__new__(cls, text)
        parts = match.groupdict()
        year, month, day = int(parts["y"]), int(parts["m"] or 1), int(parts["d"] or 1)
        zone = _zone(parts["z"])
        self.zoned = parts["z"] is not None
        if parts["H"]:
            self.precision = "instant"
            clock = (int(parts["H"]), int(parts["M"]), int(parts["S"] or 0))
            self.earliest = datetime(year, month, day, *clock, tzinfo=zone)
            self.latest = self.earliest
            return self
        self.earliest = datetime(year, month, day, tzinfo=UTC)
        if parts["d"]:
            self.precision = "day"
            self.latest = datetime(year, month, day, 23, 59, 59, tzinfo=UTC)
        elif parts["m"]:
            self.precision = "month"
            days = monthrange(year, month)[1]
            self.latest = datetime(year, month, days, 23, 59, 59, tzinfo=UTC)
        else:
            self.precision = "year"
            self.latest = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
        return self

    def before(self, other: Moment) -> bool:
        """Say whether this moment begins before the other does.

        A whole day is compared with an instant by calendar day at the instant's own offset, so that
        ``2025-04-19`` is not before ``2025-04-19T18:00+03:00``.
        """
        mine, theirs = self.earliest, other.earliest
        if "instant" in (self.precision, other.precision) and self.precision != other.precision:
            return mine.date() < theirs.date()
        return mine < theirs

    def not_after(self, other: Moment) -> bool:
        """Say whether this moment begins no later than the other does."""
        return not other.before(self)

    @property
    def day(self) -> str:
        """The first calendar day, ISO format."""
        return self.earliest.date().isoformat()

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read and write it as text."""
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(), serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe it as text with a pattern."""
        return {"type": "string", "pattern": "^" + re.sub(r"\?P<\w+>", "", _FORM.pattern) + "$"}


def _zone(text: str | None) -> Any:
    if text is None or text == "Z":
        return UTC
    return datetime.strptime(text.replace(":", ""), "%z").tzinfo
