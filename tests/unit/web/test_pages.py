"""Every page and address of the workbench on a scenario of one's own, without a browser."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.unit.web.workbench import DRAWS, client, computed, own_scenario

from servanda.report.figures import FIGURES
from servanda.scenario.folder import load
from servanda.study import compare
from servanda.study.arrays import read_arrays
from servanda.study.reweighting import effective_draws, normal_scores, reweighting
from servanda.study.store import RunFolder
from servanda.web.settings import settings_of
from servanda.web.shell import PAGES

S = "/s/mine"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    own_scenario(folder)
    return folder


@pytest.fixture(scope="module")
def bench(place: Path) -> Iterator[TestClient]:
    with client(place, place / "runs") as made:
        computed(made, "mine")
        yield made


@pytest.mark.parametrize("name", [*PAGES, "map"])
def test_every_page_stands(bench: TestClient, name: str) -> None:
    answer = bench.get(f"{S}/{name}?{DRAWS}", headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    assert answer.text.startswith("<!doctype html>") or "<!doctype html>" in answer.text[:200]
    assert "servanda" in answer.text
    assert answer.text.count("<h1>") == 1
    assert " style=" not in answer.text.replace('font-style="', "")
    assert not re.search(r"\son[a-z]+=", answer.text)


def test_the_comparison_shows_bands_marks_and_what_turns(bench: TestClient) -> None:
    text = bench.get(f"{S}/compare?{DRAWS}").text
    assert 'type="range"' in text
    assert "As the scenario has it." in text
    name = re.findall(r'name="shift\.(\w+)"', text)[0]
    moved = bench.get(f"{S}/compare?{DRAWS}&shift.{name}=1").text
    assert "Changed from the scenario." in moved
    assert "Approximate" in moved
    assert "scenario: " in moved
    assert 'class="slider changed"' in moved


def test_the_numbers_of_a_slider_are_those_of_the_reweighting(bench: TestClient) -> None:
    text = bench.get(f"{S}/compare/numbers?{DRAWS}&shift.omega_c=0.8").text
    rows = json.loads(re.search(r'<template id="rows">(.*?)</template>', text, re.S)[1])  # type: ignore[index]
    assert set(rows) == {"peace_years", "survival"}
    assert 'data-query="draws=30' in text


def test_an_exact_run_follows_a_slider(bench: TestClient) -> None:
    address = f"{S}/compare/exact?{DRAWS}&shift.omega_c=0.5"
    for _ in range(600):
        text = bench.get(address).text
        if "Exact: computed anew" in text:
            break
        assert "SV" not in text
    else:
        raise AssertionError("no exact run")
    assert "30 draws" in text


def test_a_link_for_another_state_of_the_scenario_says_so(bench: TestClient) -> None:
    assert "another state" in bench.get(f"{S}/compare?{DRAWS}&scenario=0000").text
    kept = load("border-pact").content_hash
    assert "another state" not in bench.get(f"{S}/compare?{DRAWS}&scenario={kept[:16]}").text
    page = bench.get(f"{S}/compare?{DRAWS}").text
    assert f"scenario={kept[:16]}" in page


@pytest.mark.parametrize("name", list(FIGURES))
def test_every_figure_has_its_four_addresses(bench: TestClient, name: str) -> None:
    if name == "switches":
        assert bench.get(f"{S}/figures/{name}.svg?{DRAWS}").json()["error"]["code"] == "SV985"
        return
    table = bench.get(f"{S}/figures/{name}.csv?{DRAWS}")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert rows
    assert all(len(row["run"]) == 16 for row in rows)
    data = bench.get(f"{S}/figures/{name}.json?{DRAWS}").json()
    assert len(data["rows"]) == len(rows)
    assert data["run"]["seed"] == 1
    pytest.importorskip("vl_convert")
    svg = bench.get(f"{S}/figures/{name}.svg?{DRAWS}")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.text.startswith("<svg")
    assert "-moved" not in svg.headers["content-disposition"]


def test_a_figure_as_png_and_under_moved_assumptions(bench: TestClient) -> None:
    pytest.importorskip("vl_convert")
    png = bench.get(f"{S}/figures/peace_years.png?{DRAWS}&shift.c_o=-0.5")
    assert png.content.startswith(b"\x89PNG")
    assert "-moved" in png.headers["content-disposition"]
    usual = bench.get(f"{S}/figures/peace_years.json?{DRAWS}").json()
    moved = bench.get(f"{S}/figures/peace_years.json?{DRAWS}&shift.c_o=-0.5").json()
    assert moved["rows"] != usual["rows"]
    assert moved["moved"] == {"c_o": -0.5}


def test_every_number_of_the_table_is_explained(bench: TestClient) -> None:
    text = bench.get(f"{S}/compare?{DRAWS}").text
    links = re.findall(r'class="open" href="([^"]+explain[^"]+)"', text)
    assert len(links) > 20
    for address in {links[0], links[9], links[-1]}:
        page = bench.get(address.replace("&amp;", "&")).text
        for part in ("Meaning", "Formula", "Record"):
            assert part in page
    known = bench.get(f"/api{S}/numbers?{DRAWS}").json()["numbers"]
    number = quote(known[0], safe="")
    trace = bench.get(f"/api{S}/explain?{DRAWS}&number={number}").json()
    assert trace["key"] == known[0]
    assert trace["run_hash"]


def test_what_is_taken_along(bench: TestClient, place: Path) -> None:
    assert len(bench.get(f"{S}/report.html?{DRAWS}").content) <= 3_000_000
    brief = bench.get(f"{S}/brief.html?{DRAWS}").text
    assert "What to ask first" in brief
    markdown = bench.get(f"{S}/report.md?{DRAWS}").text
    assert markdown.startswith("# ")
    assert "| --- |" in markdown
    pytest.importorskip("docx")
    assert bench.get(f"{S}/report.docx?{DRAWS}").content.startswith(b"PK")
    answer = bench.get(f"{S}/bundle.zip?{DRAWS}")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = archive.namelist()
    assert {"report.html", "results.json", "citation.bib", "LICENCE.txt"} <= set(names)
    assert archive.read("scenario/scenario.yaml") == (place / "mine/scenario.yaml").read_bytes()
    assert all(not n.startswith("/") and ".." not in n.split("/") for n in names)
    assert answer.content == bench.get(f"{S}/bundle.zip?{DRAWS}").content


def test_links_and_hidden_files_do_not_enter_the_bundle(bench: TestClient, place: Path) -> None:
    secret = place / "secret.yaml"
    secret.write_text("canary-of-the-bundle")
    (place / "mine/instruments/link.md").symlink_to(secret)
    (place / "mine/.hidden.md").write_text("canary-of-the-bundle")
    try:
        body = bench.get(f"{S}/bundle.zip?{DRAWS}").content
    finally:
        (place / "mine/instruments/link.md").unlink()
        (place / "mine/.hidden.md").unlink()
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert not any(b"canary" in archive.read(name) for name in archive.namelist())


def test_an_incident_is_built_by_form_and_unknown_stays_unknown(bench: TestClient) -> None:
    bank = load("border-pact").scenario.incidents
    fields = {"incident": bank[0].id, "built": "1", "f.actor": str(bank[0].facts["actor"]),
              "f.kind": "armed_attack", "f.provoked": "", "title": "Mine"}  # fmt: skip
    page = bench.post(f"{S}/obligations", data=fields).text
    assert "Mine" in page
    assert "not known" in page
    cell = re.search(r'name="cell" value="([^"]+\|)"', page)
    assert cell is not None
    opened = bench.post(f"{S}/obligations/cell", data={**fields, "cell": cell[1]}).text
    assert "every guarantor" in opened
    text = next(iter(load("border-pact").instruments.values()))
    flips = bench.post(
        f"{S}/obligations/flip",
        data={**fields, "instrument": text.id, "provision": text.provisions[0].id},
    ).text
    assert "<li>" in flips
    wrong = bench.post(f"{S}/obligations", data={**fields, "f.provoked": "perhaps"})
    assert wrong.status_code == 422
    assert wrong.json()["error"]["code"] == "SV983"


def test_two_texts_side_by_side(bench: TestClient) -> None:
    mine = next(iter(load("border-pact").instruments))
    page = bench.get(f"{S}/instrument?a={mine}&b=nat-1949").text
    assert "Slot by slot" in page
    assert 'class="differs"' in page
    data = bench.get(f"/api{S}/contrast?a={mine}&b=nat-1949").json()
    assert data["diff"]["a"]["instrument"] == mine


def test_a_first_scenario_in_five_answers(bench: TestClient, place: Path) -> None:
    form = {"name": "fresh", "title": 'A "first" <case>', "protege": "MDA", "challenger": "RUS",
            "guarantors": ["ROU", "FRA"], "duty": "assist"}  # fmt: skip
    answer = bench.post("/scenarios/new", data=form)
    assert answer.status_code == 303
    assert load(place / "fresh").scenario.protege == "MDA"
    again = bench.post("/scenarios/new", data=form)
    assert again.status_code == 409
    for name in ("../escape", "/tmp/x", "UP", "a b", "", "x" * 80, ".."):
        assert bench.post("/scenarios/new", data={**form, "name": name}).status_code == 422
    assert not (place.parent / "escape").exists()


def test_errors_have_one_shape(bench: TestClient) -> None:
    tried = [
        ("GET", "/nothing"), ("GET", "/s/none/compare"), ("GET", f"{S}/compare?draws=x"),
        ("GET", f"{S}/figures/none.csv"), ("PUT", "/scenarios"), ("POST", "/scenarios/new"),
        ("GET", f"/api{S}/contrast"), ("GET", f"{S}/explain?{DRAWS}&number=nothing"),
        ("GET", f"{S}/compare?{DRAWS}&shift.nobody=1"), ("GET", f"{S}/compare?shift.c_o=9"),
        ("GET", f"{S}/compare?as_of=soon"), ("GET", f"{S}/figures/glance.csv?{DRAWS}&seed=77"),
    ]  # fmt: skip
    for method, path in tried:
        answer = bench.request(method, path)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        error = answer.json()["error"]
        assert {"status", "code", "title", "message", "remedy", "problems"} <= set(error)
        assert error["status"] == answer.status_code
        assert re.fullmatch(r"SV\d{3}", error["code"])
        assert "Traceback" not in answer.text
    page = bench.get("/s/none/compare", headers={"accept": "text/html"}).text
    assert "<!doctype html>" in page


def test_reweighting_without_a_shift_is_the_run_and_with_one_is_near_the_exact_one(
    tmp_path: Path,
) -> None:
    settings = {"draws": 400, "seed": 3, "posterior": None, "protege": "mechanical"}
    usual = compare("border-pact", root=tmp_path, rival_effects=False, **settings)
    arrays = read_arrays(RunFolder.open(Path(usual.run.folder or "")), tuple(usual.options))
    ready = reweighting(usual, arrays)
    assert ready.moved({})[0] is usual
    assert ready.moved({"omega_c": 0.0})[0] is usual
    near, effective = ready.moved({"omega_c": 0.5})
    assert effective < 400
    exact = compare(
        "border-pact", root=tmp_path, rival_effects=False, shifts={"omega_c": 0.5}, **settings
    )
    for name, option in exact.options.items():
        guess, before = near.options[name], usual.options[name]
        spread = (before.peace_years.p95 or 0.0) - (before.peace_years.p05 or 0.0)
        gap = abs((guess.peace_years.mean or 0.0) - (option.peace_years.mean or 0.0))
        assert gap < 0.1 * spread + 0.05
    for pair, found in near.outlasts.items():
        first, _, second = pair.partition(">")
        back = near.outlasts[f"{second}>{first}"].by_horizon["10"]
        assert found.by_horizon["10"] + back == pytest.approx(1.0)


def test_weights_move_the_median_to_where_the_slider_says() -> None:
    values = np.random.default_rng(1).lognormal(size=4000)
    scores = normal_scores(values)
    weights = np.exp(0.7 * scores)
    order = np.argsort(values)
    level = np.cumsum(weights[order]) / weights.sum()
    assert float(np.interp(0.5, level, scores[order])) == pytest.approx(0.7, abs=0.05)
    assert effective_draws(weights) / 4000 == pytest.approx(np.exp(-0.49), abs=0.06)


def test_settings_go_there_and_back() -> None:
    query = "draws=40&seed=2&as_of=2025-03-07&posterior=prior&rival.a2=near_zero&shift.c_o=-0.5"
    pairs = [tuple(p.split("=")) for p in query.split("&")]
    settings = settings_of(pairs)  # type: ignore[arg-type]
    assert settings.query() == query
    assert settings_of([]).query() == ""
