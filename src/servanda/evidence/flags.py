"""What a reader should know about a source before relying on it.

``misspelt-name``, ``name-variant``, ``outdated-office``, ``wrong-office``, ``incomplete-office``,
``missing-date``, ``unsourced-claim``, ``unsourced-incident``, ``paraphrase-drift``,
``unsupported-comparison``, ``headline-drift``, ``boilerplate``; over several sources also
``quote-variant`` and ``syndicated`` (see `servanda.evidence.clusters`).
"""

from __future__ import annotations

import re

from servanda.evidence.comparing import compared
from servanda.evidence.dates import stated
from servanda.evidence.names import distance, folded, near
from servanda.evidence.offices import described
from servanda.evidence.phrases import trimmed
from servanda.evidence.records import Claim, Flag, Incident, Span
from servanda.evidence.registry import PERSON, Actor
from servanda.evidence.resolving import Resolver
from servanda.evidence.segments import Layout

__all__ = ["flags_of"]

_SITE_LINES = (
    "subscribe", "sign up", r"share (?:this|on)", "follow us", "read (?:more|also)",
    "there are no comments", "add yours", "leave a (?:comment|reply)", "no comments",
    "all rights reserved", "related (?:articles|posts|stories)", "advertisement", "click here",
    r"comments? \(\d+\)", "cookie", "copyright", "©", "tags?:", "print this page", "most read",
    "newsletter", "donate", "support us",
)  # fmt: skip
_BOILERPLATE = re.compile(
    rf"^[ \t>*+•|-]*(?:{'|'.join(_SITE_LINES)})(?!\w)[^\n]*$", re.IGNORECASE | re.MULTILINE
)
_TITLE = re.compile(
    r"((?:(?:former|ex-|outgoing|then|late|acting|deputy|vice|Deputy|Vice|Former)\s*)*"
    r"(?:[A-Z][\w.'’-]*\s+){0,6})$"
)
_TITLE_WORDS = frozenset(
    """president prime minister premier chancellor secretary foreign defence defense energy deputy
    vice former ex general spokesman spokeswoman spokesperson leader chief envoy ambassador king
    queen mr mrs ms sir dame lord professor dr ministry""".split()
)
_VAGUE = frozenset({"plan", "prepare", "formulate", "consider", "oppose", "mull", "weigh"})
_COMPARATIVE = re.compile(
    r"\b(?:(?:more|less) [a-z]{4,}|better|worse|stronger|safer|weaker|cheaper)(?: "
    r"[a-z]+)?(?=.{0,40}\bthan\b)"
)


def flags_of(
    text: str,
    parts: Layout,
    resolver: Resolver,
    claims: tuple[Claim, ...],
    incidents: tuple[Incident, ...],
    *,
    published: str | None,
    day: str | None,
) -> tuple[Flag, ...]:
    """Return the flags of one text, in order.

    Args:
        text: the text.
        parts: its layout.
        resolver: who is named where.
        claims: of the text.
        incidents: of the text.
        published: the day the caller gave, None if none.
        day: the day that is assumed, from the caller or a dateline.
    """
    found = [
        *_boilerplate(text),
        *_names(text, resolver),
        *_offices(text, resolver, day),
        *_comparisons(text, claims),
        *_headline(text, parts, claims),
        *_unsourced(text, claims, incidents),
    ]
    if not stated(text) and published is None:
        end = parts.sentences[0].span if parts.sentences else Span(0, 0)
        found.append(Flag("missing-date", end, "no day, month or year stands in the text"))
    elif not stated(text):
        end = parts.sentences[0].span if parts.sentences else Span(0, 0)
        found.append(Flag("missing-date", end, "the text itself carries no date"))
    return tuple(sorted(found, key=lambda f: (f.span.start, f.kind)))


def _boilerplate(text: str) -> list[Flag]:
    found: list[Flag] = []
    for match in _BOILERPLATE.finditer(text):
        span = Span(*match.span())
        if found and not text[found[-1].span.end : span.start].strip():
            found[-1] = Flag("boilerplate", Span(found[-1].span.start, span.end), found[-1].says)
        else:
            found.append(Flag("boilerplate", span, "a line of the site, not of the report"))
    return found


def _names(text: str, resolver: Resolver) -> list[Flag]:
    found = []
    for mention in resolver.mentions.all:
        actor = resolver.directory.actors[mention.actor]
        if actor.type != PERSON:
            continue
        if not mention.exact:
            first = re.search(
                r"([A-Z][\w’'-]+)\s+$", text[max(0, mention.span.start - 24) : mention.span.start]
            )
            start = mention.span.start - (
                len(first.group(0))
                if first and near(first.group(1), actor.plain_name.split()[0])
                else 0
            )
            span = Span(start, mention.span.end)
            found.append(
                Flag("misspelt-name", span, f"near '{actor.plain_name}'", actor.plain_name)
            )
            continue
        flag = _first_name(text, mention.span, actor) or _variant(text, mention.span, actor)
        if flag is not None:
            found.append(flag)
    return found


def _first_name(text: str, span: Span, actor: Actor) -> Flag | None:
    """Compare the first name before a surname with the forms of the registry."""
    if " " in span.of(text):
        return None
    before = re.search(r"([A-ZÀ-Þ][\w’'-]+)\s+$", text[max(0, span.start - 24) : span.start])
    if before is None or folded(before.group(1)) in _TITLE_WORDS:
        return None
    word = folded(before.group(1))
    known = {folded(n.split()[0]) for n in (actor.plain_name, *actor.aliases) if " " in n}
    if word in known or not any(near(word, k) or distance(word, k, 2) <= 2 for k in known):
        return None
    whole = Span(span.start - len(before.group(0)), span.end)
    return Flag("misspelt-name", whole, f"the registry has '{actor.plain_name}'", actor.plain_name)


def _variant(text: str, span: Span, actor: Actor) -> Flag | None:
    """Point out an alias that spells the registry's name otherwise."""
    said, own = folded(span.of(text)).split(), folded(actor.plain_name).split()
    if len(said) != len(own) or said == own or len(said) < 2:
        return None
    pairs = [(a, b) for a, b in zip(said, own, strict=True) if a != b]
    if any(distance(a, b, 3) > 3 for a, b in pairs):
        return None
    left_out = any(len(b) - len(a) >= 2 for a, b in pairs)
    kind = "misspelt-name" if left_out else "name-variant"
    return Flag(kind, span, f"the registry has '{actor.plain_name}'", actor.plain_name)


def _offices(text: str, resolver: Resolver, day: str | None) -> list[Flag]:
    found = []
    for mention in resolver.mentions.all:
        actor = resolver.directory.actors[mention.actor]
        if actor.type != PERSON:
            continue
        window = text[max(0, mention.span.start - 80) : mention.span.start]
        match = _TITLE.search(window)
        title = match.group(1).strip() if match else ""
        if not title:
            continue
        span = Span(
            mention.span.start - len(match.group(1).lstrip()) if match else 0, mention.span.end
        )
        flag = _office(title, span, actor, resolver, day)
        if flag is not None:
            found.append(flag)
    return found


def _office(
    title: str, span: Span, actor: Actor, resolver: Resolver, day: str | None
) -> Flag | None:
    said = described(title, resolver.directory.countries)
    if not said.offices:
        return None
    roles = [(o.title, o.held_on(day)) for o in actor.offices] or [
        (part.strip(), True) for part in re.split(r"[;(]", actor.role) if part.strip()
    ]
    described_ = [
        (role, held, described(role, resolver.directory.countries)) for role, held in roles
    ]
    fitting = [(r, h) for r, h, d in described_ if d.offices & said.offices]
    former = bool(re.match(r"(?i)(?:the )?(?:former|ex-)", title))
    if former and any(held for _, held in fitting):
        role = next(r for r, h in fitting if h)
        return Flag("outdated-office", span, f"held the office then: {role}", role)
    if day and not former and fitting and not any(held for _, held in fitting):
        return Flag(
            "outdated-office", span, f"did not hold it on the day: {fitting[0][0]}", actor.role
        )
    if not former and not fitting and roles and any(d.offices for _, _, d in described_):
        return Flag("wrong-office", span, f"the registry has: {actor.role}", actor.role)
    return _incomplete(title, span, fitting, actor)


def _incomplete(
    title: str, span: Span, fitting: list[tuple[str, bool]], actor: Actor
) -> Flag | None:
    """Point out a title that leaves out what the office is for: one deputy of several."""
    if not re.search(r"(?i)\b(?:deputy|vice)\b", title):
        return None
    for role, held in fitting:
        if (
            held
            and (match := re.search(r"\b(?:for|and)\s+[A-Z]\w+.*", role))
            and folded(match.group()[:12]) not in folded(title)
        ):
            return Flag("incomplete-office", span, f"the office is: {role}", actor.role)
    return None


def _comparisons(text: str, claims: tuple[Claim, ...]) -> list[Flag]:
    """Find judgements and comparisons in paraphrase that no quoted word supports."""
    quoted = {c.speaker for c in claims if c.quotes and _compares(text, c)}
    found = []
    for claim in claims:
        if (
            claim.kind not in {"indirect", "position"}
            or claim.speaker in quoted
            or "+than" in claim.rule
        ):
            continue
        content = claim.span.of(text)
        match = _COMPARATIVE.search(content)
        _, others = compared(text, claim.span)
        if match is None or not others:
            continue
        span = Span(claim.span.start + match.start(), claim.span.start + match.end())
        found.append(
            Flag(
                "paraphrase-drift",
                span,
                "a judgement in the narrator's words; nothing quoted supports it",
            )
        )
        for other in others:
            found.append(
                Flag(
                    "unsupported-comparison",
                    trimmed(text, other),
                    "compared in paraphrase only; no quoted words compare it",
                )
            )
    return found


def _compares(text: str, claim: Claim) -> bool:
    return any(
        re.search(r"\b(?:more|most|less|least|better|worse|than)\b", q.of(text))
        for q in claim.quotes
    )


def _headline(text: str, parts: Layout, claims: tuple[Claim, ...]) -> list[Flag]:
    """Compare a headline's stance with the quoted words of the same speaker on the same thing."""
    if not parts.sentences or not parts.sentences[0].headline or len(parts.sentences) < 3:
        return []
    head = parts.sentences[0].span
    found = []
    for claim in claims:
        if not head.covers(claim.cue) or claim.stance is None or claim.proposal is None:
            continue
        body = [
            c for c in claims
            if c.speaker == claim.speaker and c.proposal == claim.proposal and c.quotes
            and c.stance is not None and not head.covers(c.cue)
        ]  # fmt: skip
        if body and all((c.stance or 0) * claim.stance < 0 for c in body):
            found.append(
                Flag("headline-drift", claim.span, "the quoted words below stand the other way")
            )
    return found


def _unsourced(text: str, claims: tuple[Claim, ...], incidents: tuple[Incident, ...]) -> list[Flag]:
    found = [
        Flag("unsourced-incident", i.span, "nobody is named who reports it")
        for i in incidents
        if i.attributed_to is None and not _cited(text, i.span)
    ]
    told: set[Span] = set()
    for claim in claims:
        if claim.span in told:
            continue
        told.add(claim.span)
        stands = claim.kind == "position" and not claim.via and not claim.quotes and claim.stance
        if stands and claim.rule.split(":")[0] in _VAGUE:
            span = Span(min(claim.speaker_span.start, claim.span.start), claim.span.end)
            found.append(Flag("unsourced-claim", span, "a position without a source, quote or day"))
    return found


def _cited(text: str, span: Span) -> bool:
    """Say whether somebody vouches for a stretch in its own sentence."""
    after = re.split(r"[.!?]\s", text[span.end : span.end + 160])[0]
    return bool(
        re.search(r"\b(?:said|says|reported|according to|told|announced|confirmed)\b", after)
    )
