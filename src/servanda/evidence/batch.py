"""Many texts: files, folders and addresses read in order, each once, to be taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from servanda.domain.errors import ModelError
from servanda.evidence.clusters import source_flags
from servanda.evidence.model import Extractor, second_opinion
from servanda.evidence.records import Reading
from servanda.evidence.registry import Registry, shipped
from servanda.evidence.solve import LONGEST, read_text
from servanda.evidence.store import Store, reading_from, registry_hash
from servanda.evidence.texts import MOST_BYTES, Document, document, documents

__all__ = ["Batch", "collect", "read_documents"]

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents with their readings, in the order given; ``fresh`` were read in this run."""

    documents: tuple[Document, ...]
    readings: tuple[Reading, ...]
    fresh: int


def collect(names: Sequence[str], *, offline: bool = False) -> list[Document]:
    """Return the documents of files, folders and addresses.

    Args:
        names: paths, or addresses that begin with http:// or https://.
        offline: refuse addresses.

    Raises:
        ScenarioError: a file cannot be read.
        ModelError: an address with ``offline`` (SV903), or one that cannot be fetched.
    """
    return [d for name in names for d in _documents(name, offline=offline)]


def _documents(name: str, *, offline: bool) -> Iterator[Document]:
    from servanda.evidence.fetch import fetch, is_address

    if is_address(name):
        if offline:
            raise ModelError(
                f"--offline: {name} is not fetched. Save the page and name the file.", "SV903"
            )
        page = fetch(name)
        yield from document(
            page.data, page.url, kind=page.kind, url=page.url, retrieved=page.retrieved
        )
        return
    for path in documents(Path(name)):
        with path.open("rb") as file:
            yield from document(file.read(MOST_BYTES + 1), str(path))


def read_documents(
    texts: Sequence[Document], registry: Registry | None = None, *,
    published: str | None = None, level: int | None = None, store: Store | None = None,
    extractor: Extractor | None = None, progress: Progress | None = None,
) -> Batch:  # fmt: skip
    """Read documents; what a store has kept of an earlier run is not read again.

    Args:
        texts: the documents.
        registry: who may speak; the shipped one if left out.
        published: day of publication for all of them; else each document's own.
        level: 0 without the parser; see `read_text`.
        store: archives the texts and keeps the readings, so that an interrupted run goes on.
        extractor: a language model for a second opinion.
        progress: called with done, total, seconds.

    Raises:
        ModelError: a text has more than two million characters (SV904).
    """
    registry = registry or shipped()
    begun = time.monotonic()
    key = f"{registry_hash(registry)}|{published}|{level}|{extractor.name if extractor else ''}"
    found: list[Reading] = []
    fresh = 0
    for number, item in enumerate(texts, 1):
        if len(item.text) > LONGEST:
            raise ModelError(
                f"{item.name}: {len(item.text):,} characters; {LONGEST:,} are read.", "SV904"
            )
        day = published or item.published
        kept = store.kept(item.sha256, f"{key}|{day}") if store else None
        if kept is not None:
            reading = reading_from(kept, item.text)
        else:
            reading = read_text(item.text, registry, published=day, level=level)
            if extractor is not None:
                reading = second_opinion(reading, registry, extractor)
            fresh += 1
            if store:
                store.archive(item)
                store.keep(reading, f"{key}|{day}")
        found.append(reading)
        if progress:
            progress(number, len(texts), time.monotonic() - begun)
    if len(found) > 1:
        extra = source_flags(found)
        found = [replace(r, flags=(*r.flags, *e)) for r, e in zip(found, extra, strict=True)]
    return Batch(tuple(texts), tuple(found), fresh)
