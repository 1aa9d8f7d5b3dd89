"""assumptions -> deterrence: what the actors want and can do, draw by draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.model import Levels, Stakes
from servanda.domain.errors import ModelError
from servanda.domain.incident import Incident
from servanda.study.board import Board
from servanda.study.draws import Draws

__all__ = ["levels", "size_of", "stakes"]

Floats = NDArray[np.float64]

STAKE_COLUMNS = (
    *("lambda_c", "lambda_g", "lambda_p", "g", "m_p", "tau0", "n0", "phi_f", "c_w", "c_o", "c_g"),
    *("c_n", "s_q", "c_p", "a1", "a2", "a3", "zeta", "g_b", "x_b", "eps", "x_prov"),
    *("d0", "d_f"),
)


def stakes(board: Board, draws: Draws) -> Stakes:
    """Fill the deterrence engine's parameters for one chunk."""

    def each(field: str, default: str) -> Floats:
        """Stack a guarantor column; a library default is drawn anew for every guarantor."""
        columns = []
        for guarantor in board.guarantors:
            own = getattr(guarantor, field)
            if own is not None:
                columns.append(draws.column(own))
            else:
                columns.append(draws.at(default, draws.uniform(f"{default}:{guarantor.actor}")))
        return np.stack(columns, axis=1)

    error = np.stack(
        [
            draws.at("capability_error", draws.uniform(f"capability_error:{name}"))
            for name in board.names
        ],
        axis=1,
    )
    # without nuclear weapons of the challenger helping it costs no nuclear risk, and the chance of
    # a war with it is not lowered by one
    shadow = float(board.challenger_nuclear)
    sizes = np.stack([draws.column(size_of(i)) for i in board.incidents], axis=1)
    return Stakes(
        **{name: draws.column(name) for name in STAKE_COLUMNS},
        d_n=draws.column("d_n") * shadow,
        m=np.stack([draws.column(g.capability) for g in board.guarantors], axis=1) * error,
        b=each("stake", "stake"),
        nu=each("nuclear_cost", "nuclear_cost") * shadow,
        a0=each("default_cost", "a0"),
        t_move=each("reinforcement_hours", "move_hours"),
        nuclear=board.nuclear,
        pivotal=np.array([g.pivotal for g in board.guarantors], np.bool_),
        size=sizes,
        probe=np.array([i.crisis == "probe" for i in board.incidents], np.bool_),
    )


def levels(draws: Draws) -> Levels:
    """Fill the multipliers of the chain's levels from their (fixed) assumptions."""

    def at(*names: str) -> tuple[float, ...]:
        return tuple(float(np.median(draws.column(name))) for name in names)

    return Levels(
        posture=at("posture_start", "posture_recovered", "posture_enlarged", "posture_peak"),
        # the last, no credibility, is no state of the chain: it carries what a provocation leaves
        credibility=(*at("credibility_low", "credibility_middle", "credibility_full"), 0.0),
        forces=(1.0, 0.0),
        alignment=(1.0, *at("alignment_half"), 0.0),
    )


def size_of(incident: Incident) -> str:
    """Name the assumption that says how large an incident is.

    Raises:
        ModelError: the incident belongs to a crisis and has no size (SV602).
    """
    if incident.size is None:
        raise ModelError(
            f"the incident {incident.id!r} has `crisis` but no `size`; name an assumption such as "
            "size_limited",
            code="SV602",
        )
    return incident.size
