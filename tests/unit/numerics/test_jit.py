"""Where compiled kernels are kept, and how rows are spread over threads."""

import os
import subprocess
import sys

import pytest

import servanda.numerics.jit
from servanda.numerics.threads import available_threads, over_rows

PROBE = (
    "import servanda.numerics.jit as j\n"
    "@j.part\n"
    "def twice(x):\n"
    "    return 2.0 * x\n"
    "print(j.CACHED, j._FOLDER)"
)


def cache_seen(**env):
    rest = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=rest | env, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_kernels_are_kept_in_the_users_cache_folder(tmp_path):
    cached, folder = cache_seen(XDG_CACHE_HOME=str(tmp_path))
    assert cached == "True"
    assert folder.startswith(str(tmp_path / "servanda" / "numba-"))


def test_a_kernel_is_kept_by_the_sources_it_is_made_from():
    """A change in a module of kernels leaves those of all others warm."""
    sources = servanda.numerics.jit._sources
    assert {"chain_play", "chain_block", "logit_choice", "jit"} <= sources("chain_play")
    assert "tree_qre" not in sources("chain_play")
    assert sources("jit") == {"jit"}


def test_a_folder_named_by_the_user_wins(tmp_path):
    assert cache_seen(NUMBA_CACHE_DIR=str(tmp_path)) == ["True", str(tmp_path)]


def test_without_a_writable_folder_kernels_are_compiled_anew(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    assert cache_seen(XDG_CACHE_HOME=str(taken)) == ["False", "None"]


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("rows", [0, 1, 16, 37])
def test_every_row_is_done_once(rows, threads):
    done = [0] * rows

    def work(start, stop):
        for row in range(start, stop):
            done[row] += 1

    over_rows(work, rows, threads=threads, block=4)
    assert done == [1] * rows


def test_an_error_in_a_thread_is_raised():
    def work(start, stop):
        raise ArithmeticError(f"{start}..{stop}")

    with pytest.raises(ArithmeticError):
        over_rows(work, 40, threads=2, block=4)


def test_the_number_of_threads_can_be_set(monkeypatch):
    monkeypatch.setenv("SERVANDA_THREADS", "3")
    assert available_threads() == 3
    monkeypatch.setenv("SERVANDA_THREADS", "none")
    assert available_threads() >= 1
