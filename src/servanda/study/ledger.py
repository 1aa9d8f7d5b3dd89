"""The assumptions as used: value and spread, unit, source, and whether anybody verified them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from servanda.domain.assumption import Assumption
from servanda.domain.option import Option
from servanda.domain.scenario import Resolved
from servanda.study.arrays import Arrays
from servanda.study.result import LedgerRow

__all__ = ["ledger_rows"]


def ledger_rows(
    resolved: Resolved, arrays: Arrays, options: Sequence[Option]
) -> tuple[LedgerRow, ...]:
    """List every assumption the options compared rest on, with the quantiles of the draws."""
    users = _users(resolved, options)
    rows = []
    for name in used_names(resolved, options):
        column = arrays.parameters[name]
        assumption = resolved.assumptions[name]
        low, middle, high = np.quantile(column, (0.05, 0.5, 0.95))
        rival = assumption.rivals.get(assumption.shown or "")
        rows.append(
            LedgerRow(
                id=name,
                label=assumption.label,
                unit=assumption.unit,
                distribution=describe(assumption),
                p05=float(low),
                p50=float(middle),
                p95=float(high),
                source=rival.source if rival else assumption.source,
                verified=rival.verified if rival else assumption.verified,
                symbol=assumption.symbol,
                note=assumption.note,
                used_by=tuple(users.get(name, ())),
            )
        )
    return tuple(rows)


def used_names(resolved: Resolved, options: Sequence[Option]) -> tuple[str, ...]:
    """Return the assumptions that can move a number of these options.

    An assumption that only belongs to an option or a deployment not compared (because it was not
    known yet, for example) is drawn, so that streams stay the same, and is not shown.
    """
    everywhere = _users(resolved, resolved.options)
    here = _users(resolved, options)
    idle = {name for name in everywhere if name not in here}
    listed = {d.troops for d in resolved.scenario.deployments} - set(here)
    money = {g.gdp_musd for g in resolved.scenario.guarantors}
    unused = {n for n in resolved.assumptions if n.startswith("gdp_") and n not in money}
    return tuple(n for n in sorted(resolved.assumptions) if n not in idle | listed | unused)


def describe(assumption: Assumption) -> str:
    """Write a distribution in words.

    Examples:
        >>> describe(Assumption(id="x", label="X", unit="1", source="judgement",
        ...     distribution={"lognormal": {"median": 4, "log_sd": 0.25}}))
        'lognormal, median 4, log sd 0.25'
    """
    used = assumption.used()
    form = used.form
    value = getattr(used, form)
    if form == "fixed":
        return f"fixed at {value:g}"
    parts = ", ".join(
        f"{name.replace('_', ' ')} {number:g}" for name, number in value.model_dump().items()
    )
    rival = f" (rival {assumption.shown})" if assumption.rivals else ""
    return f"{form}, {parts}{rival}"


def _users(resolved: Resolved, options: Sequence[Option]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}

    def note(identifier: str | None, user: str) -> None:
        if identifier is not None and user not in users.setdefault(identifier, []):
            users[identifier].append(user)

    deployments = {d.id: d for d in resolved.scenario.deployments}
    for option in options:
        note(option.adversary_loss, option.id)
        for phase in option.phases:
            note(phase.passes_on, option.id)
            for name in phase.deployments:
                note(deployments[name].troops, option.id)
                note(deployments[name].unit_cost, option.id)
    for guarantor in resolved.scenario.guarantors:
        for field in ("capability", "stake", "nuclear_cost", "response_ceiling", "default_cost"):
            note(getattr(guarantor, field), guarantor.actor)
    return users
