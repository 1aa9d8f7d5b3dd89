"""What a reader has set: draws, seed, day, rival models, the fit, moved assumptions.

Settings travel in the address, so that a page can be sent on; nothing of the scenario's contents
does. The scenario's hash goes with them and says for which state of the files they were meant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlencode

from servanda.domain.errors import ModelError
from servanda.domain.moment import Moment
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study

__all__ = ["DRAWS", "FAR", "Settings", "settings_of"]

DRAWS = 500
FAR = 1.5
"""How far a slider goes, in standard deviations; beyond, too few draws would carry the weight."""

_MOST_DRAWS = 20_000
_MOST_SHIFTS = 40


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a page.

    ``scenario_hash`` is that of the link, empty where none was given.
    """

    draws: int = DRAWS
    seed: int = 1
    as_of: str | None = None
    rivals: Mapping[str, str] = field(default_factory=dict)
    posterior: str | None = "durability"
    protege: Literal["chooses", "mechanical"] = "chooses"
    shifts: Mapping[str, float] = field(default_factory=dict)
    scenario_hash: str = ""

    def study(self, resolved: Resolved, *, moved: bool = False, draws: int | None = None) -> Study:
        """Return the request that these settings stand for.

        Args:
            resolved: the scenario.
            moved: with the moved assumptions, or as the scenario has them.
            draws: other than those set.
        """
        shifts = {name: self.shifts[name] for name in sorted(self.shifts)} if moved else {}
        return Study(
            scenario=resolved.scenario.id,
            draws=draws or self.draws,
            seed=self.seed,
            as_of=None if self.as_of is None else Moment(self.as_of),
            rivals=dict(self.rivals),
            posterior=self.posterior,
            protege=self.protege,
            shifts=shifts,
        )

    def unmoved(self) -> Settings:
        """Return the settings with every assumption where the scenario has it."""
        return replace(self, shifts={})

    def query(self, *, scenario_hash: str = "", **more: str) -> str:
        """Write the settings that differ from the usual ones as the query of an address."""
        usual = Settings()
        pairs: list[tuple[str, str]] = [
            (name, str(getattr(self, name) if getattr(self, name) is not None else "prior"))
            for name in ("draws", "seed", "as_of", "posterior", "protege")
            if getattr(self, name) != getattr(usual, name)
        ]
        pairs += [(f"rival.{name}", value) for name, value in sorted(self.rivals.items())]
        pairs += [(f"shift.{n}", f"{v:g}") for n, v in sorted(self.shifts.items()) if v]
        pairs += list(more.items())
        if scenario_hash:
            pairs.append(("scenario", scenario_hash[:16]))
        return urlencode(pairs)


def settings_of(pairs: Iterable[tuple[str, str]]) -> Settings:
    """Read settings from the pairs of a query; other keys are left alone.

    Raises:
        ModelError: a value does not fit (SV983).

    Examples:
        >>> settings_of([("seed", "3"), ("shift.c_o", "0.5"), ("page", "2")]).shifts
        {'c_o': 0.5}
    """
    found: dict[str, Any] = {}
    rivals: dict[str, str] = {}
    shifts: dict[str, float] = {}
    for key, value in pairs:
        kind, dot, name = key.partition(".")
        if not value:
            continue
        if kind == "rival" and dot:
            rivals[name] = value
        elif kind == "shift" and dot:
            shifts[name] = _number(key, value, -FAR, FAR)
        elif key in _READ:
            field_name, read = _READ[key]
            found[field_name] = read(value)
    if len(shifts) > _MOST_SHIFTS or len(rivals) > _MOST_SHIFTS:
        raise ModelError(f"at most {_MOST_SHIFTS} assumptions are moved at once", code="SV983")
    return Settings(rivals=rivals, shifts={n: v for n, v in shifts.items() if v}, **found)


def _number(key: str, value: str, low: float, high: float, *, whole: bool = False) -> float:
    try:
        number = float(value) if len(value) < 40 else math.nan
    except ValueError:
        number = math.nan
    if not low <= number <= high or (whole and number != int(number)):
        kind = "a whole number" if whole else "a number"
        raise ModelError(f"{key}: expected {kind} from {low:g} to {high:g}", code="SV983")
    return number


def _day(value: str) -> str:
    try:
        return str(Moment(value))
    except ValueError as error:
        raise ModelError(f"as_of: {error}", code="SV983") from None


def _posterior(value: str) -> str | None:
    from servanda.study.calibration.posterior import names

    if value == "prior":
        return None
    if value not in names():
        raise ModelError(f"posterior: one of prior, {', '.join(names())}", code="SV983")
    return value


def _protege(value: str) -> Literal["chooses", "mechanical"]:
    if value not in ("chooses", "mechanical"):
        raise ModelError("protege: chooses or mechanical", code="SV983")
    return "chooses" if value == "chooses" else "mechanical"


_READ: dict[str, tuple[str, Callable[[str], Any]]] = {
    "draws": ("draws", lambda v: int(_number("draws", v, 1, _MOST_DRAWS, whole=True))),
    "seed": ("seed", lambda v: int(_number("seed", v, 0, 2**31, whole=True))),
    "as_of": ("as_of", _day),
    "posterior": ("posterior", _posterior),
    "protege": ("protege", _protege),
    "scenario": ("scenario_hash", lambda v: v[:64]),
}
