"""Runs that are under way: one process computes, the pages ask how far it is."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servanda.domain.errors import ModelError
from servanda.domain.scenario import Resolved
from servanda.domain.study import Study
from servanda.study.arrays import read_arrays
from servanda.study.result import Comparison
from servanda.study.reweighting import Reweighting, reweighting
from servanda.study.running import known_options, run_hash
from servanda.study.store import RunFolder
from servanda.web.worker import RESULT

__all__ = ["Job", "Jobs"]

_KEPT = 8
_REMEMBERED = 60


@dataclass
class Job:
    """One run that was asked for."""

    number: int
    key: str
    study: Study
    hash: str
    state: str = "waiting"
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    began: float = field(default_factory=time.monotonic)
    folder: str | None = None
    code: str | None = None
    message: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed", "stopped")

    def published(self) -> dict[str, Any]:
        """Return the JSON shape of a run under way."""
        waited = time.monotonic() - self.began
        return {
            "run": self.hash[:16],
            "state": self.state,
            "chunks_done": self.done,
            "chunks": self.total,
            "seconds": round(self.seconds if self.over else waited, 1),
            "draws": self.study.draws,
            "seed": self.study.seed,
            "shifts": self.study.shifts,
            "error": None if self.code is None else {"code": self.code, "message": self.message},
        }


class Jobs:
    """Starts runs in a process of their own and hands out what is finished.

    Args:
        root: the folder that keeps runs; the same as that of ``servanda compare``.
    """

    def __init__(self, root: Path) -> None:
        """Keep the folder; the process starts with the first job."""
        self.root = root
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: list[tuple[Job, dict[str, Any]]] = []
        self._running: Job | None = None
        self._process: subprocess.Popen[str] | None = None
        self._count = 0
        self._names: dict[tuple[str, str], str] = {}
        self._lock = threading.RLock()
        self._results: OrderedDict[str, Reweighting] = OrderedDict()
        self._scratch = tempfile.TemporaryDirectory(prefix="servanda-web-")

    def close(self) -> None:
        """End the process; finished chunks are on disk."""
        with self._lock:
            process, self._process = self._process, None
            self._waiting.clear()
        if process is not None:
            _end(process)
        self._scratch.cleanup()

    def ask(
        self,
        key: str,
        resolved: Resolved,
        study: Study,
        *,
        of: str | None = None,
        switches: bool = False,
    ) -> Job:
        """Return the job of a study: finished, under way, or newly put in line.

        Args:
            key: the scenario's name here.
            resolved: the scenario.
            study: what to run.
            of: folder of the comparison without shifts, for a run with them; such a run takes the
                place of one that still waits.
            switches: also turn every switch.

        Raises:
            ModelError: the study cannot be run.
        """
        name = self._name(resolved, study)
        with self._lock:
            known = self.jobs.get(name)
            if known is not None and known.state in ("waiting", "running", "done"):
                return known
            self._count += 1
            job = Job(self._count, key, study, name, total=-(-study.draws // 250))
            self._remember(job)
            folder = self.root / name[:16]
            if not switches and (folder / RESULT).is_file():
                job.state, job.folder = "done", str(folder)
                return job
            if of is not None:
                self._drop_moves()
            snapshot = Path(self._scratch.name) / f"{resolved.content_hash[:32]}.json"
            if not snapshot.is_file():
                snapshot.write_text(resolved.model_dump_json(by_alias=True, exclude_unset=True))
            order = {
                "job": job.number,
                "snapshot": str(snapshot),
                "study": study.model_dump(mode="json"),
                "root": str(self.root),
                "of": of,
                "switches": switches,
            }
            self._waiting.append((job, order))
            self._next()
            return job

    def _name(self, resolved: Resolved, study: Study) -> str:
        """The run's hash; the code is read for it once, since it cannot change under way."""
        key = (resolved.content_hash, study.model_dump_json())
        if key not in self._names:
            if len(self._names) > _REMEMBERED:
                self._names.clear()
            self._names[key] = run_hash(study, resolved, known_options(resolved, study))
        return self._names[key]

    def known(self, resolved: Resolved, study: Study) -> Job | None:
        """Return the job of a study if there is one; nothing starts."""
        name = self._name(resolved, study)
        with self._lock:
            return self.jobs.get(name)

    def _remember(self, job: Job) -> None:
        self.jobs[job.hash] = job
        self.jobs.move_to_end(job.hash)
        for name in [n for n, j in self.jobs.items() if j.over][:-_REMEMBERED]:
            del self.jobs[name]

    def _drop_moves(self) -> None:
        for job, order in self._waiting:
            if order["of"]:
                job.state = "stopped"
        self._waiting = [(job, order) for job, order in self._waiting if not order["of"]]

    def stop(self, run: str) -> Job:
        """Stop a run; its finished chunks are kept and the same run goes on from there.

        Raises:
            ModelError: there is no such run (SV981).
        """
        with self._lock:
            job = self.find(run)
            self._waiting = [(j, order) for j, order in self._waiting if j is not job]
            if job is self._running and self._process is not None:
                process, self._process = self._process, None
                _end(process)
                self._running = None
            if not job.over:
                job.state = "stopped"
            self._next()
            return job

    def find(self, run: str) -> Job:
        """Look a run up by the first 16 characters of its hash.

        Raises:
            ModelError: there is none (SV981).
        """
        with self._lock:
            for job in self.jobs.values():
                if job.hash[:16] == run:
                    return job
        raise ModelError(f"no run {run[:32]!r} of this start", code="SV981")

    def _next(self) -> None:
        """Hand the next job to the process, which is started if need be."""
        if self._running is not None or not self._waiting:
            return
        job, order = self._waiting.pop(0)
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "servanda.web.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        self._running, job.state = job, "running"
        job.began = time.monotonic()
        stdin = self._process.stdin
        try:
            if stdin is not None:
                stdin.write(json.dumps(order) + "\n")
                stdin.flush()
        except OSError:
            self._ended(job, "the computing process has ended")

    def _listen(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            answer = json.loads(line)
            with self._lock:
                job = self._running
                if self._process is not process or job is None or job.number != answer["job"]:
                    continue
                self._heard(job, answer)
        if process.stdout is not None:
            process.stdout.close()
        with self._lock:
            if self._process is process:
                self._process = None
                if self._running is not None:
                    self._ended(self._running, "the computing process has ended")

    def _heard(self, job: Job, answer: dict[str, Any]) -> None:
        if "progress" in answer:
            job.done, job.total, job.seconds = answer["progress"]
            return
        if "failed" in answer:
            job.code, job.message = answer["failed"]["code"], answer["failed"]["message"]
        job.folder = answer.get("folder")
        job.state = "failed" if job.folder is None else "done"
        job.seconds = time.monotonic() - job.began
        self._running = None
        self._next()

    def _ended(self, job: Job, why: str) -> None:
        job.state, job.code, job.message = "failed", "SV600", why
        self._running = None
        self._next()

    def result(self, job: Job) -> Reweighting:
        """Return the finished comparison of a job, ready for reweighting.

        Raises:
            ModelError: it is not finished (SV985), or could not be computed.
        """
        if job.state == "failed":
            raise ModelError(job.message, code=job.code or "SV600")
        if job.folder is None:
            raise ModelError("the comparison has not been computed yet", code="SV985")
        with self._lock:
            if job.hash not in self._results:
                text = Path(job.folder, RESULT).read_text("utf-8")
                comparison = Comparison.model_validate_json(text)
                arrays = read_arrays(RunFolder.open(Path(job.folder)), tuple(comparison.options))
                self._results[job.hash] = reweighting(comparison, arrays)
            self._results.move_to_end(job.hash)
            while len(self._results) > _KEPT:
                self._results.popitem(last=False)
            return self._results[job.hash]


def _end(process: subprocess.Popen[str]) -> None:
    """End the process at once; its finished chunks are on disk, the reader closes its output."""
    process.kill()
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
