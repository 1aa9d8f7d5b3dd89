"""Conditions beside kind, time and place: who, whom, asked for, provoked, decided."""

from __future__ import annotations

from collections.abc import Mapping

from servanda.domain.instrument import Provision
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kinds import NON_CLASSICAL
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN, Node, truth_of
from servanda.obligations.membership import Roll
from servanda.obligations.openness import is_talk

__all__ = ["actor_node", "condition_nodes", "decision_nodes", "target_node"]

SOFTENERS = (
    *("constitutional", "national_law", "legal", "budget", "respective_laws", "respective_law"),
    *("urgent_consultations_first", "written_notice", "ordinary", "league_covenant", "un_charter"),
    *("immediate_action_necessary", "sole_aim", "reciprocity", "further_principles"),
    *("european_state", "contribute_to_security"),
)
SEVERAL = ("several", "each_separately", "separately")


def target_node(provision: Provision, facts: Facts, roll: Roll) -> Node:
    """Ask whether the one hit is one the provision protects."""
    trigger = provision.trigger
    judged = trigger.judged_by if trigger else ()
    wanted = _protected(provision, roll)
    label = "target: " + (", ".join(wanted) if wanted else "a party")
    shown = {"target": facts.targets}
    if not facts.targets:
        return Node(label, UNKNOWN, missing=("target",))
    if any("any_party" in j for j in judged):
        return Node("target: a party feels threatened", TRUE, facts=shown)
    pool = set(wanted) if wanted is not None else {*roll.members, *roll.beneficiaries}
    if pool & set(facts.targets):
        return Node(label, TRUE, facts=shown)
    return Node(label, FALSE, ("target",), facts=shown)


def _protected(provision: Provision, roll: Roll) -> tuple[str, ...] | None:
    """Return the actors protected by name, or None where the parties are."""
    trigger = provision.trigger
    words = (*trigger.of, *trigger.object) if trigger else ()
    if "beneficiary" in words:
        guards = roll.guarantors if "forces_of_guarantors" in words else ()
        return (*roll.beneficiaries, *guards) or None
    named = [w for w in words if w in roll.actors and w not in roll.registry.groups]
    if named:
        return tuple(named)
    grouped = [w for w in words if w in roll.registry.groups]
    if grouped:
        return roll.expand(grouped)
    for word in words:
        plural = f"{word}s"
        if plural in roll.registry.groups:
            return roll.expand((plural,))
    if "forces_of_guarantors" in words:
        return roll.guarantors
    toward = [t for t in provision.toward if t in roll.actors]
    if toward:
        return tuple(toward)
    return roll.beneficiaries or None


def actor_node(provision: Provision, facts: Facts, roll: Roll) -> Node:
    """Ask whether the one who did it is one the provision is about."""
    trigger = provision.trigger
    wanted = (*trigger.actor_secret, *trigger.actor) if trigger else ()
    inside = _inside(provision, facts, roll)
    if inside is not None:
        return inside
    if not facts.attributed:
        return Node("attribution", UNKNOWN, missing=("attribution",))
    if not wanted or any(w.startswith("any") and "state" not in w for w in wanted):
        return Node("actor: any", TRUE, facts={"actor": facts.actors})
    return _among(wanted, facts, roll)


def _among(wanted: tuple[str, ...], facts: Facts, roll: Roll) -> Node:
    label = "actor: " + ", ".join(wanted)
    shown = {"actor": facts.actors, "actor_type": facts.get("actor_type")}
    codes = [w for w in wanted if w in roll.actors]
    if codes:
        if not facts.actors:
            return Node(label, UNKNOWN, missing=("actor",))
        hit = any(a in codes or a.split("_")[0] in codes for a in facts.actors)
        return Node(label, TRUE if hit else FALSE, ("actor",), facts=shown)
    sort = str(facts.get("actor_type"))
    if not sort.startswith("non_state"):
        if facts.actors or sort == "state":
            return Node(label, TRUE, facts=shown)
        return Node(label, UNKNOWN, missing=("actor",))
    if any("group" in w or "organisation" in w or "non_state" in w for w in wanted):
        return Node(label, TRUE, facts=shown)
    note = "the text speaks of states; whether a group's attack counts is read both ways"
    return Node(label, CONTESTED, ("text_ambiguity",), facts=shown, note=note)


def _inside(provision: Provision, facts: Facts, roll: Roll) -> Node | None:
    """Return a node where the one who did it belongs to the instrument, else None."""
    assist = provision.trigger is not None
    mine = [a for a in facts.actors if a in roll.members]
    if not mine or not assist or _names_actor(provision, mine, roll):
        return None
    shown = {"actor": facts.actors}
    if not set(facts.targets) & {*roll.members, *roll.beneficiaries}:
        if provision.trigger and any("any_party" in j for j in provision.trigger.judged_by):
            return None
        return Node("actor: a party itself", FALSE, ("actor",), facts=shown)
    if set(mine) & set(roll.guarantors) and _several(provision, roll):
        return None
    if any(_about_insider(name) for name in roll.instrument.unspecified):
        note = "whether the text works against one of its own parties is read both ways"
        return Node("actor: a party itself", CONTESTED, ("actor",), facts=shown, note=note)
    return None


def _names_actor(provision: Provision, actors: list[str], roll: Roll) -> bool:
    trigger = provision.trigger
    named = {*(trigger.actor if trigger else ()), *(trigger.actor_secret if trigger else ())}
    return bool(named & set(actors))


def _several(provision: Provision, roll: Roll) -> bool:
    rule = provision.decision.rule if provision.decision else None
    tokens = [b for b in provision.bearer if isinstance(b, str)]
    words = " ".join([rule or "", roll.instrument.parties.liability or "", *tokens])
    return any(word in words for word in SEVERAL)


def _about_insider(name: str) -> bool:
    words = set(name.split("_"))
    attack = words & {"aggressor", "attack", "attacker", "versus"}
    return bool(attack and words & {"party", "member", "guarantor"})


def condition_nodes(provision: Provision, facts: Facts, roll: Roll) -> list[Node]:
    """Ask every condition the provision lists, and the provocation no text has to list."""
    nodes = [_condition(token, provision, facts, roll) for token in provision.conditions]
    trigger = provision.trigger
    if trigger:
        nodes += [_qualifier(token, facts) for token in trigger.qualifier]
        unprovoked = any("unprovoked" in k for k in trigger.kinds)
        if unprovoked:
            nodes.append(_unprovoked(facts, needed=False))
        elif not any("provo" in c for c in provision.conditions):
            nodes += _first_use(provision, facts)
    return nodes


def _condition(token: str, provision: Provision, facts: Facts, roll: Roll) -> Node:
    label = f"condition: {token}"
    if "request" in token:
        return _request(token, provision, facts, roll)
    if "provocation" in token or "unprovoked" in token or "provoked" in token:
        return _unprovoked(facts, needed=True)
    if "charter_51" in token or "article_51" in token:
        return _self_defence(label, facts)
    if token.startswith("assistance_rendered_by_") or token.startswith("after_"):
        return _after_another(token, facts, roll)
    if "ceasefire" in token or "cessation" in token:
        return _ceasefire(label, facts)
    if "concerted_action_not_possible" in token:
        return _concert(label, facts)
    if any(word in token for word in SOFTENERS):
        return Node(label, TRUE, note="softens how, not whether")
    value = facts.get(token)
    if value is True:
        return Node(label, TRUE, facts={token: True})
    if value is False:
        return Node(label, FALSE, ("precondition",), facts={token: False})
    return Node(label, UNKNOWN, missing=(token,))


def _request(token: str, provision: Provision, facts: Facts, roll: Roll) -> Node:
    label = f"condition: {token}"
    how, _ = facts.request()
    asked = facts.requesters()
    if how == "yes" and asked and not any(a in roll.actors and roll.is_party(a) for a in asked):
        return Node(label, FALSE, ("request",), facts={"requested_by": asked})
    if how == "yes" or (how == "consultation" and is_talk(provision)):
        return Node(label, TRUE, facts={"requested": facts.raw.get("requested", asked)})
    if how == "no":
        return Node(label, FALSE, ("request",), facts={"requested": False})
    if how == "consultation":
        return Node(label, UNKNOWN, missing=(f"request_under_{provision.id}",))
    return Node(label, UNKNOWN, missing=("requested",))


def _unprovoked(facts: Facts, *, needed: bool) -> Node:
    by = facts.provokers()
    label = "condition: not provoked"
    if facts.get("provoked") == "contested":
        return Node(label, CONTESTED, ("provocation",), facts={"provoked": "contested"})
    if by is None:
        if needed:
            return Node(label, UNKNOWN, missing=("provoked",))
        return Node(label, TRUE, note="nothing is known of a provocation")
    if set(by) & set(facts.targets):
        return Node(label, FALSE, ("provocation",), facts={"provoked": facts.raw["provoked"]})
    return Node(label, TRUE, facts={"provoked": facts.raw["provoked"]})


def _first_use(provision: Provision, facts: Facts) -> list[Node]:
    """Where the one attacked used force first, a text without a clause on it is read both ways."""
    by = facts.provokers()
    raw = facts.raw.get("provoked")
    force = isinstance(raw, Mapping) and (by is not None)
    if not force or not set(by or ()) & set(facts.targets) or is_talk(provision):
        return []
    if any("charter_51" in c for c in provision.conditions):
        return []
    if not _assists(provision):
        return []
    note = "the one attacked is said to have used force first; the text is silent on it"
    return [Node("first use", CONTESTED, ("provocation",), facts={"provoked": raw}, note=note)]


def _assists(provision: Provision) -> bool:
    words = ("assist", "aid", "help", "act_", "fight", "guarantee", "defend", "respond", "support")
    return any(w in a for a in provision.act for w in words)


def _self_defence(label: str, facts: Facts) -> Node:
    by = facts.provokers()
    if by and set(by) & set(facts.targets):
        note = "whether the one attacked is in self-defence is read both ways"
        shown = {"provoked": facts.raw.get("provoked")}
        return Node(label, CONTESTED, ("provocation",), facts=shown, note=note)
    return Node(label, TRUE, note="the Charter's condition raises no doubt on these facts")


def _after_another(token: str, facts: Facts, roll: Roll) -> Node:
    label = f"condition: {token}"
    other = next((w for w in token.split("_") if w in roll.actors), None)
    names = [f"assistance_by_{other}"]
    actor = roll.actors.get(other or "")
    if actor is not None:
        words = [*(a.lower() for a in actor.adjectives), actor.name.lower(), actor.id]
        names += [f"{w.replace(' ', '_')}_assistance_given" for w in words]
    for name in names:
        value = facts.get(name)
        if value in (True, False):
            return Node(label, TRUE if value else FALSE, ("precondition",), facts={name: value})
    return Node(label, UNKNOWN, missing=(names[0],))


def _ceasefire(label: str, facts: Facts) -> Node:
    value = facts.get("ceasefire_in_force_before")
    truth = truth_of(value)
    return Node(label, truth, ("precondition",), missing=("ceasefire_in_force_before",))


def _concert(label: str, facts: Facts) -> Node:
    value = facts.get("concerted_action_possible")
    if value is False or (isinstance(value, Mapping) and "result" in value):
        return Node(label, TRUE, facts={"concerted_action_possible": value})
    if value is True:
        return Node(label, FALSE, ("precondition",), facts={"concerted_action_possible": True})
    return Node(label, UNKNOWN, missing=("concerted_action_possible",))


def _qualifier(token: str, facts: Facts) -> Node:
    """A judgement that the text leaves to the one attacked, recorded as a fact or not."""
    words = [w for w in token.split("_") if len(w) > 4]
    for name in facts.raw:
        if sum(w in name for w in words) >= 2:
            value = facts.get(name)
            truth = truth_of(value)
            return Node(f"qualifier: {token}", truth, ("precondition",), (name,), {name: value})
    return Node(f"qualifier: {token}", UNKNOWN, missing=(token,))


def decision_nodes(provision: Provision, facts: Facts, roll: Roll) -> list[Node]:
    """Ask for a decision where the text needs one before the case can be said to have arisen."""
    nodes: list[Node] = []
    insider = [a for a in facts.actors if a in roll.members]
    rules = {p.rule for p in roll.instrument.provisions if p.modality == "decision_rule" and p.rule}
    if insider and len(rules) > 1 and set(facts.targets) & set(roll.members):
        note = "the texts name several voting rules where a party is the attacker"
        nodes.append(Node("voting rule", CONTESTED, ("decision",), note=note))
    decision = provision.decision
    if decision is None or not decision.organ or not _assists(provision):
        return nodes
    if facts.kind in NON_CLASSICAL and "consensus" in (decision.rule or ""):
        how = facts.request()[0]
        settled = facts.get("scale") not in (ABSENT, "small", "limited") or facts.kind == "cyber"
        if how != "consultation" and settled and facts.get("council_decided") is not True:
            name = "request_or_council_decision"
            nodes.append(Node("decision of the organ", UNKNOWN, missing=(name,)))
    return nodes
