"""The picture of a game: a valid, quiet SVG that says what the tree says, wide or narrow."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.unit.report.headless import browser

from servanda.domain.errors import ModelError
from servanda.games import read_efg
from servanda.games.catalogue import entry, names
from servanda.games.tree import Tree
from servanda.report.game_labels import labels_of, payoff_text, share_text, text_width
from servanda.report.game_marks import lanes_of
from servanda.report.game_tree import tree_picture
from servanda.report.games import solved_picture
from servanda.study.solving import solved

SVG = "{http://www.w3.org/2000/svg}"


def even(tree: Tree) -> np.ndarray:
    return np.concatenate([np.full(n, 1 / n) for n in tree.actions])


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - our own text


def words(text: str) -> str:
    return " ".join("".join(element.itertext()) for element in parsed(text).iter(f"{SVG}text"))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("width", [1400, 340])
def test_every_game_of_the_catalogue_can_be_drawn(name: str, width: int) -> None:
    tree = entry(name).tree
    text = tree_picture(tree, action=even(tree), width=width)
    root = parsed(text)
    assert root.tag == f"{SVG}svg"
    said = words(text)
    for label in {*tree.action_names, *filter(None, tree.outcome_names)}:
        assert label in said
    ends = int((tree.terminal >= 0).sum())
    branches = root.findall(f"{SVG}polyline")
    assert len(branches) >= tree.n_nodes - 1
    payoffs = tree.payoffs()[0]
    assert said.count(payoff_text(float(payoffs[0, 0]))) >= 1
    assert f"Game tree with {ends} ends" in text


@pytest.mark.parametrize("width", [1400, 340])
def test_nothing_stands_outside_the_picture(width: int) -> None:
    for name in names():
        tree = entry(name).tree
        root = parsed(tree_picture(tree, action=even(tree), width=width))
        right = float(root.get("width", 0))
        for element in root.iter(f"{SVG}text"):
            x = float(element.get("x", 0))
            reach = text_width("".join(element.itertext()))
            if element.get("class") == "head":
                reach *= 15 / 12
            start, end = (x - reach, x) if element.get("text-anchor") == "end" else (x, x + reach)
            assert start > -2, (name, "".join(element.itertext()))
            assert end < right + 12, (name, "".join(element.itertext()))


def test_probabilities_stand_on_their_branches() -> None:
    found = solved("unilateral-deterrence", "pbe", values={"pC": 0.3, "pD": 0.2})
    number = 1 + [kind.name for kind in found.kinds].index("bluff")
    text = solved_picture(found, number=number)
    said = words(text)
    assert "Perfect Bayesian equilibrium: bluff" in said
    assert "demand0.43" in said
    assert "concede0.62" in said or "concede0.63" in said
    assert "both hard0.06" in said
    assert 'class="branch never"' in text


def test_information_sets_are_joined_by_dashed_lines_that_do_not_cover_each_other() -> None:
    tree = entry("unilateral-deterrence").tree
    labels = labels_of(tree)
    assert len(labels.shared_sets()) == 6
    lanes = lanes_of(labels, by_depth=True)
    for one, nodes in labels.shared_sets().items():
        for two, others in labels.shared_sets().items():
            same_depth = labels.depth[nodes[0]] == labels.depth[others[0]]
            overlap = nodes[0] < others[-1] and others[0] < nodes[-1]
            if one < two and same_depth and overlap:
                assert lanes.lane[one] != lanes.lane[two]
    dashed = re.findall(r'<path class="set ', tree_picture(tree))
    assert len(dashed) == 6


def test_a_narrow_page_gets_an_outline_that_fits() -> None:
    tree = entry("extended-deterrence").tree
    wide, narrow = (parsed(tree_picture(tree, width=w)) for w in (1400, 360))
    assert float(wide.get("width", 0)) > 900
    assert float(narrow.get("width", 0)) <= 360
    assert float(narrow.get("height", 0)) > float(wide.get("height", 0))


def test_themes_differ_in_colours_alone() -> None:
    tree = entry("chicken").tree
    light, dark, auto = (tree_picture(tree, theme=t) for t in ("light", "dark", "auto"))
    assert light != dark
    assert "prefers-color-scheme" in auto
    bare = re.compile(r"<style>.*?</style>", re.DOTALL)
    assert bare.sub("", light) == bare.sub("", dark) == bare.sub("", auto)


def test_words_of_a_file_can_neither_run_nor_load_anything() -> None:
    evil = '<script>alert(1)</script>"&\x1b[2J\u202e'
    tree = entry("entry-deterrence").tree
    tree = replace(
        tree,
        title=evil,
        players=(evil, evil),
        action_names=(evil,) * 4,
        outcome_names=(evil,) * 3,
        infoset_names=(evil, evil),
    )
    for width in (1400, 340):
        text = tree_picture(tree, action=even(tree), width=width, subtitle=evil)
        root = parsed(text)
        assert not list(root.iter(f"{SVG}script"))
        assert "href" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not [key for e in root.iter() for key in e.attrib if key.startswith("on")]


def test_a_game_from_an_efg_file_without_names_is_drawn() -> None:
    tree = read_efg(
        'EFG 2 R "" { "A" "B" } c "" 1 "" { "" 1/2 "" 1/2 } 0 '
        'p "" 1 1 "" { "l" "r" } 0 t "" 1 "" { 1 2 } t "" 2 "" { 0 0 } '
        'p "" 2 1 "" { "l" "r" } 0 t "" 3 "" { 1 1 } t "" 4 "" { 0 3 }'
    )
    said = words(tree_picture(tree))
    assert "0.50" in said
    assert "Nature" in said


def test_a_tree_with_too_many_ends_is_refused() -> None:
    branches = " ".join(f't "" {i + 1} "" {{ {i} }}' for i in range(401))
    labels = " ".join(f'"a{i}"' for i in range(401))
    tree = read_efg(f'EFG 2 R "wide" {{ "A" }} p "" 1 1 "" {{ {labels} }} 0 {branches}')
    with pytest.raises(ModelError, match="401 ends") as refused:
        tree_picture(tree)
    assert refused.value.code == "SV893"


def test_a_probability_is_written_as_sure_only_where_it_is() -> None:
    assert share_text(1 - 1e-12) == "1"
    assert share_text(0.9999) == ">0.99"
    assert share_text(1e-5) == "<0.01"


@pytest.mark.browser
def test_texts_of_a_picture_do_not_overlap(chromium: str, tmp_path: Path) -> None:
    boxes = """() => [...document.querySelectorAll('text')].map(t => {
      const b = t.getBBox(); return [b.x, b.y, b.width, b.height, t.textContent]; })"""
    with browser(chromium) as started:
        page = started.new_page()
        for name in ("unilateral-deterrence", "extended-deterrence", "chicken", "tying-hands"):
            tree = entry(name).tree
            for width in (1400, 360):
                file = tmp_path / f"{name}-{width}.svg"
                text = tree_picture(tree, action=even(tree), width=width)
                file.write_text(text, encoding="utf-8")
                page.goto(file.as_uri())
                found = [box for box in page.evaluate(boxes) if box[4].strip()]
                right = float(parsed(text).get("width", 0))
                assert all(box[0] >= 0 and box[0] + box[2] <= right for box in found), name
                for i, one in enumerate(found):
                    for two in found[i + 1 :]:
                        over_x = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
                        over_y = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
                        assert over_x < 1 or over_y < 4, (name, width, one[4], two[4])
