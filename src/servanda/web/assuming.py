"""The page Assumptions: every number with its source, unverified marks, rival models, sliders."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from servanda.domain.assumption import Assumption
from servanda.report.names import source_names
from servanda.report.words import number_text
from servanda.scenario import shelf
from servanda.study.ledger import used_names
from servanda.web.settings import FAR
from servanda.web.shell import page
from servanda.web.visits import visit

__all__ = ["distribution_text", "router"]

router = APIRouter(include_in_schema=False)


@router.get("/s/{key}/assumptions")
def assumptions_page(key: str, request: Request) -> HTMLResponse:
    """Show the ledger; with the drawn values where the comparison is there."""
    seen = visit(key, request)
    resolved = seen.resolved
    job = seen.bench.jobs.known(resolved, seen.settings.study(resolved))
    basis = seen.bench.jobs.result(job) if job is not None and job.state == "done" else None
    drawn = {row.id: row for row in basis.comparison.ledger} if basis else {}
    own = {a.id for a in resolved.scenario.assumptions}
    names = source_names(basis.comparison) if basis else _sources()
    used = set(used_names(resolved, resolved.options))
    rows: list[dict[str, Any]] = []
    for name, assumption in sorted(resolved.assumptions.items(), key=lambda i: i[0] not in used):
        rows.append(
            {
                "a": assumption,
                "used": name in used,
                "own": name in own,
                "text": distribution_text(assumption, seen.settings.rivals.get(name)),
                "drawn": drawn.get(name),
                "source": names.get(assumption.source, assumption.source),
                "shift": seen.settings.shifts.get(name, 0.0),
                "movable": basis is not None and name in basis.arrays.parameters,
            }
        )
    values = {
        "v": seen,
        "here": "assumptions",
        "rows": [r for r in rows if r["used"]],
        "others": [r for r in rows if not r["used"]],
        "far": FAR,
        "rivals": [r for r in rows if r["a"].rivals],
        "unverified": sum(not r["a"].verified for r in rows if r["used"]),
    }
    return page(request, "assumptions.html.j2", values)


def _sources() -> dict[str, str]:
    return {key: f"{prior.source} [{key}]" for key, prior in shelf.priors().items()}


def distribution_text(assumption: Assumption, rival: str | None = None) -> str:
    """Write the distribution in use in words.

    Examples:
        >>> distribution_text(shelf.assumptions()["omega_c"])
        'lognormal: median 0.45, log sd 0.5'
    """
    chosen = rival if rival in assumption.rivals else None
    used = assumption.used(chosen)
    value = getattr(used, used.form)
    if isinstance(value, float):
        return number_text(value)
    parts = [f"{key.replace('_', ' ')} {number_text(v)}" for key, v in value.model_dump().items()]
    return f"{used.form}: {', '.join(parts)}"
