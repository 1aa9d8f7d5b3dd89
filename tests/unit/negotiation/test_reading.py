"""What a table of positions may leave out."""

import pytest

from servanda.domain.errors import ScenarioError
from servanda.negotiation import read_table


def test_a_table_without_issues_is_one_issue_named_by_the_file(tmp_path):
    path = tmp_path / "troops.csv"
    path.write_text("actor,position,salience,capability\nA,0,50,1\nB,100,50,2\n")
    (issue,) = read_table(path).table.issues
    assert issue.name == "troops"
    assert list(issue.actors) == ["A", "B"]


def test_a_column_that_may_be_meant_is_named_and_not_passed_over(tmp_path):
    path = tmp_path / "troops.csv"
    path.write_text("issues,actor,position,salience,capability\nx,A,0,50,1\nx,B,100,50,2\n")
    with pytest.raises(ScenarioError) as raised:
        read_table(path)
    assert "--map issues=issue" in raised.value.problems[0].message + str(raised.value.problems[0])
