"""Who says or wants what, from parsed sentences: the rules that need no model but the grammar.

Each rule looks at one cue word (a verb of saying, a verb that takes a stand, a noun such as
"demand"), finds who is its subject and what is its content. What stands inside somebody else's
report is never booked as a statement of the person it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from servanda.evidence.contents import Contents
from servanda.evidence.grammar import Tree, Word
from servanda.evidence.phrases import (
    control,
    noun_phrase,
    particle,
    subjects,
    trimmed,
)
from servanda.evidence.records import Span
from servanda.evidence.registry import OUTLET
from servanda.evidence.resolving import Resolver
from servanda.evidence.words import words

__all__ = ["Raw", "statements"]

_MODAL_NOT = frozenset({"not", "n't", "never", "hardly", "no"})
_LIGHT = frozenset(
    """make issue repeat renew reiterate voice express restate launch respond answer have announce
    give table present unveil deliver reply declare""".split()
)


@dataclass(frozen=True, slots=True)
class Raw:
    """A statement before its proposal is known: who, where, by which cue and with what stance.

    ``stance`` is None where the content decides. ``clause`` says that the content is a clause that
    the speaker reports; ``silent`` that the speaker says nothing.
    """

    speaker: str | None
    speaker_span: Span
    cue: Span
    span: Span
    rule: str
    speech: bool
    stance: float | None = None
    certainty: float = 0.85
    clause: bool = False
    silent: bool = False
    negated: bool = False
    name: str = ""
    denies: bool = False


class _Sentence:
    """The rules for one sentence."""

    def __init__(self, text: str, tree: Tree, resolver: Resolver, quotes: tuple[Span, ...]) -> None:
        self.text, self.tree, self.resolver, self.quotes = text, tree, resolver, quotes
        self.found: list[Raw] = []
        self.reported: list[tuple[Span, Word, frozenset[str | None]]] = []
        self.lists = words()
        self.contents = Contents(text, tree, quotes)
        self.whole = self.contents.whole

    def read(self) -> list[Raw]:
        ordered = sorted(
            self.tree.words,
            key=lambda w: (not self._closes(w), not self._says(w), self._depth(w)),
        )
        for word in ordered:
            if self._inside_report(word):
                continue
            if word.lower in self.lists.adjectives or word.lemma in self.lists.adjectives:
                self._adjective(word)
            if self.contents.quoted(word):
                continue
            if word.pos in {"VERB", "AUX"} or (
                word.dep == "ROOT" and word.lemma in self.lists.position
            ):
                self._verb(word)
            elif word.pos in {"NOUN", "PROPN"}:
                self._noun(word)
        self._according()
        return [f for f in self.found if not self._anothers(f)]

    def _says(self, word: Word) -> bool:
        return (
            word.pos == "VERB" and word.lemma in self.lists.speech - self.lists.weak
            and word.tag in {"VBD", "VBZ", "VBP", "VBN"} and not self.contents.quoted(word)
        )  # fmt: skip

    def _closes(self, word: Word) -> bool:
        """Say whether ", X wrote" ends a sentence: then all before it is what X wrote."""
        if not self._says(word):
            return False
        nouns = self.tree.children(word, "nsubj")
        if not nouns or not 0 < word.i - nouns[0].i <= 4:
            return False
        start = noun_phrase(self.tree, nouns[0]).start
        return self.text[self.whole.start : start].rstrip().endswith(",")

    def _anothers(self, raw: Raw) -> bool:
        """Say whether a statement stands inside what somebody else reports.

        An outlet that reports quoted words hands them on: those stay with who said them.
        """
        for span, cue, who in self.reported:
            if span.covers(raw.cue) and self.tree.place(cue) != raw.cue and raw.speaker not in who:
                handed_on = self._outlet(who) and any(raw.span.overlaps(q) for q in self.quotes)
                if not handed_on:
                    return True
        return False

    def _depth(self, word: Word) -> int:
        return sum(1 for _ in self.tree.ancestors(word))

    def _inside_report(self, word: Word) -> bool:
        place = self.tree.place(word)
        return any(
            span.covers(place) and cue.i != word.i and not self._outlet(who)
            for span, cue, who in self.reported
        )

    # --- who ---

    def _who(self, nouns: list[Word]) -> list[tuple[str | None, Span, str]]:
        found: list[tuple[str | None, Span, str]] = []
        for noun in nouns:
            phrase = noun_phrase(self.tree, noun)
            who = self.resolver.actor(phrase, self.tree.place(noun))
            if who is None:
                found.append((None, phrase, phrase.of(self.text)))
            else:
                found.append((who[0], who[1], ""))
        return found

    def _put(self, who: list[tuple[str | None, Span, str]], made: Raw, verb: Word) -> None:
        for actor, place, name in who:
            if actor is not None:
                self.resolver.heard(actor, place.start)
            self.found.append(replace(made, speaker=actor, speaker_span=place, name=name))
        relayed = made.clause or (made.speech and made.stance is None)
        if relayed:
            self.reported.append((made.span, verb, frozenset(a for a, _, _ in who)))

    def _outlet(self, who: frozenset[str | None]) -> bool:
        actors = self.resolver.directory.actors
        return any(a is not None and actors[a].type == OUTLET for a in who)

    # --- verbs ---

    def _verb(self, verb: Word) -> None:
        key, mark = particle(self.tree, verb, self.lists.position)
        speech = verb.lemma in self.lists.speech
        position = self.lists.position.get(key)
        if not speech and position is None:
            self._note_subject(verb)
            return
        if self._unsaid(verb, speech=speech):
            return
        who = self._speakers(verb, speech=speech)
        if not who:
            return
        if self._silence(verb, who):
            return
        content, how = self.contents.content(verb, mark, speech=speech)
        if content is None:
            return
        clause = how in {"clause", "that", "leading", "aside", "colon"}
        if not clause and not speech and position is None:
            return
        stance, certainty = self._stand(verb, position, clause, how)
        cue = (
            self.tree.span(verb, mark)
            if mark is not None and mark.i > verb.i
            else self.tree.place(verb)
        )
        self._put(
            who,
            Raw(
                None, cue, cue, content, f"{key}:{how}",
                speech=speech and (clause or position is None),
                stance=stance, certainty=certainty, clause=clause,
                negated=self._negated(verb),
                denies=verb.lemma in self.lists.denying and speech,
            ),
            verb,
        )  # fmt: skip

    def _unsaid(self, verb: Word, *, speech: bool) -> bool:
        """Say whether a verb stands in a question or condition, or asks rather than states."""
        if any(w.lower in {"if", "whether", "unless"} for w in self.tree.children(verb, "mark")):
            return True
        if verb.lemma == "ask" and verb.tag == "VBN" and not self.tree.children(verb, "nsubj"):
            return True
        if speech and verb.lemma in {"ask", "wonder"}:
            below = control(self.tree, verb, "ccomp", "xcomp")
            if below is not None:
                return any(
                    w.tag in {"WDT", "WP", "WRB"} or w.lower in {"whether", "if"}
                    for w in self.tree.subtree(below)[:4]
                )
        return False

    def _speakers(self, verb: Word, *, speech: bool) -> list[tuple[str | None, Span, str]]:
        place = self.tree.place(verb)
        if speech and verb.tag == "VBG" and self.text[: place.start].rstrip().endswith(","):
            before = [f for f in self.found if f.clause and f.span.end <= place.start]
            if not before and not any(w[0] for w in self._who(subjects(self.tree, verb))):
                before = [f for f in self.found if f.speech and f.span.start <= place.start]
            if before:
                last = max(before, key=lambda f: f.span.end)
                return [(f.speaker, f.speaker_span, f.name) for f in before if f.cue == last.cue]
        nouns = subjects(self.tree, verb)
        return self._who(nouns) if nouns else []

    def _note_subject(self, verb: Word) -> None:
        for noun in self.tree.children(verb, "nsubj", "nsubjpass"):
            who = self.resolver.actor(noun_phrase(self.tree, noun), self.tree.place(noun))
            if who is not None and noun.pos != "PRON":
                self.resolver.heard(who[0], who[1].start)

    def _stand(
        self, verb: Word, position: tuple[float, float] | None, clause: bool, how: str
    ) -> tuple[float | None, float]:
        lemma = verb.lemma
        if lemma in self.lists.judging and not clause:
            known = self.lists.position.get(lemma)
            return (known[0] if known else None), 0.85
        if position is None:
            return (
                (0.9, 0.88)
                if lemma in self.lists.asking and how in {"asked", "to"}
                else (None, 0.8)
            )
        if (
            clause
            and lemma in self.lists.speech
            and lemma not in {"propose", "demand", "insist", "suggest", "recommend", "request"}
        ):
            return None, 0.8
        if clause and lemma in {"suggest", "insist"}:
            return None, 0.8
        stance, certainty = position
        if self._negated(verb):
            stance = 0.3 if stance < -0.4 else -0.7 * stance
            certainty = min(certainty, 0.7)
        return stance, certainty

    def _negated(self, verb: Word) -> bool:
        return any(w.lower in _MODAL_NOT for w in self.tree.children(verb, "neg", "advmod"))

    def _silence(self, verb: Word, who: list[tuple[str | None, Span, str]]) -> bool:
        silent = verb.lemma in self.lists.silence and self._negated(verb)
        last = verb
        if verb.lemma in {"decline", "refuse"}:
            below = control(self.tree, verb, "xcomp")
            if below is not None and below.lemma in self.lists.silence | {
                "say",
                "discuss",
                "answer",
            }:
                silent, last = True, below
        if not silent:
            return False
        span = trimmed(self.text, self.tree.span(verb, self.tree.subtree(last)[-1]))
        raw = Raw(
            None, span, span, span, "silence", speech=False, stance=0.0, certainty=0.25, silent=True
        )
        self._put(who, raw, verb)
        return True

    # --- nouns and adjectives ---

    def _noun(self, noun: Word) -> None:
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
        self._put(who, raw, noun)

    def _owner(self, noun: Word) -> list[tuple[str | None, Span, str]]:
        tree = self.tree
        owners = tree.children(noun, "poss")
        if not owners:
            for prep in tree.children(noun, "prep", "agent"):
                if prep.lower in {"by", "from"}:
                    owners += tree.children(prep, "pobj")
        if owners:
            return [w for w in self._who(owners) if w[0] is not None]
        verb = tree.head(noun)
        if verb.pos == "ADP":
            verb = tree.head(verb)
        if verb.lemma in _LIGHT or verb.lemma in self.lists.speech:
            return [w for w in self._speakers(verb, speech=True) if w[0] is not None]
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
        who = [w for w in self._who(subjects(self.tree, verb)) if w[0] is not None]
        for below in self.tree.children(word, "prep", "xcomp", "agent"):
            inner = (
                below
                if below.pos == "VERB"
                else next(iter(self.tree.children(below, "pobj", "pcomp")), None)
            )
            if inner is not None and who:
                stance = -weight[0] if self._negated(verb) else weight[0]
                cue = self.tree.place(word)
                span = self.contents.of(inner)
                if self.contents.quoted(word):
                    span = Span(min(span.start, cue.start), max(span.end, cue.end))
                self._put(
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
        who = self._who([noun])
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
        self._put(
            who,
            Raw(None, cue, cue, content, "according-to", speech=True, clause=True, certainty=0.8),
            noun,
        )

    def _tells(self, span: Span) -> bool:
        """Say whether a stretch has a verb of its own."""
        return any(
            w.pos in {"VERB", "AUX"} and span.covers(self.tree.place(w)) for w in self.tree.words
        )

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
    return _Sentence(text, tree, resolver, quotes).read() if tree.words else []
