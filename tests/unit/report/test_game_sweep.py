"""A game over a range: charts of data alone, and a page that opens from disk and stays quiet."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.headless import Visit, browser

from servanda.domain.errors import ModelError
from servanda.games.equilibria import solve
from servanda.games.outcomes import outcome_shares
from servanda.games.reading import scan
from servanda.games.tree import Tree
from servanda.report.charts.sweep import SWEEP_CHARTS, series_of, whole
from servanda.report.game_page import game_page
from servanda.report.games import catalogue_text, solved_text, write_chart
from servanda.report.terminal import columns_of
from servanda.study.solving import Solved, listed, solved
from servanda.study.sweeping import Point, Region, Sweep, SweepRange, kinds_of

BOXES = """() => [...document.querySelectorAll('text')].map(t => {
  const b = t.getBoundingClientRect(); return [b.x, b.y, b.width, b.height, t.textContent]; })"""


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


def widest(text: str) -> int:
    return max(columns_of(line) for line in text.splitlines())


LONG = " ".join(f"word{n}" for n in range(30))


def long_names() -> Solved:
    """A game whose title, players, sets, moves and outcomes are longer than any terminal."""
    text = (
        f'EFG 2 R "{LONG}" {{ "{LONG} A" "{LONG} B" }}\n'
        f'p "" 1 1 "{LONG}" {{ "{LONG} l" "{"x" * 150}" }} 0\n'
        f't "" 1 "{LONG}" {{ 1 1 }}\n'
        f'p "" 2 1 "{LONG}" {{ "{LONG} l" "r" }} 0\n'
        f't "" 2 "{LONG} end" {{ 2 1 }}\nt "" 3 "{"y" * 150}" {{ 0 0 }}\n'
    )
    game, problems = scan(text.encode(), "long.efg")
    assert game is not None, problems
    return solved(game, "spe")


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_text_fits_the_terminal(swept: Solved, width: int) -> None:
    for found in (swept, long_names()):
        text = solved_text(found, width)
        assert widest(text) <= width
        assert widest(text) > width - 12, "the room there is gets used"
    assert widest(catalogue_text(listed(), width)) <= width


def names_at(swept: Solved, value: float) -> set[str]:
    assert swept.sweep is not None
    (point,) = [point for point in swept.sweep.points if point.value == value]
    return {kind.name for kind in point.kinds}


@pytest.fixture(scope="module")
def to_the_ends() -> Solved:
    return solved("unilateral-deterrence", "pbe", over="pC=0:1:5")


def test_a_type_of_probability_0_makes_no_sorts_of_its_own(to_the_ends: Solved) -> None:
    deterred = {"steadfast deterrence", "deterrence by a mixed threat"}
    assert names_at(to_the_ends, 0.0) == deterred
    assert names_at(to_the_ends, 1.0) == {*deterred, "attack"}
    assert to_the_ends.sweep is not None
    thin = [region for region in to_the_ends.sweep.regions if region.low == region.high]
    assert [region.low for region in thin] == [0.5], "between bluff and attack, and nowhere else"


def test_a_sort_that_lasts_keeps_its_name_where_it_is_met_once() -> None:
    """At the only value taken it is played like another; its region is found to be wide."""
    found = solved("unilateral-deterrence", "pbe", over="pD=0:1:5")
    assert found.sweep is not None
    assert "sure deterrence" in names_at(found, 1.0)
    (region,) = [r for r in found.sweep.regions if r.name == "sure deterrence"]
    assert (region.low, region.high) == (pytest.approx(0.8, abs=1e-3), 1.0)


def test_what_is_thin_at_one_end_and_renamed_at_the_other_leaves_one_region() -> None:
    found = solved("beer-quiche", "pbe", over="s=0:1:5")
    assert found.sweep is not None
    thin = [r for r in found.sweep.regions if r.name == "separating"]
    assert [(r.low, r.high) for r in thin] == [(0.0, 0.0)]
    assert names_at(found, 1.0) == {"pooling on beer", "pooling on quiche"}


def test_only_what_is_played_alike_shares_a_name(to_the_ends: Solved) -> None:
    assert to_the_ends.sweep is not None
    for point in to_the_ends.sweep.points:
        shown = [name for name, _, _ in series_of(point)]
        assert len(shown) == len({kind.name for kind in point.kinds}), point.value
        for one, ends in zip(point.kinds, point.outcomes, strict=True):
            for two, others in zip(point.kinds, point.outcomes, strict=True):
                if one.plays_like(two):
                    assert ends == pytest.approx(others, abs=1e-6)
                else:
                    assert one.name != two.name


def test_names_of_the_file_stay_apart_though_they_differ_off_the_path_only(
    to_the_ends: Solved,
) -> None:
    assert to_the_ends.sweep is not None
    kinds = {kind.name: kind for kind in to_the_ends.sweep.points[1].kinds}
    steadfast, mixed = kinds["steadfast deterrence"], kinds["deterrence by a mixed threat"]
    assert steadfast.plays_like(mixed)
    assert not steadfast.plays_like(kinds["bluff"])


def test_the_text_says_what_differs_off_the_path_only() -> None:
    found = solved("unilateral-deterrence", "pbe", values={"pC": 0.0})
    told = solved_text(found)
    alike = len(found.kinds) - 1
    assert told.count("1; it differs off the path only") == alike
    assert "off the path" not in solved_text(solved("chicken", "nash"))


def test_a_line_keeps_to_what_is_nearest_off_the_path(to_the_ends: Solved) -> None:
    """At pC = 1 the soft challenger, who does not exist, may do anything: the line goes on."""
    assert to_the_ends.sweep is not None
    spec = SWEEP_CHARTS["behaviour"](to_the_ends.sweep, "light")
    assert spec is not None
    rows = spec["data"]["values"]
    demands = [
        row["share"]
        for row in rows
        if row["panel"] == "soft challenger: demand" and "attack" in row["line"]
    ]
    assert demands == [1.0, 1.0, 1.0]


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


def many_lines() -> Sweep:
    """Nine ways to end, several of them alike everywhere."""
    labels = " ".join(f'"{letter}"' for letter in "abcdefghi")
    ends = "".join(f't "" {n} "end of {n}" {{ {min(n, 4)} }}\n' for n in range(1, 10))
    game, problems = scan(
        f'EFG 2 R "nine" {{ "A" }}\np "" 1 1 "" {{ {labels} }} 0\n{ends}'.encode()
    )
    assert game is not None, problems
    assert isinstance(game.game, Tree)
    over = SweepRange("p", 0.0, 1.0, 21)
    points = []
    for value in over.values:
        found = solve(game.game, "qre", precision=value)
        outcomes = tuple(outcome_shares(game.game, e.behaviour) for e in found.equilibria)
        kinds = kinds_of(found)
        points.append(Point(value, found.status, found.equilibria, kinds, outcomes))
    region = Region("principal branch", 0.0, 1.0, True, True)
    return Sweep(game.game, "qre", over, tuple(points), (region,))


def drawn(sweep: Sweep, name: str, theme: str = "light") -> dict[str, Any]:
    spec = SWEEP_CHARTS[name](sweep, theme)
    assert spec is not None
    return dict(spec)


@pytest.mark.parametrize("theme", ["light", "dark", "page"])
def test_nine_lines_have_nine_looks(theme: str) -> None:
    layers = drawn(many_lines(), "outcomes", theme)["spec"]["layer"]
    tones = layers[0]["encoding"]["color"]["scale"]["range"]
    dashes = layers[0]["encoding"]["strokeDash"]["scale"]["range"]
    assert len(tones) == len(dashes) == 9
    looks = [(tone, tuple(dash)) for tone, dash in zip(tones, dashes, strict=True)]
    assert len(set(looks)) == 9
    for start in range(6):
        assert len({dash for _, dash in looks[start : start + 4]}) == 4, "without colour, too"
    assert len(set(tones)) == 4


def test_every_line_bears_its_number_and_no_two_bear_theirs_at_one_value() -> None:
    spec = drawn(many_lines(), "outcomes")
    domain = spec["spec"]["layer"][0]["encoding"]["color"]["scale"]["domain"]
    places: dict[str, list[float]] = {label: [] for label in domain}
    for row in spec["data"]["values"]:
        if "number" in row:
            assert row["line"].split()[0] == row["number"]
            places[row["line"]].append(row["value"])
    assert all(2 <= len(values) <= 3 for values in places.values())
    used = [value for values in places.values() for value in values]
    assert len(used) == len(set(used)), "lines that coincide would cover each other's numbers"


def test_a_line_ends_where_its_sort_does_not_exist(swept: Solved) -> None:
    assert swept.sweep is not None
    points = list(swept.sweep.points)
    middle = points[4]
    kept = [i for i, kind in enumerate(middle.kinds) if kind.name != "steadfast deterrence"]
    points[4] = replace(
        middle,
        kinds=tuple(middle.kinds[i] for i in kept),
        equilibria=tuple(middle.equilibria[i] for i in kept),
        outcomes=tuple(middle.outcomes[i] for i in kept),
    )
    spec = drawn(replace(swept.sweep, points=tuple(points)), "outcomes")
    assert spec["spec"]["layer"][0]["encoding"]["detail"] == {"field": "stretch"}
    pieces: dict[int, list[float]] = {}
    for row in spec["data"]["values"]:
        if row["panel"] == "steadfast deterrence":
            pieces.setdefault(row["stretch"], []).append(row["value"])
    values = [point.value for point in points]
    assert list(pieces.values()) == [values[:4], values[5:]]


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_texts_of_the_charts_stand_inside_and_apart(
    swept: Solved, chromium: str, tmp_path: Path, theme: str
) -> None:
    draw = pytest.importorskip("vl_convert", reason="vl-convert is not installed")
    assert swept.sweep is not None
    with browser(chromium) as started:
        page = started.new_page()
        for sweep in (swept.sweep, many_lines()):
            file = tmp_path / f"{theme}.svg"
            file.write_text(draw.vegalite_to_svg(whole(sweep, theme)), encoding="utf-8")
            page.goto(file.as_uri())
            right = page.evaluate("document.documentElement.getBoundingClientRect().right")
            found = [box for box in page.evaluate(BOXES) if box[4].strip()]
            assert len(found) > 20
            assert all(box[0] >= 0 and box[0] + box[2] <= right for box in found)
            plain = [box for box in found if not box[4].isdigit()]
            for i, one in enumerate(plain):
                for two in plain[i + 1 :]:
                    over_x = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
                    over_y = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
                    assert over_x < 1 or over_y < 4, (one[4], two[4])
