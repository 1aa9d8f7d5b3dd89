"""Derivatives against differences of solutions found anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.unit.durability.cases import (
    flat,
    one_phase,
    random_crises,
    random_tempo,
    reshaped,
    three_phases,
)

from servanda.domain.errors import ModelError
from servanda.durability import project
from servanda.durability.model import CrisisInputs, Plan, Start, Tempo
from servanda.durability.slopes import SHIFTS, slopes

DRAWS = 2
INPUTS, TEMPO = random_crises(DRAWS), random_tempo(DRAWS)
H = 1e-5


def moved(name: str, by: float, plan: Plan) -> tuple[CrisisInputs, Tempo, Plan]:
    if name in SHIFTS:
        assert INPUTS.provoked is not None
        both: dict[str, Any] = {name: getattr(INPUTS, name) + by}
        both["provoked"] = replace(INPUTS.provoked, **{name: getattr(INPUTS.provoked, name) + by})
        return replace(INPUTS, **both), TEMPO, plan
    if name.startswith("eta"):
        at = int(name.split()[1]) - 1
        phases = list(plan.phases)
        phases[at] = replace(phases[at], eta=phases[at].eta + by)
        return INPUTS, TEMPO, Plan(plan.option, tuple(phases))
    return INPUTS, replace(TEMPO, **{name: getattr(TEMPO, name) + by}), plan


@pytest.mark.parametrize("chance", ["mean", "log_sum"])
@pytest.mark.parametrize("protege", ["chooses", "mechanical"])
@pytest.mark.parametrize("plan", [one_phase(DRAWS), three_phases(DRAWS)], ids=["one", "three"])
def test_derivatives_are_the_limits_of_differences(protege: Any, plan: Plan, chance: Any) -> None:
    names = [n for n in (*Tempo.__slots__, *SHIFTS) if n != "c_o"]
    names += [f"eta {f + 1}" for f in range(len(plan.phases) - 1)]
    told = slopes(
        INPUTS, TEMPO, plan, 1, of=names, years=(5.0, 20.0), protege=protege, chance=chance
    )
    for row, name in enumerate(names):
        up, down = (
            project(*_batch(moved(name, by, plan)), step=5.0, protege=protege, chance=chance)
            for by in (H, -H)
        )
        ends = {
            "survival": (up.survival[1, 0, [1, 4]], down.survival[1, 0, [1, 4]]),
            "peace_years": (up.rmst[1, 0], down.rmst[1, 0]),
            "value_challenger": (up.value_start[1, 0], down.value_start[1, 0]),
            "provokes": (up.provokes[1, 0], down.provokes[1, 0]),
        }
        if protege == "chooses":
            ends["value_protege"] = (up.value_protege[1, 0], down.value_protege[1, 0])
        for what, (high, low) in ends.items():
            np.testing.assert_allclose(
                getattr(told, what)[row], (high - low) / (2 * H), rtol=2e-4, atol=2e-5,
                err_msg=f"{what} by {name}",
            )  # fmt: skip


def _batch(
    parts: tuple[CrisisInputs, Tempo, Plan],
) -> tuple[CrisisInputs, Tempo, list[Plan]]:
    return parts[0], parts[1], [parts[2]]


def test_opprobrium_counts_after_a_provocation_where_no_other_tables_are_given() -> None:
    inputs = flat(attack_value=-0.4, resist=0.6)
    tempo = random_tempo(1, p_prov=0.3)
    at = Start(0, 0, 0, 0)
    told = slopes(inputs, tempo, one_phase(1), 0, of=["c_o"], start=at)
    ends = [
        project(inputs, replace(tempo, c_o=tempo.c_o + by), [one_phase(1)], start=at).rmst[0, 0]
        for by in (H, -H)
    ]
    assert told.peace_years[0] == pytest.approx((ends[0] - ends[1]) / (2 * H), rel=1e-5)
    assert np.isnan(told.value_protege).all()


def test_an_unknown_parameter_names_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"no parameter 'luck'.*omega_c"):
        slopes(INPUTS, TEMPO, one_phase(DRAWS), 0, of=["luck"])


def test_what_does_not_enter_has_no_slope() -> None:
    plan = one_phase(DRAWS, forces=False)
    told = slopes(INPUTS, TEMPO, plan, 0, of=["mu_leave", "mu_fray", "c_truce"])
    assert (told.survival == 0.0).all()
    single = reshaped(INPUTS, lambda table: table)
    again = slopes(single, TEMPO, plan, 0, of=["omega_c"])
    assert again.survival.shape == (1, 3)
