"""Phrases in a parsed sentence: subjects of a verb, its objects, spans without edges."""

from __future__ import annotations

from servanda.evidence.grammar import Tree, Word
from servanda.evidence.records import Span

__all__ = [
    "clause_end",
    "control",
    "left_edge",
    "noun_phrase",
    "particle",
    "subjects",
    "temporal",
    "trimmed",
]

_INHERIT = frozenset({"advcl", "xcomp", "conj", "pcomp", "prep", "dep", "ccomp"})
_CONTROL = frozenset(
    """urge ask prompt press tell force lead push invite encourage allow want get implore
    cause""".split()
)
_NAMING = frozenset({"NOUN", "PROPN", "PRON", "DET", "NUM", "ADJ", "X"})
_DEEPEST = 4
_EDGES = " \t\n\r,;:.—–-"
_RELATIVE = frozenset({"who", "which", "that", "whose", "whom"})


def noun_phrase(tree: Tree, word: Word) -> Span:
    """Return the span of a noun with what describes it, without its relative clauses."""
    kept = [
        w
        for w in tree.subtree(word)
        if not any(
            a.dep in {"relcl", "acl", "conj", "cc", "parataxis"} and _under(tree, a, word)
            for a in (w, *tree.ancestors(w))
        )
    ]
    return tree.span(kept[0], kept[-1]) if kept else tree.place(word)


def _under(tree: Tree, word: Word, top: Word) -> bool:
    return word.i != top.i and any(a.i == top.i for a in tree.ancestors(word))


def subjects(tree: Tree, verb: Word, depth: int = 0) -> list[Word]:
    """Return the nouns that do what a verb says, inherited where it has none of its own.

    Coordinated subjects are all returned; of a passive the agent after "by"; for a relative
    pronoun the noun it stands for.
    """
    if depth > _DEEPEST:
        return []
    own = [w for w in tree.children(verb, "nsubj", "csubj") if w.pos in _NAMING]
    if own:
        return _spread(tree, own[-1], verb)
    agents = _agents(tree, verb)
    if agents or tree.children(verb, "nsubjpass"):
        return agents
    head = tree.head(verb)
    if verb.dep == "acl" and head.pos in {"NOUN", "PROPN", "PRON"}:
        return [head] if verb.tag == "VBG" else []
    if verb.dep == "xcomp" and head.lemma in _CONTROL:
        objects = tree.children(head, "dobj", "dative")
        if objects:
            return [objects[0]]
    return _inherited(tree, verb, depth)


def _inherited(tree: Tree, verb: Word, depth: int) -> list[Word]:
    """Take the subject of the verb above: of a participle, an infinitive, a second verb."""
    above = tree.head(verb)
    if verb.dep not in _INHERIT or above.i == verb.i:
        return []
    if above.pos in {"ADP", "SCONJ"}:
        above = tree.head(above)
    if above.pos not in {"VERB", "AUX"}:
        return []
    return _quoted_as(tree, verb, above) or subjects(tree, above, depth + 1)


def _quoted_as(tree: Tree, verb: Word, above: Word) -> list[Word]:
    """In "quoted Reck as saying" the one quoted speaks."""
    if verb.lower == "saying" and above.lemma in {"quote", "cite", "report", "describe"}:
        return tree.children(above, "dobj", "nsubjpass")
    return []


def _agents(tree: Tree, verb: Word) -> list[Word]:
    found = []
    for by in tree.children(verb, "agent", "prep"):
        if by.lower == "by":
            for noun in tree.children(by, "pobj"):
                found += _spread(tree, noun, verb)
    return found if verb.tag in {"VBN", "VBD"} else []


def _spread(tree: Tree, word: Word, verb: Word) -> list[Word]:
    if word.lower in _RELATIVE:
        for above in (verb, *tree.ancestors(verb)):
            if above.dep == "relcl":
                return [tree.head(above)]
        return []
    found = [word]
    for other in found:
        found += [w for w in tree.children(other, "conj") if w.i > other.i]
    return found


def particle(tree: Tree, verb: Word, known: object) -> tuple[str, Word | None]:
    """Return the verb's key with its particle or preposition, and that word.

    "ruled out" is ``rule_out``; "called for" ``call_for`` where that is in ``known``.
    """
    for child in tree.children(verb, "prt", "prep", "advmod", "agent"):
        key = f"{verb.lemma}_{child.lower}"
        if any(temporal(noun) for noun in tree.children(child, "pobj")):
            continue
        if key in known:  # type: ignore[operator]
            return key, child
    return verb.lemma, None


def control(tree: Tree, verb: Word, *deps: str) -> Word | None:
    """Return the first child of one of the relations that stands after the verb."""
    return next((w for w in tree.children(verb, *deps) if w.i > verb.i), None)


def left_edge(tree: Tree, word: Word) -> Word:
    """Return the first word of a subtree."""
    return tree.subtree(word)[0]


def clause_end(tree: Tree, first: Word) -> Word:
    """Return the last word of the sentence before its closing marks."""
    words = tree.words
    at = len(words) - 1
    while at > first.i and words[at].text in {".", "!", "?", "…"}:
        at -= 1
    return words[at]


def trimmed(text: str, span: Span) -> Span:
    """Take "that", commas and blanks off the edges of a span; quotation marks stay.

    Examples:
        >>> t = "said that in truth, it rains."
        >>> trimmed(t, Span(5, len(t))).of(t)
        'in truth, it rains'
    """
    start, end = span
    changed = True
    while changed and start < end:
        changed = False
        while start < end and text[start] in _EDGES:
            start, changed = start + 1, True
        while end > start and text[end - 1] in _EDGES and text[end - 2 : end] not in {"”.", '".'}:
            end, changed = end - 1, True
        while end > start and text[end - 1] == "." and text[end - 2] in '”"’»':
            end, changed = end - 1, True
        for word in ("that ", "and that "):
            if text[start : start + len(word)].lower() == word:
                start, changed = start + len(word), True
    return Span(start, end)


def temporal(word: Word) -> bool:
    """Say whether a noun names a time or the occasion of speaking, not what is spoken of."""
    return word.lower in {
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
        "february", "march", "april", "may", "june", "july", "august", "september", "october",
        "november", "december", "telegram", "briefing", "channel", "statement", "reporters",
    }  # fmt: skip
