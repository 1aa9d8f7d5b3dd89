"""Engine 2: would a guarantee be honoured, and would it deter, in one crisis.

``solve`` takes what the texts put at stake (``Exposure``), what the actors want (``Stakes``) and
the states (``Levels``), and gives a ``Crisis``; ``choose`` gives the challenger's choice.
"""

from servanda.deterrence.model import Choice, Crisis, Exposure, Levels, Stakes
from servanda.deterrence.solve import choose, half_hearted, solve

__all__ = ["Choice", "Crisis", "Exposure", "Levels", "Stakes", "choose", "half_hearted", "solve"]
