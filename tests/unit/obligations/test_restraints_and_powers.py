"""Duties not to act, exceptions, limits, powers and permissions."""

from tests.unit.obligations.texts import duty, found, one, pact, raid, well_traced

from servanda.domain.actor import Actor
from servanda.obligations import assess


def ban(**rest) -> dict:
    base = {"id": "n1", "modality": "prohibition", "act": "attack", "bearer": ["DOR"]}
    return base | rest


def truce(**rest):
    return pact(ban(**rest), parties={"declaring": ["DOR", "LIS"]})


def test_who_is_bound_and_does_it_breaks_it():
    got = one(truce(), raid())
    assert (got.finding, got.by) == ("breach", ("DOR",))
    well_traced(got)


def test_what_somebody_else_does_breaks_nothing():
    got = one(truce(), raid(actor="brand"))
    assert (got.finding, got.why, got.by) == ("not_triggered", ("actor",), ())
    well_traced(got)


def test_an_unattributed_deed_is_no_breach_yet():
    got = one(truce(), raid(actor=None))
    assert (got.finding, got.missing) == ("triggered_if", ("attribution",))


def test_a_ban_covers_its_objects_its_domains_and_its_beneficiaries():
    text = truce(object=["power_plants"], domain=["air"])
    assert found(text, raid(object="power_plant", domain="air")) == "breach"
    assert one(text, raid(object="substation", domain="air")).why == ("object",)
    assert one(text, raid(object="school", domain="air")).why == ("object",)
    assert one(text, raid(object="power_plant", domain="sea")).why == ("kind",)
    assert one(text, raid()).missing == ("object", "domain")
    toward = truce(toward=["OST"])
    assert one(toward, raid()).why == ("target",)
    assert found(toward, raid(target="OST")) == "breach"


def test_invented_states_in_lower_case_count_as_states():
    actors = {}
    text = pact(ban(bearer=["dorvane"], toward=["ostmere"]), parties={"original": ["dorvane"]})
    raider = raid(actor="dorvane", target="lissia")

    for name in ("dorvane", "ostmere", "lissia"):
        actors[name] = Actor(id=name, name=name.title())
    assert one(text, raider, actors=actors).why == ("target",)


def test_a_ban_on_nuclear_use_is_broken_by_nuclear_use_only():
    text = truce(act="use_nuclear_weapons")
    assert found(text, raid(nuclear=False)) == "not_triggered"
    assert one(text, raid()).missing == ("nuclear",)
    assert found(text, raid(nuclear=True)) == "breach"


def test_a_deed_that_no_word_of_the_ban_covers():
    assert one(truce(act="permanent_stationing"), raid()).why == ("kind",)
    assert one(truce(), raid(kind="boycott")).missing == ("act_covered",)


def test_self_defence_as_an_exception_is_read_both_ways():
    text = truce(exceptions=["self_defence"])
    assert found(text, raid()) == "breach"
    got = one(text, raid(provoked={"by": "LIS"}))
    assert (got.finding, got.why) == ("contested", ("provocation",))
    assert found(text, raid(provoked={"by": "DOR"})) == "breach"


def test_a_mirrored_undertaking_falls_when_the_other_side_strikes():
    text = truce(modality="conditional_prohibition", bearer=["LIS"])
    assert found(text, raid()) == "lapsed"
    assert found(text, raid(actor="LIS", target="DOR")) == "breach"


def test_respect_is_a_duty_not_to_act():
    text = pact(duty(act="respect_borders", bearer=["DOR"], trigger=None))
    assert found(text, raid()) == "breach"
    assert found(text, raid(actor="brand")) == "not_triggered"


def test_exceptions_and_limits_cut_down_other_provisions():
    for modality in ("exception", "limit"):
        text = pact({"id": "x", "modality": modality, "act": "army_size", "bearer": "LIS"})
        assert found(text, raid()) == "limits"
        assert found(text, raid("2004-01-01")) == "not_in_force"


def test_powers_and_permissions_are_never_owed():
    plain = pact({"id": "p", "modality": "power", "act": "withdraw", "bearer": "each_party"})
    assert found(plain, raid()) == "available"
    may = pact(duty(modality="permission"))
    assert found(may, raid()) == "permitted"
    assert one(may, raid(kind="ultimatum")).why == ("kind",)
    assert one(may, raid(kind=None)).finding == "triggered_if"


def test_a_release_belongs_to_the_side_that_was_wronged():
    text = truce(id="r", modality="power", act="consider_itself_released", bearer="other_side",
                 trigger={"kinds": ["violation_by_one_side"]})  # fmt: skip
    got = one(text, raid(kind="strike"))
    assert (got.finding, got.holder) == ("permitted", ("LIS",))


def test_rules_of_decision_have_no_finding_of_their_own():

    text = pact(duty(), {"id": "d", "modality": "decision_rule", "rule": "unanimity"})
    assert [f.provision for f in assess([text], raid())] == ["a1"]
