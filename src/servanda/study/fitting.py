"""One strategic model fitted: from files and words on a command line to estimates and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError
from servanda.games.estimation.building import MODELS, Request
from servanda.games.estimation.checking import Check, check_fit
from servanda.games.estimation.comparison import Compared, clarke, vuong
from servanda.games.estimation.explain import published
from servanda.games.estimation.links import Link
from servanda.games.estimation.maximise import Penalty
from servanda.games.estimation.model import Fitted, SeKind
from servanda.games.estimation.play import Errors
from servanda.games.estimation.prediction import Effect, effects
from servanda.games.estimation.solve import fit_table
from servanda.games.estimation.table import Table, read_table
from servanda.games.reading import read_game
from servanda.games.tree import Tree
from servanda.scenario.reading import closest

__all__ = ["Asked", "Found", "fitted_from"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What ``servanda fit`` was asked; the fields are its options.

    Raises:
        ModelError: on making a request of it, where an option is no name or number.
    """

    data: str
    model: str
    formula: str
    link: Link = "probit"
    errors: Errors = "agent"
    method: Literal["ml", "npl", "pl"] = "ml"
    first_stage: str | None = None
    outcomes: str | None = None
    max_offer: float | None = None
    min_offer: float = 0.0
    offers_only: bool = False
    scale: str = ""
    fix: Mapping[str, str] = field(default_factory=dict)
    weights: str = ""
    se: SeKind = "observed"
    cluster: str = ""
    replicates: int = 200
    penalty: str = "none"
    strength: float = 1.0
    starts: int = 4
    seed: int = 0
    effects: bool = False
    checks: int = 0
    against: str | None = None

    def request(self) -> Request:
        """Return the request that the options make."""
        stage = None if self.first_stage is None else _split(self.first_stage)
        if stage is not None and len(stage) != 2:
            raise ModelError("--first-stage takes two columns: resists, stands firm", "SV962")
        return Request(
            model=self.model if self.model in MODELS else _game(self.model),
            formula=self.formula,
            link=self.link,
            errors=self.errors,
            outcomes=_split(self.outcomes) if self.outcomes else (),
            weights=self.weights,
            fixed={name: _number(name, value) for name, value in self.fix.items()},
            scale=self.scale,
            lowest=self.min_offer,
            highest=self.max_offer,
            replies=not self.offers_only,
            method=self.method,
            first_stage=(stage[0], stage[1]) if stage else None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A fit with what was asked beside it.

    Attributes:
        fitted: the fit.
        effects: average effects, where asked.
        checks: posterior predictive checks, where asked.
        rival: the other model, where one was given.
        tests: Vuong's and Clarke's, likewise.
    """

    fitted: Fitted
    effects: tuple[Effect, ...] = ()
    checks: tuple[Check, ...] = ()
    rival: Fitted | None = None
    tests: tuple[Compared, ...] = ()

    def published(self) -> dict[str, Any]:
        """Return the object that ``servanda fit --json`` prints."""
        found = published(self.fitted)
        if self.effects:
            found["effects"] = [asdict(one) for one in self.effects]
        if self.checks:
            found["checks"] = [asdict(one) for one in self.checks]
        if self.rival is not None:
            found["rival"] = published(self.rival)
            found["tests"] = [asdict(one) for one in self.tests]
        return found


def fitted_from(asked: Asked) -> Found:
    """Fit what was asked.

    Raises:
        ScenarioError: the table or the game cannot be read.
        ModelError: the request does not fit the data.
    """
    table = read_table(Path(asked.data), asked.data)
    request = asked.request()
    penalty = Penalty(asked.penalty, asked.strength if asked.penalty == "ridge" else 0.0)
    options: dict[str, Any] = {
        "se": asked.se, "cluster": asked.cluster, "replicates": asked.replicates,
        "starts": asked.starts, "seed": asked.seed, "penalty": penalty,
    }  # fmt: skip
    rival = None
    if asked.against is not None:
        other = replace(request, formula=asked.against, fixed={})
        table = _common(table, request, other)
        rival = fit_table(other, table, **options)
    fitted = fit_table(request, table, **options)
    tests: tuple[Compared, ...] = ()
    if rival is not None and fitted.converged and rival.converged:
        tests = (vuong(fitted, rival), clarke(fitted, rival))
    elif rival is not None:
        text = "the models are not compared: the likelihood of one of them has no top"
        note = problem("SV965", text, severity="warning")
        fitted = replace(fitted, warnings=(*fitted.warnings, note))
    usable = not fitted.unbounded.any()
    return Found(
        fitted,
        effects(fitted) if asked.effects and usable else (),
        check_fit(fitted, draws=asked.checks, seed=asked.seed) if asked.checks and usable else (),
        rival,
        tests,
    )


def _common(table: Table, one: Request, other: Request) -> Table:
    """Return the rows that are complete for both models, so that they can be compared."""
    from servanda.games.estimation.design import columns_of, complete_rows
    from servanda.games.estimation.formula import parse_formula

    names: list[str] = []
    for request in (one, other):
        formula = parse_formula(request.formula)
        names += [*formula.outcome, *columns_of(formula.equations)]
    rows = complete_rows(table, list(dict.fromkeys(names)))
    return table if len(rows) == table.rows else table.take(rows)


def _game(name: str) -> Tree:
    path = Path(name)
    if not path.suffix and not path.exists():
        near = closest(name, MODELS)
        hint = f"did you mean '{near}'?" if near else f"there are {', '.join(MODELS)}"
        raise ModelError(f"'{name}' is neither a model nor a file with a game; {hint}", "SV968")
    return read_game(path).tree


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise ModelError(f"'{name}' cannot be held at '{text}'", "SV973")
    return value
