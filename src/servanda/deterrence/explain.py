"""Why a guarantor would or would not act: its reasons, its body, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.flips import Flip, find_flips, narrow
from servanda.deterrence.model import CLASSES, CODE, Crisis, Exposure, Stakes
from servanda.deterrence.weighing import Seen, difference, see
from servanda.domain.errors import ModelError

__all__ = ["Decision", "Term", "Why", "explain"]

#: Draws looked at for what acting changes, and for what would flip the decision.
LOOKED_AT, SOLVED_AGAIN = 200, 150
NO_FLIP = "no change of a single term by up to ten times would tip it over"


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a decision.

    Attributes:
        name: stake, standing, commitment, forces, pool or cost.
        value: what it adds to the utility of acting, in units of the guarantor's cost of war.
        formula: the formula with the numbers in it.
        words: what it means, in a sentence.
    """

    name: str
    value: float
    formula: str
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The effect of the decision rule on one guarantor.

    Attributes:
        rule: each, consensus, majority, after_one, after_all, or mixed where draws differ.
        body: the body it belongs to, None where it decides for itself or draws differ.
        shut: probability that its body is blocked, or that those it waits for do not act.
        acts_open: probability of acting where the body passes or those waited for act.
        acts_shut: probability of acting where not.
        leaders: whom it waits for, each with the probability of acting.
        followed: True where others wait for this guarantor.
        words: the effect in a sentence.
    """

    rule: str
    body: str | None
    shut: float
    acts_open: float
    acts_shut: float
    leaders: tuple[tuple[str, float], ...]
    followed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why one guarantor acts as it does in one cell and kind, at the reference state.

    Attributes:
        guarantor, kind: ids.
        klass: how the text binds it, "mixed" where draws differ.
        acts: probability that it acts, over all decisions of its body.
        blocked: probability that its body is blocked or that those it waits for do not act
            (0 where it decides for itself).
        decision: the effect of the decision rule.
        difference: how much its acting raises the chance that the defence holds.
        terms: they sum to ``balance`` for one draw; means of each over several draws. With a body
            they are means over its cases, and the balance is that of the mean.
        balance: utility of acting less that of standing aside.
        decides: name of the term without which the balance would tip over, the largest of them;
            None where no single one does.
        flips: changes of one term that make it more likely to do the other thing, each solved
            again, the smallest first; empty where none does or with ``flips=False``.
        words: the whole in a sentence or two.
    """

    guarantor: str
    kind: str
    klass: str
    acts: float
    blocked: float
    decision: Decision
    difference: float
    terms: tuple[Term, ...]
    balance: float
    decides: str | None
    flips: tuple[Flip, ...]
    words: str


def _terms(
    exposure: Exposure,
    stakes: Stakes,
    seen: Seen,
    place: tuple[int, int, int],
    rows: NDArray[np.intp],
    gain: float,
) -> tuple[Term, ...]:
    cell, i, k = place

    def mean(values: NDArray[np.float64]) -> float:
        return float(np.mean(values[rows]))

    kappas = exposure.commitment[:, cell, i, k] * seen.word[:, i]
    b, kappa = mean(stakes.b[:, i]), mean(kappas)
    presence, pool = mean(seen.presence[:, i]), mean(seen.pool[:, i])
    size, nu = mean(stakes.size[:, k]), mean(stakes.nu[:, i])
    a1, a2, a3 = mean(stakes.a1), mean(stakes.a2), mean(stakes.a3)
    given = exposure.commitment[:, cell, i, k]
    lent = mean(stakes.a3 * given * seen.pool[:, i])
    standing = mean(stakes.a0[:, i])
    return (
        Term(
            "stake",
            b * gain,
            f"{b:.3f} x {gain:.4f}",
            f"acting raises the chance that the defence holds by {gain:.1%}",
        ),
        Term("standing", standing, f"{standing:.3f}", "cost of default without any promise"),
        Term(
            "commitment",
            mean(stakes.a1 * kappas),
            f"{a1:.3f} x {kappa:.3f}",
            "cost of breaking its word" if kappa > 0.0 else "no word of it counts",
        ),
        Term(
            "forces",
            mean(stakes.a2 * seen.presence[:, i]),
            f"{a2:.3f} x {presence:.3f}",
            "cost of abandoning its forces in theatre"
            if presence > 0.0
            else "it has no forces in theatre",
        ),
        Term(
            "pool",
            lent,
            f"{a3:.3f} x {mean(given):.3f} x {pool:.3f}",
            "cost of standing aside while others of the clause act"
            if lent > 0.0
            else "no others whose acts would shame it",
        ),
        Term(
            "cost",
            -mean(stakes.size[:, k] * (1.0 + stakes.nu[:, i])),
            f"-{size:.3f} x (1 + {nu:.3f})",
            "cost of acting, nuclear risk included",
        ),
    )


def _decision(
    exposure: Exposure,
    crisis: Crisis,
    place: tuple[int, int, int],
    rows: NDArray[np.intp],
    way: float,
) -> Decision:
    cell, i, k = place
    ruled = exposure.ruled
    bodies = np.unique(exposure.body[rows, cell, i, k])
    kinds = {"each" if b < 0 else ruled.rule[b] for b in bodies}
    rule = kinds.pop() if len(kinds) == 1 else "mixed"
    alone = int(bodies[0]) if len(bodies) == 1 and bodies[0] >= 0 else None
    everybody = np.unique(exposure.body[rows, cell, :, k])
    led = [b for b in everybody if b >= 0 and ruled.waits[b] and ruled.leaders[b, i]]

    def mean(values: NDArray[np.float64], who: int) -> float:
        return float(values[rows, cell, who, k].mean())

    waited = np.flatnonzero(ruled.leaders[alone]) if alone is not None else ()
    leaders = tuple(
        (exposure.guarantors[j], mean(crisis.honour, int(j)))
        for j in waited
        if rule.startswith("after") and j != i
    )
    name = None if alone is None else exposure.bodies[alone]
    found = Decision(
        rule=rule,
        body=name,
        shut=1.0 - way,
        acts_open=mean(crisis.honour_open, i),
        acts_shut=mean(crisis.honour_shut, i),
        leaders=leaders,
        followed=bool(led),
        words="",
    )
    return replace(found, words=_ruled_words(found))


def _ruled_words(found: Decision) -> str:
    cases = f"{found.acts_open:.0%} then, {found.acts_shut:.0%} otherwise"
    if found.rule == "each":
        words = "it decides for itself"
    elif found.rule == "mixed":
        words = f"by draw under different rules; its way is shut in {found.shut:.0%} of cases"
    elif found.rule.startswith("after"):
        who = ", ".join(f"{name} {p:.0%}" for name, p in found.leaders) or "nobody in the model"
        need = "one of them" if found.rule == "after_one" else "all of them"
        words = (
            f"its word counts only if {need} acts ({who}): in {1 - found.shut:.0%} of cases; it "
            f"acts in {cases}"
        )
    else:
        vote = "by consensus" if found.rule == "consensus" else "by a majority"
        words = (
            f"its body, {found.body}, decides {vote} and is blocked in {found.shut:.0%} of cases, "
            f"its word still counting; it acts in {found.acts_shut:.0%} of cases then, in "
            f"{found.acts_open:.0%} otherwise"
        )
    return f"{words}; others wait for it" if found.followed else words


def _decides(terms: tuple[Term, ...]) -> str | None:
    """Name the largest of the terms without which the balance would tip over."""
    balance = sum(term.value for term in terms)
    side = 1.0 if balance > 0.0 else -1.0
    tipping = [t for t in terms if side * (balance - t.value) < 0.0]
    return max(tipping, key=lambda t: abs(t.value)).name if tipping else None


def _sentences(guarantor: str, acts: float, terms: tuple[Term, ...], more: tuple[str, ...]) -> str:
    verdict = "more likely to act than not" if acts > 0.5 else "more likely to stand aside"
    most = max(terms[:-1], key=lambda term: term.value)
    decides = _decides(terms)
    words = (
        f"{guarantor} is {verdict} in this model ({acts:.0%}): most for acting speaks "
        f"{most.name} ({most.value:+.2f}), against it the cost ({terms[-1].value:+.2f}). "
    )
    if decides:
        words += f"What decides is the {decides}: without it the balance would tip over."
    else:
        words += "No single term decides."
    return " ".join([words, *(f"{part[0].upper()}{part[1:]}." for part in more)])


def explain(
    exposure: Exposure,
    stakes: Stakes,
    crisis: Crisis,
    *,
    cell: int,
    kind: str,
    draw: int | None = None,
    flips: bool = True,
) -> tuple[Why, ...]:
    """Say why each guarantor would or would not act, in this model, at the reference state.

    Args:
        exposure: what was given to ``solve``.
        stakes: what was given to ``solve``.
        crisis: what ``solve`` returned.
        cell: index of the cell.
        kind: id of the incident kind.
        draw: one draw, or None for means over draws (of which at most 200 are looked at for
            the difference that acting makes, and at most 150 for what would flip it).
        flips: also look for the changes of one term that would flip each decision, by solving
            again; with many draws that takes some tenths of a second per guarantor.

    Returns:
        One ``Why`` per guarantor, in the order of the exposure.

    Raises:
        ModelError: SV610 for an unknown cell, kind or draw.
    """
    if kind not in exposure.kinds or not 0 <= cell < exposure.cells:
        raise ModelError(f"no cell {cell} or no kind {kind!r}", code=CODE)
    if draw is not None and not 0 <= draw < exposure.draws:
        raise ModelError(f"no draw {draw}: there are {exposure.draws}", code=CODE)
    k = exposure.kinds.index(kind)
    rows = np.arange(exposure.draws) if draw is None else np.array([draw])
    few = rows[:: max(1, -(-rows.size // LOOKED_AT))]
    again = narrow(exposure, stakes, cell, k, rows[:: max(1, -(-rows.size // SOLVED_AGAIN))])
    seen = see(exposure, stakes, crisis, cell, k)
    whys = []
    for i, guarantor in enumerate(exposure.guarantors):
        gain = difference(exposure, stakes, seen, (cell, k), few, i)
        terms = _terms(exposure, stakes, seen, (cell, i, k), rows, gain)
        classes = {CLASSES[c] for c in exposure.klass[rows, cell, i, k]}
        acts = float(seen.q[rows, i].mean())
        way = float(seen.open_way[rows, i].mean())
        ruled = _decision(exposure, crisis, (cell, i, k), rows, way)
        found = find_flips(again, i) if flips else ()
        tips = found[0].words if found else NO_FLIP
        more = (ruled.words, tips) if flips else (ruled.words,)
        whys.append(
            Why(
                guarantor=guarantor,
                kind=kind,
                klass=classes.pop() if len(classes) == 1 else "mixed",
                acts=acts,
                blocked=1.0 - way,
                decision=ruled,
                difference=gain,
                terms=terms,
                balance=sum(term.value for term in terms),
                decides=_decides(terms),
                flips=found,
                words=_sentences(guarantor, acts, terms, more),
            )
        )
    return tuple(whys)
