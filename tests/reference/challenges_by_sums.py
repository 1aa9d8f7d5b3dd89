"""Rounds of challenges by sums over all voters for each pair, in the words of the paper.

Slow and plain: what the tests hold the kernel against.
"""

from dataclasses import dataclass

import numpy as np


@dataclass
class Room:
    """Positions, weights, saliences and the reading of one round."""

    x: np.ndarray
    w: np.ndarray
    s: np.ndarray
    span: float
    coded: bool

    def votes(self, r, a, b):
        """What each voter casts for a over b."""
        power = r if self.coded else np.ones_like(r)
        lost_a = (abs(self.x - a) / self.span) ** power
        lost_b = (abs(self.x - b) / self.span) ** power
        return self.w * (lost_b - lost_a)

    def wins(self, r):
        """Chance that i wins against j."""
        total = sum(abs(self.votes(r, a, b)).sum() for a in self.x for b in self.x)
        table = np.zeros((len(self.x), len(self.x)))
        for i, a in enumerate(self.x):
            for j, b in enumerate(self.x):
                if a != b:
                    v = self.votes(r, a, b)
                    whole = total if self.coded else abs(v).sum()
                    table[i, j] = np.maximum(v, 0).sum() / whole if whole > 0 else 0.5
        return table

    def expects(self, i, j, r, p):
        """Expected utility to i of challenging j."""
        d = 0.5 * abs(self.x[i] - self.x[j]) / self.span
        gained, lost = 2 - 4 * (0.5 - d) ** r, 2 - 4 * (0.5 + d) ** r
        fought = p[i, j] * gained + (1 - p[i, j]) * lost
        return self.s[j] * fought + (1 - self.s[j]) * gained - (2 - 4 * 0.5**r)

    def risks(self, p):
        """Exponents of utility."""
        n = len(self.x)
        danger = [sum(self.expects(j, i, 1.0, p) for j in range(n) if j != i) for i in range(n)]
        least, most = min(danger), max(danger)
        if most - least <= 1e-12:
            return np.ones(n)
        attitude = np.array([(2 * d - most - least) / (most - least) for d in danger])
        return (1 - attitude / 3) / (1 + attitude / 3)

    def offer(self, i, j, r, p):
        """Class, rank and place of the offer of j to i; None where there is none."""
        x = self.x
        mine = self.expects(i, j, r[i], p)
        theirs = self.expects(j, i, r[i if self.coded else j], p)
        if theirs > mine > 0:
            return 1, abs(x[j] - x[i]), x[j]
        if not theirs > 0 > mine:
            return None
        if theirs > -mine:
            there = x[i] + (x[j] - x[i]) * abs(mine / theirs)
            ranked = (abs(mine) * x[i] + theirs * x[j]) / (abs(mine) + theirs)
            return 2, ranked if self.coded else abs(there - x[i]), there
        return None if self.coded else (3, abs(x[j] - x[i]), x[j])

    def moved(self):
        """Positions after the round."""
        r = self.risks(self.wins(np.ones_like(self.x)))
        p = self.wins(r)
        new = self.x.copy()
        for i in range(len(new)):
            others = [j for j in range(len(new)) if self.x[j] != self.x[i]]
            offers = [o for j in others if (o := self.offer(i, j, r, p)) is not None]
            if offers:
                new[i] = min(offers, key=lambda o: o[:2])[2]
        return new


def plain_rounds(x, c, s, rounds, coded):
    """Positions of every round, the start first."""
    track = [np.array(x, float)]
    span = track[0].max() - track[0].min()
    for _ in range(rounds):
        track.append(Room(track[-1], c * s, s, span, bool(coded)).moved())
    return np.array(track)
