"""The chart of positions, the terminal's words, and coded positions down to their sources."""

import json
from pathlib import Path

import pytest
from tests.scoring import OWN, read_report, reports

from servanda.domain.errors import ModelError
from servanda.evidence.positions import observations, positions, timeline
from servanda.report.evidence import coded_text, positions_text, reading_text
from servanda.report.positions import write_chart
from servanda.study.scenario_evidence import position_id, reviewed, traced


@pytest.fixture(scope="module")
def points():
    return timeline(observations([read_report(d) for d in reports(OWN)[:8]]))


@pytest.mark.parametrize("suffix", [".html", ".json", ".svg"])
def test_the_chart_is_written_as_its_name_says(points, suffix: str, tmp_path: Path):
    if suffix == ".svg":
        pytest.importorskip("vl_convert")
    file = tmp_path / f"positions{suffix}"
    write_chart(points, file)
    text = file.read_text("utf-8")
    if suffix == ".json":
        rows = json.loads(text)["data"]["values"]
        assert len({(r["proposal"], r["actor"]) for r in rows}) > 5
        assert all(-1 <= r["low"] <= r["position"] <= r["high"] <= 1 for r in rows)
    else:
        assert "Where actors stand" in text
    if suffix == ".html":
        assert "http-equiv" in text
        assert 'src="http' not in text


def test_a_chart_of_nothing_or_of_another_kind_is_refused(points, tmp_path: Path):
    with pytest.raises(ModelError, match="no dated position"):
        write_chart([], tmp_path / "a.svg")
    with pytest.raises(ModelError, match="a chart is"):
        write_chart(points, tmp_path / "a.png")


def test_hostile_words_do_not_steer_the_terminal_or_the_page(tmp_path: Path):
    report = reports(OWN)[0]
    reading = read_report({**report, "text": "\x1b[2JDornik opposes <b>neutrality</b>\u202e.\x07"})
    text = reading_text("a\x1b[2J.txt", reading)
    assert not set(text) & {"\x1b", "\u202e", "\x07"}


def test_positions_in_the_terminal_say_what_no_evidence_means(points):
    assert "no evidence is not a neutral position" in positions_text([])
    shown = positions_text(positions(observations([read_report(reports(OWN)[0])])))
    assert "dornik" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_every_position_of_the_founding_case_traces_to_source_and_reviewer(tmp_path: Path):
    found = traced("ukraine-2025")
    assert len(found) > 40
    for one in found:
        assert one.source.get("title"), one.position
        assert one.sha256 or one.reason
        assert len(one.coding_sha256) == 64
    first = found[0]
    kept = reviewed("ukraine-2025", str(tmp_path), [f"{first.id}=accept"], "A. Coder")
    again = traced("ukraine-2025", first.id, kept)
    assert (again[0].reviewer, again[0].decision) == ("A. Coder", "accept")
    assert "accept by A. Coder" in coded_text(again)
    undone = reviewed("ukraine-2025", str(tmp_path), ["undo"], "A. Coder")
    assert traced("ukraine-2025", first.id, undone)[0].reviewer is None


def test_an_identifier_changes_with_what_is_coded():
    one = traced("ukraine-2025")[0].position
    assert position_id(one) != position_id(one.model_copy(update={"stance": 0.123}))


def test_a_trace_of_nothing_is_refused():
    with pytest.raises(ModelError):
        traced("ukraine-2025", "ITA:nothing")
    with pytest.raises(ModelError):
        traced("no-such-scenario")
