"""What the linter knows of a text: its words, its parties, and what it admits to leave open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from servanda.domain.actor import Actor
from servanda.domain.instrument import Instrument, Provision
from servanda.domain.slot import Slot
from servanda.obligations.binding import HELP
from servanda.obligations.membership import PLURAL, Roll, registry, roll_of

__all__ = ["OWED", "Path", "Remark", "Text", "helps", "named", "owed", "talks"]

Path = tuple[str | int, ...]
#: Code, message, and the path of the place in the file.
Remark = tuple[str, str, Path]

OWED = frozenset(
    {"duty", "duty_soft", "declaration_to_act", "proposed_duty", "proposed_discretionary",
     "intention_to_bind"}
)  # fmt: skip


class Text:
    """An instrument under the linter, with the registry and the checklist.

    Args:
        instrument: the text.
        actors: registry; empty where there is none.
        slots: checklist; empty where there is none.
    """

    def __init__(
        self, instrument: Instrument, actors: Mapping[str, Actor], slots: Sequence[Slot]
    ) -> None:
        """Keep what the checks ask for."""
        self.instrument = instrument
        self.actors = actors
        self.slots = slots

    @cached_property
    def roll(self) -> Roll:
        """Everybody who ever belongs to the text."""
        return roll_of(self.instrument, None, self.actors)

    @property
    def words(self) -> Mapping[str, str]:
        """Actor by code, name and adjective."""
        return registry(self.actors).words

    def each(self) -> Iterator[tuple[Provision, Path]]:
        """Yield the provisions with their paths."""
        for place, provision in enumerate(self.instrument.provisions):
            yield provision, ("provisions", place)

    def admits(self, *slots: str) -> bool:
        """Say whether the text itself lists one of these slots of the checklist as open."""
        fills = {name for slot in self.slots if slot.id in slots for name in slot.fills}
        return bool(fills.intersection(self.instrument.unspecified))

    def is_actor(self, word: str) -> bool:
        """Say whether a word names an actor or a group; without a registry, a code does."""
        if word in self.roll.members or word in self.roll.beneficiaries:
            return word not in PLURAL
        if self.actors:
            return word in self.actors or word in registry(self.actors).groups
        return word.isupper()

    @cached_property
    def organs(self) -> frozenset[str]:
        """Every organ that a clause names."""
        found: set[str] = set()
        for provision in self.instrument.provisions:
            found.update(provision.organ)
            found.update(provision.decision.organ if provision.decision else ())
        return frozenset(found - {"none"})


def owed(provision: Provision) -> bool:
    """Say whether a clause owes something."""
    return provision.modality in OWED


def talks(provision: Provision) -> bool:
    """Say whether a clause owes talk."""
    return any(act.startswith(("consult", "meet")) for act in provision.act)


def helps(provision: Provision) -> bool:
    """Say whether a clause owes help."""
    acts = provision.act
    return not talks(provision) and any(
        a.startswith(HELP) or "assist" in a or "guarantee" in a for a in acts
    )


def named(words: Iterable[str]) -> str:
    """Write words as a list in quotes.

    Examples:
        >>> named(["a", "b"])
        "'a', 'b'"
    """
    return ", ".join(f"'{word}'" for word in words)
