"""The sanctions game of Lewis and Schultz (2003), estimated: seven indices, one fixed point a row.

A challenger keeps the status quo (S_A) or threatens; the target concedes (V_A, C_B) or resists;
the challenger stands firm (W_A, W_B) or backs down (a, V_B). W_A, a and W_B have normal shocks of
variance one that their owner alone knows. Everything follows from the chance pR that the target
resists, which may have several values at the same payoffs; ``roots`` finds all that a grid
separates, and the estimator follows, for each row, the one under which its outcomes are likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from servanda.games.estimation.likelihood import Point, Rows
from servanda.numerics.normal_pair import leads

__all__ = ["PAYOFFS", "SignallingFamily", "Stage", "chances", "roots", "stage"]

Floats = NDArray[np.float64]

#: The indices, in the order of the equations of a formula.
PAYOFFS = ("SA", "VA", "CB", "barWA", "barWB", "bara", "VB")

_WIDEST = 37.0  # beyond, a chance is 0 or 1 to a double
_FARTHEST = 1e7
_INNER, _DENSE, _SPARSE = 6.0, 193, 24
_TURNS = 60
_LEAST = 1e-300
_DIGITS = 1e-4  # a difference smaller than this share has lost too many digits
_ROOT, _NEAR_ROOT = 1e-12, 1e-8
_NEWTON = 15
_OTHER = 0.02  # quantiles that differ by more are different roots


@dataclass(slots=True, eq=False)
class Stage:
    """The challenger's side at a given chance of resistance, and the target's reply to it.

    Attributes:
        cut: the expected worth of a threat.
        firm, back: chance of threatening and then standing firm, or backing down.
        firm_slope, back_slope: their derivatives in W_A, a and ``cut``, [3, row].
        lean: the target's gain from resisting, in standard deviations.
        lean_slope: its derivatives in ``share``, C_B, W_B and V_B, [4, row].
        share: chance that a threat is stood by.
    """

    cut: Floats
    firm: Floats
    back: Floats
    firm_slope: Floats
    back_slope: Floats
    share: Floats
    lean: Floats
    lean_slope: Floats


def stage(eta: Floats, resist: Floats, share: Floats | None = None, nodes: int = 64) -> Stage:
    """Work out both sides.

    Args:
        eta: float64[7, ...], payoffs in the order of `PAYOFFS`.
        resist: chance of resistance that the challenger expects.
        share: chance of standing firm that the target expects; None for the challenger's own.
        nodes: of the integration.
    """
    s_a, v_a, c_b, w_a, w_b, a, v_b = eta
    cut = (s_a - (1 - resist) * v_a) / resist
    firm = np.maximum(leads(cut - w_a, w_a - a, nodes), _LEAST)
    back = np.maximum(_rest(cut, w_a, a, firm, nodes), _LEAST)
    both = _density((w_a - a) / np.sqrt(2)) * _cdf((w_a + a - 2 * cut) / np.sqrt(2)) / np.sqrt(2)
    edge_w = _density(w_a - cut) * _cdf(cut - a)
    edge_a = _density(a - cut) * _cdf(cut - w_a)
    firm_slope = np.stack([both + edge_w, -both, -edge_w])
    back_slope = np.stack([-both, both + edge_a, -edge_a])
    own = firm / (firm + back)
    held = np.clip(own if share is None else share, 1e-12, 1.0)
    lean = w_b - v_b + (v_b - c_b) / held
    one = np.ones_like(lean)
    lean_slope = np.stack([-(v_b - c_b) / held**2, -one / held, one, one / held - 1])
    return Stage(cut, firm, back, firm_slope, back_slope, own, lean, lean_slope)


def _rest(cut: Floats, w_a: Floats, a: Floats, firm: Floats, nodes: int) -> Floats:
    """Return the chance of threatening and backing down, given that of standing firm."""
    high, low = _cdf(w_a - cut), _cdf(a - cut)
    threat = high + low - high * low
    found = np.asarray(threat - firm)
    lost = ~(found > _DIGITS * threat)
    if lost.any():
        w_all, a_all, cut_all = np.broadcast_arrays(w_a, a, cut)
        found[lost] = leads((cut_all - a_all)[lost], (a_all - w_all)[lost], nodes)
    return found


def _grid() -> Floats:
    """Return the quantiles of pR that are looked at: dense where chances are, out to the ends."""
    outer = np.geomspace(_INNER, _WIDEST, _SPARSE)[1:]
    return np.concatenate([-outer[::-1], np.linspace(-_INNER, _INNER, _DENSE), outer])


def roots(eta: Floats) -> list[tuple[Rows, Floats]]:
    """Return the equilibria of every row in which threats are made.

    Args:
        eta: float64[7, row].

    Returns:
        Pairs of rows and quantiles z, so that pR = Phi(z): one pair for each change of sign.
    """
    points = _grid()
    z = np.broadcast_to(points[:, None], (len(points), eta.shape[1]))
    gap = _gap(eta[:, None, :], z, 24)
    signs = np.sign(gap)
    found = _beyond(eta, gap[0] < 0, gap[-1] > 0)
    for place in range(len(points) - 1):
        rows = np.flatnonzero(signs[place] * signs[place + 1] < 0)
        if len(rows):
            ends = (np.full(len(rows), points[place + side]) for side in (0, 1))
            found.append((rows, _close_in(eta[:, rows], *ends)))
    return found


def _beyond(
    eta: Floats, below: NDArray[np.bool_], above: NDArray[np.bool_]
) -> list[tuple[Rows, Floats]]:
    """Return the roots at which the target resists never or always, to a double.

    There the challenger's side no longer changes with z, and the root is the target's gain itself.
    With next to no resistance the challenger threatens only where a concession is worth more than
    the status quo.
    """
    found = []
    for rows, end in ((np.flatnonzero(below & (eta[0] < eta[1])), -_WIDEST),
                      (np.flatnonzero(above), _WIDEST)):  # fmt: skip
        if len(rows):
            with np.errstate(all="ignore"):
                lean = stage(eta[:, rows], _cdf(np.full(len(rows), end)), None).lean
            held = np.isfinite(lean) & (np.abs(lean) < _FARTHEST)
            found.append((rows[held], lean[held]))
    return found


def _gap(eta: Floats, z: Floats, nodes: int = 64) -> Floats:
    with np.errstate(all="ignore"):
        return np.asarray(np.clip(stage(eta, _cdf(z), None, nodes).lean, -50, 50) - z)


def _gap_and_slope(eta: Floats, z: Floats) -> tuple[Floats, Floats]:
    with np.errstate(all="ignore"):
        resist = _cdf(z)
        found = stage(eta, resist)
        threat = found.firm + found.back
        share = (found.back * found.firm_slope[2] - found.firm * found.back_slope[2]) / threat**2
        through = found.lean_slope[0] * share * -(eta[0] - eta[1]) / resist**2 * _density(z)
        return found.lean - z, through - 1


def _close_in(eta: Floats, low: Floats, high: Floats) -> Floats:
    """Return the root between two ends, by halving and then by secants kept inside."""
    at_low, at_high = _gap(eta, low), _gap(eta, high)
    for turn in range(_TURNS):
        with np.errstate(all="ignore"):
            secant = high - at_high * (high - low) / (at_high - at_low)
        middle = 0.5 * (low + high)
        inside = (secant > low) & (secant < high) & (turn % 3 != 0)
        z = np.where(inside, secant, middle)
        at = _gap(eta, z)
        left = np.sign(at) == np.sign(at_low)
        low, at_low = np.where(left, z, low), np.where(left, at, at_low)
        high, at_high = np.where(left, high, z), np.where(left, at_high, at)
        if np.max(np.minimum(high - low, np.abs(at))) < _ROOT:
            break
    return np.where(np.abs(at_low) < np.abs(at_high), low, high)


def chances(found: Stage, z: Floats) -> Floats:
    """Return log chances of status quo, concession, standing firm and backing down, [4, row]."""
    from scipy.special import log_ndtr

    threat = found.firm + found.back
    yes, no = log_ndtr(z), log_ndtr(-z)
    quiet = np.log(np.maximum(1 - threat, _LEAST))
    return np.stack(
        [quiet, np.log(threat) + no, np.log(found.firm) + yes, np.log(found.back) + yes]
    )


@dataclass(slots=True, eq=False)
class SignallingFamily:
    """Counts of the four outcomes, row by row.

    Attributes:
        counts: float64[4, row]: status quo, concession, stood firm, backed down.
        held: first-stage chances of resistance and of standing firm, [2, row], for the pseudo
            likelihood; None for equilibrium in every row.
        follow: float64[row], the normal quantile of pR that is followed; changed as it goes.
    """

    counts: Floats
    held: Floats | None = None
    follow: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def indices(self) -> int:
        """Seven payoffs."""
        return len(PAYOFFS)

    @property
    def in_shocks(self) -> bool:
        """Payoffs are."""
        return True

    def take(self, rows: Rows) -> SignallingFamily:
        """Return the model for some observations."""
        held = None if self.held is None else self.held[:, rows]
        follow = self.follow[rows] if self.follow.size else self.follow
        return SignallingFamily(self.counts[:, rows], held, follow)

    def at(self, eta: Floats, *, information: bool = False) -> Point:
        """Return the likelihood at indices [7, row].

        The information is that of one observation of the game, times how many the row counts;
        under equilibrium it is that of the root followed.
        """
        with np.errstate(all="ignore"):
            if self.held is None:
                z, bad = self._settle(eta)
                logs, slopes = in_equilibrium(eta, z)
                logs[:, bad] = -np.inf
            else:
                logs, slopes = held_fixed(eta, self.held)
            log = np.where(self.counts > 0, self.counts * logs, 0.0).sum(axis=0)
            score = (self.counts[:, None, :] * slopes).sum(axis=0)
            if not information:
                return Point(log, score)
            weighted = np.exp(logs)[:, None, :] * slopes
            inner = np.einsum("ekn,emn->kmn", weighted, slopes) * self.counts.sum(axis=0)
        return Point(log, score, inner)

    def choose(self, eta: Floats) -> tuple[int, int, float]:
        """Follow in every row the root under which its outcomes are likeliest.

        Returns:
            How many rows have several roots, how many changed their root, and the gain in log
            likelihood of the best choice over the worst.
        """
        best = np.full(eta.shape[1], -np.inf)
        worst = np.full(eta.shape[1], np.inf)
        number = np.zeros(eta.shape[1], dtype=int)
        z = np.zeros(eta.shape[1])
        for rows, values in roots(eta):
            logs, _ = in_equilibrium(eta[:, rows], values)
            counts = self.counts[:, rows]
            log = np.where(counts > 0, counts * logs, 0.0).sum(axis=0)
            number[rows] += 1
            better = log > best[rows]
            best[rows] = np.where(better, log, best[rows])
            worst[rows] = np.minimum(worst[rows], log)
            z[rows] = np.where(better, values, z[rows])
        before = self.follow if self.follow.size else np.full(len(z), np.nan)
        changed = int((np.abs(z - before) > _OTHER).sum())
        self.follow = z
        several = number > 1
        return int(several.sum()), changed, float((best - worst)[several].sum())

    def _settle(self, eta: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the roots nearest to those followed, by Newton's method, and who has none."""
        if not self.follow.size:
            self.choose(eta)
        z = self.follow.copy()
        gap = np.full(len(z), np.inf)
        reach = np.where(np.abs(z) < _INNER, 0.5, 0.5 * np.abs(z))
        for _ in range(_NEWTON):
            gap, slope = _gap_and_slope(eta, z)
            worst = np.nanmax(np.abs(gap))
            z = z - np.nan_to_num(np.clip(gap / slope, -reach, reach))
            if worst < _NEAR_ROOT:  # Newton's next step is exact to rounding
                break
        bad = ~(np.abs(gap) < _NEAR_ROOT)
        lost = np.flatnonzero(bad)
        if len(lost):
            bad[lost] = True
            nearest = np.full(len(lost), np.inf)
            for rows, values in roots(eta[:, lost]):
                gone = np.abs(values - self.follow[lost[rows]])
                better = gone < nearest[rows]
                z[lost[rows]] = np.where(better, values, z[lost[rows]])
                nearest[rows] = np.minimum(nearest[rows], gone)
                bad[lost[rows]] = False
        self.follow = np.where(bad, self.follow, z)
        return z, bad


def in_equilibrium(eta: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Return log chances [4, row] at equilibria z and their slopes [4, 7, row] along them."""
    resist = _cdf(z)
    found = stage(eta, resist)
    cut_slope = _cut_slope(eta, resist)
    threat = found.firm + found.back
    share_slope = (found.back * found.firm_slope - found.firm * found.back_slope) / threat**2
    # The reply as it moves with payoffs, and with z: 0 = lean(eta, z) - z.
    direct = np.zeros_like(eta)
    direct[2], direct[4], direct[6] = found.lean_slope[1:]
    direct[3] += found.lean_slope[0] * share_slope[0]
    direct[5] += found.lean_slope[0] * share_slope[1]
    through = found.lean_slope[0] * share_slope[2]
    direct += through * cut_slope
    cut_z = -(eta[0] - eta[1]) / resist**2 * _density(z)
    z_slope = direct / (1 - through * cut_z)
    return chances(found, z), _log_slopes(eta, found, z, cut_slope + cut_z * z_slope, z_slope)


def held_fixed(eta: Floats, held: Floats) -> tuple[Floats, Floats]:
    """Return log chances [4, row] and slopes where both sides expect first-stage chances."""
    found = stage(eta, held[0], held[1])
    z_slope = np.zeros_like(eta)
    z_slope[2], z_slope[4], z_slope[6] = found.lean_slope[1:]
    slopes = _log_slopes(eta, found, found.lean, _cut_slope(eta, held[0]), z_slope)
    return chances(found, found.lean), slopes


def _cut_slope(eta: Floats, resist: Floats) -> Floats:
    found = np.zeros_like(eta)
    found[0], found[1] = 1 / resist, 1 - 1 / resist
    return found


def _log_slopes(eta: Floats, found: Stage, z: Floats, cut_slope: Floats, z_slope: Floats) -> Floats:
    from scipy.special import log_ndtr

    density = -0.5 * z * z - 0.5 * np.log(2 * np.pi)
    up, down = np.exp(density - log_ndtr(z)), -np.exp(density - log_ndtr(-z))
    firm, back = np.zeros_like(eta), np.zeros_like(eta)
    for whole, part in ((firm, found.firm_slope), (back, found.back_slope)):
        whole[3], whole[5] = part[0], part[1]
        whole += part[2] * cut_slope
    threat = found.firm + found.back
    quiet = -(firm + back) / np.maximum(1 - threat, _LEAST)
    return np.stack(
        [
            quiet,
            (firm + back) / threat + down * z_slope,
            firm / found.firm + up * z_slope,
            back / found.back + up * z_slope,
        ]
    )


def _density(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi))


def _cdf(x: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(ndtr(x))
