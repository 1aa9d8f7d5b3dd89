"""The second half of the glossary: the words of the obligations engine, taken from its code.

The first half, the nouns, is written by hand. Everything below the mark is written anew; a word
that the code gained and nobody has explained here stops the writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from servanda.domain.incident import FINDINGS
from servanda.obligations import lifecycle, prohibitions
from servanda.obligations.binding import BINDING_FORCES
from servanda.obligations.bulk import ROOTS
from servanda.obligations.conditions import NOT, SOFTENERS
from servanda.obligations.explain import MEANING
from servanda.obligations.kleene import AND_ORDER
from servanda.obligations.places import LARGER, REGIONS
from servanda.obligations.vocabulary import FAMILIES, SORTS
from servanda.scenario.shelf import reason_roots

__all__ = ["MARK", "PAGE", "glossary_page"]

PAGE = Path(__file__).parents[1] / "docs" / "glossary.md"
MARK = "<!-- What follows is written from the code by `python -m tools.write_formats`. -->"

TRUTHS = {
    "true": "the condition holds",
    "unknown": "a fact is not known",
    "contested": "two defensible readings differ",
    "open": "the text does not say",
    "false": "the condition fails",
}
SORT_NOTES = {
    "other_side": "an attack on the other side, in its self-defence",
    "presence": "forces that come or stand somewhere",
    "support": "help to somebody who fights",
    "exercise": "a show of force without force",
    "threat": "force is threatened or prepared",
    "hybrid": "measured by its effects or by the hand behind it",
    "natural": "nobody's deed",
    "subversion": "agitation",
    "internal": "at home; whose hand it was may be disputed",
    "coup": "an overthrow",
    "coercion": "pressure without arms",
    "impact": "an attack only if it was meant",
    "violation": "a crossing; without force no attack",
    "below": "short of force, or thereabouts",
    "attack": "an armed attack",
    "force": "an armed attack where it is grave enough",
    "political": "words and papers",
}
FAMILY_NOTES = {
    "conduct": "what a party was driven to do: only the record can say",
    "nuclear": "the fact `nuclear`",
    "neutrality": "anything hostile",
    "independence": "an attack, or the fact `threatens_independence`",
    "internal": "an internal sort, a coup, subversion",
    "peaceable": "anything but a natural disaster",
    "hybrid": "that kind (cyber, terror, sabotage) and no other",
    "attack": "an armed attack, with its threshold",
    "force": "any use of force",
    "breach": "anything hostile; by the text's own name a breach of the text",
    "coercion": "that measure, or pressure of any kind",
    "disaster": "a natural sort",
    "threat": "any sort but natural; for harmless ones the fact `threat_to_party`",
}
STATES = {
    "dormant": "not owed, or not yet",
    "live": "owed, its deadline ahead",
    "due": "its deadline has arrived",
    "met": "performed on the record",
    "breached": "refused on the record",
    "released": "given up by the one to whom it is owed",
    "lapsed": "ended with its text or the membership",
    "exercised": "of a power: used",
    "standing": "of a prohibition: not broken",
}
ROOT_NOTES = {
    "area": "where it happened",
    "time": "whether the text bound on the day",
    "target": "who was hit",
    "actor": "who did it",
    "kind": "what happened",
    "threshold": "how grave it was",
    "deliberate": "whether it was meant",
    "attribution": "of cases: whether it is settled who did it; the engine has it in `missing`",
    "provocation": "who brought it about",
    "request": "whether help was asked for",
    "decision": "who decides, and what was decided",
    "precondition": "another condition, or an exception",
    "beneficiary": "of cases: whom the promise is for; the engine says `target`",
    "text_ambiguity": "the words carry two meanings",
    "object": "what thing was hit",
}


def glossary_page() -> str:
    """Return the page: the nouns as they stand, and the words of the engine from its code.

    Raises:
        ValueError: the page has lost its mark, or a word of the code is not explained.
    """
    head, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{PAGE.name} has lost the line {MARK}")
    return f"{head}{MARK}\n\n" + "\n".join(_parts())


def _parts() -> Iterable[str]:
    yield from _findings()
    yield from _roots()
    yield "## Answers of a condition\n"
    yield "In a conjunction the one that stands last in this table decides.\n"
    order = sorted(AND_ORDER, key=AND_ORDER.__getitem__)
    yield _table(("answer", "means"), _explained(order, TRUTHS))
    yield "## States of a duty\n"
    yield "[Duties over time](concepts/duties.md) says how a duty passes from one to another.\n"
    known = {*lifecycle.DONE, "dormant", "live", "due", "standing"}
    yield _table(("state", "means"), _explained(STATES, STATES, known))
    yield from _words()


def _findings() -> Iterable[str]:
    yield "## Findings\n"
    yield "What to make of each stands under [Findings](concepts/findings.md).\n"
    yield _table(("finding", "in plain words"), _explained(FINDINGS, MEANING))


def _roots() -> Iterable[str]:
    yield "## Root reasons\n"
    yield "The codes are the finer words that cases may use for a root.\n"
    codes = reason_roots()
    finer = {root: _list(c for c, of in codes.items() if of == root != c) for root in ROOTS}
    rows = [(f"`{root}`", note, finer[root]) for root, note in _plain(ROOTS, ROOT_NOTES)]
    yield _table(("root", "asks", "codes"), rows)


def _words() -> Iterable[str]:
    yield "## Sorts of incident\n"
    yield "The fact `kind` has the first sort of which it has a word; words are beginnings.\n"
    notes = dict(_plain([sort for sort, _ in SORTS], SORT_NOTES))
    yield _table(("sort", "is", "words"), [(f"`{s}`", notes[s], _list(w)) for s, w in SORTS])
    yield "## Families of triggers\n"
    yield "A word of `trigger.kinds` has the first family of which it has a word; failing that it"
    yield "is met by an incident of the sort that it names.\n"
    notes = dict(_plain([family for family, _ in FAMILIES], FAMILY_NOTES))
    families = [(f"`{family}`", notes[family], _list(words)) for family, words in FAMILIES]
    yield _table(("family", "is met by", "words"), families)
    yield "## Deeds that a prohibition names\n"
    yield "A prohibition of force is broken by any hostile incident, others by their own sort.\n"
    deeds = [("force", prohibitions.HOSTILITY), *prohibitions.OTHER_ACTS]
    yield _table(("deed", "words of `act`"), [(f"`{deed}`", _list(words)) for deed, words in deeds])
    yield "## Conditions that keep no duty from arising\n"
    yield f"Words with one of these parts: {_list(SOFTENERS)}.\n"
    yield f"A condition is turned round by {_list(NOT)} at its beginning.\n"
    yield "## Legal force\n"
    yield f"Binding in law are {_list(sorted(BINDING_FORCES))}; every other word is less.\n"
    yield "## Regions\n"
    yield "Each lies in those beside it, and so in what these lie in.\n"
    top = sorted(REGIONS - set(LARGER))
    rows = [(f"`{name}`", _list(larger)) for name, larger in sorted(LARGER.items())]
    yield _table(("region", "lies in"), rows)
    yield f"In no larger one: {_list(top)}.\n"


def _plain(
    words: Iterable[str], notes: Mapping[str, str], known: Iterable[str] | None = None
) -> list[tuple[str, str]]:
    """Pair each word with its note.

    Raises:
        ValueError: a word has no note, or a note no word.
    """
    listed = list(words)
    differing = set(known if known is not None else listed) ^ set(notes)
    if differing:
        raise ValueError(f"explained or in the code, but not both: {sorted(differing)}")
    return [(word, notes[word]) for word in listed]


def _explained(
    words: Iterable[str], notes: Mapping[str, str], known: Iterable[str] | None = None
) -> list[tuple[str, str]]:
    return [(f"`{word}`", note) for word, note in _plain(words, notes, known)]


def _list(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
