"""Engine 3: how long peace would last under each option.

``project`` follows a challenger who may stay, probe or attack whenever a chance to act comes,
through the phases of each option, and returns the distribution of the time until peace ends.
The module ``explain`` says where the risk of one draw comes from and shows single histories.

Examples:
    A challenger without motive attacks at half of its .4 chances a year:

    >>> import numpy as np
    >>> from servanda import durability
    >>> from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Start, Tempo
    >>> half = np.full((1, 1, 1, 1, 1, 1, 1), 0.5)
    >>> crises = CrisisInputs(("ground",), [False], [1.0], half, half, half, half, half, half)
    >>> rates = {name: [0.0] for name in Tempo.__slots__} | {"omega_c": [0.4], "rho": [1.0]}
    >>> tempo = Tempo(**rates)
    >>> plan = Plan("none", (PlanPhase(cell=0, eta=[0.0]),))
    >>> result = durability.project(crises, tempo, [plan], step=5.0, start=Start(0, 0, 0, 0))
    >>> result.survival[0, 0].round(4).tolist()  # exp(-.2 t)
    [1.0, 0.3679, 0.1353, 0.0498, 0.0183]
    >>> result.rmst.round(4).tolist()
    [[4.9084]]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servanda.durability.solve import project

__all__ = ["project"]


def __getattr__(name: str) -> object:
    """Load the kernels only when somebody projects."""
    if name == "project":
        from servanda.durability.solve import project

        return project
    raise AttributeError(name)
