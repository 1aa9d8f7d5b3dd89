"""When a text is too thin to say: nobody is bound by name and the details are left open."""

from __future__ import annotations

from servanda.domain.finding import Trace
from servanda.domain.instrument import Instrument, Provision
from servanda.obligations.kleene import OPEN

__all__ = ["assists", "callable_by_party", "is_talk", "open_node", "slots_of"]

CASUS = (
    *("who", "bound", "form", "threshold", "area", "territory", "occupied", "decision_rule"),
    *("decides", "declares", "judges", "hour", "deadline", "trigger"),
)
CONTENT = ("minimum", "troops", "response", "amount", "us_role", "backstop", "contributes")
NEVER = ("relation", "nuclear")


HELP = ("assist", "aid", "help", "act_", "fight", "guarantee", "defend", "respond", "support")


def assists(provision: Provision) -> bool:
    """Say whether the provision owes help of some kind."""
    return any(word in act for act in provision.act for word in HELP)


def is_talk(provision: Provision) -> bool:
    """Say whether the provision owes talk rather than help."""
    return any(a.startswith(("consult", "meet")) for a in provision.act)


def slots_of(instrument: Instrument, provision: Provision) -> tuple[str, ...]:
    """Return the open slots of the instrument on which the provision hangs.

    A clause about when and who hangs on the slots of the casus foederis, a clause about help on
    those of its content.
    """
    names = [n for n in instrument.unspecified if not n.startswith(NEVER)]
    content = provision.response is not None and not is_talk(provision)
    stems = CONTENT if content else CASUS
    chosen = tuple(n for n in names if any(stem in n for stem in stems))
    return chosen or tuple(names)


def callable_by_party(provision: Provision) -> bool:
    """Say whether a party has to call for the talks that the provision owes."""
    if not is_talk(provision):
        return False
    trigger, decision = provision.trigger, provision.decision
    judged = (*(trigger.judged_by if trigger else ()), *(decision.invoked_by if decision else ()))
    threat = trigger is not None and any("threat" in k for k in trigger.kinds)
    local = threat and bool(trigger and trigger.where) and not provision.conditions
    return local or any("party" in j for j in judged)


def _empty(instrument: Instrument, provision: Provision) -> Trace | None:
    """Return an open node where the text itself leaves open whether there is a duty at all."""
    response = provision.response
    if response is None or set(response.content) != {"unspecified"}:
        return None
    names = [n for n in instrument.unspecified if n.startswith("duty_to_")]
    if not names:
        return None
    missing = tuple(dict.fromkeys((*names, *slots_of(instrument, provision))))
    return Trace("the text leaves open whether anything is owed", OPEN, missing=missing)


def open_node(
    instrument: Instrument, provision: Provision, bearers: tuple[str, ...]
) -> Trace | None:
    """Return an open node where nobody is bound by name and the text admits it, else None."""
    if bearers and (empty := _empty(instrument, provision)) is not None:
        return empty
    if bearers or provision.modality == "prohibition":
        return None
    proposed = provision.modality.startswith("proposed") or instrument.kind in ("proposal", "draft")
    if not proposed and "unspecified" not in provision.bearer:
        return None
    missing = slots_of(instrument, provision) or ("bearer",)
    return Trace("the text names nobody who is bound", OPEN, missing=missing)
