"""When something is an armed attack: gravity, purpose, and the hand behind it."""

from __future__ import annotations

from servanda.domain.finding import Trace
from servanda.domain.instrument import Provision
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN, all_of, truth_of
from servanda.obligations.openness import is_talk
from servanda.obligations.provocation import attribution
from servanda.obligations.vocabulary import Meaning, mentions, sort_of

__all__ = ["abroad", "armed_attack", "deeds", "grave"]

#: Scales that leave no doubt about the threshold of an armed attack.
GRAVE = frozenset({"mass_casualty", "large", "full", "full_scale", "massive", "major", "major_war",
                   "large_scale", "sustained", "invasion"})  # fmt: skip


def grave(scale: object) -> bool:
    """Say whether a recorded scale leaves no doubt that the threshold is reached.

    Examples:
        >>> grave("mass_casualty"), grave("small"), grave({"drones": "20"})
        (True, False, False)
    """
    return isinstance(scale, str) and scale in GRAVE


def armed_attack(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    """Ask whether an incident is an armed attack in the sense of a clause that names one."""
    threshold = _threshold(label, provision, facts)
    if threshold is not None:
        return threshold
    node = _by_sort(label, meaning, provision, facts)
    strange = _strange_threshold(provision)
    if strange is None or node.truth == FALSE:
        return node
    note = "a threshold without meaning here"
    return all_of(label, [node, Trace("threshold", UNKNOWN, missing=(strange,), note=note)])


def _strange_threshold(provision: Provision) -> str | None:
    threshold = provision.trigger.threshold if provision.trigger else None
    known = threshold is None or mentions(
        threshold,
        ("armed_attack", "any_armed_attack", "case_by_case", "flagrant", "unspecified", "none",
         "aggression", "grave", "large_scale", "any_use_of_force"),
    )  # fmt: skip
    return None if known else threshold


def _by_sort(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    """Hold the sort of the incident against an armed attack, unless the record settles it."""
    sort = sort_of(facts.kind)
    shown = {"kind": facts.kind}
    for name in ("armed_attack", "recourse_to_arms"):
        truth = truth_of(facts.get(name))
        if truth in (FALSE, CONTESTED):
            return Trace(label, truth, ("kind",), facts={**shown, name: facts.get(name)})
    stated = facts.get("armed_attack_threshold")
    if sort in DOUBTED and stated in (True, False):
        shown["armed_attack_threshold"] = stated
        node = Trace(label, truth_of(stated), ("threshold",), facts=shown)
        return all_of(label, [node, *deeds(provision, facts)]) if stated else node
    return _BY_SORT.get(sort or "", _unheard)(label, meaning, provision, facts)


def _threshold(label: str, provision: Provision, facts: Facts) -> Trace | None:
    """Ask a threshold that the text states in its own words, where the facts answer it."""
    threshold = provision.trigger.threshold if provision.trigger else None
    if threshold is None or threshold in ("any_armed_attack", "case_by_case"):
        return None
    value = facts.get(threshold)
    shown = {"kind": facts.kind, threshold: value}
    if value is False:
        return Trace(label, FALSE, ("threshold",), facts=shown)
    if value is True:
        node = Trace(label, TRUE, facts=shown)
        return all_of(label, [node, *deeds(provision, facts)])
    if "flagrant" in threshold and sort_of(facts.kind) in ("force", "below", "violation"):
        return Trace(label, FALSE, ("threshold",), facts=shown, note="short of what is flagrant")
    return None


#: Sorts of incident of which somebody may have said whether they reach the threshold.
DOUBTED = (None, "force", "below", "violation", "hybrid", "impact", "coercion")


def _unheard(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    note = "a kind of incident without meaning here"
    shown = {"kind": facts.kind}
    return Trace(label, UNKNOWN, missing=("armed_attack_threshold",), facts=shown, note=note)


def _plain(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    plain = Trace(label, TRUE, facts={"kind": facts.kind})
    parts = [*deeds(provision, facts), *abroad(facts)]
    return all_of(label, [plain, *parts]) if parts else plain


def _other_side(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    return Trace(label, FALSE, ("target",), facts={"kind": facts.kind}, note="no attack on a party")


def _below(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    shown = {"kind": facts.kind}
    parts = [Trace(label, UNKNOWN, missing=("armed_attack_threshold",), facts=shown)]
    if facts.place.get("border") == "undemarcated":
        border = {"place": dict(facts.place)}
        agreed = facts.get("agreed_border")
        missing = ("agreed_border",)
        parts.append(Trace("border agreed", truth_of(agreed), ("area",), missing, border))
    return all_of(label, [*parts, *deeds(provision, facts), *abroad(facts)])


def _impact(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    parts = deeds(provision, facts, needed=True)
    if not parts:
        return Trace(label, TRUE, facts={"kind": facts.kind, "deliberate": True})
    return all_of(label, parts)


def _no_attack(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    return Trace(label, FALSE, ("kind",), facts={"kind": facts.kind})


def _force(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    threshold = provision.trigger.threshold if provision.trigger else None
    scale = facts.get("scale")
    shown = {"kind": facts.kind, "scale": scale}
    if threshold == "any_armed_attack" or meaning.any_force or grave(scale):
        node = Trace(label, TRUE, facts={**shown, "threshold": threshold or "any"})
        parts = deeds(provision, facts)
        return all_of(label, [node, *parts]) if parts else node
    asked = facts.request()[0]
    roots = ("threshold", "request") if asked in ("consultation", "no") else ("threshold",)
    note = "whether force on this scale is an armed attack is read both ways"
    node = Trace(label, CONTESTED, roots, facts=shown, note=note)
    parts = deeds(provision, facts)
    return all_of(label, [node, *parts]) if parts else node


def _violation(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    scale = facts.get("scale")
    details = scale if isinstance(scale, dict) else {}
    shown = {"kind": facts.kind, "scale": scale}
    unarmed = details.get("shots") == "0"
    if unarmed or (facts.get("intent") == ABSENT and not details.get("drones")):
        return Trace(label, FALSE, ("kind",), facts=shown, note="no force was used")
    parts = [*deeds(provision, facts, needed=True)]
    parts.append(Trace(label, UNKNOWN, missing=("armed_attack_threshold",), facts=shown))
    return all_of(label, parts)


def deeds(provision: Provision, facts: Facts, *, needed: bool = False) -> list[Trace]:
    """Ask whether it was meant, where the kind leaves that open or the record doubts it.

    Talks can be owed whoever did it.
    """
    value = facts.get("deliberate")
    if not facts.attributed:
        nodes = [] if is_talk(provision) else [attribution(facts)]
        if needed or (facts.has("deliberate") and value is not True):
            nodes.append(Trace("deliberate", UNKNOWN, missing=("deliberate",)))
        return nodes
    if value is False:
        return [Trace("deliberate", FALSE, ("deliberate",), facts={"deliberate": False})]
    doubted = facts.has("deliberate") or facts.get("intent") == "disputed"
    if value is not True and (needed or doubted):
        shown = {"deliberate": value}
        return [Trace("deliberate", UNKNOWN, missing=("deliberate",), facts=shown)]
    return []


def abroad(facts: Facts) -> list[Trace]:
    """Ask whether a group was directed from abroad, where the record raises the question."""
    hand = facts.get("outside_hand")
    if isinstance(hand, str) and "claimed" in hand:
        note = "an outside hand is claimed and not shown"
        shown = {"outside_hand": hand}
        return [Trace("directed from abroad", CONTESTED, ("kind",), facts=shown, note=note)]
    if not facts.has("directed_from_abroad"):
        return []
    value = facts.get("directed_from_abroad")
    shown = {"directed_from_abroad": value}
    label = "directed from abroad"
    return [Trace(label, truth_of(value), ("kind",), ("directed_from_abroad",), shown)]


def _hybrid(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    """Terror, cyber and sabotage: an armed attack by their effects or by the hand behind them."""
    nodes = deeds(provision, facts)
    effects = facts.get("effects_comparable_to_armed_attack")
    domains = provision.trigger.domains if provision.trigger else ()
    if any(d in facts.kind for d in domains):  # the text says that such an attack counts
        node = Trace(label, TRUE, facts={"kind": facts.kind, "domains": domains})
        return all_of(label, [node, *nodes])
    if not facts.actors and facts.attributed and not is_talk(provision):
        missing = ("attribution",)
        nodes.append(Trace("attribution", UNKNOWN, missing=missing, facts={"actor": ABSENT}))
    if "terror" not in facts.kind:
        cyber = "cyber" in facts.kind
        missing = ("effects_comparable_to_armed_attack" if cyber else "armed_attack_threshold",)
        shown = {"kind": facts.kind, "effects_comparable_to_armed_attack": effects}
        nodes.append(Trace(label, truth_of(effects), ("kind",), missing=missing, facts=shown))
        return all_of(label, nodes)
    unknown = Trace("directed from abroad", UNKNOWN, missing=("directed_from_abroad",))
    nodes += abroad(facts) or [unknown]
    scale = facts.get("scale")
    if scale in (ABSENT, "small", "limited") and effects is not True:
        missing = ("scale_comparable_to_armed_attack",)
        comparable = truth_of(facts.get(missing[0]))
        nodes.append(Trace("scale", comparable, ("threshold",), missing, {"scale": scale}))
    return all_of(label, nodes)


def _internal(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    hand = facts.get("outside_hand")
    shown = {"kind": facts.kind, "outside_hand": hand}
    if facts.get("directed_from_abroad") is True or hand is True:
        note = "an uprising directed from abroad is read as an attack by some, not by all"
        return Trace(label, CONTESTED, ("kind",), facts=shown, note=note)
    if hand in (ABSENT, False, "none", "none_shown"):
        return Trace(label, FALSE, ("kind",), facts=shown)
    note = "an outside hand is claimed and not shown"
    return Trace(label, CONTESTED, ("kind",), facts=shown, note=note)


_BY_SORT = {
    "attack": _plain,
    "force": _force,
    "below": _below,
    "violation": _violation,
    "impact": _impact,
    "hybrid": _hybrid,
    "internal": _internal,
    "other_side": _other_side,
    **dict.fromkeys(
        ("threat", "coercion", "coup", "independence", "exercise", "natural", "political",
         "support", "subversion", "presence"),
        _no_attack,
    ),
}  # fmt: skip
