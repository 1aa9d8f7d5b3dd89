"""By which rule it is decided that the others help: read from the fields of a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from servanda.domain.instrument import Decision, Instrument, Provision
from servanda.obligations.membership import Roll, actor_of

__all__ = ["JUST_OVER_HALF", "Ruling", "ruling", "share_of_votes"]

#: A plain majority needs more than half, and half is not enough.
JUST_OVER_HALF = 0.5 + 1e-6
CONSENSUS = (
    "consensus",
    "unanim",
    "agreement_of_all",
    "agreement_of_both",
    "all_agree",
    "all_must",
)
COUNTS = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5},
    **{"six": 6, "seven": 7, "eight": 8, "nine": 9},
}
PARTS = {
    **{"third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4},
    **{"fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "tenth": 10, "tenths": 10},
}
AFTER = ("assistance_rendered_by_", "help_given_by_", "after_")
VICTIM = frozenset(("victim", "victim_state", "attacked_party", "attacked_state", "beneficiary"))
ANYBODY = frozenset(("each", "any", "any_member", "each_member", "any_party", "each_party"))
NOBODY = frozenset(("none", "unspecified"))


@dataclass(frozen=True, slots=True)
class Ruling:
    """How it is decided, by the words of the text.

    ``kind`` is ``consensus`` or ``majority`` of a body, ``after_one`` or ``after_all`` of the
    ``leaders``, ``victim`` where the one attacked declares the case, else ``each``. ``threshold``
    is the share of votes that a majority needs, None where the text gives no number. ``veto``
    names those of whom one alone can block.
    """

    kind: str
    organ: str | None = None
    threshold: float | None = None
    leaders: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()


def ruling(instrument: Instrument, provision: Provision, roll: Roll) -> Ruling:
    """Read the rule of a provision: others' acts first, then a vote, then who declares.

    A body of which the text says neither a rule nor a veto decides nothing here: each party then
    acts for itself.

    Examples:
        >>> pact = Instrument(id="p", title="P", kind="treaty", provisions=[{"id": "a1",
        ...     "modality": "duty", "act": "assist", "decision": {"organ": "council", "rule":
        ...     "two_thirds"}}])
        >>> ruling(pact, pact.provision("a1"), Roll(pact, None, {})).kind
        'majority'
    """
    waits = _after(provision, roll)
    if waits is not None:
        return waits
    decision = provision.decision or Decision()
    organ = next((o for o in decision.organ if o not in NOBODY), None)
    rule = decision.rule or (_rule_of(instrument, organ) if organ else None) or ""
    names = frozenset(decision.veto)
    veto = tuple(v for v in decision.veto if v not in ANYBODY | NOBODY)
    if any(word in rule for word in CONSENSUS) or names & ANYBODY:
        return Ruling("consensus", organ, 1.0, veto=veto)
    threshold = share_of_votes(rule)
    if threshold is not None or "majority" in rule:
        return Ruling("majority", organ, threshold, veto=veto)
    if veto:
        return Ruling("veto", organ, veto=veto)
    declares = frozenset(decision.determined_by) or frozenset(decision.invoked_by)
    return Ruling("victim" if declares and declares <= VICTIM else "each", organ)


def share_of_votes(rule: str) -> float | None:
    """Return the share of votes that the words of a rule ask for, None where they give no number.

    Examples:
        >>> share_of_votes("two_thirds_binding"), share_of_votes("9_of_15"), share_of_votes("none")
        (0.6666666666666666, 0.6, None)
    """
    words = rule.split("_")
    for count, part in pairwise(words):
        if count in COUNTS and part in PARTS and COUNTS[count] <= PARTS[part]:
            return COUNTS[count] / PARTS[part]
    counted = re.search(r"(\d+)_of_(\d+)", rule)
    if counted and 0 < int(counted[1]) <= int(counted[2]):
        return int(counted[1]) / int(counted[2])
    percent = re.search(r"(\d+)_?(?:percent|per_cent|pct)", rule)
    if percent and 0 < int(percent[1]) <= 100:
        return int(percent[1]) / 100
    plain = "majority" in words and not {"qualified", "special", "weighted"} & set(words)
    return JUST_OVER_HALF if plain else None


def _rule_of(instrument: Instrument, organ: str) -> str | None:
    """Return the rule that another provision gives the organ, if there is just one."""
    found = {
        p.rule
        for p in instrument.provisions
        if p.modality == "decision_rule" and p.rule and (not p.organ or organ in p.organ)
    }
    return found.pop() if len(found) == 1 else None


def _after(provision: Provision, roll: Roll) -> Ruling | None:
    """Read whose acts the duty waits for, from its conditions or the rule of its decision."""
    rule = provision.decision.rule if provision.decision else None
    tokens = [t for t in (*provision.conditions, rule or "") if t.startswith(AFTER)]
    named = {t: tuple(dict.fromkeys(_actors(t, roll))) for t in tokens}
    named = {token: who for token, who in named.items() if who}
    if not named:
        return None
    leaders = tuple(dict.fromkeys(a for who in named.values() for a in who))
    one = len(named) == 1 and {"or", "one", "any", "either"} & set(next(iter(named)).split("_"))
    kind = "after_one" if one or len(leaders) == 1 else "after_all"
    return Ruling(kind, leaders=leaders)


def _actors(token: str, roll: Roll) -> list[str]:
    found = (actor_of(word, roll.actors) or word for word in token.split("_"))
    return [roll.successor(a) for a in found if roll.knows(a)]
