"""Who was hit against whom the text protects."""

from __future__ import annotations

import re

from servanda.domain.finding import Trace
from servanda.domain.instrument import Provision
from servanda.obligations.asking import Ask, ask
from servanda.obligations.facts import Facts
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN, truth_of
from servanda.obligations.membership import Roll
from servanda.obligations.objects import FORCES, THINGS, VALUES, is_force

__all__ = ["target_question"]

#: Words of a trigger that stand for the parties, whoever they are.
PARTIES = frozenset(
    """
    party parties either_party any_party each_party a_party one_party both_parties all_parties
    one_or_two_parties one_or_more_parties one_or_more_of_the_parties one_or_more_of_them
    member members member_state member_states any_member one_or_more_members signatory
    signatories contracting_party contracting_parties contracting_state ally allies
    other_party other_parties another_party another_member either_side sides both_sides
    high_contracting_party guarantor guarantors state states participant participants
    territory_of_party party_or_union_state
    """.split()
)

#: A state by its number in some list of states; which one that is, the registry cannot say.
NUMBERED = re.compile(r"[a-z]+_\d+")
IS_PARTY = "target_is_party"


def target_question(provision: Provision, roll: Roll) -> Ask:
    """Ask whether the one hit is one the provision protects."""
    trigger = provision.trigger
    felt = any("any_party" in j for j in (trigger.judged_by if trigger else ()))
    protected, strange = _protected(provision, roll)
    label = "target: " + (", ".join(protected) if 0 < len(protected) < 8 else "a party")
    pool = frozenset(protected)
    numbered = [a for a in protected if NUMBERED.fullmatch(a) and a not in roll.actors]
    # an attack on a third state's forces on the soil of one protected
    guests = [
        name
        for name in roll.instrument.unspecified
        if "stationed" in name or "foreign_forces" in name or "foreign_base" in name
    ]

    def answer(facts: Facts) -> Trace:
        hit = facts.targets
        shown: dict[str, object] = {"target": hit}
        if not hit:
            return Trace(label, UNKNOWN, missing=("target",), facts={"target": "unknown"})
        if felt:
            return Trace("target: a party feels threatened", TRUE, facts=shown)
        if roll.unsure and roll.among(hit, roll.unsure):
            note = "whether it was a party by then hangs on the day"
            return Trace(label, UNKNOWN, missing=("date",), facts=shown, note=note)
        if roll.among(hit, pool):
            return Trace(label, TRUE, facts=shown)
        if strange:
            return _by_record(label, strange, facts)
        host = str(facts.place.get("sovereign", ""))
        if (guests or is_force(facts.objects)) and roll.among((host,), pool):
            note = "whether forces of a third state on the soil of one protected count is open"
            shown["place"] = dict(facts.place)
            return Trace(label, CONTESTED, ("target",), facts=shown, note=note)
        if numbered:
            return _by_number(label, facts)
        return Trace(label, FALSE, ("target",), facts=shown)

    reads = ("targets", "objects", "place", *strange, *((IS_PARTY,) if numbered else ()))
    return ask("target", reads, answer)


def _by_number(label: str, facts: Facts) -> Trace:
    """The parties are known by state numbers only, and the one hit by its name."""
    said = truth_of(facts.get(IS_PARTY))
    shown: dict[str, object] = {"target": facts.targets}
    if said == UNKNOWN:
        note = "parties are named by state numbers only; the one hit may be one of them"
        return Trace(label, UNKNOWN, missing=(IS_PARTY,), facts=shown, note=note)
    shown[IS_PARTY] = facts.get(IS_PARTY)
    return Trace(label, said, () if said == TRUE else ("target",), facts=shown)


def _by_record(label: str, strange: tuple[str, ...], facts: Facts) -> Trace:
    """A description of the protected that only the record can answer."""
    shown: dict[str, object] = {"target": facts.targets}
    for word in strange:
        if word in facts.objects:
            return Trace(label, TRUE, facts={**shown, "object": facts.objects})
        value = facts.get(word)
        if truth_of(value) != UNKNOWN:
            return Trace(label, truth_of(value), ("target",), facts={**shown, word: value})
    note = "whom these words stand for is not recorded"
    return Trace(label, UNKNOWN, missing=strange, facts=shown, note=note)


def _protected(provision: Provision, roll: Roll) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the actors that a provision protects, and the words for whom nobody is recorded."""
    trigger = provision.trigger
    words = (*trigger.of, *trigger.object) if trigger else ()
    found: dict[str, None] = {}
    strange: list[str] = []
    spoken = False
    for word in words:
        actors = _stands_for(word, roll)
        if actors is None:
            if not _about_things(word):
                strange.append(word)
            continue
        spoken = True
        found.update(dict.fromkeys(actors))
    if not spoken:
        found.update(dict.fromkeys(_by_default(provision, roll)))
        if any(word in FORCES for word in words):  # the forces of those who would send them
            hoped = roll.expand(roll.instrument.parties.possible_guarantors)
            found.update(dict.fromkeys((*roll.guarantors, *hoped)))
    if strange and not spoken:
        return (), tuple(strange)  # whom such words stand for, only the record can say
    # words beside those that are understood name further things, not further victims
    return tuple(found), ()


def _stands_for(word: str, roll: Roll) -> tuple[str, ...] | None:
    """Return the actors a word stands for; None where it is no word for an actor."""
    registry = roll.registry
    if word in ("beneficiary", "beneficiaries", "protected_state"):
        return roll.beneficiaries or roll.members
    if "forces_of_guarantor" in word:
        return roll.guarantors
    for name in (word, f"{word}s", word.removeprefix("any_"), word.removesuffix("_state")):
        if name in registry.groups:
            return roll.expand((name,))
    if roll.knows(word):
        return (word,)
    if word in PARTIES:
        if word.startswith("guarantor") and roll.guarantors:
            return roll.guarantors
        # in a guarantee the one protected is a party to it in all but name
        kept = roll.beneficiaries if roll.guarantors or not roll.members else ()
        return (*roll.members, *kept)
    named = registry.words.get(word.lower())
    return None if named is None else (named,)


def _about_things(word: str) -> bool:
    return word in VALUES or bool(THINGS & set(word.split("_")))


def _by_default(provision: Provision, roll: Roll) -> tuple[str, ...]:
    """Where the trigger names nobody: those the duty is owed to, the beneficiaries, the parties."""
    toward = [t for t in provision.toward if roll.knows(t)]
    return tuple(toward) or roll.beneficiaries or roll.members
