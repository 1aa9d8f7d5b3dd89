"""How a statement stands to its proposal, from -1 to 1, and how certain that is.

The verb decides where it takes a stand ("opposes", "welcomed"); otherwise the words of the clause
do, each turned round by a negation shortly before it. Silence is 0, never against.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from servanda.evidence.names import folded
from servanda.evidence.words import words

__all__ = ["Judged", "judged"]

_REACH = 4
_HEDGES = re.compile(r"\b(?:might|may|could|perhaps|possibly|possible|if|unless|only after)\b")


@dataclass(frozen=True, slots=True)
class Judged:
    """A stance with its certainty; ``told`` is False where no word speaks either way."""

    stance: float
    certainty: float
    told: bool


@lru_cache(maxsize=20_000)
def judged(text: str) -> Judged:
    """Weigh the words of a clause.

    Examples:
        >>> judged("the most complex and perhaps the least effective solution").stance < 0
        True
        >>> judged("would be much more effective").stance > 0
        True
        >>> judged("fears are and remain exaggerated").stance > 0
        True
    """
    lists = words()
    tokens = re.findall(r"[a-z]+(?:-[a-z]+)*|n't|[,;:]", folded(text).replace("n't", " n't"))
    total, seen = 0.0, 0
    for index, token in enumerate(tokens):
        value = 1.0 if token in lists.good else -1.0 if token in lists.bad else 0.0
        if not value:
            continue
        before = tokens[max(0, index - _REACH) : index]
        for mark in (",", ";", ":"):
            if mark in before:
                before = before[len(before) - before[::-1].index(mark) :]
        near = [w for at, w in enumerate(reversed(before)) if w != "without" or at == 0]
        if any(word in lists.negating for word in near):
            value = -0.9 * value
        total += value
        seen += 1
    bare = any(t in {"no", "not", "never", "nothing", "nobody", "cannot", "n't"} for t in tokens)
    if any(t in lists.turners for t in tokens):
        total, seen = abs(total) + 0.7, seen + 1
    if not seen:
        return Judged(-0.5, 0.5, True) if bare else Judged(0.0, 0.4, False)
    mean = total / seen
    certainty = 0.6 if _HEDGES.search(folded(text)) else 0.8
    if abs(mean) < 0.15:
        return Judged(-0.2 if bare else 0.2, 0.4, True)
    return Judged(max(-1.0, min(1.0, 0.9 * mean)), certainty, True)
