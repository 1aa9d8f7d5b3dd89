"""A game over a range: charts of data alone, and a page that opens from disk and stays quiet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.headless import Visit, browser

from servanda.domain.errors import ModelError
from servanda.report.charts.sweep import SWEEP_CHARTS, series_of, whole
from servanda.report.game_page import game_page
from servanda.report.games import solved_text, write_chart
from servanda.study.solving import Solved, solved


@pytest.fixture(scope="module")
def swept() -> Solved:
    return solved("unilateral-deterrence", "pbe", values={"pC": 0.3}, over="pD=0:1:15")


@pytest.mark.parametrize("theme", ["light", "dark", "page"])
def test_every_chart_is_a_valid_vega_lite_spec(swept: Solved, theme: str) -> None:
    altair = pytest.importorskip("altair")
    assert swept.sweep is not None
    specs: dict[str, Any] = {n: draw(swept.sweep, theme) for n, draw in SWEEP_CHARTS.items()}
    for spec in [*specs.values(), whole(swept.sweep, "light")]:
        altair.Chart.from_dict(spec)
        text = json.dumps(spec, allow_nan=False)
        assert '"url"' not in text
        assert spec["description"]


def test_regions_of_the_chart_are_those_of_the_conditions(swept: Solved) -> None:
    assert swept.sweep is not None
    ends = {r.name: (r.low, r.high) for r in swept.sweep.regions if r.high > r.low}
    assert ends["bluff"] == pytest.approx((0.0, 0.5), abs=1e-3)
    assert ends["separating"] == pytest.approx((0.5, 0.8), abs=1e-3)
    assert ends["sure deterrence"] == pytest.approx((0.8, 1.0), abs=1e-3)
    assert ends["steadfast deterrence"] == (0.0, 1.0)


def test_outcomes_under_every_equilibrium_sum_to_one(swept: Solved) -> None:
    assert swept.sweep is not None
    for point in swept.sweep.points:
        assert len(point.kinds) == len(point.equilibria) == len(point.outcomes)
        for _, _, ends in series_of(point):
            assert sum(ends.values()) == pytest.approx(1.0, abs=1e-9)


def test_a_line_of_a_chart_has_one_number_at_a_value(swept: Solved) -> None:
    assert swept.sweep is not None
    for name in ("outcomes", "behaviour"):
        spec = SWEEP_CHARTS[name](swept.sweep, "light")
        assert spec is not None
        seen = [(row["panel"], row["line"], row["value"]) for row in spec["data"]["values"]]
        assert len(seen) == len(set(seen))


def test_the_text_fits_the_terminal(swept: Solved) -> None:
    for width in (60, 80, 140):
        assert max(len(line) for line in solved_text(swept, width).splitlines()) <= width


def test_logit_sweeps_are_told_by_branch() -> None:
    found = solved("egame12", "qre", over="u24=-1:1:5")
    assert found.sweep is not None
    assert found.sweep.names == ("principal branch",)


def test_a_chart_needs_a_sweep_and_a_known_suffix(swept: Solved, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="a range") as refused:
        write_chart(solved("chicken", "nash"), tmp_path / "c.html")
    assert refused.value.code == "SV895"
    with pytest.raises(ModelError, match=r"\.html"):
        write_chart(swept, tmp_path / "c.png")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_opens_from_disk_and_fits(
    swept: Solved, chromium: str, tmp_path: Path, width: int, scheme: str
) -> None:
    file = tmp_path / "game.html"
    file.write_text(game_page(swept), encoding="utf-8")
    with browser(chromium) as started:
        visit = Visit(started, file, viewport={"width": width, "height": 800}, color_scheme=scheme)
        assert visit.errors == []
        assert visit.violations == []
        assert visit.outside(file) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.page.locator(".drawn .chart svg").count() == len(SWEEP_CHARTS)
        shown = visit.page.evaluate("document.querySelector('picture img').naturalWidth")
        assert (shown < 400) == (width < 400)
