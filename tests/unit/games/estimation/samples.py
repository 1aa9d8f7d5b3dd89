"""Trees, tables and closed forms that several tests of estimation use."""

import numpy as np
from scipy.stats import logistic, norm

from servanda.games.reading import read_yaml
from servanda.games.tree import Tree

CRISIS = """
game: crisis
title: Crisis
players: [challenger, defender]
tree:
  player: challenger
  actions:
    stay: {outcome: sq, payoffs: [0, 0.5]}
    demand:
      player: defender
      actions:
        concede: {outcome: concession, payoffs: [1, -0.3]}
        resist:
          player: challenger
          actions:
            back down: {outcome: bluff, payoffs: [-0.6, 1]}
            fight: {outcome: war, payoffs: [-1, -0.5]}
"""
BLIND = """
game: blind
title: Blind
players: [A, B]
tree:
  player: A
  actions:
    attack:
      player: B
      infoset: blind
      actions:
        fight: {outcome: war, payoffs: [-1, -1]}
        yield: {outcome: yield, payoffs: [1, -0.5]}
    wait:
      player: B
      infoset: blind
      actions:
        fight: {outcome: strike, payoffs: [-1.5, 0.3]}
        yield: {outcome: peace, payoffs: [0, 0]}
"""
TYPES = """
game: types
title: Types
players: [A, B]
tree:
  nature:
    strong:
      probability: 0.3
      then:
        player: A
        actions:
          stay: {outcome: sq, payoffs: [0, 0]}
          attack:
            player: B
            actions:
              fight: {outcome: war, payoffs: [-1, 0.4]}
              yield: {outcome: loss, payoffs: [1, -0.2]}
    weak:
      probability: 0.7
      then:
        player: A
        actions:
          stay: {outcome: sq, payoffs: [0, 0]}
          attack:
            player: B
            actions:
              fight: {outcome: war, payoffs: [0.5, -0.8]}
              yield: {outcome: loss, payoffs: [1, -0.2]}
"""
THREE = """
game: three
title: Three
players: [A, B]
tree:
  player: A
  actions:
    left: {outcome: l, payoffs: [0, 0]}
    middle: {outcome: m, payoffs: [0.2, 0]}
    right:
      player: B
      actions:
        fight: {outcome: f, payoffs: [-0.4, 0]}
        share: {outcome: s, payoffs: [0.5, 0.1]}
"""

FORMULAS = {
    "egame12": "y ~ a | 0 | a + b - 1 | b",
    "egame122": "y ~ a | b | 0 | 1 | b | a",
    "egame123": "y ~ a | 0 | 1 | b | 0 | b | a | b",
}


def tree(text: str) -> Tree:
    """Read one of the trees above."""
    return read_yaml(text)


def covariates(rows: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Make two standard normal covariates and words."""
    random = np.random.default_rng(seed)
    return {
        "a": random.normal(size=rows),
        "b": random.normal(size=rows),
        "g": np.array(["low", "mid", "top"], dtype=object)[random.integers(0, 3, rows)],
    }


def by_hand(
    model: str, u: dict[str, np.ndarray], link: str, errors: str, sigma: float = 1.0
) -> list[np.ndarray]:
    """Probabilities of the ends of the named trees, written out from the published formulas.

    Args:
        model: egame12, egame122 or egame123.
        u: utilities by player and end, ``u1e0`` and so on.
        link: probit or logit.
        errors: agent or private.
        sigma: scale of the shocks.
    """
    cdf = (norm if link == "probit" else logistic).cdf

    def chance(gap: np.ndarray, squares: np.ndarray | float) -> np.ndarray:
        spread = np.sqrt(2.0) if errors == "agent" else np.sqrt(squares)
        return cdf(gap / (spread * sigma))

    if model == "egame12":
        p4 = chance(u["u2e2"] - u["u2e1"], 2.0)
        p3 = 1 - p4
        p2 = chance(p3 * u["u1e1"] + p4 * u["u1e2"] - u["u1e0"], 1 + p3**2 + p4**2)
        return [1 - p2, p2 * p3, p2 * p4]
    if model == "egame122":
        after_l = chance(u["u2e1"] - u["u2e0"], 2.0)
        after_r = chance(u["u2e3"] - u["u2e2"], 2.0)
        right = (1 - after_r) * u["u1e2"] + after_r * u["u1e3"]
        left = (1 - after_l) * u["u1e0"] + after_l * u["u1e1"]
        squares = after_l**2 + (1 - after_l) ** 2 + after_r**2 + (1 - after_r) ** 2
        r = chance(right - left, squares)
        return [(1 - r) * (1 - after_l), (1 - r) * after_l, r * (1 - after_r), r * after_r]
    p6 = chance(u["u3e3"] - u["u3e2"], 2.0)
    p5 = 1 - p6
    p4 = chance(p5 * u["u2e2"] + p6 * u["u2e3"] - u["u2e1"], 1 + p5**2 + p6**2)
    p3 = 1 - p4
    worth = p3 * u["u1e1"] + p4 * (p5 * u["u1e2"] + p6 * u["u1e3"]) - u["u1e0"]
    p2 = chance(worth, 1 + p3**2 + (p4 * p5) ** 2 + (p4 * p6) ** 2)
    return [1 - p2, p2 * p3, p2 * p4 * p5, p2 * p4 * p6]
