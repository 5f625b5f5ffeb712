"""Fetching one https link that an operator configured, without being led anywhere else.

The link is a secret: neither it nor its host is in any error. What is in the file is `channels/tables.py`'s.
The connection goes to the very address that was checked, so a name that resolves to something else a moment later
(DNS rebinding) changes nothing. No proxy is used, for the same reason.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

from domain.errors import Problem, UserError

REDIRECTS = 3
_WHERE = "LETSCONNECT_SHEET_URL"
_CHUNK = 1 << 16
_PUBLISH = "In the sheet choose File, Share, Publish to web, CSV, and use that link"
Resolve = Callable[[str, int], Sequence[str]]


def resolve_host(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as the system's resolver gives them. OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def fetch(
    url: str,
    target: BinaryIO,
    *,
    limit: int,
    seconds: float,
    resolve: Resolve = resolve_host,
    allow_private: bool = False,
    context: ssl.SSLContext | None = None,
) -> str:
    """Write what `url` serves into `target`; its content type in lower case, without parameters.

    At most `limit` bytes, `seconds` for everything together (name lookup apart, which the system bounds) and
    three redirects, each checked like the first link. UserError says what to do about anything else.
    `allow_private` and `resolve` are for tests.
    """
    context = context or ssl.create_default_context()
    deadline = time.monotonic() + seconds
    for _ in range(REDIRECTS + 1):
        parts, host, port = _checked(url)
        addresses = _public(host, port, resolve, allow_private)
        with _Call(host, port, addresses, context, deadline) as call:
            answer = call.get(parts)
            location = answer.getheader("Location")
            if answer.status in (301, 302, 303, 307, 308) and location:
                url = urljoin(url, location)
                continue
            _accept(answer)
            call.copy(answer, target, limit)
            return answer.getheader("Content-Type", "").partition(";")[0].strip().casefold()
    raise _error("redirects too often", "Open it in a browser and use the link that it ends at")


def _error(what: str, remedy: str) -> UserError:
    return UserError(Problem(f"the link {what}", _WHERE, remedy))


def _checked(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port or 443
    except (ValueError, UnicodeError):
        raise _error("is not a URL", _PUBLISH) from None
    if parts.scheme != "https" or not host:
        raise _error("does not lead to https", "Only https:// links are fetched")
    if parts.username or parts.password:
        raise _error("carries a login", "Use a published link without user and password")
    return parts, host, port


def _public(host: str, port: int, resolve: Resolve, allow_private: bool) -> list[str]:
    try:
        addresses = list(resolve(host, port))
    except (OSError, UnicodeError):
        addresses = []
    if not addresses:
        raise _error("leads to a host that cannot be found", "Check the link, and that this machine is online")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise _error("leads into a private network", "Only public web addresses are fetched")
    return addresses


def is_public(address: str) -> bool:
    """Whether an IP address is a public unicast one, also when it wraps an IPv4 one (RFC 4291, 3056, 6052)."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner: ipaddress.IPv4Address | None = None
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if ip.teredo or ip in ipaddress.ip_network("64:ff9b:1::/48"):
            return False
    if inner is not None:
        return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _accept(answer: http.client.HTTPResponse) -> None:
    if answer.status in (401, 403):
        raise _error(f"is not public (status {answer.status})", _PUBLISH)
    if answer.status in (404, 410):
        raise _error(f"leads to nothing (status {answer.status})", "Check that the sheet is still published")
    if answer.status != 200:
        raise _error(f"was answered with status {answer.status}", "Try again later")
    if answer.getheader("Content-Type", "").casefold().strip().startswith(("text/html", "application/xhtml")):
        raise _error("leads to a web page, not to a table", _PUBLISH)
    if answer.getheader("Content-Encoding", "identity").casefold() != "identity":
        raise _error("was answered in compressed form", "Use a link that serves plain CSV")


class _Call:
    """One connection to one of the checked addresses, cut off at the deadline whatever the far side does."""

    def __init__(
        self, host: str, port: int, addresses: Sequence[str], context: ssl.SSLContext, deadline: float
    ) -> None:
        self.host, self.port, self.addresses, self.context, self.deadline = host, port, addresses, context, deadline
        self.socket: socket.socket | None = None
        self.late = False
        self.timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._cut)
        self.timer.daemon = True

    def __enter__(self) -> "_Call":
        self.timer.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.timer.cancel()
        if self.socket is not None:
            self.socket.close()
        if isinstance(error, UserError) or (error is None and not self.late):
            return
        if self.late or isinstance(error, TimeoutError):
            raise _error("takes too long", "Try again later, or raise link_seconds in programme.toml") from None
        if isinstance(error, ssl.SSLError):
            raise _error("is on a server whose certificate is not trusted", "Check the link") from None
        if isinstance(error, OSError | http.client.HTTPException | ValueError):
            raise _error("could not be fetched to its end", "Try again later") from None

    def _cut(self) -> None:
        self.late = True
        if self.socket is not None:
            try:  # the plain method: SSLSocket's own would take its state away under a reader's feet
                socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
            except OSError:
                return

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0 or self.late:
            raise TimeoutError
        return left

    def get(self, parts: SplitResult) -> http.client.HTTPResponse:
        self.socket = self._connect()
        wrapped = self.context.wrap_socket(self.socket, server_hostname=self.host, do_handshake_on_connect=False)
        self.socket = wrapped
        wrapped.settimeout(self._left())
        wrapped.do_handshake()
        connection = http.client.HTTPConnection(self.host, self.port)
        connection.sock = wrapped
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = f"[{self.host}]" if ":" in self.host else self.host
        headers = {
            "Host": host if self.port == 443 else f"{host}:{self.port}",
            "Accept": "text/csv, application/json, text/plain;q=0.9, */*;q=0.1",
            "Accept-Encoding": "identity",
            "User-Agent": "letsconnect",
            "Connection": "close",
        }
        connection.request("GET", path, headers=headers)
        return connection.getresponse()

    def _connect(self) -> socket.socket:
        for address in self.addresses:
            try:
                return socket.create_connection((address, self.port), timeout=self._left())
            except TimeoutError:
                raise
            except OSError:  # this address refuses or has no route: the next may do
                continue
        raise ConnectionError

    def copy(self, answer: http.client.HTTPResponse, target: BinaryIO, limit: int) -> None:
        size = 0
        while chunk := answer.read1(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise _error(f"serves more than {limit // 1_000_000} MB", "Raise import_megabytes in programme.toml")
            self._left()
            target.write(chunk)
        if self.late or (answer.length or 0) > 0:
            raise ConnectionError
