"""The YAML format of games: what may be written, and how several faults are named at once."""

import re
from pathlib import Path

import pytest

from servanda.domain.errors import ScenarioError
from servanda.games import read_game, read_yaml
from servanda.games.gamefile import (
    BranchText,
    GameText,
    NodeText,
    ParameterText,
    ResultText,
    SourceText,
)
from servanda.games.reading import check, scan

HEAD = "game: g\ntitle: G\nplayers: [A, B]\n"


def codes(text):
    return [(p.code, p.span.line, p.span.column) for p in check(HEAD + text)]


def test_nested_and_listed_nodes_give_the_same_tree():
    nested = read_yaml(
        HEAD
        + """
tree:
  player: A
  actions:
    out: {payoffs: [0, 2]}
    in:
      player: B
      actions: {share: {payoffs: [1, 1]}, fight: {payoffs: [-1, -1]}}
"""
    )
    listed = read_yaml(
        HEAD
        + """
tree: entry
outcomes: {stays: [0, 2], war: {B: -1, A: -1}}
nodes:
  reply: {player: B, actions: {share: shared, fight: war}}
  entry: {player: A, actions: {out: stays, in: reply}}
  shared: {payoffs: [1, 1]}
"""
    )
    for name in ("kind", "infoset", "child", "move", "payoff"):
        assert getattr(nested, name).tolist() == getattr(listed, name).tolist()
    assert listed.outcome_names == ("stays", "", "war")
    assert listed.node_names == ("entry", "", "reply", "shared", "")


def test_a_long_chain_of_nodes_needs_no_nesting():
    rows = [
        f"  n{i}: {{player: A, actions: {{on: n{i + 1}, off: {{payoffs: [{i}, 0]}}}}}}"
        for i in range(400)
    ]
    text = "\n".join([HEAD + "tree: n0", "nodes:", *rows, "  n400: {payoffs: [9, 9]}"])
    assert read_yaml(text).depth() == 400
    rows = [row.replace("on: n400", "on: n0") for row in rows]
    found = check("\n".join([HEAD + "tree: n0", "nodes:", *rows]))
    assert [p.code for p in found] == ["SV858"]
    assert "from itself" in found[0].message


def test_unnamed_sets_are_numbered_for_each_player():
    tree = read_yaml(
        HEAD
        + """
tree:
  player: A
  actions:
    x: {player: B, actions: {l: {payoffs: [0, 0]}, r: {payoffs: [0, 1]}}}
    y: {player: B, actions: {l: {payoffs: [1, 0]}, r: {payoffs: [1, 1]}}}
"""
    )
    assert tree.infoset_names == ("1", "1", "2")


def test_words_that_yaml_would_turn_into_something_else_stay_words():
    tree = read_yaml(HEAD + "tree: {player: A, actions: {no: {payoffs: [010, 10]}}}")
    assert tree.action_names == ("no",)
    assert tree.payoffs()[0, 0].tolist() == [10, 10]


def test_parameters_short_and_long():
    game = read_game(
        HEAD
        + """
parameters:
  q: {value: 0.5, range: [0, 1], unit: probability, note: of a strong one}
  cost: 2
tree: {player: A, actions: {x: {payoffs: [q - cost, q]}}}
sources: [{citation: 'A book, 1990', verified: true}]
results: [{id: one, says: A plays x., concept: spe, expect: [{behaviour: {A: {'1': {x: 1}}}}]}]
"""
    )
    assert dict(game.tree.parameters) == {"q": 0.5, "cost": 2}
    assert game.tree.ranges == {"q": (0, 1)}
    assert game.text.sources[0].verified
    assert game.text.results[0].expect[0]["behaviour"]["A"]["1"]["x"] == "1"
    assert game.warnings == ()


def test_cells():
    tree = read_yaml(
        HEAD
        + """
parameters: {crash: 5}
outcomes: {both: [-crash, -crash]}
cells:
  swerve: {swerve: [2, 2], straight: [1, 3]}
  straight: {straight: both, swerve: {A: 3, B: 1}}
"""
    )
    assert tree.infoset_names == ("1", "1")
    assert tree.form().strategies == (("swerve", "straight"), ("swerve", "straight"))
    assert tree.payoffs({"crash": 7}).tolist() == [[[2, 2], [1, 3], [3, 1], [-7, -7]]]


def test_many_faults_at_once():
    text = """
tree:
  player: C
  actions:
    x: {payoffs: [1, cost]}
    y: {payoffs: [1]}
    z: {payoff: [1, 2]}
"""
    assert codes(text) == [("SV201", 10, 9)]  # first the shape
    assert codes(text.replace("payoff:", "payoffs:")) == [
        ("SV864", 6, 11),
        ("SV861", 8, 22),
        ("SV854", 9, 18),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tree: {}", ("SV867", 4, 7)),
        ("tree: {player: A, actions: {}}", ("SV867", 4, 7)),
        ("tree: {nature: {}}", ("SV867", 4, 7)),
        ("tree: nowhere", ("SV864", 4, 7)),
        ("cells: {}", ("SV854", 4, 1)),
        ("cells: {x: 1}", ("SV854", 4, 1)),
        ("cells: {x: {l: 1}}", ("SV864", 4, 16)),
        ("cells: {x: {l: [1, [2]]}}", ("SV203", 4, 20)),
        ("tree: {payoffs: [[1], 2]}", ("SV203", 4, 18)),
        ("tree: {payoffs: [.nan, 2]}", ("SV860", 4, 18)),
        ("tree: {payoffs: [.inf, 2]}", ("SV860", 4, 18)),
        ("tree: {payoffs: [, 2]}", ("SV105", 4, 18)),
        ("tree: {nature: {x: {probability: 1}}}", ("SV202", 4, 17)),
        ("parameters: {q: {value: 1, range: [2, 0]}}\ntree: {payoffs: [1, 2]}", ("SV866", 4, 35)),
        ("parameters: {q: .nan}\ntree: {payoffs: [1, 2]}", ("SV206", 4, 17)),
        ("outcomes: {n: [1, 1]}\nnodes: {n: {payoffs: [1, 1]}}\ntree: n", ("SV864", 5, 9)),
    ],
)
def test_refused(text, expected):
    found = codes(text)
    assert expected in found, found


def test_a_text_that_is_no_mapping():
    assert [p.code for p in check("- a")] == ["SV851"]
    assert [p.code for p in check("")] == ["SV101"]
    game, problems = scan("hello")
    assert game is None
    assert problems[0].code == "SV851"


def test_reading_raises_all_problems():
    with pytest.raises(ScenarioError) as caught:
        read_yaml(HEAD + "tree: {payoffs: [a, b]}")
    assert [p.code for p in caught.value.problems] == ["SV861", "SV861"]


DOCS = Path(__file__).parents[3] / "docs" / "formats"


def test_the_normative_file_is_a_sound_game():
    game, problems = scan(DOCS / "game.yaml")
    assert not problems
    assert game.tree.infoset_names == ("strong", "a demand heard", "weak")
    assert game.tree.n_terminals == 6
    assert game.text.results[0].at == {"strong": 0.6}


@pytest.mark.parametrize(
    "model", [GameText, NodeText, BranchText, ParameterText, ResultText, SourceText]
)
def test_the_normative_file_mentions_every_key(model):
    text = (DOCS / "game.yaml").read_text(encoding="utf-8")
    for key in model.model_fields:
        assert re.search(rf"(^|[\s{{#-]){key}:", text, re.MULTILINE), key


def test_the_cells_of_the_normative_file_are_sound():
    text = (DOCS / "game.yaml").read_text(encoding="utf-8")
    cells = "\n".join(line[2:] for line in text.split("# cells:\n")[1].splitlines())
    tree = read_yaml(f"{HEAD}parameters: {{war: 1}}\ncells:\n{cells}")
    assert tree.payoffs()[0, 3].tolist() == [-1, -1]


def test_the_page_runs_as_written():
    page = (DOCS / "game.md").read_text(encoding="utf-8")
    block = page.split("```yaml\n")[1].split("```")[0]
    assert read_yaml(block).n_terminals == 3
    names = {}
    code = compile(page.split("```python\n")[1].split("```")[0], "game.md", "exec")
    exec(code, names)  # noqa: S102
    assert names["read_efg"](names["text"]).payoffs()[0, 1].tolist() == [0.8, 0]
