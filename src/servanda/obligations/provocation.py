"""Who did it and who began: attribution, provocation, first use of force, self-defence."""

from __future__ import annotations

from collections.abc import Mapping

from servanda.domain.finding import Trace
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN

__all__ = ["attribution", "first_use", "self_defence", "unprovoked"]


def attribution(facts: Facts) -> Trace:
    """Say what stands where nobody has attributed the incident, or some do and others deny it.

    A dispute about who did it is about a fact, not about the reading of a text.
    """
    shown = {"attribution": facts.get("attribution")}
    note = "who did it is claimed by some and denied by others" if facts.disputed else None
    return Trace("attribution", UNKNOWN, ("attribution",), ("attribution",), shown, note)


def unprovoked(facts: Facts) -> Trace:
    """Ask a clause that covers only what was not provoked; silence about it is not a no."""
    label = "condition: not provoked"
    value = facts.get("provoked")
    shown = {"provoked": value}
    if value in ("contested", "disputed"):
        return Trace(label, CONTESTED, ("provocation",), facts=shown)
    by = facts.provokers()
    if by is None:
        return Trace(label, UNKNOWN, missing=("provoked",), facts=shown)
    if set(by) & set(facts.targets):
        return Trace(label, FALSE, ("provocation",), facts=shown)
    return Trace(label, TRUE, facts=shown)


def first_use(facts: Facts, *, left_open: bool) -> Trace:
    """Ask where no clause speaks of provocation.

    A silent text covers a party that provoked. Where the record says that it used force first, or
    the text lists that question as open, help is read both ways.
    """
    label = "first use"
    value = facts.get("provoked")
    shown = {"provoked": value}
    by = facts.provokers()
    claimed = bool(set(facts.names("self_defence_claim")) & set(facts.actors))
    used = isinstance(value, Mapping) and ("first_use" in value or left_open or claimed)
    if not used or not set(by or ()) & set(facts.targets):
        note = "no first use by the one attacked is recorded"
        return Trace(label, TRUE, facts=shown if value != ABSENT else {}, note=note)
    note = "the one attacked is said to have used force first; the text is silent on it"
    return Trace(label, CONTESTED, ("provocation",), facts=shown, note=note)


def self_defence(label: str, facts: Facts) -> Trace:
    """Ask the condition of the Charter, article 51: that the one attacked is in self-defence."""
    by = facts.provokers()
    shown = {"provoked": facts.get("provoked")}
    if by and set(by) & set(facts.targets):
        note = "whether the one attacked is in self-defence is read both ways"
        return Trace(label, CONTESTED, ("provocation",), facts=shown, note=note)
    note = "the Charter's condition raises no doubt on these facts"
    return Trace(label, TRUE, facts=shown, note=note)
