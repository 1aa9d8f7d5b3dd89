"""Rows of facts as columns of codes: which rows agree on the facts that a question reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.domain.incident import Incident
from servanda.domain.moment import Moment
from servanda.obligations.asking import matching
from servanda.obligations.facts import Facts
from servanda.obligations.plan import Text

__all__ = ["Column", "Rows", "Varied"]

Codes = NDArray[np.int64]
#: Where the number of possible combinations is at most this, a flag for each is the quickest way.
_FLAGS = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Varied:
    """Rows made of incidents with some facts drawn anew.

    Attributes:
        incident: int[row], place of the incident that a row starts from.
        facts: per fact its possible values and int[row], place of the value; a value of None
            leaves the fact unknown.

    Examples:
        >>> import numpy as np
        >>> two = Varied(np.zeros(2, int), {"deliberate": ((True, None), np.array([0, 1]))})
        >>> two.incident.size
        2
    """

    incident: NDArray[Any]
    facts: Mapping[str, tuple[Sequence[Any], NDArray[Any]]] = field(default_factory=dict)


class Column:
    """One column of codes: rows with the same code agree on what the column is about."""

    __slots__ = ("_rows", "codes", "first", "place")

    def __init__(self, rows: Rows, place: int, codes: Codes, first: Codes) -> None:
        """Keep the codes and for each code the first row that has it."""
        self._rows, self.place, self.codes, self.first = rows, place, codes, first

    def samples(self) -> Iterator[Facts]:
        """Walk one row per code, as facts."""
        for row in self.first:
            yield self._rows.facts(int(row))


class Rows:
    """The rows of a bulk assessment, encoded fact by fact and only as far as somebody asks."""

    def __init__(
        self, incidents: Sequence[Incident], varied: Varied | None, as_of: Moment | None
    ) -> None:
        """Check that the draws fit the incidents.

        Raises:
            ModelError: a row names an incident or a value that is not there (SV610).
        """
        self.incidents = tuple(incidents)
        self.as_of = as_of
        self.varied = varied
        self.start = np.arange(len(self.incidents)) if varied is None else varied.incident
        self.count = int(self.start.size)
        self._check()
        drawn = varied.facts if varied else {}
        self._recorded = {*drawn, *(name for i in self.incidents for name in i.facts)}
        self._single: dict[str, Codes] = {}
        self._columns: dict[tuple[str, ...], Column] = {}
        self._epochs: list[Codes] = []
        self._facts: dict[int, Facts] = {}

    def _check(self) -> None:
        if self.count and not (self.start.min() >= 0 and self.start.max() < len(self.incidents)):
            raise ModelError("a row starts from an incident that is not there", code="SV610")
        for name, (values, places) in (self.varied.facts if self.varied else {}).items():
            fits = places.shape == self.start.shape and (
                not places.size or (places.min() >= 0 and places.max() < len(values))
            )
            if not fits:
                raise ModelError(f"the draws of the fact {name!r} do not fit", code="SV610")

    def incident(self, row: int) -> Incident:
        """Return the incident of a row with the facts drawn for it."""
        base = self.incidents[int(self.start[row])]
        if self.varied is None or not self.varied.facts:
            return base
        drawn = {n: values[int(places[row])] for n, (values, places) in self.varied.facts.items()}
        facts = {k: v for k, v in {**base.facts, **drawn}.items() if v is not None}
        return base.model_copy(update={"facts": facts})

    def facts(self, row: int) -> Facts:
        """Return a row as facts; kept, because many questions take the same row as a sample."""
        kept = self._facts.get(row)
        if kept is None:
            kept = self._facts[row] = Facts(self.incident(row), self.as_of)
        return kept

    def days(self) -> tuple[Moment | None, ...]:
        """Return the days of the incidents, each once."""
        return tuple(dict.fromkeys(i.date for i in self.incidents))

    def epochs(self, text: Text) -> int:
        """Encode which roll of a text the day of each row calls for.

        Returns:
            A number to pass to `column`.
        """
        rolls: dict[int, int] = {}
        by_incident = [rolls.setdefault(id(text.roll(i.date)), len(rolls)) for i in self.incidents]
        self._epochs.append(np.array(by_incident, np.int64)[self.start])
        return len(self._epochs) - 1

    def column(self, reads: Iterable[str], epochs: int) -> Column:
        """Return the column of rows by the facts read and the roll of a text."""
        recorded = self._recorded
        names = tuple(sorted({name for read in reads for name in matching(read, recorded)}))
        one_roll = not self._epochs[epochs].any()
        key = names if one_roll else (*names, f"#{epochs}")
        kept = self._columns.get(key)
        if kept is None:
            parts = [self._of(name) for name in names]
            if not one_roll:
                parts.append(self._epochs[epochs])
            codes, first = _combined(parts, self.count)
            kept = self._columns[key] = Column(self, len(self._columns), codes, first)
        return kept

    def _of(self, name: str) -> Codes:
        """Encode one fact, its timeline being a fact of its own."""
        kept = self._single.get(name)
        if kept is None:
            kept = self._single[name] = self._encoded(name)
        return kept

    def _encoded(self, name: str) -> Codes:
        seen: dict[str, int] = {}
        drawn = self.varied.facts.get(name) if self.varied else None
        if drawn is not None:
            values, places = drawn
            by_value = [seen.setdefault(_text(v), len(seen)) for v in values]
            codes: Codes = np.array(by_value, np.int64)[places]
            return codes
        recorded = [i.date if name == "date" else i.facts.get(name) for i in self.incidents]
        by_incident = [seen.setdefault(_text(v), len(seen)) for v in recorded]
        return np.array(by_incident, np.int64)[self.start]

    def codes(self) -> NDArray[np.int32]:
        """Return int32[column, row], one line per column asked for."""
        columns = sorted(self._columns.values(), key=lambda c: c.place)
        if not columns:
            return np.zeros((0, self.count), np.int32)
        return np.stack([c.codes for c in columns]).astype(np.int32)


def _text(value: Any) -> str:
    """Write a fact in one way, so that equal values get equal codes."""
    return json.dumps(value, sort_keys=True, default=str)


def _combined(parts: Sequence[Codes], count: int) -> tuple[Codes, Codes]:
    """Join columns of codes into one.

    Returns:
        int64[row], dense codes, and int64[code], the first row with each.
    """
    codes = np.zeros(count, np.int64)
    size = 1
    for part in parts:
        width = int(part.max()) + 1 if part.size else 1
        if width == 1:
            continue
        codes = codes * width + part
        size *= width
        if size > _FLAGS:
            codes, first = _dense(codes, None)
            size = first.size
    return _dense(codes, size)


def _dense(codes: Codes, size: int | None) -> tuple[Codes, Codes]:
    if size is None or size > _FLAGS:
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        return inverse.astype(np.int64), first.astype(np.int64)
    first_of = np.full(size, codes.size, np.int64)
    # written from the last row to the first, so that the first row stays
    first_of[codes[::-1]] = np.arange(codes.size - 1, -1, -1)
    present = np.flatnonzero(first_of < codes.size)
    places = np.zeros(size, np.int64)
    places[present] = np.arange(present.size)
    return places[codes], first_of[present]
