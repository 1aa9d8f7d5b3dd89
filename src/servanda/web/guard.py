"""Who may speak to the workbench: host, origin and token are checked before any route is looked up.

A plain ASGI layer, so that no route, static file or error page can be reached around it. A page of
another site cannot read or send anything here: its Host or Origin is foreign, and the cookie is not
sent along. Names of the machine other than the loopback ones are refused, which stops addresses
that are rebound after a look-up.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from servanda.web.refusals import Refusal, answer

__all__ = ["BODY_LIMIT", "POLICY", "Guard"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_LIMIT = 2_000_000
"""Bytes of a request body."""

ADDRESS_LIMIT = 8_000
"""Characters of path and query together."""

BODY_SECONDS = 10.0
"""How long a client may take to send its body."""

COOKIE = "servanda-token"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",  # no-referrer would make the Origin of our own forms null
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Guard:
    """Refuses foreign hosts, foreign origins, missing tokens and bodies that are too large or slow.

    Args:
        app: what is guarded.
        token: the secret; it arrives as ``?token=`` once and becomes a cookie, or as
            ``Authorization: Bearer``.
        hosts: the values of Host that are ours, with the port.
    """

    def __init__(self, app: App, token: str, hosts: frozenset[str]) -> None:
        """Keep what is compared."""
        self.app = app
        self.token = token
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, answer with the cookie, or refuse."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        sealed = _Sealed(send, cacheable=scope["path"].startswith("/assets/"))
        headers = _headers(scope)
        refusal = self._refused(scope, headers)
        if refusal is None and self._brings_token(scope):
            await _redirect(scope, sealed, self.token)
            return
        refusal = refusal or self._without_token(headers)
        body = b""
        if refusal is None:
            try:
                body = await _body(receive)
            except _StoppedError as stop:
                refusal = stop.refusal
        if refusal is not None:
            await answer(refusal, scope, sealed)
            return
        await self.app(scope, _replayed(body, receive), sealed)

    def _refused(self, scope: Scope, headers: dict[str, str]) -> Refusal | None:
        hosts = [v for k, v in scope["headers"] if k == b"host"]
        if len(hosts) != 1 or headers.get("host", "").lower() not in self.hosts:
            return Refusal(403, "SV980", "this address is not one of the workbench's own names")
        origin = headers.get("origin")
        ours = {f"http://{host}" for host in self.hosts}
        if origin is not None and origin.lower() not in ours:
            return Refusal(403, "SV980", "the request comes from the page of another site")
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return Refusal(403, "SV980", "the request comes from the page of another site")
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > ADDRESS_LIMIT:
            return Refusal(414, "SV982", f"an address has at most {ADDRESS_LIMIT:,} characters")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 12 or int(length) > BODY_LIMIT:
            return Refusal(413, "SV982", f"a request has at most {BODY_LIMIT:,} bytes")
        return None

    def _brings_token(self, scope: Scope) -> bool:
        given = [v for k, v in _query(scope) if k == "token"]
        return scope["method"] == "GET" and len(given) == 1 and self._right(given[0])

    def _without_token(self, headers: dict[str, str]) -> Refusal | None:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._right(bearer.strip()):
            return None
        if self._right(_cookie(headers.get("cookie", ""))):
            return None
        return Refusal(
            403,
            "SV980",
            "the token is missing or wrong; open the address that `servanda serve` printed",
        )

    def _right(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())


class _StoppedError(Exception):
    """The body of a request was too large or came too slowly."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.message)


class _Sealed:
    """Sends what the application sends, with the headers that every answer carries."""

    def __init__(self, send: Send, *, cacheable: bool) -> None:
        self.send = send
        self.cache = "private, max-age=3600" if cacheable else "no-store"

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {k.encode(): v.encode() for k, v in HEADERS.items()}
            own[b"cache-control"] = self.cache.encode()
            kept = [(k, v) for k, v in message.get("headers", ()) if k.lower() not in own]
            message = {**message, "headers": [*kept, *own.items()]}
        await self.send(message)


def _headers(scope: Scope) -> dict[str, str]:
    return {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}


def _query(scope: Scope) -> list[tuple[str, str]]:
    text = scope["query_string"].decode("latin-1")
    return (
        parse_qsl(text, keep_blank_values=True, max_num_fields=200) if text.count("&") < 200 else []
    )


def _cookie(header: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header[:4096])
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


async def _redirect(scope: Scope, send: Send, token: str) -> None:
    """Move the token from the address into a cookie that no script can read."""
    rest = urlencode([(k, v) for k, v in _query(scope) if k != "token"])
    path = "/" + scope["path"].lstrip("/\\")
    target = path.encode("ascii", "ignore").decode() + (f"?{rest}" if rest else "")
    safe = "".join(c for c in target if " " < c < "\x7f")
    cookie = f"{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/"
    headers = [
        (b"location", safe.encode()),
        (b"set-cookie", cookie.encode()),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _body(receive: Receive) -> bytes:
    """Take a whole body before anything looks at it, within bounds of size and time."""
    parts: list[bytes] = []
    taken = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    break
                parts.append(message.get("body", b""))
                taken += len(parts[-1])
                if taken > BODY_LIMIT:
                    raise _StoppedError(
                        Refusal(413, "SV982", f"a body has at most {BODY_LIMIT:,} bytes")
                    )
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        raise _StoppedError(
            Refusal(408, "SV982", "the body of the request came too slowly")
        ) from None
    return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Hand a body on that was taken already."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
