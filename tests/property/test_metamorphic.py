"""Changes of which a reader of the text knows what they do to a finding, over the whole library.

Every case is held against every instrument. For each finding one fact, the date or the membership
is changed, and what has to follow is read off the coded text here, without the engine's reasoning.
A rule that fails says how often, of how many, and where first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from servanda.domain.actor import Actor
from servanda.domain.finding import Finding
from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument, Provision
from servanda.domain.moment import Moment
from servanda.obligations import assess
from servanda.scenario import shelf

NOWHERE = {"name": "Utter Reef", "sovereign": "XQZ", "administered_by": "XQZ"}
#: Parts of the world far from each other; one of them is outside of most declared areas.
FAR = ("central_africa", "central_asia", "south_america", "antarctic", "south_asia")
FORCES = ("force", "vessel", "ship", "boat", "aircraft", "plane", "jet", "troop", "unit", "patrol",
          "navy", "army", "convoy", "soldier", "helicopter", "contingent", "base")  # fmt: skip
HELP = ("assist", "aid", "help", "act_", "fight", "guarantee", "defend", "respond", "support")
VIOLENT = ("attack", "aggression", "war", "force", "hostilities", "invades", "invasion")
#: Facts behind which a presumption stands; see docs/concepts/findings.md.
PRESUMED = frozenset({"deliberate", "intent", "directed_from_abroad", "place", "provoked"})


@dataclass(frozen=True)
class Found:
    """One finding with all that it was made of."""

    text: Instrument
    provision: Provision
    incident: Incident
    finding: Finding

    @property
    def name(self) -> str:
        return f"{self.incident.id} {self.text.id}:{self.provision.id}"

    @property
    def trigger_kinds(self) -> tuple[str, ...]:
        return self.provision.trigger.kinds if self.provision.trigger else ()


@cache
def actors() -> dict[str, Actor]:
    return shelf.actors()


@cache
def all_found() -> tuple[Found, ...]:
    found = []
    for case in shelf.cases().values():
        for text in shelf.instruments().values():
            found += _all_of(text, case.incident)
            if any(f.finding.finding in ("not_in_force", "lapsed") for f in found[-1:]):
                start = first_day(text)  # the same deed, done while the text was young
                if start is not None:
                    moved = case.incident.model_copy(update={"date": shifted(start, 30)})
                    found += _all_of(text, moved)
    return tuple(found)


def _all_of(text: Instrument, incident: Incident) -> Iterator[Found]:
    for finding in assess([text], incident, actors=actors()):
        yield Found(text, text.provision(finding.provision), incident, finding)


def triggered() -> Iterator[Found]:
    return (f for f in all_found() if f.finding.finding == "triggered")


def again(found: Found, text: Instrument | None = None, **change: Any) -> Finding:
    """Assess anew with a changed text or incident; a fact of None is taken out."""
    facts = {**found.incident.facts, **change.pop("facts", {})}
    facts = {name: value for name, value in facts.items() if value is not None}
    incident = found.incident.model_copy(update={"facts": facts, **change})
    (finding,) = assess(
        [text or found.text], incident, actors=actors(), provisions={found.provision.id}
    )
    return finding


@dataclass
class Count:
    """How often a rule held."""

    held: int = 0
    failed: list[str] = field(default_factory=list)

    def hold(self, holds: bool, where: str) -> None:
        if holds:
            self.held += 1
        else:
            self.failed.append(where)

    def demand(self, least: int, share: float = 1.0) -> None:
        """Assert that the rule was put to work often enough and held."""
        total = self.held + len(self.failed)
        told = f"{self.held} of {total} held; failed: {self.failed[:8]}"
        assert total >= least, told
        assert self.held >= share * total, told


def said(text: Instrument) -> frozenset[str]:
    """Return every string of a text."""
    seen: set[str] = set()
    queue: list[Any] = [text.model_dump(mode="json")]
    while queue:
        node = queue.pop()
        if isinstance(node, dict):
            queue += [*node, *node.values()]
        elif isinstance(node, list):
            queue += node
        elif isinstance(node, str):
            seen.add(node)
    return frozenset(seen)


def shifted(day: Moment, days: int) -> Moment:
    return Moment((day.earliest + timedelta(days=days)).date().isoformat())


# --- time ----------------------------------------------------------------------------------------


def last_day(text: Instrument) -> Moment | None:
    """Return when the text ends by its own dates, None where it runs on or the sides differ."""
    force = text.in_force
    if force is None or force.versions or force.auto_extend_years:
        return None
    if force.to is not None:
        return force.to
    start = force.start
    if start is None or not (force.years or force.hours):
        return None
    return shifted(start, int(366 * (force.years or 0) + (force.hours or 0) / 24) + 1)


def first_day(text: Instrument) -> Moment | None:
    """Return the first day on which the text, or one side's account of it, could bind."""
    force = text.in_force
    if force is None or force.from_ == "conditional":
        return text.signed or text.known_from
    days = [v.from_ for v in force.versions if v.from_ is not None]
    return min(days, key=lambda d: d.earliest) if days else force.start


def test_after_its_end_a_text_has_lapsed():
    count = Count()
    for found in triggered():
        end = last_day(found.text)
        if end is not None and "extended" not in found.incident.facts:
            got = again(found, date=shifted(end, 400))
            count.hold(got.finding == "lapsed" and "time" in got.why, f"{found.name} {got.finding}")
    count.demand(50)


def test_before_its_entry_a_text_is_not_in_force():
    count = Count()
    for found in triggered():
        start = first_day(found.text)
        if start is not None:
            got = again(found, date=shifted(start, -400))
            right = got.finding == "not_in_force" and "time" in got.why
            count.hold(right, f"{found.name} {got.finding}")
    count.demand(200)


# --- whom and where ------------------------------------------------------------------------------


def felt_by_anybody(provision: Provision) -> bool:
    """Whether a party has only to feel threatened, whoever was hit."""
    return any("any_party" in j for j in (provision.trigger.judged_by if provision.trigger else ()))


def test_an_attack_on_somebody_foreign_to_the_text_concerns_no_one_else():
    count = Count()
    for found in triggered():
        if not found.trigger_kinds or felt_by_anybody(found.provision):
            continue
        got = again(found, facts={"target": "XQZ"})
        right = got.finding == "not_triggered" and "target" in got.why
        count.hold(right, f"{found.name} {got.finding} {got.why}")
    count.demand(100)


def limits_place(found: Found) -> bool:
    names = found.provision.area or ()
    everywhere = {"none", "any", "worldwide", "everywhere", "land", "air", "sea", "all"}
    return bool(set(names) - everywhere)


def far_from(text: Instrument) -> str:
    """Return a part of the world that no word of the text comes near."""
    spoken = " ".join(said(text)).lower()
    return next(r for r in FAR if not any(w in spoken for w in (r, r.split("_")[-1])))


def on_forces(incident: Incident) -> bool:
    things = incident.facts.get("object", [])
    things = [things] if isinstance(things, str) else things
    return any(word in str(thing) for thing in things for word in FORCES)


def test_a_place_outside_the_declared_area_is_outside():
    count = Count()
    for found in triggered():
        if found.trigger_kinds and limits_place(found) and not on_forces(found.incident):
            place = {**NOWHERE, "region": [far_from(found.text)]}
            got = again(found, facts={"place": place})
            right = got.finding == "not_triggered" and "area" in got.why
            count.hold(right, f"{found.name} {got.finding} {got.why} {place['region']}")
    count.demand(20)


# --- who -----------------------------------------------------------------------------------------


def names_an_actor(found: Found) -> bool:
    trigger = found.provision.trigger
    if trigger is None:
        return False
    named = {w.lower() for a in actors().values() for w in (a.id, a.name, *a.adjectives)}
    # a conflict between states of a continent names none of them
    kinds = [k for k in trigger.kinds if "between" not in k.split("_")]
    words = {w.lower() for k in kinds for w in k.split("_")}
    listed = {w.lower() for w in (*trigger.actor, *trigger.actor_secret)}
    return bool((words | listed) & named)


def test_without_an_author_no_duty_against_a_named_adversary_is_owed_for_sure():
    count = Count()
    for found in triggered():
        if names_an_actor(found):
            got = again(found, facts={"actor": None, "attribution": "unknown", "timeline": None})
            count.hold(got.finding != "triggered", f"{found.name} {got.finding}")
    count.demand(12)


def leave(found: Found, bearer: str) -> Finding | None:
    """Let a bearer leave the text on the eve of the day; None where there is no day."""
    day = found.incident.date
    if day is None:
        return None
    parties = found.text.parties
    left = [*parties.former, (bearer, shifted(day, -1))]
    data = parties.model_copy(update={"former": tuple(left)})
    return again(found, found.text.model_copy(update={"parties": data}))


def by_place(found: Found, bearer: str) -> bool:
    """Whether the clause binds the bearer as a party, neither by name nor as guarantor."""
    listed = [b for b in found.provision.bearer if isinstance(b, str)]
    parties = any({"party", "parties", "member", "members"} & set(b.split("_")) for b in listed)
    return parties and not any(b.split("_")[0] in (*actors(), bearer) for b in listed)


def test_a_party_that_left_before_the_day_bears_nothing():
    count = Count()
    for found in triggered():
        for bearer in found.finding.bearers:
            if by_place(found, bearer) and (got := leave(found, bearer)) is not None:
                count.hold(bearer not in got.bearers, f"{found.name} {bearer} {got.finding}")
    count.demand(1000)


def test_a_guarantor_or_a_party_bound_by_name_that_left_before_the_day_bears_nothing():
    count = Count()
    for found in triggered():
        parties = found.text.parties
        roles = {*parties.original, *parties.guarantors, *parties.guarantor, *parties.signatories}
        for bearer in roles & set(found.finding.bearers):
            treaty = found.text.kind == "treaty"
            if treaty and not by_place(found, bearer) and (got := leave(found, bearer)):
                count.hold(bearer not in got.bearers, f"{found.name} {bearer} {got.finding}")
    count.demand(50)


# --- what ----------------------------------------------------------------------------------------


def defends(found: Found) -> bool:
    """Whether the provision owes help after an attack."""
    violent = any(word in kind for kind in found.trigger_kinds for word in VIOLENT)
    return violent and any(word in act for act in found.provision.act for word in HELP)


def stated(found: Found) -> bool:
    """Whether the record itself uses the words of the trigger, or the clause reaches disasters."""
    kinds = found.trigger_kinds
    return bool(set(kinds) & set(found.incident.facts)) or any("disaster" in k for k in kinds)


def test_an_earthquake_is_no_attack():
    count = Count()
    for found in triggered():
        violent = any(word in kind for kind in found.trigger_kinds for word in VIOLENT)
        if violent and not stated(found):
            got = again(found, facts={"kind": "earthquake"})
            right = got.finding == "not_triggered" and "kind" in got.why
            count.hold(right, f"{found.name} {got.finding} {got.why} {found.trigger_kinds}")
    count.demand(60)


def test_what_was_not_meant_is_no_attack():
    count = Count()
    for found in triggered():
        if defends(found) and not stated(found):
            facts = {"deliberate": False, "timeline": None}
            got = again(found, facts=facts)
            right = got.finding == "not_triggered" and "deliberate" in got.why
            count.hold(right, f"{found.name} {got.finding} {got.why}")
    count.demand(40)


# --- what has nothing to do with it ---------------------------------------------------------------


def bare(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(mode="json", exclude={"trace"})


def test_an_unrelated_fact_or_actor_changes_nothing():
    count = Count()
    stranger = Actor(id="XQZ", name="Xanquiz", adjectives=["Xanquizzian"])
    more = {**actors(), "XQZ": stranger}
    for found in all_found():
        facts = {**found.incident.facts, "xanquiz_weather_was_mild": True}
        incident = found.incident.model_copy(update={"facts": facts})
        only = {found.provision.id}
        (one,) = assess([found.text], incident, actors=actors(), provisions=only, trace=False)
        (two,) = assess([found.text], found.incident, actors=more, provisions=only, trace=False)
        count.hold(bare(one) == bare(two) == bare(found.finding), found.name)
    count.demand(5000)


# --- forgetting ----------------------------------------------------------------------------------


def failing(finding: Finding) -> frozenset[str]:
    """Return the facts on which a no, a doubt or a hinge rests, by the trace."""
    assert finding.trace is not None
    leaves = [leaf for leaf in finding.trace.leaves() if leaf.truth != "true"]
    return frozenset(name for leaf in leaves for name in (*leaf.facts, *leaf.missing))


def forgotten() -> Iterator[tuple[Found, str, Finding]]:
    for found in all_found():
        if found.finding.finding in ("not_in_force", "lapsed"):
            continue
        for name in found.incident.facts:
            yield found, name, again(found, facts={name: None})


@cache
def turns() -> tuple[tuple[Found, str, Finding], ...]:
    """Return every forgotten fact with the finding without it."""
    return tuple(forgotten())


SURE = ("triggered", "not_triggered", "breach", "permitted")


def test_forgetting_a_fact_never_undoes_a_duty():
    count = Count()
    for found, name, got in turns():
        if found.finding.finding == "triggered" and name not in PRESUMED | {"target"}:
            count.hold(got.finding != "not_triggered", f"{found.name} {name} {got.why}")
    count.demand(2000)


def test_forgetting_a_fact_makes_no_doubtful_answer_sure():
    count = Count()
    for found, name, got in turns():
        if found.finding.finding == "triggered_if" and name not in PRESUMED | {"target"}:
            count.hold(got.finding not in SURE, f"{found.name} {name} {got.finding}")
    count.demand(1000)


def test_forgetting_a_fact_makes_a_duty_of_a_no_only_where_it_was_the_fact_that_failed():
    count = Count()
    for found, name, got in turns():
        if found.finding.finding == "not_triggered":
            owed = got.finding in ("triggered", "breach", "permitted")
            right = not owed or name in failing(found.finding)
            count.hold(right, f"{found.name} {name} {got.finding}")
    count.demand(10_000)


def test_forgetting_a_fact_settles_a_contested_reading_only_where_it_was_the_hinge():
    count = Count()
    for found, name, got in turns():
        if found.finding.finding == "contested" and name not in {"target", "self_defence_claim"}:
            right = got.finding not in SURE or name in failing(found.finding) | PRESUMED
            count.hold(right, f"{found.name} {name} {got.finding}")
    count.demand(200, share=0.99)


def test_forgetting_who_was_hit_makes_no_answer_surer():
    count = Count()
    for found, name, got in turns():
        if name == "target" and found.finding.finding in ("triggered", "triggered_if", "contested"):
            right = got.finding == found.finding.finding or got.finding not in SURE
            count.hold(right, f"{found.name} {found.finding.finding} {got.finding} {got.why}")
    count.demand(500)


def test_forgetting_who_was_hit_makes_no_breach():
    count = Count()
    for found, name, got in turns():
        if name == "target" and found.finding.finding == "not_triggered":
            right = got.finding != "breach"
            count.hold(right, f"{found.name} {got.finding}")
    count.demand(500)
