"""A forecast of a file of positions: read, forecast, and who moved between two days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from servanda.domain.errors import ModelError
from servanda.domain.moment import Moment
from servanda.domain.problem import Problem
from servanda.negotiation import Forecast, IssueForecast, Settings, forecast, read_table
from servanda.negotiation.explain import CAUTION
from servanda.negotiation.solve import known_models
from servanda.negotiation.timeline import HALF_LIFE, Move, moved
from servanda.scenario import shelf
from servanda.scenario.folder import load

__all__ = ["Forecasted", "chosen_models", "forecast_file"]

#: Rounds are told move by move for so many issues; beyond, `--issue` asks for one.
_TOLD = 25


@dataclass(frozen=True)
class Forecasted:
    """What ``servanda forecast`` shows.

    Attributes:
        found: the forecasts.
        warnings: problems of the file that do not stand in the way.
        moves: who moved between the two days asked for.
    """

    found: Forecast
    warnings: tuple[Problem, ...]
    moves: tuple[Move, ...] = ()

    def issue(self, name: str | None) -> IssueForecast:
        """Return the forecast of one issue, the first without a name.

        Raises:
            ModelError: there is no such issue (SV937).
        """
        for item in self.found.issues:
            if name is None or item.issue.name == name:
                return item
        raise ModelError(f"there is no issue '{name}' in the table", "SV937")

    def published(self) -> dict[str, object]:
        """Return it ready for JSON."""
        told = len(self.found.issues) <= _TOLD
        return {
            "issues": [_issue(item, told) for item in self.found.issues],
            "exchanges": {
                name: {
                    "before": found.before,
                    "after": found.after,
                    "trades": [
                        {
                            "first": t.first,
                            "second": t.second,
                            "gives": t.gives,
                            "gets": t.gets,
                            "moved_first": t.moved_first,
                            "moved_second": t.moved_second,
                            "gain_first": t.gain_first,
                            "gain_second": t.gain_second,
                            "others": t.others,
                        }
                        for t in found.trades
                    ],
                    "gain": found.gain,
                    "stable": found.stable,
                    "left": found.left,
                }
                for name, found in self.found.exchanges.items()
            },
            "moved": [move.published() for move in self.moves],
            "settings": {
                "rounds": self.found.settings.rounds,
                "stays": self.found.settings.stays,
                "agenda_setter": self.found.settings.setter,
                "majority": self.found.settings.majority,
                "draws": self.found.settings.draws,
                "seed": self.found.settings.seed,
            },
            "caution": CAUTION,
        }


def _issue(item: IssueForecast, told: bool) -> dict[str, object]:
    issue, contest = item.issue, item.contest
    models: dict[str, object] = {}
    for name, found in item.models.items():
        model = found.published()
        if not told and "rounds" in model:
            model["rounds"] = [
                {k: v for k, v in row.items() if k in ("round", "median", "mean")}
                for row in model["rounds"]  # type: ignore[attr-defined]
            ]
        models[name] = model
    return {
        "issue": issue.name,
        "group": issue.group,
        "reference_point": issue.reference,
        "actors": [
            {
                "actor": a,
                "position": float(issue.position[k]),
                "salience": float(issue.salience[k]),
                "capability": float(issue.capability[k]),
                "weight": float(issue.weight[k]),
            }
            for k, a in enumerate(issue.actors)
        ],
        "models": models,
        "contest": None
        if contest is None
        else {
            "leading": contest.leading,
            "rival": contest.rival,
            "chance": contest.chance,
        },
        "blockers": []
        if contest is None
        else [
            {"actor": b.actor, "position": b.position, "share": b.share} for b in contest.blockers
        ],
        "packages": [] if contest is None else [p.published() for p in contest.packages],
        "notes": list(issue.notes),
    }


def chosen_models(text: str) -> tuple[str, ...] | None:
    """Read the names of ``--model``: `all`, or some separated by commas.

    Examples:
        >>> chosen_models("all"), chosen_models("compromise, ktab")
        (None, ('compromise', 'ktab'))
    """
    if text.strip() == "all":
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip())


def forecast_file(
    path: Path,
    *,
    models: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    actors: str | None = None,
    as_of: str | None = None,
    between: str | None = None,
    half_life: float = HALF_LIFE,
    weights: Path | None = None,
) -> Forecasted:
    """Read a table of positions and forecast every issue.

    Args:
        path: a CSV file.
        models: names of models; all unless given.
        columns: which of the table's columns stands for which of ours, theirs -> ours.
        settings: how models are run.
        actors: registry that the actors must be of: ``library``, an example, or a scenario.
        as_of: use only what is dated up to this day.
        between: two days, written ``2025-03-01..2025-08-31``: say who moved.
        half_life: days after which evidence counts half.
        weights: a table of saliences and capabilities, for positions that come without.

    Raises:
        ScenarioError: the table has problems.
        ModelError: no such model (SV929); a day or setting that cannot be used (SV935).
    """
    known_models(models)
    if not half_life > 0.0:
        raise ModelError(f"the half-life is {half_life:g} days; it is above 0", "SV935")
    day = None if as_of is None else _day(as_of)
    span = None if between is None else _span(between)
    known = None if actors is None else _registry(actors)
    read = read_table(
        path, columns=columns, actors=known, as_of=day, half_life=half_life, weights=weights
    )
    if settings is not None and settings.setter is not None:
        _check_setter(settings.setter, {a for i in read.table.issues for a in i.actors})
    moves = () if span is None else tuple(moved(read.stands, *span, half_life))
    return Forecasted(forecast(read.table, models, settings), read.warnings, moves)


def _check_setter(name: str, actors: set[str]) -> None:
    if name not in actors:
        raise ModelError(f"the agenda setter '{name}' is no actor of the table", "SV935")


def _registry(name: str) -> frozenset[str]:
    found = shelf.actors() if name == "library" else load(name).actors
    return frozenset(found)


def _day(text: str) -> Moment:
    try:
        return Moment(text)
    except ValueError as error:
        raise ModelError(str(error), "SV935") from None


def _span(text: str) -> tuple[Moment, Moment]:
    first, sign, second = text.partition("..")
    if not sign:
        raise ModelError(f"two days are written FIRST..SECOND, not '{text}'", "SV935")
    days = _day(first.strip()), _day(second.strip())
    if not days[0].before(days[1]):
        raise ModelError(f"{days[0]} is not before {days[1]}", "SV935")
    return days
