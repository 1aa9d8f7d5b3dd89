"""The names of ATOP's variables, and the words that stand for its codes in an instrument.

Of the names, those in `SEEN` occur in published analysis code; the others are from memory and to be
checked against the codebook before data are exchanged.
"""

from __future__ import annotations

__all__ = [
    "CONDITIONS",
    "FIELDLESS",
    "GENERAL",
    "MEANINGLESS_ACTORS",
    "MEMBER_COLUMNS",
    "OBLIGATIONS",
    "PREFIX",
    "SEEN",
    "SPECIFIC",
    "UNNAMED",
    "VARIABLES",
    "code_of",
    "open_name",
]

OBLIGATIONS = ("defense", "offense", "neutral", "nonagg", "consul")
PREFIX = {
    "defense": "def", "offense": "off", "neutral": "neu", "nonagg": "non", "consul": "con",
}  # fmt: skip
_WAR = ("coadv", "coloc", "cocon", "conum", "codem")
#: Flags for the conditions of each obligation; non-aggression has none.
CONDITIONS = {
    "defense": (*_WAR, "conpr"),
    "offense": _WAR,
    "neutral": (*_WAR, "conpr", "coatt"),
    "consul": ("coadv", "coloc", "cocon", "coreq"),
}
_FLAGS = tuple(PREFIX[name] + suffix for name, found in CONDITIONS.items() for suffix in found)
_FURTHER = ("conditio", "active", "defcon", "offcon", "olimob", "renounce")
_COOPERATION = ("milaid", "ecaid", "base", "organ1", "intcom", "contrib", "armred", "secrart")
_DATES = ("begyr", "begmo", "begday", "endyr", "endmo", "endday")
#: Variables that no field of an instrument can answer.
FIELDLESS = ("milcon", "subord", "wartime", "compag", "estmode", "pubsecr")
#: Every variable of the bridge, in the order of the table.
VARIABLES = (
    *_DATES, "bilat", *OBLIGATIONS, *_FURTHER, *_FLAGS, *_COOPERATION, *FIELDLESS,
)  # fmt: skip
MEMBER_COLUMNS = ("atopid", "member", "yrent", "moent", "dayent", "yrexit", "moexit", "dayexit")

#: Names that were seen in published analysis code; the rest are from memory.
SEEN = frozenset(
    (*OBLIGATIONS, *_FURTHER, *_FLAGS, "milaid", "armred", "base", "contrib", "ecaid", "intcom",
     "milcon", "organ1", "pubsecr", *MEMBER_COLUMNS)
)  # fmt: skip

#: A condition that the row has and does not name.
UNNAMED = "condition_named_in_the_text"
#: Words of conditions that concern how a duty is met, or that ATOP does not count as conditions.
GENERAL = (
    "constitution", "national_law", "respective_law", "legal", "budget", "un_charter", "reciproc",
    "league_covenant", "written_notice", "request", "consultations_first", "sole_aim",
    "immediate_action", "authorisation",
)  # fmt: skip
#: Words of conditions that a flag of its own holds.
SPECIFIC = ("provo", "demand", "named_conflict", "zone", UNNAMED)
#: Words for the one who attacks that narrow nothing.
MEANINGLESS_ACTORS = frozenset(
    {"external", "states", "unions", "organisations", "state", "third_state", "outsider",
     "terrorist_or_extremist_groups", "non_state_group"}
)  # fmt: skip

#: Names of open slots that stand for a missing code; other codes are named after their variable.
_OPEN = {
    "defense": "whether_action_includes_force",
    "consul": "what_follows_consultation",
    "defcoadv": "attribution_of_violations",
    "defcoloc": "area",
    "defcocon": "continuing_war",
    "defcodem": "ceasefire_precondition",
    "defconpr": "party_that_attacked_first",
    "concoreq": "request_needed",
    "milaid": "form_of_assistance",
    "base": "stationed_forces",
    "organ1": "organ",
    "intcom": "command",
    "contrib": "amount",
    "renounce": "exit",
}


def open_name(variable: str) -> str:
    """Return the name under which a text lists what a variable asks, where it leaves it open.

    Examples:
        >>> open_name("renounce"), open_name("offcoadv")
        ('exit', 'whether_offcoadv')
    """
    return _OPEN.get(variable, f"whether_{variable}")


def code_of(text: str | None) -> int | None:
    """Read one code: None for a blank cell, a mark of nothing, or a negative code.

    Raises:
        ValueError: the text is not a whole number.

    Examples:
        >>> code_of("1"), code_of("2.0"), code_of("-9"), code_of(" "), code_of("NA")
        (1, 2, None, None, None)
    """
    text = (text or "").strip()
    if text.lower() in ("", ".", "na", "nan", "null"):
        return None
    whole, _, rest = text.partition(".")
    digits = whole.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 6 or rest.strip("0"):
        msg = f"expected a whole number such as 1, not {text[:40]!r}"
        raise ValueError(msg)
    return int(whole) if int(whole) >= 0 else None
