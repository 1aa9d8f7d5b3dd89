"""What texts make of incidents: the columnar kernel against clingo, one incident, the questions.

The kernel gives truth values with reasons; clingo derives truth values only and its time is that
of grounding alone, without reading the program or the answers. Its rules are those of the tests,
written to be independent and plain; rules written for speed could be several times faster.

``python -m benchmarks.obligations`` prints the figures; ``main`` returns them.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
from tests.reference.truth_in_clingo import derived, prepared
from tests.unit.numerics.formulas import random_codes, random_formula, random_tables

from servanda.domain.incident import Incident
from servanda.domain.instrument import Instrument
from servanda.numerics.truth_tables import Formula, Program, evaluate, ranks
from servanda.obligations import assess, questions
from servanda.scenario import shelf
from servanda.scenario.folder import load

TARGETS = {
    "kernel_pairs_per_s": (">=", 5e7),
    "kernel_to_clingo_ratio": (">=", 100.0),
    "incident_traced_cpu_ms": ("<=", 2.0),
}
FORMULAS, ROWS, COLUMNS = 160, 200_000, 24
CLINGO_ROWS = 500
TEXTS = 50
REPEATS = 5

Batch = tuple[list[Formula], list[tuple[int, list[int]]], np.ndarray]


def batch(leaves: int, codes: tuple[int, int], rows: int, seed: int = 1) -> Batch:
    """Formulas of 8 to 12 leaves, tables with between so many codes, and rows."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(codes[0], codes[1] + 1, COLUMNS).tolist()
    tables = random_tables(rng, sizes, leaves)
    formulas = [random_formula(rng, leaves) for _ in range(FORMULAS)]
    return formulas, tables, random_codes(rng, sizes, rows)


def best(work: Callable[[], object], clock: Callable[[], float], repeats: int = REPEATS) -> float:
    """Shortest of several times, since load only adds."""
    seconds = []
    for _ in range(repeats):
        begin = clock()
        work()
        seconds.append(clock() - begin)
    return min(seconds)


def kernel() -> dict[str, float]:
    """Pairs of a formula and a row a second, each repeat with fresh codes.

    Every formula has tables of its own, 1,600 in all with 20 to 500 cells.
    """
    begin = time.perf_counter()
    formulas, tables, codes = batch(10 * FORMULAS, (20, 500), ROWS)
    program = Program.build(formulas, tables)
    building = time.perf_counter() - begin
    out = evaluate(program, codes)
    sizes = program.limits().tolist()
    seconds, single = [], []
    for repeat in range(REPEATS):
        fresh = random_codes(np.random.default_rng(repeat), sizes, ROWS)
        begin = time.perf_counter()
        evaluate(program, fresh, out=out)
        middle = time.perf_counter()
        evaluate(program, fresh, out=out, threads=1)
        seconds.append(middle - begin)
        single.append(time.perf_counter() - middle)
    print(f"obligations, batch made in {building:.1f} s, {len(program.columns)} leaves")
    return {
        "kernel_pairs_per_s": FORMULAS * ROWS / min(seconds),
        "kernel_pairs_per_s_one_thread": FORMULAS * ROWS / min(single),
    }


def against_clingo() -> dict[str, float]:
    """Both on one batch of 80,000 pairs that share 200 tables of 20 to 60 cells."""
    formulas, tables, codes = batch(200, (20, 60), CLINGO_ROWS, seed=2)
    program = Program.build(formulas, tables)
    pairs = FORMULAS * CLINGO_ROWS
    ours = best(lambda: evaluate(program, codes), time.perf_counter, 20)
    theirs = []
    for _ in range(3):
        control = prepared(formulas, tables, codes)
        begin = time.perf_counter()
        control.ground([("base", [])])
        theirs.append(time.perf_counter() - begin)
    truths = derived(control, FORMULAS, CLINGO_ROWS)
    if (truths != ranks(evaluate(program, codes))).any():
        raise AssertionError("clingo and the kernel disagree")
    return {
        "clingo_pairs_per_s": pairs / min(theirs),
        "kernel_pairs_per_s_same_batch": pairs / ours,
        "kernel_to_clingo_ratio": min(theirs) / ours,
    }


def one_incident() -> dict[str, float]:
    """Processor time of one incident against 50 texts: mean over the incidents of the library.

    The library's texts are taken in turn until there are 50. The best of several rounds counts
    per incident; ``worst`` is the slowest incident, ``first`` the very first call of all.
    """
    shipped = list(shelf.instruments().values())
    texts = [shipped[k % len(shipped)] for k in range(TEXTS)]
    incidents = [case.incident for case in shelf.cases().values()]
    begin = time.process_time()
    assess(texts, incidents[0], actors=shelf.actors())
    first = time.process_time() - begin
    traced = _milliseconds(texts, incidents, trace=True)
    plain = _milliseconds(texts, incidents, trace=False)
    return {
        "incident_first_call_cpu_ms": 1000 * first,
        "incident_traced_cpu_ms": statistics.mean(traced),
        "incident_traced_worst_cpu_ms": max(traced),
        "incident_untraced_cpu_ms": statistics.mean(plain),
    }


def _milliseconds(
    texts: Sequence[Instrument], incidents: Sequence[Incident], *, trace: bool
) -> list[float]:
    """Best processor time per incident."""
    registry = shelf.actors()
    return [
        1000 * best(lambda i=i: assess(texts, i, actors=registry, trace=trace), time.process_time)
        for i in incidents
    ]


def founding_questions() -> dict[str, float]:
    """Seconds for the ranked questions on the newest founding proposal over its incident bank."""
    resolved = load("ukraine-2025")
    texts = [resolved.instruments["meloni-2025-08-18"]]
    bank = resolved.scenario.incidents

    def work() -> object:
        return questions(texts, resolved.slots, bank, actors=resolved.actors)

    return {"founding_questions_s": best(work, time.perf_counter, 3)}


def main() -> dict[str, float]:
    """Measure all four and print a line each; return the figures."""
    figures: dict[str, float] = {}
    for measured in (kernel, against_clingo, one_incident, founding_questions):
        figures |= measured()
    for name, value in figures.items():
        print(f"obligations, {name}: {value:,.4g}")
    return figures


if __name__ == "__main__":
    main()
