"""Conditions a provision lists beside kind, time and place, and the exceptions that undo it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from servanda.domain.finding import Trace
from servanda.domain.instrument import Provision
from servanda.domain.moment import Moment
from servanda.obligations.asking import Ask, ask, fixed, like
from servanda.obligations.doers import SPARING
from servanda.obligations.facts import ABSENT, Facts
from servanda.obligations.kinds import in_domain
from servanda.obligations.kleene import CONTESTED, FALSE, TRUE, UNKNOWN, negated, truth_of
from servanda.obligations.membership import Roll
from servanda.obligations.openness import assists, callable_by_party, is_talk
from servanda.obligations.places import REGIONS, around, within
from servanda.obligations.provocation import first_use, self_defence, unprovoked
from servanda.obligations.timing import years_after
from servanda.obligations.vocabulary import mentions

__all__ = ["condition_questions", "exception_question"]

#: Conditions on how help is given, decided or ended; none of them keeps a duty from arising.
SOFTENERS = (
    *("constitutional_processes", "constitutional_provisions", "constitutional_requirements"),
    *("constitutional_obligations", "constitutional_procedures", "constitutional_process"),
    *("national_law", "national_laws", "national_procedures", "respective_laws", "respective_law"),
    *("legal_and_constitutional", "legal_obligations", "budget_authorisation", "ordinary_budget"),
    *("urgent_consultations_first", "written_notice", "league_covenant", "un_charter_51_report"),
    *("immediate_action_necessary", "sole_aim", "reciprocity", "further_principles"),
    *("european_state", "contribute_to_security", "years_notice", "year_notice", "months_notice"),
    *("in_accordance", "within_means", "as_far_as", "where_possible", "means_available"),
    *("report_to", "report_to_unsc", "due_regard", "in_accordance_with_un_charter"),
)
#: Words by which a condition turns itself round.
NOT = ("no_", "not_", "non_", "without_", "absence_of_", "unless_", "lack_of_")
#: Conditions whose negative form is their own meaning.
WHOLE = ("not_possible", "no_direct_provocation", "no_provocation", "without_provocation",
         "not_provoked", "without_direct_provocation")  # fmt: skip


def condition_questions(provision: Provision, roll: Roll) -> list[Ask]:
    """Ask every condition the provision lists, its exceptions, and first use where it is silent."""
    called_for = callable_by_party(provision)
    found = [
        _condition(token, provision, roll)
        for token in provision.conditions
        # talks that a party has to call for wait for the call: that is no condition of their own
        if not (called_for and token in ("request", "request_of_party", "request_of_any_party"))
    ]
    found += [exception_question(token) for token in provision.exceptions]
    trigger = provision.trigger
    if trigger is None:
        return found
    found += [_qualifier(token) for token in trigger.qualifier if not token.startswith(SPARING)]
    if trigger.where:
        found.append(_where(trigger.where))
    if trigger.domains:
        wanted = trigger.domains
        found.append(ask("domain", ("domain",), lambda facts: in_domain(wanted, facts)))
    if provision.domain and not set(provision.domain) & {"any", "all"}:
        domains = provision.domain
        found.append(ask("domain", ("domain",), lambda facts: in_domain(domains, facts)))
    if assists(provision) and not is_talk(provision) and not _speaks_of_provocation(provision):
        names = roll.instrument.unspecified
        reads = ("provokers", "actors", "self_defence_claim")
        left_open = any("first_use" in n or "provo" in n or "attacked_first" in n for n in names)
        found.append(ask("first use", reads, lambda facts: first_use(facts, left_open=left_open)))
    return found


def _where(regions: tuple[str, ...]) -> Ask:
    """Ask whether it happened in the part of the world that the trigger names."""
    label = f"where: {', '.join(regions)}"
    strange = tuple(r for r in regions if not around([r]) & REGIONS)

    def answer(facts: Facts) -> Trace:
        inside = [within(region, facts.regions) for region in regions]
        shown = {"place": dict(facts.place) or ABSENT}
        if True in inside:
            return Trace(label, TRUE, facts=shown)
        if None in inside or strange:
            return Trace(label, UNKNOWN, missing=strange or ("place",), facts=shown)
        return Trace(label, FALSE, ("area",), facts=shown)

    return ask(label, ("place",), answer)


def _speaks_of_provocation(provision: Provision) -> bool:
    kinds = provision.trigger.kinds if provision.trigger else ()
    words = (*provision.conditions, *provision.exceptions, *kinds)
    return any("provo" in w or "charter_51" in w or "article_51" in w for w in words)


def _condition(token: str, provision: Provision, roll: Roll) -> Ask:
    if not token.startswith(WHOLE) and not token.endswith(WHOLE):
        for prefix in NOT:
            if token.startswith(prefix):
                inner = _condition(token.removeprefix(prefix), provision, roll)
                return _turned(token, inner)
    return _positive(token, provision, roll)


def _turned(token: str, inner: Ask) -> Ask:
    label = f"condition: {token}"
    return Ask(label, inner.reads, lambda facts: negated(inner.answer(facts), label))


def _positive(token: str, provision: Provision, roll: Roll) -> Ask:
    label = f"condition: {token}"
    if _asks_for_request(token, roll):
        return ask(label, ("request", token), lambda f: _request(token, provision, f, roll))
    if "provocation" in token or "provoked" in token:
        return ask(label, ("provokers",), unprovoked)
    if "charter_51" in token or "article_51" in token:
        return ask(label, ("provokers",), lambda facts: self_defence(label, facts))
    if token.startswith(("assistance_rendered_by_", "after_")):
        length = re.fullmatch(r"after_(\d+)_years?", token)
        if length is not None:
            return _age(label, int(length.group(1)), roll)
        names = _deeds_of_another(token, roll)
        return ask(label, names, lambda facts: _after_another(label, names, facts))
    if set(token.split("_")) <= CALM:
        name = "ceasefire_in_force_before"
        return ask(label, (name, token), lambda f: _recorded(label, (name, token), f))
    if "concerted_action_not_possible" in token:
        return ask(label, ("concerted_action_possible",), lambda facts: _concert(label, facts))
    if any(f"_{word}_" in f"_{token}_" for word in SOFTENERS):
        return fixed(Trace(label, TRUE, note="softens how, not whether"))
    return ask(label, (token,), lambda facts: _recorded(label, (token,), facts))


#: Words of a condition that asks for a cessation of hostilities, and for nothing else.
CALM = frozenset(
    """ceasefire cessation armistice truce of hostilities credible general complete full durable
    permanent comprehensive lasting a the in force before fire""".split()
)
#: Those whose request or consent a text means when it asks for that of the one attacked.
ASKING = frozenset(
    """affected attacked party parties member members state states victim beneficiary either one any
    government country requesting protected host the a each for immediate measures assistance help
    express formal written consultation consultations political authorities""".split()
)


def _asks_for_request(token: str, roll: Roll) -> bool:
    """Say whether a condition asks that the one attacked asks for help, or consents to it."""
    words = token.split("_")
    asks = [w for w in words if w.startswith(("request", "consent", "invitation"))]
    if not asks:
        return False
    rest = [w for w in words if w not in asks and w not in ("of", "by", "at", "upon", "from", "on")]
    return all(w in ASKING or roll.knows(w) or w in roll.registry.words for w in rest)


def _recorded(label: str, names: tuple[str, ...], facts: Facts) -> Trace:
    """Look a condition up by name among the facts; what nobody recorded is not known."""
    for name in names:
        if facts.has(name):
            value = facts.get(name)
            return Trace(label, truth_of(value), _roots_of(name), (name,), {name: value})
    return Trace(label, UNKNOWN, missing=names[:1], facts={names[0]: ABSENT})


def _roots_of(name: str) -> tuple[str, ...]:
    """Return under which roots a condition fails: a truce is also a time, a consent a decision."""
    if mentions(name, ("ceasefire", "cessation", "hostilities", "armistice", "truce")):
        return ("precondition", "time")
    if mentions(name, ("consent", "approval", "authorisation", "decision", "resolution", "vote")):
        return ("decision", "precondition")
    return ("precondition",)


def _request(token: str, provision: Provision, facts: Facts, roll: Roll) -> Trace:
    label = f"condition: {token}"
    how, _ = facts.request()
    asked = facts.requesters()
    shown = {"requested": facts.raw.get("requested", asked or ABSENT)}
    if how == "yes" and asked and not any(roll.is_party(a) for a in asked):
        return Trace(label, FALSE, ("request",), facts={"requested_by": asked})
    if how == "yes" or (how == "consultation" and is_talk(provision)):
        return Trace(label, TRUE, facts=shown)
    if how == "no":
        return Trace(label, FALSE, ("request",), facts=shown)
    if how == "consultation":
        return Trace(label, UNKNOWN, missing=(f"request_under_{provision.id}",), facts=shown)
    return Trace(label, UNKNOWN, missing=("requested",), facts=shown)


def _deeds_of_another(token: str, roll: Roll) -> tuple[str, ...]:
    """Return the facts that say whether another guarantor has acted first."""
    words = roll.registry.words
    other = next((a for w in token.split("_") if (a := words.get(w) or words.get(w.lower()))), None)
    if other is None:
        return (token,)
    names = [f"assistance_by_{other}"]
    actor = roll.actors.get(other)
    if actor is not None:
        named = [*(a.lower() for a in actor.adjectives), actor.name.lower(), actor.id]
        names += [f"{w.replace(' ', '_')}_assistance_given" for w in named]
    return (*names, token)


def _after_another(label: str, names: tuple[str, ...], facts: Facts) -> Trace:
    for name in names:
        value = facts.get(name)
        if value is True or value is False:
            return Trace(label, truth_of(value), ("precondition",), facts={name: value})
    return Trace(label, UNKNOWN, missing=(names[0],), facts={names[0]: ABSENT})


def _age(label: str, years: int, roll: Roll) -> Ask:
    """Ask whether the text has been in force for as many years as the clause demands."""
    force = roll.instrument.in_force
    start = (force.start if force else None) or roll.instrument.signed

    def answer(facts: Facts) -> Trace:
        day: Moment | None = facts.event
        if start is None or day is None:
            return Trace(label, UNKNOWN, missing=("date_of_entry_into_force",))
        ripe = years_after(start, years)
        shown = {"from": str(ripe), "day": str(day)}
        return Trace(label, FALSE if day.before(ripe) else TRUE, ("time",), facts=shown)

    return ask(label, ("event",), answer)


def _concert(label: str, facts: Facts) -> Trace:
    value = facts.get("concerted_action_possible")
    shown = {"concerted_action_possible": value}
    if value is False or (isinstance(value, Mapping) and "result" in value):
        return Trace(label, TRUE, facts=shown)
    if value is True:
        return Trace(label, FALSE, ("precondition",), facts=shown)
    return Trace(label, UNKNOWN, missing=("concerted_action_possible",), facts=shown)


def exception_question(token: str) -> Ask:
    """An exception undoes a duty where it is shown to apply.

    An exception on how a duty is performed, or one that only another body could claim, does not
    keep it from arising; a word without meaning here is looked up among the facts.
    """
    label = f"exception {token}: does not apply"
    if _about_defence(token):
        return ask(label, ("provokers",), lambda facts: _in_defence(label, facts))
    if "provo" in token:
        return ask(label, ("provokers", token), lambda facts: _provoked(label, token, facts))

    def answer(facts: Facts) -> Trace:
        value = facts.get(token)
        shown = {token: value}
        if value is True:
            return Trace(label, FALSE, ("precondition",), facts=shown, note="the exception applies")
        if value == ABSENT and not facts.has(token):
            return Trace(label, TRUE, facts=shown, note="nothing shows that the exception applies")
        if value is False:
            return Trace(label, TRUE, facts=shown)
        doubt = CONTESTED if truth_of(value) == CONTESTED else UNKNOWN
        return Trace(label, doubt, ("precondition",), (token,), shown)

    return ask(label, (token,), answer)


def _about_defence(token: str) -> bool:
    return "self_defence" in token or "self_defense" in token or "legitimate_defence" in token


def _provoked(label: str, token: str, facts: Facts) -> Trace:
    value = facts.get(token)
    if truth_of(value) != UNKNOWN:
        return negated(Trace(label, truth_of(value), ("provocation",), facts={token: value}), label)
    node = unprovoked(facts)
    if node.truth != UNKNOWN:
        return Trace(label, node.truth, node.roots, node.missing, node.facts, node.note)
    note = "nothing shows that the exception applies"
    return Trace(label, TRUE, facts=node.facts, note=note)


def _in_defence(label: str, facts: Facts) -> Trace:
    """Help is not owed against somebody who defends itself, if that is what happened."""
    node = self_defence(label, facts)
    return Trace(label, node.truth, node.roots, node.missing, node.facts, node.note)


def _qualifier(token: str) -> Ask:
    """A judgement that the text leaves to the one attacked, recorded as a fact or not."""
    label = f"qualifier: {token}"
    words = [w for w in token.split("_") if len(w) > 4]

    def answer(facts: Facts) -> Trace:
        for name in sorted(facts.raw):
            if name == token or sum(w in name for w in words) >= 2:
                value = facts.get(name)
                return Trace(label, truth_of(value), ("precondition",), (name,), {name: value})
        return Trace(label, UNKNOWN, missing=(token,), facts={token: ABSENT})

    return ask(label, (token, like(words, 2)), answer)
