"""What is said: the stretch of a sentence that belongs to a cue verb."""

from __future__ import annotations

import re

from servanda.evidence.grammar import Tree, Word
from servanda.evidence.phrases import (
    clause_end,
    control,
    left_edge,
    noun_phrase,
    temporal,
    trimmed,
)
from servanda.evidence.records import Span
from servanda.evidence.words import words

__all__ = ["Contents"]

_ONWARD = frozenset({"in", "at", "to", "for", "of", "along", "between", "toward", "towards", "as"})
_WANTING = frozenset("want prefer demand propose insist hope fear doubt wish".split())


class Contents:
    """Finds contents in one sentence.

    Args:
        text: the whole text.
        tree: the sentence, at its place.
        quotes: the quotations that begin in it.
    """

    def __init__(self, text: str, tree: Tree, quotes: tuple[Span, ...]) -> None:
        """Take the sentence."""
        self.text, self.tree, self.quotes = text, tree, quotes
        self.lists = words()
        self.whole = tree.span(tree.words[0], tree.words[-1])

    def quoted(self, word: Word) -> bool:
        """Say whether a word stands in quotation marks."""
        place = self.tree.place(word)
        return any(q.covers(place) for q in self.quotes)

    def content(self, verb: Word, mark: Word | None, *, speech: bool) -> tuple[Span | None, str]:
        """Return what a verb's subject says or takes a stand on, and by which way it was found.

        Args:
            verb: the cue.
            mark: its particle or preposition, if it is one of the lists' ("rule out", "call for").
            speech: the verb is one of saying.
        """
        tree = self.tree
        if mark is not None and mark.dep in {"prep", "agent"}:
            noun = next(iter(tree.children(mark, "pobj", "pcomp")), None)
            if noun is not None:
                return self.of(noun), "object"
        if verb.dep == "acl" and verb.tag == "VBN" and not _has_clause(tree, verb):
            noun = tree.head(verb)
            return trimmed(self.text, noun_phrase(tree, noun)), "passive"
        if tree.children(verb, "nsubjpass") and verb.tag in {"VBN", "VBD"} and not speech:
            return self.of(tree.children(verb, "nsubjpass")[0]), "passive"
        if verb.lemma in self.lists.judging:
            found = self._judged(verb)
            if found is not None:
                return found, "judged"
        if verb.lemma in self.lists.asking:
            found = self._asked(verb)
            if found is not None:
                return found, "asked"
        clause = self._clause(verb, speech=speech)
        if clause is not None:
            return clause
        return self._object(verb)

    def of(self, word: Word) -> Span:
        """Return the span of a word with all that depends on it, without a trailing clause."""
        sub = self.tree.subtree(word)
        span = self.tree.span(sub[0], sub[-1])
        span = self._onward(span, sub[-1])
        cut = re.search(
            r",\s+(?:(?:after|in|under|by) which\b|according to\b|while\b|yet\b)",
            span.of(self.text),
        )
        return trimmed(self.text, Span(span.start, span.start + cut.start()) if cut else span)

    def _onward(self, span: Span, last: Word) -> Span:
        """Go on over phrases that the parser hung elsewhere: "a truce | in the air and at sea"."""
        words_ = self.tree.words
        at = last.i + 1
        anaphoric = last.lower in self.lists.anaphora
        if anaphoric or last.dep == "ROOT" or at >= len(words_) or words_[at].lower not in _ONWARD:
            return span
        end = at
        while end < len(words_) and end - at < 10:
            word = words_[end]
            if word.pos in {"VERB", "AUX", "SCONJ", "PUNCT", "PART"} or temporal(word):
                break
            end += 1
        while end > at and words_[end - 1].pos in {"ADP", "CCONJ", "DET", "PRON"}:
            end -= 1
        return Span(span.start, self.tree.place(words_[end - 1]).end) if end > at else span

    def _judged(self, verb: Word) -> Span | None:
        after = [
            w
            for w in self.tree.children(verb)
            if w.i > verb.i
            and w.dep in {"dobj", "oprd", "ccomp", "xcomp", "prep", "nsubj", "attr", "acomp"}
        ]
        after = [w for w in after if w.dep != "prep" or w.lower in {"as", "to"}]
        if not after:
            return None
        first = min(left_edge(self.tree, w).i for w in after)
        last = max(self.tree.subtree(w)[-1].i for w in after)
        return trimmed(
            self.text,
            self.tree.span(self.tree.words[max(first, verb.i + 1)], self.tree.words[last]),
        )

    def _asked(self, verb: Word) -> Span | None:
        below = control(self.tree, verb, "xcomp", "ccomp")
        if below is None:
            return None
        noun = next((w for w in self.tree.children(verb, "dobj") if w.i < below.i), None)
        first = left_edge(self.tree, noun) if noun is not None else left_edge(self.tree, below)
        return trimmed(self.text, self.tree.span(first, self.tree.subtree(below)[-1]))

    def _clause(self, verb: Word, *, speech: bool) -> tuple[Span, str] | None:
        tree = self.tree
        ccomps = tree.children(verb, "ccomp")
        if not speech:
            if ccomps and verb.lemma in _WANTING:
                return self.of(ccomps[-1]), "to"
            return None
        inner = any(w.i > verb.i and w.lemma in self.lists.speech for w in ccomps)
        if not inner and (colon := self._colon(verb)) is not None:
            return colon, "colon"
        if (that := self._that(verb, ccomps)) is not None:
            return that, "that"
        if ccomps:
            return self._ccomp(verb, ccomps), "clause"
        if (leading := self._leading(verb)) is not None:
            return leading
        return None

    def _ccomp(self, verb: Word, ccomps: list[Word]) -> Span:
        chosen = max(ccomps, key=lambda w: len(self.tree.subtree(w)))
        span = self.of(chosen)
        place = self.tree.place(verb)
        if span.start > place.start:
            return self._until_participle(span, verb)
        return span

    def _that(self, verb: Word, ccomps: list[Word]) -> Span | None:
        words_ = self.tree.words
        for at in range(verb.i + 1, min(verb.i + 12, len(words_))):
            word = words_[at]
            if self.quoted(word):
                break
            if word.text in {";", ":"} or (word.pos == "VERB" and word.lemma in self.lists.speech):
                break
            if word.lower == "that" and (
                word.dep in {"mark", "dobj", "nsubj", "nsubjpass"} or word.tag in {"IN", "WDT"}
            ):
                if (
                    word.tag == "WDT"
                    and word.dep in {"nsubj", "nsubjpass"}
                    and words_[at - 1].pos in {"NOUN", "PROPN"}
                    and ccomps
                ):
                    continue
                owner = self.tree.head(word)
                last = clause_end(self.tree, word)
                if word.dep == "mark" and owner in ccomps:
                    last = self.tree.subtree(owner)[-1]
                span = self.tree.span(word, last)
                return self._until_participle(trimmed(self.text, span), verb)
        return None

    def _until_participle(self, span: Span, verb: Word) -> Span:
        """End a clause where the speaker goes on: ", adding that", ", and he"."""
        for word in self.tree.words:
            place = self.tree.place(word)
            if not span.start < place.start < span.end or self.quoted(word):
                continue
            goes_on = (
                word.tag == "VBG"
                and word.lemma in self.lists.speech
                and self.text[: place.start].rstrip().endswith(",")
            )
            conj = word.dep == "conj" and word.head == verb.i and word.pos == "VERB"
            if goes_on or (conj and word.lemma in self.lists.speech | set(self.lists.position)):
                cut = place.start
                if conj:
                    first = left_edge(self.tree, word)
                    before = [
                        w
                        for w in self.tree.words
                        if w.i < first.i and w.lower in {"and", "but", "while"}
                    ]
                    cut = (
                        self.tree.place(before[-1]).start
                        if before
                        else self.tree.place(first).start
                    )
                if cut > span.start + 3:
                    return trimmed(self.text, Span(span.start, cut))
        return span

    def _colon(self, verb: Word) -> Span | None:
        for word in self.tree.words[verb.i + 1 :]:
            if word.text == ":" and not self.quoted(word) and word.i + 1 < len(self.tree.words):
                rest = trimmed(self.text, Span(self.tree.place(word).end, self.whole.end))
                quoted = any(q.start == rest.start for q in self.quotes)
                return rest if quoted else None
        return None

    def _leading(self, verb: Word) -> tuple[Span, str] | None:
        """Take what stands before "X said" at the end of a sentence, or around it in the middle."""
        tree = self.tree
        nouns = tree.children(verb, "nsubj")
        if not nouns or verb.lemma in self.lists.weak - {"report", "confirm", "recall"}:
            return None
        own = noun_phrase(tree, nouns[0])
        start = min(own.start, tree.place(verb).start)
        end = max(own.end, tree.place(verb).end)
        before = trimmed(self.text, Span(self.whole.start, start))
        commas = (
            self.text[self.whole.start : start].rstrip()[-1:]
            in {",", "”", '"', "’", "—", "–", "?", "!"}
            or self.text[self.whole.start : start].rstrip()[-2:-1] == ","
        )
        if before.end - before.start < 3 or not commas:
            return None
        after = self.text[end : self.whole.end]
        quoted = self.text[start - 3 : start].strip(" ,")[-1:] in {"”", '"', "»"}
        if re.match(r"\s*,\s*[\w“\"«]", after) and not quoted:
            rest = trimmed(self.text, Span(self.whole.start, self.whole.end))
            if not re.match(
                r"\s*,\s*(?:adding|saying|citing|calling|noting|who|which|but|and|while)\b", after
            ):
                return rest, "aside"
        tells = any(w.pos in {"VERB", "AUX"} and before.covers(tree.place(w)) for w in tree.words)
        quoted = any(before.covers(q) for q in self.quotes)
        return (before, "leading") if tells or quoted else None

    def _object(self, verb: Word) -> tuple[Span | None, str]:
        tree = self.tree
        below = control(tree, verb, "xcomp")
        noun = control(tree, verb, "dobj", "oprd", "attr")
        if below is not None and (noun is None or below.i < noun.i):
            return self.of(below), "to"
        if noun is not None:
            return self.of(noun), "object"
        allowed = {"of", "about", "for", "against", "to"}
        if verb.lemma in self.lists.position:
            allowed |= {"on", "with"}
        for prep in sorted(tree.children(verb, "prep", "agent"), key=lambda w: w.lower == "to"):
            if prep.i > verb.i and prep.lower in allowed:
                inner = next(iter(tree.children(prep, "pobj", "pcomp")), None)
                if (
                    inner is not None
                    and inner.pos in {"NOUN", "PROPN", "VERB", "PRON"}
                    and not temporal(inner)
                ):
                    return self.of(inner), "object"
        return None, ""


def _has_clause(tree: Tree, verb: Word) -> bool:
    """Say whether a verb has a clause for its content."""
    return bool(tree.children(verb, "ccomp"))
