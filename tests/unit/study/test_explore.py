"""Any function, studied the same way: how it is called, what is kept, what is refused."""

import math
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from servanda.domain.assumption import Distribution
from servanda.domain.errors import ModelError, StoreError
from servanda.study import explore
from servanda.study.spaces import space_of

SPACE = {"a": (0.0, 1.0), "b": (1.0, 2.0)}


def product(a, b):
    """Takes arrays."""
    return {"y": a * b, "z": a + b}


def careful(a, b):
    """Takes single numbers only."""
    if a < 0.05:
        raise ValueError("a is too small")
    return math.sqrt(a) * b


def columns(found) -> pl.DataFrame:
    return found.to_polars()


def test_arrays_and_single_numbers_are_told_apart():
    assert explore(product, SPACE, draws=20).caller.vectorized
    assert not explore(careful, SPACE, draws=200).caller.vectorized
    assert not explore(lambda a, b: max(a, b), SPACE, draws=20).caller.vectorized
    # Takes arrays and means something else by them.
    found = explore(lambda a, b: a - np.mean(a) + b, SPACE, draws=20)
    assert not found.caller.vectorized


@pytest.mark.parametrize("sampling", ["latin", "sobol", "monte_carlo"])
@pytest.mark.parametrize("chunk", [1, 33, 1000])
def test_chunks_and_workers_change_no_bit(sampling: str, chunk: int, tmp_path: Path):
    draws = 40 if chunk == 1 else 1000
    plain = explore(product, SPACE, draws=draws, seed=5, sampling=sampling)
    chunked = explore(product, SPACE, draws=draws, seed=5, sampling=sampling, chunk=chunk)
    stored = explore(
        product, SPACE, draws=draws, seed=5, sampling=sampling, chunk=chunk, store=tmp_path
    )
    with ThreadPoolExecutor(3) as pool:
        spread = explore(
            product, SPACE, draws=draws, seed=5, sampling=sampling, chunk=chunk, executor=pool
        )
    for other in (chunked, stored, spread):
        assert columns(other).equals(columns(plain))


def test_processes_compute_the_same():
    with ProcessPoolExecutor(2) as pool:
        spread = explore(product, SPACE, draws=500, chunk=100, executor=pool)
    assert columns(spread).equals(columns(explore(product, SPACE, draws=500)))


class Switch:
    """Stops a study at its fifth chunk while it is on; off or on, it is the same to a hash."""

    def __init__(self):
        self.on, self.calls = True, 0

    def __repr__(self):
        return "switch"


def switched(a, b, switch):
    switch.calls += 1
    if switch.on and switch.calls == 5:
        raise KeyboardInterrupt
    return a * b


def test_an_interrupted_study_goes_on_where_it_stopped(tmp_path: Path):
    switch, seen = Switch(), []

    def run():
        return explore(
            switched,
            SPACE,
            draws=500,
            chunk=100,
            store=tmp_path,
            vectorized=True,
            constants={"switch": switch},
            progress=lambda done, total, _: seen.append((done, total)),
        )

    with pytest.raises(KeyboardInterrupt):
        run()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    assert len(before) == 4
    switch.on, switch.calls = False, 0
    seen.clear()
    found = run()
    assert switch.calls == 1  # the chunk that was missing
    assert seen == [(4, 5), (5, 5)]
    assert all(path.read_bytes() == content for path, content in before.items())
    undisturbed = explore(lambda a, b: a * b, SPACE, draws=500)
    assert columns(found).equals(columns(undisturbed))


def test_another_function_or_version_is_another_study(tmp_path: Path):
    explore(lambda a, b: a * b, SPACE, draws=50, store=tmp_path)
    explore(lambda a, b: a * b, SPACE, draws=50, store=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    explore(lambda a, b: a / b, SPACE, draws=50, store=tmp_path)
    explore(lambda a, b: a * b, SPACE, draws=50, store=tmp_path, version="2")
    explore(lambda a, b: a * b, {**SPACE, "a": (0.0, 2.0)}, draws=50, store=tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_damaged_chunk_is_computed_again(tmp_path: Path):
    first = columns(explore(product, SPACE, draws=300, chunk=100, store=tmp_path))
    path = sorted(tmp_path.rglob("*.parquet"))[1]
    path.write_bytes(path.read_bytes()[:-40])
    assert columns(explore(product, SPACE, draws=300, chunk=100, store=tmp_path)).equals(first)
    found = explore(product, SPACE, draws=300, chunk=100, store=tmp_path)
    path.unlink()
    with pytest.raises(StoreError, match="missing"):
        found.to_polars()


def test_draws_that_fail_are_marked_and_left_out():
    found = explore(careful, SPACE, draws=1000)
    assert found.failed == len(found.failures) == 50
    assert "a is too small" in found.failures[0].message
    table = columns(found)
    assert table.filter("failed")["a"].max() < 0.05
    assert table.filter("failed")["y"].is_nan().all()
    assert len(found.column("y")) == 950
    assert set(found.sobol().ranking) == {"a", "b"}
    infinite = explore(lambda a, b: np.where(a > 0.5, np.inf, b), SPACE, draws=100)
    assert infinite.failed == 50
    with pytest.raises(ModelError, match="fails on some draws"):
        found.sobol(size=256)


def test_scenarios_hold_inputs_and_share_the_draws():
    found = explore(product, SPACE, draws=200, scenarios={"low": {"a": 0.1}, "free": {}})
    assert found.scenarios == ("low", "free")
    low, free = found.of("low"), found.of("free")
    assert set(low.column("a")) == {0.1}
    assert (low.column("b") == free.column("b")).all()
    assert columns(free).drop("scenario").equals(columns(explore(product, SPACE, draws=200)))
    with pytest.raises(ModelError, match="name a scenario first"):
        found.sobol("y")
    with pytest.raises(ModelError, match="no scenario 'high'; there are low, free"):
        found.of("high")


def test_correlations_come_out_and_are_used():
    found = explore(lambda a, b: a + 0 * b, SPACE, draws=5000, rank_correlation={("a", "b"): 0.7})
    rho = stats.spearmanr(found.column("a"), found.column("b")).statistic
    assert abs(rho - 0.7) < 0.03
    effects = found.shapley(size=1024)
    assert effects.effect[1] > 0.2  # it tells of the other
    assert abs(found.sobol().first[1] - found.sobol(size=2048).first[1]) < 0.05


def test_spaces_take_many_forms():
    space = {
        "uniform": (0, 2),
        "declared": {"lognormal": {"median": 4, "log_sd": 0.25}},
        "typed": Distribution(beta={"a": 2, "b": 2}),
        "frozen": stats.norm(3, 1),
        "own": lambda u: u**2,
        "word": ["x", "y"],
        "weighted": {"choice": {"rare": 1, "usual": 9}},
        "whole": {"integer": [1, 6]},
        "fixed": 3,
    }
    found = explore(lambda **k: k["uniform"], space, draws=2000, sampling="monte_carlo")
    assert abs(np.median(found.column("declared")) - 4) < 0.1
    assert abs(found.column("frozen").mean() - 3) < 0.1
    assert abs((found.column("weighted") == "rare").mean() - 0.1) < 0.03
    assert sorted(set(found.column("whole").tolist())) == [1, 2, 3, 4, 5, 6]
    assert found.column("whole").dtype == np.int64
    assert set(found.column("fixed")) == {3.0}
    problem = {"num_vars": 2, "names": ["p", "q"], "bounds": [[0, 1], [5, 6]]}
    assert explore(lambda p, q: p + q, problem, draws=20).inputs == ("p", "q")


def test_single_values_reach_the_function_as_plain_python():
    seen = []

    def look(word, whole, number):
        seen.append((type(word), type(whole), type(number)))
        return float(whole)

    explore(
        look,
        {"word": ["x", "y"], "whole": {"integer": [1, 3]}, "number": (0, 1)},
        draws=5,
        vectorized=False,
    )
    assert set(seen) == {(str, int, float)}


def test_outcomes_are_named_or_numbered():
    assert explore(lambda a, b: a, SPACE, draws=9).outcomes == ("y",)
    pair = explore(lambda a, b: np.stack([a, b], axis=1), SPACE, draws=9)
    assert pair.outcomes == ("y1", "y2")
    named = explore(lambda a, b: (a, b), SPACE, draws=9, outcomes=["first", "second"])
    assert named.outcomes == ("first", "second")
    assert (named.column("second") == named.column("b")).all()


def test_the_questions_that_can_be_asked():
    def rivals(a, b, c):
        return {"one": a - 0.5 + 0 * c, "two": 0.2 * (b - 1.5)}

    found = explore(rivals, {**SPACE, "c": (0, 1)}, draws=4000)
    assert found.prim("one", above=0.3).box.limits[0].name == "a"
    assert found.prim(where=lambda k: k["one"] > k["two"]).box is not None
    worth = {w.names[0]: w for w in found.evppi()}
    assert worth["a"].told
    assert not worth["c"].told
    assert abs(found.evpi().value - worth["a"].value) < found.evpi().standard_error
    assert {s.name for s in found.standings()} == {"one", "two"}
    assert abs(found.satisficing(0.0)["one"].value - 0.5) < 0.01
    assert found.dominance("one", "two").verdict in {"neither", "alike"}
    assert found.tornado("one")[0].name == "a"
    place = found.break_even("one", "two")["a"].places[0]
    assert place.low < 0.5 < place.high
    with pytest.raises(ModelError, match="name an outcome: one, two"):
        found.sobol()


def test_results_go_to_parquet_that_others_read(tmp_path: Path):
    found = explore(lambda a, w: a, {"a": (0, 1), "w": ["x", "y"]}, draws=100)
    found.write_parquet(tmp_path / "all.parquet")
    again = pl.read_parquet(tmp_path / "all.parquet")
    assert again.equals(found.to_polars())
    assert again.columns == ["draw", "a", "w", "y", "failed"]


def test_memory_does_not_grow_with_draws(tmp_path: Path):
    import tracemalloc

    explore(product, SPACE, draws=1000, chunk=500, store=tmp_path)
    tracemalloc.start()
    explore(product, SPACE, draws=400_000, chunk=5_000, store=tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6


@pytest.mark.parametrize(
    ("call", "code", "said"),
    [
        (lambda: explore(product, {}), "SV654", "mapping"),
        (lambda: explore(product, {"a": "low", "b": (0, 1)}), "SV654", "'a'"),
        (lambda: explore(product, {"a": {"cauchy": 1}, "b": (0, 1)}), "SV654", "no distribution"),
        (lambda: explore(product, {"a": {"choice": {"x": -1}}}), "SV654", "weights"),
        (lambda: explore(product, {"a": ["x", "x"]}), "SV654", "different words"),
        (lambda: explore(product, {"a": {"integer": [3, 1]}}), "SV654", "3 to 1"),
        (lambda: explore(product, SPACE, constants={"a": 1}), "SV654", "input and a constant"),
        (lambda: explore(product, SPACE, draws=0), "SV657", "0 draws"),
        (lambda: explore(product, SPACE, chunk=-1), "SV657", "not -1"),
        (lambda: explore(product, SPACE, sampling="halton"), "SV653", "halton"),
        (lambda: explore(product, SPACE, rank_correlation=np.eye(3)), "SV652", "for 3 inputs"),
        (lambda: explore(product, SPACE, rank_correlation={("a", "c"): 0.1}), "SV656", "no pair"),
        (lambda: explore(product, SPACE, scenarios={"s": {"c": 1}}), "SV656", "no input 'c'"),
        (lambda: explore(product, SPACE, scenarios={"s": {"a": "x"}}), "SV654", "cannot be 'x'"),
        (lambda: explore(lambda a, b: {"a": a}, SPACE), "SV655", "name of an input"),
        (lambda: explore(lambda a, b: "word", SPACE), "SV655", "failed on every one"),
        (lambda: explore(lambda a: a, SPACE), "SV655", "failed on every one"),
        (lambda: explore(lambda a, b: a[:3], SPACE, vectorized=True), "SV655", "shape"),
        (lambda: explore(lambda a, b: {}, SPACE, vectorized=True), "SV655", "no outcome"),
        (lambda: explore(5, SPACE), "SV655", "cannot be called"),
        (lambda: explore(product, SPACE, draws=50).column("q"), "SV656", "no 'q'"),
    ],
)
def test_what_cannot_be_explored_is_refused(call, code: str, said: str):
    with pytest.raises(ModelError, match=said) as caught:
        call()
    assert caught.value.code == code


def test_the_codes_are_in_the_catalogue():
    from servanda.domain.codes import CODES

    for code in ("SV652", "SV653", "SV654", "SV655", "SV656", "SV657"):
        assert code in CODES


def test_a_space_takes_categories_apart():
    space = space_of({"w": [True, False], "n": (0, 1)})
    found = space.columns(space.inputs.at(np.array([[0.9, 0.5], [0.1, 0.5]])))
    assert found["w"].tolist() == [False, True]
