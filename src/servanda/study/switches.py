"""What each switch does: rival models, the fit to history, the protege, one at a time.

Every setting runs on the first draws of the same streams as the comparison, so that a difference
between two settings is not luck. Settings are never averaged and never combined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

from servanda.domain.errors import ModelError
from servanda.domain.study import Study
from servanda.study.arrays import Arrays, read_arrays
from servanda.study.draws import draw
from servanda.study.ranking import order, outlasts
from servanda.study.result import RivalEffect, SwitchEffect
from servanda.study.running import Progress, Run, run, run_ahead

__all__ = ["PRIOR", "SWITCH_DRAWS", "Setting", "rivals_among", "settings", "switch_effects"]

SWITCH_DRAWS = 100
"""Draws on which each setting runs: what keeps the founding case within a minute."""

PRIOR = "prior"
FITS = {
    "durability": "the fit to history, the founding conflict's own episodes among it",
    "durability-without-founding": "the fit to history without the founding conflict's episodes",
    PRIOR: "the priors, without any fit to history",
}
PROTEGES = {
    "chooses": "a player that weighs what follows",
    "mechanical": "a mechanism that provokes with a fixed chance",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of one switch, with the study that it makes of the one at hand."""

    kind: Literal["rival", "posterior", "protege"]
    switch: str
    setting: str
    label: str
    setting_label: str
    source: str
    verified: bool
    in_use: bool
    study: Study


def settings(done: Run) -> Iterator[Setting]:
    """List every setting of every switch, those in use among them.

    Args:
        done: the comparison's own run.

    Yields:
        Rivals of the disputed assumptions in the order of the library, then the fits to history
        with the priors, then the protege.
    """
    study = done.study
    for assumption in (a for a in done.resolved.assumptions.values() if a.rivals):
        shown = study.rivals.get(assumption.id, assumption.shown)
        for name, rival in assumption.rivals.items():
            changed = study.model_copy(update={"rivals": {**study.rivals, assumption.id: name}})
            yield Setting(
                "rival", assumption.id, name, assumption.label, rival.label, rival.source,
                rival.verified, name == shown, changed,
            )  # fmt: skip
    used = study.posterior or PRIOR
    for name in dict.fromkeys((*FITS, used)):
        changed = study.model_copy(update={"posterior": None if name == PRIOR else name})
        words = FITS.get(name, "a fit to history of your own")
        yield Setting(
            "posterior", "posterior", name, "Where the calibrated assumptions come from", words,
            "judgement" if name == PRIOR else "casebook", False, name == used, changed,
        )  # fmt: skip
    for name, words in PROTEGES.items():
        changed = study.model_copy(update={"protege": name})
        yield Setting(
            "protege", "protege", name, "How the protege uses its chances", words, "judgement",
            False, name == study.protege, changed,
        )  # fmt: skip


def switch_effects(
    done: Run,
    *,
    root: Path,
    margin: float,
    pairs: Sequence[tuple[str, str]],
    draws: int = SWITCH_DRAWS,
    progress: Progress | None = None,
    executor: str = "local",
) -> tuple[SwitchEffect, ...]:
    """Run every setting that is not in use and set it beside the one that is.

    Args:
        done: the comparison's own run; settings in use take its first draws.
        root: folder that holds runs; a setting that ran before is found again there.
        margin: peace years per year of horizon below which two options tie.
        pairs: (A, B) for which "A outlasts B" is told.
        draws: how many draws at most.
        progress: called with settings done, settings in all, seconds.
        executor: where chunks are computed; workers take the settings side by side.

    Returns:
        An effect for each setting. One that cannot be run (a posterior of one's own without rows
        for a rival) has a reason and no numbers.
    """
    count = min(draws, done.study.draws)
    names = tuple(o.id for o in done.options)
    usual = _first(read_arrays(done.folder, names), count)
    told = list(settings(done))
    effects: list[SwitchEffect] = []
    if executor != "local":
        ahead = [_small(s, count) for s in told if not s.in_use and _can_run(done, s)]
        run_ahead(done.resolved, ahead, root=root, board=done.board, executor=executor)
    for number, setting in enumerate(told, start=1):
        small = _small(setting, count)
        try:
            found = usual
            if not setting.in_use:
                again = run(done.resolved, small, root=root, board=done.board)
                found = read_arrays(again.folder, names)
            effects.append(_effect(setting, found, usual, margin, pairs))
        except ModelError as error:
            if error.code != "SV607":
                raise
            effects.append(_bare(setting, count).model_copy(update={"reason": str(error)}))
        if progress is not None:
            progress(number, len(told), 0.0)
    return tuple(effects)


def _small(setting: Setting, count: int) -> Study:
    return setting.study.model_copy(update={"draws": count})


def _can_run(done: Run, setting: Setting) -> bool:
    """Say whether a setting can be drawn; one that cannot is told of later, with the reason."""
    study = setting.study
    try:
        draw(
            done.resolved.assumptions,
            seed=study.seed,
            chunk=0,
            size=1,
            rivals=study.rivals,
            posterior=study.posterior,
            shifts=study.shifts,
        )
    except ModelError:
        return False
    return True


def rivals_among(effects: Sequence[SwitchEffect]) -> tuple[RivalEffect, ...]:
    """Give the rivals among the effects in the shape in which they are published."""
    return tuple(
        RivalEffect(
            assumption=e.switch,
            label=e.label,
            rival=e.setting,
            rival_label=e.setting_label,
            source=e.source,
            verified=e.verified,
            peace_years=e.peace_years,
            order=e.order,
            changes_order=e.changes_order,
        )
        for e in effects
        if e.kind == "rival" and e.reason is None
    )


def _first(arrays: Arrays, draws: int) -> Arrays:
    return Arrays(
        arrays.options,
        {name: values[:draws] for name, values in arrays.outcomes.items()},
        {name: values[:draws] for name, values in arrays.parameters.items()},
    )


def _bare(setting: Setting, draws: int) -> SwitchEffect:
    return SwitchEffect(
        kind=setting.kind,
        switch=setting.switch,
        setting=setting.setting,
        label=setting.label,
        setting_label=setting.setting_label,
        source=setting.source,
        verified=setting.verified,
        in_use=setting.in_use,
        draws=draws,
    )


def _effect(
    setting: Setting,
    found: Arrays,
    usual: Arrays,
    margin: float,
    pairs: Sequence[tuple[str, str]],
) -> SwitchEffect:
    years, before = _years(found), _years(usual)
    swaps = _swaps(years, before)
    return _bare(setting, found.draws).model_copy(
        update={
            "peace_years": years,
            "order": order(years),
            "changes_order": order(years) != order(before),
            "swaps": swaps,
            "outlasts": {
                name: pair.by_horizon for name, pair in outlasts(found, margin, pairs).items()
            },
        }
    )


def _years(arrays: Arrays) -> dict[str, float]:
    means = arrays.outcomes["rmst"].mean(axis=0)
    return {name: float(x) for name, x in zip(arrays.options, means, strict=True)}


def _swaps(years: dict[str, float], before: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Pairs that change places, the one that leads in use first."""
    return {
        f"{a}>{b}": (before[a] - before[b], years[a] - years[b])
        for a, b in combinations(order(before), 2)
        if years[a] < years[b]
    }
