"""How much processor time asking for help and checking the shipped example take."""

import os
import resource
import subprocess
import sys

TARGETS = {"help_cpu_ms": ("<=", 100.0), "check_cpu_ms": ("<=", 250.0)}
COMMANDS = {
    "python_cpu_ms": ["-c", "pass"],
    "help_cpu_ms": ["-c", "from servanda.cli import main; main()", "--help"],
    "check_cpu_ms": ["-c", "from servanda.cli import main; main()", "check", "border-pact"],
}


def main(repeats: int = 7) -> dict[str, float]:
    """Time each command in fresh interpreters.

    Args:
        repeats: fresh interpreters per command; the best counts, since load only adds.

    Returns:
        Processor milliseconds, user and system, of a bare interpreter, ``servanda --help`` and
        ``servanda check`` of a small example; and help as a multiple of the bare interpreter.
    """
    figures = {
        name: min(cpu_milliseconds(arguments) for _ in range(repeats))
        for name, arguments in COMMANDS.items()
    }
    figures["help_to_bare_python_ratio"] = figures["help_cpu_ms"] / figures["python_cpu_ms"]
    return figures


def cpu_milliseconds(arguments: list[str]) -> float:
    """Return the processor time of one run of Python with these arguments."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=dict(os.environ)
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode != 0:
        raise RuntimeError(f"{arguments[1:]} ended with {ended.returncode}: {ended.stderr[-400:]}")
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
