"""Start the workbench: choose the port and the token, listen on loopback, end cleanly."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from servanda.domain.errors import ModelError
from servanda.scenario.folder import example_names
from servanda.web.app import application, guarded
from servanda.web.jobs import Jobs
from servanda.web.workplace import Workplace

__all__ = ["hosts_of", "serve", "workplace_of"]

HEAD_SECONDS = 10.0
"""How long a client may take to send the head of a request."""

MOST_CONNECTIONS = 200


class Patient(H11Protocol):
    """The protocol of the server, which hangs up on clients that do not finish a request's head."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the clock with the connection."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Stop the clock when a head is complete, start it with the next one."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._late is None and data:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _stop(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _hang_up(self) -> None:
        self._late = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


def hosts_of(host: str, port: int) -> frozenset[str]:
    """Return the values of the Host header that are ours.

    Examples:
        >>> sorted(hosts_of("127.0.0.1", 8765))
        ['127.0.0.1:8765', 'localhost:8765']
    """
    shown = f"[{host}]" if ":" in host else host
    return frozenset({f"{shown}:{port}", f"localhost:{port}"})


def workplace_of(place: str | None) -> Workplace:
    """Find what is to be opened: a folder, a shipped example, or the working directory.

    Raises:
        ModelError: there is neither a folder nor an example of this name (SV986).
    """
    if place is None:
        return Workplace(Path.cwd())
    path = Path(place)
    if path.is_dir():
        return Workplace(path)
    if path.name == "scenario.yaml" and path.is_file():
        return Workplace(path.parent)
    if place in example_names():
        return Workplace(Path.cwd(), example=place)
    known = ", ".join(example_names())
    raise ModelError(f"there is no folder or example {place!r}; examples: {known}", code="SV986")


def serve(
    place: str | None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    runs: Path = Path("servanda-runs"),
    ready: Callable[[str], None] = print,
) -> None:
    """Serve the workbench until it is interrupted.

    Args:
        place: a scenario folder, a folder of scenarios, or the name of a shipped example.
        host: a loopback address.
        port: 0 for any that is free.
        runs: the folder that keeps runs.
        ready: called with the address to open, token included, when the server listens.

    Raises:
        ModelError: the address is not a loopback one, the port is taken, or there is nothing to
            open (SV986).
    """
    workplace = workplace_of(place)
    listener = _listener(host, port)
    taken = int(listener.getsockname()[1])
    token = secrets.token_urlsafe(32)
    shown = f"[{host}]" if ":" in host else host
    app = guarded(application(workplace, Jobs(runs)), token, hosts_of(host, taken))
    config = uvicorn.Config(
        app,
        http=Patient,
        access_log=False,
        date_header=True,
        h11_max_incomplete_event_size=16_384,
        limit_concurrency=MOST_CONNECTIONS,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=15,
        ws="none",
    )
    ready(f"http://{shown}:{taken}/?token={token}")
    uvicorn.Server(config).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise ModelError(f"--host: {host!r} is no address", code="SV986") from None
    if not address.is_loopback:
        raise ModelError(f"--host: {host} is not a loopback address", code="SV986")
    listener = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((str(address), port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ModelError(f"--port: {port} cannot be used: {error.strerror}", code="SV986") from None
    return listener
