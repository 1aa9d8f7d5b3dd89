"""States, organisations, persons in a dated office, armed groups."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from servanda.domain.moment import Moment
from servanda.domain.noun import Flag, Identifier, Noun, Tokens

__all__ = ["Actor", "Membership", "Office"]


class Office(Noun):
    """An office of an actor and who held it from when to when (``to`` empty: still in office)."""

    title: str
    holder: str
    aliases: Tokens = ()
    from_: Moment = Field(alias="from")
    to: Moment | None = None
    verified: Flag = False


class Membership(Noun):
    """Membership of a group or organisation over a dated interval."""

    of: str
    from_: Moment = Field(alias="from")
    to: Moment | None = None


class Actor(Noun):
    """Somebody who can act, promise or take a stand.

    ``names`` are other spellings and transliterations, ``metonyms`` words that stand for the actor
    in reports ("Rome", "the Kremlin"), ``offices`` its dated office holders, ``regions`` the parts
    of the world in which a state's metropolitan territory lies.
    """

    id: Identifier
    name: str
    kind: Literal["state", "organisation", "armed_group", "person", "former_state"] = "state"
    iso3: str | None = None
    names: Tokens = ()
    metonyms: Tokens = ()
    adjectives: Tokens = ()
    nuclear: Flag = False
    regions: Tokens = ()
    memberships: tuple[Membership, ...] = ()
    offices: tuple[Office, ...] = ()
    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    note: str | None = None
