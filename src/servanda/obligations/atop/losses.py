"""What ATOP's variables cannot say of a coded text, slot by slot."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from servanda.domain.instrument import Instrument, Provision
from servanda.obligations.atop.record import Loss

__all__ = ["losses_of_text"]

AGREEMENTS = frozenset({"treaty", "memorandum", "bilateral_security_agreement", "agreement"})


def losses_of_text(instrument: Instrument, unknown: tuple[str, ...] = ()) -> tuple[Loss, ...]:
    """List what the text says and ATOP's variables cannot hold.

    Args:
        instrument: the coded text.
        unknown: groups among its parties whose members are not known.

    Examples:
        >>> pact = Instrument(id="p", title="P", kind="treaty", provisions=[{"id": "a1",
        ...     "modality": "duty", "act": "consult", "deadline": {"hours": 24}}])
        >>> [(loss.slot, loss.provision) for loss in losses_of_text(pact)]
        [('consult_deadline', 'a1')]
    """
    found = [*_standing(instrument), *_parties(instrument, unknown), *_accounts(instrument)]
    for provision in instrument.provisions:
        for slot, says in _SAYS:
            note = says(provision)
            if note:
                found.append(Loss(_clock_slot(slot, provision), note, provision.id))
    return tuple(found)


def _standing(text: Instrument) -> Iterator[Loss]:
    if text.kind not in AGREEMENTS:
        yield Loss("legal_force", f"ATOP holds agreements between states; this is a {text.kind}")
    elif text.legal_force not in (None, "binding", "binding_secret"):
        yield Loss("legal_force", f"its legal force is '{text.legal_force}'")
    if text.contested:
        yield Loss("discretion", "the text is contested, and a code has one value")


def _parties(text: Instrument, unknown: tuple[str, ...]) -> Iterator[Loss]:
    for name in unknown:
        yield Loss("guarantors", f"the members of '{name}' are not known")
    if text.beneficiaries:
        names = ", ".join(text.beneficiaries)
        yield Loss("beneficiary_status", f"who is protected without owing the same: {names}")
    if text.parties.liability:
        yield Loss("joint_or_several", f"liability: {text.parties.liability}")
    for pair in text.parties.suspended:
        yield Loss("guarantors", f"the link between {' and '.join(pair.between)} is suspended")


def _accounts(text: Instrument) -> Iterator[Loss]:
    if text.official_readings:
        yield Loss("trigger_kind", f"{len(text.official_readings)} dated readings of the text")
    if text.in_force and text.in_force.versions:
        yield Loss("entry_duration", "the sides give different dates of entry into force")
    for name, area in text.areas.items():
        if area.occupied:
            yield Loss("occupied", f"occupied land in '{name}': {area.occupied}")


def _threshold(p: Provision) -> str:
    return f"threshold: {p.trigger.threshold}" if p.trigger and p.trigger.threshold else ""


def _domains(p: Provision) -> str:
    named = (*(p.trigger.domains if p.trigger else ()), *p.domain)
    return f"domains: {', '.join(named)}" if named else ""


def _attribution(p: Provision) -> str:
    trigger = p.trigger
    return f"attribution: {trigger.attribution}" if trigger and trigger.attribution else ""


def _adversary(p: Provision) -> str:
    words = (*p.trigger.actor, *p.trigger.actor_secret) if p.trigger else ()
    named = [word for word in words if not word.startswith("any")]
    return f"against whom: {', '.join(named)}" if named else ""


def _area(p: Provision) -> str:
    named = [a for a in p.area or () if a not in ("none", "any")]
    out = [f"not in {name}" for name in p.area_excluded]
    return f"where: {', '.join((*named, *out))}" if named or out else ""


def _rule(p: Provision) -> str:
    rule = (p.decision.rule if p.decision else None) or (
        p.rule if p.modality == "decision_rule" else None
    )
    return f"decision rule: {rule}" if rule else ""


def _deciders(p: Provision) -> str:
    decision = p.decision
    named = (*decision.invoked_by, *decision.determined_by) if decision else ()
    judged = p.trigger.judged_by if p.trigger else ()
    who = dict.fromkeys((*named, *judged))
    return f"who invokes and who decides: {', '.join(who)}" if who else ""


def _clock(p: Provision) -> str:
    clock = p.deadline
    if clock is None or (clock.text == "none" and not clock.hours and not clock.days):
        return ""
    fields = (clock.hours and f"{clock.hours:g} hours", clock.days and f"{clock.days:g} days")
    said = next((part for part in fields if part), None) or clock.text or clock.at or clock.by
    return f"deadline: {said or 'a date'}"


def _floor(p: Provision) -> str:
    answer = p.response
    if answer is None:
        return ""
    if answer.floor_share is not None:
        return f"floor: {answer.floor_share:g} of capability"
    said = answer.minimum
    return f"floor: {said}" if said and said not in ("unspecified", "none") else ""


def _discretion(p: Provision) -> str:
    return f"discretion: {p.discretion}" if p.discretion else ""


def _exceptions(p: Provision) -> str:
    return f"exceptions: {', '.join(p.exceptions)}" if p.exceptions else ""


def _proposed(p: Provision) -> str:
    return "only proposed" if p.modality.startswith("proposed") else ""


_SAYS: tuple[tuple[str, Callable[[Provision], str]], ...] = (
    ("legal_force", _proposed),
    ("trigger_threshold", _threshold),
    ("domains", _domains),
    ("attribution", _attribution),
    ("trigger_kind", _adversary),
    ("area", _area),
    ("rule", _rule),
    ("who_decides", _deciders),
    ("deadline", _clock),
    ("minimum", _floor),
    ("discretion", _discretion),
    ("provocation", _exceptions),
)


def _clock_slot(slot: str, provision: Provision) -> str:
    if slot != "deadline":
        return slot
    talks = any(a.startswith(("consult", "meet")) for a in provision.act)
    return "consult_deadline" if talks else "act_deadline"
