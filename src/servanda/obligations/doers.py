"""Who did it against the aggressors that the text has in mind."""

from __future__ import annotations

from servanda.domain.finding import Trace
from servanda.domain.instrument import Provision
from servanda.obligations.asking import Ask, ask, like
from servanda.obligations.facts import ABSENT, Facts, words_of
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN, all_of, any_of
from servanda.obligations.membership import Roll
from servanda.obligations.openness import is_talk
from servanda.obligations.places import within
from servanda.obligations.provocation import attribution
from servanda.obligations.vocabulary import family_of

__all__ = ["SPARING", "actor_question", "liability_of"]

READS = ("actors", "targets", "actor_type", "disputed", "state_support", "attributed_by")
SEVERAL = ("several", "each_separately", "separately")
STATES = frozenset(
    """
    state states power powers country countries government governments third
    """.split()
)
GROUPS = frozenset(
    """
    group groups organisation organisations organization organizations non terrorist
    terrorists entity entities band bands extremist extremists militant militants unions
    insurgents rebels
    """.split()
)
INSIDERS = frozenset({"member", "members", "party", "parties", "signatory", "ally"})
ANYBODY = frozenset(
    """any anyone whoever unspecified all aggressor attacker adversary enemy opponent
    perpetrator""".split()
)


def actor_question(provision: Provision, roll: Roll) -> Ask:
    """Ask whether the one who did it is one the provision is about."""
    trigger = provision.trigger
    wanted = tuple(dict.fromkeys((*trigger.actor_secret, *trigger.actor))) if trigger else ()
    if trigger and trigger.actor_secret and not ANYBODY & set(trigger.actor):
        wanted = trigger.actor_secret  # the secret clause says whom the public word means
    codes = frozenset(w for w in wanted if roll.knows(w))
    enough = trigger.min_attackers if trigger else None
    judge = trigger.attribution if trigger else None
    matters = trigger is None or any(
        not is_talk(provision)
        and family_of(kind) not in ("coercion", "breach", "peaceable", "disaster", "neutrality")
        for kind in trigger.kinds
    )
    spared = _spared(provision, roll)
    described = [w for w in wanted if _pool(w, roll) is None and _strange(set(w.split("_")))]

    def answer(facts: Facts) -> Trace:
        inside = _inside(provision, facts, roll, codes)
        if inside is not None:
            return inside
        if not facts.attributed and (matters or not _anybody(wanted)):
            return attribution(facts)
        node = _wanted(wanted, facts, roll)
        more = [] if enough is None else [_count(enough, facts)]
        if spared:
            more.append(_not_among(spared, facts, roll))
        if judge is not None and judge not in OWN_JUDGE:
            more.append(_judged(judge, facts))
        return all_of("actor", [node, *more]) if more else node

    reads = (*READS, like({"actor_", *(w.lower() for d in described for w in d.split("_"))}))
    return ask("actor", reads if described else READS, answer)


#: Words by which a text leaves the attribution to each state, or to nobody in particular.
OWN_JUDGE = frozenset({"each_for_itself", "each_party", "each_guarantor", "none", "unspecified"})


def _anybody(wanted: tuple[str, ...]) -> bool:
    return not wanted or any(w in ANYBODY for w in wanted)


#: How a qualifier begins that leaves actors out rather than asking for a judgement.
SPARING = ("excludes_", "excluding_", "except_", "other_than_")


def _spared(provision: Provision, roll: Roll) -> tuple[str, ...]:
    """Return the actors that a qualifier such as ``excludes_GBR_FRA`` leaves out."""
    found: list[str] = []
    for token in provision.trigger.qualifier if provision.trigger else ():
        if token.startswith(SPARING):
            found += [w for w in token.split("_")[1:] if roll.knows(w)]
    return tuple(found)


def _not_among(spared: tuple[str, ...], facts: Facts, roll: Roll) -> Trace:
    label = f"actor: not {', '.join(spared)}"
    shown = {"actor": facts.actors or ABSENT}
    if not facts.actors:
        return Trace(label, UNKNOWN, missing=("actor",), facts=shown)
    out = len(roll.among(facts.actors, spared)) == len(facts.actors)
    return Trace(label, FALSE if out else TRUE, ("actor",), facts=shown)


def _judged(judge: str, facts: Facts) -> Trace:
    """Ask whether the body that the text entrusts with the attribution has spoken."""
    label = f"attribution: judged by {judge}"
    if judge in words_of(facts.get("attributed_by")):
        return Trace(label, TRUE, facts={"attributed_by": judge})
    missing = (f"attribution_by_{judge}",)
    return Trace(label, UNKNOWN, missing=missing, facts={"attributed_by": ABSENT})


def _wanted(wanted: tuple[str, ...], facts: Facts, roll: Roll) -> Trace:
    if not wanted or any(w in ANYBODY for w in wanted):
        return Trace("actor: any", TRUE, facts={"actor": facts.actors})
    return any_of("actor", [_one(w, facts, roll) for w in wanted])


def _one(word: str, facts: Facts, roll: Roll) -> Trace:
    """Hold the one who did it against one word of the text for an aggressor."""
    label = f"actor: {word}"
    base, _, but = word.partition("_other_than_")
    if but:
        if roll.among(facts.actors, but.split("_and_")):
            return Trace(label, FALSE, ("actor",), facts={"actor": facts.actors})
        return _one(base, facts, roll)
    if word in facts.actors:
        return Trace(label, TRUE, facts={"actor": facts.actors})
    pool = _pool(word, roll)
    if pool is not None:
        return _of_pool(label, pool, facts, roll)
    return _by_words(label, word, facts, roll)


def _by_words(label: str, word: str, facts: Facts, roll: Roll) -> Trace:
    """Read a word for an aggressor by its parts: parties, anybody, groups, states, outsiders."""
    words = set(word.replace("non_state", "group").split("_"))
    if words & INSIDERS and words <= INSIDERS | _BINDING | ANYBODY:
        return _of_pool(label, roll.members, facts, roll)
    if word.startswith("any") and (not words & STATES or "non_state" in word):
        return Trace(label, TRUE, facts={"actor": facts.actors})
    if _strange(words):
        return _by_record(label, word, facts, roll)
    if words & STATES:
        return _of_states(label, word, words, facts, roll)
    return (_of_group if words & GROUPS else _from_outside)(label, facts, roll)


def _of_states(label: str, word: str, words: set[str], facts: Facts, roll: Roll) -> Trace:
    groups_too = bool(words & GROUPS) and "group_of_" not in word and "groups_of_" not in word
    third = bool(words & {"third", "external", "foreign", "outside"})
    node = _of_state(label, facts, roll, groups_too=groups_too, third=third)
    regions = words & set(REGIONAL)
    if node.truth == TRUE and regions:
        return _from_region(label, REGIONAL[regions.pop()], facts, roll)
    return node


#: Words that say where a state lies.
REGIONAL = {
    "european": "europe", "american": "americas", "asian": "asia", "african": "africa",
    "arab": "middle_east", "balkan": "balkans", "pacific": "pacific",
}  # fmt: skip
_BINDING = frozenset(
    """
    any one two another other third great or of and by external foreign outside outsider
    hostile attacking non contracting single several armed militia
    """.split()
)


def _strange(words: set[str]) -> set[str]:
    return {w for w in words if not (w in STATES or w in GROUPS or w in _BINDING or w in REGIONAL)}


def _from_region(label: str, region: str, facts: Facts, roll: Roll) -> Trace:
    """Ask whether every attacker is a state of a part of the world, by the registry."""
    shown = {"actor": facts.actors}
    homes = [roll.registry.homes.get(a) for a in facts.actors]
    if not homes or any(home is None for home in homes):
        missing = ("region_of_actor",)
        return Trace(label, UNKNOWN, missing=missing, facts=shown)
    inside = any(within(region, home or frozenset()) for home in homes)
    return Trace(label, TRUE if inside else FALSE, ("actor",), facts=shown)


def _by_record(label: str, word: str, facts: Facts, roll: Roll) -> Trace:
    """A description nobody could check but the record: ``state_allied_with_JPN``."""
    shown: dict[str, object] = {"actor": facts.actors or ABSENT}
    words = set(word.lower().split("_"))
    negative = bool(words & {"not", "non"})
    for name in sorted(facts.raw):
        mine = set(name.lower().removeprefix("actor_").removeprefix("is_").split("_"))
        turned = negative and not mine & {"not", "non"}
        told = name.startswith("actor_") or len(mine) > 1
        if not told or not mine <= words:
            continue
        value = facts.get(name)
        if value is True or value is False:
            holds = value is not turned
            return Trace(label, TRUE if holds else FALSE, ("actor",), facts={**shown, name: value})
    if facts.actors and set(facts.actors) <= set(roll.members):
        return Trace(label, FALSE, ("actor",), facts=shown, note="the attacker is a party itself")
    return Trace(label, UNKNOWN, missing=(f"actor_is_{word}",), facts=shown)


def _pool(word: str, roll: Roll) -> tuple[str, ...] | None:
    """Return the actors a word names one by one, or None."""
    if roll.knows(word):
        return (word,)
    named = roll.registry.words.get(word.lower())
    if named is not None:
        return (named,)
    for name in (word, f"{word}s"):
        if name in roll.registry.groups:
            return roll.expand((name,))
    return None


def _of_pool(label: str, pool: tuple[str, ...], facts: Facts, roll: Roll) -> Trace:
    shown = {"actor": facts.actors or ABSENT}
    if not facts.actors:
        return Trace(label, UNKNOWN, missing=("actor",), facts=shown)
    hit = roll.among(facts.actors, pool)
    return Trace(label, TRUE if hit else FALSE, ("actor",), facts=shown)


def _sort(facts: Facts, roll: Roll) -> str:
    """Return ``state``, ``group``, or ``unknown``."""
    sort = str(facts.get("actor_type"))
    if sort.startswith(("non_state", "non-state", "group", "armed_group", "terror", "militia")):
        return "group"
    if sort == "state":
        return "state"
    if sort == ABSENT and facts.actors and all(_is_state(a, roll) for a in facts.actors):
        return "state"
    return ABSENT


def _is_state(actor: str, roll: Roll) -> bool:
    known = roll.actors.get(actor) or roll.actors.get(actor.split("_", 1)[0])
    return ("state" in known.kind) if known is not None else roll.knows(actor)


#: Words by which a text lists attacks by groups among its open questions.
GROUP_WORDS = frozenset({"non", "group", "groups", "armed_groups", "terrorist", "terrorists"})


def _of_state(
    label: str, facts: Facts, roll: Roll, *, groups_too: bool, third: bool = False
) -> Trace:
    shown = {"actor": facts.actors, "actor_type": facts.get("actor_type")}
    sort = _sort(facts, roll)
    if third and facts.actors and set(facts.actors) <= set(roll.members):
        note = "the attacker is a party itself"
        return Trace(label, FALSE, ("actor",), facts=shown, note=note)
    if sort == "state" or (groups_too and sort == "group"):
        return Trace(label, TRUE, facts=shown)
    if sort == ABSENT:
        missing = ("actor_type",) if facts.actors else ("actor",)
        return Trace(label, UNKNOWN, missing=missing, facts=shown)
    if facts.get("state_support") in (False, "none", "none_shown"):
        shown["state_support"] = facts.get("state_support")
        note = "the text speaks of states, and none stood behind the group"
        return Trace(label, FALSE, ("actor",), facts=shown, note=note)
    if not any(GROUP_WORDS & set(n.split("_")) for n in roll.instrument.unspecified):
        note = "the text speaks of states, and a group is none"
        return Trace(label, FALSE, ("actor",), facts=shown, note=note)
    note = "the text speaks of states; whether a group's attack counts is read both ways"
    return Trace(label, CONTESTED, ("text_ambiguity",), facts=shown, note=note)


def _of_group(label: str, facts: Facts, roll: Roll) -> Trace:
    shown = {"actor": facts.actors, "actor_type": facts.get("actor_type")}
    sort = _sort(facts, roll)
    if sort == ABSENT:
        return Trace(label, UNKNOWN, missing=("actor_type",), facts=shown)
    return Trace(label, TRUE if sort == "group" else FALSE, ("actor",), facts=shown)


def _from_outside(label: str, facts: Facts, roll: Roll) -> Trace:
    """An attack from outside: by a state that is no party, or a group that is not home-grown."""
    shown = {"actor": facts.actors, "actor_type": facts.get("actor_type")}
    if "internal" in str(facts.get("actor_type")):
        return Trace(label, FALSE, ("actor",), facts=shown)
    if not facts.actors:
        return Trace(label, UNKNOWN, missing=("actor",), facts=shown)
    if set(facts.actors) <= set(roll.members):
        return Trace(label, FALSE, ("actor",), facts=shown, note="the attacker is a party itself")
    for actor in facts.actors:
        _, _, home = actor.partition("_in_")
        if home in roll.members:
            return Trace(label, FALSE, ("actor",), facts=shown, note=f"at home in {home}")
    return Trace(label, TRUE, facts=shown)


_NUMBERS = {"one": 1, "two": 2, "three": 3, "2": 2, "3": 3}


def _count(enough: str, facts: Facts) -> Trace:
    """Ask whether as many attacked together as the text demands."""
    label = f"attackers: {enough}"
    shown = {"actor": facts.actors or ABSENT}
    number = next((n for word, n in _NUMBERS.items() if word in enough.split("_")), None)
    if not facts.actors:
        return Trace(label, UNKNOWN, missing=("actor",), facts=shown)
    if number is None:
        return Trace(label, UNKNOWN, missing=(enough,), facts=shown)
    if len(facts.actors) >= number:
        return Trace(label, TRUE, facts=shown)
    if "contested" in enough:
        note = "whether one attacker is enough is read both ways"
        return Trace(label, CONTESTED, ("text_ambiguity",), facts=shown, note=note)
    return Trace(label, FALSE, ("actor",), facts=shown)


def _inside(provision: Provision, facts: Facts, roll: Roll, codes: frozenset[str]) -> Trace | None:
    """Return a node where the one who did it belongs to the instrument, else None."""
    mine = roll.among(facts.actors, roll.members)
    trigger = provision.trigger
    if not mine or trigger is None or codes & set(mine) or is_talk(provision):
        return None
    shown = {"actor": facts.actors}
    if not facts.targets:
        return None
    if not roll.among(facts.targets, {*roll.members, *roll.beneficiaries}):
        by_record = any(w.startswith("non_") for w in (*trigger.object, *provision.toward))
        if by_record or any("any_party" in j for j in trigger.judged_by):
            return None
        return Trace("actor: a party itself", FALSE, ("actor",), facts=shown)
    if set(mine) & set(roll.guarantors) and liability_of(provision, roll) == "several":
        return None
    if any(_about_insider(name) for name in roll.instrument.unspecified):
        note = "whether the text works against one of its own parties is read both ways"
        return Trace("actor: a party itself", CONTESTED, ("actor",), facts=shown, note=note)
    return None


def liability_of(provision: Provision, roll: Roll) -> str | None:
    """Say whether each bearer owes for itself, all owe together, or one after another.

    Returns:
        ``several``, ``joint``, ``after:ACTOR``, or None where the text does not say.
    """
    rule = provision.decision.rule if provision.decision else None
    tokens = [b for b in provision.bearer if isinstance(b, str)]
    words = " ".join([rule or "", roll.instrument.parties.liability or "", *tokens])
    for condition in provision.conditions:
        if condition.startswith(("assistance_rendered_by_", "after_")):
            other = next((w for w in condition.split("_") if roll.knows(w)), None)
            if other is not None:
                return f"after:{other}"
    if any(word in words for word in SEVERAL):
        return "several"
    return "joint" if "joint" in words or "collective" in words.split("_") else None


def _about_insider(name: str) -> bool:
    words = set(name.split("_"))
    attack = words & {"aggressor", "attack", "attacker", "versus"}
    return bool(attack and words & {"party", "member", "guarantor", "ally"})
