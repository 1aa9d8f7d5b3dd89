"""Tables in which rows add to incidents told of before, and tables that are no CSV."""

import json
from datetime import date
from pathlib import Path

import pytest

from servanda.scenario.rows import json_rows
from servanda.scenario.tables import Table, incidents

HEAD = "id,date,title,facts,known\n"


def csv_table(tmp_path: Path, rows: str, **rest: bool) -> Table:
    path = tmp_path / "t.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return incidents(path, **rest)


def json_table(tmp_path: Path, *rows: object) -> Table:
    path = tmp_path / "t.jsonl"
    told = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(told), encoding="utf-8")
    return incidents(path)


def codes(table: Table) -> list[tuple[str, int]]:
    return [(p.code, p.span.line if p.span else 0) for p in table.problems]


def test_later_rows_add_facts_group_by_group(tmp_path: Path) -> None:
    rows = "a,2027-01-01,A,kind=strike; place.name=Odesa,\na,,,place.region=black_sea,2027-01-03\n"
    first, second = csv_table(tmp_path, rows, growing=True).incidents
    assert first.facts == {"kind": "strike", "place": {"name": "Odesa"}}
    assert second.facts == {"kind": "strike", "place": {"name": "Odesa", "region": "black_sea"}}
    assert (second.title, second.date, second.known) == ("A", "2027-01-01", "2027-01-03")


@pytest.mark.parametrize("known", ["", "2027-01-01", "2026-12-31"])
def test_a_repeated_row_must_be_known_later(tmp_path: Path, known: str) -> None:
    rows = f"a,2027-01-01,A,kind=strike,\na,,A,kind=war,{known}\n"
    table = csv_table(tmp_path, rows, growing=True)
    assert codes(table) == [("SV310", 3)]
    assert "known" in (table.problems[0].remedy or "")


@pytest.mark.parametrize(
    ("date", "known", "bad"),
    [
        ("2027-03-03", "2027-03-02", True),
        ("2027-03-03T08:00Z", "2027-03-03T07:59Z", True),
        ("2027-03", "2027-02", True),
        ("2027-03-03T08:00Z", "2027-03-03", False),
        ("2027-03-03T00:30+02:00", "2027-03-02", False),
        ("2027-03-20", "2027-03", False),
        ("2027-03-03", "2027-03-03", False),
        ("", "2027-03-02", False),
        ("2027-03-03", "", False),
    ],
)
def test_nothing_is_known_before_it_happens(
    tmp_path: Path, date: str, known: str, bad: bool
) -> None:
    table = csv_table(tmp_path, f"a,{date},A,kind=strike,{known}\n")
    assert codes(table) == ([("SV504", 2)] if bad else [])
    if bad:
        assert "before" in table.problems[0].message
        assert table.problems[0].span is not None
        assert table.problems[0].span.column > 5
        assert table.incidents == ()


def test_a_later_row_cannot_move_an_incident_behind_what_is_known(tmp_path: Path) -> None:
    rows = "a,2027-01-01,A,kind=strike,\na,2027-02-01,,,2027-01-03\n"
    assert codes(csv_table(tmp_path, rows, growing=True)) == [("SV504", 3)]


def test_a_problem_of_an_incident_points_at_the_row_with_the_word(tmp_path: Path) -> None:
    rows = "a,2027-01-01,A,kind=strike,\na,,,bearers=OST,2027-01-03\n"
    table = csv_table(tmp_path, rows, growing=True)
    told = table.problem("SV505", "x", "a", "bearers", hint="h", severity="warning")
    assert told.span is not None
    assert (told.span.line, told.severity) == (3, "warning")


def test_a_table_that_does_not_grow_takes_each_identifier_once(tmp_path: Path) -> None:
    rows = "a,2027-01-01,A,kind=strike,\na,2027-01-01,A,kind=war,2027-01-03\n"
    assert codes(csv_table(tmp_path, rows)) == [("SV310", 3)]


def test_json_lines_hold_facts_as_text_or_as_objects(tmp_path: Path) -> None:
    table = json_table(
        tmp_path,
        {"id": "a", "date": "2027-01-01", "title": "A", "facts": "kind=strike"},
        "",
        {
            "id": "b",
            "title": "B",
            "facts": {"scale": {"drones": 19}, "deliberate": True, "x": None},
        },
    )
    assert table.problems == ()
    assert table.incidents[0].facts == {"kind": "strike"}
    assert table.incidents[1].facts == {"scale": {"drones": "19"}, "deliberate": "true"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("{not json", "SV503"),
        ("[1, 2]", "SV503"),
        ('{"id": "a", "id": "b"}', "SV503"),
        ('{"id": "a", "title": "A", "facts": {"x": NaN}}', "SV503"),
        ('{"id": "a", "title": ["A"]}', "SV503"),
        ("[" * 100_000, "SV503"),
        (json.dumps({"id": "a", "title": "A", "facts": {"a": [[[[[[[[[["x"]]]]]]]]]]}}), "SV503"),
        (json.dumps({"id": "a", "titel": "A"}), "SV506"),
        (json.dumps({"id": "a", "title": "A", "facts": "kind"}), "SV505"),
        (json.dumps({"id": "a", "facts": "kind=x"}), "SV504"),
        (json.dumps({"id": "a", "title": "A", "date": "soon"}), "SV504"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, row: str, code: str) -> None:
    good = {"id": "z", "title": "Z", "facts": ""}
    table = json_table(tmp_path, row, good)
    assert codes(table) == [(code, 1)]
    assert [i.id for i in table.incidents] == ["z"]


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    assert codes(json_table(tmp_path, "")) == [("SV101", 1)]


def test_numbers_in_json_stay_as_they_are_written() -> None:
    [row] = json_rows('{"id": "a", "facts": {"n": 1e400, "m": 1.50, "k": 12345678901234567890123}}')
    assert row.facts == {"n": "1e400", "m": "1.50", "k": "12345678901234567890123"}


def test_parquet_gives_text_and_leaves_the_unknown_out(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    path = tmp_path / "t.parquet"
    polars.DataFrame(
        {
            "id": ["a", "b"],
            "date": [date(2027, 1, 1), None],
            "title": ["A", "B"],
            "facts": ["kind=strike", '{"kind": "war", "place": {"sovereign": "UKR"}}'],
            "own_unit": [True, None],
        }
    ).write_parquet(path)
    table = incidents(path)
    assert table.problems == ()
    first, second = table.incidents
    assert (first.date, first.own_unit) == ("2027-01-01", True)
    assert (second.date, second.facts["place"]) == (None, {"sovereign": "UKR"})


def test_what_is_no_parquet_is_refused_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1 nothing of the kind PAR1")
    assert codes(incidents(path)) == [("SV503", 1)]
