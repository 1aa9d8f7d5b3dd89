"""Kernels compiled in a second process while the first is at other work."""

import subprocess
import sys
from pathlib import Path

import pytest

from servanda.durability import ahead
from servanda.numerics import jit, threads

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def afresh():
    ahead.compile_ahead.cache_clear()
    yield
    ahead.compile_ahead.cache_clear()


@pytest.mark.parametrize(("kept", "cores"), [(True, 2), (None, 2), (False, 1)])
def test_nothing_is_started_where_nothing_is_gained(monkeypatch, kept, cores):
    monkeypatch.setattr(jit, "kept", lambda module: kept)
    monkeypatch.setattr(threads, "available_threads", lambda: cores)
    assert ahead.compile_ahead() is None
    ahead.await_kernels()


def test_it_is_started_once_and_waited_for(monkeypatch):
    monkeypatch.setattr(jit, "kept", lambda module: False)
    monkeypatch.setattr(threads, "available_threads", lambda: 2)
    monkeypatch.setattr(ahead, "REHEARSAL", "pass")
    process = ahead.compile_ahead()
    assert process is ahead.compile_ahead()
    ahead.await_kernels()
    assert process.returncode == 0


def test_the_rehearsal_compiles_what_a_study_needs():
    """After it nothing that a projection calls is compiled again."""
    ahead.rehearse()
    assert jit.kept("chain_survival")
    count = (
        "from numba.core import event\n"
        "seen = event.RecordingListener()\n"
        "event.register('numba:compile', seen)\n"
        "import benchmarks.durability as b\n"
        "from servanda.durability import project\n"
        "from servanda.durability.model import Plan, PlanPhase\n"
        "import numpy as np\n"
        "inputs, tempo = b.batch(3, 1)\n"
        "first, second = PlanPhase(0, np.ones(3)), PlanPhase(0, np.zeros(3))\n"
        "project(inputs, tempo, [Plan('two', (first, second))])\n"
        "print(len(seen.buffer))"
    )
    done = subprocess.run(
        [sys.executable, "-c", count], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0"
