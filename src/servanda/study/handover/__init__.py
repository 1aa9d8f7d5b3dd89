"""The only place where one engine's answers become another's inputs.

obligations -> exposure -> deterrence -> crisis inputs -> durability. Shapes are typed by the
receiver; here they are filled, draw by draw, from duty tables and drawn assumptions.
"""

from servanda.study.handover.chains import crisis_inputs, plans, tempo
from servanda.study.handover.exposures import exposure
from servanda.study.handover.payoffs import levels, stakes

__all__ = ["crisis_inputs", "exposure", "levels", "plans", "stakes", "tempo"]
