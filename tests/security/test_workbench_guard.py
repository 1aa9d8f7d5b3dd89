"""Nobody but the reader speaks to the workbench: host, origin, token, size, time, paths."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from tests.unit.web.workbench import HOST, TOKEN, client, own_scenario, server

from servanda.domain.errors import ModelError
from servanda.report.figures import guarded_cell
from servanda.web import guard, serving

FOREIGN_HOSTS = ("evil.example", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:8765",
                 "evil.example:8765", "0.0.0.0:8765", "[::]:8765",
                 "127.0.0.1:8765.evil.example")  # fmt: skip
FOREIGN_ORIGINS = ("https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost",
                   "https://127.0.0.1:8765", "http://127.0.0.1:8765.evil.example")  # fmt: skip


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    place = tmp_path_factory.mktemp("guard")
    own_scenario(place)
    with client(place, place / "runs") as made:
        yield made


def routes(inside: TestClient) -> list[tuple[str, str]]:
    """Every method and address of the application, with a value for each parameter."""
    found = []
    for route in inside.app.inner.routes:  # type: ignore[attr-defined]
        if not isinstance(route, APIRoute):
            found.append(("GET", route.path))
            continue
        path = route.path
        for name in ("key", "name", "run", "figure"):
            path = path.replace("{" + name + "}", "mine" if name == "key" else "x.csv")
        found += [(method, path) for method in route.methods]
    assert len(found) > 10
    return found


def refused(answer: Any) -> None:
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "SV980"
    assert set(error) == {"status", "code", "title", "message", "remedy", "problems"}
    assert "scenario" not in answer.text.lower().replace(error["remedy"].lower(), "")


def ask(inside: TestClient, method: str, path: str, **headers: str) -> Any:
    given = {"authorization": f"Bearer {TOKEN}", "accept": "application/json"} | headers
    given = {k.replace("_", "-"): v for k, v in given.items() if v != "-"}
    inside.headers.clear()
    try:
        return inside.request(method, path, headers=given)
    finally:
        inside.headers["authorization"] = f"Bearer {TOKEN}"


def test_every_route_refuses_foreign_hosts_origins_and_missing_tokens(inside: TestClient) -> None:
    for method, path in routes(inside):
        for host in FOREIGN_HOSTS:
            refused(ask(inside, method, path, host=host))
        for origin in FOREIGN_ORIGINS:
            refused(ask(inside, method, path, origin=origin))
        for site in ("cross-site", "same-site"):
            refused(ask(inside, method, path, sec_fetch_site=site))
        for token in ("-", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
            refused(ask(inside, method, path, authorization=token))
        refused(ask(inside, method, path, authorization="-", cookie="servanda-token=wrong"))


def test_an_address_that_does_not_exist_is_no_way_around(inside: TestClient) -> None:
    refused(ask(inside, "GET", "/nothing/here", authorization="-"))
    refused(ask(inside, "OPTIONS", "/scenarios", authorization="-"))


def test_the_token_of_the_address_becomes_a_cookie_that_no_script_reads(
    inside: TestClient,
) -> None:
    answer = ask(inside, "GET", f"/scenarios?token={TOKEN}&a=1", authorization="-")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/scenarios?a=1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    inside.cookies.clear()
    with_cookie = ask(
        inside, "GET", "/scenarios", authorization="-", cookie=f"servanda-token={TOKEN}"
    )
    assert with_cookie.status_code == 200
    inside.cookies.clear()


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "///evil.example"])
def test_the_redirect_never_leaves_the_host(inside: TestClient, path: str) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": f"token={TOKEN}".encode(), "headers": [(b"host", HOST.encode())],
    }  # fmt: skip
    asyncio.run(inside.app(scope, receive, send))  # type: ignore[arg-type]
    location = dict(sent[0]["headers"])[b"location"].decode()
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_two_host_headers_are_refused(inside: TestClient) -> None:
    headers = [("host", HOST), ("host", "evil.example"), ("authorization", f"Bearer {TOKEN}")]
    assert inside.get("/scenarios", headers=headers).status_code == 403


def test_every_answer_carries_the_policy_and_is_not_kept(inside: TestClient) -> None:
    for path in ("/scenarios", "/nothing", "/openapi.json", "/s/mine/obligations"):
        headers = ask(inside, "GET", path).headers
        assert headers["content-security-policy"] == guard.POLICY
        assert "unsafe" not in guard.POLICY
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"


def test_a_body_over_the_limit_is_refused_declared_or_not(inside: TestClient) -> None:
    large = b"x" * (guard.BODY_LIMIT + 1)

    def drops() -> Iterator[bytes]:
        for _ in range(3):
            yield b"y" * 1_000_000

    for body in (large, drops()):
        answer = inside.post("/scenarios/new", content=body)
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "SV982"
    lying = {"content-length": "99999999999999"}
    assert ask(inside, "POST", "/scenarios/new", **lying).status_code == 413


def test_a_long_address_is_refused(inside: TestClient) -> None:
    assert inside.get("/scenarios?x=" + "a" * 9000).status_code == 414


def test_a_body_that_trickles_is_cut_off(
    inside: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.2)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"a", "more_body": True}

    headers = [(b"host", HOST.encode()), (b"authorization", f"Bearer {TOKEN}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/scenarios/new", "query_string": b"",
             "raw_path": b"/scenarios/new", "headers": headers}  # fmt: skip
    asyncio.run(inside.app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 408


def test_a_head_that_never_ends_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.4)
    with server(None, tmp_path / "runs") as address:
        port = int(address.split(":")[2].split("/")[0])
        silent = socket.create_connection(("127.0.0.1", port))
        slow = socket.create_connection(("127.0.0.1", port))
        slow.sendall(b"GET /scenarios HTTP/1.1\r\nhost: x\r\n")
        for line in (silent, slow):
            line.settimeout(5)
            began = time.monotonic()
            assert line.recv(100) == b""
            assert time.monotonic() - began < 4
            line.close()
        again = socket.create_connection(("127.0.0.1", port))
        again.settimeout(5)
        again.sendall(b"GET /scenarios HTTP/1.1\r\nhost: x\r\n\r\n")
        assert again.recv(100).startswith(b"HTTP/1.1 403")
        again.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.org", "8.8.8.8", ""])
def test_only_loopback_addresses_are_listened_on(host: str) -> None:
    with pytest.raises(ModelError) as caught:
        serving.serve(None, host=host)
    assert caught.value.code == "SV986"


CLIMBS = ("..", "../..", "..%2f..", "%2e%2e", "..%5c..", "....//", "..;", ".%00.", "%c0%ae%c0%ae",
          "/etc", "C:", "\\\\host", "~", "file:", "%252e%252e")  # fmt: skip
TARGETS = ("etc/passwd", "pyproject.toml", "scenario.yaml", "manifest.json", "passwd%00.csv")
ENTRANCES = ("/assets/{}", "/s/{}/compare", "/s/mine/figures/{}", "/{}")


def test_no_path_leads_out_of_the_lists(inside: TestClient) -> None:
    tried = 0
    for entrance in ENTRANCES:
        for climb in CLIMBS:
            for target in TARGETS:
                answer = inside.get(entrance.format(f"{climb}/{target}"))
                tried += 1
                assert answer.status_code in (303, 404, 422, 400), (entrance, climb, target)
                assert "root:" not in answer.text
                assert "[project]" not in answer.text
                assert "horizon_years" not in answer.text
    assert tried >= 200


@pytest.mark.parametrize("opening", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " ="])
@pytest.mark.parametrize("rest", ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x")', "SUM(A1)"])
def test_text_that_a_spreadsheet_would_run_gets_a_quote(opening: str, rest: str) -> None:
    text = opening + rest
    assert guarded_cell(text) == "'" + text
    assert guarded_cell(-1.5) == -1.5
