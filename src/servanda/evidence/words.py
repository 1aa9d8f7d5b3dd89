"""The reader's word lists, read once from ``words.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Words", "words"]

Weight = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Words:
    """Verbs, nouns and adjectives with what they say of their object.

    ``position`` and ``adjectives`` give (stance, certainty); ``nouns`` a stance; ``concepts`` maps
    a word to the groups it belongs to, ``incident`` to the kind of incident it tells of.
    """

    speech: frozenset[str]
    weak: frozenset[str]
    denying: frozenset[str]
    judging: frozenset[str]
    asking: frozenset[str]
    nouns: dict[str, float]
    position: dict[str, Weight]
    adjectives: dict[str, Weight]
    good: frozenset[str]
    bad: frozenset[str]
    negating: frozenset[str]
    turners: frozenset[str]
    silence: frozenset[str]
    incident: dict[str, str]
    targets: dict[str, str]
    hypothetical: frozenset[str]
    concepts: dict[str, frozenset[str]]
    anaphora: frozenset[str]


@cache
def words() -> Words:
    """Return the lists.

    Examples:
        >>> words().position["rule_out"]
        (-1.0, 0.95)
        >>> sorted(words().concepts["peacekeepers"])
        ['force']
    """
    data = tomllib.loads(files("servanda.evidence").joinpath("words.toml").read_text("utf-8"))
    speech, stance, incident = data["speech"], data["stance"], data["incident"]
    return Words(
        speech=_set(speech["plain"]),
        weak=_set(speech["weak"]),
        denying=_set(speech["denying"]),
        judging=_set(speech["judging"]),
        asking=_set(speech["asking"]),
        nouns=speech["nouns"],
        position=_pairs(data["position"]),
        adjectives=_pairs(data["adjectives"]),
        good=_set(stance["good"]),
        bad=_set(stance["bad"]),
        negating=_set(stance["least"]),
        turners=_set(stance["turners"]),
        silence=_set(data["silence"]["verbs"]),
        incident=_kinds({k: v for k, v in incident.items() if k not in {"targets", "hypothetical"}}),
        targets=_kinds(incident["targets"]),
        hypothetical=_set(incident["hypothetical"]),
        concepts=_groups(data["concepts"]),
        anaphora=_set(data["anaphora"]["words"]),
    )


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(data: dict[str, Any]) -> dict[str, Weight]:
    return {word: (float(pair[0]), float(pair[1])) for word, pair in data.items()}


def _kinds(data: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, text in data.items():
        for word in text.split():
            found.setdefault(word, kind)
    return found


def _groups(data: dict[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, text in data.items():
        for word in text.split():
            found.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}
