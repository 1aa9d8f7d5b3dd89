"""Peace years where draws have several solutions or none."""

import numpy as np
import pytest

from servanda.report.words import headline_text
from servanda.study.options import RANGED_SHARE, _headline


def column(share: float, draws: int = 1000) -> dict[str, np.ndarray]:
    status = np.zeros(draws)
    status[: int(share * draws)] = 1.0
    status[: int(share * draws) // 2] = 2.0
    years = np.full(draws, 12.0)
    wide = status != 0
    return {
        "rmst": years,
        "rmst_low": np.where(wide, 4.0, years),
        "rmst_high": np.where(wide, 18.0, years),
        "status": status,
    }


def test_one_solution_everywhere_gives_one_number() -> None:
    found = _headline(column(0.0))
    assert (found.low, found.mean, found.high) == (12.0, 12.0, 12.0)
    assert not found.ranged
    assert headline_text(found, "years") == "12.0"


def test_more_than_one_per_cent_make_the_headline_an_interval() -> None:
    few, many = _headline(column(RANGED_SHARE)), _headline(column(0.1))
    assert not few.ranged
    assert headline_text(few, "years") == "12.0"
    assert many.ranged
    assert many.low == pytest.approx(11.2)
    assert many.high == pytest.approx(12.6)
    assert headline_text(many, "years") == "11.2 to 12.6"
    assert many.p05 == pytest.approx(4.0)
    assert many.p95 == pytest.approx(18.0)


def test_times_the_chance_of_a_cessation_the_range_shrinks_with_it() -> None:
    found = _headline(column(0.1), 0.5)
    assert (found.low, found.high) == (pytest.approx(5.6), pytest.approx(6.3))
