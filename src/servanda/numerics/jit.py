"""The one place that configures numba.

Compiled kernels are kept in the user's cache folder, so that an installation whose
site-packages cannot be written starts warm the second time. Arithmetic is strict IEEE:
no fast-math, no contraction, division by zero gives inf or nan as in numpy. Kernels release
the interpreter lock; work is spread over threads by ``servanda.numerics.threads`` and not by
numba's own scheduler, which compiles slower and does not survive a fork.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numba

__all__ = ["CACHED", "kept", "kernel", "part", "prange"]

_F = TypeVar("_F", bound=Callable[..., Any])


def _writable(folder: Path) -> bool:
    """Say whether kernels can be kept in ``folder``, making it if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _prepare_cache() -> Path | None:
    """Choose a private folder for kernels: the user's own choice, else the cache folder."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path("~").expanduser() / ".cache")
    folder = Path(given) if given else Path(cache) / "servanda" / f"numba-{version('numba')}"
    return folder if _writable(folder) else None


_FOLDER = _prepare_cache()

#: Whether compiled kernels are kept on disk (False where no folder can be written).
CACHED: bool = _FOLDER is not None


if TYPE_CHECKING:
    prange = range
else:
    prange = numba.prange

_IMPORTED = re.compile(r"^from servanda\.numerics\.(\w+) import", re.MULTILINE)


@cache
def _sources(module: str) -> frozenset[str]:
    """Name a module of kernels and those that it takes parts from, directly or not."""
    found: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            text = (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")
            ahead += _IMPORTED.findall(text)
    return frozenset(found)


def _folder(module: str) -> Path | None:
    """The folder of a module's kernels, named by all sources that they are made from.

    Numba looks only at the file of a kernel itself; a change in a part that it calls from another
    file would leave a stale one.
    """
    if _FOLDER is None or not (Path(__file__).parent / f"{module}.py").exists():
        return None
    digest = hashlib.sha256()
    for name in sorted(_sources(module)):
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return _FOLDER / f"{module}-{digest.hexdigest()[:12]}"


def kept(module: str) -> bool | None:
    """Say whether a module's kernels lie compiled on disk; None where none can be kept.

    Args:
        module: name of a module of this package, e.g. ``"chain_survival"``.
    """
    folder = _folder(module)
    return None if folder is None else any(folder.rglob("*.nbc"))


def _keep(function: Callable[..., Any]) -> None:
    """Give the kernel about to be made its folder."""
    folder = _folder(function.__module__.rpartition(".")[2])
    if folder is not None:
        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]  # not in its stubs


def kernel(function: _F | None = None, *, parallel: bool = False, inline: bool = False) -> Any:
    """Compile a function of arrays and numbers to machine code, once, and keep it.

    Args:
        function: the function to compile; leave out when options are given.
        parallel: let numba spread ``prange`` loops over threads. Prefer
            ``servanda.numerics.threads`` unless loops are short and inside one call.
        inline: paste the body into its callers (tiny functions only).

    Returns:
        The compiled function, or a decorator when called with options only.
    """

    def compile_it(target: _F) -> Any:
        _keep(target)
        return numba.njit(
            target,
            cache=CACHED,
            nogil=True,
            error_model="numpy",
            fastmath=False,
            parallel=parallel,
            inline="always" if inline else "never",
        )

    return compile_it if function is None else compile_it(function)


def part(function: _F | None = None, *, inline: bool = False) -> Any:
    """Compile a function that is called from kernels only, never from Python.

    It has no Python entry and no file of its own in the cache, which halves compile time; the
    kernels that use it are cached whole.

    Args:
        function: the function to compile; leave out when options are given.
        inline: paste the body into its callers, which spares counting references to arrays
            in the innermost loops.

    Returns:
        The compiled function, or a decorator when called with options only.
    """

    def compile_it(target: _F) -> Any:
        return numba.njit(  # type: ignore[call-overload]  # options that its stubs leave out
            target,
            nogil=True,
            error_model="numpy",
            fastmath=False,
            inline="always" if inline else "never",
            no_cpython_wrapper=True,
            no_cfunc_wrapper=True,
        )

    return compile_it if function is None else compile_it(function)
