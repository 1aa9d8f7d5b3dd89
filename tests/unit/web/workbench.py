"""A workbench for tests: its application with the token in hand, or a server in a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi.testclient import TestClient

from servanda.scenario.starting import copy_example
from servanda.web.app import application, guarded
from servanda.web.jobs import Jobs
from servanda.web.serving import Patient, hosts_of
from servanda.web.workplace import Workplace

TOKEN = "a-token-of-the-tests"
HOST = "127.0.0.1:8765"
DRAWS = "draws=30&posterior=prior&protege=mechanical"
"""Settings that are quick to run; the numbers do not matter to most tests."""


def own_scenario(folder: Path, example: str = "border-pact") -> Path:
    """A scenario of one's own in a folder, copied from an example."""
    return copy_example(example, folder / "mine")


@contextmanager
def client(folder: Path | None, runs: Path, example: str | None = None) -> Iterator[TestClient]:
    """A client that is let in."""
    app = application(Workplace(folder, example), Jobs(runs))
    inside = guarded(app, TOKEN, frozenset({HOST}))
    with TestClient(
        inside,  # type: ignore[arg-type]
        base_url=f"http://{HOST}",
        headers={"authorization": f"Bearer {TOKEN}"},
        follow_redirects=False,
    ) as made:
        made.app.inner = app  # type: ignore[attr-defined]
        yield made


@contextmanager
def server(folder: Path | None, runs: Path, example: str | None = None) -> Iterator[str]:
    """A server on a free port; gives the address with the token."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    port = listener.getsockname()[1]
    app = application(Workplace(folder, example), Jobs(runs))
    config = uvicorn.Config(
        guarded(app, TOKEN, hosts_of("127.0.0.1", port)),
        http=Patient,
        log_level="error",
        ws="none",
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/?token={TOKEN}"
    finally:
        running.should_exit = True
        thread.join(timeout=10)


def computed(made: Any, key: str, query: str = DRAWS, seconds: float = 180.0) -> None:
    """Wait until the comparison of a scenario is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = made.get(f"/s/{key}/run/progress?{query}").text
        if "Done." in text:
            return
        assert "could not be computed" not in text, text
        time.sleep(0.2)
    raise AssertionError("the comparison took too long")
