"""Ctrl-C during a comparison: what is finished is kept, and it is said how to go on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servanda.cli.root import main

ROOT = Path(__file__).resolve().parents[2]
MAIN = "import sys; from servanda.cli import main; sys.exit(main())"
STUDY = ("border-pact", "--draws", "3000", "--no-rivals", "--no-report")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.mark.parametrize("executor", ["local", "pool:2"])
def test_after_ctrl_c_the_run_goes_on_to_the_same_bits(
    executor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "compare", *STUDY, "--executor", executor],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    end = time.monotonic() + 240
    while not list(tmp_path.glob("servanda-runs/*/chunk-*.json")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)
    (folder,) = (tmp_path / "servanda-runs").iterdir()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert f"servanda study resume servanda-runs/{folder.name}" in err
    assert "Traceback" not in err

    code, out, _ = run(capsys, "study", "status", "--json")
    (status,) = json.loads(out)["runs"]
    assert code == 0
    assert status["state"] == "interrupted"
    assert 0 < status["finished"] < status["chunks"] == 12
    assert status["resumable"]
    code, out, _ = run(capsys, "study", "status")
    assert f"servanda study resume servanda-runs/{folder.name}" in out

    resume = ("study", "resume", str(folder), "--no-rivals", "--no-report", "--json")
    code, again, err = run(capsys, *resume)
    assert (code, err) == (0, "")
    code, out, _ = run(capsys, "verify", str(folder), "--json")
    assert json.loads(out)["grade"] == "identical"
    code, out, _ = run(capsys, "study", "status", str(folder), "--check")
    assert code == 0
    assert "finished" in out
    assert "12 of 12 chunks" in out
    code, whole, _ = run(capsys, "compare", *STUDY, "--json", "--out", "undisturbed")
    first, second = json.loads(again), json.loads(whole)
    for data in (first, second):
        del data["run"]["folder"], data["run"]["seconds"]
    assert first == second


def test_status_says_what_is_damaged_and_what_cannot_be_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.faults.small_study import study

    folder = study(tmp_path, 3)
    victim = folder.path / folder.name("inputs", 1)
    data = bytearray(victim.read_bytes())
    data[20] ^= 1
    victim.write_bytes(bytes(data))
    assert run(capsys, "study", "status", str(tmp_path))[0] == 0  # the size is as recorded
    code, out, _ = run(capsys, "study", "status", str(tmp_path), "--check", "--json")
    (status,) = json.loads(out)["runs"]
    assert (code, status["damaged"], status["finished"]) == (1, 1, 2)
    code, _, err = run(capsys, "study", "resume", str(folder.path))
    assert code == 3
    assert "SV704" in err
    (folder.path / "manifest.json").write_text('{"format": 1}')
    code, out, _ = run(capsys, "study", "status", str(tmp_path))
    assert code == 1
    assert "unreadable" in out
    assert "format 1" in " ".join(out.split())


def test_status_without_runs_and_a_wrong_executor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "study", "status")[0] == 2  # there is no folder servanda-runs
    code, _, err = run(capsys, "study", "status", str(tmp_path))
    assert code == 3
    assert "SV701" in err
    code, _, err = run(capsys, "compare", "border-pact", "--executor", "pol")
    assert code == 2
    assert "SV760" in err
