"""Decisions with known outcomes: what they are read from, and how forecasts of them are scored.

Two tables: issues (issue, proposal, outcome, and where known the reference point) and positions as
``servanda forecast`` reads them. The column names of the DEU data are understood as they are.
Issues of one proposal are correlated, so that whole proposals are left out or drawn together.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError, ScenarioError
from servanda.domain.problem import Problem
from servanda.negotiation.model import Distribution, Issue, Table
from servanda.negotiation.reading import read_table
from servanda.scenario.reading import opened

__all__ = ["Decisions", "Score", "read_decisions", "score"]

Floats = NDArray[np.float64]

ISSUE_COLUMNS = {
    "issue_id": "issue",
    "proposal_id": "proposal",
    "reference_point": "reference_point",
    "outcome": "outcome",
}
POSITION_COLUMNS = {"issue_id": "issue", "council_power": "capability"}
_BOOTSTRAPS = 2_000


@dataclass(frozen=True)
class Decisions:
    """Issues with outcomes.

    Attributes:
        issues: each with its reference point and, as group, its proposal.
        outcome: float64[issue].
        proposal: the proposal of each.
        digest: SHA-256 of both tables.
        undecided: how many issues have no outcome and are left out.
    """

    issues: tuple[Issue, ...]
    outcome: Floats
    proposal: tuple[str, ...]
    digest: str
    undecided: int

    @property
    def table(self) -> Table:
        """The issues as a table."""
        return Table(self.issues)


@dataclass(frozen=True)
class Score:
    """How forecasts did.

    Attributes:
        mae: mean distance of the point forecast from the outcome.
        rmse: root of the mean square of it.
        within_10: share of outcomes within 10 of the point.
        crps: mean continuous ranked probability score.
        coverage: share of outcomes inside the 80% interval, ends included.
        width: mean width of that interval.
    """

    mae: float
    rmse: float
    within_10: float
    crps: float
    coverage: float
    width: float


def read_decisions(folder: Path) -> Decisions:
    """Read the two tables of a folder, whose names end in ``issues.csv`` and ``positions.csv``.

    Raises:
        ModelError: a table is missing or cannot be used (SV936).
        ScenarioError: the table of positions has problems.
    """
    issues_file, positions_file = (_one(folder, end) for end in ("issues.csv", "positions.csv"))
    rows, text = _rows(issues_file)
    heading = positions_file.read_text("utf-8-sig", errors="replace").partition("\n")[0]
    given = {name.strip() for name in next(csv.reader([heading]), [])}
    columns = {theirs: ours for theirs, ours in POSITION_COLUMNS.items() if theirs in given}
    found = read_table(positions_file, columns=columns)
    digest = hashlib.sha256(text.encode("utf-8") + positions_file.read_bytes()).hexdigest()
    known = {issue.name: issue for issue in found.table.issues}
    issues, outcomes, proposals = [], [], []
    for row in rows:
        outcome = _number(issues_file, row, "outcome")
        issue = known.get(row["issue"])
        if outcome is None or issue is None:
            continue
        reference = _number(issues_file, row, "reference_point")
        issues.append(issue.changed(reference=reference, group=row["proposal"]))
        outcomes.append(outcome)
        proposals.append(row["proposal"])
    if len(set(proposals)) < 2:
        raise ModelError(f"{folder}: fewer than two proposals with outcomes to score", "SV936")
    left_out = len(rows) - len(issues)
    return Decisions(tuple(issues), np.array(outcomes), tuple(proposals), digest, left_out)


def _one(folder: Path, end: str) -> Path:
    if not folder.is_dir():
        raise ModelError(f"{folder} is no folder", "SV936")
    found = sorted(p for p in folder.iterdir() if p.name.endswith(end))
    if len(found) != 1:
        raise ModelError(
            f"{folder} has {len(found)} files whose names end in {end}, not one", "SV936"
        )
    return found[0]


def _rows(path: Path) -> tuple[list[dict[str, str]], str]:
    page = opened(path)
    if isinstance(page, Problem):
        raise ScenarioError([page])
    rows = []
    try:
        for row in csv.DictReader(io.StringIO(page.text, newline=""), strict=True):
            cells = {
                ISSUE_COLUMNS.get(key, key): (cell or "").strip()
                for key, cell in row.items()
                if isinstance(key, str) and not isinstance(cell, list)
            }
            rows.append(cells)
    except csv.Error as error:
        raise ModelError(f"{path}: this is not a table: {error}", "SV936") from None
    for key in ("issue", "proposal", "outcome"):
        if any(key not in row for row in rows) or not rows:
            raise ModelError(f"{path}: the column '{key}' is missing", "SV936")
    return rows, page.text


def _number(path: Path, row: Mapping[str, str], key: str) -> float | None:
    text = row.get(key, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ModelError(f"{path}: issue {row['issue']}: '{key}' is no number: {text}", "SV936")
    return value


def score(forecasts: Sequence[Distribution], outcome: Floats) -> Score:
    """Score forecasts of issues against their outcomes.

    Args:
        forecasts: one for each issue.
        outcome: float64[issue].
    """
    error = np.array([f.point for f in forecasts]) - outcome
    ends = np.array([f.interval() for f in forecasts])
    inside = (outcome >= ends[:, 0] - 1e-9) & (outcome <= ends[:, 1] + 1e-9)
    return Score(
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        within_10=float((np.abs(error) <= 10.0).mean()),
        crps=float(np.mean([f.crps(y) for f, y in zip(forecasts, outcome, strict=True)])),
        coverage=float(inside.mean()),
        width=float((ends[:, 1] - ends[:, 0]).mean()),
    )


def difference(ours: Floats, theirs: Floats, clusters: Sequence[str], seed: int) -> list[float]:
    """Return the mean difference of two losses with its 95% interval, drawing whole clusters.

    Args:
        ours: float64[issue].
        theirs: float64[issue].
        clusters: the cluster of each issue.
        seed: of the draws.

    Returns:
        Mean, 2.5% and 97.5% point.
    """
    names, member = np.unique(np.array(clusters), return_inverse=True)
    gap = np.bincount(member, weights=ours - theirs)
    size = np.bincount(member).astype(float)
    drawn = np.random.default_rng(seed).integers(0, names.size, (_BOOTSTRAPS, names.size))
    means = gap[drawn].sum(axis=1) / size[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return [float((ours - theirs).mean()), float(low), float(high)]
