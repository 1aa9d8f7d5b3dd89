"""Rank options over stored draws, a part of a file at a time: memory does not grow with draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from servanda.domain.errors import ModelError, StoreError
from servanda.numerics.decision import Standing, Tally
from servanda.study.spaces import coded

__all__ = ["rank_stored"]

ROWS = 1_000_000


def rank_stored(
    paths: Sequence[str | Path],
    *,
    options: Sequence[str] | None = None,
    value: str | None = None,
    by: str = "option",
    draw: str = "draw",
    higher_is_better: bool = True,
) -> tuple[Standing, ...]:
    """Return mean, rank probabilities and regret of each option over stored draws.

    Args:
        paths: Parquet files.
        options: columns, one for each option, where a row is a draw.
        value: instead, the column of values where a row is a draw and an option. All options of a
            draw stand in the same file.
        by: with ``value``, the column that names the option.
        draw: with ``value``, the column that numbers the draw.
        higher_is_better: False where less is better.

    Raises:
        ModelError: the columns are not there (SV656), or not every draw has every option (SV653).
        StoreError: a file is missing or cannot be read (SV701, SV703).
    """
    if (options is None) == (value is None):
        raise ModelError("give either options= or value=", code="SV656")
    tally: Tally | None = None
    for path in paths:
        wide = (
            _wide(Path(path), list(options)) if options else _long(Path(path), str(value), by, draw)
        )
        for names, rows in wide:
            if tally is None:
                tally = Tally(names, higher_is_better=higher_is_better)
            if tuple(names) != tally.options:
                raise ModelError(
                    f"{path} holds the options {', '.join(names)}, the files before it "
                    f"{', '.join(tally.options)}",
                    code="SV653",
                )
            with coded():
                tally.add(rows)
    with coded():
        return (tally or Tally(["none"])).standings()


def _scan(path: Path, names: Sequence[str]) -> tuple[pl.LazyFrame, int]:
    """A file's columns and its number of rows."""
    if not path.is_file():
        raise StoreError(f"{path} is missing", code="SV701")
    try:
        schema = pl.read_parquet_schema(path)
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise StoreError(f"{path} cannot be read: {error}", code="SV703") from error
    for name in names:
        if name not in schema:
            raise ModelError(
                f"{path} has no column {name!r}; it has {', '.join(schema)}", code="SV656"
            )
    return pl.scan_parquet(path).select(list(names)), rows


def _wide(path: Path, options: list[str]) -> Iterator[tuple[Sequence[str], NDArray[np.float64]]]:
    frame, rows = _scan(path, options)
    for start in range(0, rows, ROWS):
        part = frame.slice(start, ROWS).collect()
        values = np.empty((part.height, len(options)))
        for o, name in enumerate(options):
            values[:, o] = part[name].to_numpy()
        yield options, values


def _long(
    path: Path, value: str, by: str, draw: str
) -> Iterator[tuple[Sequence[str], NDArray[np.float64]]]:
    frame, _ = _scan(path, [draw, by, value])
    part = frame.collect().with_columns(pl.col(by).cast(pl.String)).sort(draw, by)
    names = sorted(part[by].unique().to_list())
    even = part.height % len(names) == 0
    draws = part[draw].to_numpy()[:: len(names)] if even else np.zeros(0)
    if (
        not even
        or part.select(draw, by).is_duplicated().any()
        or np.unique(draws).size != draws.size
    ):
        raise ModelError(f"{path}: not every draw has every option exactly once", code="SV653")
    yield names, part[value].to_numpy().astype(np.float64).reshape(-1, len(names))
