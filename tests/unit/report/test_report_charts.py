"""Charts: valid Vega-Lite, made of data only, with alt text, in three themes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from tests.unit.report.synthetic_comparison import build, with_text

from servanda.report.charts import CHARTS, all_charts
from servanda.report.charts.matrix import outlasts_share

THEMES = ("light", "dark", "page")


def walk(node: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found = [(path, node)]
    if isinstance(node, dict):
        for key, value in node.items():
            found += walk(value, (*path, key))
    elif isinstance(node, list):
        for value in node:
            found += walk(value, (*path, "[]"))
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_every_chart_is_a_valid_vega_lite_spec(theme: str) -> None:
    altair = pytest.importorskip("altair")
    specs = all_charts(build(), theme)
    assert set(specs) == set(CHARTS)
    for spec in specs.values():
        altair.Chart.from_dict(spec)
        json.dumps(spec, allow_nan=False)


def test_importing_the_charts_does_not_load_altair() -> None:
    code = "import sys, servanda.report.charts as c; print('altair' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_no_spec_loads_data_and_no_text_of_a_scenario_reaches_an_expression() -> None:
    plain = all_charts(build())
    marked = all_charts(with_text(build(), lambda text: "ZZ" + text))
    for name, spec in marked.items():
        for path, value in walk(spec):
            assert "url" not in path[-1:], name
            assert "href" not in path[-1:], name
            if isinstance(value, str) and "ZZ" in value:
                in_data = path[:2] == ("data", "values")
                assert in_data or path[-1] in ("description", "subtitle") or "usermeta" in path, (
                    path
                )
        assert shape(spec) == shape(plain[name]), name


def shape(spec: dict[str, Any]) -> Any:
    kept = {k: v for k, v in spec.items() if k not in ("data", "description", "usermeta", "title")}
    return json.dumps(kept, sort_keys=True)


def test_alt_text_holds_the_numbers_of_the_chart() -> None:
    comparison = build()
    for name, spec in all_charts(comparison).items():
        assert len(spec["description"]) > 80, name
        assert re.search(r"\d", spec["description"]), name
    years = comparison.options["force-offer"].peace_years.mean
    assert f"{years:.1f}" in all_charts(comparison)["peace_years"]["description"]


def test_every_axis_that_carries_a_number_has_a_title() -> None:
    for name, spec in all_charts(build()).items():
        titles = [v for p, v in walk(spec) if p[-2:] == ("axis", "title") and v]
        assert titles, name


def test_a_measure_that_was_not_computed_is_written_not_drawn_as_zero() -> None:
    rows = all_charts(build())["cost"]["data"]["values"]
    missing = next(row for row in rows if row["option"].startswith("B"))
    assert missing["mean"] is None
    assert missing["low"] is None
    assert missing["text"] == "not computed"


def test_a_chart_without_numbers_is_left_out() -> None:
    comparison = build()
    bare = comparison.model_copy(update={"drivers": (), "switches": (), "outlasts": {}})
    assert not {"drivers", "switches", "outlasts"} & set(all_charts(bare))


def test_the_two_directions_of_outlasts_add_up_to_one() -> None:
    comparison = build()
    there = outlasts_share(comparison, "membership", "bilateral", "10")
    back = outlasts_share(comparison, "bilateral", "membership", "10")
    assert there is not None
    assert back is not None
    assert there + back == pytest.approx(1.0)
    assert outlasts_share(comparison, "membership", "nobody", "10") is None


def test_shapes_differ_wherever_colours_do() -> None:
    for name in ("peace_years", "honoured", "risks"):
        scales = [v for p, v in walk(all_charts(build())[name]) if p[-2:] == ("shape", "scale")]
        assert scales, name
        for scale in scales:
            assert len(set(scale["range"])) == len(scale["domain"])
