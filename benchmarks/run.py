"""Run every benchmark and print its figures with the machine and the date.

A benchmark is a module of this folder with a function ``main()`` that returns figures by name, the
unit at the end of the name: ``solves_per_s``, ``cpu_ms``, ``gambit_ratio``. A name that ends in
``_ratio`` compares with a peer in the same run; only such figures carry over between machines. A
module may say in ``TARGETS`` what it wants to reach: ``{"solves_per_s": (">=", 15_000)}``.

Examples:
    make bench
    .venv/bin/python -m benchmarks.run startup
    .venv/bin/python -m benchmarks.run --write
"""

import argparse
import contextlib
import importlib
import os
import pkgutil
import platform
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import benchmarks

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

`make bench` times the kernels against their peers on your machine, in one run, and prints ratios;
only ratios can be compared between machines. `make bench WRITE=1` writes the figures onto this
page.
"""


class Figure(NamedTuple):
    """One measured number and what it should reach.

    Attributes:
        benchmark: the module that measured it.
        name: what was measured, with its unit.
        value: the number.
        target: ``(">=" or "<=", number)``, or None where nothing was promised.
    """

    benchmark: str
    name: str
    value: float
    target: tuple[str, float] | None

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without a target."""
        if self.target is None:
            return None
        direction, wanted = self.target
        return self.value >= wanted if direction == ">=" else self.value <= wanted


def available() -> list[str]:
    """Name the benchmarks of this folder."""
    found = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in found if name != "run")


def measure(name: str) -> list[Figure]:
    """Run one benchmark; what it prints goes to standard error."""
    module = importlib.import_module(f"benchmarks.{name}")
    targets: Mapping[str, tuple[str, float]] = getattr(module, "TARGETS", {})
    with contextlib.redirect_stdout(sys.stderr):
        figures: Mapping[str, float] = module.main()
    if unknown := sorted(set(targets) - set(figures)):
        raise KeyError(f"benchmarks/{name}.py sets targets for {unknown}, which it did not measure")
    return [Figure(name, key, float(value), targets.get(key)) for key, value in figures.items()]


def machine() -> str:
    """Describe the processor, its cores, the Python version and the load before the run."""
    processor = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        processor = named[0] if named else processor
    load = os.getloadavg()[0]
    return (
        f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}"
    )


def table(figures: list[Figure]) -> str:
    """Write the figures as a Markdown table."""
    rows = ["| benchmark | figure | value | target |", "| --- | --- | ---: | --- |"]
    words = {True: "reached", False: "**missed**", None: ""}
    for figure in figures:
        wanted = f"{figure.target[0]} {figure.target[1]:,g} " if figure.target else ""
        rows.append(
            f"| {figure.benchmark} | {figure.name.replace('_', ' ')} | {figure.value:,.4g} "
            f"| {wanted}{words[figure.reached]} |"
        )
    return "\n".join(rows) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the named benchmarks, or all; return 1 where one of them broke."""
    parser = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(available()))
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    asked = parser.parse_args(arguments)
    names = asked.names or available()
    if unknown := sorted(set(names) - set(available())):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(available())}")
    heading = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}"
    figures: list[Figure] = []
    broken: list[str] = []
    for name in names:
        begin = time.perf_counter()
        try:
            figures += measure(name)
        except Exception as error:  # one broken benchmark must not hide the others
            broken.append(f"{name}: {type(error).__name__}: {error}")
        print(f"{name}: {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)
    print(f"{heading}\n\n{table(figures)}", flush=True)
    for line in broken:
        print(f"broken: {line}", file=sys.stderr)
    if asked.write and not broken:
        PAGE.write_text(
            f"{INTRODUCTION}\nMeasured {heading}.\n\n{table(figures)}", encoding="utf-8"
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
