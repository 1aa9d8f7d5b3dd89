"""What the deterrence engine takes and returns: ``Exposure``, ``Stakes``, ``Levels``, ``Crisis``.

Axes are always named in the same order: draw, cell, posture, credibility, forces, alignment,
guarantor, kind (those that apply). A *cell* is one distinct exposure; options and phases that
read the same share a cell. The *state* is the product posture x credibility x forces x alignment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.deterrence.checks import CODE, expect, refusal, within
from servanda.deterrence.rules import RULES, Rules
from servanda.deterrence.tables import NOT_CONVERGED, OK, SEVERAL, Choice, Crisis, Levels

__all__ = [
    "CLASSES",
    "CODE",
    "NOT_CONVERGED",
    "OK",
    "PER_DRAW",
    "RULES",
    "SEVERAL",
    "Choice",
    "Crisis",
    "Exposure",
    "Levels",
    "Rules",
    "Stakes",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
Indices = NDArray[np.int16]

#: How strongly a text binds, weakest first; the index is the code in ``Exposure.klass``.
CLASSES = ("none", "permitted", "mandate", "consult", "discretionary", "political", "binding")


@dataclass(frozen=True, slots=True)
class Exposure:
    """What each option puts at stake for each guarantor, drawn from the texts.

    Attributes:
        options: ids of the options.
        guarantors: ids of the guarantors.
        kinds: ids of the incident kinds.
        bodies: ids of the bodies that decide, or whose members wait for others.
        cell_of: int16[option, phase], the cell of each phase, -1 where there is no such phase.
        klass: int8[draw, cell, guarantor, kind], index into ``CLASSES``.
        floor: [draw, cell, guarantor, kind], least share of the guarantor's capability owed.
        ceiling: same axes, largest share the text admits.
        share: same axes, the share assumed in this draw, floor <= share <= ceiling.
        delay_hours: same axes, hours to decide.
        commitment: same axes, weight of the given word in [0, 1]; exactly 0 for class none.
        body: int16, same axes, -1 for a guarantor that decides for itself, else index in bodies.
        pool: int16, same axes, -1 or a clause index; same index = credibility pooled.
        troops: [draw, cell, guarantor], troops stationed on the protege's territory.
        forward: [draw, cell, guarantor], share of the guarantor's capability in theatre.
        rules: by which rule each body decides; None lets all of them decide by consensus.

    Raises:
        ModelError: SV610 where a shape, range or order is wrong.

    An attack on a guarantor's own deployed unit is a kind like any other. The guarantor's own
    stake in it enters through what the caller passes for that kind: class "binding",
    commitment 1 and share at least ``forward`` for the owner of the unit, whatever the text says.
    """

    options: tuple[str, ...]
    guarantors: tuple[str, ...]
    kinds: tuple[str, ...]
    bodies: tuple[str, ...]
    cell_of: Indices
    klass: Codes
    floor: Floats
    ceiling: Floats
    share: Floats
    delay_hours: Floats
    commitment: Floats
    body: Indices
    pool: Indices
    troops: Floats
    forward: Floats
    rules: Rules | None = None

    def __post_init__(self) -> None:
        """Check shapes, ranges and the agreement of class and commitment."""
        shape = np.shape(self.klass)
        if len(shape) != 4:
            raise refusal(f"klass needs axes draw, cell, guarantor, kind; it has {len(shape)}")
        wanted = (shape[0], shape[1], len(self.guarantors), len(self.kinds))
        put = object.__setattr__
        for name in ("floor", "ceiling", "share", "delay_hours", "commitment"):
            put(self, name, expect(name, getattr(self, name), np.float64, wanted))
        put(self, "klass", expect("klass", self.klass, np.int8, wanted))
        for name in ("body", "pool"):
            put(self, name, expect(name, getattr(self, name), np.int16, wanted))
        for name in ("troops", "forward"):
            put(self, name, expect(name, getattr(self, name), np.float64, wanted[:3]))
        cells = np.ascontiguousarray(self.cell_of, dtype=np.int16)
        if cells.ndim != 2 or cells.shape[0] != len(self.options):
            raise refusal(f"cell_of needs axes option ({len(self.options)}), phase: {cells.shape}")
        put(self, "cell_of", cells)
        places = (shape[0], len(self.bodies), len(self.guarantors))
        if (*self.ruled.threshold.shape, self.ruled.votes.shape[1]) != places:
            raise refusal(f"rules do not fit (draws, bodies, guarantors) = {places}")
        self._check_ranges()

    def _check_ranges(self) -> None:
        within("cell_of", self.cell_of, -1, self.cells - 1)
        within("klass", self.klass, 0, len(CLASSES) - 1)
        within("body", self.body, -1, len(self.bodies) - 1)
        within("pool", self.pool, -1, np.iinfo(np.int16).max)
        for name in ("floor", "ceiling", "share", "commitment", "forward"):
            within(name, getattr(self, name), 0.0, 1.0)
        for name in ("troops", "delay_hours"):
            within(name, getattr(self, name), 0.0, np.inf)
        if ((self.floor > self.share) | (self.share > self.ceiling)).any():
            raise refusal("share must lie between floor and ceiling")
        if (self.commitment[self.klass == 0] != 0.0).any():
            raise refusal("commitment must be exactly 0 for class none")

    @property
    def ruled(self) -> Rules:
        """The rules of the bodies; all decide by consensus where none were given."""
        if self.rules is not None:
            return self.rules
        return Rules.consensus(self.draws, len(self.bodies), len(self.guarantors))

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.klass.shape[0])

    @property
    def cells(self) -> int:
        """Number of distinct cells."""
        return int(self.klass.shape[1])


#: The fields of ``Stakes`` that hold one number per draw.
PER_DRAW = (
    "lambda_c",
    "lambda_g",
    "lambda_p",
    "g",
    "m_p",
    "tau0",
    "n0",
    "phi_f",
    "c_w",
    "c_o",
    "c_g",
    "c_n",
    "s_q",
    "c_p",
    "a1",
    "a2",
    "a3",
    "zeta",
    "g_b",
    "x_b",
    "eps",
    "x_prov",
    "d0",
    "d_f",
    "d_n",
)


@dataclass(frozen=True, slots=True)
class Stakes:
    """What the actors want and can do, one value per draw.

    All are float64[draw] unless said. Payoffs of challenger and protege are in units of the
    challenger's prize; a guarantor's in units of its cost of a full conventional war.

    Attributes:
        lambda_c: precision of the challenger's choice.
        lambda_g: precision of the guarantors' choices.
        lambda_p: precision of the protege's choice.
        g: contest exponent.
        m_p: the protege's capability over the challenger's.
        tau0: hours in which the worth of reinforcement falls by e.
        n0: troops at which forward presence reaches 1 - 1/e.
        phi_f: chance that forward forces fight without an order.
        c_w: challenger's cost of war. c_o: opprobrium. c_g: of helpers. c_n: nuclear.
        s_q: value of the status quo to the challenger.
        c_p: the protege's cost of resisting.
        a1: cost of default per commitment. a2: per forward presence. a3: pooled credibility.
        zeta: weight of entrapment in blocking a body.
        g_b: gain of a probe left unanswered. x_b: loss when answered. eps: chance to escalate.
        x_prov: share of the commitment lost if the protege provoked.
        d0: log-odds of direct war between challenger and a helping guarantor, with no forces
            in contact and no nuclear shadow. d_f: added at full forward presence.
            d_n: taken off when a nuclear guarantor acts (0 where the challenger has none).
        m: [draw, guarantor] deliverable capability over the challenger's.
        b: [draw, guarantor] stake in a successful defence.
        nu: [draw, guarantor] nuclear cost of acting.
        a0: [draw, guarantor] cost of default without any commitment.
        t_move: [draw, guarantor] hours to move.
        nuclear: bool[guarantor]. pivotal: bool[guarantor], alignment multiplies its stake.
        size: [draw, kind] size of the attack, full ground attack = 1.
        probe: bool[kind], True for the class probe, False for attack.

    Raises:
        ModelError: SV610 where a shape or range is wrong.
    """

    lambda_c: Floats
    lambda_g: Floats
    lambda_p: Floats
    g: Floats
    m_p: Floats
    tau0: Floats
    n0: Floats
    phi_f: Floats
    c_w: Floats
    c_o: Floats
    c_g: Floats
    c_n: Floats
    s_q: Floats
    c_p: Floats
    a1: Floats
    a2: Floats
    a3: Floats
    zeta: Floats
    g_b: Floats
    x_b: Floats
    eps: Floats
    x_prov: Floats
    d0: Floats
    d_f: Floats
    d_n: Floats
    m: Floats
    b: Floats
    nu: Floats
    a0: Floats
    t_move: Floats
    nuclear: Bools
    pivotal: Bools
    size: Floats
    probe: Bools

    def __post_init__(self) -> None:
        """Check shapes and the ranges the formulas need."""
        put = object.__setattr__
        draws, guarantors = np.shape(self.m)
        kinds = np.shape(self.probe)[0]
        for name in PER_DRAW:
            put(self, name, expect(name, getattr(self, name), np.float64, (draws,)))
        for name in ("m", "b", "nu", "a0", "t_move"):
            put(self, name, expect(name, getattr(self, name), np.float64, (draws, guarantors)))
        for name in ("nuclear", "pivotal"):
            put(self, name, expect(name, getattr(self, name), np.bool_, (guarantors,)))
        put(self, "size", expect("size", self.size, np.float64, (draws, kinds)))
        put(self, "probe", expect("probe", self.probe, np.bool_, (kinds,)))
        tiny = float(np.finfo(np.float64).tiny)
        for name in ("g", "m_p", "tau0", "n0"):
            within(name, getattr(self, name), tiny, np.inf)
        for name in ("lambda_c", "lambda_g", "lambda_p", "m", "t_move", "size"):
            within(name, getattr(self, name), 0.0, np.inf)
        for name in ("phi_f", "eps", "x_prov", "zeta"):
            within(name, getattr(self, name), 0.0, 1.0)

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.m.shape[0])
