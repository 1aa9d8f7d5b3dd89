"""Who decides that the case has arisen: invoker, organ, rule, veto."""

from __future__ import annotations

from collections.abc import Mapping

from servanda.domain.finding import Trace
from servanda.domain.instrument import Decision, Provision
from servanda.obligations.asking import Ask, ask, fixed
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kleene import CONTESTED, FALSE, OPEN, TRUE, UNKNOWN, truth_of
from servanda.obligations.membership import Roll
from servanda.obligations.openness import assists
from servanda.obligations.vocabulary import sort_of

__all__ = ["decision_questions", "state_of_decision"]

#: Facts by which a decision may be on record.
ON_RECORD = ("decided", "organ_decided", "council_decided", "council_decision", "determination")


def decision_questions(provision: Provision, roll: Roll) -> list[Ask]:
    """Ask for a decision where the text needs one before the case can be said to have arisen."""
    found: list[Ask] = []
    rules = {p.rule for p in roll.instrument.provisions if p.modality == "decision_rule" and p.rule}
    if len(rules) > 1:
        found.append(_voting(roll))
    found += _unnamed_judge(provision, roll)
    decision = provision.decision
    if decision is None:
        return found
    found += [_determined(by, roll) for by in decision.determined_by if _somebody(by, roll)]
    if not assists(provision):
        return found
    rule = decision.rule or ""
    waits = _waits(rule)
    if waits is not None:
        found.append(_needed(waits, decision))
    elif decision.organ and not set(decision.organ) <= {"none", "unspecified"} and _votes(rule):
        if "practice" not in rule and "silent" not in rule:
            found.append(_vote(decision))
        found.append(_in_practice())
    return found


def _vote(decision: Decision) -> Ask:
    """A vote that the text asks for: where it was refused or stopped, the duty does not arise.

    A vote that is still to come keeps no casus foederis from arising; the finding says that it is
    pending.
    """
    names = tuple(dict.fromkeys((*ON_RECORD, *(f"{o}_decided" for o in decision.organ))))

    def answer(facts: Facts) -> Trace:
        label = f"vote of {decision.organ[0]}"
        objectors = _objectors(facts)
        shown: dict[str, object] = {"vetoed_by": objectors} if objectors else {}
        if set(objectors) & set(facts.actors):
            note = "whether the attacker may stop the vote is read both ways"
            return Trace(label, CONTESTED, ("decision",), facts=shown, note=note)
        if objectors and _one_can_block(decision, objectors):
            return Trace(label, FALSE, ("decision",), facts=shown, note="blocked")
        for name in names:
            value = facts.get(name)
            if truth_of(value) != UNKNOWN:
                return Trace(label, truth_of(value), ("decision",), facts={**shown, name: value})
        return Trace(label, TRUE, facts=shown, note="the vote comes after the casus foederis")

    return ask("vote", (*names, "vetoed_by", "actors"), answer)


def _votes(rule: str) -> bool:
    return any(word in rule for word in ("consensus", "unanim", "decide", "thirds", "majority"))


def _voting(roll: Roll) -> Ask:
    members = frozenset(roll.members)

    def answer(facts: Facts) -> Trace:
        inside = members & set(facts.actors) and members & set(facts.targets)
        shown = {"actor": facts.actors, "target": facts.targets}
        if not inside:
            return Trace("voting rule: not in question", TRUE, facts=shown)
        note = "the texts name several voting rules where a party is the attacker"
        return Trace("voting rule", CONTESTED, ("decision",), facts=shown, note=note)

    return ask("voting rule", ("actors", "targets"), answer)


def _unnamed_judge(provision: Provision, roll: Roll) -> list[Ask]:
    """A text that lets somebody judge and does not say who cannot be applied."""
    trigger, decision = provision.trigger, provision.decision
    judges = (
        *(trigger.judged_by if trigger else ()),
        *(decision.determined_by if decision else ()),
    )
    strange = tuple(j for j in judges if not _heard(j, roll))
    if strange and provision.modality not in ("permission", "power"):
        note = "a judge without meaning here"
        return [fixed(Trace("judge", UNKNOWN, missing=strange, note=note))]
    if "unspecified" not in judges:
        return []
    words = ("judge", "decide", "declare", "determine", "establish")
    names = tuple(n for n in roll.instrument.unspecified if any(w in n for w in words))
    return [fixed(Trace("the judge is not named", OPEN, missing=names or ("judged_by",)))]


#: Words for who judges that have a meaning here.
JUDGES = frozenset(
    """any each every party parties either one both two all member members unspecified none victim
    state states request at on by own itself affected attacked beneficiary guarantor guarantors
    council organ court commission committee board assembly court arbitration signatory signatories
    conference consultation consultations practice and or the of a other side sides authority
    security president congress parliament joint commander government governments""".split()
)


def _heard(judge: str, roll: Roll) -> bool:
    known = roll.knows(judge) or judge in roll.actors or judge in roll.registry.groups
    words = set(judge.split("_"))
    return known or words <= JUDGES or any(roll.knows(w) for w in words)


def _somebody(judge: str, roll: Roll) -> bool:
    """One named judge has to speak before the case has arisen; each for itself judges its own."""
    return roll.knows(judge) or judge in ("victim_state", "victim", "attacked_party")


def _determined(judge: str, roll: Roll) -> Ask:
    """Ask whether the one who is to determine that the case has arisen has done so."""
    label = f"determined by {judge}"
    name = f"determination_by_{judge}"
    if not roll.knows(judge):
        return ask(label, ("request", name), lambda facts: _declared(label, name, facts))
    names = (name, f"{judge}_determined", *ON_RECORD)

    def answer(facts: Facts) -> Trace:
        for recorded in names:
            value = facts.get(recorded)
            if value is True or value is False:
                truth = TRUE if value else FALSE
                return Trace(label, truth, ("decision",), facts={recorded: value})
        return Trace(label, UNKNOWN, missing=(name,), facts={name: ABSENT})

    return ask(label, names, answer)


def _declared(label: str, name: str, facts: Facts) -> Trace:
    """The one attacked declares the case by asking for help."""
    how = facts.request()[0]
    value = facts.get(name)
    shown = {"requested": how, name: value}
    if value is True or how == "yes":
        return Trace(label, TRUE, facts=shown)
    if value is False or how == "no":
        return Trace(label, FALSE, ("request",), facts=shown)
    return Trace(label, UNKNOWN, missing=(name,), facts=shown)


def _waits(rule: str) -> str | None:
    """Return what must be found before a duty arises, by the words of its rule.

    A vote on what to do comes after the casus foederis and does not make it; a finding that it has
    arisen comes before.
    """
    return rule if "finding" in rule or "determination" in rule else None


def _needed(name: str, decision: Decision) -> Ask:
    """A decision that the text makes a condition: on record, refused, blocked, or not known."""
    organ = decision.organ[0] if decision.organ else "organ"
    names = (name, *ON_RECORD, f"{organ}_decided", f"{organ}_decision")

    def answer(facts: Facts) -> Trace:
        label = f"decision: {name}"
        state = state_of_decision(decision, facts)
        if state == "blocked":
            shown = {"vetoed_by": facts.get("vetoed_by")}
            return Trace(label, FALSE, ("decision",), facts=shown, note="blocked by a veto")
        for recorded in names:
            value = facts.get(recorded)
            if value is True or value is False:
                truth = TRUE if value else FALSE
                return Trace(label, truth, ("decision",), facts={recorded: value})
        return Trace(label, UNKNOWN, missing=(name,), facts={name: ABSENT})

    return ask("decision", (*names, "vetoed_by"), answer)


def _in_practice() -> Ask:
    """Where a council decides what to do, what is no plain attack waits for it or for a request."""

    def answer(facts: Facts) -> Trace:
        label = "decision of the organ"
        how = facts.request()[0]
        plain = sort_of(facts.kind) != "hybrid" or facts.get("council_decided") is True
        settled = facts.get("scale") not in (ABSENT, "small", "limited") or "cyber" in facts.kind
        shown = {"kind": facts.kind, "requested": how}
        if plain or how == "consultation" or not settled:
            note = "the text asks for no decision before"
            return Trace(label, TRUE, facts=shown, note=note)
        return Trace(label, UNKNOWN, missing=("request_or_council_decision",), facts=shown)

    return ask("decision", ("kind", "request", "scale", "council_decided"), answer)


def state_of_decision(decision: Decision | None, facts: Facts) -> str | None:
    """Say how far a decision has come: ``taken``, ``refused``, ``blocked`` or ``pending``.

    Returns:
        None where the provision has no organ, or its rule needs no decision.
    """
    if decision is None or not (decision.organ or decision.veto):
        return None
    if set(decision.organ) <= {"none"} and not decision.veto:
        return None
    if (decision.rule or "").startswith("none"):
        return None
    if _objectors(facts) and _one_can_block(decision, _objectors(facts)):
        return "blocked"
    for name in (*ON_RECORD, *(f"{o}_decided" for o in decision.organ)):
        value = facts.get(name)
        if value is True:
            return "taken"
        if value is False:
            return "refused"
    return "pending"


def _objectors(facts: Facts) -> tuple[str, ...]:
    value = facts.get("vetoed_by")
    if isinstance(value, Mapping):
        value = value.get("by", ())
    return (
        (value,)
        if isinstance(value, str) and value != ABSENT
        else tuple(str(v) for v in value)
        if isinstance(value, (list, tuple))
        else ()
    )


def _one_can_block(decision: Decision, objectors: tuple[str, ...]) -> bool:
    rule = decision.rule or ""
    unanimous = "unanim" in rule or "consensus" in rule
    return unanimous or bool(set(decision.veto) & {*objectors, "each", "any_member"})
