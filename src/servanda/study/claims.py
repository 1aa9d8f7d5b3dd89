"""Put a comparative claim to the model: does the better option outlast the others named?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from servanda.domain.moment import Moment
from servanda.domain.option import Option
from servanda.domain.scenario import ClaimUnderTest, Scenario
from servanda.study.result import ClaimVerdict, OptionResult, Outlasts, Turning

__all__ = ["claim_verdicts", "verdict_word"]


def claim_verdicts(
    scenario: Scenario,
    options: Sequence[Option],
    pairs: Mapping[str, Outlasts],
    results: Mapping[str, OptionResult],
    turnings: Sequence[Turning],
    day: Moment,
) -> tuple[ClaimVerdict, ...]:
    """Answer every claim under test that was made by the day of knowledge.

    Args:
        scenario: whose claims.
        options: the options compared.
        pairs: who outlasts whom.
        results: the options' numbers.
        turnings: what the pairs turn on, for the conditions under which a claim holds.
        day: day of knowledge.
    """
    names = {o.id for o in options}
    says = {(t.first, t.second): t.says for t in turnings}
    return tuple(
        _verdict(claim, names, pairs, results, says)
        for claim in scenario.under_test
        if claim.date.not_after(day)
    )


def _verdict(
    claim: ClaimUnderTest,
    names: set[str],
    pairs: Mapping[str, Outlasts],
    results: Mapping[str, OptionResult],
    says: Mapping[tuple[str, str | None], str],
) -> ClaimVerdict:
    compared = [o for o in claim.than if o in names] if claim.better in names else []
    against = {o: pairs[f"{claim.better}>{o}"].by_horizon for o in compared}
    reached = {o: results[o].reached.mean for o in ([claim.better, *compared] if compared else [])}
    missing = [o for o in (claim.better, *claim.than) if o not in names]
    return ClaimVerdict(
        id=claim.id,
        says=claim.says,
        by=claim.by,
        date=str(claim.date),
        certainty=claim.certainty,
        source=claim.source,
        against=against,
        reached=reached,
        conditions=tuple(says[claim.better, o] for o in compared if (claim.better, o) in says),
        answer=_answer(claim, results, against, reached),
        reason=f"not among the options compared: {', '.join(missing)}" if missing else None,
    )


def verdict_word(probability: float) -> str:
    """Put a probability that A outlasts B into sober words.

    Examples:
        >>> verdict_word(0.93), verdict_word(0.5), verdict_word(0.2)
        ('in most draws', 'in about half of the draws', 'in few draws')
    """
    if probability >= 0.75:
        return "in most draws"
    if probability >= 0.6:
        return "in more than half of the draws"
    if probability > 0.4:
        return "in about half of the draws"
    if probability > 0.25:
        return "in less than half of the draws"
    return "in few draws"


def _answer(
    claim: ClaimUnderTest,
    results: Mapping[str, OptionResult],
    against: Mapping[str, Mapping[str, float]],
    reached: Mapping[str, float | None],
) -> str:
    if not against:
        return "This claim cannot be put to the model with the options compared."
    title = results[claim.better].title
    parts = [
        f"'{results[o].title}' {verdict_word(by['10'])} ({by['10']:.0%} at 10 years, "
        f"{by['20']:.0%} at 20)"
        for o, by in against.items()
    ]
    chances = "; ".join(
        f"'{results[o].title}' {'not computed' if p is None else f'{p:.0%}'}"
        for o, p in reached.items()
    )
    return (
        f"In this model, given a cessation, '{title}' lasts longer than "
        + ", than ".join(parts)
        + ". "
        f"Probability that the adversary would accept in this model: {chances}."
    )
