"""Exposures, stakes and coalitions for the tests, with the default priors of the model notes."""

from itertools import product

import numpy as np

from servanda.deterrence import Exposure, Levels, Stakes
from servanda.deterrence.participation import Coalition

LEVELS = Levels(
    posture=(1.0, 1.15, 1.3, 1.5),
    credibility=(0.6, 0.8, 1.0),
    forces=(1.0, 0.0),
    alignment=(1.0, 0.5, 0.0),
)
BINDING, DISCRETIONARY, NONE = 6, 4, 0


def lognormal(rng, median, spread, *shape):
    return median * np.exp(spread * rng.standard_normal(shape))


def stakes(draws, guarantors, kinds, *, seed=0, capability=None, probes=1, **given):
    """Draw stakes from the default priors; ``given`` replaces fields."""
    rng = np.random.default_rng([seed, 1])
    median = {
        "lambda_c": (4, 0.25), "lambda_g": (4, 0.3), "lambda_p": (4, 0.3), "g": (1.2, 0.25),
        "m_p": (0.45, 0.5), "tau0": (720, 0.5), "n0": (10_000, 0.5), "c_w": (0.75, 0.3),
        "c_g": (0.4, 0.4), "c_n": (0.3, 0.4), "s_q": (0.4, 0.3), "c_p": (0.15, 0.5),
        "a1": (1.25, 0.2), "a2": (0.8, 0.3), "a3": (0.35, 0.4), "g_b": (0.1, 0.5),
        "x_b": (0.1, 0.5),
    }  # fmt: skip
    columns = {name: lognormal(rng, m, s, draws) for name, (m, s) in median.items()}
    share = {"phi_f": (6, 4), "c_o": (3, 9), "zeta": (2, 8), "eps": (2, 38), "x_prov": (3, 3)}
    columns |= {name: rng.beta(a, b, draws) for name, (a, b) in share.items()}
    columns |= {name: np.full(draws, v) for name, v in (("d0", -2.0), ("d_f", 1.5), ("d_n", 1.0))}
    size = np.array([1.0, 0.5, 0.4, 0.6, 0.3, 0.1, 0.3, 0.2])
    middle = np.full(guarantors, 1.6 / guarantors) if capability is None else np.array(capability)
    columns |= {
        "m": middle * lognormal(rng, 1.0, 0.5, draws, guarantors),
        "b": lognormal(rng, 0.35, 0.5, draws, guarantors),
        "nu": lognormal(rng, 0.15, 0.5, draws, guarantors),
        "a0": 0.1 * rng.standard_normal((draws, guarantors)),
        "t_move": lognormal(rng, 200, 0.4, draws, guarantors),
        "nuclear": np.arange(guarantors) == 0,
        "pivotal": np.arange(guarantors) == 0,
        "size": np.tile(size[:kinds], (draws, 1)),
        "probe": np.arange(kinds) >= kinds - probes,
    }
    return Stakes(**(columns | given))


def exposure(draws=6, cells=4, guarantors=4, kinds=3, *, seed=0, body=True, **given):
    """Draw an exposure; cell 0 promises nothing and has no forces."""
    rng = np.random.default_rng([seed, 2])
    shape = (draws, cells, guarantors, kinds)
    klass = rng.choice([0, 2, 4, 5, 6], (cells, guarantors, kinds))
    klass[0] = 0
    klass = np.broadcast_to(klass, shape)
    share = np.where(klass == 0, 0.0, rng.uniform(0.2, 1.0, shape))
    troops = np.where(rng.random((cells, guarantors)) < 0.3, 5000.0, 0.0) * np.ones((draws, 1, 1))
    troops[:, 0] = 0.0
    fields = {
        "options": tuple(f"option{i}" for i in range(cells)),
        "guarantors": tuple(f"g{i}" for i in range(guarantors)),
        "kinds": tuple(f"kind{i}" for i in range(kinds)),
        "bodies": ("council",),
        "cell_of": np.arange(cells)[:, None],
        "klass": klass,
        "floor": share * np.where(klass >= 5, 0.6, 0.0),
        "ceiling": np.ones(shape),
        "share": share,
        "delay_hours": rng.uniform(0.0, 200.0, shape),
        "commitment": np.where(klass == 0, 0.0, rng.beta(7, 3, shape)),
        "body": np.where((klass == BINDING) & body, 0, -1),
        "pool": np.where(klass == BINDING, 0, -1),
        "troops": troops,
        "forward": np.where(troops > 0.0, 0.2, 0.0),
    }
    return Exposure(**(fields | given))


def coalition(games, players, *, seed=0, idle=True, body=False, lam=4.0, **given):
    """Draw a batch of participation games of plausible sizes."""
    rng = np.random.default_rng([seed, 3])
    shape = (games, players)
    able = lognormal(rng, 1.6 / max(players, 1), 0.6, *shape) * rng.uniform(0.2, 1.0, shape)
    kappa = rng.beta(7, 3, shape)
    cost = 1.0 + lognormal(rng, 0.15, 0.5, *shape)
    fields = {
        "able": able,
        "idle": able * np.where(rng.random(shape) < 0.3, 0.3, 0.0) * idle,
        "stake": lognormal(rng, 0.35, 0.5, *shape),
        "credit": 1.25 * kappa + 0.1 * rng.standard_normal(shape),
        "pooled": 0.35 * kappa,
        "cost": cost,
        "prior": kappa,
        "weight": able,
        "pool": rng.integers(-1, 2, shape),
        "body": np.where(rng.random(shape) < 0.5, 0, -1) if body else np.full(shape, -1),
        "veto": 0.2 * cost - 1.6 * kappa,
        "gives": able,
        "nuclear": rng.random(shape) < 0.2,
        "lam": lognormal(rng, lam, 0.3, games),
        "phi": rng.beta(6, 4, games),
        "base": lognormal(rng, 0.45, 0.5, games),
        "rival": np.ones(games),
        "g": lognormal(rng, 1.2, 0.25, games),
        "floor": np.zeros(games),
    }
    return Coalition(**(fields | given))


def only(one, t, players=None):
    """Take game t (and some of its players) out of a batch."""
    who = slice(None) if players is None else players
    single = ("lam", "phi", "base", "rival", "g", "floor")
    values = {name: getattr(one, name) for name in Coalition.__slots__}
    return Coalition(
        **{k: v[t : t + 1] if k in single else v[t : t + 1, who] for k, v in values.items()}
    )


class Enumeration:
    """The same game by listing every outcome: slow, plain and independent of the kernels."""

    def __init__(self, one, t=0):
        self.c, self.t, self.n = one, t, one.able.shape[1]
        self.lam, self.phi = one.lam[t], one.phi[t]
        two = np.array(list(product((0, 1), repeat=self.n)), dtype=np.int64).reshape(-1, self.n)
        # Three states where forward forces may fight unordered: 0 no, 1 acts, 2 unordered.
        if (one.idle[t] > 0.0).any():
            states = [(0, 1, 2) if one.idle[t, i] > 0.0 else (0, 1) for i in range(self.n)]
            two = np.array(list(product(*states)), dtype=np.int64)
        self.h = two
        added = np.where(two == 1, one.able[t], np.where(two == 2, one.idle[t], 0.0))
        power = (one.base[t] + added.sum(axis=1)) ** one.g[t]
        self.good = power / (power + one.rival[t] ** one.g[t])
        self.added = added

    def chances(self, q):
        """Probability of each outcome."""
        loose = np.where(self.c.idle[self.t] > 0.0, self.phi, 0.0)
        p = np.stack([(1 - q) * (1 - loose), q, (1 - q) * loose])
        return p[self.h, np.arange(self.n)].prod(axis=1)

    def defence(self, q):
        return float(self.chances(q) @ self.good)

    def lent(self, q, i):
        """Acting share of the others of i's pool."""
        pool = self.c.pool[self.t]
        same = (pool == pool[i]) & (pool[i] >= 0)
        total = self.c.weight[self.t][same].sum()
        others = (self.c.weight[self.t] * q * same).sum() - q[i] * self.c.weight[self.t, i] * same[
            i
        ]
        return others / total if total > 0.0 else 0.0

    def response(self, q, i):
        """Logit response of player i to the others' q."""
        sure, never = q.copy(), q.copy()
        sure[i], never[i] = 1.0, 0.0
        gain = self.defence(sure) - self.defence(never)
        c, t = self.c, self.t
        merit = c.stake[t, i] * gain + c.credit[t, i] - c.cost[t, i]
        merit += c.pooled[t, i] * self.lent(q, i)
        return 1.0 / (1.0 + np.exp(-self.lam * merit))

    def solve(self, start, rounds=200):
        """Iterate responses one after the other."""
        q = np.array(start, dtype=np.float64)
        for _ in range(rounds):
            old = q.copy()
            for i in range(self.n):
                q[i] = self.response(q, i)
            if np.abs(q - old).max(initial=0.0) < 1e-13:
                break
        return q
