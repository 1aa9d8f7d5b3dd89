"""Options ranked over stored draws, in both layouts, and conditions put into words."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from servanda.domain.errors import ModelError, StoreError
from servanda.numerics.decision import standings
from servanda.numerics.discovery import Limit, prim
from servanda.study import ranked
from servanda.study.discovery_words import condition, in_words
from servanda.study.ranked import rank_stored

VALUES = np.round(np.random.default_rng(1).normal(size=(5000, 3)), 1)


def wide(folder: Path) -> list[Path]:
    paths = []
    for k in range(5):
        part = VALUES[k * 1000 : (k + 1) * 1000]
        paths.append(folder / f"w{k}.parquet")
        pl.DataFrame({"draw": np.arange(1000), "a": part[:, 0], "b": part[:, 1], "c": part[:, 2]}
                     ).write_parquet(paths[-1])  # fmt: skip
    return paths


def test_files_rank_as_their_draws_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    expected = standings(VALUES, ["a", "b", "c"])
    paths = wide(tmp_path)
    for rows in (1_000_000, 300):
        monkeypatch.setattr(ranked, "ROWS", rows)
        for one, two in zip(rank_stored(paths, options=["a", "b", "c"]), expected, strict=True):
            assert one.name == two.name
            assert one.mean == pytest.approx(two.mean)
            assert one.ranks == pytest.approx(two.ranks)
            assert one.regret == pytest.approx(two.regret)
            assert one.worst_regret == pytest.approx(two.worst_regret)


def test_long_files_rank_the_same_whatever_their_order(tmp_path: Path):
    long = pl.concat(
        [
            pl.DataFrame({"draw": np.arange(5000), "option": [name] * 5000, "years": VALUES[:, o]})
            for o, name in enumerate("abc")
        ]
    ).sample(fraction=1.0, shuffle=True, seed=1)
    long.write_parquet(tmp_path / "long.parquet")
    found = rank_stored([tmp_path / "long.parquet"], value="years")
    expected = standings(VALUES, ["a", "b", "c"])
    assert [s.regret for s in found] == pytest.approx([s.regret for s in expected])
    long.head(14_999).write_parquet(tmp_path / "short.parquet")
    with pytest.raises(ModelError, match="every option exactly once"):
        rank_stored([tmp_path / "short.parquet"], value="years")


def test_what_is_not_there_is_said(tmp_path: Path):
    paths = wide(tmp_path)
    with pytest.raises(ModelError, match="no column 'd'; it has draw, a, b, c"):
        rank_stored(paths, options=["a", "d"])
    with pytest.raises(ModelError, match="either"):
        rank_stored(paths)
    with pytest.raises(StoreError, match="missing"):
        rank_stored([tmp_path / "no.parquet"], options=["a"])
    (tmp_path / "torn.parquet").write_bytes(paths[0].read_bytes()[:100])
    with pytest.raises(StoreError, match="cannot be read"):
        rank_stored([tmp_path / "torn.parquet"], options=["a"])


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit("n", 1234567.0, None, None, 0.0), "n at least 1,230,000"),
        (Limit("n", None, 0.00012, None, 0.0), "n at most 1.20e-04"),
        (Limit("n", 0.25, 0.5, None, 0.0), "n between 0.25 and 0.5"),
        (Limit("n", 2024.0, None, None, 0.0), "n at least 2,024"),
        (Limit("w", None, None, ("a", "b", "c"), 0.0), "w is a, b or c"),
    ],
)
def test_limits_in_words(limit: Limit, words: str):
    assert condition(limit) == words


def test_a_discovery_in_words():
    x = np.random.default_rng(1).uniform(size=(3000, 3))
    found = prim(x, (x[:, 0] > 0.5) & (x[:, 1] < 0.4))
    text = in_words(found, "the claim holds", {"x1": "cover"}, {"x2": "years"})
    assert text.startswith("In this model the claim holds in 20% of the draws. Where ")
    assert re.search(r"cover at least 0\.(5|499)", text)
    assert re.search(r"x2 at most 0\.(4|399|401) years", text)
    nothing = in_words(prim(x, np.random.default_rng(2).random(3000) < 0.5), "it rains")
    assert "No conditions were found" in nothing
    assert "will" not in text + nothing
