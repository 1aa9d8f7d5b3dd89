"""Official readings: dated, with an author, and as a typed change of the text."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.domain.instrument import Instrument, Reading
from servanda.domain.patch import patched
from servanda.obligations.facts import Facts

__all__ = ["read_otherwise"]

_KEPT: dict[tuple[int, int], tuple[Instrument, Instrument]] = {}


def read_otherwise(
    instrument: Instrument, provision: str, facts: Facts
) -> Iterator[tuple[Reading, Instrument]]:
    """Yield each reading that bears on a provision and was given by the day, with the text so read.

    A reading in prose alone is for people: it changes nothing here.
    """
    day = facts.as_of or facts.event
    for place, reading in enumerate(instrument.official_readings):
        if not reading.patches or reading.provision not in (None, provision):
            continue
        if reading.date is not None and day is not None and day.before(reading.date):
            continue
        yield reading, _read(instrument, place)


def _read(instrument: Instrument, place: int) -> Instrument:
    key = (id(instrument), place)
    kept = _KEPT.get(key)
    if kept is None or kept[0] is not instrument:
        if len(_KEPT) > 256:
            _KEPT.clear()
        patches = instrument.official_readings[place].patches
        bare = instrument.model_copy(update={"official_readings": ()})
        kept = _KEPT[key] = (instrument, patched(bare, patches))
    return kept[1]
