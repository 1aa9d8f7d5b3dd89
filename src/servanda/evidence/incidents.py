"""What happened: uses of force a text tells of, with who, where, when, and what was hit.

A word of force alone is not enough: what might happen, what a truce would stop and what somebody
threatens is no incident, and neither is anything inside quotation marks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise

from servanda.evidence.dates import day_in, stated
from servanda.evidence.phrases import trimmed
from servanda.evidence.records import Claim, Incident, Span
from servanda.evidence.registry import STATE
from servanda.evidence.resolving import Resolver
from servanda.evidence.segments import Layout, Sentence
from servanda.evidence.words import words

__all__ = ["incidents_of"]

_VERB = re.compile(
    r"\b(?P<verb>fired|launched|bombed|shelled|struck|hit|bombarded|torpedoed|rammed|stormed|raided|ambushed|attacked"
    r"|invaded|damaged|destroyed|killed|wounded|injured|hurt|killing|wounding|injuring|exploded|detonated|assaulted"
    r"|downed|recorded|pounded|blew up|set ablaze|set on fire|died|crossed|seized|sank|sunk)\b"
)
_NOUN = re.compile(
    r"\b(?P<noun>air ?strikes?|missile strikes?|drone strikes?|(?:missile |drone |artillery "
    r"|mortar )?(?:attacks?|barrages?|salvos?|bombardments?|raids?|shelling)|strikes?"
    r"|explosions?|blasts?)\b"
)
_WEAPON = re.compile(
    r"\b(?:missiles?|drones?|rockets?|shells?|bombs?|mines?|artillery|mortars?|torpedo\w*|gunfire)\b"
)
_COUNT = (
    r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens of"
    r"|several|a|an|at least \w+)"
)
_CASUALTIES = re.compile(
    rf"\b{_COUNT} (?:[\w-]+ ){{0,3}}?(?:were |was |had been |have been )?(?:killed|wounded"
    rf"|injured|hurt|dead)\b(?: (?:in|near|at) [A-Z][\w-]+)?"
    rf"|\b{_COUNT} (?:[\w-]+ ){{0,2}}?died\b(?: (?:in|near|at) [A-Z][\w-]+)?",
    re.IGNORECASE,
)
_MORE = re.compile(rf"\band (?P<more>{_COUNT}(?:, [^,]+,)? in [A-Z][\w-]+)")
_PLACE = re.compile(
    r"\b(?:in|near|at|of|on|outside|along|over)\s+(?:the\s+(?:village|town|city|port|region"
    r"|district)\s+of\s+|the\s+)?(?P<place>[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)?|line of contact)"
)
_FROM_TO = re.compile(r"\bfrom (?P<place>[A-Z]\w+ to [A-Z]\w+)")
_HYPOTHETICAL_NEAR = 60
_NEAR_CLAIMS = 24
_BACK = re.compile(
    r"\b(?:it was the|the (?:first|latest|biggest|largest)|such|similar|these|those|any|further"
    r"|more) ?"
    r"(?:\w+ ){0,3}$|\bthe $",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:a|an|after|following|amid|overnight|recent|massive|major|significant|deadly|new|fresh|by|another)\s+"
    r"(?:[\w’'-]+\s+){0,3}$",
    re.IGNORECASE,
)


def incidents_of(
    text: str, parts: Layout, resolver: Resolver, claims: tuple[Claim, ...], day: str | None
) -> tuple[Incident, ...]:
    """Return the incidents a text tells of, in order.

    Args:
        text: the text.
        parts: its layout.
        resolver: who is meant.
        claims: of the same text; one that covers an incident says who vouches for it.
        day: date of publication.
    """
    found: list[Incident] = []
    paragraph = -1
    for sentence in parts.sentences:
        if sentence.headline and found:
            continue
        for incident in _in_sentence(text, sentence, parts, resolver, day):
            # damage told in the paragraph of an incident is a detail of it
            if incident.kind == "damage" and paragraph == sentence.paragraph:
                continue
            found.append(_completed(incident, found))
            paragraph = sentence.paragraph
    return tuple(replace(i, attributed_to=_source(i, claims)) for i in found)


def _source(incident: Incident, claims: tuple[Claim, ...]) -> str | None:
    """Name who vouches for an incident: the speaker of a claim that covers it."""
    last = bisect_right(claims, incident.span.start, key=lambda c: c.span.start)
    near = claims[max(0, last - _NEAR_CLAIMS) : last]
    return next((c.speaker for c in near if c.span.covers(incident.span)), None)


def _completed(incident: Incident, before: list[Incident]) -> Incident:
    """Casualties take the perpetrator of the incident they belong to."""
    if incident.kind == "casualties" and before:
        parent = before[-1]
        return replace(
            incident,
            perpetrator=incident.perpetrator or parent.perpetrator,
            target=incident.target or parent.target,
            date=incident.date or parent.date,
        )
    return incident


def _in_sentence(
    text: str, sentence: Sentence, parts: Layout, resolver: Resolver, day: str | None
) -> list[Incident]:
    whole = sentence.span.of(text)
    if not (_VERB.search(whole) or _NOUN.search(whole)):
        return []
    masked = _masked(text, sentence.span, parts)
    found: list[Incident] = []
    for clause in _clauses(masked):
        span = Span(sentence.span.start + clause[0], sentence.span.start + clause[1])
        made = _clause(text, masked[clause[0] : clause[1]], span, resolver, sentence, day)
        found += made
    return found


def _masked(text: str, span: Span, parts: Layout) -> str:
    """Blank what stands in quotation marks; every character keeps its place."""
    letters = list(span.of(text))
    for quote in parts.quotes_near(span):
        for at in range(quote.start - span.start, min(quote.end, span.end) - span.start):
            letters[at] = " "
    return "".join(letters)


def _clauses(masked: str) -> list[tuple[int, int]]:
    """Cut at commas before a speaker and at "and" between clauses of their own."""
    cuts = [0]
    for match in re.finditer(
        r", (?=(?:the |a |an )?[\w' ’-]{2,60} (?:said|says|reported|told|added|wrote|announced)\b)"
        r"|, (?=adding|according to|prompting|while|although|but|after which)"
        r"|\band (?=(?:\w+ ){1,3}(?:were|was) (?:killed|wounded|injured|hurt)\b)",
        masked,
    ):
        cuts.append(match.start())
    cuts.append(len(masked))
    return [(a, b) for a, b in pairwise(cuts) if b - a > 8]


def _clause(
    text: str, masked: str, span: Span, resolver: Resolver, sentence: Sentence, day: str | None
) -> list[Incident]:
    casualties = _casualties(text, masked, span, sentence, day)
    event = _event(masked)
    if event is None:
        return casualties
    kind, at, whole = event
    if casualties and kind in {"casualties", "damage"}:
        return casualties
    if _supposed(masked, at) or kind == "casualties":
        return casualties
    place = span if whole else _noun_span(masked, span, at)
    place = trimmed(text, place)
    return [
        _incident(text, kind, place, span, resolver, sentence, day),
        *(c for c in casualties if not place.overlaps(c.span)),
    ]


def _casualties(
    text: str, masked: str, span: Span, sentence: Sentence, day: str | None
) -> list[Incident]:
    found = []
    for match in _CASUALTIES.finditer(masked):
        if _supposed(masked, match.start()):
            continue
        place = Span(span.start + match.start(), span.start + match.end())
        found.append(
            Incident(
                place,
                "casualties",
                place=_where(place.of(text)),
                date=_incident_day(sentence.span.of(text), day),
            )
        )
        for more in _MORE.finditer(masked, match.end()):
            second = Span(span.start + more.start("more"), span.start + more.end("more"))
            found.append(
                Incident(
                    second,
                    "casualties",
                    place=_where(second.of(text)),
                    date=_incident_day(sentence.span.of(text), day),
                )
            )
    return found


def _event(masked: str) -> tuple[str, int, bool] | None:
    known = words()
    for match in _VERB.finditer(masked):
        verb = match["verb"].split()[0]
        weapon = _WEAPON.search(masked)
        if verb in {
            "downed",
            "crossed",
            "seized",
            "recorded",
            "launched",
            "fired",
            "hit",
            "struck",
            "damaged",
        }:
            if verb in {"downed", "crossed"}:
                continue
            if verb == "recorded" and not re.search(
                r"explosion|shelling|strike|violation|attack", masked
            ):
                continue
            if verb in {"launched", "fired"} and weapon is None and not _NOUN.search(masked):
                continue
            if verb in {"hit", "struck"} and re.search(
                r"\b(?:struck (?:a|an|down) (?:deal|tone|balance|note|bargain)|only military)\b",
                masked,
            ):
                continue
        return _kind(verb, masked, known.incident), match.start(), True
    for match in _NOUN.finditer(masked):
        noun = match["noun"]
        near = masked[max(0, match.start() - 50) : match.end() + 50]
        told = _TOLD.search(masked[: match.start()])
        if _BACK.search(masked[: match.start()]) or told is None:
            continue
        if re.search(
            r"air ?strike|missile|drone|barrage|bombard|shelling|artillery|mortar|raid| on ", near
        ):
            return _kind(noun.replace(" ", ""), masked, known.incident), match.start(), False
    return None


def _kind(word: str, clause: str, kinds: dict[str, str]) -> str:
    lower = clause.lower()
    if re.search(r"\bexplosions?\b", lower) and word == "recorded":
        return "explosions"
    if re.search(r"\b(?:ships?|vessels?|tankers?|sea drones?|port of)\b", lower) and word not in {
        "killed",
        "wounded",
    }:
        return "attack-at-sea"
    if re.search(r"\b(?:shell(?:ed|ing)|artillery|mortars?)\b", lower):
        return "shelling"
    if re.search(r"\b(?:missiles?|drones?|rockets?|air ?strikes?|bomb\w*)\b", lower) or word in {
        "hit",
        "struck",
    }:
        return "air-strike"
    return kinds.get(
        word,
        kinds.get(word.rstrip("s"), "damage" if word in {"damaged", "destroyed"} else "attack"),
    )


def _supposed(clause: str, at: int) -> bool:
    """Say whether what stands there is only possible, planned, denied or forbidden."""
    before = clause[max(0, at - _HYPOTHETICAL_NEAR) : at].lower()
    tokens = re.findall(r"[a-z-]+", before)
    if any(t in words().hypothetical for t in tokens):
        return True
    if any(t in {"denied", "denies", "never", "not", "no", "without"} for t in tokens):
        return True
    after = re.findall(r"[a-z-]+", clause[at : at + 60].lower())
    return any(t in {"would", "banned", "halt", "if"} for t in after)


def _noun_span(masked: str, span: Span, at: int) -> Span:
    before = masked[:at]
    match = re.search(r"(?:\b(?:a|an|the)\s+)?((?:[A-Z]?[\w-]+\s+){0,3})$", before)
    start = at - len(match.group(1)) if match else at
    stop = re.search(r"[,.;]", masked[at:])
    end = at + stop.start() if stop else len(masked)
    return Span(span.start + start, span.start + end)


def _incident(
    text: str,
    kind: str,
    place: Span,
    clause: Span,
    resolver: Resolver,
    sentence: Sentence,
    day: str | None,
) -> Incident:
    content = clause.of(text)
    passive = re.search(
        r"\b(?:was|were|been|being) (?:\w+ )?(?:hit|struck|shelled|bombed|attacked|damaged)",
        content,
    )
    perpetrator = None if passive else _perpetrator(text, clause, resolver)
    target = _target(clause, resolver, perpetrator)
    class_ = _target_class(place.of(text))
    return Incident(
        span=place,
        kind=kind,
        perpetrator=perpetrator,
        target=target,
        target_class=class_,
        domain=_domain(kind),
        place=_where(content, resolver),
        date=_incident_day(sentence.span.of(text), day),
    )


def _incident_day(sentence: str, day: str | None) -> str | None:
    if not stated(sentence):
        return None
    found = day_in(sentence, day)
    if day and found and re.search(r"\b[Aa] day (?:earlier|before)\b", sentence):
        return day_in("yesterday", found) or found
    return found


def _domain(kind: str) -> str | None:
    return {
        "air-strike": "air",
        "attack-at-sea": "sea",
        "shelling": "land",
        "ground-attack": "land",
    }.get(kind)


def _perpetrator(text: str, clause: Span, resolver: Resolver) -> str | None:
    directory = resolver.directory
    states = {
        directory.country[a.id]: a.id
        for a in directory.actors.values()
        if a.type == STATE and a.id not in directory.foreign
    }
    verb = _VERB.search(clause.of(text)) or _NOUN.search(clause.of(text))
    before = Span(clause.start, clause.start + (verb.start() if verb else 0))
    for mention in resolver.mentions.within(before):
        if directory.actors[mention.actor].type == STATE:
            return mention.actor
    adjectives = directory.countries.of(re.sub(r"\b(?:in|at|on|of) [A-Z]\w+", " ", before.of(text)))
    for key in sorted(adjectives):
        if key in states:
            return states[key]
        named = next(
            (
                a.id
                for a in directory.actors.values()
                if directory.country[a.id] == key and a.type == STATE
            ),
            None,
        )
        if named:
            return named
    by = re.search(r"\bby (\w+)", clause.of(text))
    if by:
        for mention in resolver.mentions.within(
            Span(clause.start + by.start(1), clause.start + by.end(1))
        ):
            return mention.actor
    return None


def _target(clause: Span, resolver: Resolver, perpetrator: str | None) -> str | None:
    for mention in resolver.mentions.within(clause):
        if mention.actor != perpetrator and resolver.directory.actors[mention.actor].type == STATE:
            return mention.actor
    return None


def _target_class(content: str) -> str | None:
    known = words().targets
    for word in re.findall(r"[a-z]+", content.lower()):
        if word in known:
            return known[word]
    return None


def _where(content: str, resolver: Resolver | None = None) -> str | None:
    if match := _FROM_TO.search(content):
        return match["place"]
    for match in _PLACE.finditer(content):
        place = match["place"]
        if re.match(
            r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May\b|June|July|August|Sept|Oct|Nov|Dec|Telegram",
            place,
        ):
            continue
        if content[match.end() : match.end() + 2] in {"'s", "’s"} or place[-2:] in {"'s", "’s"}:
            continue
        if resolver is not None and any(
            place == a.plain_name or place.startswith(f"{a.plain_name} ")
            for a in resolver.directory.actors.values()
        ):
            continue
        return re.sub(r"['’]s$", "", place)
    return None
