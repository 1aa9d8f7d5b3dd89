"""Compile the chain kernels in a second process while the first is at other work.

A fresh installation compiles each kernel once and keeps it. Numba compiles one kernel at a time in
a process; on a machine with two cores a second process halves the wait of the first run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import numpy as np

from servanda.durability.model import CrisisInputs, Plan, PlanPhase, Tempo
from servanda.durability.solve import project

__all__ = ["await_kernels", "compile_ahead"]

PATIENCE_S = 180.0
REHEARSAL = "from servanda.durability.ahead import rehearse; rehearse()"


@cache
def compile_ahead() -> subprocess.Popen[bytes] | None:
    """Start compiling the chain kernels elsewhere, once, unless they are kept already.

    Returns:
        The process, or None where there is nothing to gain: one core, kernels kept, or no place
        to keep them.
    """
    from servanda.numerics.jit import kept
    from servanda.numerics.threads import available_threads

    if kept("chain_survival") is not False or available_threads() < 2:
        return None
    try:
        return subprocess.Popen(  # noqa: S603  (this interpreter, a fixed text)
            [sys.executable, "-c", REHEARSAL],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except OSError:
        return None


def await_kernels() -> None:
    """Wait for the process that ``compile_ahead`` started, whatever became of it."""
    process = compile_ahead()
    if process is not None:
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()


def rehearse() -> None:
    """Project the smallest option there is, so that its kernels are compiled and kept."""
    shape = (1, 1, 4, 3, 2, 3, 1)
    some, one = np.full(shape, 0.5), np.ones(1)
    inputs = CrisisInputs(
        kinds=("attack",),
        probe=np.zeros(1, dtype=np.bool_),
        size=one,
        attack_value=some,
        resist=some,
        answered=some,
        honoured=some,
        defence=some,
        direct_war=some,
        protege_value=some,
    )
    names = ("lambda_c", "lambda_p", "omega_c", "omega_p", "rho", "s_q", "g_b", "x_b", "eps", "c_o")
    rates = ("mu_drift", "mu_leave", "mu_election", "mu_settle", "mu_fray", "mu_mend")
    tempo = Tempo(**{name: 0.1 * one for name in (*names, *rates, "p_prov", "g_p")})
    project(inputs, tempo, [Plan("rehearsal", (PlanPhase(0, np.zeros(1)),))], horizon=1.0)
