"""What was hit against what the clause lists: energy sites, ships, networks, and words alike."""

from __future__ import annotations

from servanda.domain.instrument import Provision
from servanda.obligations.facts import Facts
from servanda.obligations.kleene import FALSE, TRUE, UNKNOWN, Node

__all__ = ["object_node"]

VALUES = frozenset(
    [
        "territorial_integrity",
        "political_independence",
        "independence",
        "security",
        "sovereignty",
        "stability",
        "security_of_japan",
        "peace_in_far_east",
        "territory",
        "neutrality",
        "existing_borders",
        "critical_infrastructure",
        "state_of_affairs_of_basic_articles",
    ]
)


def object_node(provision: Provision, facts: Facts) -> Node:
    """Ask whether the thing hit is one the provision lists."""
    wanted = [o for o in provision.object if o not in VALUES]
    if not wanted:
        return Node("object: any", TRUE)
    things = facts.names("object")
    if not things:
        return Node("object", UNKNOWN, missing=("object",))
    hit = any(_alike(w, t) for w in wanted for t in things)
    shown = {"object": things}
    return Node(f"object: {', '.join(wanted)}", TRUE if hit else FALSE, ("object",), facts=shown)


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


def _alike(wanted: str, thing: str) -> bool:
    mine, theirs = _stems(wanted), _stems(thing)
    if mine & theirs:
        return True
    general = "energy" in mine
    for group in ALIKE:
        if mine & group and theirs & group:
            return True
        if general and theirs & group and group & {"electric", "oil", "gas", "nuclear", "hydro"}:
            return True
    return False


def _stems(token: str) -> set[str]:
    noise = {"and", "or", "of", "the", "infrastructure", "facility", "facilities", "systems"}
    return {w[:8].rstrip("sy").removesuffix("ie") for w in token.split("_") if w not in noise}
