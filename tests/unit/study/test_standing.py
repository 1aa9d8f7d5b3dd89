"""Ranking chunk by chunk is ranking in one piece, ties and order of rows notwithstanding."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from servanda.domain.errors import StoreError
from servanda.study.arrays import Arrays
from servanda.study.ranking import rank_probabilities, regret
from servanda.study.standing import standings
from servanda.study.store import RunFolder

OPTIONS = ("a", "b", "c", "d")


def stored(root: Path, values: np.ndarray, chunks: int, shuffled: bool = False) -> RunFolder:
    """Keep float64[draw, option] as chunks of a run."""
    folder = RunFolder(root, "cd" * 32)
    folder.describe({"chunks": chunks, "tables": ["outcomes"], "options": OPTIONS})
    for chunk, draws in enumerate(np.array_split(np.arange(len(values)), chunks)):
        frame = pl.DataFrame(
            {
                "draw": np.repeat(draws, len(OPTIONS)),
                "option": np.tile(np.arange(len(OPTIONS), dtype=np.int16), len(draws)),
                "rmst": values[draws].reshape(-1),
            }
        )
        frame = frame.sample(fraction=1.0, shuffle=True, seed=chunk) if shuffled else frame
        folder.write(chunk, {"outcomes": frame})
    return folder


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("rows", [1, 100, 10_000])
def test_standings_are_those_of_the_whole(rows, shuffled, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("servanda.study.standing.ROWS", rows)
    values = np.random.default_rng(3).integers(0, 5, (211, 4)).astype(float)  # many ties
    arrays = Arrays(OPTIONS, {"rmst": values}, {})
    found = standings(stored(tmp_path, values, 5, shuffled), "rmst")
    assert [s.regret_mean for s in found] == pytest.approx(list(regret(arrays).values()))
    for standing, shares in zip(found, rank_probabilities(arrays).values(), strict=True):
        assert standing.ranks == pytest.approx(shares)
    assert [s.mean for s in found] == pytest.approx(values.mean(axis=0))
    top = values.max(axis=1, keepdims=True)
    assert [s.best for s in found] == pytest.approx((values == top).mean(axis=0))
    assert [s.regret_max for s in found] == pytest.approx((top - values).max(axis=0))


def test_where_smaller_is_better_the_order_turns(tmp_path) -> None:
    values = np.random.default_rng(4).normal(size=(50, 4))
    folder = stored(tmp_path, values, 2)
    less, more = standings(folder, "rmst", smaller=True), standings(folder, "rmst")
    assert [s.ranks for s in less] == [tuple(reversed(s.ranks)) for s in more]
    assert [s.mean for s in less] == pytest.approx([s.mean for s in more])
    lost = (values - values.min(axis=1, keepdims=True)).mean(axis=0)
    assert [s.regret_mean for s in less] == pytest.approx(lost)


def test_what_is_missing_is_never_ranked(tmp_path) -> None:
    values = np.ones((8, 4))
    values[5, 2] = np.nan
    folder = stored(tmp_path, values, 2)
    with pytest.raises(StoreError, match="missing in some draw"):
        standings(folder, "rmst")
    gone = (
        folder.read("outcomes")
        .head(16)
        .with_columns(draw=pl.when(pl.col("draw") == 1).then(None).otherwise(pl.col("draw")))
    )
    other = stored(tmp_path / "other", np.ones((8, 4)), 2)
    other.write(0, {"outcomes": gone})
    with pytest.raises(StoreError, match="no whole number"):
        standings(other, "rmst")
    with pytest.raises(StoreError, match="no_such"):
        standings(folder, "no_such")
    frame = folder.read("outcomes").filter(pl.col("draw") < 4).head(15)
    folder.write(0, {"outcomes": frame})
    with pytest.raises(StoreError, match="lacks an option"):
        standings(folder, "rmst")


def test_the_views_answer_in_sql(tmp_path) -> None:
    values = np.arange(40.0).reshape(10, 4)
    folder = stored(tmp_path, values, 3)
    asked = folder.query(
        "SELECT id, avg(rmst) AS mean FROM outcomes JOIN options USING (option) "
        "GROUP BY id ORDER BY id"
    )
    assert asked.to_dict(as_series=False) == {"id": list(OPTIONS), "mean": [18.0, 19.0, 20.0, 21.0]}
