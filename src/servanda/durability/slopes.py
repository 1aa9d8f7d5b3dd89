"""How survival answers small changes of the numbers behind it, by implicit differentiation.

The values solve F(z, theta) = 0; so dz/dtheta = -F_z^-1 F_theta, both parties' replies included.
What follows from the values (choices, rates, survival) is differentiated by complex steps, which
lose no digits (Squire & Trapp 1998, doi:10.1137/S003614459631241X). For one draw of one option; the
derivative of a mean over draws is the mean of the derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaln, pdtrc

from servanda.domain.errors import ModelError
from servanda.durability.draw import Draw, one_draw
from servanda.durability.model import CrisisInputs, Plan, Start, Tempo
from servanda.durability.packing import Chance, Protege, chooses
from servanda.durability.solve import solved
from servanda.durability.states import EXIT, RATES, lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Either = NDArray[Any]

__all__ = ["SHIFTS", "Slopes", "slopes"]

TINY = 1e-30
SHIFTS = ("attack_value", "protege_value")
"""Tables whose entries can all be moved by the same amount, the provoked ones with them."""


@dataclass(frozen=True, slots=True)
class Slopes:
    """Derivatives at one draw of one option.

    Args:
        names: parameters in the order of the first axis: fields of ``Tempo``, ``eta 1`` and so on
            (the exit hazard of a phase), ``attack_value`` and ``protege_value`` (a shift of all).
        years: float64[time].
        survival: float64[parameter, time]; per unit of the parameter.
        peace_years: float64[parameter]; of the integral of survival to the last year.
        value_challenger: float64[parameter]; of its value at the start.
        value_protege: float64[parameter]; nan where it is mechanical.
        provokes: float64[parameter]; of its chance of provoking at the start.
    """

    names: tuple[str, ...]
    years: Floats
    survival: Floats
    peace_years: Floats
    value_challenger: Floats
    value_protege: Floats
    provokes: Floats


def _soft(q: Either, weight: Floats, precision: Any, chance: Chance) -> tuple[Either, Either]:
    """What choices are worth along the last axis, and chances; arguments may be complex."""
    top = q.real.max(axis=-1, keepdims=True)
    tilted = weight * np.exp(precision * (q - top))
    mass = tilted.sum(axis=-1)
    p = tilted / mass[..., None]
    if chance == "mean":
        return (p * q).sum(axis=-1), p
    mean = (weight * q).sum(axis=-1)
    value = mean if abs(precision) < 1e-12 else top[..., 0] + np.log(mass) / precision
    return value, p


class _System:
    """Both value equations over all states as arrays, and what follows from the values."""

    def __init__(self, draw: Draw, plan: Plan, both: bool) -> None:
        inputs, self.chance = draw.inputs, draw.chance
        graph = lay_out(plan, inputs.levels, draw.start_levels, len(inputs.kinds)).graph
        self.graph, self.both, self.n = graph, both, len(draw.states)
        self.probe, self.weight, self.answer = inputs.probe, inputs.reference(), inputs.reply()
        names = ("attack_value", "answered", "resist", "defence")
        self.tables = {n: np.array([draw.crisis(n, s) for s in draw.states]) for n in names}
        told = inputs.protege_value is not None
        zeros = np.zeros_like(self.tables["answered"])
        self.tables["protege_value"] = (
            np.array([draw.crisis("protege_value", s) for s in draw.states]) if told else zeros
        )
        self.relief = float(inputs.provoked is None)
        for name in SHIFTS:
            after = zeros
            if inputs.provoked is not None:
                after = np.array([draw.provoked(name, s) for s in draw.states])
            elif name == "attack_value" or told:
                after = self.tables[name]
            self.tables[f"reply {name}"] = after
        self.origin = np.repeat(np.arange(self.n), np.diff(graph.edge_ptr))

    def natural(self, told: Mapping[str, Any]) -> Either:
        """Rates of nature per edge."""
        codes = [told[name] for name in RATES]
        codes += [told[f"eta {f + 1}"] for f in range(int(self.graph.edge_code.max()) - EXIT + 1)]
        return np.asarray(np.array(codes)[self.graph.edge_code] * self.graph.edge_weight)

    def _quiet(self, values: Either, answered: Floats, less: Any, more: Any) -> Either:
        up, down = values[self.graph.up][:, None], values[self.graph.down][:, None]
        return np.asarray(answered * (up - less) + (1.0 - answered) * (down + more))

    def replies(self, told: Mapping[str, Any], v: Either, u: Either) -> tuple[Either, ...]:
        """Values and chances of the three choices, and the second party's view of the first."""
        t, eps = self.tables, told["eps"]
        lump = t["attack_value"] + told["attack_value"]
        probe = eps * lump + (1.0 - eps) * self._quiet(v, t["answered"], told["x_b"], told["g_b"])
        acts = np.where(self.probe, probe, lump) - told["c_truce"] * self.graph.toll
        best, p = _soft(np.column_stack((v, acts)), self.weight, told["lambda_c"], self.chance)
        struck = t["reply attack_value"] + told["attack_value"] + self.relief * told["c_o"]
        q = np.column_stack((v[self.graph.fray], struck))
        after, reply = _soft(q, self.answer, told["lambda_c"], self.chance)
        other = t["protege_value"] + told["protege_value"]
        probe = eps * other + (1.0 - eps) * self._quiet(u, t["answered"], 0.0, -told["g_b"])
        acted = (p * np.column_stack((u, np.where(self.probe, probe, other)))).sum(axis=1)
        mine = t["reply protege_value"] + told["protege_value"]
        raided = told["g_p"] + (reply * np.column_stack((u[self.graph.fray], mine))).sum(axis=1)
        ready = np.array([1.0 - told["p_prov"], told["p_prov"]])
        precision = told["lambda_p"] if self.both else 0.0
        mean, chance = _soft(np.column_stack((u, raided)), ready, precision, self.chance)
        return best, after - told["g_p"], acted, mean, p, reply, chance[:, 1]

    def gaps(self, told: Mapping[str, Any], z: Either) -> Either:
        """Left less right side of both equations over their left factor."""
        v, u = z[: self.n], z[self.n :]
        best, after, acted, mean, _, _, pi = self.replies(told, v, u)
        rate, to = self.natural(told), self.graph.edge_to
        total = told["rho"] + told["omega_c"] + told["omega_p"] + self._sums(rate)
        found = []
        for values, flow, act, raid in (
            (v, told["s_q"], best, (1.0 - pi) * v + pi * after),
            (u, told["s_p"], acted, mean),
        ):
            ahead = np.append(values, flow)[to]
            right = told["rho"] * flow + self._sums(rate * ahead)
            right = right + told["omega_c"] * act + told["omega_p"] * raid
            found.append(values - right / total)
        return np.concatenate(found)

    def _sums(self, per_edge: Either) -> Either:
        out: Either = np.zeros(self.n, dtype=per_edge.dtype)
        np.add.at(out, self.origin, per_edge)
        return out

    def generator(self, told: Mapping[str, Any], z: Either) -> tuple[Either, Either]:
        """Rates among the states and the good end, and the chances of a provocation."""
        *_, p, reply, pi = self.replies(told, z[: self.n], z[self.n :])
        matrix = np.zeros((self.n + 1, self.n + 1), dtype=z.dtype)
        rows, graph = np.arange(self.n), self.graph
        np.add.at(matrix, (self.origin, graph.edge_to), self.natural(told))
        acts, answered = told["omega_c"] * p[:, 1:], self.tables["answered"]
        quiet = acts * self.probe * (1.0 - told["eps"])
        np.add.at(matrix, (rows, graph.up), (quiet * answered).sum(axis=1))
        np.add.at(matrix, (rows, graph.down), (quiet * (1.0 - answered)).sum(axis=1))
        raids = told["omega_p"] * pi
        np.add.at(matrix, (rows, graph.fray), raids * reply[:, 0])
        ends = (acts * np.where(self.probe, told["eps"], 1.0)).sum(axis=1)
        ends = ends + raids * (1.0 - reply[:, 0])
        leave = matrix.sum(axis=1)
        leave[: self.n] += ends
        matrix[np.arange(self.n + 1), np.arange(self.n + 1)] -= leave
        return matrix, pi


def _survival(matrix: Either, start: int, years: Floats) -> tuple[Either, Any]:
    """Survival on a grid and its integral to the last year, by uniformisation."""
    pace = max(float(-matrix.diagonal().real.min()), 1e-3)
    jump = np.eye(len(matrix)) + matrix / pace
    x = pace * float(years[-1])
    depth = int(x + 12.0 * np.sqrt(x)) + 64
    now = np.zeros(len(matrix), dtype=matrix.dtype)
    now[start] = 1.0
    mass = np.empty(depth, dtype=matrix.dtype)
    for m in range(depth):
        mass[m] = now.sum()
        now = now @ jump
    count = np.arange(depth)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = count * np.log(pace * years)[:, None] - pace * years[:, None]
        log = log - gammaln(count + 1.0)
    weight = np.where(years[:, None] > 0.0, np.exp(log), count == 0)
    return weight @ mass, (pdtrc(count, x) * mass).sum() / pace


def _jacobian(system: _System, told: Mapping[str, Any], z: Floats) -> Floats:
    """float64[equation, value] by one complex step per value."""
    size = z.size if system.both else system.n
    found = np.eye(z.size)
    for j in range(size):
        moved = z.astype(complex)
        moved[j] += 1j * TINY
        found[:, j] = system.gaps(told, moved).imag / TINY
    return found


def slopes(
    inputs: CrisisInputs,
    tempo: Tempo,
    plan: Plan,
    draw: int,
    *,
    of: Sequence[str] = (),
    years: Sequence[float] = (5.0, 10.0, 20.0),
    start: Start | None = None,
    protege: Protege | None = None,
    chance: Chance = "mean",
) -> Slopes:
    """Differentiate the survival of one draw of one option by its parameters.

    Args:
        inputs: crises of the batch.
        tempo: rates and values of the batch.
        plan: the option.
        draw: which draw, counted from 0.
        of: names of parameters (see ``Slopes``); none for all.
        years: when survival is looked at, rising and not negative.
        start: where the clock starts; None for the reference state.
        protege: as in ``project``.
        chance: as in ``project``.

    Returns:
        The derivatives. A kink does not occur: choices are smooth at any precision; where several
        solutions were found they belong to the principal one.

    Raises:
        ModelError: no such draw or parameter, or the solution was not found.
    """
    start = start or Start()
    single, rates, short = one_draw(inputs, tempo, plan, draw)
    found = solved(single, rates, short, start=start, protege=protege, chance=chance, threads=1)
    if found.status[0] > 1:
        raise ModelError(f"draw {draw} of option {plan.option!r} has no solution to differentiate")
    here = Draw(single, rates, short, start, chance)
    system = _System(here, short, chooses(single, protege))
    told: dict[str, Any] = {**here.rate, **dict.fromkeys(SHIFTS, 0.0)}
    told |= {f"eta {f + 1}": float(phase.eta[0]) for f, phase in enumerate(short.phases)}
    names = tuple(of) or tuple(told)
    if set(names) - set(told):
        raise ModelError(f"no parameter {sorted(set(names) - set(told))[0]!r}; {', '.join(told)}")
    grid = np.asarray(years, dtype=np.float64)
    values = np.nan_to_num(np.concatenate((found.challenger[0, :-1], found.protege[0, :-1])))
    inverse: Floats = np.asarray(np.linalg.inv(_jacobian(system, told, values)), dtype=np.float64)
    rows = [_one(system, told, values, inverse, name, grid, here.first) for name in names]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    lost = np.nan if not system.both else 0.0
    return Slopes(names, grid, columns[0], columns[1], columns[2], columns[3] + lost, columns[4])


def _one(
    system: _System,
    told: Mapping[str, Any],
    values: Floats,
    inverse: Floats,
    name: str,
    grid: Floats,
    first: int,
) -> tuple[Floats, float, float, float, float]:
    """Derivatives by one parameter: first of the values, then of what follows from them."""
    moved = {**told, name: told[name] + 1j * TINY}
    direct = system.gaps(moved, values.astype(complex)).imag
    step = -inverse @ direct  # the values' share, already times the complex step
    matrix, pi = system.generator(moved, values + 1j * step)
    survival, peace = _survival(matrix, first, grid)
    n = system.n
    return (
        survival.imag / TINY,
        float(peace.imag / TINY),
        float(step[first] / TINY),
        float(step[n + first] / TINY),
        float(pi[first].imag / TINY),
    )
