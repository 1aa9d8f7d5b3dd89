"""Games under every decision rule by listing cases: slow, plain and independent of the kernels."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
from tests.unit.deterrence.cases import Enumeration, coalition

VOTE, ONE, ALL = 0, 1, 2


def logit(lam, merit):
    return 1.0 / (1.0 + np.exp(-lam * merit))


def ruled(players, seed, rules, **given):
    """Draw a game in which body b decides by rules[b] and everybody may be in any body or none."""
    rng = np.random.default_rng([seed, players, len(rules)])
    games = coalition(1, players, seed=seed, idle=False, phi=np.zeros(1))
    bodies = len(rules)
    rule = np.zeros((1, 8), np.int64)
    rule[0, :bodies] = rules
    body = rng.integers(-1, bodies, (1, players))
    body[0, : min(bodies, players)] = np.arange(bodies)[:players]
    leads = np.zeros((1, players), np.int64)
    for b, kind in enumerate(rules):
        if kind != VOTE:
            # the last two are waited for
            leads[0, max(0, players - 2) :] |= 1 << b
    word = np.minimum(games.credit, 1.25 * games.prior)
    fields = {
        "body": body, "rule": rule, "leads": leads, "word": word,
        "need": np.full((1, 8), 2 / 3), "vote": rng.uniform(0.5, 2.0, (1, players)),
    }  # fmt: skip
    names = {name: getattr(games, name) for name in games.__slots__}
    return type(games)(**(names | fields | given))


class Listing:
    """One game: cases of votes, in each the patterns of those waited for, in each a fixed point."""

    def __init__(self, games, t=0):
        self.c, self.t, self.n = games, t, games.able.shape[1]
        self.lam = games.lam[t]
        self.body, self.rule = games.body[t], games.rule[t]
        bodies = sorted(set(self.body[self.body >= 0].tolist()))
        self.voting = [b for b in bodies if self.rule[b] == VOTE]
        self.waiting = [b for b in bodies if self.rule[b] != VOTE]
        self.led = {
            b: [i for i in range(self.n) if games.leads[t, i] >> b & 1 and self.body[i] != b]
            for b in self.waiting
        }
        self.leaders = sorted({i for named in self.led.values() for i in named})
        self.plain = Enumeration(games, t)

    def live(self, acts):
        """Bodies whose members' word counts when the leaders act as given."""
        found = set()
        for b, named in self.led.items():
            done = [acts[i] for i in named]
            enough = any(done) if self.rule[b] == ONE else bool(done) and all(done)
            if enough and not self.c.barred[self.t, b]:
                found.add(b)
        return found

    def game(self, open_ones):
        """The participation game where just these bodies are open."""
        shut = np.array([b >= 0 and b not in open_ones for b in self.body])
        mute = shut & np.array([b in self.waiting for b in self.body])
        credit, pooled = self.c.credit.copy(), self.c.pooled.copy()
        credit[self.t] -= np.where(mute, self.c.word[self.t], 0.0)
        pooled[self.t] = np.where(shut, 0.0, pooled[self.t])
        return Enumeration(replace(self.c, credit=credit, pooled=pooled), self.t), mute

    def rest(self, oracle, acts):
        """Fixed point of all who are not waited for, the leaders acting as given."""
        q = np.array(self.c.prior[self.t], dtype=np.float64)
        for i, h in acts.items():
            q[i] = h
        for _ in range(500):
            old = q.copy()
            for i in range(self.n):
                if i not in acts:
                    q[i] = oracle.response(q, i)
            if np.abs(q - old).max(initial=0.0) < 1e-14:
                break
        return q

    def case(self, passing):
        """Solve one case of votes: leaders' q, and (chance, open bodies, mute, q, defence)s."""
        patterns = [
            dict(zip(self.leaders, h, strict=True))
            for h in product((0, 1), repeat=len(self.leaders))
        ]
        after = {}
        for acts in patterns:
            open_ones = set(passing) | self.live(acts)
            oracle, mute = self.game(open_ones)
            q = self.rest(oracle, acts)
            after[tuple(acts.values())] = (open_ones, mute, q, self.plain.defence(q), oracle)
        lead = {i: self.c.prior[self.t, i] for i in self.leaders}
        for _ in range(500):
            old = dict(lead)
            for i in self.leaders:
                lead[i] = self.lead(i, lead, patterns, after)
            if all(abs(lead[i] - old[i]) < 1e-14 for i in lead):
                break
        rows = []
        for acts in patterns:
            chance = np.prod([lead[i] if h else 1.0 - lead[i] for i, h in acts.items()])
            rows.append((chance, *after[tuple(acts.values())][:4]))
        return lead, rows

    def lead(self, i, lead, patterns, after):
        """Response of one leader to the others', looking ahead."""
        c, t, merit = self.c, self.t, 0.0
        for acts in patterns:
            if acts[i]:
                continue
            others = [lead[j] if h else 1.0 - lead[j] for j, h in acts.items() if j != i]
            does = tuple((acts | {i: 1}).values())
            _, _, q, without, oracle = after[tuple(acts.values())]
            gain = c.stake[t, i] * (after[does][3] - without)
            gain += oracle.c.credit[t, i] - c.cost[t, i]
            gain += oracle.c.pooled[t, i] * oracle.lent(q, i)
            merit += np.prod(others) * gain
        return logit(self.lam, merit)

    def block(self, b, lead, rows):
        """Chance that a vote is blocked: the members share one uniform shock."""
        if self.c.barred[self.t, b]:
            return 1.0
        c, t = self.c, self.t
        member = self.body == b
        without = sum(chance * defence for chance, _, _, _, defence in rows)
        together = 0.0
        for (_, _, _, q, _), h in zip(rows, product((0, 1), repeat=len(self.leaders)), strict=True):
            acts = dict(zip(self.leaders, h, strict=True))
            sure = {i: 1.0 if member[i] else lead[i] for i in lead}
            chance = np.prod([sure[i] if x else 1.0 - sure[i] for i, x in acts.items()])
            if chance > 0.0:
                together += chance * self.plain.defence(np.where(member, 1.0, q))
        p = logit(self.lam, c.veto[t] - c.stake[t] * (together - without))
        votes = np.where(member, c.vote[t], 0.0)
        total = votes[np.isfinite(votes)].sum()
        # The chance that the shock falls where the blockers have too much weight, piece by piece.
        blocked, edges = 0.0, np.unique([0.0, 1.0, *p[member]])
        for low, high in pairwise(edges):
            against = votes[member & (p >= high)].sum()
            if against > (1.0 - c.need[t, b]) * total + 1e-9 * total:
                blocked += high - low
        return blocked

    def solve(self):
        """Everything: acts overall and given the own body's state, chances, defence, reached."""
        lead, rows = self.case(())
        shut = {b: self.block(b, lead, rows) for b in self.voting}
        cases = []
        for passes in product((0, 1), repeat=len(self.voting)):
            passing = [b for b, x in zip(self.voting, passes, strict=True) if x]
            weight = np.prod([1.0 - shut[b] if b in passing else shut[b] for b in self.voting])
            for chance, open_ones, mute, q, defence in self.case(passing)[1]:
                cases.append((weight * chance, open_ones, mute, q, defence))
        return Solved(self, cases)


class Solved:
    def __init__(self, listing, cases):
        self.l, self.cases = listing, cases
        self.q = sum(w * q for w, _, _, q, _ in cases)
        self.defence = sum(w * d for w, _, _, _, d in cases)

    def shut(self, b):
        return sum(w for w, open_ones, *_ in self.cases if b not in open_ones)

    def given(self, i, *, is_open):
        """Chance that i acts given the state of its own body."""
        b = self.l.body[i]
        rows = [(w, q[i]) for w, o, _, q, _ in self.cases if (b in o) == is_open]
        return sum(w * x for w, x in rows) / sum(w for w, _ in rows)

    def reached(self, keep=lambda open_ones: True):
        """Any act of one whose word counts (no floor), where something is owed."""
        c, t = self.l.c, self.l.t
        found = weight = 0.0
        for w, open_ones, mute, q, _ in self.cases:
            owing = (c.gives[t] > 0.0) & ~mute
            if owing.any() and keep(open_ones):
                found += w * (1.0 - np.prod(1.0 - q[owing]))
                weight += w
        return found / weight if weight > 0.0 else np.nan
