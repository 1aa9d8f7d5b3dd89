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
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["CACHED", "kernel", "part", "prange"]

_F = TypeVar("_F", bound=Callable[..., Any])


def _writable(folder: Path) -> bool:
    """Say whether kernels can be kept in ``folder``, making it if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _sources() -> str:
    """Digest of all kernel sources: numba alone does not notice a change in a called module."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _fingerprint() -> str:
    """Hash the sources of the kernels.

    Numba looks only at the file of a kernel itself; a change in a part that it calls from another
    file would leave a stale one, so every state of these files has its own folder.
    """
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _prepare_cache() -> bool:
    """Point numba at a private, versioned cache folder before it is imported."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return _writable(Path(given))
    root = os.environ.get("XDG_CACHE_HOME") or str(Path("~").expanduser() / ".cache")
    folder = Path(root) / "servanda" / f"numba-{version('numba')}-{_sources()}"
    if not _writable(folder):
        return False
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return True


#: Whether compiled kernels are kept on disk (False where no folder can be written).
CACHED: bool = _prepare_cache()

import numba  # noqa: E402  (the cache folder must be set first)

if TYPE_CHECKING:
    prange = range
else:
    prange = numba.prange


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
