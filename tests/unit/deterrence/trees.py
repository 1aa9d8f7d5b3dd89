"""Participation under the decision rules as explicit trees, in the text of ``.efg`` files."""

import numpy as np
from tests.unit.deterrence.cases import Enumeration
from tests.unit.deterrence.ruled import Listing


class Writer:
    """Writes one tree in preorder; information sets are numbered by player and name."""

    def __init__(self, players):
        self.players, self.lines, self.sets, self.ends = players, [], {}, 0

    def move(self, player, name, actions):
        number = self.players.index(player) + 1
        key = (player, name)
        same = [k for k in self.sets if k[0] == player]
        self.sets.setdefault(key, len(same) + 1)
        labels = " ".join(f'"{a}@{name}"' for a in actions)
        self.lines.append(f'p "" {number} {self.sets[key]} "{name}" {{ {labels} }} 0')

    def nature(self, number):
        labels = " ".join(f'"{i}" 1/{number}' for i in range(number))
        self.lines.append(f'c "" 1 "" {{ {labels} }} 0')

    def end(self, payoffs):
        self.ends += 1
        row = " ".join(f"{payoffs.get(p, 0.0):.15f}" for p in self.players)
        self.lines.append(f't "" {self.ends} "" {{ {row} }}')

    def text(self):
        names = " ".join(f'"{p}"' for p in self.players)
        return "\n".join([f'EFG 2 R "participation" {{ {names} }}', *self.lines, ""])


def on_the_grid(players, seed):
    """Capabilities on the nodes of a grid of 257, where the capability grid is exact."""
    rng = np.random.default_rng([seed, players])
    share = rng.multinomial(256 - players, np.ones(players) / players) + 1
    return share[None, :] / 160.0


def worth(oracle, h, i, *, mute, shut):
    """Payoff of guarantor i after the acts h."""
    c, t = oracle.c, oracle.t
    h = np.array(h, dtype=np.float64)
    value = c.stake[t, i] * oracle.defence(h)
    if h[i]:
        return value - c.cost[t, i]
    default = c.credit[t, i] - (c.word[t, i] if mute else 0.0)
    return value - default - (0.0 if shut else c.pooled[t, i] * oracle.lent(h, i))


def vote_tree(games, t=0):
    """All guarantors are members of one voting body.

    Nature asks one member, who blocks or lets pass; then all act or stand aside at the same time.
    A member's vote is an agent of its own: blocking brings it what comes of the willing, less the
    cost of its word; letting pass the defence with all.
    """
    oracle, n = Enumeration(games, t), games.able.shape[1]
    voters, actors = [f"v{i}" for i in range(n)], [f"g{i}" for i in range(n)]
    tree = Writer([*voters, *actors])
    together = oracle.defence(np.ones(n))
    tree.nature(n)
    for i in range(n):
        tree.move(voters[i], "vote", ("block", "pass"))
        for blocked in (True, False):
            name = "blocked" if blocked else "passed"

            def act(h, i=i, blocked=blocked, name=name):
                if len(h) < n:
                    tree.move(actors[len(h)], name, ("aside", "acts"))
                    act((*h, 0))
                    act((*h, 1))
                    return
                pays = {actors[j]: worth(oracle, h, j, mute=False, shut=blocked) for j in range(n)}
                good = oracle.defence(np.array(h, float))
                pays[voters[i]] = games.stake[t, i] * (good if blocked else together)
                if blocked:
                    pays[voters[i]] += games.veto[t, i]
                tree.end(pays)

            act(())
    return tree.text()


def after_tree(games, t=0):
    """Those waited for act first and at the same time; the others see what they did."""
    listing = Listing(games, t)
    oracle, n, leaders = listing.plain, listing.n, listing.leaders
    order = [*leaders, *(i for i in range(n) if i not in leaders)]
    tree = Writer([f"g{i}" for i in range(n)])

    def act(h):
        if len(h) < n:
            i = order[len(h)]
            seen = "first" if i in leaders else "".join(str(x) for x in h[: len(leaders)])
            tree.move(f"g{i}", seen, ("aside", "acts"))
            act((*h, 0))
            act((*h, 1))
            return
        acts = dict(zip(order, h, strict=True))
        live = listing.live({i: acts[i] for i in leaders})
        plain = [acts[i] for i in range(n)]
        shut = [games.body[t, i] >= 0 and games.body[t, i] not in live for i in range(n)]
        tree.end({f"g{i}": worth(oracle, plain, i, mute=shut[i], shut=shut[i]) for i in range(n)})

    act(())
    return tree.text()
