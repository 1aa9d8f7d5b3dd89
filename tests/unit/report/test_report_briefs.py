"""The page of one option, what a switch does, and where the lead turns: in terminal and report."""

from __future__ import annotations

import re

import pytest
from tests.unit.report.synthetic_comparison import BASE, build, with_text

from servanda.domain.errors import ModelError
from servanda.report.brief import CLASS_WORDS, brief, briefs
from servanda.report.brief_picture import curve_picture, option_picture
from servanda.report.brief_text import brief_text
from servanda.report.charts import all_charts
from servanda.report.html import render
from servanda.report.switch_words import turned
from servanda.report.switches import switch_pairs_table, switch_years_table
from servanda.report.tables import by_kind_table, measures_table, shares_table
from servanda.report.terminal import columns_of, comparison_table, comparison_text
from servanda.report.words import cause_word
from servanda.study.result import Comparison, Headline


def ranged() -> Comparison:
    """The made-up comparison with several solutions in 5% of the draws of one option."""
    comparison = build()
    option = comparison.options["membership"]
    years = Headline(
        **option.peace_years.model_dump(exclude={"low", "high", "ranged"}),
        low=11.0, high=15.5, ranged=True,
    )  # fmt: skip
    changed = option.model_copy(update={"peace_years": years, "several_share": 0.05})
    return comparison.model_copy(update={"options": {**comparison.options, "membership": changed}})


# --- the page of one option ---------------------------------------------------------------------


@pytest.mark.parametrize("key", BASE)
def test_three_sentences_say_promise_outcome_and_what_it_rests_on(key: str) -> None:
    comparison = build()
    page = brief(comparison, key)
    promise, outcome, rests = page.sentences
    assert promise.startswith("On paper")
    assert outcome.startswith("In this model")
    assert f"{comparison.options[key].peace_years.mean:.1f} of 20 years" in outcome
    assert "90% of draws" in outcome
    assert "the adversary would accept it in" in outcome
    assert ("without a guarantee" in outcome) == (key != "no-guarantee")
    assert rests.startswith("The result rests")
    assert "unverified" in rests
    assert not re.search(r"\bwill\b", " ".join(page.sentences))


def test_it_says_to_whom_the_promise_falls() -> None:
    page = brief(build(), "force-offer")
    assert "4 of 4 guarantors" in page.sentences[0]
    assert CLASS_WORDS["discretionary"] in page.sentences[0]
    assert "United States, France and United Kingdom" in page.sentences[0]
    assert "soldiers stand in the country" in page.sentences[0]


def test_nobody_bound_is_said_so() -> None:
    comparison = build()
    option = comparison.options["no-guarantee"]
    free = tuple(view.model_copy(update={"klass": "none"}) for view in option.guarantors)
    options = {**comparison.options, option.id: option.model_copy(update={"guarantors": free})}
    page = brief(comparison.model_copy(update={"options": options}), "no-guarantee")
    assert page.sentences[0] == ("On paper nobody promises anything, and nothing falls to anybody.")


def test_two_assumptions_carry_the_result_and_what_would_change_it_stands_there() -> None:
    page = brief(build(), "cover-march")
    assert [found.assumption for found in page.carried] == ["omega_c", "a1"]
    text = " ".join(page.changes)
    assert "place 4 instead of 3" in text
    assert "Open in its texts: who is bound, trigger threshold" in text
    assert "equal mixture" in text


def test_without_break_evens_and_switches_the_page_still_stands() -> None:
    bare = build().model_copy(update={"break_evens": (), "switches": (), "ledger": ()})
    for page in briefs(bare):
        assert page.carried == ()
        assert "no single assumption" in page.sentences[2]
        assert "None" not in brief_text(bare, page.key, 80)
    assert "Not computed" in render(bare)


def test_an_unknown_option_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="cover-march") as caught:
        brief(build(), "nobody")
    assert caught.value.code == "SV603"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_page_fits_a_terminal(width: int) -> None:
    for key in BASE:
        text = brief_text(build(), key, width)
        assert max(columns_of(line) for line in text.splitlines()) <= max(width, 76)
        for needed in (
            "Does peace still hold?", "How peace ends", "What carries the result",
            "[unverified]",
        ):  # fmt: skip
            assert needed in text


def test_no_text_of_a_scenario_steers_the_terminal_or_leaves_the_picture() -> None:
    hostile = with_text(build(), lambda s: "\x1b[2J</svg><script>" + s)
    key = list(hostile.options)[1]
    assert "\x1b" not in brief_text(hostile, key, 80)
    for picture in (
        option_picture(hostile, key),
        curve_picture(hostile.break_evens[0].found[0], "<A", "B"),
    ):
        assert "<script" not in picture
        assert picture.count("</svg>") == 1


def test_the_picture_has_survival_the_reference_and_both_bars() -> None:
    picture = option_picture(build(), "membership")
    assert picture.count('class="band"') == 1
    assert picture.count('class="other"') == 1
    assert picture.count('class="rest"') == 2
    assert "<title>Full membership: in this model" in picture
    alone = option_picture(build(), "no-guarantee")
    assert 'class="other"' not in alone
    assert alone.count('class="rest"') == 1


def test_every_option_has_its_page_in_the_report_and_the_table_leads_there() -> None:
    page = render(build())
    for letter in "ABCDEF":
        assert f'<article class="brief" id="brief-{letter}"' in page
        assert f'id="alone-{letter}"' in page
    glance = page[page.index('<table class="glance">') :]
    glance = glance[: glance.index("</table>")]
    assert re.findall(r'href="#brief-(\w)"', glance) == list("ABCDEF")
    briefs_part = page[page.index('<section id="briefs"') : page.index('<section id="ledger"')]
    assert briefs_part.count('<svg class="small-chart"') == 6
    assert briefs_part.count("◇ unverified") >= 6


# --- switches -----------------------------------------------------------------------------------


def test_switches_are_numbered_marked_and_said_to_change_or_keep_the_order() -> None:
    comparison = build()
    says = {item.number: item for item in turned(comparison)}
    assert list(says) == ["1", "2", "3"]
    assert says["1"].says == (
        "changes the order: C above B (apart by 0.5 years at most); peace years −0.5 to +0.5"
    ).replace("C above B", _swapped(comparison))
    assert says["2"].says == "keeps the order; peace years as in use"
    text = " ".join(comparison_text(comparison, 100).split())
    assert "What each switch changes" in text
    assert "hardly (Musgrave and Ward) [unverified]" in text
    assert "outlasts" in text
    page = render(comparison)
    part = page[page.index('<section id="switches"') : page.index('<section id="drivers"')]
    assert part.count("◇ unverified") == 3
    assert "on the first 100 draws" in part


def _swapped(comparison: Comparison) -> str:
    from servanda.report.words import letters

    names = letters(comparison)
    return f"{names['membership']} above {names['cover-march']}"


def test_switch_tables_hold_place_years_and_three_horizons() -> None:
    years, pairs = switch_years_table(build()), switch_pairs_table(build())
    assert years is not None
    assert years.head == ("in use", "1", "2", "3")
    cover = next(row for row in years.rows if row[1].startswith("Article 5 cover without"))
    assert [cell.interval for cell in cover[2]] == ["place 3", "place 4", "place 3", "place 3"]
    assert pairs is not None
    assert pairs.rows[0][2][0].value == "40, 38, 36%"
    assert pairs.rows[0][2][1].value == "40, 58, 36%"


def test_a_switch_that_could_not_be_computed_is_said_not_drawn() -> None:
    comparison = build()
    broken = tuple(
        e.model_copy(update={"peace_years": {}, "order": (), "outlasts": {}, "reason": "no rows"})
        if e.setting == "prior" else e
        for e in comparison.switches
    )  # fmt: skip
    changed = comparison.model_copy(update={"switches": broken})
    assert "not computed: no rows" in comparison_text(changed, 100)
    columns = {row["column"] for row in all_charts(changed)["switches"]["data"]["values"]}
    assert columns == {"in use", "1", "3"}
    assert "no rows" in render(changed)


def test_the_chart_of_switches_tells_who_moves_by_dash_and_letter() -> None:
    rows = all_charts(build())["switches"]["data"]["values"]
    moved = {row["option"] for row in rows if row["moves"] == "changes its place"}
    assert len(moved) == 2
    assert {row["place"] for row in rows} == set(range(1, 7))


# --- where the lead turns ------------------------------------------------------------------------


def test_the_section_on_break_evens_shows_pairs_of_claims_and_of_the_best() -> None:
    page = render(build())
    part = page[page.index('<section id="turning"') : page.index('<section id="switches"')]
    assert part.count('<article class="turn">') == 2
    assert "named by the claim as-quoted" in part
    assert "among the options with most peace years" in part
    assert part.count('<svg class="small-chart"') == 2
    assert part.count('class="turn" x1') == 1
    assert "No single assumption explains the difference." in part


def test_a_condition_of_a_claim_is_told_once_in_the_terminal() -> None:
    comparison = build()
    twice = tuple(
        c.model_copy(update={"conditions": ("It turns on x.",)}) for c in comparison.claims
    )
    text = comparison_text(comparison.model_copy(update={"claims": twice}), 100)
    assert text.count("It turns on x.") == 1


# --- several solutions, causes in words -----------------------------------------------------------


def test_a_headline_with_several_solutions_is_an_interval_everywhere() -> None:
    comparison = ranged()
    assert "11.0–15.5" in comparison_table(comparison, 160)
    table = measures_table(comparison, ("peace_years",), "x", traced=True)
    membership = next(cells for _, title, cells in table.rows if title == "Full membership")
    assert membership[0].value == "11.0 to 15.5"
    assert membership[0].trace is not None
    assert membership[0].trace.value == "11.0 to 15.5"
    assert "11.0 to 15.5 of 20 years" in brief(comparison, "membership").sentences[1]
    rows = all_charts(comparison)["peace_years"]["data"]["values"]
    assert "11.0 to 15.5" in {row["text"] for row in rows}


def test_shares_of_draws_with_several_solutions_or_none_stand_by_option() -> None:
    table = shares_table(ranged())
    assert table.head[2:] == ("several solutions", "no solution found")
    shown = {title: [cell.value for cell in cells[2:]] for _, title, cells in table.rows}
    assert shown["Full membership"] == ["5%", "under 1%"]


def test_causes_are_written_in_words() -> None:
    assert cause_word("guarantor_turned") == "a guarantor turned attacker"
    comparison = build()
    option = comparison.options["membership"]
    causes = {"attack_held": option.attack_10y, "guarantor_turned": option.attack_10y}
    options = {**comparison.options, "membership": option.model_copy(update={"causes_10y": causes})}
    changed = comparison.model_copy(update={"options": options})
    table = by_kind_table(changed, "causes_10y", "x")
    assert table is not None
    assert "a guarantor turned attacker" in table.head
    assert "a guarantor turned attacker" in brief_text(changed, "membership", 80)
    assert "a guarantor turned attacker" in option_picture(changed, "membership")
