"""What one clause says in ATOP's terms: which obligation it bears, under which conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from servanda.domain.actor import Actor
from servanda.domain.instrument import Instrument, Provision
from servanda.obligations.atop.names import GENERAL, MEANINGLESS_ACTORS, SPECIFIC, UNNAMED
from servanda.obligations.binding import HELP
from servanda.obligations.vocabulary import Meaning, family_of, meaning_of

__all__ = [
    "ASKS",
    "SAYS",
    "Context",
    "ends_when_provoked",
    "gives",
    "has_other_condition",
    "has_unnamed_condition",
    "meanings",
    "organ_of",
    "stations",
]

FIRM = frozenset({"duty", "declaration_to_act", "proposed_duty"})
SOFT = frozenset({"duty_soft", "proposed_discretionary", "intention_to_bind"})
#: Modalities that owe nothing of their own.
OTHER = frozenset(
    {"permission", "power", "prohibition", "conditional_prohibition", "condition", "exception",
     "decision_rule", "limit", "termination", "declaration", "intention"}
)  # fmt: skip
#: Families of trigger words that speak of force used against somebody.
ATTACKED = frozenset({"attack", "force", "neutrality", "independence", "breach", "nuclear"})
JOIN = ("join_offensive", "join_war", "wage_war", "make_war", "go_to_war", "attack_jointly")
NO_FORCE = ("use_of_force", "attack", "invade", "resort_to_war", "hostilit", "aggression")
INTEGRITY = ("independence", "sovereignty", "integrity", "border", "inviolab", "territor")
STATIONED = ("station_", "use_bases", "establish_military", "build_facilities", "host_bases")
NATIONAL = frozenset({"none", "president", "congress", "parliament", "government"})


@dataclass(frozen=True, slots=True)
class Context:
    """The text a clause stands in, and the actors that its words may name."""

    text: Instrument
    words: Mapping[str, str]

    @classmethod
    def of(cls, text: Instrument, actors: Mapping[str, Actor]) -> Context:
        """Index the names of the registry once."""
        words: dict[str, str] = {}
        for actor in actors.values():
            words.setdefault(actor.id, actor.id)
            for name in (actor.name, *actor.adjectives, *actor.names):
                words.setdefault(name.lower().replace(" ", "_"), actor.id)
        return cls(text, words)


# --- the five obligations: "" where the clause bears it, a reason for doubt, None where not -------

Verdict = str | None


def _defends(provision: Provision, context: Context) -> Verdict:
    if not _helps(provision):
        return None
    if not _owes(provision):
        strange = provision.modality not in OTHER
        return f"the modality '{provision.modality}' has no meaning here" if strange else None
    means = (provision.response.military if provision.response else None) or ""
    if means.startswith("materiel") or means in ("none", "excluded"):
        return None
    if provision.modality in SOFT:
        return "the duty to help is worded softly"
    if provision.trigger is None or not provision.trigger.kinds:
        return "the text names no trigger for the help"
    families = {family_of(kind) for kind in provision.trigger.kinds}
    if families & ATTACKED:
        return ""
    return "a trigger word has no meaning here" if None in families else None


def _attacks(provision: Provision, context: Context) -> Verdict:
    if not _owes(provision):
        return None
    joins = any(act.startswith(JOIN) for act in provision.act)
    kinds = provision.trigger.kinds if provision.trigger else ()
    conduct = any(family_of(kind) == "conduct" for kind in kinds)
    if joins or (conduct and _helps(provision)):
        return "" if provision.modality in FIRM else "the duty to join is worded softly"
    return None


def _stays_out(provision: Provision, context: Context) -> Verdict:
    if not any("neutral" in act for act in provision.act) or not _owes(provision):
        return None
    return "" if provision.modality in FIRM else "the duty to stay neutral is worded softly"


def _spares(provision: Provision, context: Context) -> Verdict:
    acts = [act for act in provision.act if "nuclear" not in act and "econom" not in act]
    forbids = "prohibition" in provision.modality
    force = forbids and any(word in act for act in acts for word in NO_FORCE)
    objects = " ".join((*provision.object, *acts))
    respects = provision.modality in FIRM and any(
        act.startswith(("respect", "refrain")) for act in acts
    )
    if not force and not (respects and any(word in objects for word in INTEGRITY)):
        return None
    if context.text.kind == "truce":
        return "a truce is not counted here as a pact of non-aggression"
    return ""


def _consults(provision: Provision, context: Context) -> Verdict:
    agrees = any(act.startswith("prior_agreement") for act in provision.act)
    if not (_talks(provision) or agrees) or not _owes(provision):
        return None
    if provision.modality in ("proposed_discretionary", "intention_to_bind"):
        return "the duty to consult is worded softly"
    return ""


SAYS: Mapping[str, Callable[[Provision, Context], Verdict]] = {
    "defense": _defends,
    "offense": _attacks,
    "neutral": _stays_out,
    "nonagg": _spares,
    "consul": _consults,
}


def _owes(provision: Provision) -> bool:
    return provision.modality in FIRM or provision.modality in SOFT


def _helps(provision: Provision) -> bool:
    help_ = any(a.startswith(HELP) or "assist" in a or "guarantee" in a for a in provision.act)
    return help_ and not _talks(provision)


def _talks(provision: Provision) -> bool:
    return any(act.startswith(("consult", "meet")) for act in provision.act)


# --- conditions -----------------------------------------------------------------------------------


def meanings(provision: Provision, context: Context) -> list[Meaning]:
    """Take the trigger words of a clause apart."""
    kinds = provision.trigger.kinds if provision.trigger else ()
    return [meaning_of(kind, context.words) for kind in kinds]


def _adversary(provision: Provision, context: Context) -> bool:
    trigger = provision.trigger
    if trigger is None:
        return False
    named = [w for w in (*trigger.actor, *trigger.actor_secret) if not _generic(w)]
    # a breach of the text's own ban on force can only be committed by those it binds
    bans = tuple(f"_{p.id}" for p in context.text.provisions if "prohibition" in p.modality)
    breach = bool(bans) and any(kind.endswith(bans) for kind in trigger.kinds)
    return bool(named) or breach or any(m.actor for m in meanings(provision, context))


def _place(provision: Provision, context: Context) -> bool:
    trigger = provision.trigger
    limited = set(provision.area or ()) - {"none", "any", "worldwide"}
    zone = any(w in c for c in provision.conditions for w in ("zone", "area", "territor"))
    return bool(limited or zone or (trigger and trigger.where))


def _conflict(provision: Provision, context: Context) -> bool:
    trigger = provision.trigger
    named = any("named_conflict" in c for c in provision.conditions)
    baseline = any(m.baseline for m in meanings(provision, context))
    return named or baseline or bool(trigger and trigger.baseline)


def _number(provision: Provision, context: Context) -> bool:
    return bool(provision.trigger and provision.trigger.min_attackers)


def _demand(provision: Provision, context: Context) -> bool:
    return any("demand" in condition for condition in provision.conditions)


def _unprovoked(provision: Provision, context: Context) -> bool:
    said = any("provo" in condition for condition in provision.conditions)
    return said or any(m.unprovoked for m in meanings(provision, context))


def _partner_attacked(provision: Provision, context: Context) -> bool:
    return any(m.family in ("attack", "force") for m in meanings(provision, context))


def _request(provision: Provision, context: Context) -> bool:
    judged = provision.trigger.judged_by if provision.trigger else ()
    return any("request" in word for word in (*provision.conditions, *judged))


ASKS: Mapping[str, Callable[[Provision, Context], bool]] = {
    "coadv": _adversary,
    "coloc": _place,
    "cocon": _conflict,
    "conum": _number,
    "codem": _demand,
    "conpr": _unprovoked,
    "coatt": _partner_attacked,
    "coreq": _request,
}


def has_other_condition(provision: Provision) -> bool:
    """Say whether a clause has a condition that none of the flags can hold."""
    known = (*GENERAL, *SPECIFIC)
    return any(not any(word in c for word in known) for c in provision.conditions)


def has_unnamed_condition(provision: Provision) -> bool:
    """Say whether a clause has a condition that a row of the data did not name."""
    return UNNAMED in provision.conditions


def ends_when_provoked(provision: Provision) -> bool:
    """Say whether a clause ends the guarantee where the one protected began it."""
    if provision.modality != "termination" or provision.trigger is None:
        return False
    kinds = provision.trigger.kinds
    return any("invades" in k or "without_cause" in k or "provo" in k for k in kinds)


# --- cooperation ----------------------------------------------------------------------------------


def gives(provision: Provision, words: tuple[str, ...]) -> bool:
    """Say whether a clause promises something whose token holds one of the words."""
    if provision.modality in ("permission", "power", "limit", "prohibition"):
        return False
    content = provision.response.content if provision.response else ()
    acts = [act for act in provision.act if act.startswith(("provide", "arm_", "supply"))]
    return any(word in token for token in (*content, *acts) for word in words)


def organ_of(provision: Provision) -> bool:
    """Say whether a clause names a common organ."""
    decision = provision.decision.organ if provision.decision else ()
    return bool({*decision, *provision.organ} - NATIONAL)


def stations(provision: Provision) -> bool:
    """Say whether a clause lets forces be stationed."""
    forbids = "prohibition" in provision.modality
    return not forbids and any(act.startswith(STATIONED) for act in provision.act)


def _generic(word: str) -> bool:
    return word.startswith("any") or word in MEANINGLESS_ACTORS
