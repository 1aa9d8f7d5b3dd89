"""What a text leaves out of its area: by name, for a time, or as land that another occupies."""

from __future__ import annotations

from servanda.domain.finding import Trace
from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations.facts import Facts
from servanda.obligations.kleene import CONTESTED, FALSE
from servanda.obligations.membership import Roll
from servanda.obligations.whereabouts import same_words, shown_place, sovereign_of

__all__ = ["exclusions", "left_out"]

Exclusion = tuple[str, Moment | None, Moment | None]


def exclusions(provision: Provision, roll: Roll) -> tuple[Exclusion, ...]:
    """Collect what the provision, its area and the exceptions of the text leave out, and when."""
    names: list[Exclusion] = [(name, None, None) for name in provision.area_excluded]
    # an area that no provision names is that of the whole text
    named = {name for p in roll.instrument.provisions for name in p.area or ()}
    for identifier, area in roll.instrument.areas.items():
        if identifier in (provision.area or ()) or identifier not in named:
            names += [
                (p, None, None) if isinstance(p, str) else (p.name or p.what, p.from_, p.to)
                for p in area.exclude
            ]
            if area.occupied in ("excluded", "not_covered", "left_out", "silent"):
                word = "occupied_unsaid" if area.occupied == "silent" else "occupied"
                names.append((word, None, None))
    for other in roll.instrument.provisions:
        if other.modality == "exception":
            names += [(name, None, None) for name in other.area_excluded]
    return tuple(dict.fromkeys(names))


def left_out(name: str, facts: Facts, roll: Roll) -> Trace | None:
    """Return a node where the place is left out by name, else None."""
    where = str(facts.place.get("name", ""))
    holder = facts.place.get("administered_by")
    occupied = name.startswith("occupied") and holder not in (None, sovereign_of(facts, roll))
    if occupied and name == "occupied_unsaid":
        note = "the text covers the territory and is silent on land that another occupies"
        shown = shown_place(facts)
        return Trace("area: occupied land", CONTESTED, ("area",), facts=shown, note=note)
    if occupied or same_words(name, where) or name in facts.regions:
        return Trace(f"area: {name} is left out", FALSE, ("area",), facts=shown_place(facts))
    return None
