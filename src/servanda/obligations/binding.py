"""How strongly a provision binds: what the deterrence engine needs to know of a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from servanda.domain.actor import Actor
from servanda.domain.instrument import Instrument, Provision
from servanda.domain.moment import Moment
from servanda.obligations.membership import Roll
from servanda.obligations.ruling import Ruling, ruling

__all__ = ["Binding", "bind"]

BINDING_FORCES = frozenset({"binding", "binding_secret"})
HELP = (
    *("assist", "aid", "help", "act_to_meet", "fight", "guarantee", "respond", "support"),
    *("defend", "take_all", "take_action", "secure", "come_to"),
)
TALK = ("consult", "meet", "inform")
TALKS = (*TALK, "talk", "discuss")
VOTES = frozenset(("consensus", "majority", "veto"))
NO_PROMISE = frozenset({"exception", "limit", "condition", "termination", "decision_rule"})
DEPLOY = ("deploy", "station_", "establish_military")
ARMS_ONLY = frozenset(
    [
        "arms",
        "economic_assistance",
        "security_assistance",
        "sanctions",
        "defence_support",
        "modern_equipment",
        "intelligence",
        "diplomatic",
        "economic",
    ]
)
FORCE_WORDS = ("armed_force", "closed_airspace", "all_means", "military", "all_available", "force")


@dataclass(frozen=True, slots=True)
class Binding:
    """What a provision puts on whom.

    ``klass`` is one of none, permitted, mandate, consult, discretionary, political, binding;
    ``military`` one of none, materiel, optional, included, unspecified. ``rule_kind`` is
    ``consensus``, ``majority`` or ``veto`` where a body votes, ``after_one`` or ``after_all`` where
    the word waits for the acts of ``leaders``, ``victim`` where the one attacked declares the case,
    ``each`` otherwise. ``body`` names the organ that votes, or the clause where its parties vote
    without one; ``threshold`` is the share of votes needed, None where the text gives no number;
    ``veto`` those who can block alone. ``floor_share`` and ``ceiling_share`` are None where not
    stated. ``delay_hours`` is None where the text has no clock; ``clock_counts_talks`` marks one
    within which the parties have to talk, not to decide.
    """

    klass: str
    guarantors: tuple[str, ...]
    body: str | None
    rule: str | None
    rule_kind: str
    military: str
    floor_share: float | None
    delay_hours: float | None
    clause: str
    threshold: float | None = None
    leaders: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()
    ceiling_share: float | None = None
    clock_counts_talks: bool = False


def bind(
    instrument: Instrument,
    provision: Provision,
    *,
    actors: Mapping[str, Actor] | None = None,
    on: Moment | None = None,
) -> Binding:
    """Read off how strongly a provision binds, and whom.

    Args:
        instrument: the text.
        provision: one of its provisions.
        actors: registry, for groups.
        on: the day; membership changes.

    Examples:
        >>> pact = Instrument(id="p", title="P", kind="treaty", legal_force="binding",
        ...     parties={"original": ["AAA", "BBB"]}, provisions=[{"id": "a1", "modality": "duty",
        ...     "act": "assist", "bearer": "each_party"}])
        >>> bind(pact, pact.provision("a1")).klass
        'binding'
    """
    roll = Roll(instrument, on, actors if actors is not None else {})
    decided = ruling(instrument, provision, roll)
    guarantors = roll.bearers(provision)
    body = _body(decided, f"{instrument.id}:{provision.id}", len(guarantors))
    response = provision.response
    return Binding(
        klass=_klass(instrument, provision),
        guarantors=guarantors,
        body=body,
        rule=provision.decision.rule if provision.decision else None,
        rule_kind=decided.kind if body or decided.kind not in VOTES else "each",
        military=_military(provision),
        floor_share=response.floor_share if response else None,
        delay_hours=_hours(provision),
        clause=f"{instrument.id}:{provision.id}",
        threshold=decided.threshold,
        leaders=decided.leaders,
        veto=decided.veto,
        ceiling_share=response.ceiling_share if response else None,
        clock_counts_talks=_counts_talks(provision),
    )


def _body(decided: Ruling, clause: str, parties: int) -> str | None:
    """Name who votes or waits: an organ, else the parties of the clause if there are several."""
    if decided.kind in VOTES:
        return decided.organ or (clause if parties > 1 else None)
    return clause if decided.leaders else None


def _klass(instrument: Instrument, provision: Provision) -> str:
    acts = provision.act
    if provision.modality in NO_PROMISE or "prohibition" in provision.modality:
        return "none"
    if any(a.startswith(DEPLOY) for a in acts):
        return "mandate"
    talks = any(a.startswith(TALK) for a in acts)
    # an act nobody has coded before is help where the clause says what the response is
    helps = any(a.startswith(HELP) or "assist" in a for a in acts) or (
        not talks and provision.response is not None and provision.trigger is not None
    )
    if not helps and not talks:
        return "none"
    if provision.modality in ("permission", "power"):
        return "permitted"
    if talks and not helps:
        return "consult"
    return _of_help(instrument, provision)


def _of_help(instrument: Instrument, provision: Provision) -> str:
    modality, discretion = provision.modality, provision.discretion or ""
    binding = instrument.legal_force in BINDING_FORCES
    soft = modality in ("declaration_to_act", "proposed_discretionary")
    if binding and (soft or "whether" in discretion or "constitutional" in discretion):
        return "discretionary"
    if binding and modality in ("duty", "proposed_duty"):
        return "binding"
    if "whether" in discretion or modality == "proposed_discretionary":
        return "permitted" if "whether" in discretion else "political"
    return "political"


def _military(provision: Provision) -> str:
    response = provision.response
    word = (response.military if response else None) or ""
    if word.startswith("included"):
        return "included"
    if word in ("optional", "may_include", "if_necessary") or word.startswith("optional"):
        return "optional"
    if word.startswith("materiel"):
        return "materiel"
    if word in ("none", "excluded"):
        return "none"
    content = response.content if response else ()
    if any(any(f in c for f in FORCE_WORDS) for c in content):
        return "optional" if any("if_necessary" in c or "may" in c for c in content) else "included"
    if content and all(any(a in c for a in ARMS_ONLY) for c in content):
        return "materiel" if not word else "unspecified"
    return "unspecified"


def _counts_talks(provision: Provision) -> bool:
    deadline = provision.deadline
    if deadline is None:
        return False
    counted = (*deadline.counts, *((deadline.for_,) if deadline.for_ else ()))
    return bool(counted) and all(word.startswith(TALKS) for word in counted)


def _hours(provision: Provision) -> float | None:
    deadline = provision.deadline
    if deadline is None:
        return None
    if deadline.hours is not None:
        return deadline.hours
    return None if deadline.days is None else 24.0 * deadline.days
