"""The result of exploring a function: its draws, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from servanda.domain.errors import ModelError, StoreError
from servanda.numerics import decision, given_data, sensitivity, voi
from servanda.numerics.breakeven import Along, Screen, run_along
from servanda.numerics.discovery import Discovery, prim
from servanda.numerics.given_data import Bar
from servanda.numerics.inputs import Groups
from servanda.numerics.sensitivity import Effects, Indices
from servanda.numerics.worth import Worth
from servanda.study.experiments import Caller, Columns, Failure
from servanda.study.spaces import Space, coded

__all__ = ["Exploration", "Held", "Kept"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """Draws in memory."""

    columns: Columns

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self.columns)

    def read(self, names: Sequence[str]) -> Columns:
        """Return some columns."""
        return {name: self.columns[name] for name in names}

    def frame(self) -> pl.DataFrame:
        """Return all of them as a data frame."""
        return pl.DataFrame(self.columns)

    def lazy(self) -> pl.LazyFrame:
        """Return all of them as a lazy frame."""
        return self.frame().lazy()


@dataclass(frozen=True)
class Kept:
    """Draws in Parquet files, read when asked for."""

    paths: tuple[Path, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(pl.read_parquet_schema(self.paths[0]))

    def lazy(self) -> pl.LazyFrame:
        """Return all of them as a lazy frame.

        Raises:
            StoreError: a file is gone (SV701).
        """
        absent = [path for path in self.paths if not path.is_file()]
        if absent:
            raise StoreError(
                f"{absent[0]} is missing; explore with the same store again to compute it", "SV701"
            )
        return pl.scan_parquet(list(self.paths))

    def read(self, names: Sequence[str]) -> Columns:
        """Return some columns."""
        frame = self.lazy().select(list(names)).collect()
        return {name: frame[name].to_numpy() for name in names}

    def frame(self) -> pl.DataFrame:
        """Return all of them as a data frame."""
        return self.lazy().collect()


@dataclass(frozen=True)
class Exploration:
    """Draws of a function's inputs and outcomes.

    Draws that failed are kept and marked; the analyses leave them out, and ``failed`` counts them.
    Where there are scenarios, name one with `of` before asking: they share draws, so pooling them
    would count every draw several times.

    Args:
        caller: the function and how it is called.
        space: the inputs.
        outcomes: names of the outcomes.
        normal: correlation of the normal variables behind the inputs, None where independent.
        seed: of the draws.
        rows: where the draws are.
        failures: draws that failed in this call, with what the function said.
        scenario: the scenario looked at, None for all.
    """

    caller: Caller
    space: Space
    outcomes: tuple[str, ...]
    normal: Floats | None
    seed: int
    rows: Held | Kept
    failures: tuple[Failure, ...]
    scenario: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return self.space.names

    @cached_property
    def failed(self) -> int:
        """How many draws have no finite outcome."""
        return int(self._read(["failed"])["failed"].sum())

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, none where none were given."""
        if "scenario" not in self.rows.names:
            return ()
        found = self.rows.lazy().select(pl.col("scenario").unique(maintain_order=True)).collect()
        return tuple(found["scenario"].to_list())

    def of(self, scenario: str) -> Exploration:
        """Return the draws of one scenario.

        Raises:
            ModelError: there is no such scenario (SV656).
        """
        if scenario not in self.scenarios:
            known = ", ".join(self.scenarios) or "none"
            raise ModelError(f"there is no scenario {scenario!r}; there are {known}", code="SV656")
        frame = self.rows.lazy().filter(pl.col("scenario") == scenario).collect()
        held = Held({name: frame[name].to_numpy() for name in frame.columns})
        return Exploration(
            self.caller, self.space, self.outcomes, self.normal, self.seed, held, self.failures,
            scenario,
        )  # fmt: skip

    def to_polars(self) -> pl.DataFrame:
        """Return all draws: number, scenario, inputs, outcomes, and whether the draw failed."""
        return self.rows.frame()

    def scan(self) -> pl.LazyFrame:
        """Return all draws without reading them yet."""
        return self.rows.lazy()

    def write_parquet(self, path: str | Path) -> None:
        """Write all draws into one Parquet file, a part at a time."""
        self.rows.lazy().sink_parquet(Path(path), compression="zstd")

    def column(self, name: str) -> NDArray[Any]:
        """Return one column of the draws that did not fail.

        Raises:
            ModelError: there is no such column (SV656).
        """
        return self._sound([self._known(name)])[name]

    def _read(self, names: Sequence[str]) -> Columns:
        return self.rows.read(names)

    def _sound(self, names: Sequence[str]) -> Columns:
        """Columns of the draws that did not fail, of one scenario."""
        if self.scenario is None and len(self.scenarios) > 1:
            raise ModelError(
                f"name a scenario first, with .of(...): {', '.join(self.scenarios)}", code="SV656"
            )
        columns = self._read([*dict.fromkeys(names), "failed"])
        sound = ~columns.pop("failed")
        if not sound.any():
            raise ModelError("every draw failed, so there is nothing to study", code="SV655")
        return columns if sound.all() else {n: c[sound] for n, c in columns.items()}

    def _known(self, name: str) -> str:
        if name not in self.rows.names:
            raise ModelError(
                f"there is no {name!r}; the inputs are {', '.join(self.inputs)}, the outcomes "
                f"{', '.join(self.outcomes)}",
                code="SV656",
            )
        return name

    def _outcome(self, name: str | None) -> str:
        if name is not None:
            return self._known(name)
        if len(self.outcomes) > 1:
            raise ModelError(f"name an outcome: {', '.join(self.outcomes)}", code="SV656")
        return self.outcomes[0]

    def _table(self, outcome: str | None) -> tuple[Columns, Floats]:
        """Inputs and one outcome."""
        name = self._outcome(outcome)
        columns = self._sound([*self.inputs, name])
        return {n: columns[n] for n in self.inputs}, columns[name]

    def _values(self, options: Sequence[str] | None) -> tuple[tuple[str, ...], Floats]:
        """Outcomes as options side by side, float64[draw, option]."""
        names = tuple(self._known(o) for o in options) if options else self.outcomes
        columns = self._sound(names)
        return names, np.stack([np.asarray(columns[n], np.float64) for n in names], axis=1)

    def _model(self, outcome: str) -> Callable[[Floats], Floats]:
        """The function as the numerics call it, for one outcome."""

        def model(x: Floats) -> Floats:
            found, failures = self.caller(self.space.columns(x))
            if failures:
                raise ModelError(
                    f"the function fails on some draws ({failures[0].message}); its variance "
                    "cannot be shared out. Ask without size, for the draws that did not fail",
                    code="SV655",
                )
            return np.asarray(found[outcome])

        return model

    def sobol(
        self,
        outcome: str | None = None,
        *,
        size: int | None = None,
        groups: Groups | None = None,
        level: float = 0.95,
    ) -> Indices:
        """Return first-order and total Sobol indices of an outcome.

        Args:
            outcome: its name; may be left out where there is one.
            size: call the function on samples of this size (`sensitivity.sobol`); None to use the
                draws at hand (`given_data.sobol_given_data`).
            groups: lists of inputs, or ``{group: inputs}``.
            level: of the intervals.
        """
        with coded():
            if size is None:
                return given_data.sobol_given_data(
                    *self._table(outcome), groups=groups, level=level
                )
            return sensitivity.sobol(
                self._model(self._outcome(outcome)), self.space.inputs, size=size, groups=groups,
                correlation=self.normal, seed=self.seed, level=level,
            )  # fmt: skip

    def shapley(
        self,
        outcome: str | None = None,
        *,
        size: int | None = None,
        groups: Groups | None = None,
        level: float = 0.95,
    ) -> Effects:
        """Return Shapley effects of an outcome; arguments as for `sobol`."""
        with coded():
            if size is None:
                return given_data.shapley_given_data(
                    *self._table(outcome), groups=groups, level=level, seed=self.seed
                )
            return sensitivity.shapley(
                self._model(self._outcome(outcome)), self.space.inputs, size=size, groups=groups,
                correlation=self.normal, seed=self.seed, level=level,
            )  # fmt: skip

    def tornado(self, outcome: str | None = None, *, share: float = 0.1) -> list[Bar]:
        """Return the bars of a tornado of an outcome, the longest first."""
        with coded():
            return given_data.tornado(*self._table(outcome), share=share)

    def prim(
        self,
        outcome: str | None = None,
        *,
        above: float | None = None,
        below: float | None = None,
        where: Callable[[Mapping[str, NDArray[Any]]], ArrayLike] | None = None,
        **settings: Any,
    ) -> Discovery:
        """Return the conditions on the inputs under which an outcome is of interest.

        Args:
            outcome: its name.
            above: outcomes above this are of interest.
            below: outcomes below this are.
            where: instead, a function that takes all columns by name and returns bool[draw].
            settings: of `discovery.prim`: boxes, peel_alpha, mass_min, chance, ...
        """
        with coded():
            if where is not None:
                columns = self._sound([*self.inputs, *self.outcomes])
                x = {n: columns[n] for n in self.inputs}
                return prim(x, where(columns), seed=self.seed, **settings)
            return prim(*self._table(outcome), above=above, below=below, seed=self.seed, **settings)

    def evpi(self, options: Sequence[str] | None = None) -> Worth:
        """Return what perfect information is worth to whoever chooses among the options.

        Args:
            options: names of the outcomes that are net benefits, by default all of them.
        """
        with coded():
            return voi.evpi(self._values(options)[1])

    def evppi(
        self, options: Sequence[str] | None = None, groups: Groups | None = None
    ) -> list[Worth]:
        """Return what knowing each group of inputs is worth to whoever chooses among the options.

        Args:
            options: names of the outcomes that are net benefits, by default all of them.
            groups: lists of inputs; None for every input by itself.
        """
        with coded():
            columns = self._sound(self.inputs)
            return voi.evppi(self._values(options)[1], columns, groups, seed=self.seed)

    def standings(
        self, options: Sequence[str] | None = None, *, higher_is_better: bool = True
    ) -> tuple[decision.Standing, ...]:
        """Return mean, rank probabilities and regret of outcomes that are options."""
        with coded():
            names, values = self._values(options)
            return decision.standings(values, names, higher_is_better=higher_is_better)

    def satisficing(
        self, least: float, options: Sequence[str] | None = None, *, higher_is_better: bool = True
    ) -> dict[str, decision.Share]:
        """Return for each option the share of draws in which it is good enough."""
        with coded():
            names, values = self._values(options)
            found = decision.satisficing(values, least, higher_is_better=higher_is_better)
            return dict(zip(names, found, strict=True))

    def dominance(
        self, first: str, second: str, *, higher_is_better: bool = True
    ) -> decision.Dominance:
        """Say whether one option dominates another."""
        with coded():
            _, values = self._values([first, second])
            return decision.dominance(
                values[:, 0], values[:, 1], higher_is_better=higher_is_better, seed=self.seed
            )

    def break_even(self, first: str, second: str, most: int = 3) -> dict[str, Along]:
        """Return what would have to be true for one option to be ahead of another.

        Args:
            first: name of an outcome.
            second: name of another.
            most: how many inputs to follow at most.

        Returns:
            For the inputs that explain more of the difference than chance would, the strongest
            first: how the mean difference runs along them and where it is zero.
        """
        _, values = self._values([first, second])
        columns = self._sound(self.inputs)
        numeric = {
            n: np.asarray(c, np.float64)
            for n, c in columns.items()
            if self.space.words[self.inputs.index(n)] is None
        }
        difference = values[:, 0] - values[:, 1]
        found = Screen(numeric, self.seed).explainers(difference, most)
        return {e.name: run_along(numeric[e.name], difference, seed=self.seed) for e in found}
