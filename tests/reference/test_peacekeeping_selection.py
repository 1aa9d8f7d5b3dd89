"""Three figures from Fortna's table, the regression against lifelines, and the page about both."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize

from servanda.domain.errors import ModelError
from servanda.study import selection_example as example

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "peacekeeping-selection.md"
TABLE = "fortna_peacekeeping_spells.parquet"


@pytest.fixture(scope="module")
def table(reference: Path) -> Path:
    file = reference / "peacescience" / TABLE
    if not file.is_file():
        pytest.fail(f"SERVANDA_REFERENCE holds no {TABLE}")
    return file


@pytest.fixture(scope="module")
def spells(table: Path) -> example.Spells:
    return example.read_spells(table)


def lifelines_fit(
    start: np.ndarray, stop: np.ndarray, failed: np.ndarray, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficients, standard errors and log likelihood after lifelines (Efron)."""
    lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed")
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    names = [f"x{k}" for k in range(x.shape[1])]
    frame = pandas.DataFrame(x, columns=names).assign(a=start, b=stop, d=failed.astype(float))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = lifelines.CoxPHFitter().fit(
            frame, "b", "d", entry_col="a", fit_options={"precision": 1e-13, "max_steps": 200}
        )
    return fit.params_.to_numpy(), fit.standard_errors_.to_numpy(), float(fit.log_likelihood_)


def simulated(seed: int, rounded: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ages of entry and exit, failures and two columns; ``rounded`` makes ties."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.integers(0, 2, 150).astype(float), 500.0 * rng.normal(size=150)])
    born = rng.exponential(np.exp(-0.7 * x[:, 0] + 0.001 * x[:, 1]) * 10.0)
    entry, end = rng.uniform(0.0, 3.0, 150), rng.uniform(4.0, 15.0, 150)
    stop, failed = np.minimum(born, end), born <= end
    if rounded:
        entry, stop = np.floor(entry), np.ceil(stop)
    keep = entry < stop
    return entry[keep], stop[keep], failed[keep], x[keep]


# The figures of the model document


@pytest.mark.parametrize(
    ("which", "published", "rows", "events"),
    [(0, 2.06, 192, 84), (1, 1.08, 192, 84), (2, 0.43, 175, 75)],
)
def test_the_three_figures(
    spells: example.Spells, which: int, published: float, rows: int, events: int
) -> None:
    figure = example.three_figures(spells)[which]
    assert abs(figure.value - published) < 0.005
    assert (figure.rows, figure.events) == (rows, events)
    assert figure.low < figure.value < figure.high


def test_the_sample_is_the_one_described(spells: example.Spells) -> None:
    assert len(np.unique(spells.ceasefire)) == 156
    assert int((spells.failed & spells.mission).sum()) == 19
    assert int((spells.failed & spells.mission & spells.complete).sum()) == 17
    years = (spells.stop - spells.start) / 365.25
    assert years[spells.mission].sum() == pytest.approx(243.0, abs=0.05)
    assert years[~spells.mission].sum() == pytest.approx(1715.3, abs=0.05)
    ages = spells.stop[spells.failed]
    assert len(np.unique(ages)) == len(ages), "no ties, as the page says"


def test_lifelines_agrees_on_the_table(spells: example.Spells) -> None:
    mission = spells.mission.astype(float)[:, None]
    every = np.column_stack([mission, spells.controls])
    for x in (mission, every):
        rows = np.isfinite(x).all(axis=1)
        sample = (spells.start[rows], spells.stop[rows], spells.failed[rows], x[rows])
        mine, theirs = example.cox(*sample), lifelines_fit(*sample)
        assert np.allclose(mine.coefficient, theirs[0], rtol=1e-6, atol=1e-9)
        assert np.allclose(mine.error, theirs[1], rtol=1e-6)
        assert mine.log_likelihood == pytest.approx(theirs[2], abs=1e-8)


def test_rows_without_a_date_of_their_own_matter(table: Path, spells: example.Spells) -> None:
    dated = pl.read_parquet(table).sort("id", "t0")["cfdate"].is_not_null().to_numpy()
    assert int((~dated).sum()) == 36
    figure = example.hazard_ratio(spells, example.CONTROLS, rows=dated)
    assert abs(figure.value - 0.31) < 0.005


def test_a_csv_file_gives_the_same(table: Path, spells: example.Spells, tmp_path: Path) -> None:
    dates = pl.col("t0", "t1", "cfdate").dt.date()
    pl.read_parquet(table).with_columns(dates).write_csv(tmp_path / "mine.csv")
    again = example.read_spells(tmp_path / "mine.csv")
    for mine, theirs in zip(
        example.three_figures(again), example.three_figures(spells), strict=True
    ):
        assert mine.value == pytest.approx(theirs.value, rel=1e-6)  # one column is single precision


def test_the_page_runs_as_printed(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(table.parent)
    page, known = PAGE.read_text("utf-8"), dict[str, object]()
    code, shown = (re.findall(rf"```{x}\n(.*?)```", page, re.DOTALL) for x in ("python", "text"))
    assert len(code) == len(shown) == 3
    for block, text in zip(code, shown, strict=True):
        exec(compile(block, PAGE.name, "exec"), known)  # noqa: S102 - our own text
        assert capsys.readouterr().out.strip() == text.strip()


# The regression by itself, without the table


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rounded", [False, True])
def test_lifelines_agrees_on_invented_spells(seed: int, rounded: bool) -> None:
    sample = simulated(seed, rounded)
    mine, theirs = example.cox(*sample), lifelines_fit(*sample)
    assert np.allclose(mine.coefficient, theirs[0], rtol=1e-6, atol=1e-9)
    assert np.allclose(mine.error, theirs[1], rtol=1e-6)


def breslow(beta: np.ndarray, sample: tuple[np.ndarray, ...]) -> float:
    start, stop, failed, x = sample
    score, total = x @ beta, 0.0
    for row in np.flatnonzero(failed):
        at_risk = (start < stop[row]) & (stop >= stop[row])
        total += score[row] - np.log(np.exp(score[at_risk]).sum())
    return float(total)


def test_ties_after_breslow_are_those_of_the_formula() -> None:
    sample = simulated(9, rounded=True)
    fit = example.cox(*sample, ties="breslow")
    scale = np.array([1.0, 500.0])
    best = minimize(lambda b: -breslow(b / scale, sample), np.zeros(2), tol=1e-12)
    assert np.allclose(fit.coefficient * scale, best.x, atol=1e-5)
    assert fit.log_likelihood == pytest.approx(-best.fun, abs=1e-9)
    assert not np.allclose(fit.coefficient, example.cox(*sample).coefficient, rtol=1e-3)


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (([0, 0], [1, 2], [1, 1], [[1.0], [1.0]]), "same in every row"),
        (([0, 0], [1, 2], [0, 0], [[1.0], [0.0]]), "nothing failed"),
        (([0, 2], [1, 2], [1, 1], [[1.0], [0.0]]), "ends before it begins"),
        (([0, 0], [1, 2], [1, 1], [[1.0], [np.nan]]), "not finite"),
        (([0, 0], [1, 2, 3], [1, 1], [[1.0], [0.0]]), "one length"),
        (([0] * 4, [1, 2, 3, 4], [1, 1, 0, 0], [[1.0], [1.0], [0.0], [0.0]]), "infinity"),
        (
            ([0] * 4, [1, 2, 3, 4], [1] * 4, [[1.0, 2.0], [0.0, 0.0], [1.0, 2.0], [0.0, 0.0]]),
            "depend on one another",
        ),
    ],
)
def test_what_has_no_estimate_is_refused(sample: tuple[object, ...], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        example.cox(*sample)  # type: ignore[arg-type]


def tiny() -> example.Spells:
    return example.Spells(
        np.array([1, 1, 2, 3]),
        np.array([0.0, 365.25, 0.0, 0.0]),
        np.array([365.25, 1461.0, 730.5, 1826.25]),
        np.array([False, True, True, False]),
        np.array([False, True, False, True]),
        np.full((4, 7), np.nan),
    )


def test_crude_figures_of_a_table_by_hand() -> None:
    spells = tiny()
    # With a mission 1 failure in 3 + 5 years, without 1 in 1 + 2.
    assert example.crude_ratio(spells).value == pytest.approx((1 / 8) / (1 / 3))
    rates = example.rates_by_age(spells, [0.0, 2.0, np.inf])
    assert rates[0].tolist() == [[3.0, 1.0, 1 / 3], [3.0, 0.0, 0.0]]
    assert rates[1, 0, :2].tolist() == [0.0, 0.0]
    assert rates[1, 1].tolist() == [5.0, 1.0, 0.2]
    assert not spells.complete.any()


def test_an_unknown_control_is_refused() -> None:
    with pytest.raises(ModelError, match="no control is called oil"):
        example.hazard_ratio(tiny(), ["oil"])


def test_a_file_that_is_not_the_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("id,t0\n1,1990-01-01\n")
    with pytest.raises(ModelError, match="has no column t1"):
        example.read_spells(tmp_path / "table.csv")
    with pytest.raises(ModelError, match="neither"):
        example.read_spells(tmp_path / "table.dta")
    columns = {name: [1.0] for name in example.COLUMNS} | {"t0": ["1990-01-02"]}
    columns |= {"t1": ["1990-01-02"], "cfdate": ["1990-01-02"]}
    pl.DataFrame(columns).write_csv(tmp_path / "empty.csv")
    with pytest.raises(ModelError, match="without length"):
        example.read_spells(tmp_path / "empty.csv")


def test_a_figure_prints_as_one_line() -> None:
    figure = example.Figure("name", 1.234, 0.5, 2.0, 10, 3)
    assert str(figure) == "name                           1.23 [0.50, 2.00]    10 spells   3"
