"""Claims about somebody else's position: "Trump says that Putin would accept".

Such a claim belongs to its speaker and is kept apart from the other's own position, always.
"""

from __future__ import annotations

import re

from servanda.evidence.records import Span
from servanda.evidence.registry import OUTLET, PERSON
from servanda.evidence.resolving import Resolver

__all__ = ["inner_position"]

_STANCE_VERB = re.compile(
    r"\b(?:would|might|could|may|will|can|is|was|are|were|has|had|does|did|wants?|wanted|opposes?|opposed"
    r"|rejects?|rejected|accepts?|accepted|supports?|supported|backs?|backed|favou?rs?|favou?red|welcomes?"
    r"|welcomed|refuses?|refused|agreed|agrees|signalled|signaled|prefers?|preferred|seeks?|sought|insists?"
    r"|insisted|still|never|also|himself|herself|now|not|n't|told|said|says|believes?|thinks?|is "
    r"ready)\b"
)
_LEANING = re.compile(
    r"\b(?:accept|acquiesce|agree|oppose|reject|support|back|favou?r|want|welcome|refuse"
    r"|tolerate|swallow|live with"
    r"|ready|willing|open|prepared|against|block|veto|join|consent|object|approve|endorse|resist|insist|demand"
    r"|seek|prefer|wish|hope|signal|like|mind|bless|concede|allow|permit|consider|drop|give up"
    r"|change)\w*\b"
)
_BETWEEN = 3


def inner_position(
    text: str, span: Span, resolver: Resolver, speaker: str
) -> tuple[str, bool] | None:
    """Return whose position a reported clause is about, and whether the speaker speaks for them.

    The clause must begin with somebody else (after at most three words) and say how that actor
    leans. A person of the same country counts as the same side.

    Returns:
        The actor and whether it is the speaker's own side, or None.
    """
    for mention in resolver.mentions.within(span):
        before = text[span.start : mention.span.start]
        if len(re.findall(r"\w+", before)) > _BETWEEN or mention.actor == speaker:
            break
        kind = resolver.directory.actors[mention.actor].type
        if kind == OUTLET:
            continue
        after = text[mention.span.end : span.end]
        if re.match(r"['’]s\b|\s+(?:and|or)\b|['’](?=\s)", after):
            continue
        verb = _STANCE_VERB.match(after.lstrip().lower())
        if verb is None or not _LEANING.search(after[:90].lower()):
            continue
        country = resolver.directory.country
        same = bool(country.get(speaker)) and country.get(speaker) == country.get(mention.actor)
        if same and kind == PERSON and resolver.directory.actors[speaker].type != PERSON:
            return mention.actor, True
        return mention.actor, same
    return None
