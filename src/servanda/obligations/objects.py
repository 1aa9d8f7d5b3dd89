"""What was hit against what the clause lists: energy sites, ships, networks, and words alike."""

from __future__ import annotations

from servanda.domain.finding import Trace
from servanda.domain.instrument import Instrument, Provision
from servanda.obligations.asking import Ask, ask, settled
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import FALSE, OPEN, TRUE, UNKNOWN
from servanda.obligations.vocabulary import stems

__all__ = ["FORCES", "THINGS", "VALUES", "is_force", "object_question"]

#: What a text protects without its being a thing that could be hit.
VALUES = frozenset(
    """
    territorial_integrity political_independence independence integrity inviolability security
    sovereignty stability security_of_japan peace_in_far_east peace territory neutrality
    existing_borders borders frontier frontiers critical_infrastructure constitutional_order
    state_of_affairs_of_basic_articles vital_interests interests population people status_quo
    international_peace regional_peace freedom
    """.split()
)
#: Words of a trigger that name things rather than states.
THINGS = frozenset(
    """
    territory territories forces force vessels vessel ships ship aircraft airspace island
    islands infrastructure integrity independence sovereignty security stability peace border
    borders frontier networks interests waters citizens nationals population bases troops
    """.split()
)
#: Words that tell forces from territory.
FORCES = frozenset(
    """
    force forces vessel vessels aircraft ship ships boat boats navy unit units troops
    contingent peacekeeper peacekeepers soldier soldiers garrison personnel battalion brigade
    convoy warship warships submarine frigate destroyer helicopter plane jet fighter squadron
    patrol crew army base bases airspace_patrol coastguard tanker trainers advisers
    """.split()
)


def is_force(objects: tuple[str, ...]) -> bool:
    """Say whether what was hit is somebody's forces rather than land.

    Examples:
        >>> is_force(("navy_boats",)), is_force(("territory",))
        (True, False)
    """
    return any(FORCES & set(thing.lower().split("_")) for thing in objects)


def object_question(instrument: Instrument, provision: Provision) -> Ask:
    """Ask whether the thing hit is one the provision lists; a thing left open stays open."""
    listed = tuple(o for o in provision.object if o not in VALUES and not _somebody(o))
    if not listed:
        return settled("object: any", "the text names no object")
    label = f"object: {', '.join(listed)}"
    lists = [stems(o) for o in listed]
    left_open = [(name, stems(name)) for name in instrument.unspecified]

    def answer(facts: Facts) -> Trace:
        things = facts.objects
        shown = {"object": things or ABSENT}
        if not things:
            return Trace(label, UNKNOWN, missing=("object",), facts=shown)
        if any(thing in listed for thing in things):
            return Trace(label, TRUE, facts=shown)
        for thing in map(stems, things):
            # two words in common name the very thing that the text leaves open
            for name, words in left_open:
                if len(thing & words) >= 2 and not any(len(thing & w) >= 2 for w in lists):
                    return Trace(label, OPEN, missing=(name,), facts=shown)
        hit = any(_alike(w, stems(t)) for w in lists for t in things)
        return Trace(label, TRUE if hit else FALSE, ("object",), facts=shown)

    return ask("object", ("objects",), answer)


def _somebody(word: str) -> bool:
    """A text may list whom it protects among its objects: ``any_state``."""
    return bool({"state", "states", "party", "parties", "member", "members"} & set(word.split("_")))


#: Words that name the same class of object in texts and in reports.
ALIKE = (
    frozenset({"electric", "power", "substat", "transfor", "distribu", "grid", "energy", "plant"}),
    frozenset({"oil", "refiner", "fuel", "petrol"}),
    frozenset({"gas", "pipelin", "storage", "pumping"}),
    frozenset({"nuclear"}),
    frozenset({"hydro", "dam"}),
    frozenset({"ship", "vessel", "warship", "boat", "navy", "merchant", "commerci"}),
    frozenset({"port", "harbour"}),
)
_ENERGY = frozenset({"electric", "oil", "gas", "nuclear", "hydro"})


#: Stems that tell what belongs to armed forces from what does not.
_CIVIL = frozenset({"merchant", "civilian", "civil", "commerci", "passenge", "cargo", "fishing"})
_ARMED = frozenset({"warship", "navy", "naval", "militar", "war", "frigate", "destroye", "patrol"})


def _alike(listed: set[str], thing: set[str]) -> bool:
    if listed & _CIVIL and thing & _ARMED:
        return False
    if listed & thing:
        return True
    for group in ALIKE:
        if listed & group and thing & group:
            return True
        if "energy" in listed and thing & group and group & _ENERGY:
            return True
    return False
