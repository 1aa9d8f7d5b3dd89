"""A session of reading: documents, registry, store, review and exports behind one object."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.moment import Moment
from servanda.domain.problem import Problem
from servanda.evidence.batch import collect, read_documents
from servanda.evidence.explain import ClaimTrace, PositionTrace, trace_claim, trace_position
from servanda.evidence.positions import Point, observations, positions, timeline
from servanda.evidence.records import Reading
from servanda.evidence.registry import Registry, load
from servanda.evidence.review import EDITABLE, Item, applied, decide, queue, undo
from servanda.evidence.store import Store, reading_from
from servanda.evidence.texts import Document

if TYPE_CHECKING:
    from servanda.evidence.model import Cost, Extractor

__all__ = ["EXPORTS", "Session", "open_session"]

EXPORTS = ("positions", "parquet", "dna", "plover", "annotations")
Progress = Callable[[int, int, float], None]


@dataclass
class Session:
    """What a run of ``servanda read`` works on; filled by `open_session` and `read`."""

    documents: list[Document]
    registry: Registry
    published_on: str | None = None
    level: int | None = None
    store: Store | None = None
    half_life: float = 60.0
    as_of: str | None = None
    problems: tuple[Problem, ...] = ()
    extractor: Extractor | None = None
    readings: list[Reading] = field(default_factory=list)
    fresh: int = 0

    # --- reading ---

    def read(self, progress: Progress | None = None) -> None:
        """Read the documents, or take up those of the store where none were named."""
        if not self.documents and self.store is not None:
            self._from_store()
            return
        batch = read_documents(
            self.documents, self.registry, published=self.published_on, level=self.level,
            store=self.store, extractor=self.extractor, progress=progress,
        )  # fmt: skip
        self.readings, self.fresh = list(batch.readings), batch.fresh

    def _from_store(self) -> None:
        if self.store is None:
            return
        latest = self.store.latest()
        for line in self.store.sources():
            text = self.store.text(line["sha256"])
            kept = latest.get(line["sha256"])
            if text is None:
                raise ModelError(
                    f"the store keeps no text of {line['name']}; name the file again.", "SV907"
                )
            self.documents.append(
                Document(
                    text,
                    line["name"],
                    line["kind"],
                    line["bytes_sha256"],
                    url=line.get("url"),
                    title=line.get("title"),
                    published=line.get("published"),
                    retrieved=line.get("retrieved"),
                    publisher=line.get("publisher"),
                )
            )
            if kept is not None:
                self.readings.append(reading_from(kept, text))
        if len(self.readings) != len(self.documents):
            batch = read_documents(
                self.documents, self.registry, level=self.level, store=self.store
            )
            self.readings = list(batch.readings)

    def pairs(self) -> Iterator[tuple[Document, Reading]]:
        """Return the documents with their readings, reviews applied."""
        yield from zip(self.documents, self.reviewed(), strict=True)

    # --- reviews ---

    def decisions(self) -> list[dict[str, Any]]:
        """Return the decisions of the store."""
        return self.store.decisions() if self.store else []

    def reviewed(self) -> list[Reading]:
        """Return the readings with the decisions applied."""
        return applied(self.readings, self.decisions())

    def next_item(self, skipped: set[str]) -> Item | None:
        """Return the claim whose decision would change most."""
        self._needs_store()
        items = queue(self.readings, self.decisions(), half_life=self.half_life)
        return next((i for i in items if i.id not in skipped), None)

    def _needs_store(self) -> Store:
        if self.store is None:
            raise ModelError("a review is kept in a store: add --store FOLDER.", "SV909")
        return self.store

    def decide(self, text: str, who: str) -> str:
        """Make a decision given as ``ID=accept``, ``ID=reject``, ``ID=FIELD:VALUE`` or ``undo``.

        Raises:
            ModelError: it cannot be understood, or there is no such claim (SV909).
        """
        store = self._needs_store()
        if text == "undo":
            return self.undo(who)
        id_, sign, what = text.partition("=")
        if not sign:
            raise ModelError(
                f"'{text}': a decision is ID=accept, ID=reject or ID=FIELD:VALUE.", "SV909"
            )
        trace_claim(id_, self.readings)
        if what in {"accept", "reject"}:
            decide(store, id_, what, who)
        else:
            decide(store, id_, "edit", who, changes=self._changes(what))
        return f"{id_}: {what} by {who}"

    def _changes(self, text: str) -> dict[str, Any]:
        name, sign, value = text.partition(":")
        if not sign or name not in EDITABLE:
            raise ModelError(
                f"'{text}': an edit is FIELD:VALUE with {', '.join(EDITABLE)}.", "SV909"
            )
        if name in {"stance", "certainty"}:
            low = -1.0 if name == "stance" else 0.0
            try:
                number = float(value)
            except ValueError:
                number = float("nan")
            if not low <= number <= 1:
                raise ModelError(f"'{value}' is no {name} from {low:g} to 1.", "SV909")
            return {name: number}
        known: dict[str, set[str]] = {
            "speaker": set(self.registry.actors),
            "proposal": set(self.registry.proposals),
        }
        if name in known and value not in known[name]:
            raise ModelError(f"the registry has no {name} '{value}'.", "SV909")
        if name == "kind" and value not in {"direct", "mixed", "indirect", "position"}:
            raise ModelError(f"'{value}' is no kind of claim.", "SV909")
        return {name: value or None}

    def undo(self, who: str) -> str:
        """Take the latest decision back."""
        line = undo(self._needs_store(), who)
        return f"{line['claim']}: decision taken back by {who}"

    # --- positions ---

    def positions(self) -> list[Point]:
        """Return where everybody stands, on the day of knowledge."""
        return positions(observations(self.reviewed()), as_of=self.as_of, half_life=self.half_life)

    def timeline(self) -> list[Point]:
        """Return the positions on every day that brought an observation."""
        return timeline(observations(self.reviewed()), half_life=self.half_life)

    def trace(self, text: str) -> PositionTrace | ClaimTrace:
        """Open ``ACTOR:PROPOSAL`` or a claim's id.

        Raises:
            ModelError: there is nothing of that name (SV909).
        """
        sources = [_source(d) for d in self.documents]
        actor, sign, proposal = text.partition(":")
        if not sign:
            return trace_claim(text, self.readings, self.decisions(), sources)
        return trace_position(
            actor, proposal, self.readings, self.decisions(), sources,
            as_of=self.as_of, half_life=self.half_life,
        )  # fmt: skip

    # --- out ---

    def use_model(
        self, name: str | None, record: str | None, prices: tuple[float, float] | None, *,
        offline: bool = False,
    ) -> Cost:  # fmt: skip
        """Ask a language model too, or repeat recorded answers; return what it would cost.

        Raises:
            ModelError: with ``offline`` and no record (SV903), or no such model (SV915).
        """
        from servanda.evidence.model import PydanticAI, Recorded, cost

        if name and offline:
            raise ModelError("--offline: a language model is not asked.", "SV903")
        inner = PydanticAI(name) if name else None
        self.extractor = Recorded(Path(record), inner) if record else inner
        return cost([d.text for d in self.documents], self.registry, prices)

    def export(self, wanted: Sequence[str], weights: str | None = None) -> list[str]:
        """Write exports given as ``KIND=FILE`` and return the files.

        Raises:
            ModelError: there is no such kind, or a file cannot be written (SV910).
        """
        done = []
        for text in wanted:
            kind, sign, file = text.partition("=")
            if not sign or kind not in EXPORTS or not file:
                raise ModelError(
                    f"'{text}': an export is KIND=FILE with {', '.join(EXPORTS)}.", "SV910"
                )
            self._export(kind, Path(file), weights)
            done.append(file)
        return done

    def _export(self, kind: str, path: Path, weights: str | None) -> None:
        from servanda.evidence.exchange import annotation, dna, plover, tables

        readings = self.reviewed()
        if kind == "parquet":
            tables.write_table(readings, path)
        elif kind == "dna":
            dna.write_dna(readings, path, self.registry)
        elif kind == "plover":
            path.write_text(plover.write_lines(readings), "utf-8")
        elif kind == "annotations":
            text = json.dumps(annotation.collection(readings), ensure_ascii=False, indent=1)
            path.write_text(text, "utf-8")
        else:
            known = tables.read_weights(Path(weights).read_text("utf-8")) if weights else None
            path.write_text(tables.write_positions(self.positions(), known), "utf-8")

    def published(self, *, trace: str | None = None, positions: bool = False) -> dict[str, Any]:
        """Return the object that ``servanda read --json`` prints."""
        found: dict[str, Any] = {
            "claims": [],
            "incidents": [],
            "flags": [],
            "unresolved": [],
            "sources": [],
            "notes": [],
        }
        for document, reading in self.pairs():
            one = reading.published()
            one["sources"][0] |= _source(document)
            for key in found:
                found[key] += [n for n in one[key] if key != "notes" or n not in found["notes"]]
        from servanda.evidence.store import claim_id

        ids = [claim_id(r.sha256, c) for r in self.reviewed() for c in r.claims]
        for claim, id_ in zip(found["claims"], ids, strict=True):
            claim["id"] = id_
        if positions:
            found["positions"] = [
                {
                    "actor": p.actor, "proposal": p.proposal, "date": p.day or None,
                    "position": p.position,
                    "standard_error": p.standard_error, "reversal": p.reversal,
                    "evidence": list(p.claims),
                }
                for p in self.positions()
            ]  # fmt: skip
        if trace:
            found["trace"] = self.trace(trace).published()
        return found


def _source(document: Document) -> dict[str, Any]:
    return {
        "sha256": document.sha256, "name": document.name, "url": document.url,
        "title": document.title,
        "publisher": document.publisher, "retrieved": document.retrieved, "kind": document.kind,
        "bytes_sha256": document.bytes_sha256 or None, "extractor": document.extractor,
    }  # fmt: skip


def open_session(
    names: Sequence[str], *, registry: str | None = None, published: str | None = None,
    offline: bool = False, level: int | None = None, store: str | None = None,
    keep_texts: bool = True, half_life: float = 60.0, as_of: str | None = None,
) -> Session:  # fmt: skip
    """Gather documents, registry and store.

    Raises:
        ScenarioError: a file or the registry has problems.
        ModelError: nothing to read (SV900), a day that is none (SV900), or as `collect`.
    """
    if not names and store is None:
        raise ModelError("name a file, folder or address, or a store with --store.", "SV900")
    for name, day in (("--published", published), ("--as-of", as_of)):
        if day is not None and not _is_day(day):
            raise ModelError(f"{name}: '{day}' is no day such as 2025-03-07.", "SV900")
    problems: list[Problem] = []
    texts: list[Document] = []
    known: Registry | None = None
    try:
        known = load(registry)
    except ScenarioError as error:
        problems += error.problems
    for name in names:
        try:
            texts += collect([name], offline=offline)
        except ScenarioError as error:
            problems += error.problems
    if known is None or (problems and not texts) or (problems and len(names) == 1):
        raise ScenarioError(problems)
    return Session(
        documents=texts, registry=known, published_on=published, level=level,
        store=Store(Path(store), keep_texts=keep_texts) if store else None,
        half_life=half_life, as_of=as_of, problems=tuple(problems),
    )  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        return Moment(text).precision == "day"
    except ValueError:
        return False
