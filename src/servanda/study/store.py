"""Runs on disk: chunks as Parquet with a manifest, written so that a crash loses nothing finished.

A chunk is written beside its name, flushed and renamed; the manifest records each file's SHA-256.
A file that does not match its record is set aside, never read. The folder is named by the run's
hash, so the same request finds its own finished work again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from servanda.domain.errors import StoreError

__all__ = ["RunFolder", "sha256_of"]

MANIFEST = "manifest.json"
SNAPSHOT = "scenario.json"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + f".{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreError(
            f"cannot write {path.name} in {path.parent}: {error.strerror}; finished chunks are "
            "kept, run the same command again to resume",
            code="SV702",
        ) from error


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
            return {"chunks": {}}
        try:
            data = json.loads(path.read_text("utf-8"))
            return {**data, "chunks": dict(data["chunks"])}
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{path} is damaged ({error}); remove the folder", "SV703") from error

    def describe(self, record: Mapping[str, Any], snapshot: str) -> None:
        """Write what the run is: its request and the scenario it was computed from."""
        self.manifest.update(record)
        _replace(self.path / SNAPSHOT, snapshot.encode())
        self._write_manifest()

    def snapshot(self) -> str:
        """Return the scenario as it was when the run was made, JSON text."""
        path = self.path / SNAPSHOT
        if not path.is_file():
            raise StoreError(f"{path} is missing; the run cannot be recomputed", code="SV701")
        return path.read_text("utf-8")

    def _write_manifest(self) -> None:
        text = json.dumps(self.manifest, indent=1, sort_keys=True)
        _replace(self.path / MANIFEST, text.encode())

    def name(self, table: str, chunk: int) -> str:
        """Return the file name of one table of one chunk."""
        return f"{table}-{chunk:06d}.parquet"

    def has(self, chunk: int, tables: tuple[str, ...]) -> bool:
        """Say whether all tables of a chunk are finished and intact; set damaged ones aside."""
        for table in tables:
            name = self.name(table, chunk)
            recorded = self.manifest["chunks"].get(name)
            path = self.path / name
            if recorded is None or not path.is_file():
                return False
            if sha256_of(path) != recorded:
                path.rename(path.with_suffix(".damaged"))
                del self.manifest["chunks"][name]
                return False
        return True

    def write(self, chunk: int, tables: Mapping[str, pl.DataFrame]) -> None:
        """Write the tables of a chunk; after this returns they survive a crash."""
        for table, frame in tables.items():
            name = self.name(table, chunk)
            path = self.path / name
            beside = path.with_name(name + f".{os.getpid()}.part")
            try:
                frame.write_parquet(beside, compression="zstd", statistics=False)
                data = beside.read_bytes()
            except OSError as error:
                raise StoreError(
                    f"cannot write {name} in {self.path}: {error.strerror}", code="SV702"
                ) from error
            finally:
                beside.unlink(missing_ok=True)
            _replace(path, data)
            self.manifest["chunks"][name] = sha256_of(path)
        self._write_manifest()

    def read(self, table: str) -> pl.DataFrame:
        """Read one table of all chunks, in chunk order.

        Raises:
            StoreError: a chunk is missing or does not match its record.
        """
        names = sorted(n for n in self.manifest["chunks"] if n.startswith(table + "-"))
        if not names:
            raise StoreError(f"{self.path} holds no finished chunk of {table}", code="SV701")
        frames = []
        for name in names:
            path = self.path / name
            if not path.is_file() or sha256_of(path) != self.manifest["chunks"][name]:
                raise StoreError(
                    f"{path} is missing or damaged; run the same compare again to recompute it",
                    code="SV703",
                )
            frames.append(pl.read_parquet(path))
        return pl.concat(frames)

    def digest(self) -> str:
        """Return one hash over all results, in chunk order: what `verify` compares."""
        whole = hashlib.sha256()
        for table in ("outcomes", "guarantors", "parameters"):
            frame = self.read(table)
            for column in frame.columns:
                whole.update(column.encode())
                series = frame[column]
                if series.dtype.is_numeric() or series.dtype == pl.Boolean:
                    whole.update(series.cast(pl.Float64).to_numpy().tobytes())
                else:
                    whole.update("\x00".join(series.cast(pl.String).to_list()).encode())
        return whole.hexdigest()
