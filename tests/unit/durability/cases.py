"""Chains for the tests of the durability engine, all numbers from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Provoked, Tempo

LEVELS = (4, 3, 2, 3)
CRISES = ("attack_value", "resist", "answered", "honoured", "defence", "direct_war")


def random_crises(
    draws: int = 5,
    cells: int = 3,
    attacks: int = 2,
    probes: int = 2,
    seed: int = 1,
    levels: tuple[int, int, int, int] = LEVELS,
) -> CrisisInputs:
    """Crises with every number uniform in its range."""
    luck = np.random.default_rng(seed)
    kinds = attacks + probes
    shape = (draws, cells, *levels, kinds)
    tables = {name: luck.uniform(0.0, 1.0, shape) for name in CRISES}
    tables["attack_value"] = luck.uniform(-1.2, 0.6, shape)
    provoked = Provoked(
        attack_value=luck.uniform(-1.2, 0.6, shape),
        resist=luck.uniform(0.0, 1.0, shape),
        direct_war=luck.uniform(0.0, 1.0, shape),
        protege_value=luck.uniform(-0.3, 0.9, shape),
    )
    return CrisisInputs(
        kinds=tuple(f"attack{k}" for k in range(attacks))
        + tuple(f"probe{k}" for k in range(probes)),
        probe=np.arange(kinds) >= attacks,
        size=np.ones(kinds),
        protege_value=luck.uniform(-0.3, 0.9, shape),
        provoked=provoked,
        **tables,
    )


def reshaped(inputs: CrisisInputs, change: Callable[[Any], Any], **more: Any) -> CrisisInputs:
    """The same crises with every table put through a function."""
    told, provoked = inputs.protege_value, inputs.provoked
    if provoked is not None:
        parts = {name: change(getattr(provoked, name)) for name in Provoked.__slots__}
        provoked = Provoked(**parts)
    tables = {name: change(getattr(inputs, name)) for name in CRISES}
    changed = {"protege_value": None if told is None else change(told), "provoked": provoked}
    return replace(inputs, **tables, **changed, **more)


def random_tempo(draws: int = 5, seed: int = 2, **fixed: float) -> Tempo:
    """A tempo of plausible sizes; keyword arguments fix a field for all draws."""
    luck = np.random.default_rng(seed)
    spans = {
        "lambda_c": (1.0, 8.0),
        "lambda_p": (1.0, 8.0),
        "omega_c": (0.2, 1.0),
        "omega_p": (0.2, 1.0),
        "rho": (0.03, 0.1),
        "s_q": (0.1, 0.6),
        "g_b": (0.0, 0.1),
        "x_b": (0.0, 0.1),
        "eps": (0.0, 0.1),
        "c_o": (0.0, 0.3),
        "mu_drift": (0.05, 0.3),
        "mu_leave": (0.01, 0.2),
        "mu_election": (0.2, 0.3),
        "mu_settle": (0.0, 0.05),
        "mu_fray": (0.1, 0.5),
        "mu_mend": (0.5, 2.0),
        "p_prov": (0.0, 0.1),
        "g_p": (0.0, 0.1),
        "s_p": (0.8, 1.1),
        "c_truce": (0.0, 0.2),
        "mu_collapse": (0.1, 0.6),
    }
    columns = {name: luck.uniform(low, high, draws) for name, (low, high) in spans.items()}
    columns |= {name: np.full(draws, value) for name, value in fixed.items()}
    return Tempo(**columns)


def one_phase(draws: int = 5, option: str = "one", cell: int = 0, **flags: bool) -> Plan:
    """An option of a single phase with every dimension unless a flag says no."""
    return Plan(option, (PlanPhase(cell, np.zeros(draws), **flags),))


def three_phases(draws: int = 5, option: str = "three", kinds: int = 4) -> Plan:
    """Truce without forces that may collapse, then a phase with forces, then the last.

    With ``kinds`` the first truce forbids every other kind and in the second phase the challenger
    breaks its own word by them.
    """
    some = np.arange(kinds) % 2 == 0 if kinds else None
    return Plan(
        option,
        (
            PlanPhase(
                0, np.full(draws, 0.7), truce=True, forces=False, collapse=True, covered=some
            ),
            PlanPhase(1, np.full(draws, 0.2), truce=True, own_word=some),
            PlanPhase(2, np.zeros(draws)),
        ),
    )


def flat(draws: int = 1, kinds: tuple[str, ...] = ("ground",), **numbers: Any) -> CrisisInputs:
    """Crises that are the same in every state: the levels have length one."""
    shape = (draws, 1, 1, 1, 1, 1, len(kinds))
    tables = {name: np.full(shape, 0.5) for name in CRISES}
    tables |= {name: np.full(shape, value) for name, value in numbers.items()}
    return CrisisInputs(
        kinds=kinds,
        probe=np.array([kind.startswith("probe") for kind in kinds]),
        size=np.ones(len(kinds)),
        **tables,
    )


def with_crises(inputs: CrisisInputs, **tables: Any) -> CrisisInputs:
    """The same crises with some tables exchanged."""
    return replace(inputs, **tables)
