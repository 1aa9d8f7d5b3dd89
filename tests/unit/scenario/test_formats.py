"""The format pages are complete: normative files are sound and name every key there is."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from tools.write_formats import pages

from servanda.domain import Case, Instrument, Scenario
from servanda.scenario.folder import check, load
from servanda.scenario.kinds import kind_of
from servanda.scenario.reading import parse
from servanda.scenario.tables import incidents

FORMATS = Path(__file__).parents[3] / "docs" / "formats"


def keys(model: Any, seen: set[Any]) -> set[str]:
    """Return every key of a model and of the models inside it."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        if model in seen:
            return set()
        seen.add(model)
        found = {field.alias or name for name, field in model.model_fields.items()}
        for field in model.model_fields.values():
            found |= keys(field.annotation, seen)
        return found
    return set().union(*(keys(arm, seen) for arm in get_args(model)))


@pytest.mark.parametrize(("kind", "model"), [("scenario", Scenario), ("instrument", Instrument)])
def test_the_normative_file_is_sound_and_names_every_key(kind: str, model: type[BaseModel]):
    path = FORMATS / f"{kind}.yaml"
    assert check(path) == ()
    text = path.read_text(encoding="utf-8")
    missing = {key for key in keys(model, set()) if not re.search(rf"\b{key}:", text)}
    assert not missing


def test_the_normative_scenario_loads(tmp_path: Path):
    (tmp_path / "scenario.yaml").write_bytes((FORMATS / "scenario.yaml").read_bytes())
    whole = load(tmp_path)
    assert whole.options[2].phases == whole.options[1].phases


def test_the_page_on_cases_shows_a_sound_case_and_names_every_key():
    text = (FORMATS / "case.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert kind_of(parse(example).data) == "case"
    missing = {k for k in keys(Case, set()) if f"`{k}`" not in text and f"{k}:" not in text}
    assert missing <= {"seen", "cited"}


def test_the_page_on_incidents_shows_a_sound_table(tmp_path: Path):
    text = (FORMATS / "incidents.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "incidents.csv"
    path.write_text(example, encoding="utf-8")
    table = incidents(path)
    assert table.problems == ()
    assert [row.id for row in table.incidents] == ["raid-1", "raid-2"]


def test_derived_pages_are_current():
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, "run `python -m tools.write_formats`"
