"""Files of a run: plain Parquet, replaced whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from contextlib import suppress
from pathlib import Path

import polars as pl

from servanda.domain.errors import StoreError

__all__ = ["flush_folder", "parquet", "replace", "sha256_of"]

#: What R, pandas and every other reader of Parquet takes without a question.
PLAIN = (
    pl.Boolean, pl.String, pl.Float32, pl.Float64,
    pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32,
)  # fmt: skip


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, data: bytes) -> None:
    """Write beside, flush and rename: the name holds the old bytes or the new, never a part.

    Raises:
        StoreError: the disk is full or the folder may not be written (SV702).
    """
    beside = path.with_name(f"{path.name}.{secrets.token_hex(6)}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise StoreError(
            f"cannot write {path.name} in {path.parent}: {error.strerror}; finished chunks are "
            "kept, run the same command again to resume",
            code="SV702",
        ) from error


def parquet(frame: pl.DataFrame, table: str) -> bytes:
    """Write a table as the bytes of a Parquet file.

    Raises:
        StoreError: a column is of a type that some readers do not take (SV755).
    """
    odd = [f"{n} ({t})" for n, t in frame.schema.items() if t not in PLAIN]
    if odd:
        raise StoreError(
            f"table {table} has columns that not every reader of Parquet takes: {', '.join(odd)}; "
            "give numbers, truth values or text",
            code="SV755",
        )
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()
