"""Reading a casebook: what ships is sound, what is wrong is said with its place, all at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from servanda import library
from servanda.domain.errors import ModelError, ScenarioError
from servanda.study.calibration.episodes import (
    Casebook,
    challenger_began,
    read_casebook,
    shipped_casebook,
)

TEXT = library.path("casebook.csv").read_text("utf-8")


def read(tmp_path: Path, change: Callable[[str], str]) -> Casebook:
    file = tmp_path / "book.csv"
    file.write_text(change(TEXT), "utf-8")
    return read_casebook(file, name="book.csv")


def refused(tmp_path: Path, change: Callable[[str], str]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, change)
    return [f"{p.place} {p.code} {p.message}" for p in caught.value.problems]


def test_the_casebook_that_ships() -> None:
    book = shipped_casebook()
    assert (len(book.episodes), len(book.clusters)) == (49, 25)
    assert sum(challenger_began(e) for e in book.episodes) == 28  # wars of the protected censor
    assert book.inter_war == ("germany_1930s", "italy_1935")


def test_a_cluster_can_be_left_out() -> None:
    book = shipped_casebook().without(("russia_ukraine",))
    assert {"CB057", "CB072", "CB073"}.isdisjoint({e.id for e in book.episodes})


def test_an_unknown_cluster_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no cluster 'atlantis'") as caught:
        shipped_casebook().without(("atlantis",))
    assert caught.value.code == "SV634"


def test_without_events_nothing_can_be_learned(tmp_path: Path) -> None:
    book = shipped_casebook()
    with_events = {e.cluster for e in book.episodes if challenger_began(e)}
    with pytest.raises(ModelError) as caught:
        book.without(tuple(with_events))
    assert caught.value.code == "SV631"


def test_an_end_before_the_start_has_its_place(tmp_path: Path) -> None:
    (said,) = refused(
        tmp_path, lambda t: t.replace(",1973.1,1973.1,,1974.95,", ",1973.1,1973.1,,1970.5,")
    )
    line = next(n for n, row in enumerate(TEXT.splitlines(), 1) if row.startswith("CB038"))
    column = TEXT.splitlines()[line - 1].index(",1974.95,") + 2
    assert said.startswith(f"book.csv:{line}:{column} SV630 ")


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    def spoil(text: str) -> str:
        text = text.replace(",1973.1,1973.1,,1974.95,", ",1973.1,1973.1,,1970.5,")
        text = text.replace("peacekeepers,mandate,1,rwanda", "blue_helmets,mandate,1,rwanda")
        text = text.replace("settlement,1,17500,yes", "settlement,1,17500,perhaps")
        return text + "CB099,short row\n"

    codes = sorted(line.split()[1] for line in refused(tmp_path, spoil))
    assert codes == ["SV502", "SV630", "SV632", "SV633"]


def test_all_censored(tmp_path: Path) -> None:
    def calm(text: str) -> str:
        head, *rows = text.splitlines(keepends=True)
        return head + "".join(r for r in rows if ",none,censored," in r or ",none,settle" in r)

    (said,) = refused(tmp_path, calm)
    assert "SV631" in said


def test_a_missing_column(tmp_path: Path) -> None:
    (said,) = refused(tmp_path, lambda t: t.replace(",cluster,", ",klaster,", 1))
    assert said == "book.csv:1:1 SV501 the column 'cluster' is missing"


def test_a_number_used_twice(tmp_path: Path) -> None:
    last = TEXT.splitlines()[-1]
    (said,) = refused(tmp_path, lambda t: t + last + "\n")
    assert "SV310" in said


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_casebook(tmp_path / "none.csv")
    assert caught.value.problems[0].code == "SV100"
