"""Who says what by the rules of the standard library alone, for machines without the parser."""

from __future__ import annotations

import re
from collections.abc import Callable

from servanda.evidence.attribution import Raw
from servanda.evidence.frames import frame_of
from servanda.evidence.phrases import trimmed
from servanda.evidence.records import Span
from servanda.evidence.resolving import Resolver
from servanda.evidence.segments import Sentence
from servanda.evidence.words import verb_forms, words

__all__ = ["plain_statements"]

_WHO = (
    r"(?P<who>[Hh]e|[Ss]he|[Tt]hey|[Ii]t|(?:[Tt]he|[Aa]n?) [\w' ’-]{3,50}?|[A-Z][\w’'.-]*(?: "
    r"[A-Z][\w’'.-]*| of| the| \w+(?=:)){0,6}?)"
)
_ADVERB = r"(?: (?:also|again|later|then|on \w+|has|had|have|still|openly|flatly)){0,2}"


def plain_statements(
    text: str, sentence: Sentence, resolver: Resolver, quotes: tuple[Span, ...]
) -> list[Raw]:
    """Return what patterns find in one sentence: reports, reports after them, stands taken.

    Args:
        text: the whole text.
        sentence: where to look.
        resolver: who is meant.
        quotes: the quotations that begin in the sentence.
    """
    found = _reports(text, sentence, resolver, quotes) or _positions(
        text, sentence, resolver, quotes
    )
    content = sentence.span.of(text)
    base = sentence.span.start
    if according := re.search(rf"[Aa]ccording to {_WHO}(?=[,.]|$)", content):
        who = _who(according, base, resolver)
        if who:
            place = Span(base + according.start("who"), base + according.end("who"))
            cue = Span(base + according.start(), place.start)
            rest = (
                Span(base, cue.start) if according.start() else Span(place.end, sentence.span.end)
            )
            found = [
                Raw(who, place, cue, trimmed(text, rest), "according-to", speech=True, clause=True)
            ]
    frame = frame_of(text, sentence.span, resolver, quotes)
    if frame is not None:
        named, place, framed = frame
        found = [f for f in found if f.speaker == named.actor]
        found.append(Raw(named.actor, named.span, place, framed, "frame", speech=True, clause=True))
    return found


def _reports(
    text: str, sentence: Sentence, resolver: Resolver, quotes: tuple[Span, ...]
) -> list[Raw]:
    content = sentence.span.of(text)
    matches = list(_speech().finditer(content))
    # ", X wrote" at the end comes first: all before it is what X wrote.
    matches.sort(key=lambda m: content[: m.start()].rstrip()[-1:] != ",")
    return _first(text, sentence, matches, resolver, quotes, _report)


def _positions(
    text: str, sentence: Sentence, resolver: Resolver, quotes: tuple[Span, ...]
) -> list[Raw]:
    matches = list(_stand().finditer(sentence.span.of(text)))
    return _first(text, sentence, matches, resolver, quotes, _position)


def _first(
    text: str,
    sentence: Sentence,
    matches: list[re.Match[str]],
    resolver: Resolver,
    quotes: tuple[Span, ...],
    make: Callable[[str, Sentence, re.Match[str], Resolver], Raw | None],
) -> list[Raw]:
    for match in matches:
        if not _in_quote(sentence.span.start + match.start(), quotes):
            raw = make(text, sentence, match, resolver)
            if raw is not None:
                return [raw]
    return []


def _alternatives(lemmas: object) -> str:
    forms = {f for lemma in lemmas for f in verb_forms(lemma)}  # type: ignore[attr-defined]
    return "|".join(sorted(map(re.escape, forms), key=len, reverse=True))


_PATTERNS: dict[str, re.Pattern[str]] = {}


def _speech() -> re.Pattern[str]:
    if "speech" not in _PATTERNS:
        verbs = _alternatives(words().speech - {"open", "begin", "call", "ask"})
        _PATTERNS["speech"] = re.compile(
            rf"{_WHO},?{_ADVERB} (?P<verb>{verbs})\b|(?P<verb2>{verbs}) "
            rf"(?P<who2>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*|the \w+(?: \w+)?)(?=[,.]|$)"
        )
    return _PATTERNS["speech"]


def _stand() -> re.Pattern[str]:
    if "stand" not in _PATTERNS:
        verbs = _alternatives(words().position)
        _PATTERNS["stand"] = re.compile(
            rf"{_WHO}{_ADVERB}(?P<neg> did not| does not| would not| do not)? (?P<verb>{verbs})\b"
        )
    return _PATTERNS["stand"]


def _in_quote(place: int, quotes: tuple[Span, ...]) -> bool:
    return any(q.start <= place < q.end for q in quotes)


def _who(match: re.Match[str], base: int, resolver: Resolver, group: str = "who") -> str | None:
    place = Span(base + match.start(group), base + match.end(group))
    mentions = resolver.mentions.within(place)
    if mentions and (mentions[-1].span.end == place.end or len(mentions) > 1):
        return mentions[-1].actor
    words_ = place.of(resolver.text).split()
    found = resolver.actor(place, Span(place.end - len(words_[-1]), place.end))
    if found is None and mentions:
        return mentions[-1].actor
    return found[0] if found else None


def _report(text: str, sentence: Sentence, match: re.Match[str], resolver: Resolver) -> Raw | None:
    base = sentence.span.start
    group, verb = ("who", "verb") if match["verb"] else ("who2", "verb2")
    who = _who(match, base, resolver, group)
    if who is None:
        return None
    place = Span(base + match.start(group), base + match.end(group))
    cue = Span(base + match.start(verb), base + match.end(verb))
    after = trimmed(text, Span(base + match.end(), sentence.span.end))
    before = trimmed(text, Span(base, base + match.start()))
    that = re.search(r"\bthat\b", text[cue.end : sentence.span.end])
    leading = text[base : base + match.start()].rstrip()[-1:] in {",", "”", '"', "—"}
    span = before if leading and before.end - before.start > 8 else after
    if not leading and that and that.start() < 60:
        span = trimmed(text, Span(cue.end + that.end(), sentence.span.end))
    if span.end - span.start < 4:
        return None
    resolver.heard(who, place.start)
    return Raw(who, place, cue, span, "plain-speech", speech=True, clause=True, certainty=0.7)


def _position(
    text: str, sentence: Sentence, match: re.Match[str], resolver: Resolver
) -> Raw | None:
    base = sentence.span.start
    who = _who(match, base, resolver)
    before = resolver.mentions.within(Span(base, base + match.start("who")))
    if who is None or any(m.actor != who for m in before):
        return None  # another is named first: it may be that one's word
    found = next(
        (w for lemma, w in words().position.items() if match["verb"] in verb_forms(lemma)),
        (0.0, 0.5),
    )
    stance = found[0]
    if match["neg"]:
        stance = 0.3 if stance < -0.4 else -0.7 * stance
    place = Span(base + match.start("who"), base + match.end("who"))
    cue = Span(base + match.start("verb"), base + match.end("verb"))
    span = trimmed(text, Span(cue.end, sentence.span.end))
    if span.end - span.start < 3:
        return None
    resolver.heard(who, place.start)
    return Raw(
        who,
        place,
        cue,
        span,
        "plain-position",
        speech=False,
        stance=stance,
        certainty=min(0.8, found[1]),
    )
