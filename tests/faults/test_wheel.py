"""The built wheel works from an installation that it may not write to."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree so that the checkout stays as it is."""
    copy = tmp_path_factory.mktemp("build")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy / name)
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr
    (path,) = (copy / "dist").glob("servanda-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The wheel in a folder of its own, compiled as installers do, without write bits."""
    site = tmp_path_factory.mktemp("installation") / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(site)], check=True, timeout=120)
    everything = [site, *site.rglob("*")]
    for path in everything:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    yield site
    for path in everything:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def without_overriding() -> list[str]:
    """Give up root's right to write where the write bits say no, as an ordinary user has none."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return []
    rights = "-dac_override,-dac_read_search,-fowner"
    command = [setpriv, f"--bounding-set={rights}", f"--inh-caps={rights}"]
    tried = subprocess.run([*command, "true"], capture_output=True)
    return command if tried.returncode == 0 else []


def fingerprint(folder: Path) -> dict[str, str]:
    """Say what lies in a folder, to notice any file that was added or changed."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def servanda(
    installed: Path, place: Path, *arguments: str, timeout: int = 900
) -> subprocess.CompletedProcess[str]:
    """Run the installed package, and no other, in a fresh home folder."""
    home = place / "home"
    home.mkdir(exist_ok=True)
    start = (
        "import sys; from servanda import __file__ as where; from servanda.cli import main; "
        f"assert where.startswith({str(installed)!r}), where; sys.exit(main())"
    )
    # Isolated from the checkout: the installation first, then the libraries it depends on.
    libraries = sysconfig.get_paths()["purelib"]
    environment = {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(installed), libraries]),
    }
    return subprocess.run(
        [*without_overriding(), sys.executable, "-s", "-c", start, *arguments],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def test_the_wheel_holds_the_data_and_nothing_of_the_workshop(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for needed in (
        "servanda/py.typed",
        "servanda/library/actors.yaml",
        "servanda/examples/ukraine-2025/scenario.yaml",
        "servanda/report/assets/vega.min.js",
        "servanda/report/assets/licences/vega.txt",
    ):
        assert needed in names
    assert any(name.startswith("servanda/report/templates/") for name in names)
    assert any(name.startswith("servanda/library/instruments/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert all(name.startswith(("servanda/", "servanda-")) for name in names)
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_knows_its_version(installed: Path, tmp_path: Path):
    shown = servanda(installed, tmp_path, "--version")
    assert shown.returncode == 0, shown.stderr
    assert "0.1.0" in shown.stdout


@pytest.mark.skipif(os.geteuid() == 0 and not without_overriding(), reason="root writes anywhere")
def test_the_installation_cannot_be_written(installed: Path):
    target = installed / "servanda" / "intruder"
    tried = subprocess.run(
        [*without_overriding(), sys.executable, "-c", f"open({str(target)!r}, 'w')"],
        capture_output=True,
        text=True,
    )
    assert "PermissionError" in tried.stderr


def test_the_demo_runs_from_a_read_only_installation(installed: Path, tmp_path: Path):
    before = fingerprint(installed)
    ended = servanda(installed, tmp_path, "demo", "--json")
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert len(result["options"]) >= 3
    assert fingerprint(installed) == before
