"""What happened against what counts: the ontology of incident kinds and trigger kinds.

A trigger kind such as ``future_russian_armed_attack`` is read by its parts: ``russian`` names the
actor it must come from, ``future`` asks for a cessation before, ``armed_attack`` is the family. So
a kind that nobody has coded before is understood as far as its parts are.
"""

from __future__ import annotations

from servanda.domain.instrument import Provision
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import (
    CONTESTED,
    FALSE,
    TRUE,
    UNKNOWN,
    Node,
    all_of,
    any_of,
    truth_of,
)
from servanda.obligations.membership import Actors, actor_of

__all__ = ["ATTACKS", "FAMILIES", "family_of", "kind_node"]

#: Incident kinds by how they stand to an armed attack.
ATTACKS = frozenset({"armed_attack", "war", "invasion", "armed_aggression", "bombardment"})
FORCE = frozenset({"use_of_force", "shelling", "strike", "clash", "skirmish"})
BELOW = frozenset(
    {"incursion", "coercion_with_bladed_weapons", "ramming", "water_cannon", "boarding"}
)
VIOLATIONS = frozenset({"airspace_violation", "border_violation", "intrusion"})
THREATS = frozenset({"threat", "deployment_threat", "ultimatum", "mobilisation"})
INTERNAL = frozenset({"internal_insurgency", "internal_unrest", "riot", "civil_war"})
NON_CLASSICAL = frozenset({"terror", "cyber", "sabotage"})
COERCION = frozenset({"blockade", "embargo", "boycott"})

#: Trigger families by the words of the token, first match wins.
FAMILIES = (
    ("conduct", ("forced",)),
    ("nuclear", ("nuclear", "wmd")),
    ("neutrality", ("neutrality",)),
    ("independence", ("independence",)),
    ("peaceable", ("endangering", "aggression_not", "conflict", "question", "concerning")),
    ("attack", ("attack", "aggression", "hostilities", "invades", "invasion", "arms", "operation",
                "missile", "recourse")),
    ("breach", ("breach", "violation", "violate")),
    ("coercion", ("boycott", "embargo", "blockade", "peaceful")),
    ("disaster", ("disaster",)),
    ("threat", ("threat", "danger", "encroachment")),
)  # fmt: skip

NOISE = frozenset(
    [
        "future",
        "renewed",
        "any",
        "armed",
        "attack",
        "aggression",
        "external",
        "unprovoked",
        "of",
        "in",
        "the",
        "on",
        "by",
        "or",
        "and",
        "to",
        "a",
        "flagrant",
        "imminent",
        "military",
        "operation",
        "operations",
        "hostilities",
        "consequence",
        "invades",
        "invasion",
        "resulting",
        "state",
        "war",
        "without",
        "cause",
        "threat",
        "threatening",
        "non",
        "peaceful",
        "means",
        "with",
        "direct",
        "provocation",
        "recourse",
        "arms",
        "new",
    ]
)


def family_of(token: str) -> str | None:
    """Return the family a trigger kind belongs to, or None for a word without meaning here.

    Examples:
        >>> family_of("future_russian_armed_attack"), family_of("solar_eclipse")
        ('attack', None)
    """
    if token.startswith("threat"):
        return "threat"
    for family, words in FAMILIES:
        if any(word in token for word in words):
            return family
    return None


def kind_node(provision: Provision, facts: Facts, actors: Actors) -> Node:
    """Ask whether what happened is of a kind the trigger names."""
    trigger = provision.trigger
    kinds = trigger.kinds if trigger else ()
    if not kinds:
        return Node("kind: the text names none", TRUE)
    return any_of("kind", (_one(k, provision, facts, actors) for k in kinds))


def _one(token: str, provision: Provision, facts: Facts, actors: Actors) -> Node:
    label = f"kind: {facts.kind} against {token}"
    family = family_of(token)
    shown = {"kind": facts.kind}
    if family is None:
        return Node(label, UNKNOWN, missing=(token,), facts=shown, note="word without meaning here")
    if facts.kind == ABSENT:
        return Node(label, UNKNOWN, missing=("kind",))
    parts = [_BY_FAMILY[family](label, provision, facts)]
    if family == "attack":
        parts += _named(token, facts, actors)
        if "future" in token or "renewed" in token:
            parts.append(_baseline(facts))
        if "state_of_war" in token and facts.kind not in ATTACKS:
            parts.append(Node("state of war", UNKNOWN, missing=("state_of_war",)))
    return parts[0] if len(parts) == 1 else all_of(label, parts)


def _named(token: str, facts: Facts, actors: Actors) -> list[Node]:
    """Read the actor and the victim out of a token such as ukraine_invades_russia."""
    words = [w for w in token.split("_") if w not in NOISE]
    found = [(w, actor_of(w, actors)) for w in words]
    known = [(w, a) for w, a in found if a is not None]
    if not known:
        return []
    nodes = [_by(known[0][1], facts)]
    if len(known) > 1 and "invades" in token:
        hit = known[1][1] in facts.targets
        nodes.append(Node(f"target: {known[1][1]}", TRUE if hit else FALSE, ("target",)))
    return nodes


def _by(wanted: str | None, facts: Facts) -> Node:
    label = f"actor: must be {wanted}"
    if not facts.attributed:
        return Node(label, UNKNOWN, missing=("attribution",))
    if not facts.actors:
        return Node(label, UNKNOWN, missing=("actor",))
    same = any(a == wanted or a.startswith(f"{wanted}_") for a in facts.actors)
    return Node(label, TRUE if same else FALSE, ("actor",), facts={"actor": facts.actors})


def _baseline(facts: Facts) -> Node:
    before = facts.get("ceasefire_in_force_before")
    label = "baseline: a new attack after a cessation"
    if before is True:
        return Node(label, TRUE, facts={"ceasefire_in_force_before": True})
    if before is False:
        return Node(
            label,
            CONTESTED,
            ("text_ambiguity",),
            facts={"ceasefire_in_force_before": False},
            note="whether a continuing war is a future attack is read both ways",
        )
    return Node(label, UNKNOWN, missing=("ceasefire_in_force_before",))


def _attack(label: str, provision: Provision, facts: Facts) -> Node:
    kind = facts.kind
    shown = {"kind": kind}
    if facts.get("armed_attack") is False or facts.get("recourse_to_arms") is False:
        return Node(label, FALSE, ("kind",), facts=shown)
    for kinds, answer in _SHORT_OF_ATTACK:
        if kind in kinds:
            return answer(label, provision, facts)
    return Node(label, UNKNOWN, missing=("armed_attack_threshold",), facts=shown)


def _plain_attack(label: str, provision: Provision, facts: Facts) -> Node:
    plain = Node(label, TRUE, facts={"kind": facts.kind})
    return all_of(label, [plain, *_deeds(facts), *_abroad(facts)])


def _other_side(label: str, provision: Provision, facts: Facts) -> Node:
    return Node(label, FALSE, ("target",), facts={"kind": facts.kind}, note="no attack on a party")


def _below(label: str, provision: Provision, facts: Facts) -> Node:
    shown = {"kind": facts.kind}
    parts = [Node(label, UNKNOWN, missing=("armed_attack_threshold",), facts=shown)]
    if facts.place.get("border") == "undemarcated":
        parts.append(Node("border agreed", UNKNOWN, missing=("agreed_border",)))
    return all_of(label, [*parts, *_deeds(facts)])


def _impact(label: str, provision: Provision, facts: Facts) -> Node:
    return all_of(label, _deeds(facts, needed=True))


def _not_an_attack(label: str, provision: Provision, facts: Facts) -> Node:
    return Node(label, FALSE, ("kind",), facts={"kind": facts.kind})


def _force(label: str, provision: Provision, facts: Facts) -> Node:
    threshold = provision.trigger.threshold if provision.trigger else None
    if threshold == "any_armed_attack":
        return Node(label, TRUE, facts={"kind": facts.kind, "threshold": threshold})
    asked = facts.request()[0]
    roots = ("threshold", "request") if asked in ("consultation", "no") else ("threshold",)
    return Node(
        label,
        CONTESTED,
        roots,
        facts={"kind": facts.kind, "scale": facts.get("scale")},
        note="whether force on this scale is an armed attack is read both ways",
    )


def _deeds(facts: Facts, *, needed: bool = False) -> list[Node]:
    """Deliberate or not; asked for where the kind leaves it open, and where the facts deny it."""
    value = facts.get("deliberate")
    if not facts.attributed:
        nodes = [Node("attribution", UNKNOWN, missing=("attribution",))]
        if facts.has("deliberate"):
            nodes.append(Node("deliberate", UNKNOWN, missing=("deliberate",)))
        return nodes
    if value is False:
        return [Node("deliberate", FALSE, ("deliberate",), facts={"deliberate": False})]
    if value == ABSENT and (needed or facts.get("intent") == "disputed"):
        return [Node("deliberate", UNKNOWN, missing=("deliberate",))]
    return []


def _violation(label: str, provision: Provision, facts: Facts) -> Node:
    scale = facts.get("scale")
    details = scale if isinstance(scale, dict) else {}
    shots = details.get("shots")
    shown = {"kind": facts.kind, "scale": scale}
    if shots == "0" or (facts.get("intent") == ABSENT and not details.get("drones")):
        return Node(label, FALSE, ("kind",), facts=shown, note="no force was used")
    parts = [*_deeds(facts, needed=True)]
    parts.append(Node(label, UNKNOWN, missing=("armed_attack_threshold",), facts=shown))
    return all_of(label, parts)


def _abroad(facts: Facts) -> list[Node]:
    """An attack by a group counts where it was directed from abroad, if that is in doubt."""
    if not facts.has("directed_from_abroad"):
        return []
    value = facts.get("directed_from_abroad")
    if value is True:
        return [Node("directed from abroad", TRUE, facts={"directed_from_abroad": True})]
    if value is False:
        return [Node("directed from abroad", FALSE, ("kind",))]
    return [Node("directed from abroad", UNKNOWN, missing=("directed_from_abroad",))]


def _non_classical(label: str, provision: Provision, facts: Facts) -> Node:
    return all_of(label, _effects(label, facts.kind, facts))


def _effects(label: str, kind: str, facts: Facts) -> list[Node]:
    nodes = _deeds(facts)
    if kind == "cyber" or kind == "sabotage":
        effects = facts.get("effects_comparable_to_armed_attack")
        truth = truth_of(effects)
        nodes.append(Node(label, truth, ("kind",), missing=("effects_comparable_to_armed_attack",)))
        return nodes
    nodes += _abroad(facts) or [
        Node("directed from abroad", UNKNOWN, missing=("directed_from_abroad",))
    ]
    if facts.get("scale") in (ABSENT, "small", "limited"):
        nodes.append(Node("scale", UNKNOWN, missing=("scale_comparable_to_armed_attack",)))
    return nodes


def _internal(label: str, provision: Provision, facts: Facts) -> Node:
    hand = facts.get("outside_hand")
    if hand in (ABSENT, False):
        return Node(label, FALSE, ("kind",), facts={"kind": facts.kind})
    return Node(
        label,
        CONTESTED,
        ("kind",),
        facts={"kind": facts.kind, "outside_hand": hand},
        note="an outside hand is claimed and not shown",
    )


def _threat(label: str, provision: Provision, facts: Facts) -> Node:
    known = THREATS | ATTACKS | FORCE | BELOW | VIOLATIONS | INTERNAL | NON_CLASSICAL | COERCION
    if facts.kind in known or facts.kind in ("impact", "coup", "self_defence_of_other_side"):
        return Node(label, TRUE, facts={"kind": facts.kind})
    return Node(label, UNKNOWN, missing=("threat_to_party",), facts={"kind": facts.kind})


def _nuclear(label: str, provision: Provision, facts: Facts) -> Node:
    value = facts.get("nuclear")
    if value is True:
        return Node(label, TRUE, facts={"nuclear": True})
    if value is False and provision.ambiguity:
        return Node(label, CONTESTED, ("text_ambiguity",), facts={"nuclear": False},
                    note=provision.ambiguity)  # fmt: skip
    if value is False:
        return Node(label, FALSE, ("kind",), facts={"nuclear": False})
    return Node(label, UNKNOWN, missing=("nuclear_threat_established",))


def _peaceable(label: str, provision: Provision, facts: Facts) -> Node:
    return Node(label, TRUE, facts={"kind": facts.kind})


def _hostile(label: str, provision: Provision, facts: Facts) -> Node:
    hostile = ATTACKS | FORCE | BELOW | VIOLATIONS | COERCION | {"coup", "impact"} | THREATS
    truth = TRUE if facts.kind in hostile else UNKNOWN
    return Node(label, truth, missing=("breach_established",), facts={"kind": facts.kind})


def _coercion(label: str, provision: Provision, facts: Facts) -> Node:
    known = ATTACKS | FORCE | BELOW | THREATS | COERCION
    truth = TRUE if facts.kind in known else FALSE
    return Node(label, truth, ("kind",), facts={"kind": facts.kind})


def _independence(label: str, provision: Provision, facts: Facts) -> Node:
    if facts.kind in ATTACKS or "independence" in facts.kind:
        return Node(label, TRUE, facts={"kind": facts.kind})
    return Node(label, UNKNOWN, missing=("threatens_independence",), facts={"kind": facts.kind})


def _conduct(label: str, provision: Provision, facts: Facts) -> Node:
    """What a party was driven to do is a judgement that no kind of incident settles."""
    kinds = provision.trigger.kinds if provision.trigger else ()
    missing = tuple(k.removeprefix("party_") for k in kinds)
    return Node(label, UNKNOWN, missing=missing, facts={"kind": facts.kind})


def _disaster(label: str, provision: Provision, facts: Facts) -> Node:
    truth = TRUE if "disaster" in facts.kind else FALSE
    return Node(label, truth, ("kind",), facts={"kind": facts.kind})


_SHORT_OF_ATTACK = (
    (ATTACKS, _plain_attack),
    (frozenset({"self_defence_of_other_side"}), _other_side),
    (FORCE, _force),
    (BELOW, _below),
    (VIOLATIONS, _violation),
    (frozenset({"impact"}), _impact),
    (NON_CLASSICAL, _non_classical),
    (INTERNAL, _internal),
    (
        THREATS | COERCION | {"coup", "action_clearly_threatening_independence"},
        _not_an_attack,
    ),
)

_BY_FAMILY = {
    "conduct": _conduct,
    "attack": _attack,
    "threat": _threat,
    "nuclear": _nuclear,
    "peaceable": _peaceable,
    "breach": _hostile,
    "neutrality": _hostile,
    "coercion": _coercion,
    "independence": _independence,
    "disaster": _disaster,
}
