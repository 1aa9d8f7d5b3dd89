"""Why each guarantor would or would not act, as the report tells it."""

import pytest
from tests.unit.report.synthetic_comparison import build

from servanda.report.reasons import joining_sentence, reasons_tables
from servanda.study.result import Joining


@pytest.fixture(scope="module")
def plain():
    return build()


def with_option(comparison, **changes):
    key = next(iter(comparison.options))
    option = comparison.options[key].model_copy(update=changes)
    return key, comparison.model_copy(update={"options": {**comparison.options, key: option}})


def view_of(comparison):
    views = [v for o in comparison.options.values() for v in o.guarantors]
    return views[0]


def test_a_row_holds_the_reasons_and_what_decides(plain):
    view = view_of(plain).model_copy(
        update={
            "klass": "binding",
            "acts": 0.31,
            "blocked": 0.15,
            "terms": {"commitment": 0.88, "cost": -1.15},
            "decides": "cost",
            "says": "It is so.",
        }
    )
    idle = view.model_copy(update={"klass": "none", "name": "Nobody"})
    key, told = with_option(plain, guarantors=(view, idle), reasons_kind="unheard-of")
    (found,) = [t for t in reasons_tables(told) if t[1] == told.options[key].title]
    _, _, says, table = found
    assert says == "It is so."
    assert "unheard-of" in table.caption
    ((_, name, cells),) = table.rows
    values = [cell.value for cell in cells]
    assert name == view.name
    assert values[:3] == ["binding", "31%", "15%"]
    assert values[-1] == "cost"
    assert {"+0.88", "\N{MINUS SIGN}1.15", "0.00"} <= set(values)


def test_an_option_under_which_nobody_owes_anything_has_no_table(plain):
    key, told = with_option(plain, guarantors=())
    assert told.options[key].title not in [title for _, title, _, _ in reasons_tables(told)]


def test_one_solution_everywhere_is_said(plain):
    once = Joining(draws=40, several=0.0, attack_low=0.1, attack_high=0.1)
    _, told = with_option(plain, joining=once)
    assert "it has one under every option" in joining_sentence(told)


def test_what_hangs_on_the_solution_shown_is_said(plain):
    twice = Joining(draws=40, several=0.25, attack_low=0.1, attack_high=0.3)
    _, told = with_option(plain, joining=twice)
    assert "25%" in joining_sentence(told)
    assert "10% to 30%" in joining_sentence(told)


def test_nothing_is_said_where_nothing_was_asked(plain):
    options = {k: o.model_copy(update={"joining": None}) for k, o in plain.options.items()}
    assert joining_sentence(plain.model_copy(update={"options": options})) == ""
