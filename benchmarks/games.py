"""Logit equilibria of a crisis game per processor second, beside Gambit in the same run.

The game: nature draws a strong or a weak defender; the challenger attacks or not; the target
resists or concedes; the defender, who knows its type, intervenes or abstains; the challenger, who
does not, fights or backs down. Ten terminal nodes, five information sets.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from servanda.games import read_efg, solve_batch
from servanda.games.tree import Tree

TARGETS = {
    "games_gambit_ratio": (">=", 300.0),
    "first_100000_draws_cold_s": ("<=", 15.0),
    "first_100000_draws_cached_s": ("<=", 3.0),
    "unconverged_share": ("<=", 9e-7),
}
DRAWS, LARGE, PEER_GAMES, REPEATS = 100_000, 1_000_000, 150, 5
# Payoffs of challenger, target, defender in the strong and the weak type; draws scatter around.
STRUCTURE = [
    [-1.5, -0.3, 0.8],  # attacked, resisted, intervened, fought
    [-0.8, 0.9, 1.0],  # backed down
    [1.0, -1.2, -0.6],  # abstained
    [1.2, -0.8, -0.4],  # conceded
    [0.0, 0.5, 0.5],  # no attack
    [0.4, -0.6, -0.9],
    [-0.8, 0.9, 0.7],
    [1.0, -1.2, -0.3],
    [1.2, -0.8, -0.4],
    [0.0, 0.5, 0.5],
]


def text(payoffs: np.ndarray, q: float) -> str:
    """Write one game of the family as Gambit reads it.

    Args:
        payoffs: [terminal, player].
        q: chance that the defender is strong.

    Returns:
        The text of an .efg file, numbers with six decimals.
    """

    def leaf(row: int) -> str:
        numbers = ", ".join(f"{value:.6f}" for value in payoffs[row])
        return f't "" {row + 1} "o{row + 1}" {{ {numbers} }}'

    lines = [
        'EFG 2 R "deterrence" { "challenger" "target" "defender" }',
        '""',
        "",
        f'c "" 1 "" {{ "strong" {q:.6f} "weak" {1 - q:.6f} }} 0',
    ]
    for side, kind in enumerate(("strong", "weak")):
        lines += [
            'p "" 1 1 "open" { "attack" "wait" } 0',
            'p "" 2 1 "threatened" { "resist" "concede" } 0',
            f'p "" 3 {side + 1} "{kind}" {{ "intervene" "abstain" }} 0',
            'p "" 1 2 "faced" { "fight" "back down" } 0',
            *(leaf(5 * side + row) for row in range(5)),
        ]
    return "\n".join(lines) + "\n"


def draws(number: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw payoffs [draw, terminal, player], precision [draw] and chances [draw, 2].

    Args:
        number: how many.
        seed: of the generator.

    Returns:
        The three arrays, rounded to six decimals.
    """
    luck = np.random.default_rng(seed)
    payoffs = (np.array(STRUCTURE) + luck.normal(0, 0.4, (number, 10, 3))).round(6)
    q = luck.uniform(0.1, 0.9, number).round(6)
    return payoffs, luck.uniform(0.5, 8.0, number).round(6), np.stack([q, 1 - q], axis=1)


def ours(tree: Tree, seed: int) -> float:
    """Return games per second of one processor."""
    payoffs, precision, chance = draws(DRAWS, seed)
    begin = time.process_time()
    solve_batch(tree, payoffs, precision, chance=chance, threads=1)
    return DRAWS / (time.process_time() - begin)


def peers(tree: Tree, seed: int) -> tuple[float, float]:
    """Return Gambit's games per processor second, without reading, and the largest difference."""
    import pygambit  # not at the top: its import must not count in once()

    payoffs, precision, chance = draws(PEER_GAMES, seed)
    mine = solve_batch(tree, payoffs, precision, chance=chance)
    games = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game.efg"
        for i in range(PEER_GAMES):
            path.write_text(text(payoffs[i], chance[i, 0]))
            games.append(pygambit.read_efg(str(path)))
    begin = time.process_time()
    points = [
        pygambit.qre.logit_solve_lambda(game, lam=[float(lam)])
        for game, lam in zip(games, precision, strict=True)
    ]
    seconds = time.process_time() - begin
    apart = 0.0
    for i, (point,) in enumerate(points):
        values = {}
        for player in games[i].players:
            for acts in dict(point.profile[player]).values():
                values |= {label: float(p) for label, p in dict(acts).items()}
        shared = [
            a for a, name in enumerate(tree.action_names) if name in ("attack", "resist", "fight")
        ]
        gap = max(abs(mine.action[i, a] - values[tree.action_names[a]]) for a in shared)
        apart = max(apart, gap)
    return PEER_GAMES / seconds, apart


def first_batch(cache: str) -> float:
    """Seconds of a fresh interpreter: import, compile or load, and solve a first batch."""
    code = "import benchmarks.games as g; g.once()"
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
        cwd=Path(__file__).resolve().parent.parent,
    )
    return time.perf_counter() - begin


def once() -> None:
    """Solve one batch, for the timing of a fresh interpreter."""
    payoffs, precision, chance = draws(DRAWS, 7)
    tree = read_efg(text(payoffs[0], 0.5))
    found = solve_batch(tree, payoffs, precision, chance=chance)
    assert found.unconverged_share < 1e-4


def main() -> dict[str, float]:
    """Measure both solvers in turn, then the start of a fresh interpreter and a large batch.

    Returns:
        Games per processor second of both and their ratio, the largest difference between them,
        seconds for a first batch without and with compiled kernels on disk, wall-clock rate and
        unconverged share of the large batch.
    """
    payoffs, precision, chance = draws(64, 1)
    tree = read_efg(text(payoffs[0], 0.5))
    solve_batch(tree, payoffs, precision, chance=chance)
    rates, theirs, apart = [], [], 0.0
    for repeat in range(REPEATS):
        rates.append(ours(tree, repeat))
        rate, gap = peers(tree, 100 + repeat)
        theirs.append(rate)
        apart = max(apart, gap)
    with tempfile.TemporaryDirectory() as cache:
        cold, cached = first_batch(cache), min(first_batch(cache) for _ in range(3))
    payoffs, precision, chance = draws(LARGE, 9)
    begin = time.perf_counter()
    found = solve_batch(tree, payoffs, precision, chance=chance)
    seconds = time.perf_counter() - begin
    figures = {
        "games_per_cpu_s": statistics.median(rates),
        "gambit_games_per_cpu_s": statistics.median(theirs),
        "games_gambit_ratio": statistics.median(
            mine / peer for mine, peer in zip(rates, theirs, strict=True)
        ),
        "largest_difference_to_gambit": apart,
        "first_100000_draws_cold_s": cold,
        "first_100000_draws_cached_s": cached,
        "games_per_s": LARGE / seconds,
        "by_arc_length_share": float((found.status == 1).mean()),
        "unconverged_share": found.unconverged_share,
    }
    for name, value in figures.items():
        print(f"games: {name} {value:,.6g}")
    return figures


if __name__ == "__main__":
    main()
