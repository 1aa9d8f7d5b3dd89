"""The comparison as the one JSON object that ``servanda compare --json`` prints."""

from __future__ import annotations

from typing import Any

from servanda.study.result import Comparison, Outlasts

__all__ = ["published"]


def published(comparison: Comparison) -> dict[str, Any]:
    """Return the published shape: keys stay, more may come, what is unknown is null with a reason.

    Returns:
        a dictionary of plain JSON values.
    """
    data = comparison.model_dump(mode="json")
    data["outlasts"] = {name: _pair(pair) for name, pair in comparison.outlasts.items()}
    data["conditions"] = list(data["conditions"]) or None
    data["conditions_reason"] = comparison.reasons.get("conditions")
    return data


def _pair(pair: Outlasts) -> dict[str, Any]:
    return {
        **pair.by_horizon,
        "ties": pair.ties,
        "mean_difference": pair.mean_difference,
        "lived_once": pair.lived_once,
    }
