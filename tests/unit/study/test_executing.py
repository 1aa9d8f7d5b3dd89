"""Executors by name, what they refuse, and how they say what went wrong."""

from pathlib import Path

import polars as pl
import pytest

from servanda.domain.errors import ModelError, StoreError
from servanda.numerics.threads import available_threads
from servanda.study.executing import Job, Task, complete, complete_all, executor_named
from servanda.study.executing.limits import VARIABLES, limited, shares
from servanda.study.store import RunFolder


def opened(root: Path, chunks: int, name: str = "e0") -> RunFolder:
    folder = RunFolder(root, name * 32)
    folder.describe({"chunks": chunks, "tables": ["t"]})
    return folder


def threads_of(chunk: int) -> dict[str, pl.DataFrame]:
    """The threads that a worker may use."""
    import os

    return {"t": pl.DataFrame({"chunk": [chunk], "threads": [available_threads()],
                               "polars": [os.environ.get("POLARS_MAX_THREADS", "")]})}  # fmt: skip


def refuses_two(chunk: int) -> dict[str, pl.DataFrame]:
    """A model that cannot compute one of its chunks."""
    if chunk == 2:
        raise ModelError("two is too many", code="SV607")
    return {"t": pl.DataFrame({"chunk": [chunk]})}


def breaks(chunk: int) -> dict[str, pl.DataFrame]:
    """A model with a fault."""
    return {"t": pl.DataFrame({"chunk": [1 / (chunk - 1)]})}


def dies(chunk: int) -> dict[str, pl.DataFrame]:
    """A model that takes its worker down with it, as want of memory does."""
    import os

    os._exit(9)


def with_a_date(chunk: int) -> dict[str, pl.DataFrame]:
    """A table that not everybody can read."""
    return {"t": pl.DataFrame({"day": ["2025-03-07"]}).select(pl.col("day").str.to_date())}


@pytest.mark.parametrize(
    "name",
    ["", "pol", "local:2", "pool:0", "pool:x", "pool:99999", "dask://", "dask://host", "dask://:1",
     "dask://h:99999", "dask://h:1/x", "dask:/h:1", "pool:-1", "pool:²"],
)  # fmt: skip
def test_a_name_that_is_none_is_refused_with_the_choices(name: str) -> None:
    with pytest.raises(ModelError, match=r"local, pool, pool:N, dask, dask:N or dask://") as caught:
        executor_named(name)
    assert caught.value.code == "SV760"


def test_names_of_executors() -> None:
    assert executor_named("pool").workers == 0
    assert executor_named("dask:3").workers == 3
    assert executor_named("dask://10.0.0.7:8786").address == "tcp://10.0.0.7:8786"
    assert executor_named("dask://[::1]:8786").address == "tcp://[::1]:8786"


def test_workers_share_the_processors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVANDA_THREADS", "4")
    assert shares(2) == (2, 2)
    assert shares(0) == (4, 1)
    assert shares(9) == (9, 1)
    folder = opened(tmp_path, 3)
    complete(threads_of, folder, chunks=3, tables=("t",), executor="pool:2")
    found = folder.read("t")
    assert found["threads"].to_list() == [2, 2, 2]
    assert set(found["polars"]) == {"2"}


def test_the_environment_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before = dict(os.environ)
    with limited(1):
        assert {os.environ[name] for name in VARIABLES} == {"1"}
    assert dict(os.environ) == before


@pytest.mark.parametrize("executor", ["local", "pool:2"])
def test_what_a_chunk_says_arrives_and_the_others_are_kept(executor: str, tmp_path: Path) -> None:
    folder = opened(tmp_path, 4)
    with pytest.raises(ModelError, match="two is too many") as caught:
        complete(refuses_two, folder, chunks=4, tables=("t",), executor=executor)
    assert caught.value.code == "SV607"
    assert set(folder.recorded()) <= {0, 1, 3}
    assert executor != "local" or folder.recorded() == (0, 1)


def test_a_fault_in_a_worker_says_which_chunk(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="chunk 1: ZeroDivisionError"):
        complete(breaks, opened(tmp_path, 2), chunks=2, tables=("t",), executor="pool:2")


def test_workers_that_die_again_and_again_end_the_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="3 workers in a row died on chunk") as caught:
        complete(dies, opened(tmp_path, 2), chunks=2, tables=("t",), executor="pool:1")
    assert caught.value.code == "SV758"


def test_work_without_a_name_cannot_go_to_another_process(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="top of a module") as caught:
        complete(
            lambda chunk: threads_of(chunk), opened(tmp_path, 2),
            chunks=2, tables=("t",), executor="pool:2",
        )  # fmt: skip
    assert caught.value.code == "SV762"


def test_only_columns_that_everybody_reads_are_kept(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"day \(Date\)") as caught:
        complete(with_a_date, opened(tmp_path, 1), chunks=1, tables=("t",))
    assert caught.value.code == "SV755"


def test_a_worker_elsewhere_says_what_is_wrong_there(tmp_path: Path) -> None:
    folder = opened(tmp_path, 1)
    with pytest.raises(StoreError, match="another version") as caught:
        Task((Job(threads_of, folder.path, 1, ("t",)),), "other code")((0, 0))
    assert caught.value.code == "SV757"
    with pytest.raises(StoreError, match="does not see") as caught:
        Task((Job(threads_of, tmp_path / "elsewhere", 1, ("t",)),), "")((0, 0))
    assert caught.value.code == "SV756"


def test_several_runs_share_the_workers_and_progress_begins_with_what_stands(
    tmp_path: Path,
) -> None:
    folders = [opened(tmp_path, 3, name) for name in ("e1", "e2")]
    jobs = [Job(threads_of, folder.path, 3, ("t",)) for folder in folders]
    complete(threads_of, folders[0], chunks=3, tables=("t",))
    told: list[tuple[int, int, bool]] = []
    complete_all(
        jobs, executor="pool:2", progress=lambda done, of, s: told.append((done, of, s > 0.0))
    )
    assert told == [(3, 6, False), (4, 6, True), (5, 6, True), (6, 6, True)]
    assert all(folder.recorded() == (0, 1, 2) for folder in folders)
