"""Where something happened, by the record and the registry: whose land, which regions."""

from __future__ import annotations

import re
from functools import lru_cache

from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.membership import Roll
from servanda.obligations.objects import is_force
from servanda.obligations.places import around

__all__ = ["as_token", "regions_of", "same_words", "shown_place", "sovereign_of", "words_in"]


def shown_place(facts: Facts) -> dict[str, object]:
    """Return what a trace shows of the place."""
    return {"place": dict(facts.place)} if facts.place else {"target": facts.targets}


def as_token(name: object) -> str:
    """Write a name as the tokens of texts are written."""
    return str(name).lower().replace(" ", "_")


def sovereign_of(facts: Facts, roll: Roll) -> str:
    """Return whose territory the place is, worked out once per incident."""
    return facts.once("sovereign", lambda: _whose(facts, roll))


def _whose(facts: Facts, roll: Roll) -> str:
    """Whose territory it is.

    A place that bears a state's name is that state's; an attack on territory with no other place
    recorded is on the target's own.
    """
    value = facts.place.get("sovereign")
    if value:
        return str(value)
    name = str(facts.place.get("name", ""))
    named = roll.registry.words.get(name.lower().replace(" ", "_"))
    if named is not None:
        return named
    if len(facts.targets) == 1 and not is_force(facts.objects):
        return facts.targets[0]
    return ABSENT


def regions_of(facts: Facts, roll: Roll) -> frozenset[str]:
    """Return the regions of the place, worked out once per incident."""
    return facts.once("whereabouts", lambda: _whereabouts(facts, roll))


def _whereabouts(facts: Facts, roll: Roll) -> frozenset[str]:
    """Where the place lies; land whose region nobody recorded lies where its state lies."""
    if facts.place.get("island") is True or facts.place.get("metropolitan") is False:
        return facts.regions
    if facts.regions:
        home = roll.registry.homes.get(sovereign_of(facts, roll), frozenset())
        # the state's own region says more exactly where in a larger one the place lies
        return facts.regions | {r for r in home if around([r]) & facts.regions}
    if is_force(facts.objects) and not facts.place.get("sovereign"):
        name = str(facts.place.get("name", "")).lower().replace(" ", "_")
        owner = roll.registry.words.get(name, "")
        return roll.registry.homes.get(owner, frozenset())
    return roll.registry.homes.get(sovereign_of(facts, roll), frozenset())


def same_words(token: str, name: str) -> bool:
    """Say whether two names of places share a word of their own."""
    return not words_in(token).isdisjoint(words_in(name))


@lru_cache(maxsize=4096)
def words_in(name: str) -> frozenset[str]:
    """Return the words of a name that tell it from others."""
    return frozenset(w for w in re.split(r"[\s/_-]+", name.lower()) if len(w) > 3) - _COMMON


#: Words that many places have in common.
_COMMON = frozenset(
    """port harbour island islands region area zone coast district districts province strait line
    river bank city town village north south east west northern southern eastern western upper
    lower territory territories sector corridor border waters point cape mount lake near from with
    base camp road bridge valley certain areas parts part departments department
    provinces""".split()
)
