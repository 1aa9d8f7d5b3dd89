"""Claims as a table (Parquet or CSV), and positions as the negotiation engine reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda.domain.errors import ModelError
from servanda.evidence.positions import Point
from servanda.evidence.records import Claim, Reading, Span
from servanda.evidence.store import claim_id

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "claims_from", "claims_table", "position_rows", "read_weights", "write_positions",
    "write_table",
]  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def claims_table(readings: Sequence[Reading]) -> pl.DataFrame:
    """Return one row for each claim; the text itself is no column."""
    import polars as pl

    rows = []
    for reading in readings:
        for claim in reading.claims:
            about = claim.reports_position_of
            rows.append(
                {
                    "claim": claim_id(reading.sha256, claim),
                    "source_sha256": reading.sha256,
                    **{k: v for k, v in claim.published().items() if k in _PLAIN},
                    "quotes": [list(q) for q in claim.quotes],
                    "speaker_span": list(claim.speaker_span),
                    "cue_span": list(claim.cue),
                    "about_actor": about[0] if about else None,
                    "about_proposal": about[1] if about else None,
                    "about_stance": about[2] if about else None,
                }
            )
    return pl.DataFrame(rows, schema=_schema(), orient="row")


_PLAIN = (
    "kind", "speaker", "start", "end", "proposal", "stance", "certainty", "via", "on_behalf_of",
    "conditional", "date", "rule",
)  # fmt: skip


def _schema() -> dict[str, Any]:
    import polars as pl

    text, number, whole = pl.String, pl.Float64, pl.Int64
    return {
        "claim": text, "source_sha256": text, "kind": text, "speaker": text, "start": whole,
        "end": whole, "proposal": text, "stance": number, "certainty": number, "via": text,
        "on_behalf_of": text, "conditional": pl.Boolean, "date": text, "rule": text,
        "quotes": pl.List(pl.List(whole)), "speaker_span": pl.List(whole),
        "cue_span": pl.List(whole), "about_actor": text, "about_proposal": text,
        "about_stance": number,
    }  # fmt: skip


def write_table(readings: Sequence[Reading], path: Path) -> None:
    """Write the claims as Parquet."""
    claims_table(readings).write_parquet(path)


def claims_from(path: Path) -> dict[str, list[Claim]]:
    """Read claims back from Parquet, by the hash of their source.

    Raises:
        ModelError: it is no such table (SV910).
    """
    import polars as pl

    try:
        table = pl.read_parquet(path)
        found: dict[str, list[Claim]] = {}
        for row in table.iter_rows(named=True):
            about = (row["about_actor"], row["about_proposal"], row["about_stance"])
            claim = Claim(
                kind=row["kind"], speaker=row["speaker"], speaker_span=Span(*row["speaker_span"]),
                cue=Span(*row["cue_span"]), span=Span(row["start"], row["end"]),
                quotes=tuple(Span(*q) for q in row["quotes"]), proposal=row["proposal"],
                stance=row["stance"], certainty=row["certainty"], via=row["via"],
                on_behalf_of=row["on_behalf_of"],
                reports_position_of=about if about[0] is not None else None,
                conditional=row["conditional"], date=row["date"], rule=row["rule"],
            )  # fmt: skip
            found.setdefault(row["source_sha256"], []).append(claim)
    except (OSError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise ModelError(
            f"{path} is no table of claims ({type(error).__name__}).", "SV910"
        ) from None
    return found


def position_rows(
    points: Sequence[Point], weights: Mapping[str, Mapping[str, str]] | None = None
) -> list[dict[str, Any]]:
    """Return rows for `servanda forecast`: issue, actor, position (0 to 100), salience, capability.

    Beside them stand the option, the day, the stance, standard errors and the ids of the claims.
    Salience and capability are not in texts: they come from ``weights`` or stay empty, never 0.
    """
    rows = []
    for point in points:
        own = (weights or {}).get(point.actor, {})
        rows.append(
            {
                "issue": point.proposal,
                "actor": point.actor,
                "position": round(50 + 50 * point.position, 4),
                "salience": own.get("salience", ""),
                "capability": own.get("capability", ""),
                "option": point.proposal,
                "date": point.day,
                "stance": round(point.position, 6),
                "standard_error": round(50 * point.standard_error, 4),
                "stance_standard_error": round(point.standard_error, 6),
                "evidence": " ".join(point.claims),
            }
        )
    return rows


def write_positions(
    points: Sequence[Point], weights: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """Return the rows of `position_rows` as CSV, safe to open in a spreadsheet."""
    rows = position_rows(points, weights)
    out = io.StringIO()
    names = list(rows[0]) if rows else ["issue", "actor", "position", "salience", "capability"]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: _safe(v) for k, v in row.items()})
    return out.getvalue()


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def read_weights(text: str) -> dict[str, dict[str, str]]:
    r"""Read salience and capability by actor: a CSV with columns actor, salience, capability.

    Raises:
        ModelError: a column is missing or a value is no number (SV910).

    Examples:
        >>> read_weights("actor,salience,capability\nUKR,90,40\n")
        {'UKR': {'salience': '90', 'capability': '40'}}
    """
    reader = csv.DictReader(io.StringIO(text))
    if not {"actor", "salience", "capability"} <= set(reader.fieldnames or []):
        raise ModelError("a table of weights has the columns actor, salience, capability.", "SV910")
    found = {}
    for number, row in enumerate(reader, 2):
        for name in ("salience", "capability"):
            try:
                float(row[name])
            except (TypeError, ValueError):
                raise ModelError(f"line {number}: '{row[name]}' is no number.", "SV910") from None
        found[row["actor"]] = {k: row[k] for k in ("salience", "capability")}
    return found
