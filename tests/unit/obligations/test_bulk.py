"""Many rows from tables give what the interpreter gives row by row."""

import numpy as np
import pytest
from tests.unit.obligations.drawn import INCIDENTS, TEXTS, drawn
from tests.unit.obligations.spied import spied
from tests.unit.obligations.texts import ACTORS, duty, pact, raid

from servanda.domain.errors import ModelError
from servanda.domain.incident import FINDINGS
from servanda.domain.moment import Moment
from servanda.obligations import assess, assess_many
from servanda.obligations.asking import matching
from servanda.obligations.bulk import OTHERS
from servanda.obligations.outcomes import frame_of, frame_reads
from servanda.obligations.plan import text_of
from servanda.obligations.rows import Rows, Varied
from servanda.scenario import shelf


def differences(texts, incidents, varied, as_of=None, actors=None):
    """Compare every row with the interpreter; return the number of pairs and what differs."""
    known = shelf.actors() if actors is None else actors
    ledger = assess_many(texts, incidents, actors=known, varied=varied, as_of=as_of)
    rows = Rows(incidents, varied, as_of)
    pairs, wrong = 0, []
    for row in range(rows.count):
        incident = rows.incident(row)
        found = assess(texts, incident, actors=known, as_of=as_of, trace=False)
        for line, finding in enumerate(found):
            pairs += 1
            if not _same(ledger, line, row, finding):
                wrong.append((incident.id, finding.instrument, finding.provision, finding.finding))
    return pairs, wrong


def _same(ledger, line, row, finding):
    """Compare word, reasons and what is missing; a set that should be empty has to be."""
    if ledger.word(line, row) != finding.finding:
        return False
    got = ledger.missing(line, row)
    if finding.finding in ("triggered_if", "undetermined"):
        return (set(finding.missing) == got or OTHERS in got) and not ledger.why(line, row)
    if finding.finding in ("not_triggered", "contested", "not_in_force", "lapsed"):
        return set(finding.why) == ledger.why(line, row) and not got
    return True


@pytest.mark.parametrize("seed", range(3))
def test_tables_and_interpreter_agree(seed):
    pairs, wrong = differences(TEXTS, INCIDENTS, drawn(60, seed))
    assert pairs > 7_000
    assert wrong == []


@pytest.mark.deep
def test_tables_and_interpreter_agree_on_a_million_pairs():
    pairs = 0
    for seed in range(100, 175):
        more, wrong = differences(TEXTS, INCIDENTS, drawn(100, seed))
        assert wrong == []
        pairs += more
    assert pairs >= 1_000_000


def test_they_agree_on_a_day_of_knowledge():
    day = Moment("2015-06-01")
    pairs, wrong = differences(TEXTS, INCIDENTS, drawn(40, 9), as_of=day)
    assert pairs
    assert wrong == []


def test_without_draws_each_incident_is_a_row():
    ledger = assess_many(TEXTS[:3], INCIDENTS, actors=shelf.actors())
    assert ledger.findings.shape == (len(ledger.provisions), len(INCIDENTS))
    assert assess_many(TEXTS[:3], [], actors=shelf.actors()).findings.size == 0


def test_shares_add_up_and_name_the_findings():
    varied = Varied(np.zeros(4, int), {"deliberate": ((True, False), np.array([0, 0, 1, 1]))})
    ledger = assess_many([pact()], [raid()], actors=ACTORS, varied=varied)
    assert ledger.shares() == {("coast", "a1"): {"triggered": 0.5, "not_triggered": 0.5}}
    assert ledger.why(0, 3) == {"deliberate"}


def test_the_number_of_threads_changes_nothing():
    varied = drawn(20_000, 4)
    one = assess_many(TEXTS[:8], INCIDENTS, actors=shelf.actors(), varied=varied, threads=1)
    two = assess_many(TEXTS[:8], INCIDENTS, actors=shelf.actors(), varied=varied, threads=2)
    assert np.array_equal(one.findings, two.findings)
    assert np.array_equal(one.cells, two.cells)


def test_a_party_that_joins_between_two_rows_is_seen_by_both():
    text = pact(parties={"original": ["OST", "SUN"], "acceded": [["LIS", "2010-01-01"]]})
    ledger = assess_many([text], [raid("2009-05-05"), raid("2011-05-05")], actors=ACTORS)
    assert [ledger.word(0, row) for row in (0, 1)] == ["not_triggered", "triggered"]


def test_more_missing_names_than_there_are_bits_share_one():
    names = [f"omen_{k}" for k in range(30)]
    ledger = assess_many([pact(duty(conditions=names))], [raid()], actors=ACTORS)
    assert ledger.word(0, 0) == "triggered_if"
    assert OTHERS in ledger.missing(0, 0)


@pytest.mark.parametrize(
    "varied",
    [
        Varied(np.array([0, 1])),
        Varied(np.array([0]), {"kind": (("strike",), np.array([1]))}),
        Varied(np.array([0]), {"kind": (("strike",), np.array([0, 0]))}),
    ],
    ids=["no such incident", "no such value", "another length"],
)
def test_draws_that_do_not_fit_are_refused(varied):
    with pytest.raises(ModelError) as caught:
        assess_many([pact()], [raid()], actors=ACTORS, varied=varied)
    assert caught.value.code == "SV610"


def test_no_question_reads_a_fact_that_it_does_not_declare():
    rows = Rows(INCIDENTS, drawn(150, 77), None)
    for row in range(rows.count):
        incident = rows.incident(row)
        for instrument in TEXTS:
            text = text_of(instrument, shelf.actors())
            for plan in text.plans(incident.date):
                for question in plan.questions():
                    facts, spy = spied(incident)
                    question.answer(facts)
                    _declared(spy.read, question.reads, incident.facts, plan.clause, question.name)
                facts, spy = spied(incident)
                frame_of(text, plan, facts, ())
                _declared(spy.read, frame_reads(plan), incident.facts, plan.clause, "frame")


def _declared(read, declared, recorded, clause, name):
    allowed = {n for fact in declared for n in matching(fact, recorded)}
    assert read & set(recorded) <= allowed, (clause, name, read & set(recorded) - allowed)


def test_every_word_has_a_code():
    assert len(set(FINDINGS)) == len(FINDINGS) <= 255
