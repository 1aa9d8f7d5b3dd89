"""Engine 2: would a guarantee be honoured, and would it deter, in one crisis.

``solve`` takes what the texts put at stake (``Exposure``), what the actors want (``Stakes``) and
the states (``Levels``), and gives a ``Crisis``; ``choose`` gives the challenger's choice;
``selection_effect`` says what hangs on the fixed point that is shown where there are several.
"""

from servanda.deterrence.choosing import SelectionEffect, selection_effect
from servanda.deterrence.model import Choice, Crisis, Exposure, Levels, Rules, Stakes
from servanda.deterrence.solve import choose, half_hearted, solve

__all__ = [
    "Choice",
    "Crisis",
    "Exposure",
    "Levels",
    "Rules",
    "SelectionEffect",
    "Stakes",
    "choose",
    "half_hearted",
    "selection_effect",
    "solve",
]
