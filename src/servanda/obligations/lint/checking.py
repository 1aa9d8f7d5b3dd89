"""The linter: every check in turn over one instrument, each thing said once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from servanda.domain.actor import Actor
from servanda.domain.instrument import Instrument
from servanda.domain.slot import Slot
from servanda.obligations.lint.firing import collision_remarks, never_remarks
from servanda.obligations.lint.fullness import fullness_remarks
from servanda.obligations.lint.text import Remark, Text
from servanda.obligations.lint.whole import whole_remarks
from servanda.obligations.lint.words import word_remarks

__all__ = ["Remark", "lint"]

_CHECKS = (never_remarks, collision_remarks, fullness_remarks, whole_remarks, word_remarks)


def lint(
    instrument: Instrument,
    *,
    actors: Mapping[str, Actor] | None = None,
    slots: Sequence[Slot] = (),
) -> Iterator[Remark]:
    """Yield what a careful reader would stop at: code (SV801 to SV816), message, path in the file.

    The text may be meant exactly so; therefore these are warnings. What the text lists under
    ``unspecified`` is a known gap and not reported again.

    Args:
        instrument: the text.
        actors: registry, for groups and for names inside words.
        slots: checklist; without it nothing is said of open slots.

    Examples:
        >>> clause = {"id": "a1", "modality": "duty", "act": "assist", "bearer": "AAA",
        ...     "trigger": {"kinds": ["armed_attack"], "actor": "BBB", "object": "BBB"}}
        >>> pact = Instrument(id="p", title="P", kind="treaty", provisions=[clause],
        ...     parties={"original": ["AAA", "BBB"]})
        >>> next(lint(pact))[:2]
        ('SV801', "'a1' can never fire: 'BBB' would have to attack itself")
    """
    text = Text(instrument, actors if actors is not None else {}, slots)
    seen: set[Remark] = set()
    for check in _CHECKS:
        for remark in check(text):
            if remark not in seen:
                seen.add(remark)
                yield remark
