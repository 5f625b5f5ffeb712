"""From a host's name to a socket that is connected and, where that is wanted, secured. No SMTP here.

Nothing blocks but the look-up of the name: `dialled` and `secured` are generators that say which socket is waited for
and for what, and go on when they are resumed. Who waits, and for how long, is `smtp_pool.py`'s affair.
"""

import errno
import os
import socket
import ssl
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from domain.deliveries import Phase, Trouble

# Waits for (socket, events); the socket at the end. Raises OSError; closes what it opened unless it ends well.
Steps = Generator[tuple[socket.socket, int], None, socket.socket]
Address = tuple[socket.AddressFamily, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to connect. `context` is None without TLS. Times in seconds (RFC 5321 section 4.5.3.2)."""

    host: str
    port: int
    context: ssl.SSLContext | None
    implicit: bool
    connect_timeout: float
    command_timeout: float
    dot_timeout: float


@dataclass(slots=True)
class Directory:
    """Where the host is. Asked once, for asking blocks, and again when none of its addresses has answered."""

    endpoint: Endpoint
    known: Sequence[Address] = field(default=())

    def addresses(self) -> Sequence[Address]:
        """At least one. socket.gaierror."""
        if not self.known:
            point = self.endpoint
            found = socket.getaddrinfo(point.host, point.port, type=socket.SOCK_STREAM)
            self.known = [(family, address) for family, _, _, _, address in found]
        return self.known


def opened(directory: Directory) -> Steps:
    """Ready for the greeting, with implicit TLS (RFC 8314) behind its handshake."""
    sock = yield from dialled(directory)
    if directory.endpoint.implicit:
        sock = yield from secured(sock, directory.endpoint)
    return sock


def dialled(directory: Directory) -> Steps:
    """The first of the host's addresses that takes a connection."""
    failure: OSError | None = None
    for family, address in directory.addresses():
        try:
            return (yield from _connected(family, address))
        except OSError as error:
            failure = error
    directory.known = ()
    assert failure is not None
    raise failure


def _connected(family: socket.AddressFamily, address: Any) -> Steps:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        # With Nagle and delayed acknowledgements every message would wait 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(address)
        if code in (errno.EINPROGRESS, errno.EWOULDBLOCK):
            yield sock, EVENT_WRITE
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))  # becomes ConnectionRefusedError and the like by its number
    except BaseException:
        sock.close()
        raise
    return sock


def secured(sock: socket.socket, endpoint: Endpoint) -> Steps:
    """The same connection behind a verified handshake. `sock` is of no more use."""
    assert endpoint.context is not None
    try:
        safe = endpoint.context.wrap_socket(sock, server_hostname=endpoint.host, do_handshake_on_connect=False)
    except BaseException:
        sock.close()
        raise
    try:
        while True:
            try:
                safe.do_handshake()
                return safe
            except ssl.SSLWantReadError:
                wanted = EVENT_READ
            except ssl.SSLWantWriteError:
                wanted = EVENT_WRITE
            yield safe, wanted
    except BaseException:
        safe.close()
        raise


def describe(phase: Phase, error: Exception) -> Trouble:
    """A connection or handshake that failed, in our words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble(phase, f"the server's certificate is not trusted: {error.verify_message}", permanent=True)
    if isinstance(error, ssl.SSLError):
        return Trouble(phase, "the TLS handshake failed")
    if isinstance(error, TimeoutError):
        return Trouble(phase, "the server did not answer in time")
    if isinstance(error, socket.gaierror):
        return Trouble(phase, "the server's name cannot be resolved")
    if isinstance(error, ConnectionRefusedError):
        return Trouble(phase, "the server refused the connection")
    return Trouble(phase, "the server cannot be reached" if phase is Phase.CONNECT else "the connection was lost")
