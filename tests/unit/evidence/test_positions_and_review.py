"""Positions, their evidence, the store of readings and decisions, the queue."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.scoring import OWN, read_report, reports

from servanda.domain.errors import ModelError, StoreError
from servanda.evidence.batch import read_documents
from servanda.evidence.clusters import article_clusters, source_flags, utterances
from servanda.evidence.explain import trace_claim, trace_position
from servanda.evidence.positions import observations, positions, timeline
from servanda.evidence.records import Reading
from servanda.evidence.review import applied, decide, queue, standing, undo
from servanda.evidence.store import Store, claim_id
from servanda.evidence.texts import document


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    return [read_report(d) for d in reports(OWN)]


def clock() -> str:
    return "2031-06-01T00:00:00+00:00"


def test_five_copies_of_every_article_move_no_position(readings: list[Reading]):
    once = {(p.actor, p.proposal): p for p in positions(observations(readings))}
    five = {(p.actor, p.proposal): p for p in positions(observations(readings * 5))}
    assert once.keys() == five.keys()
    for key, point in once.items():
        assert abs(point.position - five[key].position) <= 0.01
        assert abs(point.standard_error - five[key].standard_error) <= 0.01


def test_copies_with_other_heads_and_tails_count_once_too():
    documents = reports(OWN)
    copies = []
    for number in range(5):
        for d in documents:
            text = (
                f"Outlet {number} has this report.\n\n{d['text']}\n\nShare this article {number}\n"
            )
            copies.append(read_report({**d, "text": text}))
    once = {
        (p.actor, p.proposal): p
        for p in positions(observations([read_report(d) for d in documents]))
    }
    five = {(p.actor, p.proposal): p for p in positions(observations(copies))}
    for key in once.keys() & five.keys():
        assert abs(once[key].position - five[key].position) <= 0.01, key
    assert len(once.keys() ^ five.keys()) == 0


def test_clusters_and_syndication_flags(readings: list[Reading]):
    copy = replace(readings[0], text=readings[0].text + "\nSubscribe to our newsletter\n")
    assert article_clusters([readings[0], readings[1], copy]) == [0, 1, 0]
    assert {f.kind for f in source_flags([readings[0], copy])[1]} == {"syndicated"}
    (first, *_) = [u for u in utterances([readings[0], copy]) if len(u.members) == 2]
    assert first.sources == 1


def test_variants_of_one_remark_are_pointed_out():
    one = next(d for d in reports(OWN) if d["id"].startswith("r05"))
    other = {
        **one,
        "text": one["text"].replace("with nothing behind it”", "with nobody behind it”"),
    }
    flags = source_flags([read_report(one), read_report(other)])
    assert "quote-variant" in {f.kind for f in flags[1]}


def test_a_position_has_an_error_and_no_evidence_has_none(readings: list[Reading]):
    points = positions(observations(readings))
    assert all(0 < p.standard_error <= 1 and -1 <= p.position <= 1 and p.claims for p in points)
    assert not positions([])


def test_old_statements_weigh_less(readings: list[Reading]):
    rows = [r for r in observations(readings) if r.actor == "dornik" and r.proposal == "neutrality"]
    later = replace(rows[0], day="2032-01-01", stance=-rows[0].stance, claims=("x",))
    (point,) = positions([*rows, later], as_of="2032-01-01")
    assert point.position * later.stance > 0
    assert point.reversal


def test_perceptions_are_kept_apart(readings: list[Reading]):
    rows = observations(readings)
    seen = [r for r in rows if r.perception]
    assert seen
    for row in seen:
        assert row.weight == 0
        assert row.said_by != row.actor
    own = {r.claims for r in rows if not r.perception}
    assert own.isdisjoint({r.claims for r in seen})


def test_a_timeline_knows_only_what_was_said_by_then(readings: list[Reading]):
    points = timeline(observations(readings))
    by_line: dict[tuple[str, str], list[int]] = {}
    for point in points:
        by_line.setdefault((point.actor, point.proposal), []).append(len(point.claims))
    assert all(counts == sorted(counts) for counts in by_line.values())


def test_two_steps_from_a_position_to_quote_source_hash_and_reviewer(
    readings: list[Reading], tmp_path: Path
):
    store = Store(tmp_path)
    wanted = "“We want no clerks with binoculars.”"
    first = trace_position("greshin", "observers", readings)
    quoted = next(c for c in first.claims if c.quotes == (wanted,))
    decide(store, quoted.claim, "accept", "A. Coder", clock=clock)
    position = trace_position("greshin", "observers", readings, store.decisions())
    claim = next(c for c in position.claims if c.quotes == (wanted,))
    assert claim.reviewer == "A. Coder"
    assert claim.source_sha256 in {r.sha256 for r in readings}
    assert trace_claim(claim.claim, readings, store.decisions()).words == claim.words
    with pytest.raises(ModelError, match="no evidence"):
        trace_position("nobody", "observers", readings)


def test_decisions_are_added_counted_and_undone(readings: list[Reading], tmp_path: Path):
    store = Store(tmp_path)
    claim = readings[0].claims[0]
    id_ = claim_id(readings[0].sha256, claim)
    decide(store, id_, "edit", "A", changes={"stance": 0.4}, clock=clock)
    assert applied(readings[:1], store.decisions())[0].claims[0].stance == 0.4
    decide(store, id_, "reject", "B", clock=clock)
    assert claim_id(readings[0].sha256, claim) not in {
        claim_id(r.sha256, c) for r in applied(readings[:1], store.decisions()) for c in r.claims
    }
    undo(store, "B", clock=clock)
    assert standing(store.decisions())[id_]["decision"] == "edit"
    undo(store, "B", clock=clock)
    assert not standing(store.decisions())
    assert len(store.decisions()) == 4  # nothing is ever taken away
    with pytest.raises(ModelError, match="no decision"):
        undo(store, "B")


@pytest.mark.parametrize(
    ("decision", "who", "changes"),
    [
        ("perhaps", "A", {}),
        ("accept", " ", {}),
        ("edit", "A", {}),
        ("edit", "A", {"start": 3}),
        ("accept", "A", {"stance": 1}),
    ],
)
def test_wrong_decisions_are_refused(
    tmp_path: Path, decision: str, who: str, changes: dict[str, object]
):
    with pytest.raises(ModelError):
        decide(Store(tmp_path), "x", decision, who, changes=changes)


def test_the_queue_begins_with_what_moves_most_and_ends(readings: list[Reading], tmp_path: Path):
    store = Store(tmp_path)
    items = queue(readings[:6], store.decisions())
    effects = [i.effect for i in items]
    assert effects == sorted(effects, reverse=True)
    assert effects[0] > effects[-1]
    for item in items:
        decide(store, item.id, "accept", "A", clock=clock)
    assert not queue(readings[:6], store.decisions())


def test_a_changed_store_is_not_trusted(readings: list[Reading], tmp_path: Path):
    store = Store(tmp_path)
    for n in range(3):
        decide(store, f"c{n}", "accept", "A", clock=clock)
    path = tmp_path / "reviews.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[2]]))
    with pytest.raises(StoreError, match="missing"):
        store.decisions()
    path.write_text("".join(lines).replace('"accept"', '"reject"', 1))
    with pytest.raises(StoreError, match="changed"):
        store.decisions()


def test_half_a_line_left_by_a_crash_is_dropped(tmp_path: Path):
    store = Store(tmp_path)
    decide(store, "c0", "accept", "A", clock=clock)
    with (tmp_path / "reviews.jsonl").open("a") as file:
        file.write('{"claim": "c1", "deci')
    assert len(store.decisions()) == 1
    decide(store, "c2", "accept", "A", clock=clock)
    assert [d["claim"] for d in store.decisions()] == ["c0", "c2"]


def test_an_interrupted_run_is_taken_up_again(tmp_path: Path):
    texts = [d for r in reports(OWN)[:6] for d in document(r["text"].encode(), r["id"])]
    store = Store(tmp_path)

    def stop(done: int, total: int, seconds: float) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_documents(texts, store=store, progress=stop)
    again = read_documents(texts, store=Store(tmp_path))
    assert again.fresh == 2
    assert [r.claims for r in again.readings] == [r.claims for r in read_documents(texts).readings]
    assert store.text(texts[0].sha256) == texts[0].text


def test_an_archived_text_that_was_changed_is_found(tmp_path: Path):
    (text,) = document(b"He said no.", "a.txt")
    store = Store(tmp_path)
    store.archive(text)
    (tmp_path / "texts" / f"{text.sha256}.txt").write_text("He said yes.")
    with pytest.raises(StoreError, match="changed"):
        store.text(text.sha256)


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    program = "from servanda.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        env=os.environ,
        **options,
    )  # type: ignore[call-overload]


def test_the_command_prints_one_object_of_the_agreed_shape(tmp_path: Path):
    report = reports(OWN)[1]
    (tmp_path / "r.txt").write_text(report["text"])
    registry = {k: report[k] for k in ("actors", "proposals")}
    (tmp_path / "r.json").write_text(json.dumps(registry))
    done = run("read", str(tmp_path / "r.txt"), "--registry", str(tmp_path / "r.json"),
               "--published", report["published"], "--offline", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert {"claims", "incidents", "flags"} <= data.keys()
    keys = {"source_sha256", "kind", "speaker", "start", "end", "quotes", "proposal", "stance",
            "certainty", "via", "reports_position_of"}  # fmt: skip
    actors = {a["id"] for a in report["actors"]}
    for claim in data["claims"]:
        assert keys <= claim.keys()
        assert claim["speaker"] in actors
        assert claim["source_sha256"] == report["sha256"]


def test_review_on_the_terminal_from_store_to_undo(tmp_path: Path):
    (tmp_path / "r.txt").write_text(reports(OWN)[0]["text"])
    registry = {k: reports(OWN)[0][k] for k in ("actors", "proposals")}
    (tmp_path / "r.json").write_text(json.dumps(registry))
    common = ["--store", str(tmp_path / "s"), "--registry", str(tmp_path / "r.json")]
    done = run(
        "read",
        str(tmp_path / "r.txt"),
        *common,
        "--review",
        "--by",
        "A. Coder",
        input="a\nr\nu\nq\n",
    )
    assert done.returncode == 0, done.stderr
    decisions = Store(tmp_path / "s").decisions()
    assert [d["decision"] for d in decisions] == ["accept", "reject", "undo"]
    assert {d["who"] for d in decisions} == {"A. Coder"}
    shown = run("read", *common, "--trace", decisions[0]["claim"])
    assert "accept by A. Coder" in " ".join(shown.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["read"], "SV900", 2),
        (["read", "absent.txt"], "SV100", 1),
        (["read", "https://example.org/", "--offline"], "SV903", 2),
        (["read", ".", "--published", "tomorrow"], "SV900", 2),
    ],
)
def test_wrong_requests_are_refused_without_a_traceback(
    tmp_path: Path, arguments: list[str], code: str, exit_code: int
):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == exit_code, done.stderr
    assert code in done.stderr
    assert "Traceback" not in done.stderr
