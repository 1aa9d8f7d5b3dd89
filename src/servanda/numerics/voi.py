"""What knowing something is worth to somebody who then chooses among options.

``EVPI = E max_o NB_o - max_o E NB_o``; for a group of inputs x, ``EVPPI = E max_o E[NB_o | x] -
max_o E NB_o``. The conditional means are regressed on the draws at hand (``numerics.smooth``). The
largest of several noisy means is too large on average, most of all where the group is worthless; so
the noise of the regression is played again, on what the fit finds after shrinkage, and what it adds
is subtracted. For strata alone the noise is that of permuted labels. Where following the means does
not win what they promise, the regression misses something and what is won counts. An interval
reaches down to 0 unless the estimate is above what 97.5% of worthless groups would show.

References:
    Raiffa & Schlaifer 1961; Strong, Oakley & Brennan 2014, doi:10.1177/0272989X13505910; Strong &
    Oakley 2013, doi:10.1177/0272989X12465755 (strata and permutations). EVSI stands in
    ``numerics.preposterior`` and is imported here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from servanda.numerics.desk import Desk
from servanda.numerics.inputs import BAD_SAMPLE, Groups, InputError, columns_of
from servanda.numerics.inputs import group_members as members_of
from servanda.numerics.preposterior import evsi
from servanda.numerics.smooth import Fit
from servanda.numerics.worth import Control, Worth, benefits, half_width

__all__ = ["Control", "Worth", "control", "evpi", "evppi", "evsi"]

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

REPLAYS = 200
PERMUTATIONS, LABELS_AT_ONCE = 200, 20_000_000
SEEN_ROWS = 3_000
MISFIT = 2.5


def evpi(net_benefit: ArrayLike, *, level: float = 0.95) -> Worth:
    """Return what knowing everything is worth.

    Args:
        net_benefit: float64[draw, option].
        level: of the interval.

    Examples:
        >>> evpi([[0.0, 1.0], [0.0, -3.0]] * 50).value
        0.5
    """
    benefit = benefits(net_benefit)
    half = half_width(level)
    best = int(benefit.mean(axis=0).argmax())
    won = benefit.max(axis=1) - benefit[:, best]
    plug_in, error = float(won.mean()), float(won.std(ddof=1) / np.sqrt(won.size))
    value = plug_in
    if benefit.shape[1] > 1:
        # Where options are near a tie, the best mean is too high; the same is corrected in evppi.
        gain = np.delete(benefit, best, axis=1) - benefit[:, best : best + 1]
        spread = _spread(gain)
        middle = _shrunk(gain.mean(axis=0), spread)
        shift = np.random.default_rng(len(gain)).standard_normal((10 * REPLAYS, gain.shape[1]))
        noisy = np.maximum((middle + shift @ _root(spread).T).max(axis=1), 0.0)
        value += float(noisy.mean()) - max(float(middle.max()), 0.0)
    low, high = max(value - half * error, 0.0), value + half * error
    return Worth(("everything",), value, error, (low, high), 0.0, plug_in > 0.0, plug_in, "all")


def evppi(
    net_benefit: ArrayLike,
    inputs: Any,
    groups: Groups | None = None,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> list[Worth]:
    """Return what knowing each group of inputs is worth, one result per group, in order.

    Args:
        net_benefit: float64[draw, option], in any unit; draws independent of one another.
        inputs: ``{name: column[draw]}``, a data frame or an array[draw, input]. Text, booleans and
            numbers with at most ten different values are strata.
        groups: lists of names; None for every input by itself.
        level: of the intervals.
        seed: of the permutations and replays.

    Raises:
        InputError: the arrays do not fit together (SV653) or there is no such input (SV656).

    Examples:
        >>> luck = np.random.default_rng(1)
        >>> x, rest = luck.normal(size=(2, 10_000))
        >>> nb = np.stack([np.zeros(10_000), x + rest], axis=1)
        >>> known, noise = evppi(nb, {"x": x, "other": luck.normal(size=10_000)})
        >>> known.interval[0] < 0.3989 < known.interval[1], noise.interval[0]
        (True, 0.0)
    """
    benefit = benefits(net_benefit)
    columns = columns_of(inputs)
    if columns.size != len(benefit):
        raise InputError(
            f"net_benefit has {len(benefit):,} draws and the inputs {columns.size:,}", BAD_SAMPLE
        )
    half = half_width(level)
    _, members = members_of(columns.names, groups)
    desk = Desk(columns)
    return [_worth(benefit, desk, member, half, seed + g) for g, member in enumerate(members)]


def _worth(benefit: Floats, desk: Desk, member: Whole, half: float, seed: int) -> Worth:
    names = tuple(desk.columns.names[j] for j in member)
    best = int(benefit.mean(axis=0).argmax())
    gain = np.delete(benefit, best, axis=1) - benefit[:, best : best + 1]
    varied = [int(j) for j in dict.fromkeys(member.tolist()) if _varies(desk.columns.values[j])]
    if not varied or not gain.shape[1] or not np.ptp(gain, axis=0).any():
        return Worth(names, 0.0, 0.0, (0.0, 0.0), 0.0, False, 0.0, "strata")
    gain = gain[:, np.ptp(gain, axis=0) > 0.0]
    joint = desk.joint(varied)
    luck = np.random.default_rng([seed, len(gain)])
    if joint is not None:
        means, bias, null = _stratified(gain, *joint, luck)
        kind = "strata"
    else:
        found = desk.fit(varied, gain)
        means, (bias, null), kind = found.means(), _replayed(found, gain, luck), "splines"
    plug_in = float(np.maximum(means.max(axis=1), 0.0).mean())
    won, missed = _won(gain, means)
    error = max(float(won.std(ddof=1) / np.sqrt(len(gain))), float(null.std()))
    short = float(missed.mean()), float(missed.std(ddof=1) / np.sqrt(len(gain)))
    value = plug_in - bias
    if abs(short[0]) > MISFIT * short[1]:  # the means promise what the draws do not keep
        value = float(won.mean()) - bias
    # One in forty worthless groups shows more than this.
    told = plug_in > float(np.quantile(null, 0.5 * (1.0 + float(special.erf(half / np.sqrt(2.0))))))
    low = max(min(value, float(won.mean()) - bias) - half * error, 0.0) if told else 0.0
    told = told and low > 0.0
    return Worth(
        names,
        max(value, 0.0),
        error,
        (low, max(value, 0.0) + half * error),
        float(null.mean()),
        told,
        plug_in,
        kind,
    )


def _varies(column: NDArray[Any]) -> bool:
    return bool((column != column[0]).any())


def _won(gain: Floats, means: Floats) -> tuple[Floats, Floats]:
    """What the rule that the means recommend wins in each draw, and what the means miss of it.

    Where another option than the best one is recommended, the gain of that draw counts. Its scatter
    is the influence function of the value, with the error of the regression in it; its mean is the
    value again, whatever the regression does not follow.
    """
    rows = np.arange(len(gain))
    choice = means.argmax(axis=1)
    hoped = means[rows, choice]
    won = np.where(hoped > 0.0, gain[rows, choice], 0.0)
    return won, won - np.maximum(hoped, 0.0)


def _value(means: Floats, centre: Floats) -> Floats:
    """Value of knowing means[row, ..., option] over that of knowing their centre[..., option]."""
    informed = np.maximum(means.max(axis=-1), 0.0).mean(axis=0)
    return np.asarray(informed - np.maximum(centre.max(axis=-1), 0.0))


def _shrunk(centre: Floats, spread: Floats) -> Floats:
    """Mean gains, shrunk to what they have without noise; ``spread`` is their covariance."""
    noise = np.diag(spread)
    return np.asarray(centre * np.clip(1.0 - noise / np.maximum(centre**2, 1e-300), 0.0, 1.0))


def _replayed(found: Fit, gain: Floats, luck: np.random.Generator) -> tuple[float, Floats]:
    """What noise adds to the value, and what a worthless group would show.

    Coefficients on orthonormal columns have independent noise of the residuals' covariance, and the
    mean gains that of the draws. The truth that it is added to is the fit, shrunk to the variance
    it has without noise.

    Returns:
        Mean gain by noise, and float64[replay] of a worthless group.
    """
    which = np.linspace(0, found.rows - 1, min(SEEN_ROWS, found.rows)).astype(np.intp)
    columns = found.orthonormal(which)[:, 1:]
    columns -= columns.mean(axis=0)
    terms, options = found.scaled.shape[0] - 1, found.scaled.shape[1]
    if not terms:
        return 0.0, np.zeros(1)
    root = _root(found.noise)
    seen = (found.scaled[1:] ** 2).sum(axis=0)
    noise = terms * np.diag(found.noise)
    shrink = np.sqrt(np.clip(1.0 - noise / np.maximum(seen, 1e-300), 0.0, 1.0))
    centre, spread = gain.mean(axis=0), _spread(gain)
    middle = _shrunk(centre, spread)
    truth = columns @ (found.scaled[1:] * shrink) + middle
    with_noise, null = [], []
    for start in range(0, REPLAYS, 50):
        count = min(50, REPLAYS - start)
        coefficient = (luck.standard_normal((terms, count, options)) @ root.T).reshape(terms, -1)
        played = (columns @ coefficient).reshape(len(which), count, options)
        shift = luck.standard_normal((count, options)) @ _root(spread).T
        with_noise.append(_value(truth[:, None, :] + played + shift, middle + shift))
        null.append(_value(centre + played, centre))
    bias = float(np.concatenate(with_noise).mean() - _value(truth, middle))
    return bias, np.concatenate(null)


def _spread(gain: Floats) -> Floats:
    """Covariance of the mean gains, float64[option, option]."""
    return np.atleast_2d(np.cov(gain, rowvar=False)) / len(gain)


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _stratified(
    gain: Floats, code: Whole, count: int, luck: np.random.Generator
) -> tuple[Floats, float, Floats]:
    """Means by stratum, what noise adds to the value, and the value of permuted labels.

    The strata's deviations are shrunk to the variance they have without noise; to these the noise
    that permuted labels show is added, and the gain by it is the correction.
    """
    rows, options = gain.shape
    size = np.bincount(code, minlength=count).astype(np.float64)
    centre = gain.mean(axis=0)
    means = _by_stratum(gain, code, count) / size[:, None]
    away = means - centre
    repeats = int(np.clip(LABELS_AT_ONCE // (rows * options), 39, PERMUTATIONS))
    noise = np.empty((repeats, count, options))
    for r in range(repeats):
        noise[r] = _by_stratum(gain - centre, luck.permutation(code), count) / size[:, None]
    between = (size[:, None] * away**2).sum(axis=0)
    by_chance = (size[:, None] * noise**2).sum(axis=1).mean(axis=0)
    shrink = np.sqrt(np.clip(1.0 - by_chance / np.maximum(between, 1e-300), 0.0, 1.0))
    spread = _spread(gain)
    middle = _shrunk(centre, spread)
    shift = luck.standard_normal((repeats, options)) @ _root(spread).T
    share = (size / rows)[:, None]

    def value(by_stratum: Floats, mean: Floats) -> Floats:
        informed = (np.maximum(by_stratum.max(axis=-1), 0.0) * share.T).sum(axis=-1)
        return np.asarray(informed - np.maximum(mean.max(axis=-1), 0.0))

    truth = middle + shrink * away
    played = truth + noise + shift[:, None, :]
    bias = float(value(played, middle + shift).mean() - value(truth[None], middle[None])[0])
    return means[code], bias, value(centre + noise, centre[None])


def _by_stratum(values: Floats, code: Whole, count: int) -> Floats:
    return np.stack(
        [np.bincount(code, values[:, o], minlength=count) for o in range(values.shape[1])], axis=1
    )


def control(
    net_benefit: ArrayLike,
    inputs: Any,
    groups: Groups | None = None,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> list[Control]:
    """Return what setting each group of inputs is worth to whoever may set it.

    ``max_{o,s} E[NB_o | s] - max_o E[NB_o]``, over the settings s that the draws hold: strata, or
    for numbers the values between their 5% and 95% quantiles. What the best of several noisy means
    is too large by is subtracted, as for `evppi`. Setting an input is taken to do what seeing it
    tells; where something else moves both, that is wrong.

    Args:
        net_benefit: float64[draw, option].
        inputs: as for `evppi`.
        groups: lists of names; None for every input by itself.
        level: of the intervals.
        seed: of the replays.

    Raises:
        InputError: the arrays do not fit together (SV653) or there is no such input (SV656).

    Examples:
        >>> form = np.arange(3000) % 3
        >>> nb = np.stack([np.zeros(3000), np.array([-1.0, 0.5, 2.0])[form]], axis=1)
        >>> found = control(nb, {"form": form})[0]
        >>> found.value.__round__(1), found.option, found.setting
        (1.5, 1, {'form': 2.0})
    """
    benefit = benefits(net_benefit)
    columns = columns_of(inputs)
    if columns.size != len(benefit):
        raise InputError(
            f"net_benefit has {len(benefit):,} draws and the inputs {columns.size:,}", BAD_SAMPLE
        )
    half = half_width(level)
    _, members = members_of(columns.names, groups)
    desk = Desk(columns)
    return [_set(benefit, desk, member, half, seed + g) for g, member in enumerate(members)]


def _set(benefit: Floats, desk: Desk, member: Whole, half: float, seed: int) -> Control:
    names = tuple(desk.columns.names[j] for j in member)
    varied = [int(j) for j in member if _varies(desk.columns.values[j])]
    best = float(benefit.mean(axis=0).max())
    if not varied:
        option = int(benefit.mean(axis=0).argmax())
        return Control(names, 0.0, 0.0, (0.0, 0.0), option, {})
    central = np.ones(len(benefit), np.bool_)
    for j in varied:
        if desk.numeric(j):
            low, high = np.quantile(desk.columns.values[j], (0.05, 0.95))
            central &= (desk.columns.values[j] >= low) & (desk.columns.values[j] <= high)
    found = desk.fit(varied, benefit)
    rows = np.flatnonzero(central) if central.any() else np.arange(len(benefit))
    rows = rows[np.linspace(0, rows.size - 1, min(SEEN_ROWS, rows.size)).astype(np.intp)]
    columns = found.orthonormal(rows)
    means = columns @ found.scaled
    place, option = (int(i) for i in np.unravel_index(means.argmax(), means.shape))
    luck = np.random.default_rng([seed, len(benefit), 1])
    terms, options = found.scaled.shape
    noise = luck.standard_normal((terms, REPLAYS, options)) @ _root(found.noise).T
    played = (columns @ noise.reshape(terms, -1)).reshape(len(rows), REPLAYS, options)
    middle = benefit.mean(axis=0)
    seen = (found.scaled[1:] ** 2).sum(axis=0)
    by_chance = (terms - 1) * np.diag(found.noise)
    shrink = np.sqrt(np.clip(1.0 - by_chance / np.maximum(seen, 1e-300), 0.0, 1.0))
    truth = (means - middle) * shrink + middle
    again = (truth[:, None, :] + played).max(axis=(0, 2))
    null = (middle + played).max(axis=(0, 2)) - best
    raw = float(means.max()) - best
    value = max(raw - (float(again.mean()) - float(truth.max())), 0.0)
    error = float(again.std())
    told = raw > float(np.quantile(null, 0.975))
    low_end = max(value - half * error, 0.0) if told else 0.0
    setting = {desk.columns.names[j]: desk.columns.values[j][rows[place]].item() for j in varied}
    return Control(names, value, error, (low_end, value + half * error), option, setting)
