"""Arrays that do not fit are refused with the field's name."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.deterrence.cases import LEVELS, exposure, stakes

from servanda.deterrence import Levels, solve
from servanda.domain.errors import ModelError


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("share", np.zeros((1, 1, 1, 1))),
        ("share", np.full((6, 4, 4, 3), 1.5)),
        ("klass", np.zeros((6, 4, 4), np.int8)),
        ("commitment", np.ones((6, 4, 4, 3))),
        ("delay_hours", np.full((6, 4, 4, 3), np.nan)),
        ("body", np.full((6, 4, 4, 3), 5)),
        ("cell_of", np.full((4, 1), 9)),
        ("troops", np.full((6, 4, 4), -1.0)),
        ("floor", np.ones((6, 4, 4, 3))),
    ],
)
def test_an_exposure_that_does_not_fit_is_refused(field, value):
    with pytest.raises(ModelError, match=field) as caught:
        replace(exposure(), **{field: value})
    assert caught.value.code == "SV610"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("g", np.zeros(6)),
        ("m", np.full((6, 4), -1.0)),
        ("lambda_c", np.ones(5)),
        ("phi_f", np.full(6, 1.2)),
        ("s_q", np.full(6, np.inf)),
    ],
)
def test_stakes_that_do_not_fit_are_refused(field, value):
    with pytest.raises(ModelError, match=field):
        replace(stakes(6, 4, 3), **{field: value})


def test_levels_need_a_reference_state():
    with pytest.raises(ModelError, match="credibility"):
        Levels(posture=(1.0,), credibility=(0.6, 0.8), forces=(1.0,), alignment=(1.0,))
    assert LEVELS.reference == (0, 2, 0, 0)


def test_exposure_and_stakes_of_different_size_are_refused():
    with pytest.raises(ModelError, match="draws, guarantors, kinds"):
        solve(exposure(draws=6), stakes(5, 4, 3), LEVELS)
    with pytest.raises(ModelError, match="selection"):
        solve(exposure(), stakes(6, 4, 3), LEVELS, selection="best")
