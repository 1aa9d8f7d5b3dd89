"""What the bridge hands over: variables with reasons and origins, members, losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["AtopRecord", "Loss", "MemberRow"]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One stretch of membership; a part of a date that is not known is None."""

    atopid: str
    member: str
    yrent: int | None = None
    moent: int | None = None
    dayent: int | None = None
    yrexit: int | None = None
    moexit: int | None = None
    dayexit: int | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that one side can say and the other cannot.

    ``slot`` is an item of the specifics checklist, ``provision`` where it stands.
    """

    slot: str
    note: str
    provision: str | None = None


@dataclass(frozen=True, slots=True)
class AtopRecord:
    """An instrument in ATOP's terms.

    ``variables`` holds an integer code or None, ``reasons`` says why a code is missing,
    ``derived`` names the provisions that a code came from, ``members`` is the member table and
    ``losses`` what the variables cannot say.
    """

    atopid: str
    variables: Mapping[str, int | None]
    reasons: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members: tuple[MemberRow, ...] = ()
    losses: tuple[Loss, ...] = ()
