"""Every file of the library loads through the nouns, and every identifier in it exists."""

from __future__ import annotations

import re
import tempfile
from importlib.resources import as_file
from pathlib import Path

import pytest

from servanda import library
from servanda.domain.episode import GuaranteeType
from servanda.scenario import shelf
from servanda.scenario.folder import check

LISTS = [
    "actors.yaml",
    "assumptions.yaml",
    "guarantee_types.yaml",
    "priors.yaml",
    "reason-codes.yaml",
    "slots.yaml",
]

_NAMED = """
lambda_c lambda_g lambda_p omega_c omega_p rho g m_p capability_error tau0 n0 phi_f c_w c_o c_g c_n
s_q c_p size_ground size_limited size_air size_own_unit size_sea size_sabotage stake nuclear_cost a0
a1 a2 a3 zeta kappa_binding kappa_binding_without_forces kappa_discretionary kappa_political
kappa_mandate kappa_consult kappa_permitted g_b x_b eps x_prov g_p p_prov mu_drift mu_leave
mu_election mu_settle mu_fray mu_mend posture_start posture_recovered posture_enlarged posture_peak
credibility_low credibility_middle credibility_full alignment_half share_materiel share_optional
share_included share_unspecified share_floor_stated decide_each decide_body move_hours
cost_soldier_musd cost_act_musd no_deal_value adversary_loss_none
adversary_loss_troops adversary_loss_membership adversary_loss_cover w1_war w2_escalation w3_cost
provocation_term tie_margin_per_year sigma2
"""
DEFAULTS = _NAMED.split()


def test_the_engines_find_every_default_assumption() -> None:
    assert set(shelf.assumptions()) >= set(DEFAULTS)


@pytest.mark.parametrize("name", sorted(shelf.assumptions()))
def test_an_assumption_has_label_unit_range_note_and_a_source_that_exists(name: str) -> None:
    assumption = shelf.assumptions()[name]
    assert all((assumption.label, assumption.unit, assumption.note, assumption.symbol))
    assert assumption.range is not None
    sources = [assumption.source, *(rival.source for rival in assumption.rivals.values())]
    for source in sources:
        assert source == "judgement" or source in shelf.priors(), source
    assert not (assumption.verified and assumption.source == "judgement")


@pytest.mark.parametrize("name", sorted(shelf.assumptions()))
def test_the_centre_of_an_assumption_lies_in_its_range(name: str) -> None:
    assumption = shelf.assumptions()[name]
    low, high = assumption.range or (0.0, 0.0)
    for rival in (*assumption.rivals,) or (None,):
        assert low <= _centre(assumption.used(rival)) <= high


def _centre(distribution) -> float:  # type: ignore[no-untyped-def]
    form = getattr(distribution, distribution.form)
    if distribution.form == "fixed":
        return float(form)
    if distribution.form == "lognormal":
        return float(form.median)
    if distribution.form == "normal":
        return float(form.mean)
    if distribution.form == "beta":
        return float(form.a / (form.a + form.b))
    return float((form.low + form.high) / 2)


def test_capability_ordering_of_postures_and_classes() -> None:
    used = {name: _centre(one.used()) for name, one in shelf.assumptions().items()}
    postures = [used[f"posture_{step}"] for step in ("start", "recovered", "enlarged", "peak")]
    assert postures == sorted(postures)
    classes = "permitted consult mandate political discretionary binding_without_forces binding"
    kappas = [used[f"kappa_{name}"] for name in classes.split()]
    assert kappas == sorted(kappas)


def test_priors_keep_their_marks() -> None:
    priors = shelf.priors()
    assert len(priors) == 112
    assert sum(prior.verified for prior in priors.values()) == 79
    for prior in priors.values():
        assert prior.estimate is not None or prior.note, prior.id
        if prior.interval and prior.estimate is not None:
            assert prior.interval[0] <= prior.estimate <= prior.interval[1], prior.id


def test_groups_and_organs_of_actors_exist() -> None:
    actors = shelf.actors()
    for actor in actors.values():
        for membership in actor.memberships:
            group = membership.of.removeprefix("organs_of_")
            assert group in actors, f"{actor.id}: {membership.of}"
            assert membership.to is None or membership.from_.before(membership.to)
        for office in actor.offices:
            assert office.to is None or office.from_.before(office.to), office


@pytest.mark.parametrize(
    ("group", "day", "count"),
    [
        ("NATO", "1949-12-31", 12),
        ("NATO", "2001-09-12", 19),
        ("NATO", "2026-01-01", 32),
        ("EU_member_states", "2015-11-13", 28),
        ("EU_member_states", "2026-01-01", 27),
        ("american_states", "1982-04-20", 21),
        ("CSTO", "2022-01-05", 6),
    ],
)
def test_groups_have_their_members_on_a_day(group: str, day: str, count: int) -> None:
    assert len(_members(group, day)) == count


def _members(group: str, day: str) -> set[str]:
    from servanda.domain.moment import Moment

    when = Moment(day)
    return {
        actor.id
        for actor in shelf.actors().values()
        for one in actor.memberships
        if one.of == group and one.from_.not_after(when) and (one.to is None or when.before(one.to))
    }


def test_the_alliance_in_the_registry_is_the_alliance_in_the_treaty() -> None:
    treaty = shelf.instrument("nat-1949")
    states = {*treaty.parties.original, *(state for state, _ in treaty.parties.acceded)}
    assert _members("NATO", "2026-01-01") == states


def test_two_presidents_are_told_apart_by_date() -> None:
    presidents = [o for o in shelf.actors()["USA"].offices if o.title == "President"]
    assert [o.holder for o in presidents] == ["Donald Trump", "Joe Biden", "Donald Trump"]
    assert presidents[-1].from_ == "2025-01-20"
    assert presidents[-1].to is None


def test_guarantee_types_cover_the_casebook() -> None:
    types = [GuaranteeType.model_validate(row) for row in shelf.guarantee_types().values()]
    assert {row.id for row in types} == {row["guarantee_type"] for row in shelf.casebook()}
    for row in types:
        assert row.body is None or row.body in shelf.actors()
        assert row.source in {"casebook", *shelf.priors()}
        if row.paper:
            assert row.forces.typical == 0


def test_reason_roots_name_known_roots() -> None:
    text = library.path("reason-codes.yaml").read_text("utf-8")
    named = set(re.findall(r"^  - (\w+)$", text, flags=re.MULTILINE))
    assert named
    assert set(shelf.reason_roots().values()) <= named


@pytest.mark.parametrize("part", ["instruments", "cases", *LISTS])
def test_the_checker_finds_nothing_to_say(part: str) -> None:
    with as_file(library.path(part)) as path:
        assert [f"{one.place} {one.code} {one.message}" for one in check(path)] == []


def test_no_file_names_the_place_it_was_made_in() -> None:
    checkout, scratch = Path(__file__).parents[3], Path(tempfile.gettempdir())
    places = (f"{checkout.parent}/", f"{checkout}/", f"{scratch}/", f"{Path.home()}/")
    words = re.compile("|".join(map(re.escape, places)))
    for folder in (library.path(), library.path("instruments"), library.path("cases")):
        for entry in folder.iterdir():
            if entry.name.endswith((".yaml", ".csv")):
                assert not words.search(entry.read_text("utf-8")), entry.name
