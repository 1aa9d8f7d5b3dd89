"""The main job: every option on the table side by side, from one scenario and one seed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from servanda._version import __version__
from servanda.domain.errors import ModelError, StudyInterrupted
from servanda.domain.moment import Moment
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.scenario.folder import load
from servanda.study.arrays import Arrays, read_arrays
from servanda.study.claims import claim_verdicts
from servanda.study.duties import duty_cells, ranked_questions
from servanda.study.ledger import ledger_rows, used_names
from servanda.study.options import option_results
from servanda.study.ranking import drivers_of, outlasts, rank_probabilities, regret
from servanda.study.result import Comparison, Driver, RunRecord
from servanda.study.running import Progress, Run, known_options, run
from servanda.study.switches import SWITCH_DRAWS, rivals_among, switch_effects
from servanda.study.turning import turnings

__all__ = ["compare", "named_option"]

POSTERIOR = "durability"

LIMITS = (
    "The model is a stylised one: one challenger, one protege, guarantors that decide at a "
    "single point in time and do not learn from one another across crises. It ranks options in "
    "this model; it does not predict.",
    "Four quantities and how much conflicts differ are fitted to 49 episodes of the casebook in "
    "clusters, about 28 events. The casebook says how often challengers act. It says next to "
    "nothing about what breaking a promise or abandoning forces costs: there the numbers are "
    "the priors, and whether stationed forces bind stays open. The conflict at hand is drawn as "
    "one more of its kind.",
    "Most other payoffs are judgements. Those marked unverified were remembered or judged, not "
    "read in a source; the ledger lists each with its range, the switches show what rival "
    "models change.",
    "Strong guarantees deter less here than the casebook suggests: chance choices at the "
    "assumed precision, a challenger that recovers, and the loss it takes from answered probes "
    "keep some attacks coming under every option. Differences between options are small beside "
    "the spread.",
    "The protege chooses: it looks ahead and provokes where that pays it, with the same "
    "foresight as the challenger. Whether states in its place do so is a judgement; a switch "
    "makes it a mechanism.",
    "A truce is kept, frayed or collapsed. A frayed one holds up the next phase and can mend; a "
    "collapsed one closes the way for good, and the guarantee meant to follow never begins. How "
    "fast this happens is a judgement. What a party gains by breaking a truce enters only as "
    "what it pays.",
    "Bodies decide by consensus, by a qualified majority, or after others have acted, each "
    "member by the same rule of choice and with one common shock. Bargaining within a body, "
    "delay as a tactic and domestic votes are not modelled. Forces that do not fight "
    "(monitoring, training) cost money and enter no crisis.",
    "Break-evens hold one assumption and average over all others as drawn. They say where the "
    "lead turns in this model, not which value is true, and assumptions that move together "
    "share credit.",
    "Peace years given a cessation and the chance that the adversary accepts often rank the "
    "options in opposite order; no single index combines them. The chance of acceptance enters "
    "the product as a mean, so its dependence on the same assumptions is not in that product.",
    "Harder cases tend to receive stronger guarantees. In one table on peacekeeping the crude, "
    "the unadjusted and the adjusted ratios of failure are 2.06, 1.08 and 0.43: comparisons "
    "with history need that care.",
    "Findings are readings of texts coded for this purpose, not legal advice.",
)


def compare(
    scenario: str | Path | Resolved,
    *,
    draws: int = 2000,
    seed: int = 1,
    as_of: str | None = None,
    options: tuple[str, ...] = (),
    rivals: dict[str, str] | None = None,
    posterior: str | None = POSTERIOR,
    protege: Literal["chooses", "mechanical"] = "chooses",
    shifts: dict[str, float] | None = None,
    root: Path | None = None,
    rival_effects: bool = True,
    switch_draws: int = SWITCH_DRAWS,
    progress: Progress | None = None,
    executor: str = "local",
) -> Comparison:
    """Compare the options of a scenario.

    Args:
        scenario: a folder, the name of a shipped example, or a scenario already loaded.
        draws: number of joint draws of all assumptions.
        seed: the run's seed; the same seed gives the same bits.
        as_of: day of knowledge; only options and positions known then enter.
        options: restrict to these options.
        rivals: assumption -> rival model to use instead of the one shown.
        posterior: the fit to history that the calibrated assumptions come from; None: the priors.
        protege: whether the protege is a player or a mechanism.
        shifts: by assumption, how far its distribution is moved (see `servanda.domain.study`).
        root: folder that holds runs; by default ``servanda-runs`` in the working directory.
        rival_effects: also turn every switch: rival models, the fit to history, the protege.
        switch_draws: draws on which each setting of a switch runs, at most.
        progress: called with chunks done, chunks in all, seconds.
        executor: where chunks are computed: ``local``, ``pool[:N]``, ``dask[:N]`` or
            ``dask://HOST:PORT``. The bits do not depend on it.

    Returns:
        Comparison: everything that the terminal, the report and ``--json`` show.

    Raises:
        ScenarioError: the scenario has problems.
        ModelError: the request cannot be computed.
        StudyInterrupted: Ctrl-C; finished chunks are kept, and the same call goes on.
    """
    resolved = scenario if isinstance(scenario, Resolved) else load(scenario)
    study = Study(
        scenario=resolved.scenario.id,
        draws=draws,
        seed=seed,
        as_of=None if as_of is None else _day(as_of),
        options=options,
        rivals=_known_rivals(resolved, rivals or {}),
        posterior=posterior,
        protege=protege,
        shifts=_known_shifts(resolved, shifts or {}),
    )
    where = root if root is not None else Path("servanda-runs")
    done = run(resolved, study, root=where, progress=progress, executor=executor)
    try:
        return _assemble(done, where, switch_draws if rival_effects else 0, executor)
    except KeyboardInterrupt:  # perhaps in the run of a switch: it is this run that goes on
        chunks = int(done.folder.manifest["chunks"])
        raise StudyInterrupted(str(done.folder.path), chunks, chunks) from None


def named_option(
    resolved: Resolved, name: str, *, as_of: str | None, options: tuple[str, ...]
) -> None:
    """See before a run whether an option is among those to be compared.

    Raises:
        ModelError: it is not (SV603), or the day is no date (SV606).
    """
    day = None if as_of is None else _day(as_of)
    study = Study(scenario=resolved.scenario.id, as_of=day, options=options)
    known = [option.id for option in known_options(resolved, study)]
    if name not in known:
        raise ModelError(
            f"no option {name!r} is compared; compared: {', '.join(known)}", code="SV603"
        )


def _day(text: str) -> Moment:
    try:
        return Moment(text)
    except ValueError as error:
        raise ModelError(f"--as-of: {error}", code="SV606") from None


def _known_rivals(resolved: Resolved, rivals: dict[str, str]) -> dict[str, str]:
    for name, rival in rivals.items():
        assumption = resolved.assumptions.get(name)
        choices = sorted(assumption.rivals) if assumption else []
        if rival not in choices:
            disputed = sorted(a.id for a in resolved.assumptions.values() if a.rivals)
            raise ModelError(
                f"{name}={rival} names no rival model; disputed assumptions: {', '.join(disputed)}"
                + (f"; rivals of {name}: {', '.join(choices)}" if choices else ""),
                code="SV607",
            )
    return rivals


def _known_shifts(resolved: Resolved, shifts: dict[str, float]) -> dict[str, float]:
    for name, shift in shifts.items():
        if name not in resolved.assumptions:
            raise ModelError(f"no assumption {name!r} that could be moved", code="SV983")
        if not -3.0 <= shift <= 3.0:
            raise ModelError(f"{name} can be moved by -3 to 3, not by {shift:g}", code="SV983")
    return {name: float(shifts[name]) for name in sorted(shifts) if shifts[name] != 0.0}


def _assemble(done: Run, root: Path, switch_draws: int, executor: str) -> Comparison:
    """Put everything together; without draws for them no switch is turned."""
    resolved, scenario = done.resolved, done.resolved.scenario
    day = done.study.as_of or scenario.as_of
    arrays = read_arrays(done.folder, tuple(o.id for o in done.options))
    margin = float(arrays.parameters["tie_margin_per_year"].mean())
    pairs = outlasts(arrays, margin)
    results = option_results(done, arrays, day)
    record = _record(done, arrays)
    names = used_names(resolved, done.options)
    turned = turnings(
        resolved,
        done.options,
        arrays,
        names,
        day,
        margin=margin * scenario.horizon_years,
        seed=done.study.seed,
    )
    watched = [(t.first, t.second) for t in turned if t.second and t.why != ("top",)]
    effects = (
        switch_effects(
            done, root=root, margin=margin, pairs=watched, draws=switch_draws, executor=executor
        )
        if switch_draws
        else ()
    )
    return Comparison(
        title=scenario.title,
        summary=scenario.summary,
        protege=resolved.actors[scenario.protege].name,
        challenger=resolved.actors[scenario.challenger].name,
        horizon_years=scenario.horizon_years,
        options=results,
        outlasts=pairs,
        rank_probabilities=rank_probabilities(arrays),
        regret=regret(arrays),
        questions=ranked_questions(resolved, done.options, day),
        drivers=_drivers(resolved, arrays, names),
        duties=duty_cells(resolved, done.options),
        claims=claim_verdicts(scenario, done.options, pairs, results, turned, day),
        rivals=rivals_among(effects),
        switches=effects,
        break_evens=turned,
        ledger=ledger_rows(resolved, arrays, done.options),
        report=tuple(s.model_dump(mode="json") for s in scenario.report),
        positions=tuple(
            p.model_dump(mode="json") for p in scenario.positions if p.date.not_after(day)
        ),
        sources=tuple(
            s.model_dump(mode="json")
            for s in scenario.sources
            if s.date is None or s.date.not_after(day)
        ),
        incidents=tuple(i.model_dump(mode="json") for i in scenario.incidents),
        limits=LIMITS,
        reasons={
            "acceptable_to": "consent of other actors needs the negotiation engine, which is not "
            "in this version; the adversary's figure is its participation constraint",
            "conditions": "scenario discovery is not in this version; see the break-evens instead",
        },
        run=record,
    )


def _record(done: Run, arrays: Arrays) -> RunRecord:
    status = arrays.outcomes["status"]
    return RunRecord(
        hash=done.hash,
        scenario=done.resolved.scenario.id,
        scenario_hash=done.resolved.content_hash,
        seed=done.study.seed,
        draws=done.study.draws,
        as_of=str(done.study.as_of or done.resolved.scenario.as_of),
        version=__version__,
        unconverged_share=float((status == 2).any(axis=1).mean()),
        several_share=float((status == 1).any(axis=1).mean()),
        undetermined_share=float(arrays.outcomes["undetermined"].any(axis=1).mean()),
        rivals=done.study.rivals,
        posterior=done.study.posterior,
        protege=done.study.protege,
        shifts=done.study.shifts,
        options=tuple(o.id for o in done.options),
        platform=str(done.folder.manifest.get("platform", "")),
        folder=str(done.folder.path),
        seconds=done.seconds,
    )


def _drivers(resolved: Resolved, arrays: Arrays, names: tuple[str, ...]) -> tuple[Driver, ...]:
    """Assumptions that move peace years, averaged over options that are not the reference."""
    reference = {o.id for o in resolved.options if o.reference}
    keep = [i for i, name in enumerate(arrays.options) if name not in reference]
    target = arrays.outcomes["rmst"][:, keep or slice(None)].mean(axis=1)
    return tuple(
        Driver(
            assumption=name,
            label=resolved.assumptions[name].label,
            correlation=rho,
            interval=interval,
            on="peace years, mean over the options other than the reference",
        )
        for name, rho, interval in drivers_of({n: arrays.parameters[n] for n in names}, target)
    )
