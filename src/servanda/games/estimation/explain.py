"""A fit in words and as JSON, and what of it may go into a scenario."""

from __future__ import annotations

from typing import Any

import numpy as np

from servanda.games.estimation.building import Request
from servanda.games.estimation.model import Coefficient, Fitted

__all__ = ["assumption", "published", "sentences"]

_LINKS = {"probit": "normal", "logit": "logistic"}
_ERRORS = {
    "agent": "agent errors: each action has a shock of its own (standard deviation 1), unforeseen",
    "private": "private information: each payoff has a shock (standard deviation 1) that its owner "
    "alone knows",
}
_SE = {
    "observed": "observed information",
    "sandwich": "sandwich (robust to the distribution of outcomes)",
    "clustered": "clustered",
    "bootstrap": "bootstrap",
    "nested": "nested pseudo-likelihood (Aguirregabiria and Mira 2007)",
}
_METHODS = {
    "ml": "every row in equilibrium; among several the one under which its outcomes are likeliest",
    "npl": "nested pseudo-likelihood: expectations replaced by replies until they repeat",
    "pl": "pseudo-likelihood: expectations held at first-stage chances",
}


def sentences(fitted: Fitted) -> tuple[str, ...]:
    """Return what was fitted, in words a reader can check."""
    request = fitted.built.request
    found = [f"Model: {request.name}. {_model(request)}"]
    if request.model not in ("ultimatum", "lewis-schultz"):
        labels = ", ".join(fitted.built.outcomes)
        found.append(f"Outcomes, in the order of the tree: {labels}.")
    rows = f"Rows: {fitted.n:,}"
    if fitted.built.dropped:
        rows += f"; {fitted.built.dropped:,} dropped for a missing value"
    if fitted.built.weightless:
        rows += f"; {fitted.built.weightless:,} with weight zero"
    found.append(rows + ".")
    found.append(f"Standard errors: {_SE.get(fitted.se_kind, fitted.se_kind)}.")
    if fitted.penalty.kind != "none":
        strength = f" of strength {fitted.penalty.strength:g}" if fitted.penalty.strength else ""
        found.append(f"Penalised: {fitted.penalty.kind}{strength}; errors do not count its bias.")
    return tuple(found)


def _model(request: Request) -> str:
    if request.model == "ultimatum":
        return "Logistic reservation values, offers censored at both ends of their range."
    if request.model == "lewis-schultz":
        return f"Normal private information; {_METHODS[request.method]}."
    return f"Shocks are {_LINKS[request.link]}, with {_ERRORS[request.errors]}."


def published(fitted: Fitted) -> dict[str, Any]:
    """Return the object that ``servanda fit --json`` prints; no value in it is NaN."""
    request = fitted.built.request
    found: dict[str, Any] = {
        "model": request.name,
        "formula": request.formula,
        "link": request.link,
        "errors": request.errors,
        "log_likelihood": _number(fitted.log_likelihood),
        "n": fitted.n,
        "dropped": fitted.built.dropped,
        "weightless": fitted.built.weightless,
        "converged": fitted.converged,
        "warnings": [p.model_dump(mode="json", exclude_none=True) for p in fitted.warnings],
        "coefficients": [_line(one) for one in fitted.coefficients],
        "outcomes": list(fitted.built.outcomes),
        "aic": _number(fitted.aic),
        "bic": _number(fitted.bic),
        "std_error_kind": fitted.se_kind,
        "max_abs_gradient": _number(_slope(fitted)),
        "local_optima": list(fitted.others),
        "seed": fitted.seed,
    }
    for name, value in fitted.extra.items():
        found.setdefault(name, value)
    if fitted.penalty.kind != "none":
        found["penalty"] = {"kind": fitted.penalty.kind, "strength": fitted.penalty.strength}
    return found


def _slope(fitted: Fitted) -> float:
    return float(np.abs(fitted.optimum.gradient[fitted.built.design.free]).max(initial=0.0))


def _line(one: Coefficient) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": one.name,
        "estimate": one.estimate,
        "std_error": one.std_error,
        "z": one.z,
        "p_value": one.p_value,
        "interval_95": list(one.interval() or ()) or None,
    }
    if one.fixed:
        found["fixed"] = True
    if one.reason:
        found["reason"] = one.reason
    return found


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def assumption(
    identifier: str, label: str, unit: str, mean: float, sd: float, source: str, *, share: bool
) -> dict[str, Any]:
    """Return an estimate as an assumption of a scenario, its uncertainty with it.

    A share becomes a beta distribution with the given mean and standard deviation, another
    quantity a normal one; the range is four standard errors to either side.

    Args:
        identifier: of the assumption.
        label: what it is, for people.
        unit: of its value.
        mean: the estimate.
        sd: its standard error.
        source: where the data and the fit are described.
        share: whether the quantity lies between 0 and 1.

    Returns:
        An entry for ``assumptions`` of ``scenario.yaml``. ``verified`` is false: the estimate is
        ours, not read in a source.

    Raises:
        ValueError: a share whose mean and standard error no beta distribution has.

    Examples:
        >>> entry = assumption("p", "Chance", "share", 0.2, 0.04, "own fit", share=True)
        >>> entry["distribution"], entry["range"]
        ({'beta': {'a': 19.8, 'b': 79.2}}, [0.04, 0.36])
    """
    mean, sd = float(mean), float(sd)
    if not share:
        distribution: dict[str, Any] = {"normal": {"mean": round(mean, 6), "sd": round(sd, 6)}}
        low, high = mean - 4 * sd, mean + 4 * sd
    else:
        size = mean * (1 - mean) / sd**2 - 1
        if not (0 < mean < 1 and size > 0):
            raise ValueError(f"no beta distribution has mean {mean:g} and sd {sd:g}")
        a, b = mean * size, (1 - mean) * size
        distribution = {"beta": {"a": round(a, 6), "b": round(b, 6)}}
        low, high = max(0.0, mean - 4 * sd), min(1.0, mean + 4 * sd)
    return {
        "id": identifier,
        "label": label,
        "unit": unit,
        "distribution": distribution,
        "range": [round(low, 6), round(high, 6)],
        "source": source,
        "verified": False,
    }
