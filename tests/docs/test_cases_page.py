"""The page on the cases names every disagreement between the engine and the library's cases."""

import re
from pathlib import Path

from servanda.study.battery import run_battery

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "data" / "cases.md").read_text("utf-8")
SECTION = PAGE.partition("## Where the engine disagrees")[2]
ROW = re.compile(r"^\| `(.+?)` \| `(.+?)`, `(.+?)` \| (\w+) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def listed() -> set[tuple[str, ...]]:
    return {tuple(cell.replace("`", "") for cell in row) for row in ROW.findall(SECTION)}


def found() -> set[tuple[str, ...]]:
    return {
        (
            case.case.id,
            held.expected.instrument,
            held.expected.provision,
            apart.what,
            ", ".join(apart.expected) if isinstance(apart.expected, list) else str(apart.expected),
            ", ".join(apart.found) if isinstance(apart.found, list) else str(apart.found),
        )
        for case in run_battery().cases
        for held in case.held
        for apart in held.differences
    }


def test_the_page_names_every_disagreement_and_no_other():
    assert listed() == found()


def test_each_case_named_has_its_reason_below_the_table():
    for case, *_ in listed():
        assert f"**{case}.**" in SECTION
