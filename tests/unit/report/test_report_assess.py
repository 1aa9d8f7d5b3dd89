"""Flips, contrasts and timelines in a terminal: plain words, telling marks, lines that fit."""

import pytest
from tests.unit.obligations.texts import ACTORS, duty, pact, raid

from servanda.domain.moment import Moment
from servanda.domain.slot import Slot
from servanda.obligations import assess
from servanda.obligations.changes import Change
from servanda.obligations.flips import Flip, flip
from servanda.obligations.lifecycle import Duty, Turn
from servanda.report.contrast import contrast_table
from servanda.report.findings import fact_text, findings_table, flip_text
from servanda.report.terminal import columns_of
from servanda.report.timeline import stream_text, timeline
from servanda.study.contrast import side_by_side
from servanda.study.stream import Stream

UNTIL = Moment("2015-05-20")


def life(state: str, *turns: tuple[str, str], **rest: object) -> Duty:
    history = [Turn(at, now, f"because of {now}") for at, now in turns]
    made = Duty("coast", "a1", ("OST", "SUN"), "raid", "duty", state, history=history)
    for name, value in rest.items():
        setattr(made, name, value)
    return made


LIVES = [
    life("met", ("2015-05-05", "live"), ("2015-05-06", "met")),
    life("live", ("2015-05-05", "live"), due="2015-05-28"),
    life("due", ("2015-05-05", "live"), ("2015-05-07", "due")),
    life("breached", ("2015-05-05", "live"), ("2015-05-06", "breached")),
    life("dormant", ("2015-05-05", "dormant")),
]


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_timeline_fits_and_shows_what_calls_for_something_first(width: int) -> None:
    text = timeline(LIVES, UNTIL, width, actors=ACTORS)
    lines = text.splitlines()
    assert max(columns_of(line) for line in lines) <= width
    bars = [line for line in lines if line.startswith("coast a1")]
    assert [next(m for m in "◆✕◇✓" if m in bar) for bar in bars] == ["◆", "✕", "◇", "✓"]
    assert "Ostmere, Sundhall: due since 2015-05-07" in " ".join(text.split())
    assert "deadline 2015-05-28" in " ".join(text.split())


def test_the_bars_stand_under_their_days() -> None:
    bars = [line for line in timeline(LIVES, UNTIL, 100).splitlines() if line.startswith("coast")]
    started = {line.index("├") for line in bars if "├" in line}
    assert len(started) == 1
    due, breached = bars[0], bars[1]
    assert due.index("◆") > breached.index("✕")
    assert due.rstrip().endswith("═")


def test_what_never_woke_is_not_drawn_and_the_rest_is_counted() -> None:
    assert timeline(LIVES[-1:], UNTIL) == "No duty came alive."
    text = timeline([LIVES[1]] * 50, UNTIL, most=3)
    assert text.count("├─") == 3 + 1  # and once in the key
    assert "and 47 more (live 47)" in text


def test_a_timeline_of_one_instant_or_of_no_date_is_drawn() -> None:
    assert "coast a1" in timeline([life("live", ("2015-05-05T04:00Z", "live"))], None)
    undated = Duty("c", "a", ("OST",), "i", "duty", "live", history=[Turn(None, "live", "x")])
    assert "c a" in timeline([undated], None)


def test_a_story_tells_why_it_is_so_and_not_what_changed_nothing() -> None:
    one = life("due", ("2015-05-05", "live"), ("2015-05-07", "due"), ("2015-05-08", "due"))
    one.history[-1] = Turn("2015-05-08", "due", "a refusal is recorded: which act", "no")
    one.aside = {"no": "which act"}
    text = " ".join(timeline([one], UNTIL).split())
    assert "because of due" in text
    assert "which act" not in text


def test_records_that_changed_nothing_are_told_with_the_reason() -> None:
    left = (("no", "nothing was owed (coast a1)"),)
    text = stream_text(Stream((), (), {}, left, UNTIL, 1, ()), 80)
    assert "Records that changed nothing" in text
    assert "no: nothing was owed (coast a1)" in text


def test_flips_are_said_in_words() -> None:
    one = Flip("not_triggered", "triggered", (Change("target", "DOR", "LIS"),))
    assert flip_text(one, ACTORS) == "to duty, if the target were Lissia instead of Dorvane"
    two = Flip("triggered_if", "not_triggered", (Change("deliberate", None, False),))
    assert flip_text(two, {}) == "to no duty, if deliberate were no (now not known)"
    bay = {"name": "Bay", "sovereign": "DOR"}
    home = {"sovereign": "LIS", "administered_by": "LIS", "region": ["europe"]}
    place = Change("place", bay, home)
    text = flip_text(Flip("not_triggered", "triggered", (place,)), ACTORS)
    assert "the place were on land of Lissia, region europe (now Bay, sovereign Dorvane)" in text


@pytest.mark.parametrize(("needs", "says"), [("reading", "reading"), ("slot", "text would have")])
def test_where_no_fact_helps_it_is_said_what_would(needs: str, says: str) -> None:
    one = Flip("contested", None, needs=needs, settled_by=("who_is_bound",))
    assert says in flip_text(one, {})
    assert "who is bound" in flip_text(one, {})


def test_findings_carry_their_flips_and_the_names_of_actors() -> None:
    incident = raid(target="DOR", actor="brand")
    found = assess([pact()], incident, actors=ACTORS)
    turned = [flip(pact(), f.provision, incident, actors=ACTORS) for f in found]
    text = " ".join(findings_table(found, 80, flips=turned, actors=ACTORS).split())
    assert "flips to duty, if the target were Lissia instead of Dorvane" in text
    owed = findings_table(assess([pact()], raid(), actors=ACTORS), 80, actors=ACTORS)
    assert "Ostmere, Sundhall" in owed


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "not known"),
        ("false", "no"),
        (24.0, "24"),
        (["land", "air_space"], "land, air space"),
        ({"what": "territory_of_party", "where": ("europe",)}, "territory of party, where europe"),
        ((), "nothing"),
    ],
)
def test_facts_are_written_in_words(value: object, says: str) -> None:
    assert fact_text(value) == says


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_contrast_fits_and_names_both_sides(width: int) -> None:
    slots = [
        Slot(id="force", group="form", question="Treaty?", path="legal_force"),
        Slot(id="minimum", group="content", question="How much?", path="x", fills=["minimum"]),
    ]
    other = pact(
        duty(conditions=["request"]), id="other", legal_force=None, unspecified=["minimum"]
    )
    found = side_by_side(pact(), other, [raid(requested=False)], slots, actors=ACTORS)
    text = contrast_table(found, width, actors=ACTORS)
    assert max(columns_of(line) for line in text.splitlines()) <= width
    flat = " ".join(text.split())
    for needed in ("binding", "left open", "not mentioned", "● duty", "– none", "owes something"):
        assert needed in flat
    assert "A owes something where B does not: raid." in flat


def test_no_text_of_a_file_steers_the_terminal() -> None:
    evil = pact(title="\x1b[2JEvil", legal_force="\x1b]0;x\x07bad")
    slots = [Slot(id="force", group="form", question="Treaty?", path="legal_force")]
    text = contrast_table(side_by_side(evil, pact(), [raid()], slots, actors=ACTORS), 80)
    assert "\x1b" not in text
    assert "\x07" not in text
    bad = life("live", ("2015-05-05", "live"))
    bad.incident = "\x1b[31mraid"
    assert "\x1b" not in timeline([bad], UNTIL)
