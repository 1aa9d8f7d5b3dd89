"""Offices and organs as phrases: "Italy's premier", "the foreign ministry", "its top diplomat"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from servanda.evidence.names import folded, kin
from servanda.evidence.registry import STATE, Actor, Registry, states

__all__ = ["Countries", "Phrase", "described", "heads"]

# Each office by the phrases that mean it; the first that matches counts, so the longer come first.
_OFFICES = (
    ("vice-president", r"(?:vice|deputy)[ -]president"),
    ("deputy-pm", r"(?:deputy|vice) (?:prime minister|premier)"),
    ("government", r"prime minister|premier|head of (?:the )?government|chancellor|taoiseach"),
    ("commission", r"president of the european commission|commission (?:president|chief)"),
    ("council", r"president of the european council|council (?:president|chief)"),
    ("secretary-general", r"secretary[ -]general|alliance (?:chief|head)|nato (?:chief|head)"),
    ("high-representative", r"high representative|top diplomat of the eu|eu foreign policy chief"),
    ("spokes", r"spokes(?:man|woman|person|people)|press secretary|press service"),
    (
        "adviser",
        r"(?:national security )?advis[eo]r|chief of staff|head of the presidential office",
    ),
    ("negotiator", r"(?:chief |lead |top )?negotiator|(?:special |peace )?envoy"),
    ("ambassador", r"ambassador|permanent representative"),
    ("state", r"president|head of state"),
    (
        "commander",
        r"commander(?:-in-chief)?|chief of (?:the )?(?:general|defen[cs]e) staff|general",
    ),
    ("speaker", r"speaker of"),
    ("mayor", r"mayor|governor"),
)
_FIELDS = {
    "foreign": r"foreign|diplomat",
    "defence": r"defen[cs]e|war",
    "energy": r"energy",
    "finance": r"finance|treasury|economy|economic",
    "interior": r"interior|home",
    "justice": r"justice",
    "europe": r"europe(?:an)?",
}
_MINISTER = re.compile(
    r"\b(?:ministers?|(?:foreign|defen[cs]e|home|energy|state|war|justice) secretary"
    r"|secretary of (?:state|defen[cs]e|war)|(?:top|chief|senior-most) diplomat|"
    r"(?:foreign policy|defen[cs]e|diplomatic) chief)\b"
)
_ORGANS = (
    ("ministry", r"ministry|department of|state department|foreign office|pentagon"),
    ("air-force", r"air force|air defen[cs]e"),
    ("army", r"general staff|armed forces|army|military|navy"),
    ("presidency", r"presidential (?:office|administration)|presidency"),
    ("parliament", r"parliament|senate|congress|duma|rada|bundestag"),
    ("government", r"government|cabinet"),
    ("mission", r"mission"),
)
_NO_COUNTRY = frozenset("Defence Defense Staff State Justice Energy Affairs Foreign".split())
_LEADERS = frozenset({"state", "government"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a phrase says of an actor: offices or organs, the field and the countries named."""

    offices: frozenset[str]
    organs: frozenset[str]
    field: str | None
    countries: frozenset[str]


class Countries:
    """The words for countries: names, metonyms and adjectives, known or derived.

    Args:
        registry: whose states count beside those of the library.
    """

    def __init__(self, registry: Registry) -> None:
        """Collect the words, the registry's own first."""
        self.keys: dict[str, str] = {}
        self.own: list[str] = []
        self.key_of_actor: dict[str, str] = {}
        sides: dict[str, str] = {}
        for state in states():
            for word in (state.name, *state.names, *state.metonyms, *state.adjectives):
                self.keys.setdefault(folded(word.removeprefix("the ")), state.id)
        for actor in registry.actors.values():
            if actor.type != STATE:
                continue
            key = self.keys.get(folded(actor.plain_name), folded(actor.plain_name))
            for word in (actor.plain_name, *actor.aliases):
                self.keys[folded(word.removeprefix("the "))] = key
            if key == folded(actor.plain_name):
                self.own.append(actor.plain_name)
            if actor.side:
                sides.setdefault(actor.side, key)
            self.key_of_actor[actor.id] = key
        self._from_roles(registry)
        for actor in registry.actors.values():
            if actor.id not in self.key_of_actor:
                named = self.of(f"{actor.plain_name} {actor.role}")
                key = sides.get(actor.side) or next(iter(sorted(named)), "")
                self.key_of_actor[actor.id] = key

    def _from_roles(self, registry: Registry) -> None:
        """Learn countries that stand only in roles: "Minister of Defence of Velland"."""
        for actor in registry.actors.values():
            for name in re.findall(r"of ([A-Z][\w-]+)(?=$|[,;)])", f"{actor.role}; {actor.name}"):
                if folded(name) not in self.keys and len(name) > 4 and name not in _NO_COUNTRY:
                    self.keys[folded(name)] = folded(name)
                    self.own.append(name)

    def of(self, text: str) -> frozenset[str]:
        """Return the countries a text names, by noun or adjective."""
        return frozenset(self._of(text))

    def _of(self, text: str) -> set[str]:
        found = set()
        plain = folded(text)
        words = re.findall(r"[\w.-]+", plain)
        for size in (3, 2, 1):
            for i in range(len(words) - size + 1):
                key = self.keys.get(" ".join(words[i : i + size]).rstrip("."))
                if key:
                    found.add(key)
        for word in re.findall(r"\b[A-Z]\w{3,}", text):
            found.update(folded(name) for name in self.own if kin(word, name))
        return found


@lru_cache(maxsize=4096)
def _titles(plain: str) -> tuple[frozenset[str], frozenset[str], str | None]:
    # an adviser to the president is not the president
    offices, rest = set(), re.sub(r"\b(?:of|to|for) the (?:president|prime minister)\b", " ", plain)
    for name, pattern in _OFFICES:
        if re.search(rf"\b(?:{pattern})s?\b", rest):
            offices.add(name)
            rest = re.sub(rf"\b(?:{pattern})s?\b", " ", rest)
    if _MINISTER.search(rest):
        offices.add("minister")
    if re.search(r"\bleaders?\b", rest):
        offices.add("leader")
    organs = {name for name, pattern in _ORGANS if re.search(rf"\b(?:{pattern})\b", plain)}
    field = next(
        (name for name, pattern in _FIELDS.items() if re.search(rf"\b(?:{pattern})", rest)), None
    )
    if re.search(r"\bsecretary of state|state department|top diplomat|chief diplomat", plain):
        field = "foreign"
    return frozenset(offices), frozenset(organs), field


def described(text: str, countries: Countries) -> Phrase:
    """Read a phrase such as "Orsava's top diplomat" or "the Ukrainian air force"."""
    offices, organs, field = _titles(folded(text))
    return Phrase(offices, organs if not offices else frozenset(), field, countries.of(text))


def heads(phrase: Phrase, actor: Actor, own: Phrase, country: str) -> bool:
    """Say whether a phrase can mean an actor whose own description is given.

    Args:
        phrase: of the text.
        actor: who may be meant.
        own: the phrase of the actor's role, or name where it is an organ.
        country: the actor's country key.
    """
    if phrase.countries and country not in phrase.countries:
        return False
    if phrase.offices:
        wanted = set(phrase.offices)
        if "leader" in wanted:
            wanted = (wanted - {"leader"}) | _LEADERS
        fits = bool(wanted & own.offices)
        if fits and "minister" in wanted & own.offices and phrase.field:
            return phrase.field == own.field
        return fits
    if phrase.organs and own.organs:
        same = bool(phrase.organs & own.organs)
        return same and (phrase.field is None or phrase.field == own.field)
    return False
