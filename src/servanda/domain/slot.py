"""The specifics a guarantee must settle: slots, the names they go by, and practice to fill them."""

from __future__ import annotations

from servanda.domain.instrument import Patch
from servanda.domain.noun import Identifier, Noun, Number, Tokens

__all__ = ["PracticeOption", "Slot"]


class PracticeOption(Noun):
    """One way in which existing texts settle a slot, as prose and as typed patches."""

    id: Identifier
    text: str
    seen: Tokens = ()
    patches: tuple[Patch, ...] = ()
    weight: Number | None = None


class Slot(Noun):
    """One item of the specifics checklist.

    ``fills`` are the names under which instruments list it as unspecified, ``path`` the field it
    fills, ``effect`` what it changes (casus, content, time, credibility, veto, exit), ``ask`` the
    wording of the question by addressee.
    """

    id: Identifier
    group: str
    question: str
    path: str
    effect: Tokens = ()
    fills: Tokens = ()
    atop: Tokens = ()
    options: tuple[PracticeOption, ...] = ()
    ask: dict[str, str] = {}
