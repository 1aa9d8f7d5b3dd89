"""The reader's word lists, read once from ``words.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Words", "cue_forms", "lemmas", "verb_forms", "words"]

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
    leaning: dict[str, float]
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
    position = _pairs(data["position"])
    speech, stance, incident = data["speech"], data["stance"], data["incident"]
    return Words(
        speech=_set(speech["plain"]),
        weak=_set(speech["weak"]),
        denying=_set(speech["denying"]),
        judging=_set(speech["judging"]),
        asking=_set(speech["asking"]),
        leaning=speech["leaning"],
        nouns=speech["nouns"],
        position=position,
        adjectives=_pairs(data["adjectives"]),
        good=_set(stance["good"]) | _leaning_forms(position, 1),
        bad=_set(stance["bad"]) | _leaning_forms(position, -1),
        negating=_set(stance["least"]),
        turners=_set(stance["turners"]),
        silence=_set(data["silence"]["verbs"]),
        incident=_kinds(
            {k: v for k, v in incident.items() if k not in {"targets", "hypothetical"}}
        ),
        targets=_kinds(incident["targets"]),
        hypothetical=_set(incident["hypothetical"]),
        concepts=_groups(data["concepts"]),
        anaphora=_set(data["anaphora"]["words"]),
    )


#: Verbs that put something forward rather than judge it say nothing about a clause they stand in.
_PUTTING = frozenset(
    """want seek plan prepare offer table suggest propose demand request float draft pitch formulate
    hope wish aspire desire commit vow promise pledge doubt fear be""".split()
)


def _leaning_forms(position: dict[str, Weight], sign: int) -> frozenset[str]:
    """Return the forms of verbs that lean strongly one way."""
    found: set[str] = set()
    for lemma, (stance, _) in position.items():
        if "_" not in lemma and stance * sign >= 0.6 and lemma not in _PUTTING:
            found.update(verb_forms(lemma))
    return frozenset(found)


@cache
def cue_forms() -> frozenset[str]:
    """Return every form of a word that may carry a claim: a sentence without one is not parsed."""
    lists = words()
    verbs = lists.speech | set(lists.position) | lists.silence | lists.judging | lists.denying
    found = set(lists.adjectives) | {"according", "favour", "favor"}
    for lemma in verbs:
        found.update(form.split()[0] for form in verb_forms(lemma))
        found.add(_ing(lemma.split("_")[0]))
    for noun in lists.nouns:
        found.update((noun, f"{noun}s"))
    return frozenset(found)


@cache
def lemmas() -> dict[str, str]:
    """Return the plain form of every form of the verbs that the rules ask for."""
    lists = words()
    verbs = lists.speech | set(lists.position) | lists.silence | lists.judging | lists.denying
    found: dict[str, str] = {}
    for key in sorted(verbs | lists.asking | _LIGHT):
        first = key.split("_")[0]
        for form in verb_forms(first):
            found.setdefault(form, first)
        for form in (_ing(first), first + first[-1] + "ing"):
            found.setdefault(form, first)
    return found


_LIGHT = frozenset(
    """make issue renew launch have give present unveil deliver force lead push allow want get cause
    prompt implore compel
    accord quote cite""".split()
)
_IRREGULAR = {
    "say": "said", "tell": "told", "write": "wrote", "seek": "sought", "throw": "threw",
    "stand": "stood", "think": "thought", "speak": "spoke", "swear": "swore", "draw": "drew",
    "come": "came", "begin": "began", "go": "went", "be": "was", "make": "made", "give": "gave",
    "have": "had", "lead": "led", "get": "got",
}  # fmt: skip
_PARTICIPLE = {
    "write": "written", "throw": "thrown", "speak": "spoken", "swear": "sworn", "draw": "drawn",
}  # fmt: skip


def verb_forms(lemma: str) -> tuple[str, ...]:
    """Return past, third person, doubled past, participle and plain form, with the particle.

    Examples:
        >>> verb_forms("rule_out")[:2]
        ('ruled out', 'rules out')
        >>> verb_forms("deny")[0], verb_forms("say")[0]
        ('denied', 'said')
    """
    first, _, rest = lemma.partition("_")
    tail = f" {rest.replace('_', ' ')}" if rest else ""
    soft = first.endswith("y") and first[-2] not in "aeou"
    regular = first + "d" if first.endswith("e") else first[:-1] + "ied" if soft else first + "ed"
    third = (
        first[:-1] + "ies" if soft
        else first + ("es" if first.endswith(("s", "sh", "ch", "x")) else "s")
    )  # fmt: skip
    forms = (
        _IRREGULAR.get(first, regular), third, first + first[-1] + "ed",
        _PARTICIPLE.get(first, regular), first,
    )  # fmt: skip
    return tuple(f"{form}{tail}" for form in dict.fromkeys(forms))


def _ing(first: str) -> str:
    return (first[:-1] if first.endswith("e") and not first.endswith("ee") else first) + "ing"


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
