"""Edits keep comments, are shown before they are saved, can be undone, lose nothing of others."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.unit.web.workbench import client, own_scenario

from servanda.domain.errors import ModelError, ScenarioError
from servanda.scenario.folder import load
from servanda.scenario.writing import appended, edited
from servanda.web import drafts as module
from servanda.web.drafts import Drafts, hash_of
from servanda.web.workplace import Workplace

S = "/s/mine"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = own_scenario(tmp_path)
    file = folder / "scenario.yaml"
    file.write_text("# a remark of the author\n" + file.read_text("utf-8"), "utf-8")
    return folder


@pytest.fixture
def bench(mine: Path, tmp_path: Path) -> Iterator[TestClient]:
    with client(mine, tmp_path / "runs") as made:
        yield made


def expected_of(page: str) -> str:
    found = re.search(r'name="expected" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def comments(text: str) -> list[str]:
    return re.findall(r"#.*", text)


def test_a_form_shows_the_difference_then_saves_then_undoes(bench: TestClient, mine: Path) -> None:
    file = mine / "scenario.yaml"
    before = file.read_text("utf-8")
    form = {"title": "Another title, <b>bold</b>", "horizon_years": "15"}
    page = bench.post(f"{S}/edit/scenario", data=form).text
    assert "Another title, &lt;b&gt;bold&lt;/b&gt;" in page
    assert file.read_text("utf-8") == before
    saved = bench.post(
        f"{S}/edit/scenario", data={**form, "save": "yes", "expected": expected_of(page)}
    )
    assert saved.status_code == 303
    after = file.read_text("utf-8")
    assert comments(after) == comments(before)
    assert load(mine).scenario.horizon_years == 15
    assert load(mine).scenario.title == form["title"]
    assert bench.post(f"{S}/edit/undo", data={"go": "1"}).status_code == 303
    assert file.read_text("utf-8") == before
    assert bench.post(f"{S}/edit/undo", data={"go": "1"}).json()["error"]["code"] == "SV989"


def test_an_assumption_of_the_library_becomes_the_scenario_s_own(
    bench: TestClient, mine: Path
) -> None:
    form = {"id": "c_o", "form": "lognormal", "median": "0.3", "log_sd": "0.4", "source": "a test"}
    page = bench.post(f"{S}/edit/assumption", data=form).text
    token = expected_of(page)
    bench.post(f"{S}/edit/assumption", data={**form, "save": "yes", "expected": token})
    found = load(mine).assumptions["c_o"].distribution
    assert found is not None
    assert found.lognormal is not None
    assert found.lognormal.median == 0.3
    again = {**form, "median": "0.35"}
    page = bench.post(f"{S}/edit/assumption", data=again).text
    bench.post(f"{S}/edit/assumption", data={**again, "save": "yes", "expected": expected_of(page)})
    text = (mine / "scenario.yaml").read_text("utf-8")
    assert text.count("id: c_o") == 1
    wrong = bench.post(f"{S}/edit/assumption", data={**form, "median": "nan"})
    assert wrong.json()["error"]["code"] == "SV983"


def test_an_incident_of_the_builder_joins_the_bank(bench: TestClient, mine: Path) -> None:
    bank = load(mine).scenario.incidents
    form = {"incident": bank[0].id, "built": "1", "title": "Strike on the bridge",
            "f.actor": "RUS", "f.kind": "strike", "f.deliberate": "true",
            "date": "2027-05-01"}  # fmt: skip
    page = bench.post(f"{S}/edit/incident", data=form).text
    bench.post(f"{S}/edit/incident", data={**form, "save": "yes", "expected": expected_of(page)})
    added = load(mine).scenario.incidents[-1]
    assert added.id == "strike-on-the-bridge"
    assert added.facts["kind"] == "strike"
    assert "provoked" not in added.facts


def test_a_scenario_that_would_have_problems_is_not_saved(bench: TestClient, mine: Path) -> None:
    before = (mine / "scenario.yaml").read_text("utf-8")
    for text in (before.replace("challenger:", "chalenger:"), "a: [", "", "x" * 1_100_000):
        answer = bench.post(f"{S}/edit/file", data={"file": "scenario.yaml", "text": text})
        assert answer.status_code in (413, 422)
    assert (mine / "scenario.yaml").read_text("utf-8") == before


@pytest.mark.parametrize("file", ["../secret.yaml", "/etc/passwd", "instruments/../scenario.yaml",
                                  "instruments/none.yaml", ".git/config"])  # fmt: skip
def test_only_files_of_the_scenario_are_written(bench: TestClient, file: str) -> None:
    answer = bench.post(f"{S}/edit/file", data={"file": file, "text": "x: 1"})
    assert answer.json()["error"]["code"] == "SV981"
    assert bench.get(f"{S}/edit", params={"file": file}).status_code == 404


def test_examples_are_not_written_to(bench: TestClient) -> None:
    answer = bench.post("/s/ukraine-2025/edit/scenario", data={"title": "x"})
    assert answer.json()["error"]["code"] == "SV618"


def test_what_changed_on_disk_meanwhile_is_kept(bench: TestClient, mine: Path) -> None:
    file = mine / "scenario.yaml"
    page = bench.post(f"{S}/edit/scenario", data={"title": "Mine"}).text
    theirs = file.read_text("utf-8") + "# written in an editor meanwhile\n"
    file.write_text(theirs, "utf-8")
    answer = bench.post(
        f"{S}/edit/scenario",
        data={"title": "Mine", "save": "yes", "expected": expected_of(page)},
    )
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "SV984"
    assert file.read_text("utf-8") == theirs


def test_a_write_in_the_last_instant_is_put_back(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = Drafts(Workplace(mine))
    file = mine / "scenario.yaml"
    before, theirs = file.read_text("utf-8"), "# theirs\n" + file.read_text("utf-8")
    usual = module._swapped
    state = {"done": False}

    def late(one: Path, other: Path) -> bool:
        if not state["done"]:
            state["done"] = True
            file.write_text(theirs, "utf-8")
        return usual(one, other)

    monkeypatch.setattr(module, "_swapped", late)
    with pytest.raises(ModelError) as caught:
        drafts.save("mine", lambda t: edited(t, ("title",), "Mine"), hash_of(before))
    assert caught.value.code == "SV984"
    assert file.read_text("utf-8") == theirs
    assert not list(mine.glob(".servanda-*"))


def test_undo_leaves_what_somebody_else_wrote_since(mine: Path) -> None:
    drafts = Drafts(Workplace(mine))
    file = mine / "scenario.yaml"
    drafts.save("mine", lambda t: edited(t, ("title",), "Mine"), hash_of(file.read_text("utf-8")))
    file.write_text(file.read_text("utf-8") + "# theirs\n", "utf-8")
    with pytest.raises(ModelError) as caught:
        drafts.undo("mine")
    assert caught.value.code == "SV984"
    assert file.read_text("utf-8").endswith("# theirs\n")


def test_two_editors_at_once_lose_nothing(mine: Path) -> None:
    """Each adds incidents through a workbench of its own; every one that was taken stays."""
    file = mine / "scenario.yaml"
    taken: list[str] = []
    refused: list[str] = []
    codes: set[str] = set()

    def editor(name: str) -> None:
        drafts = Drafts(Workplace(mine))
        for number in range(6):
            item = {"id": f"{name}-{number}", "title": name, "hypothetical": True, "facts": {}}
            shown = hash_of(file.read_text("utf-8"))
            try:
                drafts.save("mine", lambda t, i=item: appended(t, ("incidents",), i), shown)
                taken.append(item["id"])
            except ModelError as error:
                refused.append(item["id"])
                codes.add(error.code)

    editors = [threading.Thread(target=editor, args=(name,)) for name in ("one", "two")]
    for each in editors:
        each.start()
    for each in editors:
        each.join()
    there = {i.id for i in load(mine).scenario.incidents}
    assert set(taken) <= there
    assert not set(refused) & there
    assert len(taken) + len(refused) == 12
    assert codes <= {"SV984"}


def test_a_draft_names_every_problem(mine: Path) -> None:
    drafts = Drafts(Workplace(mine))
    with pytest.raises(ScenarioError):
        drafts.made("mine", lambda text: text.replace("protege:", "protégé:"))
