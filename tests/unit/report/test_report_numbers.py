"""Every number can be opened, and every run can be cited."""

from __future__ import annotations

import re

import pytest
from tests.unit.report.synthetic_comparison import build

from servanda.domain.errors import ModelError
from servanda.report.cite import bibliography, citations
from servanda.report.explain_number import explain, known_keys


def test_every_known_key_opens_with_its_record() -> None:
    comparison = build()
    keys = known_keys(comparison)
    assert len(keys) >= 100
    for key in keys:
        trace = explain(comparison, key)
        assert trace.key == key
        assert trace.run_hash == comparison.run.hash
        assert trace.formula
        assert "None" not in trace.text()


def test_peace_years_are_recomputed_from_the_stored_curve() -> None:
    comparison = build()
    trace = explain(comparison, "options.force-offer.peace_years")
    found = re.search(r"stored points give ([\d.]+)", trace.with_numbers)
    assert found is not None
    assert float(found.group(1)) == pytest.approx(trace.mean, abs=0.05)
    assert [m.assumption for m in trace.movers][:2] == ["omega_c", "s_q"]
    assert trace.movers[0].source == "judgement"
    assert not trace.movers[0].verified


def test_outlasts_splits_into_longer_and_ties() -> None:
    comparison = build()
    trace = explain(comparison, "outlasts.bilateral>membership.10")
    assert "ties" in trace.with_numbers
    assert trace.mean == comparison.outlasts["bilateral>membership"].by_horizon["10"]


def test_a_number_that_was_not_computed_gives_its_reason() -> None:
    trace = explain(build(), "options.bilateral.cost_musd_year")
    assert trace.value == "not computed"
    assert trace.reason == "no unit cost is given for training missions"
    assert trace.mean is None


@pytest.mark.parametrize(
    "key",
    ["", "options", "options.nobody.peace_years", "options.membership.colour", "outlasts.a>b.10"],
)
def test_an_unknown_key_is_refused(key: str) -> None:
    with pytest.raises(ModelError, match="no number of this comparison"):
        explain(build(), key)


def test_a_near_miss_is_told_the_right_key() -> None:
    with pytest.raises(ModelError, match=r"did you mean .*options\.membership\.peace_years"):
        explain(build(), "options.membership.peace_year")


def test_sources_are_matched_by_doi_and_judgement_is_not_a_source() -> None:
    cited = citations(build())
    assert {w.key for w in cited.sources} == {"berkemeier2018", "kenwick2015"}
    assert any("Musgrave" in text for text in cited.other_sources)
    assert not any("judgement" in text for text in cited.other_sources)
    assert "friedman1999" in {w.key for w in cited.methods}
    assert build().run.hash in cited.plain()


def test_methods_not_used_are_not_cited() -> None:
    cited = citations(build().model_copy(update={"conditions": ()}))
    assert "friedman1999" not in {w.key for w in cited.methods}


def test_the_bibliography_is_complete_and_its_bibtex_balanced() -> None:
    works = bibliography()
    assert len(works) >= 12
    for work in works.values():
        for field in ("author", "title", "journal", "year", "doi"):
            assert work.get(field), (work.key, field)
        assert work.bibtex.count("{") == work.bibtex.count("}")
        assert re.fullmatch(r"10\.\d{4,9}/\S+", work.get("doi"))
    assert len({w.get("doi") for w in works.values()}) == len(works)


def test_a_row_of_the_priors_is_cited_as_the_work_it_comes_from() -> None:
    comparison = build()
    ledger = (comparison.ledger[0].model_copy(update={"source": "rel_llm2000"}),)
    cited = citations(comparison.model_copy(update={"ledger": ledger, "rivals": ()}))
    assert [work.key for work in cited.sources] == ["leeds2000"]
    assert cited.other_sources == ()


def test_every_doi_of_the_priors_is_cited_as_a_work_or_left_as_it_is_written() -> None:
    from servanda.scenario import shelf

    # two pages that were read give this article different identifiers, so it is not in the list
    doubtful = {"10.1177/00220027221129183"}
    known = {work.get("doi").lower() for work in bibliography().values()}
    for prior in shelf.priors().values():
        for doi in re.findall(r"doi:(\S+)", prior.source):
            assert doi.lower() in known | doubtful, prior.id
