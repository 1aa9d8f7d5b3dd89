"""Runs on disk: finished work survives, damaged work is never read."""

from pathlib import Path

import polars as pl
import pytest

from servanda.domain.errors import StoreError
from servanda.study.store import RunFolder

TABLES = ("outcomes", "guarantors", "parameters")


def filled(root: Path, chunks: int = 2) -> RunFolder:
    folder = RunFolder(root, "ab" * 32)
    folder.describe({"hash": "ab" * 32}, "{}")
    for chunk in range(chunks):
        frame = pl.DataFrame({"draw": [chunk * 2, chunk * 2 + 1], "x": [0.5, 1.5]})
        folder.write(chunk, dict.fromkeys(TABLES, frame))
    return folder


def test_what_was_written_is_read_back_in_order(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    assert folder.read("outcomes")["draw"].to_list() == [0, 1, 2, 3]
    assert RunFolder.open(folder.path).digest() == folder.digest()


def test_a_truncated_chunk_is_set_aside_and_asked_for_again(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    victim = folder.path / folder.name("outcomes", 1)
    victim.write_bytes(victim.read_bytes()[:-7])
    again = RunFolder.open(folder.path)
    with pytest.raises(StoreError, match="damaged"):
        again.read("outcomes")
    assert again.has(0, TABLES)
    assert not again.has(1, TABLES)
    assert victim.with_suffix(".damaged").exists()


@pytest.mark.parametrize("position", [0, 13, -1])
def test_every_flipped_byte_is_noticed(tmp_path: Path, position: int) -> None:
    folder = filled(tmp_path, chunks=1)
    victim = folder.path / folder.name("parameters", 0)
    data = bytearray(victim.read_bytes())
    data[position] ^= 0xFF
    victim.write_bytes(bytes(data))
    assert not RunFolder.open(folder.path).has(0, TABLES)


def test_no_half_written_file_stays_behind(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    assert not list(folder.path.glob("*.part"))


def test_a_folder_without_a_run_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no run") as caught:
        RunFolder.open(tmp_path)
    assert caught.value.code == "SV701"


def test_a_damaged_manifest_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    (folder.path / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(StoreError, match="remove the folder"):
        RunFolder.open(folder.path)


def test_another_reader_of_parquet_finds_the_same_plain_columns(tmp_path: Path) -> None:
    """DuckDB stands for R and pandas: it shares no code with what wrote the file."""
    import duckdb

    folder = RunFolder(tmp_path, "ac" * 32)
    folder.describe({"chunks": 1, "tables": ["mixed"]})
    frame = pl.DataFrame(
        {
            "whole": pl.Series([1, None, 3], dtype=pl.Int16),
            "small": pl.Series([0, 1, 2], dtype=pl.Int8),
            "real": [0.1, float("nan"), None],
            "met": [True, False, None],
            "name": ["Kyjiw", "Київ", None],
        }
    )
    folder.write(0, {"mixed": frame})
    path = folder.path / folder.name("mixed", 0)
    found = duckdb.read_parquet(str(path))
    assert [str(kind) for kind in found.types] == [
        "SMALLINT", "TINYINT", "DOUBLE", "BOOLEAN", "VARCHAR",
    ]  # fmt: skip
    rows = found.fetchall()
    assert [row[0] for row in rows] == [1, None, 3]
    assert rows[0][2] == 0.1
    assert rows[1][2] != rows[1][2]
    assert [row[3:] for row in rows] == [(True, "Kyjiw"), (False, "Київ"), (None, None)]
    assert folder.query("SELECT count(*) AS n FROM mixed")["n"].to_list() == [3]
