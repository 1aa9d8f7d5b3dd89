"""The store of what was read: an archive of texts, readings that need not be made twice, reviews.

A folder::

    sources.jsonl   one line a text: hash, address, day, retrieval, extractor; only added to
    reviews.jsonl   one line a decision, each with the hash of the line before; only added to
    readings/       one JSON file for each text, registry and version of the reader
    texts/          the texts themselves, by hash, unless they are not to be kept

A decision is never changed: undo is another line.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from servanda._version import __version__
from servanda.domain.errors import StoreError
from servanda.evidence.records import Claim, Flag, Incident, Reading, Span, Unresolved
from servanda.evidence.texts import Document

__all__ = ["Store", "claim_id", "reading_from", "registry_hash"]

_FORMAT = 1


def claim_id(sha256: str, claim: Claim) -> str:
    """Return the identifier of a claim: of its source, speaker, span and kind of rule.

    The stance is no part of it, so that a better rule does not orphan a review.
    """
    parts = (sha256, claim.speaker, claim.span.start, claim.span.end)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def registry_hash(registry: Any) -> str:
    """Return a hash of a registry's content."""
    text = repr((sorted(registry.actors.items()), sorted(registry.proposals.items())))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Store:
    """A folder of sources, readings and reviews.

    Args:
        folder: made if it is not there.
        keep_texts: archive the texts themselves, not only their hashes.

    Raises:
        StoreError: the folder cannot be written (SV907).
    """

    def __init__(self, folder: Path, *, keep_texts: bool = True) -> None:
        """Make the folders."""
        self.folder, self.keep_texts = folder, keep_texts
        try:
            for name in ("readings", "texts"):
                (folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the store {folder} cannot be written: {error.strerror}", "SV907"
            ) from None
        self._known = {str(line.get("sha256")) for line in self.sources()}

    # --- sources ---

    def sources(self) -> list[dict[str, Any]]:
        """Return the lines about sources."""
        return [line for line in _lines(self.folder / "sources.jsonl") if "sha256" in line]

    def archive(self, document: Document) -> None:
        """Note a document once, and keep its text if texts are kept."""
        if document.sha256 in self._known:
            return
        self._known.add(document.sha256)
        if self.keep_texts:
            _write(self.folder / "texts" / f"{document.sha256}.txt", document.text)
        line = {
            "sha256": document.sha256, "bytes_sha256": document.bytes_sha256, "url": document.url,
            "name": document.name, "title": document.title, "publisher": document.publisher,
            "published": document.published, "retrieved": document.retrieved,
            "kind": document.kind, "extractor": document.extractor,
            "code_points": len(document.text), "text_kept": self.keep_texts,
        }  # fmt: skip
        _append(self.folder / "sources.jsonl", line)

    def text(self, sha256: str) -> str | None:
        """Return an archived text; None where it is not kept.

        Raises:
            StoreError: the file is not what its name says (SV908).
        """
        path = self.folder / "texts" / f"{sha256}.txt"
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError(f"{path} was changed after it was archived.", "SV908")
        return data.decode("utf-8", "surrogatepass")

    # --- readings ---

    def _reading_path(self, sha256: str, key: str) -> Path:
        name = hashlib.sha256(f"{sha256}|{key}|{__version__}|{_FORMAT}".encode()).hexdigest()[:32]
        return self.folder / "readings" / f"{name}.json"

    def kept(self, sha256: str, key: str) -> dict[str, Any] | None:
        """Return a reading made before with the same registry, day and reader, else None."""
        try:
            found = json.loads(self._reading_path(sha256, key).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and found.get("sha256") == sha256 else None

    def latest(self) -> dict[str, dict[str, Any]]:
        """Return the newest reading of each text, by its hash."""
        found: dict[str, dict[str, Any]] = {}
        paths = sorted(
            (self.folder / "readings").glob("*.json"), key=lambda p: (p.stat().st_mtime_ns, p.name)
        )
        for path in paths:
            with suppress(OSError, ValueError):
                data = json.loads(path.read_text("utf-8"))
                found[data["sha256"]] = data
        return found

    def keep(self, reading: Reading, key: str) -> None:
        """Keep a reading; a file appears whole or not at all."""
        data = {"sha256": reading.sha256, "key": key, **reading.published()}
        _write(self._reading_path(reading.sha256, key), json.dumps(data, ensure_ascii=False))

    # --- reviews ---

    def decisions(self) -> list[dict[str, Any]]:
        """Return every decision in order, checked against the chain of hashes.

        Raises:
            StoreError: a line was changed or left out (SV908).
        """
        before = ""
        found: list[dict[str, Any]] = []
        for line in _lines(self.folder / "reviews.jsonl"):
            given = line.pop("hash", None)
            if line.get("before") != before or given != _chained(line):
                raise StoreError(
                    f"{self.folder / 'reviews.jsonl'}: line {len(found) + 1} was changed or one "
                    "before it is missing.",
                    "SV908",
                )
            before = given
            found.append({**line, "hash": given})
        return found

    def decide(self, line: dict[str, Any]) -> dict[str, Any]:
        """Add a decision to the end and return it with its hash."""
        last = self.decisions()
        entry = {**line, "before": last[-1]["hash"] if last else ""}
        entry = {**entry, "hash": _chained(entry)}
        _append(self.folder / "reviews.jsonl", entry)
        return entry


def _chained(line: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(line, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    try:
        text = path.read_text("utf-8")
    except OSError:
        return
    whole = text.endswith("\n")
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        with suppress(ValueError):
            data = json.loads(line)
            if isinstance(data, dict):
                yield data
                continue
        if number == len(lines) and not whole:
            return  # a line cut off by a crash was never acknowledged
        raise StoreError(f"{path}: line {number} is not a JSON object.", "SV908")


def _append(path: Path, line: dict[str, Any]) -> None:
    try:
        _mended(path)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}", "SV907") from None


def _mended(path: Path) -> None:
    """Cut off half a line that a crash left at the end."""
    with suppress(FileNotFoundError), path.open("rb+") as file:
        data = file.read()
        if data and not data.endswith(b"\n"):
            file.truncate(data.rfind(b"\n") + 1)


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}", "SV907") from None


def _triple(value: list[Any] | None) -> tuple[str, str | None, float | None] | None:
    return (value[0], value[1], value[2]) if value else None


def reading_from(data: dict[str, Any], text: str) -> Reading:
    """Make a reading of what ``Reading.published`` gave and the text."""

    def span(item: dict[str, Any]) -> Span:
        return Span(item["start"], item["end"])

    claims = tuple(
        Claim(
            kind=c["kind"], speaker=c["speaker"], speaker_span=span(c["speaker_span"]),
            cue=span(c["cue_span"]), span=span(c), quotes=tuple(span(q) for q in c["quotes"]),
            proposal=c["proposal"], stance=c["stance"], certainty=c["certainty"], via=c["via"],
            on_behalf_of=c["on_behalf_of"],
            reports_position_of=_triple(c["reports_position_of"]),
            conditional=c["conditional"], date=c["date"], rule=c["rule"],
        )
        for c in data["claims"]
    )  # fmt: skip
    incidents = tuple(
        Incident(
            span(i), **{k: v for k, v in i.items() if k not in {"start", "end", "source_sha256"}}
        )
        for i in data["incidents"]
    )
    flags = tuple(Flag(f["kind"], span(f), f["says"], f["suggests"]) for f in data["flags"])
    about = data["sources"][0]
    reading = Reading(
        text, about["sha256"], claims, incidents, flags,
        tuple(Unresolved(u["name"], span(u), span(u)) for u in data["unresolved"]),
        about["published"], about["level"], tuple(data["notes"]),
    )  # fmt: skip
    return replace(reading)
