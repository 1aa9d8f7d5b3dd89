"""Runs on disk: chunks as Parquet, each with a record, so that a crash loses nothing finished.

The folder of a run is named by its hash, so that the same request finds its own work again::

    manifest.json            what the run is: request, code, number of chunks, tables
    scenario.json            the scenario as it was, where the run is of one
    outcomes-000007.parquet  one table of one chunk
    chunk-000007.json        the record of a chunk: size and SHA-256 of each of its tables

Whoever computes a chunk writes it: every table beside its name, flushed and renamed, the record
last. A chunk counts from the moment its record stands. Two processes that compute the same chunk
write the same bytes, so that it does not matter whose rename comes last. What does not match its
record is set aside, never read. No decision rests on a clock.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from servanda.domain.errors import StoreError
from servanda.study.chunkfiles import flush_folder, parquet, replace, sha256_of

if TYPE_CHECKING:
    import duckdb

__all__ = ["FORMAT", "MANIFEST", "RunFolder", "runs_in"]

#: Of the folder; a run of another format is refused, not guessed at.
FORMAT = 2
MANIFEST = "manifest.json"
SNAPSHOT = "scenario.json"
LOCK = "writing.lock"


def runs_in(folder: Path) -> tuple[Path, ...]:
    """List the runs that a folder keeps, or the folder itself where it is one.

    Raises:
        StoreError: neither (SV701).
    """
    if (folder / MANIFEST).is_file():
        return (folder,)
    found = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    if not found:
        raise StoreError(f"{folder} is no run and holds none", code="SV701")
    return tuple(found)


class RunFolder:
    """The folder of one run.

    Args:
        root: where runs are kept.
        run_hash: the run's hash; the folder is named by its first 16 characters.
    """

    def __init__(self, root: Path, run_hash: str) -> None:
        """Create the folder if need be and read its manifest."""
        self.path = root / run_hash[:16]
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"cannot create the folder {self.path}: {error.strerror}", code="SV702"
            ) from error
        self.manifest: dict[str, Any] = self._read_manifest()

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open an existing run folder.

        Raises:
            StoreError: there is no readable manifest in it.
        """
        if not (path / MANIFEST).is_file():
            raise StoreError(
                f"{path} holds no run: {MANIFEST} is missing; give the folder that `compare` named",
                code="SV701",
            )
        folder = cls.__new__(cls)
        folder.path = path
        folder.manifest = folder._read_manifest()
        return folder

    def _read_manifest(self) -> dict[str, Any]:
        path = self.path / MANIFEST
        if not path.is_file():
            return {}
        try:
            data = dict(json.loads(path.read_text("utf-8")))
        except (ValueError, TypeError) as error:
            raise StoreError(f"{path} is damaged ({error}); remove the folder", "SV703") from error
        if data.get("format") != FORMAT:
            raise StoreError(
                f"{path} is of format {data.get('format', 1)}, this version reads {FORMAT}; open "
                "it with the version that made it, or run again",
                code="SV704",
            )
        return data

    # --- what the run is ---------------------------------------------------------------------

    def describe(self, record: Mapping[str, Any], snapshot: str | None = None) -> None:
        """Write what the run is: its request, and the scenario it is computed from if any.

        Args:
            record: anything that JSON holds. ``chunks`` (how many there are) and ``tables`` let
                `status` say how much is left.
            snapshot: the scenario as JSON text.
        """
        wanted = {**self.manifest, **record, "format": FORMAT}
        if snapshot is not None:
            replace(self.path / SNAPSHOT, snapshot.encode())
        self.manifest = wanted
        replace(self.path / MANIFEST, json.dumps(self.manifest, indent=1, sort_keys=True).encode())
        flush_folder(self.path)

    def snapshot(self) -> str:
        """Return the scenario as it was when the run was made, JSON text."""
        path = self.path / SNAPSHOT
        if not path.is_file():
            raise StoreError(f"{path} is missing; the run cannot be recomputed", code="SV701")
        return path.read_text("utf-8")

    # --- chunks ------------------------------------------------------------------------------

    def name(self, table: str, chunk: int) -> str:
        """Return the file name of one table of one chunk."""
        return f"{table}-{chunk:06d}.parquet"

    def _record_path(self, chunk: int) -> Path:
        return self.path / f"chunk-{chunk:06d}.json"

    def record(self, chunk: int) -> dict[str, Any] | None:
        """Return the record of a chunk, None where there is none that can be read."""
        try:
            data = json.loads(self._record_path(chunk).read_text("utf-8"))
            return data if isinstance(data["tables"], dict) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def recorded(self) -> tuple[int, ...]:
        """List the chunks that have a record, in order, without looking at their tables."""
        names = (path.stem.removeprefix("chunk-") for path in self.path.glob("chunk-*.json"))
        return tuple(sorted(int(name) for name in names if name.isdigit()))

    def _faulty(self, chunk: int, table: str, *, thorough: bool) -> bool:
        """Say whether a table of a recorded chunk is missing or not as recorded."""
        known = (self.record(chunk) or {"tables": {}})["tables"].get(table)
        path = self.path / self.name(table, chunk)
        try:
            if known is None or path.stat().st_size != known["bytes"]:
                return True
            return thorough and sha256_of(path) != known["sha256"]
        except (OSError, KeyError, TypeError):
            return True

    def intact(self, chunk: int, tables: Sequence[str], *, thorough: bool = True) -> bool:
        """Say whether all tables of a chunk are finished and as recorded; change nothing.

        Args:
            chunk: which chunk.
            tables: its tables.
            thorough: compare checksums; otherwise only sizes, which notices what was cut short.
        """
        if self.record(chunk) is None:
            return False
        return not any(self._faulty(chunk, table, thorough=thorough) for table in tables)

    def has(self, chunk: int, tables: Sequence[str]) -> bool:
        """Say whether all tables of a chunk are finished and intact; set damaged ones aside."""
        if self.intact(chunk, tables):
            return True
        if not self._record_path(chunk).exists():
            return False  # never finished; a table without a record is written anew
        for table in tables:
            if self._faulty(chunk, table, thorough=True):
                path = self.path / self.name(table, chunk)
                with suppress(FileNotFoundError):
                    path.rename(path.with_suffix(".damaged"))
        self._record_path(chunk).unlink(missing_ok=True)
        return False

    def write(
        self, chunk: int, tables: Mapping[str, pl.DataFrame], *, seconds: float | None = None
    ) -> None:
        """Write the tables of a chunk; after this returns they survive a crash.

        Args:
            chunk: which chunk.
            tables: name -> rows; columns of numbers, truth values or text.
            seconds: how long computing it took, for `status`.

        Raises:
            StoreError: the disk is full or the folder may not be written (SV702), or a column is
                of no plain type (SV755).
        """
        record: dict[str, Any] = {}
        for table, frame in tables.items():
            data = parquet(frame, table)
            replace(self.path / self.name(table, chunk), data)
            digest = hashlib.sha256(data).hexdigest()
            record[table] = {"bytes": len(data), "rows": frame.height, "sha256": digest}
        text = json.dumps({"tables": record, "seconds": seconds, "process": os.getpid()})
        replace(self._record_path(chunk), text.encode())
        flush_folder(self.path)

    def tidy(self) -> None:
        """Remove what killed processes left half written, unless somebody is writing now."""
        if self.being_written():
            return
        for path in self.path.glob("*.part"):
            path.unlink(missing_ok=True)

    # --- who is writing ----------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Let `status` see that a process of this machine works on the run, until it ends or dies.

        The lock is shared: two processes may work on the same run.
        """
        with (self.path / LOCK).open("a+") as stream:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            yield

    def being_written(self) -> bool:
        """Say whether a process of this machine works on the run now."""
        try:
            with (self.path / LOCK).open("r+") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            return True
        except OSError:
            return False

    # --- reading -----------------------------------------------------------------------------

    def parts(self, table: str) -> tuple[Path, ...]:
        """List the files of one table in chunk order, each as recorded.

        Raises:
            StoreError: no chunk is finished (SV701), or one is missing or damaged (SV703).
        """
        if not self.recorded():
            raise StoreError(f"{self.path} holds no finished chunk of {table}", code="SV701")
        return tuple(self._whole(table, chunk) for chunk in self._wanted())

    def _whole(self, table: str, chunk: int) -> Path:
        """Return the file of a table, once it is seen to be as recorded."""
        path = self.path / self.name(table, chunk)
        if self._faulty(chunk, table, thorough=True):
            raise StoreError(
                f"{path} is missing or damaged; run the same compare again to recompute it",
                code="SV703",
            )
        return path

    def _wanted(self) -> Sequence[int]:
        """List the chunks that the run has when it is finished, where the manifest says so."""
        total = self.manifest.get("chunks")
        return self.recorded() if total is None else range(int(total))

    def read(self, table: str, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """Read one table of all chunks, in chunk order.

        Raises:
            StoreError: a chunk is missing or does not match its record.
        """
        names = None if columns is None else list(columns)
        return pl.concat([pl.read_parquet(path, columns=names) for path in self.parts(table)])

    def connect(self, *, memory: str = "700MB", threads: int = 2) -> duckdb.DuckDBPyConnection:
        """Open DuckDB with a view over the chunks of every table.

        Where the manifest lists options, ``options`` gives the identifier to each number.

        Args:
            memory: what DuckDB may use before it goes to disk.
            threads: how many processors it may use.

        Returns:
            An open connection in memory; nothing of the run can be changed through its views.

        Raises:
            StoreError: a chunk is missing or damaged.
        """
        import duckdb

        connection = duckdb.connect()
        connection.execute(f"SET memory_limit = '{memory}'")
        connection.execute(f"SET threads = {int(threads)}")
        for table in self.manifest.get("tables", ()):
            files = ", ".join(_quoted(str(path)) for path in self.parts(table))
            connection.execute(
                f'CREATE VIEW "{table}" AS SELECT * FROM read_parquet([{files}])'  # noqa: S608
            )
        if names := self.manifest.get("options"):
            rows = ", ".join(f"({number}, {_quoted(name)})" for number, name in enumerate(names))
            connection.execute(
                f"CREATE VIEW options AS SELECT * FROM (VALUES {rows}) AS o(option, id)"  # noqa: S608
            )
        return connection

    def query(self, sql: str) -> pl.DataFrame:
        """Ask the views of `connect` in SQL.

        Examples:
            ``folder.query("SELECT option, avg(rmst) FROM outcomes GROUP BY option")``
        """
        with self.connect() as connection:
            result = connection.execute(sql)
            names = [column[0] for column in result.description or ()]
            return pl.DataFrame(result.fetchall(), schema=names, orient="row")

    def blocks(
        self, table: str, columns: Sequence[str], *, rows: int
    ) -> Iterator[dict[str, NDArray[np.generic]]]:
        """Read columns of a table through DuckDB, whole chunks at a time, in chunk order.

        Args:
            table: which table.
            columns: which of its columns.
            rows: about how many rows at a time; at least one chunk.

        Raises:
            StoreError: a chunk is missing or damaged, or there is no such column (SV701).
        """
        import duckdb

        names = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
        batches = list(self._batches(table, rows))

        def fetched(batch: Sequence[int]) -> dict[str, NDArray[np.generic]]:
            files = ", ".join(_quoted(str(self._whole(table, chunk))) for chunk in batch)
            sql = f"SELECT {names} FROM read_parquet([{files}])"  # noqa: S608
            try:
                found = connection.execute(sql).fetchnumpy()
            except duckdb.BinderException as error:
                raise StoreError(f"{self.path}: {error}", code="SV701") from None
            return {name: _filled(found[name]) for name in columns}

        with duckdb.connect() as connection, ThreadPoolExecutor(1) as reader:
            ahead = reader.submit(fetched, batches[0])
            for batch in (*batches[1:], None):
                found = ahead.result()
                if batch is not None:
                    ahead = reader.submit(fetched, batch)
                yield found

    def _batches(self, table: str, rows: int) -> Iterator[list[int]]:
        """Group the chunks of a table into batches of about so many rows."""
        if not self.recorded():
            raise StoreError(f"{self.path} holds no finished chunk of {table}", code="SV701")
        batch: list[int] = []
        held = 0
        for chunk in self._wanted():
            record = self.record(chunk) or {"tables": {}}
            batch.append(chunk)
            held += int(record["tables"].get(table, {}).get("rows", 0))
            if held >= rows:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch

    def digest(self) -> str:
        """Return one hash over all results, in chunk order: what `verify` compares."""
        whole = hashlib.sha256()
        for table in self.manifest.get("tables", ("outcomes", "guarantors", "parameters")):
            for path in self.parts(table):
                frame = pl.read_parquet(path)
                for column in frame.columns:
                    whole.update(column.encode())
                    whole.update(_bytes_of(frame[column]))
        return whole.hexdigest()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _filled(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Put NaN where a number is missing."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        return np.asarray(np.ma.filled(values.astype(np.float64), np.nan))
    return np.asarray(values)


def _bytes_of(series: pl.Series) -> bytes:
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        return series.cast(pl.Float64).to_numpy().tobytes()
    return "\x00".join(series.cast(pl.String).fill_null("\x01").to_list()).encode()
