"""Who says or wants what, from parsed sentences: the rules that need no model but the grammar.

Each rule looks at one cue word (a verb of saying, a verb that takes a stand, a noun such as
"demand"), finds who is its subject and what is its content. What stands inside somebody else's
report is never booked as a statement of the person it is about.
"""

from __future__ import annotations

import re

from servanda.evidence.frames import frame_of
from servanda.evidence.grammar import Tree, Word
from servanda.evidence.phrases import noun_phrase, subjects, trimmed
from servanda.evidence.records import Span
from servanda.evidence.resolving import Resolver
from servanda.evidence.sentence import Raw, Sentence

__all__ = ["Raw", "statements"]

_LIGHT = frozenset(
    """make issue repeat renew reiterate voice express restate launch respond answer have announce
    give table present unveil deliver reply declare""".split()
)
_BELIEVING = frozenset(
    """convinced sure certain confident adamant hopeful aware optimistic positive satisfied
    persuaded clear""".split()
)
_CLAIMING = frozenset(
    """claim belief suggestion assertion statement view remark report hint conviction assurance
    announcement sign hope fear rumour rumor impression speculation expectation possibility
    assumption allegation word news notion argument contention assessment prediction
    confirmation message""".split()
)


class _Whole(Sentence):
    """The rules for nouns, adjectives, sources and frames on top of those for verbs."""

    def read(self) -> list[Raw]:
        ordered = sorted(
            self.tree.words,
            key=lambda w: (not self.closes(w), not self.says(w), self.depth(w)),
        )
        for word in ordered:
            if self.inside_report(word):
                continue
            self._believing(word)
            self._claiming(word)
            if word.lower in self.lists.adjectives or word.lemma in self.lists.adjectives:
                self._adjective(word)
            if self.contents.quoted(word):
                continue
            if word.pos in {"VERB", "AUX"} or (
                word.dep == "ROOT" and word.lemma in self.lists.position
            ):
                self.verb(word)
            elif word.pos in {"NOUN", "PROPN"}:
                self._noun(word)
        self._according()
        self._framed()
        return [f for f in self.found if not self.anothers(f)]

    # --- nouns and adjectives ---

    def _noun(self, noun: Word) -> None:
        if noun.lemma in {"favour", "favor"}:
            self._favour(noun)
            return
        stance = self.lists.nouns.get(noun.lemma)
        if stance is None:
            return
        who = self._owner(noun)
        content = self._complement(noun)
        if not who or content is None:
            return
        cue = self.tree.place(noun)
        raw = Raw(
            None,
            cue,
            cue,
            content,
            f"noun:{noun.lemma}",
            speech=noun.lemma
            in {"proposal", "call", "appeal", "demand", "need", "suggestion", "pledge"},
            stance=stance,
            certainty=0.88,
        )
        self.put(who, raw, noun)

    def _favour(self, noun: Word) -> None:
        """Read "is in favour of"."""
        prep = self.tree.head(noun)
        verb = self.tree.head(prep)
        of = next((w for w in self.tree.children(noun, "prep") if w.lower == "of"), None)
        if prep.lower != "in" or of is None or verb.pos not in {"VERB", "AUX"}:
            return
        inner = next(iter(self.tree.children(of, "pobj", "pcomp")), None)
        who = [w for w in self.who(subjects(self.tree, verb)) if w[0] is not None]
        if inner is None or not who:
            return
        cue = self.tree.span(prep, of)
        stance = -0.7 if self.negated(verb) else 0.9
        raw = Raw(
            None, cue, cue, self.contents.of(inner), "in_favour:object", speech=False,
            stance=stance, certainty=0.85,
        )  # fmt: skip
        self.put(who, raw, noun)

    def _owner(self, noun: Word) -> list[tuple[str | None, Span, str]]:
        tree = self.tree
        owners = tree.children(noun, "poss")
        if not owners:
            for prep in tree.children(noun, "prep", "agent"):
                if prep.lower in {"by", "from"}:
                    owners += tree.children(prep, "pobj")
        if owners:
            return [w for w in self.who(owners) if w[0] is not None]
        verb = tree.head(noun)
        if verb.pos == "ADP":
            verb = tree.head(verb)
        if verb.lemma in _LIGHT or verb.lemma in self.lists.speech:
            return [w for w in self.speakers(verb, speech=True) if w[0] is not None]
        return []

    def _complement(self, noun: Word) -> Span | None:
        for below in self.tree.children(noun, "acl", "relcl", "prep", "xcomp", "ccomp"):
            if below.i < noun.i:
                continue
            if below.pos == "VERB" and any(
                w.lower == "to" for w in self.tree.children(below, "aux")
            ):
                return self.contents.of(below)
            if below.lower in {"for", "to", "against", "of", "on"} and noun.lemma not in {
                "idea",
                "plan",
            }:
                inner = next(iter(self.tree.children(below, "pobj", "pcomp")), None)
                if inner is not None:
                    return self.contents.of(inner)
            if below.lower in {"for", "of"}:
                inner = next(iter(self.tree.children(below, "pobj", "pcomp")), None)
                if inner is not None:
                    return self.contents.of(inner)
        return None

    def _adjective(self, word: Word) -> None:
        weight = self.lists.adjectives.get(word.lemma) or self.lists.adjectives.get(word.lower)
        verb = self.tree.head(word)
        if weight is None or verb.pos not in {"VERB", "AUX"} or self.contents.quoted(verb):
            return
        if word.dep not in {"acomp", "oprd", "advcl", "attr", "ccomp", "xcomp", "amod"}:
            return
        who = [w for w in self.who(subjects(self.tree, verb)) if w[0] is not None]
        for below in self.tree.children(word, "prep", "xcomp", "agent"):
            inner = (
                below
                if below.pos == "VERB"
                else next(iter(self.tree.children(below, "pobj", "pcomp")), None)
            )
            if inner is not None and who:
                stance = -weight[0] if self.negated(verb) else weight[0]
                cue = self.tree.place(word)
                span = self.contents.of(inner)
                if self.contents.quoted(word):
                    span = Span(min(span.start, cue.start), max(span.end, cue.end))
                self.put(
                    who,
                    Raw(
                        None,
                        cue,
                        cue,
                        span,
                        f"adjective:{word.lower}",
                        speech=False,
                        stance=stance,
                        certainty=weight[1],
                    ),
                    verb,
                )
                return

    def _believing(self, word: Word) -> None:
        """Read "X is convinced that ..." as what X says."""
        if word.lower not in _BELIEVING or self.contents.quoted(word):
            return
        verb = self.tree.head(word)
        clauses = self.tree.children(word, "ccomp") or [
            w for w in self.tree.children(verb, "ccomp") if w.i > word.i
        ]
        if verb.pos not in {"VERB", "AUX"} or not clauses:
            return
        cue = self.tree.place(word)
        who = self.who(subjects(self.tree, verb))
        raw = Raw(
            None, cue, cue, self.contents.of(clauses[0]), f"belief:{word.lower}",
            speech=True, clause=True, certainty=0.7,
        )  # fmt: skip
        self.put(who, raw, word)
        if not who:
            self.reported.append((raw.span, word, frozenset()))

    def _claiming(self, word: Word) -> None:
        """Read "X's claim that ..." as what X says; without an owner it is nobody's."""
        if word.lemma not in _CLAIMING or word.pos != "NOUN" or self.contents.quoted(word):
            return
        clauses = [
            w
            for w in self.tree.children(word, "acl", "ccomp", "relcl")
            if w.i > word.i
            and any(m.lower == "that" for m in self.tree.children(w, "mark", "nsubj", "dobj"))
        ]
        if not clauses:
            return
        cue, span = self.tree.place(word), self.contents.of(clauses[0])
        owners = self.tree.children(word, "poss")
        raw = Raw(
            None, cue, cue, span, f"claim:{word.lemma}", speech=True, clause=True, certainty=0.7
        )
        self.put([w for w in self.who(owners) if w[0] is not None], raw, word)
        self.reported.append((span, word, frozenset()))

    # --- according to ---

    def _according(self) -> None:
        text = self.whole.of(self.text)
        match = re.search(r"\b[Aa]ccording to\s+", text)
        if match is None:
            return
        at = self.whole.start + match.start()
        if any(q.start <= at < q.end for q in self.quotes):
            return
        start = self.whole.start + match.end()
        noun = next(
            (w for w in self.tree.words if self.tree.place(w).start >= start and w.dep == "pobj"),
            None,
        )
        if noun is None:
            return
        who = self.who([noun])
        phrase = noun_phrase(self.tree, noun)
        if match.start() == 0:
            content = Span(phrase.end, self.whole.end)
        else:
            content = Span(self._part_start(at), at)
        cue = Span(at, self.whole.start + match.end() - 1)
        if match.start() and not self._tells(content):
            content = self.whole
        content = trimmed(self.text, content)
        if content.end - content.start < 4:
            return
        self.found = [
            f for f in self.found
            if not (f.rule.startswith("accord") or content.covers(f.span))
        ]  # fmt: skip
        self.put(
            who,
            Raw(None, cue, cue, content, "according-to", speech=True, clause=True, certainty=0.8),
            noun,
        )

    def _tells(self, span: Span) -> bool:
        """Say whether a stretch has a verb of its own."""
        return any(
            w.pos in {"VERB", "AUX"} and span.covers(self.tree.place(w)) for w in self.tree.words
        )

    def _framed(self) -> None:
        """Read "in X's view", "for X," and the like: what stands in the frame is X's."""
        frame = frame_of(self.text, self.whole, self.resolver, self.quotes)
        if frame is None:
            return
        who, place, content = frame
        self.found = [f for f in self.found if f.speaker == who.actor or not content.covers(f.cue)]
        made = Raw(
            who.actor, who.span, place, content, "frame", speech=True, clause=True, certainty=0.7
        )
        self.found.append(made)

    def _part_start(self, at: int) -> int:
        """Begin after ", after which" or at the sentence: what the source vouches for."""
        before = self.text[self.whole.start : at]
        parts = list(
            re.finditer(r",\s+(?=(?:after|in|under|by) which\b|where\b|while\b|but\b)", before)
        )
        return self.whole.start + (parts[-1].end() if parts else 0)


def statements(text: str, tree: Tree, resolver: Resolver, quotes: tuple[Span, ...]) -> list[Raw]:
    """Return what the rules find in one parsed sentence, in the order they were found.

    Args:
        text: the whole text.
        tree: the sentence, at its place.
        resolver: who is meant by names and pronouns; it learns who was the subject.
        quotes: the quotations of the text that touch the sentence.
    """
    return _Whole(text, tree, resolver, quotes).read() if tree.words else []
