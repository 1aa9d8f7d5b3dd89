"""What happened against what counts: the kind of an incident against the kinds a trigger names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from servanda.domain.finding import Trace
from servanda.domain.instrument import Provision
from servanda.obligations.asking import Ask, ask, settled
from servanda.obligations.attacks import abroad, armed_attack, deeds, grave
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import (
    CONTESTED,
    FALSE,
    TRUE,
    UNKNOWN,
    all_of,
    any_of,
    truth_of,
)
from servanda.obligations.provocation import attribution, unprovoked
from servanda.obligations.vocabulary import Meaning, meaning_of, mentions, sort_of

__all__ = ["kind_question"]

READS = (
    *("kind", "disputed", "actors", "scale", "deliberate", "intent", "request", "place", "nuclear"),
    *("armed_attack", "armed_attack_threshold", "recourse_to_arms", "directed_from_abroad"),
    *("outside_hand", "effects_comparable_to_armed_attack", "threatens_independence"),
    *("threat_to_party", "breach_established", "use_of_force_established", "disaster"),
    *("nuclear_threat_established", "coercion_established", "agreed_border"),
    "scale_comparable_to_armed_attack",
)


def _reads(meaning: Meaning, provision: Provision) -> tuple[str, ...]:
    """Return the facts that one kind of the trigger reads beside those that every kind reads."""
    found = [meaning.token]  # may be recorded as a fact of its own
    if meaning.victim is not None:
        found.append("targets")
    if meaning.unprovoked:
        found.append("provokers")
    if meaning.domains or meaning.family == "hybrid":
        found.append("domain")
    if meaning.war_state:
        found.append("state_of_war")
    if meaning.baseline or (provision.trigger and provision.trigger.baseline):
        found.append("ceasefire_in_force_before")
    if provision.trigger and provision.trigger.threshold:
        found.append(provision.trigger.threshold)
    return tuple(found)


def kind_question(provision: Provision, words: Mapping[str, str]) -> Ask:
    """Ask whether what happened is of a kind the trigger names."""
    trigger = provision.trigger
    if trigger is None or not trigger.kinds:
        return settled("kind: any", "the text names no kind")
    meanings = [meaning_of(token, words) for token in trigger.kinds]
    branches = [_branch(meaning, provision) for meaning in meanings]
    more = tuple(name for meaning in meanings for name in _reads(meaning, provision))

    def answer(facts: Facts) -> Trace:
        return any_of("kind", [branch(facts) for branch in branches])

    return ask("kind", (*READS, *more), answer)


Branch = Callable[[Facts], Trace]


def _branch(meaning: Meaning, provision: Provision) -> Branch:
    """Return how one kind of the trigger is held against the facts."""
    token = meaning.token

    def answer(facts: Facts) -> Trace:
        label = f"kind: {facts.kind} against {token}"
        stated = truth_of(facts.get(token))
        if stated != UNKNOWN:  # the record answers in the words of the text
            return Trace(label, stated, ("kind",), facts={token: facts.get(token)})
        if meaning.family is None:
            return _strange(label, token, facts)
        if facts.kind == ABSENT:
            return Trace(label, UNKNOWN, missing=("kind",), facts={"kind": ABSENT})
        if facts.kind == token:  # the report uses the very word of the text
            if meaning.family == "attack" and sort_of(token) == "attack":
                same = armed_attack(label, meaning, provision, facts)
            else:
                same = Trace(label, TRUE, facts={"kind": token})
            more = [unprovoked(facts)] if meaning.unprovoked else []
            more += _strange_baseline(provision)
            parts = [*deeds(provision, facts), *abroad(facts), *more]
            return all_of(label, [same, *parts]) if parts else same
        base = _BY_FAMILY[meaning.family](label, meaning, provision, facts)
        parts = [base, *_parts(meaning, provision, facts)]
        if meaning.strange:
            parts.append(_strange(f"kind: {token}", token, facts))
        return base if len(parts) == 1 else all_of(label, parts)

    return answer


def _strange(label: str, token: str, facts: Facts) -> Trace:
    """A word nobody has given a meaning: only a fact or an incident of that name answers it."""
    if facts.kind == token:
        return Trace(label, TRUE, facts={"kind": token})
    value = facts.get(token)
    if value is True or value is False:
        return Trace(label, truth_of(value), ("kind",), facts={token: value})
    note = "a word without meaning here"
    return Trace(label, UNKNOWN, missing=(token,), facts={"kind": facts.kind}, note=note)


#: Words for when an attack has to begin that have a meaning here.
BASELINES = frozenset(
    """future new renewed fresh after ceasefire attack threat any none unspecified continuing
    ongoing""".split()
)


def _strange_baseline(provision: Provision) -> list[Trace]:
    baseline = provision.trigger.baseline if provision.trigger else None
    if baseline is None or BASELINES & set(baseline.split("_")):
        return []
    note = "a baseline without meaning here"
    return [Trace("baseline", UNKNOWN, missing=(baseline,), note=note)]


def _parts(meaning: Meaning, provision: Provision, facts: Facts) -> list[Trace]:
    """Return what a trigger word asks for beside its family."""
    nodes: list[Trace] = []
    if meaning.actor is not None:
        nodes.append(_by(meaning.actor, facts))
    if meaning.victim is not None:
        hit = meaning.victim in facts.targets
        shown = {"target": facts.targets or ABSENT}
        label = f"target: {meaning.victim}"
        truth = TRUE if hit else FALSE if facts.targets else UNKNOWN
        nodes.append(Trace(label, truth, ("target",), ("target",), shown))
    baseline = provision.trigger.baseline if provision.trigger else None
    nodes += _strange_baseline(provision)
    asked = set((baseline or "").split("_")) & {"future", "new", "renewed", "fresh", "after"}
    fresh = meaning.baseline or bool(asked)
    if fresh and meaning.family in ("attack", "force"):
        nodes.append(_baseline(facts))
    if meaning.unprovoked:
        nodes.append(unprovoked(facts))
    if meaning.domains:
        nodes.append(in_domain(meaning.domains, facts))
    if meaning.large:
        nodes.append(_large(facts))
    if meaning.war_state and sort_of(facts.kind) != "attack":
        value = facts.get("state_of_war")
        nodes.append(Trace("state of war", truth_of(value), ("kind",), missing=("state_of_war",)))
    return nodes


def _by(wanted: str, facts: Facts) -> Trace:
    label = f"actor: must be {wanted}"
    shown = {"actor": facts.actors}
    if not facts.attributed:
        return attribution(facts)
    if not facts.actors:
        return Trace(label, UNKNOWN, missing=("actor",), facts=shown)
    same = any(a == wanted or a.startswith(f"{wanted}_") for a in facts.actors)
    return Trace(label, TRUE if same else FALSE, ("actor",), facts=shown)


def _baseline(facts: Facts) -> Trace:
    before = facts.get("ceasefire_in_force_before")
    label = "baseline: a new attack after a cessation"
    shown = {"ceasefire_in_force_before": before}
    if before is True:
        return Trace(label, TRUE, facts=shown)
    if before is False:
        note = "whether a continuing war is a future attack is read both ways"
        return Trace(label, CONTESTED, ("text_ambiguity",), facts=shown, note=note)
    return Trace(label, UNKNOWN, missing=("ceasefire_in_force_before",), facts=shown)


#: Domains that have a meaning here.
DOMAINS = frozenset(
    """land sea air space cyber missile drone ballistic naval maritime ground artillery nuclear
    sabotage disaster critical_infrastructure information hybrid energy economic any all
    underwater electronic""".split()
)


def in_domain(wanted: tuple[str, ...], facts: Facts) -> Trace:
    """Ask whether it happened in one of the domains that the text names."""
    seen = facts.names("domain")
    wanted = tuple(w.removesuffix("_case_by_case") for w in wanted)
    label = f"domain: {', '.join(wanted)}"
    if not seen and {"land", "sea", "air"} <= set(wanted):
        note = "the text names every domain in which forces fight"
        return Trace(label, TRUE, facts={"domain": ABSENT}, note=note)
    if not seen:
        return Trace(label, UNKNOWN, missing=("domain",), facts={"domain": ABSENT})
    alike = {"missile": "air", "drone": "air", "ballistic": "air", "naval": "sea",
             "maritime": "sea", "ground": "land", "artillery": "land"}  # fmt: skip
    have = {*seen, *(alike.get(d, d) for d in seen)}
    want = {*wanted, *(alike[d] for d in wanted if d in ("naval", "maritime", "ground"))}
    if want & have or {"any", "all"} & want:
        return Trace(label, TRUE, facts={"domain": seen})
    strange = tuple(w for w in (*wanted, *seen) if w not in DOMAINS)
    truth = UNKNOWN if strange else FALSE
    return Trace(label, truth, ("kind",), strange, {"domain": seen})


def _large(facts: Facts) -> Trace:
    scale = facts.get("scale")
    shown = {"scale": scale}
    if grave(scale) or "full_scale" in facts.kind or "large_scale" in facts.kind:
        return Trace("scale: large", TRUE, facts=shown)
    if scale in ("small", "limited", "minor") or facts.kind in ("skirmish", "clash"):
        return Trace("scale: large", FALSE, ("threshold",), facts=shown)
    return Trace("scale: large", UNKNOWN, missing=("scale",), facts=shown)


# --- other families -------------------------------------------------------------------------------

HARMLESS = ("natural", "political", "support", "exercise", "presence")


def _use_of_force(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    """A clause on force as such asks for no gravity."""
    sort = sort_of(facts.kind)
    shown = {"kind": facts.kind}
    if sort in ("attack", "force"):
        return all_of(label, [Trace(label, TRUE, facts=shown), *deeds(provision, facts)])
    if sort in ("below", "violation", "impact", "hybrid", None):
        name = "use_of_force_established"
        found = truth_of(facts.get(name))
        node = Trace(label, found, ("kind",), (name,), {**shown, name: facts.get(name)})
        return all_of(label, [node, *deeds(provision, facts)])
    return Trace(label, FALSE, ("kind",), facts=shown)


def _kindred(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    """A clause on cyber attacks, terror or sabotage is met by that and by nothing else."""
    shown = {"kind": facts.kind}
    sorts = meaning.sorts or ("hybrid",)
    same = any(s in facts.kind for s in sorts) or ("hybrid" in sorts and _is_hybrid(facts))
    if "cyber" in sorts and "cyber" in facts.names("domain"):
        same = True
    if not same:
        truth = UNKNOWN if sort_of(facts.kind) is None else FALSE
        return Trace(label, truth, ("kind",), missing=(meaning.token,), facts=shown)
    parts = deeds(provision, facts)
    node = Trace(label, TRUE, facts=shown)
    return all_of(label, [node, *parts]) if parts else node


def _is_hybrid(facts: Facts) -> bool:
    return sort_of(facts.kind) == "hybrid"


def _uprising(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    """Unrest at home, or unrest with a hand from outside: whose hand it was may be disputed."""
    hand = facts.get("outside_hand")
    shown = {"kind": facts.kind, "outside_hand": hand}
    if sort_of(facts.kind) in ("internal", "coup", "subversion"):
        if isinstance(hand, str) and "claimed" in hand:
            note = "an outside hand is claimed and not shown"
            return Trace(label, CONTESTED, ("kind",), facts=shown, note=note)
        if not meaning.from_outside:
            return Trace(label, TRUE, facts=shown)
        if hand in (False, "none", "none_shown"):
            return Trace(label, FALSE, ("kind",), facts=shown)
        truth = TRUE if hand is True else UNKNOWN
        return Trace(label, truth, ("kind",), missing=("outside_hand",), facts=shown)
    truth = UNKNOWN if sort_of(facts.kind) is None else FALSE
    return Trace(label, truth, ("kind",), missing=(meaning.token,), facts=shown)


def _threat(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    sort = sort_of(facts.kind)
    shown = {"kind": facts.kind}
    if sort == "natural":
        return Trace(label, FALSE, ("kind",), facts=shown)
    doubt = abroad(facts) if sort in ("below", "internal", "coup") else []
    if doubt and doubt[0].truth == CONTESTED and mentions(meaning.token, ("attack", "aggression")):
        return doubt[0]
    if sort is None or sort in HARMLESS:
        value = facts.get("threat_to_party")
        return Trace(label, truth_of(value), ("kind",), missing=("threat_to_party",), facts=shown)
    return Trace(label, TRUE, facts=shown)


def _nuclear(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    value = facts.get("nuclear")
    shown = {"nuclear": value}
    if value is True:
        return Trace(label, TRUE, facts=shown)
    if truth_of(value) == CONTESTED:
        return Trace(label, CONTESTED, ("kind",), facts=shown)
    if value is False and provision.ambiguity:
        note = provision.ambiguity
        return Trace(label, CONTESTED, ("text_ambiguity",), facts=shown, note=note)
    if value is False:
        return Trace(label, FALSE, ("kind",), facts=shown)
    name = "nuclear_threat_established"
    return Trace(label, truth_of(facts.get(name)), ("kind",), missing=(name,), facts=shown)


def _peaceable(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    shown = {"kind": facts.kind}
    if sort_of(facts.kind) == "natural":
        return Trace(label, FALSE, ("kind",), facts=shown)
    return Trace(label, TRUE, facts=shown)


def _hostile(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    sort = sort_of(facts.kind)
    shown = {"kind": facts.kind}
    if sort in ("natural", "exercise", "support", "internal"):
        return Trace(label, FALSE, ("kind",), facts=shown)
    known = sort is not None and sort not in ("political", "hybrid")
    value = TRUE if known else truth_of(facts.get("breach_established"))
    return Trace(label, value, ("kind",), missing=("breach_established",), facts=shown)


def _coercion(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    sort = sort_of(facts.kind)
    named = [w for w in ("blockade", "embargo", "boycott", "sanction") if w in meaning.token]
    if named:  # that measure and no other
        hit = any(word in facts.kind for word in named)
    else:
        hit = sort in ("attack", "force", "below", "threat", "coercion")
    missing = ("coercion_established",)
    truth = truth_of(facts.get(missing[0])) if sort is None else TRUE if hit else FALSE
    return Trace(label, truth, ("kind",), missing=missing, facts={"kind": facts.kind})


def _independence(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    shown = {"kind": facts.kind}
    if sort_of(facts.kind) == "attack" or "independence" in facts.kind:
        return Trace(label, TRUE, facts=shown)
    value = facts.get("threatens_independence")
    missing = ("threatens_independence",)
    return Trace(label, truth_of(value), ("kind",), missing=missing, facts=shown)


def _conduct(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    """What a party was driven to do is a judgement that no kind of incident settles."""
    missing = (meaning.token.removeprefix("party_"),)
    return Trace(label, UNKNOWN, missing=missing, facts={"kind": facts.kind})


def _disaster(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    sort = sort_of(facts.kind)
    stated = truth_of(facts.get("disaster"))
    truth = stated if sort is None else TRUE if sort == "natural" else FALSE
    return Trace(label, truth, ("kind",), missing=("disaster",), facts={"kind": facts.kind})


def _alike(label: str, meaning: Meaning, provision: Provision, facts: Facts) -> Trace:
    """A trigger that names a sort of incident is met by that sort."""
    sort = sort_of(facts.kind)
    truth = UNKNOWN if sort is None else TRUE if sort == sort_of(meaning.token) else FALSE
    return Trace(label, truth, ("kind",), missing=(meaning.token,), facts={"kind": facts.kind})


_BY_FAMILY = {
    "conduct": _conduct,
    "attack": armed_attack,
    "force": _use_of_force,
    "hybrid": _kindred,
    "internal": _uprising,
    "threat": _threat,
    "nuclear": _nuclear,
    "peaceable": _peaceable,
    "breach": _hostile,
    "neutrality": _hostile,
    "coercion": _coercion,
    "independence": _independence,
    "disaster": _disaster,
    "alike": _alike,
}
