"""All models on one table, each a distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.negotiation.averages import means, medians
from servanda.negotiation.bargaining import nash, status_quo_note
from servanda.negotiation.calibrated import combine, dress, fitted, spread_of
from servanda.negotiation.challenge import challenge
from servanda.negotiation.condorcet import condorcet
from servanda.negotiation.contest import Contest, contest
from servanda.negotiation.exchange import MAX_CELLS, MAX_LINKED, Exchange, exchange
from servanda.negotiation.ktab import ktab
from servanda.negotiation.model import Distribution, Issue, Settings, Table, Voters
from servanda.negotiation.veto import setter_of, veto
from servanda.scenario.reading import closest

__all__ = ["MODELS", "Forecast", "IssueForecast", "forecast", "known_models"]

Floats = NDArray[np.float64]

#: By name what each model is, in the order in which they are shown.
MODELS: Mapping[str, str] = {
    "combined": "calibrated combination",
    "condorcet": "probabilistic Condorcet",
    "compromise": "power and salience weighted mean",
    "mean": "plain mean",
    "salience-mean": "salience weighted mean",
    "power-mean": "power weighted mean",
    "median": "plain median",
    "weighted-median": "power and salience weighted median",
    "nash": "Nash bargaining, worst-case disagreement, linear loss",
    "nash-quadratic": "Nash bargaining, worst-case disagreement, quadratic loss",
    "nash-status-quo": "Nash bargaining, status-quo disagreement, linear loss",
    "nash-status-quo-quadratic": "Nash bargaining, status-quo disagreement, quadratic loss",
    "printed": "expected-utility challenges, formulas as printed",
    "published-code": "expected-utility challenges, as the published numbers were computed",
    "ktab": "KTAB probabilities before bargaining",
    "exchange": "position exchange over several issues",
    "veto": "veto players with agenda setter",
}
#: Cells (draws times actors times positions) worked on at once.
_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class IssueForecast:
    """What every model says of one issue, who stands in the way, and the smallest change.

    Attributes:
        issue: the issue.
        models: by name the forecast.
        contest: the leading position against its strongest rival, None where all agree.
    """

    issue: Issue
    models: Mapping[str, Distribution]
    contest: Contest | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecasts of a whole table.

    Attributes:
        issues: in the order of the table.
        exchanges: by negotiation the trades; absent where there is one issue only, or too many.
        settings: how the models were run.
    """

    issues: tuple[IssueForecast, ...]
    exchanges: Mapping[str, Exchange]
    settings: Settings


def forecast(
    table: Table, models: Sequence[str] | None = None, settings: Settings | None = None
) -> Forecast:
    r"""Forecast every issue of a table by every model asked for.

    No issue goes unanswered: one position, two positions, nobody who cares and missing cells all
    give a forecast, with a note of what was assumed.

    Args:
        table: issues and actors; ``negotiation.read_table`` reads one.
        models: names from ``MODELS``; all unless given.
        settings: how the models are run.

    Returns:
        The forecasts; the same seed gives the same bits.

    Raises:
        ModelError: there is no such model (SV929), or a setting is out of range (SV935).

    Examples:
        >>> from servanda.negotiation import read_table
        >>> text = "issue,actor,position,salience,capability\na,X,0,50,1\na,Y,10,50,3\n"
        >>> found = forecast(read_table(text).table, ["compromise"])
        >>> found.issues[0].models["compromise"].point
        7.5
    """
    names = known_models(models)
    chosen = _checked(settings or Settings())
    exchanges, notes = _exchanges(table) if "exchange" in names else ({}, {})
    found = []
    for issue in (_remarked(issue, chosen) for issue in table.issues):
        traded = exchanges.get(issue.group)
        found.append(
            IssueForecast(
                issue,
                dict(_forecasts(issue, names, chosen, traded, notes.get(issue.group))),
                contest(issue),
            )
        )
    return Forecast(tuple(found), exchanges, chosen)


def _remarked(issue: Issue, settings: Settings) -> Issue:
    """Note where an issue is given fewer draws than asked for."""
    if not issue.std_error.any() or settings.draws <= issue.most_draws:
        return issue
    said = f"{issue.most_draws} draws of its {len(issue.actors)} positions, not {settings.draws}"
    return replace(issue, notes=(*issue.notes, said))


def known_models(models: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of models asked for, each once; all for None.

    Raises:
        ModelError: there is no such model (SV929).
    """
    names = tuple(MODELS) if models is None else tuple(dict.fromkeys(models))
    for name in names:
        if name not in MODELS:
            near = closest(name, MODELS)
            hint = f"; did you mean '{near}'?" if near else f"; there are {', '.join(MODELS)}"
            raise ModelError(f"there is no model '{name}'{hint}", "SV929")
    return names


def _checked(settings: Settings) -> Settings:
    limits = (
        ("rounds", 0 <= settings.rounds <= 1_000, "0 to 1,000"),
        ("stays", 0.0 <= settings.stays <= 1.0, "0 to 1"),
        ("majority", 0.0 < settings.majority <= 1.0, "above 0, at most 1"),
        ("draws", 1 <= settings.draws <= 100_000, "1 to 100,000"),
    )
    for name, fine, said in limits:
        if not fine:
            raise ModelError(f"'{name}' is {getattr(settings, name)}; it takes {said}", "SV935")
    return settings


def _exchanges(table: Table) -> tuple[dict[str, Exchange], dict[str, str]]:
    """Let each negotiation trade; say why where there is nothing to trade."""
    found: dict[str, Exchange] = {}
    notes: dict[str, str] = {}
    for group, issues in table.groups().items():
        actors = {a for issue in issues for a in issue.actors}
        if len(issues) < 2:
            notes[group] = "one issue alone leaves nothing to trade: the compromise stands"
        elif len(issues) > MAX_LINKED or (len(issues) * len(actors)) ** 2 > MAX_CELLS:
            notes[group] = (
                f"{len(issues)} issues of {len(actors)} actors are too many to search for trades "
                f"(at most {MAX_LINKED} issues; the column `group` says which belong together): "
                "the compromise stands"
            )
        else:
            found[group] = exchange(issues)
    return found, notes


def _forecasts(
    issue: Issue,
    names: Sequence[str],
    settings: Settings,
    traded: Exchange | None,
    untraded: str | None,
) -> Iterator[tuple[str, Distribution]]:
    voters = issue.voters(settings.draws, settings.seed)
    averages = means(issue, voters.position) | medians(issue, voters.position)
    chance: Floats | None = None
    for name in names:
        if name in averages:
            yield name, _dressed(issue, name, averages[name])
        elif name in ("condorcet", "combined"):
            chance = _over_draws(condorcet, issue, voters) if chance is None else chance
            yield name, _about(issue, name, chance)
        elif name == "ktab":
            yield name, _over_stated(issue, _over_draws(ktab, issue, voters))
        elif name in ("printed", "published-code"):
            yield name, challenge(issue, voters, name, settings)
        elif name == "exchange":
            moved = 0.0 if traded is None else traded.after[issue.name] - traded.before[issue.name]
            said = () if untraded is None else (untraded,)
            yield name, _dressed(issue, name, averages["compromise"] + moved, said)
        elif name == "veto":
            yield name, _veto(issue, voters, settings)
        else:
            yield name, _nash(issue, voters, name)


def _over_draws(model: Callable[[Issue, Voters], Floats], issue: Issue, voters: Voters) -> Floats:
    """Run a model over the draws, a block at a time."""
    block = max(1, _CELLS // (len(issue.actors) * issue.stated.size))
    rows = range(0, len(voters.position), block)
    return np.concatenate(
        [model(issue, replace(voters, position=voters.position[k : k + block])) for k in rows]
    )


def _over_stated(issue: Issue, chance: Floats) -> Distribution:
    found = Distribution(issue.stated, chance.mean(axis=0), 0.0)
    return replace(found, point=found.mean)


def _about(issue: Issue, name: str, chance: Floats) -> Distribution:
    """Condorcet probabilities as they are, or as the heart of the combination."""
    if name == "condorcet":
        return _over_stated(issue, chance)
    return combine(issue, chance, chance @ issue.stated, fitted().mixture)


def _dressed(issue: Issue, name: str, point: Floats, notes: tuple[str, ...] = ()) -> Distribution:
    value, probability = dress(issue, point, spread_of(name))
    return Distribution(value, probability, float(point.mean()), notes=notes)


def _nash(issue: Issue, voters: Voters, name: str) -> Distribution:
    status_quo = "status-quo" in name
    point = _over_draws(
        lambda i, v: nash(i, v, quadratic=name.endswith("quadratic"), status_quo=status_quo),
        issue,
        voters,
    )
    missing = status_quo and issue.reference is None
    return _dressed(issue, name, point, (status_quo_note,) if missing else ())


def _veto(issue: Issue, voters: Voters, settings: Settings) -> Distribution:
    setter, note = setter_of(issue, settings.setter)
    point = veto(issue, voters.position, setter, settings.majority)
    notes = [note] if note else []
    if issue.reference is None:
        notes.append("no reference point is given; nothing holds without a decision")
    return _dressed(issue, "veto", point, tuple(notes))
