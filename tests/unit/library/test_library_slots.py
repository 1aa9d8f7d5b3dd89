"""The checklist of specifics: every open name has a slot, every patch changes the proposal."""

from __future__ import annotations

import pytest

from servanda.domain.patch import patched
from servanda.domain.slot import PracticeOption, Slot
from servanda.scenario import shelf

PROPOSAL = "meloni-proposal-2025"
EFFECTS = {"casus", "content", "time", "credibility", "veto", "exit"}
TWICE = {"area_and_occupied_territory", "deadline"}
SLOTS = {slot.id: slot for slot in shelf.slots()}
OPTIONS = [(slot.id, option.id) for slot in shelf.slots() for option in slot.options]
# Answers that leave the text as it stands: the slot is settled by saying so.
SILENT = {"none", "silent", "published"}


def _option(slot: str, option: str) -> tuple[Slot, PracticeOption]:
    return SLOTS[slot], next(one for one in SLOTS[slot].options if one.id == option)


def test_there_are_35_slots_with_practice_and_a_question_to_rome() -> None:
    assert len(SLOTS) == 35
    for slot in SLOTS.values():
        assert len(slot.options) >= 2, slot.id
        assert len({option.id for option in slot.options}) == len(slot.options)
        assert slot.ask["ITA"].endswith(("?", "."))
        assert set(slot.ask) <= set(shelf.actors())
        assert slot.effect
        assert set(slot.effect) <= EFFECTS


def test_every_open_name_of_every_instrument_has_a_slot() -> None:
    fills = {name for slot in SLOTS.values() for name in slot.fills}
    for text in shelf.instruments().values():
        assert set(text.unspecified) <= fills, text.id


def test_a_name_opens_one_slot_and_two_names_open_two() -> None:
    names = [name for slot in SLOTS.values() for name in slot.fills]
    assert {name for name in names if names.count(name) > 1} == TWICE


@pytest.mark.parametrize(("slot", "option"), OPTIONS)
def test_a_practice_option_changes_the_italian_proposal(slot: str, option: str) -> None:
    _, practice = _option(slot, option)
    proposal = shelf.instrument(PROPOSAL)
    if option in SILENT and not practice.patches:
        return
    assert practice.patches
    for patch in practice.patches:
        assert patched(proposal, [patch]) != proposal, patch.path


@pytest.mark.parametrize(("slot", "option"), OPTIONS)
def test_practice_was_seen_somewhere(slot: str, option: str) -> None:
    _, practice = _option(slot, option)
    assert practice.seen
    for name in practice.seen:
        assert name in shelf.instruments() or " " in name, name


def test_the_proposal_completed_in_every_slot_is_one_valid_text() -> None:
    proposal = shelf.instrument(PROPOSAL)
    for pick in range(max(len(slot.options) for slot in SLOTS.values())):
        text = proposal
        for slot in SLOTS.values():
            option = slot.options[pick % len(slot.options)]
            text = patched(text, option.patches, settles=slot.fills)
        assert not text.unspecified
        assert text.parties.guarantors


def test_options_of_one_slot_differ_in_what_they_do() -> None:
    proposal = shelf.instrument(PROPOSAL)
    for slot in SLOTS.values():
        made = [patched(proposal, option.patches) for option in slot.options]
        for i, one in enumerate(made):
            assert one not in made[:i], f"{slot.id}: {slot.options[i].id}"


def test_no_two_slots_write_the_same_field_of_a_provision() -> None:
    owners: dict[str, set[str]] = {}
    for slot in SLOTS.values():
        for option in slot.options:
            for patch in option.patches:
                field = f"{patch.path} {sorted(patch.where)}"
                owners.setdefault(field, set()).add(slot.id)
    shared = {frozenset(names) for names in owners.values() if len(names) > 1}
    assert shared <= {frozenset({"area", "occupied"})}
