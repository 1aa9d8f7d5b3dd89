"""options and results -> negotiation: whom each option's rule asks, and what it is worth to them.

The challenger is never asked: whether it puts up with an option is a constraint of its own
(``negotiation.acquiescence``). Organisations stand for their members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.domain.errors import ModelError
from servanda.domain.option import Option
from servanda.negotiation.model import Payoffs, Rule

__all__ = ["Worth", "consent_payoffs", "consent_rule"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worth:
    """What goes into the value of options to those asked, in the unit of guarantors' payoffs.

    Attributes:
        stake: float64[draw, actor], what a whole horizon of peace is worth to each; NaN where
            nobody says.
        peace: float64[draw, option], share of the horizon spent in peace less that without a deal.
        cost: float64[draw, option, actor], what the option costs each while it holds.
        called: float64[draw, option], chance of being called to act within the horizon.
        honoured: float64[draw, option, actor], chance of acting if called; 0 for those not bound.
        acting: float64[draw, actor], cost of acting.
        stance: float64[option, actor], stated positions from -1 to 1 times their weight; NaN where
            there is no evidence, which changes nothing.
        swing: value that a firm stated position stands for.
    """

    stake: Floats
    peace: Floats
    cost: Floats
    called: Floats
    honoured: Floats
    acting: Floats
    stance: Floats | None = None
    swing: float = 0.5


def consent_payoffs(
    options: Sequence[str], actors: Sequence[str], worth: Worth, precision: float | Floats
) -> Payoffs:
    """Value each option over no deal to each actor, draw by draw.

    ``u_i = b_i (peace of the option less that of no deal) - cost - C_i P(called) q_i``, and what
    the actor has said of the option on top.

    Args:
        options: identifiers, in the order of the arrays.
        actors: identifiers, in the order of the arrays.
        worth: the arrays.
        precision: logit precision of consent, a number or float64[draw].

    Raises:
        ModelError: an array does not have the axes it should (SV935).
    """
    draws = len(worth.stake)
    d, o, a = draws, len(options), len(actors)
    axes = {
        "stake": (d, a),
        "peace": (d, o),
        "cost": (d, o, a),
        "called": (d, o),
        "honoured": (d, o, a),
        "acting": (d, a),
    }
    for name, wanted in axes.items():
        if getattr(worth, name).shape != wanted:
            found = getattr(worth, name).shape
            raise ModelError(f"'{name}' has axes {found}, not {wanted}", "SV935")
    value = worth.stake[:, None, :] * worth.peace[:, :, None] - worth.cost
    value = value - worth.acting[:, None, :] * worth.called[:, :, None] * worth.honoured
    if worth.stance is not None:
        if worth.stance.shape != (o, a):
            raise ModelError(f"'stance' has axes {worth.stance.shape}, not {(o, a)}", "SV935")
        value = value + worth.swing * np.nan_to_num(worth.stance)
    return Payoffs(tuple(options), tuple(actors), value, precision)


def consent_rule(
    option: Option,
    challenger: str,
    members: Mapping[str, Sequence[str]],
    forces: Mapping[str, float] | None = None,
    minimum: float = 0.0,
) -> Rule:
    """Say whom the rule of an option asks.

    Of a coalition those named under ``consent`` are needed and those that only ratify may be
    missing, as long as the others bring the minimum force. An option without a rule asks nobody.

    Args:
        option: the option.
        challenger: its adversary, who is never asked.
        members: by organisation its members.
        forces: by actor what it would bring to a coalition.
        minimum: force that a coalition needs, in the same unit.

    Examples:
        >>> from servanda.domain.option import Adoption
        >>> adoption = Adoption(rule="unanimity", consent=("NATO", "UKR"))
        >>> option = Option(id="o", title="O", summary="O", adoption=adoption)
        >>> consent_rule(option, "RUS", {"NATO": ("ITA", "USA")}).consent
        ('ITA', 'USA', 'UKR')
    """
    adoption = option.adoption
    if adoption is None:
        return Rule("none")

    def asked(names: Sequence[str]) -> tuple[str, ...]:
        found = (one for name in names for one in members.get(name, (name,)))
        return tuple(dict.fromkeys(one for one in found if one != challenger))

    consent, ratification = asked(adoption.consent), asked(adoption.ratification)
    coalition = adoption.rule == "coalition"
    return Rule(
        kind=adoption.rule,
        consent=consent,
        ratification=ratification,
        force=dict(forces or {}),
        minimum=minimum if coalition else 0.0,
        required=consent if coalition else (),
    )
