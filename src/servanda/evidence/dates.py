"""Days in a text: the dateline, weekdays and months counted back from the day of publication."""

from __future__ import annotations

import re
from datetime import date, timedelta

__all__ = ["day_in", "publication_day", "stated"]

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = "|".join(m[:3].capitalize() + f"(?:{m[3:]})?" for m in _MONTHS)
_FULL = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}}) (?P<m>{_MONTH})\.?,? (?P<y>\d{{4}})"
    rf"|(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}}),? (?P<y2>\d{{4}})|(?P<iso>\d{{4}}-\d\d-\d\d))\b"
)
_PART = re.compile(
    rf"\b(?:(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})|(?P<d2>\d{{1,2}}) (?P<m2>{_MONTH}))\b(?!,? \d{{4}})"
)
_WEEKDAY = re.compile(
    r"\b(?:(?P<last>last|previous) )?(?P<day>"
    + "|".join(d.capitalize() for d in _DAYS)
    + r")\b(?: (?P<when>night|evening))?"
)


def _month(word: str) -> int:
    return next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(word.lower()[:3]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def publication_day(text: str) -> str | None:
    """Return the day in the first lines of a text, where one with its year stands there.

    Examples:
        >>> publication_day("KYIV, March 7, 2025 — Ukraine asked.")
        '2025-03-07'
        >>> publication_day("KYIV, March 7 — Ukraine asked.") is None
        True
    """
    match = _FULL.search(text[:300])
    found = _full(match) if match else None
    return found.isoformat() if found else None


def _full(match: re.Match[str]) -> date | None:
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        return _day(year, month, day)
    if match["y"]:
        return _day(int(match["y"]), _month(match["m"]), int(match["d"]))
    return _day(int(match["y2"]), _month(match["m2"]), int(match["d2"]))


def stated(text: str) -> bool:
    """Say whether any day, weekday, month with day or year stands in a text.

    Examples:
        >>> stated("on Tuesday"), stated("in a notable turn")
        (True, False)
    """
    return bool(
        _FULL.search(text) or _PART.search(text) or _WEEKDAY.search(text)
        or re.search(r"\b(?:19|20)\d\d\b|\b(?:yesterday|today|overnight|tonight)\b", text)
        or re.search(rf"\b(?:in|since|last) (?:{_MONTH})\b", text)
    )  # fmt: skip


def day_in(sentence: str, published: str | None) -> str | None:
    """Return the day a sentence speaks of, ISO; two days with a slash for a night.

    A weekday is the latest such day not after publication.

    Examples:
        >>> day_in("said on Thursday", "2025-03-07"), day_in("struck overnight", "2025-03-07")
        ('2025-03-06', '2025-03-06/2025-03-07')
        >>> day_in("said in February", "2025-03-06"), day_in("said", "2025-03-06")
        ('2025-02', '2025-03-06')
    """
    if match := _FULL.search(sentence):
        found = _full(match)
        if found:
            return found.isoformat()
    base = _base(published)
    if base is None:
        return None
    if re.search(r"\bovernight\b|\blast night\b|\bin the night\b", sentence):
        return f"{base - timedelta(days=1)}/{base}"
    if match := _PART.search(sentence):
        return _this_year(match, base)
    if match := _WEEKDAY.search(sentence):
        back = (base.weekday() - _DAYS.index(match["day"].lower())) % 7
        back += 7 if match["last"] and back == 0 else 0
        return (base - timedelta(days=back)).isoformat()
    if "yesterday" in sentence:
        return (base - timedelta(days=1)).isoformat()
    if match := re.search(rf"\b[Ii]n (?P<m>{_MONTH})\b(?! \d)", sentence):
        month = _month(match["m"])
        return f"{base.year - (month > base.month)}-{month:02d}"
    return base.isoformat()


def _base(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def _this_year(match: re.Match[str], base: date) -> str | None:
    month, day = _month(match["m"] or match["m2"]), int(match["d"] or match["d2"])
    found = _day(base.year, month, day)
    if found is not None and found > base + timedelta(days=2):
        found = _day(base.year - 1, month, day)
    return found.isoformat() if found else None
