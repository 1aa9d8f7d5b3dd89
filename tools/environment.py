"""Make or bring up to date the virtual environment of this checkout.

Run by the Makefile as ``python3 tools/environment.py run|dev``; needs nothing but Python 3.11.
Everything is installed from a lock file with checked hashes, with uv where it can be had and
with pip otherwise. A stamp in the environment makes a second call quick.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "servanda-stamp.json"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
SETUP_TOOLS = ("uv",)


class SetupError(Exception):
    """The environment cannot be made; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    """Bring the environment to the asked level, ``run`` or ``dev``."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print("usage: environment.py run|dev", file=sys.stderr)
        return 2
    level = arguments[0]
    try:
        if not is_current(level):
            say(f"setting up .venv from {LOCKS[level]} (first time: a few minutes at most)")
            STAMP.unlink(missing_ok=True)
            make_venv()
            install(level)
            write_stamp(level)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


def say(text: str) -> None:
    """Tell the person at the terminal what happens."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


def fingerprint(level: str) -> dict[str, str]:
    """Name what the environment depends on: lock, project file and place."""
    return {
        "lock": digest(ROOT / LOCKS[level]),
        "project": digest(ROOT / "pyproject.toml"),
        "root": str(ROOT),
    }


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_current(level: str) -> bool:
    """Tell whether the environment was made from the files as they are now.

    The ``dev`` lock holds all of the ``run`` lock, so a ``dev`` environment serves both.
    """
    try:
        stamps = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not (PYTHON.exists() and (VENV / "bin" / "servanda").exists()):
        return False
    wanted = ("dev",) if level == "dev" else ("run", "dev")
    return any(stamps.get(name) == fingerprint(name) for name in wanted)


def write_stamp(level: str) -> None:
    """Record what was installed; written last, so a broken setup is never taken for whole."""
    STAMP.write_text(json.dumps({level: fingerprint(level)}, indent=1) + "\n", encoding="utf-8")


def make_venv() -> None:
    """Create .venv unless a working one of a fitting Python is there already."""
    if works(PYTHON):
        return
    if VENV.exists():
        say("the environment in .venv does not work here, making it anew")
        shutil.rmtree(VENV)
    if run([sys.executable, "-m", "venv", str(VENV)], quiet=True):
        return
    # Some systems ship Python without ensurepip; uv can do without it.
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv and run([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]):
        return
    raise SetupError(
        "cannot create a virtual environment; install your system's venv package "
        "(on Debian: apt-get install python3-venv) or uv, then run make again"
    )


def works(python: Path) -> bool:
    """Tell whether an interpreter runs, is recent enough and belongs to this checkout."""
    probe = "import sys; print(sys.version_info >= (3, 11), sys.prefix)"
    try:
        shown = subprocess.run([str(python), "-c", probe], capture_output=True, text=True)
    except OSError:
        return False
    return shown.returncode == 0 and shown.stdout.strip() == f"True {VENV}"


def install(level: str) -> None:
    """Install the locked packages, then servanda itself as an editable package."""
    lock = ROOT / LOCKS[level]
    for installer in installers():
        locked = [*installer, "--require-hashes", "-r", str(lock)]
        # The build backend comes from the lock too, so nothing unchecked is downloaded.
        itself = [*installer, "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        if run(locked) and run(itself):
            return
        say(f"{installer[0]} did not succeed")
    raise SetupError("no installer succeeded; the messages above say why")


def installers() -> list[list[str]]:
    """List the ways to install, the fastest first."""
    ways = []
    uv = shutil.which("uv") or own_uv()
    if uv:
        ways.append([uv, "pip", "install", "--quiet", "--python", str(PYTHON)])
    if has_pip():
        ways.append([str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input"])
    if not ways:
        raise SetupError("neither uv nor pip can be had; install one of them, then run make again")
    return ways


def has_pip() -> bool:
    """Tell whether pip is in the environment, adding it where Python brings it along."""
    pip = [str(PYTHON), "-m", "pip", "--version"]
    return run(pip, quiet=True) or (
        run([str(PYTHON), "-m", "ensurepip"], quiet=True) and run(pip, quiet=True)
    )


def own_uv() -> str | None:
    """Install uv into the environment from the lock, or return None where that fails."""
    own = VENV / "bin" / "uv"
    if own.exists():
        return str(own)
    if not has_pip():
        return None
    say("uv is not on this machine, adding it to .venv")
    excerpt = VENV / "servanda-setup.lock"
    excerpt.write_text(locked_lines(SETUP_TOOLS), encoding="utf-8")
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input"]
    if run([*command, "--require-hashes", "-r", str(excerpt)]) and run(
        [str(own), "--version"], quiet=True
    ):
        return str(own)
    return None


def locked_lines(names: tuple[str, ...]) -> str:
    """Cut the entries of some packages, hashes included, out of the lock."""
    kept: list[str] = []
    taking = False
    for line in (ROOT / LOCKS["run"]).read_text(encoding="utf-8").splitlines():
        if not line.startswith((" ", "#")):
            taking = line.split("==")[0] in names
        if taking:
            kept.append(line)
    return "\n".join(kept) + "\n"


def run(command: list[str], quiet: bool = False) -> bool:
    """Run a program and tell whether it succeeded."""
    silent = subprocess.DEVNULL if quiet else None
    # What a foreign environment sets must not lead the installation elsewhere.
    clean = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    try:
        return subprocess.run(command, stdout=silent, stderr=silent, env=clean).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
