"""The casebook: columns, ranges, order of dates, clusters, and the war that was in twice."""

from __future__ import annotations

from collections import Counter

import pytest

from servanda.domain.episode import Episode
from servanda.scenario import shelf

EPISODES = [Episode.model_validate(row) for row in shelf.casebook()]
_HEADER = """
id episode region protected protected_ids challenger challenger_ids guarantors guarantor_ids
guarantee_type class n_guarantors cluster peace_start entry guarantee_end peace_end event event_kind
end_reason forces_present force_size_approx honoured capratio_entry capratio_low capratio_high
capratio_5y_change capratio_source challenger_is_guarantor nuclear_challenger nuclear_guarantor
contiguous interstate prior_wars accession_pending inclusion_rule confidence coder2 source note
"""
COLUMNS = _HEADER.split()


def test_columns_stand_in_their_order() -> None:
    assert list(shelf.casebook()[0]) == COLUMNS


def test_49_episodes_30_events_in_14_clusters() -> None:
    events = [one for one in EPISODES if one.event]
    assert len(EPISODES) == len({one.id for one in EPISODES}) == 49
    assert len(events) == 30
    assert len({one.cluster for one in events}) == 14
    kinds = Counter(one.event_kind for one in events)
    assert kinds == {"attack": 25, "capitulation": 3, "attack_by_protected": 2}


def test_the_war_of_2008_is_in_once() -> None:
    assert "CB051" not in {one.id for one in EPISODES}
    assert [one.id for one in EPISODES if 2008 <= one.peace_end < 2009 and one.event] == ["CB050"]


def test_no_cluster_has_two_events_with_the_same_opponents_and_date() -> None:
    seen = Counter(
        (one.cluster, one.challenger_ids, one.protected_ids, one.peace_end)
        for one in EPISODES
        if one.event
    )
    assert max(seen.values()) == 1


@pytest.mark.parametrize("episode", EPISODES, ids=lambda one: one.id)
def test_an_episode_is_coherent(episode: Episode) -> None:
    assert episode.peace_start <= episode.entry < episode.peace_end <= 2024.9
    assert episode.guarantee_end is None or episode.guarantee_end >= episode.entry
    assert (episode.n_guarantors > 0) == bool(episode.guarantor_ids) or episode.klass == "none"
    for actor in (*episode.protected_ids, *episode.challenger_ids, *episode.guarantor_ids):
        assert actor in shelf.actors(), actor
    assert episode.guarantee_type in shelf.guarantee_types()
    assert episode.coder2 is None, "nobody coded it a second time yet"
    assert episode.capratio_source
    low, ratio, high = episode.capratio_low, episode.capratio_entry, episode.capratio_high
    if ratio is None:
        assert (low, high) == (None, None)
        assert episode.capratio_source.startswith("not coded")
    else:
        assert low is not None
        assert high is not None
        assert 0.001 < low <= ratio <= high < 100
    if not episode.interstate:
        assert ratio is None, "one side is no state"


def test_settlements_are_absorbing_and_not_censored() -> None:
    assert {one.id for one in EPISODES if one.settled} == {"CB019", "CB020", "CB034", "CB065"}


def test_peace_is_followed_past_withdrawal() -> None:
    left = [one for one in EPISODES if one.guarantee_end and one.guarantee_end < one.peace_end]
    assert {"CB001", "CB017", "CB043", "CB052"} <= {one.id for one in left}


def test_rates_of_the_priors_come_from_this_casebook() -> None:
    for prior, kind in {
        "cb_rate_pactF": "pact_with_forces",
        "cb_rate_pact0": "pact_no_forces",
        "cb_rate_assur": "assurance",
        "cb_rate_ext": "external_combat_force",
        "cb_rate_pko": "peacekeepers",
        "cb_rate_obs": "observers",
    }.items():
        rows = [one for one in EPISODES if one.guarantee_type == kind]
        rate = sum(one.event for one in rows) / sum(one.years for one in rows)
        assert shelf.priors()[prior].estimate == pytest.approx(rate, abs=5e-5)


def test_a_second_coding_is_possible_with_the_first_coding_at_hand(reference) -> None:  # type: ignore[no-untyped-def]
    import csv

    with (reference / "casebook.csv").open(encoding="utf-8", newline="") as stream:
        first = {row["id"]: row for row in csv.DictReader(stream)}
    assert set(first) - {one.id for one in EPISODES} == {"CB051"}
    for one in EPISODES:
        row = first[one.id]
        assert one.guarantee_type == row["guarantee_type"]
        assert one.event == (row["war_resumed"] == "1")
        assert abs(one.entry - float(row["start"])) < 0.05
        if one.event:
            assert abs(one.peace_end - float(row["end"])) < 0.05
