"""From raw statements to claims: proposal, stance, third parties, kinds, one entry each."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from servanda.evidence.attribution import Raw
from servanda.evidence.comparing import compared
from servanda.evidence.dates import day_in
from servanda.evidence.linking import Linker, groups_of
from servanda.evidence.phrases import trimmed
from servanda.evidence.quoting import is_label
from servanda.evidence.records import Claim, Kind, Span
from servanda.evidence.registry import OUTLET, PERSON
from servanda.evidence.resolving import Resolver
from servanda.evidence.segments import Layout, Sentence
from servanda.evidence.stance import judged
from servanda.evidence.thirdparty import inner_position
from servanda.evidence.words import words

__all__ = ["Booking"]

_OWNED = re.compile(
    r"^\W*(?:proposal|proposition|plan|idea|statement|suggestion|initiative|offer|remark|formula|clause)s?\b"
)
_SET_APART = re.compile(r"\b(?:different from|instead of|rather than|other than)\b")
_SHOULD = re.compile(r"\b(?:be [a-z]+(?:ed|t|n)|should|must|ought|need)\b")
_PROPOSING = frozenset(
    {"propose", "suggest", "recommend", "demand", "request", "urge", "insist", "advise"}
)
_MADE_BY = re.compile(
    r"\b(?:proposal|proposition|plan|idea|suggestion|initiative|offer)s?"
    r"(?: \w+){0,2} by (?:[\w’']+ ){0,4}$"
)
_CONDITION = re.compile(r"\b(?:if|unless|only after|provided|as long as|on condition|once)\b", re.I)
_CONTEXT = 5
_DEFINITE = re.compile(r"\b(?:the|this|that|such an?|these|those)\b", re.IGNORECASE)
_FAINT = frozenset({"alliance", "europe", "general", "guarantee", "peace", "talks", "own"})
_NEAR_CLAIMS = 24


class Booking:
    """Books the statements of one text in reading order; remembers what was spoken of.

    Args:
        text: the text.
        parts: its layout.
        resolver: who is meant.
        linker: which proposal is meant.
        day: date of publication.
    """

    def __init__(
        self, text: str, parts: Layout, resolver: Resolver, linker: Linker, day: str | None
    ) -> None:
        """Begin with nothing spoken of."""
        self.text, self.parts, self.resolver, self.linker = text, parts, resolver, linker
        self.day = day
        self.done: list[Claim] = []
        self.topic: str | None = None
        self.topic_age = 99
        self.origin: dict[str, str] = {}
        self.stood: dict[tuple[str, str], float] = {}

    def claims(self) -> tuple[Claim, ...]:
        """Return the claims in the order of the text, each once."""
        kept: list[Claim] = []
        for claim in sorted(self.done, key=lambda c: (c.span.start, -c.span.end, not c.quotes)):
            twin = next((k for k in kept[-_NEAR_CLAIMS:] if _same(k, claim)), None)
            if twin is None:
                kept.append(claim)
            elif _rank(claim) > _rank(twin):
                kept[kept.index(twin)] = claim
        return tuple(kept)

    def sentence(self, sentence: Sentence, raws: list[Raw]) -> None:
        """Book what one sentence holds."""
        self.topic_age += 1
        if self.topic is None:
            self.topic, self.topic_age = self._ahead(sentence), 0
        if not raws:
            self._speak_of(self._linked(sentence.span, ""))
        raws = self._relayed(raws)
        for raw in sorted(raws, key=lambda r: (r.span.start, r.cue.start)):
            if raw.speaker is None or raw.speaker in self.resolver.directory.foreign:
                self._speak_of(self._linked(raw.span, ""))
                continue
            self._book(sentence, raw)

    def _relayed(self, raws: list[Raw]) -> list[Raw]:
        """Give a position that an outlet reports to the actor whose it is, via the outlet."""
        directory = self.resolver.directory
        kept = []
        for raw in raws:
            outlet = raw.speaker is not None and directory.actors[raw.speaker].type == OUTLET
            inner = [
                r for r in raws
                if r is not raw and r.speaker and raw.span.covers(r.cue) and r.stance is not None
                and directory.actors[r.speaker].type != OUTLET
                and (self.parts.quotes_in(r.span) or self.linker.link(r.span.of(self.text)))
            ]  # fmt: skip
            if not (outlet and raw.clause and inner):
                kept.append(raw)
        return kept

    def _ahead(self, sentence: Sentence) -> str | None:
        """Look forward for what the text is about, where nothing has been spoken of yet."""
        first = bisect_left(self.parts.sentences, sentence.span.start, key=lambda s: s.span.start)
        for later in self.parts.sentences[first : first + 12]:
            found = self._linked(later.span, "")
            if found is not None:
                return found
        return None

    def _linked(self, span: Span, country: str) -> str | None:
        return self.linker.link(span.of(self.text), country)

    def _speak_of(self, proposal: str | None) -> None:
        if proposal is not None:
            self.topic, self.topic_age = proposal, 0

    def _book(self, sentence: Sentence, raw: Raw) -> None:
        speaker = raw.speaker or ""
        country = self.resolver.directory.country.get(speaker, "")
        content = raw.span.of(self.text)
        prefers = raw.rule.startswith("prefer")
        main, others = compared(self.text, raw.span, prefers=prefers)
        linked = self._proposal(sentence, raw, main, country)
        quotes = tuple(q for q in self.parts.quotes_in(raw.span) if not is_label(self.text, q))
        if not raw.speech and not raw.silent and linked is None and not quotes:
            return
        stance, certainty = self._stance(raw, linked, main.of(self.text))
        about = None
        behalf = None
        if raw.clause or raw.denies:
            inner = inner_position(self.text, raw.span, self.resolver, speaker)
            if inner is not None:
                who, same_side = inner
                if same_side:
                    behalf = who
                elif linked is not None and not raw.denies:
                    about = (who, linked, stance)
                    stance, certainty = _softened(stance), min(certainty, 0.5)
        claim = Claim(
            kind=self._kind(raw, quotes),
            speaker=speaker,
            speaker_span=raw.speaker_span,
            cue=raw.cue,
            span=raw.span,
            quotes=quotes,
            proposal=linked,
            stance=stance,
            certainty=round(certainty, 3),
            via=self._via(raw, sentence),
            on_behalf_of=behalf,
            reports_position_of=about,
            conditional=bool(_CONDITION.search(content)),
            date=day_in(sentence.span.of(self.text), self.day),
            rule=raw.rule,
        )
        self.done.append(claim)
        self._compare(claim, others, raw)
        if not _SET_APART.search(content):
            self._speak_of(linked)
        if linked is not None and stance is not None and about is None:
            self.stood[speaker, linked] = stance
            if stance >= 0.85:
                self.origin.setdefault(speaker, linked)

    def _kind(self, raw: Raw, quotes: tuple[Span, ...]) -> Kind:
        if quotes:
            left = raw.span.of(self.text)
            for quote in quotes:
                left = left.replace(quote.of(self.text), " ")
            cue = self.text[
                min(raw.cue.start, raw.speaker_span.start) : max(raw.cue.end, raw.speaker_span.end)
            ]
            left = left.replace(cue, " ")
            return "direct" if not re.search(r"\w{3}", left) else "mixed"
        return "indirect" if raw.speech else "position"

    def _via(self, raw: Raw, sentence: Sentence) -> str | None:
        """Name the outlet that was told, or that reports the sentence."""
        for mention in self.resolver.mentions.within(sentence.span):
            if mention.actor == raw.speaker or mention.span.overlaps(raw.span):
                continue
            if self.resolver.directory.actors[mention.actor].type == OUTLET:
                return mention.actor
        if re.search(r"\b(?:told|to) the (?:same )?(?:news)?paper\b", sentence.span.of(self.text)):
            return self.resolver.phrase(Span(raw.cue.end, min(raw.cue.end + 24, sentence.span.end)))
        return None

    def _proposal(self, sentence: Sentence, raw: Raw, main: Span, country: str) -> str | None:
        if raw.silent:
            return self.topic if self.topic_age <= _CONTEXT else None
        if (owned := self._owned(raw.span)) is not None:
            return owned
        found = self.linker.link(main.of(self.text), country)
        if found is not None:
            return self._resumed(main, found)
        if main != raw.span:
            found = self.linker.link(raw.span.of(self.text), country)
            if found is not None:
                return found
        if self._of_force(raw.span):
            return None
        content = raw.span.of(self.text)
        tokens = set(re.findall(r"[a-z]+", content.lower()))
        quoted = sum(q.end - q.start for q in self.parts.quotes_in(raw.span))
        wholly = quoted > 0.8 * (raw.span.end - raw.span.start)
        if not (tokens & words().anaphora or wholly):
            return None
        # "Asked about observers, he shrugged": the rest of the sentence is nearer than the last
        before = Span(sentence.span.start, max(sentence.span.start, raw.span.start))
        nearer = self._linked(before, country) if raw.span.start > sentence.span.start else None
        if nearer is not None:
            return nearer
        return self.topic if self.topic_age <= _CONTEXT else None

    def _resumed(self, span: Span, found: str) -> str:
        """Let "the halt" mean the halt spoken of, rather than the proposal nearest to the word."""
        topic = self.topic
        if topic is None or topic == found or self.topic_age > _CONTEXT:
            return found
        content = span.of(self.text)
        telling = {g for g, _ in groups_of(content) if g not in _FAINT}
        scores = {id_: score for score, id_ in self.linker.scores(content)}
        if len(telling) == 1 and _DEFINITE.search(content) and scores.get(topic, 0) >= 0.3:
            return topic
        return found

    def _of_force(self, span: Span) -> bool:
        tokens = re.findall(r"[a-z]+", span.of(self.text).lower())
        known = words()
        telling = [
            t
            for t in tokens
            if t in known.incident or t in {"terror", "war", "aggression", "downed"}
        ]
        pointing = known.anaphora - {"it", "they", "them"}
        return bool(telling) and not pointing & set(tokens)

    def _owned(self, span: Span) -> str | None:
        """Resolve "Meloni's proposal" to what that person proposed."""
        for mention in self.resolver.mentions.within(span):
            after = self.text[mention.span.end : mention.span.end + 40]
            match = re.match(r"['’]s\s+(.*)", after)
            before = self.text[max(span.start, mention.span.start - 60) : mention.span.start]
            if (match and _OWNED.match(match.group(1))) or _MADE_BY.search(before):
                return self.origin.get(mention.actor) or self._later_by(mention.actor, span.end)
        return None

    def _later_by(self, actor: str, place: int) -> str | None:
        """Look forward for what somebody proposes, where the text names the proposal first."""
        first = bisect_left(self.parts.sentences, place, key=lambda s: s.span.start)
        for later in self.parts.sentences[first : first + 20]:
            inside = self.resolver.mentions.within(later.span)
            if inside and inside[0].actor == actor:
                found = self._linked(later.span, "")
                if found is not None:
                    return found
        return None

    def _stance(self, raw: Raw, linked: str | None, content: str) -> tuple[float | None, float]:
        if raw.silent:
            return 0.0, 0.25
        if linked is None:
            return None, raw.certainty
        if raw.stance is not None:
            return raw.stance, raw.certainty
        first = re.match(
            r"(?:(?:a|an|the|his|her|its|their|[\w’']+['’]s) )?(?:new |renewed )?([a-z]+?)s?\b",
            content,
            re.I,
        )
        if raw.rule.endswith(":object") and first and first.group(1).lower() in words().nouns:
            return words().nouns[first.group(1).lower()], 0.85
        found = judged(content)
        stance, certainty = found.stance, min(found.certainty, raw.certainty)
        if raw.denies:
            return (-0.5 if stance >= 0 else 0.2), 0.6
        if raw.negated:
            stance = -0.5 * stance
        if _SHOULD.search(content) and raw.rule.split(":")[0] in _PROPOSING:
            return 0.95, 0.9
        prior = self._prior(raw.speaker or "", linked)
        if not found.told:
            leans = words().leaning.get(raw.rule.split(":")[0], 0.2)
            stance = leans if prior is None else round(0.8 * prior, 3)
        elif prior is not None and abs(stance) <= 0.5:
            stance = round(0.5 * stance + 0.5 * prior, 3)
        return max(-1.0, min(1.0, round(stance, 3))), certainty

    def _prior(self, speaker: str, proposal: str) -> float | None:
        """Return how the speaker, or somebody of the same country, stood to it before."""
        if (speaker, proposal) in self.stood:
            return self.stood[speaker, proposal]
        country = self.resolver.directory.country.get(speaker)
        for (other, about), stance in reversed(self.stood.items()):
            if (
                about == proposal
                and country
                and self.resolver.directory.country.get(other) == country
            ):
                return stance
        return None

    def _compare(self, claim: Claim, others: list[Span], raw: Raw) -> None:
        """Book what an option is said to be better than, with a negative stance."""
        for span in others:
            span = trimmed(self.text, span)
            proposal = self._linked(span, "")
            if proposal is None or proposal == claim.proposal or claim.stance is None:
                continue
            stance = -0.5 if claim.stance >= 0 else 0.4
            self.done.append(
                replace(
                    claim, span=span, quotes=self.parts.quotes_in(span), proposal=proposal,
                    stance=stance, certainty=0.5, kind="indirect" if raw.speech else "position",
                    reports_position_of=None, rule=f"{claim.rule}+than",
                )
            )  # fmt: skip


def _softened(stance: float | None) -> float | None:
    return None if stance is None else round(0.5 * stance, 3)


def _same(first: Claim, second: Claim) -> bool:
    if first.speaker != second.speaker:
        return False
    if first.rule.endswith("+than") or second.rule.endswith("+than"):
        return first.span == second.span
    shared = min(first.span.end, second.span.end) - max(first.span.start, second.span.start)
    shorter = min(first.span.end - first.span.start, second.span.end - second.span.start)
    return shared > 0.6 * shorter


def _rank(claim: Claim) -> tuple[bool, bool, int]:
    return (bool(claim.quotes), claim.proposal is not None, claim.span.end - claim.span.start)


def of_person(resolver: Resolver, actor: str) -> bool:
    """Say whether an actor is a person."""
    return resolver.directory.actors[actor].type == PERSON
