"""Runs that are killed, starved or disturbed: nothing finished is lost, nothing torn is read.

Each test ends with the same question: does the resumed run have the bits of the undisturbed one?
"""

import errno
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.small_study import TABLES, folder_of, study

from servanda.domain.errors import StoreError
from servanda.study.store import RunFolder

CHUNKS = 10
ROOT = Path(__file__).resolve().parents[2]
#: The study as a program that kills itself just before its nth operation on the run's folder:
#: opening a file, renaming or removing one.
SUICIDE = """
import os, signal, sys
from pathlib import Path
from tests.faults.small_study import study
root, chunks, at = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
count = 0
def hook(event, arguments):
    global count
    if event in ("open", "os.rename", "os.remove") and str(arguments[0]).startswith(root):
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
study(Path(root), chunks)
print(count)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the run to which nothing happened."""
    return study(tmp_path_factory.mktemp("undisturbed"), CHUNKS).digest()


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start programs that are ended with the test, whatever becomes of it."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, **more: object) -> subprocess.Popen[str]:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": paths},
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **more,  # type: ignore[call-overload]
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what the test waits for did not happen"
        time.sleep(0.005)


def finished(root: Path) -> dict[Path, tuple[int, int]]:
    """The files of all intact chunks, each with what would change if it were written again."""
    place = root / ("5a" * 8)
    if not (place / "manifest.json").exists():
        return {}
    folder = RunFolder.open(place)
    chunks = [c for c in folder.recorded() if folder.intact(c, TABLES)]
    files = [place / folder.name(t, c) for c in chunks for t in TABLES]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def resumed(root: Path, chunks: int = CHUNKS) -> str:
    """Resume a run; what was finished must not be touched, and nothing half written stays."""
    before = finished(root)
    folder = study(root, chunks)
    after = finished(root)
    assert {path: after[path] for path in before} == before
    assert not list(folder.path.glob("*.part"))
    return folder.digest()


def children(pid: int) -> list[int]:
    """The worker processes that a process has started."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    listed = [child for thread in threads for child in thread.read_text().split()]
    named = {int(c): Path(f"/proc/{c}/cmdline").read_bytes() for c in listed}
    return [c for c, line in named.items() if b"spawn_main" in line]


def alive(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def killed_before_operation(start: Callable[..., subprocess.Popen[str]], root: Path, at: int):
    process = start("-c", SUICIDE, root, CHUNKS, at)
    process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode


#: Of the first chunk written: its tables before and after their renames, its record, the next.
TELLING = [1, 5, 14, 18, 20, 21]


@pytest.mark.parametrize("at", TELLING)
def test_a_process_killed_between_two_operations(at: int, tmp_path, start, undisturbed) -> None:
    assert killed_before_operation(start, tmp_path, at) == -signal.SIGKILL
    assert resumed(tmp_path) == undisturbed


@pytest.mark.deep
def test_a_process_killed_before_any_of_fifty_operations(tmp_path, start, undisturbed) -> None:
    process = start("-c", SUICIDE, tmp_path / "all", CHUNKS, 0)
    operations = int(process.communicate(timeout=60)[0])
    assert operations > 150
    for at in random.Random(1).sample(range(1, operations + 1), 50):
        root = tmp_path / str(at)
        assert killed_before_operation(start, root, at) == -signal.SIGKILL
        assert resumed(root) == undisturbed, at


def killed_at_a_moment(start, root: Path, executor: str, wait: float) -> list[int]:
    process = start("-m", "tests.faults.small_study", root, CHUNKS, executor, 0.02)
    place = root / ("5a" * 8)
    until((place / "manifest.json").exists)
    time.sleep(wait)
    workers = children(process.pid) if process.poll() is None else []
    process.kill()
    process.communicate()
    return workers


@pytest.mark.parametrize("wait", [0.05, 0.2])
def test_a_process_killed_at_some_moment(wait: float, tmp_path, start, undisturbed) -> None:
    killed_at_a_moment(start, tmp_path, "local", wait)
    assert resumed(tmp_path) == undisturbed


@pytest.mark.deep
def test_a_process_killed_at_fifty_random_moments(tmp_path, start, undisturbed) -> None:
    moments = random.Random(2)
    amid = 0
    for number in range(50):
        root = tmp_path / str(number)
        killed_at_a_moment(start, root, "local", moments.uniform(0.0, 0.9))
        amid += 0 < len(finished(root)) < CHUNKS * len(TABLES)
        assert resumed(root) == undisturbed, number
    assert amid >= 10


def test_workers_end_when_the_process_that_started_them_is_killed(
    tmp_path, start, undisturbed
) -> None:
    workers = killed_at_a_moment(start, tmp_path, "pool:2", 1.0)
    until(lambda: not any(alive(pid) for pid in workers))
    assert resumed(tmp_path) == undisturbed


# A killed Dask worker sometimes ends the run instead of only its chunk: not yet mended, so counted
# among the deep tests, where it shows.
@pytest.mark.parametrize("executor", ["pool:2", pytest.param("dask:2", marks=pytest.mark.deep)])
def test_a_worker_is_killed(executor: str, tmp_path, start, undisturbed) -> None:
    process = start("-m", "tests.faults.small_study", tmp_path, CHUNKS, executor, 0.2)
    until(lambda: finished(tmp_path))
    victim = children(process.pid)[-1]
    os.kill(victim, signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert len(finished(tmp_path)) == CHUNKS * len(TABLES)
    assert resumed(tmp_path) == undisturbed


@pytest.fixture
def cluster(start, tmp_path) -> tuple[str, subprocess.Popen[str]]:
    """A scheduler with one worker, as on two machines."""
    pytest.importorskip("distributed")
    note = tmp_path / "scheduler.json"
    scheduler = start(
        "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
        "--no-dashboard", "--scheduler-file", note,
    )  # fmt: skip
    until(note.exists)
    start(
        "-m", "distributed.cli.dask_worker", "--scheduler-file", note, "--nthreads", "1",
        "--no-dashboard", "--local-directory", tmp_path / "spill", "--host", "127.0.0.1",
    )  # fmt: skip
    address = note.read_text().partition('"address": "tcp://')[2].partition('"')[0]
    return f"dask://{address}", scheduler


def test_the_scheduler_is_killed(cluster, tmp_path, start, undisturbed) -> None:
    address, scheduler = cluster
    process = start("-m", "tests.faults.small_study", tmp_path, CHUNKS, address, 0.3)
    until(lambda: finished(tmp_path))
    scheduler.kill()
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "scheduler went away; finished chunks are kept" in said
    assert 0 < len(finished(tmp_path)) < CHUNKS * len(TABLES)
    assert resumed(tmp_path) == undisturbed


def test_a_scheduler_that_runs_computes_the_same_bits(cluster, tmp_path, undisturbed) -> None:
    assert study(tmp_path, CHUNKS, cluster[0]).digest() == undisturbed


@pytest.mark.parametrize("executor", ["pool:1", "pool:2", "pool:4", "dask:2"])
def test_the_bits_do_not_depend_on_who_computes(executor: str, tmp_path, undisturbed) -> None:
    assert study(tmp_path, CHUNKS, executor).digest() == undisturbed


@pytest.mark.parametrize("writes", [0, 2, 7, 16])
def test_the_disk_is_full(writes: int, tmp_path, monkeypatch, undisturbed) -> None:
    folder_of(tmp_path, CHUNKS)
    real, left = os.fsync, writes

    def full(handle: int) -> None:
        nonlocal left
        if left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left -= 1
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left") as caught:
            study(tmp_path, CHUNKS)
    assert caught.value.code == "SV702"
    assert not list(tmp_path.glob("*/*.part"))
    assert resumed(tmp_path) == undisturbed


@pytest.mark.parametrize("executor", ["local", "pool:2"])
def test_the_system_refuses_to_write_more(executor: str, tmp_path, start, undisturbed) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # a table needs more

    process = start("-m", "tests.faults.small_study", tmp_path, CHUNKS, executor, preexec_fn=limit)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "File too large" in said
    assert resumed(tmp_path) == undisturbed


@pytest.mark.parametrize("name", ["results-000003.parquet", "chunk-000003.json"])
@pytest.mark.parametrize("left", [0.0, 0.5, 0.99])
def test_a_file_is_cut_short(name: str, left: float, tmp_path, undisturbed) -> None:
    folder = study(tmp_path, CHUNKS)
    victim = folder.path / name
    data = victim.read_bytes()
    victim.write_bytes(data[: int(left * len(data))])
    assert not folder.intact(3, TABLES, thorough=False)
    with pytest.raises(StoreError, match="damaged"):
        folder.read("results")
    assert resumed(tmp_path) == undisturbed


def test_the_clock_steps_back(tmp_path, monkeypatch, undisturbed) -> None:
    """Every look at the clock of the wall finds it an hour earlier; files come from the future."""
    now = 2_000_000_000.0

    def back() -> float:
        nonlocal now
        now -= 3600.0
        return now

    monkeypatch.setattr(time, "time", back)
    monkeypatch.setattr(time, "time_ns", lambda: int(back() * 1e9))
    with pytest.raises(KeyboardInterrupt):
        interrupted_after(tmp_path, 4)
    for path in tmp_path.rglob("*"):
        os.utime(path, (4_000_000_000, 4_000_000_000))
    assert resumed(tmp_path) == undisturbed


def interrupted_after(root: Path, count: int) -> None:
    from tests.faults.small_study import Walk

    from servanda.study.executing import complete

    def stop(done: int, _total: int, _seconds: float) -> None:
        if done == count:
            raise KeyboardInterrupt

    complete(Walk(), folder_of(root, CHUNKS), chunks=CHUNKS, tables=TABLES, progress=stop)


@pytest.mark.parametrize("executors", [("local", "local"), ("local", "pool:2")])
def test_two_processes_work_on_the_same_run(executors, tmp_path, start, undisturbed) -> None:
    both = [
        start("-m", "tests.faults.small_study", tmp_path, CHUNKS, executor, 0.02)
        for executor in executors
    ]
    for process in both:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    assert not list(tmp_path.glob("*/*.damaged"))
    assert resumed(tmp_path) == undisturbed
