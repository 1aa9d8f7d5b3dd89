"""By which rule each body decides: ``Rules``, part of the exposure.

A guarantor bound by a clause with a body decides under that body's rule; one without a body
decides for itself, also where the victim's own declaration starts the clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.checks import expect, refusal, within

__all__ = ["RULES", "Rules"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Rules of a body. ``consensus``: any member with a vote can block. ``majority``: blocked where
#: those for it have less than ``threshold`` of the votes. ``after_one``, ``after_all``: no vote;
#: the members' word counts once one, or all, of the ``leaders`` act.
RULES = ("consensus", "majority", "after_one", "after_all")


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule of each body of an exposure.

    Attributes:
        rule: one of ``RULES`` per body.
        threshold: [draw, body] share of the votes, in (0, 1], that a majority needs; 1 elsewhere.
        votes: [body, guarantor] weight of each guarantor in the vote, >= 0. ``inf`` marks one
            whose block alone is enough. Only members take part, whatever stands for others.
        leaders: bool[body, guarantor], whom the members of an "after" body wait for.
        barred: bool[body], True where somebody outside the game keeps the body shut: an adversary
            with a veto, or a named leader that is no guarantor of the scenario.

    Raises:
        ModelError: SV610 where a shape, a range or a rule is wrong.
    """

    rule: tuple[str, ...]
    threshold: Floats
    votes: Floats
    leaders: Bools
    barred: Bools

    def __post_init__(self) -> None:
        """Check rules, shapes and ranges."""
        unknown = sorted(set(self.rule) - set(RULES))
        if unknown:
            raise refusal(f"rule {unknown[0]!r} is unknown: use one of {', '.join(RULES)}")
        bodies, put = len(self.rule), object.__setattr__
        shape = np.shape(self.threshold)
        if len(shape) != 2 or np.ndim(self.votes) != 2:
            raise refusal("threshold needs axes draw, body; votes need axes body, guarantor")
        seats = (bodies, np.shape(self.votes)[1])
        put(self, "threshold", expect("threshold", self.threshold, np.float64, (shape[0], bodies)))
        put(self, "leaders", expect("leaders", self.leaders, np.bool_, seats))
        put(self, "barred", expect("barred", self.barred, np.bool_, (bodies,)))
        votes = np.ascontiguousarray(self.votes, dtype=np.float64)
        if votes.shape != seats or np.isnan(votes).any() or (votes < 0.0).any():
            raise refusal(f"votes need axes body, guarantor {seats} and weights >= 0")
        put(self, "votes", votes)
        within("threshold", self.threshold, float(np.finfo(np.float64).tiny), 1.0)

    @classmethod
    def consensus(cls, draws: int, bodies: int, guarantors: int) -> Rules:
        """Let every body decide by consensus, all with equal votes.

        >>> Rules.consensus(1, 1, 2).votes
        array([[1., 1.]])
        """
        return cls(
            rule=("consensus",) * bodies,
            threshold=np.ones((draws, bodies)),
            votes=np.ones((bodies, guarantors)),
            leaders=np.zeros((bodies, guarantors), np.bool_),
            barred=np.zeros(bodies, np.bool_),
        )

    @property
    def waits(self) -> Bools:
        """bool[body], True where the word waits for others' acts instead of a vote."""
        return np.array([rule.startswith("after") for rule in self.rule], np.bool_)
