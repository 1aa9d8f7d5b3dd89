"""Write the lock files anew: run by ``make lock`` after a change of the dependencies."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# {what}. Written by `make lock`; do not edit.\n"
LOCKS = {
    "requirements.lock": ("What servanda needs to run from a checkout", ["setup"]),
    "requirements-dev.lock": ("What servanda needs to be tested and documented", ["setup", "dev"]),
}
OPTIONS = [
    "--universal",
    "--generate-hashes",
    "--python-version=3.11",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-header",
    "--quiet",
]


def main(upgrade: bool) -> int:
    """Compile both locks and refuse one that holds the address of an index."""
    for name, (what, groups) in LOCKS.items():
        path = ROOT / name
        command = ["uv", "pip", "compile", "pyproject.toml", *OPTIONS, "--output-file", name]
        command += [f"--group={group}" for group in groups] + ["--upgrade"] * upgrade
        # Tests run every optional part.
        command += ["--all-extras"] * ("dev" in groups)
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        text = path.read_text(encoding="utf-8")
        if "://" in text:
            print(f"{name} holds an address; it must name packages only", file=sys.stderr)
            return 1
        path.write_text(HEADER.format(what=what) + text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--upgrade" in sys.argv[1:]))
