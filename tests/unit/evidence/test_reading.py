"""The steps of reading: division, names, offices, days, proposals, stances, the whole."""

import json

import pytest

from servanda.domain.errors import ScenarioError
from servanda.evidence import grammar, read
from servanda.evidence.dates import day_in
from servanda.evidence.linking import Linker
from servanda.evidence.mentions import directory
from servanda.evidence.names import kin, near
from servanda.evidence.offices import Countries
from servanda.evidence.registry import Registry, load, parsed_registry, shipped
from servanda.evidence.segments import layout
from servanda.evidence.solve import read_text
from servanda.evidence.stance import judged

PACT = parsed_registry(
    {
        "actors": [
            {"id": "velland", "name": "Velland", "type": "state", "side": "VE"},
            {"id": "orsava", "name": "Orsava", "type": "state", "side": "OR",
             "aliases": ["Dvorin"]},
            {"id": "calloway", "name": "Edwin Calloway", "type": "person", "side": "VE",
             "role": "Prime Minister of Velland"},
            {"id": "greshin", "name": "Anton Greshin", "type": "person", "side": "OR",
             "role": "Minister of Foreign Affairs of Orsava"},
            {"id": "paper", "name": "Harwick Courier", "type": "outlet"},
        ],
        "proposals": [
            {"id": "force", "label": "Stabilisation force in Tarnia"},
            {"id": "sea", "label": "Truce at sea"},
        ],
    }
)  # fmt: skip


def claims(text: str, registry: Registry = PACT, level: int | None = None):
    return read_text(text, registry, published="2031-05-06", level=level).claims


needs_parser = pytest.mark.skipif(not grammar.available(), reason="the parser is not installed")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("He met U.S. envoys. They left.", ["He met U.S. envoys.", "They left."]),
        ("“One. Two,” he said. Three.", ["“One. Two,” he said.", "Three."]),
        ("A head\nThe text begins.", ["A head", "The text begins."]),
        ("It is late; he left.", ["It is late", "he left."]),
        ("", []),
        ("“never closed and then on. New one.", ["“never closed and then on.", "New one."]),
    ],
)
def test_sentences(text: str, parts: list[str]):
    assert [s.span.of(text) for s in layout(text).sentences] == parts


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ('He said "no" twice.', ['"no"']),
        ("It's the people's choice, he said.", []),
        ("‘We won’t go,’ he said.", ["‘We won’t go,’"]),
        ("«Jamais», dit-il.", ["«Jamais»"]),
        ('A 6" pipe and no more.', []),
    ],
)
def test_quotations(text: str, quotes: list[str]):
    assert [q.of(text) for q in layout(text).quotes] == quotes


def test_spellings_are_near_and_names_are_not():
    assert near("Zelenskiy", "Zelensky")
    assert near("Tykhy", "Tykhyi")
    assert not near("Merz", "Meloni")
    assert not near("Malenk", "Marenn")
    assert kin("Orsavan", "Orsava")
    assert not kin("Germanic", "Orsava")


def test_an_office_is_resolved_at_the_day():
    text = "The US president said that a ceasefire was near."
    for day, who in (("2024-06-01", "biden"), ("2025-06-01", "trump")):
        found = read_text(text, published=day, level=0).claims
        assert [c.speaker for c in found] == [who]


def test_a_former_president_in_office_is_flagged_only_then():
    text = "Former President Donald Trump opposes a ceasefire."
    kinds = {
        d: {f.kind for f in read_text(text, published=d).flags}
        for d in ("2022-05-01", "2025-03-07")
    }
    assert "outdated-office" in kinds["2025-03-07"]
    assert "outdated-office" not in kinds["2022-05-01"]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("on Sunday", "2025-03-02"),
        ("on Friday", "2025-03-07"),
        ("last Friday", "2025-02-28"),
        ("on February 24", "2025-02-24"),
        ("on 24 December", "2024-12-24"),
        ("on 12 August 2024", "2024-08-12"),
        ("yesterday", "2025-03-06"),
    ],
)
def test_days_are_counted_back(words: str, day: str):
    assert day_in(f"He spoke {words}.", "2025-03-07") == day


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("European peacekeepers", "european-force"),
        ("the Franco-British plan", "european-force"),
        ("a truce in the air and at sea", "air-sea-truce"),
        ("a ceasefire", "full-ceasefire"),
        ("joining NATO", "nato-membership"),
        ("NATO's Article 5 for Ukraine without membership", "art5-without-membership"),
        ("a halt to strikes on power plants", "energy-truce"),
        ("the price of bread", None),
    ],
)
def test_words_are_linked_to_the_shipped_proposals(text: str, proposal: str | None):
    linker = Linker(shipped(), Countries(shipped()))
    assert linker.link(text) == proposal


def test_own_soldiers_are_those_of_the_speakers_state():
    linker = Linker(shipped(), directory(shipped()).countries)
    assert linker.link("Italian soldiers", "ITA") == "national-troops"
    assert linker.link("European soldiers", "ITA") == "european-force"


@pytest.mark.parametrize("text", ["no room for compromise", "would never succeed", "is useless"])
def test_negation_turns_a_stance(text: str):
    assert judged(text).stance < 0


@needs_parser
def test_one_verb_and_two_speakers():
    found = claims("Velland and Orsava rejected the force.")
    assert {(c.speaker, c.stance) for c in found} == {("velland", -0.9), ("orsava", -0.9)}


@needs_parser
def test_what_one_says_of_another_is_kept_apart():
    (claim,) = claims("Calloway said that Dvorin would accept a force.")
    assert claim.speaker == "calloway"
    assert claim.reports_position_of is not None
    assert claim.reports_position_of[:2] == ("orsava", "force")
    assert (claim.stance or 0) < claim.reports_position_of[2]


@needs_parser
def test_a_relayed_position_is_the_outlets_word_and_a_relayed_quote_the_speakers():
    (told,) = claims("Greshin could accept a truce at sea, the Harwick Courier wrote.")
    assert told.speaker == "paper"
    (quoted,) = claims("Greshin was “sceptical” of the force, the Harwick Courier wrote.")
    assert (quoted.speaker, quoted.via) == ("greshin", "paper")


@needs_parser
def test_silence_is_zero_with_little_certainty():
    found = claims("Velland proposed a force. Dvorin did not comment.")
    silent = next(c for c in found if c.speaker == "orsava")
    assert (silent.stance, silent.certainty) == (0.0, 0.25)


@needs_parser
def test_a_question_and_a_condition_are_no_statement():
    assert not claims("Asked whether he supported a force, Calloway left the room.")


@needs_parser
@pytest.mark.parametrize(
    "text",
    [
        "If Orsava fired missiles at the port, Velland would answer.",
        "The truce would ban missile strikes on ports.",
        "Dvorin denied that it had shelled the village.",
        "“They bombed us again,” he said.",
    ],
)
def test_what_might_happen_is_no_incident(text: str):
    assert not read_text(text, PACT, published="2031-05-06").incidents


def test_unknown_speakers_are_listed_and_not_booked():
    reading = read_text("Jonas Ekdahl said that a force was useless.", PACT)
    assert not reading.claims
    if reading.level:
        assert [u.name for u in reading.unresolved] == ["Jonas Ekdahl"]


def test_the_same_text_is_read_the_same_way_twice():
    text = "Calloway backs the force. “It is right,” he said. Dvorin: no force, ever."
    first, second = (read_text(text, PACT, published="2031-05-06") for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "text",
    ["", " \n\n", "“", "”“”“", "a" * 5000, "said " * 2000, "\ufeffHe said no.", "((((",
     "“a” " * 800,
     "according to", "X, said, said, said.", "\u202e“no” said", "1. 2. 3. 4."],
)  # fmt: skip
@pytest.mark.parametrize("level", [0, None])
def test_odd_texts_never_fail(text: str, level: int | None):
    reading = read_text(text, PACT, level=level)
    for claim in reading.claims:
        assert 0 <= claim.span.start <= claim.span.end <= len(text)


def test_offsets_count_code_points_with_crlf_and_astral_characters():
    text = "😀 Line one.\r\n\r\nCalloway opposes the force."
    (claim,) = claims(text, level=0)
    assert claim.span.of(text) == "the force"


def test_read_takes_the_parsed_object_of_a_registry_file():
    data = json.loads(
        '{"actors": [{"id": "a", "name": "Ann Lund", "type": "person"}],'
        ' "proposals": [{"id": "p", "label": "A truce"}]}'
    )
    found = read("Ann Lund opposes a truce.", data, level=0)
    assert [(c.speaker, c.proposal) for c in found.claims] == [("a", "p")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "a registry is an object"),
        ("{", "not JSON"),
        ("{}", "names neither"),
        ('{"actors": {"a": 1}}', "must be a list"),
        ('{"actors": [{"name": "A"}]}', "with an 'id'"),
        ('{"actors": [{"id": "a"}]}', "has a 'name'"),
        ('{"actors": [{"id": "a", "name": "A", "type": "stat"}]}', "did you mean 'state'"),
        ('{"actors": [{"id": "a", "name": "A"}, {"id": "a", "name": "B"}]}', "stands twice"),
        ('{"proposals": [{"id": "p"}]}', "has a 'label'"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_bad_registries_are_refused_with_words(tmp_path, text: str, words: str):
    path = tmp_path / "registry.json"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert words in " ".join(p.message for p in caught.value.problems)
    assert {p.code for p in caught.value.problems} == {"SV901"}


def test_all_faults_of_a_registry_come_at_once(tmp_path):
    path = tmp_path / "registry.json"
    path.write_text('{"actors": [{"id": "a"}, {"name": "B"}], "proposals": [{"id": "p"}]}')
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert len(caught.value.problems) == 3


def test_the_shipped_registry_is_sound():
    registry = shipped()
    assert {"meloni", "tykhyi", "zelensky", "lavrov", "kremlin", "UKR", "RUS"} <= set(
        registry.actors
    )
    assert registry.actors["rutte"].side == "NATO"
    assert all(p.label for p in registry.proposals.values())
    for actor in registry.actors.values():
        assert actor.type == "person" or not actor.offices
