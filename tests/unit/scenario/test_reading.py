"""Reading YAML into nouns: places, shapes, wording."""

from pathlib import Path

import pytest

from servanda.domain import Actor, Instrument
from servanda.scenario.reading import parse, read

PACT = """\
id: pact
title: A pact   # with a remark
kind: treaty
provisions:
  - id: one
    modality: duty
    bearer: [NOR, DNK]
  - {id: two, modality: power}
"""


@pytest.mark.parametrize(
    ("path", "place", "end"),
    [
        ((), (1, 1), None),
        (("id",), (1, 5), (1, 9)),
        (("title",), (2, 8), (2, 14)),
        (("provisions", 0), (5, 5), None),
        (("provisions", 0, "bearer"), (7, 13), (7, 23)),
        (("provisions", 0, "bearer", 1), (7, 19), (7, 22)),
        (("provisions", 1, "modality"), (8, 25), (8, 30)),
    ],
)
def test_places_of_values(path, place, end):
    span = read(PACT, Instrument, name="pact.yaml").span(path)
    assert (span.line, span.column) == place
    if end:
        assert (span.end_line, span.end_column) == end


def test_places_of_keys():
    got = read(PACT, Instrument, name="pact.yaml")
    assert str(got.span(("provisions", 1, "modality"), key=True)) == "pact.yaml:8:15"
    assert str(got.span(("kind",), key=True)) == "pact.yaml:3:1"


def test_place_of_what_is_absent_is_its_parent():
    got = read(PACT, Instrument, name="pact.yaml")
    assert got.span(("provisions", 1, "clause")) == got.span(("provisions", 1))


def test_columns_count_code_points_and_carets_count_cells():
    got = read("{title: 東京, knd: x}", Actor, name="a.yaml")
    problem = next(p for p in got.problems if "knd" in p.message)
    assert problem.span is not None
    assert problem.span.column == 13
    assert problem.context is not None
    line, caret = problem.context.splitlines()
    assert line.index("knd") + 2 == caret.index("^")  # two wide characters before it


def test_a_byte_order_mark_is_skipped():
    assert parse(b"\xef\xbb\xbfa: 1").data == {"a": "1"}
    assert str(parse(b"\xef\xbb\xbfa: 1\na: 2", "t").problems[0].span) == "t:2:1"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(ending: str):
    got = parse(f"a: 1{ending}b: 2{ending}a: 3{ending}", "t")
    assert [str(p.span) for p in got.problems] == ["t:3:1"]


def test_all_problems_at_once_in_file_order():
    text = "id: a b\nknd: x\nsigned: never\nprovisions: [{modality: duty}, {id: x y}]\n"
    got = read(text, Instrument)
    lines = [p.span.line for p in got.problems if p.span]
    assert lines == sorted(lines)
    assert {p.code for p in got.problems} == {"SV201", "SV202", "SV205", "SV209"}


def test_yaml_trouble_and_model_trouble_come_together():
    got = read("id: x\nid: y\nkind: 1\n", Instrument)
    assert [p.code for p in got.problems] == ["SV202", "SV114"]


@pytest.mark.parametrize(
    ("provision", "message"),
    [
        ("bearer: [{a: b}]", "'bearer' item 1: expected text or a list, not a mapping"),
        ("bearer: [[A, {b: c}]]", "'bearer' item 1.2: expected text, not a mapping"),
        ("trigger: [x]", "'trigger': expected a mapping, not a list"),
        ("deadline: {hours: 0}", "'hours': '0' must be above 0"),
        ("response: {floor_share: 1.2}", "'floor_share': '1.2' must be at most 1"),
        ("lines: x", "'lines': expected a mapping, not 'x'"),
        ("note: [x]", "'note': expected text, not a list"),
    ],
)
def test_wording_is_plain(provision: str, message: str):
    text = f"id: x\ntitle: x\nkind: x\nprovisions: [{{id: a, modality: m, {provision}}}]"
    got = read(text, Instrument)
    assert message in [p.message for p in got.problems]
    for problem in got.problems:
        for jargon in ("pydantic", "Input should", "str", "dict", "tuple", "Noun", "loc"):
            assert jargon not in problem.message


def test_a_union_is_judged_by_the_branch_that_was_meant():
    text = "id: x\ntitle: x\nkind: x\nareas: {north: {include: [{wht: sea}, europe]}}"
    got = read(text, Instrument)
    assert [p.message for p in got.problems] == [
        "the key 'what' is missing in 'include' item 1",
        "unknown key 'wht' in 'include' item 1",
    ]
    assert "did you mean 'what'?" in str(got.problems[1].context)


def test_a_key_without_value_is_nothing_and_not_empty_text():
    got = read("id: x\ntitle:\nkind: x\n", Instrument)
    assert [p.message for p in got.problems] == ["'title': expected text, not nothing"]
    assert got.problems[0].remedy == "Give it a value, or leave the key out."


def test_a_list_can_be_read_under_its_key():
    text = "format: '1'\nactors:\n  - {id: NOR, name: Norway}\n"
    got = read(text, tuple[Actor, ...], key="actors")
    assert got.value is not None
    assert got.value[0].name == "Norway"
    assert [p.code for p in read(text, tuple[Actor, ...], key="actor").problems] == ["SV202"]


def test_a_path_is_read_and_text_is_not_taken_for_a_path(tmp_path: Path):
    path = tmp_path / "a.yaml"
    path.write_text("id: NOR\nname: Norway\n")
    assert read(path, Actor).value == Actor(id="NOR", name="Norway")
    assert read(str(path), Actor).value is None


def test_long_lines_are_cut_around_the_place():
    text = "{id: x, title: " + "word " * 60 + ", kind: x, knd: y}"
    problem = read(text, Instrument).problems[0]
    assert problem.context is not None
    line, caret = problem.context.splitlines()
    assert len(line) < 120
    assert line[caret.index("^") :].startswith("knd")
