"""Words that nobody has given a meaning: they neither satisfy nor fail anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from servanda.domain.actor import Actor
from servanda.domain.instrument import Instrument
from servanda.obligations.binding import DEPLOY, HELP, TALK
from servanda.obligations.lint.fields import KNOWN, field_words
from servanda.obligations.lint.text import OWED, Path, Remark, Text, named, owed
from servanda.obligations.places import REGIONS, around
from servanda.obligations.vocabulary import meaning_of

__all__ = ["known_token", "unknown_words", "word_remarks"]

MODALITIES = OWED | frozenset(
    {"permission", "power", "prohibition", "conditional_prohibition", "condition", "exception",
     "decision_rule", "limit", "termination", "declaration", "intention"}
)  # fmt: skip
CONDITIONS = (
    *("request", "invitation_of_victim", "consent_of", "provo", "charter_51", "article_51"),
    *("assistance_rendered_by_", "after_", "ceasefire", "cessation", "armistice"),
    "concerted_action_not_possible",
)
EVERYWHERE = frozenset({"none", "any", "worldwide", "everywhere", "land", "air", "sea", "all"})
ROLES = ("party", "parties", "member", "guarantor", "beneficiar", "signator", "participant", "side",
         "coalition", "states", "powers", "unspecified", "adversary")  # fmt: skip
#: Acts that owe something else than help, talk or restraint, and are known as such.
DEEDS = ("neutrality", "monitor", "verify", "withdraw", "pull_back", "restore", "provide", "supply",
         "share", "inform", "seek", "call_for", "report", "pay", "train", "maintain", "recognise",
         "terminate", "denounce", "invite", "ratify", "amend", "ensure", "arm_", "finance",
         "join_offensive", "establish", "parliament_")  # fmt: skip


def known_token(kind: str, token: str, text: Text) -> bool:
    """Say whether a word has a meaning to the engine.

    Args:
        kind: what the word is: trigger, condition, area, act, modality or bearer.
        token: the word.
        text: where it stands.
    """
    if kind == "trigger":
        meaning = meaning_of(token, text.words)
        return meaning.family is not None and not meaning.strange
    if kind == "condition":
        return _known_condition(token)
    if kind == "area":
        return _known_area(token, text)
    if kind == "act":
        return _known_act(token)
    if kind == "bearer":
        parts = token.split("_")
        role = any(word in token for word in ROLES)
        return role or token in text.organs or any(text.is_actor(w) for w in (token, parts[0]))
    return token in MODALITIES


def _known_area(token: str, text: Text) -> bool:
    if token in text.instrument.areas or token in EVERYWHERE:
        return True
    if around([token]) & REGIONS:
        return True
    whose = any(word in token for word in ("territor", "administ", "control"))
    return whose or any(part in text.words for part in token.split("_"))


def _known_condition(token: str) -> bool:
    if any(word in token for word in CONDITIONS):
        return True
    from servanda.obligations.conditions import SOFTENERS  # loads the engine: only when in doubt

    return any(word in token for word in SOFTENERS)


def _known_act(token: str) -> bool:
    known = (*HELP, *TALK, *DEPLOY, *DEEDS)
    if token.startswith(known) or any(word in token for word in ("assist", "guarantee", "neutral")):
        return True
    from servanda.obligations.prohibitions import HOSTILITY, OTHER_ACTS, RESPECT

    others = {word for _, words in OTHER_ACTS for word in words}
    begins = tuple({"nuclear", *HOSTILITY, *others})
    parts = token.split("_")
    return token.startswith(RESPECT) or any(part.startswith(begins) for part in parts)


def unknown_words(
    instrument: Instrument, actors: Mapping[str, Actor]
) -> tuple[tuple[str, str], ...]:
    """Return every word of a text that has no meaning to the engine, with its place.

    Args:
        instrument: the text.
        actors: registry, for groups and for names inside words.

    Returns:
        Pairs of place and word; a place names the provision and the field.

    Examples:
        >>> pact = Instrument(id="p", title="P", kind="treaty", parties={"original": ["AAA"]},
        ...     provisions=[{"id": "a1", "modality": "duty", "act": "consult", "bearer": "AAA",
        ...     "trigger": {"kinds": ["armed_attack"], "actor": "martians"}}])
        >>> unknown_words(pact, {})
        (('provisions.a1.trigger.actor', 'martians'),)
    """
    text = Text(instrument, actors, ())
    found: dict[tuple[str, str], None] = {}
    for kind, token, path in _words(text):
        if not known_token(kind, token, text):
            found.setdefault((_place(instrument, path), token))
    for field, token, path in _fields(text):
        if not KNOWN[field](token, text):
            found.setdefault((_place(instrument, path), token))
    return tuple(found)


def _place(instrument: Instrument, path: Path) -> str:
    """Write a path with the identifier of the provision and without places in lists."""
    head, place, *rest = path
    name = instrument.provisions[place].id if isinstance(place, int) else place
    return ".".join([str(head), str(name), *(str(k) for k in rest if isinstance(k, str))])


def word_remarks(text: Text) -> Iterator[Remark]:
    """Report each word without meaning once, and areas that are nowhere declared.

    The words of the further fields are put together, a line for each field.
    """
    yield from _single(text)
    strange: dict[str, dict[str, Path]] = {}
    for field, token, path in _fields(text):
        if not KNOWN[field](token, text):
            strange.setdefault(field, {}).setdefault(token, path)
    for field, words in strange.items():
        has = "words" if len(words) > 1 else "word"
        have = "have" if len(words) > 1 else "has"
        message = f"in {field} the {has} {named(words)} {have} no meaning here"
        yield "SV809", message, next(iter(words.values()))


def _fields(text: Text) -> Iterator[tuple[str, str, Path]]:
    for provision, path in text.each():
        yield from field_words(provision, path)


def _single(text: Text) -> Iterator[Remark]:
    seen: dict[tuple[str, str], Path] = {}
    for kind, token, path in _words(text):
        if (kind, token) in seen or known_token(kind, token, text):
            continue
        seen[kind, token] = path
        if kind == "area":
            message = (
                f"the area '{token}' is neither declared under 'areas' nor a region known here"
            )
            yield "SV810", message, path
        else:
            yield (
                "SV809",
                f"the {kind} word '{token}' has no meaning here{_why(kind, token, text)}",
                path,
            )


def _why(kind: str, token: str, text: Text) -> str:
    if kind == "trigger":
        strange = meaning_of(token, text.words).strange
        return f": {named(strange)} in it is not understood" if strange else ""
    if kind == "condition":
        return "; the engine asks for a fact of that name"
    return ""


def _words(text: Text) -> Iterator[tuple[str, str, Path]]:
    for provision, path in text.each():
        yield "modality", provision.modality, (*path, "modality")
        trigger = provision.trigger
        for place, token in enumerate(trigger.kinds if trigger else ()):
            yield "trigger", token, (*path, "trigger", "kinds", place)
        for place, token in enumerate(trigger.where if trigger else ()):
            yield "area", token, (*path, "trigger", "where", place)
        for place, token in enumerate(provision.area or ()):
            yield "area", token, (*path, "area", place)
        for place, token in enumerate(provision.conditions):
            yield "condition", token, (*path, "conditions", place)
        for place, bearer in enumerate(provision.bearer):
            if isinstance(bearer, str):
                yield "bearer", bearer, (*path, "bearer", place)
        if owed(provision) or "prohibition" in provision.modality:
            for place, token in enumerate(provision.act):
                yield "act", token, (*path, "act", place)
