"""Every fit that cannot be made is refused, or warned of, with its code and a remedy.

A case is a model, a formula, a table and options; the message must contain the words. Every code of
estimation has one.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from tests.unit.games.estimation import samples

from servanda.domain.codes import CODES
from servanda.domain.errors import ModelError, ScenarioError
from servanda.games.estimation import Penalty, Table, effects, fit, read_table, vuong

RANDOM = np.random.default_rng(0)
ROWS = 120
X, Z = RANDOM.normal(size=ROWS), RANDOM.normal(size=ROWS)
Y = np.resize([0.0, 1.0, 2.0, 0.0, 2.0], ROWS)
BASE = {"y": Y, "x": X, "z": Z}
PLAIN = "y ~ x | 0 | 1 | z"


@dataclass
class Case:
    code: str
    words: str
    formula: str = PLAIN
    model: object = "egame12"
    table: dict = field(default_factory=lambda: dict(BASE))
    options: dict = field(default_factory=dict)


def gaps(values: np.ndarray, every: int) -> np.ndarray:
    found = values.copy()
    found[::every] = np.nan
    return found


REFUSED = [
    Case("SV961", "takes 4 equations", "y ~ x | 0 | 1"),
    Case("SV961", "expected '~'", "y x"),
    Case("SV961", "say whose utility", "end ~ x", model=samples.CRISIS),
    Case("SV962", "did you mean 'x'", "y ~ x | 0 | 1 | xx"),
    Case("SV963", "must be numbers", "y ~ log(w) | 0 | 1 | z",
         table={**BASE, "w": np.resize(["a", "b"], ROWS)}),
    Case("SV964", "no row is complete", table={**BASE, "z": np.full(ROWS, np.nan)}),
    Case("SV966", "--cluster", options={"se": "clustered"}),
    Case("SV966", "only one cluster", table={**BASE, "c": np.ones(ROWS)},
         options={"se": "clustered", "cluster": "c"}),
    Case("SV967", "2,000 at most", "y ~ x | 0 | 1 | factor(many)",
         table={k: np.resize(v, 5000) for k, v in BASE.items()} | {"many": np.arange(5000.0)}),
    Case("SV968", "did you mean 'egame123'", model="egame13"),
    Case("SV969", "moves twice", "end ~ challenger(war) = x", model=samples.CRISIS,
         table={**BASE, "end": np.resize(["sq", "war", "bluff"], ROWS)},
         options={"errors": "private"}),
    Case("SV969", "logit", "end ~ A(war) = x", model=samples.BLIND,
         table={**BASE, "end": np.resize(["war", "peace"], ROWS)}),
    Case("SV970", "u1(0):k", "y ~ x + k | 0 | 1 | z", table={**BASE, "k": np.full(ROWS, 7.0)}),
    Case("SV970", "u1(1):(Intercept)", "y ~ x | 1 | 1 | z"),
    Case("SV970", "nothing identifies", "y ~ x + x2 | 0 | 1 | z", table={**BASE, "x2": 3 * X - 1}),
    Case("SV971", "has 4 values", table={**BASE, "y": np.resize([0.0, 1, 2, 3], ROWS)}),
    Case("SV971", "has 2 values", table={**BASE, "y": np.resize([0.0, 1], ROWS)}),
    Case("SV971", "must be 0 or 1", "x + y ~ x | 0 | 1 | z"),
    Case("SV971", "did you mean 'war'", "end ~ challenger(war) = x", model=samples.CRISIS,
         table={**BASE, "end": np.resize(["sq", "wart"], ROWS)}),
    Case("SV971", "no outcome 'wart'", "end ~ challenger(wart) = x", model=samples.CRISIS,
         table={**BASE, "end": np.resize(["sq", "war"], ROWS)}),
    Case("SV971", "must count", "y + y + x + y ~ 0 | 1 | 0 | 1 | 1 | 1 | 0",
         model="lewis-schultz"),
    Case("SV972", "is zero", table={**BASE, "w": np.zeros(ROWS)}, options={"weights": "w"}),
    Case("SV972", "below zero", table={**BASE, "w": -np.ones(ROWS)}, options={"weights": "w"}),
    Case("SV973", "did you mean 'u1(0):x'", options={"fixed": {"u1(0):y": 1.0}}),
    Case("SV975", "outside 0 to 1", "y + d ~ x | z", model="ultimatum",
         table={**BASE, "d": np.resize([0.0, 1], ROWS)}, options={"highest": 1.0}),
]  # fmt: skip
CURVE = np.linspace(-2, 2, ROWS)
WARNED = [
    Case("SV964", "30 of 120 rows", table={**BASE, "z": gaps(Z, 4)}),
    Case("SV972", "40 rows have weight zero", table={**BASE, "w": np.resize([0.0, 1, 1], ROWS)},
         options={"weights": "w"}),
    Case("SV971", "dictionary order", table={**BASE, "y": np.resize(["sq", "give", "war"], ROWS)}),
    Case("SV975", "taken to be 2", "y + d ~ x | z", model="ultimatum",
         table={**BASE, "d": np.resize([0.0, 1], ROWS)}),
    Case("SV976", "u2(2):z", table={**BASE, "y": np.where(Y == 0, 0.0, np.where(Z > 0, 2.0, 1.0))}),
]  # fmt: skip


def attempt(case: Case):
    model = samples.tree(case.model) if "game:" in str(case.model) else case.model
    return fit(model, case.formula, Table.of(case.table), starts=0, **case.options)


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: f"{c.code}-{c.words}")
def test_refused(case: Case):
    with pytest.raises(ModelError, match=re.escape(case.words)) as caught:
        attempt(case)
    assert caught.value.code == case.code


@pytest.mark.parametrize("case", WARNED, ids=lambda c: f"{c.code}-{c.words}")
def test_warned(case: Case):
    found = attempt(case)
    told = [problem for problem in found.warnings if problem.code == case.code]
    assert any(case.words in problem.message for problem in told)
    assert all(problem.severity == "warning" and problem.remedy for problem in told)


TABLES = {
    "empty": (b"", "file is empty"),
    "header-only": (b"a,b\n", "no row"),
    "ragged": (b"a,b\n1,2\n3\n4,5,6\n", "has 1 cells, the header 2"),
    "twice": (b"a,a\n1,2\n", "two columns are called 'a'"),
    "nameless": (b"a,\n1,2\n", "column 2 has no name"),
    "latin": "a\nTürkiye\n".encode("latin-1"),
    "binary": (b"\0\1\2", "binary"),
    "quote": (b'a,b\n"1,2\n', "no CSV"),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_that_is_none_is_refused_with_its_place(name: str, tmp_path: Path):
    given = TABLES[name]
    content, words = given if isinstance(given, tuple) else (given, "not UTF-8")
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        read_table(path)
    problem = caught.value.problems[0]
    assert problem.code == "SV960"
    assert words in problem.message
    assert problem.span.file == str(path)


def test_every_faulty_row_is_named(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1\n2,3\n4\n5,6,7\n")
    with pytest.raises(ScenarioError) as caught:
        read_table(path)
    assert [problem.span.line for problem in caught.value.problems] == [2, 4, 5]


def test_an_absent_file_is_refused(tmp_path: Path):
    with pytest.raises(ScenarioError) as caught:
        read_table(tmp_path / "nothing.csv")
    assert caught.value.problems[0].code == "SV100"


def test_a_fit_without_a_top_is_neither_compared_nor_predicted():
    bare = attempt(WARNED[-1])
    with pytest.raises(ModelError) as caught:
        effects(bare)
    assert caught.value.code == "SV965"
    with pytest.raises(ModelError) as caught:
        vuong(bare, bare)
    assert caught.value.code == "SV965"


def test_missing_is_never_zero():
    """A table with a gap gives what the table without that row gives."""
    whole = attempt(Case("", "", table={**BASE, "z": gaps(Z, 4)}))
    kept = np.arange(ROWS) % 4 != 0
    part = attempt(Case("", "", table={key: value[kept] for key, value in BASE.items()}))
    assert whole.log_likelihood == pytest.approx(part.log_likelihood, abs=1e-10)
    assert whole.n == part.n == 90


def test_every_code_of_estimation_has_a_case():
    shown = {case.code for case in REFUSED + WARNED} | {"SV960", "SV965"}
    # Shown elsewhere: the ridge and the lower top on published data, misleading errors and climbs
    # without end where a penalty is taken off them.
    elsewhere = {"SV974", "SV977", "SV978", "SV979"}
    assert {code for code in CODES if "SV960" <= code <= "SV979"} == shown | elsewhere


def test_a_penalty_does_not_hide_that_a_coefficient_is_unknown():
    with pytest.raises(ModelError, match="nothing identifies"):
        attempt(REFUSED[12])
    held = attempt(Case("", "", REFUSED[12].formula, table=REFUSED[12].table,
                        options={"penalty": Penalty("ridge", 1.0)}))  # fmt: skip
    assert held.penalty.kind == "ridge"
