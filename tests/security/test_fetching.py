"""No private address is reached: not by spelling, not after a redirect, not by a changing name."""

import gzip
import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from servanda.domain.errors import ModelError
from servanda.evidence import fetch as fetching
from servanda.evidence.fetch import Limits, checked_addresses, fetch

PRIVATE = [
    "127.0.0.1", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "0x7f000001", "017700000001",
    "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "198.18.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "[fc00::1]",
    "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[::127.0.0.1]", "[ff02::1]", "[2001:db8::1]",
    "localhost", "localhost.", "LOCALHOST", "ip6-localhost",
]  # fmt: skip
ODD = [
    "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "javascript:alert(1)",
    "http://", "http:///x", "http://user:pass@example.org/", "http://example.org:22/",
    "http://example.org:8080/", "http://exa mple.org/", "http://example.org/\r\nHost: x",
    "http://[::1", "data:text/html,x", "http://example.org:99999/", "//example.org/",
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_connection(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Count attempts to connect; each of them is refused."""
    made: list[tuple[object, ...]] = []

    def refuse(address: tuple[object, ...], *args: object, **options: object) -> socket.socket:
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return made


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_never_connected(host: str, no_connection: list[tuple[object, ...]]):
    for scheme in ("http", "https"):
        with pytest.raises(ModelError) as caught:
            fetch(f"{scheme}://{host}/latest/meta-data/")
        assert caught.value.code in {"SV911", "SV912"}
    assert not no_connection


@pytest.mark.parametrize("url", ODD)
def test_odd_addresses_are_refused(url: str, no_connection: list[tuple[object, ...]]):
    with pytest.raises(ModelError):
        fetch(url)
    assert not no_connection


def answers(*addresses: str):
    def look_up(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

    return look_up


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "getaddrinfo", answers("93.184.215.14", "10.0.0.1"))
    with pytest.raises(ModelError, match="no public address"):
        checked_addresses("example.org", 80)


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, no_connection: list[tuple[object, ...]]
):
    looked_up = []

    def rebinding(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        looked_up.append(host)
        address = "93.184.215.14" if len(looked_up) == 1 else "127.0.0.1"
        return answers(address)(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(ModelError):
        fetch("http://example.org/", robots=False)
    assert no_connection == [("93.184.215.14", 80)]
    assert looked_up == ["example.org"]


class Page(http.server.BaseHTTPRequestHandler):
    """A small site on the loopback, reached in tests only by telling the check to allow it."""

    def do_GET(self) -> None:
        routes = {
            "/robots.txt": (200, "text/plain", b"User-agent: *\nDisallow: /closed\n"),
            "/ok": (200, "text/html; charset=utf-8", b"<html>fine</html>"),
            "/closed": (200, "text/html", b"closed"),
            "/large": (200, "text/html", b"x" * 50_000),
            "/bomb": (200, "text/html", gzip.compress(b"0" * 50_000_000)),
            "/zip": (200, "application/zip", b"PK"),
            "/gone": (404, "text/html", b""),
        }
        status, kind, body = routes.get(self.path, (302, "text/html", b""))
        self.send_response(status)
        if status == 302:
            self.send_header(
                "Location", {"/inward": "http://10.0.0.1/"}.get(self.path, self.path + "x")
            )
        if self.path == "/bomb":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the site; connections to the public address of the tests are led to it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    real = socket.getaddrinfo

    def look_up(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return (
            answers("93.184.215.14")(host, port)
            if host == "site.test"
            else real(host, port, **options)
        )

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        assert address == ("93.184.215.14", 80)
        made = socket.socket()
        made.settimeout(timeout)
        made.connect(server.server_address)
        return made

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    yield "http://site.test"
    server.shutdown()
    server.server_close()


def test_a_page_is_fetched_with_kind_and_time(site: str):
    found = fetch(f"{site}/ok")
    assert (found.kind, found.data) == ("html", b"<html>fine</html>")
    assert found.retrieved.endswith("+00:00")


@pytest.mark.parametrize(
    ("path", "code"),
    [("/closed", "SV913"), ("/large", "SV914"), ("/bomb", "SV914"), ("/zip", "SV914"), 
     ("/gone", "SV914"), ("/loop", "SV914"), ("/inward", "SV911")],
)  # fmt: skip
def test_what_the_limits_forbid(site: str, path: str, code: str):
    with pytest.raises(ModelError) as caught:
        fetch(f"{site}{path}", Limits(most_bytes=20_000))
    assert caught.value.code == code
