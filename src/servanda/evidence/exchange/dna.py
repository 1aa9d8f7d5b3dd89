"""Discourse Network Analyzer 3: claims as coded statements in its SQLite file.

Tables and types as in the files of version 3.0.x: DOCUMENTS, CODERS, STATEMENTTYPES, VARIABLES,
STATEMENTS, ENTITIES, DATASHORTTEXT, DATABOOLEAN, ... with the default type "DNA Statement" (person,
organization, concept, agreement). Agreement is yes or no there: a stance within 0.15 of zero has
none and is left out of the file and counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servanda.domain.errors import ModelError
from servanda.evidence.records import Reading
from servanda.evidence.registry import PERSON, Registry

__all__ = ["NEUTRAL", "read_dna", "write_dna"]

NEUTRAL = 0.15
_LONGEST = 190
_SCHEMA = """
CREATE TABLE SETTINGS(Property TEXT PRIMARY KEY, Value TEXT);
CREATE TABLE CODERS(ID INTEGER PRIMARY KEY NOT NULL, Name TEXT NOT NULL, Red INTEGER DEFAULT 69,
  Green INTEGER DEFAULT 212, Blue INTEGER DEFAULT 255, Password TEXT NOT NULL DEFAULT '');
CREATE TABLE DOCUMENTS(ID INTEGER PRIMARY KEY NOT NULL, Title TEXT NOT NULL, Text TEXT NOT NULL,
  Coder INTEGER, Author TEXT NOT NULL DEFAULT '', Source TEXT NOT NULL DEFAULT '',
  Section TEXT NOT NULL DEFAULT '', Type TEXT NOT NULL DEFAULT '', Notes TEXT NOT NULL DEFAULT '',
  Date INTEGER NOT NULL, FOREIGN KEY(Coder) REFERENCES CODERS(ID));
CREATE TABLE STATEMENTTYPES(ID INTEGER PRIMARY KEY NOT NULL, Label TEXT NOT NULL, Red INTEGER,
  Green INTEGER, Blue INTEGER);
CREATE TABLE VARIABLES(ID INTEGER PRIMARY KEY NOT NULL, Variable TEXT NOT NULL, 
  DataType TEXT NOT NULL, StatementTypeId INTEGER,
  FOREIGN KEY(StatementTypeId) REFERENCES STATEMENTTYPES(ID));
CREATE TABLE STATEMENTS(ID INTEGER PRIMARY KEY NOT NULL, StatementTypeId INTEGER, 
  DocumentId INTEGER, Start INTEGER NOT NULL, Stop INTEGER NOT NULL, Coder INTEGER,
  FOREIGN KEY(DocumentId) REFERENCES DOCUMENTS(ID) ON DELETE CASCADE);
CREATE TABLE ENTITIES(ID INTEGER PRIMARY KEY NOT NULL, VariableId INTEGER NOT NULL, 
  Value TEXT NOT NULL DEFAULT '', Red INTEGER DEFAULT 0,
  Green INTEGER DEFAULT 0, Blue INTEGER DEFAULT 0, ChildOf INTEGER, UNIQUE(VariableId, Value));
CREATE TABLE DATABOOLEAN(ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL,
  VariableId INTEGER NOT NULL, Value INTEGER NOT NULL DEFAULT 1, UNIQUE(StatementId, VariableId));
CREATE TABLE DATAINTEGER(ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL,
  VariableId INTEGER NOT NULL, Value INTEGER NOT NULL DEFAULT 0, UNIQUE(StatementId, VariableId));
CREATE TABLE DATASHORTTEXT(ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL,
  VariableId INTEGER NOT NULL, Entity INTEGER NOT NULL, UNIQUE(StatementId, VariableId),
  FOREIGN KEY(Entity) REFERENCES ENTITIES(ID) ON DELETE CASCADE);
CREATE TABLE DATALONGTEXT(ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL,
  VariableId INTEGER NOT NULL, Value TEXT DEFAULT '', UNIQUE(StatementId, VariableId));
CREATE TABLE ATTRIBUTEVARIABLES(ID INTEGER PRIMARY KEY NOT NULL, VariableId INTEGER NOT NULL,
  AttributeVariable TEXT NOT NULL);
CREATE TABLE ATTRIBUTEVALUES(ID INTEGER PRIMARY KEY NOT NULL, EntityId INTEGER NOT NULL,
  AttributeVariableId INTEGER NOT NULL, AttributeValue TEXT NOT NULL DEFAULT '');
CREATE TABLE REGEXES(Label TEXT PRIMARY KEY, Red INTEGER, Green INTEGER, Blue INTEGER);
"""
_VARIABLES = {"person": 1, "organization": 2, "concept": 3, "agreement": 4}


def write_dna(
    readings: Sequence[Reading], path: Path, registry: Registry, *, with_text: bool = False
) -> int:
    """Write claims as a DNA database.

    Args:
        readings: what was read.
        path: the file; it must not exist.
        registry: for names and sides.
        with_text: put the texts in. Without, blanks stand for them, so that offsets hold and no
            text is passed on.

    Returns:
        How many claims had no agreement and were left out.

    Raises:
        ModelError: the file exists or cannot be written (SV910).
    """
    if path.exists():
        raise ModelError(f"{path} exists; name a new file.", "SV910")
    left_out = 0
    try:
        with closing(sqlite3.connect(path)) as base, base:
            base.executescript(_SCHEMA)
            _preamble(base)
            entities: dict[tuple[str, str], int] = {}
            for number, reading in enumerate(readings, 1):
                _document(base, number, reading, with_text)
                for claim in reading.claims:
                    if (
                        claim.stance is None
                        or abs(claim.stance) < NEUTRAL
                        or claim.proposal is None
                    ):
                        left_out += 1
                        continue
                    row = base.execute(
                        "INSERT INTO STATEMENTS(StatementTypeId, DocumentId, Start, Stop, Coder)"
                        " VALUES (1, ?, ?, ?, 1)",
                        (number, claim.span.start, claim.span.end),
                    ).lastrowid
                    actor = registry.actors.get(claim.speaker)
                    person = actor.plain_name if actor and actor.type == PERSON else ""
                    organ = (actor.side if person else actor.plain_name) if actor else claim.speaker
                    for name, value in (
                        ("person", person),
                        ("organization", organ),
                        ("concept", claim.proposal),
                    ):
                        entity = _entity(base, entities, name, value[:_LONGEST])
                        base.execute(
                            "INSERT INTO DATASHORTTEXT(StatementId, VariableId, Entity) VALUES "
                            "(?, ?, ?)",
                            (row, _VARIABLES[name], entity),
                        )
                    base.execute(
                        "INSERT INTO DATABOOLEAN(StatementId, VariableId, Value) VALUES (?, 4, ?)",
                        (row, int(claim.stance > 0)),
                    )
    except sqlite3.Error as error:
        raise ModelError(f"{path} cannot be written: {error}.", "SV910") from None
    return left_out


def _preamble(base: sqlite3.Connection) -> None:
    base.execute("INSERT INTO SETTINGS VALUES ('version', '3.0'), ('date', '1')")
    base.execute("INSERT INTO CODERS(ID, Name) VALUES (1, 'servanda')")
    base.execute("INSERT INTO STATEMENTTYPES VALUES (1, 'DNA Statement', 239, 208, 51)")
    for name, id_ in _VARIABLES.items():
        kind = "boolean" if name == "agreement" else "short text"
        base.execute("INSERT INTO VARIABLES VALUES (?, ?, ?, 1)", (id_, name, kind))


def _document(base: sqlite3.Connection, number: int, reading: Reading, with_text: bool) -> None:
    day = reading.published_on or "1970-01-01"
    seconds = int(datetime.fromisoformat(day[-10:]).replace(tzinfo=UTC).timestamp())
    text = reading.text if with_text else " " * len(reading.text)
    base.execute(
        "INSERT INTO DOCUMENTS(ID, Title, Text, Coder, Notes, Date) VALUES (?, ?, ?, 1, ?, ?)",
        (number, f"source {number}", text, f"sha256:{reading.sha256}", seconds),
    )


def _entity(
    base: sqlite3.Connection, known: dict[tuple[str, str], int], variable: str, value: str
) -> int:
    key = (variable, value)
    if key not in known:
        row = base.execute(
            "INSERT INTO ENTITIES(VariableId, Value) VALUES (?, ?)", (_VARIABLES[variable], value)
        ).lastrowid
        known[key] = int(row or 0)
    return known[key]


def read_dna(path: Path) -> list[dict[str, Any]]:
    """Read the statements of a DNA database.

    Returns:
        One record each: document (number), title, day, start, stop, source_sha256 where the notes
        have it, and the variables by name (agreement as bool).

    Raises:
        ModelError: it is no such file (SV910).
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
            rows = base.execute(
                "SELECT s.ID, s.DocumentId, s.Start, s.Stop, d.Title, d.Notes, d.Date FROM "
                "STATEMENTS s"
                " JOIN DOCUMENTS d ON d.ID = s.DocumentId ORDER BY s.ID"
            ).fetchall()
            short = base.execute(
                "SELECT x.StatementId, v.Variable, e.Value FROM DATASHORTTEXT x JOIN VARIABLES v ON"
                " v.ID = x.VariableId JOIN ENTITIES e ON e.ID = x.Entity"
            ).fetchall()
            flags = base.execute(
                "SELECT x.StatementId, v.Variable, x.Value FROM DATABOOLEAN x JOIN VARIABLES v ON"
                " v.ID = x.VariableId"
            ).fetchall()
    except sqlite3.Error as error:
        raise ModelError(f"{path} is no DNA database: {error}.", "SV910") from None
    values: dict[int, dict[str, Any]] = {}
    for id_, name, value in short:
        values.setdefault(id_, {})[name] = value
    for id_, name, value in flags:
        values.setdefault(id_, {})[name] = bool(value)
    found = []
    for id_, document, start, stop, title, notes, seconds in rows:
        day = datetime.fromtimestamp(seconds, UTC).date().isoformat()
        sha = notes.removeprefix("sha256:") if notes.startswith("sha256:") else None
        found.append(
            {"document": document, "title": title, "day": day, "start": start, "stop": stop,
             "source_sha256": sha, **values.get(id_, {})}
        )  # fmt: skip
    return found
