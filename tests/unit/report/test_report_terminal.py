"""Terminal output: fits its width, keeps every option, says what it leaves out, stays harmless."""

from __future__ import annotations

import pytest
from tests.unit.report.synthetic_comparison import build, trace, with_text

from servanda.domain.finding import Finding
from servanda.report.findings import findings_table
from servanda.report.terminal import columns_of, comparison_table, comparison_text, terminal_style


@pytest.mark.parametrize("width", [60, 80, 100, 130, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = comparison_text(build(), width, report="x.html")
    assert max(columns_of(line) for line in text.splitlines()) <= width


def test_at_eighty_columns_the_headline_numbers_stand_side_by_side() -> None:
    table = comparison_table(build(), 80)
    head = table.splitlines()[0]
    for needed in ("reached", "peace yrs", "x reached", "attack 10y", "honoured"):
        assert needed in head
    assert "Not shown at this width" in table


def test_every_option_and_its_interval_is_there() -> None:
    comparison = build()
    table = comparison_table(comparison, 160)
    for option in comparison.options.values():
        assert f"{option.peace_years.mean:.1f}" in table
        assert f"{option.peace_years.p05:.1f}–{option.peace_years.p95:.1f}" in table
    assert "n/a" in table
    assert "(earlier)" in table
    assert "Not shown" not in table


def test_it_names_questions_claims_warnings_and_the_next_command() -> None:
    text = comparison_text(build(), 80, report="out/report.html")
    assert text.count("findings]") == 5
    assert "The first 5 questions for Italy" in text
    assert "3 of 5 assumptions are unverified" in text
    assert "out/report.html" in text
    assert "servanda questions ukraine-2025" in text
    assert " will " not in text


def test_unconverged_draws_are_told_above_one_per_cent() -> None:
    comparison = build()
    run = comparison.run.model_copy(update={"unconverged_share": 0.02})
    text = comparison_text(comparison.model_copy(update={"run": run}), 80)
    assert "2% of draws did not converge" in " ".join(text.split())
    assert "did not converge" not in comparison_text(comparison, 80)


def test_colour_only_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in comparison_text(build(), 80, colour=False)
    assert "\x1b[1m" in comparison_text(build(), 80, colour=True)

    class Screen:
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert terminal_style(Screen()).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal_style(Screen()).colour


def test_no_text_of_a_scenario_steers_the_terminal() -> None:
    text = comparison_text(
        with_text(build(), lambda s: "\x1b[2J\x07\u202e\x9b" + s), 100, report="x"
    )
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(text)


def finding(**changes: object) -> Finding:
    return Finding.model_validate(
        {
            "incident": "renewed-attack",
            "instrument": "nat-1949",
            "provision": "assist",
            "finding": "triggered_if",
            "bearers": [f"A{i}" for i in range(12)],
            "missing": ["scale"],
            "due": "2027-03-02T09:00Z",
            "readings": [{"reading": "narrow", "finding": "not_triggered", "by": "USA"}],
            "trace": trace(1),
            **changes,
        }
    )


def test_findings_show_bearers_deadline_missing_facts_and_readings() -> None:
    text = findings_table([finding()], 80)
    for needed in ("duty, if", "and 4 others", "2027-03-02T09:00Z", "scale", "narrow (USA): none"):
        assert needed in text
    assert "armed attack on a party" not in text


def test_the_trace_is_indented_and_fits() -> None:
    text = findings_table([finding()], 80, trace=True)
    assert "    - an armed attack on a party within the area: not known [area]" in text
    assert "      - an armed attack" in text
    assert max(columns_of(line) for line in text.splitlines()) <= 80


def test_no_finding_is_said_not_left_blank() -> None:
    assert "No provision" in findings_table([], 80)


def test_findings_of_two_days_of_knowledge_stand_apart() -> None:
    text = findings_table([finding(as_of="2024-01-01"), finding(as_of="2025-01-01")], 80)
    assert "as known on 2024-01-01" in text
    assert "as known on 2025-01-01" in text
