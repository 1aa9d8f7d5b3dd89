"""Duties not to act: prohibitions, undertakings to respect, truces; kept, broken, or released."""

from __future__ import annotations

import re

from servanda.domain.finding import Trace
from servanda.domain.instrument import Instrument, Provision
from servanda.obligations.asking import Ask, ask, like, settled
from servanda.obligations.conditions import exception_question
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kinds import in_domain
from servanda.obligations.kleene import (
    CONTESTED,
    FALSE,
    OR_ORDER,
    TRUE,
    UNKNOWN,
    negated,
    truth_of,
)
from servanda.obligations.membership import Roll
from servanda.obligations.objects import object_question
from servanda.obligations.provocation import attribution
from servanda.obligations.vocabulary import HOSTILE, mentions, sort_of

__all__ = [
    "breakers",
    "own_restraints",
    "prior_agreement",
    "released",
    "restrains",
    "restraint_questions",
]

RESPECT = ("respect", "refrain", "cease_fire", "eliminate_use_of_force", "prior_agreement",
           "abstain", "not_to_", "halt_", "stop_", "cessation", "non_aggression")  # fmt: skip
#: Acts that any hostility breaks.
HOSTILITY = tuple(
    """
    violate neutrality hostil cease ceasefire eliminate strike strikes attack force respect
    invade invades aggress war fire shell shelling bomb bombing combat halt offensive arms
    refrain military_action military_operation violence
    """.split()
)
#: Acts that are no use of force: something else than an attack breaks the undertaking.
OTHER_ACTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("threat", ("threat",)),
    ("coercion", ("coercion", "embargo", "boycott", "blockade", "sanction", "pressure")),
    ("violation", ("airspace", "overflight", "overfly", "cross", "intrusion", "trespass", "enter")),
    ("exercise", ("exercise", "manoeuvre", "drill", "drills")),
    ("support", ("supply", "supplies", "transfer", "finance", "financing", "assist", "support",
                 "shelter")),
    ("hybrid", ("cyber", "sabotage", "subversion", "propaganda", "terrorism", "terror")),
    ("internal", ("interfere", "interference", "intervene", "intervention")),
    ("political", ("join", "ally", "alliance", "treaty", "armistice", "peace", "recognise",
                   "recognition", "agreement", "union", "annex", "annexation", "claim")),
    ("presence", ("station", "stationing", "deploy", "deployment", "host", "base", "bases", "army",
                  "troop", "troops", "build", "limit", "withdraw", "move", "reinforce",
                  "fortification", "fortify", "weapons", "soldiers", "size", "contingent",
                  "acquire", "produce", "enrich", "test")),
)  # fmt: skip


def restrains(provision: Provision) -> bool:
    """Say whether the provision is a duty not to act."""
    if "prohibition" in provision.modality:
        return True
    return provision.modality == "duty" and any(a.startswith(RESPECT) for a in provision.act)


#: Trigger words that mean a breach of the very text they stand in.
OWN_BREACH = frozenset(
    """violation_by_one_side violation_by_other_side violation_by_other_party breach_by_one_side
    breach_by_other_side breach_by_other_party ceasefire_breach breach_of_ceasefire truce_breach
    violation_of_ceasefire violation_of_truce""".split()
)


def own_restraints(instrument: Instrument, provision: Provision) -> tuple[Provision, ...]:
    """Return the duties not to act that a clause on breach of its own text speaks of."""
    kinds = provision.trigger.kinds if provision.trigger else ()
    if len(kinds) != 1 or provision.excepts:
        return ()
    own = [p for p in instrument.provisions if restrains(p) and not prior_agreement(p)]
    named = re.fullmatch(r"(?:\w+_)?(?:violation|breach)_of_(\w+)", kinds[0])
    if named is not None:
        return tuple(p for p in own if p.id == named.group(1))
    return tuple(own) if kinds[0] in OWN_BREACH else ()


def prior_agreement(provision: Provision) -> bool:
    """Say whether the provision is a duty to agree beforehand."""
    return any(a.startswith("prior_agreement") for a in provision.act)


def bound_by(provision: Provision, roll: Roll) -> tuple[str, ...]:
    """Return whom a restraint binds, pairs included."""
    pairs = tuple(a for pair in provision.bearer if not isinstance(pair, str) for a in pair)
    return roll.bearers(provision) or pairs


def breakers(bearers: tuple[str, ...], facts: Facts, roll: Roll) -> tuple[str, ...]:
    """Return who among those bound did it."""
    by = (b for a in facts.actors for b in bearers if roll.among((a,), (b,)))
    return tuple(dict.fromkeys(by))


def restraint_questions(provision: Provision, roll: Roll) -> list[Ask]:
    """Ask who, to whom, what, and whether the deed is excused."""
    found = [_actor(provision, roll), _toward(provision, roll), _deed(provision)]
    found.append(object_question(roll.instrument, provision))
    if provision.domain and not {"any", "all"} & set(provision.domain):
        domains = provision.domain
        found.append(ask("domain", ("domain",), lambda facts: in_domain(domains, facts)))
    for token in provision.exceptions:
        found.append(
            _excuse(token, provision, roll) if _is_defence(token) else exception_question(token)
        )
    return found


def _is_defence(word: str) -> bool:
    """An exception for self-defence, by its own name or by that of the Charter."""
    return "defence" in word or "defense" in word or word == "un_charter"


def _actor(provision: Provision, roll: Roll) -> Ask:
    label = "actor: bound by the clause"
    bearers = bound_by(provision, roll)

    def answer(facts: Facts) -> Trace:
        shown = {"actor": facts.actors or ABSENT}
        if not facts.attributed:
            return attribution(facts)
        if not facts.actors:
            return Trace(label, UNKNOWN, missing=("attribution",), facts=shown)
        by = breakers(bearers, facts, roll)
        behind = facts.get("directed_from_abroad")
        if not by and facts.has("directed_from_abroad") and behind not in (True, False):
            missing = ("attribution", "directed_from_abroad")
            return Trace(label, UNKNOWN, missing=missing, facts=shown)
        return Trace(label, TRUE if by else FALSE, ("actor",), facts=shown)

    return ask(label, ("actors", "disputed", "directed_from_abroad"), answer)


def _toward(provision: Provision, roll: Roll) -> Ask:
    toward = [t for t in provision.toward if roll.knows(t)]
    described = [] if toward else [t for t in provision.toward if _described(t)]
    # a mutual undertaking protects those who gave it, not the world; a truce is about the fire
    protected = toward or [*roll.members, *roll.beneficiaries]
    truce = any(word in roll.instrument.kind for word in ("truce", "armistice", "ceasefire"))
    peaceful = provision.act and not mentions("_".join(provision.act), HOSTILITY)
    if described:
        return _by_record(described)
    local = bool(provision.area)
    if not toward and (truce or peaceful or local or len(protected) < 2):
        return settled("target: any", "the text names nobody in particular")
    pool = frozenset(protected)

    def answer(facts: Facts) -> Trace:
        shown = {"target": facts.targets or ABSENT}
        if not facts.targets:
            return Trace("target", UNKNOWN, missing=("target",), facts=shown)
        if facts.kind in provision.act and not provision.toward:
            note = "what was done is the very act that the clause names"
            return Trace("target: any", TRUE, facts=shown, note=note)
        hit = roll.among(facts.targets, pool)
        return Trace("target", TRUE if hit else FALSE, ("target",), facts=shown)

    return ask("target", ("targets", "kind"), answer)


def _described(word: str) -> bool:
    """A protected class that no list names: whether the one hit belongs to it, the record says."""
    words = set(word.split("_"))
    plain = words <= {"any", "each", "the", "party", "parties", "side", "sides", "state", "states"}
    return not plain and "other" not in words


def _by_record(words: list[str]) -> Ask:
    label = f"target: {', '.join(words)}"

    def answer(facts: Facts) -> Trace:
        if any(word in facts.targets for word in words):
            return Trace(label, TRUE, facts={"target": facts.targets})
        values = {word: facts.get(word) for word in words}
        truths = [truth_of(value) for value in values.values()]
        best = max(truths, key=OR_ORDER.__getitem__)
        return Trace(label, best, ("target",), tuple(words), values)

    return ask("target", (*words, "targets"), answer)


def _deed(provision: Provision) -> Ask:
    acts = provision.act
    joined = "_".join(acts)
    kinds = frozenset(sort for sort, words in OTHER_ACTS if mentions(joined, words))
    if mentions(joined, ("cross", "enter", "trespass", "intrusion")):
        kinds |= {"below", "force", "attack"}  # whoever comes over the line crosses it
    force = not acts or mentions(joined, HOSTILITY)
    nuclear = "nuclear" in joined and "use" in joined
    economic = "coercion" in joined and "economic" in joined
    reads = ("kind", "nuclear", "deliberate", "attribution", "timeline", "economic_coercion", *acts)
    name = ", ".join(acts) or "the clause"

    def answer(facts: Facts) -> Trace:
        label = f"deed: {facts.kind} against {name}"
        shown = {"kind": facts.kind}
        if facts.kind == ABSENT:
            return Trace(label, UNKNOWN, missing=("kind",), facts=shown)
        told = _told(label, acts, facts)
        if told is not None:
            return told
        sort = sort_of(facts.kind)
        if nuclear:
            used = truth_of(facts.get("nuclear")) if sort in HOSTILE else FALSE
            return Trace(label, used, ("kind",), ("nuclear",), shown)
        if economic:
            truth = TRUE if sort == "coercion" else UNKNOWN
            return Trace(label, truth, ("kind",), ("economic_coercion",), shown)
        accident = force and sort is None and facts.get("deliberate") is False
        if accident or sort in kinds or (force and sort in HOSTILE):
            return _meant(label, sort, facts)
        doubt = _doubt(acts, sort, kinds, force=force)
        truth = UNKNOWN if doubt else FALSE
        return Trace(label, truth, ("kind",), doubt, shown)

    return ask("deed", reads, answer)


def _names(kind: str, act: str) -> bool:
    """Say whether an incident is called by the act, or by two words or more of it."""
    words = set(kind.split("_"))
    return kind == act or (len(words) > 1 and words <= set(act.split("_")))


def _told(label: str, acts: tuple[str, ...], facts: Facts) -> Trace | None:
    """Return a node where the record speaks in the words of the clause, else None."""
    for act in acts:
        value = facts.get(act)
        if _names(facts.kind, act) or value is True:
            return _meant(label, sort_of(facts.kind), facts)
        if truth_of(value) != UNKNOWN:
            shown = {"kind": facts.kind, act: value}
            return Trace(label, truth_of(value), ("kind",), facts=shown)
    return None


def _doubt(
    acts: tuple[str, ...], sort: str | None, kinds: frozenset[str], *, force: bool
) -> tuple[str, ...]:
    """Return what would have to be known to say that a deed is none that the clause forbids."""
    if sort is None or (force and sort in ("hybrid", "coercion", "internal")):
        return ("act_covered",)
    if not (kinds or force) or ("presence" in kinds and sort in ("threat", "exercise")):
        return acts
    return ()


def _meant(label: str, sort: str | None, facts: Facts) -> Trace:
    """An accident is no breach; whether it was one may not be known."""
    value = facts.get("deliberate")
    shown = {"kind": facts.kind, "deliberate": value}
    if value is False:
        return Trace(label, FALSE, ("deliberate",), facts=shown)
    if (sort == "impact" and value is not True) or (facts.has("deliberate") and value is not True):
        return Trace(label, UNKNOWN, missing=("deliberate",), facts=shown)
    return Trace(label, TRUE, facts={"kind": facts.kind})


def _excuse(token: str, provision: Provision, roll: Roll) -> Ask:
    """Self-defence as an exception is read both ways where the other side struck first."""
    bearers = bound_by(provision, roll)

    def answer(facts: Facts) -> Trace:
        value = facts.get(token)
        if truth_of(value) != UNKNOWN:
            node = Trace("exception: self-defence", truth_of(value), ("provocation",))
            node.facts = {token: value}
            return negated(node, node.label, "provocation")
        provokers = facts.provokers()
        by = breakers(bearers, facts, roll)
        shown = {"provoked": facts.get("provoked")}
        claimed = facts.names("self_defence_claim")
        if (provokers and not set(provokers) & set(by)) or set(claimed) & set(by):
            label, note = "exception: self-defence", "self-defence is claimed"
            return Trace(label, CONTESTED, ("provocation",), facts=shown, note=note)
        return Trace("exception: none applies", TRUE, facts=shown)

    reads = ("provokers", "actors", "self_defence_claim", token)
    return ask("exception: self-defence", reads, answer)


def released(provision: Provision, facts: Facts, roll: Roll) -> Trace | None:
    """A mirrored undertaking falls away when the other side breaks the calm."""
    if not provision.modality.startswith("conditional"):
        return None
    bearers = bound_by(provision, roll)
    others = [a for a in facts.actors if not any(a.startswith(b) for b in bearers)]
    if not others or sort_of(facts.kind) not in HOSTILE:
        return None
    shown = {"actor": facts.actors, "kind": facts.kind}
    note = "the condition of the undertaking failed"
    label = "condition: calm on the other side"
    return Trace(label, FALSE, ("time",), facts=shown, note=note)


def unasked(provision: Provision, roll: Roll) -> Ask:
    """A duty to agree beforehand is broken where a co-bearer is recorded as not asked."""

    def answer(facts: Facts) -> Trace:
        for name in sorted(facts.raw):
            if name.startswith("consulted_") and facts.get(name) is False:
                return Trace(provision.id, TRUE, facts={name: False})
        missing = ("prior_agreement",)
        shown = {"prior_agreement": ABSENT}
        return Trace(provision.id, UNKNOWN, missing=missing, facts=shown)

    return ask("prior agreement", (like(["consulted_"]),), answer)
