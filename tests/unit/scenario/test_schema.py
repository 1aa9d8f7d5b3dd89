"""The published JSON Schemas are those of the models, and accept what the reader accepts."""

import json
from pathlib import Path

import pytest

from servanda.scenario.schema import SCHEMA_KINDS, json_schema

PUBLISHED = Path(__file__).parents[3] / "docs" / "schemas"


@pytest.mark.parametrize("kind", SCHEMA_KINDS)
def test_published_schema_is_current(kind: str):
    published = json.loads((PUBLISHED / f"{kind}.json").read_text(encoding="utf-8"))
    assert published == json_schema(kind), "write it anew with `python -m tools.write_formats`"


def test_nothing_else_is_published():
    assert {p.stem for p in PUBLISHED.glob("*.json")} == {*SCHEMA_KINDS, "game"}


def test_unknown_kind():
    with pytest.raises(KeyError):
        json_schema("game")


def test_keys_are_closed_and_lists_may_be_one_text():
    schema = json_schema("instrument")
    provision = schema["$defs"]["Provision"]
    assert provision["additionalProperties"] is False
    assert provision["properties"]["act"]["anyOf"][1] == {"type": "string"}
