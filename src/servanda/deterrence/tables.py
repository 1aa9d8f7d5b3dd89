"""The states a crisis is solved at, and the tables that come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.checks import refusal

__all__ = ["NOT_CONVERGED", "OK", "SEVERAL", "Choice", "Crisis", "Levels"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
Indices = NDArray[np.int16]

#: Status codes: one fixed point found; several; the iteration did not settle.
OK, SEVERAL, NOT_CONVERGED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Levels:
    """Multipliers that make up the states; all come from assumptions.

    Attributes:
        posture: multiplies the challenger's capability (4 values in the standard study).
        credibility: multiplies commitment, for instance (.6, .8, 1).
        forces: multiplies troops and forward share, for instance (1, 0).
        alignment: multiplies the stake of pivotal guarantors, for instance (1, .5, 0).

    Raises:
        ModelError: SV610 where a level is negative or an axis lacks the value 1, which
            marks the reference state.
    """

    posture: tuple[float, ...]
    credibility: tuple[float, ...]
    forces: tuple[float, ...]
    alignment: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check that each axis holds the reference value 1."""
        for name in ("posture", "credibility", "forces", "alignment"):
            values = getattr(self, name)
            if 1.0 not in values or min(values) < 0.0 or not np.isfinite(values).all():
                raise refusal(f"levels of {name} must be finite, >= 0 and hold 1, found {values}")
        if min(self.posture) <= 0.0:
            raise refusal("levels of posture multiply a capability and must be > 0")

    @property
    def names(self) -> tuple[str, str, str, str]:
        """Names of the four state axes, in order."""
        return "posture", "credibility", "forces", "alignment"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Lengths of posture, credibility, forces, alignment."""
        return len(self.posture), len(self.credibility), len(self.forces), len(self.alignment)

    @property
    def reference(self) -> tuple[int, int, int, int]:
        """Index of the first value 1 on each axis: the state of an intact guarantee."""
        axes = (self.posture, self.credibility, self.forces, self.alignment)
        p, c, f, a = (axis.index(1.0) for axis in axes)
        return p, c, f, a


@dataclass(frozen=True, slots=True)
class Crisis:
    """What one crisis would bring, in this model, for every draw, cell, state and kind.

    Unless said, float64[draw, cell, posture, credibility, forces, alignment, kind]. Arrays may
    be read-only views in which an axis that changes nothing is broadcast; copy before writing.

    Attributes:
        defence: expected probability that the defence holds if the protege resists.
        helped: probability that at least one guarantor with capability decides to act.
        honoured: probability that those whose word counts together reach the clause's floor,
            any military act where it has none, over the cases in which something is owed. Where
            nothing ever is it is 0; where nobody gave a word ``promised`` is False besides: show
            it as not applicable.
        helper_share: K = E[1 - exp(-helping capability / challenger's)].
        nuclear: probability that a nuclear guarantor acts.
        direct_war: probability of war between challenger and a guarantor, given resistance.
        resist: probability that the protege resists.
        attack_value: the challenger's value of attacking; for a probe, of the fight it turns
            into when it escalates.
        act_cost: expected capability put in the field times size, in units of the
            challenger's capability; times a unit cost it is money.
        status: int8, 0 one fixed point, 1 several found, 2 not converged. See
            ``servanda.deterrence.selection_effect`` for what hangs on which is shown.
        residual: largest |q - response(q)| of the reported fixed point.
        honour: [draw, cell, guarantor, kind] probability that each acts, reference state.
        honour_open: same axes, given that its own body passes, or that those it waits for act;
            equal to ``honour`` outside bodies and where the case cannot arise.
        honour_shut: same axes, given that its own body is blocked (its word still counts), or that
            those it waits for do not act (its word does not count).
        blocked: [draw, cell, kind, body] probability that each body is blocked, or that those
            its members wait for do not act, reference state; 0 where it does not decide.
        honoured_open: same axes, ``honoured`` given that the body passes, or that those waited for
            act; nan where that cannot arise or nothing is owed then.
        honoured_shut: same axes, given that it is blocked, or that they do not act.
        promised: bool[draw, cell, kind], True where some guarantor gave its word.
        spread: largest difference in ``defence`` between the fixed points found (0 for one).
        cell_of: int16[option, phase] as in the exposure.
        levels: the levels the states stand for.
    """

    defence: Floats
    helped: Floats
    honoured: Floats
    helper_share: Floats
    nuclear: Floats
    direct_war: Floats
    resist: Floats
    attack_value: Floats
    act_cost: Floats
    status: Codes
    residual: Floats
    honour: Floats
    honour_open: Floats
    honour_shut: Floats
    blocked: Floats
    honoured_open: Floats
    honoured_shut: Floats
    promised: Bools
    spread: Floats
    cell_of: Indices
    levels: Levels

    def at_reference(self, name: str) -> NDArray[Any]:
        """Give one quantity at the reference state.

        Args:
            name: the name of a state array, for instance "defence".

        Returns:
            The array over [draw, cell, kind].
        """
        p, c, f, a = self.levels.reference
        values: NDArray[Any] = getattr(self, name)[:, :, p, c, f, a, :]
        return values


@dataclass(frozen=True, slots=True)
class Choice:
    """What the challenger chooses at its next chance to act.

    Attributes:
        stay: [draw, cell, posture, credibility, forces, alignment] probability of staying.
        by_kind: same axes and kind; with ``stay`` they sum to 1.
        probe: probability of any probe. attack: of any attack.
        value: the logit value (1/lambda) log sum pi0 exp(lambda U).
        utility: same axes and kind, U of each kind.
    """

    stay: Floats
    by_kind: Floats
    probe: Floats
    attack: Floats
    value: Floats
    utility: Floats
