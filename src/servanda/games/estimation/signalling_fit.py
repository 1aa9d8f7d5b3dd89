"""Three ways to fit the signalling game: pseudo-likelihood, nested, and equilibrium in every row.

The pseudo-likelihood holds both sides' expectations at first-stage chances; the nested one replaces
them by best replies until they repeat themselves (Aguirregabiria and Mira 2007; Crisman-Cox and
Gibilisco 2021). Maximum likelihood keeps every row in equilibrium and, where a row has several,
follows the one under which its outcomes are likeliest; all roots are looked at again after each
climb, until none changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.domain.codes import problem
from servanda.domain.errors import ModelError
from servanda.games.estimation.building import Built
from servanda.games.estimation.maximise import Optimum, Penalty, maximise, value_at
from servanda.games.estimation.model import Fitted, SeKind
from servanda.games.estimation.signalling import PAYOFFS, SignallingFamily, held_fixed, stage
from servanda.games.estimation.starts import random_start

__all__ = ["first_stage", "fit_signalling"]

Floats = NDArray[np.float64]

_ROUNDS = 12
_REPLIES, _FEW = 400, 4  # to the end, and enough for a start
_LEAST = 1e-4
_SETTLED = 1e-9


def fit_signalling(
    built: Built,
    *,
    se: SeKind,
    cluster: str,
    replicates: int,
    starts: int,
    seed: int,
    penalty: Penalty,
) -> Fitted:
    """Fit the signalling game by the method of the request; see `servanda.games.estimation.fit`.

    Raises:
        ModelError: coefficients that nothing identifies (SV970), first-stage columns that are no
            chances (SV963).
    """
    from servanda.games.estimation.diagnosis import refuse_unidentified
    from servanda.games.estimation.solve import fit_built

    assert isinstance(built.family, SignallingFamily)  # noqa: S101 - asked for by the caller
    counts, design = built.family.counts, built.design
    held = first_stage(built)
    pseudo = SignallingFamily(counts, held)
    refuse_unidentified(pseudo, design, np.where(design.free, 0.0, design.fixed), seed)
    top = _pseudo(pseudo, built, starts, seed, penalty)
    method = built.request.method
    extra: dict[str, Any] = {"method": method, "pseudo_log_likelihood": top.log_likelihood}
    same: Mapping[str, Any] = {
        "se": se, "cluster": cluster, "replicates": replicates, "seed": seed, "penalty": penalty,
    }  # fmt: skip
    if method == "pl":
        extra["no_errors"] = ""
        return fit_built(built, family=pseudo, first=top.beta, starts=0, extra=extra, **same)
    limit = _REPLIES if method == "npl" else _FEW
    nested, rounds, moved = _nested(pseudo, built, top, penalty, limit)
    if method == "npl":
        extra |= {"replies": rounds, "last_change": moved}
        fitted = fit_built(
            built,
            family=nested,
            first=top.beta,
            starts=0,
            extra=extra,
            **{**same, "se": "observed"},
        )
        return _npl(fitted, nested, moved)
    family = SignallingFamily(counts)
    found = _in_equilibrium(family, built, top, penalty, starts, seed)
    with np.errstate(all="ignore"):
        several, _, stake = family.choose(design.eta(found.beta))
    extra |= {"rows_with_several_equilibria": several, "log_likelihood_at_stake": stake}
    fitted = fit_built(built, family=family, first=found.beta, starts=0, extra=extra, **same)
    if not several:
        return fitted
    text = (
        f"{several} rows have several equilibria at the estimate; the likeliest was followed in "
        f"each, and the least likely would cost {stake:.4f}"
    )
    note = problem("SV974", text, severity="warning")
    return replace(fitted, warnings=(*fitted.warnings, note))


def first_stage(built: Built) -> Floats:
    """Return chances of resisting and of standing firm, [2, row].

    Columns named by the request, or PRhat and PFhat where the table has them; else logits on all
    covariates with a slight pull to equal chances.

    Raises:
        ModelError: a column that is no chance (SV963).
    """
    named = built.request.first_stage
    if named is None and {"PRhat", "PFhat"} <= set(built.table.columns):
        known = all(built.table.columns[n].known.all() for n in ("PRhat", "PFhat"))
        named = ("PRhat", "PFhat") if known else None
    if named is not None:
        columns = [built.table.numbers(name) for name in named]
        for name, values in zip(named, columns, strict=True):
            if not ((values >= 0) & (values <= 1)).all():
                raise ModelError(f"'{name}' must be chances between 0 and 1", "SV963")
        return np.clip(np.stack(columns), _LEAST, 1 - _LEAST)
    assert isinstance(built.family, SignallingFamily)  # noqa: S101 - asked for by the caller
    _, conceded, firm, back = built.family.counts
    whole = np.hstack([np.ones((built.design.rows, 1)), *built.design.blocks])
    spread = whole.std(axis=0)
    x = np.column_stack(
        [np.ones(len(whole)), (whole[:, spread > 0] - whole[:, spread > 0].mean(axis=0))
         / spread[spread > 0]]
    )  # fmt: skip
    resist = _share(x, firm + back, conceded)
    return np.clip(np.stack([resist, _share(x, firm, back)]), 0.02, 0.98)


def _share(x: Floats, yes: Floats, no: Floats) -> Floats:
    beta = np.zeros(x.shape[1])
    pull = np.full(len(beta), 1.0)
    pull[0] = 0.01
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        n = yes + no
        slope = x.T @ (yes - n * p) - pull * beta
        step = np.linalg.solve((x * (n * p * (1 - p))[:, None]).T @ x + np.diag(pull), slope)
        beta += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return np.asarray(1 / (1 + np.exp(-np.clip(x @ beta, -30, 30))))


def _pseudo(
    family: SignallingFamily, built: Built, starts: int, seed: int, penalty: Penalty
) -> Optimum:
    design = built.design
    zero = np.where(design.free, 0.0, design.fixed)
    random = np.random.default_rng([seed, 97])
    best = maximise(family, design, zero, penalty)
    for _ in range(starts):
        tried = maximise(family, design, random_start(design, zero, random), penalty)
        if tried.objective > best.objective or (tried.converged and not best.converged):
            best = tried
    return best


def _nested(
    family: SignallingFamily, built: Built, top: Optimum, penalty: Penalty, limit: int
) -> tuple[SignallingFamily, int, float]:
    """Replace expectations by replies and climb again, until both repeat themselves."""
    held = family.held
    assert held is not None  # noqa: S101 - a pseudo-likelihood holds them
    beta, moved, count = top.beta, np.inf, 0
    while count < limit and not moved < _SETTLED:
        count += 1
        answer = _reply(built.design.eta(beta), held)
        again = maximise(
            SignallingFamily(family.counts, answer), built.design, beta, penalty, steps=40
        )
        moved = max(np.abs(answer - held).max(), np.abs(again.beta - beta).max())
        held, beta = answer, again.beta
        top.beta = beta
    return SignallingFamily(family.counts, held), count, float(moved)


def _reply(eta: Floats, held: Floats) -> Floats:
    from scipy.special import ndtr

    found = stage(eta, held[0], held[1])
    return np.asarray(np.clip(np.stack([ndtr(found.lean), found.share]), _LEAST, 1 - _LEAST))


def _in_equilibrium(
    family: SignallingFamily,
    built: Built,
    top: Optimum,
    penalty: Penalty,
    starts: int,
    seed: int,
) -> Optimum:
    """Climb with every row in equilibrium, from the best of several starts."""
    design = built.design
    random = np.random.default_rng([seed, 98])
    candidates = [top.beta, *(random_start(design, top.beta, random) for _ in range(starts))]
    best: Optimum | None = None
    for start in candidates:
        follower = SignallingFamily(family.counts)
        with np.errstate(all="ignore"):
            follower.choose(design.eta(start))
        if not np.isfinite(value_at(follower, design, start, penalty)):
            continue
        found = maximise(follower, design, start, penalty)
        for _ in range(_ROUNDS):
            with np.errstate(all="ignore"):
                _, changed, _ = follower.choose(design.eta(found.beta))
            if not changed:  # the roots that were followed are still the likeliest
                break
            found = maximise(follower, design, found.beta, penalty)
        if best is None or found.objective > best.objective:
            best, family.follow = found, follower.follow
    if best is None:
        raise ModelError("no start has a finite likelihood; give a first stage", "SV979")
    return best


def _npl(fitted: Fitted, family: SignallingFamily, moved: float) -> Fitted:
    """Give a nested fit its own covariance, and say whether replies repeat themselves."""
    notes = list(fitted.warnings)
    settled = moved < 1e-6
    if not settled:
        text = f"replies still moved by {moved:.2g} after {_REPLIES} rounds"
        notes.append(problem("SV979", text, severity="warning"))
    matrix = _npl_covariance(fitted, family)
    return replace(
        fitted, covariance=matrix, warnings=tuple(notes), converged=fitted.converged and settled,
        se_kind="nested",
    )  # fmt: skip


def _npl_covariance(fitted: Fitted, family: SignallingFamily) -> Floats:
    """Return the covariance of a nested fit (Aguirregabiria and Mira 2007, proposition 2).

    With scores s in the coefficients and d in the held chances, replies Psi with slopes A in the
    coefficients and B in the chances, row by row:
    ``(O + M)^-1 O (O + M')^-1`` where ``O = sum s s'`` and ``M = sum s d' (I - B)^-1 A``.
    """
    design, held = fitted.built.design, family.held
    assert held is not None  # noqa: S101 - a nested fit holds them
    used = np.flatnonzero(design.free & ~fitted.unbounded)
    eta = design.eta(fitted.beta)
    scores = design.scores(family.at(eta).score)[:, used]
    in_held, reply_held = _held_slopes(family, eta)
    reply_eta = _reply_slopes(eta, held)
    whole = [np.zeros((design.rows, len(design.names))) for _ in range(2)]
    for k, part in enumerate(design.slices()):
        for side in range(2):
            whole[side][:, part] = reply_eta[side, k][:, None] * design.blocks[k]
    outer = scores.T @ scores
    solved = np.linalg.inv(np.eye(2)[None] - reply_held.transpose(2, 0, 1))
    lead = np.einsum("in,nij->jn", in_held, solved)
    middle = sum(scores.T @ (lead[side][:, None] * whole[side][:, used]) for side in range(2))
    left = np.linalg.inv(outer + middle)
    found = np.zeros_like(fitted.covariance)
    found[np.ix_(used, used)] = left @ outer @ left.T
    return found


def _held_slopes(family: SignallingFamily, eta: Floats) -> tuple[Floats, Floats]:
    """Return slopes in the held chances: of the log likelihood [2, row], of replies [2, 2, row]."""
    held = family.held
    assert held is not None  # noqa: S101 - asked of a pseudo-likelihood
    in_log = np.zeros_like(held)
    in_reply = np.zeros((2, *held.shape))
    for side in range(2):
        step = 1e-6 * np.minimum(held[side], 1 - held[side])
        moved = [held.copy(), held.copy()]
        moved[0][side] += step
        moved[1][side] -= step
        logs = [held_fixed(eta, one)[0] for one in moved]
        gap = logs[0] - logs[1]
        in_log[side] = np.where(family.counts > 0, family.counts * gap, 0).sum(axis=0) / (2 * step)
        in_reply[:, side] = (_reply(eta, moved[0]) - _reply(eta, moved[1])) / (2 * step)
    return in_log, in_reply


def _reply_slopes(eta: Floats, held: Floats) -> Floats:
    """Return the slopes of replies in the payoffs, [2, 7, row], by central differences."""
    found = np.zeros((2, *eta.shape))
    for k in range(len(PAYOFFS)):
        moved = [eta.copy(), eta.copy()]
        moved[0][k] += 1e-6
        moved[1][k] -= 1e-6
        found[:, k] = (_reply(moved[0], held) - _reply(moved[1], held)) / 2e-6
    return found
