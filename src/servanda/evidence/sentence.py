"""One parsed sentence and its verbs: who says or wants what by a verb of saying or of standing.

What stands inside somebody's report is remembered, so that it is never booked as a statement of
the person it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from servanda.evidence.contents import Contents
from servanda.evidence.grammar import Tree, Word
from servanda.evidence.phrases import control, noun_phrase, particle, subjects, trimmed
from servanda.evidence.records import Span
from servanda.evidence.registry import OUTLET
from servanda.evidence.resolving import Resolver
from servanda.evidence.words import words

__all__ = ["Raw", "Sentence"]

_YET = re.compile(r"\byet to\s+$")
#: Acts done by saying so: who pledges has spoken, whatever it is about.
_ACTS = frozenset({"pledge", "promise", "vow", "threaten"})
_MODAL_NOT = frozenset({"not", "n't", "never", "hardly", "no"})


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


class Sentence:
    """A sentence under the rules for verbs.

    Args:
        text: the whole text.
        tree: the sentence, at its place.
        resolver: who is meant; it learns who was a subject.
        quotes: the quotations that begin in the sentence.
    """

    def __init__(self, text: str, tree: Tree, resolver: Resolver, quotes: tuple[Span, ...]) -> None:
        """Take the sentence; nothing is found yet."""
        self.text, self.tree, self.resolver, self.quotes = text, tree, resolver, quotes
        self.found: list[Raw] = []
        self.reported: list[tuple[Span, Word, frozenset[str | None]]] = []
        self.lists = words()
        self.contents = Contents(text, tree, quotes)
        self.whole = self.contents.whole

    def says(self, word: Word) -> bool:
        """Say whether a word is a verb of saying in a finite form."""
        return (
            word.pos == "VERB" and word.lemma in self.lists.speech - self.lists.weak
            and word.tag in {"VBD", "VBZ", "VBP", "VBN"} and not self.contents.quoted(word)
        )  # fmt: skip

    def closes(self, word: Word) -> bool:
        """Say whether ", X wrote" ends a sentence: then all before it is what X wrote."""
        if not self.says(word):
            return False
        nouns = self.tree.children(word, "nsubj")
        if not nouns or not 0 < word.i - nouns[0].i <= 4:
            return False
        start = noun_phrase(self.tree, nouns[0]).start
        return self.text[self.whole.start : start].rstrip().endswith(",")

    def anothers(self, raw: Raw) -> bool:
        """Say whether a statement stands inside what somebody else reports.

        An outlet that reports quoted words hands them on: those stay with who said them.
        """
        for span, cue, who in self.reported:
            if span.covers(raw.cue) and self.tree.place(cue) != raw.cue and raw.speaker not in who:
                handed_on = self.outlet(who) and any(raw.span.overlaps(q) for q in self.quotes)
                if not handed_on:
                    return True
        return False

    def depth(self, word: Word) -> int:
        """Return how far a word is from the root."""
        return sum(1 for _ in self.tree.ancestors(word))

    def inside_report(self, word: Word) -> bool:
        """Say whether a word stands in what somebody else reports; an outlet hands words on."""
        place = self.tree.place(word)
        return any(
            span.covers(place) and cue.i != word.i and not self.outlet(who)
            for span, cue, who in self.reported
        )

    # --- who ---

    def who(self, nouns: list[Word]) -> list[tuple[str | None, Span, str]]:
        """Resolve nouns: the actor or None, its span, and the words where it is None."""
        found: list[tuple[str | None, Span, str]] = []
        for noun in nouns:
            phrase = noun_phrase(self.tree, noun)
            who = self.resolver.actor(phrase, self.tree.place(noun))
            if who is None:
                found.append((None, phrase, phrase.of(self.text)))
            else:
                found.append((who[0], who[1], ""))
        return found

    def put(self, who: list[tuple[str | None, Span, str]], made: Raw, verb: Word) -> None:
        """Book a statement for each speaker and remember what is reported in it."""
        for actor, place, name in who:
            if actor is not None:
                self.resolver.heard(actor, place.start)
            self.found.append(replace(made, speaker=actor, speaker_span=place, name=name))
        relayed = made.clause or (made.speech and made.stance is None)
        if relayed:
            self.reported.append((made.span, verb, frozenset(a for a, _, _ in who)))

    def outlet(self, who: frozenset[str | None]) -> bool:
        """Say whether one of the actors is an outlet."""
        actors = self.resolver.directory.actors
        return any(a is not None and actors[a].type == OUTLET for a in who)

    # --- verbs ---

    def verb(self, verb: Word) -> None:
        """Apply the rules for a verb."""
        key, mark = particle(self.tree, verb, self.lists.position)
        speech = verb.lemma in self.lists.speech
        position = self.lists.position.get(key)
        if not speech and position is None:
            self._note_subject(verb)
            return
        if self._unsaid(verb, speech=speech):
            return
        who = self.speakers(verb, speech=speech)
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
        self.put(
            who,
            Raw(
                None, cue, cue, content, f"{key}:{how}",
                speech=speech and (clause or position is None or key in _ACTS),
                stance=stance, certainty=certainty, clause=clause,
                negated=self.negated(verb),
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

    def speakers(self, verb: Word, *, speech: bool) -> list[tuple[str | None, Span, str]]:
        """Return who speaks by a verb."""
        place = self.tree.place(verb)
        if speech and verb.tag == "VBG" and self.text[: place.start].rstrip().endswith(","):
            before = [f for f in self.found if f.clause and f.span.end <= place.start]
            if not before and not any(w[0] for w in self.who(subjects(self.tree, verb))):
                before = [f for f in self.found if f.speech and f.span.start <= place.start]
            if before:
                last = max(before, key=lambda f: f.span.end)
                return [(f.speaker, f.speaker_span, f.name) for f in before if f.cue == last.cue]
        nouns = self._quoting(verb) or subjects(self.tree, verb)
        return self.who(nouns) if nouns else []

    def _quoting(self, verb: Word) -> list[Word]:
        """In "Trump quoted Putin as saying" the claim is Trump's; an outlet hands words on."""
        above = next((a for a in self.tree.ancestors(verb) if a.lemma in {"quote", "cite"}), None)
        if above is None or verb.lower != "saying" or self.tree.children(above, "nsubjpass"):
            return []
        nouns = subjects(self.tree, above)
        who = self.who(nouns)
        return [] if self.outlet(frozenset(a for a, _, _ in who)) else nouns

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
        if _YET.search(
            self.text[
                max(self.whole.start, self.tree.place(verb).start - 8) : self.tree.place(verb).start
            ]
        ):
            return 0.0, 0.4  # "has yet to commit" is neither for nor against
        if self.negated(verb):
            stance = 0.3 if stance < -0.4 else -0.7 * stance
            certainty = min(certainty, 0.7)
        return stance, certainty

    def negated(self, verb: Word) -> bool:
        """Say whether a verb is negated."""
        return any(w.lower in _MODAL_NOT for w in self.tree.children(verb, "neg", "advmod"))

    def _silence(self, verb: Word, who: list[tuple[str | None, Span, str]]) -> bool:
        silent = verb.lemma in self.lists.silence and self.negated(verb)
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
        self.put(who, raw, verb)
        return True
