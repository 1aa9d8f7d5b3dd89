"""The logit response of a behaviour, worked out from the definition, node by node."""

import numpy as np


def response(tree, payoffs, precision, action, chance=None):
    """Return (behaviour that responds, expected payoffs, beliefs) for one draw."""
    chance = tree.probability if chance is None else chance
    nodes = len(tree.kind)
    reach, own = np.ones(nodes), np.full(nodes, -1)
    edges = [slice(tree.first[n], tree.first[n] + tree.count[n]) for n in range(nodes)]
    for n in range(nodes):
        odds = chance if tree.kind[n] == 2 else action
        for child, move in zip(tree.child[edges[n]], tree.move[edges[n]], strict=True):
            reach[child], own[child] = reach[n] * odds[move], n
    worth = np.zeros((nodes, len(tree.players)))
    for n in reversed(range(nodes)):
        if tree.kind[n] == 0:
            worth[n] = payoffs[tree.terminal[n]]
            continue
        odds = chance if tree.kind[n] == 2 else action
        worth[n] = odds[tree.move[edges[n]]] @ worth[tree.child[edges[n]]]
    answer, belief = np.empty(len(action)), np.full(nodes, np.nan)
    for h, player in enumerate(tree.owner):
        inside = np.flatnonzero((tree.kind == 1) & (tree.infoset == h))
        weight = np.exp(np.log(reach[inside]) - np.log(reach[inside]).max())
        belief[inside] = weight / weight.sum()
        merit = precision[player] * sum(
            belief[n] * worth[tree.child[edges[n]], player] for n in inside
        )
        odds = np.exp(merit - merit.max())
        answer[tree.action0[h] : tree.action0[h] + tree.actions[h]] = odds / odds.sum()
    return answer, worth[0], belief
