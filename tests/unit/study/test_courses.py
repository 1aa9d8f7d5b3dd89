"""Courses of events: the same draw as in a comparison, luck that averages to its projection."""

import numpy as np
import pytest

from servanda.domain.errors import ModelError
from servanda.study.courses import ENDS, MARKS, MOST, courses

TRUCE = "truce-then-cover"


def test_over_many_courses_the_share_that_ends_early_is_the_projection() -> None:
    early = []
    for luck in range(5):
        found = courses("border-pact", "none", count=MOST, luck=luck, draw_number=3)
        early += [course.early for course in found.courses]
    error = np.sqrt(found.ended_early * (1.0 - found.ended_early) / len(early))
    assert abs(np.mean(early) - found.ended_early) < 4.0 * error
    assert found.ended_early == pytest.approx(sum(found.projected.values()))


def test_the_typical_draw_has_the_median_of_peace_years() -> None:
    found = courses("border-pact", "none", count=1)
    others = [
        courses("border-pact", "none", count=1, draw_number=n).peace_years
        for n in (0, found.draw, 1)
    ]
    assert others[1] == pytest.approx(found.peace_years)
    assert found.typical_of == 101
    assert courses("border-pact", "none", count=1, draw_number=found.draw).typical_of is None


def test_a_draw_is_that_of_a_comparison_with_the_same_seed(tmp_path) -> None:
    from servanda.domain.study import Study
    from servanda.scenario.folder import load
    from servanda.study.arrays import read_arrays
    from servanda.study.running import run

    resolved = load("border-pact")
    done = run(
        resolved, Study(scenario="x", draws=6, seed=4, posterior="durability"), root=tmp_path
    )
    names = tuple(o.id for o in done.options)
    years = read_arrays(done.folder, names).outcomes["rmst"]
    for place, option in enumerate(names):
        found = courses(resolved, option, count=1, seed=4, draw_number=5)
        assert found.peace_years == pytest.approx(years[5, place], abs=1e-12)


def test_events_have_known_marks_and_come_in_order() -> None:
    found = courses("ukraine-2025", TRUCE, count=60, draw_number=2)
    seen = set()
    for course in found.courses:
        years = [event.year for event in course.events]
        assert years == sorted(years)
        assert course.end in ENDS
        assert course.years <= found.horizon_years
        inner = course.events if course.end == "at_peace" else course.events[:-1]
        assert {event.mark for event in inner} <= set(MARKS)
        seen |= {event.mark for event in course.events}
        if course.end != "at_peace":
            assert course.events[-1].mark == course.end
    assert {"truce_frayed", "truce_collapsed", "election_away"} <= seen
    titled = [e for c in found.courses for e in c.events if e.incident]
    assert titled
    assert all(event.title for event in titled)


def test_other_luck_shows_other_courses_of_the_same_draw() -> None:
    first = courses("border-pact", "none", count=3, draw_number=1)
    again = courses("border-pact", "none", count=3, draw_number=1)
    other = courses("border-pact", "none", count=3, draw_number=1, luck=1)
    assert first == again
    assert other.courses != first.courses
    assert other.peace_years == first.peace_years


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"count": 0}, "SV650"),
        ({"count": MOST + 1}, "SV650"),
        ({"draw_number": -1}, "SV651"),
        ({"draw_number": "usual"}, "SV651"),
        ({"option": "unheard-of"}, "SV603"),
        ({"as_of": "yesterday"}, "SV606"),
        ({"posterior": "nobody"}, "SV634"),
    ],
)
def test_bad_requests_are_refused_with_their_code(wrong: dict[str, object], code: str) -> None:
    request = {"option": "none", "count": 1, **wrong}
    with pytest.raises(ModelError) as caught:
        courses("border-pact", **request)
    assert caught.value.code == code
