"""Loading and checking scenario folders: includes, overlays, hash, tables."""

from pathlib import Path

import pytest

from servanda.domain import ModelError, Option, Phase, ScenarioError
from servanda.scenario import shelf
from servanda.scenario.folder import check, example_names, example_path, load
from servanda.scenario.resolving import cycle, merged

MINIMAL = (Path(__file__).parents[2] / "bad" / "minimal.yaml").read_text(encoding="utf-8")


def folder(tmp_path: Path, text: str = MINIMAL, **files: str) -> Path:
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        path = tmp_path / name.replace("__", "/").replace("_csv", ".csv").replace("_yaml", ".yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def test_a_folder_loads_with_the_library_under_it(tmp_path: Path):
    whole = load(folder(tmp_path))
    assert whole.assumptions["w"].distribution is not None
    assert set(shelf.assumptions()) <= set(whole.assumptions)
    assert set(shelf.actors()) <= set(whole.actors)
    assert whole.actors["lissia"].name == "Lissia"
    assert whole.slots == shelf.slots()
    assert whole.folder == str(tmp_path)


def test_the_scenarios_own_assumptions_come_first(tmp_path: Path):
    name = next(iter(shelf.assumptions()))
    own = (
        f"  - {{id: {name}, label: Own, unit: u, distribution: {{fixed: 7}}, source: judgement}}\n"
    )
    whole = load(folder(tmp_path, MINIMAL + own))
    assert whole.assumptions[name].label == "Own"


def test_without_library_defaults_only_its_own_remain(tmp_path: Path):
    whole = load(folder(tmp_path, MINIMAL + "use_library_defaults: false\n"))
    assert set(whole.assumptions) == {"w", "eta"}


def test_the_hash_ignores_comments_layout_and_key_order(tmp_path: Path):
    first = load(folder(tmp_path)).content_hash
    lines = MINIMAL.replace("reference: true\n", "reference:   true  # as a yardstick\n")
    head, tail = lines.split("own_actors:", 1)
    moved = "\n".join(reversed(head.strip().splitlines()[1:])) + "\nown_actors:" + tail
    assert load(folder(tmp_path, moved)).content_hash == first


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fixed: 1}", "fixed: 2}"),
        ("Two invented", "Three invented"),
        ("2026-01-15", "2026-01-16"),
        ("name: Lissia", "name: Lisia"),
        ("id: none", "id: nothing"),
    ],
)
def test_the_hash_changes_with_the_content(tmp_path: Path, old: str, new: str):
    first = load(folder(tmp_path)).content_hash
    assert load(folder(tmp_path, MINIMAL.replace(old, new, 1))).content_hash != first


def test_the_hash_changes_with_an_own_instrument(tmp_path: Path):
    text = MINIMAL + "instruments: [pact]\n"
    pact = "id: pact\ntitle: {}\nkind: draft\nprovisions: []\n"
    hashes = {
        load(folder(tmp_path, text, instruments__pact_yaml=pact.format(title))).content_hash
        for title in ("One", "Two")
    }
    assert len(hashes) == 2


def test_incidents_of_the_table_join_those_of_the_file(tmp_path: Path):
    table = "id,date,title,facts,crisis,size\n"
    table += (
        "raid,2025-04-01,A raid,kind=armed_attack; domain=land|air; place.sovereign=UKR,attack,w\n"
    )
    whole = load(folder(tmp_path, incidents_csv=table))
    (raid,) = whole.scenario.incidents
    assert raid.facts == {
        "kind": "armed_attack",
        "domain": ["land", "air"],
        "place": {"sovereign": "UKR"},
    }
    assert raid.crisis == "attack"


def test_every_problem_is_in_the_exception(tmp_path: Path):
    bad = MINIMAL.replace("protege: lissia", "protege: lisia").replace("share", "share, x: y", 1)
    with pytest.raises(ScenarioError) as caught:
        load(folder(tmp_path, bad))
    assert caught.value.problems == tuple(p for p in check(tmp_path) if p.severity == "error")


def test_too_many_options_are_refused(tmp_path: Path):
    one = "  - {{id: o{}, title: t, summary: s, reference: true, phases: [{{id: p, title: p}}]}}\n"
    text = MINIMAL.replace("assumptions:", "".join(map(one.format, range(100))) + "assumptions:")
    assert [p.code for p in check(folder(tmp_path, text))] == ["SV314"]


def test_examples_are_found_and_free_of_problems():
    assert "border-pact" in example_names()
    for name in example_names():
        assert check(name) == ()
        assert load(name).scenario.id == name
        assert example_path(name).joinpath("scenario.yaml").is_file()


def test_an_unknown_example_is_named_with_its_neighbour():
    with pytest.raises(ModelError, match="did you mean 'border-pact'"):
        example_path("border-pakt")
    (problem,) = check("border-pakt")
    assert "border-pact" in problem.message


def test_linters_speak_in_warnings():
    def linter(noun):
        if hasattr(noun, "provisions"):
            yield "SV212", "a remark", ("id",)

    text = check("border-pact", linters=[linter])
    assert [(p.severity, p.message) for p in text] == [("warning", "a remark")]


def option(name: str, *phases: tuple[str, str], includes: tuple[str, ...] = ()) -> Option:
    made = tuple(Phase(id=i, title=i, instruments=(text,)) for i, text in phases)
    return Option(id=name, title=name, summary=name, phases=made, includes=includes)


def test_includes_merge_by_name_then_by_place_and_the_last_goes_on():
    base = option("base", ("a", "x"), ("b", "y"))
    whole = option("whole", ("b", "1"), ("c", "2"), ("d", "3"), includes=("base",))
    found = {p.id: p.instruments for p in merged([base, whole])[1].phases}
    assert found == {"b": ("1", "y"), "c": ("2", "y"), "d": ("3", "y")}


def test_an_option_without_phases_takes_those_of_what_it_includes():
    base, other = option("base", ("a", "x")), option("other", ("b", "y"))
    whole = option("whole", includes=("base", "other"))
    (phase,) = merged([whole, base, other])[0].phases
    assert (phase.id, phase.instruments) == ("a", ("x", "y"))


def test_circles_of_any_length_are_found():
    assert cycle([option("a", includes=("a",))]) == ("a", "a")
    chain = [option(f"o{n}", includes=(f"o{(n + 1) % 60}",)) for n in range(60)]
    assert len(cycle(chain)) == 61
    assert (
        cycle([option("a", includes=("b", "c")), option("b", includes=("c",)), option("c")]) == ()
    )
