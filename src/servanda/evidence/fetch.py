"""Fetching a page: the only way of the reader into the network, and off with ``--offline``.

Only http and https on their ports; the name is resolved once and the connection goes to the very
address that was checked, so a name cannot change its address in between; addresses that are not
public are refused, and so again after every redirect. Time, size and content type are limited,
and robots.txt is heard.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from servanda._version import __version__
from servanda.domain.errors import ModelError

__all__ = ["AGENT", "Fetched", "Limits", "checked_addresses", "fetch", "is_address"]

AGENT = f"servanda/{__version__} (+reads single pages for a person)"
_TYPES = {
    "text/html": "html", "application/xhtml+xml": "html", "text/plain": "text",
    "text/markdown": "text", "application/pdf": "pdf", "application/rss+xml": "feed",
    "application/atom+xml": "feed", "application/xml": "feed", "text/xml": "feed",
}  # fmt: skip
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SCHEMES = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may cost: seconds in all, bytes after unpacking, redirects."""

    seconds: float = 10.0
    most_bytes: int = 5_000_000
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came: bytes, kind, final address and the time of retrieval, UTC."""

    data: bytes
    kind: str
    url: str
    retrieved: str


def is_address(name: str) -> bool:
    """Say whether an argument is an address rather than a file.

    Examples:
        >>> is_address("https://example.org/a"), is_address("notes/a.txt")
        (True, False)
    """
    return name.lower().startswith(("http://", "https://"))


def _refuse(message: str, code: str = "SV911") -> ModelError:
    return ModelError(message, code)


def checked_addresses(host: str, port: int) -> list[str]:
    """Resolve a host and return its addresses, all of them public.

    Raises:
        ModelError: one of them is not a public unicast address (SV911), or there is none (SV912).
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refuse(f"the name '{host}' cannot be resolved.", "SV912") from None
    found = []
    for *_, place in answers:
        text = str(place[0]).partition("%")[0]
        if not _public(ipaddress.ip_address(text)):
            raise _refuse(
                f"'{host}' is at {text}, which is no public address; servanda fetches public "
                f"pages only."
            )
        found.append(text)
    return list(dict.fromkeys(found))


def _public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo:
            return False
        if inner is not None:
            return _public(inner)
        if int(address) >> 32 == 0:  # ::a.b.c.d, the deprecated compatible form
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def fetch(url: str, limits: Limits | None = None, *, robots: bool = True) -> Fetched:
    """Fetch one page.

    Args:
        url: http or https.
        limits: of time, size and redirects.
        robots: ask robots.txt of the host first.

    Raises:
        ModelError: the address is refused (SV911), robots.txt forbids it (SV913), the page is too
            large, of another type or late (SV914), or the host does not answer (SV912).
    """
    limits = limits or Limits()
    deadline = time.monotonic() + limits.seconds
    for _ in range(limits.redirects + 1):
        parts = _parts(url)
        if robots and not _allowed(parts, url, deadline):
            raise _refuse(f"robots.txt of {parts[1]} asks not to fetch {url}.", "SV913")
        status, headers, data = _get(parts, deadline, limits.most_bytes)
        if status in _REDIRECTS and headers.get("location"):
            url = urljoin(url, headers["location"])
            continue
        if status != 200:
            raise _refuse(f"{url} answered {status}.", "SV914")
        kind = _TYPES.get(headers.get("content-type", "").partition(";")[0].strip().lower())
        if kind is None:
            raise _refuse(
                (
                    f"{url} is of type '{headers.get('content-type', 'unknown')[:80]}', which is "
                    f"not "
                    f"read."
                ),
                "SV914",
            )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Fetched(data, kind, url, now)
    raise _refuse(f"more than {limits.redirects} redirects.", "SV914")


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        raise _refuse(f"'{url[:200]}' is no address.") from None
    host = split.hostname or ""
    if split.scheme not in _SCHEMES or not host:
        raise _refuse(f"'{url[:200]}': only http and https addresses are fetched.")
    if split.username or split.password:
        raise _refuse("an address with a user name is not fetched.")
    if port not in {None, _SCHEMES[split.scheme]}:
        raise _refuse(f"port {port} is not fetched; only 80 and 443 are.")
    if any(ord(c) < 33 for c in url):
        raise _refuse("an address has no blanks or control characters.")
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    return split.scheme, host, _SCHEMES[split.scheme], path


def _connected(parts: tuple[str, str, int, str], deadline: float) -> http.client.HTTPConnection:
    scheme, host, port, _ = parts
    addresses = checked_addresses(host, port)
    left = max(0.1, deadline - time.monotonic())
    raw = socket.create_connection((addresses[0], port), timeout=left)
    if scheme == "https":
        raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    made = http.client.HTTPConnection(host, port, timeout=left)
    made.sock = raw  # the address that was checked, never a second look-up
    return made


def _get(
    parts: tuple[str, str, int, str], deadline: float, most: int
) -> tuple[int, dict[str, str], bytes]:
    try:
        connection = _connected(parts, deadline)
        try:
            connection.request(
                "GET",
                parts[3],
                headers={"User-Agent": AGENT, "Accept-Encoding": "gzip", "Connection": "close"},
            )
            response = connection.getresponse()
            headers = {k.lower(): v for k, v in response.getheaders()}
            return response.status, headers, _body(response, headers, deadline, most)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise _refuse(f"{parts[1]} did not answer ({type(error).__name__}).", "SV912") from None


def _body(
    response: http.client.HTTPResponse, headers: dict[str, str], deadline: float, most: int
) -> bytes:
    packed = headers.get("content-encoding", "").lower() == "gzip"
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packed else None
    found, size = [], 0
    while chunk := response.read(65_536):
        if time.monotonic() > deadline:
            raise _refuse("the page took too long.", "SV914")
        try:
            plain = unpack.decompress(chunk, most + 1 - size) if unpack else chunk
        except zlib.error:
            raise _refuse("the page is not packed as it says.", "SV914") from None
        size += len(plain)
        if size > most:
            raise _refuse(f"the page is larger than {most:,} bytes.", "SV914")
        found.append(plain)
    return b"".join(found)


def _allowed(parts: tuple[str, str, int, str], url: str, deadline: float) -> bool:
    scheme, host, port, _ = parts
    status, _, data = _get((scheme, host, port, "/robots.txt"), deadline, 500_000)
    if status in {401, 403}:
        return False
    if status != 200:
        return True
    rules = RobotFileParser()
    rules.parse(data.decode("utf-8", "replace").splitlines())
    return rules.can_fetch(AGENT, url)
