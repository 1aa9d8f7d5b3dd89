"""Which proposal a stretch of text is about, from the label of the proposal and groups of words.

A label is read as groups of words that mean the same ("troops", "peacekeepers", "force"). What
comes after "without" counts against it; what comes after "securing", "in" or "along" counts
little. No sentence embedding: on short texts of this kind they lose to word groups by far.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from servanda.evidence.names import folded
from servanda.evidence.offices import Countries
from servanda.evidence.registry import Proposal, Registry
from servanda.evidence.words import words

__all__ = ["Linker", "groups_of"]

# Groups that go with many proposals say little.
_WEIGHT = {
    "alliance": 0.4, "europe": 0.45, "general": 0.3, "guarantee": 0.35, "peace": 0.3,
    "talks": 0.5, "own": 0.6, "strike": 0.5, "demil": 0.8, "money": 0.7, "nuclear": 0.7,
}  # fmt: skip
_SECONDARY = re.compile(
    r"\b(?:securing|in|along|by|for|to (?!the )|of the|sent|at|near|after|with|and no)\b|[(;]"
)
_WITHOUT = re.compile(
    r"\b(?:without|regardless of|instead of|rather than|short of|different from|outside|than|and "
    r"no|not)"
    r"(?: (?:full|any|formal|a|the|granting|sending|[\w]+(?:'s|’s)?)){0,3} (?=\w)"
)
_STOP = frozenset(
    """securing further proposal the a an of to in on for and or by with without at from its their
    his her like style full be is are was were speaker state own clause variant one month plus
    proposal plan general end halt limited sent s""".split()
)
_LEAST = 0.3
_SCHEME = re.compile(r"\b(?:plan|proposal|initiative|idea|scheme)\b")
_CONDITION = re.compile(
    r"\b(?:after|once|under|during|following|of|in case of|before|until|if there is|when)"
    r" (?:a |an |the |any )?(?:future |full |general |lasting )?(?:ceasefire|cease-fire|truce"
    r"|peace (?:deal|agreement))"
)
_CLAUSE_WORD = re.compile(r"\barticle[ -](?:5|five)\b")


@dataclass(frozen=True, slots=True)
class _Profile:
    id: str
    needs: dict[str, float]
    also: dict[str, float]
    against: frozenset[str]
    countries: frozenset[str]


def groups_of(text: str) -> list[tuple[str, int]]:
    """Return the groups of the words of a text, each with its place.

    Examples:
        >>> groups_of("European peacekeepers")
        [('europe', 0), ('force', 9)]
    """
    return list(_groups_of(folded(text)))


@lru_cache(maxsize=20_000)
def _groups_of(plain: str) -> tuple[tuple[str, int], ...]:
    known = words().concepts
    found: list[tuple[str, int]] = []
    for match in re.finditer(r"[a-z0-9]+(?:-[a-z0-9]+)*", plain):
        word = match.group()
        parts = [word, *word.split("-")] if "-" in word else [word]
        for part in parts:
            found += [(group, match.start()) for group in sorted(known.get(part, ()))]
    for match in _CLAUSE_WORD.finditer(plain):
        found.append(("clause", match.start()))
    if not _CLAUSE_WORD.search(plain):
        found = [
            (g, at)
            for g, at in found
            if g != "clause" or not plain[at:].startswith(("article", "five"))
        ]
    for match in re.finditer(r"\bair[ -]defen[cs]e", plain):
        found = [(g, at) for g, at in found if not (g == "air" and at == match.start())]
        found.append(("airdefence", match.start()))
    return tuple(sorted(set(found), key=lambda pair: (pair[1], pair[0])))


class Linker:
    """Links stretches of text to the proposals of a registry.

    Args:
        registry: whose proposals.
        countries: the words for countries.
    """

    def __init__(self, registry: Registry, countries: Countries) -> None:
        """Read the labels."""
        self.countries = countries
        named = Counter(
            c for p in registry.proposals.values() for c in countries.of(_hyphens(p.label))
        )
        often = {c for c, n in named.items() if n > max(1, len(registry.proposals) // 2)}
        literal = Counter(w for p in registry.proposals.values() for w in _literals(p.label))
        self.profiles = [self._profile(p, often, literal) for p in registry.proposals.values()]
        self.terms = {
            p.id: [re.compile(rf"\b{re.escape(folded(t))}\b") for t in p.terms]
            for p in registry.proposals.values()
        }

    def _profile(self, proposal: Proposal, often: set[str], literal: Counter[str]) -> _Profile:
        label = proposal.label
        core, _, rest = label.partition(" without ")
        plain = re.sub(r"\s*\([^)]*\)", "", core)
        split = _SECONDARY.search(plain)
        head, tail = (plain[: split.start()], plain[split.start() :]) if split else (plain, "")
        needs = {g: _WEIGHT.get(g, 1.0) for g, _ in groups_of(head)}
        if not any(w >= 0.7 for w in needs.values()):
            needs |= {g: _WEIGHT.get(g, 1.0) for g, _ in groups_of(plain)}
        for group, _ in groups_of(proposal.id.replace("-", " ").partition(" without ")[0]):
            needs.setdefault(group, 0.5 * _WEIGHT.get(group, 1.0))
        aside = " ".join(re.findall(r"\(([^)]*)\)", core))
        also = {
            g: 0.25 * _WEIGHT.get(g, 1.0) for g, _ in groups_of(f"{tail} {aside}") if g not in needs
        }
        for word in _literals(head):
            if literal[word] == 1 and word not in words().concepts and not self.countries.of(word):
                also[f"={word}"] = 1.0 if not needs else 0.5
        if not needs:
            needs = {w: 1.0 for w in also}
        against = frozenset(g for g, _ in groups_of(rest)) - set(needs)
        countries = self.countries.of(_hyphens(label)) - often
        return _Profile(proposal.id, needs, also, against, countries)

    def link(self, text: str, speaker_country: str = "") -> str | None:
        """Return the proposal that a text is about, None where no words for one stand in it.

        Args:
            text: the stretch.
            speaker_country: of the speaker, so that "Italian soldiers" are Italy's own.
        """
        plain = folded(text)
        for id_, patterns in self.terms.items():
            if any(p.search(plain) for p in patterns):
                return id_
        best, most = None, _LEAST
        for score, id_ in self.scores(text, speaker_country):
            if score > most + 1e-9:
                best, most = id_, score
        return best

    def scores(self, text: str, speaker_country: str = "") -> list[tuple[float, str]]:
        """Return how well each proposal fits a text, 0 to about 1."""
        plain = folded(text)
        present = self._present(plain, text, speaker_country)
        bare = {g for g, _ in _groups_of(plain)} - present
        literal = {f"={w}" for w in re.findall(r"[a-z0-9-]+", plain)}
        named = self.countries.of(_hyphens(text))
        found = []
        for profile in self.profiles:
            fit = _fit(profile, present, literal)
            placed = bool(profile.countries & named)
            if fit is None:
                if not (placed and _SCHEME.search(plain)):
                    continue
                fit = 0.4
            against = 0.3 * len(profile.against & present) - 0.3 * bool(profile.against & bare)
            found.append((fit + 0.2 * placed - against, profile.id))
        return found

    def _present(self, plain: str, text: str, country: str) -> set[str]:
        """Return the groups a text speaks of, without what it excludes or makes a condition."""
        excluded = [m.end() for m in _WITHOUT.finditer(plain)]
        groups = _groups_of(plain)
        present = {g for g, at in groups if not any(0 <= at - e <= 24 for e in excluded)}
        conditions = [(m.start(), m.end()) for m in _CONDITION.finditer(plain)]
        firm = {g for g, at in groups if not any(a <= at < b for a, b in conditions)}
        if any(_WEIGHT.get(g, 1.0) >= 1.0 for g in firm & present):
            present &= firm
        if country and "force" in present and self._own(plain, text, country):
            present.add("own")
        return present

    def _own(self, plain: str, text: str, country: str) -> bool:
        if re.search(
            r"\b(?:our|its|own|their|combat) (?:own )?(?:combat )?(?:troops|soldiers?|forces"
            r"|army|men)\b",
            plain,
        ):
            return True
        for match in re.finditer(
            r"\b([A-Z]\w+) (?:combat |ground )?(?:troops|soldiers?|forces|boots)\b", text
        ):
            if country in self.countries.of(match.group(1)):
                return True
        return False


def _fit(profile: _Profile, present: set[str], literal: set[str]) -> float | None:
    """Return the share of what a proposal needs that is present; None where nothing telling is."""
    total = sum(profile.needs.values())
    got = {g: w for g, w in profile.needs.items() if g in present or g in literal}
    if not total or not any(w >= 0.45 for w in got.values()):
        return None
    fit = sum(got.values()) / total
    heaviest = max(profile.needs.values())
    if not any(w == heaviest for w in got.values()):
        fit *= 0.6
    if "own" in profile.needs and "own" not in present:
        fit -= 0.35
    if "own" in present and "own" not in profile.needs:
        fit -= 0.2
    extra = sum(w for g, w in profile.also.items() if g in present or g in literal)
    unasked = {
        g for g in present
        if g not in profile.needs and g not in profile.also and _WEIGHT.get(g, 1.0) >= 1.0
    }  # fmt: skip
    return fit + 0.2 * extra - 0.05 * len(unasked)


def _hyphens(text: str) -> str:
    return re.sub(r"[-/]", " ", text.replace("Franco-", "French "))


def _literals(head: str) -> set[str]:
    return {w for w in re.findall(r"[a-z0-9]{4,}", folded(head)) if w not in _STOP}
